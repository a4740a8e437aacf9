"""MissionSession: one mission being played, with all its parts behind one interface."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from sexp_runtime.adhoc import AdHocContext
from sexp_runtime.cache.contract import CacheInfo, ExpressionHints
from sexp_runtime.cache.expression_cache import ExpressionCache
from sexp_runtime.collector import LeftOut
from sexp_runtime.engines import make_engine, renew_engine
from sexp_runtime.events.explain import slot_index
from sexp_runtime.listeners import SessionListeners
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.mission.source import MAX_BYTES, read_regular
from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.mission.validator import RefusedMissionError, validate_mission
from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor, describe_cause
from sexp_runtime.monitor.recorded_campaign import campaign_header
from sexp_runtime.monitor.recording import LONGEST_STEP_US
from sexp_runtime.monitor.report import build_report, build_statistics
from sexp_runtime.monitor.run_recorder import RunRecorder
from sexp_runtime.offers import ActionOffers
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_tables, tables_beside
from sexp_runtime.reloading import Reloaded, check_changed, read_changed
from sexp_runtime.rules.renewal import renewed_cues
from sexp_runtime.session_settings import Driver, SessionSettings
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.threads import OneThread
from sexp_runtime.world.mission_changes import take_changes, use_running_slots
from sexp_runtime.world.world import World

if TYPE_CHECKING:
    from sexp_runtime.events.answers import Answers
    from sexp_runtime.events.explain import Explanation, FactTimes
    from sexp_runtime.events.tree import TreePart
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.monitor.recording import RecordingWriter
    from sexp_runtime.rules.formula import Formula
    from sexp_runtime.syntax.diagnostics import Diagnostic
    from sexp_runtime.syntax.parser import ParseResult
    from sexp_runtime.syntax.tree import SexpExpression
    from sexp_runtime.world.campaign import MissionRecord
    from sexp_runtime.world.mission_state import Kind
    from sexp_runtime.world.ships import Ship

_LOG: Final = logging.getLogger(__name__)
_NO_STEP: Final = "a step is 0 to 1,000,000 seconds, not {:g}"


class MissionSession:
    """One mission being played. `step` makes a frame; everything else may be called between frames.

    The lists `on_event_satisfied` (name, index), `on_event_failed` (name, index), `on_goal_changed` (name, status),
    `on_variable_changed` (name, value), `on_action` (operator, arguments) and `on_mission_ended` () hold functions to
    call; `on_operator_unknown` (name) functions to call once for each unknown operator. Actions and unknown operators
    are reported at once, everything else at the end of the frame, in the order events, goals, variables, end. Each
    outcome of an event and each new status of a goal is reported; a variable once, with its last value.

    A session, its world and its caches belong to one thread: the first that makes a frame or evaluates something. One
    thread may load a mission and another may play it. Any other thread may only call `close`, between frames; all other
    methods raise RuntimeError there. `world` does not check its callers.
    """

    def __init__(
        self,
        mission: Mission,
        settings: SessionSettings | None = None,
        *,
        diagnostics: list[Diagnostic] | None = None,
        source: bytes = b"",
        left_out: LeftOut | None = None,
    ) -> None:
        """Set up the mission; `source` is the content of its file, which a recording contains.

        With `freeze_gc`, `left_out` is the object created before the mission was read; None creates one here.

        Raises OSError if the file to record to cannot be written.
        """
        self.settings = settings = settings if settings is not None else SessionSettings()
        self._thread = OneThread("a session")
        self._left_out = LeftOut() if settings.freeze_gc and left_out is None else left_out
        self.mission = mission
        self.mission_name = mission.name or Path(mission.file).stem
        self.diagnostics = diagnostics if diagnostics is not None else []
        self._world = World(mission, mission.dialect, settings.seed or 1, settings.quotas)
        self._listeners = listeners = SessionListeners(self._world, self.mission_name)
        self._watcher = listeners.watcher
        self.on_event_satisfied, self.on_event_failed = listeners.event_satisfied, listeners.event_failed
        self.on_goal_changed, self.on_variable_changed = listeners.goal_changed, listeners.variable_changed
        self.on_mission_ended, self.on_operator_unknown = listeners.mission_ended, listeners.operator_unknown
        self._assign = self._world.variables.core.assign
        if settings.campaign is not None:
            self._world.set_campaign(settings.campaign)
            if settings.stores is not None:
                settings.stores.load_into(self._world)
        self.context = EvaluationContext(
            self._world, dialect=mission.dialect, options=settings.options, own=settings.operators
        )  # fmt: skip
        self.context.file = mission.file
        #: Operators of the game's own.
        self.operators = self.context.own
        self.operators.on_changed.append(self._operator_changed)
        self.context.on_unknown = lambda name: listeners.call(listeners.operator_unknown, name)
        self.scenario: Driver | None = None
        if settings.scenario is True:
            from sexp_runtime.simulate.scenario import Scenario

            self.scenario = Scenario(mission, settings.seed)
        elif settings.scenario:
            self.scenario = settings.scenario
        scenario = self.scenario
        #: Passes actions on to the stand-in of a game, to a collector, and to listeners.
        self.offers = ActionOffers(
            self.context,
            None if scenario is None else lambda name, arguments: scenario.on_action(self.world, name, arguments),
            getattr(scenario, "heeds", None),
        )
        self.on_action = self.offers.listeners
        self.closed = False
        self._engine = make_engine(
            settings.engine, self._world, mission, self.context,
            leave=self._leave, seed=settings.seed or 1, verify_every=settings.verify_every,
        )  # fmt: skip
        self.manager = self._engine.events
        self.cues = self._engine.cues
        self.cache = ExpressionCache(
            self._world.facts, self._world.clock, maxsize=settings.cache_entries, max_bytes=settings.cache_bytes
        )
        listeners.before_end = self.cache.clear
        self._adhoc = self._make_adhoc()
        self.monitor = SexpPerformanceMonitor(
            [self.manager, self.cues], self.context, facts=self._world.facts,
            waits_for=self._engine.waits_for, mode=Mode.OFF, sample_every=settings.sample_every,
            frame_budget_us=settings.frame_budget_us, event_budget_us=settings.event_budget_us,
            owner_of=self.owner_of, mission_time=lambda: self.mission_time, describe=self._describe,
        )  # fmt: skip
        self._world.expressions = self._adhoc
        self._world.on_take_mission = self._take_mission
        self._world.session = self
        #: How often the mission was reloaded.
        self.reloads = 0
        self._in_frame = False
        self._recorder: RunRecorder | None = None
        #: The world for the game to read and change: a recording that runs contains the changes made through it.
        self.world: World = self._world
        if settings.record_to is not None:
            self.world = self._start_recording(settings.record_to, source)
        if self.scenario is not None:
            self.scenario.begin(self.world)
        self.cues.load()
        self.manager.pre_evaluate()
        self._watcher.forget()
        self.monitor.mode = settings.monitor
        if self._left_out is not None:
            self._left_out.end()

    @classmethod
    def load(
        cls,
        source: str | bytes | Path,
        *,
        engine: str = "cached",
        seed: int = 0,
        scenario: bool | Driver = False,
        dialect: str = "auto",
        strict: bool = False,
        file: str = "",
        **settings: Any,
    ) -> MissionSession:
        """Load a mission from a file's path, from its text (which has a line break) or bytes, and start a session.

        dialect: "auto", "fso" or "wcs". strict: whether to refuse a mission with errors, as the original does. file:
        the name in messages of a mission that is not read from a path. Further settings are those of SessionSettings.
        Tables beside the file (`*-sexp.tbm`) declare operators; their problems are logged. `diagnostics` holds the
        problems that reading the mission found; `problems()` adds those that checking finds.

        Raises OSError for a file that cannot be read, and RefusedMissionError, a ValueError, for one that holds no
        mission or is refused.
        """
        if dialect not in ("auto", "fso", "wcs"):
            raise ValueError(f"dialect must be auto, fso or wcs, not {dialect!r}")
        wanted = None if dialect == "auto" else Dialect[dialect.upper()]
        with LeftOut() if settings.get("freeze_gc") else nullcontext() as left_out:
            if isinstance(source, bytes) or (isinstance(source, str) and "\n" in source):
                content = source if isinstance(source, bytes) else source.encode("utf-8", "surrogateescape")
                found = parse_mission(source, file=file, dialect=wanted)
            else:
                content = read_regular(source, MAX_BYTES)  # says why a file cannot be read
                found = parse_mission(content, file=str(source), dialect=wanted)
                if settings.get("operators") is None and (tables := tables_beside(Path(source))):
                    settings["operators"] = OwnOperators()
                    for problem in read_tables(settings["operators"], tables):
                        _LOG.warning("%s", problem)
            if not found.is_readable:
                raise RefusedMissionError(found.diagnostics)
            if strict:
                own = settings.get("operators")
                problems = found.diagnostics + validate_mission(found.mission, None if own is None else own.rows())
                if any(problem.is_error for problem in problems):
                    raise RefusedMissionError(problems)
            whole = SessionSettings(engine=engine, seed=seed, scenario=scenario, **settings)
            return cls(found.mission, whole, diagnostics=found.diagnostics, source=content, left_out=left_out)

    def problems(self) -> list[Diagnostic]:
        """Return all problems of the mission: those that reading found, and those that checking finds now."""
        return self.diagnostics + validate_mission(self.mission, self.operators.rows())

    def _operator_changed(self, name: str) -> None:
        self._world.facts.changed(("own", name))

    @property
    def _leave(self) -> Callable[[Ship], None] | None:
        return self.scenario.leave if self.scenario is not None else None

    def _make_adhoc(self) -> AdHocContext:
        mission = self.mission
        symbols = make_symbols(mission.dialect, mission.variable_names(), mission.container_kinds())
        return AdHocContext(self._world, symbols, self.context, self.offers.act)

    def reload(self, content: bytes | str) -> Reloaded:
        """Apply a changed file of the mission, given by its content, between two frames; return what was applied.

        Raises ReloadError, and changes nothing, for a file with errors that the running mission does not have.
        """
        self._thread.check("reload")
        if self.closed or self._in_frame:
            raise RuntimeError("reload: " + ("the session is closed" if self.closed else "a frame is being made"))
        packed = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        check_changed(packed, self.mission, self.problems(), self.operators.rows())
        done: Reloaded = self.world.take_mission(packed)
        return done

    def _take_mission(self, content: bytes) -> Reloaded:
        """Apply a file that was checked or comes from a recording."""
        old, loaded = self.mission, read_changed(content, self.mission)
        new, world = loaded.mission, self._world
        use_running_slots(world, new)
        cues, changes = self.cues.cues, take_changes(world, old, new)
        seeds = renewed_cues(world, old, new, cues)
        self._engine = renew_engine(
            self._engine, world, new, self.context, changes, seeds,
            leave=self._leave, verify_every=self.settings.verify_every,
        )  # fmt: skip
        self.manager, self.cues = self._engine.events, self._engine.cues
        self.mission, self.diagnostics = new, loaded.diagnostics
        self.mission_name = self._listeners.name = new.name or self.mission_name
        self.cache.clear()
        on_effect = self._adhoc.on_effect
        self._adhoc = world.expressions = self._make_adhoc()
        self._adhoc.on_effect = on_effect
        self.monitor.watch([self.manager, self.cues], self._engine.waits_for)
        self.reloads += 1
        return Reloaded.of(changes)

    # --- frames ---------------------------------------------------------------------------------------------------

    def play(self, frames: int, fps: float = 60.0) -> Iterator[int]:
        """Make a number of frames, fewer if the mission ends; yield after each how many were made.

        Frame n ends n / fps seconds of mission time after the start, to the microsecond, so rounding never adds up.
        """
        start = self.world.clock.us
        for number in range(1, frames + 1):
            self.step_us(start + round(number * 1_000_000 / fps) - self.world.clock.us)
            yield number
            if self.world.mission_over:
                return

    def step(self, seconds: float) -> None:
        """Make one frame of `seconds` of mission time; raises ValueError like `step_us`."""
        if not abs(seconds) <= LONGEST_STEP_US / 1_000_000:  # so that not-a-number is refused, too
            raise ValueError(_NO_STEP.format(seconds))
        self.step_us(round(seconds * 1_000_000))

    def step_us(self, microseconds: int) -> None:
        """Make one frame in the original's order (F0): clock, cues, simulator, events.

        Raises ValueError for a step below 0 or above LONGEST_STEP_US, RuntimeError in a frame or after `close`.
        """
        if not 0 <= microseconds <= LONGEST_STEP_US:
            raise ValueError(_NO_STEP.format(microseconds / 1_000_000))
        if self.closed or self._in_frame:
            raise RuntimeError("step: the session is closed" if self.closed else "step: a frame is being made already")
        self._thread.check("step")
        self._in_frame = True
        recorder = self._recorder
        if recorder is not None:
            recorder.log.begin_frame(microseconds)
        self.offers.begin_frame()
        monitor = self.monitor
        watching = monitor.watching
        world = self._world
        try:
            began = perf_counter() if watching else 0.0
            world.clock.advance_to(world.clock.us + microseconds)
            if self.scenario is None:
                self.cues.frame()
            else:
                self.context.positions_age_us = self._adhoc.context.positions_age_us = microseconds
                self.cues.frame()
                paused = perf_counter()
                self.scenario.step(self.world, microseconds)
                began += perf_counter() - paused
                self.context.positions_age_us = self._adhoc.context.positions_age_us = 0
            world.keep_up()
            self.manager.frame()
            if watching:
                times = monitor.times
                times.append((perf_counter() - began) * 1e9)
                if len(times) >= monitor.attend_at:
                    monitor.attend()
        finally:
            self._in_frame = False
            if recorder is not None:
                recorder.log.leave_frame()
            self.context.positions_age_us = self._adhoc.context.positions_age_us = 0
        if (
            recorder is not None
            and not recorder.log.end_usual_frame(microseconds)
            and not recorder.end_frame(microseconds, self.digest)
        ):
            if recorder.writer.failure:
                self.context.warnings.append(f"the recording ends here: {recorder.writer.failure}")
            self._recorder = None
            self.offers.record_with(None)
        self._listeners.report()

    def end_mission(self) -> None:
        """End the mission as `end-mission` does (F25) and call the listeners.

        For formulas of the debriefing, ships that are still present have left (R70).
        """
        self._thread.check("end_mission")
        self._note("end_mission")
        self.manager.end_mission()
        self._listeners.report()

    def skip_mission(self) -> None:
        """Decide everything as won, as when the player skips the mission (F25, R42); the next frame reports it."""
        self._thread.check("skip_mission")
        self._note("skip_mission")
        self.manager.skip_mission()

    def _note(self, method: str) -> None:
        """Record a call of the session's own that changes the mission."""
        if self._recorder is not None and not self.manager.ended:
            self._recorder.record("session", method, (), {})

    def finish(self, *, accepted: bool) -> MissionRecord:
        """End the mission, save its persistent values (J10), and return its record for a campaign (F25).

        `accepted` says that the player accepts the result; variables with "save on progress" are saved only then.
        Raises StoreError if the stores cannot be written; the old files then stay unchanged.
        """
        self.end_mission()
        if self.settings.stores is not None:
            self.settings.stores.save_from(self._world, accepted=accepted)
        return self.manager.record()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release edges and caches, and finish a recording being written. A closed session cannot step."""
        if self.closed:
            return
        if self._in_frame:
            self._thread.check("close")
        self.closed = True
        self.stop_recording()
        self.monitor.mode = Mode.OFF
        self.cache.clear()
        self._engine.close()
        self._listeners.close()
        self.offers.close()
        self.operators.on_changed.remove(self._operator_changed)
        if self._left_out is not None:
            self._left_out.give_back()

    # --- values ---------------------------------------------------------------------------------------------------

    def evaluate(self, text: str, *, argument: str | None = None, hints: ExpressionHints | None = None) -> int:
        """Return the value of an expression now, from cache if it is still right; raises SexpError for bad text."""
        return self.cache.evaluate(text, self._adhoc, argument=argument, hints=hints)  # type: ignore[no-any-return]

    def parse(self, text: str) -> SexpExpression:
        """Return the parsed text, with this mission's variables and containers; raises SexpError for bad text."""
        return self._adhoc.parse(text)

    def read_text(self, text: str) -> ParseResult:
        """Like `parse`, but return all problems instead of raising."""
        return self._adhoc.read(text)

    def set_variable(self, name: str, value: int | str) -> None:
        """Set a variable by name (exact case); raises KeyError with the nearest names if there is none."""
        self._thread.check("set_variable")
        if self._recorder is None and self._assign(name, value):
            return
        index = self._variable(name)
        variables = self.world.variables
        if isinstance(value, str):
            variables.set_text(index, value)
        else:
            try:
                variables.set_number(index, int(value))
            except (TypeError, ValueError, OverflowError):
                raise ValueError(f"a variable holds a number or a text, not {value!r:.60}") from None

    def get_variable(self, name: str) -> int | str:
        """Return a variable's value by its type; raises KeyError with the nearest names if there is none."""
        self._thread.check("get_variable")
        return self._watcher.variable_value(self._variable(name))

    def _variable(self, name: str) -> int:
        index = self.world.variables.index(name)
        if index is None:
            near = difflib.get_close_matches(name, [known for known in self.world.variables.names if known])
            raise KeyError(f"no variable {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        return index

    # --- what it knows --------------------------------------------------------------------------------------------

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def is_interpreting(self) -> bool:
        """Whether the engine interprets every formula in every evaluation."""
        return self._engine.is_interpreting

    @property
    def mission_time(self) -> float:
        """Seconds of mission time."""
        return self.world.clock.us / 1_000_000

    @property
    def has_scenario(self) -> bool:
        """Whether the simulator plays the ships."""
        return self.scenario is not None

    def owner_of(self, kind: str, index: int) -> str:
        """Return a formula's name: `event "Name"`, `goal "Name"` or the cue's own text."""
        if kind == "event":
            return f'event "{self.world.events[index].name}"'
        if kind == "goal":
            return f'goal "{self.world.goals[index].name}"'
        return self.cues.cues[index].formula.owner

    def _describe(self, cause: object) -> str:
        """Return a cause as text, variables by their names."""
        if isinstance(cause, tuple) and cause[0] == "var":
            return f"variable {self._world.variables.names[cause[1]] or cause[1]}"
        return describe_cause(cause)

    @property
    def rows(self) -> Mapping[Kind, Answers]:
        """The slots of cached results, by kind of formula; empty for an engine that keeps none."""
        return self._engine.rows

    def explain(self, kind: str, name: str | int, times: FactTimes | None = None) -> Explanation:
        """Return why an "event", "goal" or "cue" has its value and what it waits for; its text is for people.

        `times` lets it name the facts that changed. Raises KeyError for a name that is not there, RuntimeError where
        the engine keeps no results.
        """
        self._thread.check("explain")
        return self._engine.explain(kind, name, times)

    def explain_tree(self, kind: str, name: str | int) -> TreePart:
        """Return the formula of an "event", "goal" or "cue" as a tree with the value of every part now.

        Nothing that acts, draws or remembers is evaluated, and nothing changes. Works with every engine. Raises
        KeyError for a name that is not there, ValueError where there is no formula.
        """
        from sexp_runtime.events.explain_tree import explain_tree

        index = slot_index(self._world, self.cues, kind, name)
        return explain_tree(self.context, self.formula(kind, index))

    def formula(self, kind: str, index: int) -> Formula:
        """Return the formula of an "event", "goal" or "cue", as its engine evaluates it."""
        if kind == "cue":
            return self.cues.cues[index].formula
        return (self.manager.event_formulas if kind == "event" else self.manager.goal_formulas)[index]

    def counters(self) -> dict[str, int]:
        """Return the counters of events, goals and cues, added up (see rules.counters)."""
        events, cues = self.manager.counters.as_dict(), self.cues.counters.as_dict()
        return {name: number + (cues[name] if name != "frames" else 0) for name, number in events.items()}

    def cache_info(self) -> CacheInfo:
        """Return the expression cache's counters."""
        return self.cache.cache_info()

    def memory(self) -> dict[str, int]:
        """Return the bytes held by the engine and the expression cache, by part."""
        parts = {f"events {name}": size for name, size in self.manager.nbytes().items()}
        parts.update({f"cues {name}": size for name, size in self.cues.nbytes().items()})
        parts["expression cache"] = self.cache.nbytes
        return parts

    def statistics(self) -> dict[str, Any]:
        """Return the numbers that monitors show; cheap enough for every frame but for `cache_bytes`."""
        return build_statistics(self)

    def slots(self) -> int:
        """Return how many formulas have a slot with a cached result."""
        return self._engine.slots()

    def report(self, *, most: int | None = None) -> dict[str, Any]:
        """Return the performance report (see monitor.report); lists are cut to `most` rows, None for all."""
        self._thread.check("report")
        return build_report(self, most=most)

    def digest(self) -> int:
        """Return a check sum of what formulas can have changed: variables, events, goals, the random generator."""
        return self._watcher.digest()

    # --- recording ------------------------------------------------------------------------------------------------

    def _start_recording(self, path: str | Path, source: bytes) -> Any:
        """Begin the recording; return the world as its changes are noted."""
        header = {
            "mission": source, "file": Path(self.mission.file).name, "seed": self.settings.seed,
            "dialect": self.mission.dialect.value, "engine": self.engine,
            "simulated": self.scenario is not None, "options": asdict(self.settings.options),
            "operators": self.operators.as_dicts(), "quotas": asdict(self._world.quotas),
            "campaign": campaign_header(self.settings.campaign, self.settings.stores),
            "notes": self.settings.record_notes,
        }  # fmt: skip
        self._recorder = RunRecorder(
            self._world, path, header, self.context.actions_made, most_bytes=self.settings.record_bytes
        )
        self.offers.record_with(self._recorder)
        self._adhoc.on_effect = self._recorder.evaluation
        return self._recorder.tap()

    @property
    def recording(self) -> RecordingWriter | None:
        """The recording being written, None if there is none, or it has reached its bound."""
        return None if self._recorder is None else self._recorder.writer

    def stop_recording(self) -> None:
        """Finish the recording being written, if there is one."""
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            self.offers.record_with(None)
            recorder.writer.close()
