"""The life cycle of ships and wings: arrival, damage, death, departure, docking, with counters, log and facts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world import log as kinds
from sexp_runtime.world.classes import ACTIVATION, ENGINES, TURRETS
from sexp_runtime.world.entries import copy_file_data, entry_of, exit_record, is_cargo
from sexp_runtime.world.navigation import CARRY
from sexp_runtime.world.orders import file_orders, flies_once, with_order
from sexp_runtime.world.ships import (
    DEATH_ROLL,
    EXITED,
    IDENTITY,
    NOT_YET,
    ORIGIN,
    PRESENT,
    ExitKind,
    Matrix,
    Ship,
    Subsystem,
    Vector,
)
from sexp_runtime.world.state import IN_SPACE, VANISHED, WorldState
from sexp_runtime.world.waves import file_entries, free_name, separate_entries, wave_ship
from sexp_runtime.world.wings import Wing

#: The fields of a ship that its base class declares.
_VITALS: Final = (
    "hull", "max_hull", "shields", "max_shields", "position", "velocity", "orientation", "radius", "status",
    "speed_bound", "docked",
)  # fmt: skip
#: The flags that ships take over from their wing when they arrive (M12.17).
INHERITED_FLAGS: Final = frozenset(
    {"no-arrival-warp", "no-departure-warp", "same-arrival-warp-when-docked", "same-departure-warp-when-docked",
     CARRY, "waypoints-no-formation"}
)  # fmt: skip


class Lifecycle(WorldState):
    """What can happen to ships and wings in play (F41-F48, H).

    Calls that make no sense in the current status change nothing and return False.
    """

    # Arrival

    def arrive(self, ship: Ship, position: Vector | None = None, *, initial: bool = False) -> bool:
        """Bring a ship that has not been there yet into the mission, at `position` or where its file places it.

        A ship that may not arrive (F42, F44), or whose wing is gone or departing (F46), no longer arrives.
        Writes the arrival entry, also for a ship of a wing (M12.14), unless `initial` (F41). A wing's ship takes over
        flags of its wing (M12.17). Cargo that the file declares as known has been known since time 0 (M9.12).
        """
        wing = self.wings.get(ship.wing) if ship.wing is not None else None
        if ship.status is not NOT_YET or not ship.arrival_allowed:
            return False
        if wing is not None and (wing.gone or wing.departing):
            return False
        if wing is not None and wing.arrived == 0:
            separate_entries(self, wing)
        ship.status = PRESENT
        ship.departing = False
        if position is not None:
            ship.position = position
        orders = ship.orders or file_orders(ship.definition, self.variables, self.clock.fix)
        for order in wing.orders if wing is not None else ():
            orders = with_order(orders, order._replace(of_wing=True))
        ship.orders = orders
        if wing is not None:
            ship.flags |= wing.flags & INHERITED_FLAGS
            wing.members.append(ship.key)
            wing.arrived += 1
            wing.current += 1
            wing.wave = max(wing.wave, 1)
        self._touch_all(ship)
        self._roster_changed()
        if not initial:
            self.log.add(kinds.SHIP_ARRIVED, ship.name)
        return True

    def arrive_wave(self, wing: Wing, *, initial: bool = False) -> list[Ship]:
        """Bring the next wave of a wing (F45) and return its ships; none if there is no further wave.

        There is none when all waves are used, or when the wing is gone or departing. Every wave is made from the
        same entries of the mission file, in file order (M12.1, M12.12). Ships of a wing with several waves get names
        made from the wing's name, in order of arrival (M12.5, M12.6).
        """
        if wing.gone or wing.departing or wing.wave >= wing.waves:
            return []
        if wing.arrived == 0:
            separate_entries(self, wing)
        entries = file_entries(self, wing)
        arrivals: list[Ship] = []
        number = wing.arrived
        for entry in entries:
            number += 1
            ship = wave_ship(self, wing, entry, number)
            if ship is not None and ship.status is NOT_YET:
                arrivals.append(ship)
        wing.wave += 1
        arrivals = [ship for ship in arrivals if self.arrive(ship, initial=initial)]
        self.facts.changed(wing.fact)
        if not initial:
            self.log.add(kinds.WING_ARRIVED, wing.name)
        if not arrivals:
            self.settle_gone(wing)
        return arrivals

    # Ships created in play

    def create_ship(
        self,
        name: str,
        class_name: str,
        position: Vector = ORIGIN,
        orientation: Matrix = IDENTITY,
        team: str = "Friendly",
    ) -> Ship | None:
        """Create a ship in play, as `ship-create` does, and return it (M.11).

        For the name of a ship in space, or `<none>`, the new ship gets a generated name (M11.3). A ship that has exited
        returns to play (M11.4); its exit record stays. The name of a ship yet to arrive passes to the new ship, and
        the other arrives under another name (M11.6). None for the empty name, or if there are too many ships.
        """
        if not name:
            return None
        ship = self.ships.get(name.lower())
        wcs = self.dialect is Dialect.WCS
        if name.lower() == "<none>" or (
            ship is not None and (ship.status in IN_SPACE or (wcs and ship.status is EXITED))
        ):
            name = free_name(self, class_name)
            ship = None
        if ship is None:
            if len(self.ships) >= self.quotas.ships:
                return None
            ship = self.add_ship(name, class_name=class_name, team=team, position=position, orientation=orientation)
        else:
            if ship.status is NOT_YET:
                self._displace(ship)
            elif ship.wing is not None:
                ship.entry = None  # the wing's entry, from which later waves are made
            self._reset(ship)
            if ship.entry is not None:  # the cues of the file's ship go on
                ship.arrival, ship.departure = ship.entry.arrival, ship.entry.departure
            ship.class_name, ship.team = class_name, team
            ship.position, ship.orientation = position, orientation
            ship.take_class(self.class_table.get(class_name))
            self._refresh_facts(ship)
        self.arrive(ship, initial=wcs)  # WCS writes no entry (M11.1)
        return ship

    def arrive_displaced(self, ship: Ship) -> Ship | None:
        """Bring in the file's ship that lost its name to a created ship; return it, or None (M11.6)."""
        entry = ship.entry
        if entry is None:
            return None
        ship.entry = None
        comer = self.add_ship(free_name(self, entry.class_name), class_name=entry.class_name, team=entry.team)
        copy_file_data(entry, comer)
        self._touch_all(comer)
        return comer

    def _displace(self, ship: Ship) -> None:
        """Detach the file's entry of a ship yet to arrive from the name that a created ship takes over."""
        entry = entry_of(ship)
        wing = self.wings.get(ship.wing) if ship.wing is not None else None
        if wing is None:
            ship.entry = entry
            return
        entries = file_entries(self, wing)
        wing.entries = [entry if member is ship else member for member in entries]

    def _reset(self, ship: Ship) -> None:
        """Reset a ship of the registry to new, except its exit record and its entry."""
        fresh = Ship(ship.name)
        for field in (*Ship.__slots__, *_VITALS):
            if field not in ("key", "name", "exit_record", "entry"):
                setattr(ship, field, getattr(fresh, field))
        self._refresh_facts(ship)

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
        """Make a present ship destroy itself: like `destroy`, but with its own kind of log entry (F48)."""
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
        self._separate_all(ship)
        self._status_changed(ship)

    def finish_death(self, ship: Ship) -> bool:
        """End the death roll: the ship exits, and its wing loses it (F47)."""
        if ship.status is not DEATH_ROLL:
            return False
        wing = self.wings.get(ship.wing) if ship.wing is not None else None
        if "ignore-count" not in ship.flags or (wing is not None and "ignore-count" not in wing.flags):  # M8.9
            kind = self.class_table.get(ship.class_name).type
            self.type_kills[kind] = self.type_kills.get(kind, 0) + 1
            self.facts.changed(("type", kind))
        self._exit(ship, ship.exit or ExitKind.DESTROYED)
        return True

    def depart(self, ship: Ship, node: str = "") -> bool:
        """Make a present ship leave the mission, through a jump node if named; ships docked to it leave with it."""
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
        self._separate_all(ship)
        ship.status = EXITED
        ship.exit = kind
        ship.departing = False
        if kind is not ExitKind.VANISHED and ship.exit_record is None:  # the first exit record stays (M11.5)
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
            self.settle_gone(wing)
        self.navigation.forget_ship(ship.key)
        self._touch_all(ship)
        self._roster_changed()

    def leave_play(self) -> None:
        """Remove all ships that are there, without a log entry; wings stay as they are (R70)."""
        for ship in self.ships.values():
            if ship.status not in IN_SPACE:
                continue
            kind = ExitKind.STAYED if ship.status is PRESENT else ship.exit or ExitKind.DESTROYED
            ship.exit_record = exit_record(ship, kind, self.clock.fix)
            ship.exit = kind
            ship.status = EXITED
            self._touch_all(ship)
        self._roster_changed()

    def settle_gone(self, wing: Wing) -> None:
        """Mark a wing as gone when no member is left and none will arrive, and write its entry (F47)."""
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
        """Make a wing leave (F46): no more waves, present members depart, a wing yet to arrive is cancelled."""
        if wing.gone or wing.departing:
            return False
        wing.departing = True
        self.facts.changed(wing.fact)
        for ship in self.wing_members(wing):
            self.depart(ship, node)
        self.settle_gone(wing)
        return True

    def cancel_wing(self, wing: Wing, kind: ExitKind = ExitKind.DEPARTED) -> bool:
        """Cancel the remaining waves of a wing whose carrier has gone; missing ships share the carrier's fate (F42)."""
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
        self.settle_gone(wing)
        return True

    # Damage, subsystems, scans, tags

    def damage(self, ship: Ship, points: float, attacker: Ship | None = None) -> bool:
        """Damage a present ship by points: first its shields, if on, then its hull. A hull at 0 destroys the ship.

        Invulnerable ships are not touched; a guardian threshold (percent) keeps the hull from falling below it.
        Returns whether the ship was destroyed.
        """
        if ship.status is not PRESENT or points <= 0 or "invulnerable" in ship.flags:
            return False
        if ship.shields > 0 and "no-shields" not in ship.flags:
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
        """Damage a subsystem of a ship in space by points, to its threshold (M3.20); return whether it was lost."""
        if ship.status not in IN_SPACE or subsystem.hull <= 0.0 or points <= 0:
            return False
        floor = min(subsystem.max_hull * subsystem.guardian / 100.0, subsystem.hull)
        return self.set_strength(ship, subsystem, max(subsystem.hull - points, floor))

    def set_strength(self, ship: Ship, subsystem: Subsystem, points: float, *, again: bool = False) -> bool:
        """Set the hits of a subsystem of a ship in space, 0 to its maximum; return whether it was lost by that.

        A subsystem that falls to 0 from above is lost (M3.7) and its entry is written. With its last engine a ship also
        gets the entry of being disabled, with its last turret that of being disarmed (small ships never). With
        `again`, and in WCS, a subsystem already at 0 gets its entries again.
        """
        if ship.status not in IN_SPACE:
            return False
        was_whole = subsystem.hull > 0.0
        self.set_subsystem(ship, subsystem, "hull", min(max(points, 0.0), subsystem.max_hull))
        if subsystem.hull > 0.0 or not (was_whole or again or self.dialect is Dialect.WCS):
            return False
        if subsystem.type != ACTIVATION and VANISHED not in subsystem.flags:
            self.log.add(kinds.SUBSYSTEM_DESTROYED, ship.name, subsystem.name)
        if subsystem.type in (ENGINES, TURRETS) and ship.kind_sums(subsystem.type)[0] <= 0.0:
            if subsystem.type == ENGINES:
                self.log.add(kinds.DISABLED, ship.name)
            elif not self.class_table.get(ship.class_name).small:
                self.log.add(kinds.DISARMED, ship.name)
        return True

    def reveal_cargo(self, ship: Ship) -> bool:
        """Make a ship's cargo known now, with a log entry if there is any cargo (M9.6)."""
        if ship.status not in IN_SPACE or ship.cargo_known:
            return False
        ship.cargo_fix = self.clock.fix
        ship.cargo_known = True
        self._touch(ship, "cargo_known")
        if is_cargo(ship.cargo):
            self.log.add(kinds.CARGO_REVEALED, ship.name)
        return True

    def reveal_subsystem_cargo(self, ship: Ship, subsystem: Subsystem) -> bool:
        """Make the cargo of a subsystem known now, with a log entry if there is any cargo (M9.8)."""
        if ship.status not in IN_SPACE or subsystem.cargo_known:
            return False
        subsystem.cargo_fix = self.clock.fix
        self.set_subsystem(ship, subsystem, "cargo_known", True)
        if is_cargo(subsystem.cargo):
            self.log.add(kinds.SUBSYSTEM_CARGO_REVEALED, ship.name, subsystem.name)
        return True

    def tag(self, ship: Ship, on: bool = True) -> bool:
        """Tag a ship in space, or end all its tags; the time of the first tagging is kept."""
        if ship.status not in IN_SPACE or (ship.tagged is on and (on or not any(ship.tag_ends))):
            return False
        ship.tagged = on
        if not on:
            ship.tag_ends = (0, 0)
        if on and ship.tag_fix is None:
            ship.tag_fix = self.clock.fix
        self._touch(ship, "tagged")
        return True

    def tag_for(self, ship: Ship, level: int, seconds: int) -> None:
        """Tag a ship in space for some seconds with a tag of level 1 or 2; this replaces its tag of that level (M9.10).

        A tag of any other level only counts as the first tagging, if there was none (M9.11).
        """
        if ship.status not in IN_SPACE:
            return
        if ship.tag_fix is None:
            self.set_ship(ship, "tag_fix", self.clock.fix)
        if level in (1, 2):
            end = self.clock.us + seconds * 1_000_000
            self.set_ship(ship, "tag_ends", (end, ship.tag_ends[1]) if level == 1 else (ship.tag_ends[0], end))

    def finish_waypoints(self, ship_or_wing: Ship | Wing, path: str) -> None:
        """Log that a ship or wing reached the end of a waypoint path; its order to fly the path once ends (N2.12)."""
        members = self.wing_members(ship_or_wing) if isinstance(ship_or_wing, Wing) else ()
        for subject in (ship_or_wing, *members):
            kept = [order for order in subject.orders if not flies_once(order.goal, path)]
            self.set_orders(subject, tuple(kept))
        self.log.add(kinds.WAYPOINTS_DONE, ship_or_wing.name, path)

    # Docking

    def dock(self, ship: Ship, other: Ship, *, initial: bool = False, points: tuple[str, str] | None = None) -> bool:
        """Dock two ships, at the docking points of both if those are known.

        Writes the entry unless `initial`: ships that start docked have none.
        """
        if ship is other or other.key in ship.docked:
            return False
        if not initial and (ship.status is not PRESENT or other.status is not PRESENT):
            return False
        ship.docked.add(other.key)
        other.docked.add(ship.key)
        if points is not None:
            ship.dock_points[other.key], other.dock_points[ship.key] = points[0].lower(), points[1].lower()
        self._docking_changed(ship, other)
        if not initial:
            self.log.add(kinds.DOCKED, ship.name, other.name)
        return True

    def shift_docked(self, ship: Ship, shift: Vector, but: Collection[str] = ()) -> None:
        """Move all ships docked to a ship, directly or through others, by an offset in metres, except those named."""
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
        ship.dock_points.pop(other.key, None)
        other.dock_points.pop(ship.key, None)
        for member in group:
            self._touch(member, "velocity")
        for member in (ship, other):
            self._touch(member, "docked")

    def _separate_all(self, ship: Ship) -> None:
        """Undock a ship that dies or leaves from all its partners, without entries (M8.8)."""
        for key in sorted(ship.docked):
            other = self.ships.get(key)
            if other is not None:
                self._separate(ship, other)

    def _docking_changed(self, ship: Ship, other: Ship) -> None:
        for member in self.docked_group(ship):
            self._touch(member, "velocity")
            self._touch(member, "jump")
        for member in (ship, other):
            self._touch(member, "docked")
