"""The command line: `python -m sexp_runtime COMMAND ...` finds the command's module and runs it."""

from __future__ import annotations

import argparse
import importlib
import platform
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from sexp_runtime import __version__

#: Every command with its one-line help; the module of a command is imported when it is called.
COMMANDS: Final = {
    "check": "report errors and warnings of missions, with file, line and event",
    "eval": "evaluate one expression and print its value",
    "run": "play a mission with the seeded simulator and print what happened",
    "diff": "play a mission on the naive and the cached engine side by side and compare every frame",
    "explain": "explain why an event has its value: last cause, facts it waits for, next due time",
    "timeline": "list every evaluation of one event: when, by which cause, what it returned",
    "conformance": "run observed cases against an engine",
    "cases": "play mission cases on an engine and report those that differ",
    "operators": "show the operator catalog as help",
    "profile": "measure a mission: where evaluation time goes, frame by frame",
    "test": "play the tests of missions (*.mission-test.toml) in folders",
    "sweep": "play missions with many seeds; show how often and when each event and goal came true",
    "hints": "find expressions that cost more than they need to, and apply better ones",
    "record": "play a mission and record every external change of each frame into one file",
    "replay": "reproduce a recorded run bit for bit",
}


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"sexp_runtime.commands.{command}")


class _Version(argparse.Action):
    """Prints one line: the version, the running Python, and the language of the innermost loops."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from sexp_runtime.loops import LANGUAGE

        loops = {"c": "compiled loops", "python": "loops in Python"}[LANGUAGE]
        print(f"sexp {__version__} (Python {platform.python_version()}, {loops})")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 fine, 1 something was found, 2 wrong use, 130 interrupted."""
    from sexp_runtime.commands.terminal import PlainOutput

    streams = sys.stdout, sys.stderr
    # Both can contain names and texts of a mission; progress bars use the carriage return.
    sys.stdout, sys.stderr = PlainOutput(sys.stdout), PlainOutput(sys.stderr, kept="\r")
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        sys.stdout, sys.stderr = streams


def _run(arguments: Sequence[str]) -> int:
    overview = argparse.ArgumentParser(
        prog="sexp",
        description="Tools for FreeSpace-family mission scripts (S-expressions).",
        epilog="`sexp COMMAND --help` shows a command's options.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    overview.add_argument(
        "--version", action=_Version, nargs=0, help="print the versions of runtime and Python, and exit"
    )
    commands = overview.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if arguments[:1] == [name]:
            _module(name).add_arguments(parser)
    args = overview.parse_args(arguments)
    try:
        return int(_module(args.command).run(args))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has closed the pipe, as in `sexp operators | head`
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"sexp {args.command}: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2
