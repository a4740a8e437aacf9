"""The page of a sweep: one self-contained HTML file with tables and plots that zoom.

The plots are drawn by uPlot, which is in the folder `uplot` with its licence and is written into the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from sexp_runtime.analysis.sweep import COST, Sweep, summary

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d2430; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.8rem 0 .4rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .15rem .7rem; border-bottom: 1px solid #dde3ea; }
th.text, td.text { text-align: left; }
code { background: #eef2f7; padding: .1rem .3rem; border-radius: .2rem; }
p.note { color: #5b6675; margin: .2rem 0 .6rem; }
.uplot { max-width: 100%; } .u-legend { text-align: left; font-size: 13px; }
td.share { background: linear-gradient(to right, #cfe3f7 var(--share), transparent var(--share)); min-width: 5rem; }
"""
_SCRIPT: Final = """
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
for (const plot of PLOTS) {
  const place = document.getElementById(plot.id);
  const series = [{label: plot.x}].concat(plot.series.map((one, index) => ({
    label: one.name, show: one.show, stroke: one.colour, width: 1.5,
    paths: plot.steps ? uPlot.paths.stepped({align: 1}) : undefined,
    points: {show: !plot.steps, size: 4},
    value: (self, value) => value == null ? "-" : plot.percent ? value.toFixed(1) + " %" : String(value),
  })));
  new uPlot({
    width: Math.min(1100, place.clientWidth || 1100), height: 320, series: series, cursor: {drag: {x: true, y: false}},
    scales: {x: {time: false}, y: plot.log ? {distr: 3} : plot.percent ? {range: [0, 102]} : {}},
    axes: [{label: plot.x, incrs: STEPS}, {label: plot.y, size: 60}],
  }, plot.data, place);
}
"""
_COLOURS: Final = ("#2563a8", "#d1622b", "#3a8a4d", "#8a4fa3", "#b2912f", "#c0392b", "#1f8a8a", "#6b7280")
#: Maximum number of moments of the plot of shares, and of events that it shows at first.
_MOMENTS: Final = 400
_SHOWN: Final = 8


def sweep_page(sweeps: Sequence[Sweep], differences: dict[str, list[dict[str, Any]]] | None = None) -> str:
    """Return the page; `differences` are rows of `compare` by what they compare with."""
    plots: list[dict[str, Any]] = []
    body = "".join(part for sweep in sweeps for part in _sweep(sweep, plots))
    compared = "".join(part for title, rows in (differences or {}).items() for part in _differences(title, rows))
    data = json.dumps(plots).replace("</", "<\\/")
    return (
        "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>Sweep</title>\n"
        f"<!--\nuPlot, which draws the plots:\n{_asset('LICENSE')}-->\n"
        f"<style>{_asset('uPlot.min.css')}{_STYLE}</style>\n<h1>Sweep over simulated battles</h1>\n"
        "<p class='note'>Drag over a plot to zoom in, double-click to zoom out; a click on a name shows or hides"
        " it.</p>\n"
        f"{compared}{body}<script>{_asset('uPlot.iife.min.js')}</script>\n"
        f"<script>const PLOTS = {data};{_SCRIPT}</script>\n</html>\n"
    )


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / "uplot" / name).read_text(encoding="utf-8")


def _sweep(sweep: Sweep, plots: list[dict[str, Any]]) -> Iterator[str]:
    found, settings = summary(sweep), sweep.settings
    yield f"<h2>{escape(settings['mission'])}</h2>\n"
    yield (
        f"<p>{found['runs']} runs of {settings['seconds']} s at {settings['fps']} frames a second; the mission ended in"
        f" {found['ended_share']:.0%}.</p>\n"
    )
    for title, plot in (
        ("Share of the runs in which it has come true", _shares_plot(sweep)),
        ("Cost of a frame by seed, the simulator included", _costs_plot(sweep)),
        ("Events that came true, by seed", _counts_plot(sweep)),
    ):
        plot["id"] = f"plot{len(plots)}"
        plots.append(plot)
        yield f"<h3>{title}</h3>\n<div id='{plot['id']}'></div>\n"
    yield "<h3>Events and goals</h3>\n<table><tr><th class='text'>name</th><th></th><th>share</th><th>first</th>"
    yield "<th>median</th><th>last</th><th>seeds</th></tr>\n"
    for kind in ("event", "goal"):
        for row in found[f"{kind}s"]:
            yield _row(kind, row)
    yield "</table>\n<h3>Runs to look at</h3>\n<table>"
    for reason, seed in found["worst"].items():
        yield _replay(reason, seed, sweep)
    for odd in found["odd"]:
        yield _replay("odd: " + ", ".join(odd["reasons"][:4]), odd["seed"], sweep)
    yield "</table>\n"


