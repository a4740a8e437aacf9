"""Actions that set flags of ships and wings (M.5): one table, and the few that name the flag in their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, action_effect, as_number, as_text, texts
from sexp_runtime.operators.actions_supply import share_shield_energy
from sexp_runtime.operators.actions_targets import (
    all_pending,
    changeable_ships,
    depends_on,
    ships_in_space,
    targets,
)
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.operators.ship_flags import CARGO_KNOWN, COLLIDES, NO_COLLIDE, OF_FILE, READABLE, WING_FLAGS
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

#: Actions on a list of ships: the flag, named as in mission files, and whether the action sets it.
SHIP_FLAG_ACTIONS: dict[str, tuple[str, bool]] = {
    "protect-ship": ("protect-ship", True),
    "unprotect-ship": ("protect-ship", False),
    "beam-protect-ship": ("beam-protect-ship", True),
    "beam-unprotect-ship": ("beam-protect-ship", False),
    "ship-invulnerable": ("invulnerable", True),
    "ship-vulnerable": ("invulnerable", False),
    "ship-invisible": ("hidden-from-sensors", True),
    "ship-visible": ("hidden-from-sensors", False),
    "ship-stealthy": ("stealth", True),
    "ship-unstealthy": ("stealth", False),
    "friendly-stealth-invisible": ("friendly-stealth-invisible", True),
    "friendly-stealth-visible": ("friendly-stealth-invisible", False),
    "ship-targetable-as-bomb": ("targetable-as-bomb", True),
    "ship-untargetable-as-bomb": ("targetable-as-bomb", False),
    "ship-vaporize": ("vaporize", True),
    "ship-no-vaporize": ("vaporize", False),
    "break-warp": ("break-warp", True),
    "fix-warp": ("break-warp", False),
    "never-warp": ("never-warp", True),
    "allow-warp": ("never-warp", False),
    "lock-primary-weapon": ("primaries-locked", True),
    "unlock-primary-weapon": ("primaries-locked", False),
    "lock-secondary-weapon": ("secondaries-locked", True),
    "unlock-secondary-weapon": ("secondaries-locked", False),
    "don't-collide-invisible": ("don't-collide-invisible", True),
    "collide-invisible": ("don't-collide-invisible", False),
    "disable-ets": ("no-ets", True),
    "enable-ets": ("no-ets", False),
}
#: Like SHIP_FLAG_ACTIONS, but only for ships that are there: the file has no such flag (M5.3).
LIVE_FLAG_ACTIONS: dict[str, tuple[str, bool]] = {
    "lock-afterburner": ("afterburners-locked", True),
    "unlock-afterburner": ("afterburners-locked", False),
}
#: Actions with a truth as first argument, then ships: the flag, and whether true sets it.
SWITCHED_FLAG_ACTIONS: dict[str, tuple[str, bool]] = {
    "set-scannable": ("scannable", True),
    "ship-hide-name": ("hide-ship-name", True),
}
_FLAGS: Final = depends_on("flags")
#: The flag that protects from one kind of turret.
TURRET_FLAGS = {kind: f"{kind}-protect-ship" for kind in ("beam", "flak", "laser", "missile")}


def _listed(name: str, flag: str, on: bool, live_only: bool) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        for ship in (ships_in_space if live_only else changeable_ships)(ctx.world, values):
            ctx.world.set_flag(ship, flag, on)

    action_effect(name, effect, _FLAGS)


def _switched(name: str, flag: str, when: bool) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        on = bool(as_number(values, 0)) is when
        for ship in changeable_ships(ctx.world, values[1:]):
            ctx.world.set_flag(ship, flag, on)

    action_effect(name, effect, _FLAGS)


for _name, _entry in SHIP_FLAG_ACTIONS.items():
    _listed(_name, *_entry, live_only=False)
for _name, _entry in LIVE_FLAG_ACTIONS.items():
    _listed(_name, *_entry, live_only=True)
for _name, _entry in SWITCHED_FLAG_ACTIONS.items():
    _switched(_name, *_entry)


@action("set-subspace-drive", depends=_FLAGS)
def set_subspace_drive(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give ships that are there a subspace drive, or with false take it away (M5.3)."""
    for ship in ships_in_space(ctx.world, values[1:]):
        ctx.world.set_flag(ship, "no-subspace-drive", not as_number(values, 0))


