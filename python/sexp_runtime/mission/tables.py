"""Handlers of mission info, variables, containers, waypoints, messages and reinforcements."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sexp_runtime.mission.handlers import Handler
from sexp_runtime.mission.model import (
    ContainerDef,
    JumpNodeDef,
    MessageDef,
    Mission,
    ReinforcementDef,
    VariableDef,
    WaypointPath,
)
from sexp_runtime.mission.scanner import Field, Problems, describe, integer, list_items, numbers, plain_text
from sexp_runtime.syntax.dialect import Dialect

#: Maximum number of variables of a mission (E2).
MAX_VARIABLES: Mapping[Dialect, int] = {Dialect.FSO: 250, Dialect.WCS: 100}
_PERSISTENCE = {
    "player-persistent": "mission-close",
    "save-on-mission-close": "mission-close",
    "campaign-persistent": "mission-progress",
    "save-on-mission-progress": "mission-progress",
}
_TOKEN = re.compile(r'"([^"]*)"|([^\s()",]+)')


class Info(Handler):
    """#Mission Info and #Plot Info (E1)."""

    name = "Mission Info"
    texts: Mapping[str, str] = {
        "$version": "version",
        "$name": "name",
        "$author": "author",
        "$created": "created",
        "$modified": "modified",
        "$notes": "notes",
        "$mission desc": "description",
        "+flags": "flags",
        "$ai profile": "ai_profile",
    }
    numbers: Mapping[str, str] = {"+game type flags": "game_type"}
    lists: Mapping[str, str] = {
        "$starting wing names": "starting_wings",
        "$squadron wing names": "squadron_wings",
        "$team-versus-team wing names": "team_wings",
    }

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.current = mission.info
        self.owner = "mission info"

    def special(self, field: Field) -> bool:
        """Process the marks."""
        info = self.mission.info
        if field.key in ("+red alert", "+scramble", "+disallow support"):
            setattr(info, field.key[1:].replace(" ", "_"), integer(field.value) != 0)
        elif field.key == "+all teams attack":
            info.all_teams_attack = True
        elif field.key == "+player entry delay":
            values = numbers(field.value, 1)
            info.player_entry_delay = values[0] if values else 0.0
        return True


class Variables(Handler):
    """#Sexp_variables (E2)."""

    name = "Sexp_variables"

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.seen = {row.name for row in mission.variables}
        self.slots = {row.index for row in mission.variables}

    def field(self, field: Field) -> None:
        """Process the table."""
        if field.key != "$variables":
            self.problems.report("W210", f"unknown field of #{self.name}: {field.key}", field.offset)
            return
        base = self.problems.source.text.find("(", field.offset)
        row: list[tuple[str, bool]] = []
        start = field.offset
        for match in _TOKEN.finditer(field.value):
            bare = match[2] is not None
            if bare:
                self.row(row, start)
                row = []
                start = base + match.start()
            row.append((match[2] if bare else match[1], bare))
        self.row(row, start)

    def row(self, row: list[tuple[str, bool]], offset: int) -> None:
        """Process one row: index, name, value, type and flags."""
        if not row:
            return
        index = integer(row[0][0]) if row[0][1] else None
        if index is None or len(row) < 4:
            shown = " ".join(text for text, _ in row[:5])
            message = f"expected index, name, value and type of a variable, not {describe(shown)}"
            self.problems.report("E222", message, offset)
            return
        name, value, kind = row[1][0], row[2][0], row[3][0].lower()
        if kind == "block":
            return  # legacy explosion data, not usable in formulas
        if kind not in ("number", "string"):
            message = f'the type of variable "{name}" is {describe(row[3][0])}, not "number" or "string"'
            self.problems.report("E223", message, offset)
            return
        limit = MAX_VARIABLES[self.mission.dialect]
        if not 0 <= index < limit:
            message = f'variable "{name}" has the index {index}, allowed are 0 to {limit - 1}'
            self.problems.report("E225", message, offset)
            return
        if name in self.seen or index in self.slots:
            code, what = "E220", f"a second variable with index {index}"
            if name in self.seen:
                code, what = "W232", f'a second variable "{name}"'
            self.problems.report(code, f"{what}: the first one counts", offset, f'variable "{name}"')
            return
        self.seen.add(name)
        self.slots.add(index)
        line, _ = self.problems.source.locate(offset)
        variable = VariableDef(index, name, value, kind, line=line)
        for flag, _ in row[4:]:
            word = flag.lower()
            if word == "network-variable":
                variable.network = True
            elif word == "eternal":
                variable.eternal = True
            elif word in _PERSISTENCE:
                variable.persistence = _PERSISTENCE[word]
            else:
                self.problems.report("W224", f'variable "{name}": the flag {describe(flag)} is unknown', offset)
        self.mission.variables.append(variable)


