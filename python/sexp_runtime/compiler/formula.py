"""Compiled formulas: one Python function each, with a file name that tracebacks show and source to go with it."""

from __future__ import annotations

import linecache
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.compiler import motion
from sexp_runtime.compiler.facts import NESTED, install, install_actions, scan
from sexp_runtime.compiler.forms import write_every_time, write_every_time_argument
from sexp_runtime.compiler.plan import UNNOTICED, Form, Plan, Planner
from sexp_runtime.compiler.recorder import FactRecorder
from sexp_runtime.compiler.source import SourceWriter
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import is_paying
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import NOTHING, EvaluationContext
from sexp_runtime.operators.memory import copy_memory
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.places import find_spot
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
from sexp_runtime.values import (
    CANT_EVAL,
    KNOWN_FALSE,
    KNOWN_TRUE,
    NAN,
    NAN_FOREVER,
    UNKNOWN,
    Status,
    c_divide,
    c_remainder,
    wrap32,
)
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
    from sexp_runtime.compiler.programs import Programs
    from sexp_runtime.kernel import Program


def _remember(ctx: EvaluationContext, head: EvalNode, holder: EvalNode, status: Status) -> None:
    """Store a changed status in an operator node and its wrapper, as the interpreter does (B10, B12)."""
    interpreter.set_status(ctx, head, status)
    if holder is not head:
        interpreter.set_status(ctx, holder, status)


#: What generated code knows by name.
_GLOBALS: dict[str, Any] = {
    "__builtins__": {"min": min, "max": max, "abs": abs},
    "CANT": CANT_EVAL,
    "KF": KNOWN_FALSE,
    "KT": KNOWN_TRUE,
    "NAN": NAN,
    "NANF": NAN_FOREVER,
    "NOTHING": NOTHING,
    "Status": Status,
    "UNKNOWN": UNKNOWN,
    "c_divide": c_divide,
    "c_remainder": c_remainder,
    "evaluate": interpreter.evaluate,
    "evaluate_head": interpreter.evaluate_head,
    "find_spot": find_spot,
    "flush": interpreter.flush,
    "int": int,
    "len": len,
    "natural": EvaluationContext.as_natural,
    "remember": _remember,
    "wrap32": wrap32,
}

#: Roots that are no number after every evaluation (C7).
_NEVER_NUMBERS: Final = frozenset({"every-time", "every-time-argument"})
#: What stands for the source in linecache: function, cell, weak reference, tuples, dictionary entry.
_SOURCE_BYTES = 460
#: A function of its own for an operator node: meaning, closure, cells and what it keeps.
WRAPPER_BYTES: Final = 430


