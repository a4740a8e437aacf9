"""Hints on the running mission: found, proved on its recording in a separate process, then put into the game."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.analysis.trial import apply_live, check_live
from sexp_runtime.monitor.hints import Hint, PerformanceHints

if TYPE_CHECKING:
    from sexp_runtime.bridge.recordings import MissionRecordings
    from sexp_runtime.session import MissionSession

#: Seconds after which a proof is cancelled.
LONGEST_PROOF: Final = 300.0
_PACKAGES: Final = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class TrialResult:
    """The result of applying a hint; `text` describes it in a sentence."""

    id: str
    applied: bool
    text: str


class LiveHints:
    """Finds hints on the running mission and applies those that a trial confirms.

    `apply` starts the proof: the mission's recording up to now is played with the old and the new formula side by side,
    by another process. `poll`, called between frames, replaces the formula if the trial confirms it.
    Each function in `on_outcome` is called once for each hint that `apply` accepted.

    `command` starts that process, `sexp_runtime.analysis.proof`. It is empty where Python has no program of its own and
    no engine that may run a script: in an exported game. Then no hint can be applied.
    """

    def __init__(self, recordings: MissionRecordings) -> None:
        self.command: Sequence[str] = [sys.executable, "-m", "sexp_runtime.analysis.proof"] if sys.executable else []
        self.on_outcome: list[Callable[[TrialResult], None]] = []
        self._recordings = recordings
        self._session: MissionSession | None = None
        self._told: dict[str, Hint] = {}
        self._withdrawn: set[tuple[str, str]] = set()
        self._proof: subprocess.Popen[str] | None = None
        self._proving: tuple[str, Hint] | None = None
        self._copy = Path()  # of the recording, for the proof
        self._deadline = 0.0

    def mission(self, session: MissionSession | None) -> None:
        """Set the running mission, None for none; cancels a running proof."""
        self.close()
        self._session = session
        self._told.clear()
        self._withdrawn.clear()

    def find(self) -> dict[str, Hint]:
        """Return the hints that the run so far supports, by ids that `apply` takes.

        Those that a trial has withdrawn are left out. Raises LookupError without a mission.
        """
        if self._session is None:
            raise LookupError("no mission is loaded")
        found = PerformanceHints().analyze(self._session)
        kept = [hint for hint in found if (hint.owner, hint.rewritten) not in self._withdrawn or not hint.rewritten]
        self._told = {f"{hint.kind}:{hint.line}:{hint.column}:{hint.owner}": hint for hint in kept}
        return self._told

    def apply(self, hint_id: str) -> str:
        """Begin to apply a hint that `find` reported; return a sentence about the trial.

        Raises LookupError for an unknown hint or a mission that is not recorded, and ValueError for a hint that cannot
        be applied. Raises RuntimeError while another hint is being proved or if none can be, OSError if no process can
        be started.
        """
        hint = self._told.get(hint_id)
        if self._session is None or hint is None:
            raise LookupError("no mission is loaded" if self._session is None else f"there is no hint {hint_id!r}")
        if self._proving is not None:
            raise RuntimeError(f"wait: {self._proving[1].owner} is still being tried")
        if not self.command:
            raise RuntimeError("an exported game cannot try hints: apply them while the game runs from the editor")
        check_live(self._session, hint)
        descriptor, name = tempfile.mkstemp(prefix="sexp-proof-", suffix=".rec")
        os.close(descriptor)
        recording = Path(name)
        try:
            seconds = self._recordings.save(recording)
            proof = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={**os.environ, "PYTHONPATH": str(_PACKAGES)},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
            assert proof.stdin is not None
            with proof.stdin:
                json.dump({"recording": name, "hint": hint.as_dict()}, proof.stdin, default=str)
        except BaseException:
            recording.unlink(missing_ok=True)
            raise
        self._proof, self._proving, self._copy = proof, (hint_id, hint), recording
        self._deadline = monotonic() + LONGEST_PROOF
        return f"{hint.owner}: trying both texts on the {seconds:.0f} s played so far"

    def poll(self) -> None:
        """Process the result of the proof if it has arrived; call between two frames."""
        proof = self._proof
        if proof is None:
            return
        if proof.poll() is None:
            if monotonic() > self._deadline:
                self._finish({"error": f"the trial took longer than {LONGEST_PROOF:.0f} s"})
            return
        assert proof.stdout is not None
        answers = [line for line in proof.stdout if line.startswith("{")]  # the engine prints further lines
        try:
            trial = json.loads(answers[-1])
        except (ValueError, IndexError):
            trial = {"error": f"the trial broke off with status {proof.returncode}"}
        self._finish(trial)

    def _finish(self, trial: dict[str, Any]) -> None:
        """Replace the formula if the trial confirms the hint, and report the result."""
        assert self._session is not None and self._proving is not None
        hint_id, hint = self._proving
        self.close()
        refusal = trial.get("error", "")
        if not refusal and not trial["confirmed"]:
            self._withdrawn.add((hint.owner, hint.rewritten))
            refusal = trial["reason"] or f"it saves nothing: {_numbers(trial)}"
        if not refusal:
            try:
                apply_live(self._session, hint)
            except ValueError as error:
                refusal = str(error)
        if refusal:
            outcome = TrialResult(hint_id, False, f"{hint.owner}: not applied: {refusal}")
        else:
            proved = f"the same results in {trial['frames']:,} frames, {_numbers(trial)}"
            outcome = TrialResult(hint_id, True, f"{hint.owner}: applied; {proved}")
        for listener in self.on_outcome:
            listener(outcome)

    def close(self) -> None:
        """Cancel a running proof."""
        proof, self._proof, self._proving = self._proof, None, None
        if proof is not None:
            if proof.poll() is None:
                proof.kill()
                proof.wait()
                self._copy.unlink(missing_ok=True)
            if proof.stdout is not None:
                proof.stdout.close()


def _numbers(trial: dict[str, Any]) -> str:
    return (
        f"{trial['evaluations_before']:,} -> {trial['evaluations_after']:,} evaluations, "
        f"{trial['us_before']:,.0f} -> {trial['us_after']:,.0f} us"
    )
