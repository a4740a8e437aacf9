"""Variables and containers kept after a mission: the stores of campaign and pilot, and their files (J10, J25)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from sexp_runtime.files import locked, replace_together, write_whole
from sexp_runtime.mission.source import read_regular
from sexp_runtime.packing import MissingMsgpackError, msgpack
from sexp_runtime.world.containers import LIST, MAP, Container
from sexp_runtime.world.variables import NOT_SAVED, NUMBER, SAVE_ON_CLOSE, SAVE_ON_PROGRESS, STRING

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: First bytes of every store file, and the version of what follows.
MAGIC: Final = b"SEXPSTORE\n"
VERSION: Final = 1
#: Largest file that is read, in bytes: a full table of variables and many containers are far smaller.
MAX_FILE_BYTES: Final = 16 * 1024 * 1024


class StoreError(Exception):
    """A store could not be written or read; the text names the file and the reason."""


@dataclass(frozen=True, slots=True)
class StoredVariable:
    """A variable in a store: its text, type and flags."""

    name: str
    text: str
    type: str = NUMBER
    eternal: bool = False
    persistence: str = SAVE_ON_PROGRESS


@dataclass(frozen=True, slots=True)
class StoredContainer:
    """A container in a store; `data` is its items, or keys and values in turn."""

    name: str
    kind: str
    data_type: str
    key_type: str
    data: tuple[str, ...]
    eternal: bool = False
    persistence: str = SAVE_ON_PROGRESS


@dataclass(slots=True)
class Store:
    """What a campaign or a pilot remembers, by lower-case name: names compare without case here (J10)."""

    variables: dict[str, StoredVariable] = field(default_factory=dict)
    containers: dict[str, StoredContainer] = field(default_factory=dict)

    def pack(self) -> bytes:
        """Return the store in the file format; StoreError without msgpack."""
        body = {
            "version": VERSION,
            "variables": [[v.name, v.text, v.type, v.eternal, v.persistence] for v in self.variables.values()],
            "containers": [
                [c.name, c.kind, c.data_type, c.key_type, list(c.data), c.eternal, c.persistence]
                for c in self.containers.values()
            ],
        }
        try:
            packed = msgpack.packb(body, use_bin_type=True, unicode_errors="surrogatepass")
        except MissingMsgpackError as error:
            raise StoreError(str(error.strerror)) from error
        assert isinstance(packed, bytes)
        return MAGIC + packed

    @classmethod
    def unpack(cls, data: bytes) -> Store:
        """Return the store in a file's bytes; StoreError when they are damaged or of an unknown version."""
        if not data.startswith(MAGIC):
            raise StoreError("it is not a store of variables")
        try:
            body = msgpack.unpackb(data[len(MAGIC) :], raw=False, unicode_errors="surrogatepass")
        except MissingMsgpackError as error:
            raise StoreError(str(error.strerror)) from error
        except Exception as error:  # msgpack raises several unrelated types on damaged bytes
            raise StoreError(f"the contents cannot be decoded ({error})") from error
        if not isinstance(body, dict) or not isinstance(body.get("version"), int):
            raise StoreError("it does not hold a store")
        if body["version"] > VERSION:
            raise StoreError(f"it has format version {body['version']}; this runtime reads version {VERSION}")
        store = cls()
        for row in _rows(body, "variables", (str, str, str, bool, str)):
            store.variables[row[0].lower()] = StoredVariable(*row)
        for row in _rows(body, "containers", (str, str, str, str, list, bool, str)):
            if row[1] not in (LIST, MAP) or not all(isinstance(text, str) for text in row[4]):
                raise StoreError(f"container {row[0]!r} has unusable contents")
            if row[1] == MAP and len(row[4]) % 2:
                raise StoreError(f"map {row[0]!r} has a key without a value")
            store.containers[row[0].lower()] = StoredContainer(
                row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6]
            )
        return store


def _rows(body: dict[Any, Any], name: str, types: tuple[type, ...]) -> list[list[Any]]:
    rows = body.get(name)
    if not isinstance(rows, list):
        raise StoreError(f"the list of {name} is missing")
    for row in rows:
        if not isinstance(row, list) or len(row) != len(types):
            raise StoreError(f"an entry among the {name} has the wrong length")
        if not all(isinstance(value, kind) for value, kind in zip(row, types, strict=True)):
            raise StoreError(f"an entry among the {name} has values of the wrong type")
    return rows


