"""Breaks: conditions that stop a mission, such as an event that came true or an action that is about to run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from sexp_runtime.analysis.rehearsal import Action, Rehearsal
from sexp_runtime.monitor.performance import describe_cause
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: The words that a break may begin with; a text that begins with ( is a condition.
KINDS: Final = ("event", "goal", "variable", "action", "frame", "formula")
#: The forms of a break, for messages and help.
SYNTAX: Final = (
    '"event NAME", "goal NAME", "variable NAME", "action OPERATOR", "frame MICROSECONDS", "formula MICROSECONDS"'
    ' or a condition "( ... )"'
)

#: What a condition must not do, by the trait of the operator that does it.
_CHANGES: Final = {
    Trait.ACTION: "acts",
    Trait.FLUSHES: "acts",
    Trait.RANDOM: "draws at random",
    Trait.STATEFUL: "remembers its evaluations",
}


class BreakError(ValueError):
    """A break that cannot be set: its text is invalid, or names something that the mission does not have."""


@dataclass(slots=True)
class Break:
    """One break: `kind` is one of KINDS or "condition", `name` what it watches, `text` what the user wrote."""

    id: int
    text: str
    kind: str
    name: str
    held: bool = False
    failure: str = ""  # why the condition cannot be evaluated now


class Foresight(Protocol):
    """Knows which actions the next frame of a session will run."""

    why_not: str  #: why it cannot know, "" while it can

    def ahead(self, step_us: int) -> list[Action]:
        """Return the actions that a frame of so many microseconds will run, the game's changes for it being made."""

    def made(self) -> None:
        """Record that the frame was made."""

    def rewind(self) -> None:
        """Record that the frame is not made now."""

    def close(self) -> None:
        """End the look-ahead."""


