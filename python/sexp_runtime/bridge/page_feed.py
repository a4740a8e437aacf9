"""The page of the editor's tab that is open: what it shows is built only for it, and only what changed is sent."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.checks import TextChecker
from sexp_runtime.bridge.feed_rows import LONGEST_NAME, MOST_ROWS
from sexp_runtime.bridge.glance import LONGEST_VALUE, MOST_PAGE_ROWS, PAGES, Row, object_details
from sexp_runtime.events.explain_tree import explain_expression

if TYPE_CHECKING:
    from sexp_runtime.bridge.chronicle import Chronicle
    from sexp_runtime.session import MissionSession
    from sexp_runtime.syntax.tree import SexpExpression

#: All pages that a tab can ask for; "" for none.
NAMES: Final = ("", *PAGES, "log", "watch")
#: Most expressions that are watched, and characters of one.
MOST_WATCHED: Final = 40
LONGEST_EXPRESSION: Final = 4000
#: Entries of the log that a page gets when it is opened.
MOST_ENTRIES: Final = 1000
#: The paths of nodes are asked for again with every so many updates.
NODES_EVERY: Final = 4


class PageFeed:
    """Sends the rows of one page; `send(message, data)` passes a message to the tab.

    Messages: `page` [page, how many rows there are, [[place, columns...]...]] for the pages of `glance`,
    `object` [name, [[label, text]...]], `log` [whether it is a fresh list, [[seconds, kind, name, text]...]],
    `watched` [[[expression, value or None, result in words]...]].
    """

    def __init__(self, send: Callable[[str, list[Any]], None]) -> None:
        self._send = send
        #: Returns the paths of the nodes that are tied to ships, by the ships' keys; set by the debugger's link.
        self.nodes: Callable[[], dict[str, str]] = dict
        self._page = ""
        self._object = ""
        self._texts: list[str] = []
        self.forget()

    def forget(self) -> None:
        """Forget what was sent, for another mission or when the tab closes. The page stays chosen."""
        self._sent: list[Row] = []
        self._total = -1
        self._details: list[list[str]] | None = None
        self._paths: dict[str, str] = {}
        self._updates = 0
        self._logged: tuple[int, int] | None = None
        self._parsed: dict[str, SexpExpression | str] = {}
        self._watched: list[list[Any]] | None = None
        self._checker: TextChecker | None = None
        self._problem = ""

    def close(self) -> None:
        """Show no page until the tab asks for one."""
        self._page = self._object = ""
        self.forget()

    def show(self, page: str, name: str = "") -> None:
        """Choose the page to send, and the object whose details it shows. Raises ValueError for an unknown page."""
        if page not in NAMES:
            raise ValueError(f"{page!r} is not a page; the pages are {', '.join(filter(None, NAMES))}")
        self._page, self._object = page, name
        self.forget()

    def watch(self, texts: list[Any]) -> None:
        """Choose the expressions that the page "watch" shows; at most MOST_WATCHED."""
        self._texts = [str(text)[:LONGEST_EXPRESSION] for text in texts[:MOST_WATCHED]]
        self._watched = None

    def send_all(self, session: MissionSession, chronicle: Chronicle | None) -> None:
        """Send the page as it is now, in as many messages as it needs."""
        while self.update(session, chronicle):
            pass

    def update(self, session: MissionSession, chronicle: Chronicle | None) -> bool:
        """Send what has changed on the page; return whether some of it is left for the next update."""
        if self._page == "log":
            return self._update_log(session, chronicle)
        if self._page == "watch":
            self._update_watched(session)
            return False
        make = PAGES.get(self._page)
        if make is None:
            return False
        if self._page == "objects":
            if self._updates % NODES_EVERY == 0:
                self._paths = self.nodes()
            self._updates += 1
            self._update_object(session)
        return self._update_rows(make(session, self._paths))

    def _update_rows(self, rows: list[Row]) -> bool:
        total = len(rows)
        del rows[MOST_PAGE_ROWS:]
        sent = self._sent
        del sent[len(rows) :]
        sent.extend([] for _ in range(len(rows) - len(sent)))
        changed: list[Row] = []
        left = False
        for at, row in enumerate(rows):
            if row != sent[at]:
                if len(changed) == MOST_ROWS:
                    left = True
                    break
                sent[at] = row
                changed.append([at, *row])
        if changed or total != self._total:
            self._total = total
            self._send("page", [self._page, total, changed])
        return left

    def _update_object(self, session: MissionSession) -> None:
        if not self._object:
            return
        ship = session.world.ship(self._object)
        details = object_details(session, self._object, "" if ship is None else self._paths.get(ship.key, ""))
        if details != self._details:
            self._details = details
            self._send("object", [self._object, details])

    def _update_log(self, session: MissionSession, chronicle: Chronicle | None) -> bool:
        entries = session.world.log.entries
        count = 0 if chronicle is None else chronicle.count
        fresh = self._logged is None or self._logged[0] > len(entries)
        if self._logged is None or fresh:
            self._logged = (max(0, len(entries) - MOST_ENTRIES), max(0, count - MOST_ENTRIES))
        at, told = self._logged
        found: list[Row] = [
            [entry.fix / 65536, entry.kind, entry.name[:LONGEST_NAME], entry.second[:LONGEST_NAME]]
            for entry in entries[at:]
        ]
        if chronicle is not None:
            found += [[time, kind, who, text[:LONGEST_VALUE]] for time, kind, who, text in chronicle.since(told)]
        self._logged = (len(entries), count)
        found.sort(key=itemgetter(0))
        for start in range(0, len(found), MOST_ROWS) or ((0,) if fresh else ()):
            self._send("log", [fresh and start == 0, found[start : start + MOST_ROWS]])
        return False

    def _update_watched(self, session: MissionSession) -> None:
        rows = [[text, *self._value_of(session, text)] for text in self._texts]
        if rows != self._watched:
            self._watched = rows
            self._send("watched", [rows])

    def _value_of(self, session: MissionSession, text: str) -> tuple[int | None, str]:
        """Return the value of an expression and the result in words; nothing that acts or draws is evaluated."""
        expression = self._parsed.get(text, "")
        if isinstance(expression, str):  # not read yet, or wrong before: what it names can have come since
            self._problem = expression
            expression = self._parsed[text] = self._parse(session, text)
        if isinstance(expression, str):
            return None, expression
        try:
            tree = explain_expression(session.context, expression)
        except ValueError as error:
            return None, str(error)
        return tree.value, tree.result(facts=False)[:LONGEST_VALUE] or "no value"

    def _parse(self, session: MissionSession, text: str) -> SexpExpression | str:
        """Return a parsed expression, or what is wrong with it."""
        if self._checker is None:
            self._checker = TextChecker(session, self._note_problem)
        return session.parse(text) if self._checker.is_sound(text) else self._problem

    def _note_problem(self, line: str) -> None:
        self._problem = line.removeprefix("evaluate: ").replace("<text>:", "")[:LONGEST_VALUE]
