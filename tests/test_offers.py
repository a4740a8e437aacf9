"""Actions that are passed on: who gets them, in which order, and that actions without listeners cost nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime.session import MissionSession

TEXT = """#Mission Info
$Version: 24.2
$Name: Offers
#Sexp_variables
$Variables:
(
	0	"n"	"0"	"number"
)
#Events
$Formula: ( every-time ( true ) ( do-nothing ) ( modify-variable @n[0] ( + @n[0] 1 ) ) ( change-iff "Red" "Alpha 1" ) )
+Name: acting
+Repeat Count: -1
+Interval: 0
#Goals
#End
"""
NAMES = ["do-nothing", "modify-variable", "change-iff"]


class Ear:
    """A listener that writes down what it gets, with its own name before it."""

    def __init__(self, name: str, log: list[tuple[str, str]]) -> None:
        self.name, self.log = name, log

    def __call__(self, operator: str, _arguments: tuple[Any, ...]) -> None:
        self.log.append((self.name, operator))


@pytest.fixture
def session() -> Any:
    with MissionSession.load(TEXT, freeze_gc=False) as made:
        yield made


def heard(session: MissionSession, log: list[tuple[str, str]]) -> list[tuple[str, str]]:
    log.clear()
    session.step_us(16_667)
    return list(log)


def test_all_get_each_action_in_one_order_whoever_else_is_there(session: MissionSession) -> None:
    log: list[tuple[str, str]] = []
    collector, listener, named = Ear("collector", log), Ear("listener", log), Ear("named", log)
    offers = session.offers
    offers.collector = collector
    assert heard(session, log) == [("collector", name) for name in NAMES]
    session.on_action.append(listener)  # joins, and the collector loses nothing
    both = [(who, name) for name in NAMES for who in ("collector", "listener")]
    assert heard(session, log) == heard(session, log) == both
    offers.hear(["change-iff"], named)
    assert heard(session, log) == [*both[:5], ("named", "change-iff"), both[5]]
    session.on_action.remove(listener)
    assert heard(session, log) == [*(("collector", name) for name in NAMES), ("named", "change-iff")]
    offers.collector = None
    assert heard(session, log) == [("named", "change-iff")]
    offers.unhear(named)
    assert heard(session, log) == []
    offers.collector = collector
    assert heard(session, log) == [("collector", name) for name in NAMES]


def test_an_action_without_listeners_is_not_passed_on(session: MissionSession) -> None:
    passed: list[str] = []
    original = session.offers.act
    session.context.actions = lambda name, arguments: (passed.append(name), original(name, arguments))[1]
    for _ in range(3):
        session.step_us(16_667)
    assert passed == []
    assert session.get_variable("n") == 3


def test_a_collector_gets_the_actions_of_the_games_own_texts(session: MissionSession) -> None:
    log: list[tuple[str, str]] = []
    session.offers.collector = Ear("collector", log)
    session.evaluate("( when ( true ) ( do-nothing ) )")
    session.step_us(16_667)
    log.clear()
    session.evaluate("( when ( true ) ( do-nothing ) )")
    assert log == [("collector", "do-nothing")]


def test_a_listener_that_fails_keeps_no_other_from_hearing(session: MissionSession) -> None:
    log: list[tuple[str, str]] = []

    def fails(_operator: str, _arguments: tuple[Any, ...]) -> None:
        raise RuntimeError("on purpose")

    session.on_action += [fails, Ear("second", log)]
    assert heard(session, log) == [("second", name) for name in NAMES]


def test_a_closed_session_calls_no_listener() -> None:
    log: list[tuple[str, str]] = []
    session = MissionSession.load(TEXT, freeze_gc=False)
    session.on_action += [lambda _operator, _arguments: session.close(), Ear("second", log)]
    session.step_us(16_667)
    assert log == []