class Breaks:
    """The breaks of one session. Call `before` and `check` around each frame; the mission itself is never changed.

    - event: the event came true or failed in this frame. goal: its status changed. variable: its value changed.
    - action: an action with this operator is about to run. `before` reports it, and the caller must not make the frame.
      That needs a `foresight`; the default, a Rehearsal, needs a recorded session. Without one, `check` reports the
      action after it has run.
    - frame: the frame took longer than so many microseconds. formula: one evaluation of an event, goal or cue did;
      while there is such a break, every evaluation is timed.
    - condition: an expression has become true (value 1) since the last frame. It may neither act nor draw. One that
      can no longer be evaluated stops the mission once, with the reason.
    """

    def __init__(self, session: MissionSession, foresight: Foresight | None = None) -> None:
        self._session = session
        self._given = foresight
        self._breaks: dict[int, Break] = {}
        self._next = 1
        self._seen: list[tuple[str, str, str]] = []  # kind, name in lower case, what happened
        self._listeners: list[tuple[list[Any], Any]] = []
        self._foresight: Foresight | None = None
        self._announced: list[Action] = []  # what the next frame may do without a stop
        self._timer: _FormulaTimer | None = None

    def __len__(self) -> int:
        return len(self._breaks)

    def add(self, text: str) -> int:
        """Set a break and return its id. Raises BreakError for an invalid text or an unknown name."""
        text = text.strip()
        kind, _, name = text.partition(" ")
        name = name.strip().strip('"')
        if text.startswith("("):
            kind, name = "condition", text
        elif kind not in KINDS or not name:
            raise BreakError(f"a break is {SYNTAX}, not {text!r}")
        made = Break(self._next, text, kind, name)
        self._validate(made)
        self._breaks[made.id] = made
        self._next += 1
        self._listen()
        return made.id

    def remove(self, break_id: int) -> bool:
        """Remove a break; return whether there was one of this id."""
        found = self._breaks.pop(break_id, None) is not None
        self._listen()
        return found

    def clear(self) -> None:
        """Remove all breaks."""
        self._breaks.clear()
        self._listen()

    def rows(self) -> list[tuple[int, str]]:
        """Return id and text of each break."""
        return [(one.id, one.text) for one in self._breaks.values()]

    def before(self, step_us: int) -> list[str]:
        """Return why the mission must stop before a frame of so many microseconds: a sentence for each action.

        Call this when the game has made its changes for the frame. The next frame is not stopped again.
        """
        if self._foresight is None or self._announced:
            return []
        wanted = {one.name.lower() for one in self._breaks.values() if one.kind == "action"}
        coming = [action for action in self._foresight.ahead(step_us) if action[0].lower() in wanted]
        if coming:
            self._foresight.rewind()
            self._announced = coming
        return list(dict.fromkeys(f"{_described(action)} is about to run{self._of(action[0])}" for action in coming))

    def _of(self, operator: str) -> str:
        """Return ` [event "Name"]` if only one event has such an action, else ""."""
        session = self._session
        having = [
            event.index
            for event in session.world.events
            if any(node.name == operator for node in session.formula("event", event.index).walk())
        ]
        return f" [{session.owner_of('event', having[0])}]" if len(having) == 1 else ""

    def check(self) -> list[str]:
        """Return why the mission must stop after the frame just made: a sentence for each break that was hit."""
        if self._foresight is not None:
            self._foresight.made()
        reasons = [reason for one in self._breaks.values() for reason in self._hits(one)]
        self._seen.clear()
        self._announced = []
        if self._timer is not None:
            self._timer.begin()
        return reasons

    def close(self) -> None:
        """Remove all breaks and stop listening to the session."""
        self.clear()

    def _validate(self, made: Break) -> None:
        world = self._session.world
        known: Iterable[str] = ()
        if made.kind == "event":
            known = [event.name for event in world.events]
        elif made.kind == "goal":
            known = [goal.name for goal in world.goals]
        elif made.kind == "variable":
            known = [name for name in world.variables.names if name]
        elif made.kind in ("frame", "formula"):
            if not (made.name.isdecimal() and made.name.isascii()) or int(made.name) == 0:
                raise BreakError(f"{made.kind}: expected a whole number of microseconds above 0, not {made.name!r}")
            return
        elif made.kind == "condition":
            self._refuse_changes(made)
            try:
                made.held = self._session.evaluate(made.name) == 1
            except ValueError as error:  # SexpError
                raise BreakError(f"{made.name}: {error}") from None
            return
        else:
            return  # no list of operators is complete, because of a game's own: a break on an unknown one is never hit
        if made.name.lower() not in (name.lower() for name in known):
            raise self._unknown(made.kind, made.name, known)

    def _unknown(self, kind: str, name: str, known: Iterable[str]) -> BreakError:
        near = difflib.get_close_matches(name, list(known), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return BreakError(f"{self._session.mission_name} has no {kind} {name!r}{hint}")

    def _refuse_unknown(self, node: SyntaxNode) -> None:
        """Raise BreakError for a word where an operator belongs, or for a variable that the mission does not have."""
        name, own = _operator_of(node), self._session.operators
        if name and node.operator is None and own.get(name) is None:
            raise self._unknown("operator", name, [*MEANINGS, *own.rows()])
        if node.kind is NodeKind.NUMBER and node.text.startswith("@") and node.variable is None:
            name = node.text.removeprefix("@").partition("[")[0]
            raise self._unknown("variable", name, [known for known in self._session.world.variables.names if known])

    def _refuse_changes(self, made: Break) -> None:
        """Raise BreakError for a condition that would change the mission each time it is evaluated."""
        try:
            expression = self._session.parse(made.name)
        except ValueError as error:  # SexpError
            raise BreakError(f"{made.name}: {error}") from None
        for node in expression.root.walk():
            self._refuse_unknown(node)
            meaning = MEANINGS.get(node.operator or "")
            traits = Trait.NONE if meaning is None else meaning.traits
            what = next((what for trait, what in _CHANGES.items() if trait in traits), "")
            if node.kind is NodeKind.CONTAINER_DATA:
                what = "may change its container"
            own = self._session.operators.get(_operator_of(node))
            if own is not None and (own.acting or own.returns == "null"):
                what = "acts"
            if what:
                raise BreakError(f"a break must not change the mission: {_operator_of(node) or node.text} {what}")

    def _condition(self, one: Break) -> list[str]:
        """Evaluate a condition; return why it stops the mission."""
        before, failed = one.held, one.failure
        try:
            one.held, one.failure = self._session.evaluate(one.name) == 1, ""
        except ValueError as error:  # SexpError: it takes too many steps now, or names what a reload took away
            one.held, one.failure = False, str(error)
            return [] if failed else [f"{one.name} cannot be evaluated: {error}"]
        return [f"{one.name} is true"] if one.held and not before else []

    def _hits(self, one: Break) -> list[str]:
        if one.kind == "condition":
            return self._condition(one)
        if one.kind == "frame":
            took = self._session.monitor.last_frame_ns / 1000
            return [f"the frame took {took:.0f} us"] if took > int(one.name) else []
        if one.kind == "formula":
            return [] if self._timer is None else self._timer.over(int(one.name))
        name = one.name.lower()
        return [what for kind, seen, what in self._seen if kind == one.kind and seen == name]

    def _listen(self) -> None:
        """Subscribe to exactly those reports of the session that some break needs."""
        for listeners, function in self._listeners:
            if function in listeners:
                listeners.remove(function)
        self._listeners.clear()
        kinds = {one.kind for one in self._breaks.values()}
        session = self._session
        wanted: list[tuple[str, list[Any], Any]] = [
            ("event", session.on_event_satisfied, self._satisfied),
            ("event", session.on_event_failed, self._failed),
            ("goal", session.on_goal_changed, self._goal),
            ("variable", session.on_variable_changed, self._variable),
            ("action", session.on_action, self._action),
        ]
        for kind, listeners, function in wanted:
            if kind in kinds:
                listeners.append(function)
                self._listeners.append((listeners, function))
        if "action" not in kinds and self._foresight is not None:
            self._foresight.close()
            self._foresight = None
        elif "action" in kinds and self._foresight is None:
            self._foresight = self._given or Rehearsal(session)
        if "formula" not in kinds and self._timer is not None:
            self._timer.close()
            self._timer = None
        elif "formula" in kinds and self._timer is None:
            self._timer = _FormulaTimer(session)

    def _satisfied(self, name: str, _: int) -> None:
        self._seen.append(("event", name.lower(), f'event "{name}" came true'))

    def _failed(self, name: str, _: int) -> None:
        self._seen.append(("event", name.lower(), f'event "{name}" failed'))

    def _goal(self, name: str, status: str) -> None:
        self._seen.append(("goal", name.lower(), f'goal "{name}" is {status}'))

    def _variable(self, name: str, value: int | str) -> None:
        self._seen.append(("variable", name.lower(), f"variable {name} is {value!r}"))

    def _action(self, operator: str, arguments: tuple[Any, ...]) -> None:
        action = (operator, arguments)
        if any(operator == announced for announced, _ in self._announced):
            return  # in this frame: the mission has stopped before it
        why_not = "" if self._foresight is None else self._foresight.why_not
        told = f" (it could not stop before: {why_not})" if why_not else ""
        self._seen.append(("action", operator.lower(), f"{_described(action)} has run{told}"))


class _FormulaTimer:
    """Wraps the monitor's hooks: keeps the time of every evaluation of the frame, and forwards each.

    The monitor's mode does not matter, and may change meanwhile.
    """

    def __init__(self, session: MissionSession) -> None:
        self._session = session
        self._monitor = session.monitor
        self._next = session.monitor.hook
        self._times: list[tuple[int, str, int]] = []
        session.monitor.hook = self
        session.monitor.every_frame = True

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        """Keep the time of one evaluation."""
        self._next.formula(kind, index, nanoseconds, value, cause)
        self._times.append((nanoseconds, kind, index))

    def over(self, microseconds: int) -> list[str]:
        """Return a sentence for each evaluation of the latest frame that took longer."""
        found = []
        for nanoseconds, kind, index in self._times:
            if nanoseconds > microseconds * 1000:
                measured = self._monitor.formulas.get((kind, index))
                if measured is None:
                    continue  # the measurements were reset since then
                cause = describe_cause(measured.last_cause)
                owner = self._session.owner_of(kind, index)
                found.append(f"the evaluation of {owner} took {nanoseconds / 1000:.0f} us ({cause})")
        return found

    def begin(self) -> None:
        """Forget the evaluations of the frame before."""
        self._times.clear()

    def close(self) -> None:
        """Restore the monitor's own hooks."""
        self._monitor.every_frame = False
        self._monitor.hook = self._next


def _operator_of(node: SyntaxNode) -> str:
    """Return the operator of a list as it is written, also one that the catalog does not have; "" for other nodes."""
    if node.operator is not None:
        return node.operator
    if node.kind is NodeKind.LIST and node.children and node.children[0].kind is NodeKind.NUMBER:
        return node.children[0].text
    return ""


def _described(action: Action) -> str:
    operator, arguments = action
    return f"action {operator} {' '.join(str(argument) for argument in arguments)}".rstrip()
