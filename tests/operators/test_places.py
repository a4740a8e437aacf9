"""Where things are: names in any case, waypoints, sides, and distances to whole groups (H.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.operators.actions_geometry import orientation_of_angles
from sexp_runtime.operators.geometry import box_distance, least_box_distance, least_distance_to_boxes, quick_distance
from sexp_runtime.values import NAN, NAN_FOREVER
from sexp_runtime.world import state
from sexp_runtime.world.ships import Ship
from sexp_runtime.world.world import World
from support.worlds import result_of, small_world

METRES = st.floats(-1e6, 1e6, allow_nan=False)
POINTS = st.tuples(METRES, METRES, METRES)


@pytest.fixture
def world() -> World:
    """Everybody in space, each turned and placed in another way; Tug is the player's."""
    made = small_world()
    for index, ship in enumerate(made.ships.values()):
        made.arrive(ship, initial=True)
        turned = orientation_of_angles(17 * index, 40 * index, 77 * index)
        made.move_ship(ship, (311.0 * index, 97.0 * index * index, -41.0 * index), orientation=turned)
        made.set_ship(ship, "radius", 5.0 + 3 * index)
    made.set_player("ship", "tug")
    return made


@given(POINTS, POINTS)
def test_the_approximate_distance_weighs_the_parts_by_size(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    low, mid, high = sorted(abs(x - y) for x, y in zip(a, b, strict=True))
    assert quick_distance((a[0], a[1], a[2]), (b[0], b[1], b[2])) == high + 0.375 * mid + 0.1875 * low


@given(st.lists(POINTS, min_size=1), st.integers(0, 359), st.integers(0, 359))
def test_the_least_distance_to_a_box_is_that_of_the_nearest_point(
    points: list[tuple[float, float, float]], pitch: int, heading: int
) -> None:
    ship = Ship("A")
    ship.orientation = orientation_of_angles(pitch, 30, heading)
    ship.radius = 250.0
    assert least_box_distance(points, ship) == min(box_distance(point, ship) for point in points)
    assert box_distance(ship.position, ship) == 0.0


NEAR = st.floats(-1500.0, 1500.0)
ANGLES = st.integers(0, 359)
BOXES = st.tuples(st.tuples(NEAR, NEAR, NEAR), st.tuples(ANGLES, ANGLES, ANGLES), st.floats(0.0, 900.0))


@given(st.tuples(NEAR, NEAR, NEAR), st.lists(BOXES, min_size=1))
def test_the_least_distance_to_boxes_is_that_to_the_nearest(
    point: tuple[float, float, float], boxes: list[tuple[tuple[float, float, float], tuple[int, int, int], float]]
) -> None:
    ships = []
    for position, angles, radius in boxes:
        ship = Ship("A")
        ship.position, ship.orientation, ship.radius = position, orientation_of_angles(*angles), radius
        ships.append(ship)
    assert least_distance_to_boxes(point, ships) == min(box_distance(point, ship) for ship in ships)


@pytest.mark.parametrize("operator", ["distance", "distance-to-center", "distance-to-bbox"])
@pytest.mark.parametrize("one", ["Alpha 1", "Tug", "Cruiser", "Path:1", "Alpha"])
@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("<any hostile>", ("Beta 1", "Beta 2")),
        ("<ANY Hostile>", ("Beta 1", "Beta 2")),
        ("<any friendly>", ("Alpha 1", "Alpha 2", "Cruiser", "Tug")),
        ("Beta", ("Beta 1", "Beta 2")),
    ],
)
def test_the_distance_to_a_group_is_the_least_of_its_members(
    world: World, operator: str, one: str, group: str, members: tuple[str, ...]
) -> None:
    there = [result_of(world, f'( {operator} "{one}" "{member}" )') for member in members]
    back = [result_of(world, f'( {operator} "{member}" "{one}" )') for member in members]  # measured at the other's box
    assert all(isinstance(metres, int) and metres >= 0 for metres in (*there, *back))
    assert result_of(world, f'( {operator} "{one}" "{group}" )') == min(there)
    assert result_of(world, f'( {operator} "{group}" "{one}" )') == min(back)


def test_a_side_is_who_is_there_at_that_moment(world: World) -> None:
    def hostile() -> list[str]:
        return [ship.name for ship in world.side_ships("hostile")]

    assert hostile() == ["Beta 1", "Beta 2"]
    world.set_ship(world.ships["tug"], "team", "HOSTILE")
    assert hostile() == ["Beta 1", "Beta 2", "Tug"]
    world.destroy(world.ships["beta 1"])
    assert hostile() == ["Beta 1", "Beta 2", "Tug"]  # in its death roll
    world.finish_death(world.ships["beta 1"])
    assert hostile() == ["Beta 2", "Tug"]
    world.depart(world.ships["beta 2"])
    world.vanish(world.ships["tug"])
    assert hostile() == []
    world.create_ship("Raider", "GTF Ulysses", team="Hostile")
    assert hostile() == ["Raider"]
    for number in range(3 * state.MOST_SIDES):
        assert list(world.side_ships(f"side {number}")) == []
    assert hostile() == ["Raider"]


def test_names_count_in_any_case(world: World) -> None:
    here = result_of(world, '( get-object-y "Cruiser" )')
    assert here == 1552
    assert [result_of(world, f'( get-object-y "{name}" )') for name in ("CRUISER", "cruiser", "cRuIsEr")] == [here] * 3
    assert result_of(world, '( get-object-z "pAtH:1" )') == 100
    world.vanish(world.ships["cruiser"])
    assert result_of(world, '( get-object-y "Cruiser" )') is NAN_FOREVER
    assert result_of(world, '( get-object-y "CRUISER" )') is NAN_FOREVER


def test_waypoints_are_where_their_path_is_now(world: World) -> None:
    assert result_of(world, '( get-object-x "New:1" )') is NAN
    world.set_waypoints("New", [(7.0, 8.0, 9.0)])
    world.set_waypoints("path", [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (7.0, 8.0, 9.0)])
    assert world.waypoints.point("New:1") == world.waypoints.point("PATH:3") == (7.0, 8.0, 9.0)
    assert result_of(world, '( get-object-x "New:1" )') == 7
