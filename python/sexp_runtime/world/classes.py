"""Ship class data, which no mission carries (hull, speed, type ...): defaults, replaceable by a game's tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

#: Subsystem types by the words that their names contain, first match wins; the names of the types are the original's.
SUBSYSTEM_WORDS: Final = (
    ("turret", "Turrets"),
    ("engine", "Engines"),
    ("thruster", "Engines"),
    ("radar", "Radar"),
    ("sensor", "Sensors"),
    ("nav", "Navigation"),
    ("comm", "Communications"),
    ("weapon", "Weapons"),
    ("solar", "Solar panels"),
    ("gas", "Gas collection"),
    ("activat", "Activation"),
)
ENGINES: Final = "Engines"
TURRETS: Final = "Turrets"
ACTIVATION: Final = "Activation"
UNKNOWN_SUBSYSTEM: Final = "Unknown"
#: All types that formulas can name (M2.3, M2.7).
SUBSYSTEM_TYPES: Final = (*dict.fromkeys(kind for _, kind in SUBSYSTEM_WORDS), UNKNOWN_SUBSYSTEM)


def subsystem_type(name: str) -> str:
    """Return the type of a subsystem as its name suggests, "Unknown" if it suggests none."""
    lowered = name.lower()
    for word, kind in SUBSYSTEM_WORDS:
        if word in lowered:
            return kind
    return UNKNOWN_SUBSYSTEM


_NONE: Final[frozenset[str]] = frozenset()
_SMALL: Final = frozenset({"fighter", "bomber", "stealth", "fighter/bomber", "support", "escape pod"})
_BIG: Final = frozenset(
    {"transport", "freighter", "awacs", "gas miner", "cruiser", "corvette", "capital", "super cap", "drydock",
     "knossos device"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShipClass:
    """What formulas and the simulation need to know about a ship class.

    `hull` and `shields` are points, `speed` is in metres a second, `radius` in metres (the box is a cube of that half
    edge). `small` says whether shield-quad-low treats it as a fighter or bomber.
    """

    name: str
    type: str = "fighter"
    species: str = "Terran"
    hull: float = 250.0
    shields: float = 300.0
    speed: float = 60.0
    radius: float = 10.0
    power_output: float = 2.0
    subsystems: tuple[str, ...] = ("engine", "communications", "navigation", "sensors", "weapons")
    flags: frozenset[str] = field(default=_NONE)

    @property
    def small(self) -> bool:
        """Whether it is a fighter, bomber or another ship of that size."""
        return self.type in _SMALL

    @property
    def big(self) -> bool:
        """Whether it is at least as big as a transport; such ships can keep their cargo in transfers (M9.4)."""
        return self.type in _BIG


#: Defaults per ship type: hull points, shield points, metres a second, metres of radius.
TYPE_DEFAULTS: Final[dict[str, tuple[float, float, float, float]]] = {
    "fighter": (250.0, 300.0, 60.0, 10.0),
    "bomber": (500.0, 600.0, 45.0, 16.0),
    "transport": (1500.0, 0.0, 40.0, 40.0),
    "freighter": (4000.0, 0.0, 25.0, 80.0),
    "cargo": (300.0, 0.0, 0.0, 15.0),
    "awacs": (8000.0, 0.0, 25.0, 100.0),
    "gas miner": (8000.0, 0.0, 20.0, 150.0),
    "support": (300.0, 300.0, 70.0, 15.0),
    "escape pod": (100.0, 0.0, 30.0, 5.0),
    "cruiser": (12000.0, 0.0, 25.0, 130.0),
    "corvette": (60000.0, 0.0, 25.0, 400.0),
    "capital": (100000.0, 0.0, 15.0, 1000.0),
    "super cap": (1000000.0, 0.0, 10.0, 3000.0),
    "drydock": (50000.0, 0.0, 0.0, 500.0),
    "sentry gun": (200.0, 0.0, 0.0, 10.0),
    "navbuoy": (100.0, 0.0, 0.0, 5.0),
    "knossos device": (100000.0, 0.0, 0.0, 1000.0),
    "unknown": (250.0, 0.0, 50.0, 15.0),
}

#: Words in a class name that tell its type; the first match wins, so a longer word comes before its own beginning.
_TYPE_WORDS: Final = (
    ("knossos", "knossos device"),
    ("buoy", "navbuoy"),
    ("navmarker", "navbuoy"),
    ("debris", "unknown"),
    (" mine", "sentry gun"),
    ("launcher", "sentry gun"),
    ("depot", "drydock"),
    ("comm node", "drydock"),
    ("sentry", "sentry gun"),
    ("watchdog", "sentry gun"),
    ("cerberus", "sentry gun"),
    ("escape pod", "escape pod"),
    ("ejection", "escape pod"),
    ("support", "support"),
    ("container", "cargo"),
    ("asteroid", "unknown"),
    ("instal", "drydock"),
    ("station", "drydock"),
    ("base", "drydock"),
    ("dreadnought", "super cap"),
    ("destroyer", "capital"),
    ("carrier", "capital"),
    ("corvette", "corvette"),
    ("cruiser", "cruiser"),
    ("frigate", "cruiser"),
    ("freighter", "freighter"),
    ("transport", "transport"),
    ("tanker", "freighter"),
    ("shuttle", "transport"),
    ("bomber", "bomber"),
    ("fighter", "fighter"),
    ("-class", "cruiser"),
)

#: Endings of the hull prefix (the first word of names such as "GTCv ..."), after the letters of its side.
_PREFIX_ENDINGS: Final = (
    ("vag", "capital"),
    ("cv", "corvette"),
    ("fr", "freighter"),
    ("sc", "cruiser"),
    ("sg", "sentry gun"),
    ("nb", "navbuoy"),
    ("ep", "escape pod"),
    ("dr", "fighter"),
    ("va", "capital"),
    ("gm", "gas miner"),
    ("jd", "super cap"),
    ("sj", "super cap"),
    ("dd", "drydock"),
    ("f", "fighter"),
    ("b", "bomber"),
    ("c", "cruiser"),
    ("d", "capital"),
    ("t", "transport"),
    ("s", "support"),
    ("i", "drydock"),
    ("a", "awacs"),
    ("j", "super cap"),
    ("g", "gas miner"),
    ("m", "transport"),
)


def guess_type(class_name: str) -> str:
    """Return the ship type that a class name suggests, by a word or by the hull prefix; "fighter" if neither helps."""
    lowered = class_name.lower()
    for word, kind in _TYPE_WORDS:
        if word in lowered:
            return kind
    prefix = lowered.split(" ", 1)[0].split("#", 1)[0]
    if " " in class_name and 1 < len(prefix) <= 5 and prefix.isalpha():
        if prefix in ("tac", "tc", "tsc", "vac", "sac", "ttc"):
            return "cargo"
        for ending, kind in _PREFIX_ENDINGS:
            if prefix.endswith(ending):
                return kind
    return "fighter"


def guess_species(class_name: str) -> str:
    """Return the species that a class name's prefix suggests: Vasudan, Shivan, else Terran."""
    prefix = class_name.split(" ", 1)[0].upper()
    if " " in class_name and 1 < len(prefix) <= 5:
        if prefix.startswith(("PV", "GV", "MV")):
            return "Vasudan"
        if prefix.startswith("S") and not prefix.startswith(("SG", "ST")):
            return "Shivan"
    return "Terran"


