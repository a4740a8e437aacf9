"""The Python half of the benchmark of the host; runs inside the engine, with its nodes and signals."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import godot

sys.path.insert(0, str(Path(__file__).resolve().parent))

from original import MISSIONS, mission_text

from sexp_runtime.bridge.runtime import SexpBridge
from sexp_runtime.monitor.performance import Mode

#: Actions, tracked nodes and hits in a frame of a row.
COUNT = 200
READERS = 10
STEP = 1 / 60
#: Frames that are left out before a mission is measured, and frames of one pass.
WARM_UP, FRAMES = 660, 300
#: Plays of each mission in each way.
PLAYS = 4
WHOLE = {
    **{name: f"wc-saga/{name}-BG-Hermes.fs2" for name in ("M04", "M08", "M18", "M28")},
    "bp2-09": "heavy/bp2-09.fs2",
}

_ACTING = [f"( every-time ( true ) ( modify-variable @v{n}[1] ( + @v{n}[1] 1 ) ) )" for n in range(COUNT)]
_READING = [
    f'( when ( < ( hits-left "Ship {n % COUNT}" ) {20 + n // COUNT} ) ( do-nothing ) )' for n in range(COUNT * READERS)
]


def _us(work: Callable[[int], object], rounds: int) -> float:
    """Return the least microseconds of a call in this thread's CPU time."""
    least = float("inf")
    for tick in range(1, rounds + 1):
        start = time.thread_time_ns()
        work(tick)
        least = min(least, (time.thread_time_ns() - start) / 1000)
    return least


@godot.expose
class BenchTarget(godot.Node):
    """Measures a bridge whose signals a node of the engine emits."""

    @staticmethod
    def cpu_ns() -> int:
        """The CPU time of this thread in nanoseconds."""
        return time.thread_time_ns()

    def measure(self, owner: godot.Node, rounds: int) -> str:
        """The microseconds of each row, and of each mission that is there, as JSON."""
        self._owner, self._rounds = owner, rounds
        self._bridge = SexpBridge()
        self._bridge.attach(owner, False)
        rows = {**self._telling(), **self._moving(), **self._hits()}
        missions = {name: self._whole(MISSIONS / file) for name, file in WHOLE.items() if (MISSIONS / file).is_file()}
        self._bridge.host.close()
        return json.dumps({"rows": rows, "missions": missions})

    def _load(self, content: str | bytes, name: str, **options: Any) -> Any:
        host = self._bridge.host
        if not host.load(name, content, {"seed": 1, **options}):
            raise SystemExit(f"{name} cannot be loaded")
        host.session.monitor.mode = Mode.OFF
        return host

    def _step(self, tick: int) -> None:
        self._bridge.host.step(STEP)

    def _telling(self) -> dict[str, float]:
        """What an action costs beyond carrying it out, without listeners and with a handler in GDScript."""
        host = self._load(mission_text(_ACTING, repeats=True), "acting")
        taken = {}
        for handlers in (0, 1):
            if handlers:
                self._owner.listen(True)
            _us(self._step, 60)
            taken[handlers] = _us(self._step, self._rounds)
        self._owner.listen(False)
        session = host.session
        session.on_action.clear()
        session.on_variable_changed.clear()
        alone = _us(lambda tick: session.step(STEP), self._rounds)
        idle = self._idle()
        return {
            "an action without listeners": (taken[0] - alone - idle) / COUNT,
            "an action with one handler": (taken[1] - alone - idle) / COUNT,
        }

    def _idle(self) -> float:
        """What a frame of the host costs beside the session's, where nothing happens."""
        host = self._load(mission_text(["( when ( false ) ( do-nothing ) )"]), "idle")
        _us(self._step, 60)
        whole = _us(self._step, self._rounds)
        return max(0.0, whole - _us(lambda tick: host.session.step(STEP), self._rounds))

    def _moving(self) -> dict[str, float]:
        """What a tracked node costs that moves, and one that stands."""
        found: dict[str, float] = {}
        for recorded in (False, True):
            with tempfile.TemporaryDirectory(prefix="bench-host-") as folder:
                options = {"record_to": os.path.join(folder, "bench.sexprec")} if recorded else {}
                standing, moving = self._flying(options)
            suffix = ", recorded" if recorded else ""
            found |= {
                f"a tracked node that stands{suffix}": standing / COUNT,
                f"a tracked node that moves{suffix}": moving / COUNT,
            }
        return found

    def _flying(self, options: dict[str, str]) -> tuple[float, float]:
        """The microseconds of a frame in which all nodes stand, and of one in which they move."""
        names = [(f"Ship {n}", f"Ship {(n + 1) % COUNT}") for n in range(COUNT)]
        pairs = [f'( when ( < ( distance "{one}" "{two}" ) 1 ) ( do-nothing ) )' for one, two in names]
        host = self._load(mission_text(pairs, ships=COUNT), "moving", **options)
        nodes = list(self._owner.fighters(COUNT))
        for number, node in enumerate(nodes):
            host.track(node, f"Ship {number}", {})
        _us(self._step, 60)
        standing = _us(self._step, self._rounds)
        least = float("inf")
        for tick in range(1, self._rounds + 1):
            self._owner.move(nodes, tick)
            start = time.thread_time_ns()
            self._step(tick)
            least = min(least, (time.thread_time_ns() - start) / 1000)
        host.close()
        for node in nodes:
            node.queue_free()
        return standing, least

    def _hits(self) -> dict[str, float]:
        """What a signal costs that changes a fact with ten readers, without evaluating them."""
        host = self._load(mission_text(_READING, ships=COUNT), "hits")
        nodes = list(self._owner.fighters(COUNT))
        for number, node in enumerate(nodes):
            host.track(node, f"Ship {number}", {"hull": {"signal": "damaged", "argument": 0}})
        _us(self._step, 60)
        taken = _us(lambda tick: self._owner.hurt(nodes, 60.0 + tick % 30), self._rounds)
        for node in nodes:
            node.queue_free()
        return {"a signal that changes a fact with ten readers": taken / COUNT}

    def _whole(self, file: Path) -> dict[str, float]:
        """The median microseconds of a mission's frames: plain, with a handler, counted, recorded.

        The least of several plays by turns, because other programs slow down some of them.
        """
        found: dict[str, float] = {}
        for _ in range(PLAYS):
            for way in ("plain", "handler", "counters", "recorded"):
                taken = self._play(file, way)
                found[way] = min(taken, found.get(way, taken))
        return found

    def _play(self, file: Path, way: str) -> float:
        """The median microseconds of a frame in one play."""
        with tempfile.TemporaryDirectory(prefix="bench-host-") as folder:
            options = {"record_to": os.path.join(folder, "bench.sexprec")} if way == "recorded" else {}
            host = self._load(file.read_bytes(), str(file), scenario=file.parent.name == "heavy", **options)
            if way == "counters":
                host.session.monitor.mode = Mode.COUNTERS
            if way == "handler":
                self._owner.listen(True)
            for tick in range(WARM_UP):
                self._step(tick)
            taken = []
            for tick in range(FRAMES):
                start = time.thread_time_ns()
                self._step(tick)
                taken.append((time.thread_time_ns() - start) / 1000)
            if way == "handler":
                self._owner.listen(False)
            host.close()
        return statistics.median(taken)
