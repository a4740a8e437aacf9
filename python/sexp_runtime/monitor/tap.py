"""A tap on the world: it passes every change made through it to a recorder, makes it, and withdraws one that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.kernel import ChangeLog, TapCore
from sexp_runtime.kernel.plain_changes import Recorder

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship, Subsystem
    from sexp_runtime.world.world import World

#: The methods of World, and of its parts, with which outside code changes what formulas read.
WORLD_CHANGES: Final = frozenset({
    "add_ship", "add_subsystem", "add_wing", "arrive", "arrive_wave", "cancel_wing", "change_ship", "create_ship",
    "damage", "damage_subsystem", "depart", "depart_wing", "destroy", "dock", "end_mission", "finish_death",
    "finish_waypoints", "forget_orders", "give_order", "move_ship", "press_key", "reset_key", "reveal_cargo",
    "reveal_subsystem_cargo", "self_destruct", "set_flag", "set_game", "set_option", "set_player", "set_ship",
    "set_strength", "set_subsystem", "set_waypoints", "set_wing", "tag", "tag_for", "take_mission", "undock", "vanish",
})  # fmt: skip
PART_CHANGES: Final = {
    "variables": frozenset({"set_text", "set_number", "create_slot"}),
    "containers": frozenset({"add_items", "remove_items", "set_pairs", "remove_keys", "clear", "replace", "copy"}),
    "log": frozenset({"add"}),
    "answers": frozenset({"put"}),
}

#: Changes that the session records itself: evaluations of a game's texts that can act or draw, and the mission's end.
OTHER_CHANGES: Final = {
    "expressions": frozenset({"evaluate"}),
    "session": frozenset({"end_mission", "skip_mission"}),
}

#: Attributes of World that keep the same object for its whole life.
_LASTING: Final = frozenset(
    ("clock", "facts", "ships", "wings", "class_table", "waypoints", "jump_nodes", "player", "events", "goals")
)


class _Tap:
    """Forwards everything to its target, and records calls of the named methods.

    A call is recorded before it is made, because its arguments may change meanwhile, and because changes that listeners
    make inside it come after it. One that raises is withdrawn.
    """

    def __init__(self, target: Any, part: str, methods: frozenset[str], recorder: Recorder) -> None:
        self._target = target
        self._part = part
        self._methods = methods
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if name in self._methods:
            value = self._recording(name, value)
        elif name not in _LASTING and not isinstance(value, MethodType):
            return value  # may be another object next time
        self.__dict__[name] = value
        return value

    def __iter__(self) -> Iterator[Any]:
        return iter(self._target)

    def __len__(self) -> int:
        return len(self._target)

    def __bool__(self) -> bool:
        return True

    def _recording(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        part, recorder = self._part, self._recorder

        def recorded(*args: Any, **kwargs: Any) -> Any:
            noted = recorder.record(part, name, args, kwargs)
            try:
                return method(*args, **kwargs)
            except BaseException:
                recorder.withdraw(noted)
                raise

        return recorded


class WorldTap(_Tap):
    """Behaves like the world for a scenario or a game, and also passes each change to the recorder.

    Changes caused by another change (a death that writes the log) happen inside the world and are not recorded:
    replaying the outer change causes them again.
    """

    def __init__(self, world: World, recorder: Recorder) -> None:
        super().__init__(world, "", WORLD_CHANGES, recorder)
        for part, methods in PART_CHANGES.items():
            self.__dict__[part] = _Tap(getattr(world, part), part, methods, recorder)

    def set_subsystems(self, ship: Ship, field: str, values: Iterable[tuple[Subsystem, Any]]) -> bool:
        """Record and make the changes of several subsystems one by one."""
        changed = [self.set_subsystem(ship, subsystem, field, value) for subsystem, value in values]
        return any(changed)


class RecordingTap(TapCore, WorldTap):
    """A tap that notes moves and hits in a log, without leaving C; everything else goes to the recorder."""

    def __init__(self, world: World, recorder: Recorder, log: ChangeLog) -> None:
        super().__init__(world, recorder)
        self.use_log(world, world.ships, log, recorder)


def untapped(target: object) -> object:
    """Return what a tap forwards to; anything else as it is."""
    return target._target if isinstance(target, _Tap) else target
