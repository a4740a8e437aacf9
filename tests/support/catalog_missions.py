"""Random missions as files, written from the catalog: every operator, its arguments of the types that it takes."""

from __future__ import annotations

from random import Random

from sexp_runtime.catalog import CATALOG
from sexp_runtime.catalog.rows import CatalogRow
from sexp_runtime.syntax.dialect import Dialect
from support.small_missions import ship, wing

SHIPS = ("Heron", "Alpha 1", "Alpha 2", "Beta 1", "Beta 2", "Tug")

WINGS = ("Alpha", "Beta")

PLACES = ("Lane:1", "Lane:2")

EVENTS = tuple(f"Event {number}" for number in range(8))

GOALS = ("Win", "Live")

WORDS = ("calm", "x", "Alpha 1", "weapons", "Friendly", "<none>", "Hail", "Medium")

#: Literals by the kind of name that a type of argument wants.
NAMES: dict[str, tuple[str, ...]] = {
    "ship": SHIPS,
    "wing": WINGS,
    "team": ("Friendly", "Hostile", "<any friendly>"),
    "waypoint": (*PLACES, "Lane"),
    "subsystem": ("engine", "turret01", "sensors"),
    "event": EVENTS,
    "goal": GOALS,
    "message": ("Hail",),
    "nav-point": ("Nav",),
    "jump-node": ("Node",),
    "flag": ("protect-ship", "stealth", "invulnerable"),
    "string": WORDS,
}
#: Variables: name, first value, type and, for some, how they are kept.
VARIABLES = (
    '0 "n" "3" "number"',
    '1 "m" "0" "number" "player-persistent"',
    '2 "word" "calm" "string" "save-on-mission-close" "eternal"',
    '3 "who" "Alpha 1" "string" "campaign-persistent"',
)

CONTAINERS = """$Lists
$Name: Queue
$Data Type: String
$Data: ( "Alpha 1" "Tug" "calm" )
$End Lists
$Maps
$Name: Prices
$Key Type: String
$Data Type: Number
$Data: ( "apple" "3" "pear" "4" )
+Save On Mission Close
$End Maps
"""
#: What most missions begin with, so that operators about nav points, orders and flags find some; it runs once.
BEGINNING = """( when ( true )
   ( add-nav-waypoint "Nav" "Lane" 1 )
   ( add-nav-ship "Escort" "Tug" )
   ( select-nav "Nav" )
   ( add-goal "Alpha 1" ( ai-chase "Tug" 80 ) )
   ( add-goal "Beta" ( ai-waypoints "Lane" 70 ) )
)"""
#: They end the run, take away its time, or copy without bound.
LEFT_OUT = frozenset({"end-mission", "end-campaign", "end-of-campaign"})