class CompiledFormula:
    """A formula as a Python function; means exactly what the interpreter means.

    `evaluate()` returns the value of one evaluation, `status` is the special status that the root remembers (UNKNOWN
    where it is an ordinary result), `flush()` forgets what the formula remembers (D3). `facts` is a superset of the
    facts that an evaluation without actions reads; facts that only running shows go to the recorder.
    """

    __slots__ = (
        "__weakref__", "_actions_count", "_compiled", "_ctx", "_file", "_is_hollow", "_root",
        "_status_counts", "_wrapped", "evaluate", "facts", "owner", "program", "quiet",
    )  # fmt: skip

    def __init__(
        self,
        root: EvalNode,
        ctx: EvaluationContext,
        owner: str,
        mission: str,
        recorder: FactRecorder | None,
        programs: Programs | None,
    ) -> None:
        self._root = root
        self.program: Program | None = None
        self._is_hollow = False
        self.owner = owner
        self._file = ""
        self._ctx = ctx
        self.facts: frozenset[FactKey] = frozenset()
        found = None
        self._compiled: Callable[[], int]
        self.evaluate: Callable[[], int]
        self._wrapped = 0  # operator nodes with a function of their own
        if recorder is not None:
            handled: frozenset[EvalNode] = frozenset()
            made = None
            if programs is not None:
                handled = programs.nest(root)
                made = programs.of_formula(root)
                handled |= made.handled if made is not None else frozenset()
            found = scan(root, ctx, handled)
            self._wrapped = install(found, ctx, recorder)
            self.facts = frozenset(found.facts)
            if made is not None:
                self.program = made.program
                self.facts |= made.facts
                self._keep_program(made.program)
                return
        analysis = Analysis(root, ctx)
        writer, self._status_counts = _write(analysis, ctx)
        self._actions_count = not writer.runs_actions
        if found is not None and self._actions_count:
            self._wrapped += install_actions(found)
        #: Whether an evaluation with value 0 leaves no trace: no status, no effect, no moment at which it could change.
        self.quiet = analysis.is_quiet
        if analysis.is_left_to_interpreter:
            self._compiled = (
                partial(self._walk_nodes, root) if is_paying(root) else partial(interpreter.evaluate, ctx, root)
            )
            self.evaluate = self._compiled
            return
        self._file = _file_name(f"sexp {mission}: {owner}" if mission else f"sexp: {owner or 'expression'}")
        source = writer.source("formula")
        code = compile(source, self._file, "exec", dont_inherit=True)
        function_code = next(const for const in code.co_consts if isinstance(const, types.CodeType))
        values = (ctx, ctx.world.variables.numbers, *writer.parameters.values())
        self._compiled = types.FunctionType(function_code, _GLOBALS, "formula", values)
        _show_source(self._file, self)
        self.evaluate = self._compiled
        if analysis.needs_no_nodes:
            self._empty()

    def _keep_program(self, program: Program) -> None:
        """Have a program evaluate the formula."""
        self._status_counts = True
        self._actions_count = False
        #: Whether the scan handles everything that an evaluation with value 0 can do.
        self.quiet = program.is_simple
        self._compiled = self.evaluate = program

    @property
    def root(self) -> EvalNode:
        """The root node, with the whole tree below it, and in it what the formula remembers."""
        if self._is_hollow:
            self._is_hollow = False
            fresh, root = self._fresh_tree(), self._root
            if root.name == "when":
                root.args[0].inner = fresh.args[0].inner
            else:
                root.args = fresh.args
        if self.program is not None:
            self.program.to_nodes()
        return self._root

    def walk(self) -> Iterator[EvalNode]:
        """Yield all nodes in text order; statuses are in those of `root` only."""
        return (self._fresh_tree() if self._is_hollow else self._root).walk()

    def _fresh_tree(self) -> EvalNode:
        syntax = self._root.syntax
        assert syntax is not None  # only trees with a syntax tree are emptied
        return build(syntax, self._ctx)

    def _empty(self) -> None:
        """Let go of nodes that the function does not use and that remember nothing; `root` makes them anew."""
        root = self._root
        if root.name == "when":
            root.args[0].inner = None
        else:
            root.args = []
        self._is_hollow = True

    @property
    def operator(self) -> str:
        """The name of the root's operator."""
        return self._root.name

    @property
    def status(self) -> Status:
        """The special status of the root after the last evaluation, UNKNOWN for an ordinary result."""
        return self._root.status if self._status_counts else UNKNOWN

    @property
    def status_node(self) -> EvalNode | None:
        """The node that has it, None where it is always UNKNOWN."""
        return self._root if self._status_counts else None

    @property
    def source(self) -> str:
        """The Python source that the formula was compiled from, written anew."""
        return _write(Analysis(self.root, self._ctx), self._ctx)[0].source("formula")

    def interpret(self, every: int) -> None:
        """Make one evaluation in `every` by walking the nodes from now on, 0 for none; the results are the same.

        For profilers that look at operators, most of which a compiled formula does not call. What it calls of them is
        hidden from the profiler, which would not see the rest.
        """
        if every and not self._actions_count:
            self._actions_count = True  # as the compiled function does for itself
            install_actions(scan(self.root, self._ctx))
        usual: Callable[[], int] = self._compiled if self.program is None else self.program
        walk = self._walk if self.program is not None else partial(self._walk_nodes, self.root)
        if every > 1:
            self.evaluate = _alternating(walk, self.evaluate_compiled, every)
        else:
            self.evaluate = walk if every else usual

    def _walk(self) -> int:
        """Evaluate by walking the nodes, with the statuses that the program remembers."""
        assert self.program is not None
        try:
            return self._walk_nodes(self.root)
        finally:
            self.program.from_nodes()

    def _walk_nodes(self, root: EvalNode) -> int:
        self._ctx.budget.begin(root)
        return interpreter.evaluate(self._ctx, root)

    def evaluate_compiled(self) -> int:
        """Evaluate the function, whatever `interpret` said, hidden from profilers that look at operators."""
        ctx = self._ctx
        profiler, ctx.profiler = ctx.profiler, None
        try:
            return self.program() if self.program is not None else self._compiled()
        finally:
            ctx.profiler = profiler

    def unwatched(self) -> Callable[[], int]:
        """Return what evaluates the formula without noting for how long comparisons of what moves stand."""
        if self.program is not None:
            return self.program
        compiled = self._compiled
        if not isinstance(compiled, types.FunctionType):
            return compiled
        usual = compiled.__defaults__ or ()
        values = tuple(map(motion.unwatched, usual))
        if all(value is other for value, other in zip(values, usual, strict=True)):
            return compiled
        return types.FunctionType(compiled.__code__, _GLOBALS, "formula", values)

    def flush(self) -> None:
        """Forget statuses, caches and clocks, as `reset-event` makes the original do (D3)."""
        interpreter.flush(self._ctx, self._root)
        if self.program is not None:
            self.program.forget()

    def take_memory(self, other: Any) -> None:
        """Remember what another compiled formula of the same text remembers."""
        if not isinstance(other, CompiledFormula):
            return
        if self._is_hollow and other._is_hollow:  # what both have let go of remembers nothing
            copy_memory(other._root, self._root)
        else:
            copy_memory(other.root, self.root)
        if self.program is not None:
            self.program.from_nodes()

    def nbytes(self) -> int:
        """Return the bytes held by tree, code and facts of this formula alone."""
        shared = (self._ctx.constants.true, self._ctx.constants.false)
        total = sys.getsizeof(self) + sys.getsizeof(self._file) + sys.getsizeof(self.facts) + sys.getsizeof(self.owner)
        if self.program is not None:
            total += self.program.nbytes()
        total += function_bytes(self._compiled) + self._wrapped * WRAPPER_BYTES + (_SOURCE_BYTES if self._file else 0)
        total += sum(map(sys.getsizeof, self.facts))
        total += sum(tree_bytes(node) for node in self._root.walk() if node not in shared)
        return total

    def __del__(self) -> None:
        linecache.cache.pop(self._file, None)

    def __repr__(self) -> str:
        return f"CompiledFormula({self.owner!r})"


