"""What the game tells the editor's SEXP tab: small messages, built only while a tab listens."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.monitor.hints import PerformanceHints
from sexp_runtime.monitor.performance import Mode

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Seconds of wall time between two updates; the hot list and the chosen explanation come at every so many updates.
UPDATE_INTERVAL: Final = 0.25
SLOW_EVERY: Final = 4
#: Most rows in one message; the rest come with the next update.
MOST_ROWS: Final = 150
#: Rows of formulas looked at in a frame, so that no frame pays for all of them.
SLICE: Final = 24
HOT_ROWS: Final = 12
HINT_ROWS: Final = 60


class DebugFeed:
    """Answers the tab's messages and keeps it up to date; `send(message, data)` hands a message to the debugger.

    Messages out: `mission` [title, engine, formulas], `rows` [time, rows], `numbers` [dictionary], `hot` [rows],
    `why` [kind, index, text], `hints` [list], `done` [text]. Each is named without the prefix `sexp:`.
    """

    def __init__(self, send: Callable[[str, list[Any]], None], clock: Callable[[], float] = perf_counter) -> None:
        self._send = send
        self._clock = clock
        self.active = False
        self.session: MissionSession | None = None
        #: Where the next mission to be loaded is recorded, "" for nowhere.
        self.record_next = ""
        self._forget()

    def _forget(self) -> None:
        self._shown: list[tuple[Any, ...] | None] = []
        self._formulas: list[tuple[str, int]] = []
        self._pending: dict[int, list[Any]] = {}
        self._at = 0
        self._last = 0.0
        self._updates = 0
        self._chosen: tuple[str, int] | None = None
        self._before: tuple[float, dict[str, int]] | None = None

    # --- what the game's side does --------------------------------------------------------------------------------

    def mission(self, session: MissionSession | None) -> None:
        """Take note of the mission now played, None for none, and tell the tab."""
        self.session = session
        self._forget()
        if self.active:
            self._begin()

    def after_frame(self) -> None:
        """Look at a few formulas, and send an update if it is time; costs nothing without a listening tab."""
        session = self.session
        if not self.active or session is None:
            return
        self._look(session)
        now = self._clock()
        if now - self._last >= UPDATE_INTERVAL:
            self._update(session, now)
            self._last = now

    # --- what the tab asks for ------------------------------------------------------------------------------------

    def receive(self, message: str, data: list[Any]) -> bool:
        """Carry out a message of the tab; return whether it was one. What is wrong with it is told in `done`."""
        handler = {
            "start_session": self._start,
            "stop_session": self._stop,
            "why": self._why,
            "mode": self._mode,
            "reset": self._reset,
            "hints": self._hints,
            "record": self._record,
            "save_report": self._save_report,
        }.get(message)
        if handler is None:
            return False
        try:
            handler(*data)
        except (TypeError, ValueError, KeyError, OSError) as error:
            self._send("done", [f"{message}: {error}"])
        return True

    def _start(self) -> None:
        self.active = True
        self._begin()

    def _stop(self) -> None:
        self.active = False
        if self.session is not None and self.session.monitor.mode is Mode.FULL:
            self.session.monitor.mode = Mode.SAMPLED

    def _why(self, kind: str, index: int) -> None:
        self._chosen = (str(kind), int(index))
        self._send_why()

    def _mode(self, mode: str) -> None:
        if self.session is not None:
            self.session.monitor.mode = Mode(mode)
            self._send("done", [f"monitoring: {mode}"])

    def _reset(self) -> None:
        if self.session is not None:
            self.session.monitor.reset()
            self._send("done", ["statistics reset"])

    def _hints(self) -> None:
        if self.session is not None:
            found = PerformanceHints().analyze(self.session)
            self._send("hints", [[_plain_hint(hint.as_dict()) for hint in found[:HINT_ROWS]], len(found)])

    def _record(self, path: str) -> None:
        self.record_next = str(path)
        text = f"the next mission that is loaded is recorded to {path}" if path else "nothing will be recorded"
        if not path and self.session is not None:
            self.session.stop_recording()
        self._send("done", [text])

    def _save_report(self, path: str) -> None:
        if self.session is not None:
            Path(path).write_text(json.dumps(self.session.report(), indent=1), encoding="utf-8")
            self._send("done", [f"report saved to {path}"])

    # --- updates --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        session = self.session
        if session is None:
            self._send("mission", ["", "", []])
            return
        self._formulas = [("event", event.index) for event in session.world.events]
        self._formulas += [("goal", goal.index) for goal in session.world.goals]
        self._shown = [None] * len(self._formulas)
        self._pending.clear()
        names = [[kind, index, _name(session, kind, index)] for kind, index in self._formulas]
        self._send("mission", [session.mission_name, session.engine, names])

    def _look(self, session: MissionSession) -> None:
        """Look at the next few formulas and keep the rows that differ from what the tab shows."""
        formulas, shown = self._formulas, self._shown
        at = self._at
        for _ in range(min(SLICE, len(formulas))):
            if at >= len(formulas):
                at = 0
            row = _row(session, *formulas[at])
            if row != shown[at]:
                shown[at] = row
                self._pending[at] = [at, *row]
            at += 1
        self._at = at

    def _update(self, session: MissionSession, now: float) -> None:
        if self._pending:
            chosen = list(self._pending)[:MOST_ROWS]
            self._send("rows", [session.mission_time, [self._pending.pop(at) for at in chosen]])
        self._send("numbers", [self._numbers(session, now)])
        self._updates += 1
        if self._updates % SLOW_EVERY == 0:
            report = session.report(most=HOT_ROWS)
            self._send("hot", [[[row["owner"], row["evaluations"], row["total_us"], row["mean_us"], row["last_cause"]]
                                for row in report["formulas"]], report["mode"]])  # fmt: skip
            self._send_why()

    def _numbers(self, session: MissionSession, now: float) -> dict[str, Any]:
        counters = session.counters()
        then, before = self._before or (now - UPDATE_INTERVAL, counters)
        seconds = max(now - then, 1e-6)
        info = session.cache_info()
        times = session.monitor.frame_times.summary(recent=True)
        requests = counters["requests"] - before["requests"]
        hits = counters["hits"] - before["hits"]
        self._before = (now, counters)
        return {
            "time": session.mission_time,
            "frames": counters["frames"],
            "hit_rate": hits / requests if requests else 1.0,
            "evaluations_per_second": (counters["evaluations"] - before["evaluations"]) / seconds,
            "invalidations_per_second": (counters["invalidations"] - before["invalidations"]) / seconds,
            "frame_us": times["p50"], "frame_p99_us": times["p99"], "frame_max_us": times["max"],
            "slots": session.slots(),
            "memory": sum(session.memory().values()) if self._updates % SLOW_EVERY == 0 else -1,
            "cache_size": info.currsize, "cache_maxsize": info.maxsize, "cache_bytes": info.bytes,
            "cache_hit_rate": info.hit_rate, "cache_evictions": sum(info.evictions.values()),
            "errors": counters["errors"], "stale_results": counters["stale_results"],
            "mode": session.monitor.mode.value,
        }  # fmt: skip

    def _send_why(self) -> None:
        session = self.session
        if session is None or self._chosen is None:
            return
        kind, index = self._chosen
        try:
            text = str(session.explain(kind, index))
        except (KeyError, IndexError, ValueError) as error:
            text = str(error)
        self._send("why", [kind, index, text])


def _name(session: MissionSession, kind: str, index: int) -> str:
    rows: Any = session.world.events if kind == "event" else session.world.goals
    name: str = rows[index].name
    return name


def _row(session: MissionSession, kind: str, index: int) -> tuple[Any, ...]:
    """Return state, value, times true, last cause, evaluations and mean cost (microseconds) of a formula.

    The last three are of the frames that the monitor looked at closely.
    """
    seen = session.monitor.formulas.get((kind, index))
    cost: tuple[str, int, float] = ("", 0, 0.0)
    if seen is not None:
        cost = (seen.last_cause, seen.evaluations, round(seen.total_ns / seen.evaluations / 1000, 1))
    if kind == "goal":
        goal = session.world.goals[index]
        return ("invalid" if goal.invalid else goal.status, 0, 0, *cost)
    event = session.world.events[index]
    if event.done:
        state = "true" if event.result else "failed"
    elif event.timestamp is not None:
        state = "repeats"
    else:
        state = "chained" if event.bypassed else "waits"
    return (state, event.result, event.count, *cost)


def _plain_hint(hint: dict[str, Any]) -> dict[str, Any]:
    """A hint with values that Godot's types hold."""
    return {**hint, "evidence": json.dumps(hint["evidence"])}
