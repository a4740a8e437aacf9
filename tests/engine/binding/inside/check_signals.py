"""Signals and callables, both ways and across threads."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from typing import Any

import godot


def new_echo() -> Any:
    return godot.ResourceLoader.load("res://echo.gd").new()


def raises(kind: type[BaseException], call: Any) -> str:
    try:
        call()
    except kind as problem:
        return str(problem)
    raise AssertionError(f"{kind.__name__} was expected")


def check_connect_emit_disconnect(node: Any) -> None:
    echo, got = new_echo(), []

    def listen(a: Any, b: Any) -> None:
        got.append((a, b))

    echo.told.connect(listen)
    assert echo.told.is_connected(listen)
    echo.tell(1, "x")  # emitted by GDScript
    echo.told.emit([2], None)  # and by Python
    echo.emit_signal("told", node, 1.5)
    assert got == [(1, "x"), ([2], None), (node, 1.5)]
    assert "already" in raises(ValueError, lambda: echo.told.connect(listen))
    echo.told.disconnect(listen)
    assert not echo.told.is_connected(listen)
    echo.tell(9, 9)
    assert len(got) == 3
    assert raises(ValueError, lambda: echo.told.disconnect(listen))
    assert raises(ValueError, lambda: godot.Signal(echo, "no_such_signal").connect(listen))
    assert raises(TypeError, lambda: echo.told.connect(5))


def check_kinds_of_callables(node: Any) -> None:
    echo, got = new_echo(), []

    class Listener:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def hear(self, a: Any, b: Any) -> None:
            self.seen.append((a, b))

        def __call__(self, a: Any, b: Any) -> None:
            self.seen.append("called")

    listener = Listener()
    echo.told.connect(listener.hear)
    assert echo.told.is_connected(listener.hear), "equal bound methods are one"
    echo.told.connect(listener)
    echo.told.connect(lambda a, b: got.append(a + b))
    echo.told.connect(echo.count_call)  # a method of a GDScript
    echo.tell(1, 2)
    assert listener.seen == [(1, 2), "called"] and got == [3] and echo.calls == 1
    echo.told.disconnect(listener.hear)
    echo.told.disconnect(listener)
    echo.told.disconnect(echo.count_call)
    echo.tell(1, 2)
    assert listener.seen == [(1, 2), "called"] and got == [3, 3] and echo.calls == 1
    child = godot.Node()
    echo.told.connect(child.set_meta)  # a method of the engine
    echo.tell("key", "value")
    assert child.get_meta("key") == "value"
    child.free()
    echo.tell(1, 2)


def check_flags(node: Any) -> Any:
    echo, got = new_echo(), []
    echo.told.connect(lambda a, b: got.append(a), godot.Object.CONNECT_ONE_SHOT)
    echo.tell(1, 0)
    echo.tell(2, 0)
    assert got == [1]
    echo.told.connect(lambda a, b: got.append(a), godot.Object.CONNECT_DEFERRED)
    echo.tell(3, 0)
    assert got == [1]
    yield
    yield
    assert got == [1, 3]


def check_connection_keeps_no_engine_object(node: Any) -> None:
    echo = new_echo()
    ear = new_ear()
    echo.told.connect(ear.hear)
    echo.tell(1, 2)
    assert ear.heard == [(1, 2)]
    seen = weakref.ref(ear)
    del ear
    gc.collect()
    assert seen() is None, "a connection does not keep the object alive"
    echo.tell(3, 4)
    node_ear = EarNode()
    echo.told.connect(node_ear.hear)
    echo.tell(1, 1)
    assert node_ear.heard == [(1, 1)]
    node_ear.free()
    echo.tell(2, 2)
    assert node_ear.heard == [(1, 1)]


@godot.expose
class Ear(godot.RefCounted):
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def hear(self, a: Any, b: Any) -> None:
        self.heard.append((a, b))


@godot.expose
class EarNode(godot.Node):
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def hear(self, a: Any, b: Any) -> None:
        self.heard.append((a, b))


def new_ear() -> Any:
    return Ear()


def check_callables_come_back(node: Any) -> None:
    echo = new_echo()

    def function() -> None: ...

    assert echo.echo(function) is function
    bound = node.finish
    assert echo.echo(bound) == bound
    assert echo.is_same_callable(bound, node.finish)
    assert not echo.is_same_callable(bound, node.write)
    times = echo.make_callable()
    assert isinstance(times, godot.Callable) and times(6, 7) == 42
    assert times.is_valid() and times.bind(3)(5) == 15
    assert raises(TypeError, lambda: times(1)) or True
    assert echo.call_it(lambda a, b: (a, b), [1, [2]]) == [1, [2]]
    made = godot.Callable(node, "get_child_count")
    assert made() == 0 and made.get_object() is node and made.get_method() == "get_child_count"
    assert made == godot.Callable(node, "get_child_count") and hash(made) == hash(
        godot.Callable(node, "get_child_count")
    )
    signal = echo.echo(echo.told)
    assert signal == echo.told and signal.owner is echo and signal.name == "told"


def check_callables_in_the_engine(node: Any) -> Any:
    got: list[Any] = []
    godot.Performance.add_custom_monitor("sexp/check", lambda: 42.5)
    assert godot.Performance.get_custom_monitor("sexp/check") == 42.5
    godot.Performance.add_custom_monitor(
        "sexp/arguments", lambda a, b: a + b, [40, 2], godot.Performance.MONITOR_TYPE_QUANTITY
    )
    assert godot.Performance.get_custom_monitor("sexp/arguments") == 42
    godot.Performance.remove_custom_monitor("sexp/check")
    godot.Performance.remove_custom_monitor("sexp/arguments")
    timer = node.get_tree().create_timer(0.01)
    timer.timeout.connect(lambda: got.append("timer"))
    godot.Callable(lambda: got.append("deferred")).call_deferred()
    node.call_deferred("set_meta", "deferred", True)
    values = [3, 1, 2]
    assert new_echo().call_it(lambda items: sorted(items), [values]) == [1, 2, 3]
    for _ in range(20):
        yield
    godot.OS.delay_msec(20)
    for _ in range(20):
        yield
    assert got == ["deferred", "timer"] and node.get_meta("deferred") is True
    tween = node.create_tween()
    tween.tween_callback(lambda: got.append("tween"))
    for _ in range(3):
        yield
    assert got[-1] == "tween"


def check_engine_threads(node: Any) -> None:
    echo, got, main = new_echo(), [], threading.get_ident()
    answers = echo.in_thread(lambda i: (i * 2, threading.get_ident() != main), 200)
    assert answers == [[i * 2, True] for i in range(200)], "the engine waits for a thread that runs Python"
    echo.told.connect(lambda a, b: got.append((a, b, threading.get_ident() != main)))
    echo.emit_in_thread(200)
    assert got == [(i, "thread", True) for i in range(200)]
    pool, results = godot.WorkerThreadPool, []
    task = pool.add_group_task(lambda i: results.append(i), 500)
    pool.wait_for_group_task_completion(task)
    assert sorted(results) == list(range(500))


def check_python_threads(node: Any) -> None:
    echo, problems = new_echo(), []

    def work() -> None:
        try:
            for i in range(300):
                assert echo.add(i, 1) == i + 1
                made = godot.RefCounted()
                assert made.get_reference_count() == 1
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def check_python_threads_run_while_the_engine_works(node: Any) -> Any:
    """The lock is free while the engine waits, and between its frames."""
    counts, stop = [0], threading.Event()

    def work() -> None:
        while not stop.is_set():
            counts[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=work)
    thread.start()
    before = counts[0]
    godot.OS.delay_msec(100)
    assert counts[0] > before + 3, "not during a call that waits"
    before, start = counts[0], time.monotonic()
    while time.monotonic() < start + 0.2:
        yield
    stop.set()
    thread.join()
    assert counts[0] > before + 3, "not between frames"


def check_errors_in_callbacks(node: Any) -> None:
    echo = new_echo()

    def fails(a: Any, b: Any) -> None:
        raise ValueError("asked for: in a callback")

    echo.told.connect(fails)
    echo.tell(1, 2)
    assert echo.call_it(lambda: 1 // 0 if False else fails(1, 2), []) is None

    def asked_for() -> None:
        """Takes too few arguments; the error names it."""

    echo.told.connect(asked_for)
    echo.tell(1, 2)
    assert echo.add(1, 1) == 2, "the engine goes on"
