"""The memory of the process: from Linux, elsewhere from psutil, and 0 if it is unknown."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sexp_runtime.bridge.readings import process_memory


def test_linux_says_what_is_held_now_and_at_most() -> None:
    now, most = process_memory()
    assert 1_000_000 < now <= most


def hide_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_text(path: Path, **_: str) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", read_text)


def test_psutil_is_used_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_proc(monkeypatch)
    memory = SimpleNamespace(rss=5_000_000, peak_wset=7_000_000)
    process = SimpleNamespace(memory_info=lambda: memory)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(Process=lambda: process))
    assert process_memory() == (5_000_000, 7_000_000)


def test_a_system_without_both_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_proc(monkeypatch)
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert process_memory() == (0, 0)
