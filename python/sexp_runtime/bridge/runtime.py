"""The class SexpBridge, which the autoload SexpRuntime creates and forwards all calls to.

The engine imports this module when it starts, the editor too, so it imports the rest only when an instance is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import godot

if TYPE_CHECKING:
    from sexp_runtime.syntax import Diagnostic


class GodotNodes:
    """Reaches Godot's nodes for tracking."""

    def identity(self, node: Any) -> int:
        """The node's instance id."""
        return int(node.get_instance_id())

    def alive(self, identity: int) -> bool:
        """Whether the node with that instance id still exists."""
        return bool(godot.is_instance_id_valid(identity))

    def ends(self, node: Any) -> bool:
        """Whether the node will be freed at the end of this frame."""
        return bool(node.is_queued_for_deletion())

    def connect(self, node: Any, signal: str, function: Callable[..., None]) -> None:
        """Call the function with the signal's arguments from now on."""
        node.connect(signal, function)

    def disconnect(self, node: Any, signal: str, function: Callable[..., None]) -> None:
        """Undo `connect`."""
        if node.is_connected(signal, function):
            node.disconnect(signal, function)

    def emit(self, node: Any, signal: str, *arguments: Any) -> None:
        """Emit a signal of the node."""
        node.emit_signal(signal, *arguments)

    def vectors(self, rows: list[tuple[Any, str]]) -> godot.VectorReader:
        """A reader of vector properties of living nodes."""
        return godot.VectorReader(rows)

    def parent(self, node: Any) -> Any:
        """The node above, if any."""
        return node.get_parent()

    def path(self, node: Any) -> str:
        """The node's path in the tree, "" outside it."""
        return str(node.get_path()) if node.is_inside_tree() else ""

    def scene(self, node: Any) -> int:
        """The instance id of the tree's current scene if the node is in it, else 0."""
        if not node.is_inside_tree():
            return 0
        scene = node.get_tree().current_scene
        return (
            int(scene.get_instance_id()) if scene is not None and (scene is node or scene.is_ancestor_of(node)) else 0
        )


class OwnerSignals:
    """Emits the signals of the node that owns the bridge; without one, or with a freed one, they are dropped."""

    def __init__(self) -> None:
        self._emitter: godot.Emitter | None = None

    def begin(self, owner: Any) -> None:
        """Emit the signals of this node from now on."""
        self._emitter = godot.Emitter(owner)

    def end(self) -> None:
        """Emit no signals any more, not even those that follow in this frame."""
        self.stop()
        self._emitter = None

    def emit(
        self,
        rows: list[tuple[str, tuple[Any, ...]]],
        start: int,
        failed: Callable[[tuple[str, tuple[Any, ...]], Exception], object],
        after: Callable[[str, tuple[Any, ...]], object] | None,
    ) -> int:
        """As Outbox's Emitter."""
        if self._emitter is None:
            return len(rows)
        try:
            return self._emitter.emit(rows, start, failed, after)
        except godot.FreedObjectError:
            self._emitter = None
            return len(rows)

    def stop(self) -> None:
        """Return from `emit` after the signal being emitted."""
        if self._emitter is not None:
            self._emitter.stop()


def _read_file(path: str) -> bytes:
    """Return the content of a file by one of the engine's paths; raises OSError."""
    content = bytes(godot.FileAccess.get_file_as_bytes(path))
    error = godot.FileAccess.get_open_error()
    if not content and error != godot.OK:
        raise OSError(f"{path}: {godot.error_string(error)}")
    return content


def _engine_as_prover() -> list[str]:
    """Return the command by which the engine itself proves a hint, without a window."""
    project = godot.ProjectSettings.globalize_path("res://")
    script = "res://addons/sexp_runtime/prove_hint.gd"
    return [godot.OS.get_executable_path(), "--headless", "--no-header", "--path", project, "--script", script]


