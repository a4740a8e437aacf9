"""The kernel without programs, in Python: specifies what `*.pxi` do, and runs where nothing is compiled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Any

from sexp_runtime.loops import Edge, set_flags
from sexp_runtime.values import INT_MAX, INT_MIN

FactKey = tuple[Hashable, ...]


class Op:
    """The operations of nodes, and the kinds of programs; `nodes.pxi` has the same numbers."""

    (
        CONSTANT, VARIABLE, KNOWN, AND, OR, NOT, XOR, EQUAL, UNEQUAL, LESS, GREATER, AT_MOST, AT_LEAST, ADD, SUBTRACT,
        MULTIPLY, DIVIDE, REMAINDER, LEAF, TREE, COMMON, HULL_LEFT, SHIELDS_LEFT, DISTANCE, CENTRE_DISTANCE, COORDINATE,
        FACING, IN_BOX, ACT, WHEN_TRUE, IF_TRUE, LEAST, GREATEST, MAGNITUDE, DRAW,
    ) = range(35)  # fmt: skip
    CONDITION, WHEN, EVERY_TIME, ACTIONS = range(4)


class Reading:
    """How an action reads an argument; `performing.pxi` has the same numbers."""

    FIXED, NUMBER, NATURAL, TRUTH, VALUE, TEXT, CANDIDATE = range(7)


class ClockCore:
    """The moment of the mission in microseconds; in C a number that programs read."""

    __slots__ = ("us",)

    us: int


class ActionCount:
    """Counts the actions of a frame, whether or not anybody hears of them."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class ContextCore:
    """The fields of an evaluation context that compiled code reads (see `operators.context`)."""

    effects: int
    actions: Callable[[str, tuple[Any, ...]], None] | None
    listeners: list[Any] | None
    heeded: Collection[str]
    actions_made: ActionCount


class BoardCore:
    """The part of the board of facts that compiled code uses: the observer and the edges of hot fields.

    Hot are variables, and of ships hull, shields, position, velocity, orientation and status. In C their edges are
    pointers as well, so that a write needs no key; in Python the lists of the board serve all facts.
    """

    __slots__ = ("generation", "observer")

    def __init__(self) -> None:
        #: Called with each changed fact when set (recording, cause statistics); None costs nothing.
        self.observer: Callable[[FactKey], None] | None = None
        #: Changes when a name may stand for something else: another ship, other members, another place.
        self.generation = 0

    #: The list of edges of each fact.
    readers: dict[FactKey, list[Edge]]

    def use_clock(self, clock: Any) -> None:
        """Set the mission clock, from which moves read the time."""

    def bind(self, flags: bytearray, index: int, program: Any) -> None:
        """Set a flag's owner: a program, which knows how long movement cannot change its result; None: no owner."""

    def flag(self, keys: Iterable[FactKey]) -> None:
        """Set the flags of readers of facts that movement changes, except of programs that wait for a bound."""
        set_flags(self.readers, keys)

    def use_variables(self, variables: VariablesCore) -> None:
        """Set the table of variables, whose facts are hot."""

    def add_hot_edge(self, key: FactKey, edge: Edge) -> None:
        """Add an edge of a hot field a second time, where writes find it without its key."""

    def drop_hot_edge(self, key: FactKey, flags: bytearray, index: int) -> None:
        """Undo one `add_hot_edge`."""


class ShipCore:
    """The fields of a ship that change often; in C they are numbers that compiled code reads (see `world.ships`)."""

    __slots__ = (
        "docked", "hull", "is_player", "max_hull", "max_shields", "orientation", "position", "radius", "shields",
        "speed_bound", "status", "velocity",
    )  # fmt: skip

    #: Whether it is the ship that the player flies.
    is_player: bool
    speed_bound: float | None
    docked: set[str]

    def watch(self, board: BoardCore, subjects: Iterable[FactKey]) -> None:
        """Set the board, and the subjects whose facts a change of the ship touches."""


class WorldCore(ABC):
    """The writes that a game makes in every frame; the world's own methods make the unusual ones."""

    __slots__ = ()

    def set_ship(self, ship: Any, field: str, value: Any) -> bool:
        """See `change_ship`."""
        return self.change_ship(ship, field, value)

    def move_ship(
        self, ship: Any, position: Any, velocity: Any = None, orientation: Any = None, jump: bool = False
    ) -> None:
        """See `place_ship`."""
        self.place_ship(ship, position, velocity, orientation, jump)

    @abstractmethod
    def change_ship(self, ship: Any, field: str, value: Any) -> bool:
        """Set one field of a ship; return whether its value differs from before."""

    @abstractmethod
    def touch_jump(self, ship: Any) -> None:
        """Touch the fact that says that a ship jumped to its position."""

    @abstractmethod
    def place_ship(self, ship: Any, position: Any, velocity: Any, orientation: Any, jump: bool) -> None:
        """Put a ship somewhere."""


class VariablesCore:
    """The numbers of the table of variables; in C they are integers that compiled code reads."""

    __slots__ = ("_board", "_changed", "_index", "_keys", "_numbers", "_texts")

    def __init__(
        self,
        board: BoardCore,
        numbers: list[int],
        texts: list[str],
        keys: list[FactKey],
        index: dict[str, int],
        changed: Callable[[FactKey], None],
    ) -> None:
        """Take the lists of the table, by index, the index of each name, and what is called with a changed fact."""
        self._board, self._numbers, self._texts, self._keys, self._index = board, numbers, texts, keys, index
        self._changed = changed

    def reload(self, index: int) -> None:
        """Take over the number at an index from the table, which has changed it."""

    def set_number(self, index: int, value: int) -> bool:
        """Store a number of 32 bits as decimal text (J2); return whether anything changed."""
        text = str(value)
        if self._texts[index] == text:
            return False
        self._texts[index] = text
        self._numbers[index] = value
        self._changed(self._keys[index])
        return True

    def assign(self, name: str, value: int | str) -> bool:
        """Store a number of 32 bits in the variable of that name; return False, nothing done, for anything else."""
        index = self._index.get(name)
        if index is None or type(value) is not int or not INT_MIN <= value <= INT_MAX:
            return False
        self.set_number(index, value)
        return True
