"""Python classes that the engine knows."""

from __future__ import annotations

import gc
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import godot

if TYPE_CHECKING:
    from nowhere import Nothing  # type: ignore[import-not-found]


@godot.expose
class Counter(godot.Node):
    """Counts."""

    LIMIT = 12

    class Mood(IntEnum):
        CALM = 0
        ANGRY = 5

    counted = godot.signal(total=int, by=str)
    stopped = godot.signal()
    step: int = godot.export(2, range="0,10")
    label: str = godot.export("none")
    tags: list[str] = godot.export([])
    mood: Mood = godot.export(Mood.CALM)
    partner: godot.Node = godot.export()
    picture: godot.Texture2D | None = godot.export()

    def __init__(self) -> None:
        self.total = 0
        self.seen: list[str] = ["init"]

    @property
    def double(self) -> int:
        """Twice the total."""
        return self.total * 2

    @property
    def half(self) -> float:
        return self.total / 2

    @half.setter
    def half(self, value: float) -> None:
        self.total = int(value * 2)

    def count(self, by: int = 1, who: str = "nobody") -> int:
        """Count on."""
        self.total += by
        self.counted.emit(self.total, who)
        return self.total

    def everything(self, *values: Any) -> list[Any]:
        return list(values)

    def kinds(self, a: int, b: float, c: str, d: bool, e: list[Any], f: dict[str, Any]) -> str:
        return " ".join(type(value).__name__ for value in (a, b, c, d, e, f))

    def move(self, by: godot.Vector3) -> godot.Vector3:
        return by + godot.Vector3.ONE

    def parent_of(self, node: godot.Node) -> godot.Node:
        return node.get_parent()

    def maybe(self, node: godot.Node | None = None) -> bool:
        return node is None

    def call_back(self, function: Callable[[int], int]) -> int:
        return function(20) + 2

    def strange(self, value: Nothing) -> Nothing:
        return value

    def data(self) -> bytes:
        return b"\0\1"

    def fails(self) -> int:
        raise RuntimeError("asked for: in a method")

    def fails_untyped(self) -> Any:
        raise RuntimeError("asked for: in an untyped method")

    def wrong_answer(self) -> int:
        return "asked for: no int"  # type: ignore[return-value]

    @staticmethod
    def times(a: int, b: int) -> int:
        return a * b

    def _enter_tree(self) -> None:
        self.seen.append("enter")

    def _ready(self) -> None:
        self.seen.append("ready")

    def _exit_tree(self) -> None:
        self.seen.append("exit")

    def _notification(self, what: int) -> None:
        if what == self.NOTIFICATION_READY:
            self.seen.append("notified")
        if what == godot.Object.NOTIFICATION_PREDELETE:
            self.seen.append("predelete")

    def _process(self, delta: float) -> None:
        if type(delta) is float and "process" not in self.seen:
            self.seen.append("process")

    def _to_string(self) -> str:
        return f"<Counter {self.total}>"


@godot.expose
class BetterCounter(Counter):
    """Counts better."""

    def count(self, by: int = 1, who: str = "nobody") -> int:
        return super().count(by * 10, who)

    def better(self) -> str:
        return "better"

    def _ready(self) -> None:
        super()._ready()
        self.seen.append("better ready")


@godot.expose
class Payload(godot.RefCounted):
    """Carries something."""

    alive = 0

    def __init__(self) -> None:
        self.value = 5
        Payload.alive += 1

    def __del__(self) -> None:
        Payload.alive -= 1

    def get_value(self) -> int:
        return self.value

    def set_value(self, value: int) -> None:
        self.value = value

    def me(self) -> Payload:
        return self


@godot.expose
class Stubborn(godot.RefCounted):
    def __init__(self) -> None:
        raise ValueError("asked for: in __init__")

    def works(self) -> bool:
        return True


def use() -> Any:
    return godot.ResourceLoader.load("res://use_exposed.gd").new()


def check_used_from_gdscript(node: Any) -> None:
    problems = use().run()
    assert problems == [], "\n".join(problems)


def check_used_from_typed_gdscript(node: Any) -> None:
    problems = use().run_typed()
    assert problems == [], "\n".join(problems)


def check_errors_reach_gdscript_as_defaults(node: Any) -> None:
    problems = use().run_errors()
    assert problems == [], "\n".join(problems)


def check_extended_by_gdscript(node: Any) -> Any:
    made = godot.ResourceLoader.load("res://extends_counter.gd").new()
    assert isinstance(made, Counter)
    node.add_child(made)
    yield
    yield
    assert made.call("from_script") == 41
    assert made.call("greet") == "hello"
    made.queue_free()
    yield
    yield
    assert made.is_freed


