"""Handlers of the sections that contain formulas: events, goals, briefing, debriefing and cutscenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sexp_runtime.mission.handlers import Handler
from sexp_runtime.mission.model import (
    BriefingStage,
    CutsceneDef,
    DebriefingStage,
    EventDef,
    FictionDef,
    GoalDef,
    Mission,
)
from sexp_runtime.mission.scanner import Field, Problems, describe, plain_text, quoted_items

_GOAL_TYPES = frozenset({"primary", "secondary", "bonus"})
#: The one event flag that changes meaning (E7).
_MSECS = "interval & delay use msecs"


class Events(Handler):
    """#Events (E7): the formula comes first, the name after it."""

    name = "Events"
    strict = True
    texts: Mapping[str, str] = {"+objective": "objective", "+objective key": "objective_key"}
    numbers: Mapping[str, str] = {
        "+repeat count": "raw_repeat",
        "+trigger count": "raw_trigger",
        "+interval": "interval",
        "+score": "score",
        "+chained": "chained",
        "+team": "team",
    }
    ignored = frozenset({"$annotations start", "$annotations end"})

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.opening: Field | None = None

    def starts(self, field: Field) -> bool:
        """Open an event."""
        if field.key != "$formula":
            return False
        self.finish()
        line = self.line_of(field)
        self.current = EventDef("", None, line=line)
        self.opening = field
        return True

    def special(self, field: Field) -> bool:
        """Process the name and the flags."""
        if field.key == "+name":
            if self.opened(field):
                self.current.name = self.name_of(field)
            return True
        if field.key == "+event flags":
            if self.opened(field):
                flags = {flag.lower() for flag in quoted_items(field.value)}
                self.current.msecs = _MSECS in flags
            return True
        if field.key == "+event log flags":
            if self.opened(field):
                self.current.log_flags = frozenset(flag.lower() for flag in quoted_items(field.value))
            return True
        return False

    def finish(self) -> None:
        """Complete the open event: set its formula's owner, normalise its counts."""
        opening, event = self.opening, self.current
        if opening is None or event is None:
            return
        self.opening = None
        owner = f'event "{event.name}"' if event.name else f"event {len(self.mission.events) + 1} without a name"
        formula = self.formula(opening, owner)
        if formula is None:
            self.problems.report("E350", "the event has no readable formula", opening.offset, owner)
        for what, count in (("+repeat count", event.raw_repeat), ("+trigger count", event.raw_trigger)):
            if count == 0:
                self.problems.report("W364", f"{what}: 0 is corrected to 1", opening.offset, owner)
        normal = EventDef.make(
            event.name,
            formula,
            repeat=event.raw_repeat,
            trigger=event.raw_trigger,
            interval=event.interval,
            chained=event.chained,
            msecs=event.msecs,
        )
        self.mission.events.append(
            replace(
                normal,
                score=event.score,
                objective=event.objective,
                objective_key=event.objective_key,
                team=event.team,
                log_flags=event.log_flags,
                line=event.line,
            )
        )


