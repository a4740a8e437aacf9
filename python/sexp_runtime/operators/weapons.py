"""Operators on energy, weapons and turrets: values that only a game knows, or defaults without a game (H.3).

A game supplies values with `World.set_game(operator, [ship, ...], number)`; each docstring names the arguments and the
result without a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import both
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.operators.status import (
    P3_RESULTS,
    P4_RESULTS,
    P12_RESULTS,
    game_value_reads,
    living_ship,
    name_reads,
    nan_result,
    ship_in_space,
    ship_or_cant,
    ship_or_false,
)
from sexp_runtime.values import KNOWN_FALSE, NAN, NAN_FOREVER, Raw, Status
from sexp_runtime.world.ships import Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: Words for every weapon bank of a ship.
ALL_BANKS: Final = ("<all weapon banks>", "<all banks>")
_ETS_KINDS: Final = ("engine", "engines", "shield", "shields", "weapon", "weapons")


def _percent_of(ctx: EvaluationContext, node: EvalNode, op: str, default: int) -> Raw:
    ship = living_ship(ctx, node.arg(0))
    return ship if isinstance(ship, Status) else ctx.world.game(op, ship.name, default=default)


@operator("weapon-energy-pct", reads=both(name_reads(), game_value_reads("weapon-energy-pct")), results=P12_RESULTS)
def weapon_energy_pct(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Weapon energy of a ship in percent (H.3). Game: (ship). Without: 100, a full store."""
    return _percent_of(ctx, node, "weapon-energy-pct", 100)


