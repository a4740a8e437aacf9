"""100,000 rounds of everything that crosses the border: memory must stay where it is."""

from __future__ import annotations

import contextlib
import gc
import os
from typing import Any

import godot
from godot import _core

ROUNDS = 100_000
MOST_GROWTH = 1_500_000  # bytes over all rounds; one leaked str of 11 characters a round would be 6,400,000


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def steady(rounds: int, work: Any) -> None:
    """Run `work(n)` twice to warm up and once to measure; fail where memory or the number of held things grew."""
    work(2000)
    work(2000)
    gc.collect()
    before, held = resident(), _core.counts()
    work(rounds)
    gc.collect()
    grown, now = resident() - before, _core.counts()
    if "SEXP_SANITIZE" not in os.environ:  # the sanitizer keeps freed memory for a while
        assert grown < MOST_GROWTH, f"{grown} bytes more after {rounds} rounds"
    assert all(after <= first + 50 for after, first in zip(now, held, strict=True)), (held, now)


def check_refcounted_objects(node: Any) -> None:
    def work(rounds: int) -> None:
        for _ in range(rounds):
            godot.RefCounted()

    steady(ROUNDS, work)


def check_nodes(node: Any) -> None:
    def work(rounds: int) -> None:
        for _ in range(rounds):
            made = godot.Node()
            node.add_child(made)
            made.free()

    steady(ROUNDS, work)


def check_strings_to_callbacks(node: Any) -> None:
    heard: list[int] = [0]

    def listen(text: str, other: str) -> None:
        heard[0] += len(text)

    helper = godot.ResourceLoader.load("res://leaks.gd").new()
    helper.told.connect(listen)
    steady(ROUNDS, helper.tell_many)
    assert heard[0] > 0


def check_strings_from_the_engine(node: Any) -> None:
    node.set_meta("long", "text " * 40)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            node.get_name()
            node.get_meta("long")
            node.editor_description = "some text that is no name"

    steady(ROUNDS, work)


def check_names_never_seen_before(node: Any) -> None:
    """Ever new names do not fill memory: the table of kept names is bounded."""

    def work(rounds: int) -> None:
        for number in range(rounds):
            node.has_method(f"name {number % 20_000}")

    work(25_000)
    steady(ROUNDS, lambda rounds: work(rounds))


def check_containers_both_ways(node: Any) -> None:
    helper = godot.ResourceLoader.load("res://leaks.gd").new()
    value = {"list": [1, "two", godot.Vector3(1, 2, 3)], "node": node, "bytes": b"1234"}

    def work(rounds: int) -> None:
        for _ in range(rounds):
            helper.echo(value)

    steady(ROUNDS // 4, work)


def check_callables(node: Any) -> None:
    helper = godot.ResourceLoader.load("res://leaks.gd").new()

    def work(rounds: int) -> None:
        for _ in range(rounds):
            helper.told.connect(lambda a, b: None, godot.Object.CONNECT_ONE_SHOT)
            helper.told.emit("a", "b")
            helper.echo(node.finish)

    steady(ROUNDS // 2, work)


def check_node_look_up(node: Any) -> None:
    child = godot.Node(name="Child")
    node.add_child(child)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            node.get_node("Child").get_parent()

    steady(ROUNDS, work)
    child.free()


def check_exceptions(node: Any) -> None:
    def work(rounds: int) -> None:
        for _ in range(rounds):
            with contextlib.suppress(TypeError):
                node.get_child("x")
            with contextlib.suppress(AttributeError):
                node.get("x", node.missing)

    steady(ROUNDS // 4, work)


@godot.expose
class Thing(godot.RefCounted):
    def __init__(self) -> None:
        self.data = "x" * 100

    def get_data(self) -> str:
        return self.data


@godot.expose
class ThingNode(godot.Node):
    def __init__(self) -> None:
        self.data = "x" * 100

    def join(self, text: str, number: int) -> str:
        return text + "!"


def check_exposed_made_by_python(node: Any) -> None:
    def work(rounds: int) -> None:
        for _ in range(rounds):
            Thing().get_data()
            made = ThingNode()
            made.free()

    steady(ROUNDS // 2, work)


def check_exposed_made_by_gdscript(node: Any) -> Any:
    helper = godot.ResourceLoader.load("res://leaks.gd").new()
    steady(ROUNDS // 2, helper.make_things)
    steady(ROUNDS, helper.call_many)
    yield


def check_that_a_leak_is_seen(node: Any) -> None:
    if "SEXP_SANITIZE" in os.environ:
        return  # the resident memory is not looked at
    """The measurement itself: one short str kept per round must be noticed."""
    kept: list[str] = []
    try:
        steady(ROUNDS, lambda rounds: kept.extend(f"kept {number:06d}" for number in range(rounds)))
    except AssertionError:
        return
    raise AssertionError("a leak went unnoticed")


def check_threads_that_come_and_go(node: Any) -> None:
    """Python's state for an engine thread lives as long as that thread, not longer."""
    helper = godot.ResourceLoader.load("res://leaks.gd").new()
    steady(3000, lambda rounds: helper.call_from_new_threads(lambda: None, rounds))
