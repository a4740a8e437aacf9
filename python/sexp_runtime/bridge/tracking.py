"""Tracked nodes: their signals change the world's facts, and freeing them makes the object leave."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from sexp_runtime.bridge.gate import Gate, RefusedError, matrix, number, set_variable, truth, vector
from sexp_runtime.bridge.mapping import (
    FIELDS,
    MOTION,
    Node,
    ObjectMapping,
    Source,
    check_mapping,
    field_value,
    position_property,
)
from sexp_runtime.bridge.motion import MotionInterest
from sexp_runtime.bridge.strength import FULL_OF, SubsystemStrength
from sexp_runtime.kernel import Course, Hits, Strength, move_all
from sexp_runtime.world.ships import Matrix, Ship, ShipStatus, Vector

if TYPE_CHECKING:
    from sexp_runtime.world.world import World


class VectorReader(Protocol):
    """Reads a vector of each of several nodes: three numbers each, and what each is (see `kernel.plain_game`)."""

    @property
    def kinds(self) -> bytearray: ...
    @property
    def numbers(self) -> array[float]: ...
    def read(self) -> None: ...


class NodeAccess(Protocol):
    """Access to the engine's nodes: the binding in Godot, a substitute in tests."""

    def identity(self, node: Node) -> int:
        """The node's instance id."""

    def alive(self, identity: int) -> bool:
        """Whether the node with that instance id still exists."""

    def ends(self, node: Node) -> bool:
        """Whether the node will be freed at the end of this frame."""

    def connect(self, node: Node, signal: str, function: Callable[..., None]) -> None:
        """Call the function with the signal's arguments from now on."""

    def disconnect(self, node: Node, signal: str, function: Callable[..., None]) -> None:
        """Undo `connect`."""

    def emit(self, node: Node, signal: str, *arguments: Any) -> None:
        """Emit a signal of the node."""

    def vectors(self, rows: list[tuple[Node, str]]) -> VectorReader:
        """A reader of vector properties of living nodes."""

    def parent(self, node: Node) -> Node | None:
        """The node above, if any."""

    def path(self, node: Node) -> str:
        """The node's path in the tree, "" outside it."""

    def scene(self, node: Node) -> int:
        """The instance id of the current scene, if the node is in it, else 0."""


class TrackedObject:
    """One node tied to one ship of the world."""

    __slots__ = (
        "connections",
        "course",
        "identity",
        "in_tree",
        "mapping",
        "mover",
        "mover_identity",
        "node",
        "scene",
        "ship",
        "strengths",
        "subsystems",
    )

    def __init__(self, node: Node, identity: int, ship: Ship, mapping: ObjectMapping, world: World) -> None:
        self.node = node
        self.identity = identity
        self.ship = ship
        self.mapping = mapping
        self.connections: list[tuple[str, Callable[..., None]]] = []
        self.in_tree = True
        self.scene = 0
        self.mover: Node | None = None
        self.mover_identity = 0
        self.course = Course(ship)
        facts = {source.fact for source in mapping.sources}
        self.strengths = {fact: Strength(world, ship, fact, full in facts) for fact, full in FULL_OF.items()}
        self.subsystems: dict[str, SubsystemStrength] = {}


