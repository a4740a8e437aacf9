"""The editor tab's feed, without an engine: what is sent when, how much at most, and what becomes of mistakes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge import feed as feeds
from sexp_runtime.bridge.feed import DebugFeed
from sexp_runtime.bridge.feed_rows import LONGEST_NAME, MOST_FORMULAS, MOST_ROWS
from sexp_runtime.bridge.live_hints import LiveHints
from sexp_runtime.bridge.recordings import MissionRecordings
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.fake_nodes import new_host
from support.large_mission import large_mission
from support.tab import SMALL, Tab


def test_nothing_is_sent_or_listened_to_without_a_tab() -> None:
    tab = Tab()
    tab.play(1.0)
    assert tab.messages == []
    edges = sum(len(readers) for readers in tab.session.world.facts.readers.values())
    tab.ask("start_session")
    assert tab.messages
    tab.ask("start_session")
    assert sum(len(readers) for readers in tab.session.world.facts.readers.values()) == edges + 21
    tab.ask("stop_session")
    assert sum(len(readers) for readers in tab.session.world.facts.readers.values()) == edges
    tab.messages.clear()
    tab.play(1.0)
    assert tab.messages == []


def test_a_tab_gets_all_formulas_and_then_only_changes() -> None:
    tab = Tab()
    tab.ask("start_session")
    title, engine, formulas, total = tab.named("mission")[0]
    assert (title, engine, total) == ("Large", "cached", 21)
    assert formulas[0] == ["event", 0, "counter 0"] and formulas[-1] == ["goal", 0, "Count"]
    assert sorted(tab.rows()) == list(range(21))
    assert len(tab.named("numbers")) == 1
    tab.play(1.0)  # every formula is evaluated once
    tab.messages.clear()
    tab.play(3.0)
    assert 0 < max(len(rows) for _time, rows in tab.named("rows")) < 21
    told = tab.rows()
    assert 0 in told  # it is evaluated in every frame
    assert 10 not in told  # it waits


@pytest.mark.parametrize("engine", ["cached", "naive"])
def test_what_the_tab_shows_is_what_the_mission_has(engine: str) -> None:
    tab = Tab(engine=engine)
    tab.ask("start_session")
    tab.play(10.0)
    for event in tab.session.world.events:
        state, value, times = tab.rows()[event.index][:3]
        assert (value, times) == (event.result, event.count), event
        assert (state == "true") == (event.done and event.result == 1), event
    assert any(row[0] == "true" for row in tab.rows().values())
    assert tab.rows()[20][0] == tab.session.world.goals[0].status == "complete"


def test_the_last_cause_is_known_even_of_evaluations_that_were_not_measured() -> None:
    tab = Tab()
    tab.session.monitor.mode = Mode.COUNTERS
    tab.ask("start_session")
    tab.play(2.0)
    causes = {at: row[3] for at, row in tab.rows().items()}
    assert causes[0] in ("unsettled", "fact") and causes[4] == "fact" and causes[10] == "first evaluation"
    tab.session.monitor.mode = Mode.FULL
    tab.session.set_variable("v20", 1)
    tab.play(2.0)
    assert "variable v20" in {row[3] for row in tab.rows().values()}


def test_500_events_all_changing_stay_within_bounds() -> None:
    tab = Tab(large_mission(500, counters=500))
    tab.ask("start_session")
    tab.session.monitor.mode = Mode.FULL
    tab.ask("why", "event", 3)
    first = len(tab.messages)
    counts = tab.play(2.0)
    assert max(counts) <= 1
    assert sum(counts) <= 2 * 4 * 4
    for name, data in tab.messages:
        if name == "rows":
            assert len(data[1]) <= MOST_ROWS
    assert max(len(json.dumps(data)) for _name, data in tab.messages[first:]) < 40_000
    told = {row[0] for _time, rows in tab.named("rows")[4:] for row in rows}
    assert len(told) >= 500  # what does not fit into one message comes with later ones


def test_names_and_lists_are_cut() -> None:
    tab = Tab(large_mission(MOST_FORMULAS + 20).replace("+Name: event 7\n", f"+Name: {'x' * 5000}\n"))
    tab.ask("start_session")
    _title, _engine, formulas, total = tab.named("mission")[0]
    assert len(formulas) == MOST_FORMULAS and total == MOST_FORMULAS + 21
    assert max(len(name) for _kind, _index, name in formulas) <= LONGEST_NAME


def test_updates_come_seldom_where_frames_cost_nothing() -> None:
    tab = Tab()
    tab.ask("start_session")
    tab.messages.clear()
    tab.session.monitor.mode = Mode.OFF
    tab.play(4.0)
    assert 3 <= len(tab.named("numbers")) <= 5


def test_why_is_told_at_once_and_again_when_it_changes() -> None:
    tab = Tab()
    tab.ask("start_session")
    tab.ask("why", "event", 4)
    kind, index, text = tab.named("why")[-1]
    assert (kind, index) == ("event", 4) and 'event "event 0"' in text
    tab.play(5.0)
    assert len(tab.named("why")) > 1
    assert tab.named("why")[-1][2] != text
    settled = tab.session
    settled.monitor.mode = Mode.OFF
    tab.ask("why", "event", 10)
    tab.play(3.0)
    assert len([data for data in tab.named("why") if data[1] == 10]) <= 2  # the same text is not sent again


def test_the_tree_of_the_chosen_formula_is_sent_again_only_when_it_changes() -> None:
    tab = Tab()
    tab.ask("start_session")
    tab.ask("why", "event", 4)
    kind, index, _, rows = tab.named("tree")[-1]
    assert (kind, index) == ("event", 4)
    depth, role, text, _, _, _, decides, line = rows[0]
    assert (depth, role, decides) == (0, "part", True) and text and line > 0
    assert {row[1] for row in rows} >= {"part", "action"}
    before = len(tab.named("tree"))
    tab.ask("why", "event", 4)  # requested again: always answered
    assert len(tab.named("tree")) == before + 1
    trees = [data[3] for data in tab.named("tree")]
    tab.play(5.0)
    later = [data[3] for data in tab.named("tree")][len(trees) :]
    assert all(one != other for one, other in itertools.pairwise(later))


def test_mode_reset_hints_and_report(tmp_path: Path) -> None:
    tab = Tab()
    tab.ask("start_session")
    tab.ask("mode", "full")
    assert tab.session.monitor.mode is Mode.FULL
    tab.play(4.0)
    formulas, operators, mode = tab.named("hot")[-1]
    assert mode == "full" and 0 < len(formulas) <= feeds.HOT_ROWS and operators
    assert formulas[0][4] >= formulas[-1][4] > 0.0
    tab.ask("hints")
    hints, total = tab.named("hints")[-1]
    assert len(hints) == min(total, feeds.HINT_ROWS)
    assert all(isinstance(hint["evidence"], str) for hint in hints)
    target = tmp_path / "report.json"
    tab.ask("save_report", str(target))
    assert json.loads(target.read_text())["frames"] == 240
    tab.ask("reset")
    assert tab.session.monitor.frames == 0
    tab.ask("stop_session")
    assert tab.session.monitor.mode is Mode.SAMPLED  # no tab is open any more
    assert not tab.named("failed")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("mode", ["everything"], "everything"),
        ("why", ["event"], "index"),
        ("why", ["event", "x"], "x"),
        ("save_report", ["/nowhere/at/all.json"], "No such file"),
        ("record", [], "argument"),
        ("save_recording", ["x.rec"], "not recorded"),
        ("apply_hint", ["nonsense"], "no hint 'nonsense'"),
        ("start_session", [1, 2], "argument"),
    ],
)
def test_mistakes_are_reported_and_never_raised(name: str, data: list[Any], words: str) -> None:
    tab = Tab()
    tab.ask("start_session")
    tab.ask(name, *data)
    assert words in str(tab.named("failed")[-1]), tab.named("failed")
    tab.play(1.0)


def test_unknown_formulas_and_the_naive_engine_have_an_answer_to_why() -> None:
    for tab, index in ((Tab(), 999), (Tab(engine="naive"), 0)):
        tab.ask("start_session")
        tab.ask("why", "event", index)
        assert tab.named("why")[-1][2] or tab.named("failed")


def test_messages_of_others_are_left_alone() -> None:
    tab = Tab()
    assert not tab.feed.receive("breakpoint", [])


def test_without_a_mission_every_wish_is_answered() -> None:
    messages: list[tuple[str, list[Any]]] = []
    recordings = MissionRecordings()
    feed = DebugFeed(lambda name, data: messages.append((name, data)), LiveHints(recordings), recordings)
    feed.receive("start_session", [])
    assert messages == [("mission", ["", "", [], 0])]
    wishes = (("why", ["event", 0]), ("mode", ["full"]), ("reset", []), ("hints", []), ("apply_hint", ["x"]))
    for name, data in (*wishes, ("save_report", ["x"])):
        feed.receive(name, data)
        assert messages[-1] == ("failed", [f"{name}: no mission is loaded"])
    feed.after_frame()


def test_another_mission_is_announced_and_the_old_one_released() -> None:
    tab = Tab()
    tab.ask("start_session")
    old = tab.session
    tab.mission(None)
    assert tab.named("mission")[-1] == ["", "", [], 0]
    old.close()
    assert not any(key[0] == "event" and readers for key, readers in old.world.facts.readers.items())
    tab.session = MissionSession.load(large_mission(30))
    tab.mission(tab.session)
    assert tab.named("mission")[-1][3] == 31
    tab.play(1.0)


def test_breaks_are_shown_when_a_tab_begins_to_listen_and_go_with_their_mission() -> None:
    host = new_host([])
    messages: list[tuple[str, list[Any]]] = []
    feed = DebugFeed(lambda name, data: messages.append((name, data)), host.hints, host.recordings)
    feed.breaks = host.breaks
    host.on_mission.append(feed.mission)
    assert host.load("", SMALL, {})
    host.breaks.set("frame 5000")
    feed.receive("start_session", [])
    (shown,) = [data for name, data in messages if name == "breaks"]
    assert [text for _id, text in shown[0]] == ["frame 5000"]
    assert host.load("", SMALL, {})
    assert [data for name, data in messages if name == "breaks"][-1] == [[]]
    host.close()


def test_a_tab_that_begins_to_listen_shows_whether_the_mission_is_stopped() -> None:
    tab = Tab()
    tab.feed.hold(True)  # by a break, while the tab is hidden
    assert not tab.messages
    tab.ask("start_session")
    assert tab.named("paused") == [[True]]
    tab.feed.hold(False)
    assert tab.named("paused")[-1] == [False]


def test_a_budget_is_a_signal_with_its_cause() -> None:
    emitted: list[tuple[Any, ...]] = []
    runtime = new_host([], emitted)
    runtime.load("", SMALL, {"frame_budget_us": 0.001, "event_budget_us": 0.001})
    runtime.step(1 / 60)
    notes = [signal[1] for signal in emitted if signal[0] == "budget_exceeded"]
    assert any(note["what"] == "frame" for note in notes)
    assert any(note["what"].startswith("event ") and note["microseconds"] > note["budget"] for note in notes)
    emitted.clear()
    runtime.load("", SMALL, {})
    runtime.step(1 / 60)
    assert not any(signal[0] == "budget_exceeded" for signal in emitted)


def test_the_report_of_a_host_is_the_one_report() -> None:
    runtime = new_host([])
    assert runtime.performance_report() == {}
    runtime.load("", SMALL, {})
    for _ in range(100):
        runtime.step(1 / 60)
    assert runtime.session is not None
    assert runtime.performance_report() == runtime.session.report()
    assert len(runtime.performance_report(2)["formulas"]) == 2
