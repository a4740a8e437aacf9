"""Runs the checks in `inside/` in one engine per module, and gives their results to pytest one by one."""

from __future__ import annotations

import ast
import functools
import json
import shutil
import tempfile
from pathlib import Path

from support.godot.binding import ROOT, Run, new_project

INSIDE = ROOT / "tests" / "engine" / "binding" / "inside"


def names(module: str) -> list[str]:
    """The checks of a module, read from its source: it can be imported inside the engine only."""
    tree = ast.parse((INSIDE / f"{module}.py").read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")]


@functools.cache
def results(module: str, engine: Path, built: Path) -> tuple[dict[str, str], Run]:
    """Run all checks of a module in one engine: (name -> "" or the traceback, the run)."""
    with tempfile.TemporaryDirectory(prefix="binding-") as temporary:
        project = new_project(Path(temporary) / "project", engine, built)
        for path in INSIDE.iterdir():
            if path.suffix in (".py", ".gd"):
                target = project.folder / ("python" if path.suffix == ".py" else "")
                target.mkdir(exist_ok=True)
                shutil.copy(path, target / path.name)
        project.configure(("check_runner", module))
        project.write(
            "main.gd",
            "extends SceneTree\n\nfunc _initialize():\n\troot.add_child(ClassDB.instantiate(&'CheckRunner'))\n",
        )
        answer = Path(temporary) / "results.json"
        run = project.run("--verbose", "--script", "main.gd", "--", str(answer), module, timeout=300)
        if not answer.is_file():
            raise AssertionError(f"the checks did not start:\n{run.output[-4000:]}")
        return {key.rpartition(".")[2]: value for key, value in json.loads(answer.read_text()).items()}, run
