"""Operators that a game registers, without the engine."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime.bridge.host import RuntimeHost
from support.fake_nodes import FakeAccess
from support.small_missions import mission

TEXT = mission([
    ('( when ( lamp-is-lit "left" ) ( lamp-blink "left" 3 ) )', "Lit"),
    ('( when ( save-exists ) ( do-nothing ) )', "Save"),
])  # fmt: skip


class Game:
    def __init__(self) -> None:
        self.signals: list[tuple[Any, ...]] = []
        self.lines: list[str] = []
        self.host = RuntimeHost(
            FakeAccess(), lambda *signal: self.signals.append(signal), lambda level, text: self.lines.append(text)
        )


def test_registered_operators_serve_every_mission_loaded_afterwards() -> None:
    game = Game()
    calls: list[tuple[Any, ...]] = []
    operators = game.host.operators
    lit = {"arguments": ["string"], "returns": "boolean"}
    assert operators.register("lamp-is-lit", lambda name: name == "left", lit)
    assert operators.register(
        "lamp-blink", lambda *values: calls.append(values), {"arguments": ["string", "number"], "returns": "nothing"}
    )
    for _ in range(2):
        assert game.host.load("m.fs2", TEXT.encode(), {})
        game.host.step(0.1)
    assert calls == [("left", 3)] * 2
    assert [signal[1:] for signal in game.signals if signal[0] == "operator_unknown"] == [("save-exists",)] * 2
    assert [signal[1] for signal in game.signals if signal[0] == "event_satisfied"] == ["Lit"] * 2


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("and", {}, "the operator 'and' exists already"),
        ("lamp", {"argumens": []}, "did you mean 'arguments'?"),
        ("lamp", {"arguments": ["shop"]}, "there is no argument type 'shop'"),
        ("lamp", {"returns": "word"}, "not 'word'"),
        ("lamp", {"min": 3, "max": 1}, "the smaller first"),
    ],
)
def test_a_wrong_declaration_is_one_line(name: str, options: dict[str, Any], text: str) -> None:
    game = Game()
    assert not game.host.operators.register(name, lambda: 1, options)
    (line,) = game.lines
    assert line.startswith("register_operator: ")
    assert text in line
