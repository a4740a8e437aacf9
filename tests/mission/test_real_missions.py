"""Real missions: everything in them is in the model, and nothing right is called wrong."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.mission import Mission, load_mission, validate_mission
from sexp_runtime.syntax import Diagnostic
from support.missions import mission_paths, needs_missions

pytestmark = [pytest.mark.missions, needs_missions]

#: Section, attribute of the model, field that starts each of its things, and the section after it.
COUNTED = [
    ("Objects", "ships", r"\$Name:"),
    ("Wings", "wings", r"\$Name:"),
    ("Events", "events", r"\$Formula:"),
    ("Goals", "goals", r"\$Type:"),
    ("Waypoints", "waypoints", r"\$Name:"),
    ("Messages", "messages", r"\$Name:"),
    ("Reinforcements", "reinforcements", r"\$Name:"),
]


def raw_text(path: Path) -> str:
    return path.read_bytes().decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def section(raw: str, name: str) -> str:
    match = re.search(rf"^#{name}\b.*?(?=^#[A-Z])", raw, re.MULTILINE | re.DOTALL)
    return match[0] if match is not None else ""


@pytest.fixture(scope="module")
def loaded() -> list[tuple[Path, Mission, list[Diagnostic]]]:
    result = []
    for path in mission_paths():
        load = load_mission(path)
        result.append((path, load.mission, load.diagnostics + validate_mission(load.mission)))
    return result


def test_everything_is_in_the_model(loaded: list[tuple[Path, Mission, list[Diagnostic]]]) -> None:
    """Counts equal those of the fields in the file, and those of the section comments unless these are outdated."""
    told = 0
    for path, mission, _ in loaded:
        raw = raw_text(path)
        for name, attribute, field in COUNTED:
            text = section(raw, name)
            count = len(getattr(mission, attribute))
            fields = len(re.findall(rf"^[ \t]*{field}", text, re.MULTILINE))
            assert count == fields, (path.name, name)
            comment = re.match(r"#\w+\s*;!\s*(\d+)", text)
            told += comment is not None and int(comment[1]) == count
        cues = len(re.findall(r"^\$(?:Arrival|Departure) Cue:", raw, re.MULTILINE))
        model = [row.cue for owner in (*mission.ships, *mission.wings) for row in (owner.arrival, owner.departure)]
        assert sum(cue is not None for cue in model) == cues, path.name
        assert all(event.formula is not None and event.name for event in mission.events), path.name
    assert told > 6 * len(loaded)


def test_no_false_errors(loaded: list[tuple[Path, Mission, list[Diagnostic]]]) -> None:
    """All load in the original, but for a template without objects: its start ship is nowhere."""
    errors = [problem for _, _, problems in loaded for problem in problems if problem.is_error]
    assert [problem.code for problem in errors] == ["E229"], [str(problem) for problem in errors]


def test_operators_called_unknown_are_in_no_catalog(loaded: list[tuple[Path, Mission, list[Diagnostic]]]) -> None:
    names = {
        found[1]
        for _, _, problems in loaded
        for problem in problems
        if problem.code == "W311" and (found := re.search(r'"([^"]*)"', problem.message)) is not None
    }
    assert names
    assert names.isdisjoint(OPERATOR_NAMES)


def test_no_false_warnings(loaded: list[tuple[Path, Mission, list[Diagnostic]]]) -> None:
    """No field is called unknown, no quote in a text is called stray, no variable beside scripts unused."""
    for _, _, problems in loaded:
        codes = {problem.code for problem in problems}
        assert codes.isdisjoint({"W210", "W217"}), [str(problem) for problem in problems]
        assert not {"W311", "W340"} <= codes


def test_the_largest_mission_loads_fast() -> None:
    """Half of the half second that loading may take: the rest is for compiling."""
    path = max(mission_paths(), key=lambda path: path.stat().st_size)
    best = 9.0
    for _ in range(5):
        start = time.process_time()
        load = load_mission(path)
        validate_mission(load.mission)
        best = min(best, time.process_time() - start)
    assert best < 0.25
