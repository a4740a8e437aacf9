"""What the programs of a row of formulas share: places, leaves, distances, and the facts that set their flags."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

from sexp_runtime.kernel import Distance, Leaf, Place
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.counting import team_named
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.world.facts import UNREAD, FactBoard, FactKey

#: How many programs of actions are built in one frame. Actions that begin together are ready for one together, too.
MOST_BUILT: Final = 2


class Parts:
    """The parts that programs share, each made when the first program needs it."""

    def __init__(self, ctx: EvaluationContext, board: FactBoard | None) -> None:
        """Without a board nothing sets the flags; callers then `doubt()` each program before its evaluation."""
        self.ctx = ctx
        self.board = board
        self._places: dict[str, Place] = {}
        self._leaves: dict[tuple[str, ...], tuple[Leaf, frozenset[FactKey]]] = {}
        self._distances: dict[tuple[int, str, str], Distance] = {}
        self._edges: list[tuple[FactKey, bytearray, int]] = []
        self._facts = 0
        self._built = 0  # in the frame that ends at this moment
        self._built_us = -1

    def may_build(self) -> bool:
        """Return whether one more program may be built in this frame; a caller that hears True builds one."""
        us = self.ctx.world.clock.us
        if us != self._built_us:
            self._built_us, self._built = us, 0
        self._built += 1
        return self._built <= MOST_BUILT

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
        """Return the distance between two names that formulas share, None if sharing it would gain nothing."""
        if not any(text[:5].lower() == "<any " or text.lower() in self.ctx.world.wings for text in (one, two)):
            return None
        found = self._distances.get((op, one, two))
        if found is None:
            found = self._distances[op, one, two] = Distance(op, self.place(one), self.place(two))
            for fact in facts:
                self.subscribe(fact, found.flag, 0)
        return found

    def subscribe(self, key: FactKey, flags: bytearray, index: int) -> None:
        """Make changes of the fact set `flags[index]`; without a board do nothing."""
        if self.board is None:
            return
        self._facts += self.board.add_edge(key, (flags, index, UNREAD))
        self._edges.append((key, flags, index))

    def close(self) -> None:
        """Drop all edges."""
        for key, flags, index in self._edges:
            assert self.board is not None
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
