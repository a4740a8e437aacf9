"""Parse speed: formulas and whole missions in MB/s, beside json.loads on equally many bytes of the same trees."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "python"))

from sexp_runtime.mission import load_mission, make_symbols, validate_mission  # noqa: E402
from sexp_runtime.syntax import NodeKind, SexpParser, SyntaxNode, print_expression  # noqa: E402

#: One event's formula, written for this benchmark; %d makes each copy different.
FORMULA = """( when
   ( and
      ( is-event-true-delay "Stage %d" 0 )
      ( not
         ( is-destroyed-delay 0 "Tug %d" )
      )
      ( > ( distance "Heron 1" "Tug %d" ) 1000 )
   )
   ( modify-variable @Kills[0] ( + @Kills[0] 1 ) )
   ( send-message "#Command" "High" "Hurry %d" )
)
"""


def best_seconds(work: Callable[[], object], repeat: int) -> float:
    """Return the least CPU time of several runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def as_json(node: SyntaxNode) -> Any:
    """Return a tree as nested lists with texts and numbers, as JSON would hold it."""
    if node.kind in (NodeKind.LIST, NodeKind.CONTAINER_DATA):
        return [as_json(child) for child in node.children]
    if node.kind is NodeKind.NUMBER and node.text.lstrip("-").isdigit():
        return int(node.text)
    return node.text


def equal_bytes(tree: Any, size: int) -> str:
    """Return JSON text of about `size` bytes that repeats the tree."""
    one = json.dumps(tree, indent=3)
    return "[" + ",".join([one] * max(1, round(size / (len(one) + 1)))) + "]"


def measure_formulas(copies: int, repeat: int) -> dict[str, Any]:
    """Parse, print and parse as JSON `copies` formulas."""
    parser = SexpParser(make_symbols(variables=["Kills"]))
    texts = [FORMULA.replace("%d", str(number)) for number in range(copies)]
    size = sum(len(text) for text in texts)
    trees = [result.expression.root for text in texts if (result := parser.parse(text)).ok and result.expression]
    nodes = sum(1 for tree in trees for _ in tree.walk())
    text = equal_bytes([as_json(tree) for tree in trees[:50]], size)
    parse = best_seconds(lambda: [parser.parse(text) for text in texts], repeat)
    printing = best_seconds(lambda: [print_expression(tree) for tree in trees], repeat)
    loads = best_seconds(lambda: json.loads(text), repeat)
    return {
        "bytes": size,
        "nodes": nodes,
        "parse_mb_s": size / 1e6 / parse,
        "parse_us_per_node": parse * 1e6 / nodes,
        "print_mb_s": size / 1e6 / printing,
        "json_loads_mb_s": len(text) / 1e6 / loads,
    }


def measure_missions(folder: Path, repeat: int) -> dict[str, Any] | None:
    """Load and check all missions of a folder, and the largest one separately."""
    paths = sorted(folder.rglob("*.fs2")) if folder.is_dir() else []
    if not paths:
        return None
    size = sum(path.stat().st_size for path in paths)
    load = best_seconds(lambda: [load_mission(path) for path in paths], max(1, repeat // 2))
    largest = max(paths, key=lambda path: path.stat().st_size)
    mission = load_mission(largest).mission
    trees = [as_json(formula.root) for formula in mission.formulas()]
    text = equal_bytes(trees, largest.stat().st_size)
    load_largest = best_seconds(lambda: load_mission(largest), repeat)
    return {
        "missions": len(paths),
        "bytes": size,
        "load_mb_s": size / 1e6 / load,
        "largest_bytes": largest.stat().st_size,
        "largest_load_ms": load_largest * 1e3,
        "largest_load_mb_s": largest.stat().st_size / 1e6 / load_largest,
        "largest_validate_ms": best_seconds(lambda: validate_mission(mission), repeat) * 1e3,
        "json_loads_mb_s": len(text) / 1e6 / best_seconds(lambda: json.loads(text), repeat),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE (- for standard output)")
    parser.add_argument("--formulas", type=int, default=2000, help="number of formulas (default 2000)")
    parser.add_argument("--repeat", type=int, default=7, help="runs of which the best counts (default 7)")
    beside = PROJECT.parent / "shared" / "missions"
    parser.add_argument(
        "--missions",
        type=Path,
        default=Path(os.environ.get("SEXP_MISSIONS") or beside),
        help="folder of missions (default $SEXP_MISSIONS or ../shared/missions; left out where absent)",
    )
    options = parser.parse_args()
    result: dict[str, Any] = {"formulas": measure_formulas(options.formulas, options.repeat)}
    missions = measure_missions(options.missions, options.repeat)
    if missions is not None:
        result["missions"] = missions
    text = json.dumps(result, indent=1)
    if options.json == "-":
        print(text)
        return 0
    if options.json:
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    for part, numbers in result.items():
        print(f"{part}:")
        for name, value in numbers.items():
            print(f"  {name:22} {value:12.2f}" if isinstance(value, float) else f"  {name:22} {value:12}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
