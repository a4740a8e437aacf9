"""Every conversion between Python and the engine, there and back, through Variants and through typed calls."""

from __future__ import annotations

import array
import math
from typing import Any

import godot


def through_script(node: Any, value: Any) -> Any:
    """The value as it comes back from a GDScript function that returns its argument."""
    return echo(node).echo(value)


def echo(node: Any) -> Any:
    if not hasattr(node, "echo_object"):
        node.echo_object = godot.ResourceLoader.load("res://echo.gd").new()
    return node.echo_object


def check_plain_values(node: Any) -> None:
    for value in (None, True, False, 0, 1, -1, 2**31, -(2**31), 2**63 - 1, -(2**63), 0.0, -0.0, 1.5, 1e308, 5e-324):
        back = through_script(node, value)
        assert back == value and type(back) is type(value), (value, back)
    assert math.copysign(1.0, through_script(node, -0.0)) == -1.0


def check_nan_and_infinity(node: Any) -> None:
    assert math.isnan(through_script(node, math.nan))
    assert through_script(node, math.inf) == math.inf
    assert through_script(node, -math.inf) == -math.inf


def check_ints_that_do_not_fit(node: Any) -> None:
    for value in (2**63, -(2**63) - 1, 2**200):
        try:
            through_script(node, value)
        except OverflowError:
            continue
        raise AssertionError(value)


def check_text(node: Any) -> None:
    samples = [
        "",
        "plain",
        "Ünï",
        "日本語",
        "🚀 emoji 😀",
        "a\0b",
        "\0",
        "tab\tline\n",
        "\udc80 lone",
        "x" * 100_000,
        "é" * 1000,
    ]
    for text in samples:
        back = through_script(node, text)
        assert back == text and type(back) is str, repr(text[:20])
        node.set_meta("text", text)
        assert node.get_meta("text") == text
    assert echo(node).length("a\0b") == 3
    assert echo(node).length("🚀") == 1


def check_names_and_paths(node: Any) -> None:
    assert echo(node).type_name(godot.StringName("x")) == "StringName"
    assert echo(node).type_name(godot.NodePath("a/b:c")) == "NodePath"
    assert echo(node).type_name("x") == "String"
    assert echo(node).make_name() == "a name" and type(echo(node).make_name()) is str
    assert echo(node).make_path() == "../A/B:position:x"
    node.name = "Ünïcode"
    assert node.name == "Ünïcode"
    assert node.get_node(".") is node


def check_values(node: Any) -> None:
    samples = [
        godot.Vector2(1, -2.5),
        godot.Vector2i(3, -4),
        godot.Rect2(1, 2, 3, 4),
        godot.Rect2i(1, 2, 3, 4),
        godot.Vector3(1, 2, 3.5),
        godot.Vector3i(-1, 2, 3),
        godot.Transform2D(),
        godot.Vector4(1, 2, 3, 4),
        godot.Vector4i(1, 2, 3, 4),
        godot.Plane(0, 1, 0, 2),
        godot.Quaternion(),
        godot.AABB(godot.Vector3(1, 2, 3), godot.Vector3(4, 5, 6)),
        godot.Basis(),
        godot.Basis(godot.Vector3.UP, 0.5),
        godot.Transform3D(godot.Basis(), godot.Vector3(1, 2, 3)),
        godot.Projection(),
        godot.Color(0.25, 0.5, 0.75, 1.0),
        godot.Color("red"),
        godot.RID(),
    ]
    for value in samples:
        back = through_script(node, value)
        assert back == value and type(back) is type(value), (value, back)
        assert hash(back) == hash(value)
        node.set_meta("value", value)
        assert node.get_meta("value") == value
    assert {type(value).__name__: echo(node).type_name(value) for value in samples} == {
        type(value).__name__: type(value).__name__ for value in samples
    }


def check_value_members(node: Any) -> None:
    vector = godot.Vector3(1, 2, 3)
    assert (vector.x, vector.y, vector.z) == (1.0, 2.0, 3.0)
    assert list(vector) == [1.0, 2.0, 3.0] and vector[1] == 2.0 and len(vector) == 3
    assert vector + godot.Vector3.ONE == godot.Vector3(2, 3, 4)
    assert vector - godot.Vector3.ONE == godot.Vector3(0, 1, 2)
    assert 2.0 * vector == vector * 2 == godot.Vector3(2, 4, 6)
    assert -vector == godot.Vector3(-1, -2, -3) and vector / 2.0 == godot.Vector3(0.5, 1, 1.5)
    assert vector.dot(godot.Vector3(1, 0, 0)) == 1.0 and godot.Vector3(3, 4, 0).length() == 5.0
    assert vector.replace(y=9.0) == godot.Vector3(1, 9, 3)
    assert vector != godot.Vector3.ZERO and vector != (1, 2, 3)
    assert godot.Rect2(1, 2, 3, 4).size == godot.Vector2(3, 4) and godot.Rect2(1, 2, 3, 4).end == godot.Vector2(4, 6)
    transform = godot.Transform3D(godot.Basis(), vector)
    assert transform.origin == vector and transform.basis.x == godot.Vector3(1, 0, 0)
    assert transform * godot.Vector3.ONE == godot.Vector3(2, 3, 4)
    assert godot.Color.from_hsv(0.0, 1.0, 1.0) == godot.Color(1, 0, 0)
    assert godot.Vector2i(7, 5) % godot.Vector2i(4, 4) == godot.Vector2i(3, 1)
    try:
        vector.x = 3
    except AttributeError as problem:
        assert "make a new one" in str(problem)
    else:
        raise AssertionError("vectors must not change in place")
    for wrong in (("a", "b", "c"), (1, 2), (1, 2, 3, 4)):
        try:
            godot.Vector3(*wrong)
        except TypeError:
            continue
        raise AssertionError(wrong)


