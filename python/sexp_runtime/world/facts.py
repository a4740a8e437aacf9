"""Facts: the pieces of world state that expressions read, and the flags that a change sets for their readers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from sexp_runtime.kernel import BoardCore
from sexp_runtime.loops import Edge, set_flags

#: A fact's name, a tuple of short strings and numbers: ("var", 3), ("ship", "alpha 1", "hull"), ("log", "alpha 1") ...
#: Names of ships, wings, events, goals and containers inside a key are in lower case.
FactKey = tuple[Hashable, ...]


#: First words of facts that can all change at once for one name; the word before their last is that name.
_NAMED: Final = frozenset({"ship", "wing", "team", "player-ship", "nav"})
#: The pending flag of readers that check their flags without being prompted.
UNREAD: Final = bytearray(1)


class FactBoard(BoardCore):
    """Maps each fact to the slots that read it; `changed` sets their flags.

    A slot is a bytearray of flags and an index in it, so that one store sets the flag. A second store sets the owner's
    pending flag (`pending`), so that the owner scans its flags. The board holds only facts that have readers.
    """

    __slots__ = ("_about", "fields", "readers", "revision")

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[FactKey, list[Edge]] = {}
        #: The facts with readers, by the ship, wing or side that they are about: the word before the last.
        self._about: dict[Hashable, dict[FactKey, None]] = {}
        #: How many facts with readers end in each word: most fields of ships have no readers at all.
        self.fields: dict[Hashable, int] = {}
        #: Grows whenever a fact gains its first reader or loses its last, so that callers can keep what they looked up.
        self.revision = 0

    def changed(self, key: FactKey) -> None:
        """Set the flag of every slot that reads the fact; the caller has made sure that its value changed."""
        set_flags(self.readers, (key,))
        if self.observer is not None:
            self.observer(key)

    def all_changed(self, name: Hashable) -> None:
        """Like `changed`, for every fact with readers about a ship, wing or side."""
        keys = self._about.get(name)
        if keys is not None:
            set_flags(self.readers, keys)
            if self.observer is not None:
                for key in keys:
                    self.observer(key)

    def subscribe(self, key: FactKey, flags: bytearray, index: int, pending: bytearray = UNREAD) -> bool:
        """Make each change of the fact set flags[index] and pending[0]; return whether this is the first reader.

        Subscribing twice is harmless but costs a store.
        """
        return self.add_edge(key, (flags, index, pending))

    def add_edge(self, key: FactKey, edge: Edge) -> bool:
        """Like `subscribe`, but one edge serves many facts."""
        self.add_hot_edge(key, edge)
        edges = self.readers.get(key)
        if edges is not None:
            edges.append(edge)
            return False
        self.readers[key] = [edge]
        self.fields[key[-1]] = self.fields.get(key[-1], 0) + 1
        if key[0] in _NAMED:
            about = self._about.get(key[-2])
            if about is None:
                self._about[key[-2]] = {key: None}
            else:
                about[key] = None
        self.revision += 1
        return True

    def unsubscribe(self, key: FactKey, flags: bytearray, index: int) -> bool:
        """Undo one `subscribe` and return whether it was the last reader; unknown edges are ignored."""
        edges = self.readers.get(key)
        if edges is None:
            return False
        for position, (other, at, _pending) in enumerate(edges):
            if other is flags and at == index:
                del edges[position]
                self.drop_hot_edge(key, flags, index)
                break
        if edges:
            return False
        del self.readers[key]
        if key[0] in _NAMED:
            about = self._about[key[-2]]
            del about[key]
            if not about:
                del self._about[key[-2]]
        left = self.fields.pop(key[-1]) - 1
        if left:
            self.fields[key[-1]] = left
        self.revision += 1
        return True


def game_fact(op: str, args: Iterable[str | int]) -> FactKey:
    """Return the fact of a game-supplied value: ("game", op, lower-case argument texts ...)."""
    return ("game", op, *(str(arg).lower() for arg in args))
