"""LeakSanitizer for tests: how to start a process under it, and what it reports."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest


def environment_of(*before: Path) -> dict[str, str]:
    """Return the environment of a process under LeakSanitizer; other libraries may come before its own."""
    found = subprocess.run(["gcc", "-print-file-name=liblsan.so"], capture_output=True, text=True, check=True)
    library = found.stdout.strip()
    if not os.path.isabs(library):
        pytest.skip("gcc has no liblsan.so (Debian: liblsan0)")
    return {
        **os.environ,
        "LD_PRELOAD": " ".join([*map(str, before), library]),
        "LSAN_OPTIONS": "fast_unwind_on_malloc=0:malloc_context_size=12:exitcode=0",
        "PYTHONMALLOC": "malloc",
    }


def reported(output: str) -> list[str]:
    """Return the leaks in what a process has printed at its end, one text each."""
    return re.findall(r"^(?:Direct|Indirect) leak of .*?(?=^$)", output, re.M | re.S)
