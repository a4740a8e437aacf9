"""Diagnostics: problems of a text, with their place and a stable code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """ERROR: the original refuses the mission or the meaning is lost. WARNING: it loads, but look at it."""

    ERROR = "error"
    WARNING = "warning"


#: Every code with its meaning; the first letter is the severity. Codes are never reused.
CODES: Final[dict[str, str]] = {
    # formula text
    "E101": "a formula must start with an opening parenthesis (A10)",
    "E102": "the text or the field ends inside a list; the list becomes false (A13)",
    "E103": "a string has no closing quote; the list becomes false (A11)",
    "E104": "a bare token is longer than 31 bytes; its list becomes false (A14)",
    "W105": "a string is longer than 31 bytes and is cut (A14)",
    "E106": "lists are nested too deeply",
    "E107": "a variable's bracket is not closed; the token is not a variable (A20)",
    "E108": "a container that the mission does not have; the list becomes false (A30)",
    "E109": "a malformed container token; the list becomes false (A30)",
    "E110": "a text, or its tree, is larger than the runtime accepts",
    "W111": "text after the end of the formula",
    "W112": "a bare true or false as an argument means the list ( true ) or ( false ) (A37)",
    "E113": "too many problems in one text; the others are not shown",
    "W114": "extra arguments of a retired operator are dropped (A16)",
    "E115": "an empty list is not a formula (A38, Q2.6)",
    "E116": "a NUL character; it is read as a blank",
    "W118": "a string runs over the end of its line: a quote may be missing",
    # files and sections
    "E201": "the file cannot be read",
    "E202": "the file is too large",
    "W203": "the file is neither ASCII nor UTF-8; it is read as Latin-1",
    "W204": "a NUL byte in the file; it is read as a blank",
    "E205": "no mission section: this is not a mission file",
    "W206": "a section that every mission has is missing",
    "W207": "a section occurs twice; both are read",
    "W208": "an unknown section is skipped",
    "W209": "sections are in an unusual order",
    # fields
    "W210": "an unknown field is skipped",
    "E211": "not a number where one is expected",
    "E212": "a list is not closed",
    "E213": "a required field is missing",
    "W214": "a multi-line text has no end mark",
    "E215": "a field that holds a formula has none",
    "W216": "a field comes before the entry that it belongs to",
    "W217": "a quote without a partner (A2)",
    "W218": "a name is longer than 31 bytes and is cut, as in formulas (A14)",
    # objects with names
    "E220": "a duplicate name; the first one counts (Q14.1, Q14.2, Q15.4)",
    "W221": "a duplicate event or goal name; formulas reach only the first (F23)",
    "E222": "a malformed row of the variable table",
    "E223": "an unknown variable type",
    "W224": "an unknown variable flag is ignored",
    "E225": "a variable index is out of range",
    "E226": "a container is malformed and rejected",
    "E227": "a wing names a ship that the mission does not have",
    "E228": "a ship is in two wings",
    "E229": "the player's start ship does not exist",
    "W230": "an unknown word where one of a fixed set is expected",
    "W231": "an arrival or departure anchor that the mission does not have (Q14.9)",
    "W232": "a second variable of one name; the first one counts (Q15.2)",
    "W233": "a container property that the runtime does not have (Q15.5)",
    "E234": "a campaign file without missions, or with more than 100 (R5)",
    "E235": "a campaign for several players, or of an unknown type (R1)",
    "E236": "a branch names a mission that the campaign does not have (R11)",
    "W237": "a mission of a campaign that does not lie beside the campaign's file",
    "W238": "a formula of a campaign asks for a goal or event that the mission does not have",
    # checks of formulas
    "E301": "not an operator: a misspelt name, or something that cannot be one (Q2.2, Q2.3, Q2.7)",
    "E302": "too few arguments (Q3.1)",
    "E303": "too many arguments (Q3.2)",
    "E304": "an argument of the wrong type (Q4)",
    "E305": "not a whole number where one is expected (Q5.1, Q5.7)",
    "E306": "a negative number where none is allowed (Q5.3, A41)",
    "E307": "an operator name lacks its parentheses (Q2.5)",
    "E308": "a list where only a literal, variable or container item is allowed (Q4.10)",
    "E309": "a number where a name or text is expected (Q5.6)",
    "W310": "arguments that come in groups do not make whole groups (Q3.3, Q3.4)",
    "W311": "an operator that the game does not have; scripts may define it (Q2.2)",
    "W312": "a value without a meaning is stored (Q4.9)",
    "W313": "a formula whose root has another type than editors expect (Q4.12)",
    "W315": "a strike class by its number; newer games need its name (Q5.13)",
    "E320": "an unknown ship, or one that is there only later (Q9.1 to Q9.3)",
    "E321": "an unknown wing (Q9.2)",
    "E322": "an unknown ship or wing",
    "E323": "an unknown event (Q11.1)",
    "E324": "an unknown goal (Q11.2)",
    "E325": "an unknown message (Q9.10)",
    "E326": "an unknown variable (Q2.10, Q6.6)",
    "W327": "a subsystem nearly like one that the mission lists for that ship (Q9.13)",
    "E328": "an unknown waypoint path (Q9.7)",
    "E329": "an unknown waypoint, ship or wing (Q9.6)",
    "E330": "not a container, such as &&name, where one is expected (Q7.1)",
    "E331": "an unknown jump node (Q9.8)",
    "E332": "a <...> word that has no meaning here (Q9.4)",
    "E333": "a container of the wrong kind (Q7.2)",
    "E334": "a variable of the wrong declared type (Q6)",
    "E335": "a container's value, key or item of the wrong type (Q7.3 to Q7.5, Q7.9, Q7.11)",
    "W336": "a text among the numbers of a container, which the original does not notice (Q7.3, Q7.4)",
    "E337": "a container's item without a proper modifier (Q7.6, Q7.7)",
    "E339": "a word that is not in a fixed set (Q10)",
    "W340": "a variable is never used (Q6.11)",
    "E341": "<argument> where it has no meaning (Q8)",
    "W342": "<argument> where it has no meaning, in a WCS mission (Q1.11)",
    "W343": "a word that is not in a fixed set; the original plays on (Q10.1, Q10.11, Q10.12)",
    "E344": "a number out of range (Q5.9 to Q5.12)",
    "W345": "a priority of orders above 200 (Q5.11)",
    "E346": "an unknown sender (Q9.9)",
    "W347": "a reference to a name that several events or goals have (Q11.3)",
    "W348": "an order whose target makes no sense (Q13.2 to Q13.4)",
    "W349": "more initial orders than are kept (Q13.6)",
    "E350": "an event or goal without a readable formula (A44)",
    "W351": "empty initial orders of a ship that comes later (Q3.5)",
    "W353": "an unknown waypoint, ship or wing in a WCS mission (Q1.11)",
    "W354": "an unknown jump node in a WCS mission (Q1.11)",
    "W355": "a team that neither the game nor the mission has (Q9.4, Q10.12)",
    # ships, wings and players
    "W360": "docking that the game leaves out or cannot repeat (Q14.13, Q14.15)",
    "W361": "ships of a wing with other names or of several teams (Q14.7)",
    "W362": "too many ships in a wing (Q14.5)",
    "W363": "a threshold or special ship out of range (Q14.6)",
    "W364": "a number that the game corrects (Q11.7, Q14.6, Q14.10)",
    "E365": "an arrival or departure location without its anchor (Q14.9)",
    "W367": "one name for things of two kinds (Q14.3)",
    "W368": "docked ships that never appear, or whose cues disagree (Q14.14)",
    "W369": "a reinforcement that is not a ship or wing of its own (Q14.16)",
    "W370": "a player's ship or wing that the game cannot start with (Q14.17)",
    "W371": "a wing whose destruction may never count (Q16.1)",
    "W372": "flags that hold a ship in place are independent (Q16.2)",
}

#: Codes of operators that the runtime cannot evaluate; they count as false (Q2.2).
UNKNOWN_OPERATOR: Final = ("E301", "W311")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. Lines and columns count from 1 (0: none); `path` leads to the place, as `when[1]/and[2]`.

    fix: if there is one right answer, the text at the place (without quotes) and its correction.
    """

    code: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    owner: str = ""
    path: str = ""
    fix: tuple[str, str] | None = None

    @property
    def is_error(self) -> bool:
        """Whether the severity is ERROR."""
        return self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return {**asdict(self), "severity": str(self.severity)}

    def __str__(self) -> str:
        place = f"{self.file or '<text>'}:{self.line}:{self.column}"
        owner = f" [{self.owner}]" if self.owner else ""
        return printable(f"{place}: {self.severity} {self.code} {self.message}{owner}")


def make_diagnostic(
    code: str,
    message: str,
    *,
    file: str = "",
    line: int = 0,
    column: int = 0,
    owner: str = "",
    path: str = "",
    fix: tuple[str, str] | None = None,
) -> Diagnostic:
    """Return a diagnostic with the severity of its code; raises KeyError for a code that is not in CODES."""
    CODES[code]
    severity = Severity.ERROR if code[0] == "E" else Severity.WARNING
    return Diagnostic(code, severity, message, file, line, column, owner, path, fix)


def printable(text: str) -> str:
    """Return a file's text in a form safe to show: replaces control characters, which a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def quoted(text: str, limit: int = 40) -> str:
    """Return text in quotes for a message: shortened, and with control characters made visible."""
    if len(text) > limit:
        text = text[: limit - 3] + "..."
    return f'"{printable(text)}"'
