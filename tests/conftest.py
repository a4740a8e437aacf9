"""The whole test suite: the project's own pytest plugin, as an installed package brings it, order, processes, heap."""

from __future__ import annotations

import gc
import os

import pytest

pytest_plugins = ["sexp_runtime.testing.plugin"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes `-n auto` starts: one more than cores, for tests of the engine wait a good deal.

    `tools/test --fast` has no such tests.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + ("not engine" not in config.option.markexpr)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of a release: to make it takes longest, and all of them wait for it."""
    items.sort(key=lambda item: "release" not in getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """Leave all that collecting made out of garbage collections: each mission that is loaded begins with a full one."""
    gc.collect()
    gc.freeze()
