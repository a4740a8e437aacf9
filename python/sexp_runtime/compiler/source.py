"""Writes the Python source of a formula from its plan, with only those node statuses that are visible."""

from __future__ import annotations

from typing import Any

from sexp_runtime.compiler.plan import COMPARISONS, Form, Plan
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status

#: Names by which the generated code knows the statuses.
STATUS_NAMES = {KNOWN_TRUE: "KT", KNOWN_FALSE: "KF", NAN: "NAN", NAN_FOREVER: "NANF", CANT_EVAL: "CANT"}


def _can_flush(head: EvalNode) -> bool:
    """Whether evaluating the operator can run an action, which can make the formula itself forget its statuses (D5)."""
    return any(node.spec is not None and node.spec.traits & (Trait.ACTION | Trait.FLUSHES) for node in head.walk())


class Arg:
    """The code that stands for an evaluated argument: its value, and its status if it can be special."""

    __slots__ = ("plan", "status", "value")

    def __init__(self, plan: Plan, value: str, status: str | None = None) -> None:
        self.plan = plan
        self.value = value
        self.status = status

    def test(self, *statuses: Status) -> str | None:
        """Return a condition that holds if the status is one of these; None if it cannot be."""
        if self.status is None:
            return None
        possible = [f"{self.status} is {STATUS_NAMES[each]}" for each in statuses if each in self.plan.specials]
        return " or ".join(possible) or None


