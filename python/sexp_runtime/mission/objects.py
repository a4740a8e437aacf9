"""Handlers of #Objects, #Wings, #Players and #Props."""

from __future__ import annotations

from collections.abc import Mapping

from sexp_runtime.mission.handlers import Handler
from sexp_runtime.mission.model import (
    DockDef,
    Mission,
    PlayerDef,
    ShipDef,
    SubsystemDef,
    WingDef,
)
from sexp_runtime.mission.scanner import Field, Problems, list_items, numbers, plain_text, quoted_items
from sexp_runtime.syntax.parser import cut_token

#: Known fields of ships that no formula can read.
_SHIP_IGNORED = frozenset(
    {
        "$ai behavior",
        "$cargo 2",
        "$determination",
        "$guardian threshold",
        "$iff",
        "$misc properties",
        "$special explosion",
        "$team color setting",
        "$texture replace",
        "$warp animation",
        "$warpin radius",
        "$warpin type",
        "$warpout radius",
        "$warpout type",
        "$warp parameters",
        "$warpin parameters end",
        "$warpin parameters start",
        "$warpout parameters end",
        "$warpout parameters start",
        "+assist score percentage",
        "+collision group",
        "+guardian threshold",
        "+layer",
        "+new",
        "+old",
        "+orders accepted list",
        "+ship choice",
        "+ship name",
        "+special exp blast",
        "+special exp damage",
        "+special exp death roll time",
        "+special exp deathroll time",
        "+special exp index",
        "+special exp inner radius",
        "+special exp outer radius",
        "+special exp shockwave speed",
        "+supports warp effect",
        "+warpin accel exp",
        "+warpin animation",
        "+warpin end sound",
        "+warpin radius",
        "+warpin speed",
        "+warpin start sound",
        "+warpin time",
        "+warpin type",
        "+warpout animation",
        "+warpout decel exp",
        "+warpout end sound",
        "+warpout engage time",
        "+warpout player speed",
        "+warpout radius",
        "+warpout speed",
        "+warpout start sound",
        "+warpout time",
        "+warpout type",
        "+weapon group",
        "+wing position",
    }
)


class Ships(Handler):
    """#Objects (E5)."""

    name = "Objects"
    strict = True
    texts: Mapping[str, str] = {
        "$class": "class_name",
        "$team": "team",
        "$display name": "display_name",
        "$alt": "alternative_name",
        "$callsign": "callsign",
        "$cargo 1": "cargo",
        "$cargo title": "cargo_title",
        "+persona name": "persona",
        "+persona index": "persona",
    }
    numbers: Mapping[str, str] = {
        "+initial velocity": "initial_velocity",
        "+initial hull": "initial_hull",
        "+initial shields": "initial_shields",
        "+respawn priority": "respawn_priority",
        "+escort priority": "escort_priority",
        "+special hitpoints": "special_hitpoints",
        "+special hitpoint index": "special_hitpoints",
        "+special shield points": "special_shield_points",
        "+kamikaze damage": "kamikaze_damage",
        "+hotkey": "hotkey",
        "+destroy at": "destroy_at",
        "+orders accepted": "orders_accepted",
        "+group": "group",
        "+score": "score",
    }
    ignored = _SHIP_IGNORED

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.seen: set[str] = set()
        self.subsystem: SubsystemDef | None = None
        self.dock: DockDef | None = None

    def starts(self, field: Field) -> bool:
        """Open a ship."""
        if field.key != "$name":
            return False
        name = self.name_of(field)
        line = self.line_of(field)
        self.current = ShipDef(name, line=line)
        self.subsystem = self.dock = None
        self.owner = f'ship "{name}"'
        if not self.is_duplicate(name, self.seen, field, "ship"):
            self.mission.ships.append(self.current)
        return True

    def special(self, field: Field) -> bool:
        """Take the fields with parts of their own."""
        key = field.key
        if key not in _SHIP_SPECIAL:
            return False
        if not self.opened(field):
            return True
        ship: ShipDef = self.current
        if key in _SUBSYSTEM_FIELDS and self.subsystem is not None:
            self.subsystem_field(field, self.subsystem)
        elif key == "+subsystem":
            self.subsystem = SubsystemDef(field.value)
            ship.subsystems.append(self.subsystem)
        elif self.arrival_field(field, ship.arrival, ship.departure):
            self.subsystem = None
        elif key in ("+flags", "+flags2"):
            ship.flags |= {flag.lower() for flag in quoted_items(field.value)}
        elif key == "$location":
            values = numbers(field.value, 3)
            if self.complete(field, values, 3):
                ship.location = (values[0], values[1], values[2])
        elif key == "$orientation":
            m = numbers(field.value, 9)
            if self.complete(field, m, 9):
                ship.orientation = (m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8])
        elif key == "$ai goals":
            ship.goals = self.formula(field, f"initial orders of {self.owner}")
        elif key == "+ai class":
            ship.ai_class = field.value
        elif key == "$alt ship class":
            ship.alternative_classes += (plain_text(field.value),)
        elif key == "+docked with":
            self.dock = DockDef(field.value)
            ship.docked_with.append(self.dock)
        elif key in ("$docker point", "$dockee point") and self.dock is not None:
            # The file has the two points swapped (E5).
            if key == "$dockee point":
                self.dock.own_point = field.value
            else:
                self.dock.other_point = field.value
        elif key == "+use table score":
            ship.use_table_score = True
        return True

    def complete(self, field: Field, values: list[float], count: int) -> bool:
        """Whether all the numbers are there; reports it if not."""
        if len(values) == count:
            return True
        self.problems.report("E211", f"{field.key}: expected {count} numbers", field.offset, self.owner)
        return False

    def subsystem_field(self, field: Field, subsystem: SubsystemDef) -> None:
        """Process a field of the subsystem being read."""
        key = field.key
        if key == "$damage":
            values = numbers(field.value, 1)
            if self.complete(field, values, 1):
                subsystem.damage = values[0]
        elif key == "+cargo name":
            subsystem.cargo = plain_text(field.value)
        elif key == "+ai class":
            subsystem.ai_class = field.value
        elif key == "+primary banks":
            subsystem.primary_banks = quoted_items(field.value)
        elif key == "+secondary banks":
            subsystem.secondary_banks = quoted_items(field.value)


