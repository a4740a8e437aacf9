"""The Python half of the binding's benchmark; runs inside the engine."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import godot

REPEATS = 7


def median_us(rounds: int, work: Callable[[int], object], empty: Callable[[int], object]) -> float:
    """Microseconds per round, the empty loop's cost taken off: the median of several passes."""

    def once(function: Callable[[int], object]) -> float:
        start = time.thread_time_ns()
        function(rounds)
        return (time.thread_time_ns() - start) / rounds / 1000

    once(work)
    return statistics.median(once(work) for _ in range(REPEATS)) - statistics.median(
        once(empty) for _ in range(REPEATS)
    )


def loop(rounds: int) -> None:
    for _ in range(rounds):
        pass


@godot.expose
class BenchTarget(godot.Node):
    """What GDScript calls and emits to."""

    @staticmethod
    def cpu_ns() -> int:
        """The CPU time of this thread in nanoseconds."""
        return time.thread_time_ns()

    def nothing(self) -> None:
        pass

    def add_one(self, value: int) -> int:
        return value + 1

    def monitor(self) -> int:
        return 1

    def write_two(self, value: int) -> None:
        self.first = value
        self.second = value

    def hear_none(self) -> None:
        pass

    def hear_two(self, number: int, text: str) -> None:
        pass

    def results(self, rounds: int, child_path: str) -> str:
        """The costs of calls from Python, as JSON."""
        node, timer = self, godot.Timer()
        three = godot.Node3D()
        hear = godot.ResourceLoader.load("res://bench.gd")
        listener = hear.new()

        def method(count: int) -> None:
            for _ in range(count):
                node.get_child_count()

        def look_up(count: int) -> None:
            for _ in range(count):
                node.get_node(child_path)

        def parent(count: int) -> None:
            for _ in range(count):
                node.get_parent()

        def read_float(count: int) -> None:
            for _ in range(count):
                timer.wait_time  # noqa: B018  # reading is what is measured

        def read_vector(count: int) -> None:
            for _ in range(count):
                three.position  # noqa: B018  # reading is what is measured

        def read_name(count: int) -> None:
            for _ in range(count):
                node.name  # noqa: B018  # reading is what is measured

        def write_float(count: int) -> None:
            for _ in range(count):
                timer.wait_time = 2.0

        def write_name(count: int) -> None:
            for number in range(count):
                three.name = "Odd" if number & 1 else "Even"

        def own_method(count: int) -> None:
            for _ in range(count):
                node.write_two(1)

        def singleton(count: int) -> None:
            engine = godot.Engine
            for _ in range(count):
                engine.get_process_frames()

        def make_vector(count: int) -> None:
            vector = godot.Vector2
            for _ in range(count):
                vector(1.0, 2.0)

        def emit(count: int) -> None:
            signal = listener.one
            for _ in range(count):
                signal.emit(1)

        def call_script(count: int) -> None:
            for _ in range(count):
                listener.heard_one(1)

        answer = {
            "Python -> method, int back": median_us(rounds, method, loop),
            "Python -> node look-up by path": median_us(rounds, look_up, loop),
            "Python -> parent": median_us(rounds, parent, loop),
            "Python -> property read, float": median_us(rounds, read_float, loop),
            "Python -> property read, Vector3": median_us(rounds, read_vector, loop),
            "Python -> property read, name": median_us(rounds, read_name, loop),
            "Python -> property write, float": median_us(rounds, write_float, loop),
            "Python -> property write, name": median_us(rounds, write_name, loop),
            "Python: own method, 2 attributes": median_us(rounds, own_method, loop),
            "Python -> singleton method": median_us(rounds, singleton, loop),
            "Python: make a Vector2": median_us(rounds, make_vector, loop),
            "Python emits -> nobody": median_us(rounds, emit, loop),
            "Python -> GDScript method": median_us(rounds, call_script, loop),
        }
        listener.one.connect(lambda value: None)
        answer["Python emits -> Python"] = median_us(rounds, emit, loop)
        listener.free()
        timer.free()
        three.free()
        return json.dumps(answer)


@godot.expose
class BenchTick(godot.Node):
    """A node whose frame does nothing."""

    def _process(self, delta: float) -> None:
        pass
