"""The runtime behind the autoload: a mission session, its tracked nodes, and the signals for the game."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final

from sexp_runtime.bridge import readings, saves
from sexp_runtime.bridge.breaking import GameBreaks
from sexp_runtime.bridge.campaign_play import CampaignPlay
from sexp_runtime.bridge.checks import TextChecker
from sexp_runtime.bridge.game_operators import GameOperators
from sexp_runtime.bridge.game_values import GameValues
from sexp_runtime.bridge.gate import NO_MISSION, Gate, RefusedError, meant, reason_of
from sexp_runtime.bridge.hints import HintedEvaluation
from sexp_runtime.bridge.live_hints import LiveHints, TrialResult
from sexp_runtime.bridge.mapping import LEAVING, MappingError, Node
from sexp_runtime.bridge.mission_reader import MissionReader
from sexp_runtime.bridge.motion import mission_interest
from sexp_runtime.bridge.options import LoadOptions, read_options
from sexp_runtime.bridge.outbox import Emitter, OneByOne, Outbox
from sexp_runtime.bridge.problems import MOST_PROBLEMS, MissionProblems
from sexp_runtime.bridge.recordings import MOST_BYTES, MissionRecordings
from sexp_runtime.bridge.roster import DeathRolls, Roster
from sexp_runtime.bridge.snapshot import MonitorSnapshot
from sexp_runtime.bridge.tracking import NodeAccess, Tracking
from sexp_runtime.mission import RefusedMissionError
from sexp_runtime.session import MissionSession
from sexp_runtime.world.persistence import StoreError
from sexp_runtime.world.ships import ShipStatus

#: The reason why a mission cannot be saved.
NOT_SAVABLE: Final = (
    "the mission was not loaded as savable; turn on Savable at the SexpMission, the project setting "
    'sexp_runtime/run/savable, or give {"savable": true} to load_mission'
)
#: Most seconds of one frame.
LONGEST_FRAME: Final = 3600.0


class RuntimeHost:
    """One mission at a time, with everything that the autoload offers.

    `emit(signal, *arguments)` hands a signal to the game and `report(level, text)` a line to its output, with level
    "error", "warning" or "info". Signals are kept back until the frame's evaluation is over, then emitted in order.
    """

    def __init__(self, access: NodeAccess, emit: Callable[..., None], report: Callable[[str, str], None]) -> None:
        self._access = access
        self._report = report
        self._outbox = Outbox(OneByOne(emit), lambda line: report("error", line))
        self._outbox.after = lambda: self._tell_nodes if self.tracking else None
        self._gate = Gate(lambda line: report("error", line))
        #: Operators that the game registers, for all missions.
        self.operators = GameOperators(report)
        self._stepping = False
        #: The campaign that is open; briefing, debriefing and movies.
        self.campaign = CampaignPlay(report, self._playing, self._outbox.flush)
        self._file = ""  # of the running mission, where it was loaded from one
        #: Reads a file that a game names; raises OSError. Inside the engine its paths may lead into packs.
        self.read_file: Callable[[str], bytes] = lambda file: Path(file).read_bytes()
        self._scratch: Path | None = None  # of the recording that a save is made from
        self._checker: TextChecker | None = None
        self._warnings_seen = 0
        self._warnings_told: set[str] = set()
        self.is_connected: Callable[[str], bool] = lambda signal: True  #: Whether the game listens to a signal.
        self._dying: DeathRolls | None = None
        self._freed_means = "destroyed"
        self.session: MissionSession | None = None
        self.tracking: Tracking | None = None
        # What the game reads of the running mission, and the values that it changes.
        self._reader = reader = MissionReader(self._playing, lambda: self.session, lambda: self.tracking, self._gate)
        self.object_facts, self.object_names, self.waypoints = (
            reader.object_facts,
            reader.object_names,
            reader.waypoints,
        )
        self.message_text, self.explain, self.read = reader.message_text, reader.explain, reader.read
        self.events, self.goals, self.mission_time = reader.events, reader.goals, reader.mission_time
        self.counters, self.statistics = reader.counters, reader.statistics
        self.performance_report = reader.performance_report
        values = GameValues(self._playing, self._gate, report, self._outbox.flush)
        self.set_variable, self.get_variable = values.set_variable, values.get_variable
        self.report_entry, self.set_game_value = values.report_entry, values.set_game_value
        self.snapshot = MonitorSnapshot(reader.counters)
        self._roster: Roster | None = None
        self._hinted = HintedEvaluation(lambda line: self._report("warning", line))
        self.recordings = MissionRecordings()
        self.problems = MissionProblems(report)
        self.hints = LiveHints(self.recordings)
        self.hints.on_outcome.append(self._hint_tried)
        self.breaks = GameBreaks(self.emit_now, report)
        self.reloaded = ""  # what the last reload did, in a sentence
        #: Called after each frame, when the signals are emitted; sends the debugger's messages.
        self.after_frame: list[Callable[[], None]] = [self.breaks.after_frame]
        #: Called with each mission that was loaded, and with None when it is closed.
        self.on_mission: list[Callable[[MissionSession | None], None]] = [self.recordings.mission, self.hints.mission]
        self.on_mission.append(self.breaks.mission)
        #: Called with the mission after its file was reloaded: its formulas have other numbers.
        self.on_reload: list[Callable[[MissionSession], None]] = [self.hints.mission]

    def emit_with(self, emitter: Emitter) -> None:
        """Emit all signals with an emitter of the engine's."""
        self._outbox.emitter = emitter

    # Missions

    def load(self, file: str, content: str | bytes, options: Mapping[str, Any]) -> bool:
        """Load a mission from its content or else the file, replacing the current one; return whether it succeeded.

        content: the mission's text, or the bytes of its file; "" reads the file itself. Messages name it `file`.
        If the mission cannot be loaded or an option is invalid, the current mission stays as it is.
        """
        recording: Path | None = None
        scratch: Path | None = None
        try:
            chosen = read_options(options)
            book = self.campaign.book_for(file, chosen)
            recording = self._recording_for(file, chosen)
            if recording is None and chosen.savable:
                recording = scratch = saves.scratch_file()
            session = MissionSession.load(
                file if content == "" else content,
                file=file,
                engine=chosen.engine,
                seed=chosen.seed,
                scenario=chosen.scenario,
                dialect=chosen.dialect,
                strict=chosen.strict,
                freeze_gc=True,
                operators=self.operators.own,
                record_notes=self.campaign.notes(book, file),
                campaign=None if book is None else book.campaign,
                stores=None if book is None else book.stores,
                cache_bytes=chosen.cache_bytes,
                verify_every=chosen.verify_every,
                frame_budget_us=chosen.frame_budget_us,
                event_budget_us=chosen.event_budget_us,
                quotas=chosen.quotas,
                record_to=recording,
                record_bytes=0 if chosen.record_to or chosen.savable else MOST_BYTES,
            )
        except Exception as error:
            if recording is not None and not chosen.record_to:  # a file that the game names can be an earlier run
                with contextlib.suppress(OSError):
                    recording.unlink()
            if not isinstance(error, OSError | ValueError | StoreError):
                raise
            reason = reason_of(error)
            if isinstance(error, OSError) and error.filename is not None and str(error.filename) != file:
                reason = f"{error.filename}: {reason}"  # not the mission's file
            if isinstance(error, RefusedMissionError):
                self.problems.take(file, error.problems)
                reason = "it has errors and is not loaded"
            self._report("error", f"load_mission: {file or 'the given text'}: {reason}")
            return False
        self.close()
        self._scratch = scratch
        self._file = file
        self.campaign.begin(session, book, file)
        for problem in () if book is None else book.problems:
            self._report("warning", problem)
        self.problems.take(file, session.problems())
        self._begin(session, chosen)
        return True

    def reload(self, file: str, content: str | bytes) -> bool:
        """Apply the changes of the mission's file to the running mission; return whether it could be read.

        Time, variables, ships and unchanged formulas stay (see `MissionSession.reload`); what has to wait is reported.
        """
        session, tracking = self._playing("reload_mission"), self.tracking
        if session is None or tracking is None:
            return False
        if self._stepping:
            self._report("error", "reload_mission: a frame is running; call it between two frames")
            return False
        try:
            done = session.reload(content or self.read_file(file))
        except (OSError, ValueError) as error:
            self._report("error", f"reload_mission: {reason_of(error)}")
            return False
        self._checker = self._checker_of(session)
        tracking.watch_motion(mission_interest(session.mission))
        self.campaign.renew(session)
        self.problems.take(file, session.problems())
        for listener in self.on_reload:
            listener(session)
        self.reloaded = str(done)
        self._report("info", f"reload_mission: {self.reloaded}")
        for line in done.left_out:
            self._report("warning", f"reload_mission: not applied: {line}")
        self._outbox.flush()
        return True

    def _checker_of(self, session: MissionSession) -> TextChecker:
        return TextChecker(session, lambda line: self._report("error", line))

    def reload_again(self) -> str:
        """Reload the file of the running mission; return the result as a sentence. Raises LookupError if impossible."""
        if self.session is None or not self._file or not self.reload(self._file, ""):
            raise LookupError("the mission's file cannot be applied; the output has the reason")
        return self.reloaded

    def save_state(self) -> bytes:
        """Return the running mission as bytes for `restore_state`; none, after reporting why, if it is not recorded."""
        session = self._playing("save_state")
        if session is None:
            return b""
        if session.recording is None:
            self._report("error", f"save_state: {NOT_SAVABLE}")
            return b""
        try:
            return saves.save_state(session.recording)
        except OSError as error:
            self._report("error", f"save_state: {reason_of(error)}")
            return b""

    def restore_state(self, data: bytes, options: Mapping[str, Any]) -> bool:
        """Replace the current mission by a saved one, in the state in which it was saved; return whether it succeeded.

        If the bytes are not a save, the current mission stays as it is. Earlier happenings emit no signals. A mission
        of a campaign sets its campaign back to where it was when the mission was loaded.
        """
        scratch: Path | None = None
        try:
            chosen = read_options(options)
            scratch = saves.scratch_file()
            session = saves.restore_state(
                data,
                scratch,
                cache_bytes=chosen.cache_bytes,
                verify_every=chosen.verify_every,
                frame_budget_us=chosen.frame_budget_us,
                event_budget_us=chosen.event_budget_us,
                operators=self.operators.own,
            )
            try:
                book = self.campaign.restored(session, chosen)
            except BaseException:
                session.close()
                raise
        except (OSError, ValueError, StoreError) as error:
            if scratch is not None:
                scratch.unlink(missing_ok=True)
            self._report("error", f"restore_state: {reason_of(error)}")
            return False
        name = str(session.settings.record_notes.get("file", ""))
        file = self._file if Path(self._file).name == name else ""
        self.close()
        self._scratch, self._file = scratch, file
        self.campaign.begin(session, book, name)
        self._begin(session, chosen)
        return True

    def _begin(self, session: MissionSession, chosen: LoadOptions) -> None:
        """Play a session that has just been loaded, and emit the signals for it."""
        self._reader.begin()
        self._freed_means = chosen.freed_means
        self.session = session
        self._listen(session)
        self.tracking = Tracking(session.world, mission_interest(session.mission), self._access, self._gate)
        self._roster = Roster(session.world)
        self._dying = DeathRolls(session.world)
        self._checker = self._checker_of(session)
        self.snapshot.reset()
        for listener in self.on_mission:
            listener(session)
        self._notice_ships()
        self._outbox.put_first([("mission_loaded", (session.mission_name,))])
        self._outbox.flush()

    def _recording_for(self, file: str, options: LoadOptions) -> Path | None:
        """Return the file of the recording; the mission is played even if the folder cannot be written."""
        try:
            return self.recordings.place(file, options)
        except OSError as error:
            self._report("warning", f"{file} is not recorded: {error}")
            return None

    def _report_warnings(self, warnings: list[str]) -> None:
        """Report problems of running formulas (a failed operator, a value of the wrong kind), each text once."""
        for line in warnings[self._warnings_seen :]:
            if line not in self._warnings_told and len(self._warnings_told) < MOST_PROBLEMS:
                self._warnings_told.add(line)
                self._report("warning", line)
        self._warnings_seen = len(warnings)

    def close(self) -> None:
        """Close the mission and untrack all nodes."""
        if self.session is not None:
            for listener in self.on_mission:
                listener(None)
        if self.tracking is not None:
            self.tracking.clear()
        if self.session is not None:
            self.session.close()
        if self._scratch is not None:
            self._scratch.unlink(missing_ok=True)
            self._scratch = None
        self._file = ""
        self.campaign.end()
        self.session = self.tracking = self._roster = self._checker = self._dying = None
        self._outbox.new_mission()
        self._gate.clear()
        self._warnings_seen = 0
        self._warnings_told.clear()
        self.snapshot.reset()

    def _playing(self, method: str) -> MissionSession | None:
        """Return the running mission; without one report that, once for each method."""
        if self.session is None:
            self._gate.once(method, f"{method}: {NO_MISSION}")
        return self.session

    def end(self) -> None:
        """End the mission as a script's end-mission does."""
        session = self._playing("end_mission")
        if session is not None and not session.world.mission_over:
            session.end_mission()
            self._outbox.flush()

    def _listen(self, session: MissionSession) -> None:
        put = self._outbox.put
        session.on_event_satisfied.append(lambda name, index: put("event_satisfied", name))
        session.on_event_failed.append(lambda name, index: put("event_failed", name))
        session.on_goal_changed.append(lambda name, status: put("goal_changed", name, status))
        self._outbox.listen(session)
        session.on_operator_unknown.append(lambda name: put("operator_unknown", name))
        session.on_mission_ended.append(lambda: put("mission_ended"))
        session.monitor.on_budget_exceeded.append(lambda note: put("budget_exceeded", dict(note)))

    # Frames

    def step(self, seconds: float) -> None:
        """Run one frame of that many seconds of mission time.

        RefusedError with a line: a call from inside a frame, and a length that is negative, infinite or no number.
        """
        session, tracking = self._playing("step"), self.tracking
        if session is None or tracking is None:
            return
        if not 0.0 <= seconds <= LONGEST_FRAME:
            reason = RefusedError(f"a frame is 0 to {LONGEST_FRAME:g} seconds long")
            self._gate.refused("step", "the length of a frame", seconds, reason)
            return
        if self._stepping or self._outbox.busy:
            self._report("error", "step: a frame cannot begin inside another one, or in a handler of its signals")
            return
        self._stepping = True
        try:
            began = perf_counter_ns()
            tracking.before_frame(seconds)
            if self.session is not session:
                return  # a game's getter or signal has closed or replaced the mission
            if self._dying:
                self._dying.finish(tracking.has)
            stops = self.breaks.before_frame(seconds)
            if not stops:
                self._make_frame(session, seconds, began)
        finally:
            self._stepping = False
        if stops:
            self.breaks.stop(stops)
            return
        if self._outbox:
            self._outbox.flush()
        self.hints.poll()
        for listener in self.after_frame:
            listener()

    def _make_frame(self, session: MissionSession, seconds: float, began: int) -> None:
        self._outbox.step(session, seconds, self._is_wanted)
        if len(session.context.warnings) > self._warnings_seen:
            self._report_warnings(session.context.warnings)
        self._notice_ships()
        self.snapshot.frame((perf_counter_ns() - began) / 1000.0)

    def _notice_ships(self) -> None:
        if self._roster is None or self.session is None or self.tracking is None:
            return
        arrived, left = self._roster.changes()
        # Before the other signals of this frame: a ship must exist when it receives orders.
        self._outbox.put_first([("object_arrived", (ship.name,)) for ship in arrived])
        for ship, how in left:
            self._outbox.put("object_left", ship.name, how)
            if self._dying is not None and ship.status is ShipStatus.DEATH_ROLL and not self.session.has_scenario:
                self._dying.add(ship)

    def _is_wanted(self, signal: str) -> bool:
        return self.is_connected(signal) or (signal == "action_requested" and bool(self.tracking))

    def _tell_nodes(self, signal: str, arguments: tuple[Any, ...]) -> None:
        """Pass an emitted signal to the nodes that it concerns."""
        if self.tracking is not None and signal in ("action_requested", "object_left"):
            (self.tracking.tell_left if signal == "object_left" else self.tracking.tell_action)(*arguments)

    # Values

    def evaluate(self, expression: str, hints: Mapping[str, Any] | None = None) -> Any:
        """Return the current value of an expression, or None after reporting the error in its text.

        Hints (see `bridge.hints`) are obeyed, or refused with a warning that says why; the value is the same with
        them and without.
        """
        session = self._playing("evaluate")
        if session is None or self.tracking is None or self._checker is None:
            return None
        self.tracking.read_places()
        if not self._checker.is_sound(expression):
            return None
        try:
            value = self._hinted.evaluate(session, expression, hints) if hints else session.evaluate(expression)
        except ValueError as error:
            self._report("error", f"evaluate: {error}")
            return None
        return value if isinstance(value, int | float | str | None) else str(value)

    # Objects

    def track(self, node: Node, name: str, mapping: Mapping[str, Any]) -> bool:
        """Tie a node to an object; reports errors."""
        session, tracking = self._playing("track"), self.tracking
        if session is None or tracking is None:
            return False
        made = bool(name) and session.world.ship(name) is None
        near = meant(name, (ship.name for ship in session.world.ships.values())) if made else ""
        try:
            tracking.track(node, name, mapping, self._freed_means_of(node))
        except (MappingError, ValueError) as error:
            self._report("error", f"track {name!r}: {error}")
            return False
        self._outbox.interrupt()  # from now on signals concern a node
        if made:
            line = f"track {name!r}: the mission has no object of that name; a new one is made{near}"
            self._report("warning", line)
        return True

    def _freed_means_of(self, node: Node) -> str:
        own = node.get("freed_means")
        return str(own) if own in LEAVING else self._freed_means

    def is_tracked(self, node: Node) -> bool:
        """Return whether a node is tied to an object."""
        return self.tracking is not None and self.tracking.has_node(self._access.identity(node))

    def untrack(self, node: Node) -> None:
        """Untie a node."""
        if self.tracking is not None:
            self.tracking.untrack(self._access.identity(node))

    def node_paths(self) -> dict[str, str]:
        """Return the paths of the tied nodes by the keys of their ships."""
        return {} if self.tracking is None else self.tracking.paths()

    # Recordings and hints

    def save_recording(self, path: str) -> bool:
        """Write the recording since the mission began to a file; return whether it succeeded, and report errors."""
        try:
            self.recordings.save(Path(path))
        except (LookupError, OSError) as error:
            self._report("error", f"save_recording: {error}")
            return False
        return True

    def performance_hints(self) -> list[dict[str, Any]]:
        """Return the hints on the running mission, each with an `id` for `apply_hint`; none without a mission."""
        if self.session is None:
            return []
        return [{"id": name, **readings.plain(hint.as_dict())} for name, hint in self.hints.find().items()]

    def apply_hint(self, hint_id: str) -> bool:
        """Begin to apply a hint; return whether its trial runs now. The signal `hint_tried` reports the result."""
        try:
            self.hints.apply(hint_id)
        except (LookupError, ValueError, RuntimeError, OSError) as error:
            self._report("warning", f"apply_hint: {error.args[0] if len(error.args) == 1 else error}")
            return False
        return True

    def _hint_tried(self, outcome: TrialResult) -> None:
        self.emit_now("hint_tried", outcome.id, outcome.applied, outcome.text)

    def emit_now(self, signal: str, *arguments: Any) -> None:
        """Emit a signal now, after those that wait."""
        self._outbox.put(signal, *arguments)
        self._outbox.flush()
