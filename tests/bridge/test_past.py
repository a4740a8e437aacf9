"""Back in time: what the slider shows of a moment is what the tab showed then."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge.past import PastView, open_past
from sexp_runtime.bridge.past_process import Past, PastRun
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.tab import FRAME_US, Tab

DEMO = Path(__file__).resolve().parents[2] / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
#: What the tab requests in the tests: a formula, and in turn each page.
EVENT = ["why", ["event", 13]]
PAGES = [
    [["view", ["variables", ""]]],
    [["view", ["objects", "Heron 1"]]],
    [["view", ["goals", ""]]],
    [["view", ["log", ""]]],
    [["watch", [["( + @Pings[0] 1 )", '( hits-left "Heron 1" )']]], ["view", ["watch", ""]]],
]
#: Frames at which the live tab is looked at.
MOMENTS = (0, 1, 60, 61, 400, 900, 1199)


def shown(messages: list[tuple[str, list[Any]]]) -> list[list[Any]]:
    """What a tab that has just been opened shows, without measurements and explanations that name times of them."""
    found: list[list[Any]] = []
    for name, data in messages:
        if name == "rows":
            found.append([name, data[0], [row[:4] for row in data[1]]])
        elif name == "tree":
            found.append([name, data[0], data[1], data[3]])  # not the file's place
        elif name not in ("numbers", "hot", "mission", "paused", "why"):
            found.append([name, data])
    return found


def look_live(tab: Tab, messages: list[list[Any]]) -> list[list[Any]]:
    tab.messages.clear()
    tab.ask("start_session")
    for name, data in messages:
        tab.ask(name, *data)
    tab.ask("stop_session")
    return shown(tab.messages)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, list[list[list[Any]]]]]:
    """A recorded run of the demo with changes by the tab, and what the live tab showed at some moments, by page."""
    path = tmp_path_factory.mktemp("past") / "run.rec"
    tab = Tab(DEMO.read_text())
    tab.session = MissionSession.load(DEMO, scenario=True, seed=5, record_to=path, monitor=Mode.OFF)
    tab.mission(tab.session)
    live: dict[int, list[list[list[Any]]]] = {}
    for frame in range(1200):
        if frame in MOMENTS:
            live[frame] = [look_live(tab, [EVENT, *page]) for page in PAGES]
        if frame == 300:
            tab.ask("start_session")
            tab.ask("set_variable", "Losses", "3")
            tab.ask("add_item", "Roster", "", "Nightjar")
            tab.ask("stop_session")
        tab.session.step_us(FRAME_US + frame % 7)
    tab.session.close()
    return path, live


@pytest.fixture
def view(run: tuple[Path, Any]) -> Iterator[PastView]:
    made = PastView(run[0], window=60.0, checkpoints=4)
    yield made
    made.close()


def wait(view: PastView, key: str, timeout: float = 60.0) -> dict[str, Any]:
    """Return the first answer that has the key."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        for answer in view.poll():
            assert "error" not in answer or key == "error", answer
            if key in answer:
                return answer
        time.sleep(0.01)
    raise TimeoutError(key)


def test_the_past_shows_what_the_tab_showed_then(run: tuple[Path, Any], view: PastView) -> None:
    live = run[1]
    ready = wait(view, "first")
    assert (ready["first"], ready["last"], ready["differs"], ready["damage"]) == (0, 1200, -1, "")
    assert ready["last_time"] == pytest.approx(20.0, abs=0.1)
    for frame in (900, 60, 1199, 0, 61, 400, 1):  # back and forth
        for page, expected in zip(PAGES, live[frame], strict=True):
            view.ask(frame, [EVENT, *page])
            moment = wait(view, "messages")
            assert moment["frame"] == frame
            found = shown([(name, data) for name, data in moment["messages"]])
            assert found == as_sent(expected), (frame, page)
            assert len(found) >= 3


def as_sent(value: Any) -> Any:
    """Tuples as the lists that arrive."""
    return [as_sent(item) for item in value] if isinstance(value, list | tuple) else value


def test_the_mission_is_sent_on_request(view: PastView) -> None:
    view.ask(10, [], whole=True)
    names = [name for name, _data in wait(view, "messages")["messages"]]
    assert names[0] == "mission" and "rows" in names and "numbers" not in names


def test_of_many_wishes_only_the_last_is_answered(view: PastView) -> None:
    wait(view, "first")
    for frame in range(100, 160):
        view.ask(frame, [])
    frames = []
    deadline = time.monotonic() + 30
    while not frames or frames[-1] != 159:
        frames += [answer["frame"] for answer in view.poll() if "frame" in answer]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(frames) == 2 and frames[0] == 100


def test_only_questions_are_answered(run: tuple[Path, Any]) -> None:
    past = PastRun(run[0])
    past.play_to(10)
    before = past.replay.session.digest()
    answer = past.look([["set_variable", ["Losses", "9"]], ["save_report", ["/nowhere/x"]]], whole=False)
    assert {name for name, _data in answer["messages"]} == {"rows"} and past.replay.session.digest() == before


