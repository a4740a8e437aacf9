"""Actions that move objects: which objects they reach, what follows, and what the game gets (N3)."""

from __future__ import annotations

import pytest

from support.small_missions import Played, mission, ship, wing

LATE = "( has-time-elapsed 2 )"
READ = (
    '( when ( has-time-elapsed 3 ) ( modify-variable @X[0] ( get-object-x "{0}" ) )'
    ' ( modify-variable @Z[0] ( get-object-heading "{0}" ) ) )'
)
VARIABLES = ('0 "X" "0" "number"', '1 "Z" "0" "number"')


def played(action: str, who: str, **objects: object) -> Played:
    events = [(f"( when ( has-time-elapsed 1 ) {action} )", "Act"), (READ.format(who), "Read")]
    return Played(mission(events, variables=VARIABLES, **objects), seconds=4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "place", "heading"),
    [
        ('( set-object-position "Tug" 70 80 90 )', 70, 0),
        ('( set-object-orientation "Tug" 0 0 -270 )', 5, 90),
        ('( set-object-facing "Tug" 1000 0 0 )', 5, 90),
        ('( set-object-facing "Tug" 1000 0 0 20000 )', 5, 90),  # at once whatever the time (N3.5)
        ('( set-object-facing-object "Tug" "Barge" )', 5, 90),
    ],
)
def test_a_ship_still_to_come_is_changed_in_the_file(action: str, place: int, heading: int) -> None:
    ships = [ship("Tug", cue=LATE, place="5, 0, 0"), ship("Barge", cue="( false )", place="500, 0, 0")]
    found = played(action, "Tug", ships=ships).session
    assert (found.get_variable("X"), found.get_variable("Z")) == (place, heading)


def test_a_turn_that_takes_time_is_left_to_the_game() -> None:
    found = played('( set-object-facing "Tug" 1000 0 0 500 )', "Tug", ships=[ship("Tug")])
    assert found.session.get_variable("Z") == 0
    assert found.heard("set-object-facing") == [("Tug", 1000, 0, 0, 500)]


def test_a_wing_still_to_come_keeps_its_shape() -> None:
    ships = [ship("Dip 1", place="0, 0, 0"), ship("Dip 2", place="50, 0, 0")]
    dip = wing("Dip", ["Dip 1", "Dip 2"], cue=LATE)
    found = played('( set-object-position "Dip" 1000 0 0 )', "Dip 2", ships=ships, wings=[dip])
    assert found.session.get_variable("X") == 1050


@pytest.mark.parametrize(
    "action",
    [
        '( set-object-position "Gone" 1 2 3 )',
        '( set-object-orientation "Gone" 1 2 3 )',
        '( set-object-facing "Gone" 1 2 3 )',
        '( set-object-facing-object "Tug" "Gone" )',
        '( set-object-position "Lane:7" 1 2 3 )',
    ],
)
def test_nothing_happens_to_objects_that_have_left(action: str) -> None:
    events = [
        ('( when ( true ) ( ship-vanish "Gone" ) )', "Away"),
        (f"( when ( has-time-elapsed 1 ) {action} )", "Act"),
    ]
    found = Played(mission(events, ships=[ship("Tug"), ship("Gone")]), seconds=2)
    assert found.when("Act") == 1.0
    assert found.heard(action.split()[1]) == []


def test_what_is_docked_follows_in_the_next_frame() -> None:
    docked = ship("Tug", "+Docked With: Box\n$Docker Point: a\n$Dockee Point: b", place="10, 0, 0")
    events = [
        ('( when ( has-time-elapsed 1 ) ( set-object-position "Tug" 110 0 0 ) ( modify-variable @X[0] '
         '( get-object-x "Box" ) ) )', "Act"),
        ('( when ( has-time-elapsed 2 ) ( modify-variable @Z[0] ( get-object-x "Box" ) ) )', "Read"),
    ]  # fmt: skip
    text = mission(events, ships=[docked, ship("Box", cue="( false )", place="20, 0, 0")], variables=VARIABLES)
    found = Played(text, seconds=3).session
    assert (found.get_variable("X"), found.get_variable("Z")) == (20, 120)
