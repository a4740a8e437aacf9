"""`operators`: the operator catalog as help."""

from __future__ import annotations

import argparse
import errno
import os
import stat
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sexp_runtime.catalog import CATALOG, CatalogRow, nearest_names
from sexp_runtime.commands.output import write_json
from sexp_runtime.operators.action_table import ACTION_TABLE, as_markdown
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_tables, tables_beside

_RETURNS = {
    "null": "no value (an action or conditional)",
    "bool": "true or false",
    "number": "a whole number",
    "positive": "a whole number of at least 0",
    "ai-goal": "an AI goal, for goal-adding operators",
    "flexible-argument": "an argument provider, for the when-argument family",
}
_RESULTS = {
    "known-true": "true for ever",
    "known-false": "false for ever",
    "nan": "not a number now",
    "nan-forever": "not a number for ever",
    "cant-eval": "cannot be evaluated yet",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="an operator, or part of a name; none lists all")
    parser.add_argument(
        "--dialect", choices=("both", "fso", "wcs"), default="both", help="which catalog (default both)"
    )
    parser.add_argument("--category", metavar="WORD", help="only categories that begin with WORD")
    parser.add_argument("--json", metavar="FILE", help="write the rows to FILE as JSON (- for standard output)")
    parser.add_argument(
        "--own", metavar="PATH",
        help="also the operators that a game declares: a table (*-sexp.tbm), or a mission with tables beside it",
    )  # fmt: skip
    parser.add_argument("--actions", action="store_true", help="print the table of actions (docs/actions.md) and stop")
    parser.epilog = "Exit code: 0, or 1 if there is no such operator, 2 if --own names nothing that can be read."


def run(args: argparse.Namespace) -> int:
    """Show one operator, those with a text in their name, or all."""
    if args.actions:
        print(as_markdown(), end="")
        return 0
    view = CATALOG if args.dialect == "both" else CATALOG.dialect_catalog(args.dialect)
    try:
        own = _own_rows(Path(args.own)) if args.own else {}
    except OSError as error:
        print(f"sexp operators: {args.own}: {error.strerror or error}", file=sys.stderr)
        return 2
    name: str = (args.name or "").lower()
    retired = view.aliases.get(name)
    if name in own:
        rows = [own[name]]
    elif name in view:
        rows = [view[name]]
    elif retired is not None and retired in view:
        rows = [view[retired]]
    else:
        rows = [{**view, **own}[known] for known in sorted({*view, *own}) if name in known]
    if args.category:
        rows = [row for row in rows if row.category.lower().startswith(args.category.lower())]
    if not rows:
        nearest = nearest_names(name, [*own, *view])
        hint = f"; did you mean {', '.join(nearest)}?" if nearest else ""
        print(f"sexp operators: no operator {args.name or args.category}{hint}", file=sys.stderr)
        return 1
    if args.json:
        write_json(args.json, [_plain(row) for row in rows], indent=1)
        if args.json == "-":
            return 0
    if len(rows) == 1:
        print(_describe(rows[0], retired_name=name if retired is not None and name not in view else ""))
    else:
        _list(rows)
    return 0


def _own_rows(path: Path) -> dict[str, CatalogRow]:
    """Return the operators of a table, or of the tables beside a mission, by name; reports what is wrong in them.

    Raises OSError for a path that cannot be read.
    """
    if stat.S_ISDIR(path.stat().st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    tables = [path] if path.suffix.lower() == ".tbm" else tables_beside(path)
    own = OwnOperators()
    for line in read_tables(own, tables):
        print(line, file=sys.stderr)
    return {name.lower(): row for name, row in own.rows().items()}


def _plain(row: CatalogRow) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(row).items()}


def signature(row: CatalogRow) -> str:
    """Return an operator's call in one line: optional arguments in brackets, a repeating group with dots."""
    parts = [f"<{kind}>" for kind in row.args]
    for position in range(len(parts)):
        if position >= row.min_args:
            parts[position] = f"[{parts[position]}]"
    if row.repeats:
        parts.append("...")
    return " ".join(["(", row.name, *parts, ")"])


def _list(rows: list[CatalogRow]) -> None:
    groups: dict[str, list[CatalogRow]] = {}
    for row in rows:
        groups.setdefault(row.category, []).append(row)
    for category in sorted(groups):
        print(f"{category}:")
        for row in groups[category]:
            only = "" if len(row.dialects) == 2 else f"  ({', '.join(sorted(row.dialects)).upper()} only)"
            print(f"  {signature(row)}{only}")
    print(f"{len(rows)} operators")


def _describe(row: CatalogRow, retired_name: str = "") -> str:
    lines = [signature(row)]
    if retired_name:
        lines.append(f"  {retired_name} is an old name of this operator")
    lines.append(f"  arguments: {row.arity}")
    for position, kind in enumerate(row.args, 1):
        what = CATALOG.types[kind]
        accepts = f", or an expression that returns {' or '.join(sorted(what.accepts))}" if what.accepts else ""
        first = len(row.args) - row.repeats
        repeated = ", repeats" if row.repeats and position > first else ""
        lines.append(f"    {position}. {kind}: {what.names}{accepts}{repeated}")
    lines.append(f"  returns: {_RETURNS[row.returns]}")
    if row.special_results:
        special = ", ".join(_RESULTS[result] for result in sorted(row.special_results))
        lines.append(f"  may also be: {special}")
    if row.constant_result:
        lines.append(f"  its value is always {row.constant_result}")
    action = ACTION_TABLE.get(row.name)
    if action is not None:
        lines.append(
            f"  changes: {action.changes or 'nothing that formulas read; the game gets the action'} ({action.rule})"
        )
        if action.note:
            lines.append(f"  note: {action.note}")
    group = f"{row.category}, {row.subcategory}" if row.subcategory else row.category
    lines.append(f"  category: {group}")
    if row.aliases:
        lines.append(f"  old names: {', '.join(row.aliases)}")
    if row.renamed_to:
        lines.append(f"  called {row.renamed_to} in FSO")
    if row.reads:
        lines.append(f"  reads: {', '.join(sorted(row.reads))}")
    if row.flags:
        lines.append(f"  notes: {', '.join(sorted(row.flags))}")
    lines.append(f"  dialects: {', '.join(sorted(row.dialects)).upper()}")
    lines += _wcs_difference(row)
    return "\n".join(lines)


def _wcs_difference(row: CatalogRow) -> list[str]:
    if len(row.dialects) < 2 or row.name not in CATALOG.wcs:
        return []
    other = CATALOG.wcs[row.name]
    if (other.args, other.arity, other.repeats) == (row.args, row.arity, row.repeats):
        return []
    return [f"  in WCS: {signature(other)}, arguments: {other.arity}"]
