"""Make the compact catalog data of sexp_runtime from a reference folder that holds operators.json and types.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

#: Marks of the reference's flat argument lists: the last type repeats, or a trailing group of a known length does.
REPEAT, CYCLE = "...", "...cycle"
#: Length of the repeating group of each operator whose argument list ends with the cycle mark.
CYCLES = {
    "send-message-chain": 4,
    "send-message-list": 4,
    "set-explosion-option": 2,
    "set-sound-environment": 2,
    "tech-add-intel-xstr": 2,
    "tech-remove-intel-xstr": 2,
    "update-sound-environment": 2,
}
#: The old names that the Wing Commander Saga engine reads as well (A16).
WCS_ALIASES = (
    "set-ship-position",
    "set-ship-facing",
    "set-ship-facing-object",
    "ai-chase-any-except",
    "change-ship-model",
    "radar-set-max-range",
)


def short(word: str) -> str:
    """OPF_SHIP_WING -> ship-wing, SEXP_ACTION_OPERATOR -> action."""
    for prefix in ("OPF_", "OPR_", "SEXP_"):
        word = word.removeprefix(prefix)
    return word.removesuffix("_OPERATOR").lower().replace("_", "-")


def arguments(name: str, types: list[str]) -> tuple[list[str], int]:
    """Return the argument types without the mark, and how many of the last ones repeat (0: none)."""
    if types and types[-1] == REPEAT:
        return [short(kind) for kind in types[:-1]], 1
    if types and types[-1] == CYCLE:
        return [short(kind) for kind in types[:-1]], CYCLES[name]
    return [short(kind) for kind in types], 0


def compact(row: dict[str, Any]) -> dict[str, Any]:
    """Return one operator's row with defaults left out."""
    out: dict[str, Any] = {"min": row["min_args"], "kind": short(row["type"]), "returns": short(row["returns"])}
    if row["max_args"] is not None:
        out["max"] = row["max_args"]
    types, repeats = arguments(row["name"], row["args"])
    if types:
        out["args"] = types
    if repeats:
        out["repeats"] = repeats
    out["category"] = row["category"]
    for key in ("subcategory", "terminal_from", "constant_result"):
        if row.get(key):
            out[key] = row[key]
    if row.get("renamed_in_fso_to"):
        out["renamed_to"] = row["renamed_in_fso_to"]
    dialects = [name for name in ("fso", "wcs") if row[f"in_{name}"]]
    if dialects != ["fso", "wcs"]:
        out["dialects"] = dialects
    for key, value in (
        ("campaign", row["usable_in_campaign_file"]),
        ("effects", row["effects"]),
        ("terminal", row["terminal"]),
    ):
        if value:
            out[key] = True
    for key in ("aliases", "reads", "special_results", "flags"):
        if row.get(key):
            out[key] = row[key]
    difference = row.get("wcs_diff") or {}
    wcs: dict[str, Any] = {}
    for key, value in difference.items():
        if key == "args":
            wcs["args"], wcs["repeats"] = arguments(row["name"], value)
        elif key == "returns":
            wcs["returns"] = short(value)
        elif key in ("min_args", "max_args"):
            wcs[key.removesuffix("_args")] = value
        elif key in ("category", "terminal", "special_results"):
            wcs[key] = value
    if wcs:
        out["wcs"] = wcs
    return out


def write(path: Path, rows: dict[str, Any]) -> None:
    """Write a JSON object with one member a line, so that a change shows as one line in a comparison."""
    lines = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}" for name, row in rows.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path, help="folder with operators.json and types.json")
    default = Path(__file__).resolve().parents[2] / "python" / "sexp_runtime" / "catalog" / "data"
    parser.add_argument("--out", type=Path, default=default, help="folder to write to")
    options = parser.parse_args()
    operators = json.loads((options.reference / "operators.json").read_text(encoding="utf-8"))
    types = json.loads((options.reference / "types.json").read_text(encoding="utf-8"))
    options.out.mkdir(parents=True, exist_ok=True)
    rows = {row["name"]: compact(row) for row in sorted(operators, key=lambda row: row["name"])}
    write(options.out / "operators.json", rows)
    kinds = {
        short(row["name"]): {
            "names": row["names"],
            "accepts": [short(kind) for kind in row["operator_return_types_accepted"]],
            "dialects": [name for name in ("fso", "wcs") if row[f"in_{name}"]],
        }
        for row in types["OPF"]
    }
    write(options.out / "types.json", kinds)
    write(options.out / "aliases.json", {"wcs": list(WCS_ALIASES)})
    print(f"{len(rows)} operators, {len(kinds)} argument types")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
