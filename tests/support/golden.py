"""The golden file: results and work of each real mission on both engines, so that every change of them shows.

`python -m support.golden` (with `python` and `tests` on PYTHONPATH) plays the missions and prints what differs from the
golden file; `--write` writes it. The file holds counts and check sums only, keyed by the mission's path.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.missions import MISSIONS, mission_paths

#: Where the golden file is.
GOLDEN: Final = Path(__file__).resolve().parents[1] / "session" / "golden_missions.tsv"
SECONDS: Final = 60
FRAMES_A_SECOND: Final = 10
SEED: Final = 3
#: One mission in so many is played in a short run.
STRIDE: Final = 12
#: The columns. Results: check sums of the digests of each second and of the actions; requests.
#: Work: evaluations of the naive engine, those of the cached one, flags set by facts, retired slots.
COLUMNS: Final = (
    "mission", "digest", "actions", "requests", "naive evaluations", "evaluations", "invalidations", "permanents"
)  # fmt: skip
#: The first columns: a difference in one of them is a change of meaning, in the others a change of work.
MEANING: Final = COLUMNS[1:4]

Row = tuple[str, ...]


def play(path: Path) -> Row:
    """Play one mission on both engines; return its row. AssertionError where the engines differ."""
    sides = [_play(path, engine) for engine in ("naive", "cached")]
    (naive, counted), (cached, counters) = sides
    if naive != cached:
        raise AssertionError(f"{path.name}: naive {naive}, cached {cached}")
    work = [counted["evaluations"], counters["evaluations"], counters["invalidations"], counters["permanents"]]
    return (name_of(path), *naive, *map(str, work))


def _play(path: Path, engine: str) -> tuple[tuple[str, str, str], dict[str, int]]:
    """Play a mission; return (digest, actions, requests) as text, and all counters."""
    session = MissionSession.load(
        path, engine=engine, seed=SEED, scenario=True, monitor=Mode.OFF, freeze_gc=False
    )  # fmt: skip
    digest = actions = 0

    def note(operator: str, args: tuple[Any, ...]) -> None:
        nonlocal actions
        actions = zlib.crc32(repr((operator, args)).encode("utf-8", "surrogatepass"), actions)

    session.on_action.append(note)
    try:
        for number in session.play(SECONDS * FRAMES_A_SECOND, FRAMES_A_SECOND):
            if number % FRAMES_A_SECOND == 0:
                digest = zlib.crc32(session.digest().to_bytes(4, "big"), digest)
        counters = session.counters()
    finally:
        session.close()
    return (f"{digest:08x}", f"{actions:08x}", str(counters["requests"])), counters


def name_of(path: Path) -> str:
    """Return a mission's key in the golden file: its path below the folder of missions."""
    return path.relative_to(MISSIONS).as_posix()


def read(file: Path = GOLDEN) -> dict[str, Row]:
    """Return the rows of a golden file by mission."""
    lines = file.read_text("utf-8").splitlines()[1:]
    return {line.split("\t", 1)[0]: tuple(line.split("\t")) for line in lines}


def write(rows: Iterable[Row], file: Path = GOLDEN) -> None:
    """Write a golden file, sorted by mission."""
    lines = ["\t".join(row) for row in (COLUMNS, *sorted(rows))]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def differences(row: Row, golden: Row | None) -> list[str]:
    """Return what differs between a row and that of the golden file, in words."""
    if golden is None:
        return [f"{row[0]}: not in the golden file"]
    return [
        f"{row[0]}: {'meaning' if column in MEANING else 'work'}: {column} {was} -> {now}"
        for column, was, now in zip(COLUMNS, golden, row, strict=True)
        if was != now
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare; 0 if nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--file", type=Path, default=GOLDEN, help="the golden file (default: the one of the tests)")
    parser.add_argument("--write", action="store_true", help="write the file instead of comparing with it")
    parser.add_argument("--stride", type=int, default=1, help="play one mission in so many (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    args = parser.parse_args(arguments)
    paths = mission_paths()[:: args.stride]
    with ProcessPoolExecutor(args.jobs) as pool:
        rows = list(pool.map(play, paths, chunksize=2))
    if args.write:
        write(rows, args.file)
        print(f"{len(rows)} missions written")
        return 0
    golden = read(args.file)
    found = [line for row in rows for line in differences(row, golden.get(row[0]))]
    print("\n".join([*found, f"{len(rows)} missions, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
