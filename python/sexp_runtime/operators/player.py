"""Operators on the player: targets, keys, statistics, orders given, cheats and settings (H.2, H.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import both, fixed_reads, named_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.operators.status import (
    P4_RESULTS,
    P12_RESULTS,
    game_value_reads,
    name_reads,
    nan_result,
    seconds_over,
    ship_in_space,
    ship_or_false,
    truncated,
)
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, Raw, Status
from sexp_runtime.world.clock import FIX_ONE
from sexp_runtime.world.countdowns import SUPERNOVA
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.orders import is_warp
from sexp_runtime.world.ships import DEATH_ROLL, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_STATS = both(name_reads(), fixed_reads(("player", "ship"), ("player", "stats")))


def _is_players(ctx: EvaluationContext, arg: EvalNode | None) -> bool:
    ship = ctx.ship(arg)
    return ship is not None and ship.key == ctx.world.player.ship


# Targets and locks


@operator(
    "targeted",
    reads=both(name_reads(), fixed_reads(("player", "target"), ("player", "subsystem"))),
    traits=Trait.TIME,
    results=P4_RESULTS,
)
def targeted(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T while the player has targeted a ship, and one of its subsystems if given, for the given seconds (H.3)."""
    ship = ship_or_false(ctx, node.arg(0))
    if not isinstance(ship, Ship):
        return ship
    player = ctx.world.player
    if player.target != ship.key:
        return 0
    if len(node.args) > 1:
        seconds = ctx.natural(node.arg(1))
        if ctx.nan is not None:
            return nan_result(ctx.nan)
        if not seconds_over(ctx, player.target_fix, seconds):
            return 0
        if len(node.args) > 2 and player.subsystem.lower() != ctx.name(node.arg(2)):
            return 0
    return 1


