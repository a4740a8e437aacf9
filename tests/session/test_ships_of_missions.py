"""Whole missions about ships on every engine: waves and their names, docked groups, names taken over, subsystems."""

from __future__ import annotations

import pytest

from sexp_runtime.engines import ENGINES
from sexp_runtime.session import MissionSession

HEAD = '#Mission Info\n$Version: 24.2\n$Name: Ships\n#Sexp_variables\n$Variables:\n(\n\t0\t"Who"\t"Kite"\t"string"\n)\n'


def ship(name: str, arrival: str = "( true )", departure: str = "( false )", more: str = "", delay: int = 0) -> str:
    return (
        f"$Name: {name}\n$Class: Fighter\n$Team: Friendly\n$Location: 0, 0, 0\n$Cargo 1: Nothing\n{more}"
        f"$Arrival Location: Hyperspace\n+Arrival Delay: {delay}\n$Arrival Cue: {arrival}\n"
        f"$Departure Location: Hyperspace\n$Departure Cue: {departure}\n$Determination: 10\n"
    )


def docked(ship: str) -> str:
    return f"+Docked With: {ship}\n$Docker Point: a\n$Dockee Point: b\n"


def wing(name: str, *ships: str, waves: int = 1, arrival: str = "( true )") -> str:
    listed = " ".join(f'"{ship}"' for ship in ships)
    return (
        f"$Name: {name}\n$Waves: {waves}\n$Wave Threshold: 0\n$Special Ship: 0\n$Arrival Location: Hyperspace\n"
        f"$Arrival Cue: {arrival}\n$Departure Location: Hyperspace\n$Departure Cue: ( false )\n$Ships: ( {listed} )\n"
    )


def at(seconds: int, action: str) -> str:
    return f"( when ( has-time-elapsed {seconds} ) {action} )"


