"""Events that act in every frame: counted without a visit for as long as they do, and otherwise as the naive engine."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.loops import REPEATING
from sexp_runtime.session import MissionSession
from support.both_engines import EVERY_FRAME, check_both, text_of
from support.fuzzing import examples

ANY_SHIP = '( any-of "Alpha 1" "Beta 1" "Gamma 1" )'


_conditions = st.sampled_from(
    [
        "( > @v0[1] 0 )", "( = @v0[1] @v1[0] )", '( < ( hits-left "Alpha 1" ) 60 )', "( has-time-elapsed 1 )",
        '( is-event-true "e0" )', '( not ( is-event-true "e1" ) )', "( true )",
    ]
)  # fmt: skip
_own = st.sampled_from(
    ['( < ( hits-left "<argument>" ) 60 )', "( > @v1[0] 0 )", '( is-destroyed-delay 0 "<argument>" )']
)
_actions = st.sampled_from(
    [
        "( do-nothing )", "( do-nothing )", "( modify-variable @v1[0] ( + @v1[0] 1 ) )", "( modify-variable @v0[1] 0 )",
        "( modify-variable @v1[0] ( rand 0 2 ) )", '( reset-event "e0" )', '( reset-event "e1" )',
        '( set-object-position "Beta 1" 1 2 3 )', '( invalidate-argument "Beta 1" )',
    ]
)  # fmt: skip
_formulas = st.builds(
    lambda root, test, own, acts: (
        f"( {root} {ANY_SHIP} {own} {' '.join(acts)} )" if "argument" in root else f"( {root} {test} {' '.join(acts)} )"
    ),
    st.sampled_from(["when", "when", "every-time", "when-argument", "every-time-argument"]),
    _conditions,
    _own,
    st.lists(_actions, min_size=1, max_size=2),
)
_repeats = st.sampled_from(
    [
        EVERY_FRAME, EVERY_FRAME, EVERY_FRAME, "+Repeat Count: 3\n+Interval: 0\n", "",
        "+Repeat Count: -1\n+Trigger Count: -1\n", "+Repeat Count: -1\n+Interval: 0\n+Chained: 0\n",
        "+Repeat Count: -1\n+Interval: 1\n",
    ]
)  # fmt: skip
_deeds = st.lists(st.tuples(st.sampled_from(["v0", "v1", "hull", "time"]), st.integers(0, 9)), min_size=0, max_size=2)


@settings(max_examples=examples(80))
@given(st.lists(st.tuples(_formulas, _repeats), min_size=2, max_size=5), st.lists(_deeds, min_size=8, max_size=24))
def test_each_frame_is_that_of_the_naive_engine(events: list[tuple[str, str]], changes: list[Any]) -> None:
    check_both(text_of(events), changes)


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
@pytest.mark.parametrize(
    "formula",
    [
        "( when ( > @v0[1] 0 ) ( do-nothing ) )",
        "( when ( > @v0[1] 0 ) ( modify-variable @v1[0] ( + @v1[0] 1 ) ) )",
        f'( when-argument {ANY_SHIP} ( > ( hits-left "<argument>" ) 60 ) ( do-nothing ) )',
    ],
)
def test_an_event_is_counted_without_a_visit_while_it_acts(formula: str) -> None:
    quiet: list[Any] = [[]] * 5
    words = check_both(text_of([(formula, EVERY_FRAME)]), [*quiet, [("v0", 0)], *quiet, [("v0", 1)], *quiet])
    assert REPEATING in words[4]
    assert "v0" not in formula or REPEATING not in words[8]
    assert REPEATING in words[-1]


def test_an_event_that_resets_itself_counts_anew() -> None:
    events = [
        ('( when ( > @v0[1] 0 ) ( do-nothing ) )', EVERY_FRAME),
        ('( when ( > @v1[0] 3 ) ( modify-variable @v1[0] 0 ) ( reset-event "e0" "e1" ) )', EVERY_FRAME),
        ('( when ( true ) ( modify-variable @v1[0] ( + @v1[0] 1 ) ) )', EVERY_FRAME),
    ]  # fmt: skip
    check_both(text_of(events), [[]] * 20)


def test_an_action_that_fails_makes_its_event_false() -> None:
    class Listener:
        """Makes the context's actions fail now and then."""

        calls = 0

        def __call__(self, name: str, arguments: tuple[Any, ...]) -> None:
            self.calls += 1
            if self.calls in (4, 5, 9):
                raise RuntimeError("the game's hook fails")

    text = text_of([("( when ( > @v0[1] 0 ) ( do-nothing ) )", EVERY_FRAME)])
    seen = []
    for engine in ("naive", "cached"):
        with closing(MissionSession.load(text, engine=engine)) as session:
            session.step_us(100_000)  # the first frame looks up the listeners
            session.context.listeners, session.context.actions = None, Listener()
            frames = []
            for _ in range(14):
                session.step_us(100_000)
                event = session.world.events[0]
                frames.append((event.result, event.count, event.timestamp, event.satisfied_time))
            seen.append((frames, session.manager.counters.errors, session.manager.counters.requests))
    assert seen[0] == seen[1]
    assert seen[0][1] == 3