class CatalogFormulas:
    """Writes formulas of one dialect; `used` are the operators written so far."""

    def __init__(self, draw: Random, dialect: Dialect) -> None:
        self.draw, self.dialect = draw, dialect
        self.rows = CATALOG.dialect_catalog(dialect.value)
        self.types = CATALOG.types
        self.used: set[str] = set()
        self.by_result: dict[str, list[CatalogRow]] = {}
        for row in self.rows.values():
            self.by_result.setdefault(row.returns, []).append(row)

    def call(self, row: CatalogRow, depth: int) -> str:
        """Write a call of this operator with as many arguments as it takes, or some more where it takes any number."""
        self.used.add(row.name)
        most = row.min_args + 2 if row.max_args is None else min(row.max_args, row.min_args + 3)
        count = self.draw.randint(row.min_args, most)
        arguments = [self.argument(row.argument_type(at) or "string", depth - 1) for at in range(count)]
        return f"( {' '.join([row.name, *arguments])} )"

    def argument(self, kind: str, depth: int) -> str:
        """Write an argument of this type: a call, a literal, a variable or what a container holds."""
        wanted = self.types.get(kind)
        if wanted is not None and wanted.accepts:
            must = wanted.names in ("operator", "boolean")
            if must or (depth > 0 and self.draw.randrange(3) == 0):
                return self.result(sorted(wanted.accepts), depth)
            if self.dialect is Dialect.FSO and self.draw.randrange(15) == 0:
                return '&Prices& ( "apple" )'
            return self.draw.choice(("0", "1", "2", "5", "60", "100", "-3", "@n[3]", "@m[0]"))
        if kind.endswith("container-name") or kind == "data-or-str-container":
            return "&&Prices" if kind.startswith("map") else "&&Queue"
        if kind != "variable-name" and self.dialect is Dialect.FSO and self.draw.randrange(15) == 0:
            return self.draw.choice(('&Queue& ( "Get_First" )', '&Queue& ( "Get_Random" )', '&Queue& ( "At" 1 )'))
        if kind == "variable-name":
            return self.draw.choice(('"@n[3]"', '"@word[calm]"', '"@who[Alpha 1]"'))
        if self.draw.randrange(12) == 0:
            return '"@who[Alpha 1]"'
        names = wanted.names.split("/") if wanted is not None else ["string"]
        return f'"{self.draw.choice(NAMES.get(self.draw.choice(names), WORDS))}"'

    def result(self, wanted: list[str], depth: int) -> str:
        """Write a call that returns one of these; a plain one where the formula is deep enough."""
        if depth <= 0:
            if "bool" in wanted:
                return self.draw.choice(("( true )", "( false )", "( > @n[3] 2 )", "( < ( mission-time ) 3 )"))
            if "null" in wanted:
                return '( modify-variable "@n[3]" ( + @n[3] 1 ) )'
            if "number" in wanted:
                return "( mission-time )"
            if "flexible-argument" in wanted:
                return '( any-of "Alpha 1" "Tug" )'
        rows = [row for kind in wanted for row in self.by_result.get(kind, ())]
        return self.call(self.draw.choice([row for row in rows if row.name not in LEFT_OUT]), depth)

    def condition(self, depth: int = 2) -> str:
        """Write a truth."""
        return self.result(["bool"], depth)

    def event(self, row: CatalogRow) -> str:
        """Write the formula of an event in which this operator is at work."""
        if row.returns == "null" and row.kind == "conditional":
            return self.call(row, 2)
        if row.returns == "null":
            condition = self.condition(0 if self.draw.randrange(2) else 2)  # half of the actions run soon
            return f"( when {condition} {self.call(row, 2)} )"
        action = '( modify-variable "@n[3]" ( + @n[3] 1 ) )'
        if row.returns == "bool":
            return f"( {self.draw.choice(('when', 'every-time'))} {self.call(row, 2)} {action} )"
        if row.returns == "ai-goal":
            return f'( when {self.condition(1)} ( add-goal "Alpha 1" {self.call(row, 2)} ) )'
        if row.returns == "flexible-argument":
            return f'( when-argument {self.call(row, 2)} ( is-in-mission "<argument>" ) {action} )'
        return f"( every-time ( > {self.call(row, 2)} {self.draw.randrange(5)} ) {action} )"


def timing(draw: Random, dialect: Dialect) -> list[str]:
    """Return how often an event repeats, at which intervals, and what it waits for, in seconds or milliseconds."""
    fields = []
    milliseconds = dialect is Dialect.FSO and draw.randrange(3) == 0
    if milliseconds:
        fields += ['+Event Flags: ( "interval & delay use msecs" )']
    if draw.randrange(2):
        fields += [f"+Repeat Count: {draw.choice((1, 2, 5, -1))}"]
        if dialect is Dialect.FSO and draw.randrange(2) == 0:
            fields += [f"+Trigger Count: {draw.choice((1, 3, -1))}"]
        fields += [f"+Interval: {draw.choice((0, 250, 900, 1700) if milliseconds else (0, 1, 2))}"]
    if draw.randrange(3) == 0:
        fields += [f"+Chained: {draw.choice((0, 300, 1100) if milliseconds else (0, 1))}"]
    return fields


