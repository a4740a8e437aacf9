"""Runs a fuzz target under coverage guidance (atheris): started by `tools/fuzz`, in an environment of its own."""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

with atheris.instrument_imports(include=["sexp_runtime"], enable_loader_override=False):
    from support import fuzz_mutation, fuzz_targets

#: Of so many inputs, one is changed as msgpack; libFuzzer changes the others.
STRUCTURED_ONE_IN = 2


class Findings:
    """Counts the executions of a target and keeps each new way in which it fails in the corpus."""

    def __init__(self, target: str, seconds: float) -> None:
        self.target, self.run = target, fuzz_targets.TARGETS[target]
        self.seconds, self.executions, self.slowest = seconds, 0, 0.0
        self.seen: set[tuple[str, ...]] = set()
        self.began = time.monotonic()

    def once(self, data: bytes) -> None:
        """Run the target with one input; end the process when the time is over."""
        start = time.monotonic()
        if start - self.began > self.seconds:
            self.end()
        self.executions += 1
        try:
            self.run(data)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            place = (type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames))
            if place not in self.seen:
                self.seen.add(place)
                self.keep(data, " ".join(place))
                traceback.print_exception(error)
        self.slowest = max(self.slowest, time.monotonic() - start)

    def keep(self, data: bytes, reason: str) -> None:
        """Write the input to the corpus, under a name made of its content."""
        folder = fuzz_targets.CORPUS / self.target
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.bin"
        path.write_bytes(data)
        print(f"found: {path.relative_to(ROOT)}: {reason}", flush=True)

    def end(self) -> None:
        """Print the numbers and end the process: libFuzzer does not return."""
        took = time.monotonic() - self.began
        print(
            f"{self.target}: {self.executions:,} executions in {took:.0f} s, {len(self.seen)} findings, "
            f"slowest {self.slowest:.2f} s",
            flush=True,
        )
        import os

        os._exit(1 if self.seen else 0)


def change(data: bytes, most: int, seed: int) -> bytes:
    """Return a changed input of at most so many bytes."""
    if seed % STRUCTURED_ONE_IN:
        changed = fuzz_mutation.mutated(data, random.Random(seed))
        if len(changed) <= most:
            return changed
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    """Fuzz one target for some minutes; exit status 1 if it found something."""
    parser = argparse.ArgumentParser(prog="tools/fuzz", description=__doc__)
    parser.add_argument("target", choices=sorted(fuzz_targets.TARGETS))
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations (default: another each time)")
    options = parser.parse_args()
    findings = Findings(options.target, options.minutes * 60)
    with tempfile.TemporaryDirectory(prefix="sexp-fuzz-") as folder:
        for number, data in enumerate(fuzz_targets.seeds(options.target)):
            (Path(folder) / str(number)).write_bytes(data)
        arguments = [sys.argv[0], "-timeout=20", "-rss_limit_mb=2048", "-max_len=65536", "-verbosity=0"]
        arguments += [f"-artifact_prefix={fuzz_targets.CORPUS}/crash-", f"-seed={options.seed}", folder]
        atheris.Setup(arguments, findings.once, custom_mutator=change)
        atheris.Fuzz()


main()
