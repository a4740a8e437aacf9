"""The add-on's zips in empty projects."""

from __future__ import annotations

import subprocess
from pathlib import Path

import sexp_runtime

VERSION = sexp_runtime.__version__
WINDOWS = f"sexp-runtime-{VERSION}-windows-x86_64.zip"
BIN = "addons/pythonscript/bin"
SETTINGS = """config_version=5

[application]

config/name="empty"
run/main_scene="res://main.tscn"
run/flush_stdout_on_print=true

[autoload]

SexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"

[editor_plugins]

enabled=PackedStringArray("res://addons/sexp_runtime/plugin.cfg")

[python]

modules=PackedStringArray("sexp_runtime.bridge.runtime")
"""


def run(engine: str, project: Path, *arguments: str, **environment: str) -> str:
    """Run the engine in a project with an empty environment: no Python, no compiler, no path."""
    nothing = {"HOME": str(project.parent / "home"), "PATH": "/nowhere", **environment}
    command = [engine, "--headless", "--path", str(project), *arguments]
    done = subprocess.run(command, env=nothing, cwd="/", capture_output=True, text=True, timeout=300, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-4000:]
    assert "ERROR" not in output and "WARNING" not in output, output[-4000:]
    return output


def counters(engine: str, project: Path, **environment: str) -> str:
    """Play the demo for twenty seconds of mission time; return its line of evaluations and requests."""
    demo = [
        "--fixed-fps",
        "60",
        "res://addons/sexp_runtime/demo/demo.tscn",
        "--",
        "--seconds=20",
        "--quit-at-end",
        "--quiet",
    ]
    output = run(engine, project, *demo, **environment)
    (line,) = [line for line in output.splitlines() if line.startswith("evaluations")]
    return line
