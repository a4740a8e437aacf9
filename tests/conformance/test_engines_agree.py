"""Random events over variables, texts and containers: all engines must agree in every frame."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sexp_runtime.compiler.formula import compile_formula
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import AbsentFormula, Formula
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.syntax import SexpExpression
from support.fuzzing import examples
from support.sexp_bench import Bench

TEXTS = ["a", "b", "n", "s", "12", "-3", "&L&", "x$n", "", "&M&a&"]
NUMBERS = ["0", "1", "2", "-1", "3", "7", "300"]


class Maker:
    """Writes random formulas from texts, numbers, variables and containers."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def pick(self, *choices: str) -> str:
        return self.r.choice(choices)

    def text(self, inside: bool = False) -> str:
        modifier = self.pick("Get_First", "Get_Last", "At 1", "At 0", "Get_First Get_Last")
        choices = [f'"{self.r.choice(TEXTS)}"', '"@s[]"', '"@t[]"', "@n[0]", f"&L& ( {modifier} )", '&M& ( "a" )']
        choices.append(f'&M& ( "@s[]" {self.pick("", "Get_First")} )')
        if inside:
            choices += ['"<argument>"'] * 4
        return self.r.choice(choices)

    def number(self, depth: int, inside: bool = False) -> str:
        kind = self.r.randrange(10 if depth else 4)
        if kind < 2:
            return self.r.choice(NUMBERS)
        if kind < 4:
            return self.pick("@n[0]", "@m[0]", '"<argument>"' if inside else "@m[0]", self.text(inside))
        one, two = self.number(depth - 1, inside), self.number(depth - 1, inside)
        return self.pick(
            f"( {self.pick('+', '-', '*', '/', 'mod', 'bitwise-or', 'pow')} {one} {two} )",
            f"( get-variable-by-index {one} )",
            f"( get-container-size {self.pick('&&L', '&&M', '&&K')} )",
            f"( list-data-index &&L {self.text(inside)} )",
            f"( string-to-int {self.text(inside)} )",
            f"( string-get-length {self.text(inside)} )",
            f"( functional-switch {one} {two} {one} )",
            f"( nan-to-number {two} )",
        )

    def truth(self, depth: int, inside: bool = False) -> str:
        if not depth:
            return self.pick("( true )", "( false )", "( = @n[0] 1 )", "( > @m[0] 0 )")
        one, two = self.truth(depth - 1, inside), self.truth(depth - 1, inside)
        left, right = self.number(depth - 1, inside), self.number(depth - 1, inside)
        return self.pick(
            f"( {self.pick('and', 'or', 'xor', 'and-in-sequence')} {one} {two} )",
            f"( not {one} )",
            f"( {self.pick('=', '<', '>=', '!=')} {left} {right} )",
            f"( {self.pick('=', '<', '>=', '!=')} {left} {right} )",
            f"( {self.pick('string-equals', 'string-less-than')} {self.text(inside)} {self.text(inside)} )",
            f"( is-container-empty {self.pick('&&L', '&&M')} )",
            f"( list-has-data &&L {self.text(inside)} {self.text(inside)} )",
            f"( map-has-key &&M {self.text(inside)} )",
            f"( is-nan {left} )",
            f"( is-bit-set {left} {right} )",
            f"( is-true-for-duration {self.pick('0', '200', '@m[0]')} {one} )",
            "( has-time-elapsed-msecs 450 )",
        )

    def action(self, depth: int, inside: bool = False) -> str:
        number, text = self.number(1, inside), self.text(inside)
        variable = self.pick('"@s[]"', '"@t[]"')
        simple = [
            f"( modify-variable @n[0] {number} )",
            f"( modify-variable {variable} {text} )",
            f"( set-variable-by-index {number} {self.pick(text, number)} )",
            f"( copy-variable-between-indexes {self.pick('0', '1', '2')} {number} )",
            f"( string-concatenate {text} {self.text(inside)} {variable} )",
            f"( string-get-substring {text} {number} 2 {variable} )",
            f"( int-to-string {number} {variable} )",
            f"( add-to-list &&L {self.pick('( true )', '( false )')} {text} )",
            f"( remove-from-list &&L {text} )",
            f"( add-to-map &&M {text} {self.text(inside)} )",
            f"( remove-from-map &&M {text} )",
            f"( get-map-keys &&M &&L {self.pick('', '( false )')} )",
            f"( copy-container &&L &&K {self.pick('', '( false )')} )",
            f"( map-has-data-item &&M {text} {variable} )",
            f"( modify-variable {variable} &L& ( {self.pick('Remove_First', 'Remove_Random', 'Get_Random')} ) )",
            f'( reset-event "{self.pick("E0", "E1", "E2")}" )',
            f"( invalidate-argument {text} )",
            f"( validate-argument {text} )",
            "( modify-variable @m[0] ( num-valid-arguments ) )",
            f"( modify-variable @m[0] ( rand {self.pick('1', '@n[0]', '( + 1 1 )')} 9 ) )",
            "( modify-variable @m[0] ( rand-multiple 1 9 ) )",
        ]
        if depth:
            simple += [
                f"( when {self.truth(2, inside)} {self.action(depth - 1, inside)} )",
                f"( if-then-else {self.truth(1, inside)} {self.action(0, inside)} {self.action(depth - 1, inside)} )",
                f"( every-time {self.truth(1, inside)} {self.action(0, inside)} )",
                f"( cond ( {self.truth(1, inside)} {self.action(0, inside)} ) ( {self.truth(2, inside)} ) )",
                self.form(depth - 1),
            ] * 2
        return self.r.choice(simple)

    def form(self, depth: int) -> str:
        listed = " ".join(self.pick('"a"', '"s"', '"@t[]"', "@n[0]", '"12"', "&&L", "&&K") for _ in range(2))
        plain = " ".join(self.pick('"a"', '"s"', '"@t[]"', "@n[0]", '"12"') for _ in range(2))
        provider = self.pick(
            f"any-of {listed}",
            f"every-of {listed}",
            f"number-of {self.number(1)} {plain}",
            f"first-of 1 {listed}",
            f"random-of {plain}",
            f"random-multiple-of {listed}",
            f"in-sequence {plain}",
            f"for-counter {self.pick('1', '-2', '@n[0]')} {self.pick('3', '@m[0]')}",
            "for-container-data &&L",
            "for-map-container-keys &&M",
        )
        actions = " ".join(self.action(depth, True) for _ in range(self.r.randrange(1, 3)))
        name = self.pick("when-argument", "when-argument", "every-time-argument")
        return f"( {name} ( {provider} ) {self.truth(2, True)} {actions} )"

    def event(self, index: int) -> dict[str, Any]:
        formula = self.pick(
            f"( when {self.truth(3)} {self.action(2)} {self.action(1)} )",
            f"( when {self.truth(2)} {self.action(2)} )",
            f"( every-time {self.truth(3)} {self.action(2)} )",
            self.form(2),
            self.truth(3),
        )
        return {
            "name": f"E{index}",
            "formula": formula,
            "repeat": self.r.choice([1, 1, -1, 3]),
            "interval": self.r.choice([0, 1, 300]),
            "msecs": True,
            "chained": self.r.choice([-1, -1, -1, 0, 200]),
        }

    def step(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.r.random() < 0.4:
            values["n"] = self.r.choice(NUMBERS)
        if self.r.random() < 0.3:
            values["t"] = self.r.choice(TEXTS)
        return {"variables": values}


def make_manager(kind: str, bench: Bench) -> MissionEventManager:
    if kind == "naive":
        return NaiveEventManager(bench.world, bench.context)
    if kind == "cached":
        return CachedEventManager(bench.world, bench.context)

    def compiled(expression: SexpExpression | None, context: EvaluationContext, owner: str) -> Formula:
        return AbsentFormula(owner) if expression is None else compile_formula(expression, context, owner=owner)

    return NaiveEventManager(bench.world, bench.context, compiled)


def state(bench: Bench) -> tuple[Any, ...]:
    world = bench.world
    events = [
        (event.result, event.done, event.timestamp, event.has_interval, event.satisfied_time, event.repeat)
        for event in world.events
    ]
    actions = list(bench.actions)
    bench.actions.clear()
    return events, world.variables.snapshot(), world.containers.snapshot(), world.rng.draws, actions


def play(kind: str, seed: int) -> list[tuple[Any, ...]]:
    make = Maker(seed)
    rows = [make.event(index) for index in range(make.r.randrange(1, 5))]
    bench = Bench(
        mission_events=rows,
        variables={"n": 0, "m": 1, "s": "a", "t": "n"},
        containers={"L": {"list": ["a", "&M&", "12"]}, "M": {"map": {"a": "&L&", "s": "b"}}, "K": {"list": ["s"]}},
        options={"true_loop_arguments": make.r.random() < 0.2},
    )
    bench.setup.add_mission_events(rows, bench._parse)
    manager = make_manager(kind, bench)
    trace = []
    for frame in range(14):
        step = make.step() if make.r.random() < 0.4 else {}
        bench.setup.advance(frame * 0.1)
        bench.setup.apply(step)
        manager.frame()
        trace.append(state(bench))
    assert manager.counters.errors == 0
    trace.append((manager.counters.requests,))
    return trace


@pytest.mark.parametrize("kind", ["compiled", "cached"])
def test_engines_agree(kind: str) -> None:
    for seed in range(examples(60)):
        expected, got = play("naive", seed), play(kind, seed)
        for frame, (one, two) in enumerate(zip(expected, got, strict=True)):
            assert two == one, f"seed {seed}, frame {frame}, engine {kind}"
