"""Classes written as users of godot-python write them."""

from __future__ import annotations

import godot
from godot import Node2D, ResourceLoader, Vector2, export, exposed, signal


@exposed
class Player(Node2D):
    """Exports and signals in the words of godot-python."""

    health = export(int, default=100)
    speed = export(float, 2.5)
    title = export(str)
    target = export(Vector2)
    items = export(list)
    picture = export(godot.Texture2D)
    mood = export(int, hint=godot.PROPERTY_HINT_ENUM, hint_string="Calm,Angry")
    died = signal()
    hit = signal("amount")

    def __init__(self) -> None:
        self._age = 3

    @export(int, default=3)
    @property
    def age(self):  # type: ignore[no-untyped-def]  # the type stands in the decorator, as it does there
        """How old."""
        return self._age

    @age.setter
    def age(self, value):  # type: ignore[no-untyped-def]
        self._age = value


@exposed(tool=True)
class PlayerTool(Player):
    """Runs in the editor, too."""


def _properties(node: godot.Node) -> dict[str, dict[str, object]]:
    return {str(entry["name"]): entry for entry in node.get_property_list()}


def check_defaults_and_types(_runner: godot.Node) -> None:
    player = Player()
    found = _properties(player)
    for name, value, kind in (
        ("health", 100, godot.TYPE_INT), ("speed", 2.5, godot.TYPE_FLOAT), ("title", "", godot.TYPE_STRING),
        ("target", Vector2(), godot.TYPE_VECTOR2), ("items", [], godot.TYPE_ARRAY), ("age", 3, godot.TYPE_INT),
        ("picture", None, godot.TYPE_OBJECT),
    ):  # fmt: skip
        assert player.get(name) == value, (name, player.get(name))
        assert found[name]["type"] == kind, (name, found[name])
    assert (found["mood"]["hint"], found["mood"]["hint_string"]) == (godot.PROPERTY_HINT_ENUM, "Calm,Angry")
    player.free()


def check_a_property_with_a_setter_is_set_by_the_engine(_runner: godot.Node) -> None:
    player = PlayerTool()
    player.set("age", 8)
    assert (player._age, player.age) == (8, 8)
    player.free()


def check_each_instance_has_a_list_of_its_own(_runner: godot.Node) -> None:
    one, other = Player(), Player()
    one.items.append("key")
    assert (one.items, other.items) == (["key"], [])
    one.free()
    other.free()


def check_signals_are_declared_without_and_with_arguments(_runner: godot.Node) -> None:
    player = Player()
    heard: list[object] = []
    player.died.connect(lambda: heard.append("died"))
    player.hit.connect(heard.append)
    player.died.emit()
    player.call("emit_signal", "hit", 7)
    assert heard == ["died", 7]
    player.free()


def check_mistakes_are_named(_runner: godot.Node) -> None:
    for wrong in (lambda: export(int, 1, default=2), lambda: export(1, 2), lambda: export(int)(5)):
        try:
            wrong()
        except TypeError as error:
            assert "export" in str(error)
        else:
            raise AssertionError("accepted")


def check_singletons_are_attributes(_runner: godot.Node) -> None:
    assert ResourceLoader.exists("res://nothing.tres") is False
