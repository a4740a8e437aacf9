"""Actions that switch flags of ships and wings: one table, and the few whose flag stands in their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, action, action_effect, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import changeable_ships, named_ships
from sexp_runtime.world.ships import NOT_YET, PRESENT

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

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
    "shields-off": ("no-shields", True),
    "shields-on": ("no-shields", False),
    "set-immobile": ("immobile", True),
    "set-mobile": ("immobile", False),
    "lock-primary-weapon": ("primaries-locked", True),
    "unlock-primary-weapon": ("primaries-locked", False),
    "lock-secondary-weapon": ("secondaries-locked", True),
    "unlock-secondary-weapon": ("secondaries-locked", False),
    "lock-afterburner": ("afterburners-locked", True),
    "unlock-afterburner": ("afterburners-locked", False),
    "don't-collide-invisible": ("don't-collide-invisible", True),
    "collide-invisible": ("don't-collide-invisible", False),
    "disable-ets": ("no-ets", True),
    "enable-ets": ("no-ets", False),
    "turret-tagged-only": ("only-tagged-targets", True),
    "turret-tagged-clear": ("only-tagged-targets", False),
}
#: Actions whose first argument is true or false and whose others are ships: the flag, and whether true sets it.
SWITCHED_FLAG_ACTIONS: dict[str, tuple[str, bool]] = {
    "set-subspace-drive": ("no-subspace-drive", False),
    "set-scannable": ("scannable", True),
    "ship-hide-name": ("hide-ship-name", True),
}
#: The flag that protects from one kind of turret.
TURRET_FLAGS = {kind: f"{kind}-protect-ship" for kind in ("beam", "flak", "laser", "missile")}


def _listed(flag: str, on: bool) -> None:
    for name in (name for name, entry in SHIP_FLAG_ACTIONS.items() if entry == (flag, on)):

        def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
            for ship in changeable_ships(ctx.world, values):
                ctx.world.set_flag(ship, flag, on)

        action_effect(name, effect)


def _switched(name: str, flag: str, when: bool) -> None:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        on = bool(as_number(values, 0)) is when
        for ship in changeable_ships(ctx.world, values[1:]):
            ctx.world.set_flag(ship, flag, on)

    action_effect(name, effect)


for _entry in dict.fromkeys(SHIP_FLAG_ACTIONS.values()):
    _listed(*_entry)
for _name, _entry in SWITCHED_FLAG_ACTIONS.items():
    _switched(_name, *_entry)


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
        ctx.warn(f"unknown kind of turret {as_text(values, 0)!r}")
        return
    for ship in changeable_ships(ctx.world, values[1:]):
        ctx.world.set_flag(ship, flag, on)


@action("force-glide")
def force_glide(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make a ship glide, or stop it."""
    for ship in changeable_ships(ctx.world, values[:1]):
        ctx.world.set_flag(ship, "force-glide", bool(as_number(values, 1)))


@action("add-remove-escort")
def add_remove_escort(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put a ship on the escort list with a priority, or take it off with 0."""
    for ship in changeable_ships(ctx.world, values[:1]):
        ctx.world.set_flag(ship, "escort", as_number(values, 1) != 0)


@action("kamikaze")
def kamikaze(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make ships ram with a given damage, or stop them with 0."""
    for value in values[1:]:
        for ship in named_ships(ctx.world, value):
            ctx.world.set_flag(ship, "kamikaze", as_number(values, 0) > 0)


@action("alter-ship-flag")
def alter_ship_flag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set or clear a flag: its name, on or off, whether for ships still to arrive too, ships, wings, teams (or all)."""
    world = ctx.world
    flag, on, pending = as_text(values, 0).lower(), bool(as_number(values, 1)), bool(as_number(values, 2))
    named = texts(values, 3)
    if named:
        ships = [ship for name in named for ship in named_ships(world, name, pending=pending)]
    else:
        wanted = (PRESENT, NOT_YET) if pending else (PRESENT,)
        ships = [ship for ship in world.ships.values() if ship.status in wanted]
    for ship in ships:
        world.set_flag(ship, flag, on)
        if flag == "cargo-known":
            if on and not ship.cargo_known:
                world.set_ship(ship, "cargo_fix", world.clock.fix)
            world.set_ship(ship, "cargo_known", on)


@action("alter-wing-flag")
def alter_wing_flag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set or clear a flag of wings by name."""
    world = ctx.world
    flag, on = as_text(values, 0).lower(), bool(as_number(values, 1))
    for name in texts(values, 2):
        wing = world.wing(name)
        if wing is not None:
            world.set_wing(wing, flags=(wing.flags | {flag}) if on else (wing.flags - {flag}))
