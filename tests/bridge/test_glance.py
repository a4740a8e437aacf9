"""The mission at a glance: pages of the tab, sent only while they are open, and changes made by the tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge.feed_rows import MOST_ROWS
from sexp_runtime.bridge.glance import MOST_PAGE_ROWS
from sexp_runtime.session import MissionSession
from support.fake_nodes import new_host, sexp_object
from support.small_missions import mission
from support.tab import Tab

MISSION = """#Mission Info
$Version: 24.2
$Name: Glance
#Sexp_variables
$Variables:
(
\t0\t"Score"\t"3"\t"number"
\t1\t"Mood"\t"calm"\t"string"
)
#Sexp_containers
$Lists
$Name: Names
$Data Type: String
$Data: ( "one" "two" )
$Name: Counts
$Data Type: Number
$Data: ( "1" "2" )
$End Lists
$Maps
$Name: Prices
$Key Type: String
$Data Type: Number
$Data: ( "iron" "4" )
$End Maps
#Players
$Starting Shipname: Alpha 1
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
#Wings
#Events
$Formula: ( when ( > @Score[3] 5 ) ( modify-variable @Mood[calm] "cheerful" ) )
+Name: cheer
+Repeat Count: 1
$Formula: ( when ( > ( mission-time ) 1 ) ( send-message "#Command" "High" "Hello" ) )
+Name: hello
+Repeat Count: 1
#Goals
$Type: Primary
+Name: Score
$MessageNew: Make six points
$end_multi_text
$Formula: ( > @Score[3] 5 )
#Waypoints
#Messages
$Name: Hello
$Team: -1
$MessageNew: The mood is $Mood
$end_multi_text
#End
"""


def glance(page: str, name: str = "", *, text: str = MISSION) -> Tab:
    tab = Tab(text)
    tab.ask("start_session")
    tab.ask("view", page, name)
    return tab


def rows_of(tab: Tab) -> dict[int, list[Any]]:
    return {row[0]: row[1:] for _page, _total, rows in tab.named("page") for row in rows}


def test_variables_and_containers_with_their_types_and_items() -> None:
    tab = glance("variables")
    assert list(rows_of(tab).values()) == [
        ["variable", "Score", "number", "3", [], 0],
        ["variable", "Mood", "string", "calm", [], 0],
        ["list", "Names", "string", "", [["0", "one"], ["1", "two"]], 2],
        ["list", "Counts", "number", "", [["0", "1"], ["1", "2"]], 2],
        ["map", "Prices", "string to number", "", [["iron", "4"]], 1],
    ]


def test_only_the_open_page_is_sent_and_only_what_changed_on_it() -> None:
    tab = glance("variables")
    tab.messages.clear()
    tab.play(2.0)
    assert not tab.named("page") and not tab.named("log")
    tab.session.set_variable("Score", 9)
    tab.play(2.0)
    pages = tab.named("page")
    assert [row[:5] for _, _, rows in pages for row in rows] == [
        [0, "variable", "Score", "number", "9"],
        [1, "variable", "Mood", "string", "cheerful"],
    ]
    tab.ask("view", "")
    tab.messages.clear()
    tab.session.set_variable("Score", 10)
    tab.play(2.0)
    assert not tab.named("page")
    tab.ask("view", "variables")
    tab.ask("stop_session")
    tab.messages.clear()
    tab.session.set_variable("Score", 11)
    tab.play(2.0)
    assert tab.messages == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("set_variable", ["Score", "7"], "@Score is 7 now"),
        ("set_variable", ["Mood", "grim"], "@Mood is 'grim' now"),
        ("set_item", ["Names", "1", "deux"], "item 1 of Names is 'deux' now"),
        ("set_item", ["Prices", "iron", "5"], "iron of Prices is '5' now"),
        ("add_item", ["Counts", "", "3"], "'3' was added to Counts"),
        ("add_item", ["Prices", "gold", "90"], "gold of Prices is '90' now"),
        ("remove_item", ["Names", "0"], "item 0 was removed from Names"),
        ("remove_item", ["Prices", "iron"], "iron was removed from Prices"),
    ],
)
def test_a_change_of_the_tab_is_made_shown_and_recorded(tmp_path: Path, name: str, data: list[str], words: str) -> None:
    tab = Tab(MISSION)
    tab.session = MissionSession.load(MISSION, record_to=tmp_path / "run.rec")
    tab.mission(tab.session)
    tab.ask("start_session")
    tab.ask("view", "variables")
    before = rows_of(tab)
    tab.play(0.5)
    tab.ask(name, *data)
    assert tab.named("done") == [[words]]
    after = rows_of(tab)
    assert after != before
    tab.play(2.0)
    world = tab.session.world
    state = (world.variables.snapshot(), world.containers.snapshot())
    tab.session.close()
    replay = Replay(tmp_path / "run.rec")
    list(replay.run())
    assert not replay.mismatches
    assert (replay.session.world.variables.snapshot(), replay.session.world.containers.snapshot()) == state


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("set_variable", ["Score", "many"], "@Score cannot be 'many': expected a whole number"),
        ("set_variable", ["Scor", "1"], "the mission has no variable 'Scor'; did you mean 'Score'?"),
        ("set_item", ["Counts", "0", "x"], "Counts cannot hold 'x': expected a whole number"),
        ("set_item", ["Names", "7", "x"], "Names has no item 7; it has 2"),
        ("add_item", ["Name", "", "x"], "the mission has no container 'Name'; did you mean 'Names'?"),
        ("add_item", ["Prices", "gold", "dear"], "Prices cannot hold 'dear': expected a whole number"),
        ("remove_item", ["Prices", "irn"], "Prices has no key 'irn'; did you mean 'iron'?"),
        ("view", ["everything"], "'everything' is not a page"),
    ],
)
def test_a_refused_change_gives_the_reason_and_changes_nothing(name: str, data: list[str], words: str) -> None:
    tab = glance("variables")
    before = rows_of(tab)
    tab.ask(name, *data)
    assert words in tab.named("failed")[-1][0]
    assert rows_of(tab) == before


def test_objects_with_status_strength_and_node() -> None:
    runtime = new_host([])
    runtime.load("", MISSION, {})
    runtime.step(1 / 60)
    node = sexp_object(hull=50.0)
    assert runtime.track(node, "Alpha 1", {})
    tab = Tab(MISSION)
    tab.feed.pages.nodes = runtime.node_paths
    assert runtime.session is not None
    tab.session = runtime.session
    tab.mission(runtime.session)
    tab.ask("start_session")
    tab.ask("view", "objects", "Alpha 1")
    path = f"/root/{node.identity}"
    assert rows_of(tab)[0] == ["Alpha 1", "Fighter", "Friendly", "present", "50.0", "", path]
    name, details = tab.named("object")[-1]
    assert name == "Alpha 1" and ["node", path] in details and ["status", "present"] in details
    node.set("hull", 25.0)
    tab.play(1.0)
    assert rows_of(tab)[0][4] == "25.0" and ["hull", "25.0 of 100.0"] in tab.named("object")[-1][1]


def test_the_log_has_entries_and_messages_in_the_order_of_time() -> None:
    tab = glance("log")
    tab.play(2.5)
    tab.session.world.log.add("docked", "Alpha 1", "Gate")
    tab.play(1.0)
    fresh = [data[0] for data in tab.named("log")]
    assert fresh[0] and not any(fresh[1:])
    rows = [row for _fresh, rows in tab.named("log") for row in rows]
    (message,) = [row for row in rows if row[1] == "message"]
    assert 1.0 < message[0] < 2.1 and message[2:] == ["#Command", "Hello: The mood is calm"]
    assert rows[-1][1:] == ["docked", "Alpha 1", "Gate"]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_the_log_has_the_outcomes_of_events(tmp_path: Path) -> None:
    events = [
        ("( when ( has-time-elapsed 1 ) ( do-nothing ) )", "One"),
        ("( when ( has-time-elapsed 1 ) ( do-nothing ) )\n+Repeat Count: 2\n+Interval: 1", "Twice"),
        ('( when ( is-destroyed-delay 0 "Heron" ) ( do-nothing ) )', "Never"),
    ]
    tab = Tab(mission(events))
    tab.play(1.5)
    tab.ask("start_session")
    tab.ask("view", "log")
    tab.play(1.5)
    tab.session.end_mission()
    tab.play(0.1)
    rows = [row for _fresh, rows in tab.named("log") for row in rows if row[1] == "event"]
    assert [(round(row[0]), *row[2:]) for row in rows] == [
        (1, "One", "came true"), (1, "Twice", "came true"), (2, "Twice", "came true (2)"), (3, "Never", "failed"),
    ]  # fmt: skip
    tab.ask("stop_session")
    assert not tab.session.on_event_satisfied and not tab.session.on_event_failed


def test_messages_sent_before_the_tab_opens_are_in_the_log_of_a_recorded_mission(tmp_path: Path) -> None:
    tab = Tab(MISSION)
    tab.session = MissionSession.load(MISSION, record_to=tmp_path / "run.rec")
    tab.mission(tab.session)
    tab.play(2.0)
    tab.ask("start_session")
    tab.ask("view", "log")
    assert "message" in [row[1] for _fresh, rows in tab.named("log") for row in rows]
    unrecorded = glance("log")
    assert unrecorded.session.context.is_heard("send-message")
    unrecorded.ask("stop_session")
    assert not unrecorded.session.context.is_heard("send-message")  # nothing listens without a tab


def test_a_reload_keeps_the_messages_in_the_log() -> None:
    tab = glance("log")
    tab.play(2.0)
    tab.session.reload(MISSION.replace("> @Score[3] 5", "> @Score[3] 7"))
    tab.feed.mission(tab.session)  # as after each reload
    tab.messages.clear()
    tab.ask("view", "log")
    assert "message" in [row[1] for _fresh, rows in tab.named("log") for row in rows]


def test_goals_with_types_and_texts() -> None:
    assert rows_of(glance("goals")) == {0: ["Score", "primary", "incomplete", "Make six points", 0]}


def test_watched_expressions_follow_the_mission_and_change_nothing() -> None:
    tab = glance("watch")
    tab.ask("watch", ["( + @Score[3] 1 )", "( rand 1 6 )", "( + 1", "( modify-variable @Score[3] 9 )", "( no-such 1 )"])
    rows = tab.named("watched")[-1][0]
    assert [row[1] for row in rows] == [4, None, None, None, None]
    assert rows[1][2] == "(draws at random)" and rows[3][2] == "(not run)"
    assert rows[2][2].startswith("1:") and "parenthesis" in rows[2][2]
    assert "no-such" in rows[4][2]
    before = tab.session.digest()
    tab.ask("watch", ["( + @Score[3] 1 )"])
    assert tab.session.digest() == before
    tab.session.set_variable("Score", 10)
    tab.play(1.0)
    assert tab.named("watched")[-1][0] == [["( + @Score[3] 1 )", 11, "= 11"]]


def test_a_watched_ship_may_come_later() -> None:
    tab = glance("watch")
    tab.ask("watch", ['( hits-left "Later" )'])
    tab.play(1.0)
    assert 'no ship "Later"' in tab.named("watched")[-1][0][0][2]
    assert tab.session.world.create_ship("Later", "") is not None
    tab.play(1.0)
    assert tab.named("watched")[-1][0] == [['( hits-left "Later" )', 100, "= 100"]]


def test_search_finds_formulas_by_their_text() -> None:
    tab = glance("")
    tab.ask("search", "MISSION-time")
    assert tab.named("found")[-1] == ["MISSION-time", [1]]
    tab.ask("search", "@score")
    assert tab.named("found")[-1][1] == [0, 2]


def test_a_page_of_many_rows_comes_in_several_messages() -> None:
    ships = "".join(
        f"$Name: Ship {at}\n$Class: Fighter\n$Team: Friendly\n$Location: 0, 0, 0\n"
        "$Arrival Cue: ( true )\n$Departure Cue: ( false )\n"
        for at in range(400)
    )
    tab = glance("objects", text=MISSION.replace("#Wings", ships + "#Wings"))
    assert len(rows_of(tab)) == 401 <= MOST_PAGE_ROWS
    assert max(len(rows) for _page, _total, rows in tab.named("page")) == MOST_ROWS
    tab.messages.clear()
    tab.play(3.0)
    assert len(tab.named("page")) <= 1  # all have arrived; nothing else changes


def test_pages_are_silent_where_nothing_changes() -> None:
    for page in ("variables", "objects", "goals", "log", "watch"):
        tab = Tab(MISSION)
        tab.ask("start_session")
        tab.play(3.0)
        tab.ask("watch", ["( + @Score[3] 1 )"])
        tab.ask("view", page)
        tab.messages.clear()
        tab.play(2.0)
        assert not {name for name, _ in tab.messages} & {"page", "object", "log", "watched"}, page
