"""Argument forms: `when-argument` and its providers of candidates for `<argument>` (C.2, C.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.budget import weight
from sexp_runtime.operators.conditionals import flush_arguments, is_settled_false
from sexp_runtime.operators.context import Candidate
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, Raw, Status
from sexp_runtime.world.variables import STRING

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: Providers that list their candidates in the formula; validity operators can change these (C30, C33).
LISTED: Final = frozenset(
    {"any-of", "every-of", "number-of", "first-of", "random-of", "random-multiple-of", "in-sequence"}
)
#: Listed providers with a number as first argument, which still counts as a listed item (C32).
_COUNTED: Final = frozenset({"number-of", "first-of"})
#: Actions that run once without a candidate when none is applicable (C28).
_NESTED: Final = frozenset({"when", "every-time", "if-then-else"})

_PROVIDER: Final = Trait.CONTROL


# -- the forms ------------------------------------------------------------------------------------------------------


def _run_form(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Have the provider try the condition with every candidate; run the actions if its value is 1 (C20, C21)."""
    if len(node.args) < 2:
        return 0
    provider, condition = node.args[0], node.args[1]
    applicable: list[Candidate] = []
    ctx.applicable.append(applicable)
    ctx.sources.append([])
    try:
        value = ctx.evaluate_head(provider)
        if value == 1:
            run_form_actions(ctx, node.args[2:], applicable)
    finally:
        ctx.applicable.pop()
        for container in ctx.sources.pop():
            container.in_use = False
    judge = condition if ctx.wcs else provider  # WCS looks at the condition (K)
    return KNOWN_FALSE if is_settled_false(judge.head.status) else value


def run_form_actions(ctx: EvaluationContext, actions: Sequence[EvalNode], applicable: list[Candidate]) -> None:
    """Run each action for every applicable candidate if it contains the placeholder, else once (C20, C28)."""
    if ctx.options.true_loop_arguments:
        for action in actions:
            if action.has_placeholder:
                ctx.budget.pay(len(applicable) * weight(action), action.head)
        for number, candidate in enumerate(tuple(applicable)):
            for action in actions:
                if action.has_placeholder or number == 0:
                    _run_with(ctx, action, candidate)
        return
    for action in actions:
        if not action.has_placeholder:
            if action.is_expression:
                ctx.evaluate_head(action)
            continue
        ctx.budget.pay(len(applicable) * weight(action), action.head)
        for candidate in tuple(applicable):
            _run_with(ctx, action, candidate)
        if not applicable and action.head.name in _NESTED:
            ctx.evaluate_head(action)


def _run_with(ctx: EvaluationContext, action: EvalNode, candidate: Candidate) -> None:
    """Run one action with the candidate as `<argument>`."""
    if not action.is_expression:
        return
    before = ctx.candidate
    ctx.candidate = candidate
    try:
        ctx.evaluate_head(action)
    finally:
        ctx.candidate = before


