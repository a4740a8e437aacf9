"""The law over the whole catalog: naive and cached engine agree on missions in which every operator occurs."""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sexp_runtime.bridge.saves import restore_state, save_state
from sexp_runtime.catalog import CATALOG
from sexp_runtime.catalog.rows import CatalogRow
from sexp_runtime.commands.diff import compare_engines
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.trace import Snapshot, compare, snapshot
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.campaign import Campaign
from sexp_runtime.world.persistence import PersistentStores
from support.catalog_missions import EVENTS, catalog_mission, groups
from support.fuzzing import in_fast

FRAMES = 40
#: Missions of one run of the long mode, over both dialects.
LONG = 20_000


def check(seed: int, dialect: Dialect, rows: list[CatalogRow]) -> set[str]:
    """Play a mission with these operators on both engines; return all operators that are in it."""
    text, used = catalog_mission(Random(seed), dialect, rows)
    try:
        result = compare_engines(
            text.encode(),  # type: ignore[arg-type]
            frames=FRAMES,
            fps=10,
            seed=seed,
            dialect=dialect.name.lower(),
            evict=seed % 2 == 0,
            uneven=seed % 3 == 0,
        )
    except Exception as error:
        raise AssertionError(f"seed {seed}, {dialect.value}\n{text}") from error
    assert not result.mismatches, f"seed {seed}, {dialect.value}: {result.differences[:3]}\n{text}"
    return used


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_every_operator_of_the_catalog(dialect: Dialect) -> None:
    everything = groups(dialect, Random(1))
    used: set[str] = set()
    for number, rows in enumerate(everything[: in_fast(len(everything))]):
        used |= check(number, dialect, rows)
    if in_fast(len(everything)) == len(everything):
        assert used >= set(CATALOG.dialect_catalog(dialect.value))


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_the_generated_missions_are_whole(dialect: Dialect) -> None:
    """Mistakes of the generator would hide operators: every event, wing, variable and container is read."""
    for number, rows in enumerate(groups(dialect, Random(2))):
        load = parse_mission(catalog_mission(Random(number), dialect, rows)[0], dialect=dialect)
        assert load.is_readable, load.diagnostics
        assert len(load.mission.events) >= len(EVENTS)
        assert (len(load.mission.wings), len(load.mission.variables)) == (2, 4)


def disturb(session: MissionSession, text: str, folder: Path, number: int) -> MissionSession:
    """Save and restore the session, or reload the same formulas; return the session that goes on."""
    if number % 2:
        assert session.recording is not None
        state = save_state(session.recording)
        session.close()
        return restore_state(state, folder / f"after {number}.rec", monitor=Mode.FULL)
    done = session.reload(text)
    assert (done.applied, done.left_out) == ([], [])
    return session


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_saves_reloads_and_full_profiling_change_nothing(dialect: Dialect, tmp_path: Path) -> None:
    everything = groups(dialect, Random(3))[::4]
    for seed, rows in enumerate(everything[: in_fast(len(everything))]):
        text, _ = catalog_mission(Random(seed), dialect, rows)
        name = dialect.name.lower()
        naive = MissionSession.load(text.encode(), engine="naive", seed=seed, scenario=True, dialect=name)
        record = tmp_path / f"{seed}.rec"
        cached = MissionSession.load(
            text.encode(), seed=seed, scenario=True, dialect=name, monitor=Mode.FULL, record_to=record
        )
        try:
            for number in range(FRAMES):
                if number in (13, 22, 31):
                    cached = disturb(cached, text, tmp_path, number)
                for session in (naive, cached):
                    session.step_us(50_000)
                differences = compare(
                    snapshot(naive.manager, [], naive.cues), snapshot(cached.manager, [], cached.cues), naive.manager
                )
                assert not differences, f"seed {seed}, frame {number}: {differences[:3]}\n{text}"
        finally:
            naive.close()
            cached.close()