def function_bytes(function: Any) -> int:
    """Return the bytes of a generated function: object, default values, code with its tables and constants."""
    total = sys.getsizeof(function)
    if not isinstance(function, types.FunctionType):
        return total
    code = function.__code__
    total += sys.getsizeof(function.__defaults__ or ()) + sys.getsizeof(code)
    total += sys.getsizeof(code.co_code) + sys.getsizeof(code.co_linetable) + sys.getsizeof(code.co_exceptiontable)
    for names in (code.co_consts, code.co_names, code.co_varnames):
        total += sys.getsizeof(names)
    return total


def tree_bytes(node: EvalNode) -> int:
    """Return the bytes of one runtime node without its children and without its syntax node."""
    return sys.getsizeof(node) + sys.getsizeof(node.args)


def compile_formula(
    expression: SexpExpression | SyntaxNode | EvalNode,
    ctx: EvaluationContext,
    *,
    owner: str = "",
    mission: str = "",
    recorder: FactRecorder | None = None,
    programs: Programs | None = None,
) -> CompiledFormula:
    """Return the formula compiled for the context.

    owner and mission name it in tracebacks. With a recorder its facts are worked out: `facts` holds what is known
    now, the recorder receives what running shows. Raises operators.building.BuildError for a formula that cannot be
    evaluated.
    """
    if isinstance(expression, EvalNode):
        root = expression
    else:
        root = build(expression, ctx)
        if not owner and isinstance(expression, SexpExpression):
            owner = expression.owner
    return CompiledFormula(root, ctx, owner, mission, recorder, programs)


