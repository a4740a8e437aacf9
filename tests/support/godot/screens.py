"""A virtual screen for editors that a script drives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from _setup.console import SetupError
from _setup.display import with_display
from _setup.engine import find_engine


@contextlib.contextmanager
def screen(size: str) -> Iterator[dict[str, str]]:
    """The environment of a virtual screen; the test is skipped where there can be none."""
    with contextlib.ExitStack() as stack:
        try:
            shown = stack.enter_context(with_display(find_engine(), size))
        except SetupError as error:
            pytest.skip(f"no screen: {error}")
        yield shown.environment