@operator("node-targeted", reads=fixed_reads(("player", "node")), traits=Trait.TIME, results=P4_RESULTS)
def node_targeted(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T while the player has targeted a jump node for the given seconds (H.3)."""
    player = ctx.world.player
    if not player.node or player.node.lower() != ctx.name(node.arg(0)):
        return 0
    seconds = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(seconds_over(ctx, player.node_fix, seconds))


@operator(
    "missile-locked",
    reads=fixed_reads(("player", "target"), ("player", "subsystem"), ("player", "locked")),
    traits=Trait.TIME,
    results=P4_RESULTS,
)
def missile_locked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T while the player has had a missile lock for the given seconds, on a ship and subsystem if given (H.3)."""
    player = ctx.world.player
    if not player.target or not player.locked:
        return 0
    if len(node.args) > 1 and player.target != ctx.name(node.arg(1)):
        return 0
    if len(node.args) > 2 and player.subsystem.lower() != ctx.name(node.arg(2)):
        return 0
    seconds = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(seconds_over(ctx, player.lock_fix, seconds))


@operator("key-pressed", reads=named_reads("key"), traits=Trait.TIME, results=P4_RESULTS)
def key_pressed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T once a key was used since its reset and the delay in seconds has passed since (H.3)."""
    used = ctx.world.keys.get(ctx.name(node.arg(0)))
    if used is None:
        return 0
    seconds = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(seconds_over(ctx, used, seconds))


# Orders


def _order_number(ctx: EvaluationContext, arg: EvalNode | None, order_target: str) -> bool:
    return arg is None or not ctx.text(arg) or ctx.name(arg) in (order_target, "<any>", "<none>")


def _query(ctx: EvaluationContext, node: EvalNode, seconds: int, args: Sequence[EvalNode | None]) -> Raw:
    """Search for an order in the history: receiver, order, then the optional target, sender and subsystem (H.3)."""
    receiver, what = ctx.name(node.arg(0)), ctx.name(node.arg(1))
    now = ctx.world.clock.fix
    last = 0
    for order in ctx.world.orders:
        if order.to != receiver or order.what != what:
            continue
        values = (order.target, order.sender, order.subsystem)
        if not all(_order_number(ctx, arg, value) for arg, value in zip(args, values, strict=False)):
            continue
        if not seconds:
            return 1
        if order.fix + seconds * FIX_ONE > now:
            last = max(last, order.fix + seconds * FIX_ONE)
    if last:
        ctx.due_fix(last)
    return int(last > 0)


@operator("order", reads=fixed_reads(("orders",)))
def order(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """1 when the player has given such an order, about the target if one is given (H.3)."""
    return _query(ctx, node, 0, [node.arg(2)])


@operator("query-orders", reads=fixed_reads(("orders",)), traits=Trait.TIME, results=P4_RESULTS)
def query_orders(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """1 when such an order was given within the last given seconds, 0 meaning at any time (H.3)."""
    seconds = ctx.natural(node.arg(2))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return _query(ctx, node, seconds, node.args[3:6])


@operator(
    "time-elapsed-last-order", reads=name_reads(("goals",), at=1, count=None), traits=Trait.TIME, results=P4_RESULTS
)
def time_elapsed_last_order(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T if one of those named has no order younger than the given seconds; F if an absent one comes first (H.2, G5)."""
    seconds = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    now = ctx.world.clock.fix
    for arg in node.args[1:]:
        ship = ctx.ship(arg)
        if ship is not None:
            if ship.status not in (PRESENT, DEATH_ROLL):
                return 0
            orders = ship.orders
        else:
            wing = ctx.wing(arg)
            if wing is None or wing.arrived == 0 or wing.gone:
                return 0
            orders = wing.orders
        over = max((order.fix + seconds * FIX_ONE for order in orders if not is_warp(order.goal)), default=0)
        if over <= now:
            return 1
        ctx.due_fix(over)
    return 0


# Statistics of the pilot


@operator("num_kills", reads=_STATS)
def num_kills(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's kills in this mission if the ship is the player's, else 0 (H.2)."""
    return ctx.world.player.kills if _is_players(ctx, node.arg(0)) else 0


@operator("num_assists", reads=_STATS)
def num_assists(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's assists, as `num_kills` (H.2)."""
    return ctx.world.player.assists if _is_players(ctx, node.arg(0)) else 0


@operator("ship_score", reads=_STATS)
def ship_score(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's score, as `num_kills` (H.2)."""
    return ctx.world.player.score if _is_players(ctx, node.arg(0)) else 0


@operator("ship-deaths", reads=_STATS)
def ship_deaths(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's deaths in this mission if the ship is the player's, else 0 (H.2)."""
    return ctx.world.player.deaths if _is_players(ctx, node.arg(0)) else 0


@operator("num_class_kills", reads=_STATS)
def num_class_kills(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's kills of a ship class, as `num_kills` (H.2)."""
    if not _is_players(ctx, node.arg(0)):
        return 0
    return ctx.world.player.class_kills.get(ctx.name(node.arg(1)), 0)


@operator("num_type_kills", reads=_STATS)
def num_type_kills(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The pilot's kills of a ship type, as `num_kills` (H.2)."""
    if not _is_players(ctx, node.arg(0)):
        return 0
    wanted = ctx.name(node.arg(1))
    table = ctx.world.class_table
    return sum(count for name, count in ctx.world.player.class_kills.items() if table.get(name).type == wanted)


@operator("team-score", reads=game_value_reads("team-score", names=0), results=P12_RESULTS)
def team_score(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A team's score: 0 in single player (H.2). Game: (team number)."""
    team = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return ctx.nan
    return ctx.world.game("team-score", team, default=0)


@operator("respawns-left", reads=game_value_reads("respawns-left"))
def respawns_left(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Respawns that a ship has left: 0 in single player (H.2). Game: (ship)."""
    return ctx.world.game("respawns-left", ctx.text(node.arg(0)), default=0)


@operator("was-promotion-granted", reads=fixed_reads(("player", "promoted")))
def was_promotion_granted(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a promotion was granted in this mission (H.2)."""
    return int(ctx.world.player.promoted)


@operator("was-medal-granted", reads=fixed_reads(("player", "medals")))
def was_medal_granted(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a medal, or without argument any, was granted in this mission (H.2)."""
    medals = {medal.lower() for medal in ctx.world.player.medals}
    return int(ctx.name(node.arg(0)) in medals if node.args else bool(medals))


# Cheats, settings, the rest


@operator("player-is-cheating", reads=fixed_reads(("player", "cheating")), results=(KNOWN_TRUE,))
def player_is_cheating(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT once cheats are on, else F (H.2)."""
    return KNOWN_TRUE if ctx.world.player.cheating else 0


#: The number that the original leaks if another cheat was used last: neither true nor false for logic (H.2).
_LEAKED_CODE = -(2**31) + 12


@operator("used-cheat", reads=fixed_reads(("player", "last_cheat")), results=(KNOWN_FALSE, KNOWN_TRUE))
def used_cheat(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT if that cheat was the last one used, KF if none was used, else a number that is neither 0 nor 1 (H.2)."""
    last = ctx.world.player.last_cheat
    if not last:
        return KNOWN_FALSE
    return KNOWN_TRUE if last.lower() == ctx.name(node.arg(0)) else _LEAKED_CODE


@operator("is-language", reads=fixed_reads(("option", "language")), results=(KNOWN_FALSE, KNOWN_TRUE))
def is_language(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT or KF: whether the game speaks that language (H.2)."""
    spoken = str(ctx.world.options.get("language", "English")).lower()
    return KNOWN_TRUE if spoken == ctx.name(node.arg(0)) else KNOWN_FALSE


@operator("get-supernova-stage", reads=game_value_reads("get-supernova-stage", SUPERNOVA, names=0), traits=Trait.TIME)
def get_supernova_stage(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Stage of a supernova: 0 none, 1 started, 2 close, 3 from when it hits (H.2, N5.5). Game: ()."""
    stage, next_us = ctx.world.supernova.stage_and_next()
    if next_us is not None:
        ctx.due_us(next_us)
    return ctx.world.game("get-supernova-stage", default=stage)


@operator("get-fov", reads=game_value_reads("get-fov", names=0))
def get_fov(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The player's field of view in degrees (H.2). Game: (). Without: 75."""
    return ctx.world.game("get-fov", default=75)


def _throttle_reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
    return [("player", "ship"), ("player", "throttle"), *_throttle_ship(world, texts)]


_throttle_ship = name_reads(("max_speed",))


@operator("get-throttle-speed", reads=_throttle_reads)
def get_throttle_speed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The speed set by the player's throttle, truncated; 0 for other ships (H.3)."""
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.key != ctx.world.player.ship:
        return 0
    return truncated(ctx.world.player.throttle * ship.max_speed)


@operator("script-eval-bool", "script-eval-num", traits=Trait.VOLATILE, reads=game_value_reads("script", names=0))
def script_eval(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The result of a script, which only the game can run: 0 without its word (H.3). Game: "script", (texts ...)."""
    return ctx.world.game("script", *[ctx.text(arg) for arg in node.args], default=0)


@operator("directive-value", traits=Trait.STATEFUL)
def directive_value(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Always true; the game gets the number for the directive display (H.2)."""
    value = ctx.number(node.arg(0))
    add = ctx.truth(node.arg(1)) if len(node.args) > 1 else True
    ctx.act("directive-value", (0 if ctx.nan is not None else value, int(add)))
    return 1


@operator("time-to-goal", reads=both(name_reads(), game_value_reads("time-to-goal")), results=P12_RESULTS)
def time_to_goal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Seconds until a ship reaches the waypoints it flies to; NaN without an estimate (H.2). Game: (ship)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    seconds = ctx.world.game("time-to-goal", ship.name, default=-1)
    return NAN if seconds < 0 else seconds
