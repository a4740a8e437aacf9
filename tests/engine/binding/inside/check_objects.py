"""Engine objects: creation, identity, members, lifetimes."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import godot


def raises(kind: type[BaseException], call: Any) -> str:
    try:
        call()
    except kind as problem:
        return str(problem)
    raise AssertionError(f"{kind.__name__} was expected")


def check_create_and_free(node: Any) -> None:
    made = godot.Node()
    number = made.get_instance_id()
    assert godot.is_instance_id_valid(number)
    assert not made.is_freed
    made.free()
    assert made.is_freed and not godot.is_instance_id_valid(number)
    for use in (
        lambda: made.get_name(),
        lambda: made.name,
        lambda: setattr(made, "name", "x"),
        lambda: made.free(),
        lambda: made.ready.connect(print),
        lambda: made.ready.emit(),
        lambda: node.add_child(made),
        lambda: made.anything,
        lambda: setattr(made, "anything", 1),
    ):
        assert "freed" in raises(godot.FreedObjectError, use)
    assert raises(ReferenceError, lambda: made.name)
    assert "freed" in repr(made)


def check_queue_free(node: Any) -> Any:
    made = godot.Node()
    node.add_child(made)
    made.queue_free()
    assert not made.is_freed
    yield
    yield
    assert made.is_freed


def check_identity(node: Any) -> None:
    child = godot.Node(name="Kid")
    node.add_child(child)
    assert node.get_child(0) is child is node.get_node("Kid") is node.find_child("Kid", True, False)
    assert child.get_parent() is node and child == node.get_node("Kid")
    assert {child: 1}[node.get_child(0)] == 1
    assert child in node.get_children()
    seen = weakref.ref(child)
    del child
    gc.collect()
    assert seen() is node.get_node("Kid"), "a node keeps its wrapper"
    node.get_node("Kid").free()
    gc.collect()
    assert seen() is None
    assert godot.Engine is godot.Engine.get_singleton("Engine")
    assert node.get_tree() is godot.Engine.get_main_loop()


def check_classes(node: Any) -> None:
    assert isinstance(node.get_tree(), godot.SceneTree) and issubclass(godot.Node3D, godot.Node)
    assert type(node.get_tree().root) is godot.Window
    assert godot.Timer().free() is None
    assert raises(TypeError, lambda: godot.Viewport()), "abstract classes cannot be made"
    assert raises(AttributeError, lambda: godot.NoSuchThing)
    assert raises(AttributeError, lambda: node.no_such_member)
    assert not hasattr(node, "no_such_member")
    assert raises(TypeError, lambda: type("Unknown", (godot.Node,), {})())
    plain = godot.Node()
    assert raises(AttributeError, lambda: setattr(plain, "nmae", "typo"))
    plain.free()
    assert raises(TypeError, lambda: __import__("copy").copy(node))
    assert "Node" in dir(godot) and "get_child" in dir(node)


def check_methods(node: Any) -> None:
    parent = godot.Node()
    child = godot.Node()
    parent.add_child(child)  # two defaults
    assert parent.get_child_count() == 1 and parent.get_child_count(True) == 1
    parent.remove_child(child)
    parent.add_child(child, force_readable_name=True)
    assert parent.get_child(idx=0) is child
    assert raises(TypeError, lambda: parent.get_child(include_internal=False))
    assert raises(TypeError, lambda: parent.get_child(0, idx=0))
    parent.set_meta("a", [1, 2])
    assert parent.get_meta("a") == [1, 2] and parent.get_meta("b", "default") == "default"
    assert parent.call("get_meta", "a") == [1, 2], "any number of arguments"
    assert parent.callv("get_child_count", []) == 1
    assert raises(AttributeError, lambda: parent.call("no_such_method"))
    assert raises(TypeError, lambda: parent.call("get_child"))
    assert raises(TypeError, lambda: parent.call("get_child", "x"))
    assert raises(TypeError, lambda: parent.get_child())
    bound = parent.get_child_count
    assert bound() == 1 and bound.__name__ == "get_child_count"
    assert godot.Node.get_child_count(parent) == 1
    assert godot.Vector2(3, 4).length() == 5.0
    assert godot.Time.get_ticks_msec() > 0 and godot.OS.get_name() == "Linux"
    assert godot.FileAccess.file_exists("res://echo.gd"), "a static method"
    parent.free()
    assert child.is_freed


def check_properties(node: Any) -> None:
    label = godot.Label(text="hi")
    assert label.text == "hi"
    label.text = "ho"
    assert label.get_text() == "ho"
    label.anchor_left = 0.25  # written through an indexed, hidden setter
    assert label.anchor_left == 0.25
    label.position = godot.Vector2(3, 4)
    assert label.position == godot.Vector2(3, 4)
    label.owner = None
    assert label.owner is None
    assert raises(TypeError, lambda: setattr(label, "text", 5))
    label.free()
    spatial = godot.Node3D(position=godot.Vector3(1, 2, 3))
    assert spatial.transform.origin == godot.Vector3(1, 2, 3)
    spatial.transform = godot.Transform3D(godot.Basis(), godot.Vector3(4, 5, 6))
    assert spatial.position == godot.Vector3(4, 5, 6)
    spatial.free()


def check_constants(node: Any) -> None:
    assert node.NOTIFICATION_READY == godot.Node.NOTIFICATION_READY == 13
    assert godot.Node.PROCESS_MODE_ALWAYS == godot.Node.ProcessMode.PROCESS_MODE_ALWAYS == 3
    assert godot.ERR_BUSY == godot.Error.ERR_BUSY == 44 and godot.KEY_A == 65
    assert godot.Performance.MONITOR_TYPE_PERCENTAGE == 3
    assert (
        godot.Vector3(0, 1, 0) == godot.Vector3.UP and godot.Vector3.AXIS_X == 0
        if hasattr(godot.Vector3, "AXIS_X")
        else True
    )
    assert godot.lerp(0.0, 10.0, 0.25) == 2.5 and godot.maxi(3, 4) == 4 and godot.str_to_var("[1]") == [1]


def check_script_members(node: Any) -> None:
    echo = godot.ResourceLoader.load("res://echo.gd").new()
    assert echo.add(1) == 11 and echo.add(1, 2) == 3 and echo.call("add", 1, 2) == 3
    assert echo.number == 3 and echo.text == "text"
    echo.number = 8
    assert echo.number == 8 and echo.get("number") == 8
    assert isinstance(echo.told, godot.Signal)
    add = echo.add
    assert add(2, 2) == 4 and add == echo.add
    assert echo.call_it(echo.add, [20, 2]) == 22
    assert raises(AttributeError, lambda: echo.nothing)
    assert raises(AttributeError, lambda: setattr(echo, "nothing", 1))
    assert raises(TypeError, lambda: echo.add())
    assert echo.get_script().resource_path == "res://echo.gd"


def check_refcounted(node: Any) -> None:
    made = godot.RefCounted()
    assert made.get_reference_count() == 1
    number = made.get_instance_id()
    seen = godot.weakref(made)
    assert seen.get_ref() is made
    node.set_meta("held", made)
    assert made.get_reference_count() == 2
    del made
    gc.collect()
    assert godot.is_instance_id_valid(number), "the engine still holds it"
    back = node.get_meta("held")
    assert back.get_instance_id() == number
    node.remove_meta("held")
    assert godot.is_instance_id_valid(number)
    del back
    assert not godot.is_instance_id_valid(number), "gone as soon as Python drops it"
    assert seen.get_ref() is None
    assert "RefCounted" in raises(TypeError, lambda: godot.RefCounted().free())


def check_resources(node: Any) -> None:
    first = godot.ResourceLoader.load("res://echo.gd")
    assert godot.ResourceLoader.load("res://echo.gd") is first
    count = first.get_reference_count()
    for _ in range(10):
        again = godot.ResourceLoader.load("res://echo.gd")
        assert again is first
    assert first.get_reference_count() == count, "no reference is left over"


def check_instance_of_weak_id(node: Any) -> None:
    made = godot.Node()
    assert godot.instance_from_id(made.get_instance_id()) is made
    number = made.get_instance_id()
    made.free()
    assert godot.instance_from_id(number) is None
