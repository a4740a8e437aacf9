"""Mission variables: the table of texts that formulas read and write by index or name (section J, A20-A23)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.kernel import VariablesCore
from sexp_runtime.values import INT_MAX, INT_MIN, atoi
from sexp_runtime.world.facts import FactBoard, FactKey

NUMBER: Final = "number"
STRING: Final = "string"
#: Size of the table in FSO and in WCS (E2, K).
MAX_VARIABLES: Final = 250
MAX_VARIABLES_WCS: Final = 100
#: Longest text of a variable, in bytes (J1).
MAX_TEXT_BYTES: Final = 31

#: Values of a variable's persistence (E2, J10).
NOT_SAVED: Final = "none"
SAVE_ON_CLOSE: Final = "mission-close"
SAVE_ON_PROGRESS: Final = "mission-progress"


def cut_text(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Return text cut to limit bytes of UTF-8, never in the middle of a character (J1, J3)."""
    if len(text) * 4 <= limit:
        return text
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= limit:
        return text
    return raw[:limit].decode("utf-8", "ignore")


class VariableManager:
    """The variable table. Each change touches ("var", index); writing an equal value touches nothing.

    `texts`, `names`, `types` are indexed by slot; an unset slot has the name "". `numbers` mirrors `texts` as C `atoi`
    reads them (J1). `eternal`, `network` and `persistence` hold the flags of E2.
    """

    __slots__ = (
        "_facts",
        "_index",
        "_keys",
        "capacity",
        "core",
        "eternal",
        "names",
        "network",
        "numbers",
        "persistence",
        "texts",
        "types",
    )

    def __init__(self, facts: FactBoard, capacity: int = MAX_VARIABLES) -> None:
        self._facts = facts
        self.capacity = capacity
        self.names: list[str] = [""] * capacity
        self.texts: list[str] = [""] * capacity
        self.numbers: list[int] = [0] * capacity
        self.types: list[str] = [""] * capacity
        self.eternal: list[bool] = [False] * capacity
        self.network: list[bool] = [False] * capacity
        self.persistence: list[str] = [NOT_SAVED] * capacity
        self._index: dict[str, int] = {}
        self._keys: list[FactKey] = [("var", index) for index in range(capacity)]
        self.core = VariablesCore(facts, self.numbers, self.texts, self._keys, self._index, facts.changed)
        facts.use_variables(self.core)

    def declare(
        self,
        name: str,
        value: str | int = "",
        kind: str | None = None,
        *,
        index: int | None = None,
        network: bool = False,
        eternal: bool = False,
        persistence: str = NOT_SAVED,
    ) -> int:
        """Add a variable to the table, at `index` or in the first free slot; return its index.

        The type is taken from the Python type of value unless `kind` gives it. A name already there or a full table
        is a ValueError (E2).
        """
        if name in self._index:
            raise ValueError(f"variable {name!r} is declared twice")
        if index is None:
            try:
                index = self.names.index("")
            except ValueError:
                raise ValueError(f"no room for variable {name!r}: the table holds {self.capacity}") from None
        if not 0 <= index < self.capacity or self.names[index]:
            raise ValueError(f"slot {index} for variable {name!r} is not free in a table of {self.capacity}")
        if kind is None:
            kind = NUMBER if isinstance(value, int) else STRING
        self.names[index] = name
        self.types[index] = kind
        self.eternal[index] = eternal
        self.network[index] = network
        self.persistence[index] = persistence
        self._index[name] = index
        text = cut_text(str(value))
        self.texts[index] = text
        self.numbers[index] = atoi(text)
        self.core.reload(index)
        self._facts.changed(self._keys[index])
        return index

    def __len__(self) -> int:
        return len(self._index)

    def index(self, name: str) -> int | None:
        """Return the slot of the variable with exactly this name (A22), or None."""
        return self._index.get(name)

    def is_set(self, index: int) -> bool:
        """Whether the slot is in the table and holds a variable."""
        return 0 <= index < self.capacity and self.names[index] != ""

    def text(self, index: int) -> str:
        """Return the text in a slot; an index outside the table is an IndexError."""
        return self.texts[index]

    def number(self, index: int) -> int:
        """Return the number in a slot as C `atoi` reads its text (J1)."""
        return self.numbers[index]

    def set_text(self, index: int, text: str) -> bool:
        """Store a text, cut to 31 bytes (J3); return whether anything changed. IndexError outside the table."""
        text = cut_text(text)
        if index < 0:
            raise IndexError(index)
        if self.texts[index] == text:
            return False
        self.texts[index] = text
        self.numbers[index] = atoi(text)
        self.core.reload(index)
        self._facts.changed(self._keys[index])
        return True

    def set_number(self, index: int, value: int) -> bool:
        """Store a number as decimal text (J2); return whether anything changed."""
        if not INT_MIN <= value <= INT_MAX:
            return self.set_text(index, str(value))
        return self.core.set_number(index, value)

    def create_slot(self, index: int, kind: str) -> bool:
        """Make an unset slot a variable without a usable name (J8); False if it cannot be."""
        if not 0 <= index < self.capacity or self.names[index]:
            return False
        name = f"variable[{index}]"
        self.names[index] = name
        self.types[index] = kind
        self._index.setdefault(name, index)
        self._facts.changed(self._keys[index])
        return True

    def replace_in(self, text: str) -> str:
        """Return text with each `$name` replaced by that variable's text (A23).

        At each `$` the variable with the highest index whose name starts the following text wins. Inserted text is not
        scanned again.
        """
        if "$" not in text:
            return text
        places = {name: index for index, name in enumerate(self.names) if name}
        lengths = {len(name) for name in places}
        pieces: list[str] = []
        start = 0
        while True:
            at = text.find("$", start)
            if at < 0:
                pieces.append(text[start:])
                return "".join(pieces)
            pieces.append(text[start:at])
            found = max((places.get(text[at + 1 : at + 1 + length], -1) for length in lengths), default=-1)
            pieces.append("$" if found < 0 else self.texts[found])
            start = at + 1 + (0 if found < 0 else len(self.names[found]))

    def snapshot(self) -> dict[str, str]:
        """Return name -> text of every set variable, in table order."""
        return {name: self.texts[index] for index, name in enumerate(self.names) if name}
