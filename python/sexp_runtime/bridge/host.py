"""The runtime behind the autoload: a mission session, its tracked nodes, and what is to be told to the game."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.checks import TextChecker
from sexp_runtime.bridge.hints import HintedEvaluation
from sexp_runtime.bridge.live_hints import LiveHints, Outcome
from sexp_runtime.bridge.mapping import LEAVING, MappingError, Node
from sexp_runtime.bridge.motion import MotionInterest, mission_anchors, mission_expressions
from sexp_runtime.bridge.recordings import MOST_BYTES, MissionRecordings
from sexp_runtime.bridge.roster import Roster
from sexp_runtime.bridge.snapshot import MonitorSnapshot
from sexp_runtime.bridge.tracking import NodeAccess, Tracking
from sexp_runtime.mission import validate_mission
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax import Severity
from sexp_runtime.syntax.tree import NodeKind, SexpExpression
from sexp_runtime.world import log as log_kinds
from sexp_runtime.world.ships import Ship, ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.syntax import Diagnostic

#: Kinds of log entries that a game may write; the others come of what happens to objects.
REPORTABLE: Final = frozenset(
    (
        log_kinds.WAYPOINTS_DONE, log_kinds.DOCKED, log_kinds.UNDOCKED, log_kinds.DISABLED, log_kinds.DISARMED,
        log_kinds.SUBSYSTEM_DESTROYED, log_kinds.CARGO_REVEALED, log_kinds.SUBSYSTEM_CARGO_REVEALED,
    )
)  # fmt: skip
#: Most rounds of telling the game in one frame, when handlers of signals keep causing new ones.
MOST_ROUNDS: Final = 100
#: Most problems of a mission that are reported one by one.
MOST_PROBLEMS: Final = 20
#: Weighing the caches takes a while: at most once a second, in nanoseconds.
MEMORY_INTERVAL_NS: Final = 1_000_000_000
#: Seconds after which a ship without a node ends its death roll.
DEATH_ROLL_SECONDS: Final = 3.0


class RuntimeHost:
    """One mission at a time, with everything that the autoload offers.

    `emit(signal, *arguments)` hands a signal to the game and `report(level, text)` a line to its output, with level
    "error", "warning" or "info". Signals are kept back until the frame's evaluation is over, then emitted in order.
    """

    def __init__(self, access: NodeAccess, emit: Callable[..., None], report: Callable[[str, str], None]) -> None:
        self._access = access
        self._emit = emit
        self._report = report
        self._pending: list[tuple[str, tuple[Any, ...]]] = []
        self._stepping = False
        self._flushing = False
        self._checker: TextChecker | None = None
        self._warnings_seen = 0
        self._warnings_told: set[str] = set()
        self._weighed = -MEMORY_INTERVAL_NS
        self._cache_bytes = 0
        self._dying: dict[str, tuple[Ship, float]] = {}
        self._freed_means = "destroyed"
        self.session: MissionSession | None = None
        self.tracking: Tracking | None = None
        self.snapshot = MonitorSnapshot(self.counters)
        self._roster: Roster | None = None
        self._hinted = HintedEvaluation(lambda line: self._report("warning", line))
        self.recordings = MissionRecordings()
        self.hints = LiveHints(self.recordings)
        self.hints.on_outcome.append(self._hint_tried)
        #: Called after each frame, once the signals are out; the debugger's messages go from here.
        self.after_frame: list[Callable[[], None]] = []
        #: Called with each mission that was loaded, and with None when it is forgotten.
        self.on_mission: list[Callable[[MissionSession | None], None]] = [self.recordings.mission, self.hints.mission]

    # Missions

    def load(self, file: str, text: str, options: Mapping[str, Any]) -> bool:
        """Load a mission in place of the present one, from `text` or else from the file; say whether it worked."""
        self.close()
        self._weighed = -MEMORY_INTERVAL_NS
        means = str(options.get("freed_means", "destroyed"))
        self._freed_means = means if means in LEAVING else "destroyed"
        try:
            recording = self._recording_for(file, options)
            session = MissionSession.load(
                text or file,
                engine=str(options.get("engine", "cached")),
                seed=int(options.get("seed", 0)),
                scenario=bool(options.get("scenario", False)),
                dialect=str(options.get("dialect", "auto")),
                cache_bytes=int(options.get("cache_bytes", 4 << 20)),
                verify_every=int(options.get("verify_every", 0)),
                frame_budget_us=float(options.get("frame_budget_us", 0.0)),
                event_budget_us=float(options.get("event_budget_us", 0.0)),
                record_to=recording,
                record_bytes=0 if options.get("record_to") else MOST_BYTES,
            )
        except (OSError, ValueError) as error:
            self._report("error", f"{file}: {error}")
            return False
        self._report_problems([*session.diagnostics, *validate_mission(session.mission)])
        self.session = session
        self._listen(session)
        interest = MotionInterest(mission_expressions(session.mission), mission_anchors(session.mission))
        self.tracking = Tracking(session.world, interest, self._access, lambda line: self._report("error", line))
        self._roster = Roster(session.world)
        self._checker = TextChecker(session.mission, session.world, lambda line: self._report("error", line))
        self.snapshot.reset()
        for listener in self.on_mission:
            listener(session)
        self._emit("mission_loaded", session.mission_name)
        self._notice_ships()
        self._flush()
        return True

    def _recording_for(self, file: str, options: Mapping[str, Any]) -> Path | None:
        """Return where the mission is recorded; that the folder cannot be written is no reason not to play it."""
        try:
            return self.recordings.place(file, options)
        except OSError as error:
            self._report("warning", f"{file} is not recorded: {error}")
            return None

    def _report_problems(self, problems: list[Diagnostic]) -> None:
        """Report what is wrong in a mission, each error on a line of its own; of warnings only the number."""
        lines = list(dict.fromkeys(str(problem) for problem in problems if problem.severity is Severity.ERROR))
        for line in lines[:MOST_PROBLEMS]:
            self._report("error", line)
        if len(lines) > MOST_PROBLEMS:
            self._report("error", f"... and {len(lines) - MOST_PROBLEMS} more; tools/sexp check lists them")
        warnings = sum(problem.severity is Severity.WARNING for problem in problems)
        if warnings:
            self._report("info", f"the mission has {warnings} warnings; tools/sexp check lists them")

    def _report_warnings(self, warnings: list[str]) -> None:
        """Report what formulas met while running (a failed operator, a value of the wrong kind), each text once."""
        for text in warnings[self._warnings_seen :]:
            if text not in self._warnings_told and len(self._warnings_told) < MOST_PROBLEMS:
                self._warnings_told.add(text)
                self._report("warning", text)
        self._warnings_seen = len(warnings)

    def close(self) -> None:
        """Forget the mission and everything tracked."""
        if self.session is not None:
            for listener in self.on_mission:
                listener(None)
        if self.tracking is not None:
            self.tracking.clear()
        if self.session is not None:
            self.session.close()
        self.session = self.tracking = self._roster = self._checker = None
        self._pending.clear()
        self._dying.clear()
        self._warnings_seen = 0
        self._warnings_told.clear()
        self.snapshot.reset()

    def end(self) -> None:
        """End the mission as a script's end-mission does."""
        if self.session is not None and not self.session.world.mission_over:
            self.session.end_mission()
            self._flush()

    def _listen(self, session: MissionSession) -> None:
        keep = self._pending.append
        session.on_event_satisfied.append(lambda name, index: keep(("event_satisfied", (name,))))
        session.on_event_failed.append(lambda name, index: keep(("event_failed", (name,))))
        session.on_goal_changed.append(lambda name, status: keep(("goal_changed", (name, status))))
        session.on_variable_changed.append(lambda name, value: keep(("variable_changed", (name, value))))
        session.on_action.append(lambda name, values: keep(("action_requested", (name, _as_lists(values)))))
        session.on_mission_ended.append(lambda: keep(("mission_ended", ())))
        session.monitor.on_budget_exceeded.append(lambda note: keep(("budget_exceeded", (dict(note),))))

    # Frames

    def step(self, seconds: float) -> None:
        """Run one frame of that many seconds of mission time; a call from inside a frame is refused."""
        session, tracking = self.session, self.tracking
        if session is None or tracking is None or not seconds >= 0.0:
            return
        if self._stepping or self._flushing:
            self._report("error", "step: a frame cannot begin inside another, or in a handler of its signals")
            return
        self._stepping = True
        try:
            began = perf_counter_ns()
            tracking.before_frame(seconds)
            if self._dying:
                self._finish_deaths()
            session.step(seconds)
            if len(session.context.warnings) > self._warnings_seen:
                self._report_warnings(session.context.warnings)
            self._notice_ships()
            self.snapshot.frame((perf_counter_ns() - began) / 1000.0)
        finally:
            self._stepping = False
        if self._pending:
            self._flush()
        self.hints.poll()
        for listener in self.after_frame:
            listener()

    def _notice_ships(self) -> None:
        if self._roster is None or self.session is None or self.tracking is None:
            return
        arrived, left = self._roster.changes()
        # Before what the mission says in this frame: orders to a ship should find it there.
        self._pending[:0] = [("object_arrived", (ship.name,)) for ship in arrived]
        for ship, how in left:
            self._pending.append(("object_left", (ship.name, how)))
            if ship.status is ShipStatus.DEATH_ROLL and not self.session.has_scenario:
                self._dying[ship.key] = (ship, self.session.world.clock.us / 1e6 + DEATH_ROLL_SECONDS)

    def _finish_deaths(self) -> None:
        """End the death rolls that no node will end by being freed."""
        assert self.session is not None
        world = self.session.world
        for key, (ship, until) in list(self._dying.items()):
            if ship.status is not ShipStatus.DEATH_ROLL:
                del self._dying[key]
            elif world.clock.us / 1e6 >= until and not (self.tracking and self.tracking.has(ship)):
                del self._dying[key]
                world.finish_death(ship)

    def _flush(self) -> None:
        """Emit what was kept back, then what handlers caused in turn; what never settles waits for the next frame."""
        if self._flushing or self._stepping:
            return
        self._flushing = True
        try:
            for _round in range(MOST_ROUNDS):
                kept, self._pending[:] = list(self._pending), []
                if not kept:
                    return
                for signal, arguments in kept:
                    self._emit(signal, *arguments)
                    if self.tracking is None:
                        continue  # a handler has closed the mission
                    if signal == "action_requested":
                        self.tracking.tell_action(*arguments)
                    elif signal == "object_left":
                        self.tracking.tell_left(*arguments)
        finally:
            self._flushing = False

    # Values

    def evaluate(self, text: str, hints: Mapping[str, Any] | None = None) -> Any:
        """Return the value of an expression now, or None after reporting what is wrong with its text.

        Hints (see `bridge.hints`) are obeyed, or refused with a warning that says why; the value is the same with
        them and without.
        """
        if self.session is None or self.tracking is None or self._checker is None:
            self._report("error", "evaluate: no mission is loaded")
            return None
        self.tracking.read_places()
        if not self._checker.is_sound(text):
            return None
        try:
            value = self._hinted.evaluate(self.session, text, hints) if hints else self.session.evaluate(text)
        except ValueError as error:
            self._report("error", f"evaluate: {error}")
            return None
        return value if isinstance(value, int | float | str | None) else str(value)

    def set_variable(self, name: str, value: Any) -> None:
        """Set a variable; an unknown one is reported."""
        if self.session is None or self.session.world.variables.index(name) is None:
            self._report("error", f"set_variable: the mission has no variable {name!r}")
            return
        self.session.set_variable(name, value if isinstance(value, str) else int(value))
        self._flush()

    def get_variable(self, name: str) -> int | str | None:
        """Return a variable's value by its type, None if there is none of that name."""
        if self.session is None or self.session.world.variables.index(name) is None:
            return None
        return self.session.get_variable(name)

    def report_entry(self, kind: str, name: str, second: str) -> bool:
        """Write an entry of the mission log that only the game can know of; say whether it was one."""
        if self.session is None or kind not in REPORTABLE:
            self._report("error", f"report: {kind!r} is none of {', '.join(sorted(REPORTABLE))}")
            return False
        self.session.world.log.add(kind, name, second)
        return True

    def set_game_value(self, operator: str, arguments: Sequence[Any], value: Any) -> None:
        """Supply a value that only the game has, None withdraws it."""
        if self.session is not None:
            self.session.world.set_game(
                operator, [item if isinstance(item, str) else int(item) for item in arguments], value
            )

    # Objects

    def track(self, node: Node, name: str, mapping: Mapping[str, Any]) -> bool:
        """Tie a node to an object; what is wrong is reported."""
        if self.tracking is None:
            self._report("error", f"track {name!r}: no mission is loaded")
            return False
        try:
            self.tracking.track(node, name, mapping, self._freed_means_of(node))
        except (MappingError, ValueError) as error:
            self._report("error", f"track {name!r}: {error}")
            return False
        return True

    def _freed_means_of(self, node: Node) -> str:
        own = node.get("freed_means")
        return str(own) if own in LEAVING else self._freed_means

    def untrack(self, node: Node) -> None:
        """Untie a node."""
        if self.tracking is not None:
            self.tracking.untrack(self._access.identity(node))

    def object_facts(self, name: str) -> dict[str, Any]:
        """Return what the world knows of a ship; hull and shields are shares, 0 to 1. Empty if there is none."""
        ship = None if self.session is None else self.session.world.ship(name)
        if ship is None:
            return {}
        return {
            "name": ship.name,
            "class": ship.class_name,
            "team": ship.team,
            "status": ship.status.value,
            "position": ship.position,
            "hull": max(0.0, ship.hull) / ship.max_hull if ship.max_hull > 0 else 0.0,
            "shields": max(0.0, ship.shields) / ship.max_shields if ship.max_shields > 0 else 0.0,
            "wing": self._wing_name(ship),
            "cargo": ship.cargo,
            "flags": sorted(ship.flags),
            "orders": self._orders(ship),
        }

    def _wing_name(self, ship: Ship) -> str:
        wing = None if self.session is None or ship.wing is None else self.session.world.wings.get(ship.wing)
        return "" if wing is None else wing.name

    def _orders(self, ship: Ship) -> list[list[Any]]:
        """Return the orders that the mission's file gives to a ship or its wing, as lists of name and arguments."""
        assert self.session is not None
        definitions: list[Any] = [ship.definition]
        if ship.wing is not None:
            definitions.append(self.session.world.wings[ship.wing].definition)
        orders: list[list[Any]] = []
        for definition in definitions:
            goals: SexpExpression | None = getattr(definition, "goals", None)
            if goals is not None:
                orders += [
                    [_atom(child) for child in order.children]
                    for order in goals.root.arguments
                    if order.kind is NodeKind.LIST and order.children
                ]
        return orders

    def object_names(self) -> list[str]:
        """Return the names of the ships that are in the mission now."""
        if self.session is None:
            return []
        return [ship.name for ship in self.session.world.ships.values() if ship.status is ShipStatus.PRESENT]

    # What the mission says

    def message_text(self, name: str) -> str:
        """Return a message's text with variables in it replaced; the name itself if there is no such message."""
        if self.session is None:
            return name
        for message in self.session.mission.messages:
            if message.name.lower() == name.lower():
                return self.session.world.variables.replace_in(message.text)
        return name

    def mission_time(self) -> float:
        """Return the seconds since the mission began, 0 without one."""
        return 0.0 if self.session is None else self.session.world.clock.us / 1e6

    def explain(self, event: str) -> str:
        """Return why an event has its result, as text; "" for an unknown event, which is reported."""
        if self.session is None:
            return ""
        try:
            return str(self.session.explain("event", event))
        except (KeyError, RuntimeError) as error:
            self._report("error", f"explain: {error.args[0] if error.args else error}")
            return ""

    def events(self) -> list[dict[str, Any]]:
        """Return the events in order: name, result, done, count, objective."""
        if self.session is None:
            return []
        return [
            {
                "name": event.name,
                "result": event.result,
                "done": event.done,
                "count": event.count,
                "objective": getattr(event.definition, "objective", ""),
            }
            for event in self.session.world.events
        ]

    def goals(self) -> list[dict[str, Any]]:
        """Return the goals in order: name, type, status, message."""
        if self.session is None:
            return []
        return [
            {
                "name": goal.name,
                "type": getattr(goal.definition, "type", "primary"),
                "status": goal.status,
                "message": getattr(goal.definition, "message", ""),
            }
            for goal in self.session.world.goals
        ]

    # Numbers

    def counters(self) -> Mapping[str, Any]:
        """Return the session's statistics with `cache_bytes`, nothing before a mission is loaded."""
        if self.session is None:
            return {}
        now = perf_counter_ns()
        if now - self._weighed > MEMORY_INTERVAL_NS:
            self._cache_bytes = sum(self.session.memory().values())
            self._weighed = perf_counter_ns()
        found = self.session.statistics()
        found["cache_bytes"] = self._cache_bytes
        return found

    def statistics(self) -> dict[str, Any]:
        """Return the session's statistics with the mission's name and time, for the autoload."""
        if self.session is None:
            return {}
        found = dict(self.counters())
        found["mission"] = self.session.mission_name
        found["mission_time"] = self.session.world.clock.us / 1e6
        found["events"] = len(self.session.world.events)
        found["tracked_objects"] = 0 if self.tracking is None else len(self.tracking)
        found["positions_read"] = 0 if self.tracking is None else self.tracking.positions_read
        found["process_bytes"], found["process_peak_bytes"] = process_memory()
        return found

    def performance_report(self, most: int = -1) -> dict[str, Any]:
        """Return the performance report (monitor.report), its lists cut to `most` rows if that is not negative.

        Empty without a mission.
        """
        return {} if self.session is None else self.session.report(most=most if most >= 0 else None)

    def save_recording(self, path: str) -> bool:
        """Write what was recorded since the mission began to a file; say whether it worked, and report why not."""
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
        return [{"id": name, **_plain(hint.as_dict())} for name, hint in self.hints.find().items()]

    def apply_hint(self, hint_id: str) -> bool:
        """Begin to apply a hint; say whether its trial runs now. What comes of it is told by `hint_tried`."""
        try:
            self.hints.apply(hint_id)
        except (LookupError, ValueError, RuntimeError, OSError) as error:
            self._report("warning", f"apply_hint: {error.args[0] if len(error.args) == 1 else error}")
            return False
        return True

    def _hint_tried(self, outcome: Outcome) -> None:
        self._pending.append(("hint_tried", (outcome.id, outcome.applied, outcome.text)))
        self._flush()

    def report_text(self) -> str:
        """Return the statistics as a text to read, "" without a mission."""
        if self.session is None:
            return ""
        numbers = self.statistics()
        times = numbers["frame_time_us"]
        return "\n".join(
            (
                f"{numbers['mission']}, {numbers['mission_time']:.1f} s of mission time, {numbers['frames']} frames",
                f"  asked for    {numbers['requests']:>12,} results",
                f"  evaluated    {numbers['evaluations']:>12,}  ({100 * numbers['hit_rate']:.2f} % from cache)",
                f"  invalidated  {numbers['invalidations']:>12,}",
                f"  evicted      {numbers['evictions']:>12,}",
                f"  cached       {numbers['cached_expressions']:>12,} expressions, {numbers['cache_bytes']:,} bytes",
                f"  frame time   median {times['median']:.1f} us, 99 % below {times['p99']:.1f} us, "
                f"longest {times['max']:.1f} us",
                f"  objects      {numbers['tracked_objects']} tracked, {numbers['positions_read']:,} positions read",
            )
        )


def process_memory() -> tuple[int, int]:
    """Return the bytes of memory that this process holds now and held at most.

    Linux says both; elsewhere psutil is asked, where it is installed. 0 stands for what nobody says.
    """
    found = {"VmRSS": 0, "VmHWM": 0}
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _memory_by_psutil()
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            with contextlib.suppress(ValueError, IndexError):
                found[name] = int(rest.split()[0]) * 1024
    return found["VmRSS"], found["VmHWM"]


def _memory_by_psutil() -> tuple[int, int]:
    try:
        import psutil

        memory = psutil.Process().memory_info()
    except Exception:  # not installed, or a system that it cannot read: the numbers are a help, never in the way
        return 0, 0
    return int(memory.rss), int(getattr(memory, "peak_wset", 0))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return a dictionary with values that Godot's types hold."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain


def _as_lists(values: Any) -> Any:
    """Return nested tuples as nested lists, which the engine takes as arrays."""
    return [_as_lists(value) for value in values] if isinstance(values, tuple | list) else values


def _atom(node: Any) -> int | str:
    text: str = node.text
    return int(text) if node.kind is NodeKind.NUMBER and text.lstrip("-").isdecimal() else text