def check_virtuals_in_order(node: Any) -> Any:
    made = BetterCounter()
    assert made.total == 0 and made.step == 2
    node.add_child(made)
    yield
    yield
    node.remove_child(made)
    made.free()
    expected = ["init", "enter", "ready", "better ready", "notified", "process", "exit", "predelete"]
    assert made.seen == expected, made.seen


def check_class_database(node: Any) -> None:
    database = godot.ClassDB
    assert database.class_exists("Counter") and database.get_parent_class("BetterCounter") == "Counter"
    methods = {entry["name"]: entry for entry in database.class_get_method_list("Counter", True)}
    count = methods["count"]
    assert [argument["name"] for argument in count["args"]] == ["by", "who"]
    assert [argument["type"] for argument in count["args"]] == [godot.TYPE_INT, godot.TYPE_STRING]
    assert count["default_args"] == [1, "nobody"] and count["return"]["type"] == godot.TYPE_INT
    assert methods["move"]["args"][0]["type"] == godot.TYPE_VECTOR3
    assert methods["parent_of"]["args"][0]["class_name"] == "Node"
    assert not any(name.startswith("_") for name in methods)
    signals = {entry["name"]: entry for entry in database.class_get_signal_list("Counter", True)}
    assert [argument["type"] for argument in signals["counted"]["args"]] == [godot.TYPE_INT, godot.TYPE_STRING]
    properties = {entry["name"]: entry for entry in database.class_get_property_list("Counter", True)}
    assert properties["step"]["type"] == godot.TYPE_INT and properties["step"]["hint_string"] == "0,10"
    assert properties["mood"]["hint_string"] == "Calm:0,Angry:5" and properties["mood"]["type"] == godot.TYPE_INT
    assert properties["partner"]["hint"] == godot.PROPERTY_HINT_NODE_TYPE
    assert properties["picture"]["hint"] == godot.PROPERTY_HINT_RESOURCE_TYPE
    assert properties["picture"]["hint_string"] == "Texture2D"
    assert properties["half"]["type"] == godot.TYPE_FLOAT and "double" in properties
    assert database.class_get_integer_constant("Counter", "LIMIT") == 12
    assert database.class_get_enum_constants("Counter", "Mood") == ["CALM", "ANGRY"]


def check_properties_by_the_engine(node: Any) -> None:
    made = Counter()
    made.set("step", 7)
    assert made.step == 7 and made.get("step") == 7
    made.half = 4.0
    assert made.get("double") == 16 and made.get("total") is None, "only exposed members are visible"
    other = Counter()
    made.tags.append("mine")
    assert other.tags == [] and made.get("tags") == ["mine"], "a mutable default is not shared"
    assert str(made) == "<Counter 8>" == repr(made)
    made.anything = 3
    assert made.anything == 3
    made.free()
    other.free()


def check_state_survives_in_the_engine(node: Any) -> None:
    """An exposed RefCounted that only the engine holds keeps its Python state."""
    before = Payload.alive
    made = Payload()
    made.value = 77
    node.set_meta("payload", made)
    number = id(made)
    del made
    gc.collect()
    assert Payload.alive == before + 1
    back = node.get_meta("payload")
    assert back.value == 77 and id(back) == number
    node.remove_meta("payload")
    assert back.get_value() == 77 and back.me() is back
    del back
    gc.collect()
    assert Payload.alive == before


def check_made_by_the_engine(node: Any) -> Any:
    before = Payload.alive
    made = godot.ClassDB.instantiate("Payload")
    assert type(made) is Payload and made.value == 5
    del made
    use().make_payloads(100)
    yield
    yield
    gc.collect()
    assert Payload.alive == before


def check_cycles_are_collected(node: Any) -> None:
    before = Payload.alive
    for _ in range(50):
        made = Payload()
        made.itself = made
        made.method = made.get_value
    del made
    gc.collect()
    assert Payload.alive == before


def check_freed_objects_passed(node: Any) -> None:
    """GDScript passes freed objects on; Python gets None, by every way of calling."""
    assert use().pass_freed() == [True, True, [None]]


def check_freed_while_in_use(node: Any) -> None:
    made, problems = Counter(), []

    def free_it() -> None:
        try:
            made.free()
        except RuntimeError as problem:
            problems.append(str(problem))

    made.stopped.connect(free_it)
    godot.printerr("asked for: the engine's own error comes next")
    made.stopped.emit()
    assert not made.is_freed and "queue_free" in problems[0]
    made.free()
    assert made.is_freed


def check_called_from_many_threads(node: Any) -> None:
    assert use().call_from_threads(4, 2000) == [8000, 8000]