class SourceWriter:
    """Writes one function. `parameters` maps the names that the code uses to the objects they stand for.

    With `wcs` it is written for that dialect, in which not-a-number for ever neither traps nor decides `and` and `not`
    (K). With `fresh` the function keeps no statuses at all: every status is unknown when it starts and forgotten when
    it ends, as below an `every-time` that flushes after each pass (C7).
    """

    def __init__(self, *, fresh: bool = False, wcs: bool = False) -> None:
        self.lines: list[str] = []
        self.parameters: dict[str, Any] = {}
        self.indent = 1
        self.fresh = fresh
        #: What ends an evaluation at once when remembered (B11), and what does not.
        self._trapped = (KNOWN_TRUE, KNOWN_FALSE) if wcs else (KNOWN_TRUE, KNOWN_FALSE, NAN_FOREVER)
        self._passing = (NAN, CANT_EVAL, NAN_FOREVER) if wcs else (NAN, CANT_EVAL)
        #: What `and` and `not` take as known false (B30, B32).
        self._falsities = (KNOWN_FALSE,) if wcs else (KNOWN_FALSE, NAN_FOREVER)
        #: Whether the code runs the root's actions itself, and counts them as effects.
        self.runs_actions = False
        self._names: dict[int, str] = {}
        self._count = 0

    # -- pieces -------------------------------------------------------------------------------------------------

    def add(self, line: str) -> None:
        """Append one line at the present indentation."""
        self.lines.append("    " * self.indent + line)

    def reference(self, prefix: str, value: Any) -> str:
        """Return the parameter that stands for an object."""
        name = self._names.get(id(value))
        if name is None:
            name = f"{prefix}{len(self._names)}"
            self._names[id(value)] = name
            self.parameters[name] = value
        return name

    def begin_budget(self, budget: Any, root: EvalNode) -> None:
        """Put the beginning of an evaluation that pays for its steps before everything written."""
        self.lines.insert(0, f"    {self.reference('b', budget)}.begin({self.reference('n', root)})")

    def pay(self, budget: Any, count: str, steps: int, node: EvalNode) -> None:
        """Write the payment for `steps` as often as the code `count` says."""
        self.add(f"{self.reference('b', budget)}.pay({count} * {steps}, {self.reference('n', node)})")

    def fresh_name(self, prefix: str) -> str:
        """Return a new name of a local variable."""
        self._count += 1
        return f"{prefix}{self._count}"

    def call(self, plan: Plan) -> str:
        """Return the call of an operator's function, which gives its raw result."""
        return f"{self.reference('f', plan.head.call)}(C, {self.reference('n', plan.head)})"

    # -- expressions --------------------------------------------------------------------------------------------

    def value(self, plan: Plan) -> str:
        """Return an expression for the value of a plan whose evaluation leaves no trace."""
        form = plan.form
        if form is Form.CONSTANT or form is Form.KNOWN:
            return str(plan.value) if plan.value >= 0 else f"({plan.value})"
        if form is Form.VARIABLE:
            return f"V[{plan.head.variable}]"
        if form is Form.CALL:
            return self.call(plan)
        assert plan.form is Form.INLINE
        name = plan.head.name
        if name in COMPARISONS or name in ("and", "or", "not"):
            return f"(1 if {self.truth(plan)} else 0)"
        return self._number(plan, name)

    def _number(self, plan: Plan, name: str) -> str:
        if name in ("min", "max", "abs"):
            parts = [self.value(kid) for kid in plan.kids]
            code = parts[0] if len(parts) == 1 and name != "abs" else f"{name}({', '.join(parts)})"
        else:
            code = self.value(plan.kids[0])
            low = plan.kids[0].low
            for kid in plan.kids[1:]:
                code, low = self._step(name, code, low, kid)
        if plan.wraps:
            wrapped = self.fresh_name("t")
            return f"({wrapped} if -2147483648 <= ({wrapped} := {code}) <= 2147483647 else wrap32({wrapped}))"
        return code

    def _step(self, name: str, left: str, low: int, kid: Plan) -> tuple[str, int]:
        """Return the code of one step of a fold from the left, and a lower bound of its value."""
        right = self.value(kid)
        if name in ("+", "-", "*"):
            return f"({left} {name} {right})", -1
        if low >= 0 and kid.low > 0:  # Python's floor is C's truncation here
            return f"({left} {'//' if name == '/' else '%'} {right})", 0
        return f"{'c_divide' if name == '/' else 'c_remainder'}({left}, {right})", -(2**31)

    def truth(self, plan: Plan) -> str:
        """Return an expression that is true if the value is exactly 1 (B4), for a plan that leaves no trace."""
        form = plan.form
        if form is Form.CONSTANT or form is Form.KNOWN:
            return "True" if plan.value == 1 else "False"
        if form is not Form.INLINE:
            return f"{self.value(plan)} == 1"
        name = plan.head.name
        if name in COMPARISONS:
            return self._comparison_truth(plan, COMPARISONS[name])
        if name in ("and", "or"):
            return "(" + f" {name} ".join(self.truth(kid) for kid in plan.kids) + ")"
        if name == "not":
            return f"(not {self.truth(plan.kids[0])})"
        return f"{self.value(plan)} == 1"

    def _comparison_truth(self, plan: Plan, sign: str) -> str:
        first, *others = plan.kids
        if len(others) == 1:
            return f"({self.value(first)} {sign} {self.value(others[0])})"
        if first.form is Form.CONSTANT or first.form is Form.VARIABLE:
            left = again = self.value(first)
        else:
            again = self.fresh_name("t")
            left = f"({again} := {self.value(first)})"
        parts = [f"{again if index else left} {sign} {self.value(other)}" for index, other in enumerate(others)]
        return "(" + " and ".join(parts) + ")"

    # -- statements ---------------------------------------------------------------------------------------------

    def argument(self, plan: Plan) -> Arg:
        """Write what evaluating an argument takes; return the code of its value and status."""
        form = plan.form
        if form is Form.KNOWN:
            return Arg(plan, str(plan.value), "KT" if plan.value else "KF")
        if form in (Form.CONSTANT, Form.VARIABLE, Form.INLINE, Form.CALL):
            return Arg(plan, self.value(plan))
        value = self.fresh_name("v")
        if form is Form.ATOM:
            self.add(f"{value} = C.atom_number({self.reference('n', plan.head)})")
            return Arg(plan, value)
        if form is Form.INTERPRETED:
            node = self.reference("n", plan.node)
            self.add(f"{value} = evaluate(C, {node})")
            if not plan.specials:
                return Arg(plan, value)
            status = self.fresh_name("s")
            self.add(f"{status} = {self.reference('n', plan.head)}.status")
            return Arg(plan, value, status)
        return self.stateful(plan, value, plan.node)

    def stateful(self, plan: Plan, value: str, holder: EvalNode) -> Arg:
        """Write an operator that keeps its status: in its head, and in `holder` if that is its wrapper."""
        if not plan.specials:
            self.body(plan, value)
            return Arg(plan, value)
        status = self.fresh_name("s")
        if self.fresh:
            result = self.fresh_name("r")
            self.body(plan, result)
            self.add(f"if {result}.__class__ is Status:")
            self.add(f"    {status} = {result}; {value} = 1 if {result} is KT else 0")
            self.add(f"else: {status} = UNKNOWN; {value} = {result}")
            return Arg(plan, value, status)
        self.add(f"{status} = {self.reference('n', holder)}.status")
        trapped = 0
        for each in self._trapped:
            if each in plan.specials:
                word = "elif" if trapped else "if"
                self.add(f"{word} {status} is {STATUS_NAMES[each]}: {value} = {1 if each is KNOWN_TRUE else 0}")
                trapped += 1
        if trapped:
            self.add("else:")
            self.indent += 1
        result = self.fresh_name("r")
        self.body(plan, result)
        self._remember(plan, value, status, result, holder)
        if trapped:
            self.indent -= 1
        return Arg(plan, value, status)

    def _remember(self, plan: Plan, value: str, status: str, result: str, holder: EvalNode) -> None:
        """Write how the raw result becomes value and status (B10); ordinary statuses are equivalent."""
        head = self.reference("n", plan.head)
        nodes = f"{head}, {self.reference('n', holder)}"
        self.add(f"if {result}.__class__ is Status:")
        self.add(f"    {value} = 1 if {result} is KT else 0")
        if _can_flush(plan.head):  # what was read before may have been forgotten meanwhile
            self.add(f"    {status} = {result}; remember(C, {nodes}, {result})")
        else:
            self.add(f"    if {result} is not {status}: {status} = {result}; remember(C, {nodes}, {result})")
        for each in self._passing:
            if each in plan.specials:
                name = STATUS_NAMES[each]
                self.add(
                    f"elif {status} is {name}: {value} = +{result}; {status} = UNKNOWN; remember(C, {nodes}, UNKNOWN)"
                )
        self.add(f"else: {value} = +{result}")

    def body(self, plan: Plan, result: str) -> None:
        """Write the operator itself; its raw result, a number or a Status, is left in `result`."""
        if plan.form is Form.STATUS_CALL:
            self.add(f"{result} = {self.call(plan)}")
            return
        name = plan.head.name
        self.begin(plan)
        self.add("while True:")
        self.indent += 1
        if name in COMPARISONS:
            self._comparison(plan, COMPARISONS[name], result)
        elif name in ("and", "or"):
            self._junction(plan, result, conjunction=name == "and")
        elif name == "not":
            self._negation(plan, result)
        else:
            self._arithmetic(plan, name, result)
        self.add("break")
        self.indent -= 1
        self.end(plan)

    def begin(self, plan: Plan) -> None:
        """Write the beginning of a watched evaluation; a watcher that is None watches nothing."""
        if plan.watcher is not None:
            watcher = self.reference("w", plan.watcher)
            self.add(f"if {watcher}: {watcher}.begin(C)")

    def end(self, plan: Plan) -> None:
        """Write the end of a watched evaluation."""
        if plan.watcher is not None:
            watcher = self.reference("w", plan.watcher)
            self.add(f"if {watcher}: {watcher}.end(C)")

    def leave(self, condition: str | None, result: str, outcome: str) -> None:
        """Write an early end of the operator, if the condition can hold."""
        if condition is not None:
            self.add(f"if {condition}: {result} = {outcome}; break")

    def _remembered(self, plan: Plan, result: str) -> None:
        """Write the look at the status that a later argument of a comparison remembers (B40, steps 3 and 4)."""
        if self.fresh or not plan.specials & {NAN, NAN_FOREVER} or plan.is_atom:
            return
        status = self.fresh_name("s")
        self.add(f"{status} = {self.reference('n', plan.node)}.status")
        self.leave(Arg(plan, "", status).test(NAN), result, "0")
        self.leave(Arg(plan, "", status).test(NAN_FOREVER), result, "KF")

    def _kept(self, arg: Arg) -> str:
        """Return code for the value that still holds after later arguments were evaluated."""
        if arg.plan.form in (Form.CONSTANT, Form.KNOWN) or arg.value.isidentifier():
            return arg.value
        name = self.fresh_name("v")
        self.add(f"{name} = {arg.value}")
        return name

    def _comparison(self, plan: Plan, sign: str, result: str) -> None:
        first, *others = plan.kids
        left = self.argument(first)
        self.leave(left.test(NAN), result, "0")
        self.leave(left.test(NAN_FOREVER), result, "KF")
        kept = self._kept(left)
        self._remembered(others[0], result)
        for position, other in enumerate(others):
            if position + 1 < len(others):
                self._remembered(others[position + 1], result)
            right = self.argument(other)
            self.add(f"if not {kept} {sign} {right.value}: {result} = 0; break")
        self.add(f"{result} = 1")

    def _junction(self, plan: Plan, result: str, *, conjunction: bool) -> None:
        """`and` (B30) and `or` (B31): every argument is evaluated unless a known one decides."""
        decided, outcome = (self._falsities, "KF") if conjunction else ((KNOWN_TRUE,), "KT")
        wanted, all_known = (KNOWN_TRUE, "KT") if conjunction else (KNOWN_FALSE, "KF")
        known = wanted in plan.specials and all(wanted in kid.specials for kid in plan.kids)
        total, knowing = self.fresh_name("a"), self.fresh_name("k")
        self.add(f"{total} = {int(conjunction)}" + (f"; {knowing} = True" if known else ""))
        for kid in plan.kids:
            if kid.form in (Form.INLINE, Form.CALL, Form.VARIABLE, Form.CONSTANT):
                test = f"{total} and not {self.truth(kid)}" if conjunction else f"not {total} and {self.truth(kid)}"
                self.add(f"if {test}: {total} = {int(not conjunction)}")
                continue
            arg = self.argument(kid)
            if kid.form is Form.KNOWN and plan.kids[-1] is kid and kid.value != int(conjunction):
                self.add(f"{result} = {outcome}; break")
                return
            self.leave(arg.test(*decided), result, outcome)
            self.add(f"if {arg.value} {'!=' if conjunction else '=='} 1: {total} = {int(not conjunction)}")
            if known:
                self.add(f"if {arg.status} is not {all_known}: {knowing} = False")
        self.add(f"{result} = {all_known} if {knowing} else {total}" if known else f"{result} = {total}")

    def _negation(self, plan: Plan, result: str) -> None:
        arg = self.argument(plan.kids[0])
        self.leave(arg.test(*self._falsities), result, "KT")
        self.leave(arg.test(KNOWN_TRUE), result, "KF")
        self.add(f"{result} = 0 if {arg.value} == 1 else 1")

    def _arithmetic(self, plan: Plan, name: str, result: str) -> None:
        total = self.fresh_name("a")
        for position, kid in enumerate(plan.kids):
            arg = self.argument(kid)
            self.leave(arg.test(NAN), result, "NAN")
            self.leave(arg.test(NAN_FOREVER), result, "NANF")
            if position == 0:
                self.add(f"{total} = {arg.value}")
            elif name in ("+", "-", "*"):
                self.add(f"{total} = wrap32({total} {name} {arg.value})")
            else:
                value = self._kept(arg)
                if kid.low <= 0 <= kid.high:
                    head = self.reference("n", plan.head)
                    self.add(f"if not {value}: C.warn('{name} by zero', {head}); {result} = NAN; break")
                self.add(f"{total} = {'c_divide' if name == '/' else 'c_remainder'}({total}, {value})")
        self.add(f"{result} = {total}")

    # -- whole formulas -----------------------------------------------------------------------------------------

    def source(self, name: str) -> str:
        """Return the text of the function; its parameters are the names in `parameters`, in order."""
        return f"def {name}(C, V, {', '.join(self.parameters)}):\n" + "\n".join(self.lines) + "\n"
