"""Nodes that behave like Godot's as far as tracking uses them, for tests without the engine."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from sexp_runtime.bridge.host import RuntimeHost
from sexp_runtime.bridge.readings import as_lists


class Vector2:
    """A point in the plane."""

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y


class Vector3(Vector2):
    """A point in space."""

    def __init__(self, x: float, y: float, z: float) -> None:
        super().__init__(x, y)
        self.z = z


class FakeNode:
    """A node with the given properties and signals (name -> number of arguments)."""

    count = 0

    def __init__(self, properties: dict[str, Any], signals: dict[str, int], parent: FakeNode | None = None) -> None:
        FakeNode.count += 1
        self.identity = FakeNode.count
        self.properties = dict(properties)
        self.signals = {**signals, "tree_exited": 0, "tree_entered": 0}
        self.connected: dict[str, list[Callable[..., None]]] = {}
        self.parent = parent
        self.scene: FakeNode | None = None
        self.freed = False
        self.queued = False
        self.reads: list[str] = []
        self.told: list[tuple[Any, ...]] = []

    def has_signal(self, name: str) -> bool:
        return name in self.signals

    def get(self, name: str) -> Any:
        if self.freed:
            raise RuntimeError("the node was freed")
        self.reads.append(name)
        return self.properties.get(name)

    def get_property_list(self) -> list[dict[str, Any]]:
        return [{"name": name} for name in self.properties]

    def get_signal_list(self) -> list[dict[str, Any]]:
        return [{"name": name, "args": [{}] * count} for name, count in self.signals.items()]

    def emit(self, signal: str, *arguments: Any) -> None:
        for function in list(self.connected.get(signal, [])):
            function(*arguments)

    def set(self, name: str, value: Any) -> None:
        """Set a property and emit its signal, as SexpObject does."""
        self.properties[name] = value
        self.emit(name + "_changed", value)

    def queue_free(self) -> None:
        self.queued = True
        self.emit("tree_exited")
        self.freed = True

    def free_with_parent(self) -> None:
        """What a child sees when the node above it is freed."""
        self.emit("tree_exited")
        self.freed = True


class FakeReader:
    """Reads vectors of fake nodes one by one."""

    def __init__(self, rows: list[tuple[FakeNode, str]]) -> None:
        self.rows = rows
        self.kinds = bytearray(len(rows))
        self.numbers = array("d", bytes(24 * len(rows)))

    def read(self) -> None:
        for index, (node, name) in enumerate(self.rows):
            if node.freed:
                self.kinds[index] = 0
                continue
            value = node.get(name)
            if isinstance(value, Vector3):
                self.kinds[index], parts = 3, (value.x, value.y, value.z)
            elif isinstance(value, Vector2):
                self.kinds[index], parts = 2, (value.x, value.y, 0.0)
            else:
                self.kinds[index], parts = 1, (0.0, 0.0, 0.0)
            self.numbers[3 * index : 3 * index + 3] = array("d", parts)


class FakeAccess:
    """Reaches fake nodes."""

    def __init__(self) -> None:
        self.nodes: dict[int, FakeNode] = {}

    def identity(self, node: FakeNode) -> int:
        self.nodes[node.identity] = node
        return node.identity

    def alive(self, identity: int) -> bool:
        return not self.nodes[identity].freed

    def ends(self, node: FakeNode) -> bool:
        return node.queued

    def connect(self, node: FakeNode, signal: str, function: Callable[..., None]) -> None:
        assert signal in node.signals
        node.connected.setdefault(signal, []).append(function)

    def disconnect(self, node: FakeNode, signal: str, function: Callable[..., None]) -> None:
        node.connected[signal].remove(function)

    def emit(self, node: FakeNode, signal: str, *arguments: Any) -> None:
        node.told.append((signal, *as_lists(arguments)))

    def vectors(self, rows: list[tuple[FakeNode, str]]) -> FakeReader:
        return FakeReader(rows)

    def parent(self, node: FakeNode) -> FakeNode | None:
        return node.parent

    def path(self, node: FakeNode) -> str:
        return f"/root/{node.identity}"

    def scene(self, node: FakeNode) -> int:
        return 0 if node.scene is None else self.identity(node.scene)


def sexp_object(**properties: Any) -> FakeNode:
    """A node with the properties and signals of SexpObject."""
    values = {
        "hull": 100.0,
        "max_hull": 100.0,
        "shields": 0.0,
        "max_shields": 0.0,
        "team": "Friendly",
        "top_speed": -1.0,
        "object_name": "",
    }
    signals = {
        "hull_changed": 1, "shields_changed": 1, "team_changed": 1, "destroyed": 1, "departed": 0,
        "action_requested": 2, "left": 1,
    }  # fmt: skip
    return FakeNode({**values, **properties}, signals)


def new_host(lines: list[str], emitted: list[tuple[Any, ...]] | None = None) -> RuntimeHost:
    """Return the runtime of a game without nodes; what it reports goes into `lines`, its signals into `emitted`."""
    sink = emitted if emitted is not None else []
    return RuntimeHost(
        FakeAccess(), lambda *signal: sink.append(signal), lambda level, text: lines.append(f"{level}: {text}")
    )
