"""Events as the cached engine sees them: what wakes them (F2), what a visit can change of them, which have a stamp."""

from __future__ import annotations

import sys
from bisect import insort
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.mission_state import EventState


def wake_facts(event: EventState, events: Sequence[EventState]) -> tuple[FactKey, ...]:
    """Return the facts that can change what processing an event does, apart from its formula's value."""
    near = (event.index - 1, event.index, event.index + 1) if event.chain_delay_ms >= 0 else (event.index,)
    return tuple(dict.fromkeys(("event", events[at].key) for at in near if 0 <= at < len(events)))


def chain_due_us(event: EventState, context: EvaluationContext) -> int:
    """Return the moment at which time alone ends an event's bypass, in microseconds; NEVER if none does (F2)."""
    if not event.bypassed or event.index == 0:
        return NEVER
    world, options = context.world, context.options
    previous = world.events[event.index - 1]
    if previous.result == 0:
        return NEVER
    stamp, offset = previous.timestamp, event.chain_delay_ms
    if options.alternate_chaining:
        stamp = previous.satisfied_time
    elif previous.has_interval:
        offset -= previous.interval_ms
    if stamp is None or (stamp in (STAMP_NEVER, STAMP_IMMEDIATE) and not options.alternate_chaining):
        return NEVER
    us = us_of_event_ms(stamp + offset)
    return us if us > world.clock.us else NEVER


def state_of(event: EventState) -> tuple[object, ...]:
    """Return all that processing an event can change of it, its count last."""
    return (
        event.result,
        event.repeat,
        event.trigger,
        event.timestamp,
        event.has_interval,
        event.satisfied_time,
        event.done,
        event.count,
    )


class StampedEvents:
    """The events that have a stamp and are not done: those that the repeat pass looks at (F1a)."""

    __slots__ = ("flags", "indices")

    def __init__(self, size: int) -> None:
        #: Their indices, in order.
        self.indices: list[int] = []
        #: Whether an event is one of them, by index.
        self.flags = [False] * size

    def note(self, event: EventState) -> bool:
        """Note whether an event is one of them now; return whether that has changed."""
        index, is_stamped = event.index, event.timestamp is not None and not event.done
        if is_stamped is self.flags[index]:
            return False
        self.flags[index] = is_stamped
        if is_stamped:
            insort(self.indices, index)
        else:
            self.indices.remove(index)
        return True

    def check_valid(self) -> None:
        """Raise AssertionError if list and flags contradict each other; for tests."""
        assert self.indices == [index for index, is_stamped in enumerate(self.flags) if is_stamped]

    def nbytes(self) -> int:
        """Return the bytes held."""
        return sys.getsizeof(self.indices) + sys.getsizeof(self.flags)
