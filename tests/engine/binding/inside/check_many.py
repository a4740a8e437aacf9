"""Many signals and many properties in one call: what comes is what single calls bring."""

from __future__ import annotations

import math
import random
from typing import Any

import godot

VALUES: tuple[Any, ...] = (
    None, True, 7, -(2**40), 1.5, "", "text", "ein längerer Text " * 8, "\0nul", [1, ["a", (2, "b")]], (), {"k": [1]},
    b"bytes", godot.Vector3(1.0, 2.0, 3.0), godot.StringName("name"),
)  # fmt: skip


def new_echo() -> Any:
    return godot.ResourceLoader.load("res://echo.gd").new()


def fails_never(row: Any, error: Exception) -> None:
    raise AssertionError((row, error))


def emit_all(emitter: godot.Emitter, rows: list[Any], failed: Any = fails_never, after: Any = None) -> int:
    at = 0
    while at < len(rows):
        at = emitter.emit(rows, at, failed, after)
    return at


def check_rows_bring_what_single_signals_bring(node: Any) -> None:
    echo = new_echo()
    got: list[Any] = []
    echo.told.connect(lambda first, second: got.append((first, second)))
    draw = random.Random(5)
    rows = [("told", (draw.choice(VALUES), draw.choice(VALUES))) for _ in range(500)]
    for name, arguments in rows:
        echo.emit_signal(name, *arguments)
    one_by_one = list(got)
    for after in (None, lambda *row: None):
        got.clear()
        assert emit_all(godot.Emitter(echo), rows, after=after) == len(rows)
        assert got == one_by_one


def check_what_follows_a_signal_is_called_before_the_next(node: Any) -> None:
    echo = new_echo()
    order: list[Any] = []
    echo.told.connect(lambda first, second: order.append(first))
    rows = [("told", (number, None)) for number in range(40)]
    emit_all(godot.Emitter(echo), rows, after=lambda name, arguments: order.append((name, arguments[0])))
    assert order == [entry for number in range(40) for entry in (number, ("told", number))]


def check_a_row_that_cannot_be_emitted_keeps_no_other_back(node: Any) -> None:
    echo = new_echo()
    order: list[Any] = []
    echo.told.connect(lambda first, second: order.append(first))
    rows: list[Any] = [("told", (number, object() if number in (0, 7, 39) else None)) for number in range(40)]
    rows[20] = ("told", tuple(range(9)))
    emit_all(godot.Emitter(echo), rows, lambda row, error: order.append((row[1][0], type(error).__name__)))
    wrong = {0, 7, 20, 39}
    assert order == [(n if n != 20 else 0, "TypeError") if n in wrong else n for n in range(40)]
    order.clear()
    problems: list[Any] = []

    def not_after(name: str, arguments: Any) -> None:
        raise ValueError(name)

    emit_all(godot.Emitter(echo), rows[1:4], lambda row, error: problems.append(str(error)), not_after)
    assert order == [1, 2, 3] and problems == ["told"] * 3


def check_a_handler_can_stop_it(node: Any) -> None:
    echo = new_echo()
    emitter = godot.Emitter(echo)
    order: list[int] = []

    def hear(first: int, second: Any) -> None:
        order.append(first)
        if first == 5:
            emitter.stop()

    echo.told.connect(hear)
    rows = [("told", (number, None)) for number in range(40)]
    assert emitter.emit(rows, 0, fails_never) == 6
    assert order == [0, 1, 2, 3, 4, 5]
    assert emitter.emit(rows, 6, fails_never) == 40
    assert order == list(range(40))


def check_an_owner_that_is_freed_ends_it(node: Any) -> None:
    owner = godot.Node()
    owner.add_user_signal("told")
    order: list[int] = []

    def hear(first: int) -> None:
        order.append(first)
        if first == 3:
            godot.Engine.get_main_loop().root.add_child(godot.Node(name="last"))

    owner.connect("told", hear)
    emitter = godot.Emitter(owner)
    assert emitter.emit([("told", (number,)) for number in range(5)], 0, fails_never) == 5
    owner.free()
    try:
        emitter.emit([("told", (1,))], 0, fails_never)
    except godot.FreedObjectError:
        pass
    else:
        raise AssertionError("FreedObjectError was expected")
    assert order == [0, 1, 2, 3, 4]


def check_kept_texts_are_bounded_and_right(node: Any) -> None:
    echo = new_echo()
    got: list[Any] = []
    echo.told.connect(lambda first, second: got.append(first + second))
    rows = [("told", (f"text {number % 5000}", "!" * (number % 90))) for number in range(12_000)]
    emit_all(godot.Emitter(echo), rows)
    assert got == [first + second for _name, (first, second) in rows]


def check_vectors_are_those_of_single_reads(node: Any) -> None:
    draw = random.Random(3)
    kinds: list[tuple[Any, str]] = []
    nodes: list[Any] = []
    for number in range(60):
        made = (godot.Node3D, godot.Node2D, godot.CharacterBody3D, godot.RigidBody3D, godot.Node)[number % 5]()
        node.add_child(made)
        nodes.append(made)
        kinds.append((made, "global_position"))
        kinds.append((made, ("velocity", "linear_velocity", "name", "no_such_property")[number % 4]))
    reader = godot.VectorReader(kinds)
    for _round in range(4):
        for made in nodes:
            if isinstance(made, godot.Node3D):
                made.position = godot.Vector3(draw.uniform(-9, 9), draw.random(), 1e6 * draw.random())
            elif isinstance(made, godot.Node2D):
                made.position = godot.Vector2(draw.uniform(-9, 9), draw.random())
        reader.read()
        for at, (made, name) in enumerate(kinds):
            value = made.get(name)
            kind = 3 if isinstance(value, godot.Vector3) else 2 if isinstance(value, godot.Vector2) else 1
            assert reader.kinds[at] == kind, (at, name, value)
            if kind > 1:
                assert tuple(reader.numbers[3 * at : 3 * at + kind]) == tuple(value)
    nodes[0].position = godot.Vector3(math.nan, math.inf, 0.0)
    nodes[1].free()
    reader.read()
    assert math.isnan(reader.numbers[0]) and math.isinf(reader.numbers[1])
    assert reader.kinds[2] == reader.kinds[3] == 0
    for made in nodes:
        if not made.is_freed:
            made.free()
    reader.read()
    assert not any(reader.kinds)
    godot.VectorReader([]).read()


def check_a_script_may_answer_for_the_property(node: Any) -> None:
    script = godot.GDScript()
    script.source_code = (
        "extends Node\nvar velocity := Vector3(4, 5, 6)\n"
        "func _get(name):\n\treturn Vector2(1, 2) if name == &'global_position' else null\n"
    )
    assert script.reload() == godot.OK
    made = godot.Node()
    made.set_script(script)
    reader = godot.VectorReader([(made, "global_position"), (made, "velocity")])
    reader.read()
    assert list(reader.kinds) == [2, 3]
    assert list(reader.numbers) == [1.0, 2.0, 0.0, 4.0, 5.0, 6.0]
    made.free()
