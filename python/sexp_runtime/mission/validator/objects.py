"""Checks of ships and wings: names, sizes, arrivals, docking, reinforcements (Q14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sexp_runtime.mission.model import GAME_TYPE_MULTI, ArrivalDef, DepartureDef, Mission, ShipDef, WingDef
from sexp_runtime.mission.validator.names import MissionNames, hint, team_of, wave_names
from sexp_runtime.mission.validator.orders import is_constant
from sexp_runtime.mission.validator.report import Report
from sexp_runtime.mission.validator.words import ARRIVALS, DEPARTURES, SHIP_FLAGS, WCS_FILE_FLAGS, WING_FILE_FLAGS
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.dialect import Dialect

#: Maximum number of ships of a wing, and of a wing in which players start.
_WING_SIZE: Final = 6
_STARTING_SIZE: Final = 4
_ARRIVALS: Final = frozenset(word.lower() for word in ARRIVALS)
_DEPARTURES: Final = frozenset(word.lower() for word in DEPARTURES)


def check_objects(mission: Mission, names: MissionNames, report: Report) -> None:
    """Check ships, wings, docking and reinforcements of a mission."""
    _Objects(mission, names, report).check()


class _Objects:
    """The checks of one mission."""

    def __init__(self, mission: Mission, names: MissionNames, report: Report) -> None:
        self.mission = mission
        self.names = names
        self.report = report

    def check(self) -> None:
        """Check all."""
        for ship in self.mission.ships:
            owner = f'ship "{ship.name}"'
            self.way(ship.arrival, ship.departure, ship.line, owner)
        for wing in self.mission.wings:
            owner = f'wing "{wing.name}"'
            self.way(wing.arrival, wing.departure, wing.line, owner)
            self.wing(wing, owner)
        self.flags("ship", self.mission.ships, SHIP_FLAGS)
        self.flags("wing", self.mission.wings, WING_FILE_FLAGS)
        self.shared_names()
        self.players()
        self.docking()
        self.reinforcements()

    # -- arrival and departure -----------------------------------------------------------------------------------

    def way(self, arrival: ArrivalDef, departure: DepartureDef, line: int, owner: str) -> None:
        """Check locations and anchors (Q14.9, Q14.11)."""
        for way, row, known in (("arrival", arrival, _ARRIVALS), ("departure", departure, _DEPARTURES)):
            location = row.location.lower()
            if location not in known:
                words = ARRIVALS if way == "arrival" else DEPARTURES
                message = (
                    f"unknown {way} location {quoted(row.location)}{hint(row.location, words)}; it counts as Hyperspace"
                )
                self.report.of("W230", message, line, owner)
            elif location == "hyperspace":
                continue
            elif not row.anchor:
                message = f"${way.capitalize()} Location: {row.location} needs ${way.capitalize()} Anchor"
                self.report.of("E365", message, line, owner)
            elif (team := team_of(row.anchor)) is not None:
                if team.lower() not in self.names.teams:
                    self.report.of("W231", f"the {way} anchor {quoted(row.anchor)} names an unknown team", line, owner)
            elif row.anchor.lower() not in self.names.ships:
                near = hint(row.anchor, self.names.ships.values())
                message = f"the {way} anchor {quoted(row.anchor)} is not a ship of the mission{near}"
                self.report.of("W231", message, line, owner)

    def flags(self, what: str, rows: Sequence[ShipDef | WingDef], words: tuple[str, ...]) -> None:
        """Check the flags of ships or wings; each unknown one is reported once (Q14.12)."""
        known = {word.lower() for word in words}
        if self.mission.dialect is Dialect.WCS:
            known.update(WCS_FILE_FLAGS)
        users: dict[str, list[ShipDef | WingDef]] = {}
        for row in rows:
            if not known.issuperset(row.flags):
                for flag in row.flags - known:
                    users.setdefault(flag, []).append(row)
        for flag, having in sorted(users.items()):
            more = f"; {len(having) - 1} more have it" if len(having) > 1 else ""
            message = f"{quoted(flag)} is not a {what} flag{hint(flag, known)}{more}"
            self.report.of("W230", message, having[0].line, f'{what} "{having[0].name}"')

    # -- wings ---------------------------------------------------------------------------------------------------

    def wing(self, wing: WingDef, owner: str) -> None:
        """Check size, threshold, special ship, names and teams of a wing (Q14.5 to Q14.7)."""
        size, line = len(wing.ships), wing.line
        if size > _WING_SIZE:
            self.report.of("W362", f"{size} ships in a wing: only the first {_WING_SIZE} are taken", line, owner)
        if wing.threshold < 0 or wing.threshold + min(size, _WING_SIZE) > _WING_SIZE:
            message = f"the threshold {wing.threshold} with {size} ships: allowed are 0 to {max(_WING_SIZE - size, 0)}"
            self.report.of("W363", message, line, owner)
        if size and not 0 <= wing.special_ship < size:
            message = f"the special ship {wing.special_ship} is none of the wing: 0 to {size - 1}"
            self.report.of("W363", message, line, owner)
        for number, name in enumerate(wing.ships[:_WING_SIZE], 1):
            expected = wave_names(wing.name, number)
            if name.lower() not in (spelling.lower() for spelling in expected):
                message = f"ship {number} of the wing is called {quoted(name)}, expected is {quoted(expected[0])}"
                self.report.of("W361", message, line, owner)
                break
        members = [self.names.ship_defs[name.lower()] for name in wing.ships if name.lower() in self.names.ship_defs]
        teams = {ship.team.lower(): ship.team for ship in members}
        if len(teams) > 1:
            self.report.of("W361", f"ships of several teams: {', '.join(teams.values())}", line, owner)
        if wing.waves > 1 and any(self.docked_with(ship) for ship in members):
            self.report.of("W360", "a wing of docked ships comes in one wave only", line, owner)

    def shared_names(self) -> None:
        """Check that no wing or path has the name of a ship or waypoint (Q14.3)."""
        for what, rows in (("wing", self.mission.wings), ("waypoint path", self.mission.waypoints)):
            for row in rows:
                taken = "ship" if row.name.lower() in self.names.ships else ""
                if not taken and self.names.is_point(row.name):
                    taken = "waypoint"
                if taken:
                    owner = f'{what} "{row.name}"'
                    self.report.of("W367", f"a {taken} is called {quoted(row.name)} as well", row.line, owner)

    # -- players -------------------------------------------------------------------------------------------------

    def players(self) -> None:
        """Check ships and wings in which players start (Q14.17)."""
        starts = [ship for ship in self.mission.ships if ship.is_player_start]
        if len(starts) > 1 and not self.mission.info.game_type & GAME_TYPE_MULTI:
            message = "several player starts in a mission for one player"
            self.report.of("W370", message, starts[1].line, f'ship "{starts[1].name}"')
        for ship in starts:
            if ship.destroy_at is not None:
                message = "a player's ship is destroyed before the mission"
                self.report.of("W370", message, ship.line, f'ship "{ship.name}"')
        starting = {name.lower() for name in self.mission.info.starting_wings}
        for wing in self.mission.wings:
            if wing.name.lower() not in starting:
                continue
            owner = f'wing "{wing.name}"'
            if len(wing.ships) > _STARTING_SIZE:
                message = f"a starting wing may have {_STARTING_SIZE} ships, not {len(wing.ships)}"
                self.report.of("W370", message, wing.line, owner)
            if "reinforcement" in wing.flags:
                self.report.of("W370", "a starting wing cannot be a reinforcement", wing.line, owner)

    # -- docking -------------------------------------------------------------------------------------------------

    def docked_with(self, ship: ShipDef) -> list[ShipDef]:
        """Return the ships that a ship names as docked with it."""
        found = (self.names.ship_defs.get(dock.ship.lower()) for dock in ship.docked_with)
        return [other for other in found if other is not None]

    def docking(self) -> None:
        """Check docked ships: their partners, dock points and arrival cues (Q14.13, Q14.14)."""
        pairs: set[frozenset[tuple[str, str]]] = set()
        groups: dict[str, list[ShipDef]] = {}
        for ship in self.mission.ships:
            for dock in ship.docked_with:
                other = self.names.ship_defs.get(dock.ship.lower())
                if other is None:
                    near = hint(dock.ship, self.names.ships.values())
                    message = f"docked with {quoted(dock.ship)}, which is not a ship of the mission{near}"
                    self.report.of("W360", message, ship.line, f'ship "{ship.name}"')
                    continue
                pairs.add(frozenset(((ship.name, dock.own_point.lower()), (other.name, dock.other_point.lower()))))
                one, two = groups.get(ship.name, [ship]), groups.get(other.name, [other])
                if one is not two:
                    one += two
                for member in one:
                    groups[member.name] = one
        used = Counter(end for pair in pairs for end in pair if end[1])
        for (name, point), count in used.items():
            if count > 1:
                ship = self.names.ship_defs[name.lower()]
                message = f"{count} ships are docked at the point {quoted(point)}"
                self.report.of("W360", message, ship.line, f'ship "{name}"')
        seen: set[int] = set()
        for group in groups.values():
            if id(group) not in seen:
                seen.add(id(group))
                self.docked_group(sorted(group, key=lambda ship: ship.line))

    def docked_group(self, group: list[ShipDef]) -> None:
        """Check that exactly one ship or wing of a docked group has a cue other than ( false )."""
        wings = {wing.name: wing for wing in self.mission.wings}
        cues = {}
        for ship in group:
            wing = wings.get(ship.wing)
            cue = (wing if wing is not None else ship).arrival.cue
            if cue is not None and not is_constant(cue, "false"):
                cues[("wing", wing.name) if wing is not None else ("ship", ship.name)] = cue
        if len(cues) == 1:
            return
        shown = ", ".join(quoted(ship.name) for ship in group[:6])
        if cues:
            message = f"of the docked ships {shown} only one may have an arrival cue other than ( false )"
        else:
            message = f"the docked ships {shown} never appear: all their arrival cues are ( false )"
        self.report.of("W368", message, group[0].line, f'ship "{group[0].name}"')

    def reinforcements(self) -> None:
        """Check that reinforcements are ships or wings of the mission (Q14.16)."""
        for row in self.mission.reinforcements:
            key = row.name.lower()
            owner = f'reinforcement "{row.name}"'
            ship = self.names.ship_defs.get(key)
            if ship is not None and ship.wing:
                self.report.of("W369", f"the ship is in the wing {quoted(ship.wing)}", row.line, owner)
            elif ship is None and key not in self.names.wings:
                near = hint(row.name, (*self.names.ships.values(), *self.names.wings.values()))
                self.report.of("W369", f"no ship or wing {quoted(row.name)}{near}", row.line, owner)
