"""A game's own operators: declared with arity, types and reads, and the game's functions that run them (R85-R102)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.catalog.rows import CatalogRow
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status
from sexp_runtime.world.facts import FactKey

#: What an operator may return: a number, true or false, or nothing (an action).
RETURNS: Final = ("number", "bool", "null")
#: Words that a function may return instead of a value, for a result that formulas keep (R96).
STATUS_WORDS: Final[dict[str, Status]] = {
    "known-true": KNOWN_TRUE, "known-false": KNOWN_FALSE, "nan": NAN, "nan-forever": NAN_FOREVER,
    "cant-eval": CANT_EVAL,
}  # fmt: skip
#: First words of the facts that a declaration can name; the fact's name follows.
_READABLE: Final = ("variable", "ship", "wing", "event", "goal", "container", "log", "player", "roster")
_MOST_ARGS: Final = 1000
#: A result as stored in recordings: a number, None for no value, or a word of STATUS_WORDS.
Answer = int | str | None
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class OwnOperator:
    """A game's declaration of one of its operators.

    `args` are argument types of the catalog; the last `repeats` of them repeat. `max_args` None means no limit.
    `reads` lists everything that the result depends on besides the arguments, as `"variable Score"` or
    `"ship $1 hull"`, where `$1` is the text of the first argument. None means unknown: the operator is then evaluated
    every time. `acting` says that it has effects.
    """

    name: str
    min_args: int = 0
    max_args: int | None = None
    args: tuple[str, ...] = ()
    repeats: int = 0
    returns: str = "number"
    reads: tuple[str, ...] | None = None
    acting: bool = False
    description: str = ""
    row: CatalogRow = field(init=False, repr=False, compare=False)  # what the checker and compilers see of it

    def __post_init__(self) -> None:
        if not self.name or any(char in "()\"'" or char.isspace() for char in self.name):
            raise ValueError(f"{self.name!r} cannot be an operator's name: no blanks, quotes or parentheses (R87)")
        if self.name in CATALOG or self.name.lower() in CATALOG.aliases:
            raise ValueError(f"the operator {self.name!r} exists already; choose another name")
        if self.returns not in RETURNS:
            raise ValueError(f"{self.name}: returns must be one of {', '.join(RETURNS)}, not {self.returns!r}")
        for kind in self.args:
            if kind not in CATALOG.types:
                raise ValueError(f"{self.name}: there is no argument type {kind!r}")
        most = _MOST_ARGS if self.max_args is None else self.max_args
        if not 0 <= self.min_args <= most <= _MOST_ARGS:
            raise ValueError(
                f"{self.name}: min_args {self.min_args} and max_args {self.max_args} must be 0 to {_MOST_ARGS}, "
                "the smaller first"
            )
        if not 0 <= self.repeats <= len(self.args):
            raise ValueError(
                f"{self.name}: repeats must be 0 to {len(self.args)}, the number of args, not {self.repeats}"
            )
        for text in self.reads or ():
            if text.split(" ", 1)[0] not in _READABLE:
                raise ValueError(f"{self.name}: {text!r} in reads must begin with one of {', '.join(_READABLE)}")
        row = CatalogRow(
            name=self.name, kind="action" if self.returns == "null" else "integer", returns=self.returns,
            min_args=self.min_args, max_args=self.max_args, args=self.args, repeats=self.repeats, category="Own",
            subcategory="", aliases=(), dialects=frozenset(("fso", "wcs")), campaign=False, effects=self.acting,
            terminal=False, terminal_from="", special_results=frozenset(), constant_result="", flags=frozenset(),
            reads=frozenset(), renamed_to="",
        )  # fmt: skip
        object.__setattr__(self, "row", row)

    def argument_type(self, index: int) -> str:
        """Return the type of an argument, counted from 0; a text where none is declared."""
        return self.row.argument_type(index) or "string"

    def facts(self, world: Any, texts: Sequence[str]) -> list[FactKey]:
        """Return the facts that its result depends on, for these texts of its arguments."""
        return [("own", self.name), *(_fact(world, text, texts) for text in self.reads or ())]


def _fact(world: Any, text: str, texts: Sequence[str]) -> FactKey:
    kind, _, rest = text.partition(" ")
    for number, argument in enumerate(texts, 1):
        rest = rest.replace(f"${number}", argument)
    if kind == "variable":
        index = world.variables.index(rest)
        return ("var", -1 if index is None else index)
    if kind in ("ship", "wing"):
        name, _, part = rest.rpartition(" ")
        return (kind, name.lower(), part)
    if kind == "player":
        return (kind, rest)
    return (kind, rest.lower()) if rest else (kind,)


class OwnOperators:
    """The game's own operators, in addition to the catalog's; one object may serve many missions.

    Operators declared with `reads` before a mission loads are cached by what they read. Others are evaluated every
    time.
    """

    def __init__(self, declared: Iterable[Mapping[str, Any]] = ()) -> None:
        """`declared` are declarations as `as_dicts` returns them; they have no functions."""
        self._declared: dict[str, OwnOperator] = {}
        self._functions: dict[str, Function] = {}
        #: Called with the name of an operator whose results are stale; set by sessions.
        self.on_changed: list[Callable[[str], None]] = []
        for row in declared:
            self.declare(OwnOperator(**{**row, "args": tuple(row["args"]), "reads": _tuple(row["reads"])}))

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def get(self, name: str) -> OwnOperator | None:
        """Return the declaration of an operator, None for an unknown one."""
        return self._declared.get(name)

    def declare(self, operator: OwnOperator) -> None:
        """Add a declaration; it replaces one of the same name."""
        self._declared[operator.name] = operator

    def add(self, name: str, function: Function | None = None, **declaration: Any) -> None:
        """Declare an operator with its function, which takes the evaluated arguments.

        The keywords are the fields of OwnOperator. Numbers are int, or None for not-a-number; truths are bool; all
        other arguments are texts. The function returns a number, a truth, a word of STATUS_WORDS, or None for an
        action. Raises ValueError for an invalid declaration, TypeError for an unknown field.
        """
        for key in ("args", "reads"):
            if declaration.get(key) is not None:
                declaration[key] = tuple(declaration[key])
        if "max_args" not in declaration and not declaration.get("repeats"):
            declaration["max_args"] = max(len(declaration.get("args", ())), declaration.get("min_args", 0))
        self.declare(OwnOperator(name, **declaration))
        if function is not None:
            self._functions[name] = function
        self.changed(name)

    def function(self, name: str) -> Function | None:
        """Return the game's function of an operator, None if there is none."""
        return self._functions.get(name)

    def changed(self, name: str) -> None:
        """Invalidate the results of an operator, after a change of something that its `reads` do not list."""
        for listener in tuple(self.on_changed):
            listener(name)

    def rows(self) -> dict[str, CatalogRow]:
        """Return the rows of all operators by name, for the checker."""
        return {name: operator.row for name, operator in self._declared.items()}

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return all declarations as plain data, for recordings."""
        return [
            {part.name: getattr(operator, part.name) for part in fields(operator) if part.init}
            for operator in self._declared.values()
        ]


def _tuple(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
