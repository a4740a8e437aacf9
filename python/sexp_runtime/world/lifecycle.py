"""The life cycle of ships and wings: arrival, damage, death, departure, docking, with counters, log and facts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sexp_runtime.world import log as kinds
from sexp_runtime.world.navigation import CARRY
from sexp_runtime.world.orders import Order, file_orders, with_order
from sexp_runtime.world.orders import subject as about
from sexp_runtime.world.ships import (
    DEATH_ROLL,
    EXITED,
    IDENTITY,
    NOT_YET,
    ORIGIN,
    PRESENT,
    ExitKind,
    ExitRecord,
    Matrix,
    Ship,
    Subsystem,
    Vector,
)
from sexp_runtime.world.state import WorldState
from sexp_runtime.world.wings import Wing, wave_ship_name

#: Statuses of a ship that is in space.
IN_SPACE: Final = (PRESENT, DEATH_ROLL)


class Lifecycle(WorldState):
    """What happens to ships and wings in play (F41-F48, H).

    Calls that make no sense in the present status change nothing and return False.
    """

    # Arrival

    def arrive(self, ship: Ship, position: Vector | None = None, *, initial: bool = False) -> bool:
        """Bring a ship that has not been there yet into the mission, at `position` or where its file places it.

        A ship that may not arrive (F42, F44), or whose wing is gone or departing (F46), does not come any more.
        Writes the arrival entry unless `initial` (F41) or the ship belongs to a wing, whose own entry `arrive_wave`
        writes.
        """
        wing = self.wings.get(ship.wing) if ship.wing is not None else None
        if ship.status is not NOT_YET or not ship.arrival_allowed:
            return False
        if wing is not None and (wing.gone or wing.departing):
            return False
        ship.status = PRESENT
        ship.departing = False
        if position is not None:
            ship.position = position
        if "cargo-known" in ship.flags and not ship.cargo_known:
            ship.cargo_known = True
            ship.cargo_fix = self.clock.fix
        orders = ship.orders or file_orders(ship.definition, self.variables, self.clock.fix)
        for order in wing.orders if wing is not None else ():
            orders = with_order(orders, order._replace(of_wing=True))
        ship.orders = orders
        if wing is not None and CARRY in wing.flags:
            ship.flags.add(CARRY)
        if wing is not None:
            wing.members.append(ship.key)
            wing.arrived += 1
            wing.current += 1
            wing.wave = max(wing.wave, 1)
        self._touch_all(ship)
        self._roster_changed()
        if not initial and wing is None:
            self.log.add(kinds.SHIP_ARRIVED, ship.name)
        return True

    def arrive_wave(self, wing: Wing, *, initial: bool = False) -> list[Ship]:
        """Bring the next wave of a wing (F45) and return its ships; none if there is no further wave.

        There is none when all waves are used, and for a wing that is gone or departing.
        The ships of a wing with several waves are named after the wing in order of arrival; those of later waves copy
        the class, side and place of the wing's ships in the file.
        """
        if wing.gone or wing.departing or wing.wave >= wing.waves:
            return []
        arrivals: list[Ship] = []
        number = wing.arrived
        for name in wing.ships:
            template = self.ships.get(name.lower())
            if template is None:
                continue
            number += 1
            ship = self._wave_ship(wing, template, number) if wing.waves > 1 else template
            if ship is not None and ship.status is NOT_YET:
                arrivals.append(ship)
        wing.wave += 1
        arrivals = [ship for ship in arrivals if self.arrive(ship, initial=initial)]
        self.facts.changed(wing.fact)
        if not initial:
            self.log.add(kinds.WING_ARRIVED, wing.name)
        if not arrivals:
            self._check_gone(wing)
        return arrivals

    def _wave_ship(self, wing: Wing, template: Ship, number: int) -> Ship | None:
        """Return the registry entry for ship `number` of a wing of several waves, made like the file's if need be."""
        name = wave_ship_name(wing.name, number)
        found = self.ships.get(name.lower())
        if found is not None:
            return found
        ship = self.add_ship(name, class_name=template.class_name, team=template.team)
        copy_file_data(template, ship)
        ship.wing = wing.key
        self._refresh_facts(ship)
        self._touch_all(ship)
        return ship

    def create_ship(
        self,
        name: str,
        class_name: str,
        position: Vector = ORIGIN,
        orientation: Matrix = IDENTITY,
        team: str = "Friendly",
    ) -> Ship | None:
        """Create a ship in play, as `ship-create` does; None if the registry has that name already."""
        if name.lower() in self.ships:
            return None
        ship = self.add_ship(name, class_name=class_name, team=team, position=position, orientation=orientation)
        kind = self.class_table.get(class_name).type
        self.type_totals[kind] = self.type_totals.get(kind, 0) + 1
        self.facts.changed(("type", kind))
        self.arrive(ship)
        return ship

    # Death and departure

    def destroy(self, ship: Ship, killer: Ship | str | None = None) -> bool:
        """Kill a ship that is present: the destroyed entry is written at once and the death roll begins (F47)."""
        if ship.status is not PRESENT:
            return False
        name = killer.name if isinstance(killer, Ship) else (killer or "")
        self._begin_death(ship, ExitKind.DESTROYED)
        self.log.add(kinds.SHIP_DESTROYED, ship.name, name)
        if name and name.lower() == self.player.ship and ship.key != self.player.ship:
            self.player.kills += 1
            key = ship.class_name.lower()
            self.player.class_kills[key] = self.player.class_kills.get(key, 0) + 1
            self.facts.changed(("player", "stats"))
        return True

    def self_destruct(self, ship: Ship) -> bool:
        """Let a present ship destroy itself: as `destroy`, with an entry of its own kind (F48)."""
        if ship.status is not PRESENT:
            return False
        self._begin_death(ship, ExitKind.SELF_DESTRUCTED)
        self.log.add(kinds.SELF_DESTRUCTED, ship.name)
        return True

    def _begin_death(self, ship: Ship, kind: ExitKind) -> None:
        ship.status = DEATH_ROLL
        ship.exit = kind
        self._touch(ship, "status")
        if ship.hull != 0.0:
            ship.hull = 0.0
            self._touch(ship, "hull")
        self._status_changed(ship)

    def finish_death(self, ship: Ship) -> bool:
        """End the death roll: the ship has exited, its wing has lost it (F47)."""
        if ship.status is not DEATH_ROLL:
            return False
        if "ignore-count" not in ship.flags:
            kind = self.class_table.get(ship.class_name).type
            self.type_kills[kind] = self.type_kills.get(kind, 0) + 1
            self.facts.changed(("type", kind))
        self._exit(ship, ship.exit or ExitKind.DESTROYED)
        return True

    def depart(self, ship: Ship, node: str = "") -> bool:
        """Let a present ship leave the mission, through a jump node if named; ships docked to it leave with it."""
        if ship.status is not PRESENT:
            return False
        for member in self.docked_group(ship):
            if member.status is PRESENT:
                self.log.add(kinds.SHIP_DEPARTED, member.name, node)
                self._exit(member, ExitKind.DEPARTED)
        return True

    def vanish(self, ship: Ship) -> bool:
        """Take a ship out of the mission without a trace: no entry, no exit record (F48)."""
        if ship.status not in IN_SPACE:
            return False
        self._exit(ship, ExitKind.VANISHED)
        return True

    def _exit(self, ship: Ship, kind: ExitKind) -> None:
        for key in sorted(ship.docked):
            other = self.ships.get(key)
            if other is not None:
                self._separate(ship, other)
        ship.status = EXITED
        ship.exit = kind
        ship.departing = False
        ship.exit_record = None
        if kind is not ExitKind.VANISHED:
            ship.exit_record = exit_record(ship, kind, self.clock.fix)
        wing = self.wings.get(ship.wing) if ship.wing is not None else None
        if wing is not None and ship.key in wing.members:
            wing.members.remove(ship.key)
            wing.current -= 1
            if kind is ExitKind.DEPARTED:
                wing.departed += 1
            elif kind is ExitKind.VANISHED:
                wing.vanished += 1
            else:
                wing.destroyed += 1
            self._check_gone(wing)
        self.navigation.forget_ship(ship.key)
        self._touch_all(ship)
        self._roster_changed()

    def _check_gone(self, wing: Wing) -> None:
        """Mark a wing as gone when nobody is left and nobody will come, and write its entry (F47)."""
        if wing.gone or wing.current or not (wing.wave >= wing.waves or wing.departing):
            return
        wing.gone = True
        self.facts.changed(wing.fact)
        if wing.arrived == 0:
            return
        if wing.destroyed == wing.arrived:
            self.log.add(kinds.WING_DESTROYED, wing.name)
        elif wing.vanished != wing.arrived:
            self.log.add(kinds.WING_DEPARTED, wing.name)

    def depart_wing(self, wing: Wing, node: str = "") -> bool:
        """Let a wing leave (F46): no more waves, present members depart, one that has not arrived is cancelled."""
        if wing.gone or wing.departing:
            return False
        wing.departing = True
        self.facts.changed(wing.fact)
        for ship in self.wing_members(wing):
            self.depart(ship, node)
        self._check_gone(wing)
        return True

    def cancel_wing(self, wing: Wing, kind: ExitKind = ExitKind.DEPARTED) -> bool:
        """Give up the waves of a wing whose carrier has gone: missing ships count as lost like the carrier (F42)."""
        if wing.gone:
            return False
        missing = wing.waves * wing.size - wing.arrived
        if kind is ExitKind.DEPARTED:
            wing.departed += missing
        elif kind is ExitKind.VANISHED:
            wing.vanished += missing
        else:
            wing.destroyed += missing
        wing.arrived += missing
        wing.wave = wing.waves
        self.facts.changed(wing.fact)
        for ship in self.ships.values():
            if ship.wing == wing.key and ship.status is NOT_YET:
                ship.arrival_allowed = False
        self._check_gone(wing)
        return True

    # Damage, subsystems, scans, tags

    def damage(self, ship: Ship, points: float, attacker: Ship | None = None) -> bool:
        """Take points off the shields, then off the hull of a present ship; a hull at 0 destroys it.

        Invulnerable ships are not touched; a guardian threshold (percent) keeps the hull from falling below it.
        Returns whether the ship was destroyed.
        """
        if ship.status is not PRESENT or points <= 0 or "invulnerable" in ship.flags:
            return False
        if ship.shields > 0:
            absorbed = min(ship.shields, points)
            self.set_ship(ship, "shields", ship.shields - absorbed)
            points -= absorbed
            if points <= 0:
                return False
        floor = min(ship.max_hull * ship.guardian / 100.0, ship.hull) if ship.guardian else 0.0
        hull = max(ship.hull - points, floor) if ship.guardian else ship.hull - points
        if attacker is not None and hull < ship.hull:
            ship.damage_by[attacker.key] = ship.damage_by.get(attacker.key, 0.0) + (ship.hull - max(hull, 0.0))
            self._touch(ship, "damage_by")
        self.set_ship(ship, "hull", hull)
        return hull <= 0.0 and self.destroy(ship, attacker)

    def damage_subsystem(self, ship: Ship, subsystem: Subsystem, points: float) -> bool:
        """Take points off a subsystem of a ship in space, write what its loss brings; return whether it was lost.

        The ship is disabled when its last engine is lost, disarmed when its last turret is (small ships never).
        """
        if ship.status not in IN_SPACE or subsystem.hull <= 0.0 or points <= 0:
            return False
        self.set_subsystem(ship, subsystem, "hull", max(subsystem.hull - points, 0.0))
        if subsystem.hull > 0.0:
            return False
        self.log.add(kinds.SUBSYSTEM_DESTROYED, ship.name, subsystem.name)
        alike = [other for other in ship.subsystems.values() if other.type == subsystem.type]
        if all(other.hull <= 0.0 for other in alike):
            if subsystem.type == "Engine":
                self.log.add(kinds.DISABLED, ship.name)
            elif subsystem.type == "Turrets" and not self.class_table.get(ship.class_name).small:
                self.log.add(kinds.DISARMED, ship.name)
        return True

    def reveal_cargo(self, ship: Ship) -> bool:
        """Let a ship's cargo become known now, with its log entry."""
        if ship.status is not PRESENT or ship.cargo_known:
            return False
        ship.cargo_fix = self.clock.fix
        ship.cargo_known = True
        self._touch(ship, "cargo_known")
        self.log.add(kinds.CARGO_REVEALED, ship.name)
        return True

    def reveal_subsystem_cargo(self, ship: Ship, subsystem: Subsystem) -> bool:
        """Let the cargo of a subsystem become known now, with its log entry."""
        if ship.status is not PRESENT or subsystem.cargo_known:
            return False
        subsystem.cargo_fix = self.clock.fix
        self.set_subsystem(ship, subsystem, "cargo_known", True)
        self.log.add(kinds.SUBSYSTEM_CARGO_REVEALED, ship.name, subsystem.name)
        return True

    def tag(self, ship: Ship, on: bool = True) -> bool:
        """Mark a present ship as tagged, or end that; the first tagging is remembered with its time."""
        if ship.status is not PRESENT or ship.tagged is on:
            return False
        ship.tagged = on
        if on and ship.tag_fix is None:
            ship.tag_fix = self.clock.fix
        self._touch(ship, "tagged")
        return True

    def finish_waypoints(self, ship_or_wing: Ship | Wing, path: str) -> None:
        """Write that a ship or wing reached the end of a path of waypoints; its order to fly it once ends (N2.12)."""
        members = self.wing_members(ship_or_wing) if isinstance(ship_or_wing, Wing) else ()
        for subject in (ship_or_wing, *members):
            kept = [order for order in subject.orders if not _is_flown(order, path)]
            self.set_orders(subject, tuple(kept))
        self.log.add(kinds.WAYPOINTS_DONE, ship_or_wing.name, path)

    # Docking

    def dock(self, ship: Ship, other: Ship, *, initial: bool = False) -> bool:
        """Dock two ships; writes the entry unless `initial`, as ships that start docked have none."""
        if ship is other or other.key in ship.docked:
            return False
        if not initial and (ship.status is not PRESENT or other.status is not PRESENT):
            return False
        ship.docked.add(other.key)
        other.docked.add(ship.key)
        self._docking_changed(ship, other)
        if not initial:
            self.log.add(kinds.DOCKED, ship.name, other.name)
        return True

    def shift_docked(self, ship: Ship, shift: Vector, but: Collection[str] = ()) -> None:
        """Move what is docked to a ship, directly or through others, by so many metres, but for the named ships."""
        for member in self.docked_group(ship):
            if member is not ship and member.key not in but:
                x, y, z = member.position
                self.move_ship(member, (x + shift[0], y + shift[1], z + shift[2]), jump=True)

    def undock(self, ship: Ship, other: Ship) -> bool:
        """Undock two ships that are docked directly to each other, with the entry."""
        if other.key not in ship.docked:
            return False
        self._separate(ship, other)
        self.log.add(kinds.UNDOCKED, ship.name, other.name)
        return True

    def _separate(self, ship: Ship, other: Ship) -> None:
        group = self.docked_group(ship)
        ship.docked.discard(other.key)
        other.docked.discard(ship.key)
        for member in group:
            self._touch(member, "velocity")
        for member in (ship, other):
            self._touch(member, "docked")

    def _docking_changed(self, ship: Ship, other: Ship) -> None:
        for member in self.docked_group(ship):
            self._touch(member, "velocity")
            self._touch(member, "jump")
        for member in (ship, other):
            self._touch(member, "docked")


