"""The proof of one hint in a separate process: reads the request from standard input, prints the trial as JSON.

A game starts it as `python -m sexp_runtime.analysis.proof`, so that its frames continue undisturbed. The Python that
the add-on brings has no executable; there the engine runs it with `addons/sexp_runtime/prove_hint.gd`.
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

    The recording is a copy of the game's recording so far; it is deleted after the trial.
    """
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # the game has priority
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
