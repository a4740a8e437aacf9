"""Plans: for each node of a formula, how it is to be compiled, which special results it can have, and its range."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import Enum
from typing import Final

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.random import is_plain_draw
from sexp_runtime.operators.registry import Trait
from sexp_runtime.values import (
    INT_MAX,
    INT_MIN,
    KNOWN_FALSE,
    KNOWN_TRUE,
    NAN,
    NAN_FOREVER,
    NAN_LIKE,
    Status,
    c_divide,
    c_remainder,
    wrap32,
)

#: Deepest subtree that is written out as one Python expression, and as nested statements; deeper ones are interpreted.
MAX_INLINE_DEPTH: Final = 12
MAX_NESTING: Final = 9
#: Longest argument list that is compiled.
MAX_ARGUMENTS: Final = 40

COMPARISONS: Final = {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "mod"})
EXTREMES: Final = frozenset({"min", "max", "abs"})
#: Operators that are no number only where an argument is none (B20, B22, B25, B26).
PROPAGATING: Final = frozenset(
    {"min", "max", "avg", "abs", "signum", "set-bit", "unset-bit", "is-bit-set"}
    | {"bitwise-and", "bitwise-or", "bitwise-xor", "bitwise-not"}
)
LOGIC: Final = frozenset({"and", "or", "not"})
_NONE: Final[frozenset[Status]] = frozenset()
_FALSE_FOREVER: Final = frozenset({KNOWN_FALSE, NAN_FOREVER})
_ONLY_FALSE: Final = frozenset({KNOWN_FALSE})
#: What a cached operator may do beyond reading facts: read the clock.
_READER: Final = Trait.NONE | Trait.TIME


class Watched(ABC):
    """Base of operator functions that watch the evaluation of their arguments; code calls `begin` and `end`.

    Code with None in its place watches nothing.
    """

    __slots__ = ()

    @abstractmethod
    def begin(self, ctx: EvaluationContext) -> None:
        """The arguments are about to be evaluated."""

    @abstractmethod
    def end(self, ctx: EvaluationContext) -> None:
        """The operator has its result; record until when it is valid."""


class Form(Enum):
    """How a node is compiled."""

    CONSTANT = "constant"  #: a number known at compile time, without a status
    KNOWN = "known"  #: ( true ) or ( false )
    VARIABLE = "variable"  #: an atom that reads a variable
    ATOM = "atom"  #: any other atom: read through the context
    INLINE = "inline"  #: a Python expression; evaluating it leaves nothing behind and may be skipped
    CALL = "call"  #: a call of the operator's function, likewise without trace
    STATUS = "status"  #: statements that keep the node's status as the interpreter does
    STATUS_CALL = "status call"  #: a call of the operator's function, keeping the node's status
    INTERPRETED = "interpreted"  #: left to the interpreter


#: Forms whose evaluation cannot be noticed, so that it may be left out where its value does not count.
UNNOTICED: Final = frozenset({Form.CONSTANT, Form.KNOWN, Form.VARIABLE, Form.INLINE, Form.CALL})


class Plan:
    """How one node is compiled.

    `node` is the node as its parent sees it (wrapper, atom or root operator), `head` the operator node or the atom.
    `specials` are all special results that its evaluation can have, `low` and `high` bound its value; `depth` is the
    height of the subtree as far as it is compiled.
    """

    __slots__ = ("depth", "form", "head", "high", "kids", "low", "node", "specials", "value", "watcher", "wraps")

    def __init__(
        self,
        node: EvalNode,
        form: Form,
        *,
        kids: Sequence[Plan] = (),
        specials: frozenset[Status] = _NONE,
        low: int = INT_MIN,
        high: int = INT_MAX,
        value: int = 0,
    ) -> None:
        self.node = node
        self.head = node.head
        self.form = form
        self.kids = tuple(kids)
        self.specials = specials
        self.low = low
        self.high = high
        self.value = value
        #: Whether the Python result can leave the 32-bit range, so that it has to be wrapped (B1).
        self.wraps = False
        #: Watches the evaluation of the operator's arguments.
        self.watcher: Watched | None = None
        self.depth: int = 1 + max((kid.depth for kid in kids), default=0)

    @property
    def is_atom(self) -> bool:
        """Whether the node is an atom, which has no status (B13)."""
        return self.head.kind is not EvalKind.OPERATOR


def constant(node: EvalNode, value: int) -> Plan:
    """Return the plan of a node with a known value and no visible status."""
    return Plan(node, Form.CONSTANT, low=value, high=value, value=value)


class Planner:
    """Makes plans for the formulas of one context; `fresh` ones are for code that keeps no statuses (see SourceWriter).

    Without statuses there is nothing to trap, so that what stands below an argument form can be compiled too.
    """

    def __init__(self, ctx: EvaluationContext, *, fresh: bool = False) -> None:
        self._fresh = fresh
        self._true = ctx.constants.true
        self._false = ctx.constants.false
        self._wcs = ctx.wcs
        #: What `and` and `not` take as known false (B30, B32, K).
        self._falsities = _ONLY_FALSE if ctx.wcs else _FALSE_FOREVER

    def plan(self, node: EvalNode) -> Plan:
        """Return the plan of an argument, or of a root operator node."""
        kind = node.kind
        if kind is EvalKind.ATOM and not node.is_placeholder:
            if node.variable is not None:
                return Plan(node, Form.VARIABLE)
            return constant(node, node.literal)
        if kind is EvalKind.CONTAINER_DATA or kind is EvalKind.ATOM:
            return Plan(node, Form.ATOM)
        head = node.head
        if head.kind is not EvalKind.OPERATOR or head.spec is None:
            return Plan(node, Form.INTERPRETED)
        if head is self._true or head is self._false:
            known = KNOWN_TRUE if head is self._true else KNOWN_FALSE
            value = 1 if known is KNOWN_TRUE else 0
            return Plan(node, Form.KNOWN, specials=frozenset({known}), low=value, high=value, value=value)
        if not node.traps and not self._fresh:
            return Plan(node, Form.INTERPRETED, specials=head.spec.results)
        return self._operator(node, head)

    def _operator(self, node: EvalNode, head: EvalNode) -> Plan:
        spec = head.spec
        assert spec is not None
        name = spec.name
        if len(head.args) <= MAX_ARGUMENTS:
            kids = [self.plan(arg) for arg in head.args]
            found: Plan | None = None
            function: object = head.call
            if name in COMPARISONS and len(kids) >= 2:
                found = self._comparison(node, name, kids)
                if isinstance(function, Watched):
                    found.form = Form.STATUS
                    found.watcher = function
            elif name in ARITHMETIC and kids:
                found = self._arithmetic(node, name, kids)
            elif name in EXTREMES and kids and all(kid.form in UNNOTICED for kid in kids):
                found = self._extreme(node, name, kids)
            elif name in LOGIC and kids and not any(kid.is_atom for kid in kids):
                found = self._logic(node, name, kids)
            if found is not None and self._fits(found):
                return found
            quiet = not spec.traits & ~_READER and all(kid.form in UNNOTICED for kid in kids)
            ordinary = not spec.results or (name in PROPAGATING and not any(kid.specials & NAN_LIKE for kid in kids))
            if quiet and ordinary:
                return Plan(node, Form.CALL)
        return Plan(node, Form.STATUS_CALL, specials=_NONE if is_plain_draw(head) else spec.results)

    def _fits(self, plan: Plan) -> bool:
        if plan.form is Form.CONSTANT or plan.form is Form.KNOWN:
            return True
        return plan.depth <= (MAX_INLINE_DEPTH if plan.form is Form.INLINE else MAX_NESTING)

    def _form(self, kids: Sequence[Plan], specials: frozenset[Status]) -> Form:
        """INLINE if nothing of the evaluation can be noticed: no special comes in or goes out."""
        if not specials and all(kid.form in UNNOTICED for kid in kids):
            return Form.INLINE
        return Form.STATUS

    def _comparison(self, node: EvalNode, name: str, kids: list[Plan]) -> Plan:
        incoming = frozenset().union(*(kid.specials for kid in kids)) & NAN_LIKE
        specials = frozenset({KNOWN_FALSE}) if NAN_FOREVER in incoming else _NONE
        form = Form.STATUS if incoming else self._form(kids, specials)
        if form is Form.INLINE and all(kid.form is Form.CONSTANT for kid in kids):
            first, *others = (kid.value for kid in kids)
            return constant(node, int(all(_compare(name, first, other) for other in others)))
        return Plan(node, form, kids=kids, specials=specials, low=0, high=1)

    def _arithmetic(self, node: EvalNode, name: str, kids: list[Plan]) -> Plan | None:
        specials = frozenset().union(*(kid.specials for kid in kids)) & NAN_LIKE
        if self._wcs and specials and name != "+":
            return None  # takes what is no number as 0 there (K)
        if name in ("/", "mod") and any(kid.low <= 0 <= kid.high for kid in kids[1:]):
            specials |= {NAN}
        form = self._form(kids, specials)
        if form is not Form.INLINE:
            return Plan(node, form, kids=kids, specials=specials)
        low, high = kids[0].low, kids[0].high
        for kid in kids[1:]:
            low, high = _bounds(name, low, high, kid.low, kid.high)
        if all(kid.form is Form.CONSTANT for kid in kids):
            value = kids[0].value
            for kid in kids[1:]:
                value = _calculate(name, value, kid.value)
            return constant(node, wrap32(value))
        plan = Plan(node, form, kids=kids, low=low, high=high)
        if low < INT_MIN or high > INT_MAX:
            plan.wraps = True
            plan.low, plan.high = INT_MIN, INT_MAX
        return plan

    def _extreme(self, node: EvalNode, name: str, kids: list[Plan]) -> Plan | None:
        lows, highs = [kid.low for kid in kids], [kid.high for kid in kids]
        if name == "abs":
            if len(kids) != 1:
                return None
            plan = Plan(node, Form.INLINE, kids=kids, low=0, high=INT_MAX)
            if lows[0] == INT_MIN:
                plan.wraps = True
                plan.low = INT_MIN
            return plan
        pick = min if name == "min" else max
        return Plan(node, Form.INLINE, kids=kids, low=pick(lows), high=pick(highs))

    def _logic(self, node: EvalNode, name: str, kids: list[Plan]) -> Plan:
        sets = [kid.specials for kid in kids]
        can_be_true = [KNOWN_TRUE in kid for kid in sets]
        result: set[Status] = set()
        if name == "and":
            if any(kid & self._falsities for kid in sets):
                result.add(KNOWN_FALSE)
            if all(can_be_true):
                result.add(KNOWN_TRUE)
        elif name == "or":
            if any(can_be_true):
                result.add(KNOWN_TRUE)
            if all(KNOWN_FALSE in kid for kid in sets):
                result.add(KNOWN_FALSE)
        else:
            if len(kids) != 1:
                return Plan(node, Form.STATUS_CALL, specials=frozenset({KNOWN_TRUE, KNOWN_FALSE}))
            if sets[0] & self._falsities:
                result.add(KNOWN_TRUE)
            if can_be_true[0]:
                result.add(KNOWN_FALSE)
        kids, known = self._fold_logic(name, kids)
        if known is not None:
            head = self._true if known is KNOWN_TRUE else self._false
            plan = Plan(node, Form.KNOWN, specials=frozenset({known}), value=int(known is KNOWN_TRUE))
            plan.low = plan.high = plan.value
            plan.head = head
            return plan
        specials = frozenset(result)
        return Plan(node, self._form(kids, specials), kids=kids, specials=specials, low=0, high=1)

    def _fold_logic(self, name: str, kids: list[Plan]) -> tuple[list[Plan], Status | None]:
        """Drop arguments that cannot matter; the status is the result where it is certain without any trace."""
        if self._wcs:
            return kids, None
        if name == "not":
            if kids[0].form is Form.KNOWN:
                return kids, KNOWN_FALSE if kids[0].value else KNOWN_TRUE
            return kids, None
        neutral, deciding = (1, KNOWN_FALSE) if name == "and" else (0, KNOWN_TRUE)
        if all(kid.form is Form.KNOWN and kid.value == neutral for kid in kids):
            return kids, KNOWN_TRUE if neutral else KNOWN_FALSE
        kept: list[Plan] = []
        for kid in kids:
            if kid.form is Form.KNOWN:
                if kid.value == neutral:
                    continue
                if all(other.form in UNNOTICED for other in kept):
                    return kids, deciding
                return [*kept, kid], None  # nothing after it is ever evaluated
            kept.append(kid)
        return kept, None


def _compare(name: str, a: int, b: int) -> bool:
    if name == "=":
        return a == b
    if name == "!=":
        return a != b
    if name == "<":
        return a < b
    if name == ">":
        return a > b
    return a <= b if name == "<=" else a >= b


def _calculate(name: str, a: int, b: int) -> int:
    if name == "+":
        return wrap32(a + b)
    if name == "-":
        return wrap32(a - b)
    if name == "*":
        return wrap32(a * b)
    return c_divide(a, b) if name == "/" else c_remainder(a, b)


def _bounds(name: str, low: int, high: int, low2: int, high2: int) -> tuple[int, int]:
    """Return bounds of the operation before wrapping; unwrapped intermediate sums may lie outside 32 bits."""
    if name == "+":
        return low + low2, high + high2
    if name == "-":
        return low - high2, high - low2
    if name == "*":
        products = (low * low2, low * high2, high * low2, high * high2)
        return min(products), max(products)
    if name == "mod":  # smaller than the divisor, with the sign of the dividend (B21)
        most = max(abs(low2), abs(high2)) - 1
        return (0 if low >= 0 else -most), (0 if high <= 0 else most)
    if low2 >= 1:  # toward zero
        return min(low, 0), max(high, 0)
    return INT_MIN, INT_MAX
