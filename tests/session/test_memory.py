"""Memory: what the expression cache says it holds is what Python's own accounting sees, and it comes back."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from sexp_runtime.session import MissionSession

MISSION = """#Mission Info
$Version: 24.2
$Name: Memory
#Sexp_variables
$Variables:
(
	0	"a"	"0"	"number"
	1	"b"	"0"	"number"
)
#Events
#End
"""
SHAPES = (
    "( and ( > ( + @a[0] {0} ) 0 ) ( or ( < @b[0] 5 ) ( = @a[0] @b[0] ) ) ( not ( = @a[0] 99 ) ) )",
    '( < ( hits-left "Alpha {0}" ) 50 )',
    "( + ( mission-time ) {0} )",
    '( is-destroyed-delay 0 "Alpha {0}" "Beta {0}" )',
)


@pytest.mark.parametrize("shape", SHAPES)
def test_accounted_bytes_are_those_of_tracemalloc(shape: str) -> None:
    session = MissionSession.load(MISSION, cache_bytes=64 << 20, freeze_gc=False)
    for warm_up in range(20):
        session.evaluate(shape.format(10_000 + warm_up))
    gc.collect()
    tracemalloc.start()
    try:
        before, accounted = tracemalloc.get_traced_memory()[0], session.cache.nbytes
        for number in range(400):
            session.evaluate(shape.format(number))
        gc.collect()
        real = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert (session.cache.nbytes - accounted) / real == pytest.approx(1.0, abs=0.1)
    session.close()


@pytest.mark.slow
def test_endless_new_texts_leave_no_trace() -> None:
    session = MissionSession.load(MISSION, cache_entries=50, cache_bytes=400_000, freeze_gc=False)
    numbers = iter(range(10**6))

    def ask(count: int) -> int:
        for number, _ in zip(numbers, range(count), strict=False):
            session.evaluate(SHAPES[number % len(SHAPES)].format(number))
            session.evaluate(f"( every-time ( > @a[0] {number} ) ( do-nothing ) )")
            session.step_us(16_667)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        ask(2_200)  # what is kept of the last frames fills up first, and so does what Python itself keeps
        first = ask(600)
        later = ask(1_800)
    finally:
        tracemalloc.stop()
    assert later - first < 40_000
    session.cache.check_valid()
    session.close()
