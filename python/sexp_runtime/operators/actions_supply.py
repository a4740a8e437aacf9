"""Actions on energy, ammunition and weapons (M.4): they set the values that a game otherwise supplies to readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import action, action_effect, as_number, as_text
from sexp_runtime.operators.actions_targets import named_ship, ship_in_space, ships_in_space
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

#: Actions that set a percentage (percent, ships), with the operator that reads it.
ENERGY = {"set-weapon-energy": "weapon-energy-pct", "set-afterburner-energy": "afterburner-energy-pct"}
#: Actions that fill one bank (ship, bank, rounds, limit), with the operators that read rounds and percent.
AMMUNITION = {
    "set-primary-ammo": ("get-primary-ammo", "primary-ammo-pct"),
    "set-secondary-ammo": ("get-secondary-ammo", "secondary-ammo-pct"),
}
#: Actions that fill one bank of a turret (ship, turret, bank, rounds), with the operator that reads it.
TURRET_AMMUNITION = {
    "turret-set-primary-ammo": "turret-get-primary-ammo",
    "turret-set-secondary-ammo": "turret-get-secondary-ammo",
}
#: Actions that put a weapon into a bank (ship, bank, weapon, rounds, limit): readers of the weapon and ammunition.
WEAPONS = {
    "set-primary-weapon": ("has-primary-weapon", "set-primary-ammo"),
    "set-secondary-weapon": ("has-secondary-weapon", "set-secondary-ammo"),
}
#: Words that read the energy settings of engines, shields and weapons, in this order.
ENERGY_WORDS = (("engine", "engines"), ("shield", "shields"), ("weapon", "weapons"))
#: Sum of the three energy settings, and the initial value of each.
ALL_ENERGY = 12
EVEN_SHARE = ALL_ENERGY // 3
SHIELDS = 1  #: position of the shields' setting


def _energy(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        for ship in ships_in_space(ctx.world, values[1:]):
            ctx.world.set_game(reader, (ship.name,), min(as_number(values, 0), 100))

    action_effect(name, effect)


def _fill(world: World, name: str, ship: Ship, bank: int, rounds: int, limit: int | None) -> None:
    """Fill a bank and set its rearm limit, from which the percentage left follows; without a limit it is unknown."""
    reader, percent = AMMUNITION[name]
    if limit is not None and limit > 0:
        rounds = min(rounds, limit)
        world.set_game(percent, (ship.name, bank), 100 * rounds // limit)
    else:
        world.set_game(percent, (ship.name, bank), 0 if rounds == 0 else None)
    world.set_game(reader, (ship.name, bank), rounds)


def _ammunition(name: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = ship_in_space(ctx.world, values[0])
        bank, rounds = as_number(values, 1), as_number(values, 2)
        if ship is not None and bank >= 0 and rounds >= 0:
            _fill(ctx.world, name, ship, bank, rounds, as_number(values, 3) if len(values) > 3 else None)

    action_effect(name, effect)


def _turret_ammunition(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = ship_in_space(ctx.world, values[0])
        bank, rounds = as_number(values, 2), as_number(values, 3)
        if ship is not None and ship.subsystem(as_text(values, 1)) is not None and bank >= 0 and rounds >= 0:
            ctx.world.set_game(reader, (ship.name, as_text(values, 1), bank), rounds)

    action_effect(name, effect)


def _arm(world: World, reader: str, place: tuple[str | int, ...], weapon: str) -> None:
    """Put a weapon into a bank, the last part of `place`; it replaces a weapon that an action put there."""
    bank = place[-1]
    key = (reader, *place)
    old = world.armed.get(key)
    if old is not None:
        world.set_game(reader, (*place, old), 0)
    world.armed[key] = weapon
    for number in (bank, -1):
        world.set_game(reader, (*place[:-1], number, weapon), 1)
    if old is not None and old != weapon:
        others = [held for other, held in world.armed.items() if other[:-1] == key[:-1]]
        world.set_game(reader, (*place[:-1], -1, old), int(old in others))


def _weapon(name: str, reader: str, ammunition: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = ship_in_space(ctx.world, values[0])
        bank = as_number(values, 1)
        if ship is None or bank < 0 or not as_text(values, 2):
            return
        _arm(ctx.world, reader, (ship.name, bank), as_text(values, 2).lower())
        if len(values) > 3 and all(isinstance(value, int) for value in values[3:]):
            limit = as_number(values, 4) if len(values) > 4 else None
            _fill(ctx.world, ammunition, ship, bank, max(as_number(values, 3), 0), limit)

    action_effect(name, effect)


for _name, _reader in ENERGY.items():
    _energy(_name, _reader)
for _name in AMMUNITION:
    _ammunition(_name)
for _name, _reader in TURRET_AMMUNITION.items():
    _turret_ammunition(_name, _reader)
for _name, (_reader, _ammunition_action) in WEAPONS.items():
    _weapon(_name, _reader, _ammunition_action)


@action("turret-change-weapon")
def turret_change_weapon(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put a weapon into a turret's primary bank, or its secondary bank if the former is 0; both from 1 (M4.11)."""
    ship = ship_in_space(ctx.world, values[0])
    turret = ship.subsystem(as_text(values, 1)) if ship is not None else None
    primary, secondary = as_number(values, 3), as_number(values, 4)
    if ship is None or turret is None or not (primary or secondary):
        return
    reader = "turret-has-primary-weapon" if primary else "turret-has-secondary-weapon"
    _arm(ctx.world, reader, (ship.name, turret.name, (primary or secondary) - 1), as_text(values, 2).lower())