def played(engine: str, ships: list[str], events: dict[str, str], *wings: str, seconds: float = 5) -> dict[str, float]:
    """Play a mission; return the moments at which its events came true, in tenths of a second."""
    player = ship("Pilot", more="") + '+Flags: ( "player-start" )\n'
    listed = "".join(
        f"$Formula: {text if text.startswith('( when') else f'( when {text} ( do-nothing ) )'}\n+Name: {name}\n"
        for name, text in events.items()
    )
    text = (
        f"{HEAD}#Players\n$Starting Shipname: Pilot\n#Objects\n{player}{''.join(ships)}#Wings\n{''.join(wings)}"
        f"#Events\n{listed}#Goals\n#End\n"
    )
    moments: dict[str, float] = {}
    session = MissionSession.load(text, engine=engine)
    session.on_event_satisfied.append(lambda name, index: moments.setdefault(name, round(session.mission_time, 1)))
    for _ in range(round(seconds * 10)):
        session.step(0.1)
    session.close()
    return moments


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", ["Ares#one {}", "Ares {}#one"])
@pytest.mark.parametrize("formula", ["Ares#one {}", "Ares {}#one"])
def test_names_of_waves_with_a_mark_in_either_spelling(engine: str, file: str, formula: str) -> None:
    first, third = formula.format(1), formula.format(3)
    events = {
        "End": at(1, f'( destroy-instantly "{first}" "{formula.format(2)}" )'),
        "First": f'( is-destroyed-delay 0 "{first}" )',
        "Third": f'( has-arrived-delay 0 "{third}" )',
        "There": f'( is-in-mission "{third}" )',
    }
    names = [file.format(number) for number in (1, 2)]
    moments = played(engine, [ship(name) for name in names], events, wing("Ares#one", *names, waves=2))
    if (file, formula) == ("Ares#one {}", "Ares {}#one"):  # a spelling that the mission does not use itself
        assert moments == {"End": 1.0}
    else:
        assert moments == {"End": 1.0, "First": 1.0, "Third": 1.1, "There": 1.1}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_docked_group_comes_with_its_leader_whatever_the_others_cues(engine: str) -> None:
    ships = [
        ship("Hauler", "( has-time-elapsed 3 )", more=docked("Crate")),
        ship("Crate", "( has-time-elapsed 1 )"),
        ship("Tug", "( has-time-elapsed 1 )", more=docked("W 2")),
        ship("W 1"),
        ship("W 2"),
    ]
    events = {name: f'( is-in-mission "{name}" )' for name in ("Hauler", "Crate", "Tug", "W", "W 1", "W 2")}
    moments = played(engine, ships, events, wing("W", "W 1", "W 2", arrival="( has-time-elapsed 2 )"))
    # the wing counts as having sent its wave when one of its ships came docked
    assert moments == {"Hauler": 3.0, "Crate": 3.0, "Tug": 1.0, "W": 1.0, "W 2": 1.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_ship_whose_name_a_created_one_has_taken_comes_under_another(engine: str) -> None:
    ships = [ship("Late", "( has-time-elapsed 2 )", "( has-time-elapsed 3 )"), ship("W 1"), ship("W 2")]
    events = {
        "Take": at(1, '( ship-create "Late" "Freighter" 0 0 9 ) ( ship-create "W 1" "Freighter" 0 0 9 )'),
        "Created": '( is-ship-class "Freighter" "Late" )',
        "Second": "( = ( num-ships-in-battle ) 6 )",
        "One left": "( and ( has-time-elapsed 3 ) ( = ( num-ships-in-battle ) 5 ) )",
        "Created left": '( has-departed-delay 0 "Late" )',
        "Wing": '( = ( num-ships-in-wing "W" ) 2 )',
    }
    moments = played(engine, ships, events, wing("W", "W 1", "W 2", arrival="( has-time-elapsed 2 )"))
    assert moments == {"Take": 1.0, "Created": 1.0, "Second": 2.0, "Wing": 2.0, "One left": 3.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_delays_that_actions_give(engine: str) -> None:
    ships = [
        ship("At once", departure="( has-time-elapsed 1 )"),
        ship("Later", departure="( has-time-elapsed 1 )"),
        ship("Waiting", "( has-time-elapsed 1 )", delay=9),
    ]
    events = {
        "Given": at(0, '( set-departure-info "At once" "Hyperspace" "<no anchor>" 0 5 )'),
        "Given too": at(0, '( set-departure-info "Later" "Hyperspace" "<no anchor>" 0 -2 )'),
        "Come": at(2, '( set-arrival-info "Waiting" "Hyperspace" )'),
        "At once": '( has-departed-delay 0 "At once" )',
        "Later": '( has-departed-delay 0 "Later" )',
        "Waiting": '( is-in-mission "Waiting" )',
    }
    moments = played(engine, ships, events)
    assert {name: moments[name] for name in ("At once", "Later", "Waiting")} == {
        "At once": 1.0, "Later": 3.0, "Waiting": 2.1,
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_entries_of_the_file_reach_every_wave(engine: str) -> None:
    events = {
        "Before": at(0, '( change-iff "Hostile" "@Who[Kite]" )'),
        "First": at(1, '( destroy-instantly "Alpha 1" )'),
        "Cancel": at(3, '( cancel-future-waves "Alpha" ) ( destroy-instantly "Alpha 2" )'),
        "Second": '( is-iff "Hostile" "Alpha 2" )',
        "Gone": '( is-destroyed-delay 0 "Alpha" )',
        "Kite": '( is-in-mission "Kite" )',
    }
    moments = played(engine, [ship("Kite")], events, wing("Alpha", "Kite", waves=5, arrival="( has-time-elapsed 1 )"))
    assert moments == {"Before": 0.1, "First": 1.0, "Second": 1.1, "Cancel": 3.0, "Gone": 3.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_conditions_see_what_actions_change(engine: str) -> None:
    events = {
        "Off": at(1, '( shields-off "Heron" )'),
        "On": at(2, '( shields-on "Heron" )'),
        "Mend": at(1, '( repair-subsystem "Heron" "Simulated Hull" 60 )'),
        "Tag": at(1, '( ship-tag "Heron" 1 2 )'),
        "Scan": at(1, '( alter-ship-flag "cargo-known" ( true ) ( false ) "Heron" )'),
        "No shields": '( = ( shields-left "Heron" ) 0 )',
        "Shields": '( and ( has-time-elapsed 2 ) ( > ( shields-left "Heron" ) 0 ) )',
        "Simulated": '( > ( sim-hits-left "Heron" ) 50 )',
        "Tagged": '( is_tagged "Heron" )',
        "No tag": '( and ( has-time-elapsed 2 ) ( not ( is_tagged "Heron" ) ) )',
        "Known": '( are-ship-flags-set "Heron" "cargo-known" )',
    }
    moments = played(engine, [ship("Heron")], events)
    for name in ("Off", "On", "Mend", "Tag", "Scan"):
        del moments[name]
    assert moments == {
        "No shields": 1.0, "Shields": 2.0, "Simulated": 1.0, "Tagged": 1.0, "No tag": 3.0, "Known": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_side_changes_nothing(engine: str) -> None:
    events = {
        "Try": at(1, '( change-iff "@Who[Kite]" "Heron" ) ( ship-create "Newt" "Fighter" 0 0 9 0 0 0 "@Who[Kite]" )'),
        "Same": '( and ( has-time-elapsed 1 ) ( is-iff "Friendly" "Heron" "Newt" ) )',
        "Known": at(2, '( change-iff "Marauder" "Heron" )'),
        "Changed": '( is-iff "Marauder" "Heron" )',
    }
    assert played(engine, [ship("Heron")], events) == {"Try": 1.0, "Same": 1.0, "Known": 2.0, "Changed": 2.0}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("word", ["<all engines>", "<all subsystems>", "Simulated Hull", "Engines", "engine"])
def test_words_for_subsystems_make_none(engine: str, word: str) -> None:
    hurt = ship("Heron", more="+Subsystem: engine\n$Damage: 0\n")
    events = {
        "Never": at(100, f'( sabotage-subsystem "Heron" "{word}" 20 )'),
        "Lose": at(1, '( set-subsystem-strength "Heron" "engine" 0 )'),
        "Disabled": '( is-disabled-delay 0 "Heron" )',
        "Empty": '( = ( hits-left-subsystem "Heron" "engine" ) 0 )',
    }
    assert played(engine, [hurt], events, seconds=2) == {"Lose": 1.0, "Disabled": 1.0, "Empty": 1.0}
