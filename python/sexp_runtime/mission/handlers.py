"""Handlers: they process the fields of one section for the reader; this module holds their shared parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sexp_runtime.mission.model import ArrivalDef, DepartureDef, Mission
from sexp_runtime.mission.scanner import Field, Problems, describe, integer, plain_text, quoted_items
from sexp_runtime.syntax.parser import MAX_TOKEN, cut_token
from sexp_runtime.syntax.tree import SexpExpression


class Handler:
    """Processes the fields of one section in order.

    `texts`, `numbers` and `lists` map plain fields to the attributes that they set; `ignored` are known fields that
    no formula can read; any other field goes to `special`.
    """

    name = ""
    texts: Mapping[str, str] = {}
    numbers: Mapping[str, str] = {}
    lists: Mapping[str, str] = {}
    ignored: frozenset[str] = frozenset()
    #: Whether an unknown field gives a warning.
    strict = False

    def __init__(self, mission: Mission, problems: Problems) -> None:
        self.mission = mission
        self.problems = problems
        self.current: Any = None  #: the object that fields currently belong to
        self.owner = ""  #: the object in words, as `event "Name"`

    def field(self, field: Field) -> None:
        """Process one field."""
        key = field.key
        if self.starts(field):
            return
        attribute = self.texts.get(key)
        if attribute is not None:
            if self.opened(field):
                setattr(self.current, attribute, plain_text(field.value))
            return
        attribute = self.numbers.get(key)
        if attribute is not None:
            if self.opened(field) and (number := self.integer(field)) is not None:
                setattr(self.current, attribute, number)
            return
        attribute = self.lists.get(key)
        if attribute is not None:
            if self.opened(field):
                setattr(self.current, attribute, quoted_items(field.value))
            return
        if key in self.ignored or self.special(field):
            return
        if self.strict:
            self.problems.report("W210", f"unknown field of #{self.name}: {key}", field.offset, self.owner)

    def starts(self, field: Field) -> bool:
        """Open the next object if the field starts one."""
        return False

    def special(self, field: Field) -> bool:
        """Process a field that is in none of the tables; return whether it is known."""
        return False

    def finish(self) -> None:
        """Finish the section."""

    def line_of(self, field: Field) -> int:
        """Return the line of a field in the file."""
        return self.problems.source.locate(field.offset)[0]

    def name_of(self, field: Field) -> str:
        """Return the name in a field, cut to the maximum length in a formula (A14)."""
        name = plain_text(field.value)
        cut = cut_token(name)
        if len(cut) < len(name):
            message = f"the name {describe(name)} is longer than {MAX_TOKEN} bytes and is cut"
            self.problems.report("W218", message, field.offset)
        return cut

    def opened(self, field: Field) -> bool:
        """Whether the field belongs to an object; reports it if not."""
        if self.current is None:
            self.problems.report("W216", f"{field.key} comes before the entry that it belongs to", field.offset)
            return False
        return True

    def integer(self, field: Field) -> int | None:
        """Return the field's whole number; without one, report it and return None."""
        number = integer(field.value)
        if number is None:
            self.problems.report(
                "E211", f"{field.key}: expected a number, not {describe(field.value)}", field.offset, self.owner
            )
        return number

    def formula(self, field: Field, owner: str) -> SexpExpression | None:
        """Return the field's formula, owned by `owner`, and report its problems."""
        result = field.result
        if result is None:
            return None
        for problem in result.diagnostics:
            self.problems.add(replace(problem, owner=owner))
        if result.expression is not None:
            result.expression.owner = owner
        return result.expression

    def corrected(self, field: Field, number: int, taken: int) -> None:
        """Report a number that the game replaces by another."""
        message = f"{field.key}: {number} is corrected to {taken}"
        self.problems.report("W364", message, field.offset, self.owner)

    def is_duplicate(self, name: str, seen: set[str], field: Field, what: str) -> bool:
        """Whether the name was there before, ignoring case; reports it if so."""
        key = name.lower()
        if key in seen:
            owner = f'{what} "{name}"'
            self.problems.report("E220", f'a second {what} "{name}": the first one counts', field.offset, owner)
            return True
        seen.add(key)
        return False

    def arrival_field(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> bool:
        """Process a field of arrival or departure (E5, E6); return whether it is one."""
        take = _ARRIVAL.get(field.key)
        if take is None:
            return False
        if self.opened(field):
            take(self, field, arrival, departure)
        return True

    def _location(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        if field.key == "$arrival location":
            arrival.location = field.value
        else:
            departure.location = field.value

    def _anchor(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        if field.key == "$arrival anchor":
            arrival.anchor = field.value
        else:
            departure.anchor = field.value

    def _cue(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        if field.key == "$arrival cue":
            arrival.cue = self.formula(field, f"arrival cue of {self.owner}")
        else:
            departure.cue = self.formula(field, f"departure cue of {self.owner}")

    def _delay(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        number = self.integer(field)
        if number is None:
            return
        if number < 0:
            self.corrected(field, number, 0)
        target = arrival if field.key == "+arrival delay" else departure
        target.delay = max(number, 0)

    def _distance(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        number = self.integer(field)
        if number is not None:
            arrival.distance = number
            if number <= 0 and arrival.location.lower() not in ("hyperspace", "docking bay"):
                self.corrected(field, number, 1)

    def _paths(self, field: Field, arrival: ArrivalDef, departure: DepartureDef) -> None:
        target = arrival if field.key == "+arrival paths" else departure
        target.paths = quoted_items(field.value)


_ARRIVAL: Mapping[str, Callable[[Handler, Field, ArrivalDef, DepartureDef], None]] = {
    "$arrival location": Handler._location,
    "$departure location": Handler._location,
    "$arrival anchor": Handler._anchor,
    "$departure anchor": Handler._anchor,
    "$arrival cue": Handler._cue,
    "$departure cue": Handler._cue,
    "+arrival delay": Handler._delay,
    "+departure delay": Handler._delay,
    "+arrival distance": Handler._distance,
    "+arrival paths": Handler._paths,
    "+departure paths": Handler._paths,
}


class Skipped(Handler):
    """A section that no formula can read."""
