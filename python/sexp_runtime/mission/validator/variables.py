"""Variables that nothing uses (Q6.11)."""

from __future__ import annotations

import re
from typing import Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.validator.report import Report

#: Operators that reach variables by their index, or run scripts, which can read any variable.
_READ_ANY: Final = frozenset(
    {
        "get-variable-by-index",
        "set-variable-by-index",
        "copy-variable-from-index",
        "copy-variable-between-indexes",
        "variable-array-get",
        "variable-array-set",
        *(name for name in CATALOG if name.startswith("script-eval")),
    }
)
_ANY: Final = re.compile("|".join(re.escape(name) for name in sorted(_READ_ANY, key=len, reverse=True)))


def check_variables(mission: Mission, has_scripts: bool, report: Report) -> None:
    """Report variables that no formula, message or list names.

    Reports nothing if the mission accesses variables by index or runs scripts that may read them (`has_scripts`: the
    mission uses operators that scripts define). Skips variables that persist after the mission or that other
    machines see, because they may be used elsewhere.
    """
    candidates = {
        row.name: row for row in mission.variables if row.persistence == "none" and not row.eternal and not row.network
    }
    if not candidates or has_scripts:
        return
    texts: list[str] = [message.text for message in mission.messages]
    for formula in mission.formulas():
        if _ANY.search(formula.text) is not None:
            return
        texts.append(formula.text)
    for player in mission.players:
        for pair in player.ship_choices + player.weapons:
            texts.extend(pair)
    for ship in mission.ships:
        texts.extend((ship.class_name, ship.cargo, ship.display_name))
    for goal in mission.goals:
        texts.append(goal.message)
    for event in mission.events:
        texts.append(event.objective)
    for stage in mission.debriefing:
        texts.extend((stage.text, stage.recommendation))
    joined = "\n".join(text for text in texts if "$" in text or "@" in text)
    names = "|".join(re.escape(name) for name in sorted(candidates, key=len, reverse=True))
    # A formula names a variable as @name or @name[value]; texts that are shown may have anything behind the name.
    used = {match[1] for match in re.finditer(rf"@({names})(?=[\[\s()\"]|$)", joined, re.MULTILINE)}
    used.update(name for name in candidates if name not in used and f"${name}" in joined)
    for row in candidates.values():
        if row.name not in used:
            report.of("W340", f'the variable "{row.name}" is never used', row.line, "variables")
