"""A world filled from a mission: who and what is there before the first cue is evaluated (section E, F41-F45)."""

from __future__ import annotations

import pytest

from sexp_runtime.mission import load_mission, parse_mission
from sexp_runtime.world.classes import ClassTable, ShipClass
from sexp_runtime.world.ships import ExitKind, ShipStatus
from sexp_runtime.world.variables import SAVE_ON_PROGRESS
from sexp_runtime.world.world import World
from support.missions import MISSIONS, needs_missions
from support.small_missions import Played, mission, ship

TEXT = """#Mission Info
$Version: 24.2
$Name: Ferry
$Author: test
$Created: 01/01/26 at 00:00:00
$Modified: 01/01/26 at 00:00:00
$Notes:
$End Notes:
#Sexp_variables
$Variables:
(
	0	"Kills"	"7"	"number"
	3	"Mood"	"calm"	"string"	"campaign-persistent"
)
#Sexp_containers
$Lists
$Name: Queue
$Data Type: String
$Data: ( "a" "b" )
$End Lists
#Players
$Starting Shipname: Swan 1
$Ship Choices: ( )
+Weaponry Pool: ( )
#Objects
$Name: Swan 1
$Class: GTF Swan
$Team: Friendly
$Location: 0, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Nothing
+Initial Velocity: 50
+Initial Hull: 80
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
+Flags: ( "player-start" )
$Name: Swan 2
$Class: GTF Swan
$Team: Friendly
$Location: 10, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
$Name: Wreck
$Class: GTC Fenris
$Team: Hostile
$Location: 500, 0, 800
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Ore
+Subsystem: Pilot
+AI Class: General
+Subsystem: bridge
$Damage: 25
+Cargo Name: Papers
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
+Destroy At: 30
+Special Hitpoints: 5000
$Name: Barge
$Class: TC 2
$Team: Friendly
$Location: 1, 2, 3
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Ore
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
+Flags: ( "cargo-known" "ignore-count" )
+Docked With: Swan 2
$Docker Point: a
$Dockee Point: b
#Wings
$Name: Swan
$Waves: 3
$Wave Threshold: 1
$Special Ship: 1
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Ships: ( "Swan 1" "Swan 2" )
#Events
$Formula: ( when ( is-subsystem-destroyed-delay "Barge" "lamp" 0 ) ( do-nothing ) )
+Name: First
+Repeat Count: 3
+Interval: 4
+Chained: 2
#Goals
$Type: Primary
+Name: Win
$MessageNew: x
$end_multi_text
$Formula: ( is-event-true-delay "First" 0 )
#Waypoints
$Name: Path
$List: ( ( 0, 0, 0 ) ( 1, 2, 3 ) )
#End
"""


def _world() -> World:
    load = parse_mission(TEXT)
    assert [row.name for row in load.mission.ships] == ["Swan 1", "Swan 2", "Wreck", "Barge"], load.diagnostics
    return World(load.mission)


def test_ships_have_what_the_file_says() -> None:
    world = _world()
    assert list(world.ships) == ["swan 1", "swan 2", "wreck", "barge"]
    swan, wreck, barge = (world.ships[name] for name in ("swan 1", "wreck", "barge"))
    assert (swan.status, swan.hull_percent, swan.wing, swan.cargo_known) == (ShipStatus.NOT_YET, 80.0, "swan", True)
    assert swan.velocity == (0.0, 0.0, swan.max_speed / 2)
    assert (wreck.status, wreck.exit, wreck.max_hull) == (ShipStatus.EXITED, ExitKind.DESTROYED, 5000.0)
    assert len(world.log) == 0
    assert wreck.ai_class == "General"
    bridge = wreck.subsystems["bridge"]
    assert (bridge.hull / bridge.max_hull, bridge.cargo) == (0.75, "Papers")
    assert barge.cargo_known and barge.docked == {"swan 2"} and barge.position == (1.0, 2.0, 3.0)
    assert world.player.ship == "swan 1"


def test_a_subsystem_that_a_formula_names_exists() -> None:
    assert _world().ships["barge"].subsystem("lamp") is not None