@godot.expose
class SexpBridge(godot.RefCounted):
    """The implementation of the autoload SexpRuntime: a mission session and its nodes. Use the autoload."""

    _usable = False

    def __init__(self) -> None:
        from sexp_runtime.bridge.debugger import DebuggerLink
        from sexp_runtime.bridge.host import RuntimeHost
        from sexp_runtime.bridge.monitors import CustomMonitors

        self._owner: Any = None
        self._signals = OwnerSignals()
        self.host = RuntimeHost(GodotNodes(), self._emit, self._report)
        self.host.emit_with(self._signals)
        self.host.read_file = _read_file
        self.host.is_connected = self._is_connected
        if not self.host.hints.command and not godot.OS.has_feature("template"):
            self.host.hints.command = _engine_as_prover()
        self.host.problems.show = self._show_problem
        self._monitors = CustomMonitors(self.host.snapshot)
        self._debugger = DebuggerLink(self.host, self._emit)
        self._tests: Any = None  # runs the commands of a mission test, once there is one
        self._usable = True

    def is_usable(self) -> bool:
        """Whether all modules could be imported; if not, the output has the reason."""
        return self._usable

    def attach(self, owner: godot.Node, monitors: bool) -> None:
        """Emit signals on that node from now on, and show the custom monitors if wanted."""
        self._owner = owner
        self._signals.begin(owner)
        if monitors:
            self._monitors.add()
        self._debugger.open()

    def detach(self) -> None:
        """The node leaves the tree: remove monitors and emit no signals; the mission stays in case it enters again."""
        self._debugger.close()
        self._monitors.remove()
        self._owner = None
        self._signals.end()

    def _emit(self, signal: str, *arguments: Any) -> None:
        if self._owner is not None:
            self._owner.emit_signal(signal, *arguments)

    def _is_connected(self, signal: str) -> bool:
        return self._owner is not None and bool(self._owner.has_connections(signal))

    def _report(self, level: str, text: str) -> None:
        line = f"SEXP: {text}"
        if level == "error":
            godot.push_error(line)
        elif level == "warning":
            godot.push_warning(line)
        else:
            godot.print(line)

    def _show_problem(self, problem: Diagnostic) -> None:
        """Show an error of a mission's file at its place in the Errors tab."""
        text = f"SEXP: {problem.code} {problem.message}"
        where = f"{problem.owner}, column {problem.column}" if problem.owner else f"column {problem.column}"
        godot.push_error_at(f"{text} [{where}]", problem.file, problem.line, problem.owner)

    def _failed(self, method: str, problem: Exception) -> None:
        """Report an error of the runtime itself in one line; the verbose output has its traceback."""
        import traceback

        self._report("error", f"{method}: an error of the runtime itself, {type(problem).__name__}: {problem}")
        godot.print_verbose("".join(traceback.format_exception(problem)))

    def _done(self, method: str, function: Callable[[], bool], refusal: int) -> int:
        """Return OK if the function returns true, `refusal` if it returns false, FAILED if it raises."""
        try:
            return int(godot.OK if function() else refusal)
        except Exception as problem:
            self._failed(method, problem)
            return int(godot.FAILED)

    def _value(self, method: str, function: Callable[[], Any], nothing: Any) -> Any:
        """Return what the function returns, `nothing` if it raises."""
        try:
            return function()
        except Exception as problem:
            self._failed(method, problem)
            return nothing

    def load_mission(self, file: str, content: bytes, options: dict[str, Any]) -> int:
        """Load a mission from the content of its file; an Error."""
        return self._done("load_mission", lambda: self.host.load(file, content, options), godot.ERR_CANT_OPEN)

    def has_mission(self) -> bool:
        """Return whether a mission is loaded."""
        return self.host.session is not None

    def reload_mission(self, file: str, content: bytes) -> int:
        """Apply the changes of the mission's file to the running mission; an Error."""
        return self._done("reload_mission", lambda: self.host.reload(file, content), godot.ERR_PARSE_ERROR)

    def save_state(self) -> bytes:
        """The running mission as bytes; empty if it cannot be saved."""
        return bytes(self._value("save_state", self.host.save_state, b""))

    def restore_state(self, data: bytes, options: dict[str, Any]) -> int:
        """Replace the current mission by a saved one; an Error."""
        return self._done("restore_state", lambda: self.host.restore_state(data, options), godot.ERR_FILE_CORRUPT)

    def close_mission(self) -> None:
        """Close the mission and untrack all nodes."""
        self._value("close_mission", self.host.close, None)

    def end_mission(self) -> None:
        """End the mission."""
        self._value("end_mission", self.host.end, None)

    def finish(self, accepted: bool, loop: bool) -> dict[str, Any]:
        """End the mission and store its campaign data; goals and events with their statuses."""
        return dict(self._value("finish", lambda: self.host.campaign.finish(accepted, loop), {}))

    def get_briefing(self) -> list[Any]:
        """The stages of the briefing that are shown."""
        return list(self._value("get_briefing", self.host.campaign.briefing, []))

    def get_fiction(self) -> dict[str, Any]:
        """The text of the fiction viewer that is shown."""
        return dict(self._value("get_fiction", self.host.campaign.fiction, {}))

    def get_debriefing(self) -> list[Any]:
        """The stages of the debriefing that are shown."""
        return list(self._value("get_debriefing", self.host.campaign.debriefing, []))

    def get_cutscenes(self, kind: str) -> list[Any]:
        """The files of the movies that are played."""
        return list(self._value("get_cutscenes", lambda: self.host.campaign.movies(kind), []))

    def open_campaign(self, file: str, content: bytes, folder: str, pilot: str, anew: bool) -> int:
        """Open a campaign file; an Error."""
        begin = self.host.campaign.open
        return self._done("open_campaign", lambda: begin(file, content, folder, pilot, anew), godot.ERR_PARSE_ERROR)

    def close_campaign(self) -> None:
        """Close the campaign."""
        self._value("close_campaign", self.host.campaign.close_campaign, None)

    def get_campaign(self) -> dict[str, Any]:
        """The campaign and the place in it."""
        return dict(self._value("get_campaign", self.host.campaign.state, {}))

    def skip_mission(self) -> dict[str, Any]:
        """Skip the running mission; goals and events with their statuses."""
        return dict(self._value("skip_mission", self.host.campaign.skip, {}))

    def leave_loop(self) -> int:
        """Leave a side trip; an Error."""
        return self._done("leave_loop", self.host.campaign.leave_loop, godot.ERR_UNAVAILABLE)

    def step(self, delta: float) -> None:
        """Run one frame of that many seconds."""
        try:
            self.host.step(delta)
        except Exception as problem:
            self._failed("step", problem)

    def evaluate(self, text: str, hints: dict[str, Any]) -> Any:
        """The value of an expression now."""
        return self._value("evaluate", lambda: self.host.evaluate(text, hints), None)

    def set_variable(self, name: str, value: Any) -> int:
        """Set a variable of the mission; an Error."""
        return self._done("set_variable", lambda: self.host.set_variable(name, value), godot.ERR_INVALID_PARAMETER)

    def get_variable(self, name: str) -> Any:
        """A variable's value."""
        return self._value("get_variable", lambda: self.host.get_variable(name), None)

    def track(self, node: godot.Node, name: str, mapping: dict[str, Any]) -> int:
        """Tie a node to an object; an Error."""
        return self._done("track", lambda: self.host.track(node, name, mapping), godot.ERR_INVALID_PARAMETER)

    def untrack(self, node: godot.Node) -> None:
        """Untie a node."""
        self._value("untrack", lambda: self.host.untrack(node), None)

    def is_tracked(self, node: godot.Node) -> bool:
        """Return whether a node is tied to an object."""
        return bool(self._value("is_tracked", lambda: self.host.is_tracked(node), False))

    def report(self, kind: str, name: str, second: str) -> int:
        """Write an entry of the mission log; an Error."""
        return self._done("report", lambda: self.host.report_entry(kind, name, second), godot.ERR_INVALID_PARAMETER)

    def set_game_value(self, operator: str, arguments: list[Any], value: Any) -> int:
        """Set a value that only the game has; an Error."""
        given = self.host.set_game_value
        return self._done("set_game_value", lambda: given(operator, arguments, value), godot.ERR_INVALID_PARAMETER)

    def register_operator(self, name: str, options: dict[str, Any]) -> int:
        """Add an operator of the game, whose function the node keeps; an Error."""
        register = self.host.operators.register

        def run(*values: Any) -> Any:
            return None if self._owner is None else self._owner.call("_run_operator", name, list(values))

        return self._done("register_operator", lambda: register(name, run, options), godot.ERR_INVALID_PARAMETER)

    def read_operator_table(self, text: str, file: str) -> int:
        """Declare the operators of a game's table; an Error."""
        read = self.host.operators.read_table
        return self._done("read_operator_table", lambda: read(text, file), godot.ERR_INVALID_DATA)

    def operator_changed(self, name: str) -> None:
        """Mark the results of an operator of the game as changed."""
        self._value("operator_changed", lambda: self.host.operators.changed(name), None)

    def get_object(self, name: str) -> dict[str, Any]:
        """The facts of an object."""
        facts: dict[str, Any] = self._value("get_object", lambda: self.host.object_facts(name), {})
        if facts:
            facts["position"] = godot.Vector3(*facts["position"])
        return facts

    def get_objects(self) -> list[Any]:
        """Names of the objects present."""
        return list(self._value("get_objects", self.host.object_names, []))

    def get_waypoints(self, path: str) -> list[Any]:
        """Points of a waypoint path."""
        points = self._value("get_waypoints", lambda: self.host.waypoints(path), ())
        return [godot.Vector3(*point) for point in points]

    def get_message_text(self, name: str) -> str:
        """A message's text with variables replaced."""
        return str(self._value("get_message_text", lambda: self.host.message_text(name), ""))

    def get_mission_time(self) -> float:
        """Seconds since the mission began."""
        return self.host.mission_time()

    def get_events(self) -> list[Any]:
        """All events."""
        return list(self._value("get_events", self.host.events, []))

    def get_goals(self) -> list[Any]:
        """All goals."""
        return list(self._value("get_goals", self.host.goals, []))

    def explain(self, event: str) -> str:
        """Why an event has its result."""
        return str(self._value("explain", lambda: self.host.explain(event), ""))

    def explain_tree(self, event: str) -> dict[str, Any]:
        """An event's formula with the value of every part."""
        from sexp_runtime.bridge import trees

        return dict(self._value("explain_tree", lambda: self.host.read("explain_tree", event, trees.tree, {}), {}))

    def add_break(self, text: str) -> int:
        """Set a break; 0 for an invalid one."""
        return int(self._value("add_break", lambda: self.host.breaks.add(text), 0))

    def remove_break(self, break_id: int) -> bool:
        """Remove a break."""
        return self.host.breaks.remove(break_id)

    def set_held(self, on: bool) -> None:
        """Set whether a break or the SEXP tab has stopped mission time."""
        self._debugger.feed.hold(on)

    def get_breaks(self) -> list[Any]:
        """All breaks as [id, text]."""
        return self.host.breaks.rows()

    def get_statistics(self) -> dict[str, Any]:
        """All counters."""
        return dict(self._value("get_statistics", self.host.statistics, {}))

    def get_performance_report(self, most_rows: int) -> dict[str, Any]:
        """The performance report; lists cut to this many rows, negative for all."""
        return dict(self._value("get_performance_report", lambda: self.host.performance_report(most_rows), {}))

    def get_problems(self) -> list[Any]:
        """The problems of the mission loaded or refused last."""
        return self.host.problems.as_list()

    def get_performance_hints(self) -> list[Any]:
        """The hints on the running mission."""
        return list(self._value("get_performance_hints", self.host.performance_hints, []))

    def apply_hint(self, hint_id: str) -> int:
        """Begin to apply a hint; an Error."""
        return self._done("apply_hint", lambda: self.host.apply_hint(hint_id), godot.ERR_CANT_ACQUIRE_RESOURCE)

    def save_recording(self, path: str) -> int:
        """Write the mission's recording to a file; an Error."""
        return self._done("save_recording", lambda: self.host.save_recording(path), godot.ERR_CANT_CREATE)

    def get_performance_text(self) -> str:
        """The counters as a text."""
        return str(self._value("get_performance_text", self._performance_text, ""))

    def _performance_text(self) -> str:
        from sexp_runtime.bridge.readings import statistics_text

        return "" if self.host.session is None else statistics_text(self.host.statistics())

    def test(self, command: str, arguments: list[Any]) -> dict[str, Any]:
        """Run a command of a mission test: a dictionary with value, failure and mistake."""
        if self._tests is None:
            from sexp_runtime.testing.in_engine import EngineTests

            self._tests = EngineTests()
        failed = {"value": None, "failure": "", "mistake": f"{command}: an error of the runtime itself"}
        return dict(self._value("test", lambda: self._tests.run(self.host.session, command, arguments), failed))
