"""The checker's cases: small missions with what the original's own check says of each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.mission import parse_mission, validate_mission
from sexp_runtime.syntax import Diagnostic

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "cases"
_FILE = Path(os.environ.get("SEXP_CASES") or _BESIDE) / "checker.jsonl"
CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines() if line.strip()]
    if _FILE.is_file()
    else []
)

pytestmark = pytest.mark.skipif(not CASES, reason="no checker.jsonl: set SEXP_CASES to the folder of cases")


def problems(text: str) -> list[Diagnostic]:
    load = parse_mission(text)
    return load.diagnostics + (validate_mission(load.mission) if load.is_readable else [])


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']}-{case['rule']}" for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    found = problems(case["mission"])
    expected, owner = case["expect"]["check"], case["expect"].get("at", "")
    errors = [problem for problem in found if problem.is_error]
    if expected == "clean":
        assert found == []
        return
    name = owner.split(" ", 1)[1].strip('"') if " " in owner else owner
    there = [problem for problem in found if name.lower() in f"{problem.owner} {problem.message}".lower()]
    if expected == "error":
        assert any(problem.is_error for problem in there), found
    else:
        assert errors == []
        assert there, found
