"""Random cues on both engines: who arrives and departs when, each request, and the state of the cached manager."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.both_engines import SHIPS, check_both
from support.fuzzing import examples
from support.small_missions import mission, ship, wing

_cues = st.sampled_from(
    [
        "( true )", "( false )", "( > @v0[1] 0 )", "( = @v1[0] 3 )", "( has-time-elapsed 1 )",
        '( is-destroyed-delay 0 "Beta 1" )', '( has-departed-delay 0 "Alpha 1" )', '( is-event-true-delay "e0" 0 )',
        '( < ( distance "Alpha 1" "Beta 1" ) 150 )', '( < ( hits-left "Alpha 1" ) 60 )',
        '( and ( has-arrived-delay 0 "Beta 1" ) ( > @v0[1] 1 ) )', '( not ( is-destroyed-delay 0 "Gamma 1" ) )',
    ]
)  # fmt: skip
_delays = st.sampled_from([0, 0, 1])
_terms = st.tuples(_cues, _delays, _cues, _delays)
_actions = st.sampled_from(
    [
        "( do-nothing )", "( modify-variable @v1[0] 3 )", '( set-object-position "Beta 1" 0 0 0 )',
        '( ship-stealthy "Alpha 1" )', '( sabotage-subsystem "Alpha 1" "engines" 100 )', '( end-mission )',
    ]
)  # fmt: skip
_events = st.tuples(_cues, _actions)
_deeds = st.lists(
    st.tuples(st.sampled_from(["v0", "v1", "v1", "hull", "time", "destroy"]), st.integers(0, 9)), max_size=2
)


def with_terms(entry: str, terms: tuple[str, int, str, int]) -> str:
    """Return an entry of a ship or wing with these cues and delays."""
    arrival, wait, departure, stay = terms
    return entry.replace("$Arrival Cue: ( true )", f"+Arrival Delay: {wait}\n$Arrival Cue: {arrival}").replace(
        "$Departure Cue: ( false )", f"+Departure Delay: {stay}\n$Departure Cue: {departure}"
    )


@settings(max_examples=examples(60))
@given(
    st.tuples(_terms, _terms, _terms),
    _terms,
    st.integers(1, 3),
    st.lists(_events, min_size=1, max_size=3),
    st.lists(_deeds, min_size=8, max_size=24),
)
def test_each_frame_is_that_of_the_naive_engine(
    ships: tuple[Any, ...], of_wing: tuple[str, int, str, int], waves: int, events: list[Any], changes: list[Any]
) -> None:
    singles = [
        with_terms(ship(name, place=f"0, 0, {100 * number}"), terms)
        for number, (name, terms) in enumerate(zip(SHIPS, ships, strict=True))
    ]
    members = ["Delta 1", "Delta 2"]
    text = mission(
        [(f"( when {cue} {action} )", f"e{number}") for number, (cue, action) in enumerate(events)],
        ships=[*singles, *(ship(name, place="0, 500, 0") for name in members)],
        wings=[with_terms(wing("Delta", members, waves=waves), of_wing)],
        variables=['0 "v0" "1" "number"', '1 "v1" "0" "number"'],
    )
    check_both(text, changes)
