"""Actions on the player: keys, target, AI control, field of view, supernova (N2.21, N5.5, N14)."""

from __future__ import annotations

import struct
from math import pi
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text, perform, texts
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import NOTHING, ActionValue, NoEffect
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_TRUE, Raw
from sexp_runtime.world.countdowns import HIT_S
from sexp_runtime.world.ships import DEATH_ROLL, PRESENT

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.operators.node import EvalNode


def _reset_keys(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    for name in texts(values):
        ctx.world.reset_key(name)


action("key-reset-multiple")(_reset_keys)


@operator("key-reset", traits=Trait.ACTION, results=(KNOWN_TRUE,))
def key_reset(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Forget that keys were used; because the result is known true, it does so only once (C4)."""
    perform(ctx, "key-reset", node, _reset_keys)
    return KNOWN_TRUE


@action("ignore-key")
def ignore_key(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Ignore the next presses of keys: a number of them, all if negative, none if 0 (N14.2)."""
    for name in texts(values, 1):
        ctx.world.ignored_keys[name.lower()] = as_number(values, 0)


@action("player-use-ai")
def player_use_ai(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let the AI fly the player's ship (N2.21)."""
    ctx.world.set_player("under_ai", True)


@action("player-not-use-ai")
def player_not_use_ai(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Return control of the ship to the player; if the AI flew it, its orders and target are cleared (N2.21)."""
    world = ctx.world
    if not world.player.under_ai:
        return
    world.set_player("under_ai", False)
    clear_player_target(ctx, ())
    ship = world.ships.get(world.player.ship)
    if ship is not None:
        world.set_orders(ship, ())


@action("set-player-target")
def set_player_target(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Make the player target a ship that is there, and a subsystem of it if one is named (N14.3)."""
    world = ctx.world
    ship = named_ship(world, values[0])
    if ship is None or ship.status not in (PRESENT, DEATH_ROLL):
        return NOTHING
    if ship.key != world.player.target:
        world.set_player("target_fix", world.clock.fix)
        world.set_player("target", ship.key)
    subsystem = ship.subsystem(as_text(values, 1))
    key = "" if subsystem is None else subsystem.name.lower()
    if key != world.player.subsystem:
        world.set_player("subsystem_fix", world.clock.fix)
        world.set_player("subsystem", key)
    return None


@action("clear-player-target")
def clear_player_target(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Clear the player's target."""
    ctx.world.set_player("target", "")
    ctx.world.set_player("subsystem", "")


def _single(value: float) -> float:
    """Return a number in single precision."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


_DEGREE: Final = _single(_single(pi) / 180.0)
_RADIAN: Final = _single(180.0 / _single(pi))


@action("set-fov")
def set_fov(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the field of view in degrees; get-fov converts it through single-precision radians and truncates (N14.4)."""
    given = as_number(values, 0)
    degrees = abs(given) % 360 if given > 0 else 0
    seen = int(_single(_single(degrees * _DEGREE) * _RADIAN)) if degrees else None
    ctx.world.set_game("get-fov", (), seen)


@action("reset-fov")
def reset_fov(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Return control of the field of view to the game."""
    ctx.world.set_game("get-fov", (), None)


@action("supernova-start")
def supernova_start(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Start a supernova that reaches the player after a time in seconds, at least 5; each call restarts it (N5.5)."""
    seconds = as_number(values, 0)
    ctx.world.supernova.start(seconds)
    return NOTHING if seconds < HIT_S else None


@action("supernova-stop")
def supernova_stop(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Cancel a supernova, unless it has hit (N5.5)."""
    return None if ctx.world.supernova.stop() else NOTHING