_SUBSYSTEM_FIELDS = frozenset(
    {
        "$damage",
        "+cargo name",
        "+cargo title",
        "+ai class",
        "+primary banks",
        "+secondary banks",
        "+pbank ammo",
        "+sbank ammo",
    }
)
_ARRIVAL_FIELDS = frozenset(
    {
        "$arrival location",
        "$departure location",
        "$arrival anchor",
        "$departure anchor",
        "$arrival cue",
        "$departure cue",
        "+arrival delay",
        "+departure delay",
        "+arrival distance",
        "+arrival paths",
        "+departure paths",
    }
)
_SHIP_SPECIAL = (
    _SUBSYSTEM_FIELDS
    | _ARRIVAL_FIELDS
    | {
        "+subsystem",
        "+flags",
        "+flags2",
        "$location",
        "$orientation",
        "$ai goals",
        "$alt ship class",
        "+docked with",
        "$docker point",
        "$dockee point",
        "+use table score",
    }
)


class Wings(Handler):
    """#Wings (E6)."""

    name = "Wings"
    strict = True
    texts: Mapping[str, str] = {"+squad logo": "squad_logo", "+formation": "formation"}
    numbers: Mapping[str, str] = {
        "$wave threshold": "threshold",
        "$special ship": "special_ship",
        "+hotkey": "hotkey",
        "+wave delay min": "wave_delay_min",
        "+wave delay max": "wave_delay_max",
    }
    ignored = frozenset({"+formation scale", "+display name", "$display name"})

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.seen: set[str] = set()

    def starts(self, field: Field) -> bool:
        """Open a wing."""
        if field.key != "$name":
            return False
        line = self.line_of(field)
        name = self.name_of(field)
        self.current = WingDef(name, line=line)
        self.owner = f'wing "{name}"'
        if not self.is_duplicate(name, self.seen, field, "wing"):
            self.mission.wings.append(self.current)
        return True

    def special(self, field: Field) -> bool:
        """Take the fields with parts of their own."""
        key = field.key
        wing: WingDef = self.current
        if key in _ARRIVAL_FIELDS:
            return not self.opened(field) or self.arrival_field(field, wing.arrival, wing.departure)
        if key not in ("$waves", "$ships", "+flags", "$ai goals"):
            return False
        if not self.opened(field):
            return True
        if key == "$waves":
            number = self.integer(field)
            if number is not None and number < 1:
                self.corrected(field, number, 1)
            wing.waves = max(1, number) if number is not None else 1
        elif key == "$ships":
            wing.ships = [cut_token(name) for name in quoted_items(field.value)]
        elif key == "+flags":
            wing.flags = frozenset(flag.lower() for flag in quoted_items(field.value))
        else:
            wing.goals = self.formula(field, f"initial orders of {self.owner}")
        return True


class Players(Handler):
    """#Players (E4)."""

    name = "Players"
    texts: Mapping[str, str] = {"+default_ship": "default_ship"}
    lists: Mapping[str, str] = {"+required for mission": "required_weapons"}

    def starts(self, field: Field) -> bool:
        """Open a team."""
        if field.key != "$starting shipname":
            return False
        line = self.line_of(field)
        self.current = PlayerDef(field.value, line=line)
        self.owner = "players"
        self.mission.players.append(self.current)
        return True

    def special(self, field: Field) -> bool:
        """Process the lists of ships and weapons."""
        if field.key in ("$ship choices", "+weaponry pool"):
            if self.opened(field):
                items = list_items(field.value)
                pairs = tuple(zip(items[::2], items[1::2], strict=False))
                if field.key == "$ship choices":
                    self.current.ship_choices = pairs
                else:
                    self.current.weapons = pairs
            return True
        return False


class Props(Handler):
    """#Props: scenery with names."""

    name = "Props"

    def starts(self, field: Field) -> bool:
        """Process a prop's name."""
        if field.key == "$name":
            self.mission.props.append(self.name_of(field))
            return True
        return False
