"""The page of a sweep: tables and plots that zoom, in one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sexp_runtime.analysis.plots import COLOURS, Plots, cell, share_cell, table
from sexp_runtime.analysis.sweep import COST, Sweep, summary
from sexp_runtime.markup import escaped

#: Maximum number of moments of the plot of shares, and of events that it shows at first.
_MOMENTS: Final = 400
_SHOWN: Final = 8


def sweep_page(sweeps: Sequence[Sweep], differences: dict[str, list[dict[str, Any]]] | None = None) -> str:
    """Return the page; `differences` are rows of `compare` by what they compare with."""
    plots = Plots()
    body = "".join(part for sweep in sweeps for part in _sweep(sweep, plots))
    compared = "".join(part for title, rows in (differences or {}).items() for part in _differences(title, rows))
    head = (
        "<h1>Sweep over simulated battles</h1>\n"
        '<p class="note">Drag over a plot to zoom in, double-click to zoom out; a click on a name shows or hides it.'
        "</p>\n"
    )
    return plots.page("Sweep over simulated battles", head + compared + body)


def _sweep(sweep: Sweep, plots: Plots) -> Iterator[str]:
    found, settings = summary(sweep), sweep.settings
    yield f"<h2>{escaped(settings['mission'])}</h2>\n"
    yield (
        f"<p>{found['runs']} runs of {settings['seconds']} s at {settings['fps']} frames a second; the mission ended in"
        f" {found['ended_share']:.0%}.</p>\n"
    )
    yield "<h3>Share of the runs in which it has come true</h3>\n" + _shares_plot(sweep, plots)
    yield "<h3>Cost of a frame by seed, the simulator included</h3>\n" + _costs_plot(sweep, plots)
    yield "<h3>Events that came true, by seed</h3>\n" + _counts_plot(sweep, plots)
    heads = [("name", True), ("", True), ("share", False), ("first", False), ("median", False), ("last", False),
             ("seeds", False)]  # fmt: skip
    rows = [_row(kind, row) for kind in ("event", "goal") for row in found[f"{kind}s"]]
    yield "<h3>Events and goals</h3>\n" + table(heads, rows)
    runs = [_replay(reason, seed, sweep) for reason, seed in found["worst"].items()]
    runs += [_replay("odd: " + ", ".join(odd["reasons"][:4]), odd["seed"], sweep) for odd in found["odd"]]
    yield "<h3>Runs to look at</h3>\n" + table([("why", True), ("seed", False), ("command", True)], runs)


def _row(kind: str, row: dict[str, Any]) -> str:
    failed = f" (failed in {row['failed_share']:.0%})" if row.get("failed_share") else ""
    if row["share"]:
        times = f"<td>{row['min']:.1f} s</td><td>{row['median']:.1f} s</td><td>{row['max']:.1f} s</td>"
        seeds = f"<td>{row['min_seed']}, {row['max_seed']}</td>"
    else:
        times, seeds = "<td></td><td>never</td><td></td>", "<td></td>"
    return cell(row["name"] + failed) + cell(kind) + share_cell(row["share"]) + times + seeds


def _replay(reason: str, seed: int, sweep: Sweep) -> str:
    command = escaped(sweep.replay_command(seed))
    return f'{cell(reason)}<td>{seed}</td><td class="text"><code>{command}</code></td>'


def _differences(title: str, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"<h2>{escaped(title)}</h2>\n"
    if not rows:
        yield "<p>No difference in any run.</p>\n"
        return
    heads = [("name", True), ("", True), ("share before", False), ("share now", False), ("median before", False),
             ("median now", False), ("runs that differ", False), ("seeds", False)]  # fmt: skip
    lines = []
    for row in rows:
        numbers = [_share(row["old"]), _share(row["new"]), _time(row["old_median"]), _time(row["new_median"])]
        numbers += [str(row["differ"]), ", ".join(str(seed) for seed in row["seeds"])]
        lines.append(cell(row["name"]) + cell(row["kind"]) + "".join(f"<td>{number}</td>" for number in numbers))
    yield table(heads, lines)


def _share(value: float | None) -> str:
    return "is not there" if value is None else f"{value:.1%}"


def _time(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def _shares_plot(sweep: Sweep, plots: Plots) -> str:
    """Add the plot of cumulative shares by mission time; goals and the most various events are shown at first."""
    count = len(sweep.runs)
    named = [(f"goal {name}", [run["goals"][at][0] for run in sweep.runs]) for at, name in enumerate(sweep.goals)]
    named += [(name, [run["events"][at] for run in sweep.runs]) for at, name in enumerate(sweep.events)]
    known = [(name, sorted(first for first in firsts if first is not None)) for name, firsts in named]
    known = [(name, times) for name, times in known if times]
    various = sorted(known, key=lambda row: abs(len(row[1]) / count - 0.5) - (row[1][-1] - row[1][0]) * 1e-3)
    shown = {name for name, _ in various[:_SHOWN]}
    step = sweep.settings["seconds"] / _MOMENTS
    moments = [round(number * step, 3) for number in range(_MOMENTS + 1)]
    lines = [[100 * _until(times, moment) / count for moment in moments] for _, times in known]
    order = [name for name, _ in various]  # those shown at first have different colours
    series = [
        {"name": name, "show": name in shown, "colour": COLOURS[order.index(name) % len(COLOURS)]} for name, _ in known
    ]
    return plots.add("mission time (s)", "%", [moments, *lines], series, percent=True, steps=True, height=320)


def _until(times: Sequence[float], moment: float) -> int:
    return sum(time <= moment for time in times)


def _costs_plot(sweep: Sweep, plots: Plots) -> str:
    seeds = [run["seed"] for run in sweep.runs]
    lines = [[run[COST][at] for run in sweep.runs] for at in range(3)]
    names, group = ("median", "p99", "maximum"), f"seeds {len(plots.plots)}"
    return plots.add("seed", "microseconds", [seeds, *lines], names, log=True, unit="us", points=True, group=group)


def _counts_plot(sweep: Sweep, plots: Plots) -> str:
    seeds = [run["seed"] for run in sweep.runs]
    events = [sum(first is not None for first in run["events"]) for run in sweep.runs]
    goals = [sum(first is not None for first, _ in run["goals"]) for run in sweep.runs]
    group = str(plots.plots[-1]["group"])  # zooms with the costs
    return plots.add("seed", "came true", [seeds, events, goals], ("events", "goals"), points=True, group=group)
