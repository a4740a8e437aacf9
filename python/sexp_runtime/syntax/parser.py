"""The parser of formulas: text to syntax tree with positions. It does not recurse and never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic, quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.preprocess import FIELD_LINE, SourceText, line_starts, shifted, strip_comments, unify_newlines
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

#: Longest token in bytes (A14).
MAX_TOKEN: Final = 31
#: Maximum nesting depth of lists; the deepest list in known missions has a tenth of it.
MAX_DEPTH: Final = 200
#: Maximum length of a text in characters, and maximum number of nodes of one formula.
MAX_TEXT: Final = 32 * 1024 * 1024
MAX_NODES: Final = 1_000_000
#: Maximum number of problems reported for one formula.
MAX_PROBLEMS: Final = 100

# Group 1: opening parenthesis, 2: the bare token after it, 3: string, 4: bare token, 5: closing parenthesis,
# 6: quote without end (A11, A12). For speed the head is matched with its parenthesis, unless it begins with @ or &.
# The pattern matches at every position (without a group at the end of the text) and never backtracks over blanks.
_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:(\()[ \t\r\n]*+([^ \t\r\n()"@&][^ \t\r\n()]*+)?'
    r'|"([^"]*)"|([^ \t\r\n()"][^ \t\r\n()]*+)|(\))|(")|\Z)'
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_MODIFIERS = re.compile(r"[ \t]*\(")
_DIGITS: Final = frozenset("0123456789")
_LIST = NodeKind.LIST
_OPERATOR = NodeKind.OPERATOR
_NUMBER = NodeKind.NUMBER
_STRING = NodeKind.STRING
#: Marks a token or container data that makes its list the constant false.
_UNUSABLE: Final = SyntaxNode(NodeKind.NUMBER)


@dataclass(slots=True)
class ParseResult:
    """The result for one formula: its expression, or None if there is none, and all problems."""

    expression: SexpExpression | None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is an expression and no error."""
        return self.expression is not None and not any(problem.is_error for problem in self.diagnostics)


class SexpParser:
    """Parses formulas against a set of symbols (A10-A39).

    If the original replaces a faulty list by the constant false, the tree contains `( false )`.
    """

    __slots__ = ("max_depth", "max_nodes", "max_text", "symbols")

    def __init__(
        self,
        symbols: Symbols,
        *,
        max_depth: int = MAX_DEPTH,
        max_nodes: int = MAX_NODES,
        max_text: int = MAX_TEXT,
    ) -> None:
        self.symbols = symbols
        self.max_depth = max_depth
        self.max_nodes = max_nodes
        self.max_text = max_text

    def parse(self, text: str, *, owner: str = "", file: str = "", line: int = 1, comments: bool = True) -> ParseResult:
        """Parse one formula; anything after it is reported.

        line: number of the first line of the text, for positions. comments: whether to remove comments and version tags
        first (A2-A6); printed trees have none.
        """
        if len(text) > self.max_text:
            message = f"the text has {len(text)} characters, more than {self.max_text}"
            return ParseResult(None, [make_diagnostic("E110", message, file=file, line=line, column=1, owner=owner)])
        if comments:
            source = strip_comments(text, first_line=line)
        else:
            text = unify_newlines(text)
            source = SourceText(text, line_starts(text), {}, line)
        problems: list[Diagnostic] = []
        if "\0" in source.text:
            at, column = source.locate(source.text.index("\0"))
            problems.append(make_diagnostic("E116", "a NUL character", file=file, line=at, column=column, owner=owner))
            source.text = source.text.replace("\0", " ")
        result, end = self.parse_at(source, 0, owner=owner, file=file)
        blanks = _BLANKS.match(source.text, end)
        rest = blanks.end() if blanks is not None else end
        if result.expression is not None and rest < len(source.text) and not _gave_up(result):
            at, column = source.locate(rest)
            extra = quoted(source.text[rest : rest + 60].split("\n", 1)[0].rstrip())
            message = f"text after the formula: {extra}"
            result.diagnostics.append(make_diagnostic("W111", message, file=file, line=at, column=column, owner=owner))
        result.diagnostics[:0] = problems
        return result

    def parse_at(
        self, source: SourceText, start: int, *, owner: str = "", file: str = "", in_file: bool = False
    ) -> tuple[ParseResult, int]:
        """Parse the formula that begins at or after offset `start`; return the result and the offset after it.

        in_file: the text is a mission file, where a line that starts a field ends the formula.
        """
        return _Run(self, source, owner, file, in_file).parse(start)