class Goals(Handler):
    """#Goals (E8)."""

    name = "Goals"
    strict = True
    texts: Mapping[str, str] = {"$message": "message", "$messagenew": "message"}
    numbers: Mapping[str, str] = {"+score": "score", "+team": "team"}
    ignored = frozenset({"$rating"})

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.opening: Field | None = None
        self.formula_field: Field | None = None
        self.has_message = False

    def field(self, field: Field) -> None:
        """Take one field."""
        self.has_message |= field.key in ("$message", "$messagenew")
        super().field(field)

    def starts(self, field: Field) -> bool:
        """Open a goal."""
        if field.key != "$type":
            return False
        self.finish()
        kind = field.value.lower()
        line = self.line_of(field)
        self.current = GoalDef("", kind, line=line)
        self.opening, self.formula_field, self.has_message = field, None, False
        return True

    def special(self, field: Field) -> bool:
        """Process the formula, the name and the marks."""
        key = field.key
        if key == "$formula":
            if self.opened(field):
                self.formula_field = field
        elif key == "+invalid":
            if self.opened(field):
                self.current.invalid = True
        elif key == "+name":
            if self.opened(field):
                self.current.name = self.name_of(field)
        elif key == "+no music":
            if self.opened(field):
                self.current.no_music = True
        else:
            return False
        return True

    def finish(self) -> None:
        """Complete the open goal."""
        opening, goal = self.opening, self.current
        if opening is None or goal is None:
            return
        self.opening = None
        owner = f'goal "{goal.name}"' if goal.name else f"goal {len(self.mission.goals) + 1} without a name"
        if self.formula_field is not None:
            goal.formula = self.formula(self.formula_field, owner)
        if goal.type not in _GOAL_TYPES:
            message = f"$type: {describe(opening.value)} is not a goal type"
            self.problems.report("W230", message, opening.offset, owner)
        if goal.formula is None:
            self.problems.report("E350", "the goal has no readable formula", opening.offset, owner)
        for what, present in (("+Name", bool(goal.name)), ("$MessageNew", self.has_message)):
            if not present:
                self.problems.report("E213", f"a goal without {what}", opening.offset, owner)
        self.mission.goals.append(goal)


class Debriefing(Handler):
    """#Debriefing_info (E13)."""

    name = "Debriefing_info"
    texts: Mapping[str, str] = {"$multi text": "text", "$recommendation text": "recommendation", "$voice": "voice"}

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.team = -1

    def starts(self, field: Field) -> bool:
        """Open a stage, or with the number of stages the next team's debriefing."""
        if field.key == "$num stages":
            self.team += 1
            self.current = None
            return True
        if field.key != "$formula":
            return False
        line = self.line_of(field)
        formula = self.formula(field, f"debriefing stage {len(self.mission.debriefing) + 1}")
        self.current = DebriefingStage(formula, team=max(self.team, 0), line=line)
        self.mission.debriefing.append(self.current)
        return True


class Briefing(Handler):
    """#Briefing: its stages, without icons and camera."""

    name = "Briefing"
    texts: Mapping[str, str] = {"$multi_text": "text", "$voice": "voice"}

    def __init__(self, mission: Mission, problems: Problems) -> None:
        super().__init__(mission, problems)
        self.team = len({stage.team for stage in mission.briefing})

    def starts(self, field: Field) -> bool:
        """Open a stage."""
        if field.key != "$start_stage":
            return False
        line = self.line_of(field)
        self.current = BriefingStage(team=self.team, line=line)
        self.mission.briefing.append(self.current)
        return True

    def special(self, field: Field) -> bool:
        """Process a stage's formula."""
        if field.result is not None and self.opened(field):
            self.current.formula = self.formula(field, f"briefing stage {len(self.mission.briefing)}")
        return True


class Fiction(Handler):
    """#Fiction Viewer (R78)."""

    name = "Fiction Viewer"
    texts: Mapping[str, str] = {"$font": "font", "$voice": "voice"}

    def starts(self, field: Field) -> bool:
        """Open the next text."""
        if field.key != "$file":
            return False
        line = self.line_of(field)
        self.current = FictionDef(plain_text(field.value), line=line)
        self.mission.fiction.append(self.current)
        return True

    def special(self, field: Field) -> bool:
        """Process a text's formula."""
        if field.result is not None and self.opened(field):
            self.current.formula = self.formula(field, f"fiction {len(self.mission.fiction)}")
        return True


class Cutscenes(Handler):
    """#Cutscenes (E13)."""

    name = "Cutscenes"

    def field(self, field: Field) -> None:
        """Process a movie, its formula or its mark."""
        key = field.key
        if key.endswith(" cutscene"):
            line = self.line_of(field)
            self.current = CutsceneDef(key[1:], plain_text(field.value), line=line)
            self.mission.cutscenes.append(self.current)
        elif key == "+formula":
            if self.opened(field):
                self.current.formula = self.formula(field, self.current.kind)
        elif key == "+campaign_only" and self.opened(field):
            self.current.campaign_only = True
