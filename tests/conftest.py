"""The whole test suite: the project's own pytest plugin, tests by module, order, processes, heap."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from support.modules import tests_of

pytest_plugins = ["sexp_runtime.testing.plugin"]
# An example may take its time: the machine may be busy.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--of`."""
    parser.addoption("--of", metavar="MODULE", help="run the tests of a module only, such as world/log.py")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a module that is not there."""
    try:
        if config.getoption("--of"):
            tests_of(config.getoption("--of"))
    except LookupError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files that do not test the requested module."""
    module = config.getoption("--of")
    if not module or collection_path.is_dir():
        return None
    return None if any(collection_path.is_relative_to(place) for place in tests_of(module)) else True


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
    _freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Leave out what the tests of a file have left behind, too: what libraries keep grows with each of them."""
    if nextitem is not None and nextitem.path != item.path:
        _freeze()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
