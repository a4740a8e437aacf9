"""The pytest plugin: the fixture `mission`, files `*.mission-test.toml` as tests, `--sexp-check` for mission files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sexp_runtime.testing.failures import MissionTestFailure, UnknownNameError
from sexp_runtime.testing.plan import SUFFIX, PlanError, PlannedTest, read_plan

if TYPE_CHECKING:
    from sexp_runtime.testing.playing import MissionTest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--sexp-check`."""
    group = parser.getgroup("sexp", "mission tests")
    group.addoption("--sexp-check", action="store_true", help="check each mission file (.fs2) for errors, as a test")


@pytest.fixture
def mission(request: pytest.FixtureRequest) -> Iterator[Callable[..., MissionTest]]:
    """Return a function that loads a mission to test: a file beside the test, or in the root folder, or a text.

    Its keywords are those of MissionTest. Missions are closed after the test.
    """
    from sexp_runtime.testing.playing import MissionTest

    made: list[MissionTest] = []

    def load(source: str | Path, **settings: object) -> MissionTest:
        if "\n" not in str(source):
            places = (request.path.parent / source, request.config.rootpath / source)
            source = next((place for place in places if place.is_file()), places[0])
        test = MissionTest(source, **settings)  # type: ignore[arg-type]
        made.append(test)
        return test

    yield load
    for test in made:
        test.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect plain mission tests, and mission files where `--sexp-check` is given."""
    if file_path.name.endswith(SUFFIX):
        return PlanFile.from_parent(parent, path=file_path)
    if file_path.suffix.lower() == ".fs2" and parent.config.getoption("--sexp-check"):
        return MissionFile.from_parent(parent, path=file_path)
    return None


class PlanFile(pytest.File):
    """A file `*.mission-test.toml`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each test and seed."""
        try:
            tests = read_plan(self.path)
        except PlanError as error:
            raise self.CollectError(str(error)) from error
        for test in tests:
            yield PlanItem.from_parent(self, name=test.title, test=test)


class PlanItem(pytest.Item):
    """One test of a plain file with one seed."""

    def __init__(self, *, test: PlannedTest, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.test = test

    def runtest(self) -> None:
        """Play it."""
        from sexp_runtime.testing.run import run_planned

        run_planned(self.test)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the failure's text, without a traceback into the package."""
        if isinstance(excinfo.value, MissionTestFailure | UnknownNameError | PlanError | OSError | ValueError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the place of the test."""
        return self.path, self.test.line - 1, self.name


class MissionFile(pytest.File):
    """A mission file to check."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the one check."""
        yield CheckItem.from_parent(self, name="check")


class CheckItem(pytest.Item):
    """The check of one mission file."""

    def runtest(self) -> None:
        """Fail with the errors of the mission, if it has any."""
        from sexp_runtime.testing.checking import mission_errors

        errors = mission_errors(self.path)
        if errors:
            raise MissionTestFailure("\n".join(errors))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the errors, without a traceback."""
        if isinstance(excinfo.value, MissionTestFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the place of the mission."""
        return self.path, 0, f"check of {self.path.name}"
