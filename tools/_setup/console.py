"""The messages of a set-up: progress lines on standard error, and problems that end it with one clear message."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Callable, TypeVar

T = TypeVar("T")

DISK_FULL_WORDS = ("no space left on device", "you don't have enough free space", "disk quota exceeded")
NETWORK_WORDS = (
    "could not resolve",
    "temporary failure",
    "could not connect",
    "unable to connect",
    "connection failed",
    "connection refused",
    "connection timed out",
    "connection broken",
    "network is unreachable",
    "name or service not known",
    "name resolution",
    "max retries exceeded",
    "read timed out",
    "proxyerror",
    "newconnectionerror",
    "no route to host",
    "certificate verif",
    "(from versions: none)",  # pip's message when its index cannot be read
)


class SetupError(Exception):
    """A problem that the user must know or fix; its text is the whole message."""


class Progress:
    """Numbered steps with their durations, on standard error, so that a tool's own output stays clean.

    The first line is held back until a step really has work to do: a set-up with nothing missing is silent.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.durations: dict[str, float] = {}
        self._live = False

    def say(self, text: str) -> None:
        """Prints one line."""
        if self.quiet:
            return
        self._end_live()
        print("[set-up] " + text, file=sys.stderr, flush=True)

    def live(self, text: str) -> None:
        """Replaces the line shown on a terminal; elsewhere prints nothing (use `say` for milestones)."""
        if self.quiet or not sys.stderr.isatty():
            return
        print("\r\033[K[set-up] " + text, end="", file=sys.stderr, flush=True)
        self._live = True

    def _end_live(self) -> None:
        if self._live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._live = False

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Runs `work` and returns its result; prints its start and its duration."""
        self.say(name + " ...")
        started = time.monotonic()
        result = work()
        took = time.monotonic() - started
        self.durations[name] = took
        self.say(f"{name}: done in {took:.1f} s")
        return result


def explain_failure(what: str, output: str) -> str:
    """One sentence for a failed command; distinguishes a full disk and a missing network from other failures."""
    lowered = output.lower()
    if any(word in lowered for word in DISK_FULL_WORDS):
        return (
            what
            + " failed because the disk is full: free about 1 GB (or set SEXP_CACHE to a roomier folder) and run again."
        )
    if any(word in lowered for word in NETWORK_WORDS):
        return (
            what
            + " failed because the network or the package server did not answer: check the connection and run again."
        )
    tail = [line for line in output.strip().splitlines() if line.strip()][-12:]
    return what + " failed:\n" + "\n".join("    " + line for line in tail)


def run_checked(what: str, command: Sequence[str], env: dict[str, str] | None = None, cwd: str | None = None) -> str:
    """Runs a command with no input and returns what it printed (both streams).

    Raises SetupError, with one sentence or the last lines of its output, when it cannot start or exits non-zero.
    """
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            check=False,
        )
    except OSError as error:
        raise SetupError(explain_failure(what, f"{command[0]}: {error.strerror or error}")) from error
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise SetupError(explain_failure(what, output or f"exit status {done.returncode}"))
    return output


def missing(names_and_packages: Sequence[Sequence[str]], why: str) -> SetupError:
    """The problem of missing commands: what each is, and the one command that installs them all.

    Each entry is (what is missing, Debian package).
    """
    names = ", ".join(entry[0] for entry in names_and_packages)
    packages: list[str] = []
    for entry in names_and_packages:
        if entry[1] not in packages:
            packages.append(entry[1])
    sudo = "" if os.geteuid() == 0 else "sudo "
    return SetupError(
        "{} needs {}, missing here. Install with:\n    {}apt-get install {}".format(
            why, names, sudo, " ".join(packages)
        )
    )
