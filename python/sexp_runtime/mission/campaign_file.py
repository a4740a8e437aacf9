"""The reader of campaign files (`.fc2`): the missions of a campaign, and the formulas that choose the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sexp_runtime.mission.scanner import Field, Problems, Scanner, describe, integer, plain_text
from sexp_runtime.mission.source import MAX_BYTES, decode
from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.mission.validator.spelling import misspelt_operators
from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.preprocess import ENGINE_VERSION, strip_comments
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

#: Most missions of a campaign (R5).
MOST_MISSIONS: Final = 100
_TYPES: Final = ("single", "multi coop", "multi teams")


@dataclass(slots=True)
class CampaignMission:
    """One mission of a campaign (R3).

    `branch` chooses the next mission, `loop` the mission of a side trip that the player may take. Nothing evaluates a
    fork's second formula (R16), so it is not kept. `choice` is "loop", "fork" or "", `choice_text` its description.
    """

    file: str
    branch: SexpExpression | None = None
    loop: SexpExpression | None = None
    choice: str = ""
    choice_text: str = ""
    movie: str = ""
    main_hall: str = ""
    flags: int = 0
    line: int = 0


@dataclass(slots=True)
class CampaignFile:
    """A campaign: its missions in the order of the file, and the classes that a player may choose at the start."""

    file: str = ""
    name: str = ""
    type: str = "single"
    description: str = ""
    missions: list[CampaignMission] = field(default_factory=list)

    def index_of(self, file: str) -> int | None:
        """Return the place of the first mission of that file name, ignoring case (R5), or None."""
        wanted = file.lower()
        return next((index for index, row in enumerate(self.missions) if row.file.lower() == wanted), None)

    def formulas(self) -> Iterator[SexpExpression]:
        """Yield all formulas, with their owners."""
        for mission in self.missions:
            for formula in (mission.branch, mission.loop):
                if formula is not None:
                    yield formula


@dataclass(slots=True)
class CampaignLoad:
    """The result of reading a campaign file: the campaign, as far as it could be read, and all problems."""

    campaign: CampaignFile
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(problem.is_error for problem in self.diagnostics)


def parse_campaign(text: str | bytes, *, file: str = "", dialect: Dialect = Dialect.FSO) -> CampaignLoad:
    """Read a campaign from its text or the bytes of its file; never raises because of the content (R1-R7).

    Variables and containers of missions do not exist in its formulas (R8).
    """
    found: list[Diagnostic] = []
    if len(text) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES} bytes"
        return CampaignLoad(CampaignFile(file), [make_diagnostic("E202", message, file=file)])
    if isinstance(text, bytes):
        text, found = decode(text, file)
    source = strip_comments(text.removeprefix("\ufeff").replace("\0", " "), ENGINE_VERSION, stray_quotes=[])
    problems = Problems(source, file)
    reader = _Reader(CampaignFile(file), problems)
    for item in Scanner(source, SexpParser(make_symbols(dialect)), problems).fields():
        if item.key == "#":
            if item.value == "end":
                break
            continue
        reader.field(item)
    reader.finish()
    return CampaignLoad(reader.campaign, found + sorted(problems.found, key=lambda row: (row.line, row.column)))


class _Reader:
    """Takes the fields of a campaign file in order."""

    def __init__(self, campaign: CampaignFile, problems: Problems) -> None:
        self.campaign = campaign
        self.problems = problems
        self.current: CampaignMission | None = None
        self.formulas = 0  # of the current mission

    def field(self, item: Field) -> None:
        """Take one field; unknown ones are skipped."""
        if item.key == "$mission":
            line, _ = self.problems.source.locate(item.offset)
            self.current = CampaignMission(plain_text(item.value), line=line)
            self.formulas = 0
            self.campaign.missions.append(self.current)
        elif self.current is None:
            self._head(item)
        else:
            self._of_mission(item, self.current)

    def _head(self, item: Field) -> None:
        campaign = self.campaign
        if item.key == "$name":
            campaign.name = plain_text(item.value)
        elif item.key == "+description":
            campaign.description = plain_text(item.value)
        elif item.key == "$type":
            campaign.type = " ".join(item.value.lower().split())
            if campaign.type not in _TYPES:
                self.problems.report("E235", f"$type: {describe(item.value)} is not a campaign type", item.offset)
            elif campaign.type != "single":
                self.problems.report("E235", "campaigns for several players are not supported", item.offset)

    def _of_mission(self, item: Field, mission: CampaignMission) -> None:
        key = item.key
        if key == "+formula":
            self._formula(item, mission)
        elif key in ("+mission loop", "+mission fork"):
            mission.choice = key.rsplit(" ", 1)[1]
        elif key in ("+mission loop text", "+mission fork text"):
            mission.choice_text = plain_text(item.value)
        elif key == "+briefing cutscene":
            mission.movie = plain_text(item.value)
        elif key == "+main hall":
            mission.main_hall = plain_text(item.value)
        elif key == "+flags":
            mission.flags = (integer(item.value) or 0) & 1  # the others come from play (R4)

    def _formula(self, item: Field, mission: CampaignMission) -> None:
        """Take the branch, or after it the formula of a loop."""
        result = item.result
        if result is None:
            return
        is_branch, self.formulas = self.formulas == 0 and not mission.choice, self.formulas + 1
        owner = f'{"branch" if is_branch else mission.choice or "second formula"} of "{mission.file}"'
        for problem in result.diagnostics:
            self.problems.add(replace(problem, owner=owner))
        expression = result.expression
        if expression is None:
            return
        expression.owner = owner
        if is_branch:
            mission.branch = expression
        elif mission.choice == "loop":
            mission.loop = expression

    def finish(self) -> None:
        """Make the checks that need the whole file."""
        campaign = self.campaign
        count = len(campaign.missions)
        if not count or count > MOST_MISSIONS:
            what = (
                "no $Mission: this is not a campaign file"
                if not count
                else f"{count} missions; the maximum is {MOST_MISSIONS}"
            )
            self.problems.report("E234", what, 0)
        for formula in campaign.formulas():
            for node in formula.root.walk():
                if node.kind is NodeKind.LIST and node.children:
                    self._check(formula.owner, node)

    def _check(self, owner: str, node: SyntaxNode) -> None:
        """Check one list of a formula: its operator, and the mission that it leads to."""
        campaign, head = self.campaign, node.children[0]
        code = message = ""
        if head.kind is not NodeKind.OPERATOR and head.kind is not NodeKind.LIST:
            near = misspelt_operators(head.text)
            code = "E301"
            message = f"unknown operator {describe(head.text)}" + (f" (did you mean {near[0]}?)" if near else "")
        elif head.text == "next-mission" and len(node.children) > 1:
            head = node.children[1]
            if head.kind is not NodeKind.LIST and campaign.index_of(head.text) is None:
                code, message = "E236", f"the campaign has no mission {describe(head.text)}"
        if code:
            self.problems.add(
                make_diagnostic(code, message, file=campaign.file, line=head.line, column=head.column, owner=owner)
            )
