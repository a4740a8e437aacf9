#!/usr/bin/env python3
"""Builds the binding for one engine and one Python: gets the headers and the API from the engine, generates, compiles.

Run it with the Python that the game will use: `python3 addons/pythonscript/build.py`. It installs its own requirement
(Cython) and the runtime's (msgpack) into the private environment build/env, unless that Python has them already. It
does nothing if nothing changed. Each output is moved into place with one rename, so that a failed build leaves the old
one.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from platform import machine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = HERE / "build"
BIN = HERE / "bin"
SOURCES = HERE / "src"
LOADER = HERE / "loader"
PACKAGE = ROOT / "python" / "godot"
#: The platform, as the engine names it in its feature tags.
SYSTEM = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")
PLATFORM = f"{SYSTEM}.{'arm64' if machine().lower() in ('arm64', 'aarch64') else 'x86_64'}"
ENDING = {"macos": ".dylib", "windows": ".dll"}.get(SYSTEM, ".so")
LIBRARY = BIN / f"libpythonscript.{PLATFORM}{ENDING}"
LIBRARIES = ["-ldl"] if SYSTEM == "linux" else []
#: The folder with Python of a packaged add-on or an exported game (README.md, "Where Python is").
BUNDLE = f"pythonscript.{PLATFORM}"
CONFIG = BIN / "python.cfg"
DESCRIPTION = PACKAGE / "_api.dat"
#: The file that makes the engine load the library. The build creates it, so that the engine reports no missing library.
EXTENSION = HERE / "pythonscript.gdextension"
STAMP = BUILD / "stamp"
ENVIRONMENT = BUILD / "env"
REQUIREMENTS = HERE / "requirements.txt"
#: The runtime's compiled modules, where the runtime is beside the binding.
LOOPS = ROOT / "python" / "sexp_runtime" / "loops" / "build.py"


class BuildError(Exception):
    """A problem that the user can fix; the text says what is wrong and how to fix it."""


def run(command: Sequence[str | Path], what: str, cwd: Path | None = None) -> str:
    """Run a command and return its output; BuildError with the end of the output where it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=900, errors="replace"
        )
    except FileNotFoundError:
        raise BuildError(f"{what}: {command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise BuildError(f"{what}: no end after 15 minutes") from None
    output = done.stdout + done.stderr
    if done.returncode != 0:
        tail = "\n".join(output.strip().splitlines()[-40:])
        raise BuildError(f"{what} failed (exit code {done.returncode}):\n{tail}")
    return output


def shared_library() -> Path:
    """The shared libpython of the running Python; BuildError if it has none."""
    name = sysconfig.get_config_var("INSTSONAME") or ""
    folders = [sysconfig.get_config_var("LIBDIR"), os.path.join(sys.base_prefix, "lib")]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    if multiarch:
        folders += [f"/usr/lib/{multiarch}", f"/lib/{multiarch}"]
    if ".so" in name or ".dylib" in name:
        for folder in folders:
            if folder and (Path(folder) / name).is_file():
                return Path(folder) / name
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise BuildError(
        f"Python {version} at {sys.executable} has no shared libpython. "
        f"On Debian: apt install libpython{version} ; with pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install"
    )


def include_folder() -> Path:
    """The folder of Python.h; BuildError if it is missing."""
    folder = Path(sysconfig.get_path("include"))
    if not (folder / "Python.h").is_file():
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise BuildError(f"Python.h is not in {folder}: apt install libpython{version}-dev")
    return folder


def fingerprint(godot: Path) -> str:
    """A text that changes whenever an input of the build changes."""
    digest = hashlib.sha256()
    for path in sorted(
        [
            *SOURCES.glob("*"),
            *LOADER.glob("*"),
            *HERE.glob("*.in"),
            HERE / "api_description.py",
            Path(__file__).resolve(),
        ]
    ):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    state = godot.stat()
    digest.update(f"{godot}|{state.st_size}|{state.st_mtime_ns}|{sys.version}|{sys.executable}|{HERE}".encode())
    return digest.hexdigest()


def outputs() -> list[Path]:
    """Every file of a finished build."""
    return [LIBRARY, CONFIG, DESCRIPTION, extension_module(), EXTENSION]


def extension_module() -> Path:
    return PACKAGE / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"


def dump_engine(godot: Path, say: Say) -> None:
    """Make the engine write its header and its API description, unless those of this engine are here already."""
    state = godot.stat()
    mark = f"{godot}|{state.st_size}|{state.st_mtime_ns}"
    record = BUILD / "engine"
    files = ("gdextension_interface.h", "extension_api.json")
    if record.is_file() and record.read_text() == mark and all((BUILD / name).is_file() for name in files):
        return
    say(f"asking {godot.name} for its interface")
    with tempfile.TemporaryDirectory(prefix="dump-", dir=BUILD) as folder:
        where = Path(folder)
        command: list[str | Path] = [godot, "--headless", "--dump-gdextension-interface", "--dump-extension-api"]
        run(command, "dumping the engine's interface", cwd=where)
        for name in files:
            if not (where / name).is_file():
                raise BuildError(f"{godot} did not write {name}: is it Godot 4.6 or newer?")
            os.replace(where / name, BUILD / name)
    record.write_text(mark)


def describe_api(say: Say) -> None:
    """Write the compact API description."""
    sys.path.insert(0, str(HERE))
    try:
        import api_description
    finally:
        sys.path.pop(0)
    say("reading the engine's API")
    try:
        left_out = api_description.convert(BUILD / "extension_api.json", DESCRIPTION)
    except (KeyError, ValueError) as problem:
        raise BuildError(f"the engine's API description cannot be used: {problem}") from problem
    if left_out:
        say(f"{left_out} entries of the API description are not understood and were left out")


def generate(say: Say) -> None:
    """Write the C source of the extension module."""
    say("generating C from Cython (a few seconds)")
    command: list[str | Path] = [sys.executable, "-m", "cython", "-3", "-o", BUILD / "_core.c", "src/_core.pyx"]
    run(command, "Cython", cwd=HERE)


def compile_c(say: Say) -> None:
    """Compile the loader and the extension module."""
    compiler = os.environ.get("CC") or ("cc" if SYSTEM == "macos" else "gcc")
    if not shutil.which(compiler):
        raise BuildError(f"the C compiler {compiler} is not installed: apt install gcc libc6-dev")
    include = include_folder()
    flags: list[str | Path] = ["-shared", "-fPIC", "-O2", "-g0", "-fvisibility=hidden", "-fno-strict-aliasing"]
    flags += ["-I", include, "-I", BUILD, "-I", SOURCES]
    if SYSTEM == "macos":
        flags += ["-undefined", "dynamic_lookup"]  # Python's functions are found when the module is loaded
    say("compiling (about half a minute)")
    for name, sources, target, extra in (
        ("the loader", loader_sources(), LIBRARY, [*loader_definitions(), "-Wall", *LIBRARIES]),
        (
            "_core.c",
            [BUILD / "_core.c"],
            extension_module(),
            ["-Wno-incompatible-pointer-types", "-Wno-discarded-qualifiers"],
        ),
    ):
        temporary = target.with_name(target.name + f".{os.getpid()}.new")
        try:
            run([compiler, *flags, *sources, "-o", temporary, *extra], f"compiling {name}")
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def loader_sources() -> list[Path]:
    """The loader's C files for this platform. `start.c` is for one Python version; the others are for all versions."""
    platform = "platform_windows.c" if os.name == "nt" else "platform_posix.c"
    return [LOADER / name for name in ("loader.c", "home.c", "start.c", platform)]


def loader_definitions() -> list[str]:
    """The preprocessor definitions for the loader's C files."""
    major, minor = sys.version_info[:2]
    return [
        f'-DPYTHON_BUNDLE="{BUNDLE}"',
        f"-DPYTHON_STARTERS=STARTER({major}, {minor})",
        f"-DPYTHON_STARTER=start_{major}_{minor}",
    ]


def write_config() -> None:
    """Write python.cfg: the libpython and the environment of this build, as paths relative to `bin`."""
    libpython = shared_library()
    # The environment's link to its Python, not the link's target: the file beside the link identifies the environment.
    executable = Path(os.path.abspath(sys.executable))
    environment = executable.parents[1]
    if executable.is_relative_to(ROOT):
        place = os.path.relpath(executable, BIN)
    else:
        place = str(link("environment", environment) / executable.relative_to(environment))
    lines = [
        f"version = {sys.version_info[0]}.{sys.version_info[1]}",
        f"libpython = {link(libpython.name, libpython)}",
        f"executable = {place}",
        f"packages = {os.path.relpath(ROOT / 'python', BIN)}",
    ]
    temporary = CONFIG.with_name(CONFIG.name + ".new")
    temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(temporary, CONFIG)


def link(name: str, target: Path) -> Path:
    """Make `bin/NAME` a link to a place outside the project; return its name, or the target if that is impossible."""
    temporary = BIN / f"{name}.{os.getpid()}.new"
    try:
        temporary.symlink_to(target)
        os.replace(temporary, BIN / name)
    except OSError:
        return target
    return Path(name)


def announce_extension() -> None:
    """Add the extension to the list that the engine reads when a project opens.

    The editor would do so itself, but a headless import that finds an extension for the first time crashes at its end
    (Godot issue 111048).
    """
    if not (ROOT / "project.godot").is_file():
        return
    known = ROOT / ".godot" / "extension_list.cfg"
    lines = known.read_text(encoding="utf-8").splitlines() if known.is_file() else []
    ours = f"res://{EXTENSION.relative_to(ROOT).as_posix()}"
    if ours not in lines:
        known.parent.mkdir(exist_ok=True)
        known.write_text("\n".join([*lines, ours]) + "\n", encoding="utf-8")


class Say:
    """Progress on standard error, unless quiet."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def __call__(self, text: str) -> None:
        if not self.quiet:
            print(f"pythonscript: {text}", file=sys.stderr, flush=True)


def build(godot: Path, force: bool = False, quiet: bool = False) -> bool:
    """Bring the build up to date; True if there was something to do. Raises BuildError."""
    if not godot.is_file():
        raise BuildError(f"there is no engine at {godot}")
    wanted = fingerprint(godot)
    if not force and is_current(wanted):
        announce_extension()
        return False
    say = Say(quiet)
    for folder in (BUILD, BIN):
        folder.mkdir(exist_ok=True)
        (folder / ".gdignore").touch()
    with locked(BUILD / "lock"):  # two builds at once would overwrite each other; the second finds the work done
        if not force and is_current(wanted):
            return False
        make(godot, wanted, say)
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; a second process waits for the first."""
    import fcntl

    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_current(wanted: str) -> bool:
    """Return whether the finished build has this fingerprint."""
    return STAMP.is_file() and STAMP.read_text() == wanted and all(path.is_file() for path in outputs())


def make(godot: Path, wanted: str, say: Say) -> None:
    """Do every step of the build."""
    STAMP.unlink(missing_ok=True)
    shared_library()
    dump_engine(godot, say)
    describe_api(say)
    generate(say)
    compile_c(say)
    write_config()
    shutil.copyfile(EXTENSION.with_suffix(".gdextension.in"), EXTENSION)
    announce_extension()
    STAMP.write_text(wanted)
    say("built")


def find_godot(named: Path | None) -> Path:
    """Return the engine's executable: the one named, $GODOT, or one on the PATH. BuildError if there is none."""
    if named is not None:
        return named
    for name in (os.environ.get("GODOT"), "godot4", "godot"):
        found = shutil.which(os.path.expanduser(name)) if name else None
        if found:
            return Path(found)
    raise BuildError("no Godot is on the PATH: name its executable with --godot PATH")


def needs_environment() -> bool:
    """Whether this Python lacks what the build needs."""
    return importlib.util.find_spec("Cython") is None


def environment_python(quiet: bool) -> Path:
    """Return the python of the add-on's private environment; create it from requirements.txt if needed."""
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "complete"
    mark = f"{sys.version}|{ENVIRONMENT}|{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}"
    if stamp.is_file() and stamp.read_text() == mark and python.exists():
        return python
    shared_library()
    include_folder()
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for name in ("venv", "ensurepip"):
        if importlib.util.find_spec(name) is None:
            raise BuildError(f"Python's module {name} is missing: apt install python{version}-venv")
    Say(quiet)("making an environment with Cython and msgpack (build/env)")
    BUILD.mkdir(exist_ok=True)
    (BUILD / ".gdignore").touch()
    with locked(BUILD / "environment.lock"):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        run([sys.executable, "-m", "venv", ENVIRONMENT], "making an environment")
        command: list[str | Path] = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
        command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", REQUIREMENTS]
        run(command, "installing Cython and msgpack")
        stamp.write_text(mark)
    return python


def compile_loops(quiet: bool) -> None:
    """Compile the runtime's innermost loops if the runtime is present; without them it uses the Python versions."""
    if not LOOPS.is_file():
        return
    source = LOOPS.with_name("native.pyx")
    module = source.with_name(f"native{sysconfig.get_config_var('EXT_SUFFIX')}")
    parts = [path for ending in ("pyx", "pxi", "pxd") for path in ROOT.glob(f"python/sexp_runtime/*/*.{ending}")]
    if module.is_file() and module.stat().st_mtime > max(path.stat().st_mtime for path in parts):
        return
    Say(quiet)("compiling the runtime's innermost loops")
    try:
        run([sys.executable, LOOPS], "compiling the loops")
    except BuildError as problem:
        Say(quiet)(f"{problem}\nthe runtime uses those in Python, which are slower")


def parser() -> argparse.ArgumentParser:
    """Return the arguments of this command."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--godot", type=Path, metavar="PATH", help="the engine (default: $GODOT, else one on the PATH)")
    made.add_argument("--python", metavar="X.Y", help="build for this Python: one on the PATH, like 3.12 (python3.12)")
    made.add_argument("--force", action="store_true", help="build even if nothing changed")
    made.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(given)
    try:
        if SYSTEM == "windows":
            raise BuildError("building on Windows is not supported: use the zip of a release")
        if sys.version_info < (3, 11):  # noqa: UP036 - people run this with the Python that they have
            raise BuildError(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
        if options.python and options.python != f"{sys.version_info[0]}.{sys.version_info[1]}":
            other = shutil.which(f"python{options.python}")
            if other is None:
                raise BuildError(f"no python{options.python} is on the PATH")
            os.execv(other, [other, str(Path(__file__).resolve()), *given])
        godot = find_godot(options.godot).resolve()
        if needs_environment():
            python = environment_python(options.quiet)
            os.execv(python, [str(python), str(Path(__file__).resolve()), *given])
        build(godot, options.force, options.quiet)
        compile_loops(options.quiet)
    except (BuildError, OSError) as problem:
        print(f"pythonscript: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
