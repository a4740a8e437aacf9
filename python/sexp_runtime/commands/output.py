"""Output of commands for other programs: JSON, to a file or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sexp_runtime.files import write_text


def write_json(target: str, data: Any, *, indent: int | None = None) -> None:
    """Write data as JSON to the named file, or to standard output for "-"; raises OSError if it cannot.

    Characters beyond ASCII are escaped, so that any terminal and any name from a damaged file can be written.
    """
    text = json.dumps(data, indent=indent) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        write_text(Path(target), text)
