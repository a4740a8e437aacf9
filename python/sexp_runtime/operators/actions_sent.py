"""Actions that only the game carries out, and only when the original would do something (N2.20, N3.9, N4.10, N15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text, condition, texts
from sexp_runtime.operators.actions_motion import place_of
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import NOTHING, ActionValue, NoEffect
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import EXITED

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

Values = tuple[ActionValue, ...]

_VOLUMES: Final = ("Music", "Voice", "Effects")


def _are_there(world: World, name: str, *, teams: bool = False) -> bool:
    """Whether a name is that of a live ship, of a wing with a present member, or where requested of a team."""
    ship = named_ship(world, name)
    if ship is not None:
        return live(ship)
    wing = world.wing(name)
    return bool(wing.members) if wing is not None else teams


def _sent_if(test: Callable[[World, Values], bool], *names: str) -> None:
    def tell(ctx: EvaluationContext, values: Values) -> NoEffect | None:
        return None if test(ctx.world, values) else NOTHING

    condition(*names)(tell)


def _any_there(world: World, names: Iterable[str]) -> bool:
    return any(_are_there(world, name) for name in names)


def _has_not_left(world: World, name: str) -> bool:
    ship = named_ship(world, name)
    return ship is not None and ship.status is not EXITED


def _moves(world: World, values: Values) -> bool:
    """Whether a manoeuvre moves anything: a non-zero number after the duration, or a truth (N3.9)."""
    return _are_there(world, as_text(values, 0)) and any(value != 0 for value in values[2:])


_sent_if(lambda world, values: _are_there(world, as_text(values, 0)),
         "set-guard-range", "set-player-orders", "set-order-allowed-for-target", "cap-waypoint-speed")  # fmt: skip
_sent_if(lambda world, values: _any_there(world, texts(values, 1)), "set-persona")
_sent_if(lambda world, values: _has_not_left(world, as_text(values, 3)), "good-secondary-time")
_sent_if(lambda world, values: all(_are_there(world, as_text(values, at), teams=True) for at in (0, 2)),
         "good-primary-time")  # fmt: skip
_sent_if(_moves, "ship-maneuver", "ship-rot-maneuver", "ship-lat-maneuver")
_sent_if(lambda world, values: place_of(world, as_text(values, 0)) is not None, "set-camera-facing-object")
_sent_if(lambda world, values: as_text(values, 0) in _VOLUMES, "adjust-audio-volume")
_sent_if(lambda world, values: as_number(values, 0) >= 1, "nebula-set-range", "change-background")
_sent_if(lambda world, values: as_text(values, 0) != "", "set-post-effect")
_sent_if(lambda world, values: values[:3] != values[3:6] and as_number(values, 11) in (0, 1), "warp-effect")
_sent_if(lambda world, values: as_text(values, 0).lower() in world.jump_nodes,
         "set-jumpnode-display-name", "set-jumpnode-color", "set-jumpnode-model")  # fmt: skip


@action("set-jumpnode-name")
def set_jumpnode_name(ctx: EvaluationContext, values: Values) -> NoEffect | None:
    """Rename a jump node, which is then found only by the new name; an unknown node changes nothing (N4.10)."""
    return None if ctx.world.navigation.rename_jump_node(as_text(values, 0), as_text(values, 1)) else NOTHING