@operator("when-argument", traits=Trait.CONTROL, results=(KNOWN_FALSE,))
def when_argument(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """`when` over candidates (C20, C21)."""
    return _run_form(ctx, node)


@operator("every-time-argument", traits=Trait.CONTROL | Trait.FLUSHES, results=(NAN,))
def every_time_argument(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """`every-time` over candidates: like `when-argument`, then forget everything except the candidates' flags (C21)."""
    unsettled = ctx.unsettled
    _run_form(ctx, node)
    flush_arguments(ctx, node, unsettled)
    return NAN


# -- trying candidates ----------------------------------------------------------------------------------------------


class Tally:
    """Results of the condition over the candidates of one provider (C.2)."""

    __slots__ = ("count", "known_false", "known_true", "plain_false", "plain_true")

    def __init__(self) -> None:
        self.plain_true = self.known_true = self.plain_false = self.known_false = 0
        self.count = 0

    @property
    def any_true(self) -> bool:
        """Whether some candidate was true."""
        return self.plain_true + self.known_true > 0


#: Output of a provider: candidates, or its raw result instead.
Generated = Sequence[Candidate] | int | Status
Generator = Callable[["EvaluationContext", EvalNode], Generated]
_GENERATORS: dict[str, Generator] = {}


def generator(*names: str) -> Callable[[Generator], Generator]:
    """Register the decorated function as generator of candidates for the named providers (C22)."""

    def register(function: Generator) -> Generator:
        for name in names:
            _GENERATORS[name] = function
        return function

    return register


def generated(ctx: EvaluationContext, provider: EvalNode) -> Generated:
    """Return the candidates that a provider generates now, or its raw result; none for other operators."""
    make = _GENERATORS.get(provider.name)
    return () if make is None else make(ctx, provider)


def try_candidates(
    ctx: EvaluationContext, node: EvalNode, candidates: Sequence[Candidate], most: int | None = None
) -> Tally:
    """Evaluate the form's condition per candidate and collect those with value 1, at most `most` (C20, C22-C24)."""
    tally = Tally()
    form = node.form
    if form is None or len(form.args) < 2 or form.args[0].inner is not node or not ctx.applicable:
        ctx.warn(f"{node.name} works only as the first argument of a form such as when-argument", node)
        return tally
    condition = form.args[1]
    applicable = ctx.applicable[-1]
    ctx.budget.pay(len(candidates) * weight(condition), form)
    before = ctx.candidate
    try:
        for candidate in candidates:
            ctx.candidate = candidate
            if ctx.wcs:
                ctx.flush(condition)
            value = ctx.evaluate_head(condition)
            status = condition.head.status
            tally.count += 1
            if value == 1:
                if status is KNOWN_TRUE:
                    tally.known_true += 1
                else:
                    tally.plain_true += 1
                if most is None or len(applicable) < most:
                    applicable.append(candidate)
            elif value == 0:
                if is_settled_false(status):
                    tally.known_false += 1
                else:
                    tally.plain_false += 1
    finally:
        ctx.candidate = before
    return tally


def _candidates(ctx: EvaluationContext, arg: EvalNode) -> list[Candidate]:
    """Return the candidates of one listed atom: itself, or the contents of a `&&container` (C27)."""
    if arg.is_name:
        container = ctx.world.containers.get(arg.text)
        if container is None or _candidate_type(container.kind, container.data_type, container.key_type) != STRING:
            ctx.warn(f"container {arg.text!r} cannot be used as a source of candidates", arg)
            return []
        ctx.budget.pay(len(container), provider_of(arg) or arg)
        return [Candidate(text) for text in container.candidates()]
    if arg.kind is EvalKind.ATOM and not (arg.is_placeholder and ctx.candidate is not None):
        return [Candidate(arg.text, arg)]
    return [Candidate(ctx.text(arg))]


def _candidate_type(kind: str, data_type: str, key_type: str) -> str:
    return data_type if kind == "list" else key_type


def _valid(args: Sequence[EvalNode]) -> list[EvalNode]:
    return [arg for arg in args if arg.valid]


def _listed(ctx: EvaluationContext, args: Sequence[EvalNode]) -> list[Candidate]:
    """Return the valid candidates among listed atoms, in order; of containers no more than the quota."""
    found: list[Candidate] = []
    most = ctx.world.quotas.candidates
    for arg in args:
        if not arg.valid:
            continue
        found.extend(_candidates(ctx, arg))
        if arg.is_name and len(found) > most:
            ctx.warn(f"a list of candidates stops after {most} candidates (quota `candidates`)", arg)
            return found[:most]
    return found


def use_container(ctx: EvaluationContext, node: EvalNode, name: str) -> None:
    """Record a container as a provider's source: it refuses changes until the provider's form ends (C27, N12.1)."""
    if ctx.sources and provider_of(node) is node:
        container = ctx.world.containers.use(name)
        if container is not None:
            ctx.sources[-1].append(container)


def _try_listed(ctx: EvaluationContext, node: EvalNode, args: Sequence[EvalNode], most: int | None = None) -> Tally:
    """Like `try_candidates`, over listed atoms; containers among them refuse changes meanwhile (C27)."""
    for arg in args:
        if arg.valid and arg.is_name:
            use_container(ctx, node, arg.text)
    return try_candidates(ctx, node, _listed(ctx, args), most)


def candidates_of(ctx: EvaluationContext, provider: EvalNode) -> tuple[list[Candidate], str]:
    """Return the candidates that a provider would try now, and why they are not certain: "" if they are.

    Nothing is drawn, tried or changed.
    """
    name = provider.name
    if name not in LISTED:
        made = generated(ctx, provider)
        return ([], "") if isinstance(made, int | Status) else (list(made), "")
    args = provider.args[1:] if name in _COUNTED else provider.args
    if name == "random-of" and any(arg.selected for arg in args):
        return _listed(ctx, [arg for arg in args if arg.selected]), ""
    found = _listed(ctx, args)
    if name in ("random-of", "random-multiple-of"):
        return found, "draws one at random"
    return (found[:1] if name == "in-sequence" else found), ""


def any_of_result(tally: Tally) -> Raw:
    if tally.any_true:
        return 1
    return KNOWN_FALSE if tally.known_false == tally.count else 0


# -- providers with listed candidates ---------------------------------------------------------------------------------


@operator("any-of", traits=_PROVIDER, results=(KNOWN_FALSE,))
def any_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if any candidate is; in WCS known true when one is known true (C22, C25)."""
    tally = _try_listed(ctx, node, node.args)
    if ctx.wcs and tally.known_true:
        return KNOWN_TRUE
    return any_of_result(tally)


@operator("every-of", traits=_PROVIDER, results=(KNOWN_FALSE,))
def every_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if no candidate is false; in WCS known true when all are known true (C22, C25)."""
    tally = _try_listed(ctx, node, node.args)
    if tally.count == 0 or tally.known_false:
        return KNOWN_FALSE
    if ctx.wcs and tally.known_true == tally.count:
        return KNOWN_TRUE
    return 0 if tally.plain_false else 1


@operator("number-of", traits=_PROVIDER, results=(KNOWN_FALSE,))
def number_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if at least the given number of candidates are, known false if too few can be (C22)."""
    wanted = ctx.natural(node.arg(0))
    nan = ctx.nan
    tally = _try_listed(ctx, node, node.args[1:])
    if nan is not None:
        return _no_number(nan)
    if ctx.wcs and tally.known_true >= wanted:
        return KNOWN_TRUE
    if tally.plain_true + tally.known_true >= wanted:
        return 1
    return KNOWN_FALSE if tally.count - tally.known_false < wanted else 0


@operator("first-of", traits=_PROVIDER, results=(KNOWN_FALSE,))
def first_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Like any-of, but keeps at most the given number of applicable candidates, the first ones (C22)."""
    most = ctx.natural(node.arg(0))
    nan = ctx.nan
    tally = _try_listed(ctx, node, node.args[1:], most)
    return _no_number(nan) if nan is not None else any_of_result(tally)


def _no_number(nan: Status) -> Raw:
    return 0 if nan is NAN else KNOWN_FALSE


@operator("random-of", traits=_PROVIDER | Trait.RANDOM | Trait.STATEFUL, results=(KNOWN_FALSE,))
def random_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """One candidate, drawn at the first evaluation and marked by a flag on its atom (C22, C26)."""
    valid = _valid(node.args)
    if not valid:
        return 0 if ctx.wcs else KNOWN_FALSE
    picked = next((arg for arg in node.args if arg.selected), None)
    if picked is None:
        picked = valid[ctx.world.rng.below(len(valid))]
        picked.selected = True
        ctx.effects += 1
    if not picked.valid:
        return 0
    tally = _try_listed(ctx, node, (picked,))
    if tally.any_true:
        return 1
    return KNOWN_FALSE if tally.known_false else 0


@operator("random-multiple-of", traits=_PROVIDER | Trait.RANDOM, results=(KNOWN_FALSE,))
def random_multiple_of(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """One candidate, drawn at each evaluation (C22)."""
    valid = _valid(node.args)
    if not valid:
        return KNOWN_FALSE
    if any(arg.is_name or arg.is_placeholder or arg.kind is not EvalKind.ATOM for arg in valid):
        choices = [(arg, candidate) for arg in valid for candidate in _candidates(ctx, arg)]
        if not choices:
            return 0
        ctx.effects += 1
        arg, candidate = choices[ctx.world.rng.below(len(choices))]
    else:  # one candidate for each
        ctx.effects += 1
        arg = valid[ctx.world.rng.below(len(valid))]
        candidate = Candidate(arg.text, arg)
    if arg.is_name:
        use_container(ctx, node, arg.text)
    tally = try_candidates(ctx, node, (candidate,))
    if tally.any_true:
        return 1
    return KNOWN_FALSE if tally.known_false and len(valid) == 1 and not valid[0].is_name else 0


@operator("in-sequence", traits=_PROVIDER, results=(KNOWN_FALSE,))
def in_sequence(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Only the first valid candidate (C22)."""
    for arg in _valid(node.args):
        first = _candidates(ctx, arg)[:1]
        if first:
            if arg.is_name:
                use_container(ctx, node, arg.text)
            tally = try_candidates(ctx, node, first)
            if tally.any_true:
                return 1
            return KNOWN_FALSE if tally.known_false else 0
    return 0


# -- validity -------------------------------------------------------------------------------------------------------


def provider_of(node: EvalNode) -> EvalNode | None:
    """Return the provider of the argument form around a node (C33), None outside any."""
    return node.form.args[0].inner if node.form is not None and node.form.args else None


def _listed_items(node: EvalNode) -> list[EvalNode]:
    """Return the atoms that validity operators change here: none outside forms or for generated candidates."""
    provider = provider_of(node)
    return provider.args if provider is not None and provider.name in LISTED else []


def _mark(ctx: EvaluationContext, node: EvalNode, items: Iterable[EvalNode], valid: bool) -> None:
    for item in items:
        if item.valid is not valid:
            item.valid = valid
            ctx.unsettled = True
            provider = provider_of(node)
            if provider is not None:
                provider.choice = None


def valid_candidates(provider: EvalNode) -> tuple[Candidate, ...]:
    """Return the valid candidates of a provider that lists plain atoms, cached until a validity changes."""
    if provider.choice is None:
        provider.choice = tuple(Candidate(arg.text, arg) for arg in provider.args if arg.valid)
    choice: tuple[Candidate, ...] = provider.choice
    return choice


@operator("invalidate-argument", traits=Trait.ACTION)
def invalidate_argument(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make the candidates with these texts invalid: a selected one first, else the first still valid one (C30)."""
    ctx.effects += 1
    items = _listed_items(node)
    for arg in node.args:
        text = ctx.text(arg)
        found = next((item for item in items if item.selected and ctx.own_text(item) == text), None)
        if found is None:
            found = next((item for item in items if item.valid and ctx.own_text(item) == text), None)
        if found is not None:
            _mark(ctx, node, (found,), False)
    return 1


@operator("validate-argument", traits=Trait.ACTION)
def validate_argument(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make the first invalid candidate with each of these texts valid again (C30)."""
    ctx.effects += 1
    items = _listed_items(node)
    for arg in node.args:
        text = ctx.text(arg)
        found = next((item for item in items if not item.valid and ctx.own_text(item) == text), None)
        if found is not None:
            _mark(ctx, node, (found,), True)
    return 1


@operator("invalidate-all-arguments", traits=Trait.ACTION)
def invalidate_all_arguments(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make all candidates of the enclosing provider invalid (C31)."""
    ctx.effects += 1
    _mark(ctx, node, _listed_items(node), False)
    return 1


@operator("validate-all-arguments", traits=Trait.ACTION)
def validate_all_arguments(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Make all candidates of the enclosing provider valid (C31)."""
    ctx.effects += 1
    _mark(ctx, node, _listed_items(node), True)
    return 1


@operator("num-valid-arguments", traits=Trait.STATEFUL | Trait.TIME | Trait.VOLATILE)
def num_valid_arguments(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of valid candidates of the enclosing provider, 0 outside (C32, C33)."""
    provider = provider_of(node)
    if provider is None:
        return 0
    if provider.name not in LISTED:
        # Imported here because the generating providers build on this module.
        made = generated(ctx, provider)
        return made if isinstance(made, int | Status) else len(made)
    total = 0
    for position, arg in enumerate(provider.args):
        if arg.valid:
            is_count = position == 0 and provider.name in _COUNTED
            total += 1 if is_count or not arg.is_name else len(_candidates(ctx, arg))
    return total


@operator("do-for-valid-arguments", traits=Trait.CONTROL)
def do_for_valid_arguments(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run each inner action once per applicable candidate; they must not contain the placeholder (C34)."""
    if node.has_placeholder:
        ctx.warn("do-for-valid-arguments must not contain <argument>", node)
        return 1
    if not ctx.applicable:
        ctx.warn("do-for-valid-arguments works only as an action of a form such as when-argument", node)
        return 1
    for action in node.args:
        ctx.budget.pay(len(ctx.applicable[-1]) * weight(action), action.head)
        for candidate in tuple(ctx.applicable[-1]):
            _run_with(ctx, action, candidate)
    return 1
