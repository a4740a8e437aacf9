"""Every module that registers operators is a family, and a family that is not there is an error."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sexp_runtime import operators


def test_every_module_that_registers_operators_is_a_family() -> None:
    registering = {
        path.stem
        for path in Path(operators.__file__).parent.glob("*.py")
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "operator"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert registering - {"registry"} <= set(operators.FAMILIES)


def test_a_misspelt_family_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError, match="arithmetics"):
        operators.register_all(("arithmetics",))