def _row(kind: str, row: dict[str, Any]) -> str:
    share = f"{row['share']:.1%}"
    failed = f" (failed in {row['failed_share']:.0%})" if row.get("failed_share") else ""
    if row["share"]:
        times = f"<td>{row['min']:.1f} s</td><td>{row['median']:.1f} s</td><td>{row['max']:.1f} s</td>"
        seeds = f"<td>{row['min_seed']}, {row['max_seed']}</td>"
    else:
        times, seeds = "<td></td><td>never</td><td></td>", "<td></td>"
    return (
        f"<tr><td class='text'>{escape(row['name'])}{failed}</td><td class='text'>{kind}</td>"
        f"<td class='share' style='--share:{share}'>{share}</td>{times}{seeds}</tr>\n"
    )


def _replay(reason: str, seed: int, sweep: Sweep) -> str:
    command = escape(sweep.replay_command(seed))
    return (
        f"<tr><td class='text'>{escape(reason)}</td><td>{seed}</td><td class='text'><code>{command}</code></td></tr>\n"
    )


def _differences(title: str, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n"
    if not rows:
        yield "<p>No difference in any run.</p>\n"
        return
    yield "<table><tr><th class='text'>name</th><th></th><th>share before</th><th>share now</th><th>median before</th>"
    yield "<th>median now</th><th>runs that differ</th><th>seeds</th></tr>\n"
    for row in rows:
        cells = [_share(row["old"]), _share(row["new"]), _time(row["old_median"]), _time(row["new_median"])]
        cells += [str(row["differ"]), ", ".join(str(seed) for seed in row["seeds"])]
        yield f"<tr><td class='text'>{escape(row['name'])}</td><td class='text'>{row['kind']}</td>"
        yield "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"
    yield "</table>\n"


def _share(value: float | None) -> str:
    return "is not there" if value is None else f"{value:.1%}"


def _time(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def _shares_plot(sweep: Sweep) -> dict[str, Any]:
    """Return the plot of cumulative shares by mission time; goals and the most various events are shown at first."""
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
        {"name": name, "show": name in shown, "colour": _COLOURS[order.index(name) % len(_COLOURS)]}
        for name, _ in known
    ]
    return {
        "x": "mission time (s)",
        "y": "%",
        "percent": True,
        "steps": True,
        "series": series,
        "data": [moments, *lines],
    }


def _until(times: Sequence[float], moment: float) -> int:
    return sum(time <= moment for time in times)


def _costs_plot(sweep: Sweep) -> dict[str, Any]:
    seeds = [run["seed"] for run in sweep.runs]
    lines = [[run[COST][at] for run in sweep.runs] for at in range(3)]
    series = [
        {"name": name, "show": True, "colour": _COLOURS[at]} for at, name in enumerate(("median", "p99", "maximum"))
    ]
    return {"x": "seed", "y": "microseconds", "log": True, "series": series, "data": [seeds, *lines]}


def _counts_plot(sweep: Sweep) -> dict[str, Any]:
    seeds = [run["seed"] for run in sweep.runs]
    events = [sum(first is not None for first in run["events"]) for run in sweep.runs]
    goals = [sum(first is not None for first, _ in run["goals"]) for run in sweep.runs]
    series = [
        {"name": "events", "show": True, "colour": _COLOURS[0]},
        {"name": "goals", "show": True, "colour": _COLOURS[1]},
    ]
    return {"x": "seed", "y": "came true", "series": series, "data": [seeds, events, goals]}
