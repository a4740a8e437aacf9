"""The proof of one hint in a process of its own: the wish comes in by standard input, the trial goes out as JSON.

A game starts it as `python -m sexp_runtime.analysis.proof`, so that its frames go on undisturbed meanwhile. Where
Python is the add-on's own, which has no program, the engine runs it by `addons/sexp_runtime/prove_hint.gd`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from sexp_runtime.analysis.trial import Recorded, try_on
from sexp_runtime.monitor.hints import Hint


def main() -> int:
    """Try the hint of the JSON object {"recording": file, "hint": hint as a dictionary}; print a trial, or an error.

    The recording is a copy of what the game has recorded so far; it is removed once it has been tried.
    """
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # the game comes first
    try:
        wish = json.load(sys.stdin)
        recording = Path(wish["recording"])
        try:
            answer = try_on(Recorded(recording), Hint(**wish["hint"])).as_dict()
        finally:
            recording.unlink(missing_ok=True)
    except (OSError, ValueError, LookupError, TypeError) as error:
        answer = {"error": str(error) or type(error).__name__}
    print(json.dumps(answer))
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    sys.exit(main())
