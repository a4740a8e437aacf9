"""The two dialects of SEXPs that the runtime supports."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """FSO is FreeSpace 2 Open (2026), WCS the older Wing Commander Saga branch; values are the catalog's names."""

    FSO = "fso"
    WCS = "wcs"
