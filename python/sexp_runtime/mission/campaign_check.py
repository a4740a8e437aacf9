"""Checks a campaign file against the missions that lie beside it: their files, and the goals and events it asks for."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sexp_runtime.mission.campaign_file import CampaignLoad, parse_campaign
from sexp_runtime.mission.reader import load_mission
from sexp_runtime.mission.source import MAX_BYTES, read_regular
from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission

#: The operators whose first argument is a mission of the campaign, their second one of its goals or events.
_GOALS: Final = ("is-previous-goal-true", "is-previous-goal-false", "is-previous-goal-incomplete")
_EVENTS: Final = ("is-previous-event-true", "is-previous-event-false", "is-previous-event-incomplete")


def check_campaign(path: Path) -> CampaignLoad:
    """Read a campaign and return it with all problems, those of its references to missions beside it included.

    Raises OSError if the file cannot be read.
    """
    file = str(path)
    load = parse_campaign(read_regular(path, MAX_BYTES), file=file)
    beside = {one.name.lower(): one for one in path.absolute().parent.glob("*") if one.suffix.lower() == ".fs2"}
    missions: dict[str, Mission] = {}
    for row in load.campaign.missions:
        found = beside.get(row.file.lower())
        if found is None:
            message = f"the mission {row.file} does not lie beside the campaign"
            load.diagnostics.append(make_diagnostic("W237", message, file=file, line=row.line))
        elif (mission := load_mission(found)).is_readable:
            missions[row.file.lower()] = mission.mission
    for formula in load.campaign.formulas():
        for node in formula.root.walk():
            problem = _wrong_reference(node, missions)
            if problem:
                load.diagnostics.append(_at(node, problem, file, formula.owner))
    load.diagnostics.sort(key=lambda row: (row.line, row.column))
    return load


def _wrong_reference(node: SyntaxNode, missions: dict[str, Mission]) -> str:
    """Return what is wrong with a reference to a goal or event of an earlier mission, "" if nothing is."""
    arguments = node.arguments
    if node.operator not in (*_GOALS, *_EVENTS) or len(arguments) < 2:
        return ""
    of, wanted = arguments[:2]
    mission = missions.get(of.text.lower()) or missions.get(f"{of.text.lower()}.fs2")
    if mission is None or wanted.kind is not NodeKind.STRING:
        return ""
    kind, rows = ("goal", mission.goals) if node.operator in _GOALS else ("event", mission.events)
    names = {row.name.lower(): row.name for row in rows}
    if wanted.text.lower() in names:
        return ""
    near = difflib.get_close_matches(wanted.text.lower(), names, 1)
    hint = f"; did you mean {names[near[0]]!r}?" if near else ""
    return f"{node.operator}: the mission {of.text} has no {kind} {wanted.text!r}{hint}"


def _at(node: SyntaxNode, message: str, file: str, owner: str) -> Diagnostic:
    return make_diagnostic("W238", message, file=file, line=node.line, column=node.column, owner=owner)
