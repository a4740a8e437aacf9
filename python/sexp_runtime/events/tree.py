"""The tree of a formula with live values: its parts, which of them decide, and how close a false one is to true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

#: Roles of parts: an operator, an atom after an operator, an action, a candidate of `<argument>`.
PART, ATOM, ACTION, CANDIDATE = "part", "atom", "action", "candidate"
#: Operators that compare numbers.
COMPARISONS: Final = frozenset({"<", ">", "=", "<=", ">=", "!="})
#: Conditionals whose first part decides; the others are actions or choices.
_FIRST_DECIDES: Final = frozenset(
    {"when", "every-time", "if-then-else", "switch", "when-argument", "every-time-argument"}
)
#: Special results in the words of an author.
WORDS: Final = {
    "KNOWN_TRUE": "for good",
    "KNOWN_FALSE": "for good",
    "NAN": "not known yet",
    "NAN_FOREVER": "cannot be known any more",
    "CANT_EVAL": "not known yet",
}
#: The closest to true that something false can be.
_MOST: Final = 0.999


@dataclass(slots=True)
class TreePart:
    """One part of a formula as it is now.

    text: the operator with the atoms before its first expression, or one atom, action or candidate. role: PART, ATOM,
    ACTION or CANDIDATE. line, column: its place in the mission file, from 1. value: None where `note` says why there
    is none. status: the special result, "" for an ordinary one. short_by: by how much a false comparison misses.
    decides: whether the formula has its value because of this part. facts: what the part itself reads, by name, with
    values. next_at: seconds of mission time before which neither time nor motion can change the value, None where only
    facts can. next_by: "time" or "motion". parts: those inside; for the condition of an argument form, one for each
    candidate, the closest first.
    """

    text: str
    role: str = PART
    line: int = 0
    column: int = 0
    value: int | None = None
    status: str = ""
    note: str = ""
    short_by: int | None = None
    decides: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    next_at: float | None = None
    next_by: str = ""
    parts: list[TreePart] = field(default_factory=list)

    def walk(self) -> Iterator[TreePart]:
        """Yield this part and all inside it, in text order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def as_dict(self) -> dict[str, Any]:
        """Return the tree as plain data, as the debugger and JSON show it."""
        return asdict(self)

    def lines(self, most: int = 80, *, facts: bool = True) -> list[str]:
        """Return the tree for people, a line for each part, at most `most`; `>` marks the parts that decide."""
        found = list(self._lines(1, facts))
        return found if len(found) <= most else [*found[:most], f"  ... and {len(found) - most} more lines"]

    def _lines(self, depth: int, facts: bool) -> Iterator[str]:
        mark = "> " if self.decides else "  "
        text = "  " * (depth - 1) + mark + self.text
        yield f"{text:<58} {self.result(facts=facts)}".rstrip()
        for part in self.parts:
            yield from part._lines(depth + 1, facts)

    def result(self, *, facts: bool = True) -> str:
        """Return the value in words, with what the part reads and when it can next change."""
        words = []
        if self.value is not None:
            words.append(f"= {self.value}" + (f" ({WORDS.get(self.status, self.status)})" if self.status else ""))
            if self.short_by is not None:
                words.append(f"misses by {self.short_by}" + ("," if self.next_at is not None else ""))
        elif self.note:
            words.append(f"({self.note})")
        if facts and self.facts:
            words.append("[" + ", ".join(f"{name} {value}".rstrip() for name, value in self.facts.items()) + "]")
        if self.next_at is not None:
            words.append(f"not before {self.next_at:.1f} s" + (" at top speed" if self.next_by == "motion" else ""))
        return " ".join(words)

    def mark(self) -> None:
        """Mark this part as deciding, and the parts inside it because of which it has its value."""
        self.decides = True
        for part in self._deciding():
            part.mark()

    def _deciding(self) -> Sequence[TreePart]:
        """Return the parts that keep this part's value what it is."""
        shown = [part for part in self.parts if part.role != ACTION]
        name = self.operator
        if self.role == CANDIDATE or name in _FIRST_DECIDES:
            return shown[:1]
        if name == "and" and self.value == 0:
            return [part for part in shown if part.value != 1]
        if name == "or" and self.value == 1:
            return [part for part in shown if part.value == 1]
        if name == "cond":
            true = [part for part in shown if part.value == 1]
            return true[:1] or shown
        if shown and shown[0].role == CANDIDATE:
            return self._deciding_candidates(shown)
        return shown

    def _deciding_candidates(self, candidates: Sequence[TreePart]) -> Sequence[TreePart]:
        """Return the true candidates of a true provider; of a false one those that fail, or the closest of them."""
        if self.value == 1 and self.operator != "every-of":
            return [part for part in candidates if part.value == 1]
        if self.value == 1:
            return candidates
        false = [part for part in candidates if part.role == CANDIDATE and part.value != 1]
        return false if self.operator == "every-of" else false[:1]

    @property
    def operator(self) -> str:
        """The operator's name, "" for anything else."""
        return self.text.partition(" ")[0] if self.role == PART else ""

    def closeness(self) -> float:
        """Return how close this part is to being true, from 0 to 1, where it is. It only serves to compare candidates.

        A false `and` counts as the mean of its parts, a false `or` as the closest; a comparison by how much it misses.
        """
        if self.value == 1:
            return 1.0
        if self.role == CANDIDATE:
            return self.parts[0].closeness() if self.parts else 0.0
        shares = [part.closeness() for part in self.parts if part.role == PART]
        if self.operator == "and" and shares:
            return min(sum(shares) / len(shares), _MOST)
        if self.operator == "or" and shares:
            return min(max(shares), _MOST)
        if self.short_by is not None:
            return _MOST / (1.0 + abs(self.short_by) / 100.0)
        return 0.0
