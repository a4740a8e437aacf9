"""Which facts a formula reads: those of literal arguments are known before, others are recorded during evaluations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sexp_runtime.compiler.recorder import FactRecorder
from sexp_runtime.operators.actions import remembering
from sexp_runtime.operators.arguments import LISTED
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.random import is_plain_draw
from sexp_runtime.operators.registry import OperatorFunction, ReadsFunction, Trait
from sexp_runtime.values import Raw
from sexp_runtime.world.facts import FactKey

#: For each conditional, the number of leading arguments that decide. The others are actions; running one is an effect.
_DECIDING: Final = {
    "when": 1,
    "every-time": 1,
    "if-then-else": 1,
    "switch": 1,
    "when-argument": 2,
    "every-time-argument": 2,
    "perform-actions-bool-first": 1,
    "perform-actions-bool-last": 1,
    "functional-when": 3,
    "do-for-valid-arguments": 0,
    "on-mission-skip": 0,
}
#: Conditionals that have no effect in the place of an action unless their own actions run.
NESTED: Final = frozenset(
    {"when", "if-then-else", "cond", "switch", "every-time", "when-argument", "every-time-argument"}
)
#: Operators whose memory consists of statuses and draws only; the context counts both.
_COUNTED_MEMORY: Final = frozenset({"and-in-sequence", "rand", "rand-multiple", "random-of"})
_ROSTER: Final = ("roster",)
_READER: Final = Trait.NONE | Trait.TIME
#: Most combinations of texts that an operator notes as recorded. Beyond, it forgets them and records them again.
MAX_RECORDED: Final = 1000


class FactScan:
    """What one formula reads.

    `facts` are known now. `computed` are operator nodes whose facts depend on texts known only when they run.
    `actions` are operator nodes in the place of actions (`root_actions` those of the root), `restless` those that must
    run whenever the original would.
    """

    __slots__ = ("actions", "computed", "facts", "restless", "root_actions")

    def __init__(self) -> None:
        self.facts: set[FactKey] = set()
        self.computed: list[EvalNode] = []
        self.actions: list[EvalNode] = []
        self.restless: list[EvalNode] = []
        self.root_actions: list[EvalNode] = []


def scan(root: EvalNode, ctx: EvaluationContext, handled: Collection[EvalNode] = ()) -> FactScan:
    """Return what a formula reads while it runs no action; after an action it is evaluated again anyway.

    `handled` are operators that a program evaluates: their facts that are known only when they run are left out.
    """
    found = FactScan()
    shared = (ctx.constants.true, ctx.constants.false)
    stack = [root]
    while stack:
        node = stack.pop()
        if node.variable is not None:
            found.facts.add(("var", node.variable))
        kind = node.kind
        if kind is EvalKind.WRAPPER:
            if node.inner is not None:
                stack.append(node.inner)
            continue
        if kind is EvalKind.CONTAINER_DATA:
            # A fetched value can name any other container (A32).
            found.facts.update(("container", name) for name in _container_names(ctx))
            found.facts.add(("container", node.text.lower()))
            stack.extend(node.args)
            continue
        if kind is EvalKind.ATOM:
            if node.is_name:
                found.facts.add(("container", node.text.lower()))
            elif node.form is not None:  # a candidate's text can be a variable's name (C40)
                named = variable_named(ctx, node.text)
                if named is not None:
                    found.facts.add(("var", named))
            continue
        if kind is EvalKind.OPERATOR and node not in shared:
            _scan_operator(found, node, ctx, node in handled)
            deciding, actions = split_actions(node)
            stack.extend(deciding)
            kept = found.root_actions if node is root else found.actions
            for action in actions:
                inner = action.inner
                if inner is None or inner in shared:
                    continue
                if inner.name in NESTED:
                    stack.append(inner)  # does nothing by itself: its condition is read, its own actions count
                else:
                    kept.append(inner)
        else:
            stack.extend(node.args)
    return found


def variable_named(ctx: EvaluationContext, text: str) -> int | None:
    """Return the index of the variable whose name a candidate's text is, bare or as `@name[...]` (C40)."""
    found = ctx.world.variables.index(text)
    if found is None and text.startswith("@"):
        found = ctx.world.variables.index(text[1:].partition("[")[0])
    return found


def is_pure(head: EvalNode) -> bool:
    """Whether evaluating a subtree with unknown statuses does no more than read facts and the clock."""
    return all(map(_only_reads, head.walk()))


def is_drawing(head: EvalNode) -> bool:
    """Like `is_pure`, for a subtree that may also draw random numbers, at each evaluation."""
    return all(_only_reads(node) or (is_plain_draw(node) and all(map(_is_simple, node.args))) for node in head.walk())


