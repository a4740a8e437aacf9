"""A mission's file reloaded while it is played: nothing changes for an unchanged file, all engines agree on others."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge.saves import restore_state, save_state
from sexp_runtime.catalog import CATALOG
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.reloading import ReloadError
from sexp_runtime.rules.trace import compare, snapshot
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect
from support.catalog_missions import EVENTS, catalog_mission
from support.changed_missions import change
from support.fuzzing import in_fast
from support.missions import mission_paths, needs_missions
from support.small_missions import mission, ship, wing

FRAMES = 36
#: Missions of one run of the long mode.
LONG = 5000


class Side:
    """A session of one engine and the actions of its last frame."""

    def __init__(self, source: bytes, engine: str, **settings: Any) -> None:
        self.actions: list[Any] = []
        self.session = MissionSession.load(source, engine=engine, scenario=True, **settings)
        self.listen()

    def listen(self) -> None:
        self.session.on_action.append(lambda name, arguments: self.actions.append((name, repr(arguments))))

    def step(self, us: int) -> Any:
        self.actions.clear()
        session = self.session
        session.step_us(us)
        if isinstance(session.manager, CachedEventManager):
            session.manager.events.table.check_valid()
            session.manager.goals.table.check_valid()
            assert isinstance(session.cues, CachedCueManager)
            session.cues.check_valid()
        return snapshot(session.manager, self.actions, session.cues)


def random_text(seed: int, dialect: Dialect) -> str:
    draw = Random(seed)
    rows = [row for _, row in sorted(CATALOG.dialect_catalog(dialect.value).items())]
    return catalog_mission(draw, dialect, draw.sample(rows, len(EVENTS)))[0]


def agree(sides: list[Side], frame: int, what: str) -> None:
    us = (16_667, 50_000, 400_000)[frame % 3]
    first, *others = [side.step(us) for side in sides]
    for side, seen in zip(sides[1:], others, strict=True):
        found = compare(first, seen, side.session.manager)
        assert not found, f"{side.session.engine}, frame {frame}: {found[:3]}\n{what}"


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_an_unchanged_file_changes_nothing_at_any_frame(dialect: Dialect) -> None:
    for seed in range(in_fast(10)):
        text, draw = random_text(seed, dialect), Random(seed)
        name = dialect.name.lower()
        sides = [Side(text.encode(), engine, seed=seed, dialect=name) for engine in ("naive", "cached", "naive")]
        sides += [Side(text.encode(), "cached", seed=seed, dialect=name, verify_every=5)]
        for frame in range(FRAMES):
            for side in sides[1:]:
                if draw.randrange(6) == 0 or frame == 0:
                    done = side.session.reload(text.replace("\n", "\r\n"))
                    assert (done.applied, done.left_out) == ([], [])
            agree(sides, frame, text)
        for side in sides:
            assert side.session.counters()["stale_results"] == 0
            side.session.close()


def check_changes(seed: int, dialect: Dialect, folder: Path) -> int:
    """Play a random mission on three engines and change its file four times; return how many changes were applied.

    In the middle the cached engine's side is saved and restored. Its recording is then replayed.
    """
    text, draw, file = random_text(seed, dialect), Random(seed), folder / f"{seed}.rec"
    applied, name = 0, dialect.name.lower()
    sides = [Side(text.encode(), engine, seed=seed, dialect=name) for engine in ("naive", "compiled")]
    sides.append(Side(text.encode(), "cached", seed=seed, dialect=name, record_to=file, verify_every=seed % 3))
    for frame in range(FRAMES):
        if frame in (0, 9, 14, 25):
            changed = change(text, draw, frame)
            said = []
            for side in sides:
                try:
                    done = side.session.reload(changed)
                    said.append((done.applied, done.left_out))
                except ReloadError as error:
                    said.append(([], [str(error)]))
            assert all(one == said[0] for one in said), f"seed {seed}: {said}"
            if said[0][0]:
                text, applied = changed, applied + 1
        if frame == 20:
            recording = sides[2].session.recording
            assert recording is not None
            state = save_state(recording)
            sides[2].session.close()
            sides[2].session = restore_state(state, file.with_suffix(".again"))
            sides[2].listen()
        agree(sides, frame, f"seed {seed}\n{text}")
    digest = sides[2].session.digest()
    for side in sides:
        side.session.close()
    for engine in ("naive", "cached"):
        replay = Replay(file.with_suffix(".again"), engine=engine)
        assert list(replay.run())[-1] == FRAMES
        assert (replay.damage, replay.mismatches, replay.session.digest()) == ("", [], digest), f"seed {seed}"
        replay.session.close()
    for left in (file, file.with_suffix(".again")):
        left.unlink()
    return applied


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_all_engines_agree_after_changes_and_recordings_hold_them(dialect: Dialect, tmp_path: Path) -> None:
    assert sum(check_changes(seed, dialect, tmp_path) for seed in range(in_fast(12))) > in_fast(12)


@pytest.mark.timeout(0)
@pytest.mark.skipif(os.environ.get("SEXP_FUZZ") != "long", reason="set SEXP_FUZZ=long for 5,000 missions")
def test_new_missions_are_changed_each_time(tmp_path: Path) -> None:
    first = int(os.environ.get("SEXP_SEED") or time.time_ns() % 1_000_000_000)
    print(f"SEXP_SEED={first}", flush=True)
    for number in range(LONG):
        check_changes(first + number, list(Dialect)[number % 2], tmp_path)
        if number % 500 == 499:
            print(f"{number + 1:,} missions", flush=True)


@needs_missions
@pytest.mark.missions
@pytest.mark.parametrize("path", mission_paths()[5::60], ids=lambda path: path.stem)
def test_real_missions_go_on_after_a_reload(path: Path) -> None:
    content = path.read_bytes()
    sides = [Side(content, engine, seed=7) for engine in ("naive", "cached", "naive")]
    for frame in range(60):
        if frame in (0, 7, 33):
            for side in sides[1:]:
                done = side.session.reload(content)
                assert (done.applied, done.left_out) == ([], [])
        agree(sides, frame, path.name)
    for side in sides:
        side.session.close()


COUNTING = ('( every-time ( true ) ( modify-variable "@count[0]" ( + @count[0] 1 ) ) )', "Counts")
LATE = ('( when ( has-time-elapsed 3 ) ( modify-variable "@late[0]" 1 ) )', "Late")
VARIABLES = ('0 "count" "0" "number"', '1 "late" "0" "number"')


def playing(text: str, seconds: float = 2.0) -> MissionSession:
    session = MissionSession.load(text, seed=1)
    for _ in session.play(round(seconds * 10), 10):
        pass
    return session


def test_new_events_goals_ships_wings_and_variables_join_the_mission() -> None:
    session = playing(mission([COUNTING], variables=VARIABLES))
    extra = ('( when ( is-destroyed-delay 0 "Guest" ) ( modify-variable "@more[5]" 9 ) )', "Extra")
    text = mission(
        [extra, COUNTING],
        ships=[ship("Guest", cue="( has-time-elapsed 3 )"), ship("Pack 1"), ship("Pack 2")],
        wings=[wing("Pack", ["Pack 1", "Pack 2"], cue="( has-time-elapsed 4 )", waves=2)],
        variables=('0 "more" "5" "number"', *(row.replace("0 ", "3 ", 1) for row in VARIABLES)),
    )
    done = session.reload(text)
    assert not done.left_out
    said = "; ".join(done.applied)
    for part in ('new event "Extra"', 'new ship "Guest"', 'new wing "Pack"', "new variable more"):
        assert part in said
    assert (session.get_variable("count"), session.get_variable("more")) == (20, 5)
    for _ in session.play(30, 10):
        pass
    assert session.get_variable("count") == 50
    guest = session.world.ship("Guest")
    assert guest is not None and guest.status.value == "present"
    assert session.world.wings["pack"].arrived == 2
    session.world.destroy(guest)
    session.step(0.1)
    assert session.get_variable("more") == 9
    assert session.evaluate("( + @more[5] @count[0] )") == 9 + 51
    session.close()


def test_a_wing_that_is_yet_to_arrive_takes_new_members_and_loses_removed_ones() -> None:
    names = [f"Pack {number}" for number in range(1, 5)]
    pack = [ship(name, cue="( false )") for name in names]
    late = wing("Pack", names[:2], cue="( has-time-elapsed 4 )", waves=2)
    session = playing(mission([COUNTING], ships=pack[:2], wings=[late], variables=VARIABLES))
    more = wing("Pack", names[1:], cue="( has-time-elapsed 4 )", waves=2)
    done = session.reload(mission([COUNTING], ships=pack[1:], wings=[more], variables=VARIABLES))
    assert done.applied == [
        'new ship "Pack 3"', 'new ship "Pack 4"', 'removed ship "Pack 1": it no longer arrives',
        'wing "Pack": new members Pack 3, Pack 4', 'wing "Pack": 1 fewer members',
    ]  # fmt: skip
    assert not done.left_out
    for _ in session.play(30, 10):
        pass
    found = session.world.wings["pack"]
    assert (found.arrived, found.current, found.wave, found.size) == (3, 3, 1, 3)
    for member in session.world.wing_members(found):
        session.world.destroy(member)
        session.world.finish_death(member)
    for _ in session.play(30, 10):
        pass
    assert (found.arrived, found.destroyed, found.wave) == (6, 3, 2)
    session.close()


def test_a_wing_that_has_arrived_says_that_new_members_wait() -> None:
    names = ["Pack 1", "Pack 2", "Pack 9"]
    pack = [ship(name, cue="( false )") for name in names]
    session = playing(mission([COUNTING], ships=pack[:2], wings=[wing("Pack", names[:2])], variables=VARIABLES))
    assert session.world.wings["pack"].arrived == 2
    done = session.reload(mission([COUNTING], ships=pack, wings=[wing("Pack", names)], variables=VARIABLES))
    assert not done.applied and done.left_out == [
        'new ship "Pack 9": its wing "Pack" is no longer waiting to arrive',
        'wing "Pack": its members, because it has arrived',
    ]
    session.step(0.1)
    assert session.world.ship("Pack 9") is None and session.world.wings["pack"].arrived == 2
    session.close()


def test_a_removed_event_ends_and_others_keep_their_state() -> None:
    session = playing(
        mission([("( when ( has-time-elapsed 1 ) ( do-nothing ) )", "First"), COUNTING, LATE], variables=VARIABLES)
    )
    first = session.world.event("First")
    assert first is not None and first.done
    done = session.reload(
        mission([LATE, ("( when ( has-time-elapsed 1 ) ( do-nothing ) )", "First")], variables=VARIABLES)
    )
    assert done.applied == ["removed event Counts"]
    assert [event.name for event in session.world.events] == ["Late", "First"]
    assert session.world.event("First") is first and first.index == 1
    for _ in session.play(15, 10):
        pass
    assert (session.get_variable("count"), session.get_variable("late")) == (20, 1)
    session.close()


def test_cues_that_changed_decide_from_now_on() -> None:
    before = [ship("Guest", cue="( has-time-elapsed 60 )"), ship("Never", cue="( false )")]
    session = playing(mission([COUNTING], ships=before, variables=VARIABLES))
    after = [ship("Guest", cue="( has-time-elapsed 3 )"), ship("Never", cue="( > @count[0] 25 )")]
    done = session.reload(mission([COUNTING], ships=after, variables=VARIABLES))
    assert done.applied == ['ship "Guest": arrival', 'ship "Never": arrival'] and not done.left_out
    for _ in session.play(15, 10):
        pass
    assert [session.world.ships[name].status.value for name in ("guest", "never")] == ["present", "present"]
    session.close()


def test_what_must_wait_is_reported() -> None:
    session = playing(mission([COUNTING, LATE], ships=[ship("Guest")], variables=VARIABLES), 4.0)
    text = mission(
        [COUNTING, (LATE[0].replace("3", "2"), "Late")],
        ships=[ship("Guest", place="9, 9, 9")],
        variables=(VARIABLES[0].replace('"0"', '"7"'), VARIABLES[1]),
    )
    done = session.reload(text)
    assert done.left_out == [
        "variable count keeps its value; the initial value counts at the next start",
        'ship "Guest": location',
        'event "Late" is over: its new formula counts once the event is reset',
    ]
    assert session.get_variable("count") == 40
    session.close()


def test_errors_of_the_running_mission_do_not_stand_in_the_way_new_ones_do() -> None:
    wrong = '( when ( is-destroyed-delay 0 "Nobody" ) ( do-nothing ) )'
    text = mission([(wrong, "Wrong"), COUNTING], variables=VARIABLES)
    session = playing(text)
    digest = session.digest()
    with pytest.raises(ReloadError, match=r'(?s)^(?!.*"Nobody").*"Nor He"'):
        session.reload(text.replace("( true ) ( mod", '( is-destroyed-delay 0 "Nor He" ) ( mod'))
    assert session.digest() == digest and session.reloads == 0
    session.reload(text.replace("( + @count[0] 1 )", "( + @count[0] 2 )"))
    session.step(0.1)
    assert session.get_variable("count") == 22
    session.close()


def test_many_reloads_leave_nothing_behind() -> None:
    near = ('( when ( < ( distance "Heron" "Guest" ) 50 ) ( do-nothing ) )', "Near")
    form = (
        '( when-argument ( any-of "Heron" "Guest" ) ( > ( hits-left "<argument>" ) 200 ) ( do-nothing ) )',
        "Form",
    )
    text = mission([COUNTING, LATE, near, form], ships=[ship("Guest", place="500, 0, 0")], variables=VARIABLES)
    session = playing(text)
    board = session.world.facts
    sizes = []
    for _ in range(12):
        session.reload(text)
        session.step(0.1)
        gc.collect()
        formulas = sum(isinstance(one, CompiledFormula) for one in gc.get_objects())
        sizes.append((len(board.readers), sum(map(len, board.readers.values())), formulas))
    assert len(set(sizes[5:])) == 1, sizes
    session.close()
