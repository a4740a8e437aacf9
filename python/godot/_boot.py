"""Starts and stops the Python side inside the engine: called by the loader."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from typing import Any

from . import _api, _core, _docs, _errors, _expose, _output

project = ""


def start(project_folder: str) -> None:
    """Take the engine's interface, then import the modules of the project setting `python/modules`."""
    global project
    project = os.path.normpath(project_folder) if project_folder else ""
    _errors.project = project
    header = _api.load()
    _core.set_type_codes(header["types"])
    _core.set_hooks(_api.find_class, _api.parse_default, _errors.format_error)
    _core.start(header["hashes"], header["types"])
    for name, description in header["builtins"].items():
        if name in header["types"]:
            _core.install_builtin(header["types"][name], description)
    _output.redirect(_api.lookup("print"), _api.lookup("printerr"))
    _check_version(header["version"])
    sys.excepthook = lambda kind, problem, trace: _errors.report(problem)
    threading.excepthook = lambda args: _errors.report(args.exc_value, args.thread)
    sys.unraisablehook = lambda args: _errors.report(args.exc_value, args.object)
    importlib.import_module("godot._host")
    modules = _api.lookup("ProjectSettings").get_setting("python/modules", [])
    for name in modules:
        _errors.import_reported(str(name))
    _api.started = True


def _check_version(built_for: tuple[int, ...]) -> None:
    running = _api.lookup("Engine").get_version_info()
    if (running["major"], running["minor"]) != tuple(built_for[:2]):
        _api.lookup("push_warning")(
            f"the Python binding was built for Godot {built_for[0]}.{built_for[1]} and runs in "
            f"{running['major']}.{running['minor']}: build it again (tools/run, or addons/pythonscript/build.py)"
        )


def enter_editor() -> None:
    """Called when the editor's classes exist: pass on the documentation collected so far."""
    if _api.lookup("Engine").is_editor_hint():
        _docs.enter_editor()


def stop() -> None:
    """Release all values of the engine; afterwards the interpreter may end."""
    threading_shutdown: Any = getattr(threading, "_shutdown", None)
    if threading_shutdown is not None:
        threading_shutdown()  # threads may still use the engine: let them end first
    gc.collect()
    _output.flush()
    _core.drop_all()
    _expose.unregister_all()
    _output.restore()
    _core.stop()
