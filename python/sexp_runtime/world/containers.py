"""Containers: the lists and maps of texts that formulas read and change (J20-J24, A31-A33)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sexp_runtime.kernel import MersenneTwister
from sexp_runtime.values import atoi
from sexp_runtime.world.facts import FactBoard
from sexp_runtime.world.variables import NOT_SAVED, STRING

LIST: Final = "list"
MAP: Final = "map"
#: How deep one read may follow references to other containers (A32), and how often one text is replaced in (A33).
MAX_NESTING: Final = 20
MAX_REPLACEMENTS: Final = 50

LIST_MODIFIERS: Final = frozenset(
    ("get_first", "get_last", "remove_first", "remove_last", "get_random", "remove_random", "at")
)


class Container:
    """One container. A list keeps `items`, a map keeps `pairs` in the order of insertion (J20); both hold texts.

    `in_use` is set while an argument form takes candidates from it; changes are refused meanwhile (J22, N12.1).
    """

    __slots__ = (
        "data_type",
        "eternal",
        "fact",
        "in_use",
        "items",
        "key",
        "key_type",
        "kind",
        "name",
        "pairs",
        "persistence",
    )

    def __init__(
        self,
        name: str,
        kind: str,
        data_type: str = STRING,
        key_type: str = STRING,
        *,
        eternal: bool = False,
        persistence: str = NOT_SAVED,
    ) -> None:
        self.name = name
        self.key = name.lower()
        self.fact = ("container", self.key)
        self.kind = kind
        self.data_type = data_type
        self.key_type = key_type
        self.eternal = eternal
        self.persistence = persistence
        self.items: list[str] = []
        self.pairs: dict[str, str] = {}
        self.in_use = False

    def __len__(self) -> int:
        return len(self.items) if self.kind == LIST else len(self.pairs)

    def __repr__(self) -> str:
        return f"Container({self.name!r}, {self.items if self.kind == LIST else self.pairs})"

    def candidates(self) -> list[str]:
        """Return the candidates for an argument form: a list's items, a map's keys (C27)."""
        return list(self.items) if self.kind == LIST else list(self.pairs)


class ContainerStore:
    """All containers of a mission by lower-case name. Each change touches ("container", name).

    Changing methods return False, and change nothing, when the container is unknown, of the other kind, in use (J22),
    or would have more than `most_items`.
    """

    __slots__ = ("_facts", "_rng", "by_name", "is_full", "most_items")

    def __init__(self, facts: FactBoard, rng: MersenneTwister, most_items: int) -> None:
        self._facts = facts
        self._rng = rng
        #: Maximum number of items of one container; a change that would exceed it is refused.
        self.most_items = most_items
        self.is_full = False  #: Whether the last change was refused because of that.
        self.by_name: dict[str, Container] = {}

    def __len__(self) -> int:
        return len(self.by_name)

    def get(self, name: str) -> Container | None:
        """Return the container of that name, matched case-insensitively (J24), or None."""
        return self.by_name.get(name.lower())

    def declare(
        self,
        name: str,
        kind: str,
        data: Sequence[str] = (),
        *,
        data_type: str = STRING,
        key_type: str = STRING,
        eternal: bool = False,
        persistence: str = NOT_SAVED,
    ) -> Container:
        """Create a container; `data` is its items, or keys and values in turn. A taken name is a ValueError (E3)."""
        if name.lower() in self.by_name:
            raise ValueError(f"container {name!r} is declared twice")
        if kind == MAP and len(data) % 2:
            raise ValueError(f"map {name!r} has a key without a value")
        container = Container(name, kind, data_type, key_type, eternal=eternal, persistence=persistence)
        if kind == LIST:
            container.items.extend(str(item) for item in data)
        else:
            container.pairs.update(zip((str(x) for x in data[::2]), (str(x) for x in data[1::2]), strict=True))
        self.by_name[container.key] = container
        self._facts.changed(container.fact)
        return container

    def _refuse(self) -> bool:
        """Refuse a change that would exceed the maximum of items; return False."""
        self.is_full = True
        return False

    def _open(self, name: str, kind: str | None = None) -> Container | None:
        self.is_full = False
        container = self.by_name.get(name.lower())
        if container is None or container.in_use or (kind is not None and container.kind != kind):
            return None
        return container

    # Lists

    def add_items(self, name: str, items: Iterable[str], *, at_back: bool = True) -> bool:
        """Append each text to a list, or push each to its front in turn (J21)."""
        container = self._open(name, LIST)
        if container is None:
            return False
        added = list(items)
        if len(container.items) + len(added) > self.most_items:
            return self._refuse()
        if at_back:
            container.items.extend(added)
        else:
            container.items[:0] = added[::-1]
        if added:
            self._facts.changed(container.fact)
        return True

    def remove_items(self, name: str, items: Iterable[str]) -> list[str] | None:
        """Remove the first equal item for each text (J21); return the texts that were not there, None if refused."""
        container = self._open(name, LIST)
        if container is None:
            return None
        missing: list[str] = []
        changed = False
        for item in items:
            if item in container.items:
                container.items.remove(item)
                changed = True
            else:
                missing.append(item)
        if changed:
            self._facts.changed(container.fact)
        return missing

    # Maps

    def set_pairs(self, name: str, pairs: Iterable[tuple[str, str]]) -> bool:
        """Set each key of a map to its value (J21)."""
        container = self._open(name, MAP)
        if container is None:
            return False
        wanted = list(pairs)
        if len(container.pairs) + len(wanted) > self.most_items:
            new = {key for key, _ in wanted}.difference(container.pairs)
            if len(container.pairs) + len(new) > self.most_items:
                return self._refuse()
        changed = False
        for key, value in wanted:
            if container.pairs.get(key) != value:
                container.pairs[key] = value
                changed = True
        if changed:
            self._facts.changed(container.fact)
        return True

    def remove_keys(self, name: str, keys: Iterable[str]) -> list[str] | None:
        """Remove keys of a map (J21); return the keys that were not there, None if refused."""
        container = self._open(name, MAP)
        if container is None:
            return None
        missing = []
        changed = False
        for key in keys:
            if container.pairs.pop(key, None) is None:
                missing.append(key)
            else:
                changed = True
        if changed:
            self._facts.changed(container.fact)
        return missing

    # Both kinds

    def clear(self, name: str) -> bool:
        """Empty a container (J21)."""
        container = self._open(name)
        if container is None:
            return False
        if len(container):
            container.items.clear()
            container.pairs.clear()
            self._facts.changed(container.fact)
        return True

    def replace(self, name: str, items: Sequence[str] | None = None, pairs: dict[str, str] | None = None) -> bool:
        """Give a list these items or a map these pairs."""
        container = self._open(name, LIST if items is not None else MAP)
        if container is None:
            return False
        if max(len(items or ()), len(pairs or ())) > self.most_items:
            return self._refuse()
        if items is not None:
            if container.items != list(items):
                container.items[:] = items
                self._facts.changed(container.fact)
        elif pairs is not None and list(container.pairs.items()) != list(pairs.items()):
            container.pairs = dict(pairs)
            self._facts.changed(container.fact)
        return True

    def copy(self, source: str, target: str, *, clear_first: bool = True) -> bool:
        """Copy one container into another of the same kind and types, replacing or extending it (J21).

        False, and nothing changed, for a copy to itself (N12.6).
        """
        origin = self.get(source)
        goal = self._open(target, origin.kind if origin is not None else None)
        if origin is None or goal is None or origin is goal or origin.data_type != goal.data_type:
            return False
        if not clear_first and origin.kind == LIST and len(origin) + len(goal) > self.most_items:
            return self._refuse()
        if origin.kind == LIST:
            return self.replace(target, items=list(origin.items) if clear_first else goal.items + origin.items)
        if origin.key_type != goal.key_type:
            return False
        return self.replace(target, pairs=dict(origin.pairs) if clear_first else {**goal.pairs, **origin.pairs})

    def use(self, name: str) -> Container | None:
        """Mark a container as a source of candidates; the caller clears `in_use` when the form ends (N12.1)."""
        container = self.get(name)
        if container is not None:
            container.in_use = True
        return container

    # Reading

    def read(self, name: str, modifiers: Sequence[str]) -> str:
        """Return the text that a data token with these modifier texts fetches (A31, A32, J22, J23).

        Follows references to other containers; Remove_... takes the item out, Get_Random and Remove_Random draw.
        Anything missing gives the empty text.
        """
        rest = list(modifiers)
        container = self.get(name)
        text = ""
        for _ in range(MAX_NESTING):
            if container is None or not rest:
                return ""
            text = self._read_once(container, rest)
            if not text.startswith("&") or len(text) < 2:
                return text
            container = self.get(text.strip("&"))
        return ""

    def _read_once(self, container: Container, rest: list[str]) -> str:
        modifier = rest.pop(0)
        if container.kind == MAP:
            return container.pairs.get(modifier, "")
        word = modifier.lower()
        items = container.items
        if word == "at":
            position = atoi(rest.pop(0)) if rest else -1
            return items[position] if 0 <= position < len(items) else ""
        if word not in LIST_MODIFIERS or not items:
            return ""
        if word.endswith("first"):
            position = 0
        elif word.endswith("last"):
            position = len(items) - 1
        else:
            position = self._rng.below(len(items))
        text = items[position]
        if word.startswith("remove") and not container.in_use:
            del items[position]
            self._facts.changed(container.fact)
        return text

    def replace_in(self, text: str) -> str:
        """Return text with references such as `&list&Get_First&` replaced, repeatedly at the same place (A33)."""
        start = 0
        for _ in range(MAX_REPLACEMENTS):
            at = text.find("&", start)
            if at < 0:
                return text
            found = self._reference_at(text, at)
            if found is None:
                start = at + 1
                continue
            container, modifiers, end = found
            text = text[:at] + self._read_once(container, modifiers) + text[end:]
            start = at
        return text

    def _reference_at(self, text: str, at: int) -> tuple[Container, list[str], int] | None:
        """Find the reference whose `&` is at a position: container, modifiers and end; None if there is none."""
        name_end = text.find("&", at + 1)
        if name_end < 0:
            return None
        container = self.get(text[at + 1 : name_end])
        modifier_end = text.find("&", name_end + 1)
        if container is None or modifier_end < 0:
            return None
        word = text[name_end + 1 : modifier_end]
        if container.kind == MAP:
            return container, [word], modifier_end + 1
        parts = word.split(None, 1)
        if not parts or parts[0].lower() not in LIST_MODIFIERS:
            return None
        return container, parts, modifier_end + 1

    def snapshot(self) -> dict[str, list[str]]:
        """Return name -> items, or keys and values in turn, of every container."""
        return {
            container.name: list(container.items)
            if container.kind == LIST
            else [text for pair in container.pairs.items() for text in pair]
            for container in self.by_name.values()
        }
