"""Runs inside the engine: calls every `check_` function of the modules named on the command line, writes the results.

A check is a function of the runner node; one that is a generator gets a frame of the engine at every `yield`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import traceback
from collections.abc import Iterator
from typing import Any

import godot


@godot.expose
class CheckRunner(godot.Node):
    """Runs the checks of modules, one after the other, and quits."""

    finished = godot.signal()

    def __init__(self) -> None:
        self.results: dict[str, str] = {}
        self.queue: list[tuple[str, Any]] = []
        self.running: tuple[str, Iterator[None]] | None = None
        self.path = ""

    def _ready(self) -> None:
        arguments = list(godot.OS.get_cmdline_user_args())
        self.path = arguments.pop(0)
        for name in arguments:
            module = importlib.import_module(name)
            self.queue += [(f"{name}.{key}", value) for key, value in vars(module).items() if key.startswith("check_")]

    def _process(self, delta: float) -> None:
        if self.running is None:
            if not self.queue:
                self.finish()
                return
            name, check = self.queue.pop(0)
            self.results[name] = "did not end"
            self.write()
            try:
                answer = check(self)
            except BaseException:
                self.results[name] = traceback.format_exc()
                return
            if not inspect.isgenerator(answer):
                self.results[name] = ""
                return
            self.running = (name, answer)
        name, steps = self.running
        try:
            next(steps)
        except StopIteration:
            self.results[name] = ""
            self.running = None
        except BaseException:
            self.results[name] = traceback.format_exc()
            self.running = None

    def write(self) -> None:
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.results, file)

    def finish(self) -> None:
        self.write()
        self.get_tree().quit()
