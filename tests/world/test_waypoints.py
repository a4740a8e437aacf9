"""Waypoint paths and the names of their points (E9)."""

from __future__ import annotations

from sexp_runtime.world import waypoints
from sexp_runtime.world.waypoints import WaypointPaths


def test_points_are_found_by_path_and_number() -> None:
    paths = WaypointPaths()
    paths["path"] = [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    assert paths.point("Path:1") == (1.0, 2.0, 3.0)
    assert paths.point("pAtH:02") == (4.0, 5.0, 6.0)
    for name in ("Path:0", "Path:3", "Path:-1", "Path:x", "Path:", "Path", "New:1", "Path:²", ""):
        assert paths.point(name) is None
    paths["path"] = [(7.0, 8.0, 9.0)]
    assert paths.point("Path:1") == (7.0, 8.0, 9.0)
    assert paths.point("Path:2") is None


def test_the_cache_of_names_is_bounded() -> None:
    paths = WaypointPaths()
    paths["path"] = [(1.0, 2.0, 3.0)]
    for number in range(waypoints.MOST_POINT_NAMES + 10):
        assert paths.point(f"Path:{number + 2}") is None
    assert len(paths._parsed) <= waypoints.MOST_POINT_NAMES
    assert paths.point("Path:1") == (1.0, 2.0, 3.0)
