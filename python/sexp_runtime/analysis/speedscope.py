"""Flame graphs: the stacks of a full profile in the file format of speedscope and compatible viewers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def speedscope_file(name: str, stacks: Mapping[tuple[str, ...], int]) -> dict[str, Any]:
    """Return the file's content for self times in nanoseconds by stack, outermost first; ready for json.dump."""
    frames: dict[str, int] = {}
    samples = []
    weights = []
    for stack, spent in sorted(stacks.items()):
        samples.append([frames.setdefault(frame, len(frames)) for frame in stack])
        weights.append(spent / 1000)
    return {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": name,
        "exporter": "sexp-runtime",
        "shared": {"frames": [{"name": frame} for frame in frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "microseconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": samples,
                "weights": weights,
            }
        ],
    }
