"""The commands in tools/: their arguments, and the programs that they start after the set-up."""

from __future__ import annotations

import argparse
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, NoReturn

from . import display, engine, environments, project, python_env, sanitize
from .console import Progress, SetupError
from .state import PROJECT

SETUP_HELP = (
    "Missing set-up is done first: a Python environment in .venv, the engine in a cache folder, the binding, "
    "the import. "
    "Environment: GODOT=/path/to/godot names the engine, SEXP_PYTHON the Python (its path, or 3.12), "
    "SEXP_CACHE the cache folder."
)
#: The tests that `tools/test --fast` skips: those of the engine, with others' missions, and of more than some seconds.
FAST = ("-m", "not slow and not engine and not missions")
#: One process for each core; an idle process takes tests from another.
IN_PARALLEL = ("-n", "auto", "--dist", "worksteal")
BENCHMARKS = PROJECT / "tools" / "benchmarks"


def main(arguments: Sequence[str]) -> int:
    """Runs the command named by the first argument; returns its exit status (2: a problem of set-up or of usage)."""
    commands: dict[str, Callable[[list[str]], int]] = {
        "run": run,
        "test": test,
        "godot": godot,
        "sexp": sexp,
        "bench": bench,
        "fuzz": fuzz,
        "package": package,
    }
    if not arguments or arguments[0] not in commands:
        print("usage: tools/{{{}}} ARGUMENTS...".format(",".join(commands)), file=sys.stderr)
        return 2
    try:
        return commands[arguments[0]](list(arguments[1:]))
    except SetupError as problem:
        print(f"tools/{arguments[0]}: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"tools/{arguments[0]}: interrupted; run it again to go on", file=sys.stderr)
        return 130


def _become(command: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Replaces this process by another program, so that signals and the exit status are that program's."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(command[0], list(command), environment)
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started: {error.strerror}") from error


def _setup(groups: Sequence[str]) -> project.Ready:
    progress = Progress()
    started = time.monotonic()
    ready = project.ensure_all(progress, groups)
    if progress.durations:
        progress.say("all set up in %.1f s" % (time.monotonic() - started))
    return ready


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    parse.__name__ = "number"
    return parse


def run_parser() -> argparse.ArgumentParser:
    """The arguments of tools/run."""
    parser = argparse.ArgumentParser(
        prog="tools/run",
        description="Runs a mission in Godot and prints what happened; with no argument the demo mission. "
        + SETUP_HELP,
    )
    parser.add_argument(
        "mission", nargs="?", metavar="MISSION.fs2", help="the mission file (default: the demo mission)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the measured numbers to FILE (- for standard output)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--seconds", type=_number(0.1, 360000), metavar="N", help="stop after N seconds of mission time"
    )
    length.add_argument("--frames", type=_number(1, 20000000), metavar="N", help="stop after N frames")
    parser.add_argument(
        "--fps", type=_number(1, 1000), metavar="N", help="frames per second of mission time (default: 60)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="seed of everything random (default: the same every time)"
    )
    parser.add_argument("--window", action="store_true", help="play in a window, in real time")
    parser.add_argument("--realtime", action="store_true", help="headless, but no faster than the clock")
    parser.add_argument(
        "--overlay", action="store_true", help="show the overlay with the runtime's numbers from the start"
    )
    parser.add_argument("--quiet", action="store_true", help="print the summary only, not each event")
    parser.add_argument("--screenshot", metavar="FILE@SECONDS", help="in a window: save a picture at that mission time")
    return parser


def run_command(options: argparse.Namespace, executable: str, software: bool) -> list[str]:
    """The engine's command line for these options; the scene reads the arguments after `--`."""
    command = [executable, "--no-header", "--path", str(PROJECT)]
    fps = options.fps or 60
    if options.window:
        if software:
            command += ["--rendering-driver", "opengl3"]
    else:
        command.append("--headless")
        if not options.realtime:
            command += ["--fixed-fps", str(math.ceil(fps))]
    command.append("--")
    if options.mission:
        command.append("--mission=" + os.path.abspath(options.mission))
    if options.frames is not None:
        command.append(f"--seconds={int(options.frames) / fps:.10g}")
    if options.seconds is not None:
        command.append(f"--seconds={options.seconds:.10g}")
    if options.seed is not None:
        command.append(f"--seed={options.seed}")
    if options.fps is not None:
        command.append(f"--fps={options.fps:.10g}")
    command += ["--" + name for name in ("overlay", "quiet") if getattr(options, name)]
    if options.screenshot:
        picture, _, moment = options.screenshot.rpartition("@")
        command.append(f"--screenshot={os.path.abspath(picture)}@{moment}")
    if options.json:
        command.append("--json=" + (options.json if options.json == "-" else os.path.abspath(options.json)))
    if not options.window:
        command.append("--quit-at-end")
    return command


def run(arguments: list[str]) -> int:
    """tools/run: a mission in the engine."""
    options = run_parser().parse_args(arguments)
    if options.mission and not os.path.isfile(options.mission):
        raise SetupError(f"there is no mission file {options.mission}")
    if options.json and options.json != "-" and not os.path.isdir(os.path.dirname(os.path.abspath(options.json))):
        raise SetupError(f"the folder of {options.json} does not exist")
    if options.screenshot and not (options.window and re.fullmatch(r".+@[0-9.]+", options.screenshot)):
        raise SetupError("--screenshot needs --window and the form FILE@SECONDS, like picture.png@12.5")
    if options.window and not _has_screen():
        raise SetupError(
            "--window needs a screen (DISPLAY or WAYLAND_DISPLAY is not set); without it the mission runs headless"
        )
    ready = _setup(["run"])
    environment = ready.environment()
    if options.window:
        environment = engine.drawing_environment(ready.engine, environment)
    command = run_command(options, str(ready.engine.executable), not engine.has_graphics_card())
    _become(command, environment)


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def test(arguments: list[str]) -> int:
    """tools/test: pytest over all tests, including those inside the engine."""
    if arguments[:1] == ["--help"]:
        print(
            "usage: tools/test [pytest arguments]\n\n"
            "Runs the tests with pytest, from the top folder; without arguments\n"
            "all of them, the checks of style and types included. Exits non-zero on any failure.\n"
            "Several run at the same time, one for each core (-n 0: one after another).\n"
            "  tools/test --fast                    what does not take long, in under a minute: for every save\n"
            "  tools/test tests/syntax -k escape    some of them\n"
            "  tools/test --of world/log.py         those of one module\n"
            "  tools/test --python 3.12 ...         with another Python from now on, until the next --python\n"
            "  tools/test -h                        pytest's own help\n"
            "  tools/test --sanitize                the compiled code under ASan and UBSan, in headless Godot, too\n"
            "  tools/test --lock                    rewrite the lock files in requirements/ from the .in files\n\n"
            + SETUP_HELP
        )
        return 0
    if arguments[:1] == ["--lock"]:
        python_env.lock(Progress())
        return 0
    if arguments[:1] == ["--python"] and len(arguments) > 1:
        os.environ["SEXP_PYTHON"] = arguments[1]
        arguments = arguments[2:]
    ready = _setup(python_env.GROUPS)
    if "--sanitize" in arguments:
        given = [argument for argument in arguments if argument != "--sanitize"]
        environment = sanitize.prepare(Progress(), ready)
        os.chdir(sanitize.COPY)
        paths = [] if any(not argument.startswith("-") for argument in given) else sanitize.TESTS
        environment.setdefault("SEXP_FUZZ", "fast")
        _become([str(ready.python), "-m", "pytest", *pytest_arguments([*given, *paths])[0]], environment)
    os.chdir(PROJECT)
    arguments, fuzz = pytest_arguments(arguments)
    environment = ready.environment()
    if fuzz:
        environment["SEXP_FUZZ"] = fuzz
    _become([str(ready.python), "-m", "pytest", *arguments], environment)


def pytest_arguments(arguments: Sequence[str]) -> tuple[list[str], str]:
    """Return pytest's arguments for those of tools/test, and the value of SEXP_FUZZ (empty: leave it alone)."""
    fast = "--fast" in arguments
    given = [argument for argument in arguments if argument != "--fast"]
    serial = any(argument.startswith(("-n", "--pdb", "--collect", "-h", "--help")) for argument in given)
    return [*(FAST if fast else ()), *(() if serial else IN_PARALLEL), *given], "fast" if fast else ""


def sexp(arguments: list[str]) -> int:
    """tools/sexp: the command line of the runtime; needs no engine."""
    if arguments[:1] == ["--setup-help"]:
        print("usage: tools/sexp ARGUMENTS...: python -m sexp_runtime in the project's environment. " + SETUP_HELP)
        return 0
    python = project.ensure_python(Progress(), ["run"])
    _become([str(python), "-m", "sexp_runtime", *arguments], project.python_environment())


def package(arguments: list[str]) -> int:
    """tools/package: the files of a release."""
    progress = Progress()
    found = project.ensure_engine(progress)
    tools = environments.cached_environment(progress, python_env.asked_interpreter(), "package")
    environment = dict(environments.plain_environment(), GODOT=str(found.executable))
    _become([str(tools), str(PROJECT / "tools" / "_package"), *arguments], environment)


def fuzz(arguments: list[str]) -> int:
    """tools/fuzz: one target under coverage guidance."""
    interpreter = python_env.asked_interpreter()
    project.ensure_python(Progress(), ["run"])
    python = environments.cached_environment(Progress(), interpreter, "fuzz")
    _become([str(python), str(PROJECT / "tools" / "fuzzing"), *arguments], environments.plain_environment())


def benchmark_names() -> list[str]:
    """The names of all benchmarks."""
    return sorted(path.stem.replace("_", "-") for path in BENCHMARKS.glob("*.py") if not path.stem.startswith("_"))


def _benchmark(name: str) -> Path:
    return BENCHMARKS / (name.replace("-", "_") + ".py")


def bench(arguments: list[str]) -> int:
    """tools/bench: one of the benchmarks."""
    parser = argparse.ArgumentParser(
        prog="tools/bench",
        description="Runs a benchmark and prints its numbers; without a name lists the benchmarks. "
        "More arguments go to the benchmark (tools/bench NAME --help lists them). " + SETUP_HELP,
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="one of: " + (", ".join(benchmark_names()) or "none yet")
    )
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="the benchmark's own, like --json FILE"
    )
    options = parser.parse_args(arguments)
    if options.name is None:
        for name in benchmark_names():
            print(f"{name:<20} {_first_sentence(_benchmark(name))}")
        return 0
    if options.name not in benchmark_names():
        raise SetupError(
            "there is no benchmark {}; there are: {}".format(options.name, ", ".join(benchmark_names()) or "none yet")
        )
    script = _benchmark(options.name)
    ready = _setup(python_env.GROUPS)
    _become([str(ready.python), str(script), *options.arguments], ready.environment())


def _first_sentence(script: Path) -> str:
    import ast

    try:
        text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    except (OSError, SyntaxError):
        return ""
    return text.strip().splitlines()[0] if text.strip() else ""


GODOT_HELP = """usage: tools/godot ARGUMENTS...             run the engine with these arguments
       tools/godot --where                  print which executable that is
       tools/godot --templates              fetch its export templates; print the release and the debug one
       tools/godot --xvfb ARGUMENTS...      run it on a virtual screen
       tools/godot --screen COMMAND ...     run any command on a virtual screen, with GODOT set
       tools/godot --window-env             print the variables that a window needs, as shell lines
       tools/godot --editor-project         open this project in the editor

The engine is $GODOT if set; else godot4 or godot on the PATH if it is 4.6 or newer; else Debian's own package,
fetched once and unpacked without root into the cache folder ($SEXP_CACHE, default ~/.cache/sexp-godot).
The engine's own help: tools/godot -h. The virtual screen's size: SEXP_SCREEN=1600x900 (default 1280x720).
With SEXP_SCREENSHOT=FILE.png its last picture is written when the command ends."""


def godot(arguments: list[str]) -> int:
    """tools/godot: the engine itself."""
    first = arguments[0] if arguments else ""
    if first == "--help":
        print(GODOT_HELP)
        return 0
    found = project.ensure_engine(Progress())
    executable = str(found.executable)
    if first == "--where":
        print(executable)
        return 0
    if first == "--templates":
        for template in project.ensure_templates(Progress()).paths():
            print(template)
        return 0
    if first == "--window-env":
        before = dict(os.environ)
        for name, value in sorted(engine.drawing_environment(found, before).items()):
            if before.get(name) != value:
                print("export {}='{}'".format(name, value.replace("'", "'\\''")))
        return 0
    if first == "--xvfb":
        return _on_screen(found, [executable, *_with_driver(["--audio-driver", "Dummy", *arguments[1:]])])
    if first == "--screen":
        if len(arguments) < 2:
            raise SetupError("--screen needs a command")
        return _on_screen(found, arguments[1:])
    if first == "--editor-project":
        arguments = ["--editor", "--path", str(PROJECT), *arguments[1:]]
    environment = engine.plain_environment(found, dict(os.environ))
    if "--headless" not in arguments and _has_screen():
        environment = engine.drawing_environment(found, environment)
        if not engine.has_graphics_card():
            arguments = _with_driver(arguments)
    _become([executable, *arguments], environment)


def _with_driver(arguments: list[str]) -> list[str]:
    """Adds OpenGL as the driver if there is no graphics card (Vulkan is too slow then) and no driver is requested."""
    if any(name in arguments for name in ("--rendering-driver", "--rendering-method", "--headless")):
        return arguments
    return ["--rendering-driver", "opengl3", *arguments]


def _on_screen(found: engine.Engine, command: Sequence[str]) -> int:
    """Runs a command on a virtual screen; returns its exit status."""
    picture = os.environ.get("SEXP_SCREENSHOT")
    with display.with_display(found, os.environ.get("SEXP_SCREEN", "1280x720")) as screen:
        environment = dict(screen.environment, GODOT=str(found.executable))
        try:
            process = subprocess.Popen(list(command), env=environment)
        except OSError as error:
            raise SetupError(f"{command[0]} cannot be started: {error.strerror}") from error
        try:
            last = b""
            while True:
                try:
                    status = process.wait(0.5 if picture else None)
                    break
                except subprocess.TimeoutExpired:
                    last = screen.framebuffer.read_bytes()
            if picture and last:
                Path(picture).write_bytes(display.png_from_xwd(last))
            return status if status >= 0 else 128 - status
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