def _is_flown(order: Order, path: str) -> bool:
    """Whether an order is one to fly a path once."""
    return order.goal[0] == "ai-waypoints-once" and about(order.goal).lower() == path.lower()


def exit_record(ship: Ship, kind: ExitKind, fix: int) -> ExitRecord:
    """Return what is remembered of a ship that exits at `fix` (1/65536 seconds)."""
    return ExitRecord(
        kind,
        fix,
        ship.team,
        ship.class_name,
        ship.cargo,
        ship.cargo_known,
        ship.cargo_fix,
        ship.tag_fix is not None,
    )


def copy_file_data(source: Ship, target: Ship) -> None:
    """Give a ship of a later wave what the mission file says of the wing's ship that it follows."""
    for field in (
        "class_name", "team", "definition", "max_hull", "max_shields", "max_speed", "radius", "cargo", "cargo_known",
        "ai_class", "hotkey", "arrival", "departure", "speed_bound",
    ):  # fmt: skip
        setattr(target, field, getattr(source, field))
    target.hull, target.shields = target.max_hull, target.max_shields
    target.position, target.orientation = source.position, source.orientation
    target.flags = set(source.flags)
    target.subsystems = {}
    for key, old in source.subsystems.items():
        copy = Subsystem(old.name, old.max_hull, old.type)
        copy.cargo, copy.ai_class, copy.armor = old.cargo, old.ai_class, old.armor
        target.subsystems[key] = copy