def catalog_mission(draw: Random, dialect: Dialect, rows: list[CatalogRow]) -> tuple[str, set[str]]:
    """Return a mission's text with an event for each of these operators, and the operators that are in it."""
    formulas = CatalogFormulas(draw, dialect)
    events = []
    for number, name in enumerate(EVENTS):
        row = rows[number % len(rows)]
        events.append("\n".join([f"$Formula: {formulas.event(row)}", f"+Name: {name}", *timing(draw, dialect)]))
    if draw.randrange(4):
        events.insert(draw.randrange(2) * len(events), f"$Formula: {BEGINNING}\n+Name: Beginning")
    if draw.randrange(4) == 0:  # unknown: false, or for FSO refused
        events.append('$Formula: ( when ( no-such-operator "x" ) ( do-nothing ) )\n+Name: Unknown')
    ships = [ship("Heron", flags='"player-start"')]
    for number, name in enumerate(SHIPS[1:]):
        cue = formulas.condition(1) if draw.randrange(3) == 0 else "( true )"
        early = [
            f"+Initial Hull: {draw.choice((100, 40))}",
            "+Subsystem: engine",
            f"$Damage: {draw.choice((0, 60, 100))}",
        ]
        early += ["+Subsystem: turret01", "+Subsystem: sensors", "+Cargo Name: Grain"] if number % 2 else []
        text = ship(name, *early, cue=cue, place=f"{number * 90}, 0, 0")
        if draw.randrange(3) == 0:
            text = text.replace("$Departure Cue: ( false )", f"$Departure Cue: {formulas.condition(1)}")
        ships.append(text)
    wings = [
        wing(name, [f"{name} 1", f"{name} 2"], cue=formulas.condition(1), waves=draw.randrange(1, 4))
        .replace("$Departure Cue: ( false )", f"$Departure Cue: {formulas.condition(1)}")
        .replace("$Wave Threshold: 0", f"$Wave Threshold: {draw.choice((0, 0, 1))}")
        + f"\n+Wave Delay Min: {draw.choice((0, 1))}\n+Wave Delay Max: {draw.choice((1, 2))}"
        for name in WINGS
    ]
    goals = [f"$Type: Primary\n+Name: {name}\n$MessageNew: x\n$end_multi_text\n$Formula: {formulas.condition(1)}"
             for name in GOALS]  # fmt: skip
    containers = f"#Sexp_containers\n{CONTAINERS}" if dialect is Dialect.FSO else ""
    variables = "\n".join(VARIABLES)
    text = "\n".join([
        f"#Mission Info\n$Version: 24.2\n$Name: Catalog\n+Red Alert: {draw.randrange(2)}",
        f"#Sexp_variables\n$Variables:\n(\n{variables}\n)", containers,
        "#Players\n$Starting Shipname: Heron\n#Objects", *ships, "#Wings", *wings, "#Events", *events, "#Goals", *goals,
        "#Waypoints\n$Jump Node: 900, 0, 0\n$Jump Node Name: Node",
        "$Name: Lane\n$List: ( ( 100, 0, 0 ) ( 200, 0, 0 ) )\n#Messages",
        "$Name: Hail\n$MessageNew: Hail\n$end_multi_text\n#End\n",
    ])  # fmt: skip
    return text, formulas.used


def groups(dialect: Dialect, draw: Random) -> list[list[CatalogRow]]:
    """Return the dialect's operators in random order, in groups as large as a mission has events."""
    rows = [row for _, row in sorted(CATALOG.dialect_catalog(dialect.value).items())]
    draw.shuffle(rows)
    return [rows[at : at + len(EVENTS)] for at in range(0, len(rows), len(EVENTS))]
