"""The interpreter: evaluates a node exactly as the original does. It is the reference for every other engine."""

from __future__ import annotations

import sys
from typing import Final, Protocol

from sexp_runtime.operators.node import DRAWN, ConstantNodes, EvalKind, EvalNode
from sexp_runtime.values import FALSE, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, TRUE, UNKNOWN, Status

#: Statuses that can change a later evaluation when they appear or disappear; all others are equivalent.
_SETTLING: Final = {KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER, DRAWN}
# Module-level names of the members: looking a member up in its class takes longer than any use of it.
_OPERATOR: Final = EvalKind.OPERATOR
_WRAPPER: Final = EvalKind.WRAPPER
_CLAUSE: Final = EvalKind.CLAUSE
_ATOM: Final = EvalKind.ATOM

# A formula of MAX_DEPTH lists takes about six Python frames a list; those of CPython 3.11 take no C stack.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 6000))


class OperatorProfiler(Protocol):
    """Watches single operators while formulas are interpreted."""

    def enter(self, node: EvalNode) -> None:
        """An operator begins to run."""

    def leave(self, node: EvalNode) -> None:
        """The operator entered last has run."""


class Interpreted(Protocol):
    """What the interpreter needs of an EvaluationContext, which documents these members."""

    wcs: bool
    constants: ConstantNodes
    profiler: OperatorProfiler | None
    unsettled: bool
    changed_statuses: dict[EvalNode, Status]

    def atom_number(self, node: EvalNode) -> int:
        """Return the number in an atom (B13, C41)."""
        ...


def set_status(ctx: Interpreted, node: EvalNode, status: Status) -> None:
    """Store a status in the node; record the earlier one if the change can affect the next evaluation."""
    old = node.status
    if old is not status:
        node.status = status
        if old in _SETTLING or status in _SETTLING:
            # The status of nodes shared by all formulas is read only right after their evaluation (A37).
            constants = ctx.constants
            if node is not constants.true and node is not constants.false:
                ctx.changed_statuses.setdefault(node, old)


def evaluate(ctx: Interpreted, node: EvalNode) -> int:
    """Evaluate a node and return the integer its caller sees; the status stays in the node (B10-B13)."""
    kind = node.kind
    if kind is _WRAPPER:
        if node.traps:
            status = node.status
            if status is KNOWN_TRUE:
                return 1
            if status is KNOWN_FALSE or (status is NAN_FOREVER and not ctx.wcs):
                return 0
        inner = node.inner
        if inner is None:  # the empty list (A38)
            return 0
        value = _run(ctx, inner)
        status, old = inner.status, node.status
        if status is not old:
            if (status is TRUE or status is FALSE) and (old is UNKNOWN or old is TRUE or old is FALSE):
                node.status = status  # like `set_status` for ordinary statuses
            else:
                set_status(ctx, node, status)
        return value
    if kind is _OPERATOR:
        return _run(ctx, node)
    if kind is _CLAUSE:
        return 0
    return ctx.atom_number(node)


def evaluate_head(ctx: Interpreted, node: EvalNode) -> int:
    """Evaluate an argument past its wrapper, as for conditions and actions; an atom as `evaluate` does."""
    inner = node.inner
    return evaluate(ctx, node) if inner is None else _run(ctx, inner)


def _run(ctx: Interpreted, node: EvalNode) -> int:
    """Run an operator unless its remembered status decides the result (B11), and store its new status (B10)."""
    if node.traps:
        status = node.status
        if status is KNOWN_TRUE:
            return 1
        if status is KNOWN_FALSE or (status is NAN_FOREVER and not ctx.wcs):
            return 0
    profiler = ctx.profiler
    if profiler is None:
        raw = node.call(ctx, node)
    else:
        profiler.enter(node)
        try:
            raw = node.call(ctx, node)
        finally:
            profiler.leave(node)
    if isinstance(raw, Status):
        set_status(ctx, node, raw)
        return 1 if raw is KNOWN_TRUE else 0
    status = node.status  # read again: the function may have cleared the formula's statuses
    if status is UNKNOWN or status is TRUE or status is FALSE:
        node.status = TRUE if raw else FALSE  # like `set_status` for ordinary statuses
    elif status is NAN:
        set_status(ctx, node, UNKNOWN)
    else:
        set_status(ctx, node, TRUE if raw else FALSE)
    return +raw  # converts a bool to a number


def flush(ctx: Interpreted, node: EvalNode) -> None:
    """Clear a subtree's statuses, caches, look-ups and clocks, but no flags and no texts (D3)."""
    nodes = node.subtree
    if nodes is None:
        nodes = node.subtree = _remembering(node)
    for current in nodes:
        status = current.status
        if status is TRUE or status is FALSE:
            current.status = UNKNOWN  # like `set_status` for ordinary statuses
        elif status is not UNKNOWN:
            set_status(ctx, current, UNKNOWN)
        if current.cache is not None:
            current.cache = None
        if current.lookup is not None:
            current.lookup = None
        if current.memory is not None:
            current.memory = None
            ctx.unsettled = True


def _remembering(root: EvalNode) -> tuple[EvalNode, ...]:
    """Return the nodes of a subtree that can remember anything; atoms do so only below some operators."""
    nodes = [root]
    stack = [root]
    while stack:
        node = stack.pop()
        spec = node.spec
        forgetful = spec is not None and not spec.keeps_atoms
        for child in (*node.args, node.inner):
            if child is not None:
                if not (forgetful and child.kind is _ATOM):
                    nodes.append(child)
                stack.append(child)
    return tuple(nodes)


def is_settled(ctx: Interpreted) -> bool:
    """Return whether the evaluations since the last call left all relevant statuses unchanged; reset the record.

    Statuses may change in between, for instance from one candidate of an argument form to the next. The next
    evaluation only depends on whether it finds the same statuses as this one.
    """
    settled = not ctx.unsettled
    changed_statuses = ctx.changed_statuses
    if changed_statuses:
        for node, before in changed_statuses.items():
            now = node.status
            if now is not before and (now in _SETTLING or before in _SETTLING):
                settled = False
                break
        changed_statuses.clear()
    ctx.unsettled = False
    return settled


def is_same(status: Status, other: Status) -> bool:
    """Whether the next evaluation cannot distinguish two statuses of a node: all ordinary ones are equivalent."""
    return status is other or not (status in _SETTLING or other in _SETTLING)
