"""Draws that cannot matter are made later: results, and the numbers drawn, are those of the naive engine."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime.session import MissionSession
from support.both_engines import EVERY_FRAME, check_both, text_of
from support.fuzzing import examples

DRAWN = '( random-multiple-of "Alpha 1" "Beta 1" "Gamma 1" )'
TAUNT = (
    f'( every-time-argument {DRAWN} ( and ( has-arrived-delay ( rand-multiple 1 2 ) "<argument>" ) '
    "( > ( mission-time ) ( + @v0[1] 3 ) ) ) ( modify-variable @v0[1] ( mission-time ) ) )"
)

_parts = st.sampled_from(
    [
        '( has-arrived-delay ( rand-multiple 1 2 ) "<argument>" )',
        '( is-destroyed-delay ( rand-multiple 0 1 ) "<argument>" )',
        '( is-event-true-delay "e1" ( rand-multiple 0 1 ) )', '( not ( is-destroyed-delay 0 "<argument>" ) )',
        "( > ( mission-time ) ( + @v0[1] 1 ) )", "( > @v1[0] 0 )", "( = ( rand-multiple 0 2 ) @v0[1] )",
        '( < ( hits-left "<argument>" ) ( rand-multiple 0 100 ) )', '( < ( hits-left "Beta 1" ) 60 )',
        '( is-destroyed-delay 0 "Beta 1" )', "( or ( = ( rand-multiple 0 2 ) 1 ) ( > @v1[0] 5 ) )",
        '( not ( is-destroyed-delay ( + 0 @v1[0] ) "<argument>" ) )',
        '( is-destroyed-delay ( + 0 @v1[0] ) "<argument>" )',
        '( < 0 ( is-destroyed-delay 0 "<argument>" ) ( rand-multiple 0 2 ) )',
        "( < ( / 6 ( rand-multiple 0 2 ) ( rand-multiple 1 2 ) ) 3 )", "( < ( mod 6 @v1[0] ( rand-multiple 0 2 ) ) 3 )",
        '( not ( xor 1 ( and ( is-event-true-delay "e1" ( rand-multiple 0 2 ) ) ( = @v1[0] 7 ) ) ) )',
    ]
)  # fmt: skip
_actions = st.sampled_from(
    ["( modify-variable @v0[1] ( mission-time ) )", '( invalidate-argument "<argument>" )', "( do-nothing )",
     "( modify-variable @v1[0] ( rand-multiple 0 2 ) )"]
)  # fmt: skip
_forms = st.builds(
    lambda root, provider, parts, actions: (
        f'( {root} ( {provider} "Alpha 1" "Beta 1" "Gamma 1" ) ( and {" ".join(parts)} ) {" ".join(actions)} )'
    ),
    st.sampled_from(["every-time-argument", "every-time-argument", "when-argument"]),
    st.sampled_from(["random-multiple-of", "random-multiple-of", "any-of"]),
    st.lists(_parts, min_size=1, max_size=4),
    st.lists(_actions, min_size=1, max_size=2),
)
_deeds = st.lists(st.tuples(st.sampled_from(["v0", "v1", "hull", "time", "destroy"]), st.integers(0, 9)), max_size=1)


@settings(max_examples=examples(80))
@given(
    st.lists(st.tuples(_forms, st.sampled_from(["", "", EVERY_FRAME])), min_size=2, max_size=4),
    st.lists(_deeds, min_size=8, max_size=24),
    st.sampled_from(["fso", "wcs"]),
)
def test_each_frame_is_that_of_the_naive_engine(
    events: list[tuple[str, str]], changes: list[Any], dialect: str
) -> None:
    check_both(text_of(events), changes, dialect)


def test_a_hot_form_that_rests_while_a_profiler_watches_draws_once() -> None:
    event = (
        f'( every-time-argument {DRAWN} ( and ( has-arrived-delay ( rand-multiple 1 2 ) "<argument>" ) {{}} ) {{}} )'
    )
    events = [
        (event.format("( true )", "( modify-variable @v0[1] ( mission-time ) )"), ""),
        (event.format("( > @v1[0] 0 )", "( modify-variable @v0[1] ( mission-time ) )"), ""),
    ]
    always: list[Any] = [[("v1", 1)], *[[]] * 12, [("v1", 0)], *[[]] * 12, [("v1", 1)], *[[]] * 12]
    check_both(text_of(events), always)


@pytest.mark.parametrize("dialect", ["fso", "wcs"])
def test_a_form_whose_condition_draws_too_rests_while_another_part_is_false(dialect: str) -> None:
    quiet: list[Any] = [[]] * 60
    check_both(text_of([(TAUNT, "")]), quiet, dialect)
    with closing(MissionSession.load(text_of([(TAUNT, "")]), seed=5, dialect=dialect)) as session:
        before, drawn = session.manager.counters.evaluations, session.world.rng.draws
        for _ in range(25):
            session.step_us(100_000)
        assert session.manager.counters.evaluations - before <= 4  # once a second, when `mission-time` changes
        assert session.world.rng.draws - drawn == 50


@pytest.mark.parametrize(
    "formula",
    [
        '( every-time-argument ( random-multiple-of "Alpha 1" "Beta 1" ) '
        '( and ( is-destroyed-delay ( + 0 @v1[0] ) "<argument>" ) ( < ( rand-multiple 0 3 ) 2 ) ) {} )',
        "( every-time ( and ( = @v1[0] 1 ) ( < ( / 6 ( rand-multiple 0 2 ) ( rand-multiple 1 2 ) ) 3 ) ) {} )",
        "( every-time ( and ( = @v1[0] 1 ) ( < ( mod 6 ( rand-multiple 0 2 ) ( rand-multiple 1 2 ) ) 3 ) ) {} )",
        '( every-time-argument ( random-multiple-of "Alpha 1" "Beta 1" ) '
        '( and ( = @v1[0] 1 ) ( < 0 ( is-destroyed-delay 0 "<argument>" ) ( rand-multiple 1 3 ) ) ) {} )',
        '( every-time-argument ( random-multiple-of "Alpha 1" "Beta 1" ) '
        '( and ( = @v1[0] 1 ) ( is-nan ( < ( hits-left "<argument>" ) ( rand-multiple 1 3 ) ) ) ) {} )',
    ],
    ids=["candidate", "division", "remainder", "comparison", "no number"],
)
def test_a_part_that_decides_what_is_drawn_or_true_does_not_rest(formula: str) -> None:
    changes: list[Any] = [*[[]] * 5, [("destroy", 1)], *[[]] * 20, [("v1", 1)], *[[]] * 5]
    for later in range(3):
        check_both(
            text_of([(formula.format("( modify-variable @v0[1] ( rand-multiple 1 99 ) )"), "")]), changes[later:]
        )
