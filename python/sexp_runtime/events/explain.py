"""Explain: why an event, goal or cue has its value, when and by what it was last evaluated, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.events.answers import CAUSE_FACT, CAUSES, Answers
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.values import UNKNOWN
from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms
from sexp_runtime.world.facts import FactBoard, FactKey
from sexp_runtime.world.mission_state import Kind

if TYPE_CHECKING:
    from sexp_runtime.rules.cues import CueManager
    from sexp_runtime.world.mission_state import EventState
    from sexp_runtime.world.world import World

#: Most facts that the readable text lists.
LISTED: Final = 40
#: Values of facts about names that nobody has.
NOBODY: Final = ("no such ship", "no such wing")


@dataclass(slots=True)
class Explanation:
    """What is known of one formula now. Times are seconds of mission time, None where there is none."""

    owner: str
    kind: str
    index: int
    value: int
    status: str
    state: dict[str, Any]
    cached: bool
    evaluated_at: float | None
    cause: str
    cause_facts: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    due_at: float | None = None
    visit_at: float | None = None

    def __str__(self) -> str:
        """Return the explanation for people, one thing a line."""
        lines = [f"{self.owner}: value {self.value}" + (f", {self.status}" if self.status else "")]
        lines += [f"  {name}: {value}" for name, value in self.state.items()]
        if self.evaluated_at is None:
            lines.append("  never evaluated")
        else:
            reason = self.cause + (f": {', '.join(self.cause_facts)}" if self.cause_facts else "")
            lines.append(f"  last evaluated at {self.evaluated_at:.3f} s ({reason})")
        lines.append("  the cached value stands" if self.cached else "  will be evaluated when its turn comes")
        if self.due_at is not None:
            lines.append(f"  time alone can change it at {self.due_at:.3f} s")
        if self.visit_at is not None:
            lines.append(f"  looked at again at {self.visit_at:.3f} s at the latest")
        if self.facts:
            lines.append("  waits for:")
            known = [(name, value) for name, value in self.facts.items() if value not in NOBODY]
            lines += [f"    {name} = {value}" if value else f"    {name}" for name, value in known[:LISTED]]
            if len(known) > LISTED:
                lines.append(f"    and {len(known) - LISTED} more")
            if len(known) < len(self.facts):
                lines.append(f"    and {len(self.facts) - len(known)} facts of names that nothing has yet")
        elif self.due_at is None:
            lines.append("  waits for nothing")
        return "\n".join(lines)


class FactTimes:
    """Remembers when each fact changed last; attach it to a fact board to have causes named. Costs a call a change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._before = world.facts.observer
        self.changed_us: dict[FactKey, int] = {}
        world.facts.observer = self._changed

    def _changed(self, key: FactKey) -> None:
        self.changed_us[key] = self._world.clock.us
        if self._before is not None:
            self._before(key)

    def detach(self) -> None:
        """Stop listening."""
        board: FactBoard = self._world.facts
        if board.observer == self._changed:
            board.observer = self._before


def explain(
    manager: CachedEventManager,
    cues: CachedCueManager | None,
    kind: str,
    name: str | int,
    times: FactTimes | None = None,
) -> Explanation:
    """Explain an event, goal or cue ("event", "goal", "cue"), by its name or index.

    The name of a cue is that of its ship or wing; its first cue that still counts is taken. `times` lets the
    explanation name the facts that caused the last evaluation. Raises KeyError for a name that is not there.
    """
    row: Answers
    if kind == Kind.CUE:
        if cues is None:
            raise KeyError(name)
        index = slot_index(manager.world, cues, kind, name)
        row = cues.answers
        state: dict[str, Any] = {"kind": cues.cues[index].kind.value, "done": cues.cues[index].done}
    else:
        states: list[Any] = list(manager.world.events if kind == Kind.EVENT else manager.world.goals)
        index = slot_index(manager.world, cues, kind, name)
        row = manager.answers(kind)
        state = _event_state(states[index]) if kind == Kind.EVENT else {"status": states[index].status}
    return _explain_slot(row, index, kind, state, times)


def _explain_slot(row: Answers, index: int, kind: str, state: dict[str, Any], times: FactTimes | None) -> Explanation:
    world = row.ctx.world
    status = row.status(index)
    if row.table.draws[index]:
        state["random numbers drawn in each frame without effect"] = row.table.draws[index]
    facts = sorted(row.facts(index), key=str)
    evaluated = row.table.evaluated_us[index]
    found = Explanation(
        owner=row.formulas[index].owner,
        kind=kind,
        index=index,
        value=row.table.values[index],
        status="" if status is UNKNOWN else str(status),
        state=state,
        cached=not row.table.dirty.flags[index] and evaluated >= 0,
        evaluated_at=evaluated / 1e6 if evaluated >= 0 else None,
        cause=CAUSES[row.cause_of(index)],
        facts={fact_name(world, key): fact_value(world, key) for key in facts},
        due_at=_seconds(row.due_us(index)),
        visit_at=_seconds(row.table.wake.due_us[index]),
    )
    if times is not None and row.cause_of(index) == CAUSE_FACT:
        moments = {key: times.changed_us[key] for key in facts if times.changed_us.get(key, NEVER) <= evaluated}
        latest = max(moments.values(), default=-1)
        found.cause_facts = [fact_name(world, key) for key, moment in moments.items() if moment == latest]
    return found


