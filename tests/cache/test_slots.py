"""Slots and the timers: flags, due moments, edges, against a plain model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sexp_runtime.cache.slots import IDLE_FIRST, SlotTable, TimerQueue
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactBoard
from support.fuzzing import examples

SIZE = 6
KEYS = [("var", number) for number in range(4)]


def test_a_fact_sets_the_flags_of_its_readers_and_the_pending_flag() -> None:
    board = FactBoard()
    timers = TimerQueue(board)
    table = SlotTable(timers, SIZE)
    table.subscribe(2, [("var", 1), ("var", 1)])
    board.changed(("var", 0))
    assert not timers.pending[0]
    board.changed(("var", 1))
    assert timers.pending[0] and list(table.dirty.flags) == [0, 0, 1, 0, 0, 0]


def test_due_moments_come_in_order_and_can_be_moved() -> None:
    timers = TimerQueue(FactBoard())
    table = SlotTable(timers, SIZE)
    timers.schedule(table.dirty, 0, 500)
    timers.schedule(table.dirty, 1, 300)
    timers.schedule(table.dirty, 0, 100)
    assert timers.next_us == 100
    timers.expire(99)
    assert not any(table.dirty.flags)
    timers.expire(100)
    assert list(table.dirty.flags[:2]) == [1, 0]
    timers.schedule(table.dirty, 1, NEVER)
    timers.expire(1000)
    assert list(table.dirty.flags[:2]) == [1, 0]
    assert timers.next_us == NEVER


def test_the_heap_does_not_grow_with_rescheduling() -> None:
    timers = TimerQueue(FactBoard())
    table = SlotTable(timers, SIZE)
    for moment in range(10_000):
        timers.schedule(table.wake, moment % SIZE, moment + 100_000)
    assert len(timers._heap) < 100
    assert timers.next_us <= 100_000 + 10_000


def test_release_leaves_no_edges() -> None:
    board = FactBoard()
    timers = TimerQueue(board)
    table = SlotTable(timers, SIZE)
    table.subscribe(0, KEYS)
    table.subscribe(1, KEYS[:1])
    table.wake_by(1, (KEYS[3],))
    table.release(0)
    assert set(board.readers) == {KEYS[0], KEYS[3]}
    table.wake_by(1, ())
    for slot in range(len(table)):
        table.release(slot)
    assert not board.readers and timers.facts == 0


def _unset_the_pending_flag(table: SlotTable) -> None:
    table.dirty.flags[1] = 1
    table.timers.pending[0] = 0


def _drop_an_edge(table: SlotTable) -> None:
    table.timers.board.unsubscribe(KEYS[0], table.dirty.flags, 0)


def _lose_a_moment(table: SlotTable) -> None:
    table.dirty.due_us[1] = 50


def _idle_without_a_value(table: SlotTable) -> None:
    table.states[1] = IDLE_FIRST


def _scheduled_without_edges(table: SlotTable) -> None:
    table.timers.schedule(table.dirty, 1, 50)


def _recorded_after_its_evaluation(table: SlotTable) -> None:
    table.recorded_us[1] = 5


BROKEN = [
    _unset_the_pending_flag, _drop_an_edge, _lose_a_moment, _idle_without_a_value,
    _scheduled_without_edges, _recorded_after_its_evaluation,
]  # fmt: skip


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__.strip("_"))
def test_a_table_that_contradicts_itself_is_not_valid(damage: Callable[[SlotTable], None]) -> None:
    table = SlotTable(TimerQueue(FactBoard()), SIZE)
    table.subscribe(0, KEYS)
    table.check_valid()
    damage(table)
    with pytest.raises(AssertionError):
        table.check_valid()


class SlotMachine(RuleBasedStateMachine):
    """Random subscriptions, changes and due moments, beside sets and dictionaries that say what must be flagged."""

    def __init__(self) -> None:
        super().__init__()
        self.board = FactBoard()
        self.timers = TimerQueue(self.board)
        self.table = SlotTable(self.timers, SIZE)
        self.now = 0
        self.facts: dict[int, set[tuple[str, int]]] = {index: set() for index in range(SIZE)}
        self.due: dict[int, int] = {}
        self.flagged: set[int] = set()

    @rule(index=st.integers(0, SIZE - 1), keys=st.lists(st.sampled_from(KEYS), max_size=3))
    def subscribe(self, index: int, keys: list[tuple[str, int]]) -> None:
        self.table.subscribe(index, keys)
        self.facts[index].update(keys)

    @rule(key=st.sampled_from(KEYS))
    def change(self, key: tuple[str, int]) -> None:
        self.board.changed(key)
        self.flagged |= {index for index, keys in self.facts.items() if key in keys}

    @rule(index=st.integers(0, SIZE - 1), wait=st.integers(1, 50) | st.none())
    def schedule(self, index: int, wait: int | None) -> None:
        self.table.subscribe(index, ())  # only slots with edges are scheduled
        self.timers.schedule(self.table.dirty, index, NEVER if wait is None else self.now + wait)
        if wait is None:
            self.due.pop(index, None)
        else:
            self.due[index] = self.now + wait

    @rule(step=st.integers(0, 30))
    def advance(self, step: int) -> None:
        self.now += step
        self.timers.expire(self.now)
        for index in [index for index, moment in self.due.items() if moment <= self.now]:
            del self.due[index]
            self.flagged.add(index)

    @rule(index=st.integers(0, SIZE - 1))
    def evaluate(self, index: int) -> None:
        self.table.dirty.flags[index] = 0
        self.flagged.discard(index)

    @rule(index=st.integers(0, SIZE - 1))
    def release(self, index: int) -> None:
        self.table.release(index)
        self.facts[index] = set()
        self.due.pop(index, None)
        self.flagged.discard(index)

    @invariant()
    def flags_are_right(self) -> None:
        assert {index for index, flag in enumerate(self.table.dirty.flags) if flag} == self.flagged
        self.table.check_valid()
        assert self.timers.next_us <= min(self.due.values(), default=NEVER)
        assert self.timers.facts == len(set().union(*self.facts.values()))
        if self.flagged:
            assert self.timers.pending[0]


SlotMachine.TestCase.settings = settings(max_examples=examples(100), stateful_step_count=40)
TestSlotMachine = SlotMachine.TestCase