def check_failing_init(node: Any) -> None:
    try:
        Stubborn()
    except ValueError:
        pass
    else:
        raise AssertionError("an exception of __init__ reaches Python's caller")
    assert use().make_stubborn() is True


def check_wrong_classes(node: Any) -> None:
    for wrong in (type("Plain", (), {}), 5):
        try:
            godot.expose(wrong)
        except TypeError:
            continue
        raise AssertionError(wrong)
    try:
        godot.expose(type("Node", (godot.Node,), {}))
    except TypeError as problem:
        assert "choose another name" in str(problem)
    else:
        raise AssertionError("an engine class was replaced")


def check_replaced(node: Any) -> None:
    """A module that is loaded again replaces its classes; the engine makes instances of the new one."""
    old = Replaceable()
    first = Replaceable

    newer = type(
        "Replaceable", (godot.Node,), {"answer": lambda self: 2, "added": lambda self: 3, "__module__": __name__}
    )
    godot.expose(newer)
    assert old.call("answer") == 1 and type(old) is first
    made = godot.ClassDB.instantiate("Replaceable")
    assert type(made) is newer and made.call("answer") == 2 and made.call("added") == 3
    old.free()
    made.free()


@godot.expose
class Replaceable(godot.Node):
    def answer(self) -> int:
        return 1


@godot.expose
class Panel5(godot.Control):
    """Virtual methods that return values."""

    def _get_minimum_size(self) -> godot.Vector2:
        return godot.Vector2(31, 17)

    def _get_tooltip(self, at: godot.Vector2) -> str:
        return f"at {at.x:g}"

    def _can_drop_data(self, at: godot.Vector2, data: Any) -> bool:
        raise RuntimeError("asked for: in a virtual method")


@godot.expose
class Costs(godot.AStar3D):
    def _compute_cost(self, start: int, end: int) -> float:
        return 100.0 if end == 2 else 1.0


@godot.expose
class Highlighter(godot.SyntaxHighlighter):
    def _get_line_syntax_highlighting(self, line: int) -> dict[int, Any]:
        return {0: {"color": godot.Color("red")}}


@godot.expose
class PyLoader(godot.ResourceFormatLoader):
    def _get_recognized_extensions(self) -> list[str]:
        return ["pyres"]

    def _handles_type(self, name: str) -> bool:
        return name == "Resource"

    def _get_resource_type(self, path: str) -> str:
        return "Resource" if path.endswith(".pyres") else ""

    def _load(self, path: str, original: str, threads: bool, mode: int) -> Any:
        made = godot.Resource()
        made.resource_name = f"loaded {path}"
        return made


def check_virtual_methods_with_results(node: Any) -> Any:
    panel = Panel5()
    node.add_child(panel)
    assert panel.get_combined_minimum_size() == godot.Vector2(31, 17)
    assert panel.get_tooltip(godot.Vector2(4, 5)) == "at 4"
    panel.free()
    costs = Costs()
    for number in (1, 2, 3, 4):
        costs.add_point(number, godot.Vector3(number, 0, 0))
    for start, end in ((1, 2), (2, 4), (1, 3), (3, 4)):
        costs.connect_points(start, end)
    assert list(costs.get_id_path(1, 4)) == [1, 3, 4]
    text = godot.TextEdit(text="line")
    node.add_child(text)
    text.syntax_highlighter = Highlighter()
    assert text.syntax_highlighter.get_line_syntax_highlighting(0) == {0: {"color": godot.Color("red")}}
    text.queue_free()
    loader = PyLoader()
    godot.ResourceLoader.add_resource_format_loader(loader)
    with open(godot.ProjectSettings.globalize_path("res://thing.pyres"), "w", encoding="utf-8"):
        pass
    assert "pyres" in godot.ResourceLoader.get_recognized_extensions_for_type("Resource")
    loaded = godot.ResourceLoader.load("res://thing.pyres")
    assert loaded.resource_name == "loaded res://thing.pyres" and loaded.get_reference_count() == 1
    godot.ResourceLoader.remove_resource_format_loader(loader)
    yield


def check_events(node: Any) -> Any:
    """Virtual methods that take RefCounted objects."""
    seen: list[Any] = []

    listener = KeyListener()
    listener.seen = seen
    node.add_child(listener)
    event = godot.InputEventKey(keycode=godot.KEY_A, pressed=True)
    godot.Input.parse_input_event(event)
    yield
    yield
    assert seen == [godot.KEY_A]
    listener.free()


@godot.expose
class KeyListener(godot.Node):
    def _input(self, event: godot.InputEvent) -> None:
        if isinstance(event, godot.InputEventKey):
            self.seen.append(event.keycode)
