"""Problems of a mission for the game: a few lines in the output, everything on request, and the strict mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.bridge.host import RuntimeHost
from sexp_runtime.mission import RefusedMissionError
from sexp_runtime.session import MissionSession
from support.fake_nodes import FakeAccess

MISSION = """#Mission Info
$Name: Problems
#Objects
#Events
$Formula: ( when ( is-in-mission 5 ) ( {action} ) )
+Name: Wrong
#Goals
#End
"""
BAD = MISSION.format(action="scripted-thing")
NEARLY = MISSION.replace("is-in-mission 5", "true").format(action="scripted-thing")


class Lines:
    """A host, with the lines that it reports."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.host = RuntimeHost(FakeAccess(), lambda *what: None, lambda *line: self.lines.append(line))


def test_problems_have_everything_that_a_panel_shows() -> None:
    bench = Lines()
    assert bench.host.load("bad.fs2", BAD, {})
    error, warning = bench.host.problems.as_list()
    assert error["text"] == "is-in-mission, argument 1: expected a text, not the number 5"
    assert {key: error[key] for key in error if key != "text"} == {
        "severity": "error",
        "code": "E309",
        "file": "bad.fs2",
        "line": 5,
        "column": 34,
        "owner": 'event "Wrong"',
    }
    assert (warning["severity"], warning["code"], warning["line"]) == ("warning", "W311", 5)
    assert [level for level, _ in bench.lines] == ["error", "info"]
    assert "1 warning in the mission" in bench.lines[1][1]
    bench.host.close()


def test_a_strict_load_refuses_errors_and_says_which() -> None:
    bench = Lines()
    assert not bench.host.load("bad.fs2", BAD, {"strict": True})
    assert bench.host.session is None
    assert [row["code"] for row in bench.host.problems.as_list()] == ["E309", "W311"]
    assert any(level == "error" and line.startswith("load_mission: bad.fs2: ") for level, line in bench.lines)
    assert bench.host.load("nearly.fs2", NEARLY, {"strict": True})
    assert [row["code"] for row in bench.host.problems.as_list()] == ["W311"]
    bench.host.close()


def test_a_file_that_is_no_mission_has_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "none.fs2"
    path.write_text("hello", encoding="utf-8")
    bench = Lines()
    assert not bench.host.load(str(path), "", {})
    assert [row["code"] for row in bench.host.problems.as_list()] == ["E205"]


def test_the_session_is_strict_on_request() -> None:
    session = MissionSession.load(BAD)
    assert [problem.code for problem in session.problems()] == ["E309", "W311"]
    session.close()
    with pytest.raises(RefusedMissionError, match="E309") as refused:
        MissionSession.load(BAD, strict=True)
    assert [problem.code for problem in refused.value.problems] == ["E309", "W311"]
    MissionSession.load(NEARLY, strict=True).close()