def check_containers(node: Any) -> None:
    nested: Any = {"list": [1, 2.5, "x", None, [True, {"deep": [godot.Vector2(1, 2)]}]], 5: "int key", 1.5: [], "": {}}
    assert through_script(node, nested) == nested
    assert list(through_script(node, {"z": 1, "a": 2, "m": 3})) == ["z", "a", "m"]
    assert through_script(node, (1, 2)) == [1, 2]
    assert through_script(node, {(1, 2): "tuple key"}) == {(1, 2): "tuple key"}
    assert echo(node).dictionary_with_odd_keys() == {(1, 2): "array", (("a", 1),): "dictionary"}
    original = [1, 2]
    returned = through_script(node, original)
    returned.append(3)
    assert original == [1, 2], "containers are copies"
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    assert through_script(node, deep) == deep
    endless: list[Any] = []
    endless.append(endless)
    for attempt in (endless, {"self": endless}):
        try:
            through_script(node, attempt)
        except RecursionError:
            continue
        raise AssertionError("a list in itself must be refused")
    try:
        echo(node).endless()
    except RecursionError:
        pass
    else:
        raise AssertionError("an Array in itself must be refused")


def check_packed(node: Any) -> None:
    big = bytes(range(256)) * 4096
    assert len(big) == 1024 * 1024
    for data in (b"", b"abc\0\xff", big, bytearray(big), memoryview(big)):
        back = through_script(node, data)
        assert type(back) is bytes and back == bytes(data)
    for code, name in (
        ("i", "PackedInt32Array"),
        ("q", "PackedInt64Array"),
        ("f", "PackedFloat32Array"),
        ("d", "PackedFloat64Array"),
    ):
        for numbers in (array.array(code), array.array(code, [1, 2, -3]), array.array(code, range(10_000))):
            back = through_script(node, numbers)
            assert back == numbers and back.typecode == code
            assert echo(node).type_name(numbers) == name
    for made, kind in (
        (godot.PackedStringArray(["a", "ü", ""]), "PackedStringArray"),
        (godot.PackedVector2Array([godot.Vector2(1, 2)]), "PackedVector2Array"),
        (godot.PackedVector3Array([godot.Vector3(1, 2, 3)] * 3), "PackedVector3Array"),
        (godot.PackedVector4Array([godot.Vector4(1, 2, 3, 4)]), "PackedVector4Array"),
        (godot.PackedColorArray([godot.Color(1, 0, 0)]), "PackedColorArray"),
    ):
        assert echo(node).type_name(made) == kind
        back = through_script(node, made)
        assert back == made and isinstance(back, list) and type(back) is type(made)
    image = godot.Image.create_from_data(2, 1, False, godot.Image.FORMAT_RGB8, b"\x00\x01\x02\xfd\xfe\xff")
    assert image.get_data() == b"\x00\x01\x02\xfd\xfe\xff"


def check_what_has_no_form_there(node: Any) -> None:
    for value in ({1, 2}, object(), 1j, range(3).__iter__(), [1, {2}], {"a": object()}):
        try:
            through_script(node, value)
        except TypeError as problem:
            assert "cannot be passed to Godot" in str(problem), problem
            continue
        raise AssertionError(value)


def check_typed_calls(node: Any) -> None:
    timer = godot.Timer()
    timer.wait_time = 3  # an int where a float is wanted
    assert timer.wait_time == 3.0 and type(timer.wait_time) is float
    timer.one_shot = True
    assert timer.one_shot is True
    for wrong in ("x", None, [1]):
        try:
            timer.wait_time = wrong
        except TypeError:
            continue
        raise AssertionError(wrong)
    assert timer.wait_time == 3.0
    for call in (
        lambda: timer.start("soon"),
        lambda: timer.start(1, 2),
        lambda: timer.add_child(godot.RefCounted()),
        lambda: timer.add_child(5),
        lambda: timer.set_name(3),
        lambda: timer.get_child(0, False, 1),
        lambda: timer.set_process_mode(2**70),
        lambda: godot.Node.get_name(godot.RefCounted()),
        lambda: timer.start(nonsense=1),
    ):
        try:
            call()
        except (TypeError, OverflowError) as problem:
            assert str(problem)
            continue
        raise AssertionError("a wrong argument was taken")
    timer.free()


def check_objects_in_containers(node: Any) -> None:
    other = godot.RefCounted()
    back = through_script(node, {"nodes": [node, other], "none": None})
    assert back["nodes"][0] is node and back["nodes"][1] is other
    gone = godot.Node()
    array_of = [gone]
    echo(node).keep(array_of)
    gone.free()
    assert echo(node).kept() == [None], "a freed object arrives as None"
    try:
        through_script(node, gone)
    except godot.FreedObjectError:
        return
    raise AssertionError("a freed object was passed on")


def check_typed_arrays(node: Any) -> None:
    helper = echo(node)
    assert helper.sum_of(godot.typed_array(int, [1, 2, 3])) == 6
    assert helper.names_of(godot.typed_array(godot.Node, [node])) == [node.name]
    for wrong in (lambda: helper.sum_of([1, 2]), lambda: godot.typed_array(object, [1])):
        try:
            wrong()
        except TypeError:
            continue
        raise AssertionError("an untyped list was taken for a typed array")
    child = godot.Node()
    node.add_child(child)
    assert node.get_tree().get_nodes_in_group("nobody") == [] and node.get_children() == [child]
    child.free()