class Containers(Handler):
    """#Sexp_containers (E3)."""

    name = "Sexp_containers"
    strict = True

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.kind = "list"
        self.seen = {row.name.lower() for row in mission.containers}
        self.opening: Field | None = None
        self.items: list[str] = []
        self.wrong = ""  #: why the open container will be rejected

    def starts(self, field: Field) -> bool:
        """Open a container or a group of them."""
        if field.key in ("$lists", "$end lists", "$maps", "$end maps"):
            self.finish()
            self.kind = "map" if field.key == "$maps" else "list"
            return True
        if field.key != "$name":
            return False
        self.finish()
        line = self.line_of(field)
        self.current = ContainerDef(field.value, self.kind, line=line)
        self.owner = f'container "{field.value}"'
        self.opening, self.items, self.wrong = field, [], ""
        return True

    def special(self, field: Field) -> bool:
        """Process one field of a container."""
        key = field.key
        if key not in _CONTAINER_FIELDS:
            return False
        if not self.opened(field):
            return True
        container: ContainerDef = self.current
        if key in ("$data type", "$key type"):
            kind = field.value.lower()
            if kind not in ("number", "string"):
                self.wrong = self.wrong or f"{key}: {describe(field.value)} is not a type"
                kind = "string"
            if key == "$data type":
                container.data_type = kind
            else:
                container.key_type = kind
        elif key == "$data":
            self.items = list_items(field.value)
        elif key == "+strictly typed keys":
            container.strict_keys = True
        elif key == "+strictly typed data":
            container.strict_data = True
        elif key == "+network container":
            container.network = True
        elif key == "+eternal":
            container.eternal = True
        else:
            container.persistence = _PERSISTENCE[key[1:].replace(" ", "-")]
        return True

    def finish(self) -> None:
        """Complete the open container."""
        opening, container = self.opening, self.current
        self.opening = None
        if opening is None or container is None:
            return
        name = container.name
        wrong = self.wrong
        if not name or len(name.encode("utf-8", "replace")) > 29:
            wrong = "its name must have 1 to 29 bytes"
        elif any(char.isspace() or char == "&" for char in name):
            wrong = "its name has a blank or &"
        elif container.kind == "map" and len(self.items) % 2:
            wrong = "a key has no value"
        if wrong:
            message = f'the container "{name}" is rejected: {wrong}'
            self.problems.report("E226", message, opening.offset, self.owner)
            return
        if self.is_duplicate(name, self.seen, opening, "container"):
            return
        for what, has_it in (
            ("strictly typed keys", container.strict_keys),
            ("strictly typed data", container.strict_data),
            ("network containers", container.network),
        ):
            if has_it:
                self.problems.report("W233", f"{what} are not supported", opening.offset, self.owner)
        if container.kind == "map":
            container.pairs = tuple(zip(self.items[::2], self.items[1::2], strict=True))
        else:
            container.values = tuple(self.items)
        self.mission.containers.append(container)


_CONTAINER_FIELDS = frozenset(
    {
        "$data type",
        "$key type",
        "$data",
        "+strictly typed keys",
        "+strictly typed data",
        "+network container",
        "+eternal",
        "+save on mission progress",
        "+save on mission close",
    }
)


class Waypoints(Handler):
    """#Waypoints (E9): jump nodes and paths."""

    name = "Waypoints"

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.node: JumpNodeDef | None = None
        self.seen: set[str] = set()

    def field(self, field: Field) -> None:
        """Process one field; ignores display data."""
        key = field.key
        line = self.line_of(field)
        if key == "$jump node":
            values = numbers(field.value, 3)
            if len(values) != 3:
                self.problems.report("E211", f"{key}: expected 3 numbers", field.offset)
                values = [0.0, 0.0, 0.0]
            number = len(self.mission.jump_nodes) + 1
            self.node = JumpNodeDef(f"Jump Node {number}", (values[0], values[1], values[2]), line=line)
            self.mission.jump_nodes.append(self.node)
        elif key == "$jump node name":
            if self.node is not None:
                self.node.name = self.name_of(field)
        elif key == "+display name":
            if self.node is not None:
                self.node.display_name = plain_text(field.value)
        elif key == "$name":
            self.node = None
            name = self.name_of(field)
            self.current = WaypointPath(name, line=line)
            if not self.is_duplicate(name, self.seen, field, "waypoint path"):
                self.mission.waypoints.append(self.current)
        elif key == "$list" and self.opened(field):
            values = numbers(field.value, 3 * 100_000)
            if len(values) % 3:
                self.problems.report("E211", f'path "{self.current.name}": a point needs 3 numbers', field.offset)
            self.current.points = list(zip(values[::3], values[1::3], values[2::3], strict=False))


class Messages(Handler):
    """#Messages (E10)."""

    name = "Messages"
    texts: Mapping[str, str] = {
        "$messagenew": "text",
        "$message": "text",
        "+persona": "persona",
        "+avi name": "avi",
        "+wave name": "wave",
    }
    numbers: Mapping[str, str] = {"$team": "team"}
    ignored = frozenset({"$command sender", "$command persona"})

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.seen: set[str] = set()

    def starts(self, field: Field) -> bool:
        """Open a message."""
        if field.key != "$name":
            return False
        line = self.line_of(field)
        self.current = MessageDef(self.name_of(field), line=line)
        self.owner = f'message "{self.current.name}"'
        self.mission.messages.append(self.current)
        return True


class Reinforcements(Handler):
    """#Reinforcements (E11)."""

    name = "Reinforcements"
    texts: Mapping[str, str] = {"$type": "type"}
    numbers: Mapping[str, str] = {"$num times": "uses", "+arrival delay": "delay"}
    lists: Mapping[str, str] = {"+no messages": "no_messages", "+yes messages": "yes_messages"}

    def starts(self, field: Field) -> bool:
        """Open a reinforcement."""
        if field.key != "$name":
            return False
        line = self.line_of(field)
        self.current = ReinforcementDef(self.name_of(field), line=line)
        self.owner = f'reinforcement "{field.value}"'
        self.mission.reinforcements.append(self.current)
        return True
