"""Environments in the cache folder, one for each Python and lock file, with which tools/package builds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Progress, SetupError, run_checked
from .state import PROJECT, cache_folder, digest_of_files, locked, make_folder

if TYPE_CHECKING:
    from .python_env import Interpreter

DONE = "complete"


def cached_environment(progress: Progress, interpreter: Interpreter, group: str) -> Path:
    """Return the python of an environment with the packages of `requirements/GROUP.txt`; create it if needed.

    The name of its folder holds the Python and a digest of the lock file, so that a change of either makes another one.
    Raises SetupError.
    """
    lock = PROJECT / "requirements" / f"{group}.txt"
    short = "{}.{}".format(*interpreter.version[:2])
    mark = digest_of_files([lock])[:12]
    home = make_folder(cache_folder() / "environments")
    folder = home / f"{group}-{interpreter.version_text}-{mark}"
    python = folder / "bin" / "python"
    if (folder / DONE).is_file() and python.exists():
        return python
    with locked(home, progress):
        if not ((folder / DONE).is_file() and python.exists()):
            progress.step(
                f"making the environment `{group}` of Python {short}", lambda: _make(interpreter, folder, lock)
            )
    return python


def _make(interpreter: Interpreter, folder: Path, lock: Path) -> None:
    if not lock.is_file():
        raise SetupError(f"{lock} is missing: the clone is not whole.")
    environment = plain_environment()
    shutil.rmtree(folder, ignore_errors=True)
    run_checked("Making an environment", [interpreter.executable, "-m", "venv", str(folder)], env=environment)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock)]
    run_checked("Installing Python packages", command, env=environment)
    (folder / DONE).touch()


def plain_environment() -> dict[str, str]:
    """This process's variables without those of another Python, which would mislead a new one."""
    led_astray = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET")
    return {name: value for name, value in os.environ.items() if name not in led_astray}
