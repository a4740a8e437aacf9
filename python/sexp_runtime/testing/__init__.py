"""Tests of missions: play one with a clock of the test's own, do things to its ships, expect what must follow.

`playing` has `MissionTest`, the words of a test; `expect` what it expects, `why` the text of a failed expectation,
`plan` and `run` the plain file, `junit` its report, `plugin` the pytest plugin. Imports `session` and what is left of
it; only `plugin` imports pytest. Begin reading at `playing`.
"""

from sexp_runtime.testing.expect import MissionTestFailure
from sexp_runtime.testing.playing import MissionTest

__all__ = ["MissionTest", "MissionTestFailure"]