def _file_name(wanted: str) -> str:
    """Return a file name that no living formula has; linecache ignores names in angle brackets."""
    name = wanted
    number = 1
    while name in linecache.cache:
        number += 1
        name = f"{wanted} #{number}"
    return name


def _show_source(file: str, formula: CompiledFormula) -> None:
    """Let tracebacks show the source without storing it: each request writes it again."""
    weak = weakref.ref(formula)

    def get_source() -> str:
        living = weak()
        return living.source if living is not None else ""

    linecache.cache[file] = (get_source,)  # the documented lazy form


class Analysis:
    """What is known of a formula before its code is written; made once, after its nodes have their own functions.

    `condition` is the plan of a `when`'s condition, None for other roots and where that has to be interpreted; `plan`
    is the plan of the root, worked out where it is needed. `is_quiet` says that an evaluation with value 0 leaves no
    trace, `needs_no_nodes` that the code consists of variables and numbers only.
    """

    def __init__(self, root: EvalNode, ctx: EvaluationContext) -> None:
        self.root = root
        self._planner = Planner(ctx)
        self._plan: Plan | None = None
        self.condition: Plan | None = None
        self.is_quiet = self.needs_no_nodes = False
        if root.name in _NEVER_NUMBERS:
            return
        can_be_empty = root.syntax is not None and bool(root.args)
        if root.name == "when" and root.args:
            condition = self._planner.plan(root.args[0])
            is_test = condition.form is Form.INLINE and condition.low >= 0 and condition.high <= 1
            self.is_quiet = is_test and _reads_no_clock(condition)
            self.needs_no_nodes = can_be_empty and root.args[0].inner is not None and _needs_no_nodes(condition)
            if condition.form is not Form.INTERPRETED:
                self.condition = condition
        else:
            self.is_quiet = root.name != "when" and _reads_no_clock(self.plan)
            self.needs_no_nodes = can_be_empty and _needs_no_nodes(self.plan)

    @property
    def is_left_to_interpreter(self) -> bool:
        """Whether code could do no more than have the root interpreted."""
        if self.condition is not None or self.root.name in _NEVER_NUMBERS:
            return False
        return self.plan.form is Form.INTERPRETED or self.plan.form is Form.KNOWN

    @property
    def plan(self) -> Plan:
        """The plan of the root."""
        if self._plan is None:
            self._plan = self._planner.plan(self.root)
        return self._plan


def _write(analysis: Analysis, ctx: EvaluationContext) -> tuple[SourceWriter, bool]:
    """Return the written function, and whether the root keeps a status that can be special."""
    writer, status_counts = _write_body(analysis, ctx)
    if is_paying(analysis.root):
        writer.begin_budget(ctx.budget, analysis.root)
    return writer, status_counts


def _write_body(analysis: Analysis, ctx: EvaluationContext) -> tuple[SourceWriter, bool]:
    root = analysis.root
    written = None
    if analysis.condition is not None:
        return _write_when(root, analysis.condition, ctx)
    if root.name == "every-time":
        written = write_every_time(root, ctx)
    elif root.name == "every-time-argument":
        written = write_every_time_argument(root, ctx)
    if written is not None:
        return written, True
    return _write_plain(root, analysis.plan, ctx)


