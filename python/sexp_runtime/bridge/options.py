"""The options of `load_mission`: all are checked before the running mission changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from sexp_runtime.bridge.gate import RefusedError, choices, number, shown, text, truth, whole_number
from sexp_runtime.bridge.mapping import LEAVING
from sexp_runtime.world.quotas import UNLIMITED_BY_ZERO, Quotas

ENGINES: Final = ("cached", "naive", "compiled")
DIALECTS: Final = ("auto", "fso", "wcs")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """The options with which a game loads a mission; see `load_mission` of the autoload."""

    seed: int = 0
    engine: str = "cached"
    dialect: str = "auto"
    scenario: bool = False
    strict: bool = False
    cache_bytes: int = 4 << 20
    verify_every: int = 0
    freed_means: str = "destroyed"
    frame_budget_us: float = 0.0
    event_budget_us: float = 0.0
    record: bool = False
    record_to: str = ""
    recordings: str = ""
    savable: bool = False
    campaign: str = ""
    pilot: str = "pilot"
    campaigns: str = ""
    quotas: Quotas = field(default_factory=Quotas)


_CHOICES: Final = {"engine": ENGINES, "dialect": DIALECTS, "freed_means": LEAVING}
_LEAST: Final = {"cache_bytes": 0, "verify_every": 0, "frame_budget_us": 0, "event_budget_us": 0, "seed": 0}


def read_options(given: Mapping[str, Any]) -> LoadOptions:
    """Return the options of a dictionary; raises RefusedError with a sentence about the first invalid one."""
    usual = LoadOptions()
    known = {one.name: getattr(usual, one.name) for one in fields(LoadOptions)}
    found: dict[str, Any] = {}
    for key, value in given.items():
        name = str(key)
        if name not in known:
            raise RefusedError(f"there is no option {name!r}{choices(name, known)}")
        try:
            found[name] = _converted(name, known[name], value)
        except RefusedError as reason:
            raise RefusedError(f"the option {name} cannot be {shown(value)}: {reason}") from None
    return LoadOptions(**found)


def _converted(name: str, default: Any, value: Any) -> Any:
    if isinstance(default, Quotas):
        return _quotas(value)
    if isinstance(default, bool):
        return truth(value)
    if isinstance(default, str):
        taken = text(value)
        if name in _CHOICES and taken not in _CHOICES[name]:
            raise RefusedError(f"it must be one of {', '.join(_CHOICES[name])}")
        return taken
    amount = whole_number(value) if isinstance(default, int) else number(value)
    if amount < _LEAST[name]:
        raise RefusedError(f"it must be at least {_LEAST[name]}")
    return amount


def _quotas(value: Any) -> Quotas:
    """Return the quotas of a dictionary; those that it does not name are the usual ones."""
    if not isinstance(value, Mapping):
        raise RefusedError("expected a dictionary of quotas")
    known = asdict(Quotas())
    found: dict[str, int] = {}
    for key, amount in value.items():
        name = str(key)
        if name not in known:
            raise RefusedError(f"there is no quota {name!r}{choices(name, known)}")
        least = 0 if name in UNLIMITED_BY_ZERO else 1
        if whole_number(amount) < least:
            raise RefusedError(f"the quota {name} must be at least {least}")
        found[name] = whole_number(amount)
    return Quotas(**found)