def test_wings_tables_events_and_goals() -> None:
    world = _world()
    wing = world.wings["swan"]
    assert (wing.waves, wing.size, wing.threshold, wing.special_ship) == (3, 2, 1, 1)
    assert wing.ships == ["Swan 1", "Swan 2"] and wing.members == []
    assert world.type_totals == {
        "fighter": 2
    }  # M12.15: neither the first of three waves, nor the player, wreck and barge
    assert (world.variables.text(0), world.variables.text(3), len(world.variables)) == ("7", "calm", 2)
    assert world.variables.persistence[3] == SAVE_ON_PROGRESS
    assert world.containers.snapshot() == {"Queue": ["a", "b"]}
    event, goal = world.event("FIRST"), world.goal("win")
    assert event is not None and (event.repeat, event.interval_ms, event.chain_delay_ms) == (3, 4000, 2000)
    assert goal is not None and goal.status == "incomplete"
    assert world.waypoints.point("path:2") == (1.0, 2.0, 3.0)
    assert [world.waypoints.point(name) for name in ("Path:0", "Path:3", "Path", "No:1", "Path:x")] == [None] * 5


def test_the_leader_is_the_special_ship_while_it_is_there() -> None:
    world = _world()
    wing = world.wings["swan"]
    assert world.wing_leader(wing) is None
    world.arrive_wave(wing, initial=True)
    assert world.wing_leader(wing) is world.ships["swan 2"]
    world.vanish(world.ships["swan 2"])
    assert world.wing_leader(wing) is world.ships["swan 1"]


@pytest.mark.parametrize(
    ("name", "kind", "species"),
    [
        ("GTF Ulysses", "fighter", "Terran"), ("GVB Sekhmet", "bomber", "Vasudan"),
        ("SC Rakshasa", "cruiser", "Shivan"), ("GTCv Deimos", "corvette", "Terran"),
        ("GTD Orion", "capital", "Terran"), ("TC 2", "cargo", "Terran"), ("GTT Elysium", "transport", "Terran"),
        ("GTFr Poseidon", "freighter", "Terran"), ("Terran NavBuoy", "navbuoy", "Terran"),
        ("Clarkson-class", "cruiser", "Terran"), ("Something", "fighter", "Terran"),
        ("Defender-class Fighter", "fighter", "Terran"), ("Orion-class Destroyer", "capital", "Terran"),
    ],
)  # fmt: skip
def test_class_defaults_follow_the_names(name: str, kind: str, species: str) -> None:
    found = ClassTable().get(name)
    assert (found.type, found.species) == (kind, species)


def test_a_games_table_wins_over_defaults() -> None:
    table = ClassTable()
    table.add(ShipClass("GTF Ulysses", hull=999.0, type="bomber"))
    assert (table.get("gtf ulysses").hull, table.get("GTF ULYSSES").type) == (999.0, "bomber")
    assert "gtf ulysses" in table.known and "gtf other" not in table.known


@needs_missions
@pytest.mark.missions
def test_every_real_mission_makes_a_world() -> None:
    for path in sorted(MISSIONS.rglob("*.fs2")):
        mission = load_mission(path).mission
        world = World(mission)
        assert len(world.ships) == len({row.name.lower() for row in mission.ships}), path.name
        assert len(world.wings) == len({row.name.lower() for row in mission.wings}), path.name
        assert (len(world.events), len(world.goals)) == (len(mission.events), len(mission.goals)), path.name
        for wing in world.wings.values():
            ships = world.arrive_wave(wing, initial=True)
            assert wing.current == len(ships) == wing.size, f"{path.name}: {wing}"


def test_of_docked_ships_with_cues_of_their_own_one_brings_the_others() -> None:
    docked = "+Docked With: {}\n$Docker Point: a\n$Dockee Point: b"
    ships = [
        ship("Hauler", docked.format("Box"), cue="( has-time-elapsed 3 )"),
        ship("Box", docked.format("Hauler"), cue="( has-time-elapsed 1 )"),
    ]
    events = [(f'( when ( is-in-mission "{name}" ) ( do-nothing ) )', name) for name in ("Hauler", "Box")]
    played = Played(mission(events, ships=ships), seconds=4)
    assert (played.when("Hauler"), played.when("Box")) == (3.0, 3.0)  # R170


def test_damage_of_a_subsystem_has_a_fraction() -> None:
    for damage, left in (("33.6", 66.4), ("99.6", 0.0)):
        tug = ship("Tug").replace("$Arrival Location", f"+Subsystem: engine\n$Damage: {damage}\n$Arrival Location")
        part = Played(mission([], ships=[tug]), seconds=0).session.world.ships["tug"].subsystems["engine"]
        assert part.hull == pytest.approx(part.max_hull * left / 100)  # R161
