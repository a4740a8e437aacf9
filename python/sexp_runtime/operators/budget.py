"""The budget: how many steps one evaluation of a formula may take.

A formula without loops takes time in proportion to its text. Argument forms and containers can take far longer: forms
nested ten deep try each candidate of one for every candidate of the next. They pay steps for their work in advance:

- to try a condition with n candidates, or to run an action for them: n times the nodes of its tree
- to generate candidates from n numbers, ships, subsystems or items: n
- to copy or to search a container of n items: n / 64 + 1

A mission of many such formulas has a budget for the frame, too. Each formula that can pay has an equal share of it, so
one formula's budget does not depend on what others paid.

The steps depend only on the formula and the state of the mission, so they are the same on every engine and in a replay.
An evaluation that cannot pay is ended and counts as false. Its formula forgets what it remembers (D3). Each time, the
formula's budget is halved, down to a sixteenth, so that the mission stays playable.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalNode
from sexp_runtime.syntax.tree import SexpExpression

#: How often the budget of a formula is halved.
MOST_HALVINGS: Final = 4
#: Operators that pay.
_PAYING: Final = ARGUMENT_FORMS | {
    "add-to-list", "remove-from-list", "add-to-map", "remove-from-map", "get-map-keys", "copy-container",
    "apply-container-filter", "map-has-data-item",
}  # fmt: skip
#: Number of container items that one step copies or searches.
_ITEMS: Final = 64
#: More steps than any evaluation takes: for a quota of 0.
_UNLIMITED: Final = 1 << 62


class BudgetError(Exception):
    """An evaluation was ended because `node` would take more steps than are left."""

    def __init__(self, node: EvalNode, steps: int, quota: str) -> None:
        super().__init__(
            f"{node.name or node.text} takes more than the {steps} steps that one evaluation may take (quota {quota}); "
            "it was ended and counts as false"
        )
        self.node = node


class Budget:
    """The steps that are left to the evaluation of one engine's formulas."""

    __slots__ = ("_frame_steps", "_halvings", "_left", "_quota", "_root", "_steps")

    def __init__(self, steps: int, frame_steps: int = 0) -> None:
        """`steps` is what one evaluation may take, `frame_steps` all of a frame together, 0 for no limit."""
        self._steps = self._left = steps or _UNLIMITED
        self._frame_steps = frame_steps
        self._quota = "`steps`"
        self._root: EvalNode | None = None
        #: How often the budget of a formula was halved, by its root.
        self._halvings: dict[EvalNode, int] = {}

    def share(self, formulas: Iterable[SexpExpression]) -> None:
        """Share the steps of a frame among the formulas of a mission that can pay; call this before building them."""
        count = sum(any(node.operator in _PAYING for node in one.root.walk()) for one in formulas)
        if self._frame_steps and count and self._frame_steps // count < self._steps:
            self._steps = self._left = max(1, self._frame_steps // count)
            self._quota = f"`frame_steps`, shared by {count} formulas"

    def begin(self, root: EvalNode) -> None:
        """Begin the evaluation of a formula that contains operators that pay."""
        self._root = root
        self._left = self._steps >> self._halvings[root] if root in self._halvings else self._steps

    def pay(self, steps: int, node: EvalNode) -> None:
        """Pay for what a node is about to do; raises BudgetError if too few steps are left."""
        self._left -= steps
        if self._left < 0:
            raise BudgetError(node, self._steps, self._quota)

    def pay_items(self, items: int, node: EvalNode) -> None:
        """Pay for copying or searching so many items of containers."""
        self.pay(items // _ITEMS + 1, node)

    def halve(self) -> None:
        """Halve the budget of the formula whose evaluation was just ended."""
        if self._root is not None:
            self._halvings[self._root] = min(self._halvings.get(self._root, 0) + 1, MOST_HALVINGS)

    @property
    def certain(self) -> int:
        """The steps that every evaluation may take, even after its formula's budget was halved."""
        return self._steps >> MOST_HALVINGS


def is_paying(root: EvalNode) -> bool:
    """Return whether evaluating a tree can pay steps, so that it must call `begin` first."""
    return any(node.name in _PAYING for node in root.walk())


def weight(node: EvalNode) -> int:
    """Return the number of nodes of a tree."""
    if not node.size:
        node.size = sum(1 for _ in node.walk())
    return node.size
