"""Made-up engines and folders for tests of the set-up."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def project() -> Path:
    """The top folder of the project under test."""
    return PROJECT


@pytest.fixture
def fake_engine(tmp_path: Path) -> Callable[..., Path]:
    """Makes a made-up engine: a script that prints a version and exits with a status."""

    def make(version: str, folder: str = "bin", name: str = "godot", status: int = 0) -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho '{version}'\necho x >>'{path}.asked'\nexit {status}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make
