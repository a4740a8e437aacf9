"""Where the tests of a module are: in a file of its name, or in the one that `modules.toml` names."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = TESTS.parent / "python" / "sexp_runtime"
#: The name of the modules at the top of the package in the table, which are in no room.
TOP: Final = "top"


def modules() -> list[str]:
    """Return all modules but those that only open a package, by path from the package's top."""
    paths = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return [path for path in paths if not path.endswith(("__init__.py", "__main__.py"))]


@cache
def table() -> dict[str, list[str]]:
    """Return the places of tests by module, as `modules.toml` says."""
    found: dict[str, list[str]] = {}
    with (TESTS / "modules.toml").open("rb") as file:
        for room, rows in tomllib.load(file).items():
            for place, names in rows.items():
                for name in names:
                    found.setdefault(f"{name}.py" if room == TOP else f"{room}/{name}.py", []).append(place)
    return found


def named_after(module: str) -> str | None:
    """Return the tests that have the module's name, as a path from the folder of tests; None if there are none.

    A file that is named after the first words of the module's name counts (`test_feed.py` for `feed_rows.py`,
    `test_programs.py` for `program_plan.py`), for a module in a package of a room the file of that package, and for a
    module at the top the folder of its name. What runs without a compiler is tested with the same in C: `test_game.py`
    is for `plain_game.py`, too.
    """
    path = Path(module)
    for stem in dict.fromkeys((path.stem, path.stem.removeprefix("plain_"))):
        words = stem.split("_")
        for count in range(len(words), 0, -1):
            start = "_".join(words[:count])
            for name in (start, f"{start}s") if count < len(words) else (start,):
                file = path.with_name(f"test_{name}.py")
                if (TESTS / file).is_file():
                    return file.as_posix()
    if len(path.parts) > 2:
        return named_after(f"{path.parent.as_posix()}.py")
    return path.stem if len(path.parts) == 1 and (TESTS / path.stem).is_dir() else None


def tests_of(module: str) -> list[Path]:
    """Return the files and folders with the tests of a module, given as `world/log.py` or by its path in the project.

    Raises LookupError for what is no module, and for a module without tests.
    """
    name = module.rpartition("sexp_runtime/")[2].removesuffix(".py") + ".py"
    if name not in modules():
        raise LookupError(f"{module} is no module of the runtime: name one as world/log.py")
    found = [place for place in (named_after(name), *table().get(name, [])) if place]
    if not found:
        raise LookupError(f"no test file is named after {name}, and tests/modules.toml does not name one")
    return [TESTS / place for place in found]
