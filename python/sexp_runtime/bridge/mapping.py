"""Mappings of nodes to objects of the mission: the signal or property of the node for each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sexp_runtime.bridge.gate import RefusedError, meant, number, text, truth

#: Facts whose changes a node reports, and the field of Ship that each sets.
FIELDS: Final[dict[str, str]] = {
    "hull": "hull",
    "max_hull": "max_hull",
    "shields": "shields",
    "max_shields": "max_shields",
    "team": "team",
    "class": "class_name",
    "cargo": "cargo",
    "cargo_known": "cargo_known",
    "top_speed": "speed_bound",
    "ai_class": "ai_class",
    "armor": "armor",
}
_TEXTS: Final = frozenset(("team", "class", "cargo", "ai_class", "armor"))
_FLAGS: Final = frozenset(("cargo_known",))
#: Facts that may be read once, when tracking begins, without a signal that reports changes.
_CONSTANTS: Final = frozenset(("max_hull", "max_shields", "top_speed", "class"))
#: What can happen to an object; a mapping names the signal that reports it.
LIFE: Final = ("arrived", "destroyed", "departed", "vanished")
MOTION: Final = ("position", "velocity", "orientation")
#: What freeing a node can mean.
LEAVING: Final = ("destroyed", "departed", "vanished")
_SOURCE_KEYS: Final = frozenset(("signal", "property", "argument"))


class Node(Protocol):
    """The part of Godot's Object that the bridge uses."""

    def has_signal(self, name: str) -> bool: ...
    def get(self, name: str) -> Any: ...
    def get_property_list(self) -> list[dict[str, Any]]: ...
    def get_signal_list(self) -> list[dict[str, Any]]: ...


class MappingError(ValueError):
    """A mapping that names a missing signal or property of the node, or that has an invalid format."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one fact's value comes from: a signal's argument, a property read when a signal comes, or a constant.

    `argument` is the position of the value among the signal's arguments, or None when the property is read instead.
    """

    fact: str
    signal: str | None = None
    property: str | None = None
    argument: int | None = None
    constant: Any = None


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """A checked mapping: sources of facts, signals of arriving and leaving, motion properties, what freeing means."""

    sources: tuple[Source, ...]
    life: dict[str, str]
    motion: dict[str, str]
    freed_means: str
    is_component: bool = False  #: has SexpObject's signals from the mission


class _Members:
    """A node's signals and properties, queried singly: its full lists are long and needed only for uncommon names."""

    __slots__ = ("_arguments", "_node", "_properties")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._arguments: dict[str, int] | None = None
        self._properties: set[str] | None = None

    def has_signal(self, name: str) -> bool:
        return self._node.has_signal(name)

    def arguments(self, signal: str) -> int:
        """The number of arguments of an existing signal."""
        if self._arguments is None:
            self._arguments = {str(entry["name"]): len(entry["args"]) for entry in self._node.get_signal_list()}
        return self._arguments.get(signal, 0)

    def has_value(self, name: str) -> bool:
        """Return whether there is a property of that name with a value; fast."""
        return self._node.get(name) is not None

    def has_property(self, name: str) -> bool:
        """Return whether there is a property of that name, including script variables."""
        if self.has_value(name):
            return True
        if self._properties is None:
            self._properties = {str(entry["name"]) for entry in self._node.get_property_list()}
        return name in self._properties

    def known_signal(self, name: str, fact: str) -> str:
        if not self.has_signal(name):
            raise MappingError(f"{fact}: the node has no signal {name!r}")
        return name

    def known_property(self, name: str, fact: str) -> str:
        if not self.has_property(name):
            raise MappingError(f"{fact}: the node has no property {name!r}")
        return name


def position_property(node: Node) -> str | None:
    """Return the property with a node's position, None if it has none."""
    return "global_position" if node.get("global_position") is not None else None


