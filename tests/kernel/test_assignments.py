"""Assignments by the kernel: values, statuses and what the game gets are those of the interpreter, in every frame."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.session import MissionSession
from support.acting_missions import VARIABLES, mission
from support.fuzzing import examples

FRAME_US = 100_000


def play(text: str, engine: str, *, listens: bool = True) -> list[Any]:
    """Return what each frame left: actions, variables, the generator's draws."""
    seen: list[Any] = []
    with closing(MissionSession.load(text, engine=engine, seed=3)) as session:
        acts: list[Any] = []
        if listens:
            session.on_action.append(lambda name, arguments: acts.append((name, arguments)))
        for tick in range(12):
            session.set_variable("v0", tick % 3)
            if tick == 6:
                ship = session.world.ship("Alpha 1")
                assert ship is not None
                session.world.set_ship(ship, "hull", 31.0)
            session.step_us(FRAME_US)
            seen.append((list(acts), dict(session.world.variables.snapshot()), session.world.rng.draws))
            acts.clear()
    return seen


_atoms = st.sampled_from([f"@v{number}[1]" for number in range(VARIABLES)] + ["0", "1", "7", "-3", "2147483647"])
_leaves = st.sampled_from(['( hits-left "Alpha 1" )', '( hits-left "Nobody" )', "( mission-time )", "( rand 1 6 )"])
_numbers = st.recursive(
    st.one_of(_atoms, _leaves),
    lambda kids: st.builds(
        lambda name, one, two: f"( {name} {one} {two} )", st.sampled_from(["+", "-", "*", "/", "mod"]), kids, kids
    ),
    max_leaves=6,
)
_conditions = st.one_of(
    st.just("( true )"),
    st.builds(lambda one, two: f"( < {one} {two} )", _numbers, _numbers),
    st.builds(lambda one, two: f"( = {one} {two} )", _atoms, _atoms),
)
_actions = st.one_of(
    st.builds(lambda index, value: f"( modify-variable @v{index}[1] {value} )", st.integers(0, 3), _numbers),
    st.builds(lambda index, value: f"( modify-variable @v{index}[1] {value} )", st.integers(0, 3), _numbers),
    st.just("( modify-variable @word[calm] @v1[1] )"),
    st.just("( do-nothing )"),
)
_formulas = st.builds(
    lambda root, condition, actions: f"( {root} {condition} {' '.join(actions)} )",
    st.sampled_from(["every-time", "every-time", "when"]),
    _conditions,
    st.lists(_actions, min_size=1, max_size=3),
)


@settings(max_examples=examples(60))
@given(st.lists(_formulas, min_size=1, max_size=4), st.sampled_from([1, 3, -1]))
def test_every_frame_is_that_of_the_interpreter(formulas: list[str], repeats: int) -> None:
    text = mission(formulas, repeats)
    assert play(text, "cached") == play(text, "naive")


@pytest.mark.parametrize("listens", [True, False])
def test_a_number_is_assigned_whether_anybody_listens_or_not(listens: bool) -> None:
    text = mission(["( every-time ( true ) ( modify-variable @v1[1] ( + @v1[1] 1 ) ) )"], -1)
    seen = play(text, "cached", listens=listens)
    assert [variables["v1"] for _, variables, _ in seen] == [str(number) for number in range(2, 14)]
    assert seen[3][0] == ([("modify-variable", ("v1", 5))] if listens else [])


def test_who_begins_to_listen_gets_what_happens_from_then_on() -> None:
    text = mission(["( every-time ( true ) ( modify-variable @v1[1] ( + @v1[1] 1 ) ) ( do-nothing ) )"], -1)
    acts: list[Any] = []
    with closing(MissionSession.load(text)) as session:
        session.step_us(FRAME_US)
        session.on_action.append(lambda name, arguments: acts.append((name, arguments)))
        session.step_us(FRAME_US)
    assert acts == [("modify-variable", ("v1", 3)), ("do-nothing", ())]


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_an_assignment_that_is_always_made_is_a_program() -> None:
    formulas = [
        "( every-time ( true ) ( modify-variable @v1[1] ( + @v1[1] 1 ) ) )",
        "( every-time ( true ) ( modify-variable @word[calm] @v1[1] ) )",
    ]
    with closing(MissionSession.load(mission(formulas, -1))) as session:
        programs = [
            formula.program is not None
            for formula in session.rows["event"].formulas
            if isinstance(formula, CompiledFormula)
        ]
    assert programs == [True, True]