def write_store(path: Path, store: Store) -> None:
    """Write a store atomically: the file is always either the old or the new one.

    StoreError when it cannot be written (no space, no permission ...); the old file then stays unchanged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, store.pack())
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"cannot save variables to {path}: {reason}; the previous file is unchanged") from error


@dataclass(frozen=True, slots=True)
class StoreLoad:
    """A store read from a file.

    `problem` describes what was wrong, "" if nothing; `kept_as` is the new path of a damaged file.
    """

    store: Store
    problem: str = ""
    kept_as: Path | None = None


def read_store(path: Path) -> StoreLoad:
    """Read a store; a missing file is an empty store.

    A damaged file, or one of a newer version, is renamed and never overwritten; the store is then empty and `problem`
    says why. A file that cannot be read at all is a StoreError, because overwriting it could lose its data.
    """
    try:
        data = read_regular(path, MAX_FILE_BYTES)
    except FileNotFoundError:
        return StoreLoad(Store())
    except OSError as error:
        raise StoreError(f"cannot read variables from {path}: {error.strerror or error}") from error
    try:
        if len(data) > MAX_FILE_BYTES:
            raise StoreError(f"it is larger than {MAX_FILE_BYTES} bytes")
        return StoreLoad(Store.unpack(data))
    except StoreError as error:
        target = set_aside(path, str(error))
        return StoreLoad(Store(), f"{path} is damaged: {error}; it was kept as {target.name}", target)


def set_aside(path: Path, reason: str) -> Path:
    """Rename a damaged file, so that the next save does not overwrite it; return its new path. Raises StoreError."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        target = path.with_name(f"{path.name}.damaged-{stamp}" + (f"-{number}" if number else ""))
        if target.exists():
            continue
        try:
            os.rename(path, target)
        except OSError as error:
            raise StoreError(f"{path} is damaged ({reason}) and cannot be set aside: {error.strerror}") from error
        return target
    raise StoreError(f"{path} is damaged ({reason}) and no free name was found to keep it")


# Between a world and its stores


def save_variables(world: World, campaign: Store, pilot: Store, *, accepted: bool) -> None:
    """Collect a world's persistent variables and containers at mission end (J10, J25).

    Those saved on mission close are always taken, those saved on progress only when the player `accepted` the
    result. Eternal ones go to the pilot, others to the campaign. As in the original, only the first N slots of the
    table count, N being the number of variables set (R35).
    """
    kinds = (SAVE_ON_CLOSE, SAVE_ON_PROGRESS) if accepted else (SAVE_ON_CLOSE,)
    table = world.variables
    for index, name in enumerate(table.names[: len(table)]):
        if name and table.persistence[index] in kinds:
            store = pilot if table.eternal[index] else campaign
            store.variables[name.lower()] = StoredVariable(
                name, table.texts[index], table.types[index], table.eternal[index], table.persistence[index]
            )
    for container in world.containers.by_name.values():
        if container.persistence in kinds:
            store = pilot if container.eternal else campaign
            store.containers[container.key] = stored_container(container)


def stored_container(container: Container) -> StoredContainer:
    """Return the stored form of a container."""
    data = container.items if container.kind == LIST else [text for pair in container.pairs.items() for text in pair]
    return StoredContainer(
        container.name,
        container.kind,
        container.data_type,
        container.key_type,
        tuple(data),
        container.eternal,
        container.persistence,
    )