class Tracking:
    """All tracked nodes of a mission. Reads only the positions that formulas read; signals report everything else."""

    def __init__(self, world: World, interest: MotionInterest, access: NodeAccess, gate: Gate) -> None:
        self._world = world
        self._interest = interest
        self._access = access
        self._gate = gate
        self._by_node: dict[int, TrackedObject] = {}
        self._by_ship: dict[str, TrackedObject] = {}
        self._outside: list[TrackedObject] = []
        self._moving: list[TrackedObject] = []
        self._turning: list[TrackedObject] = []  # those of them whose orientations are read, too
        self._courses: list[Course] = []
        self._places = self._velocities = access.vectors([])
        self._revision = -1
        #: How many positions were read since the start, for tests and statistics.
        self.positions_read = 0

    def __len__(self) -> int:
        return len(self._by_node)

    def watch_motion(self, interest: MotionInterest) -> None:
        """Read the positions that other formulas read from now on."""
        self._interest = interest
        self._revision = -1

    def has(self, ship: Ship) -> bool:
        """Return whether a node is tied to the ship."""
        return ship.key in self._by_ship

    def has_node(self, identity: int) -> bool:
        """Return whether the node with that instance id is tied."""
        return identity in self._by_node

    def paths(self) -> dict[str, str]:
        """Return the paths of the tied nodes by the keys of their ships."""
        access = self._access
        return {
            key: access.path(tracked.node) for key, tracked in self._by_ship.items() if access.alive(tracked.identity)
        }

    def track(self, node: Node, name: str, mapping: Mapping[str, Any], freed_means: str) -> Ship:
        """Tie a node to the ship of that name, which arrives now if it has not yet; an unknown name makes a new ship.

        A node that is tied already is untied first. Raises MappingError when the mapping does not fit the node,
        ValueError when the ship has left the mission or belongs to another living node.
        """
        if not name:
            raise ValueError("an object needs a name")
        identity = self._access.identity(node)
        checked = check_mapping(node, mapping, freed_means)
        ship = self._world.ship(name)
        if ship is not None and ship.status is ShipStatus.EXITED:
            raise ValueError(f"{name!r} has left the mission; a node cannot bring it back")
        other = None if ship is None else self._by_ship.get(ship.key)
        if other is not None and other.identity != identity:
            if self._access.alive(other.identity) and not self._access.ends(other.node):
                raise ValueError(
                    f"another node is tied to {name!r} already; an object has one node, untrack that first"
                )
            self.untrack(other.identity)
        self.untrack(identity)
        if ship is None:
            ship = self._world.create_ship(name, "")
            if ship is None:
                raise ValueError(f"{name!r} exceeds the maximum of {self._world.quotas.ships} ships of a mission")
        tracked = TrackedObject(node, identity, ship, checked, self._world)
        self._find_mover(tracked)
        tracked.scene = self._access.scene(node)
        self._by_node[identity] = tracked
        self._by_ship[ship.key] = tracked
        self._revision = -1
        if ship.status is ShipStatus.NOT_YET and "arrived" not in checked.life:
            self._arrive(ship)
        for source in checked.sources:
            self._begin(tracked, source)
        for what, signal in checked.life.items():
            self._connect(tracked, signal, self._life(tracked, what))
        self._connect(tracked, "tree_exited", lambda: self._left_tree(tracked))
        self._connect(tracked, "tree_entered", lambda: self._entered_tree(tracked))
        if self._interest.wants(ship, self._world):
            self.positions_read += 1
            self._read_motion(tracked, 0.0)
        if not mapping and not checked.sources and not checked.life:
            line = f"{name}: the node has no signal of SexpObject, so only its position and its freeing are noticed"
            self._gate.once(f"{name} signals", f"{line}; give a mapping")
        return ship

    def untrack(self, identity: int) -> bool:
        """Untie the node with that instance id; its ship stays as it is. Returns whether it was tied."""
        tracked = self._by_node.pop(identity, None)
        if tracked is None:
            return False
        self._by_ship.pop(tracked.ship.key, None)
        self._revision = -1
        if self._access.alive(identity):
            for signal, function in tracked.connections:
                self._access.disconnect(tracked.node, signal, function)
        tracked.connections.clear()
        return True

    def clear(self) -> None:
        """Untie all nodes."""
        for identity in list(self._by_node):
            self.untrack(identity)
        self._outside.clear()

    def before_frame(self, seconds: float) -> None:
        """Find freed nodes, and read the positions that formulas read; `seconds` is the frame's length."""
        if self._outside:
            outside, self._outside = self._outside, []
            for tracked in outside:
                if self._by_node.get(tracked.identity) is not tracked or tracked.in_tree:
                    continue
                if not self._access.alive(tracked.identity):
                    self._freed(tracked)
                else:
                    self._outside.append(tracked)
        self.read_places(seconds)

    def read_places(self, seconds: float = 0.0) -> None:
        """Read the positions of the tracked objects whose motion the formulas read."""
        if self._world.facts.revision != self._revision:
            self._find_moving()
        moving = self._moving
        if moving:
            self.positions_read += len(moving)
            places, velocities = self._places, self._velocities
            places.read()
            velocities.read()
            unusual = move_all(
                self._courses, self._world, places.kinds, places.numbers, velocities.kinds, velocities.numbers, seconds
            )
            for index in unusual:
                self._read_motion(moving[index], seconds)
            if self._gate.refusals:
                for index in set(range(len(moving))).difference(unusual):
                    self._gate.accepted(moving[index].ship.name, MOTION[0])
        for tracked in self._turning:
            self.positions_read += 1
            self._read_motion(tracked, seconds)

    def _find_moving(self) -> None:
        """Find the objects whose motion is read now; recomputed when the facts' revision changes."""
        interest, world = self._interest, self._world
        self._revision = world.facts.revision
        wanted = []
        for tracked in self._by_node.values():
            if tracked.mover is None or not interest.wants(tracked.ship, world):
                tracked.course.forget()
            elif tracked.in_tree and self._access.alive(tracked.mover_identity):
                wanted.append(tracked)
        self._turning = [tracked for tracked in wanted if MOTION[2] in tracked.mapping.motion]
        moving = [tracked for tracked in wanted if MOTION[2] not in tracked.mapping.motion]
        if moving != self._moving:
            self._moving = moving
            self._make_readers()

    def _make_readers(self) -> None:
        """Prepare the readers of the positions and velocities of all moving objects."""
        places: list[tuple[Node, str]] = []
        velocities: list[tuple[Node, str]] = []
        for tracked in self._moving:
            assert tracked.mover is not None
            motion = tracked.mapping.motion
            places.append((tracked.mover, motion[MOTION[0]]))
            tracked.course.velocity_at = len(velocities) if MOTION[1] in motion else -1
            if MOTION[1] in motion:
                velocities.append((tracked.mover, motion[MOTION[1]]))
        self._courses = [tracked.course for tracked in self._moving]
        self._places, self._velocities = self._access.vectors(places), self._access.vectors(velocities)

    # Signals to the nodes

    def tell_action(self, operator: str, arguments: Sequence[Any]) -> None:
        """Pass an action to the components of the objects that it names directly or by their wing."""
        told: set[int] = set()
        for argument in arguments:
            if isinstance(argument, str):
                for tracked in self._named(argument.lower()):
                    if tracked.identity not in told:
                        told.add(tracked.identity)
                        self._tell(tracked, "action_requested", operator, arguments)

    def tell_left(self, name: str, how: str) -> None:
        """Notify an object's component that the mission has made the object leave."""
        tracked = self._by_ship.get(name.lower())
        if tracked is not None:
            self._tell(tracked, "left", how)

    def _named(self, name: str) -> list[TrackedObject]:
        tracked = self._by_ship.get(name)
        if tracked is not None:
            return [tracked]
        wing = self._world.wings.get(name)
        members = () if wing is None else tuple(wing.members)
        return [self._by_ship[key] for key in members if key in self._by_ship]

    def _tell(self, tracked: TrackedObject, signal: str, *arguments: Any) -> None:
        if tracked.mapping.is_component and self._access.alive(tracked.identity):
            self._access.emit(tracked.node, signal, *arguments)

    # Signals

    def _connect(self, tracked: TrackedObject, signal: str, function: Callable[..., None]) -> None:
        self._access.connect(tracked.node, signal, function)
        tracked.connections.append((signal, function))

    def _begin(self, tracked: TrackedObject, source: Source) -> None:
        """Read a fact's current value and connect the signal that reports changes."""
        if source.property is not None:
            self._set(tracked, source.fact, tracked.node.get(source.property), first=True)
        elif source.constant is not None:
            self._set(tracked, source.fact, source.constant)
        if source.signal is None:
            return

        def told(*arguments: Any) -> None:
            if source.argument is not None and source.argument >= len(arguments):
                reason = RefusedError(f"the signal {source.signal!r} carries too few arguments")
                self._gate.refused(tracked.ship.name, source.fact, arguments, reason)
            elif source.argument is not None:
                self._set(tracked, source.fact, arguments[source.argument])
            elif source.property is not None:
                self._set(tracked, source.fact, tracked.node.get(source.property))

        function: Callable[..., None] = told
        if source.fact in FULL_OF and source.argument is not None:
            strength = tracked.strengths[source.fact]
            function = Hits(strength, source.argument, self._gate.refusals, told).told
        self._connect(tracked, source.signal, function)

    def _set(self, tracked: TrackedObject, fact: str, value: Any, *, first: bool = False) -> None:
        """Set a fact to the node's value; `first` if it is the value of a property when tracking begins."""
        try:
            self._take(tracked, fact, value, first)
        except RefusedError as reason:
            self._gate.refused(tracked.ship.name, fact, value, reason)
        else:
            self._gate.accepted(tracked.ship.name, fact)

    def _take(self, tracked: TrackedObject, fact: str, value: Any, first: bool) -> None:
        """Set a fact; raises RefusedError for a value that it cannot have."""
        world, ship = self._world, tracked.ship
        if fact.startswith("@"):
            set_variable(world, fact[1:], value)
        elif fact.startswith("flag:"):
            world.set_flag(ship, fact[5:], truth(value))
        elif fact.startswith("subsystem:"):
            strength = tracked.subsystems.setdefault(fact, SubsystemStrength())
            subsystem = world.add_subsystem(ship, fact[10:])
            share = strength.share_of(number(value), first=first)
            world.set_subsystem(ship, subsystem, "hull", subsystem.max_hull * share)
        elif ship.status is not ShipStatus.EXITED and value != "":  # an empty text leaves the file's
            taken = field_value(fact, value)
            if fact in FULL_OF:
                tracked.strengths[fact].set_left(taken, first)
            elif fact in FULL_OF.values():
                tracked.strengths[fact.removeprefix("max_")].set_full(taken)
            else:
                world.set_ship(ship, FIELDS[fact], taken)

    def _life(self, tracked: TrackedObject, what: str) -> Callable[..., None]:
        def told(*arguments: Any) -> None:
            if what == "arrived":
                self._arrive(tracked.ship)
            else:
                self._leave(tracked.ship, what, str(arguments[0]) if arguments and arguments[0] else "")

        return told

    def _arrive(self, ship: Ship) -> None:
        """Make a ship arrive because the game has placed it, regardless of its arrival cue."""
        self._world.set_ship(ship, "arrival_allowed", True)
        if not self._world.arrive(ship) and ship.status is ShipStatus.NOT_YET:
            self._gate.once(ship.name, f"{ship.name} cannot arrive: its wing is gone")

    def _leave(self, ship: Ship, how: str, killer: str = "") -> None:
        """Make a ship leave the mission; a destroyed one stays in its death roll until its node is freed."""
        if how == "destroyed":
            self._world.destroy(ship, self._world.ship(killer) or killer)
        elif how == "departed":
            self._world.depart(ship)
        else:
            self._world.vanish(ship)

    def _entered_tree(self, tracked: TrackedObject) -> None:
        tracked.in_tree = True
        self._revision = -1
        tracked.scene = self._access.scene(tracked.node)

    def _left_tree(self, tracked: TrackedObject) -> None:
        tracked.in_tree = False
        self._revision = -1
        if self._access.ends(tracked.node):
            self._freed(tracked)
        else:
            self._outside.append(tracked)  # moved elsewhere, or freed with its parent: the next frame decides

    def _freed(self, tracked: TrackedObject) -> None:
        self.untrack(tracked.identity)
        ship = tracked.ship
        if ship.status is ShipStatus.PRESENT:
            gone = tracked.scene and not self._access.alive(tracked.scene)
            self._leave(ship, "vanished" if gone else tracked.mapping.freed_means)
        if ship.status is ShipStatus.DEATH_ROLL:
            self._world.finish_death(ship)

    # Motion

    def _find_mover(self, tracked: TrackedObject) -> None:
        """Return the node that moves: the node itself, or for a component the node above it."""
        if "position" in tracked.mapping.motion:
            tracked.mover, tracked.mover_identity = tracked.node, tracked.identity
            return
        parent = self._access.parent(tracked.node)
        if parent is None:
            return
        position = position_property(parent)
        if position is not None:
            tracked.mover, tracked.mover_identity = parent, self._access.identity(parent)
            motion = {"position": position}
            for name in ("velocity", "linear_velocity"):
                if parent.get(name) is not None:
                    motion["velocity"] = name
                    break
            tracked.mapping = replace(tracked.mapping, motion={**motion, **tracked.mapping.motion})

    def _read_motion(self, tracked: TrackedObject, seconds: float) -> None:
        """Read one object's motion, and report a value that is refused; `move_all` does the usual ones together."""
        mover = tracked.mover
        if mover is None or not self._access.alive(tracked.mover_identity):
            return
        motion = tracked.mapping.motion
        velocity: Vector | None = None
        orientation: Matrix | None = None
        fact = MOTION[0]
        value = mover.get(motion[fact])
        try:
            position = vector(value)
            if MOTION[1] in motion:
                fact = MOTION[1]
                value = mover.get(motion[fact])
                velocity = vector(value)
            if MOTION[2] in motion:
                fact = MOTION[2]
                value = mover.get(motion[fact])
                orientation = matrix(value)
        except RefusedError as reason:
            self._gate.refused(tracked.ship.name, fact, value, reason)
            return
        self._gate.accepted(tracked.ship.name, MOTION[0])
        tracked.course.move(self._world, position, velocity, orientation, seconds)
