"""Saves of a campaign's missions that are damaged or made up: refused with a sentence, and nothing has changed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge.campaigns import CampaignBook
from sexp_runtime.world.persistence import MAX_FILE_BYTES, Store, StoredVariable
from support.changed_saves import SavingGame, campaign_save, header_of, with_header

Header = dict[str, Any]
SAVED = campaign_save()
HEADER = header_of(SAVED)


@pytest.fixture
def game(tmp_path: Path) -> Iterator[SavingGame]:
    game = SavingGame(tmp_path)
    yield game
    game.host.close()


def changed(change: Callable[[Header], object]) -> bytes:
    header = copy.deepcopy(HEADER)
    change(header)
    return with_header(SAVED, header)


def assert_refused(game: SavingGame, data: bytes) -> str:
    """Assert that a save is refused with one sentence and that neither mission nor campaign has changed."""
    host, session = game.host, game.host.session
    assert session is not None
    before = session.digest(), host.campaign.state(), host.campaign.book, _files(game)
    told = len(game.lines)
    assert not game.restore(data)
    assert len(game.lines) == told + 1
    line = game.lines[-1]
    assert "restore_state: " in line
    assert len(line) < 500 and "Traceback" not in line
    assert host.session is session
    assert (session.digest(), host.campaign.state(), host.campaign.book, _files(game)) == before
    return line


def _files(game: SavingGame) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in game.folder.iterdir()}


def test_an_unchanged_header_is_restored(game: SavingGame) -> None:
    assert game.restore(changed(lambda header: None)), game.lines


def record(**parts: Any) -> dict[str, Any]:
    return {"goals": {}, "events": {}, "skipped": False} | parts


def _campaign(**parts: Any) -> Callable[[Header], object]:
    return lambda header: header["campaign"].update(parts)


def _notes(**parts: Any) -> Callable[[Header], object]:
    return lambda header: header["notes"].update(parts)


def _place(**parts: Any) -> Callable[[Header], object]:
    return lambda header: header["notes"]["progress"].update(parts)


MADE_UP: dict[str, tuple[Callable[[Header], object], str]] = {
    "another campaign": (_campaign(name="Other"), "call open_campaign first"),
    "a campaign whose name leads elsewhere": (_campaign(name="../../Lane"), "call open_campaign first"),
    "a very long name": (_campaign(name="L" * 1_000_000), "call open_campaign first"),
    "a name that is a number": (_campaign(name=7), "campaign are invalid"),
    "another pilot": (_notes(pilot="../Eve"), "call open_campaign first"),
    "a pilot that is a list": (_notes(pilot=["x"] * 9_999), "call open_campaign first"),
    "another mission": (_notes(file="leg1.fs2"), "is not the current one"),
    "a mission of no campaign": (_notes(file="../../etc/passwd"), "is not the current one"),
    "a very long mission": (_notes(file="m" * 1_000_000), "is not the current one"),
    "notes that are none": (lambda header: header.update(notes=3), "cannot be restored"),
    "no stores": (_campaign(stores=None), "differs from the saved one"),
    "one store": (_campaign(stores=[Store().pack()]), "campaign are invalid"),
    "stores that are text": (_campaign(stores=["a", "b"]), "campaign are invalid"),
    "stores that are lists": (_campaign(stores=[[], []]), "campaign are invalid: its variables are not stores"),
    "a store too large to be kept": (
        _campaign(
            stores=[
                Store({"a": StoredVariable("a", "x" * MAX_FILE_BYTES)}).pack(),
                Store().pack(),
            ]
        ),
        "campaign are invalid",
    ),
    "records without names": (_campaign(missions={b"leg1": record()}), "campaign are invalid"),
    "goals without names": (
        _campaign(missions={"leg1": record(goals={b"\xff": "failed"})}),
        "campaign are invalid",
    ),
    "events that are numbers": (
        _campaign(missions={"leg1": record(events={7: "failed"})}),
        "campaign are invalid",
    ),
    "a status that is a list": (
        _campaign(missions={"leg1": record(events={"a": []})}),
        "campaign are invalid",
    ),
    "records too large to be kept": (
        _campaign(missions={"leg1": record(events={"e" * 9_000_000: "failed"})}),
        "records of missions are too large",
    ),
    "very many missions": (
        _campaign(missions={f"m{number}": record() for number in range(10_001)}),
        "campaign are invalid",
    ),
    "a campaign that is a number": (lambda header: header.update(campaign=7), "campaign are invalid"),
    "a place that is text": (_notes(progress="x"), "it is damaged"),
    "an empty place": (_notes(progress={}), "it is damaged"),
    "the end of the campaign": (_place(current=None), "is not the current one"),
    "another place": (_place(current=0), "is not the current one"),
    "no such place": (_place(current=99), "no mission"),
    "a place before the first": (_place(current=-1), "no mission"),
    "a place of another type": (_place(current="x" * 1_000_000), "it is damaged"),
    "completed without missions": (_place(completed=[None, 0]), "it is damaged"),
    "completed that is a number": (_place(completed=3), "it is damaged"),
    "failures below zero": (_place(failures=-1), "failures"),
    "failures that are a truth": (_place(failures=True), "failures"),
}


@pytest.mark.parametrize("name", MADE_UP)
def test_a_forged_campaign_is_refused(name: str, game: SavingGame) -> None:
    change, reason = MADE_UP[name]
    assert reason in assert_refused(game, changed(change))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_save_that_breaks_off_is_refused(share: float, game: SavingGame) -> None:
    assert_refused(game, SAVED[: int(len(SAVED) * share)])


def test_a_save_with_a_changed_byte_is_refused(game: SavingGame) -> None:
    draw = random.Random(4)
    for _ in range(60):
        data = bytearray(SAVED)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        assert_refused(game, bytes(data))


def test_a_campaign_whose_files_cannot_be_read_leaves_the_mission(game: SavingGame, tmp_path: Path) -> None:
    """Without an open campaign the saved mission's book is read from its folder."""
    saved = changed(_notes(progress=None))
    game.host.campaign.close_campaign()
    session = game.host.session
    for path in tmp_path.glob("*.missions.json"):
        path.unlink()
        path.mkdir()
    assert not game.restore(saved)
    assert "restore_state: " in game.lines[-1] and "records of missions" in game.lines[-1]
    assert game.host.session is session


def test_a_place_on_disk_with_a_completed_mission_that_is_none_is_not_used(tmp_path: Path) -> None:
    book = CampaignBook(tmp_path, "Lane", "Ada")
    book.progress = {"current": 1, "previous": 0, "completed": [None, 0], "failures": 0, "reentry": None}
    book.write()
    game = SavingGame(tmp_path)
    assert any("the saved place in the campaign is not used: it is damaged" in line for line in game.lines)
    game.host.close()
