"""The targets of the fuzzers: each takes any bytes and may raise only its own errors.

`tools/fuzz TARGET` runs one under coverage guidance; `tests/corpus` holds inputs that once failed, and planted ones.
"""

from __future__ import annotations

import contextlib
import re
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgpack

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge.feed import DebugFeed
from sexp_runtime.bridge.live_hints import LiveHints
from sexp_runtime.bridge.recordings import MissionRecordings
from sexp_runtime.bridge.saves import SaveError, restore_state, save_state
from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.mission.validator import RefusedMissionError, validate_mission
from sexp_runtime.monitor.recording import MAGIC, DamagedRecordingError
from sexp_runtime.reloading import ReloadError
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.world.campaign import Campaign
from sexp_runtime.world.persistence import MAGIC as STORE_MAGIC
from sexp_runtime.world.persistence import PersistentStores, Store, StoreError
from support.changed_saves import SavingGame, header_of, with_header
from support.changed_saves import campaign_save as whole_campaign_save
from support.small_missions import mission, ship, wing

CORPUS: Final = Path(__file__).parents[1] / "corpus"
#: Maximum number of frames of a replay or a fuzzed mission, because an endless run is not a finding.
FRAMES: Final = 20
DEMO: Final = Path(__file__).parents[2] / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
MISSION: Final = (
    b"""#Mission Info
$Name: Outside
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number"
	1	"Word"	"go"	"string"
)
#Objects
"""
    + ship("Alpha 1").encode()
    + b"""
#Events
$Formula: ( every-time ( > ( mission-time-msecs ) 20 ) ( modify-variable "@Score[0]" ( + "@Score[0]" 1 ) ) )
+Name: Start
#Goals
#End
"""
)
#: A mission with persistent variables and containers of all kinds, which it uses.
KEEPING: Final = mission(
    [
        ("( every-time ( > @Runs[0] 0 ) ( modify-variable @Runs[0] ( + @Runs[0] 1 ) ) )", "Count"),
        ('( every-time ( string-equals "@Word[go]" "stop" ) ( modify-variable "@Word[go]" "x" ) )', "Word"),
        ("( when-argument ( any-of &&Kept ) ( true ) ( modify-variable @Once[1] ( + @Once[1] 1 ) ) )", "Items"),
        ('( every-time ( true ) ( add-to-list &&Kept ( true ) "&Prices&apple" ) )', "Add"),
        ('( every-time ( > &Prices& ( "pear" ) 3 ) ( add-to-map &&Prices "plum" @Runs[0] ) )', "Map"),
        ("( every-time ( = @Eternal[3] 3 ) ( modify-variable @Eternal[3] ( * @Eternal[3] 2 ) ) )", "Eternal"),
    ],
    variables=[
        '0 "Runs" "1" "number" "save-on-mission-close"',
        '1 "Once" "1" "number" "save-on-mission-progress"',
        '2 "Word" "go" "string" "save-on-mission-close"',
        '3 "Eternal" "3" "number" "save-on-mission-close" "eternal"',
        '4 "Plain" "3" "number"',
    ],
    containers="""$Lists
$Name: Kept
$Data Type: String
$Data: ( "Heron" "calm" )
+Save On Mission Close
$End Lists
$Maps
$Name: Prices
$Key Type: String
$Data Type: Number
$Data: ( "apple" "3" "pear" "4" )
+Save On Mission Progress
+Eternal
$End Maps
""",
)
#: A mission whose file is reloaded, and one that it can be reloaded from.
RELOADED: Final = mission(
    [
        ("( every-time ( true ) ( modify-variable @Runs[0] ( + @Runs[0] 1 ) ) )", "Count"),
        ('( when ( has-arrived-delay 0 "Pack" ) ( modify-variable @Runs[0] 100 ) )', "Came"),
        ('( when ( is-event-true-delay "Came" 0 ) ( modify-variable @Dice[1] ( rand 1 99 ) ) )', "Then"),
    ],
    ships=[ship("Guest", cue="( has-time-elapsed 1 )"), ship("Pack 1", cue="( false )")],
    wings=[wing("Pack", ["Pack 1"], cue="( has-time-elapsed 1 )", waves=2)],
    variables=['0 "Runs" "1" "number"', '1 "Dice" "1" "number"'],
)
CHANGED: Final = (
    RELOADED.replace('( "Pack 1" )', '( "Pack 1" "Pack 2" )')
    .replace("#Wings\n", ship("Pack 2", cue="( false )") + "\n#Wings\n")
    .replace("+Name: Then", "+Name: Later\n+Repeat Count: 3\n+Interval: 1")
    .replace('"1" "number"\n)', '"1" "number"\n2 "New" "5" "number"\n)')
)
#: The parts of a recording's header that identify the campaign and the place in it.
_OF_CAMPAIGN: Final = ("campaign", "notes", "file")
_SYMBOLS = Symbols(OPERATOR_NAMES, variables=["Score", "Word"], containers={"Queue": "list", "Table": "map"})


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def parser(data: bytes) -> None:
    """Parse a formula; a parsed formula must print to a text that parses to the same formula."""
    result = SexpParser(_SYMBOLS).parse(_text(data))
    if result.expression is not None and result.ok:
        printed = print_expression(result.expression)
        again = SexpParser(_SYMBOLS).parse(printed)
        assert again.expression is not None, printed
        assert print_expression(again.expression) == printed