def load_variables(world: World, campaign: Store, pilot: Store) -> None:
    """Set a world's persistent variables and containers to their stored values at mission load (J10, J25).

    Eternal variables take the values of the pilot's store, others those of the campaign's (R36). As in the original,
    only the first N slots count, N being the number of variables set.
    """
    table = world.variables
    for index in range(len(table)):
        name = table.names[index]
        if not name or table.persistence[index] == NOT_SAVED:
            continue
        found = None if table.eternal[index] else campaign.variables.get(name.lower())
        if found is None:
            found = pilot.variables.get(name.lower())
            if found is not None and not (table.eternal[index] and found.eternal and found.persistence != NOT_SAVED):
                found = None
        if found is not None:
            table.types[index] = found.type if found.type in (NUMBER, STRING) else table.types[index]
            table.eternal[index] = found.eternal
            table.persistence[index] = found.persistence
            table.set_text(index, found.text)
    for container in world.containers.by_name.values():
        if container.persistence == NOT_SAVED:
            continue
        stored = (pilot if container.eternal else campaign).containers.get(container.key)
        if stored is None or (stored.kind, stored.key_type, stored.data_type) != (
            container.kind,
            container.key_type,
            container.data_type,
        ):
            continue
        if container.kind == LIST:
            world.containers.replace(container.name, items=list(stored.data))
        else:
            world.containers.replace(container.name, pairs=dict(zip(stored.data[::2], stored.data[1::2], strict=True)))


class Stores(Protocol):
    """Where a mission's persistent variables and containers come from and go to."""

    campaign: Store
    pilot: Store

    def load_into(self, world: World) -> None:
        """Set the world's persistent variables and containers to their stored values."""

    def save_from(self, world: World, *, accepted: bool) -> None:
        """Save the world's persistent values; raises StoreError if that fails."""


@dataclass(slots=True)
class RecordedStores:
    """The stores of a replayed run: they hold the values of the recording and save nothing."""

    campaign: Store
    pilot: Store

    def load_into(self, world: World) -> None:
        """Set the world's persistent variables and containers to their stored values."""
        load_variables(world, self.campaign, self.pilot)

    def save_from(self, world: World, *, accepted: bool) -> None:
        """Save nothing."""


class PersistentStores:
    """The files of one campaign and one pilot in a folder of the game's choice.

    Reading reports damaged files in `problems`; `load_into` and `save_from` do nothing outside a campaign (J10). Both
    files are saved as one, also against other processes: of two that save at once, the later one wins as a whole.
    """

    def __init__(self, folder: Path | str, campaign: str, pilot: str = "pilot") -> None:
        self.folder = Path(folder)
        self.campaign_path = self.folder / f"{safe_name(campaign)}.campaign.msgpack"
        self.pilot_path = self.folder / f"{safe_name(pilot)}.pilot.msgpack"
        #: Returns further files by name, which `save_from` writes together with the two; None for none.
        self.further: Callable[[], Mapping[str, bytes]] | None = None
        with self._recovered():
            loads = [read_store(self.campaign_path), read_store(self.pilot_path)]
        self.campaign, self.pilot = (load.store for load in loads)
        self.problems: list[str] = [load.problem for load in loads if load.problem]

    @contextlib.contextmanager
    def _recovered(self) -> Iterator[None]:
        """Lock the folder, after completing what a killed process left unfinished there, if the folder is writable."""
        with contextlib.ExitStack() as stack:
            if self.folder.is_dir() and os.access(self.folder, os.W_OK) and any(self.folder.iterdir()):
                try:
                    stack.enter_context(locked(self.folder))
                except OSError as error:
                    raise StoreError(f"cannot read variables from {self.folder}: {error.strerror or error}") from error
            yield

    def load_into(self, world: World) -> None:
        """Set the world's persistent variables and containers to their stored values."""
        if world.campaign is not None:
            load_variables(world, self.campaign, self.pilot)

    def save_from(self, world: World, *, accepted: bool) -> None:
        """Collect the mission's persistent values and write both files, or neither; StoreError as in `write_store`."""
        if world.campaign is None:
            return
        save_variables(world, self.campaign, self.pilot, accepted=accepted)
        files = {self.campaign_path.name: self.campaign.pack(), self.pilot_path.name: self.pilot.pack()}
        if self.further is not None:
            files.update(self.further())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                replace_together(self.folder, files)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(f"cannot save to {self.folder}: {reason}; the previous files are unchanged") from error


def safe_name(name: str) -> str:
    """Return a valid file name: letters, digits, dash and underscore stay, others become their hexadecimal code."""
    shown = "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else f"={ord(char):x}=" for char in name
    )
    return shown or "="