def check_mapping(node: Node, given: Mapping[str, Any], freed_means: str) -> ObjectMapping:
    """Return the mapping of a node: the given one, or one by the names of its signals and properties.

    `freed_means` is used if the mapping does not define what freeing the node means. Raises MappingError.
    """
    members = _Members(node)
    wanted = dict(given) if given else _by_convention(members)
    sources: list[Source] = []
    life: dict[str, str] = {}
    motion: dict[str, str] = {}
    for key, value in wanted.items():
        fact = str(key)
        if fact == "freed_means":
            if value not in LEAVING:
                raise MappingError(f"freed_means must be one of {', '.join(LEAVING)}, not {value!r}")
            freed_means = str(value)
        elif fact in LIFE:
            life[fact] = members.known_signal(str(value), fact)
        elif fact in MOTION:
            motion[fact] = members.known_property(str(value), fact)
        else:
            sources.append(_source(fact, value, members))
    for fact, names in (("position", ("global_position",)), ("velocity", ("velocity", "linear_velocity"))):
        found = next((name for name in names if members.has_value(name)), None)
        if fact not in wanted and found is not None:
            motion[fact] = found
    component = (
        members.has_signal("action_requested") and members.has_signal("left") and members.has_value("object_name")
    )
    return ObjectMapping(tuple(sources), life, motion, freed_means, component)


def _by_convention(members: _Members) -> dict[str, Any]:
    """Return the mapping of a node that has the signals and properties of SexpObject, or some of them."""
    found: dict[str, Any] = {}
    for fact in FIELDS:
        signal = fact + "_changed"
        if members.has_signal(signal):
            found[fact] = {"signal": signal, "property": fact} if members.has_value(fact) else {"signal": signal}
        elif fact in _CONSTANTS and members.has_value(fact):
            found[fact] = fact
    found.update({what: what for what in LIFE if members.has_signal(what)})
    return found


def _source(fact: str, value: Any, members: _Members) -> Source:
    if fact not in FIELDS and not fact.startswith(("@", "flag:", "subsystem:")):
        names = (*FIELDS, *LIFE, *MOTION, "freed_means")
        known = ", ".join((*names, "@VARIABLE", "flag:NAME", "subsystem:NAME"))
        raise MappingError(f"there is no fact {fact!r}{meant(fact, names)}; known are {known}")
    if isinstance(value, Mapping):
        return _described_source(fact, {str(key): part for key, part in value.items()}, members)
    if isinstance(value, str) and members.has_signal(value):
        plain = _property_of(fact, value, members)
        count = members.arguments(value)
        if count == 0 and plain is None:
            raise MappingError(f"{fact}: the signal {value!r} carries no value, so a property has to be named with it")
        return Source(fact, value, plain, 0 if count else None)
    if isinstance(value, str) and members.has_property(value):
        if fact not in _CONSTANTS:
            raise MappingError(f"{fact}: no signal reports when the property {value!r} changes; name a signal with it")
        return Source(fact, None, value)
    if isinstance(value, int | float) or (isinstance(value, str) and fact in _TEXTS):
        return Source(fact, constant=value)
    raise MappingError(f"{fact}: the node has no signal or property {value!r}")


def _property_of(fact: str, signal: str, members: _Members) -> str | None:
    """Return the property whose changes a signal reports: named like the fact, or the signal without `_changed`."""
    return next((name for name in (fact, signal.removesuffix("_changed")) if members.has_property(name)), None)


def _described_source(fact: str, entry: dict[str, Any], members: _Members) -> Source:
    if entry.keys() - _SOURCE_KEYS or "signal" not in entry:
        raise MappingError(f"{fact}: expected signal, property and argument, not {sorted(entry)}")
    signal = members.known_signal(str(entry["signal"]), fact)
    prop = members.known_property(str(entry["property"]), fact) if "property" in entry else None
    argument = None if prop is not None and "argument" not in entry else int(entry.get("argument", 0))
    if argument is not None and not 0 <= argument < members.arguments(signal):
        count = members.arguments(signal)
        raise MappingError(f"{fact}: the signal {signal!r} has {count} arguments, not one of number {argument}")
    return Source(fact, signal, prop, argument)


def field_value(fact: str, value: Any) -> Any:
    """Return a value converted for the field of the fact: text, boolean, or finite number; raises RefusedError.

    Points below 0 count as 0. A negative top speed means that it is not known.
    """
    if fact in _TEXTS:
        return text(value)
    if fact in _FLAGS:
        return truth(value)
    found = number(value)
    if fact == "top_speed":
        return found if found >= 0.0 else None
    if fact == "max_hull" and found <= 0.0:
        raise RefusedError("expected a number above 0")
    return max(found, 0.0)
