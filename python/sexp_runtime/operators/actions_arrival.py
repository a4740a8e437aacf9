"""Actions on when, where and in how many waves ships and wings arrive and depart (M.12, M.13)."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.actions import action, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.ships import EXITED, Ship
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

HYPERSPACE: Final = "Hyperspace"
DOCKING_BAY: Final = "Docking Bay"
#: Where ships arrive and depart (E5); any other text changes nothing (M13.3).
ARRIVAL_LOCATIONS: Final = (
    HYPERSPACE, "Near Ship", "In front of ship", "In back of ship", "Above ship", "Below ship", "To left of ship",
    "To right of ship", DOCKING_BAY,
)  # fmt: skip
DEPARTURE_LOCATIONS: Final = (HYPERSPACE, DOCKING_BAY)


def _location(value: str, known: tuple[str, ...]) -> str | None:
    return next((location for location in known if location.lower() == value.lower()), None)


def _anchor(values: tuple[ActionValue, ...]) -> str:
    """Return the given anchor, "" for none."""
    anchor = as_text(values, 2)
    return "" if anchor.lower() == "<no anchor>" else anchor


def _set_terms(world: World, value: ActionValue, attribute: str, **fields: Any) -> None:
    """Change the arrival or departure terms of a ship or wing that has not left for good."""
    subject: Ship | Wing | None = named_ship(world, value)
    if subject is None and isinstance(value, str):
        subject = world.wing(value)
    if subject is None or (subject.gone if isinstance(subject, Wing) else subject.status is EXITED):
        return
    terms = getattr(subject, attribute)
    if not is_dataclass(terms) or isinstance(terms, type):
        return  # made by hand, without such a record
    terms = replace(terms, **fields)
    if isinstance(subject, Ship):
        world.set_ship(subject, attribute, terms)
    else:
        world.set_wing(subject, **{attribute: terms})


@action("set-arrival-info")
def set_arrival_info(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change how a ship or wing arrives: name, location, anchor, paths, distance in metres, delay (M13.1 to M13.6).

    Sets all terms. No delay applies, even a given one: the original stores it as already elapsed.
    """
    location, anchor = _location(as_text(values, 1), ARRIVAL_LOCATIONS), _anchor(values)
    if location is not None:
        _set_terms(
            ctx.world, values[0], "arrival", location=location if anchor else HYPERSPACE, anchor=anchor,
            distance=as_number(values, 4), delay=as_number(values, 5), paths=(), at_once=True,
        )  # fmt: skip


@action("set-departure-info")
def set_departure_info(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change how a ship or wing departs: name, location, anchor, paths, delay (M13.4).

    A delay of 0 or more does not apply; a delay of -n waits for n seconds.
    """
    location, anchor = _location(as_text(values, 1), DEPARTURE_LOCATIONS), _anchor(values)
    if location is not None:
        _set_terms(
            ctx.world, values[0], "departure", location=location if anchor else HYPERSPACE, anchor=anchor,
            delay=max(-as_number(values, 4), 0), paths=(),
        )  # fmt: skip


@action("cancel-future-waves")
def cancel_future_waves(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Cancel all further waves of wings (M12.8 to M12.10).

    A wing without members is then gone; a wing that has not arrived never arrives.
    """
    for name in texts(values):
        wing = ctx.world.wing(name)
        if wing is not None and not wing.gone:
            ctx.world.set_wing(wing, waves=wing.wave)
            if wing.wave > 0:
                ctx.world.settle_gone(wing)
