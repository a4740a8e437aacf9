"""Operators that read and change the states of the mission's events and goals (H.1, H.4, D5, D6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.random import least_drawn
from sexp_runtime.operators.reads import both, event_reads, fixed_reads, log_reads
from sexp_runtime.operators.registry import OperatorFunction, Trait, operator
from sexp_runtime.operators.timing import no_number
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, Raw
from sexp_runtime.world.clock import FIX_ONE, STAMP_IMMEDIATE, STAMP_NEVER
from sexp_runtime.world.log import GOAL_FAILED, GOAL_SATISFIED
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE, EventState

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_KNOWN = (KNOWN_TRUE, KNOWN_FALSE)


def _event(ctx: EvaluationContext, node: EvalNode) -> EventState | None:
    return ctx.world.event(ctx.text(node.args[0] if node.args else None))


# -- events of this mission -------------------------------------------------------------------------------------------


def _is_event(wanted: bool) -> OperatorFunction:
    def is_event(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """Whether an event has the wanted result, known once it is done; undecided counts as false (H.1)."""
        event = _event(ctx, node)
        if event is None:
            return 0
        if (event.result != 0) is wanted:
            return KNOWN_TRUE if event.done else 1
        return KNOWN_FALSE if event.done else 0

    return is_event


operator("is-event-true", reads=event_reads(), results=_KNOWN)(_is_event(True))
operator("is-event-false", reads=event_reads(), results=_KNOWN)(_is_event(False))


@operator("is-event-incomplete", reads=event_reads(), results=(KNOWN_FALSE,))
def is_event_incomplete(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True until an event is done (H.1)."""
    event = _event(ctx, node)
    if event is None:
        return 0
    return KNOWN_FALSE if event.done else 1


def _is_event_delay(wanted: bool, unit: int) -> OperatorFunction:
    def is_event_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """Whether an event has had the wanted result for longer than a delay in units of milliseconds (H40-H43)."""
        args = node.args
        count = len(args)
        effects = ctx.effects
        delay = ctx.natural(args[1] if count > 1 else None)
        if ctx.nan is not None:
            return no_number(ctx.nan)
        least = least_drawn(ctx, args[1]) if ctx.effects != effects else None
        if count > 2:
            ctx.truth(args[2])  # only the display uses it (H43), but it is evaluated
        event = ctx.world.event(ctx.text(args[0] if args else None))
        if event is None:
            ctx.unused_draws += least is not None
            return 0
        passed = event.interval_ms if event.has_interval else 0
        if least is not None:
            if _is_over_at_once(ctx, event):
                ctx.unused_draws += 1
            elif not _delay_over(ctx, event, least * unit - passed):
                ctx.unused_draws += 1  # nor has any longer delay passed
                return 0
        if not _delay_over(ctx, event, delay * unit - passed):
            return 0
        if event.done:
            return KNOWN_TRUE if (event.result != 0) is wanted else KNOWN_FALSE
        return int(wanted and event.result != 0)

    return is_event_delay


for _name, _wanted, _unit in (
    ("is-event-true-delay", True, 1000),
    ("is-event-true-msecs-delay", True, 1),
    ("is-event-false-delay", False, 1000),
    ("is-event-false-msecs-delay", False, 1),
):
    operator(_name, reads=both(event_reads(), fixed_reads(("mission",))), traits=Trait.TIME, results=_KNOWN)(
        _is_event_delay(_wanted, _unit)
    )


def _is_over_at_once(ctx: EvaluationContext, event: EventState) -> bool:
    """Whether any delay since the event's stamp has passed, however long (H41, F9)."""
    if event.timestamp is None or ctx.mission_ended:
        return True
    return event.has_interval and not ctx.options.fixed_chaining_to_repeat


def _delay_over(ctx: EvaluationContext, event: EventState, delay: int) -> bool:
    """Whether a delay in milliseconds since the event's stamp has passed, or does not matter (H41, F9)."""
    stamp = event.timestamp
    if stamp is None or _is_over_at_once(ctx, event):
        return True
    if stamp == STAMP_NEVER:
        return False
    now = ctx.world.clock.event_ms
    if stamp == STAMP_IMMEDIATE:
        stamp = now
    if now > stamp + delay:
        return True
    ctx.due_event_ms(stamp + delay + 1)
    return False


@operator("reset-event", traits=Trait.ACTION | Trait.FLUSHES)
def reset_event(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make events undecided again and clear what their formulas remember; used counts stay used (D5, N6.5)."""
    names = tuple(ctx.text(arg) for arg in node.args)
    for name in names:
        event = ctx.world.event(name)
        if event is None:
            ctx.warn(f"there is no event {name!r}", node)
            continue
        changed = (
            event.result != 0 or event.timestamp is not None or event.done or event.satisfied_time is not None
            or event.has_interval
        )  # fmt: skip
        event.result = 0
        event.timestamp = None
        event.current = False
        event.done = False
        event.count = 0
        event.satisfied_time = None
        event.has_interval = False
        if changed:
            ctx.world.touch_event(event.index)
        if ctx.flush_formula is not None:
            ctx.flush_formula("event", event.index)
    ctx.act("reset-event", names)
    return 1


# -- goals of this mission: all except the changes read the log, not the goal (F22) ------------------------------------


@operator("is-goal-true-delay", "is-goal-false-delay", reads=log_reads(), traits=Trait.TIME, results=_KNOWN)
def is_goal_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Known true when a goal's wanted log entry is as old as the delay; the other entry decides first (H.1)."""
    name = ctx.text(node.arg(0))
    delay = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return no_number(ctx.nan)
    wanted, other = GOAL_SATISFIED, GOAL_FAILED
    if node.name == "is-goal-false-delay":
        wanted, other = other, wanted
    log = ctx.world.log
    if log.first(other, name) is not None:
        return KNOWN_FALSE
    entry = log.first(wanted, name)
    if entry is None:
        return 0
    if ctx.world.clock.fix - entry >= delay * FIX_ONE:
        return KNOWN_TRUE
    ctx.due_fix(entry + delay * FIX_ONE)
    return 0


@operator("is-goal-incomplete", reads=log_reads(), results=(KNOWN_FALSE,))
def is_goal_incomplete(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True until the log has an outcome for a goal (H.1)."""
    name = ctx.text(node.arg(0))
    log = ctx.world.log
    decided = log.first(GOAL_SATISFIED, name) is not None or log.first(GOAL_FAILED, name) is not None
    return KNOWN_FALSE if decided else 1


@operator("reset-goal", traits=Trait.ACTION | Trait.FLUSHES)
def reset_goal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make goals incomplete again and clear what their formulas remember; the log keeps the old outcome (D6)."""
    names = tuple(ctx.text(arg) for arg in node.args)
    for name in names:
        goal = ctx.world.goal(name)
        if goal is None:
            ctx.warn(f"there is no goal {name!r}", node)
            continue
        ctx.world.set_goal_status(goal, GOAL_INCOMPLETE)
        if ctx.flush_formula is not None:
            ctx.flush_formula("goal", goal.index)
    ctx.act("reset-goal", names)
    return 1
