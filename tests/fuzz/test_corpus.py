"""Every run replays the corpus of inputs that went wrong or were made to, the fuzz targets' seeds, and mutations."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from support.fuzz_mutation import mutated
from support.fuzz_targets import TARGETS, found, seeds
from support.fuzzing import in_fast

FOUND = [(target, path) for target in TARGETS for path in found(target)]

#: Mutations of targets whose inputs play a mission twice or on two engines; of all others 300.
SLOW = {"campaign_save": 40, "reload": 60}


@pytest.mark.parametrize(("target", "path"), FOUND, ids=lambda value: value.name if isinstance(value, Path) else value)
def test_an_input_of_the_corpus(target: str, path: Path) -> None:
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_a_corpus(target: str) -> None:
    assert len(found(target)) > 4


@pytest.mark.parametrize("target", TARGETS)
def test_seeds(target: str) -> None:
    assert seeds(target)
    for data in seeds(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_mutated_seeds(target: str) -> None:
    draw = random.Random(target)
    inputs = [data for data in seeds(target) if len(data) < 10_000]
    for _ in range(in_fast(SLOW.get(target, 300))):
        TARGETS[target](mutated(draw.choice(inputs), draw))