def reader(data: bytes) -> None:
    """Read a mission; every problem must be a diagnostic."""
    parse_mission(_text(data))


def validator(data: bytes) -> None:
    """Read and check a mission, and play it for some frames if it has no errors."""
    found = parse_mission(_text(data))
    if found.is_readable:
        validate_mission(found.mission)
        with contextlib.suppress(RefusedMissionError), contextlib.closing(MissionSession.load(data)) as session:
            for _ in range(FRAMES):
                session.step_us(16_667)


def reload(data: bytes) -> None:
    """Reload a running mission from any file; what is taken over must play alike on the naive and the cached engine."""
    sides = [MissionSession.load(RELOADED, engine=engine, seed=3) for engine in ("naive", "cached")]
    try:
        said = []
        for session in sides:
            session.step(0.1)
            try:
                done = session.reload(data)
                said.append((done.applied, done.left_out))
            except ReloadError as error:
                said.append(([], [str(error)]))
        assert said[0] == said[1], said
        for _ in range(FRAMES):
            for session in sides:
                session.step(0.1)
            assert sides[0].digest() == sides[1].digest(), said
    finally:
        for session in sides:
            session.close()


def _frame(data: bytes) -> bytes:
    """Return these bytes as a recording with right check sums: block by block, the first one the header."""
    parts = [MAGIC]
    for number, content in enumerate(data.split(b"\xc1")):
        packed = zlib.compress(content)
        parts.append(struct.pack("<cII", b"F" if number else b"H", len(packed), zlib.crc32(packed)) + packed)
    return b"".join(parts)


@contextlib.contextmanager
def _file(data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sexp-fuzz-") as folder:
        path = Path(folder) / "input"
        path.write_bytes(data)
        yield path


def recording(data: bytes) -> None:
    """Replay a recording as it is, and with corrected check sums, which reaches the content of the blocks."""
    whole = data if data.startswith(MAGIC) else _frame(data)
    with _file(whole) as path, contextlib.suppress(DamagedRecordingError, RefusedMissionError, ValueError):
        replay = Replay(path)
        with contextlib.closing(replay.session):
            for _, _ in zip(range(FRAMES), replay.run(), strict=False):
                pass


def store(data: bytes) -> None:
    """Play a mission with a store as it is, and with corrected first bytes; its saves must be readable."""
    whole = data if data.startswith(STORE_MAGIC) else STORE_MAGIC + data
    try:
        found = Store.unpack(whole)
    except StoreError:
        return
    assert Store.unpack(found.pack()).pack() == found.pack()
    with _file(b"") as path:
        names = PersistentStores(path.parent, "c", "p")
        names.campaign_path.write_bytes(whole)
        names.pilot_path.write_bytes(whole)
        stores = PersistentStores(path.parent, "c", "p")
        assert not stores.problems
        with MissionSession.load(KEEPING, campaign=Campaign("c"), stores=stores) as session:
            for _ in range(4):
                session.step_us(16_667)
            session.finish(accepted=len(data) % 2 == 0)
        assert not PersistentStores(path.parent, "c", "p").problems


def save(data: bytes) -> None:
    """Restore a saved state as it is, and as a recording with a correct head and check sum."""
    whole = data
    if data.startswith(MAGIC):
        sample = _save()
        begin = sample.index(MAGIC)
        whole = sample[: begin - 4] + struct.pack("<I", zlib.crc32(data)) + data
    with _file(b"") as path, contextlib.suppress(SaveError):
        restore_state(whole, path).close()


def campaign_save(data: bytes) -> None:
    """Restore a campaign's save with these parts of its header: it is restored, or nothing changes."""
    try:
        parts = msgpack.unpackb(data, strict_map_key=False, unicode_errors="surrogatepass")
        if not isinstance(parts, dict):
            return
    except (msgpack.UnpackException, ValueError, TypeError, RecursionError):
        return
    saved = _campaign_save()
    try:
        whole = with_header(saved, header_of(saved) | {name: parts.get(name) for name in _OF_CAMPAIGN})
    except (ValueError, TypeError, OverflowError):  # what msgpack reads and cannot write
        return
    with tempfile.TemporaryDirectory(prefix="sexp-fuzz-") as folder:
        game = SavingGame(Path(folder))
        host = game.host
        try:
            before, session, told = host.campaign.state(), host.session, len(game.lines)
            if game.restore(whole):
                game.step(2)
                host.campaign.finish(accepted=len(data) % 2 == 0)
                host.campaign.state()
                told = len(game.lines)
                game.open()
                assert len(game.lines) == told, game.lines[-1]  # what was kept can be read
            else:
                assert (host.campaign.state(), host.session) == (before, session)
                assert len(game.lines) == told + 1, game.lines[told:]
                assert len(game.lines[-1]) < 1000, game.lines[-1][:1000]
        finally:
            host.close()


@cache
def _campaign_save() -> bytes:
    return whole_campaign_save()


def debugger(data: bytes) -> None:
    """Send the debugger's messages, unpacked from the bytes, to the feed; the game must play on."""
    unpacker = msgpack.Unpacker(max_buffer_size=1 << 20, strict_map_key=False, unicode_errors="replace")
    unpacker.feed(data)
    recordings = MissionRecordings()
    hints = LiveHints(recordings)
    feed = DebugFeed(lambda name, sent: None, hints, recordings, lambda: 0.0)
    with contextlib.closing(MissionSession.load(MISSION)) as session:
        for part in (recordings, hints, feed):
            part.mission(session)
        with contextlib.suppress(msgpack.UnpackException, ValueError, TypeError, RecursionError):
            for message in unpacker:
                if isinstance(message, list) and message and isinstance(message[0], str):
                    if message[0].startswith(("save_", "copy_")):
                        continue  # they write to any path: files of this machine are not for fuzzing
                    feed.receive(message[0], message[1:])
                    session.step_us(16_667)
                    feed.after_frame()


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "parser": parser,
    "reader": reader,
    "validator": validator,
    "recording": recording,
    "store": store,
    "save": save,
    "campaign_save": campaign_save,
    "debugger": debugger,
    "reload": reload,
}


