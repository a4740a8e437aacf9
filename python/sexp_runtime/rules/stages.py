"""Briefing and debriefing stages and movies of a mission, chosen by their formulas (R65 to R84)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import Formula, interpreted
from sexp_runtime.world.loading import add_tables
from sexp_runtime.world.world import World

if TYPE_CHECKING:
    from sexp_runtime.mission.model import BriefingStage, CutsceneDef, DebriefingStage, FictionDef, Mission
    from sexp_runtime.syntax.tree import SexpExpression
    from sexp_runtime.world.campaign import Campaign
    from sexp_runtime.world.persistence import Stores

#: Kinds of movies before the mission's first frame, and after its end (R80).
MOVIES_BEFORE: Final = ("fiction viewer", "command brief", "briefing", "pre-game")
MOVIES_AFTER: Final = ("debriefing", "post-debriefing", "campaign end")
#: Another spelling of a kind (R79).
_SPELLINGS: Final = {"post-briefing": "pre-game", "fiction": "fiction viewer", "command briefing": "command brief"}


def movie_kind(name: str) -> str:
    """Return the kind of movies with a name such as `Briefing Cutscene` or `post-briefing`."""
    key = name.lower().removesuffix(" cutscene").strip()
    return _SPELLINGS.get(key, key)


class Stages:
    """The stages and movies of one mission run. Their formulas remember statuses and are never flushed (R65)."""

    def __init__(self, mission: Mission, context: EvaluationContext) -> None:
        self._mission = mission
        self._context = context
        self._formulas: dict[int, Formula] = {}
        self._removed: set[int] = set()
        self._debriefing: list[DebriefingStage] | None = None

    def _value(self, stage: BriefingStage | CutsceneDef | DebriefingStage) -> int:
        """Evaluate a stage's formula; return 1 if it has none."""
        expression: SexpExpression | None = stage.formula
        if expression is None:
            return 1
        formula = self._formulas.get(id(stage))
        if formula is None:
            formula = self._formulas[id(stage)] = interpreted(expression, self._context, expression.owner)
        return formula.evaluate()

    def briefing(self, team: int = 0) -> list[BriefingStage]:
        """Evaluate the briefing and return the stages to show; call this each time its screen opens (R74).

        A stage whose value is 0 is removed for good. A red-alert mission shows its first stage, whatever its formula.
        """
        stages = [stage for stage in self._mission.briefing if stage.team == team]
        if self._mission.info.red_alert:
            return stages[:1]
        shown = []
        for stage in stages:
            if id(stage) in self._removed:
                continue
            if self._value(stage) == 0:
                self._removed.add(id(stage))
            else:
                shown.append(stage)
        return shown

    def debriefing(self, team: int = 0) -> list[DebriefingStage]:
        """Return the debriefing's stages whose value is exactly 1, evaluated once, after the mission's end (R66)."""
        if self._debriefing is None:
            stages = [stage for stage in self._mission.debriefing if stage.team == team]
            self._debriefing = [stage for stage in stages if self._value(stage) == 1]
        return self._debriefing

    def movies(self, kind: str, *, in_campaign: bool = False) -> list[str]:
        """Evaluate all movies of a kind (see `movie_kind`), and return the files of those to play (R80)."""
        found = []
        for movie in self._mission.cutscenes:
            if movie_kind(movie.kind) != kind or (movie.campaign_only and not in_campaign):
                continue
            if self._value(movie) != 0 and movie.file:
                found.append(movie.file)
        return found


def chosen_fiction(mission: Mission, stores: Stores | None, campaign: Campaign | None) -> FictionDef | None:
    """Return the text of the fiction viewer: the first whose formula is exactly true, None if there is none (R78).

    The formulas see a mission that is being read: variables, containers and the campaign have values, but there are no
    ships, events and goals yet. The running mission does not change.
    """
    if not mission.fiction:
        return None
    world = World(None, mission.dialect)
    add_tables(world, mission)
    world.set_campaign(campaign)
    if stores is not None and campaign is not None:
        stores.load_into(world)
    context = EvaluationContext(world, dialect=mission.dialect)
    for fiction in mission.fiction:
        expression = fiction.formula
        if expression is None or interpreted(expression, context, expression.owner).evaluate() == 1:
            return fiction if fiction.file else None
    return None
