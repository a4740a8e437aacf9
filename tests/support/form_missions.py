"""Random missions of argument forms, draws and actions that repeat: each way in which programs evaluate them."""

from __future__ import annotations

from random import Random

from sexp_runtime.syntax.dialect import Dialect
from support.random_missions import SHIPS, EventPlan, Formulas, MissionPlan, random_frame

_DELAYED = ["is-destroyed-delay", "has-arrived-delay", "has-departed-delay"]
_PROVIDERS = ["any-of", "every-of", "random-multiple-of", "random-multiple-of", "in-sequence"]


class FormFormulas:
    """Makes formulas; `own` says that a part stands in an argument form, and may have `<argument>`."""

    def __init__(self, random: Random, *, wcs: bool) -> None:
        self._random = random
        self._comparisons = ["<", ">", "="] if wcs else ["<", ">", "=", "<=", ">=", "!="]
        self._wcs = wcs

    def _chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def _pick(self, items: list[str]) -> str:
        return self._random.choice(items)

    def _some(self, parts: int) -> range:
        return range(self._random.randint(1, parts))

    def _ship(self, own: bool) -> str:
        return '"<argument>"' if own and self._chance(60) else f'"{self._pick(SHIPS)}"'

    def number(self, own: bool, depth: int = 2) -> str:
        """Return a number: of variables, ships, draws, and arithmetic."""
        kind = self._random.randrange(12)
        if depth <= 0 or kind < 3:
            return self._pick(["@a[0]", "@b[0]", "0", "1", "2", "3", "-1", "100"])
        if kind < 6:
            operator = self._pick(["+", "-", "*", "/", "mod", "min", "max"])
            return f"( {operator} {' '.join(self.number(own, depth - 1) for _ in self._some(3))} )"
        if kind < 8:
            return f"( hits-left {self._ship(own)} )"
        if kind == 8:
            return f"( distance {self._ship(own)} {self._ship(own)} )"
        if kind == 9:
            if not self._wcs and self._chance(30):
                order = self._pick(["first", "last"])
                return f"( perform-actions-bool-{order} {self.truth(own, 1)} {self.action(own, 0)} )"
            return f"( get-object-x {self._ship(own)} )"
        low = self._random.randrange(-1, 3)
        return f"( rand-multiple {low} {low + self._random.randrange(-1, 4)} )"

    def truth(self, own: bool, depth: int = 2) -> str:
        """Return a condition; many of its parts draw, and some are known for good after a while."""
        kind = self._random.randrange(20)
        if depth <= 0 or kind < 2:
            return self._pick(["( true )", "( false )", "( = @a[0] 1 )", "( = @c[0] 3 )"])
        if kind < 6:
            operator = self._pick(["and", "and", "or", "xor"])
            return f"( {operator} {' '.join(self.truth(own, depth - 1) for _ in self._some(3))} )"
        if kind == 6:
            return f"( not {self.truth(own, depth - 1)} )"
        if kind < 11:
            count = self._random.choice([2, 2, 2, 3])
            return f"( {self._pick(self._comparisons)} {' '.join(self.number(own) for _ in range(count))} )"
        if kind < 13:
            delay = self._pick(["0", "0", "( + 0 @a[0] )", "( rand-multiple 0 1 )"])
            return f"( {self._pick(_DELAYED)} {delay} {self._ship(own)} )"
        event = f'"E{self._random.randrange(4)}"'
        if kind < 15:
            delay = self._pick(["0", "1", "( rand-multiple 0 2 )", "( rand-multiple 0 1 )"])
            return f"( is-event-{self._pick(['true', 'false'])}-delay {event} {delay} )"
        if kind == 15:
            return f"( is-event-{self._pick(['true', 'false', 'incomplete'])} {event} )"
        if kind == 16:
            ship = self._ship(own)
            return self._pick(
                [f"( is-nan {self.number(own)} )", f"( is-in-mission {ship} )", f'( string-equals {ship} "Blue" )']
            )  # fmt: skip
        if kind == 17:
            return f"( has-time-elapsed {self._random.randrange(4)} )"
        one, other = self._ship(own), self._ship(own)
        compared = self._pick(
            [f"( distance {one} {other} )", f"( - ( get-object-x {one} ) ( get-object-x {other} ) )"]
        )  # fmt: skip
        return f"( {self._pick(['<', '>'])} {compared} {self._random.randrange(10) * 60} )"

    def action(self, own: bool, depth: int = 1) -> str:
        """Return an action, perhaps with a conditional or a form of its own."""
        kind = self._random.randrange(16)
        if depth and kind < 6:
            return self._nested(own, depth, kind)
        if kind in (6, 7):
            which = self._pick(["invalidate", "validate"])
            if own:
                return self._pick([f"( {which}-argument {self._ship(own)} )", f"( {which}-all-arguments )"])
        if kind == 8:
            return f'( reset-event "E{self._random.randrange(4)}" )'
        if kind == 9:
            return f"( set-object-position {self._ship(own)} {self.number(own, 1)} {self.number(own, 1)} 5 )"
        if kind == 10:
            return f"( self-destruct {self._ship(own)} )"
        if kind == 11:
            return f'( modify-variable "@s[x]" {self._ship(own)} )'
        if kind == 12:
            ship = self._pick(['"@s[x]"', self._ship(own)])
            return f"( set-object-speed-x {ship} {self.number(own, 1)} )"
        if kind == 13:
            return "( do-nothing )"
        return f"( modify-variable @{self._pick(['a', 'b', 'd'])}[0] {self.number(own)} )"

    def _nested(self, own: bool, depth: int, kind: int) -> str:
        if kind < 3:
            return f"( when {self.truth(own)} {self.actions(own, depth - 1)} )"
        if kind == 3:
            branches = f"{self.action(own, depth - 1)} {self.action(own, depth - 1)}"
            return f"( if-then-else {self.truth(own)} {branches} )"
        if kind == 4:
            return f"( every-time {self.truth(own)} {self.actions(own, depth - 1)} )"
        return self.form(depth - 1)

    def actions(self, own: bool, depth: int) -> str:
        """Return one to three actions."""
        return " ".join(self.action(own, depth) for _ in self._some(3))

    def form(self, depth: int = 1) -> str:
        """Return an argument form over one to three ships."""
        names = " ".join(f'"{name}"' for name in self._random.sample(SHIPS, self._random.randint(1, 3)))
        name = self._pick(["when-argument", "every-time-argument"])
        condition = self.truth(self._chance(85), 3)
        return f"( {name} ( {self._pick(_PROVIDERS)} {names} ) {condition} {self.actions(True, depth)} )"

    def formula(self) -> str:
        """Return the formula of an event."""
        if self._chance(50):
            return self.form()
        return f"( {self._pick(['when', 'every-time'])} {self.truth(False, 3)} {self.actions(False, 1)} )"


def form_mission(seed: int) -> MissionPlan:
    """Return the mission of a seed: up to four such events, 40 frames of different lengths; one in three is WCS."""
    random = Random(seed)
    wcs = seed % 3 == 0
    formulas, happenings = FormFormulas(random, wcs=wcs), Formulas(random, wcs=wcs)
    plan = MissionPlan(dialect=Dialect.WCS if wcs else Dialect.FSO, seed=seed % 997 + 1)
    plan.options = {"true_loop_arguments": random.random() < 0.1}
    for _ in range(random.randint(1, 4)):
        fields = {
            "repeat": random.choice([-1, -1, -1, 1, 3]), "trigger": 1, "uses_trigger": False,
            "interval_ms": random.choice([0, 0, 0, 1000]), "chain_delay_ms": -1,
        }  # fmt: skip
        plan.events.append(EventPlan(formulas.formula(), fields))
    for _ in range(40):
        plan.frames.append(
            random_frame(happenings) if random.random() < 0.5 else [("time", random.choice([16_667, 100_000, 300_000]))]
        )
    return plan