def _recorded() -> bytes:
    with _file(b"") as path:
        with contextlib.closing(MissionSession.load(MISSION, record_to=path)) as session:
            for _ in range(5):
                session.step_us(16_667)
            session.set_variable("Score", 5)
        return path.read_bytes()


def _stores() -> Iterator[bytes]:
    """Yield the stores of campaign and pilot after a mission that saves values of every kind."""
    with _file(b"") as path:
        stores = PersistentStores(path.parent, "c", "p")
        with MissionSession.load(KEEPING, campaign=Campaign("c"), stores=stores) as session:
            session.step_us(16_667)
            session.finish(accepted=True)
        yield stores.campaign_path.read_bytes()
        yield stores.pilot_path.read_bytes()


def _blocks(whole: bytes) -> bytes:
    """Return the unpacked blocks of a recording, as `recording` packs them again."""
    parts, at = [], len(MAGIC)
    while at + 9 <= len(whole):
        kind, length, _ = struct.unpack_from("<cII", whole, at)
        if kind != b"E":
            parts.append(zlib.decompress(whole[at + 9 : at + 9 + length]))
        at += 9 + length
    return b"\xc1".join(parts)


def _save() -> bytes:
    with _file(b"") as path, contextlib.closing(MissionSession.load(MISSION, record_to=path)) as session:
        session.step_us(16_667)
        assert session.recording is not None
        return save_state(session.recording)


def seeds(target: str) -> list[bytes]:
    """Return valid inputs of a target, from which fuzzing starts."""
    demo = DEMO.read_bytes()
    if target == "parser":
        return [text.strip() for text in re.findall(rb"\$Formula:([^$#+]+)", demo)[:40]]
    if target in ("reader", "validator"):
        return [MISSION, demo]
    if target == "reload":
        return [RELOADED.encode(), CHANGED.encode(), KEEPING.encode()]
    if target == "recording":
        return [_recorded(), _blocks(_recorded())]
    if target == "store":
        return [Store().pack(), *_stores()]
    if target == "save":
        return [_save(), _recorded()]
    if target == "campaign_save":
        header = header_of(_campaign_save())
        return [msgpack.packb({name: header[name] for name in _OF_CAMPAIGN})]
    messages: list[list[Any]] = [
        ["start_session"], ["why", "event", 0], ["why", "goal", 0], ["mode", "full"], ["reset"], ["hints"],
        ["apply_hint", 0], ["record", True], ["reload"], ["stop_session"],
    ]  # fmt: skip
    return [b"".join(msgpack.packb(message) for message in messages)]


def found(target: str) -> list[Path]:
    """Return the inputs in `tests/corpus` of this target."""
    return sorted((CORPUS / target).glob("*.bin"))
