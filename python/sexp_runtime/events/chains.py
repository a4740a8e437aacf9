"""Chains as a cached engine sees them (F2): which facts wake an event, and when time alone does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.mission_state import EventState


def wake_facts(event: EventState, events: Sequence[EventState]) -> tuple[FactKey, ...]:
    """Return the facts that make an event's processing, not its formula, come out differently."""
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
