"""Programs: formulas, and argument forms, as the trees of nodes that the kernel evaluates.

What the kernel knows by itself are logic, comparisons, arithmetic and the operators that read ships most often. A pure
operator whose arguments are plain texts is a leaf: Python evaluates it, and the result stands until a fact or the
clock changes it. Everything else is a subtree that the interpreter evaluates each time, in its place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.compiler.atoms import is_name, is_number, is_text, text_of
from sexp_runtime.compiler.facts import NESTED, lists_plain_texts, split_actions
from sexp_runtime.compiler.forms import can_write_actions, reads_candidates
from sexp_runtime.compiler.motion import MOTION_FIELDS, without_motion
from sexp_runtime.compiler.program_actions import conditional_actions, form_actions, pay_for_trial, written_actions
from sexp_runtime.compiler.program_plan import (
    AXES,
    CALCULATED,
    CANDIDATE,
    COMPARISONS,
    DISTANCES,
    MEASURED,
    MOVING,
    NAN_LIKE,
    NUMBERS,
    READER,
    ROSTER,
    ProgramPlan,
    meaning_of,
    moving_argument,
)
from sexp_runtime.compiler.truth import is_pure
from sexp_runtime.kernel import Assignment, Distance, FormProgram, Leaf, Op, Place, Program, use_cosines
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.actions_geometry import turn
from sexp_runtime.operators.budget import is_paying, weight
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.counting import team_named
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalKind, EvalNode
from sexp_runtime.operators.registry import OperatorFunction
from sexp_runtime.operators.variables import modify_variable
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, Raw
from sexp_runtime.world.facts import UNREAD, FactBoard, FactKey
from sexp_runtime.world.variables import NUMBER

#: The most nodes of a program.
MOST_NODES: Final = 2000

use_cosines([turn(degrees)[1] for degrees in range(360)])


class _Unfit(Exception):  # noqa: N818 (no error: the formula is evaluated in another way)
    """A formula, or a part, that is better evaluated in another way."""


@dataclass
class Compiled:
    """A program, the facts that it reads, and the operators of the formula that it stands for."""

    program: Program
    facts: frozenset[FactKey]
    handled: frozenset[EvalNode]
    #: Whether the program needs no function for the actions of an `every-time`.
    is_whole: bool = False
    #: Where the program of an `every-time-argument` puts the applicable candidates for the function of its actions.
    found: list[list[Candidate]] | None = None


class Programs:
    """Makes the programs of a row of formulas, which share places and leaves."""

    def __init__(self, ctx: EvaluationContext, board: FactBoard) -> None:
        self.ctx = ctx
        self.board = board
        self._places: dict[str, Place] = {}
        self._leaves: dict[tuple[str, ...], tuple[Leaf, frozenset[FactKey]]] = {}
        self._distances: dict[tuple[int, str, str], Distance] = {}
        self._edges: list[tuple[FactKey, bytearray, int]] = []
        self._facts = 0

    def of_formula(self, root: EvalNode, every_time: Callable[[], object]) -> Compiled | None:
        """Return the program of a formula, None for one that is to be evaluated in another way.

        `every_time` evaluates an `every-time` formula as a whole, or runs the actions of an `every-time-argument`; the
        program calls it when the condition is true.
        """
        ctx = self.ctx
        if root.spec is None or root.call is not meaning_of(root):
            return None
        try:
            if root.name in ARGUMENT_FORMS:
                return _Form(self, root, every_time).build()
            if root.name in ("when", "every-time"):
                return _Conditional(self, root, every_time).build()
            if root in (ctx.constants.true, ctx.constants.false) or root.spec.traits & ~READER:
                return None
            return _Condition(self, root).build()
        except _Unfit:
            return None

    def nest(self, root: EvalNode) -> frozenset[EvalNode]:
        """Have programs evaluate the argument forms among the actions of a formula; return the operators in them."""
        handled: set[EvalNode] = set()
        for form in _nested_forms(root):
            if form.call is not meaning_of(form):
                continue
            try:
                made = _Form(self, form, None).build()
            except _Unfit:
                continue
            form.call = _nested(made.program)
            handled |= made.handled
        return frozenset(handled)

    def place(self, text: str) -> Place:
        """Return the place that a text names."""
        found = self._places.get(text)
        if found is None:
            side = (team_named(text) or "") if text[:5].lower() == "<any " else None
            found = self._places[text] = Place(self.ctx.world, text, side)
            name = text.lower()
            self.subscribe(("wing", name, "state"), found.stale, 0)
            if ":" in name:
                self.subscribe(("waypoint", name.rpartition(":")[0]), found.stale, 0)
        return found

    def leaf(self, head: EvalNode, facts: frozenset[FactKey]) -> Leaf:
        """Return the leaf of a call with plain texts, one for all formulas that have it."""
        key = (head.name, *(arg.text for arg in head.args))
        found = self._leaves.get(key)
        if found is None:
            leaf = Leaf(self.ctx, head, None)
            self._leaves[key] = leaf, facts
            for fact in facts:
                self.subscribe(fact, leaf.flag, 0)
            return leaf
        return found[0]

    def distance(self, op: int, one: str, two: str, facts: Iterable[FactKey]) -> Distance | None:
        """Return the distance that formulas share between two things, None if it is not worth sharing."""
        if not any(text[:5].lower() == "<any " or text.lower() in self.ctx.world.wings for text in (one, two)):
            return None
        found = self._distances.get((op, one, two))
        if found is None:
            found = self._distances[op, one, two] = Distance(op, self.place(one), self.place(two))
            for fact in facts:
                self.subscribe(fact, found.flag, 0)
        return found

    def subscribe(self, key: FactKey, flags: bytearray, index: int) -> None:
        """Have a change of the fact set a flag that somebody looks at unasked."""
        self._facts += self.board.add_edge(key, (flags, index, UNREAD))
        self._edges.append((key, flags, index))

    def close(self) -> None:
        """Give up all edges."""
        for key, flags, index in self._edges:
            self.board.unsubscribe(key, flags, index)
        self._edges.clear()
        self._places.clear()
        self._leaves.clear()
        self._distances.clear()

    def nbytes(self) -> int:
        """Return the bytes held by places, leaves and their edges, without the programs."""
        total = sys.getsizeof(self._edges) + sys.getsizeof(self._places) + sys.getsizeof(self._leaves)
        total += len(self._edges) * (56 + 64 + 8) + self._facts * 230
        return total + len(self._places) * 250 + len(self._leaves) * 330 + len(self._distances) * 250


def _nested_forms(node: EvalNode) -> Iterator[EvalNode]:
    """Yield each `when-argument` that stands in the place of an action, at any depth."""
    for action in split_actions(node)[1]:
        inner = action.inner
        if inner is not None and inner.name in NESTED:
            if inner.name == "when-argument":
                yield inner
            yield from _nested_forms(inner)


def _nested(program: Program) -> OperatorFunction:
    """Return the function of an operator that a program stands for; what the form remembers is in its node (B11)."""

    def call(ctx: EvaluationContext, node: EvalNode) -> Raw:
        pay_for_trial(ctx, node)
        program.forget_root()
        value = program()
        return KNOWN_FALSE if program.is_known_false else value

    return call


class _Builder:
    """Turns one formula into nodes, arguments before their operator."""

    def __init__(self, programs: Programs, root: EvalNode, kind: int) -> None:
        self.programs = programs
        self.ctx = programs.ctx
        self.plan = ProgramPlan(root, kind)
        self.facts: set[FactKey] = set()
        self.handled: set[EvalNode] = set()
        self.can_be_nan: list[bool] = []
        self.fresh = False
        self.has_trees = True
        #: Whether a movement is compared in a form that can be bounded, and whether one is read otherwise.
        self.is_moving = self.moves_freely = False
        self._is_compared = False
        self._place_numbers: dict[str, int] = {}

    def finish(self, top: int) -> Compiled:
        """Return the program."""
        self.plan.top = top
        if self.is_moving and not self.moves_freely:
            self.plan.is_bounded = True
            self.facts.update(without_motion(self.facts))
        program = Program(self.plan, self.ctx, interpreter.evaluate)
        return Compiled(program, frozenset(self.facts), frozenset(self.handled), bool(self.plan.assignments))

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
    ) -> int:
        """Add a node and return its index."""
        if len(self.plan.nodes) >= MOST_NODES:
            raise _Unfit
        traps = holder is not None and holder.traps and not self.fresh
        is_expression = holder is not None and holder.head.kind is EvalKind.OPERATOR
        self.plan.nodes.append((op, tuple(arguments), value, int(is_expression), int(traps), one, two))
        self.plan.holders.append(holder)
        self.can_be_nan.append(can_be_nan)
        return len(self.plan.nodes) - 1

    def argument(self, arg: EvalNode) -> int:
        """Add an argument as its operator sees it."""
        if arg.inner is not None:
            return self.operator(arg, arg.inner)
        if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE:
            return self.emit(Op.CONSTANT)
        if arg.kind is not EvalKind.ATOM:
            return self.tree(arg)
        if arg.is_placeholder and arg.form is not None:
            raise _Unfit
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
        size = len(self.plan.nodes)
        try:
            return self._native(holder, head)
        except _Unfit:
            self._is_compared = False
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
        raise _Unfit

    def _boxed(self, holder: EvalNode, head: EvalNode) -> int:
        names, numbers = [*head.args[:1], *head.args[7:]], head.args[1:7]
        if not 7 <= len(head.args) <= 8 or not all(map(is_name, names)) or not all(map(is_number, numbers)):
            raise _Unfit
        self.moves_freely = True
        places = [self._place_number(arg) for arg in names]
        bounds = [self.argument(arg) for arg in numbers]
        self.read(head)
        self.handled.add(head)
        return self.emit(Op.IN_BOX, bounds, len(names) - 1, holder=holder, one=places[0], two=places[-1])

    def calculated(self, op: int, holder: EvalNode, head: EvalNode) -> int:
        """Add logic, a comparison or arithmetic."""
        moving = moving_argument(head) if head.name in COMPARISONS else 0
        arguments = []
        for number, arg in enumerate(head.args, 1):
            self._is_compared = number == moving
            arguments.append(self.argument(arg))
        self._is_compared = False
        if moving and self.plan.nodes[arguments[moving - 1]][0] not in MOVING:
            moving = 0
        nans = [self.can_be_nan[index] for index in arguments]
        if head.name in COMPARISONS and self.fresh and any(nans[1:]):
            raise _Looks
        self.handled.add(head)
        is_arithmetic = op >= Op.ADD
        can_be_nan = is_arithmetic and (any(nans) or op in (Op.DIVIDE, Op.REMAINDER))
        return self.emit(op, arguments, moving, holder=holder, can_be_nan=can_be_nan)

    def _measured(self, op: int, names: int, holder: EvalNode, head: EvalNode) -> int:
        arguments = head.args
        most = 4 if op == Op.FACING else names
        if not (3 if op == Op.FACING else names) <= len(arguments) <= most:
            raise _Unfit
        numbers = arguments[names:]
        if not all(map(is_name, arguments[:names])) or not all(map(is_number, numbers)):
            raise _Unfit
        if op in MOVING and self._is_compared:
            self.is_moving = True
        elif op in MOVING or op == Op.FACING:
            self.moves_freely = True
        places = [self._place_number(arg) for arg in arguments[:names]]
        rest = [self.argument(arg) for arg in numbers]
        facts = self.read(head)
        self.handled.add(head)
        value = AXES.get(head.name, 0)
        if op in DISTANCES and CANDIDATE not in places:
            shared = self.programs.distance(op, arguments[0].text, arguments[1].text, facts)
            if shared is not None:
                self.plan.distances.append(shared)
                value = len(self.plan.distances)
        return self.emit(
            op, rest, value, holder=holder, one=places[0], two=places[-1],
            can_be_nan=op != Op.FACING,
        )  # fmt: skip

    def _place_number(self, arg: EvalNode) -> int:
        if arg.is_placeholder:
            return self.candidate_place()
        number = self._place_numbers.get(arg.text)
        if number is None:
            number = self._place_numbers[arg.text] = len(self.plan.places)
            self.plan.places.append(self.programs.place(arg.text))
        return number

    def candidate_place(self) -> int:
        """Return the number that stands for the place of a candidate."""
        raise _Unfit

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
        leaf = self.programs.leaf(head, facts)
        self.plan.leaves.append(leaf)
        self.handled.add(head)
        can_be_nan = bool(head.spec.results & NAN_LIKE)
        return self.emit(Op.LEAF, value=len(self.plan.leaves) - 1, holder=holder, can_be_nan=can_be_nan)

    def tree(self, holder: EvalNode) -> int:
        """Add a subtree that the interpreter evaluates."""
        if self.fresh or not self.has_trees or is_paying(holder):
            raise _Unfit
        self.plan.is_simple = False
        self.moves_freely = True
        return self.emit(Op.TREE, holder=holder, can_be_nan=True)


class _Looks(_Unfit):
    """A comparison in which what a later argument remembers could be seen, where the program keeps no statuses."""


class _Condition(_Builder):
    """A formula that is just a condition: of a goal or a cue."""

    def __init__(self, programs: Programs, root: EvalNode) -> None:
        super().__init__(programs, root, Op.CONDITION)

    def build(self) -> Compiled:
        """Return the program."""
        top = self.operator(self.plan.root, self.plan.root)
        if self.plan.nodes[top][0] == Op.TREE:
            raise _Unfit
        return self.finish(top)


class _Conditional(_Builder):
    """`when`, whose actions the interpreter runs, or `every-time`, whose condition tells whether to run it at all."""

    def __init__(self, programs: Programs, root: EvalNode, every_time: Callable[[], object]) -> None:
        is_when = root.name == "when"
        super().__init__(programs, root, Op.WHEN if is_when else Op.EVERY_TIME)
        self.fresh = not is_when
        self._every_time = every_time

    def build(self) -> Compiled:
        """Return the program."""
        root, constants = self.plan.root, self.ctx.constants
        condition = root.args[0] if root.args else None
        if condition is None or condition.inner is None or condition.inner is constants.false:
            raise _Unfit
        top = self.operator(condition.inner, condition.inner)
        if self.plan.nodes[top][0] == Op.TREE:
            raise _Unfit
        self._assign(root.args[1:])
        if condition.inner is constants.true and not (self.fresh and self.plan.assignments):
            raise _Unfit
        if self.fresh:
            every_time = self._every_time
            self.plan.perform = lambda program: every_time()
        else:
            self.plan.perform = conditional_actions(self.ctx, root)
        return self.finish(top)

    def _assign(self, actions: Sequence[EvalNode]) -> None:
        """Add the values of actions if all of them assign numbers to number variables (J2)."""
        table = self.ctx.world.variables
        kept = [action.inner for action in actions if action.inner is not None]
        if not all(head.call is modify_variable and len(head.args) == 2 for head in kept):
            return
        targets = [head.args[0].variable for head in kept]
        if not all(index is not None and table.is_set(index) and table.types[index] == NUMBER for index in targets):
            return
        plan, facts, moves, has_trees = self.plan, set(self.facts), (self.is_moving, self.moves_freely), self.has_trees
        parts: tuple[list[Any], ...] = (plan.nodes, plan.holders, self.can_be_nan, plan.leaves)
        sizes = [len(part) for part in parts]
        self.has_trees = False
        try:
            for head, index in zip(kept, targets, strict=True):
                assert index is not None
                top = self.argument(head.args[1])
                plan.assignments.append(Assignment(table.names[index], index, top))
        except _Unfit:
            plan.assignments.clear()
            for part, size in zip(parts, sizes, strict=True):
                del part[size:]
        finally:  # what actions read is read when the condition is true, not waited for
            self.facts, self.has_trees = facts, has_trees
            self.is_moving, self.moves_freely = moves


class _Form(_Builder):
    """`when-argument` and `every-time-argument` over ships that are listed."""

    def __init__(self, programs: Programs, root: EvalNode, every_time: Callable[[], object] | None) -> None:
        """`every_time` is None for a form that stands among the actions of another formula."""
        super().__init__(programs, root, Op.WHEN if root.name == "when-argument" else Op.EVERY_TIME)
        self.fresh = True
        self._every_time = every_time
        self.plan.is_nested = every_time is None
        self._candidate_reads: list[tuple[EvalNode, list[Leaf]]] = []
        self._inside_common = False

    def build(self) -> Compiled:
        """Return the program."""
        root, ctx = self.plan.root, self.ctx
        provider = root.args[0].inner if len(root.args) > 1 else None
        is_when = root.name == "when-argument"
        # WCS judges a `when-argument` by what the condition remembers of the last candidate (K).
        if provider is None or (ctx.wcs if is_when else not can_write_actions(root, ctx)):
            raise _Unfit
        if provider.name not in ("any-of", "every-of") or provider.call is not meaning_of(provider):
            raise _Unfit
        condition = root.args[1].inner
        if not provider.args or not lists_plain_texts(provider, ctx) or condition is None or not is_pure(condition):
            raise _Unfit
        plan = self.plan
        if not plan.is_nested and len(provider.args) * weight(root.args[1]) > ctx.budget.certain:
            raise _Unfit  # what it cannot pay for has to be ended, which programs do not do
        world = ctx.world
        if any(arg.text.lower() in world.wings for arg in provider.args):  # read as a wing, for good (D7)
            raise _Unfit
        plan.reads_candidates = any(map(reads_candidates, root.args[2:]))
        plan.candidates = [Candidate(arg.text, arg) for arg in provider.args]
        plan.places.extend(self.programs.place(arg.text) for arg in provider.args)
        plan.provider, plan.provider_kind = provider, 0 if provider.name == "any-of" else 1
        found: list[list[Candidate]] | None = None
        if is_when:
            plan.perform = form_actions(ctx, root, is_nested=plan.is_nested)
        else:
            found = [[]]
            assert self._every_time is not None
            plan.perform = written_actions(ctx, root, self._every_time, found)
        plan.top = self.operator(condition, condition)
        program = FormProgram(plan, ctx, interpreter.evaluate)
        self._subscribe(program)
        return Compiled(program, frozenset(self.facts), frozenset(self.handled | {provider}), found=found)

    def argument(self, arg: EvalNode) -> int:
        """Add an argument; a variable is read once for all candidates, whose results depend on what it was."""
        index = super().argument(arg)
        if self._inside_common or self.plan.nodes[index][0] != Op.VARIABLE:
            return index
        self.plan.common.append(index)
        return self.emit(Op.COMMON, value=len(self.plan.common) - 1)

    def operator(self, holder: EvalNode, head: EvalNode) -> int:
        """Add an operator; what no candidate appears in is evaluated once for all of them."""
        constants = self.ctx.constants
        is_own = any(node.is_placeholder for node in head.walk())
        if is_own or self._inside_common or head is constants.true or head is constants.false:
            return super().operator(holder, head)
        self._inside_common = True
        try:
            index = super().operator(holder, head)
        finally:
            self._inside_common = False
        self.plan.common.append(index)
        return self.emit(Op.COMMON, value=len(self.plan.common) - 1, holder=holder, can_be_nan=self.can_be_nan[index])

    def candidate_place(self) -> int:
        """Return the number that stands for the place of a candidate."""
        return CANDIDATE

    def read(self, head: EvalNode) -> frozenset[FactKey]:
        """Note what an operator reads; of one with `<argument>` each candidate's facts, when the program is there."""
        if any(arg.is_placeholder for arg in head.args):
            self._candidate_reads.append((head, []))
            return frozenset()
        return super().read(head)

    def _is_leaf(self, head: EvalNode) -> bool:
        assert head.spec is not None
        if not any(arg.is_placeholder for arg in head.args):
            return super()._is_leaf(head)
        if head.spec.traits & ~READER or not all(arg.is_placeholder or is_text(arg) for arg in head.args):
            return False
        row = CATALOG.dialect_catalog(self.ctx.dialect).get(head.name)
        if row is None or head.spec.reads is None:
            return False
        if ROSTER in head.spec.reads(self.ctx.world, [text_of(arg) for arg in head.args]):
            return False
        return not any(arg.is_placeholder and row.argument_type(at) in NUMBERS for at, arg in enumerate(head.args))

    def leaf(self, holder: EvalNode, head: EvalNode) -> int:
        """Add a pure operator, with a leaf for each candidate if it has `<argument>` among its arguments."""
        assert head.spec is not None
        if not any(arg.is_placeholder for arg in head.args):
            return super().leaf(holder, head)
        leaves = [Leaf(self.ctx, head, candidate) for candidate in self.plan.candidates]
        self.plan.leaves.append(leaves)
        self._candidate_reads.append((head, leaves))
        self.handled.add(head)
        return self.emit(
            Op.LEAF, value=len(self.plan.leaves) - 1, holder=holder, one=CANDIDATE,
            can_be_nan=bool(head.spec.results & NAN_LIKE),
        )  # fmt: skip

    def _subscribe(self, program: FormProgram) -> None:
        """Have each candidate's facts set its flags."""
        world, subscribe = self.ctx.world, self.programs.subscribe
        for index, candidate in enumerate(self.plan.candidates):
            own: set[FactKey] = set()
            for head, leaves in self._candidate_reads:
                assert head.spec is not None
                if head.spec.reads is None:
                    continue
                texts = [candidate.text if arg.is_placeholder else text_of(arg) for arg in head.args]
                found = frozenset(head.spec.reads(world, texts))
                own |= found
                for fact in found if leaves else ():
                    subscribe(fact, leaves[index].flag, 0)
            for fact in own:
                subscribe(fact, program.flags, index)
            self.facts |= own