def energy_settings(world: World, ship: Ship) -> list[int]:
    """Return the energy settings of engines, shields and weapons of a ship."""
    return [world.game("get-ets-value", words[0], ship.name, default=EVEN_SHARE) for words in ENERGY_WORDS]


def _set_energy(world: World, ship: Ship, settings: list[int]) -> None:
    for words, number in zip(ENERGY_WORDS, settings, strict=True):
        for word in words:
            world.set_game("get-ets-value", (word, ship.name), number)


def share_shield_energy(world: World, ship: Ship, on: bool) -> None:
    """Give the energy of shields that are switched off to engines and weapons, or restore even shares (M4.2)."""
    settings = energy_settings(world, ship)
    if on:
        settings = [EVEN_SHARE] * 3
    else:
        _move_share(settings, SHIELDS)
    _set_energy(world, ship, settings)


def _move_share(settings: list[int], system: int) -> None:
    """Distribute the energy of one system over the other two; neither can exceed the total."""
    first, second = (other for other in range(3) if other != system)
    while settings[system] > 0:
        lower = first if settings[first] <= settings[second] else second
        settings[lower] += 1
        settings[system] -= 1


def balanced(settings: list[int]) -> list[int]:
    """Return energy settings of engines, shields, weapons made to add up (M4.5).

    The lowest gains what is missing and the highest loses what is too much, one unit at a time; among equals engines
    come first, then shields.
    """
    fair = [min(number, ALL_ENERGY + 1) for number in settings]  # higher settings would drop to this anyway
    while sum(fair) < ALL_ENERGY:
        fair[fair.index(min(fair))] += 1
    while sum(fair) > ALL_ENERGY:
        fair[fair.index(max(fair))] -= 1
    return fair


@action("set-ets-values")
def set_ets_values(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the energy of engines, shields and weapons of ships, up to the first ship that is not there (M4.5, M4.6).

    Without shields, a ship's share for shields goes to the other systems; the ships after it get the same values.
    """
    settings = balanced([as_number(values, index) for index in range(3)])
    for value in values[3:]:
        ship = named_ship(ctx.world, value)
        if ship is None or not live(ship):
            return
        if "no-ets" in ship.flags:
            continue
        if "no-shields" in ship.flags or ship.max_shields <= 0.0:
            _move_share(settings, SHIELDS)
        _set_energy(ctx.world, ship, settings)


@action("set-num-countermeasures")
def set_num_countermeasures(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set a ship's number of countermeasures (M4.7); the game applies the class's maximum."""
    ship = ship_in_space(ctx.world, values[0])
    if ship is not None:
        ctx.world.set_game("get-num-countermeasures", (ship.name,), as_number(values, 1))
