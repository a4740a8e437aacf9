"""Fuzzing of the mission reader and the validator: damaged missions give diagnostics, never exceptions."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.mission import parse_mission, validate_mission
from sexp_runtime.mission.source import decode
from sexp_runtime.syntax import CODES
from support.fuzzing import fuzz
from support.samples import SAMPLE

LINES = SAMPLE.split("\n")
NASTY = st.sampled_from(
    [
        '"',
        "(",
        ")",
        "( ( (",
        "/*",
        "*/",
        ";",
        ";;FSO 99;;",
        "#End",
        "#Events",
        "#Objects",
        "#Nonsense",
        "$Name:",
        "$Formula:",
        "$Formula: ( and",
        "+Name: x",
        "$Arrival Cue:",
        "+Subsystem:",
        "+Docked With:",
        "$Damage: -9",
        "$Waves: 999999999",
        "$List: ( ( 1",
        "$Variables: (",
        '0 "a" "b" "number"',
        "\0",
        "\ufeff",
        "\r",
        "9" * 400,
        "-",
        "@Kills[",
        "&&Queue",
        "&Prices& ( 1 )",
        "$end_multi_text",
        "$MessageNew:",
        "XSTR(",
    ]
)
EDIT = st.tuples(
    st.sampled_from(["delete", "insert", "replace", "swap", "cut"]),
    st.integers(0, len(LINES) - 1),
    st.integers(0, len(LINES) - 1),
    st.integers(0, 60),
    NASTY | st.text(max_size=20),
)


def damage(lines: list[str], edits: list[tuple[str, int, int, int, str]]) -> str:
    """Return the text of the lines after some edits."""
    lines = list(lines)
    for kind, first, second, column, text in edits:
        if kind == "cut":
            first, second = sorted((first, min(second, first + 12)))
            del lines[first:second]
        if not lines:
            break
        first, second = first % len(lines), second % len(lines)
        if kind == "delete":
            del lines[first]
        elif kind == "insert":
            lines[first] = lines[first][:column] + text + lines[first][column:]
        elif kind == "replace":
            lines[first] = text
        elif kind == "swap":
            lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def check(text: str | bytes) -> None:
    """Load, look at everything, validate."""
    load = parse_mission(text, file="fuzz.fs2")
    mission = load.mission
    for problem in load.diagnostics + validate_mission(mission):
        assert problem.code in CODES
        assert problem.line >= 0
        assert str(problem)
    assert all(formula.owner for formula in mission.formulas())
    assert len({ship.name.lower() for ship in mission.ships}) == len(mission.ships)
    assert all(wing.waves >= 1 for wing in mission.wings)
    assert all(event.repeat != 0 and event.trigger != 0 for event in mission.events)
    names = mission.variable_names()
    for formula in mission.formulas():
        for node in formula.root.walk():
            assert node.variable is None or names[node.variable]
    assert gc.isenabled()


@fuzz(120)
@given(st.lists(EDIT, min_size=1, max_size=12))
def test_damaged_missions(edits: list[tuple[str, int, int, int, str]]) -> None:
    check(damage(LINES, edits))


@fuzz(60)
@given(st.lists(EDIT, max_size=4), st.binary(max_size=60), st.integers(0, len(SAMPLE)))
def test_damaged_bytes(edits: list[tuple[str, int, int, int, str]], data: bytes, place: int) -> None:
    whole = damage(LINES, edits).encode("utf-8", "surrogatepass")
    check(whole[:place] + data + whole[place:])
    check(whole[:place])


@fuzz(100)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_any_bytes(data: bytes) -> None:
    text, _ = decode(data)
    check(text)
    check("#Objects\n" + text)
    check("#Events\n$Formula: " + text)
