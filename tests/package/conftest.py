"""A release made once for all tests here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.releases import Release, make_release
from support.shared import made_once


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A whole release of the files that git tracks, made by the first of the processes that tests run in.

    SEXP_RELEASE names a folder with one that is there already: that which shall be published.
    """
    given = os.environ.get("SEXP_RELEASE")
    if given:
        return Release(Path(given).resolve())
    return Release(made_once(tmp_path_factory, "release", make_release))
