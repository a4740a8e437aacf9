"""The mission model: everything of a mission file that a formula can name or read (section E of the rules)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.tree import SexpExpression

Vector = tuple[float, float, float]
#: Rows of the orientation matrix: right, up, forward.
Orientation = tuple[float, float, float, float, float, float, float, float, float]

IDENTITY: Orientation = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
#: Bit of the game type that makes goals and events run every 500 ms (E1, F1).
GAME_TYPE_TRAINING = 4
#: Bit of the game type of missions for several players (E1).
GAME_TYPE_MULTI = 2


@dataclass(slots=True)
class MissionInfo:
    """#Mission Info (E1). `game_type` is a bit mask, `player_entry_delay` is in seconds."""

    version: str = ""
    name: str = ""
    author: str = ""
    created: str = ""
    modified: str = ""
    notes: str = ""
    description: str = ""
    game_type: int = 1
    flags: str = ""
    ai_profile: str = ""
    red_alert: bool = False
    scramble: bool = False
    disallow_support: bool = False
    all_teams_attack: bool = False
    player_entry_delay: float = 0.0
    starting_wings: tuple[str, ...] = ()
    squadron_wings: tuple[str, ...] = ()
    team_wings: tuple[str, ...] = ()

    @property
    def is_training(self) -> bool:
        """Whether this is a training mission (F1)."""
        return bool(self.game_type & GAME_TYPE_TRAINING)


@dataclass(slots=True)
class VariableDef:
    """One row of #Sexp_variables (E2). `persistence` is "none", "mission-close" or "mission-progress" (J10)."""

    index: int
    name: str
    value: str
    type: str = "number"  #: "number" or "string"
    network: bool = False
    eternal: bool = False
    persistence: str = "none"
    line: int = 0


@dataclass(slots=True)
class ContainerDef:
    """One container (E3): `values` of a list, or `pairs` of a map in file order. Persistence as in VariableDef."""

    name: str
    kind: str  #: "list" or "map"
    data_type: str = "string"  #: "number" or "string"
    key_type: str = "string"  #: of a map
    values: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    strict_keys: bool = False
    strict_data: bool = False
    network: bool = False
    eternal: bool = False
    persistence: str = "none"
    line: int = 0


@dataclass(slots=True)
class PlayerDef:
    """One team's entry of #Players (E4). Choices are (class or "@variable", count or "@variable") as written."""

    start_ship: str = ""
    ship_choices: tuple[tuple[str, str], ...] = ()
    default_ship: str = ""
    weapons: tuple[tuple[str, str], ...] = ()
    required_weapons: tuple[str, ...] = ()
    line: int = 0


@dataclass(slots=True)
class SubsystemDef:
    """A `+Subsystem:` entry; `damage` is in percent damaged (0 = whole), with a fraction (R161)."""

    name: str
    damage: float = 0.0
    cargo: str = ""
    ai_class: str = ""
    primary_banks: tuple[str, ...] = ()
    secondary_banks: tuple[str, ...] = ()


@dataclass(slots=True)
class ArrivalDef:
    """How a ship or wing arrives (E5). `delay` is in seconds from the cue, `distance` in metres.

    `at_once` says that no delay applies, as for terms set by an action (M13.1).
    """

    location: str = "Hyperspace"
    distance: int = 0
    anchor: str = ""
    delay: int = 0
    cue: SexpExpression | None = None
    paths: tuple[str, ...] = ()
    at_once: bool = False


@dataclass(slots=True)
class DepartureDef:
    """How a ship or wing departs (E5). `delay` is in seconds from the cue."""

    location: str = "Hyperspace"
    anchor: str = ""
    delay: int = 0
    cue: SexpExpression | None = None
    paths: tuple[str, ...] = ()


@dataclass(slots=True)
class DockDef:
    """A `+Docked With:` entry: `own_point` is this ship's dock point, `other_point` that of `ship`.

    The file swaps the two points (E5); here they are correct.
    """

    ship: str
    own_point: str = ""
    other_point: str = ""