def test_going_back_works_where_the_system_cannot_fork(run: tuple[Path, Any]) -> None:
    said: list[dict[str, Any]] = []
    past = Past(run[0], 10.0, 0, lambda number, answer: said.append(answer))
    past.prepare()
    assert said[-1]["first"] == pytest.approx(600, abs=2) and said[-1]["last"] == 1200
    for number, frame in enumerate((700, 650, 5000), 1):
        past.answer({"number": number, "frame": frame, "messages": [EVENT]})
    assert [answer["frame"] for answer in said[-3:]] == [700, 650, 1200]
    past.close()


def test_the_process_and_its_copies_end_with_the_view(run: tuple[Path, Any]) -> None:
    copy = run[0].with_name("copy.rec")
    copy.write_bytes(run[0].read_bytes())
    view = PastView(copy, window=60.0, checkpoints=4, temporary=True)
    wait(view, "first")
    process = view._process.pid
    children = Path(f"/proc/{process}/task/{process}/children")
    copies = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    assert len(copies) == (4 if hasattr(os, "fork") and children.exists() else 0)
    view.close()
    assert not copy.exists()
    deadline = time.monotonic() + 10
    while any(_runs(pid) for pid in copies):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"nonsense", "not a recording")])
def test_a_recording_that_cannot_be_replayed_gives_the_reason(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "bad.rec"
    if content is not None:
        path.write_bytes(content)
    view = PastView(path)
    assert words in wait(view, "error")["error"]
    view.close()


def test_a_run_that_broke_off_is_shown_as_far_as_it_goes(run: tuple[Path, Any], tmp_path: Path) -> None:
    path = tmp_path / "torn.rec"
    path.write_bytes(run[0].read_bytes()[:-2000])
    view = PastView(path, window=60.0)
    ready = wait(view, "first")
    assert 100 < ready["last"] < 1200 and "frames" in ready["damage"]
    view.ask(ready["last"], [EVENT])
    assert wait(view, "messages")["frame"] == ready["last"]
    view.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of the replay need fork")
def test_a_copy_that_the_system_ends_gives_the_reason(run: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    said = run[0].with_name("said")
    past = Past(run[0], 60.0, 2, lambda number, answer: said.write_text(str(answer)))
    monkeypatch.setattr(PastRun, "look", lambda *_args, **_settings: os.kill(os.getpid(), signal.SIGKILL))
    past.prepare()
    past.answer({"number": 1, "frame": 10, "messages": []})
    deadline = time.monotonic() + 30
    while "was ended" not in said.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    past.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of the replay need fork")
def test_a_moment_is_shown_although_the_system_has_ended_its_copy(run: tuple[Path, Any]) -> None:
    said: list[dict[str, Any]] = []
    past = Past(run[0], 60.0, 2, lambda number, answer: said.append(answer))
    past.prepare()
    for one in past._checkpoints:
        os.kill(one.process, signal.SIGKILL)
        os.waitpid(one.process, 0)
    past.answer({"number": 1, "frame": 10, "messages": []})
    assert said[-1]["frame"] == 10
    past.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of the replay need fork")
def test_a_wish_that_a_killed_copy_has_taken_along_is_answered(run: tuple[Path, Any]) -> None:
    view = PastView(run[0], window=60.0, checkpoints=2)
    wait(view, "first")
    process = view._process.pid
    copies = [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    for pid in copies:
        os.kill(pid, signal.SIGSTOP)
    view.ask(10, [EVENT])
    time.sleep(0.5)
    assert not view.poll()
    for pid in copies:
        os.kill(pid, signal.SIGKILL)
    assert wait(view, "messages")["frame"] == 10
    view.ask(700, [])
    assert wait(view, "messages")["frame"] == 700
    view.close()


def test_a_copy_plays_on_from_a_moment_and_can_be_looked_at(run: tuple[Path, Any], tmp_path: Path) -> None:
    view, copy = PastView(run[0], window=60.0, checkpoints=2), tmp_path / "copy.rec"
    wait(view, "first")
    view.play_on(400, 20.0, copy)
    found = wait(view, "played_on")
    assert (found["played_on"], found["frame"]) == (str(copy), 400)
    view.ask(400, [EVENT, *PAGES[0]])
    before = wait(view, "messages")
    view.close()
    on = PastView(copy, window=60.0, temporary=True)
    ready = wait(on, "first")
    assert (ready["last"], ready["differs"], ready["damage"]) == (1600, -1, "")
    on.ask(400, [EVENT, *PAGES[0]])
    assert shown(wait(on, "messages")["messages"]) == shown(before["messages"])
    on.ask(1600, [["view", ["log", ""]]])
    log = next(data for name, data in wait(on, "messages")["messages"] if name == "log")
    assert log[1][-1][0] > 10.0  # what the simulator made of it
    on.close()
    assert not copy.exists()


def test_a_copy_that_cannot_be_written_gives_the_reason(run: tuple[Path, Any], tmp_path: Path) -> None:
    view = PastView(run[0], window=60.0, checkpoints=0)
    wait(view, "first")
    view.play_on(400, 20.0, tmp_path / "missing" / "copy.rec")
    assert "No such file" in wait(view, "error")["error"]
    view.ask(10, [])
    assert wait(view, "messages")["frame"] == 10
    view.close()


def test_no_copy_of_the_recording_is_left_where_no_replay_can_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.rec"
    copy.write_bytes(b"")
    monkeypatch.setattr("sys.executable", "")
    assert "no program" in str(open_past(str(copy), [], True))
    assert not copy.exists()
