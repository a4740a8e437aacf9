"""SEXP runtime: FreeSpace-family mission scripts, evaluated only where something changed.

It exports the classes that most users need; each is imported from its room on first access.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sexp_runtime.cache.expression_cache import ExpressionCache
    from sexp_runtime.mission.validator import SexpValidator
    from sexp_runtime.monitor.hints import PerformanceHints
    from sexp_runtime.monitor.performance import SexpPerformanceMonitor
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.operators.evaluator import SexpEvaluator
    from sexp_runtime.rules.manager import MissionEventManager
    from sexp_runtime.session import MissionSession
    from sexp_runtime.syntax.parser import SexpParser
    from sexp_runtime.syntax.tree import SexpExpression
    from sexp_runtime.world.variables import VariableManager

__all__ = [
    "EvaluationContext",
    "ExpressionCache",
    "MissionEventManager",
    "MissionSession",
    "PerformanceHints",
    "SexpEvaluator",
    "SexpExpression",
    "SexpParser",
    "SexpPerformanceMonitor",
    "SexpValidator",
    "VariableManager",
]

#: The version of the runtime and of the add-on (SemVer). `tools/package` refuses an add-on with another version.
__version__: Final = "0.1.0"

_HOMES: Final = {
    "EvaluationContext": "operators.context",
    "ExpressionCache": "cache.expression_cache",
    "MissionEventManager": "rules.manager",
    "MissionSession": "session",
    "PerformanceHints": "monitor.hints",
    "SexpEvaluator": "operators.evaluator",
    "SexpExpression": "syntax.tree",
    "SexpParser": "syntax.parser",
    "SexpPerformanceMonitor": "monitor.performance",
    "SexpValidator": "mission.validator",
    "VariableManager": "world.variables",
}


def __getattr__(name: str) -> Any:
    """Import a class of __all__ from its room; AttributeError for any other name."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the names of this module, including classes not yet imported."""
    return sorted({*globals(), *__all__})