@operator(
    "afterburner-energy-pct", reads=both(name_reads(), game_value_reads("afterburner-energy-pct")), results=P12_RESULTS
)
def afterburner_energy_pct(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Afterburner fuel of a ship in percent (H.3). Game: (ship). Without: 100, a full tank."""
    return _percent_of(ctx, node, "afterburner-energy-pct", 100)


def _recharge(name: str) -> None:
    @operator(name, reads=both(name_reads(), game_value_reads(name)), results=P12_RESULTS)
    def recharge_pct(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """Share of the power that goes there, in percent (H.3). Game: (ship). Without: 33, an even split."""
        return _percent_of(ctx, node, name, 33)


for _name in ("shield-recharge-pct", "weapon-recharge-pct", "engine-recharge-pct"):
    _recharge(_name)


def _ets_reads(world: object, texts: object) -> list[tuple[str, ...]]:
    return [("game", "get-ets-value")]


@operator("get-ets-value", reads=both(name_reads(at=1), _ets_reads), results=P12_RESULTS)
def get_ets_value(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Energy setting 0..12 of engines, shields or weapons (H.3). Game: (kind, ship). Without: 4, an even split."""
    kind = ctx.name(node.arg(0))
    ship = living_ship(ctx, node.arg(1))
    if isinstance(ship, Status):
        return ship
    if kind not in _ETS_KINDS:
        return NAN_FOREVER
    return ctx.world.game("get-ets-value", kind, ship.name, default=4)


def _bank_number(name: str, default: int, turret: bool = False) -> None:
    """Register an operator that counts a bank's content: (ship, [turret,] bank)."""
    first = 2 if turret else 1
    reads = both(name_reads(("subsystems",) if turret else ()), game_value_reads(name))

    @operator(name, reads=reads, results=P12_RESULTS)
    def bank_number(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """A number about a weapon bank; 0 for a bank below 0 or NaN (H.3). Game: (ship, [turret,] bank)."""
        ship = living_ship(ctx, node.arg(0))
        if isinstance(ship, Status):
            return ship
        names: list[str | int] = [ship.name]
        if turret:
            text = ctx.text(node.arg(1))
            if ship.subsystem(text) is None:
                return NAN
            names.append(text)
        bank = ctx.number(node.arg(first))
        if ctx.nan is not None or bank < 0:
            return 0
        return ctx.world.game(name, *names, bank, default=default)


for _name, _default in (
    ("primary-ammo-pct", 100),
    ("secondary-ammo-pct", 100),
    ("get-primary-ammo", 0),
    ("get-secondary-ammo", 0),
):
    _bank_number(_name, _default)
for _name in ("turret-get-primary-ammo", "turret-get-secondary-ammo"):
    _bank_number(_name, 0, turret=True)


@operator(
    "get-num-countermeasures",
    reads=both(name_reads(), game_value_reads("get-num-countermeasures")),
    results=P12_RESULTS,
)
def get_num_countermeasures(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of countermeasures that a ship has left (H.3). Game: (ship). Without: 0."""
    return _percent_of(ctx, node, "get-num-countermeasures", 0)


def _has_weapon(name: str, turret: bool = False) -> None:
    """Register a test for weapons in banks: (ship, [turret,] bank, weapon ...)."""
    first = 2 if turret else 1
    reads = both(name_reads(("subsystems",) if turret else ()), game_value_reads(name))

    @operator(name, reads=reads, results=(KNOWN_FALSE, NAN, NAN_FOREVER))
    def has_weapon(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """T when one of the weapons is in a bank or in any (H.3).

        Game: (ship, [turret,] bank or -1, weapon). Without: F.
        """
        ship = ship_in_space(ctx, node.arg(0))
        if isinstance(ship, Status):
            return ship
        names: list[str | int] = [ship.name]
        if turret:
            subsystem = ship.subsystem(ctx.text(node.arg(1)))
            if subsystem is None:
                return NAN
            if subsystem.type != "Turrets":
                return NAN_FOREVER
            names.append(subsystem.name)
        bank = -1
        if ctx.name(node.arg(first)) not in ALL_BANKS:
            bank = ctx.number(node.arg(first))
            if ctx.nan is not None:
                return nan_result(ctx.nan)
        weapons = [ctx.text(arg) for arg in node.args[first + 1 :]]
        return int(any(ctx.world.game(name, *names, bank, weapon, default=0) for weapon in weapons))


_has_weapon("has-primary-weapon")
_has_weapon("has-secondary-weapon")
_has_weapon("turret-has-primary-weapon", turret=True)
_has_weapon("turret-has-secondary-weapon", turret=True)


def _bank_selected(name: str) -> None:
    @operator(name, reads=both(name_reads(), game_value_reads(name)), results=(KNOWN_FALSE, NAN, NAN_FOREVER))
    def bank_selected(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """T when a weapon bank is selected (H.3). Game: (ship, bank). Without: only bank 0 is."""
        ship = ship_in_space(ctx, node.arg(0))
        if isinstance(ship, Status):
            return ship
        bank = ctx.number(node.arg(1))
        if ctx.nan is not None:
            return nan_result(ctx.nan)
        return int(ctx.world.game(name, ship.name, bank, default=int(bank == 0)) != 0)


_bank_selected("is-primary-selected")
_bank_selected("is-secondary-selected")


def _fired_since(name: str, turret: bool = False) -> None:
    reads = both(name_reads(("subsystems",) if turret else ()), game_value_reads(name))

    @operator(name, reads=reads, traits=Trait.TIME, results=P3_RESULTS)
    def fired_since(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """T when a bank or turret fired less than the given milliseconds ago (H.3, G8).

        Game: (ship, bank or turret) is the mission time of the last shot in milliseconds. Without: never fired.
        """
        ship = ship_or_cant(ctx, node.arg(0))
        if not isinstance(ship, Ship):
            return ship
        last: str | int = ctx.text(node.arg(1))
        values, forced = ctx.naturals([node.arg(2)] if turret else [node.arg(1), node.arg(2)])
        if forced is not None:
            return nan_result(forced)
        span = values[-1]
        if not turret:
            last = values[0]
        if span <= 0 or (not turret and values[0] < 0):
            return 0
        fired = ctx.world.game(name, ship.name, last, default=-1)
        now = ctx.world.clock.us // 1000
        if fired < 0 or now - fired >= span:
            return 0
        ctx.due_us((fired + span) * 1000)
        return 1


_fired_since("primary-fired-since")
_fired_since("secondary-fired-since")
_fired_since("turret-fired-since", turret=True)


def _depleted(name: str, default: int) -> None:
    @operator(name, reads=both(name_reads(), game_value_reads(name)), results=P12_RESULTS)
    def depleted(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """T when all banks that use ammunition are empty, also when there are none (H.3). Game: (ship).

        Without: T for primaries, which rarely use any, F for secondaries, as with full banks.
        """
        ship = ship_in_space(ctx, node.arg(0))
        return ship if isinstance(ship, Status) else int(ctx.world.game(name, ship.name, default=default) != 0)


_depleted("primaries-depleted", 1)
_depleted("secondaries-depleted", 0)


@operator(
    "is-in-turret-fov",
    reads=both(name_reads(("subsystems",), count=2), game_value_reads("is-in-turret-fov")),
    results=P4_RESULTS,
)
def is_in_turret_fov(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship is in the field of view of another's turret (H.3).

    Game: (ship, turret's ship, turret). Without: F.
    """
    ships: list[Ship] = []
    for arg in node.args[:2]:
        ship = ship_or_false(ctx, arg)
        if not isinstance(ship, Ship):
            return ship
        ships.append(ship)
    if len(ships) < 2:
        return 0
    turret = ctx.text(node.arg(2))
    if ships[1].subsystem(turret) is None:
        return KNOWN_FALSE
    ctx.number(node.arg(3))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(ctx.world.game("is-in-turret-fov", ships[0].name, ships[1].name, turret, default=0) != 0)
