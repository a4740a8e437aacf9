"""Facts: the pieces of world state that expressions read, and the marks that a change sets on their readers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from sexp_runtime.kernel import BoardCore
from sexp_runtime.loops import Edge, mark_readers

#: A fact's name, a tuple of short strings and numbers: ("var", 3), ("ship", "alpha 1", "hull"), ("log", "alpha 1") ...
#: Names of ships, wings, events, goals and containers inside a key are in lower case.
FactKey = tuple[Hashable, ...]


#: What the facts begin with of which all can change at once; the word before their last is a name.
_NAMED: Final = frozenset({"ship", "wing", "team", "player-ship", "nav"})
#: The bell of readers that look at their marks unasked.
UNHEARD: Final = bytearray(1)


class FactBoard(BoardCore):
    """Knows for each fact which slots read it; `changed` marks them.

    A slot is named by the bytearray of marks that it lives in and its index there, so that marking is one store. One
    more rings its owner's bell, which says that there is something to look for. Only facts that somebody reads are
    kept.
    """

    __slots__ = ("_about", "fields", "readers", "revision")

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[FactKey, list[Edge]] = {}
        #: The facts read about each name of a ship, wing or side: by the word before the last.
        self._about: dict[Hashable, list[FactKey]] = {}
        #: How many of the facts read end in each word: most fields of a ship are never read of any ship.
        self.fields: dict[Hashable, int] = {}
        #: Grows whenever a fact begins to be read or ceases to be, so that who asks which are need not ask again.
        self.revision = 0

    def changed(self, key: FactKey) -> None:
        """Mark every slot that reads the fact; the caller has made sure that its value really changed."""
        mark_readers(self.readers, (key,))
        if self.observer is not None:
            self.observer(key)

    def all_changed(self, name: Hashable) -> None:
        """As `changed` for every fact that somebody reads about a ship, wing or side."""
        keys = self._about.get(name)
        if keys is not None:
            mark_readers(self.readers, keys)
            if self.observer is not None:
                for key in keys:
                    self.observer(key)

    def subscribe(self, key: FactKey, marks: bytearray, index: int, bell: bytearray = UNHEARD) -> bool:
        """From now on a change of the fact sets marks[index] and bell[0]; return whether it is the first reader.

        Subscribing twice is harmless but costs a store.
        """
        return self.add_edge(key, (marks, index, bell))

    def add_edge(self, key: FactKey, edge: Edge) -> bool:
        """As `subscribe`; who reads many facts can use one edge for all."""
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
                self._about[key[-2]] = [key]
            else:
                about.append(key)
        self.revision += 1
        return True

    def unsubscribe(self, key: FactKey, marks: bytearray, index: int) -> bool:
        """Undo one `subscribe` and return whether it was the last reader; unknown edges are ignored."""
        edges = self.readers.get(key)
        if edges is None:
            return False
        for position, (other, at, _bell) in enumerate(edges):
            if other is marks and at == index:
                del edges[position]
                self.drop_hot_edge(key, marks, index)
                break
        if edges:
            return False
        del self.readers[key]
        if key[0] in _NAMED:
            about = self._about[key[-2]]
            about.remove(key)
            if not about:
                del self._about[key[-2]]
        left = self.fields.pop(key[-1]) - 1
        if left:
            self.fields[key[-1]] = left
        self.revision += 1
        return True
