"""A C compiler for tests that ask whether something is compiled, not how well."""

from __future__ import annotations

from pathlib import Path


def quick_compiler(folder: Path) -> str:
    """Write a command that compiles as gcc does, but without optimisation, which takes most of the time."""
    script = folder / "quick-gcc"
    script.write_text('#!/bin/sh\nexec gcc "$@" -O0\n', encoding="utf-8")
    script.chmod(0o755)
    return str(script)