def _is_simple(arg: EvalNode) -> bool:
    """Whether reading an argument leaves no status behind: an atom, `<argument>` included."""
    return arg.kind is EvalKind.ATOM and not arg.is_name


def _only_reads(node: EvalNode) -> bool:
    spec = node.spec
    if spec is None:  # fetching a container's data can draw or remove
        return node.kind is not EvalKind.CONTAINER_DATA
    return not spec.traits & ~_READER


def split_actions(node: EvalNode) -> tuple[Sequence[EvalNode], Sequence[EvalNode]]:
    """Return the arguments that decide what an operator does, and the arguments that it runs as actions."""
    if node.name == "cond":
        deciding = [clause.args[0] for clause in node.args if clause.kind is EvalKind.CLAUSE and clause.args]
        deciding += [arg for arg in node.args if arg.kind is not EvalKind.CLAUSE]
        clauses = [arg for arg in node.args if arg.kind is EvalKind.CLAUSE]
        return deciding, [action for clause in clauses for action in clause.args[1:]]
    count = _DECIDING.get(node.name)
    if count is None:
        return node.args, ()
    return node.args[:count], node.args[count:]


def _container_names(ctx: EvaluationContext) -> Iterable[str]:
    return [name.lower() for name in ctx.world.containers.snapshot()]


def _scan_operator(found: FactScan, node: EvalNode, ctx: EvaluationContext, is_handled: bool) -> None:
    spec, world = node.spec, ctx.world
    assert spec is not None
    reads = spec.reads
    if spec.traits & Trait.VOLATILE or (spec.traits & Trait.STATEFUL and node.name not in _COUNTED_MEMORY):
        found.restless.append(node)
    if spec.traits & Trait.ACTION:
        found.actions.append(node)
    if reads is None:
        return
    if all(_is_literal(arg) for arg in node.args):
        keys = set(reads(world, [_literal_text(arg) for arg in node.args]))
        found.facts |= keys
        if _ROSTER in keys and not is_handled:  # may have read all ships, and others can arrive
            found.computed.append(node)
        return
    one, other = (
        set(reads(world, [_literal_text(arg) if _is_literal(arg) else dummy for arg in node.args]))
        for dummy in ("\0one", "\0other")
    )
    found.facts |= one & other
    if one != other or _ROSTER in one:
        candidates = _known_candidates(node, ctx)
        if not is_handled and (candidates is None or _ROSTER in one):
            found.computed.append(node)
        for text in candidates or ():
            found.facts.update(reads(world, [text if arg.is_placeholder else _literal_text(arg) for arg in node.args]))


def _known_candidates(node: EvalNode, ctx: EvaluationContext) -> Sequence[str] | None:
    """Return the texts that `<argument>` can be in an operator, None if they are known only when it runs."""
    form = node.form
    if form is None or not form.args:
        return None
    if not all(_is_literal(arg) or arg.is_placeholder for arg in node.args):
        return None
    provider = form.args[0].inner
    if provider is None or provider.name not in LISTED or not lists_plain_texts(provider, ctx):
        return None
    return [arg.text for arg in provider.args]


def lists_plain_texts(provider: EvalNode, ctx: EvaluationContext) -> bool:
    """Whether all candidates of a provider are atoms that always read as their own texts (C40)."""
    return all(
        arg.kind is EvalKind.ATOM
        and arg.variable is None
        and not arg.is_name
        and not arg.is_placeholder
        and not arg.text.startswith(("@", "variable["))
        and variable_named(ctx, arg.text) is None
        for arg in provider.args
    )


def _is_literal(arg: EvalNode) -> bool:
    """Whether the argument's text is always the same; an expression's text is always empty."""
    if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE:
        return True
    return arg.kind is EvalKind.ATOM and arg.variable is None and not arg.is_placeholder


def _literal_text(arg: EvalNode) -> str:
    return "" if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE else arg.text


def install(found: FactScan, ctx: EvaluationContext, recorder: FactRecorder) -> int:
    """Make nodes report to `recorder` the facts that are known only when they run, and restless nodes count an effect.

    An action repeats its effect only if that could change something. Returns how many operator nodes got a function of
    their own.
    """
    for node in found.computed:
        assert node.spec is not None and node.spec.reads is not None
        reads = node.spec.reads
        if all(map(_is_literal, node.args)):
            node.call = _recording_ships(node.call, reads, recorder, len(ctx.world.ships))
        else:
            node.call = _recording(node.call, reads, recorder, node.args)
    if ctx.remember is not None:
        for node in (*found.root_actions, *found.actions):
            node.call = remembering(node.call, ctx.remember)
    for node in (*found.restless, *found.actions):
        node.call = _effective(node.call)
    return len(found.computed) + len(found.restless) + len(found.actions)


