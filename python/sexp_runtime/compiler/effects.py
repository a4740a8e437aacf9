"""Skips effects of actions that would change nothing: the last run changed no fact that the effect depends on.

An action that runs in every frame mostly sets what it has set before. Its arguments are still read, it still counts as
an effect, and the game still receives it. Only its effect is skipped, until a fact in `actions.DEPENDS` changes.
"""

from __future__ import annotations

from typing import Final

from sexp_runtime.operators.actions import DEPENDS, Depends
from sexp_runtime.operators.context import ActionValue, Effect, EvaluationContext, NoEffect
from sexp_runtime.world.facts import UNREAD, FactKey

Values = tuple[ActionValue, ...]

#: Maximum number of first arguments for which one action remembers its last run.
MOST_ENTRIES: Final = 256
#: How often the set of an entry's facts may change before the entry is no longer used.
MOST_CHANGES: Final = 16


class _Entry:
    """The last run of an effect with one first argument; `flags[0]` is set when a fact that it depends on changes."""

    __slots__ = ("changes", "facts", "flags", "generation", "outcome", "values")

    def __init__(self, values: Values) -> None:
        self.values = values
        self.flags = bytearray(b"\x01")
        self.generation = -1
        self.outcome: NoEffect | None = None
        self.facts: frozenset[FactKey] = frozenset()
        self.changes = 0


class Effects:
    """Makes the effects of one engine's actions remember their last runs."""

    def __init__(self, ctx: EvaluationContext) -> None:
        self._ctx = ctx
        self._board = ctx.world.facts
        self._entries: list[_Entry] = []

    def remember(self, effect: Effect) -> Effect:
        """Return a function that runs the effect of one place in a formula only if that could change something."""
        depends = DEPENDS.get(effect)
        if depends is None:
            return effect
        board = self._board
        entries: dict[ActionValue, _Entry] = {}

        def repeated(ctx: EvaluationContext, values: Values) -> NoEffect | None:
            first = values[0] if values else ""
            entry = entries.get(first)
            if entry is None:
                if len(entries) < MOST_ENTRIES:
                    entries[first] = _Entry(values)
                return effect(ctx, values)
            if values == entry.values:
                if not entry.flags[0] and entry.generation == board.generation:
                    return entry.outcome
                return self._run(entry, effect, depends, values)
            entry.values = values
            entry.generation = -1
            return effect(ctx, values)

        return repeated

    def _run(self, entry: _Entry, effect: Effect, depends: Depends, values: Values) -> NoEffect | None:
        """Run an effect with the arguments of its last run; if this sets no flag, it has changed nothing."""
        ctx, board = self._ctx, self._board
        if entry.changes > MOST_CHANGES or (entry.generation != board.generation and not self._wait(entry, depends)):
            return effect(ctx, values)
        before = self._uncounted()
        entry.generation = -1
        entry.flags[0] = 0
        outcome = effect(ctx, values)
        if self._uncounted() == before:
            entry.outcome = outcome
            entry.generation = board.generation
        return outcome

    def _wait(self, entry: _Entry, depends: Depends) -> bool:
        """Subscribe to the facts that the entry's effect depends on now; return whether it depends on facts only."""
        found = depends(self._ctx.world, entry.values)
        if found is None:
            entry.changes = MOST_CHANGES + 1
            self._forget(entry)
            return False
        facts = frozenset(found)
        if facts != entry.facts:
            entry.changes += 1
            if not entry.facts:
                self._entries.append(entry)
            self._forget(entry)
            for key in facts:
                self._board.subscribe(key, entry.flags, 0, UNREAD)
            entry.facts = facts
        return True

    def _forget(self, entry: _Entry) -> None:
        for key in entry.facts:
            self._board.unsubscribe(key, entry.flags, 0)
        entry.facts = frozenset()

    def _uncounted(self) -> tuple[int, int, int, int]:
        """Return counts that grow with what an effect does beside changing facts."""
        ctx, world = self._ctx, self._ctx.world
        return ctx.warning_count, len(world.log), world.rng.draws, len(world.dragged)

    def close(self) -> None:
        """Drop all edges; from then on effects run each time."""
        for entry in self._entries:
            self._forget(entry)
            entry.generation = -1
            entry.changes = MOST_CHANGES + 1
        self._entries.clear()

    def nbytes(self) -> int:
        """Return the bytes held by entries and their edges."""
        return sum(400 + 230 * len(entry.facts) for entry in self._entries)