@dataclass(slots=True)
class ShipDef:
    """One ship of #Objects (E5). Hull, shields, velocity are in percent, `destroy_at` in seconds before the start."""

    name: str
    class_name: str = ""
    team: str = ""
    display_name: str = ""
    alternative_classes: tuple[str, ...] = ()
    alternative_name: str = ""
    callsign: str = ""
    location: Vector = (0.0, 0.0, 0.0)
    orientation: Orientation = IDENTITY
    ai_class: str = ""
    goals: SexpExpression | None = None  #: ( goals ( ai-... ) ... )
    cargo: str = ""
    cargo_title: str = ""
    initial_velocity: int = 0
    initial_hull: int = 100
    initial_shields: int = 100
    subsystems: list[SubsystemDef] = field(default_factory=list)
    arrival: ArrivalDef = field(default_factory=ArrivalDef)
    departure: DepartureDef = field(default_factory=DepartureDef)
    flags: frozenset[str] = frozenset()  #: lower case, of +Flags: and +Flags2:
    respawn_priority: int = 0
    escort_priority: int = 0
    special_hitpoints: int = 0  #: 0: the points of the class
    special_shield_points: int = 0
    kamikaze_damage: int = 0
    hotkey: int = -1
    docked_with: list[DockDef] = field(default_factory=list)
    destroy_at: int | None = None
    orders_accepted: int | None = None
    group: int = 0
    score: int = 0
    use_table_score: bool = False
    persona: str = ""
    wing: str = ""  #: name of its wing as #Wings writes it, "" for none
    line: int = 0

    @property
    def is_player_start(self) -> bool:
        """Whether a player can start in this ship."""
        return "player-start" in self.flags


@dataclass(slots=True)
class WingDef:
    """One wing (E6). Delays between waves are in seconds; the member ships' own cues are not used."""

    name: str
    waves: int = 1
    threshold: int = 0
    special_ship: int = 0
    ships: list[str] = field(default_factory=list)
    arrival: ArrivalDef = field(default_factory=ArrivalDef)
    departure: DepartureDef = field(default_factory=DepartureDef)
    goals: SexpExpression | None = None
    flags: frozenset[str] = frozenset()  #: lower case
    hotkey: int = -1
    wave_delay_min: int = 0
    wave_delay_max: int = 0
    squad_logo: str = ""
    formation: str = ""
    line: int = 0


@dataclass(slots=True)
class EventDef:
    """One event, normalised (E7): `repeat` -1 is endless, `trigger_counting` says whether triggers are counted.

    `interval` and `chained` are in seconds, or milliseconds if `msecs`; `chained` -1 means not chained.
    Make one with `EventDef.make`, which normalises; `raw_repeat` and `raw_trigger` are as written (None: absent).
    """

    name: str
    formula: SexpExpression | None
    repeat: int = 1
    trigger: int = 1
    trigger_counting: bool = False
    interval: int = 1
    chained: int = -1
    score: int = 0
    objective: str = ""
    objective_key: str = ""
    team: int = -1
    msecs: bool = False
    log_flags: frozenset[str] = frozenset()
    raw_repeat: int | None = None
    raw_trigger: int | None = None
    line: int = 0

    @property
    def is_chained(self) -> bool:
        """Whether the event waits for the one before it."""
        return self.chained >= 0

    @classmethod
    def make(
        cls,
        name: str,
        formula: SexpExpression | None,
        *,
        repeat: int | None = None,
        trigger: int | None = None,
        interval: int = 1,
        chained: int = -1,
        msecs: bool = False,
    ) -> EventDef:
        """Return an event with the counts normalised (E7).

        A count of 0 becomes 1; a negative repeat count becomes -1; a trigger count other than 1 switches trigger
        counting on, which turns a repeat count of 1 into -1.
        """
        repeats = 1 if repeat is None or repeat == 0 else max(repeat, -1)
        triggers = 1 if trigger is None or trigger == 0 else trigger
        counting = triggers != 1
        if counting and repeats == 1:
            repeats = -1
        return cls(
            name,
            formula,
            repeats,
            triggers,
            counting,
            interval,
            max(chained, -1),
            msecs=msecs,
            raw_repeat=repeat,
            raw_trigger=trigger,
        )


@dataclass(slots=True)
class GoalDef:
    """One goal (E8); type is "primary", "secondary" or "bonus"."""

    name: str
    type: str = "primary"
    message: str = ""
    formula: SexpExpression | None = None
    invalid: bool = False
    no_music: bool = False
    score: int = 0
    team: int = 0
    line: int = 0


@dataclass(slots=True)
class WaypointPath:
    """A path of waypoints; formulas call the points `Name:1`, `Name:2`, ... (E9)."""

    name: str
    points: list[Vector] = field(default_factory=list)
    line: int = 0


@dataclass(slots=True)
class JumpNodeDef:
    """A jump node (E9)."""

    name: str
    location: Vector = (0.0, 0.0, 0.0)
    display_name: str = ""
    line: int = 0


@dataclass(slots=True)
class MessageDef:
    """A mission message (E10)."""

    name: str
    text: str = ""
    team: int = -1
    persona: str = ""
    avi: str = ""
    wave: str = ""
    line: int = 0


