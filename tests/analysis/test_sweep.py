"""The command `sweep`: shares and first times over seeds, comparison, shards, and the same runs wherever played."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.sweep import COST, Sweep, compare, make_task, merge, play_one, result_of, summary
from sexp_runtime.analysis.sweep_backends import ClusterError, play_here, play_on_dask
from sexp_runtime.analysis.sweep_page import sweep_page
from sexp_runtime.cli import main
from support.small_missions import mission as text_of

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"mission": "a.fs2", "digest": "0", "version": "1", "seconds": 9, "fps": 60, "dialect": "auto"}
LUCK = [
    ("( when ( = ( rand-multiple 1 4 ) 1 ) ( do-nothing ) )", "Luck"),
    ("( when ( has-time-elapsed 2 ) ( do-nothing ) )", "Two"),
    ("( when ( has-time-elapsed 9 ) ( do-nothing ) )", "Nine"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "luck.fs2"
    path.write_text(text_of(LUCK), encoding="utf-8")
    return path


def run_of(seed: int, first: float | None, *, failed: bool = False, cost: float = 5) -> dict[str, Any]:
    return {
        "seed": seed, "ended": seed == 2, "seconds": 9.0, "evaluations": 1, "events": [first, None],
        "goals": [[None, failed]], COST: [1.0, cost, 9.0],
    }  # fmt: skip


def sweep_of(*runs: dict[str, Any]) -> Sweep:
    return Sweep(SETTINGS, ["E", "F"], ["G"], list(runs))


def test_rows_count_runs_and_order_times() -> None:
    firsts = ((1, 4.0), (2, None), (3, 1.0), (4, 2.0))
    found = summary(sweep_of(*(run_of(seed, first, failed=seed == 1, cost=seed) for seed, first in firsts)))
    assert found["events"][0] == {
        "name": "E", "share": 0.75, "min": 1.0, "median": 2.0, "max": 4.0, "min_seed": 3, "max_seed": 1,
    }  # fmt: skip
    assert found["never"] == ["F", "G"]
    assert (found["ended_share"], found["goals"][0]["failed_share"]) == (0.25, 0.25)
    assert found["worst"] == {"slowest": 4, "most failed goals": 1, "fewest events": 2}
    assert found["frame_us"]["p99"] == [1, 2.5, 4]


def test_the_odd_run_is_the_one_unlike_the_others() -> None:
    runs = [run_of(seed, None if seed == 7 else 1.0) for seed in range(1, 21)]
    assert summary(sweep_of(*runs))["odd"] == [{"seed": 7, "bits": 4.32, "reasons": ["E did not come true"]}]
    assert summary(sweep_of(*runs[:6]))["odd"] == []


def test_versions_are_compared_by_name_over_the_seeds_of_both() -> None:
    old = sweep_of(run_of(1, 2.0), run_of(2, 3.0), run_of(3, None))
    new = Sweep(SETTINGS, ["E", "New"], ["G"], [run_of(2, None), run_of(3, None), run_of(9, 1.0)])
    assert compare(old, new) == [
        {"kind": "event", "name": "E", "old": 0.5, "new": 0.0, "old_median": 3.0, "new_median": None, "differ": 1,
         "seeds": [2]},
        {"kind": "event", "name": "F", "old": 0.0, "new": None, "old_median": None, "new_median": None, "differ": 0,
         "seeds": []},
        {"kind": "event", "name": "New", "old": None, "new": 0.0, "old_median": None, "new_median": None, "differ": 0,
         "seeds": []},
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no seed in common"):
        compare(old, sweep_of(run_of(8, 1.0)))


def test_shards_join_to_the_whole_and_contradictions_are_refused() -> None:
    whole = sweep_of(*(run_of(seed, 1.0) for seed in range(1, 6)))
    parts = [sweep_of(*whole.runs[1::2]), sweep_of(*whole.runs[::2]), sweep_of(run_of(1, 1.0, cost=99))]
    assert merge(parts) == [whole]
    with pytest.raises(ValueError, match=r"a\.fs2: seed 1 has two different results"):
        merge([whole, sweep_of(run_of(1, 2.0))])


def test_the_command_gives_the_same_from_processes_and_shards(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    always = ["sweep", str(path), "--seeds", "1:6", "--seconds", "3", "--json"]
    found = {}
    for name, more in {"one": [], "two": ["--jobs", "2"], "a": ["--shard", "1/2"], "b": ["--shard", "2/2"]}.items():
        assert main([*always, str(tmp_path / f"{name}.json"), *more]) == 0
    joined = [str(tmp_path / f"{name}.json") for name in ("a", "b")]
    assert main(["sweep", "merge", *joined, "--json", str(tmp_path / "joined.json")]) == 0
    for name in ("one", "two", "joined"):
        (found[name],) = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    runs = {name: [result_of(run) for run in sweep["runs"]] for name, sweep in found.items()}
    assert runs["one"] == runs["two"] == runs["joined"] and len(runs["one"]) == 6
    result = found["joined"]["summary"]
    assert [row["share"] for row in result["events"]] == [1, 1, 0] and result["never"] == ["Nine"]
    assert result["events"][1]["min"] == result["events"][1]["max"] == pytest.approx(2, abs=0.05)
    out = capsys.readouterr().out
    assert "never true: Nine" in out and "again: sexp run luck.fs2 --seed" in out


def test_a_run_played_again_is_the_same(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = make_task(path, seconds=3)
    first, again = play_one(task, 5), play_one(task, 5)
    assert result_of(first) == result_of(again)
    command = Sweep.of(task, [first]).replay_command(5).split()
    assert command[:3] == ["sexp", "run", "luck.fs2"]
    assert main(["run", str(path), *command[3:], "--all"]) == 0
    assert re.search(r"\bTwo\b", capsys.readouterr().out)


@pytest.mark.parametrize("name", ["two words.fs2", "it's $(date) & `x`; *.fs2", '"-x.fs2'])
def test_the_command_that_plays_a_run_again_is_quoted_for_a_shell(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text_of(LUCK), encoding="utf-8")
    task = make_task(path, seconds=1)
    command = Sweep.of(task, [play_one(task, 5)]).replay_command(5)
    assert shlex.split(command) == ["sexp", "run", name, "--seed", "5", "--seconds", "1"]


def test_a_change_of_the_mission_is_compared(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new.fs2"
    new.write_text(text_of([*LUCK[:2], ("( when ( has-time-elapsed 1 ) ( do-nothing ) )", "Nine")]), encoding="utf-8")
    page, runs = tmp_path / "page.html", tmp_path / "old.json"
    code = main(["sweep", str(new), "--seeds", "1:3", "--seconds", "3", "--against", str(path), "--html", str(page)])
    assert code == 0
    out = capsys.readouterr().out
    assert "new.fs2, compared with luck.fs2: 1 events and goals differ" in out
    assert re.search(r"event Nine: 0\.0% -> 100\.0%; median never -> 1\.\d+ s; 3 runs differ, seeds 1, 2, 3", out)
    assert "compared with luck.fs2" in page.read_text(encoding="utf-8")
    assert main(["sweep", str(path), "--seeds", "1:3", "--seconds", "3", "--json", str(runs)]) == 0
    assert main(["sweep", str(path), "--seeds", "1:3", "--seconds", "3", "--against", str(runs)]) == 0
    assert "no difference in any run" in capsys.readouterr().out


def test_the_page_is_one_file_with_its_library_and_licence(path: Path) -> None:
    task = make_task(path, seconds=3)
    page = sweep_page([Sweep.of(task, list(play_here(task, [1, 2])))])
    assert "The MIT License" in page and "uPlot=function" in page
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)
    plots = json.loads(re.findall(r"const PLOTS = (.*);\n", page)[0])
    assert [plot["id"] for plot in plots] == ["plot0", "plot1", "plot2"]
    two = plots[0]["data"][1 + [one["name"] for one in plots[0]["series"]].index("Two")]
    assert two[0] == 0 and two[-1] == 100
    assert all(len(line) == len(plot["data"][0]) for plot in plots for line in plot["data"])


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["none.fs2"], "none.fs2: No such file"),
        (["merge"], "name files that"),
        (["merge", "none.json"], "No such file"),
        (["merge", str(ROOT / "pyproject.toml")], "is not JSON"),
        (["{mission}", "--shard", "3/3", "--seeds", "1:2"], "shard 3/3 has no seeds"),
        (["{mission}", "--seeds", "1", "--seconds", "1", "--against", "none.fs2"], "none.fs2: No such file"),
    ],
)
def test_what_cannot_be_used_is_reported(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["sweep", *(one.format(mission=path) for one in arguments)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--seeds", "5:1"], ["--shard", "3/2"], ["--shard", "0/2"]])
def test_wrong_ranges_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sweep", "x.fs2", *arguments])


# -- Dask ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def process(*arguments: str, log: Path, package: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of Dask in a process of its own, with this package or without."""
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            stdout=out, stderr=subprocess.STDOUT, cwd=log.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT / "python") if package else ""},
        ) as running,
    ):  # fmt: skip
        try:
            yield running
        finally:
            running.kill()


