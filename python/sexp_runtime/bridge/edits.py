"""Changes by the editor's tab to a mission: checked, made and recorded like those of the game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sexp_runtime.bridge.gate import RefusedError, meant, set_variable, shown, text, whole_number
from sexp_runtime.world.containers import LIST, Container
from sexp_runtime.world.variables import NUMBER

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession


def edit_variable(session: MissionSession, name: str, value: Any) -> str:
    """Set a variable to what a text says; return what was done. Raises RefusedError with the reason."""
    try:
        set_variable(session.world, name, value)
    except RefusedError as reason:
        raise RefusedError(f"@{name} cannot be {shown(value)}: {reason}") from None
    return f"@{name} is {session.get_variable(name)!r} now"


def edit_item(session: MissionSession, name: str, key: Any, value: Any) -> str:
    """Change an item of a list (its position) or the value of a map's key, or add a key; return what was done."""
    container = _container(session, name)
    if container.kind != LIST:
        return _set_pair(session, container, _typed(container.key_type, container, key), value)
    items = list(container.items)
    at = _place(container, key)
    items[at] = _typed(container.data_type, container, value)
    return _replace(session, container, items=items, done=f"item {at} of {container.name} is {items[at]!r} now")


def add_item(session: MissionSession, name: str, key: Any, value: Any) -> str:
    """Append an item to a list, or add a key to a map; return what was done. The key of a list's item is ignored."""
    container = _container(session, name)
    if container.kind != LIST:
        return _set_pair(session, container, _typed(container.key_type, container, key), value)
    new = _typed(container.data_type, container, value)
    return _replace(session, container, items=[*container.items, new], done=f"{new!r} was added to {container.name}")


def remove_item(session: MissionSession, name: str, key: Any) -> str:
    """Remove an item of a list (its position) or a key of a map; return what was done."""
    container = _container(session, name)
    if container.kind == LIST:
        at = _place(container, key)
        items = [item for place, item in enumerate(container.items) if place != at]
        return _replace(session, container, items=items, done=f"item {at} was removed from {container.name}")
    pairs = dict(container.pairs)
    if str(key) not in pairs:
        raise RefusedError(f"{container.name} has no key {shown(key)}{meant(str(key), pairs)}")
    del pairs[str(key)]
    return _replace(session, container, pairs=pairs, done=f"{key} was removed from {container.name}")


def _set_pair(session: MissionSession, container: Container, key: str, value: Any) -> str:
    new = _typed(container.data_type, container, value)
    done = f"{key} of {container.name} is {new!r} now"
    return _replace(session, container, pairs={**container.pairs, key: new}, done=done)


def _container(session: MissionSession, name: str) -> Container:
    found = session.world.containers.get(name)
    if found is None:
        known = (container.name for container in session.world.containers.by_name.values())
        raise RefusedError(f"the mission has no container {name!r}{meant(name, known)}")
    return found


def _place(container: Container, key: Any) -> int:
    at = whole_number(key)
    if not 0 <= at < len(container):
        raise RefusedError(f"{container.name} has no item {at}; it has {len(container)}")
    return at


def _typed(kind: str, container: Container, value: Any) -> str:
    """Return a value as the container holds it; raises RefusedError for one of another type."""
    try:
        return str(whole_number(value)) if kind == NUMBER else text(value)
    except RefusedError as reason:
        raise RefusedError(f"{container.name} cannot hold {shown(value)}: {reason}") from None


def _replace(session: MissionSession, container: Container, *, done: str, **content: Any) -> str:
    if not session.world.containers.replace(container.name, **content):
        raise RefusedError(f"{container.name} is full, or is being read")
    return done