@action("shields-off")
def shields_off(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Switch shields of ships off: their strength stays, but readers and damage ignore it (M4.2, M4.8)."""
    _switch_shields(ctx.world, values, False)


@action("shields-on")
def shields_on(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Switch shields of ships on again (M4.2)."""
    _switch_shields(ctx.world, values, True)


def _switch_shields(world: World, values: tuple[ActionValue, ...], on: bool) -> None:
    for ship in changeable_ships(world, values):
        if world.set_flag(ship, "no-shields", not on) and live(ship):
            share_shield_energy(world, ship, on)


@action("set-immobile", depends=_FLAGS)
def set_immobile(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep ships from moving (M5.5)."""
    _set_immobile(ctx.world, values, True)


@action("set-mobile", depends=_FLAGS)
def set_mobile(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let ships move again (M5.5)."""
    _set_immobile(ctx.world, values, False)


def _set_immobile(world: World, values: tuple[ActionValue, ...], on: bool) -> None:
    for ship in changeable_ships(world, values):
        world.set_flag(ship, "immobile", on)
        world.set_flag(ship, "don't-change-position", False)
        world.set_flag(ship, "don't-change-orientation", False)


@action("turret-protect-ship")
def turret_protect_ship(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep turrets of one kind from shooting at ships."""
    _turret_protection(ctx, values, True)


@action("turret-unprotect-ship")
def turret_unprotect_ship(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let turrets of one kind shoot at ships again."""
    _turret_protection(ctx, values, False)


def _turret_protection(ctx: EvaluationContext, values: tuple[ActionValue, ...], on: bool) -> None:
    flag = TURRET_FLAGS.get(as_text(values, 0).lower())
    if flag is None:
        ctx.warn(f"there is no kind of turret {as_text(values, 0)!r}; use beam, flak, laser or missile")
        return
    for ship in changeable_ships(ctx.world, values[1:]):
        ctx.world.set_flag(ship, flag, on)


@action("add-remove-escort", depends=_FLAGS)
def add_remove_escort(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put a ship on the escort list with a priority, or take it off with 0 (M5.18)."""
    for ship in ships_in_space(ctx.world, values[:1]):
        ctx.world.set_flag(ship, "escort", as_number(values, 1) != 0)


@action("alter-ship-flag")
def alter_ship_flag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set or clear a flag: name, on or off, whether in file entries too, then ships, wings and sides, or all (M5.7)."""
    world = ctx.world
    flag, on, future = as_text(values, 0).lower(), bool(as_number(values, 1)), bool(as_number(values, 2))
    if flag not in READABLE and flag not in OF_FILE:
        ctx.warn(f"alter-ship-flag: there is no flag {flag!r}")
        return
    named = texts(values, 3)
    ships: list[Ship] = []
    entries: list[Ship] = []
    for name in named:
        present, pending = targets(world, name, sides=True)
        ships += present
        entries += pending
        if world.ship(name) is not None:  # for a ship's name, its own entry changes as well (M5.8)
            entries += [ship.entry for ship in present if ship.entry is not None]
    if not named:
        ships = [ship for ship in world.ships.values() if live(ship)]
        entries = all_pending(world)
    for ship in ships:
        _alter(world, ship, flag, on)
    if future:
        for entry in entries:
            _alter_entry(world, entry, flag, on)


def _alter(world: World, ship: Ship, flag: str, on: bool) -> None:
    """Set or clear a flag of a ship that is there."""
    if flag == CARGO_KNOWN:
        if on and not ship.cargo_known:
            world.set_ship(ship, "cargo_fix", 0)  # known since the mission's start, without an entry (M5.12)
        world.set_ship(ship, "cargo_known", on)
    elif flag == COLLIDES:
        world.set_flag(ship, NO_COLLIDE, not on)
    elif flag == "no-shields":
        if world.set_flag(ship, flag, on):
            share_shield_energy(world, ship, not on)
    elif flag in READABLE:
        world.set_flag(ship, flag, on)


def _alter_entry(world: World, entry: Ship, flag: str, on: bool) -> None:
    """Set or clear a flag of an entry of the mission file; flags that the file does not have change nothing (M5.9)."""
    if flag == COLLIDES:
        flag, on = NO_COLLIDE, not on
    if flag in OF_FILE:
        world.set_flag(entry, flag, on)
        if flag == CARGO_KNOWN:
            world.set_ship(entry, "cargo_known", on)


@action("alter-wing-flag")
def alter_wing_flag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set or clear a flag of the wings named, or of all (M5.13)."""
    world = ctx.world
    flag, on = as_text(values, 0).lower(), bool(as_number(values, 1))
    if flag not in WING_FLAGS:
        ctx.warn(f"alter-wing-flag: there is no flag {flag!r}")
        return
    named = texts(values, 2)
    wings = [world.wing(name) for name in named] if named else list(world.wings.values())
    for wing in wings:
        if wing is not None:
            world.set_wing(wing, flags=(wing.flags | {flag}) if on else (wing.flags - {flag}))