class Life:
    """A mission of a campaign on one engine: it is played, disturbed and finished, and its stores keep something."""

    def __init__(self, text: str, engine: str, folder: Path, seed: int, dialect: Dialect) -> None:
        self.stores = PersistentStores(folder / engine, "c", "p")
        self.session = MissionSession.load(
            text.encode(), engine=engine, seed=seed, scenario=True, dialect=dialect.name.lower(),
            monitor=Mode.FULL if engine == "cached" else Mode.OFF, campaign=Campaign("c"), stores=self.stores,
        )  # fmt: skip
        self.actions: list[Any] = []
        self.session.on_action.append(lambda *action: self.actions.append(action))

    def replace(self, kind: str, index: int, formula: SexpExpression) -> None:
        """Give an event or a goal another formula, as a hot reload does."""
        manager: Any = self.session.manager
        if isinstance(manager, CachedEventManager):
            manager.replace_formula(kind, index, formula)
        else:
            row = manager.event_formulas if kind == "event" else manager.goal_formulas
            row[index] = interpreted(formula, self.session.context, formula.owner)

    def seen(self) -> Snapshot:
        """Return what the last frame left behind."""
        found = snapshot(self.session.manager, self.actions, self.session.cues)
        self.actions.clear()
        return found


def live(text: str, other: str, folder: Path, seed: int, dialect: Dialect) -> None:
    """Play a mission on both engines, take the formulas of another one in its middle, finish it and play it again."""
    draw = Random(seed)
    told = f"seed {seed}, {dialect.value}\n{text}"
    changed = parse_mission(other, dialect=dialect).mission
    for _ in range(2):  # the second time with what the first has kept
        sides = [Life(text, engine, folder, seed, dialect) for engine in ("naive", "cached")]
        sessions = [side.session for side in sides]
        for number in range(FRAMES):
            step_us = draw.choice((50_000, 50_000, 50_000, 0, 16_667, 333_333, 2_500_000))
            if draw.randrange(4) == 0:
                kind, rows = draw.choice((("event", changed.events), ("goal", changed.goals)))
                index = draw.randrange(len(rows))
                if rows[index].formula is not None and index < len(getattr(sessions[0].mission, f"{kind}s")):
                    formula = print_expression(rows[index].formula)
                    for side in sides:
                        side.replace(kind, index, side.session.parse(formula))
            for session in sessions:
                session.step_us(step_us)
            if draw.randrange(6) == 0:
                sessions[1].monitor.mode = draw.choice(list(Mode))
            differences = compare(*(side.seen() for side in sides), sessions[0].manager)
            assert not differences, f"frame {number}: {differences[:3]}\n{told}"
        records = [session.finish(accepted=seed % 3 > 0) for session in sessions]
        assert records[0] == records[1], told
        assert sides[0].stores.campaign == sides[1].stores.campaign, told
        assert sides[0].stores.pilot == sides[1].stores.pilot, told
        for session in sessions:
            session.close()


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
def test_missions_of_a_campaign_whose_formulas_are_replaced(dialect: Dialect, tmp_path: Path) -> None:
    everything = groups(dialect, Random(4))[::2]
    for number, rows in enumerate(everything[: in_fast(len(everything))]):
        texts = [catalog_mission(Random(seed), dialect, rows)[0] for seed in (number, number + 1000)]
        live(*texts, tmp_path / str(number), number, dialect)


@pytest.mark.timeout(0)
@pytest.mark.skipif(os.environ.get("SEXP_FUZZ") != "long", reason="set SEXP_FUZZ=long for 20,000 missions")
def test_new_missions_each_time(tmp_path: Path) -> None:
    first = int(os.environ.get("SEXP_SEED") or time.time_ns() % 1_000_000_000)
    print(f"SEXP_SEED={first}", flush=True)
    played = 0
    while played < LONG:
        for dialect in Dialect:
            for rows in groups(dialect, Random(first + played)):
                seed = first + played
                check(seed, dialect, rows)
                if played % 4 == 0:
                    texts = [catalog_mission(Random(one), dialect, rows)[0] for one in (seed, -seed)]
                    live(*texts, tmp_path / str(played), seed, dialect)
                played += 1
                if played % 1000 == 0:
                    print(f"{played:,} missions", flush=True)
