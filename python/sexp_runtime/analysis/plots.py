"""Pages with plots: one self-contained HTML file, readable in light and dark, narrow and wide.

The plots are drawn by uPlot, which is in the folder `uplot` with its licence and is written into the page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from sexp_runtime.markup import escaped, printable

#: Colours of series, readable on light and dark paper.
COLOURS: Final = ("#2f7ed8", "#e0702f", "#3f9f55", "#a05cc0", "#b08a1e", "#d0453a", "#2a9d9d", "#7b8494")
_STYLE: Final = """
:root {
  color-scheme: light dark; --paper: #ffffff; --text: #1d2430; --quiet: #5b6675; --line: #dde3ea; --box: #eef2f7;
  --bar: #cfe3f7; --mark: #b4480e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181f; --text: #dfe5ee; --quiet: #9aa6b5; --line: #2d3541; --box: #1f2631; --bar: #24476e;
    --mark: #f0a070;
  }
  .u-select { background: rgba(255, 255, 255, .12); }
}
body {
  font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: var(--text); background: var(--paper);
}
h1 { font-size: 1.5rem; overflow-wrap: anywhere; margin-bottom: .2rem; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.8rem 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .15rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
th.text, td.text { text-align: left; overflow-wrap: anywhere; }
td.text { min-width: 8rem; }
code { background: var(--box); padding: .1rem .3rem; border-radius: .2rem; overflow-wrap: anywhere; }
p.note { color: var(--quiet); margin: .2rem 0 .6rem; }
td.share { background: linear-gradient(to right, var(--bar) var(--share), transparent var(--share)); min-width: 5rem; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.figures li { background: var(--box); border-radius: .4rem; padding: .5rem .9rem; }
.figures b { display: block; font-size: 1.25rem; }
details { margin: .8rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
table.tree code { background: none; padding: 0; white-space: pre-wrap; }
table.tree td.decides code { color: var(--mark); font-weight: 600; }
.uplot { width: 100%; } .u-legend { text-align: left; font-size: 13px; }
"""
_SCRIPT: Final = """
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const colour = name => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const lines = {stroke: colour("--line"), width: 1};
const short = text => text.length > 34 ? text.slice(0, 33) + "…" : text;
const drawn = PLOTS.map(plot => {
  const place = document.getElementById(plot.id), names = plot.names;
  const shown = value => value == null ? "-" : names ? names[value] : plot.percent ? value.toFixed(1) + " %"
    : value.toLocaleString("en", {maximumFractionDigits: 2}) + (plot.unit ? " " + plot.unit : "");
  const at = (self, value) => value == null ? "-" : String(Math.round(value * 1000) / 1000);
  const series = [{label: plot.x, value: at}].concat(
    plot.series.map(one => ({
      label: one.name, show: one.show, stroke: one.colour, width: 1.5,
      paths: names ? () => null : plot.steps ? uPlot.paths.stepped({align: 1}) : undefined,
      points: names ? {show: true, size: 7, fill: one.colour} : {show: plot.points === true, size: 4},
      value: (self, value) => shown(value),
    })));
  const longest = names ? Math.max(...names.map(name => short(name).length)) : 0;
  const left = names ? Math.min(7 * longest + 20, place.clientWidth * 0.4) : 64;
  const ys = names ? {range: [-0.7, names.length - 0.3], dir: -1}
    : plot.log ? {distr: 3} : plot.counts ? {distr: 4} : plot.percent ? {range: [0, 102]} : {};
  const named = {incrs: WHOLE, space: 13, size: left, values: (self, rows) => rows.map(row => short(names[row] || ""))};
  const count = value => value == null || value < 0 ? "" : value.toLocaleString("en");
  const counted = {values: (self, rows) => rows.map(count)};
  const chart = new uPlot({
    width: place.clientWidth || 900, height: plot.height || 280, series: series,
    cursor: Object.assign({drag: {x: true, y: false}}, plot.group ? {sync: {key: plot.group}} : {}),
    scales: {x: {time: false}, y: ys},
    axes: [
      {label: plot.x, incrs: STEPS, stroke: colour("--text"), grid: lines, ticks: lines},
      Object.assign({stroke: colour("--text"), grid: lines, ticks: lines}, names ? named : {label: plot.y, size: left},
        plot.counts ? counted : {}),
    ],
  }, plot.data, place);
  new ResizeObserver(() => {
    if (place.clientWidth && place.clientWidth !== chart.width)
      chart.setSize({width: place.clientWidth, height: chart.height});
  }).observe(place);
  return chart;
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(chart => chart.redraw()));
"""


class Plots:
    """The plots of one page. `add` returns the element that shows one; `page` makes the whole."""

    def __init__(self) -> None:
        self.plots: list[dict[str, Any]] = []

    def add(self, x: str, y: str, data: Sequence[Sequence[float | None]], series: Any, **more: Any) -> str:
        """Add a plot and return its HTML element.

        x, y: titles of the axes. data: the values of x in order, then those of each series, None for gaps. series: a
        name for each, or a list of dictionaries with `name`, `show` and `colour`. more: `group` (plots of one group
        zoom and hover together), `height` in pixels, `unit` of the values, `names` (y is an index into these, drawn as
        points), and true for `percent`, `log`, `counts` (from 0, as a logarithm above), `steps` or `points`.
        """
        rows = [
            {"name": one, "show": True, "colour": COLOURS[at % len(COLOURS)]} if isinstance(one, str) else one
            for at, one in enumerate(series)
        ]
        plot_id = f"plot{len(self.plots)}"
        rows = [{**row, "name": printable(str(row["name"]))} for row in rows]
        if "names" in more:
            more["names"] = [printable(name) for name in more["names"]]
        self.plots.append({"id": plot_id, "x": x, "y": y, "data": data, "series": rows, **more})
        return f'<div id="{plot_id}"></div>\n'

    def page(self, title: str, body: str) -> str:
        """Return the HTML page around a body that is HTML already; `title` is plain text."""
        data = json.dumps(self.plots).replace("<", "\\u003c")  # no text of a mission can end the script
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escaped(title)}</title>\n"
            f"<!--\nuPlot, which draws the plots:\n{_asset('LICENSE')}-->\n"
            f"<style>{_asset('uPlot.min.css')}{_STYLE}</style>\n</head>\n<body>\n{body}"
            f"<script>{_asset('uPlot.iife.min.js')}</script>\n"
            f"<script>const PLOTS = {data};\n{_SCRIPT}</script>\n</body>\n</html>\n"
        )


def cell(value: object, form: str = "") -> str:
    """Return a table cell: a number in a format, or escaped text if there is no format."""
    return f"<td>{format(value, form)}</td>" if form else f'<td class="text">{escaped(str(value))}</td>'


def share_cell(share: float) -> str:
    """Return a table cell that shows a share, 0..1, as percent and as a bar."""
    text = f"{share:.1%}"
    return f'<td class="share" style="--share:{text}">{text}</td>'


def table(heads: Sequence[tuple[str, bool]], rows: Sequence[str], kind: str = "") -> str:
    """Return a table that scrolls by itself: heads are (title, whether its column is text), rows the cells of each."""
    head = "".join(f'<th class="text">{title}</th>' if text else f"<th>{title}</th>" for title, text in heads)
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    named = f' class="{kind}"' if kind else ""
    return f'<div class="wide"><table{named}>\n<tr>{head}</tr>\n{body}</table></div>\n'


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / "uplot" / name).read_text(encoding="utf-8")
