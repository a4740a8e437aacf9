"""Text to tree and back: parser, printer and diagnostics of SEXP formulas."""

from sexp_runtime.syntax.diagnostics import CODES, Diagnostic, Severity, make_diagnostic
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.parser import MAX_DEPTH, MAX_TOKEN, ParseResult, SexpParser
from sexp_runtime.syntax.preprocess import ENGINE_VERSION, SourceText, strip_comments
from sexp_runtime.syntax.printer import print_expression, same_tree
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

__all__ = [
    "CODES",
    "ENGINE_VERSION",
    "MAX_DEPTH",
    "MAX_TOKEN",
    "Diagnostic",
    "Dialect",
    "NodeKind",
    "ParseResult",
    "Severity",
    "SexpExpression",
    "SexpParser",
    "SourceText",
    "Symbols",
    "SyntaxNode",
    "make_diagnostic",
    "print_expression",
    "same_tree",
    "strip_comments",
]
