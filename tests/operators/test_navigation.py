"""Navigation points and the ships that the autopilot takes along (N4)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.world.navigation import is_near, quick_distance
from support.sexp_bench import Bench
from support.small_missions import Played, mission, ship


def bench() -> Bench:
    ships = {name: {"status": "present"} for name in ("Heron", "Tug")}
    made = Bench(ships=ships)
    made.world.set_player("ship", "heron")
    made.world.set_waypoints("Lane", [(3000.0, 0.0, 0.0), (4000.0, 400.0, 800.0)])
    return made


def test_points_are_marked_and_read_by_the_first_of_their_name() -> None:
    nav = bench()
    nav('( set-nav-visited "A" )')  # not remembered for a point added later (N4.3)
    nav('( add-nav-waypoint "A" "Lane" 0 )')  # number 0 counts as 1 (N4.2)
    assert (nav('( is-nav-visited "a" )'), nav('( distance-to-nav "A" )')) == (0, 3000)
    nav('( set-nav-visited "A" )')
    nav('( add-nav-waypoint "A" "Lane" 2 )')
    assert nav('( is-nav-visited "A" )') == 1
    nav('( unset-nav-visited "A" )')
    assert (nav('( is-nav-visited "A" )'), nav('( is-nav-visited "B" )')) == (0, 0)
    assert nav('( distance-to-nav "B" )') == -1
    assert [name for name, _ in nav.actions] == [
        "add-nav-waypoint", "set-nav-visited", "add-nav-waypoint", "unset-nav-visited",
    ]  # fmt: skip


def test_a_deleted_point_leaves_a_copy_of_the_next() -> None:
    nav = bench()
    for name in ("A", "B", "C"):
        nav(f'( add-nav-waypoint "{name}" "Lane" 1 )')
    nav('( del-nav "A" )')
    nav('( del-nav "B" )')  # its first slot takes a copy of its second
    assert [point.name for point in nav.world.navigation.points if point is not None] == ["B", "B", "C"]
    nav('( del-nav "C" )')
    assert [point and point.name for point in nav.world.navigation.points[:3]] == ["B", "B", None]


def test_there_are_eight_points() -> None:
    nav = bench()
    for number in range(9):
        nav(f'( add-nav-waypoint "{number}" "Lane" 1 )')
    assert nav('( distance-to-nav "7" )') == 3000
    assert nav('( distance-to-nav "8" )') == -1
    assert len(nav.actions) == 8


def test_a_ships_point_follows_it_and_leaves_with_it() -> None:
    nav = bench()
    nav('( add-nav-ship "Boat" "Tug" )')
    tug = nav.world.ships["tug"]
    nav.world.move_ship(tug, (0.0, 250.0, 0.0))
    assert nav('( distance-to-nav "Boat" )') == 250
    nav.world.depart(tug)
    assert nav('( distance-to-nav "Boat" )') == -1


def test_hidden_and_restricted_points_cannot_be_selected() -> None:
    nav = bench()
    nav('( add-nav-waypoint "Mine" "Lane" 1 "Heron" )')
    nav('( add-nav-waypoint "Theirs" "Lane" 1 "Tug" )')
    nav.actions.clear()
    for text in ('"Mine"', '"Theirs"'):
        nav(f"( select-nav {text} )")
    nav('( restrict-nav "Mine" )')
    nav('( select-nav "mine" )')
    nav('( unhide-nav "Theirs" )')
    nav('( select-nav "theirs" )')
    assert [args for name, args in nav.actions if name == "select-nav"] == [("Mine",), ("theirs",)]


def test_quick_distances_are_exact_along_an_axis() -> None:
    assert quick_distance((0.0, 0.0, 0.0), (0.0, -700.0, 0.0)) == 700.0
    assert quick_distance((0.0, 0.0, 0.0), (400.0, 800.0, 4000.0)) == 4000.0 + 1.5 * (200.0 + 50.0)


def test_points_near_the_player_are_visited_in_the_next_frame_on_every_engine() -> None:
    events = [
        ('( when ( has-time-elapsed 1 ) ( add-nav-waypoint "Near" "Lane" 1 ) ( add-nav-ship "Far" "Tug" ) )', "Add"),
        ('( when ( is-nav-visited "Near" ) ( do-nothing ) )', "Near"),
        ('( when ( is-nav-visited "Far" ) ( do-nothing ) )', "Far"),
        ('( when ( has-time-elapsed 2 ) ( set-object-position "Tug" 0 0 500 ) )', "Move"),
        ('( when ( and ( is-event-true "Add" ) ( < ( distance-to-nav "Far" ) 900 ) ) ( do-nothing ) )', "Close"),
    ]
    text = mission(events, ships=[ship("Tug", place="0, 0, 5000")])
    for engine in ("naive", "cached"):
        played = Played(text, seconds=3, engine=engine)
        assert (played.when("Add"), played.when("Near"), played.when("Far")) == (1.0, 1.0, 2.0)
        assert played.times["Near"] > played.times["Add"]
        assert played.times["Close"] < played.times["Far"]


def test_a_ship_that_needs_a_link_is_taken_along_once_the_player_is_near() -> None:
    events = [
        ('( when ( has-time-elapsed 1 ) ( set-nav-carry "Tug" ) ( set-nav-needslink "Tug" "Barge" ) )', "Need"),
        ('( when ( is-nav-linked "Tug" ) ( do-nothing ) )', "Tug"),
        ('( when ( is-nav-linked "Barge" ) ( do-nothing ) )', "Barge"),
    ]
    ships = [ship("Tug", place="0, 0, 300"), ship("Barge", place="0, 0, 3000")]
    played = Played(mission(events, ships=ships), seconds=3)
    assert played.times["Tug"] > played.times["Need"]  # not in the same frame: the action took it off
    assert played.when("Barge") is None


@given(st.tuples(*[st.floats(-3000.0, 3000.0)] * 3), st.floats(0.0, 3000.0))
def test_what_is_near_is_what_the_quick_estimate_says(place: tuple[float, float, float], reach: float) -> None:
    at = (12.5, -7.25, 1000.0)
    assert is_near(at, place, reach) is (quick_distance(at, place) < reach)


def test_a_move_of_a_points_ship_touches_the_place_of_the_points() -> None:
    nav = bench()
    flags = bytearray(1)
    nav.world.facts.subscribe(("nav", "position"), flags, 0)
    nav('( add-nav-ship "Boat" "Tug" )')
    for jump in (False, True):
        flags[0] = 0
        nav.world.move_ship(nav.world.ships["heron"], (1.0 + jump, 2.0, 3.0), jump=jump)
        assert flags[0] == 0
        nav.world.move_ship(nav.world.ships["tug"], (1.0 + jump, 2.0, 3.0), jump=jump)
        assert flags[0] == 1
