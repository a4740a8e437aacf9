"""The game's messages to the editor's SEXP tab: small, and built only while a tab listens."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.chronicle import Chronicle
from sexp_runtime.bridge.edits import add_item, edit_item, edit_variable, remove_item
from sexp_runtime.bridge.feed_rows import LONGEST_NAME, FormulaRows
from sexp_runtime.bridge.live_hints import LiveHints, TrialResult
from sexp_runtime.bridge.page_feed import PageFeed
from sexp_runtime.bridge.recordings import MissionRecordings
from sexp_runtime.bridge.trees import formula_text, tree_rows
from sexp_runtime.files import write_text
from sexp_runtime.monitor.performance import Mode

if TYPE_CHECKING:
    from sexp_runtime.bridge.breaking import GameBreaks
    from sexp_runtime.session import MissionSession

#: Seconds of wall time between two updates: the minimum, and the maximum for a cheap mission.
UPDATE_INTERVAL: Final = 0.25
LONGEST_INTERVAL: Final = 1.0
#: Share of the mission's own time that updates may take before they come less often.
SHARE: Final = 0.04
#: The hot list, the chosen explanation and the number of slots come with every so many updates.
SLOW_EVERY: Final = 4
HOT_ROWS: Final = 12
HINT_ROWS: Final = 60
#: Most characters of an explanation, and of a hint's better text.
LONGEST_TEXT: Final = 16_000


class DebugFeed:
    """Answers the tab's messages and keeps it up to date; `send(message, data)` passes a message to the debugger.

    Messages out, each named without the prefix `sexp:`:
    `mission` [title, engine, [[kind, index, name]...], how many there are in all], `rows` [mission time, rows] with
    rows [place in the list, state, value, times true, last cause, evaluations, mean us], `numbers` [dictionary],
    `hot` [formulas, operators, mode], `why` [kind, index, text], `tree` [kind, index, mission file, rows (see
    trees.tree_rows)], `hints` [list, how many], `hint_tried` [id, applied, text], `breaks` [[[id, text]...]],
    `break_hit` [mission time, reason], `recording_copied` [path, seconds], `found` [text, places of the formulas in
    which it occurs], `done` [text], `failed` [text], and those of the open page (see PageFeed).

    Messages in: `start_session`, `stop_session`, `why` [kind, index], `mode` [mode], `reset`, `hints`,
    `apply_hint` [id], `reload`, `add_break` [text], `clear_breaks`, `control` [pause, continue or step, seconds],
    `record` [on], `save_recording` [path], `copy_recording` [path], `save_report` [path], `view` [page, object],
    `watch` [expressions], `search` [text], `set_variable` [name, value], `set_item` and `add_item` [container, key or
    position, value], `remove_item` [container, key or position].

    No message holds more than the bounds above, and one frame makes at most one part of an update.
    """

    def __init__(
        self,
        send: Callable[[str, list[Any]], None],
        hints: LiveHints,
        recordings: MissionRecordings,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._send = send
        self._live_hints = hints
        hints.on_outcome.append(self._hint_tried)
        self._recordings = recordings
        self._clock = clock
        self.active = False
        #: Whether messages and outcomes of the mission are kept even while no tab listens and nothing is recorded.
        self.keeps_messages = False
        #: Whether a tab may begin to listen, so that it then finds the messages of a recorded mission.
        self.expects_tab = True
        #: Reloads the running mission's file and returns the result as a sentence; set by the host.
        self.reload: Callable[[], str] | None = None
        #: The breaks of the running mission, and what pauses, continues or steps it; set by the debugger's link.
        self.breaks: GameBreaks | None = None
        self.control: Callable[[str, float], None] | None = None
        self._told_breaks: list[list[Any]] = []
        self._held = False  # whether a break or the tab has stopped mission time
        self.session: MissionSession | None = None
        self._switched_to_full = False
        self._rows: FormulaRows | None = None
        self._pages = PageFeed(send)
        self._chronicle: Chronicle | None = None
        self._forget()

    def _forget(self) -> None:
        if self._rows is not None:
            self._rows.close()
        self._rows = None
        self._parts: list[Callable[[MissionSession], None]] = []
        self._next = 0.0
        self._began = 0.0
        self._spent = 0.0
        self._updates = 0
        self._slots = 0
        self._load = 0.0
        self._chosen: tuple[str, int] | None = None
        self._told_why = ""
        self._sent_tree: list[list[Any]] | None = None
        self._before: tuple[float, dict[str, int], float] | None = None
        self._texts: list[str] = []
        self._pages.forget()

    # --- called by the game's side --------------------------------------------------------------------------------

    def mission(self, session: MissionSession | None) -> None:
        """Set the running mission, None for none, and send it to the tab; again after its file was reloaded."""
        if session is None and self.session is None:
            return
        self._forget()
        if session is not self.session:
            if self._chronicle is not None:
                self._chronicle.close()
            self._chronicle = None if session is None else Chronicle(session)
        self.session = session
        self._hear()
        if self.active:
            self._begin()

    def _hear(self) -> None:
        """Listen to the mission's messages while a tab does, and for a recorded mission, because a tab may later."""
        if self._chronicle is not None and self.session is not None:
            if self.active or self.keeps_messages or (self.session.recording is not None and self.expects_tab):
                self._chronicle.open()
            else:
                self._chronicle.close()

    @property
    def pages(self) -> PageFeed:
        """The page of the tab that is open."""
        return self._pages

    def after_frame(self) -> None:
        """Send the next part of an update if it is due; costs nothing without a listening tab."""
        session = self.session
        if not self.active or session is None:
            return
        now = self._clock()
        if not self._parts:
            if now < self._next:
                return
            self._began, self._spent = now, 0.0
            self._parts = [self._send_rows, self._send_numbers, self._send_page]
            self._updates += 1
            if self._updates % SLOW_EVERY == 0:
                self._parts += [self._send_hot, self._send_why]
        self._parts.pop(0)(session)
        self._spent += self._clock() - now
        if not self._parts:
            self._next = self._began + self._interval()

    def _interval(self) -> float:
        """Return the seconds until the next update: longer if the mission's frames take hardly any time."""
        if self._load <= 0.0:
            return LONGEST_INTERVAL
        return min(max(self._spent / (SHARE * self._load), UPDATE_INTERVAL), LONGEST_INTERVAL)

    # --- requests of the tab ------------------------------------------------------------------------------------

    def receive(self, message: str, data: list[Any]) -> bool:
        """Carry out a message of the tab; return whether it was one. The message `failed` reports an error."""
        handlers: dict[str, Callable[..., None]] = {
            "start_session": self._start,
            "stop_session": self._stop,
            "why": self._why,
            "mode": self._mode,
            "reset": self._reset,
            "hints": self._hints,
            "apply_hint": self._apply_hint,
            "record": self._record,
            "save_recording": self._save_recording,
            "copy_recording": self._copy_recording,
            "save_report": self._save_report,
            "reload": self._reload,
            "add_break": self._add_break,
            "clear_breaks": self._clear_breaks,
            "control": self._control,
            "view": self._view,
            "watch": self._watch,
            "search": self._search,
            "set_variable": self._edit(edit_variable),
            "set_item": self._edit(edit_item),
            "add_item": self._edit(add_item),
            "remove_item": self._edit(remove_item),
        }
        handler = handlers.get(message)
        if handler is None:
            return False
        try:
            handler(*data)
        except Exception as error:  # a message from the editor must never stop the game
            self._send("failed", [f"{message}: {_reason(error)}"])
        return True

    def _start(self) -> None:
        self.active = True
        self._forget()
        self._hear()
        self._begin()

    def _stop(self) -> None:
        self.active = False
        self._pages.close()
        self._forget()
        self._hear()
        if self._switched_to_full:
            self._switched_to_full = False
            if self.session is not None and self.session.monitor.mode is Mode.FULL:
                self.session.monitor.mode = Mode.SAMPLED

    def pause(self) -> None:
        """Send nothing until a tab requests updates again."""
        self._stop()

    def _why(self, kind: str, index: int) -> None:
        self._chosen = (str(kind), int(index))
        self._told_why, self._sent_tree = "", None
        self._send_why(self._playing())

    def _view(self, page: str, name: str = "") -> None:
        self._pages.show(str(page), str(name))
        if self.session is not None:
            self._pages.send_all(self.session, self._chronicle)

    def _watch(self, texts: list[Any]) -> None:
        self._pages.watch(list(texts))
        if self.session is not None:
            self._pages.send_all(self.session, self._chronicle)

    def _search(self, text: str) -> None:
        """Report in which formulas a text occurs, ignoring case."""
        session, rows = self._playing(), self._rows
        if rows is None:
            return
        if not self._texts:
            self._texts = [formula_text(session, kind, index).lower() for kind, index in rows.formulas]
        wanted = str(text).lower()
        self._send("found", [text, [at for at, found in enumerate(self._texts) if wanted in found]])

    def _edit(self, change: Callable[..., str]) -> Callable[..., None]:
        """Return what carries out a change of the tab and shows its result."""

        def edit(*data: Any) -> None:
            session = self._playing()
            try:
                done = change(session, *data)
            finally:
                self._pages.forget()  # shows the old value again after a refused change
                self._pages.send_all(session, self._chronicle)
            self._send("done", [done])

        return edit

    def _mode(self, mode: str) -> None:
        session = self._playing()
        session.monitor.mode = Mode(mode)
        self._switched_to_full = session.monitor.mode is Mode.FULL
        self._send("done", [f"monitoring: {mode}"])

    def _add_break(self, text: str) -> None:
        if self.breaks is not None:
            self.breaks.set(str(text))
            self._send_breaks()

    def _clear_breaks(self) -> None:
        if self.breaks is not None:
            self.breaks.clear()
            self._send_breaks()

    def _send_breaks(self) -> None:
        if self.breaks is not None:
            self._told_breaks = self.breaks.rows()
            self._send("breaks", [self._told_breaks])

    def _control(self, wish: str, seconds: float = 0.0) -> None:
        if wish not in ("pause", "continue", "step"):
            raise ValueError(f"{wish!r} must be pause, continue or step")
        self._playing()
        if self.control is not None:
            self.control(wish, float(seconds))
            self._send_all()

    def hold(self, on: bool) -> None:
        """Set whether a break or the tab has stopped mission time, and report it to the tab."""
        self._held = on
        if self.active:
            self._send("paused", [on])

    def break_hit(self, reason: str) -> None:
        """Report to the tab that a break has paused the mission, and send a whole update."""
        if self.active and self.session is not None:
            self._send("break_hit", [self.session.mission_time, reason[:LONGEST_TEXT]])
            self._send_all()

    def _send_all(self) -> None:
        """Send a whole update at once: a paused mission makes no frames."""
        session = self._playing()
        for part in (self._send_rows, self._send_numbers, self._send_why, self._send_page):
            part(session)

    def _reset(self) -> None:
        session = self._playing()
        session.monitor.reset()
        self._before = None
        self._look_at_all()
        self._send("done", ["statistics reset"])

    def _look_at_all(self) -> None:
        """Check every row with the next update, because the measurements were discarded or formulas were replaced."""
        self._texts = []
        if self._rows is not None:
            self._rows.look_at_all()

    def _hints(self) -> None:
        found = self._live_hints.find()
        rows = [_plain_hint(name, hint.as_dict()) for name, hint in islice(found.items(), HINT_ROWS)]
        self._send("hints", [rows, len(found)])

    def _apply_hint(self, hint_id: str) -> None:
        self._send("done", [self._live_hints.apply(str(hint_id))])

    def _hint_tried(self, outcome: TrialResult) -> None:
        if self.active:
            self._look_at_all()
            self._send("hint_tried", [outcome.id, outcome.applied, outcome.text])
            self._hints()

    def _record(self, on: bool) -> None:
        recordings = self._recordings
        recordings.switched = bool(on)
        if not on:
            recordings.stop()
            self._send("done", ["recording: off"])
        elif recordings.running:
            self._send("done", ["recording: on"])
        else:
            self._send("done", ["recording: on, from the beginning of the next mission"])

    def _save_recording(self, path: str) -> None:
        seconds = self._recordings.save(Path(str(path)))
        self._send("done", [f"recording saved to {path}: {seconds:.1f} s from the mission's beginning"])

    def _copy_recording(self, path: str) -> None:
        seconds = self._recordings.save(Path(str(path)))
        self._send("recording_copied", [str(path), seconds])

    def _save_report(self, path: str) -> None:
        report = self._playing().report()
        write_text(Path(path), json.dumps(report, indent=1) + "\n")
        self._send("done", [f"report saved to {path}"])

    def _reload(self) -> None:
        if self.reload is None:
            raise LookupError("this game cannot reload its mission")
        self._send("done", [f"mission reloaded: {self.reload()}"])
        self._look_at_all()

    def _playing(self) -> MissionSession:
        if self.session is None:
            raise LookupError("no mission is loaded")
        return self.session

    # --- updates --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Send the mission with all rows to the tab, and subscribe to the facts of its events and goals."""
        session = self.session
        if self.breaks is not None and self.breaks.rows() != self._told_breaks:
            self._send_breaks()  # the game has set some, or they have gone with their mission
        if session is None:
            self._send("mission", ["", "", [], 0])
            return
        self._rows = rows = FormulaRows(session)
        self._send("paused", [self._held])
        self._send("mission", [session.mission_name[:LONGEST_NAME], session.engine, rows.names, rows.total])
        while rows.pending:
            self._send_found(session)
        self._send_numbers(session)
        self._pages.send_all(session, self._chronicle)
        self._next = self._clock() + UPDATE_INTERVAL

    def _send_rows(self, session: MissionSession) -> None:
        if self._rows is not None:
            self._rows.find()
            self._send_found(session)

    def _send_found(self, session: MissionSession) -> None:
        rows = [] if self._rows is None else self._rows.take()
        if rows:
            self._send("rows", [session.mission_time, rows])

    def _send_page(self, session: MissionSession) -> None:
        self._pages.update(session, self._chronicle)

    def _send_numbers(self, session: MissionSession) -> None:
        counters = session.counters()
        now, total = self._clock(), session.monitor.frame_times.total
        then, before, total_before = self._before or (now - UPDATE_INTERVAL, counters, total)
        seconds = max(now - then, 1e-6)
        self._load = max(0, total - total_before) / 1e9 / seconds
        info = session.cache_info()
        times = session.monitor.frame_times.summary(recent=True)
        gained = {name: max(0, number - before[name]) for name, number in counters.items()}
        requests = gained["requests"]
        if self._updates % SLOW_EVERY == 0:
            self._slots = session.slots()
        self._before = (now, counters, total)
        numbers = {
            "time": session.mission_time,
            "frames": counters["frames"], "sampled_frames": session.monitor.sampled_frames,
            "hit_rate": gained["hits"] / requests if requests else 1.0,
            "evaluations_per_second": gained["evaluations"] / seconds,
            "invalidations_per_second": gained["invalidations"] / seconds,
            "frame_mean_us": max(0, total - total_before) / 1000 / max(gained["frames"], 1),
            "frame_us": times["p50"], "frame_p99_us": times["p99"], "frame_max_us": times["max"],
            "slots": self._slots,
            "cache_size": info.currsize, "cache_maxsize": info.maxsize,
            "cache_bytes": info.bytes, "cache_max_bytes": info.max_bytes,
            "cache_hit_rate": info.hit_rate, "cache_evictions": sum(info.evictions.values()),
            "errors": counters["errors"] + info.errors, "stale_results": counters["stale_results"],
            "over_budget": session.monitor.overrun_count,
            "mode": session.monitor.mode.value, "recording": self._recordings.running,
            "recorded_bytes": self._recordings.bytes, "recorded_to": self._recordings.file,
            "will_record": bool(self._recordings.switched),
        }  # fmt: skip
        self._send("numbers", [numbers])

    def _send_hot(self, session: MissionSession) -> None:
        monitor = session.monitor
        formulas = heapq.nlargest(HOT_ROWS, monitor.formulas.values(), key=lambda row: row.total_ns)
        operators = heapq.nlargest(HOT_ROWS, monitor.operators.values(), key=lambda row: row.self_ns)
        rows = [
            [row.kind, row.index, session.owner_of(row.kind, row.index)[:LONGEST_NAME], row.evaluations,
             row.total_ns / 1000, row.total_ns / 1000 / row.evaluations, row.largest_ns / 1000,
             row.last_cause[:LONGEST_NAME]]
            for row in formulas
        ]  # fmt: skip
        others = [[row.name, row.calls, row.self_ns / 1000, row.inclusive_ns / 1000] for row in operators]
        self._send("hot", [rows, others, monitor.mode.value])

    def _send_why(self, session: MissionSession) -> None:
        """Send the explanation of the chosen formula, if it differs from what the tab shows."""
        if self._chosen is None:
            return
        kind, index = self._chosen
        try:
            text = str(session.explain(kind, index))
        except (LookupError, ValueError, RuntimeError) as error:
            text = _reason(error)
        if text != self._told_why:
            self._told_why = text
            self._send("why", [kind, index, text[:LONGEST_TEXT]])
        rows = tree_rows(session, kind, index)
        if rows != self._sent_tree:
            self._sent_tree = rows
            self._send("tree", [kind, index, session.mission.file, rows])


def _plain_hint(name: str, hint: dict[str, Any]) -> dict[str, Any]:
    """A hint by its id with values that Godot's types hold, and texts of bounded length.

    A better text that is too long is left out, because a part of it would be useless.
    """
    plain = {key: value[:LONGEST_TEXT] if isinstance(value, str) else value for key, value in hint.items()}
    plain["id"] = name
    plain["evidence"] = json.dumps(hint["evidence"], default=str)[:LONGEST_TEXT]
    if len(hint["rewritten"]) > LONGEST_TEXT:
        plain["rewritten"] = ""
    return plain


def _reason(error: Exception) -> str:
    """An error's sentence, without the quotes that KeyError puts around it."""
    return str(error.args[0]) if len(error.args) == 1 else str(error)