class ClassTable:
    """Ship classes by lower-case name.

    An unknown class gets defaults derived from its name, always the same. A game replaces or completes them with `add`.
    `known` holds the names that were added, for operators that distinguish known from unknown classes.
    """

    __slots__ = ("_classes", "given", "known")

    def __init__(self) -> None:
        self._classes: dict[str, ShipClass] = {}
        #: Lower-case names of the classes that a game declared: their data are not guessed.
        self.given: set[str] = set()
        #: Lower-case names that a game or a mission declared.
        self.known: set[str] = set()

    def add(self, ship_class: ShipClass) -> None:
        """Declare a class; this replaces its earlier data."""
        self._classes[ship_class.name.lower()] = ship_class
        self.known.add(ship_class.name.lower())
        self.given.add(ship_class.name.lower())

    def get(self, name: str) -> ShipClass:
        """Return the class of that name; an undeclared class gets default data."""
        key = name.lower()
        found = self._classes.get(key)
        if found is None:
            kind = guess_type(name)
            hull, shields, speed, radius = TYPE_DEFAULTS[kind]
            found = ShipClass(
                name, type=kind, species=guess_species(name), hull=hull, shields=shields, speed=speed, radius=radius
            )
            if kind == "cargo":
                found = replace(found, subsystems=())
            self._classes[key] = found
        return found

    def declare(self, name: str) -> ShipClass:
        """Return the class of that name and count it as known; loading calls this for each class of a mission."""
        self.known.add(name.lower())
        return self.get(name)
