"""The engine without its counters, for benchmarks: its modules loaded again without their counting statements."""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, ModuleType

_ROOM = "sexp_runtime.events"
#: What counts beside the engine's room: the turns that the engines share.
_TURNS = ("sexp_runtime.rules.manager", "sexp_runtime.rules.cues")
#: What makes the engine, and who has that by name.
_MAKER, _USER = "sexp_runtime.engines", "sexp_runtime.session"
#: What counts: attributes of EngineCounters, and the methods that count idle slots. The number
#: of frames steers the engine, too, so that it stays.
_COUNTS = frozenset({"short_frames", "asked", "evaluations", "invalidations", "permanents", "stale_results"})
_COUNTING = frozenset(("add_idle", "remove_idle"))


class _LeaveOutCounts(ast.NodeTransformer):
    """Removes the statements that change a counter; a call in one of them is kept."""

    def __init__(self) -> None:
        self.removed = 0

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if not isinstance(node.target, ast.Attribute) or node.target.attr not in _COUNTS:
            return node
        self.removed += 1
        does_more = any(isinstance(part, ast.Call) for part in ast.walk(node.value))
        return ast.copy_location(ast.Expr(node.value) if does_more else ast.Pass(), node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _COUNTING:
            self.removed += 1
            return ast.copy_location(ast.Pass(), node)
        return node


class _Loader(importlib.machinery.SourceFileLoader):
    removed = 0

    def get_code(self, fullname: str) -> CodeType:
        """Return the module's code, changed; compiled files on disk are neither read nor written."""
        leave_out = _LeaveOutCounts()
        tree = leave_out.visit(ast.parse(self.get_data(self.path), self.path))
        _Loader.removed += leave_out.removed
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find modules of the engine's room as usual, but load them without their counts."""
        if not fullname.startswith((_ROOM, *_TURNS)):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


@contextmanager
def uncounted(*others: str) -> Iterator[None]:
    """Make engines built inside the block count nothing; the modules named in `others` are loaded again as well.

    Raises RuntimeError where no counting statement is found, because the engine has changed and this file has not.
    """

    def ours() -> list[str]:
        return [name for name in sys.modules if name.startswith(_ROOM) or name in (_MAKER, *_TURNS, *others)]

    user = importlib.import_module(_USER)
    make_engine = user.make_engine
    kept = {name: sys.modules.pop(name) for name in ours()}
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    _Loader.removed = 0
    try:
        for name in ("cached", "cached_cues"):
            importlib.import_module(f"{_ROOM}.{name}")
        if _Loader.removed < 15:
            raise RuntimeError(f"only {_Loader.removed} counting statements were found in {_ROOM}")
        user.make_engine = importlib.import_module(_MAKER).make_engine  # type: ignore[attr-defined]
        yield
    finally:
        user.make_engine = make_engine  # type: ignore[attr-defined]
        sys.meta_path.remove(finder)
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)
        for name in (_ROOM, _MAKER, *_TURNS):
            parent, _, child = name.rpartition(".")
            setattr(sys.modules[parent], child, sys.modules[name])
