"""What ties a node to an object of the mission: which signal or property of the node tells which fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

#: Facts whose changes a node tells, and the field of Ship that each sets.
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
#: Facts that may be read once, when tracking begins, without a signal that tells of changes.
_CONSTANTS: Final = frozenset(("max_hull", "max_shields", "top_speed", "class"))
#: What can happen to an object; a mapping names the signal that tells it.
LIFE: Final = ("arrived", "destroyed", "departed", "vanished")
MOTION: Final = ("position", "velocity", "orientation")
#: What freeing a node can mean.
LEAVING: Final = ("destroyed", "departed", "vanished")
_SOURCE_KEYS: Final = frozenset(("signal", "property", "argument"))


class Node(Protocol):
    """What the bridge needs of a node; Godot's Object has all of it."""

    def has_signal(self, name: str) -> bool: ...
    def get(self, name: str) -> Any: ...
    def get_property_list(self) -> list[dict[str, Any]]: ...
    def get_signal_list(self) -> list[dict[str, Any]]: ...


class MappingError(ValueError):
    """A mapping that names something the node does not have, or in a way that is not understood."""


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
    """A checked mapping: sources of facts, signals of coming and going, motion properties, what freeing means."""

    sources: tuple[Source, ...]
    life: dict[str, str]
    motion: dict[str, str]
    freed_means: str
    is_component: bool = False  #: has SexpObject's signals, by which the mission speaks to the object


def property_names(node: Node) -> set[str]:
    """Return the names of a node's properties, script variables included."""
    return {str(entry["name"]) for entry in node.get_property_list()}


def signal_arguments(node: Node) -> dict[str, int]:
    """Return the node's signals with how many arguments each has."""
    return {str(entry["name"]): len(entry["args"]) for entry in node.get_signal_list()}


def check_mapping(node: Node, given: Mapping[str, Any], freed_means: str) -> ObjectMapping:
    """Return the mapping of a node: what is given, or what its signals and properties are called when nothing is.

    `freed_means` is used when the mapping does not say what freeing the node means. Raises MappingError.
    """
    signals = signal_arguments(node)
    properties = property_names(node)
    wanted = dict(given) if given else _by_convention(signals, properties)
    sources: list[Source] = []
    life: dict[str, str] = {}
    motion: dict[str, str] = {}
    for key, value in wanted.items():
        fact = str(key)
        if fact == "freed_means":
            if value in LEAVING:
                freed_means = str(value)
        elif fact in LIFE:
            life[fact] = _known(str(value), signals, fact, "signal")
        elif fact in MOTION:
            motion[fact] = _known(str(value), properties, fact, "property")
        else:
            sources.append(_source(fact, value, signals, properties))
    for fact, names in (("position", ("global_position",)), ("velocity", ("velocity", "linear_velocity"))):
        found = next((name for name in names if name in properties), None)
        if fact not in wanted and found is not None:
            motion[fact] = found
    component = signals.get("action_requested") == 2 and signals.get("left") == 1 and "object_name" in properties
    return ObjectMapping(tuple(sources), life, motion, freed_means, component)


def _by_convention(signals: Mapping[str, int], properties: set[str]) -> dict[str, Any]:
    """Return the mapping of a node that has the signals and properties of SexpObject, or some of them."""
    found: dict[str, Any] = {}
    for fact in FIELDS:
        signal = fact + "_changed"
        if signal in signals:
            found[fact] = {"signal": signal, "property": fact} if fact in properties else {"signal": signal}
        elif fact in _CONSTANTS and fact in properties:
            found[fact] = fact
    found.update({what: what for what in LIFE if what in signals})
    return found


def _known(name: str, names: Any, fact: str, kind: str) -> str:
    if name not in names:
        raise MappingError(f"{fact}: the node has no {kind} {name!r}")
    return name


def _source(fact: str, value: Any, signals: Mapping[str, int], properties: set[str]) -> Source:
    if fact not in FIELDS and not fact.startswith(("@", "flag:", "subsystem:")):
        known = ", ".join((*FIELDS, *LIFE, *MOTION, "@VARIABLE", "flag:NAME", "subsystem:NAME", "freed_means"))
        raise MappingError(f"there is no fact {fact!r}; known are {known}")
    if isinstance(value, Mapping):
        entry = {str(key): part for key, part in value.items()}
        unknown = entry.keys() - _SOURCE_KEYS
        if unknown or "signal" not in entry:
            raise MappingError(f"{fact}: expected signal, property and argument, not {sorted(entry)}")
        signal = _known(str(entry["signal"]), signals, fact, "signal")
        prop = _known(str(entry["property"]), properties, fact, "property") if "property" in entry else None
        argument = None if prop is not None and "argument" not in entry else int(entry.get("argument", 0))
        if argument is not None and not 0 <= argument < signals[signal]:
            raise MappingError(
                f"{fact}: the signal {signal!r} has {signals[signal]} arguments, not one of number {argument}"
            )
        return Source(fact, signal, prop, argument)
    if isinstance(value, str) and value in signals:
        plain = fact if fact in properties else None
        if signals[value] == 0 and plain is None:
            raise MappingError(f"{fact}: the signal {value!r} carries no value, so a property has to be named with it")
        return Source(fact, value, plain, 0 if signals[value] else None)
    if isinstance(value, str) and value in properties:
        if fact not in _CONSTANTS:
            raise MappingError(f"{fact}: nothing tells when the property {value!r} changes; name a signal with it")
        return Source(fact, None, value)
    if isinstance(value, int | float) or (isinstance(value, str) and fact in _TEXTS):
        return Source(fact, constant=value)
    raise MappingError(f"{fact}: the node has no signal or property {value!r}")


def field_value(fact: str, value: Any) -> Any:
    """Return a value as the field of the fact wants it: text, truth, or a finite number (0 for what is none)."""
    if fact in _TEXTS:
        return str(value)
    if fact in _FLAGS or fact.startswith("flag:"):
        return bool(value)
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return None if fact == "top_speed" else 0.0
    return (number if number >= 0 else None) if fact == "top_speed" else number
