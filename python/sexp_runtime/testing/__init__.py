"""Tests of missions: play a mission with the test's own clock, act on its ships, and check the results.

`playing` has `MissionTest`, the interface of a test; `expect` its expectations, `why` the text of a failed one,
`plan` and `run` the plain file, `junit` its report, `plugin` the pytest plugin. May import `session` and the rooms to
its left; only `plugin` imports pytest. Begin reading at `playing`.
"""

from sexp_runtime.testing.expect import MissionTestFailure
from sexp_runtime.testing.playing import MissionTest

__all__ = ["MissionTest", "MissionTestFailure"]
