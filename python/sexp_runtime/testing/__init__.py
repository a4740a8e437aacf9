"""Tests of missions: play a mission with the test's own clock, act on its ships, and check the results.

`tested` has the acts and questions of a test, `playing` the same with a clock, `in_engine` the same inside Godot;
`expect` the expectations, `why` the text of a failed one, `failures` what it raises, `plain_file` and `run` the plain
file, `junit` its report, `plugin` the pytest plugin. May import `session` and the rooms to its left; only `plugin`
imports pytest. Begin reading at `tested`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sexp_runtime.testing.failures import MissionTestFailure, UnknownNameError

if TYPE_CHECKING:
    from sexp_runtime.testing.playing import MissionTest

__all__ = ["MissionTest", "MissionTestFailure", "UnknownNameError"]


def __getattr__(name: str) -> Any:
    """Import what plays missions at its first use, so that the plugin costs other test suites next to nothing."""
    if name == "MissionTest":
        from sexp_runtime.testing.playing import MissionTest

        return MissionTest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
