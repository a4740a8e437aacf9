"""Turns Python exceptions into Godot errors: one for each, with the traceback and the name of the script."""

from __future__ import annotations

import importlib
import os
from types import ModuleType, TracebackType
from typing import Any

from . import _core

project = ""


def resource_path(path: str) -> str:
    """`res://...` for a file inside the project, else the path as it is."""
    if project and os.path.isabs(path):
        real = os.path.realpath(path)
        for base in (project, os.path.realpath(project)):
            if real.startswith(base + os.sep):
                return "res://" + os.path.relpath(real, base).replace(os.sep, "/")
    return path


def format_error(problem: BaseException, source: Any = None, heading: str = "") -> tuple[str, str, str, str, int]:
    """(description, message, function, file, line) of an exception; `source` is what was called."""
    import traceback  # rarely needed, and slow to import

    short = "".join(traceback.format_exception_only(type(problem), problem)).strip()
    trace = _without_binding(problem.__traceback__)
    lines = traceback.format_exception(type(problem), problem, trace)
    function, file, line = _place(trace, source, problem)
    first = short.splitlines()[0] if short else type(problem).__name__
    message = f"{heading}: {first}" if heading else first
    if trace is not None or len(lines) > 1:
        message += "\n" + "".join(lines).rstrip()
    return first, message, function, file, line


def _without_binding(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without the binding's frames at its beginning."""
    while trace is not None and trace.tb_frame.f_code.co_filename.endswith((".pxi", ".pyx")):
        trace = trace.tb_next
    return trace


def _place(trace: TracebackType | None, source: Any, problem: BaseException) -> tuple[str, str, int]:
    if isinstance(problem, SyntaxError) and problem.filename:
        return "import", resource_path(problem.filename), problem.lineno or 0
    place = ("", "", 0)
    while trace is not None:
        running = trace.tb_frame.f_code
        if running.co_filename.endswith(".py"):
            place = (running.co_name, resource_path(running.co_filename), trace.tb_lineno)
        elif not place[1]:
            place = (running.co_name, running.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    if place[1]:
        return place
    function = getattr(source, "__func__", source)
    code = getattr(function, "__code__", None)
    if code is not None:
        return code.co_name, resource_path(code.co_filename), code.co_firstlineno
    name = getattr(function, "__qualname__", None) or type(source).__qualname__
    return str(name), str(getattr(type(source), "__module__", "python")), 0


def report(problem: BaseException | None, source: Any = None, heading: str = "") -> None:
    """Print one Godot error for an exception."""
    if problem is not None:
        _core.print_script_error(*format_error(problem, source, heading))


def push_error_at(text: str, file: str, line: int, where: str = "") -> None:
    """Print an error that points to a line of a file, in the Errors tab as well; `where` names that object."""
    _core.print_script_error(text, text, where, resource_path(file), line)


def import_reported(name: str) -> ModuleType | None:
    """Import a module; on failure, print one Godot error with the reason and return None."""
    try:
        return importlib.import_module(name)
    except BaseException as problem:  # a module may even call sys.exit(); the engine continues
        report(problem, heading=f"cannot import the Python module {name}")
        return None
