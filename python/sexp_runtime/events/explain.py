"""Explain: why an event, goal or cue has its value, when and by what it was last evaluated, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.events.answers import CAUSE_FACT, CAUSES, Answers
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.events.tree import WORDS
from sexp_runtime.values import UNKNOWN
from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms
from sexp_runtime.world.facts import FactBoard, FactKey
from sexp_runtime.world.mission_state import Kind

if TYPE_CHECKING:
    from sexp_runtime.rules.cues import CueManager
    from sexp_runtime.world.mission_state import EventState
    from sexp_runtime.world.world import World

#: Numbers of an orientation.
_MATRIX: Final = 9
#: Most facts that the readable text lists.
LISTED: Final = 40
#: Entries of the state that the outcome tells in words.
_IN_OUTCOME: Final = frozenset({"result", "done", "repeats left", "status"})
#: What became of an event or cue that has not come true and still can.
NOT_YET: Final = "has not come true yet"
#: Values of facts about unknown names.
NOBODY: Final = ("no such ship", "no such wing")


@dataclass(slots=True)
class Explanation:
    """What is known of one formula now. Times are seconds of mission time, None where there is none.

    `outcome` says what became of the event, goal or cue, `state` holds the details behind it.
    """

    owner: str
    kind: str
    index: int
    value: int
    status: str
    outcome: str
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
        status = WORDS.get(self.status, self.status)
        lines = [f"{self.owner}: value {self.value}" + (f" ({status})" if status else "") + f", {self.outcome}"]
        lines += [f"  {name}: {value}" for name, value in self.state.items() if name not in _IN_OUTCOME]
        if self.evaluated_at is None:
            lines.append("  never evaluated")
            return "\n".join(lines)
        reason = self.cause + (f": {', '.join(self.cause_facts)}" if self.cause_facts else "")
        lines.append(f"  last evaluated at {self.evaluated_at:.3f} s ({reason})")
        lines.append(
            "  nothing that it reads has changed since" if self.cached else "  evaluated again in its next turn"
        )
        if self.due_at is not None:
            lines.append(f"  time alone can change it at {self.due_at:.3f} s")
        if self.visit_at is not None:
            lines.append(f"  looked at again at {self.visit_at:.3f} s at the latest")
        if self.facts:
            lines.append("  waits for:")
            known = {name: value for name, value in self.facts.items() if value not in NOBODY}
            shown = [(name, value) for name, value in known.items() if value] or list(known.items())
            lines += [f"    {name} = {value}" if value else f"    {name}" for name, value in shown[:LISTED]]
            if len(shown) > LISTED:
                lines.append(f"    and {len(shown) - LISTED} more")
            if unused := len(self.facts) - len(known):
                what = "fact about a name that does" if unused == 1 else "facts about names that do"
                lines.append(f"    and {unused} {what} not exist yet")
        elif self.due_at is None and not self.state.get("done"):
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
        cue = cues.cues[index]
        state: dict[str, Any] = {"kind": cue.kind.value, "done": cue.done}
        outcome = "has come true" if cue.done and row.table.values[index] else "is over" if cue.done else NOT_YET
    else:
        states: list[Any] = list(manager.world.events if kind == Kind.EVENT else manager.world.goals)
        index = slot_index(manager.world, cues, kind, name)
        row = manager.answers(kind)
        if kind == Kind.EVENT:
            state, outcome = _event_state(manager.world, states[index]), _event_outcome(states[index])
        else:
            state, outcome = {"status": states[index].status}, states[index].status
    return _explain_slot(row, index, kind, state, outcome, times)


def _explain_slot(
    row: Answers, index: int, kind: str, state: dict[str, Any], outcome: str, times: FactTimes | None
) -> Explanation:
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
        outcome=outcome,
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


def _event_outcome(event: EventState) -> str:
    """Return what became of an event, in words."""
    if event.done:
        if event.result == 0:
            return "has failed: it cannot come true any more"
        return f"has come true {_times(event.count)}, no repeats left"
    if event.count:
        left = "" if event.repeat < 0 else f", {event.repeat} repeat{'' if event.repeat == 1 else 's'} left"
        return f"has come true {_times(event.count)}{left}"
    return NOT_YET


def _times(count: int) -> str:
    return "once" if count <= 1 else f"{count} times"


def _event_state(world: World, event: EventState) -> dict[str, Any]:
    state: dict[str, Any] = {"result": event.result, "done": event.done, "repeats left": event.repeat}
    if event.uses_trigger:
        state["triggers left"] = event.trigger
    stamp = event.timestamp
    if event.done:
        return state
    if stamp == STAMP_NEVER:
        state["next turn"] = "never"
    elif stamp == STAMP_IMMEDIATE:
        state["next turn"] = "at once"
    elif stamp is not None:
        state["next turn"] = f"at {us_of_event_ms(stamp) / 1e6:.3f} s"
    if event.chain_delay_ms >= 0 and event.index:
        state["chained"] = _chained(world.events[event.index - 1], event.chain_delay_ms / 1000)
    return state


def _chained(before: EventState, delay: float) -> str:
    """Return in words what a chained event waits for: the event before it, and a delay in seconds."""
    moment = before.satisfied_time
    if before.result and moment is not None:
        turn = us_of_event_ms(moment) / 1e6
        return f'event "{before.name}" came true at {turn:.3f} s' + (
            f", {delay:g} s before this one's turn" if delay else ""
        )
    return f'waits until event "{before.name}" has come true' + (f", then {delay:g} s" if delay else "")


def fact_name(world: World, key: FactKey) -> str:
    """Return a fact's name for people: `variable Score`, `hull of alpha 1`, `log entries of alpha 1`."""
    kind, *rest = key
    if kind == "var" and isinstance(rest[0], int):
        return f"variable {world.variables.names[rest[0]] or rest[0]}"
    name = _proper_name(world, kind, rest)
    if kind in ("ship", "wing", "team") and len(rest) == 2:
        return f"{rest[1]} of {kind} {name}"
    if kind == "log":
        return f"log entries of {name}"
    if kind in ("event", "goal") and len(rest) == 1:
        return f'{kind} "{name}"'
    return " ".join(str(part) for part in key)


def _proper_name(world: World, kind: Any, rest: Sequence[Any]) -> str:
    """Return the name in a fact as the mission writes it, where it is known."""
    key = str(rest[0]) if rest else ""
    named: Any = None
    if kind in ("ship", "log"):
        named = world.ship(key)
    if kind == "wing" or (kind == "log" and named is None):
        named = world.wing(key)
    if kind == "event":
        named = world.event(key)
    if kind == "goal":
        named = world.goal(key)
    return key if named is None else str(named.name)


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
        status = ship.status.name.lower().replace("_", " ")
        return status if ship.exit is None else f"{status} ({ship.exit.name.lower().replace('_', ' ')})"
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
    return "no such event" if event is None else _event_outcome(event)


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
    if isinstance(value, tuple) and len(value) == _MATRIX:
        return ""  # nine numbers explain nothing
    if isinstance(value, tuple) and value and all(isinstance(part, float) for part in value):
        return "(" + ", ".join(f"{part:.1f}" for part in value) + ")"
    if isinstance(value, dict | set | frozenset | list):
        value = ", ".join(str(part) for part in value) or "none"
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