@dataclass(slots=True)
class ReinforcementDef:
    """A ship or wing that arrives when called (E11); `delay` is in seconds."""

    name: str
    type: str = ""
    uses: int = 1
    delay: int = 0
    no_messages: tuple[str, ...] = ()
    yes_messages: tuple[str, ...] = ()
    line: int = 0


@dataclass(slots=True)
class DebriefingStage:
    """A debriefing stage: shown when its formula is true after the mission (E13, F25)."""

    formula: SexpExpression | None
    text: str = ""
    recommendation: str = ""
    voice: str = ""
    team: int = 0
    line: int = 0


@dataclass(slots=True)
class BriefingStage:
    """A briefing stage: shown while its formula, true where there is none, has a value other than 0 (R74)."""

    formula: SexpExpression | None = None
    text: str = ""
    voice: str = ""
    team: int = 0
    line: int = 0


@dataclass(slots=True)
class FictionDef:
    """A text of the fiction viewer: the first whose formula is exactly true is shown (R78)."""

    file: str
    formula: SexpExpression | None = None
    font: str = ""
    voice: str = ""
    line: int = 0


@dataclass(slots=True)
class CutsceneDef:
    """A movie with the formula that decides whether it plays (E13); kind as `briefing cutscene`."""

    kind: str
    file: str
    formula: SexpExpression | None = None
    campaign_only: bool = False
    line: int = 0


@dataclass(slots=True)
class Mission:
    """A loaded mission: everything that its formulas can name or read, and the formulas."""

    file: str = ""
    dialect: Dialect = Dialect.FSO
    info: MissionInfo = field(default_factory=MissionInfo)
    variables: list[VariableDef] = field(default_factory=list)
    containers: list[ContainerDef] = field(default_factory=list)
    players: list[PlayerDef] = field(default_factory=list)
    ships: list[ShipDef] = field(default_factory=list)
    wings: list[WingDef] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    events: list[EventDef] = field(default_factory=list)
    goals: list[GoalDef] = field(default_factory=list)
    waypoints: list[WaypointPath] = field(default_factory=list)
    jump_nodes: list[JumpNodeDef] = field(default_factory=list)
    messages: list[MessageDef] = field(default_factory=list)
    reinforcements: list[ReinforcementDef] = field(default_factory=list)
    debriefing: list[DebriefingStage] = field(default_factory=list)
    cutscenes: list[CutsceneDef] = field(default_factory=list)
    fiction: list[FictionDef] = field(default_factory=list)
    briefing: list[BriefingStage] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The mission's title."""
        return self.info.name

    def variable_names(self) -> list[str]:
        """Return the variable names by table index, "" for unset slots."""
        names = [""] * (max((row.index for row in self.variables), default=-1) + 1)
        for row in self.variables:
            names[row.index] = row.name
        return names

    def container_kinds(self) -> dict[str, str]:
        """Return name -> "list" or "map"."""
        return {row.name: row.kind for row in self.containers}

    def ship(self, name: str) -> ShipDef | None:
        """Return the first ship of that name, ignoring case; a linear search, meant for tools."""
        wanted = name.lower()
        return next((row for row in self.ships if row.name.lower() == wanted), None)

    def wing(self, name: str) -> WingDef | None:
        """Return the first wing of that name, ignoring case; a linear search, meant for tools."""
        wanted = name.lower()
        return next((row for row in self.wings if row.name.lower() == wanted), None)

    @property
    def other_formulas(self) -> list[SexpExpression]:
        """The formulas of fiction and briefing stages, which are evaluated before the mission begins."""
        stages: list[FictionDef | BriefingStage] = [*self.fiction, *self.briefing]
        return [stage.formula for stage in stages if stage.formula is not None]

    def formulas(self) -> Iterator[SexpExpression]:
        """Yield every formula of the mission, with its owner in `owner`."""
        for ship in self.ships:
            for formula in (ship.goals, ship.arrival.cue, ship.departure.cue):
                if formula is not None:
                    yield formula
        for wing in self.wings:
            for formula in (wing.goals, wing.arrival.cue, wing.departure.cue):
                if formula is not None:
                    yield formula
        for event in self.events:
            if event.formula is not None:
                yield event.formula
        for goal in self.goals:
            if goal.formula is not None:
                yield goal.formula
        for stage in self.debriefing:
            if stage.formula is not None:
                yield stage.formula
        for cutscene in self.cutscenes:
            if cutscene.formula is not None:
                yield cutscene.formula
        yield from self.other_formulas