def install_actions(found: FactScan) -> int:
    """Count the actions of the root as effects, which a program does by itself; return how many there are."""
    for node in found.root_actions:
        node.call = _effective(node.call)
    return len(found.root_actions)


def _effective(inner: OperatorFunction) -> OperatorFunction:
    def effective(ctx: EvaluationContext, node: EvalNode) -> Raw:
        ctx.effects += 1
        return inner(ctx, node)

    return effective


def _recording_ships(
    inner: OperatorFunction, reads: ReadsFunction, recorder: FactRecorder, known_ships: int
) -> OperatorFunction:
    """Report what an operator with fixed texts reads whenever the number of ships has changed."""
    ships, epoch = known_ships, 0

    def recording(ctx: EvaluationContext, node: EvalNode) -> Raw:
        nonlocal ships, epoch
        if recorder.epoch != epoch:
            ships, epoch = known_ships, recorder.epoch
        world = ctx.world
        if len(world.ships) != ships:
            ships = len(world.ships)
            recorder(reads(world, [_literal_text(arg) for arg in node.args]))
        return inner(ctx, node)

    return recording


def _recording(
    inner: OperatorFunction, reads: ReadsFunction, recorder: FactRecorder, args: Sequence[EvalNode]
) -> OperatorFunction:
    """Report what an operator reads whenever its texts are new."""
    parts = _parts(args)
    recorded: set[tuple[str, ...]] = set()  # in this epoch, with these ships: candidates recur
    plain: set[str] = set()  # recorded texts of candidates for which a placeholder reads that text only
    ships = epoch = -1

    def recording(ctx: EvaluationContext, node: EvalNode) -> Raw:
        nonlocal ships, epoch
        candidate = ctx.candidate
        world = ctx.world
        if len(world.ships) != ships or recorder.epoch != epoch or len(recorded) + len(plain) > MAX_RECORDED:
            recorded.clear()
            plain.clear()
            ships = len(world.ships)
            epoch = recorder.epoch
        if candidate is not None and parts is not None and _is_plain(candidate):
            text = candidate.text
            if text in plain:
                return inner(ctx, node)
            if variable_named(ctx, text) is None:
                plain.add(text)
                recorder(reads(world, [text if part is None else part for part in parts]))
                return inner(ctx, node)
        variants = possible_texts(ctx, node, recorder)
        if variants is None:  # a text that cannot be read without consequences
            ctx.effects += 1
        else:
            for texts in variants:
                key = tuple(texts)
                if key not in recorded:
                    recorded.add(key)
                    recorder(reads(world, texts))
        return inner(ctx, node)

    return recording


def _parts(args: Sequence[EvalNode]) -> list[str | None] | None:
    """Return the arguments' texts, None for a placeholder; None in all if one of them is read from somewhere."""
    if any(arg.variable is not None or arg.kind is EvalKind.CONTAINER_DATA for arg in args):
        return None
    return [None if arg.is_placeholder else _literal_text(arg) for arg in args]


def _is_plain(candidate: Candidate) -> bool:
    """Whether the placeholder reads as the candidate's own text and nothing else (C40)."""
    atom = candidate.node
    return atom is None or (atom.variable is None and atom.lookup is None)


def possible_texts(ctx: EvaluationContext, node: EvalNode, recorder: FactRecorder) -> list[list[str]] | None:
    """Return the texts that an operator's arguments may have now, one list for each way a placeholder can read (C40).

    Reading them changes nothing. None if an argument is container data, whose reading can change the container.
    """
    candidate = ctx.candidate
    own: list[str] = []
    if candidate is not None:
        own.append(candidate.text)
        atom = candidate.node
        variables = ctx.world.variables
        named = variable_named(ctx, candidate.text)
        indices = {named} if atom is None else {named, atom.variable, atom.lookup}
        for index in sorted(index for index in indices if index is not None):
            recorder([("var", index)])
            own += [variables.texts[index], str(index)]
    variants: list[list[str]] = []
    for text in own or [""]:
        texts: list[str] = []
        for arg in node.args:
            if arg.variable is not None:
                texts.append(ctx.world.variables.texts[arg.variable])
            elif arg.is_placeholder and candidate is not None:
                texts.append(text)
            elif arg.kind is EvalKind.CONTAINER_DATA:
                return None
            else:
                texts.append(_literal_text(arg))
        if texts not in variants:
            variants.append(texts)
    return variants
