"""Fuzzing of parser, printer and preprocessing: nothing but diagnostics ever comes out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.catalog import CATALOG
from sexp_runtime.syntax import (
    CODES,
    Dialect,
    NodeKind,
    SexpParser,
    Symbols,
    SyntaxNode,
    print_expression,
    same_tree,
    strip_comments,
)
from support.fuzzing import fuzz

VARIABLES = ["Score", "", "Mood"]
CONTAINERS = {"Prices": "map", "Queue": "list"}
FSO = SexpParser(Symbols(CATALOG.fso.names, aliases=CATALOG.fso.aliases, variables=VARIABLES, containers=CONTAINERS))
WCS = SexpParser(Symbols(CATALOG.wcs.names, aliases=CATALOG.wcs.aliases, variables=VARIABLES, dialect=Dialect.WCS))
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
WORDS = (
    '( ) " " ; /* */ !* *! ;;FSO @Score[1] @Score @Mood[ ] @ & && &&Queue &Prices& &Queue&( &Zip& <argument> when cond '
    "and not true false goals ai-chase-any-except SET-SHIP-POSITION perform-actions 1 -5 +3 99999999999 3.9 $Formula: "
    "+Name: #Events #End + - * / mod % \0 \x0b \xa0 \u2028 \U0001f680"
)
PIECES = st.sampled_from(
    [
        *WORDS.split(" "),
        *["\n", "\r\n", "\r", "\t", " ", ";;FSO 3.7;;", ";;FSO 99;;", "x" * 31, "y" * 32, "(" * 60],
        '"' + "z" * 40 + '"',
    ]
)
SOUP = st.lists(PIECES | TEXT, max_size=60).map(" ".join) | st.lists(PIECES, max_size=80).map("".join)


@fuzz(250)
@given(SOUP | TEXT)
def test_any_text_gives_a_tree_or_problems(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for parser in (FSO, WCS):
        result = parser.parse(text)
        assert result.expression is not None or result.diagnostics
        for problem in result.diagnostics:
            assert problem.code in CODES
            assert 1 <= problem.line <= lines
            assert 1 <= problem.column <= len(text) + 1
        if result.expression is None:
            continue
        for node in result.expression.root.walk():
            assert 1 <= node.line <= lines
            assert 1 <= node.column <= len(text)
        printed = print_expression(result.expression)
        again = parser.parse(printed, comments=False)
        assert again.expression is not None
        assert same_tree(result.expression, again.expression)
        assert print_expression(again.expression) == printed


@fuzz(250)
@given(SOUP)
def test_stripping_keeps_lines_and_places(text: str) -> None:
    source = strip_comments(text)
    original = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert source.text.count("\n") + 1 == len(original)
    for offset in range(len(source.text)):
        line, column = source.locate(offset)
        if source.text[offset] != "\n":
            assert original[line - 1][column - 1] == source.text[offset]


def _is_plain(token: str) -> bool:
    if token[0] in '"@&' or token in CATALOG.fso or token.lower() in CATALOG.fso.aliases:
        return False
    return len(token.encode("utf-8")) <= 31


BARE = st.text(st.characters(codec="utf-8", exclude_characters=" \t\r\n()\0"), min_size=1, max_size=12).filter(
    _is_plain
)
QUOTED = st.text(st.characters(codec="utf-8", exclude_characters='"\r\0@'), max_size=15).filter(
    lambda text: len(text.encode("utf-8")) <= 31
)
ATOMS = st.one_of(
    BARE.map(lambda text: SyntaxNode(NodeKind.NUMBER, text)),
    st.integers(-(2**40), 2**40).map(lambda number: SyntaxNode(NodeKind.NUMBER, str(number))),
    QUOTED.map(lambda text: SyntaxNode(NodeKind.STRING, text)),
    st.just(SyntaxNode(NodeKind.NUMBER, "@Score[10]", variable=0)),
    st.just(SyntaxNode(NodeKind.STRING, "@Mood[calm sea]", variable=2)),
    st.just(SyntaxNode(NodeKind.CONTAINER_NAME, "Queue")),
    st.just(SyntaxNode(NodeKind.STRING, "<argument>")),
)
HEADS = st.sampled_from(sorted(CATALOG.fso)).map(lambda name: SyntaxNode(NodeKind.OPERATOR, name))


def _lists(children: st.SearchStrategy[SyntaxNode]) -> st.SearchStrategy[SyntaxNode]:
    arguments = st.lists(children, max_size=5)
    return st.one_of(
        st.builds(lambda head, rest: SyntaxNode(NodeKind.LIST, "", (head, *rest)), HEADS, arguments),
        arguments.map(lambda rest: SyntaxNode(NodeKind.LIST, "", tuple(rest))),
        arguments.map(lambda rest: SyntaxNode(NodeKind.CONTAINER_DATA, "Prices", tuple(rest))),
    )


TREES = st.builds(
    lambda head, rest: SyntaxNode(NodeKind.LIST, "", (head, *rest)),
    HEADS,
    st.lists(st.recursive(ATOMS, _lists, max_leaves=20), max_size=5),
)


@fuzz(200)
@given(TREES, st.sampled_from([None, 0, 3]))
def test_parse_of_print_is_the_tree(tree: SyntaxNode, indent: int | None) -> None:
    result = FSO.parse(print_expression(tree, indent=indent), comments=False)
    assert result.expression is not None
    assert same_tree(result.expression, tree)
