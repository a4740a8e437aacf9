"""The pytest plugin: the fixture `mission`, files `*.mission-test.toml` as tests, `--sexp-check`, `--sexp-coverage`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from sexp_runtime.testing.failures import MissionTestFailure, UnknownNameError
from sexp_runtime.testing.plain_file import SUFFIX, PlainFileError, PlainTest, read_plain_file

if TYPE_CHECKING:
    from sexp_runtime.testing.coverage import Coverage
    from sexp_runtime.testing.playing import MissionTest

_COVERED: Final[pytest.StashKey[Coverage]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("sexp", "mission tests")
    group.addoption("--sexp-check", action="store_true", help="check each mission file (.fs2) for errors, as a test")
    group.addoption(
        "--sexp-coverage", metavar="FILE", help="report what the missions' tests reached, and write it to FILE as data"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to collect coverage if it is wanted, in each process that runs tests."""
    if config.getoption("--sexp-coverage", None):
        from sexp_runtime.testing import coverage

        covered = coverage.Coverage()
        config.stash[_COVERED] = covered
        coverage.collect(covered)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the collection of coverage."""
    if _COVERED in config.stash:
        from sexp_runtime.testing import coverage

        coverage.collect(None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the coverage of a worker of pytest-xdist to its controller, or write it."""
    config = session.config
    if _COVERED not in config.stash:
        return
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["sexp_coverage"] = config.stash[_COVERED].as_dict()
    else:
        config.stash[_COVERED].write(Path(config.getoption("--sexp-coverage")))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the coverage of a worker of pytest-xdist that has ended."""
    data = getattr(node, "workeroutput", {}).get("sexp_coverage")
    if data is not None:
        from sexp_runtime.testing.coverage import Coverage

        node.config.stash[_COVERED].merge(Coverage.from_dict(data))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the coverage."""
    if _COVERED in config.stash:
        from sexp_runtime.testing.coverage_report import coverage_text

        terminalreporter.section("mission coverage")
        terminalreporter.write_line(coverage_text(config.stash[_COVERED]))


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
        return PlainFile.from_parent(parent, path=file_path)
    if file_path.suffix.lower() == ".fs2" and parent.config.getoption("--sexp-check"):
        return MissionFile.from_parent(parent, path=file_path)
    return None


class PlainFile(pytest.File):
    """A file `*.mission-test.toml`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each test and seed."""
        try:
            tests = read_plain_file(self.path)
        except PlainFileError as error:
            raise self.CollectError(str(error)) from error
        for test in tests:
            yield PlainItem.from_parent(self, name=test.title, test=test)


class PlainItem(pytest.Item):
    """One test of a plain file with one seed."""

    def __init__(self, *, test: PlainTest, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.test = test

    def runtest(self) -> None:
        """Play it."""
        from sexp_runtime.testing.run import run_plain_test

        run_plain_test(self.test)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the failure's text, without a traceback into the package."""
        if isinstance(excinfo.value, MissionTestFailure | UnknownNameError | PlainFileError | OSError | ValueError):
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
