"""Actions on energy, ammunition and weapons: they stand in for what a game supplies to the operators that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, action, action_effect, as_number, as_text
from sexp_runtime.operators.actions_targets import present_ship, present_ships

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: Actions that set a percentage (percent, ships), with the operator that reads it.
ENERGY = {"set-weapon-energy": "weapon-energy-pct", "set-afterburner-energy": "afterburner-energy-pct"}
#: Actions that fill one bank (ship, bank, rounds), with the operator that reads it.
AMMUNITION = {"set-primary-ammo": "get-primary-ammo", "set-secondary-ammo": "get-secondary-ammo"}
#: Actions that fill one bank of a turret (ship, turret, bank, rounds), with the operator that reads it.
TURRET_AMMUNITION = {
    "turret-set-primary-ammo": "turret-get-primary-ammo",
    "turret-set-secondary-ammo": "turret-get-secondary-ammo",
}
#: Actions that put a weapon into a bank (ship, bank, weapon), with the operator that reads it.
WEAPONS = {"set-primary-weapon": "has-primary-weapon", "set-secondary-weapon": "has-secondary-weapon"}
#: Energy settings in the order of the action's arguments, with the words that read them.
ENERGY_SETTINGS = (("engine", "engines"), ("shield", "shields"), ("weapon", "weapons"))
#: The highest energy setting.
MOST_ENERGY = 12


def _energy(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        for ship in present_ships(ctx.world, values[1:]):
            ctx.world.set_game(reader, (ship.name,), min(as_number(values, 0), 100))

    action_effect(name, effect)


def _ammunition(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = present_ship(ctx.world, values[0])
        if ship is not None and as_number(values, 1) >= 0:
            ctx.world.set_game(reader, (ship.name, as_number(values, 1)), max(as_number(values, 2), 0))

    action_effect(name, effect)


def _turret_ammunition(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = present_ship(ctx.world, values[0])
        if ship is not None and as_number(values, 2) >= 0:
            place = (ship.name, as_text(values, 1), as_number(values, 2))
            ctx.world.set_game(reader, place, max(as_number(values, 3), 0))

    action_effect(name, effect)


def _weapon(name: str, reader: str) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        ship = present_ship(ctx.world, values[0])
        if ship is not None:
            for bank in (as_number(values, 1), -1):
                ctx.world.set_game(reader, (ship.name, bank, as_text(values, 2)), 1)

    action_effect(name, effect)


for _table, _register in (
    (ENERGY, _energy),
    (AMMUNITION, _ammunition),
    (TURRET_AMMUNITION, _turret_ammunition),
    (WEAPONS, _weapon),
):
    for _name, _reader in _table.items():
        _register(_name, _reader)


@action("set-ets-values")
def set_ets_values(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the energy of engines, shields and weapons of ships, each 0 to 12."""
    for ship in present_ships(ctx.world, values[3:]):
        for index, words in enumerate(ENERGY_SETTINGS):
            for word in words:
                ctx.world.set_game("get-ets-value", (word, ship.name), min(as_number(values, index), MOST_ENERGY))


@action("set-num-countermeasures")
def set_num_countermeasures(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give a ship so many countermeasures."""
    ship = present_ship(ctx.world, values[0])
    if ship is not None:
        ctx.world.set_game("get-num-countermeasures", (ship.name,), as_number(values, 1))
