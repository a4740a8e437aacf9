"""Ships and wings with cues, as text of missions."""

from __future__ import annotations

from sexp_runtime.mission import make_symbols
from sexp_runtime.mission.model import (
    ArrivalDef,
    DepartureDef,
    ShipDef,
)
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.tree import SexpExpression

SYMBOLS = make_symbols(variables=["Go", "Leave"], containers={})


def formula(text: str) -> SexpExpression:
    parsed = SexpParser(SYMBOLS).parse(text)
    assert parsed.expression is not None
    return parsed.expression


#: Cues that a test switches on and off by a variable.
GO = "( = @Go[0] 1 )"
LEAVE = "( = @Leave[0] 1 )"


def ship(name: str, cue: str = "( true )", departure: str = "( false )", **fields: object) -> ShipDef:
    """Return a ship of a mission; `delay`, `location`, `anchor` and `distance` go to its arrival."""
    arrival = {key: fields.pop(key) for key in ("delay", "location", "anchor", "distance") if key in fields}
    row = ShipDef(name, "GTF Box", "Friendly", **fields)  # type: ignore[arg-type]
    row.arrival = ArrivalDef(cue=formula(cue), **arrival)  # type: ignore[arg-type]
    row.departure = DepartureDef(cue=formula(departure))
    return row