def _gave_up(result: ParseResult) -> bool:
    return any(problem.code in ("E102", "E103", "E106", "E110") for problem in result.diagnostics)


class _Run:
    """One parse."""

    def __init__(self, parser: SexpParser, source: SourceText, owner: str, file: str, in_file: bool) -> None:
        self.parser = parser
        self.symbols = parser.symbols
        self.source = source
        self.owner = owner
        self.file = file
        self.in_file = in_file
        self.problems: list[Diagnostic] = []
        #: The elements read so far of each open list, outermost first, and the offsets where the lists open.
        self.lists: list[list[SyntaxNode]] = []
        self.opened: list[tuple[int, int]] = []
        #: Depths (index in `lists`) of container data, with its name, and of lists that become the constant false.
        self.containers: dict[int, str] = {}
        #: Offset of a container data token before its modifiers.
        self.modified: tuple[int, int] | None = None
        self.broken: set[int] = set()
        #: Depths of lists with a retired operator that keeps only its first argument (A16).
        self.only_first: set[int] = set()
        #: Whether any of the three was ever non-empty.
        self.irregular = False

    def report(self, code: str, message: str, line: int, column: int, fix: tuple[str, str] | None = None) -> None:
        """Add a problem, unless there are too many already."""
        count = len(self.problems)
        if count > MAX_PROBLEMS:
            return
        if count == MAX_PROBLEMS:
            code, message = "E113", "too many problems in this formula, the others are not shown"
        self.problems.append(
            make_diagnostic(
                code,
                message,
                file=self.file,
                line=line,
                column=column,
                owner=self.owner,
                path=self.path(),
                fix=fix,
            )
        )

    def path(self) -> str:
        """Return the parser's place in the tree, as `when[1]/and[2]`."""
        parts = []
        for depth, children in enumerate(self.lists[:12]):
            head = self.containers.get(depth) or (children[0].text if children else "")
            parts.append(f"{head or '()'}[{len(children)}]")
        return "/".join(parts)

    def parse(self, start: int) -> tuple[ParseResult, int]:
        """Parse from `start`; see SexpParser.parse_at."""
        text = self.source.text
        blanks = _BLANKS.match(text, start)
        begin = blanks.end() if blanks is not None else start
        if not text.startswith("(", begin):
            line, column = self.source.locate(min(begin, len(text)))
            found = quoted(text[begin : begin + 40].split("\n", 1)[0]) if begin < len(text) else "the end of the text"
            self.report("E101", f"expected an opening parenthesis, not {found}", line, column)
            return ParseResult(None, self.problems), start
        root, end = self.read(begin)
        line, _ = self.source.locate(begin)
        if not root.children:
            self.report("E115", "an empty list is not a formula", root.line, root.column)
            return ParseResult(None, self.problems), end
        expression = SexpExpression(root, self.owner, self.file, line, text[begin:end])
        return ParseResult(expression, self.problems), end

    def read(self, begin: int) -> tuple[SyntaxNode, int]:
        """Read the list that opens at `begin`; return its node and the offset after it."""
        source = self.source
        text, starts, shifts, first_line = source.text, source.starts, source.shifts, source.first_line
        operators, in_file = self.symbols.operators, self.in_file
        lists, opened, max_depth = self.lists, self.opened, self.parser.max_depth
        index = source.line_index(begin)
        last, limit = len(starts) - 1, len(text) + 1
        line, line_start = index + first_line, starts[index]
        next_start = starts[index + 1] if index < last else limit
        children: list[SyntaxNode] = []
        match = None
        for match in islice(_TOKEN.finditer(text, begin), self.parser.max_nodes):
            kind = match.lastindex
            if kind is None:
                break
            at = match.start(kind)
            if at >= next_start:
                while at >= next_start:
                    index += 1
                    next_start = starts[index + 1] if index < last else limit
                line, line_start = index + first_line, starts[index]
            column = at - line_start + 1
            if shifts and index in shifts:
                column = shifted(column - 1, shifts[index]) + 1
            if kind == 5:
                node = self.close(children) if self.irregular else None
                at_line, at_column = opened.pop()
                if node is None:
                    node = SyntaxNode(_LIST, "", tuple(children), at_line, at_column)
                lists.pop()
                if not lists:
                    return node, match.end()
                children = lists[-1]
                if node is not _UNUSABLE:
                    children.append(node)
                continue
            if kind == 3:
                token = match[3]
                column -= 1  # of the quote, which is not in the group
                variable = None
                if token[:1] == "@":
                    variable = self.symbols.variable(token)
                if "\n" in token:
                    if in_file and (found := FIELD_LINE.search(token)) is not None:
                        self.report("E103", f"the string {quoted(token)} has no closing quote", line, column)
                        return self.unfinished("", line, column), at + found.start()
                    self.report("W118", f"the string {quoted(token)} runs over the end of its line", line, column)
                if variable is None and (len(token) > MAX_TOKEN or not token.isascii()):
                    token = self.cut_string(token, line, column)
                children.append(SyntaxNode(_STRING, token, (), line, column, variable))
                continue
            if kind <= 2:
                if len(lists) >= max_depth:
                    self.report("E106", f"lists are nested deeper than {max_depth}", line, column)
                    return self.unfinished("", line, column), self.resume(at)
                children = []
                lists.append(children)
                if self.modified is not None:
                    opened.append(self.modified)
                    self.modified = None
                elif kind == 1:
                    opened.append((line, column))
                else:
                    opening = match.start(1)
                    if opening >= line_start and not shifts:
                        opened.append((line, opening - line_start + 1))
                    else:
                        opened.append(source.locate(opening))
                if kind == 1:
                    continue
                token = match[2]
                if token in operators:
                    children.append(SyntaxNode(_OPERATOR, token, (), line, column))
                    continue
            elif kind == 4:
                token = match[4]
                if token[0] in _DIGITS and len(token) < 8:
                    children.append(SyntaxNode(_NUMBER, token, (), line, column))
                    continue
            else:
                self.report("E103", "a string has no closing quote", line, column)
                return self.unfinished("", line, column), self.resume(at)
            if in_file and token[0] in "$+#" and self.is_field(line_start, at):
                return self.unfinished("the next field", line, column), line_start
            node = self.bare_token(token, line, column, match.end())
            if node is not _UNUSABLE:
                children.append(node)
        end = len(text)
        if match is not None and (more := _TOKEN.match(text, match.end())) is not None and more.lastindex:
            line, column = source.locate(more.start())
            self.report("E110", f"the formula has more than {self.parser.max_nodes} tokens", line, column)
            return self.unfinished("", line, column), self.resume(more.start())
        line, column = source.locate(end)
        return self.unfinished("the end of the text", line, column), end

    def is_field(self, line_start: int, at: int) -> bool:
        """Whether the token at `at` starts a field line of a mission file."""
        text = self.source.text
        return not text[line_start:at].strip() and FIELD_LINE.match(text, line_start) is not None

    def resume(self, at: int) -> int:
        """Return the offset at which reading continues after a formula abandoned at `at`."""
        if self.in_file and (found := FIELD_LINE.search(self.source.text, at)) is not None:
            return found.start()
        return len(self.source.text)

    def unfinished(self, what: str, line: int, column: int) -> SyntaxNode:
        """Abandon all open lists; the formula becomes the constant false. Reports E102 unless a reason was reported."""
        if what:
            opening = f"opened in line {self.opened[-1][0]}"
            self.report("E102", f"{what} is inside a list ({opening}); a closing parenthesis is missing", line, column)
        root = _false(*self.opened[0])
        self.lists.clear()
        self.opened.clear()
        return root

    def close(self, children: list[SyntaxNode]) -> SyntaxNode | None:
        """Return the node for the innermost list if it is a special one, None if it is ordinary."""
        depth = len(self.lists) - 1
        line, column = self.opened[-1]
        container = self.containers.pop(depth, None)
        is_broken = depth in self.broken
        self.broken.discard(depth)
        if container is not None:
            if is_broken:
                self.broken.add(depth - 1)
                return _UNUSABLE
            return SyntaxNode(NodeKind.CONTAINER_DATA, container, tuple(children), line, column)
        if is_broken:
            self.only_first.discard(depth)
            return _false(line, column)
        if depth in self.only_first:
            self.only_first.discard(depth)
            if len(children) > 2:
                self.report("W114", "a retired operator: only its first argument is kept", line, column)
                del children[2:]
        return None

    def bare_token(self, token: str, line: int, column: int, end: int) -> SyntaxNode:
        """Return the node of a bare token (A15) that ends at offset `end`.

        _UNUSABLE if its list becomes the constant false, or if the following list completes the node.
        """
        symbols = self.symbols
        if token[0] == "@":
            variable = symbols.variable(token)
            if variable is not None:
                return SyntaxNode(_NUMBER, token, (), line, column, variable)
            if "[" in token and "]" not in token:
                self.report("E107", f"the bracket of {quoted(token)} is not closed", line, column)
        elif token[0] == "&" and symbols.dialect is not Dialect.WCS:
            return self.container_token(token, line, column, end)
        name: str | None = token
        if token not in symbols.operators:
            name = symbols.aliases.get(token.lower())
        if name is None:
            if len(token) > MAX_TOKEN or not token.isascii():
                size = len(token.encode("utf-8", "replace"))
                if size > MAX_TOKEN:
                    message = f"the token {quoted(token)} is longer than {MAX_TOKEN} bytes"
                    return self.unusable("E104", message, line, column)
            return SyntaxNode(_NUMBER, token, (), line, column)
        node = SyntaxNode(_OPERATOR, name, (), line, column)
        depth = len(self.lists) - 1
        if not self.lists[-1] and depth not in self.containers:
            if token.lower() == "ai-chase-any-except":
                self.irregular = True
                self.only_first.add(depth)
        elif name in ("true", "false"):
            message = f"{name} lacks its parentheses; they are added"
            self.report("W112", message, line, column, (token, f"( {name} )"))
            return SyntaxNode(_LIST, "", (node,), line, column)
        return node

    def unusable(self, code: str, message: str, line: int, column: int) -> SyntaxNode:
        """Report a token that makes its list the constant false."""
        self.report(code, message, line, column)
        self.irregular = True
        self.broken.add(len(self.lists) - 1)
        return _UNUSABLE

    def container_token(self, token: str, line: int, column: int, end: int) -> SyntaxNode:
        """Return the node of a container name; container data form one node with the list that follows (A30)."""
        is_name = token.startswith("&&")
        name = token[2:] if is_name else token[1:-1]
        if not is_name and (len(token) < 3 or token[-1] != "&"):
            return self.unusable("E109", f"the token {quoted(token)} does not end with &", line, column)
        if len(token.encode("utf-8", "replace")) > MAX_TOKEN:
            return self.unusable("E104", f"the token {quoted(token)} is longer than {MAX_TOKEN} bytes", line, column)
        if name.lower() not in self.symbols.containers:
            return self.unusable("E108", f"there is no container {quoted(name)}", line, column)
        if is_name:
            return SyntaxNode(NodeKind.CONTAINER_NAME, name, (), line, column)
        if _MODIFIERS.match(self.source.text, end) is None:
            return self.unusable("E109", f"&{name}& needs its modifiers after it, in parentheses", line, column)
        self.irregular = True
        self.containers[len(self.lists)] = name
        self.modified = (line, column)
        return _UNUSABLE

    def cut_string(self, text: str, line: int, column: int) -> str:
        """Return the text cut to the maximum token length, in bytes and at a character's end (A14)."""
        cut = cut_token(text)
        if len(cut) == len(text):
            return text
        self.report("W105", f"the string {quoted(text)} is longer than {MAX_TOKEN} bytes and is cut", line, column)
        return cut


def cut_token(text: str) -> str:
    """Return the text cut to MAX_TOKEN bytes, at a character's end (A14)."""
    if len(text) <= MAX_TOKEN and text.isascii():
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= MAX_TOKEN else data[:MAX_TOKEN].decode("utf-8", "ignore")


def _false(line: int, column: int) -> SyntaxNode:
    """Return the constant false at a place."""
    return SyntaxNode(_LIST, "", (SyntaxNode(_OPERATOR, "false", (), line, column),), line, column)
