"""Every write, with every fault: the n-th operation fails, the disk is full, a write is short, the process is killed.

Each attempt runs in a process of its own (a fork). Operations are seen by an audit hook: opening, renaming, removing,
temporary files, folders, permissions. A short write is a real one: the system lets no file grow beyond a limit.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest

from sexp_runtime.bridge import saves
from sexp_runtime.bridge.campaigns import CampaignBook
from sexp_runtime.cli import main
from sexp_runtime.files import JOURNAL, LOCK, TEMPORARY, write_text
from sexp_runtime.monitor.recording import Recording
from sexp_runtime.session import MissionSession
from sexp_runtime.world.persistence import PersistentStores, Store, StoredVariable, StoreError, read_store, write_store
from sexp_runtime.world.variables import SAVE_ON_CLOSE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

MISSION: Final = """#Mission Info
$Name: Faults
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number" "save-on-mission-close"
	1	"Rank"	"0"	"number" "save-on-mission-close" "eternal"
)
#Objects
#Events
$Formula: ( when ( true ) ( modify-variable "@Score[0]" 7 ) ( modify-variable "@Rank[0]" 7 ) )
+Name: Count
#Goals
#End
"""
WATCHED: Final = ("os.rename", "os.remove", "os.chmod", "os.mkdir", "tempfile.mkstemp")
KILLED: Final = 9
#: Exit codes: done, refused with the error that the documentation names, the fault came too late, and anything else.
DONE, REFUSED, OTHER = 0, 1, 3


@dataclass(frozen=True)
class Writer:
    """Something that writes: what makes the state before, what writes, what the state is afterwards.

    `state` returns "old" or "new", and raises AssertionError for anything else.
    """

    prepare: Callable[[Path], None]
    write: Callable[[Path], object]
    state: Callable[[Path], str]


def is_number(value: object) -> str:
    assert value in (None, "1", "7"), value
    return "new" if value == "7" else "old"


# -- stores


def prepare_stores(folder: Path) -> None:
    stores = PersistentStores(folder, "War")
    stores.campaign.variables["score"] = StoredVariable("Score", "1", persistence=SAVE_ON_CLOSE)
    stores.pilot.variables["rank"] = StoredVariable("Rank", "1", eternal=True, persistence=SAVE_ON_CLOSE)
    write_store(stores.campaign_path, stores.campaign)
    write_store(stores.pilot_path, stores.pilot)


def finish_campaign(folder: Path) -> None:
    book = CampaignBook(folder, "War", "pilot")
    with MissionSession.load(MISSION, campaign=book.campaign, stores=book.stores) as session:
        session.step(0.1)
        session.step(0.1)
        book.finish(session, "faults.fs2", accepted=True)


def state_of_campaign(folder: Path) -> str:
    book = CampaignBook(folder, "War", "pilot")
    assert not book.problems
    stores = book.stores
    found = {
        is_number(stores.campaign.variables["score"].text),
        is_number(stores.pilot.variables["rank"].text),
        "new" if book.campaign.missions else "old",
    }
    assert len(found) == 1, found
    assert not list(folder.glob(f"*{TEMPORARY}"))
    assert not (folder / JOURNAL).exists()
    return found.pop()


def one_store(folder: Path, text: str) -> None:
    write_store(folder / "one.store", Store({"a": StoredVariable("a", text)}))


def state_of_store(folder: Path) -> str:
    return is_number(read_store(folder / "one.store").store.variables["a"].text)


# -- missions and reports

WRONG: Final = MISSION.replace("( when (", "( WHEN (")


def state_of_fix(folder: Path) -> str:
    text = (folder / "m.fs2").read_text()
    assert text in (MISSION, WRONG)
    return "new" if text == MISSION else "old"


def state_of_report(folder: Path) -> str:
    text = (folder / "report.json").read_text()
    assert text == "old" or (text.lstrip()[:1] in "[{" and text.rstrip()[-1:] in "]}"), text[-50:]
    return "old" if text == "old" else "new"


# -- recordings and saved states


def record(folder: Path) -> None:
    with MissionSession.load(MISSION, record_to=folder / "run.rec") as session:
        for _ in range(100):
            session.step(0.05)
        assert session.world.clock.us == 5_000_000  # the frames go on
        writer = session.recording
        warnings = session.context.warnings
    if warnings or writer is None or writer.failure:
        raise OSError(f"{warnings}")


def state_of_recording(folder: Path) -> str:
    path = folder / "run.rec"
    if not path.exists() or not path.read_bytes():
        return "old"
    try:
        recording = Recording(path)
    except ValueError:
        return "old"  # not even the header
    frames = len(list(recording.frames()))
    assert frames == 100 or recording.damage
    return "new" if frames == 100 else "old"


def save(folder: Path) -> None:
    with (
        mock.patch("tempfile.tempdir", str(folder)),
        MissionSession.load(MISSION, record_to=saves.scratch_file()) as session,
    ):
        session.step(0.1)
        assert session.recording is not None
        write_text(folder / "save", saves.save_state(session.recording).hex())


def state_of_save(folder: Path) -> str:
    with mock.patch("tempfile.tempdir", str(folder)):
        saves.scratch_file().unlink()
        text = (folder / "save").read_text()
        if text == "old":
            return "old"
        saves.restore_state(bytes.fromhex(text), folder / "again.rec").close()
    return "new"


def nothing(folder: Path) -> None:
    """Prepare nothing."""


WRITERS: Final = {
    "campaign, pilot and records": Writer(prepare_stores, finish_campaign, state_of_campaign),
    "one store": Writer(lambda folder: one_store(folder, "1"), lambda folder: one_store(folder, "7"), state_of_store),
    "check --fix": Writer(
        lambda folder: [None, (folder / "m.fs2").write_text(WRONG)][0],
        lambda folder: main(["check", "--fix", str(folder / "m.fs2")]),
        state_of_fix,
    ),
    "a report": Writer(
        lambda folder: [None, (folder / "report.json").write_text("old"), (folder / "m.fs2").write_text(MISSION)][0],
        lambda folder: main([
            "run", str(folder / "m.fs2"), "--frames", "5", "--json", str(folder / "report.json")
        ]),
        state_of_report,
    ),
    "a recording": Writer(nothing, record, state_of_recording),
    "a saved state": Writer(
        lambda folder: [None, (folder / "save").write_text("old")][0],
        save,
        state_of_save,
    ),
}  # fmt: skip


def attempt(folder: Path, write: Callable[[Path], object], fault: str, at: int) -> tuple[int, bool]:
    """Write in another process with a fault; return its exit code, and whether the fault came."""
    flag = folder.parent / "came"
    flag.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        code = OTHER
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _arm(folder, fault, at, os.open(flag, os.O_CREAT | os.O_RDWR))
            result = write(folder)
            code = REFUSED if isinstance(result, int) and result else DONE
        except (OSError, StoreError, SystemExit):
            code = REFUSED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), flag.stat().st_size > 0


def _arm(folder: Path, fault: str, at: int, flag: int) -> None:
    """Have the `at`-th operation in the folder fail, or files end after 16 times the square of `at` bytes."""
    if fault == "short":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (at * at * 16, resource.RLIM_INFINITY))
        return
    left = at
    where = str(folder)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event == "open":
            path, mode, flags = args
            writes = (
                any(char in mode for char in "wax+")
                if isinstance(mode, str)
                else bool(flags & (os.O_WRONLY | os.O_RDWR))
            )
            if not writes or not str(path).startswith(where):
                return
        elif event not in WATCHED or not str(args[0]).startswith(where):
            return
        left -= 1
        if left == 0:
            os.write(flag, b"x")
            if fault == "kill":
                os._exit(KILLED)
            number = errno.ENOSPC if fault == "full" else errno.EIO
            raise OSError(number, os.strerror(number))

    real_fsync = os.fsync

    def fsync(handle: int) -> None:
        watch("os.rename", (where,))
        real_fsync(handle)

    os.fsync = fsync
    sys.addaudithook(watch)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("fault", ["fail", "full", "short", "kill"])
def test_what_is_written_is_whole_or_not_there(tmp_path: Path, name: str, fault: str) -> None:
    writer = WRITERS[name]
    seen = set()
    for at in range(1, 60):
        folder = tmp_path / f"{at}" / "here"
        folder.mkdir(parents=True)
        writer.prepare(folder)
        code, came = attempt(folder, writer.write, fault, at)
        state = writer.state(folder)
        assert code == KILLED if came and fault == "kill" else code in (DONE, REFUSED), (at, code)
        assert code != DONE or state == "new", (at, state)
        seen.add(code)
        if fault == "short":
            if code == DONE:
                break
        elif not came:
            assert code == DONE
            break
        left = [path.name for path in folder.iterdir() if path.name.endswith(TEMPORARY)]
        assert fault == "kill" or not left, (at, left)
    else:
        pytest.fail("the write never came to an end")
    assert seen - {DONE}, "no fault was injected"


def test_two_processes_that_save_at_once_both_save_whole(tmp_path: Path) -> None:
    prepare_stores(tmp_path)
    children = []
    for number in ("2", "3"):
        child = os.fork()
        if child == 0:
            try:
                for _ in range(30):
                    with MissionSession.load(MISSION.replace(" 7 )", f" {number} )")) as session:
                        session.step(0.1)
                        session.step(0.1)
                        book = CampaignBook(tmp_path, "War", "pilot")
                        session.world.set_campaign(book.campaign)
                        book.stores.save_from(session.world, accepted=True)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    for child in children:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    stores = PersistentStores(tmp_path, "War")
    assert not stores.problems
    assert stores.campaign.variables["score"].text == stores.pilot.variables["rank"].text
    assert stores.campaign.variables["score"].text in ("2", "3")


def test_a_locked_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    import fcntl

    prepare_stores(tmp_path)
    with open(tmp_path / LOCK, "ab") as lock, mock.patch("sexp_runtime.files.WAIT_S", 0.1):
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another process has been saving"):
            PersistentStores(tmp_path, "War")


@pytest.mark.parametrize("journal", [b"", b"00000000\n.a.x\ta\n", b"deadbeef\n../x\ty\n", b"\xff" * 100_000])
def test_a_hostile_journal_moves_nothing(tmp_path: Path, journal: bytes) -> None:
    prepare_stores(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK}
    (tmp_path / JOURNAL).write_bytes(journal)
    stores = PersistentStores(tmp_path, "War")
    assert not stores.problems
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK} == before
