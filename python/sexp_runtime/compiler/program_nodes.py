"""Builds the nodes of programs: operators of the kernel, leaves, and subtrees that the interpreter evaluates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sexp_runtime.compiler.atoms import is_name, is_number, is_text, text_of
from sexp_runtime.compiler.facts import NESTED, is_drawing
from sexp_runtime.compiler.motion import MOTION_FIELDS, is_moving_comparison, is_position, without_motion
from sexp_runtime.compiler.program_parts import Parts
from sexp_runtime.compiler.program_plan import (
    AXES,
    CALCULATED,
    CANDIDATE,
    COMPARISONS,
    DISTANCES,
    MEASURED,
    MOVING,
    NAN_LIKE,
    NO_SUBSYSTEM,
    READER,
    ROSTER,
    ProgramPlan,
    meaning_of,
)  # fmt: skip
from sexp_runtime.kernel import Op, Program
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import is_paying
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.random import is_plain_draw
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE
from sexp_runtime.world.facts import FactKey

#: The most nodes of a program.
MOST_NODES: Final = 2000
#: The fewest and the most arguments of measured operators, where that is not the number of names.
_COUNTS: Final = {Op.FACING: (3, 4), Op.COORDINATE: (1, 5)}
#: Operators that an ordinary value ends before their last argument: a comparison that fails, a division by zero.
_ENDED_BY_VALUES: Final = frozenset({*range(Op.EQUAL, Op.AT_LEAST + 1), Op.DIVIDE, Op.REMAINDER})
#: Operators that read a delay before anything else.
_DELAYED: Final = frozenset(
    {"is-destroyed-delay", "is-disabled-delay", "is-disarmed-delay", "has-arrived-delay", "has-departed-delay"}
)


class Unfit(Exception):  # noqa: N818 (no error: the formula is evaluated in another way)
    """The formula, or the part, gets no program, or no node, of this kind."""


class Looks(Unfit):
    """A comparison in which what a later argument remembers could be seen, where the program keeps no statuses."""


@dataclass
class Compiled:
    """A program, the facts that it reads, and the operators of the formula that it evaluates."""

    program: Program
    facts: frozenset[FactKey]
    handled: frozenset[EvalNode]


class NodeTraits(NamedTuple):
    """What the evaluation of a node can do."""

    can_be_nan: bool
    #: Whether its status can be special.
    is_special: bool
    draws: bool
    #: Whether it draws, or reads the candidate.
    varies: bool


class Builder:
    """Turns one formula into nodes, arguments before their operator."""

    def __init__(self, parts: Parts, root: EvalNode, kind: int) -> None:
        self.parts = parts
        self.ctx = parts.ctx
        self.plan = ProgramPlan(root, kind)
        self.facts: set[FactKey] = set()
        self.handled: set[EvalNode] = set()
        self.traits: list[NodeTraits] = []
        self.is_form = False  # whether it is an argument form, whose nodes keep no statuses
        self.has_trees = True
        #: Whether a movement is compared in a form that can be bounded, and whether one is read otherwise.
        self.is_moving = self.moves_freely = False
        self._is_compared = False
        self._place_numbers: dict[str, int] = {}

    def finish(self, top: int) -> Compiled:
        """Return the program."""
        self.plan.top = top
        self.plan.draws = any(traits.draws for traits in self.traits)
        if self.bound_motion():
            self.facts.update(without_motion(self.facts))
        program = Program(self.plan, self.ctx, interpreter.evaluate)
        return Compiled(program, frozenset(self.facts), frozenset(self.handled))

    def judge_actions(self, actions: Sequence[EvalNode]) -> None:
        """Note whether nested conditions decide whether the actions have an effect: the formula waits for them, too."""
        draws = any(is_plain_draw(node) for action in actions for node in action.walk())
        if (self.plan.forgets or draws) and all(action.head.name in NESTED for action in actions):
            self.plan.is_simple = False

    def bound_motion(self) -> bool:
        """Let comparisons wait for their bounds if no other movement is read; return whether they do."""
        self.plan.is_bounded = self.is_moving and not self.moves_freely
        return self.plan.is_bounded

    def mark(self) -> list[int]:
        """Return where the lists of the plan end now."""
        return [len(part) for part in self._parts()]

    def roll_back(self, marked: Sequence[int]) -> None:
        """Remove all that has been added since `mark`."""
        for part, size in zip(self._parts(), marked, strict=True):
            del part[size:]

    def _parts(self) -> tuple[list[Any], ...]:
        plan = self.plan
        return plan.nodes, plan.holders, self.traits, plan.leaves, plan.distances, plan.acts

    def emit(
        self,
        op: int,
        arguments: Sequence[int] = (),
        value: int = 0,
        *,
        holder: EvalNode | None = None,
        one: int = 0,
        two: int = 0,
        can_be_nan: bool = False,
        is_special: bool = False,
        draws: bool = False,
    ) -> int:
        """Add a node and return its index."""
        if len(self.plan.nodes) >= MOST_NODES:
            raise Unfit
        traps = holder is not None and holder.traps and not self.is_form
        is_expression = holder is not None and holder.head.kind is EvalKind.OPERATOR
        self.plan.nodes.append((op, tuple(arguments), value, int(is_expression), int(traps), one, two))
        self.plan.holders.append(holder)
        kids = [self.traits[index] for index in arguments]
        if not Op.ACT <= op <= Op.IF_TRUE:  # actions run only if their condition is true
            self._compare_draws(op, kids)
        self.traits.append(
            NodeTraits(
                can_be_nan,
                is_special or can_be_nan or op == Op.KNOWN or any(kid.is_special for kid in kids),
                draws or any(kid.draws for kid in kids),
                draws or CANDIDATE in (one, two) or any(kid.varies for kid in kids),
            )
        )
        return len(self.plan.nodes) - 1

    def _compare_draws(self, op: int, kids: Sequence[NodeTraits]) -> None:
        """Note whether a draw of one argument can decide how much the others draw, or which status results."""
        ends_early = op in _ENDED_BY_VALUES and len(kids) > 2
        for at, kid in enumerate(kids):
            if not kid.varies:
                continue
            if kid.is_special and ((kid.draws and not self.plan.forgets) or op == Op.XOR):
                self.plan.draws_vary = True
            if (kid.is_special or ends_early) and any(later.draws for later in kids[at + 1 :]):
                self.plan.draws_vary = True

    def argument(self, arg: EvalNode) -> int:
        """Add an argument as its operator sees it."""
        if arg.inner is not None:
            return self.operator(arg, arg.inner)
        if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE:
            return self.emit(Op.CONSTANT)
        if arg.kind is not EvalKind.ATOM:
            return self.tree(arg)
        if arg.is_placeholder and arg.form is not None:
            raise Unfit
        if arg.variable is not None:
            self.facts.add(("var", arg.variable))
            return self.emit(Op.VARIABLE, value=arg.variable)
        return self.emit(Op.CONSTANT, value=arg.literal)

    def operator(self, holder: EvalNode, head: EvalNode) -> int:
        """Add an operator; `holder` is the node that its operator sees."""
        constants = self.ctx.constants
        if head is constants.true or head is constants.false:
            known = KNOWN_TRUE if head is constants.true else KNOWN_FALSE
            return self.emit(Op.KNOWN, value=1 if known is KNOWN_TRUE else 2, holder=holder)
        if head.kind is not EvalKind.OPERATOR or head.spec is None or head.call is not meaning_of(head):
            return self.tree(holder)
        size, is_compared = len(self.plan.nodes), self._is_compared
        try:
            return self._native(holder, head)
        except Unfit:
            self._is_compared = is_compared
            if len(self.plan.nodes) != size:
                raise
        if self._is_leaf(head):
            return self.leaf(holder, head)
        return self.tree(holder)

    def _native(self, holder: EvalNode, head: EvalNode) -> int:
        op = CALCULATED.get(head.name)
        if op is not None:
            return self.calculated(op, holder, head)
        measured = MEASURED.get(head.name)
        if measured is not None:
            return self._measured(*measured, holder, head)
        if head.name == "is-in-box":
            return self._boxed(holder, head)
        if is_plain_draw(head) and all(map(is_number, head.args)):
            return self.draw(holder, head)
        raise Unfit

    def draw(self, holder: EvalNode, head: EvalNode) -> int:
        """Add a `rand-multiple` between two numbers."""
        self.plan.is_simple = False
        self.handled.add(head)
        return self.emit(Op.DRAW, [self.argument(arg) for arg in head.args], holder=holder, draws=True)

    def _boxed(self, holder: EvalNode, head: EvalNode) -> int:
        names, numbers = [*head.args[:1], *head.args[7:]], head.args[1:7]
        if not 7 <= len(head.args) <= 8 or not all(map(is_name, names)) or not all(map(is_number, numbers)):
            raise Unfit
        self.moves_freely = True
        places = [self._place_number(arg) for arg in names]
        bounds = [self.argument(arg) for arg in numbers]
        self.read(head)
        self.handled.add(head)
        return self.emit(
            Op.IN_BOX, bounds, len(names) - 1, holder=holder, one=places[0], two=places[-1], is_special=True
        )

    def calculated(self, op: int, holder: EvalNode, head: EvalNode) -> int:
        """Add logic, a comparison or arithmetic."""
        outer = self._is_compared
        moving = is_moving_comparison(head)
        self._is_compared = moving or (outer and head.name not in COMPARISONS)
        arguments = [self.argument(arg) for arg in head.args]
        self._is_compared = outer
        nans = [self.traits[index].can_be_nan for index in arguments]
        if head.name in COMPARISONS and self.is_form and not self.ctx.wcs and any(nans[1:]):
            raise Looks
        self.handled.add(head)
        is_arithmetic = op >= Op.ADD
        can_be_nan = is_arithmetic and (any(nans) or op in (Op.DIVIDE, Op.REMAINDER))
        return self.emit(op, arguments, int(moving), holder=holder, can_be_nan=can_be_nan)

    def _measured(self, op: int, names: int, holder: EvalNode, head: EvalNode) -> int:
        arguments = head.args
        least, most = _COUNTS.get(op, (names, names))
        if not least <= len(arguments) <= most:
            raise Unfit
        numbers = arguments[names:]
        if op == Op.COORDINATE and numbers:
            subsystem, *numbers = numbers
            if not is_text(subsystem) or text_of(subsystem).lower() not in NO_SUBSYSTEM:
                raise Unfit
        if not all(map(is_name, arguments[:names])) or not all(map(is_number, numbers)):
            raise Unfit
        if op in MOVING and self._is_compared and is_position(head):
            self.is_moving = True
        elif op in MOVING or op == Op.FACING:
            self.moves_freely = True
        places = [self._place_number(arg) for arg in arguments[:names]]
        rest = [self.argument(arg) for arg in numbers]
        facts = self.read(head)
        self.handled.add(head)
        value = AXES.get(head.name, 0)
        if op in DISTANCES and CANDIDATE not in places:
            shared = self.parts.distance(op, arguments[0].text, arguments[1].text, facts)
            if shared is not None:
                self.plan.distances.append(shared)
                value = len(self.plan.distances)
        return self.emit(
            op, rest, value, holder=holder, one=places[0], two=places[-1],
            can_be_nan=op != Op.FACING, is_special=True,
        )  # fmt: skip

    def _place_number(self, arg: EvalNode) -> int:
        if arg.is_placeholder:
            return self.candidate_place()
        number = self._place_numbers.get(arg.text)
        if number is None:
            number = self._place_numbers[arg.text] = len(self.plan.places)
            self.plan.places.append(self.parts.place(arg.text))
        return number

    def candidate_place(self) -> int:
        """Return the place number of a candidate."""
        raise Unfit

    def read(self, head: EvalNode) -> frozenset[FactKey]:
        """Note what an operator with plain texts reads, and return it."""
        assert head.spec is not None
        if head.spec.reads is None:
            return frozenset()
        found = frozenset(head.spec.reads(self.ctx.world, [text_of(arg) for arg in head.args]))
        self.facts |= found
        return found

    def _is_leaf(self, head: EvalNode) -> bool:
        assert head.spec is not None
        if head.spec.traits & ~READER or not all(map(is_text, head.args)):
            return False
        reads = head.spec.reads
        return reads is None or ROSTER not in reads(self.ctx.world, [text_of(arg) for arg in head.args])

    def leaf(self, holder: EvalNode, head: EvalNode) -> int:
        """Add a pure operator whose arguments are plain texts."""
        assert head.spec is not None
        facts = self.read(head)
        if any(key[-1] in MOTION_FIELDS for key in facts):
            self.moves_freely = True
        leaf = self.parts.leaf(head, facts)
        self.plan.leaves.append(leaf)
        self.handled.add(head)
        return self.emit_leaf(holder, head)

    def emit_leaf(self, holder: EvalNode, head: EvalNode, place: int = 0) -> int:
        """Add the node of the leaf added last."""
        assert head.spec is not None
        results = head.spec.results
        return self.emit(
            Op.LEAF, value=len(self.plan.leaves) - 1, holder=holder, one=place,
            can_be_nan=bool(results & NAN_LIKE), is_special=bool(results),
        )  # fmt: skip

    def tree(self, holder: EvalNode) -> int:
        """Add a subtree that the interpreter evaluates."""
        if not self.has_trees or is_paying(holder):
            raise Unfit
        self.plan.is_simple = False
        self.moves_freely = True
        return self.emit_tree(holder)

    def emit_tree(self, holder: EvalNode) -> int:
        """Add the node of a subtree that the interpreter evaluates."""
        head = holder.head
        draws = sum(map(is_plain_draw, head.walk()))
        if draws > 1 or not is_drawing(head):
            self.plan.draws_vary = True
        is_number = is_plain_draw(head)
        place = 0
        if self.is_form and any(node.is_placeholder for node in head.walk()):
            place = CANDIDATE
            if draws and not _draws_first(head):
                self.plan.draws_vary = True
        return self.emit(
            Op.TREE, holder=holder, one=place, can_be_nan=not is_number, is_special=not is_number, draws=draws > 0
        )


def _draws_first(head: EvalNode) -> bool:
    """Whether an operator draws before it looks at any candidate."""
    draw = head.args[0].inner if head.name in _DELAYED else None
    return draw is not None and is_plain_draw(draw) and not draw.has_placeholder