def _seconds(us: int) -> float | None:
    return None if us == NEVER else us / 1e6


def slot_index(world: World, cues: CueManager | None, kind: str, name: str | int) -> int:
    """Return the index of an event, goal or cue by its name or index; the name of a cue is that of its ship or wing.

    Of several cues the first that still counts is taken. Raises KeyError for a name that is not there.
    """
    if kind == Kind.CUE:
        rows = [] if cues is None else cues.cues
        keys = [cue.subject.key for cue in rows]
    else:
        keys = [state.key for state in (world.events if kind == Kind.EVENT else world.goals)]
    if isinstance(name, int):
        if not 0 <= name < len(keys):
            raise KeyError(name)
        return name
    found = [index for index, key in enumerate(keys) if key == name.lower()]
    if not found:
        raise KeyError(name)
    if kind == Kind.CUE:
        return next((index for index in found if not rows[index].done), found[-1])
    return found[0]


def _event_state(event: EventState) -> dict[str, Any]:
    state: dict[str, Any] = {"result": event.result, "done": event.done, "repeats left": event.repeat}
    if event.uses_trigger:
        state["triggers left"] = event.trigger
    stamp = event.timestamp
    if stamp == STAMP_NEVER:
        state["stamp"] = "never elapses"
    elif stamp == STAMP_IMMEDIATE:
        state["stamp"] = "elapses at once"
    elif stamp is not None:
        state["stamp"] = f"{us_of_event_ms(stamp) / 1e6:.3f} s"
    if event.chain_delay_ms >= 0:
        state["chained"] = f"{event.chain_delay_ms / 1000:g} s after the event before" + (
            ", waits for its neighbours" if event.bypassed else ""
        )
    return state


def fact_name(world: World, key: FactKey) -> str:
    """Return a fact's name for people: `variable Score`, `hull of alpha 1`, `log entries of alpha 1`."""
    kind, *rest = key
    if kind == "var" and isinstance(rest[0], int):
        return f"variable {world.variables.names[rest[0]] or rest[0]}"
    if kind in ("ship", "wing", "team") and len(rest) == 2:
        return f"{rest[1]} of {kind} {rest[0]}"
    if kind == "log":
        return f"log entries of {rest[0]}"
    return " ".join(str(part) for part in key)


def fact_value(world: World, key: FactKey) -> str:
    """Return a fact's present value as text, "" where there is nothing short to say."""
    kind, *rest = key
    show = _VALUES.get(str(kind))
    return show(world, rest) if show is not None and rest else ""


def _ship_value(world: World, rest: Sequence[Any]) -> str:
    ship = world.ship(str(rest[0]))
    if ship is None:
        return "no such ship"
    if rest[1:] == ["status"]:
        return ship.status.name.lower().replace("_", " ")
    return _short(getattr(ship, str(rest[1]), "")) if len(rest) == 2 else ""


def _wing_value(world: World, rest: Sequence[Any]) -> str:
    wing = world.wing(str(rest[0]))
    if wing is None:
        return "no such wing"
    if rest[1:] != ["state"]:
        return ""
    return f"{wing.current} there, {wing.arrived} arrived, {wing.destroyed} destroyed, {wing.departed} departed"


def _event_value(world: World, rest: Sequence[Any]) -> str:
    event = world.event(str(rest[0]))
    return "no such event" if event is None else f"result {event.result}" + (", done" if event.done else "")


def _goal_value(world: World, rest: Sequence[Any]) -> str:
    goal = world.goal(str(rest[0]))
    return "no such goal" if goal is None else goal.status


def _log_value(world: World, rest: Sequence[Any]) -> str:
    return str(sum(1 for entry in world.log if rest[0] in (entry.name.lower(), entry.second.lower())))


#: By kind of fact, what shows the value of one, given the rest of its key.
_VALUES: Final[dict[str, Callable[[World, Sequence[Any]], str]]] = {
    "var": lambda world, rest: repr(world.variables.texts[rest[0]]) if isinstance(rest[0], int) else "",
    "ship": _ship_value,
    "wing": _wing_value,
    "event": _event_value,
    "goal": _goal_value,
    "log": _log_value,
    "key": lambda world, rest: "pressed" if rest[0] in world.keys else "not pressed",
    "option": lambda world, rest: _short(world.options.get(str(rest[0]), "")),
    "player": lambda world, rest: _short(getattr(world.player, str(rest[0]), "")),
}


def _short(value: object) -> str:
    if isinstance(value, tuple) and value and all(isinstance(part, float) for part in value):
        return "(" + ", ".join(f"{part:.1f}" for part in value) + ")"
    if isinstance(value, dict | set | frozenset | list):
        value = ", ".join(str(part) for part in value) or "none"
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
