"""The evaluation context: how operators read arguments and world, and what a cache must know about an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.kernel import ActionCount, ContextCore
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import Budget
from sexp_runtime.operators.interpreter import OperatorProfiler
from sexp_runtime.operators.node import ConstantNodes, EvalKind, EvalNode
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.values import INT_MIN, NAN, NAN_FOREVER, Status, atoi, wrap32
from sexp_runtime.world.clock import NEVER, us_of_event_ms, us_of_fix

if TYPE_CHECKING:
    from sexp_runtime.syntax.dialect import Dialect
    from sexp_runtime.world.containers import Container
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.wings import Wing
    from sexp_runtime.world.world import World

# Module-level names of the members, because looking them up in the class is slow.
_WRAPPER: Final = EvalKind.WRAPPER
_CLAUSE: Final = EvalKind.CLAUSE
_ATOM: Final = EvalKind.ATOM
_CONTAINER_DATA: Final = EvalKind.CONTAINER_DATA

#: List modifiers that draw a number or remove an item at every read (J22, I5).
_STEPPING: Final = frozenset({"remove_first", "remove_last", "remove_random", "get_random"})
#: Values up to here pass a non-negative position unchanged (B60).
_SPECIAL_CODES_END: Final = INT_MIN + 17
#: Maximum number of warnings kept as text; the rest are only counted.
MAX_WARNINGS: Final = 200

#: Receives an action that ran: the operator and its evaluated arguments (numbers, texts, orders as tuples).
Action = Callable[[str, tuple[Any, ...]], None]
#: An evaluated argument: a number (booleans are 1 and 0), a text, or an order as tuple ("ai-chase", "Alpha 1", 89).
ActionValue = int | str | tuple["ActionValue", ...]
#: Changes the world for an action; takes the evaluated arguments, where optional ones may be missing. Returns NOTHING
#: where the original does nothing at all; the action is then not offered to the game.
Effect = Callable[["EvaluationContext", tuple[ActionValue, ...]], "NoEffect | None"]


class NoEffect(Enum):
    """What an effect returns when nothing has happened."""

    NOTHING = "nothing"


NOTHING: Final = NoEffect.NOTHING


@dataclass(slots=True)
class RuntimeOptions:
    """Settings of a mod that change what formulas mean (F2, C20)."""

    fixed_chaining_to_repeat: bool = False
    alternate_chaining: bool = False
    true_loop_arguments: bool = False
    engine_version: tuple[int, ...] = (25, 0, 0)


class Candidate:
    """One value of `<argument>`: its text, and its atom if it was listed in the formula (C40-C42)."""

    __slots__ = ("node", "text")

    def __init__(self, text: str, node: EvalNode | None = None) -> None:
        self.text = text
        self.node = node


class EvaluationContext(ContextCore):
    """The state with which one engine evaluates its formulas; one per mission run.

    Bookkeeping for caches, reset by `start`: `due` is the first microsecond at which time alone could change the
    result (NEVER if none). `unsettled` says that remembered state changed, so that the same facts could give another
    result next time. `changed_statuses` holds the nodes with a changed status, and their earlier status (see
    interpreter.is_settled). `unused_draws` counts random draws that did not affect the result. `effects` counts
    everything that forbids reuse of an evaluation (actions, random draws, steps of memory) and is never reset. `nan` is
    the special result, NAN or NAN_FOREVER, of the last `number`, else None (B14).
    """

    def __init__(
        self,
        world: World,
        *,
        dialect: Dialect | None = None,
        options: RuntimeOptions | None = None,
        actions: Action | None = None,
        own: OwnOperators | None = None,
    ) -> None:
        self.world = world
        self.dialect = dialect if dialect is not None else world.dialect
        self.wcs: bool = self.dialect.name == "WCS"
        self.options = options if options is not None else RuntimeOptions()
        self.actions = actions
        #: The listeners for actions; while it is empty, `actions` is called only for those in `heeded`. None: always.
        self.listeners: list[Any] | None = None
        self.heeded: Collection[str] = ()
        #: Counts the actions that have run, each once it could be offered to the game; a recording begins it anew in
        #: each frame.
        self.actions_made = ActionCount()
        self.constants = ConstantNodes()
        #: Makes effects that are repeated only where that could change something; None where all are repeated.
        self.remember: Callable[[Effect], Effect] | None = None
        #: Clears what a formula remembers, by kind ("event" or "goal") and index; set by the manager (D5, D6).
        self.flush_formula: Callable[[str, int], None] | None = None
        #: Whether the mission has ended and its goals are decided; debriefing formulas are then evaluated (F25, H41).
        self.mission_ended = False
        #: The current candidate of `<argument>`, None outside any (C28, C29).
        self.candidate: Candidate | None = None
        #: Applicable candidates of each argument form being evaluated, innermost last (C20).
        self.applicable: list[list[Candidate]] = []
        #: Containers that each of these forms has taken candidates from, which refuse changes until it ends (N12.1).
        self.sources: list[list[Container]] = []
        #: Called for each operator that runs, when set; None costs next to nothing.
        self.profiler: OperatorProfiler | None = None
        #: The action whose effect is running, which its warnings name.
        self.acting: EvalNode | None = None
        #: The steps left to the evaluation that is running.
        self.budget = Budget(world.quotas.steps, world.quotas.frame_steps)
        self.due = NEVER
        #: Age of the ships' positions in microseconds. It is not 0 before the frame has moved the ships, because the
        #: clock already shows the end of the frame.
        self.positions_age_us = 0
        self.effects = 0
        self.unused_draws = 0
        self.unsettled = False
        self.changed_statuses: dict[EvalNode, Status] = {}
        self.nan: Status | None = None
        #: The mission's file, which warnings name; "" for none.
        self.file = ""
        self.warnings: list[str] = []
        self.warning_count = 0
        self._warned: set[str] = set()
        self._unknown: set[str] = set()
        #: The game's own operators; and a function called once for each unknown operator, when set.
        self.own = OwnOperators() if own is None else own
        self.on_unknown: Callable[[str], None] | None = None

    def start(self) -> int:
        """Reset the bookkeeping for caches before an evaluation that may be reused; return the count of effects."""
        self.due = NEVER
        self.unused_draws = 0
        self.unsettled = False
        if self.changed_statuses:
            self.changed_statuses.clear()
        return self.effects

    # -- evaluation ---------------------------------------------------------------------------------------------

    def evaluate(self, node: EvalNode) -> int:
        """Evaluate a node and return its value; the status is in `node.status` (B10-B13)."""
        return interpreter.evaluate(self, node)

    def evaluate_head(self, node: EvalNode) -> int:
        """Evaluate past the wrapper, as for conditions and actions; the status is in `node.head.status`."""
        return interpreter.evaluate_head(self, node)

    def set_status(self, node: EvalNode, status: Status) -> None:
        """Overwrite the status a node remembers (B34, I2)."""
        interpreter.set_status(self, node, status)

    def flush(self, node: EvalNode) -> None:
        """Forget what a subtree remembers (D3)."""
        interpreter.flush(self, node)

    def truth(self, arg: EvalNode | None) -> bool:
        """Evaluate an argument and return whether its value is exactly 1 (B4); an absent argument is false."""
        return arg is not None and interpreter.evaluate(self, arg) == 1

    def number(self, arg: EvalNode | None) -> int:
        """Return an argument as a number, 0 if absent; sets `nan` if it was not a number (B14)."""
        self.nan = None
        if arg is None:
            return 0
        if arg.kind is not _WRAPPER:
            return self.atom_number(arg)
        value = interpreter.evaluate(self, arg)
        # Only after evaluating: reading the argument may itself have used `nan`.
        status = (arg.inner or arg).status
        if status is NAN or status is NAN_FOREVER:
            self.nan = status
            return 0
        self.nan = None
        return value

    def natural(self, arg: EvalNode | None) -> int:
        """Like `number`, for a non-negative position: negative values become 0, in WCS positive (B60)."""
        if arg is not None and arg.kind is _ATOM:
            self.nan = None
            value = self.atom_number(arg)
        else:
            value = self.number(arg)
        return value if value >= 0 else self.as_natural(value)

    def as_natural(self, value: int) -> int:
        """Convert a number for a non-negative position (B60)."""
        if value < 0:
            if self.wcs:
                return wrap32(-value)
            if value > _SPECIAL_CODES_END:
                return 0
        return value

    def numbers(self, args: Sequence[EvalNode | None]) -> tuple[list[int], Status | None]:
        """Return arguments as numbers, and the special result they force: NAN overrides NAN_FOREVER (B15)."""
        return self._read_all(args, self.number)

    def naturals(self, args: Sequence[EvalNode | None]) -> tuple[list[int], Status | None]:
        """Like `numbers`, for non-negative positions (B60)."""
        return self._read_all(args, self.natural)

    def _read_all(
        self, args: Sequence[EvalNode | None], read: Callable[[EvalNode | None], int]
    ) -> tuple[list[int], Status | None]:
        values = []
        forced: Status | None = None
        for arg in args:
            values.append(read(arg))
            if self.nan is not None and forced is not NAN:
                forced = self.nan
        return values, forced

    # -- atoms --------------------------------------------------------------------------------------------------

    def atom_number(self, node: EvalNode) -> int:
        """Return the number in an atom: from its text, its variable's text, or its current candidate (B13, C41)."""
        if node.variable is not None:
            return self.world.variables.numbers[node.variable]
        if node.is_placeholder and self.candidate is not None:
            return self._candidate_number(self.candidate, atoi)
        if node.kind is _CONTAINER_DATA:
            return atoi(self._container_text(node))
        return node.literal

    def converted(self, node: EvalNode, convert: Callable[[str], int]) -> int:
        """Return `convert` of an atom's text, remembered in a candidate as plain reads are (D7)."""
        if node.is_placeholder and self.candidate is not None and node.variable is None:
            return self._candidate_number(self.candidate, convert)
        return convert(self.text(node))

    def _candidate_number(self, candidate: Candidate, convert: Callable[[str], int]) -> int:
        node = candidate.node
        if node is None:
            return convert(candidate.text)
        if node.variable is not None:
            self._restore_lookup(node)
            return convert(self.world.variables.text(node.variable))
        cache = node.cache
        if cache is not None:
            return cache[1] if cache[0] == "number" else 0
        value = convert(candidate.text)
        node.cache = ("number", value)
        return value

    def text(self, arg: EvalNode | None) -> str:
        """Return an argument's text; an expression and an absent argument have none (B45, B48, C40)."""
        if arg is None:
            return ""
        if arg.kind is _ATOM:
            if arg.is_placeholder:
                candidate = self.candidate
                return arg.text if candidate is None else self._candidate_text(candidate)
            return arg.text if arg.variable is None else self.world.variables.text(arg.variable)
        if arg.kind is _CONTAINER_DATA:
            return self._container_text(arg)
        return "" if arg.kind is _WRAPPER or arg.kind is _CLAUSE else arg.text

    def _container_text(self, node: EvalNode) -> str:
        """Return the text that `&name& ( modifiers )` fetches (A30-A32); each call is one read (J22, J23)."""
        modifiers = [str(self.number(arg)) if arg.kind is _WRAPPER else self.text(arg) for arg in node.args]
        if any(modifier.lower() in _STEPPING for modifier in modifiers):
            self.effects += 1
        return self.world.containers.read(node.text, modifiers)

    def _candidate_text(self, candidate: Candidate) -> str:
        """Return the text of the placeholder, after the one-time look-up as a variable's name (C40)."""
        node = candidate.node
        if node is None:
            return candidate.text
        if not node.looked_up:
            node.looked_up = True
            node.lookup = node.variable if node.variable is not None else self._variable_named(candidate.text)
            if node.lookup is not None:
                self.effects += 1
        if node.lookup is not None:
            return self.world.variables.text(node.lookup)
        return str(node.variable) if node.variable is not None else candidate.text

    def _variable_named(self, text: str) -> int | None:
        """Return the index of the variable that the text names, directly or as `@name[...]` (C40)."""
        variables = self.world.variables
        index = variables.index(text)
        if index is None and text.startswith("@"):
            name, bracket, rest = text[1:].partition("[")
            if bracket and "]" in rest:
                index = variables.index(name)
        return index

    def _restore_lookup(self, node: EvalNode) -> None:
        """Record a read of the candidate atom itself, which finds the variable again after a flush (C40)."""
        if node.lookup is None:
            node.lookup = node.variable
            self.effects += 1

    def own_text(self, node: EvalNode) -> str:
        """Return a candidate atom's text as the validity operators compare it (C30)."""
        if node.variable is not None:
            self._restore_lookup(node)
        return self.text(node)

    def name(self, arg: EvalNode | None) -> str:
        """Return an argument's text in lower case, for comparing names of ships, events and so on."""
        return self.text(arg).lower()

    def ship(self, arg: EvalNode | None) -> Ship | None:
        """Return the ship of the registry that an argument names, None if unknown (C41, D7, D8)."""
        candidate = self.candidate
        if candidate is not None and arg is not None and arg.is_placeholder:
            atom = candidate.node
            if atom is not None and atom.cache is not None:
                return atom.cache[1] if atom.cache[0] == "ship" else None
            ship: Ship | None = self._entry(candidate, "ship", self.world.ships)
            return ship
        text = self.text(arg)
        return self.world.ships_by_name.get(text) or self.world.ships.get(text.lower())

    def wing(self, arg: EvalNode | None) -> Wing | None:
        """Return the wing that an argument names, None if unknown (C41, D7)."""
        if arg is not None and arg.is_placeholder and self.candidate is not None:
            wing: Wing | None = self._entry(self.candidate, "wing", self.world.wings)
            return wing
        return self.world.wings.get(self.text(arg).lower())

    def _entry(self, candidate: Candidate, kind: str, registry: Mapping[str, Any]) -> Any:
        node = candidate.node
        if node is None:
            return registry.get(candidate.text.lower())
        cache = node.cache
        if cache is not None:
            return cache[1] if cache[0] == kind else None
        if node.variable is not None:
            self._restore_lookup(node)
            return registry.get(self.world.variables.text(node.variable).lower())
        found = registry.get(candidate.text.lower())
        if found is not None:
            node.cache = (kind, found)
        return found

    # -- bookkeeping --------------------------------------------------------------------------------------------

    def due_us(self, us: int) -> None:
        """Record the first microsecond at which time alone could change the result; ignores past times."""
        if self.world.clock.us < us < self.due:
            self.due = us

    def due_fix(self, fix: int) -> None:
        """Like `due_us`, in fixed-point seconds (G1)."""
        self.due_us(us_of_fix(fix))

    def due_event_ms(self, event_ms: int) -> None:
        """Like `due_us`, in milliseconds of the event clock (F8b)."""
        self.due_us(us_of_event_ms(event_ms))

    def act(self, operator: str, args: tuple[Any, ...] = ()) -> None:
        """Record an action that ran and offer it to the game."""
        self.effects += 1
        if self.is_heard(operator):
            assert self.actions is not None
            self.actions(operator, args)

    def is_heard(self, operator: str) -> bool:
        """Count an action of this name, which has run; return whether anybody would get it."""
        self.actions_made.value += 1
        listeners = self.listeners
        if listeners is None:
            return self.actions is not None
        return bool(listeners) or operator in self.heeded

    def unknown_operator(self, name: str, node: EvalNode) -> None:
        """Report, once for each name, an operator that neither the catalog nor the game knows; it counts as false."""
        if name not in self._unknown:
            self._unknown.add(name)
            self.warn(f"unknown operator {name!r} counts as false", node)
            if self.on_unknown is not None and "(" not in name:
                self.on_unknown(name)

    def warn_once(self, message: str, node: EvalNode | None = None) -> None:
        """Like `warn`, but only once for each text."""
        if message not in self._warned and len(self._warned) < MAX_WARNINGS:
            self._warned.add(message)
            self.warn(message, node)

    def warn(self, message: str, node: EvalNode | None = None) -> None:
        """Record a warning about a node, or about the action whose effect runs; never stops the mission (J9)."""
        self.warning_count += 1
        if len(self.warnings) < MAX_WARNINGS:
            where = ""
            node = node or self.acting
            if node is not None and node.syntax is not None:
                where = f"{self.file}:{node.syntax.line}: " if self.file else f"line {node.syntax.line}: "
            self.warnings.append(where + message)
