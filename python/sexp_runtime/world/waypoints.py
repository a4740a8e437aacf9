"""Waypoint paths, and the points on them that formulas name (E9)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.world.ships import Vector

#: Maximum number of point names cached in parsed form.
MOST_POINT_NAMES: Final = 4096


class WaypointPaths(dict[str, list[Vector]]):
    """The points of each path in order, by lower-case name of the path; World.set_waypoints changes them."""

    def __init__(self) -> None:
        super().__init__()
        self._parsed: dict[str, tuple[str, int]] = {}

    def point(self, name: str) -> Vector | None:
        """Return the position of a point named `Path:1`, `Path:2`, ..., ignoring case, or None."""
        path, index = self._parsed.get(name) or self._parse(name)
        points = self.get(path)
        return points[index] if points is not None and 0 <= index < len(points) else None

    def _parse(self, name: str) -> tuple[str, int]:
        """Split and cache a point's name into path and index; index -1 for any other text."""
        path, _, number = name.lower().rpartition(":")
        index = int(number[:9]) - 1 if number.isdecimal() and number.isascii() and ":" in name else -1
        if len(self._parsed) >= MOST_POINT_NAMES:
            self._parsed.clear()
        parts = self._parsed[name] = (path, index)
        return parts
