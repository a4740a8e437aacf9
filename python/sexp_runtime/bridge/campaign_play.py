"""A campaign as a game plays it: which mission comes next, and what is shown before and after each mission."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sexp_runtime.bridge.campaigns import CampaignBook
from sexp_runtime.bridge.gate import SHOWN, choices, reason_of, shown
from sexp_runtime.mission import parse_campaign
from sexp_runtime.rules.campaign import FAILURES_TO_SKIP, CampaignProgress
from sexp_runtime.rules.stages import MOVIES_AFTER, MOVIES_BEFORE, Stages, chosen_fiction, movie_kind
from sexp_runtime.world.campaign import mission_key
from sexp_runtime.world.persistence import StoreError

if TYPE_CHECKING:
    from sexp_runtime.bridge.options import LoadOptions
    from sexp_runtime.mission.model import FictionDef
    from sexp_runtime.session import MissionSession
    from sexp_runtime.world.campaign import MissionRecord

#: Most problems of a campaign file that are reported.
MOST_PROBLEMS: Final = 10
_Stage = TypeVar("_Stage")
_NO_CAMPAIGN: Final = "no campaign is open; call open_campaign first"


class CampaignPlay:
    """The campaign that is open, if any, and the briefing, debriefing and movies of the running mission.

    `playing(method)` returns the running mission, or None after reporting that there is none. `flush` emits the
    signals that ending the mission has caused.
    """

    def __init__(
        self,
        report: Callable[[str, str], None],
        playing: Callable[[str], MissionSession | None],
        flush: Callable[[], None],
    ) -> None:
        self._report = report
        self._playing = playing
        self._flush = flush
        self._progress: CampaignProgress | None = None
        self._open: CampaignBook | None = None
        # Of the running mission:
        #: The campaign that it belongs to; None for a single mission.
        self.book: CampaignBook | None = None
        self._session: MissionSession | None = None
        self._file = ""
        self._is_finished = False
        self._stages: Stages | None = None
        self._fiction: tuple[FictionDef | None] | None = None  # once it is chosen

    # A campaign

    def open(self, file: str, content: bytes, folder: str, pilot: str, anew: bool) -> bool:
        """Open a campaign file for a pilot; return whether it succeeded, after reporting what is wrong.

        folder: where campaigns keep their data. anew: whether the campaign starts over.
        """
        load = parse_campaign(content, file=file)
        for problem in load.diagnostics[:MOST_PROBLEMS]:
            self._report("error" if problem.is_error else "warning", f"open_campaign: {problem}")
        if not load.ok:
            return False
        try:
            book = CampaignBook(Path(folder), load.campaign.name or Path(file).stem, pilot)
            for line in book.problems:
                self._report("warning", line)
            if anew:
                book.clear()
        except (OSError, StoreError, ValueError) as error:
            self._report("error", f"open_campaign: {reason_of(error)}")
            return False
        progress = CampaignProgress(load.campaign, book.campaign, lambda line: self._report("warning", line))
        if book.progress:
            try:
                progress.restore(book.progress)
            except ValueError as error:
                self._report(
                    "warning", f"open_campaign: the saved place in the campaign is not used: {reason_of(error)}"
                )
        self._progress, self._open = progress, book
        return True

    def close_campaign(self) -> None:
        """Close the campaign that is open; its data are stored. The running mission, if any, goes on."""
        self._progress = self._open = None

    def state(self) -> dict[str, Any]:
        """Return the campaign that is open and the place in it; empty without one."""
        progress, book = self._progress, self._open
        if progress is None or book is None:
            return {}
        self._settle()
        files = [mission.file for mission in progress.file.missions]

        def file(index: int | None) -> str:
            return "" if index is None else files[index]

        records = book.campaign.missions
        mission = progress.mission
        return {
            "name": book.name,
            "pilot": book.pilot,
            "description": progress.file.description,
            "missions": [
                {
                    "file": name,
                    "completed": index in progress.completed,
                    "skipped": mission_key(name) in records and records[mission_key(name)].skipped,
                }
                for index, name in enumerate(files)
            ],
            "mission": file(progress.current),
            "previous": file(progress.previous),
            "is_over": progress.current is None,
            "has_ended": self._has_ended(self._session),
            "is_decided": progress.is_settled,
            "next": file(progress.next),
            "must_replay": progress.must_replay,
            "can_skip": progress.failures >= FAILURES_TO_SKIP,
            "loop": file(progress.loop),
            "loop_text": mission.choice_text if mission is not None and progress.loop is not None else "",
            "in_loop": progress.reentry is not None,
        }

    def leave_loop(self) -> bool:
        """Leave a side trip before its mission is played; return whether there was one to leave (R39)."""
        if self._progress is None or self._open is None or self._progress.reentry is None:
            reason = _NO_CAMPAIGN if self._progress is None else "this is not a side trip"
            self._report("error", f"leave_loop: {reason}")
            return False
        self._progress.leave_loop()
        return self._write("leave_loop", self._open)

    # A mission

    def book_for(self, file: str, options: LoadOptions) -> CampaignBook | None:
        """Return the campaign that a mission belongs to, None for a single mission.

        Raises ValueError for a mission that is not the current one of the campaign that is open.
        """
        if not options.campaign or not options.campaigns:
            return None
        book, progress = self._open, self._progress
        if book is None or progress is None or (book.name, book.pilot) != (options.campaign, options.pilot):
            return CampaignBook(Path(options.campaigns), options.campaign, options.pilot)
        mission = progress.mission
        if mission is None:
            raise ValueError(f'the campaign "{book.name}" is over')
        if mission_key(mission.file) != mission_key(file):
            raise ValueError(f'the current mission of the campaign "{book.name}" is {mission.file}')
        return book

    def notes(self, book: CampaignBook | None, file: str) -> dict[str, Any]:
        """Return what a recording of a mission keeps for `restored`."""
        found: dict[str, Any] = {"file": Path(file).name}
        if book is not None:
            is_open = book is self._open and self._progress is not None
            place = self._progress.as_dict() if is_open and self._progress is not None else None
            found |= {"pilot": book.pilot, "progress": place}
        return found

    def restored(self, session: MissionSession, options: LoadOptions) -> CampaignBook | None:
        """Return the campaign of a restored mission, set back to where it was when the mission was loaded.

        Its files change only with `finish`. None for a single mission; raises ValueError if the campaign is not open.
        """
        campaign, stores, notes = session.settings.campaign, session.settings.stores, session.settings.record_notes
        if campaign is None:
            return None
        if stores is None:
            raise ValueError("the campaign's variables are missing in it")
        pilot, place = str(notes.get("pilot", "pilot")), notes.get("progress")
        book = self._open
        if book is None or (book.name, book.pilot) != (campaign.name, pilot):
            if place is not None or not options.campaigns:
                whose = f'the campaign "{campaign.name[:SHOWN]}", pilot {pilot[:SHOWN]}'
                raise ValueError(f"it is of {whose}; call open_campaign first")
            book = CampaignBook(Path(options.campaigns), campaign.name, pilot)
        if not book.can_keep(campaign.missions):
            raise ValueError("its records of missions are too large")
        if book is self._open:
            self._set_back(place, str(notes.get("file", "")) or session.mission_name)
        book.campaign.missions.clear()
        book.campaign.missions.update(campaign.missions)
        book.stores.campaign = stores.campaign
        session.settings.stores = book.stores
        session.world.set_campaign(book.campaign)
        return book

    def _set_back(self, place: Any, file: str) -> None:
        """Take the open campaign back to a saved place, None for where it is; the mission must be the one there.

        Raises ValueError, and the campaign stays where it is.
        """
        book, progress = self._open, self._progress
        assert book is not None and progress is not None
        former = progress.as_dict()
        if place is not None:
            progress.restore(place)
        mission = progress.mission
        if mission is None or mission_key(mission.file) != mission_key(file):
            progress.restore(former)
            raise ValueError(f"its mission {shown(file)} is not the current one of the campaign")
        if place is not None:
            progress.is_settled = False
            progress.next = progress.loop = None
            book.progress = progress.as_dict()

    def begin(self, session: MissionSession, book: CampaignBook | None, file: str) -> None:
        """Set the mission that is played from now on."""
        self.book, self._file = book, file or session.mission_name
        self._session, self._fiction = session, None
        self._is_finished = False
        self._stages = Stages(session.mission, session.context)

    def renew(self, session: MissionSession) -> None:
        """Take the stages of a mission whose file was reloaded."""
        self._stages = Stages(session.mission, session.context)

    def end(self) -> None:
        """Forget the mission, because none is played any more."""
        self.book = self._stages = self._session = None
        self._file = ""

    def _settle(self) -> None:
        """Let the campaign choose what follows the running mission, once it is over (R21)."""
        progress = self._progress
        if progress is None or self.book is None or self.book is not self._open:
            return
        session = None if self._is_finished or progress.is_settled else self._playing("finish")
        if session is not None and session.world.mission_over and not self._has_ended(session):
            progress.settle(session.manager.record())

    def finish(self, accepted: bool, loop: bool = False) -> dict[str, Any]:
        """End the mission and save its persistent data; return goals and events with their statuses, {} without one.

        A mission that has ended its campaign (`end-campaign`, R47) keeps its variables; its record is not kept, and the
        campaign stays at it.

        With a campaign file the campaign goes on to the next mission, with `loop` to the side trip that is offered.
        A result that the campaign does not accept is reported and counts as not accepted.
        """
        session = self._playing("finish")
        if session is None:
            return {}
        session.end_mission()
        self._settle()
        progress = self._progress if self.book is not None and self.book is self._open else None
        if self._is_finished:
            progress = None  # the campaign has gone on
        self._is_finished = True
        has_ended = self._has_ended(session)
        if has_ended:
            accepted = False
        if accepted and progress is not None:
            try:
                progress.accept(loop=loop)
            except ValueError as reason:
                self._report("warning", f"finish: {reason}")
                accepted = False
        if not accepted and progress is not None:
            progress.reject()
        try:
            record = self._finish(session, progress, accepted=accepted or has_ended, is_kept=not has_ended)
        except (OSError, StoreError) as error:
            self._report("error", f"finish: {reason_of(error)}")
            return {}
        self._flush()
        found = {"goals": dict(record.goals), "events": dict(record.events), "accepted": accepted}
        return found | {"campaign_ended": has_ended}

    def _has_ended(self, session: MissionSession | None) -> bool:
        """Return whether the mission has ended its campaign."""
        return session is not None and self.book is not None and session.world.campaign_ended

    def _finish(
        self,
        session: MissionSession,
        progress: CampaignProgress | None,
        *,
        accepted: bool,
        record: MissionRecord | None = None,
        is_kept: bool = True,
    ) -> MissionRecord:
        """End the mission; write its persistent data, the record (R28, R29) and the campaign's place."""
        if self.book is None:
            return session.finish(accepted=accepted)
        place = None if progress is None else progress.as_dict()
        return self.book.finish(session, self._file, accepted=accepted, progress=place, record=record, is_kept=is_kept
        )  # fmt: skip

    def skip(self) -> dict[str, Any]:
        """Skip the running mission (R42): its goals are satisfied; return its record as `finish` does."""
        session = self._playing("skip_mission")
        if session is None:
            return {}
        book, progress = self.book, self._progress
        if book is None or progress is None or book is not self._open:
            self._report("error", f"skip_mission: {_NO_CAMPAIGN}")
            return {}
        if session.world.mission_over:
            self._report("error", "skip_mission: the mission is over; call finish")
            return {}
        session.skip_mission()
        self._is_finished = True
        record = session.manager.record()
        progress.skip(record)
        book.campaign.skipped = False  # the next mission is played
        try:
            self._finish(session, progress, accepted=True, record=record)
        except (OSError, StoreError) as error:
            self._report("error", f"skip_mission: {reason_of(error)}")
            return {}
        self._flush()
        return {"goals": dict(record.goals), "events": dict(record.events), "accepted": True}

    def _write(self, method: str, book: CampaignBook) -> bool:
        if self._progress is not None:
            book.progress = self._progress.as_dict()
        try:
            book.write()
        except OSError as error:
            self._report("error", f"{method}: {reason_of(error)}")
            return False
        return True

    # Before and after a mission

    def fiction(self) -> dict[str, str]:
        """Return the text of the fiction viewer to be shown (R78): `file`, `font` and `voice`; empty if there is none.

        Empty, after reporting it, once the mission has begun.
        """
        session = self._playing("get_fiction")
        if session is None or not self._is_before(session, "get_fiction"):
            return {}
        found = self._chosen_fiction(session)
        return {} if found is None else {"file": found.file, "font": found.font, "voice": found.voice}

    def _chosen_fiction(self, session: MissionSession) -> FictionDef | None:
        if self._fiction is None:
            self._fiction = (chosen_fiction(session.mission, session.settings.stores, session.world.campaign),)
        return self._fiction[0]

    def briefing(self) -> list[dict[str, str]]:
        """Return the stages of the briefing that are shown; none, after reporting it, once the mission has begun."""
        session, stages = self._playing("get_briefing"), self._stages
        if session is None or stages is None or not self._is_before(session, "get_briefing"):
            return []
        replace = session.world.shown_text
        shown = self._evaluated(session, stages.briefing)
        return [{"text": replace(stage.text), "voice": stage.voice} for stage in shown]

    def debriefing(self) -> list[dict[str, str]]:
        """Return the stages of the debriefing that are shown; none, after reporting it, before the mission is over.

        A mission of a campaign file is decided first: what comes next is known then (R21). One that has ended its
        campaign has no debriefing (R47).
        """
        session, stages = self._playing("get_debriefing"), self._stages
        if session is None or stages is None or not self._is_after(session, "get_debriefing"):
            return []
        if self._has_ended(session):
            return []  # the campaign's end comes at once (R47)
        self._settle()
        replace = session.world.shown_text
        return [
            {"text": replace(stage.text), "recommendation": replace(stage.recommendation), "voice": stage.voice}
            for stage in stages.debriefing()
        ]

    def movies(self, kind: str) -> list[str]:
        """Return the files of the movies of a kind that are played now; reports an unknown kind and a wrong moment."""
        session, stages = self._playing("get_cutscenes"), self._stages
        if session is None or stages is None:
            return []
        wanted, kinds = movie_kind(kind), (*MOVIES_BEFORE, *MOVIES_AFTER)
        if wanted not in kinds:
            self._report("error", f"get_cutscenes: there is no kind {kind!r}{choices(wanted, kinds)}")
            return []
        is_right = self._is_before if wanted in MOVIES_BEFORE else self._is_after
        if not is_right(session, "get_cutscenes"):
            return []
        if wanted == "fiction viewer" and self._chosen_fiction(session) is None:
            return []  # its screen is not entered (R78)
        found = self._evaluated(session, lambda: stages.movies(wanted, in_campaign=self.book is not None))
        progress = self._progress
        if wanted == "briefing" and progress is not None and self.book is self._open and progress.mission is not None:
            found = [*([progress.mission.movie] if progress.mission.movie else []), *found]  # R82
        return found

    def _is_before(self, session: MissionSession, method: str) -> bool:
        if session.counters()["frames"] or session.world.mission_over:
            self._report("error", f"{method}: the mission has begun; call it before the first frame")
            return False
        return True

    def _is_after(self, session: MissionSession, method: str) -> bool:
        if not session.world.mission_over:
            self._report("error", f"{method}: the mission is not over; call finish or end_mission first")
            return False
        return True

    def _evaluated(self, session: MissionSession, function: Callable[[], list[_Stage]]) -> list[_Stage]:
        """Call a function that evaluates stages; a recording ends if one acts, because a replay would lack it."""
        before = session.context.effects
        found = function()
        if session.context.effects != before and session.recording is not None:
            session.stop_recording()
            line = "a stage's formula acts or draws a random number, so the mission can no longer be saved or recorded"
            self._report("warning", line)
        return found
