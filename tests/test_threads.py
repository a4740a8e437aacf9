"""Threads: session and cache belong to the thread that uses them first, and refuse others with a sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from sexp_runtime.session import MissionSession
from sexp_runtime.threads import WrongThreadError
from support.small_missions import COUNTING

USES: dict[str, Callable[[MissionSession], object]] = {
    "step": lambda session: session.step(0.1),
    "evaluate": lambda session: session.evaluate("( > @Score[0] 2 )"),
    "set_variable": lambda session: session.set_variable("Score", 1),
    "get_variable": lambda session: session.get_variable("Score"),
    "explain": lambda session: session.explain("event", "Count"),
    "report": lambda session: session.report(),
    "end_mission": lambda session: session.end_mission(),
    "get": lambda session: session.cache.get("key"),
    "put": lambda session: session.cache.put("key", 1),
    "invalidate": lambda session: session.cache.invalidate("key"),
    "invalidate_text": lambda session: session.cache.invalidate_text("key"),
    "cleanup": lambda session: session.cache.cleanup(),
}


def elsewhere(use: Callable[[], object]) -> Exception | None:
    """Return what a call raises on a thread of its own."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            use()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="loader")
    thread.start()
    thread.join()
    return raised[0] if raised else None


@pytest.mark.parametrize("name", USES)
def test_another_thread_is_refused_with_a_sentence(name: str) -> None:
    with MissionSession.load(COUNTING) as session:
        session.evaluate("( > @Score[0] 2 )")
        session.step(0.1)
        error = elsewhere(lambda: USES[name](session))
        assert isinstance(error, WrongThreadError)
        assert "belongs to the thread that used it first (MainThread) and cannot be used by loader" in str(error)
        USES[name](session)


def test_a_mission_loaded_by_one_thread_is_played_by_another() -> None:
    loaded: list[MissionSession] = []
    assert elsewhere(lambda: loaded.append(MissionSession.load(COUNTING, scenario=True))) is None
    session = loaded[0]
    session.step(0.1)
    assert isinstance(elsewhere(lambda: session.step(0.1)), WrongThreadError)
    assert elsewhere(session.close) is None
    assert session.closed
