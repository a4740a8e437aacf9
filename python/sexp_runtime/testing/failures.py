"""What a test raises: a failed expectation, and a name that the mission does not have; it lists similar names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MissionTestFailure(AssertionError):  # noqa: N818 - a failure, not an error of the test
    """An expectation failed; the text explains why."""


class UnknownNameError(LookupError):
    """A test names a ship, event, goal, message or variable that the mission does not have: a mistake of the test."""


def unknown(kind: str, name: str, known: Iterable[str], *, of: str = "the mission") -> UnknownNameError:
    """Return the error for a name that the mission, or what `of` names, does not have, with similar known names."""
    by_key = {one.lower(): one for one in known if one}
    near = [by_key[key] for key in difflib.get_close_matches(name.lower(), by_key, cutoff=0.5)]
    hint = f"; did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
    return UnknownNameError(f"{of} has no {kind} {name!r}{hint}")
