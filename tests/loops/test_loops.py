"""The innermost loops: each by itself, and those in C beside those in Python."""

from __future__ import annotations

import os
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime import loops
from sexp_runtime.loops import CAME_TRUE, HOT, PASSED_OVER, READY, plain
from sexp_runtime.values import KNOWN_FALSE, UNKNOWN, Status

BOTH = [pytest.param(plain, id="python")]
if loops.LANGUAGE == "c":
    from sexp_runtime.loops import native

    BOTH.append(pytest.param(native, id="c"))

#: For evaluators that are no programs: moments at which slots are due, and what would be called with others.
NO_MOMENTS = (array("q", [0] * 16), lambda index, us: None)


def test_set_up_has_compiled_them() -> None:
    """The test command sets everything up, a C compiler included: without this the pairs below compare nothing."""
    assert ("python" if os.environ.get("SEXP_LOOPS") == "plain" else "c") == loops.LANGUAGE


@pytest.mark.parametrize("first", ["loops", "kernel", "values", "session"])
def test_kernel_and_loops_are_in_one_language_whatever_is_imported_first(first: str) -> None:
    code = (
        f"import sexp_runtime.{first}; from sexp_runtime import kernel, loops; print(kernel.LANGUAGE, loops.LANGUAGE)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(loops.__file__).parents[2], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert run.stdout.split() == [loops.LANGUAGE] * 2


def test_the_environment_can_ask_for_those_in_python() -> None:
    code = "from sexp_runtime import loops; print(loops.LANGUAGE, loops.Scan.__module__)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(loops.__file__).parents[2],
        env={**os.environ, "SEXP_LOOPS": "plain"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.split() == ["python", "sexp_runtime.loops.plain"]


class Dropper:
    """Something else than a bytearray that takes flags."""

    def __init__(self) -> None:
        self.flagged: list[int] = []

    def __setitem__(self, index: int, flag: int) -> None:
        self.flagged.append(index * flag)


@pytest.mark.parametrize("module", BOTH)
def test_the_readers_of_each_fact_are_marked(module: Any) -> None:
    flags, other, dropper = bytearray(4), bytearray(2), Dropper()
    pending, silent, unheard = bytearray(1), bytearray(1), bytearray(1)
    readers = {
        ("a",): [(flags, 1, pending), (other, 0, unheard)],
        ("b", 2): [(flags, 3, pending), (dropper, 7, unheard)],
        ("c",): [(flags, 0, silent)],
    }
    module.set_flags(readers, [("b", 2), ("nobody",), ("a",)])
    assert (list(flags), list(other), dropper.flagged) == ([0, 1, 0, 1], [1, 0], [7])
    assert (pending[0], silent[0]) == (1, 0)


@pytest.mark.parametrize("module", BOTH)
def test_an_edge_to_no_slot_is_an_error(module: Any) -> None:
    with pytest.raises(IndexError):
        module.set_flags({("a",): [(bytearray(2), 2, bytearray(1))]}, [("a",)])


@pytest.mark.parametrize("module", BOTH)
def test_a_fact_that_is_none_is_an_error(module: Any) -> None:
    with pytest.raises(TypeError):
        module.set_flags({}, [["not", "hashable"]])


class Root:
    """What remembers a formula's status."""

    def __init__(self, status: Status = UNKNOWN) -> None:
        self.status = status


@pytest.mark.parametrize("module", BOTH)
@pytest.mark.parametrize("word", [READY, HOT])
def test_what_an_evaluation_raises_is_passed_on_with_its_place(module: Any, word: int) -> None:
    def fail() -> int:
        raise ZeroDivisionError

    dirty = bytearray(b"\1\1\1")
    evaluators = [lambda: 0, fail, lambda: 0]
    scan = module.Scan(
        dirty,
        bytearray(3),
        bytearray([word] * 3),
        evaluators,
        [None] * 3,
        array("q", [-1] * 3),
        *NO_MOMENTS,
    )
    with pytest.raises(ZeroDivisionError):
        scan.run(0, -1, 5)
    assert (scan.position, scan.done, list(dirty)) == (1, 2, [0, 0, 1] if word == READY else [1, 1, 1])


@pytest.mark.parametrize("module", BOTH)
@pytest.mark.parametrize(("status", "outcome"), [(KNOWN_FALSE, CAME_TRUE), (UNKNOWN, -1)])
def test_a_hot_slot_that_is_known_to_be_false_is_reported(module: Any, status: Status, outcome: int) -> None:
    root = Root()

    def evaluate() -> int:
        root.status = status
        return 0

    def other() -> int:
        raise AssertionError("the evaluator of another slot")

    dirty, evaluated_us = bytearray(b"\0\1"), array("q", [-1, -1])
    scan = module.Scan(
        dirty,
        bytearray(2),
        bytearray([0, HOT]),
        [other, evaluate],
        [None, root],
        evaluated_us,
        *NO_MOMENTS,
    )
    assert scan.run(1, -1, 5) == outcome
    assert (scan.done, scan.repeated, list(dirty), evaluated_us) == (1, 1, [0, 1], array("q", [-1, 5]))


#: What happens at a slot's evaluation: its value, or "error"; what it does, and to which slot.
Outcome = tuple[int | str, str, int]


def play(
    module: Any, dirty: bytes, wakes: bytes, words: bytes, outcomes: list[Outcome], statuses: list[Status], limit: int
) -> list[Any]:
    """Scan over all slots as a pass does; return all that can be seen of it."""
    flags, woken, ready = bytearray(dirty), bytearray(wakes), bytearray(words)
    seen: list[Any] = []
    evaluated_us = array("q", [-1] * len(flags))
    roots = [Root(status) if index % 3 else None for index, status in enumerate(statuses)]

    def evaluator(index: int) -> Callable[[], int]:
        value, deed, slot = outcomes[index]

        def evaluate() -> int:
            seen.append(("evaluated", index, scan.position, bytes(flags)))
            if deed == "flag":
                flags[slot] = 1
            elif deed == "wake":
                woken[slot] = 1
            elif deed == "visit":
                ready[slot] = 0
            if isinstance(value, str):
                raise RuntimeError(index)
            return value

        return evaluate

    evaluators = list(map(evaluator, range(len(flags))))
    scan = module.Scan(flags, woken, ready, evaluators, roots, evaluated_us, *NO_MOMENTS)
    index = flags.find(1)
    us = 0
    while index >= 0:
        us += 1
        if ready[index] not in (READY, HOT, PASSED_OVER) or 0 <= limit <= index or us > 100:
            seen.append(("left", index))
            index += 1
        else:
            try:
                index = scan.run(index, limit, us)
            except RuntimeError as error:
                seen.append(("raised", error.args))
                index = scan.position + 1
            else:
                seen.append(("returned", index, scan.value))
                if index != CAME_TRUE:
                    limit = woken.find(1, scan.position + 1)
                    continue
                index = scan.position + 1
        index = flags.find(1, index)
    return [*seen, bytes(flags), list(evaluated_us), scan.done, scan.repeated, scan.position]


SLOTS = 12
MARKS = st.lists(st.integers(0, 1), min_size=SLOTS, max_size=SLOTS).map(bytes)
WORDS = st.lists(
    st.sampled_from([0, READY, READY, READY, HOT, HOT, PASSED_OVER, 4, 5]), min_size=SLOTS, max_size=SLOTS
).map(bytes)
OUTCOMES = st.tuples(
    st.sampled_from([0, 0, 0, 0, 1, -1, 2**31 - 1, "error"]),
    st.sampled_from(["nothing", "nothing", "flag", "wake", "visit"]),
    st.integers(0, SLOTS - 1),
)
STATUSES = st.lists(st.sampled_from([UNKNOWN, UNKNOWN, KNOWN_FALSE]), min_size=SLOTS, max_size=SLOTS)


@pytest.mark.skipif(loops.LANGUAGE != "c", reason="SEXP_LOOPS=plain: the loops in C are not in use")
@given(MARKS, MARKS, WORDS, st.lists(OUTCOMES, min_size=SLOTS, max_size=SLOTS), STATUSES, st.integers(-1, SLOTS))
def test_both_do_the_same(
    dirty: bytes, wakes: bytes, words: bytes, outcomes: list[Outcome], statuses: list[Status], limit: int
) -> None:
    assert play(native, dirty, wakes, words, outcomes, statuses, limit) == play(
        plain, dirty, wakes, words, outcomes, statuses, limit
    )
