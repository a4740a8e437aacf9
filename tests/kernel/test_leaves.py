"""Programs whatever is a leaf: with every operator a leaf that can be one, and with none."""

from __future__ import annotations

import random

import pytest

from sexp_runtime import kernel
from support.equivalence import check_mission
from support.fuzzing import in_fast
from support.random_missions import random_mission

pytestmark = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")

ENGINES = ("interpreted", "cached", "checked", "pre_evaluated")


@pytest.fixture(params=["every operator a leaf", "no operator a leaf", "nothing calculated"])
def nodes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the kernel measure nothing itself, keep no result of a call, or calculate nothing itself."""
    from sexp_runtime.compiler import program_forms, program_nodes

    def _unfit(self: object, holder: object, head: object) -> int:
        raise program_nodes.Unfit

    if request.param == "no operator a leaf":
        for builder in (program_nodes.Builder, program_forms.FormBuilder):
            monkeypatch.setattr(builder, "_is_leaf", lambda self, head: False)
    else:
        monkeypatch.setattr(program_nodes, "MEASURED", {})
        monkeypatch.setattr(program_nodes.Builder, "_boxed", _unfit)
    if request.param == "nothing calculated":
        monkeypatch.setattr(program_nodes, "CALCULATED", {})
    return str(request.param)


@pytest.mark.parametrize("wcs", [False, True], ids=["fso", "wcs"])
def test_random_missions_go_as_the_interpreter_says(nodes: str, wcs: bool) -> None:
    for seed in range(in_fast(60)):
        check_mission(random_mission(random.Random(seed + 7000 * wcs), wcs=wcs), ENGINES)