def _alternating(walk: Callable[[], int], compiled: Callable[[], int], every: int) -> Callable[[], int]:
    """Return a function that walks in the first of `every` calls and evaluates compiled in the others."""
    left = 1

    def evaluate() -> int:
        nonlocal left
        left -= 1
        if not left:
            left = every
            return walk()
        return compiled()

    return evaluate


def _needs_no_nodes(plan: Plan) -> bool:
    """Whether the code of a plan consists of variables and numbers only."""
    return plan.form in (Form.INLINE, Form.VARIABLE, Form.CONSTANT) and all(map(_needs_no_nodes, plan.kids))


def _reads_no_clock(plan: Plan) -> bool:
    if plan.form is Form.CALL:
        return plan.head.spec is not None and not any(
            node.spec is not None and node.spec.traits for node in plan.head.walk()
        )
    return plan.form in UNNOTICED and all(_reads_no_clock(kid) for kid in plan.kids)


def _write_plain(root: EvalNode, plan: Plan, ctx: EvaluationContext) -> tuple[SourceWriter, bool]:
    writer = SourceWriter(wcs=ctx.wcs)
    if plan.form is Form.INTERPRETED or plan.form is Form.KNOWN:
        writer.add(f"return evaluate(C, {writer.reference('n', root)})")
        return writer, True
    if plan.form in UNNOTICED:
        writer.add(f"return +{writer.value(plan)}")
        return writer, False
    arg = writer.stateful(plan, writer.fresh_name("v"), root)
    writer.add(f"return +{arg.value}")
    return writer, bool(plan.specials)


def _run_actions(writer: SourceWriter, actions: Iterable[EvalNode]) -> None:
    writer.runs_actions = True
    actions = [action for action in actions if action.inner is not None]
    if any(action.head.name not in NESTED for action in actions):
        writer.add("C.effects += 1")
    else:
        writer.add("pass")
    for action in actions:
        if action.is_expression:
            writer.add(f"evaluate_head(C, {writer.reference('n', action)})")


def _condition(writer: SourceWriter, plan: Plan) -> tuple[str, str | None]:
    """Write the evaluation of a condition, which goes past its wrapper; return its value and when it is known false."""
    if plan.form in UNNOTICED or plan.form is Form.ATOM:
        arg = writer.argument(plan)
        if plan.form is Form.KNOWN:
            return arg.value, None if plan.value else "True"
        value = writer.fresh_name("v")
        writer.add(f"{value} = +{arg.value}")
        return value, None
    arg = writer.stateful(plan, writer.fresh_name("v"), plan.head)
    return arg.value, arg.test(KNOWN_FALSE, NAN_FOREVER)


def _write_when(root: EvalNode, condition: Plan, ctx: EvaluationContext) -> tuple[SourceWriter, bool]:
    """`when`: the actions run if the value is exactly 1; a known false condition makes it known false (C1-C3)."""
    writer = SourceWriter(wcs=ctx.wcs)
    node = writer.reference("n", root)
    can_fail = bool(condition.specials & {KNOWN_FALSE, NAN_FOREVER})
    if can_fail:
        writer.add(f"if {node}.status is KF: return 0")
    if condition.form is Form.INLINE and condition.low >= 0 and condition.high <= 1:
        writer.add(f"if {writer.truth(condition)}:")
        writer.indent += 1
        _run_actions(writer, root.args[1:])
        writer.add("return 1")
        writer.indent -= 1
        writer.add("return 0")
        return writer, can_fail
    value, known_false = _condition(writer, condition)
    writer.add(f"if {value} == 1:")
    writer.indent += 1
    _run_actions(writer, root.args[1:])
    writer.indent -= 1
    if known_false is not None:
        writer.add(f"elif {known_false}: remember(C, {node}, {node}, KF)")
    writer.add(f"return {value}")
    return writer, can_fail
