"""EngineCounters: the requests of slots at rest follow from the number of frames, whatever comes and goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.rules.counters import EngineCounters

SLOTS = 4
#: For each slot in a frame: nothing happens, it changes between rest and visits in its turn, or after its turn.
STEPS = st.sampled_from(["", "", "turn", "after"])


@given(st.lists(st.tuples(st.booleans(), st.lists(STEPS, min_size=SLOTS, max_size=SLOTS))))
def test_requests_are_those_that_a_count_in_each_frame_finds(frames: list[tuple[bool, list[str]]]) -> None:
    """Slots with an even number are requested in every frame, the others are left out of short ones."""
    counters = EngineCounters()
    resting = [False] * SLOTS
    requests = 0
    for is_short, steps in frames:
        counters.frames += 1
        counters.short_frames += is_short
        for slot, step in enumerate(steps):
            always = slot % 2 == 0
            has_turn = always or not is_short
            requests += has_turn
            if not resting[slot]:
                counters.asked += has_turn
            if step and resting[slot]:
                visited = step == "turn" and has_turn
                counters.remove_idle(always, int(visited))
                counters.asked += visited
                resting[slot] = False
            elif step:
                counters.add_idle(always)
                resting[slot] = True
        assert counters.requests == requests
    counters.evaluations = 3
    assert counters.hits == requests - 3
    assert counters.as_dict()["requests"] == requests
    assert list(counters.as_dict()) == list(EngineCounters.NAMES)
