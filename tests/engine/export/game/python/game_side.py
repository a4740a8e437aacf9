"""A module of the game's own, carried along by the export."""

import json
import os
import sys
from typing import Any

import msgpack

from sexp_runtime.loops import native


def facts() -> dict[str, Any]:
    """What the tests want to know of the Python that runs."""
    return {
        "path": sys.path,
        "executable": sys.executable,
        "isolated": sys.flags.isolated,
        "no_site": sys.flags.no_site,
        "prefix": sys.prefix,
        "modules": sorted(
            str(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))
        ),
        "round_trip": msgpack.unpackb(msgpack.packb(json.loads(json.dumps({"a": [1, 2]})))),
        "loops": native.__name__,
        "environment_seen": "PYTHONHOME" in os.environ,
    }