@contextlib.contextmanager
def scheduler(folder: Path, *, package: bool = True) -> Iterator[str]:
    """Run a scheduler; yields its address."""
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with process("dask_scheduler", *options, log=folder / "scheduler.log", package=package):
        address = ""
        for _ in range(300):
            with contextlib.suppress(OSError, ValueError):
                address = str(json.loads(file.read_text(encoding="utf-8"))["address"])
                break
            time.sleep(0.1)
        assert address, (folder / "scheduler.log").read_text(errors="replace")
        yield address


@contextlib.contextmanager
def worker(address: str, folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with one thread and no process that would start it again."""
    options = (
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
        "--name",
        name,
        "--local-directory",
        str(folder / name),
    )
    with process("dask_worker", address, *options, log=folder / f"{name}.log") as running:
        yield running


@pytest.mark.slow
def test_dask_gives_what_this_process_gives_also_when_a_worker_is_lost(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    task, seeds = make_task(path, seconds=60), range(1, 41)
    with (
        scheduler(tmp_path) as address,
        worker(address, tmp_path, "first") as lost,
        worker(address, tmp_path, "second"),
    ):
        runs = []
        for run in play_on_dask(task, seeds, address):
            runs.append(run)
            if len(runs) == 5:
                lost.kill()
                lost.wait()
    assert sorted(run["seed"] for run in runs) == list(seeds)
    here = Sweep.of(task, list(play_here(task, seeds)))
    there = Sweep.of(task, runs)
    assert [result_of(run) for run in there.runs] == [result_of(run) for run in here.runs]


@pytest.mark.slow
def test_a_cluster_that_cannot_be_used_is_reported(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("sexp_runtime.analysis.sweep_backends.PATIENCE", 3)
    assert main(["sweep", str(path), "--seeds", "1:2", "--dask", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    with scheduler(tmp_path) as address, pytest.raises(ClusterError, match="has no workers"):
        list(play_on_dask(make_task(path), [1], address))


@pytest.mark.slow
def test_a_scheduler_without_the_package_is_reported(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with (
        scheduler(tmp_path, package=False) as address,
        worker(address, tmp_path, "only"),
        pytest.raises(ClusterError, match="lacks this package"),
    ):
        list(play_on_dask(make_task(path), [1], address))


def test_control_characters_of_names_are_no_part_of_the_page() -> None:
    name = "Red\x1b[31m\x9b"
    row = {"name": name, "kind": "event", "old": 0.5, "new": None, "old_median": 1.0, "new_median": None, "differ": 1}
    sweep = Sweep(SETTINGS | {"mission": name}, [name, "F"], [name], [run_of(1, 2.0), run_of(2, None)])
    page = sweep_page([sweep], {name: [row | {"seeds": [1]}]})
    plots = re.findall(r"const PLOTS = (.*);\n", page)[0]
    assert "Red\ufffd[31m\ufffd" in page and "Red\\ufffd[31m\\ufffd" in plots
    assert "\x1b" not in page and "\x9b" not in page and "u001b" not in plots and "u009b" not in plots
