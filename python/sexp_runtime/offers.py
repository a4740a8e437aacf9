"""Passes the actions of a session on: to the stand-in of a game, a collector, and listeners."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sexp_runtime.monitor.run_recorder import RunRecorder
    from sexp_runtime.operators.context import EvaluationContext

_LOG: Final = logging.getLogger(__name__)

#: Gets an action: the operator and its evaluated arguments.
Listener = Callable[[str, tuple[Any, ...]], None]


class ActionOffers:
    """Passes on each action that has run: to the stand-in, then the collector, then the listeners.

    `stand_in(operator, arguments)` takes the place of a game, None without one; it gets the actions named in `heeds`,
    all if that is None. `listeners` may change the world. One that raises is logged. After `close` no listener is
    called.
    """

    def __init__(
        self,
        context: EvaluationContext,
        stand_in: Listener | None,
        heeds: Collection[str] | None,
    ) -> None:
        self._context = context
        self._stand_in = stand_in
        self._heeds = heeds
        self.listeners: list[Listener] = []
        #: Gets each action before the listeners. It neither raises nor changes the mission.
        self.collector: Listener | None = None
        self._recorder: RunRecorder | None = None
        self._hearing: dict[str, list[Listener]] = {}
        self._closed = False
        self._noted: Listener | None = None  # the collector that the context knows
        self._noted_count = -1  # the number of listeners when that was set
        self._is_direct = False  # whether the context calls it directly
        self.note(in_frame=False)

    def record_with(self, recorder: RunRecorder | None) -> None:
        """Record changes that listeners make as part of the action that they got; None ends that."""
        self._recorder = recorder
        self.note(in_frame=False)

    def hear(self, names: Iterable[str], listener: Listener) -> None:
        """Add a listener for the actions of these names only; it must not change the world."""
        for name in names:
            self._hearing.setdefault(name, []).append(listener)
        self.note(in_frame=False)

    def unhear(self, listener: Listener) -> None:
        """Undo `hear`."""
        for name, hearing in list(self._hearing.items()):
            self._hearing[name] = [other for other in hearing if other != listener]
            if not self._hearing[name]:
                del self._hearing[name]
        self.note(in_frame=False)

    def begin_frame(self) -> None:
        """Set the listeners of actions for the frame that begins."""
        if self.collector is not self._noted or len(self.listeners) != self._noted_count:
            self.note(in_frame=True)

    def note(self, *, in_frame: bool) -> None:
        """Set the listeners of actions; a stand-in that names none gets all of them."""
        context = self._context
        collector = self._noted = self.collector
        alone = in_frame and not self.listeners
        self._noted_count = len(self.listeners) if in_frame else -1
        wanted: list[Any] = self.listeners
        if collector is not None:
            wanted = [collector]
        wants_all = self._stand_in is not None and self._heeds is None
        context.listeners = None if wants_all else wanted
        context.heeded = frozenset((*(self._heeds or ()), *self._hearing)) if self._hearing else self._heeds or ()
        self._is_direct = collector is not None and alone and self._stand_in is None and not self._hearing
        if self._is_direct:
            context.actions = collector
        elif len(self.listeners) == 1 and collector is None and self._stand_in is None:
            context.actions = self._act_alone
        else:
            context.actions = self.act

    def act(self, operator: str, arguments: tuple[Any, ...]) -> None:
        """Pass an action on."""
        if self._recorder is None:
            self._pass_on(operator, arguments)
        else:
            self._recorder.offer(self._pass_on, operator, arguments)

    def _act_alone(self, operator: str, arguments: tuple[Any, ...]) -> None:
        """Pass an action on to the only listener, as `act` does."""
        listeners = self.listeners
        if len(listeners) != 1 or self._hearing or self._recorder is not None or self._closed:
            self.act(operator, arguments)
            return
        try:
            listeners[0](operator, arguments)
        except Exception:
            _LOG.exception("a listener of the action %s failed", operator)

    def _pass_on(self, operator: str, arguments: tuple[Any, ...]) -> None:
        if self._stand_in is not None and (self._heeds is None or operator in self._heeds):
            self._stand_in(operator, arguments)
        if self.collector is not None:
            self.collector(operator, arguments)
        listeners = (*self._hearing[operator], *self.listeners) if operator in self._hearing else tuple(self.listeners)
        for listener in listeners:
            if self._closed:
                break
            try:
                listener(operator, arguments)
            except Exception:  # a listener's mistake must stop neither the frame nor others
                _LOG.exception("a listener of the action %s failed", operator)

    def close(self) -> None:
        """Stop passing actions on."""
        self._closed = True
        self.collector = None
        self._hearing.clear()
        self.listeners.clear()
