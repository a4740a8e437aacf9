"""Calls that a recording keeps: whatever a game does, rightly or wrongly, its recording replays to the same state."""

from __future__ import annotations

import inspect
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.monitor.call_arguments import FIELDS, CallRefusedError, parameters_of
from sexp_runtime.monitor.recorded_calls import make_call
from sexp_runtime.monitor.tap import OTHER_CHANGES, PART_CHANGES, WORLD_CHANGES
from sexp_runtime.session import MissionSession
from sexp_runtime.world.player import Player
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.wings import Wing
from support.fuzzing import examples
from support.small_missions import mission, ship, wing

TEXT: Final = mission(
    [
        ("( when ( > @Count[0] 5 ) ( modify-variable @Seen[0] ( + @Seen[0] 1 ) ) )\n+Repeat Count: -1", "High"),
        ('( when ( < ( hits-left "Barge" ) 50 ) ( send-message "#Command" "High" "Hail" ) )', "Hit"),
        ('( when ( < ( distance "Barge" "Heron" ) 500 ) ( modify-variable @Seen[0] ( rand 1 99 ) ) )', "Near"),
        ('( when ( has-arrived-delay 0 "Beta" ) ( self-destruct "Beta 1" ) )', "Came"),
        ('( when ( is-destroyed-delay 1 "Barge" ) ( end-mission ) )', "Lost"),
    ],
    ships=[
        ship("Barge", "+Subsystem: engine", "+Subsystem: turret01", place="0, 0, 900"),
        ship("Tug", place="50, 0, 0"),
        *(ship(f"Beta {number}", cue="( false )") for number in (1, 2)),
    ],
    wings=[wing("Beta", ["Beta 1", "Beta 2"], cue="( has-time-elapsed 2 )", waves=2)],
    variables=['\t0\t"Count"\t"0"\t"number"', '\t1\t"Seen"\t"0"\t"number"', '\t2\t"Word"\t"a"\t"string"'],
    containers='$Lists\n$Name: bag\n$Data Type: String\n$Data: ( "a" "b" )\n$Maps\n$Name: book\n$Key Type: String\n'
    '$Data Type: String\n$Data: ( "k" "v" )\n',
)
ACTS: Final = (
    '( when ( true ) ( send-message "#Command" "High" "Hail" ) ( modify-variable @Count[0] ( * @Count[0] 3 ) ) )'
)
#: Right values by annotation; wrong ones serve for all.
RIGHT: Final[dict[str, tuple[Any, ...]]] = {
    "str": ("Barge", "hull", "bag", "book", "a", "k", "Engine", "Path", "stealth", "Friendly"),
    "int": (0, 1, 2, 7, -1),
    "float": (0.5, 40.0, 3, 1e300),
    "bool": (True, False),
    "Any": (5.0, 1, "Hostile", True, None, (1.0, 2.0, 3.0), {"stealth"}),
    "Vector": ((1.0, 2.0, 3.0), (0.0, 0.0, 850.0)),
    "Matrix": ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),),
    "list[Vector]": ([(1.0, 2.0, 3.0)], []),
    "Iterable[str]": (["a", "c"], ("b",), []),
    "Sequence[str]": (["a", "c"], []),
    "Iterable[str | int]": (["a", 1], ()),
    "tuple[str, str]": (("one", "two"),),
    "Iterable[tuple[str, str]]": ([("k", "w"), ("x", "y")], []),
    "dict[str, str]": ({"k": "w"}, {}),
    "GameValue": (3, 0),
    "Answer": (3, None),
    "bytes": (TEXT.replace("#Goals", "$Formula: ( when ( true ) ( do-nothing ) )\n+Name: New\n#Goals").encode(), b"x"),
    "ExitKind": tuple(ExitKind),
    "ShipStatus": (ShipStatus.NOT_YET,),
    "None": (None,),
}
WRONG: Final = (
    None, -1, 10**9, 10**30, float("nan"), float("inf"), "x" * 40, "\ud800", "", "no such thing", object(), [], {}, (),
    (1.0, 2.0), (1.0, 2.0, float("nan")), {"a", "b"}, {1: 2}, [[[]]], iter(["a"]), Ship("Stranger"), Wing("Strangers"),
    Subsystem("strange"), b"\xff", True, 2**63, ["a", 1], "__class__", "subsystems", ShipStatus.PRESENT,
)  # fmt: skip
CALLS: Final = sorted(
    [("", name) for name in WORLD_CHANGES - {"end_mission"}]
    + [(part, name) for part, names in PART_CHANGES.items() for name in names if part != "answers"]
)


def of_class(world: Any, part: str) -> type:
    return type(getattr(world, part)) if part else type(world)


def right_values(world: Any, annotation: str) -> tuple[Any, ...]:
    """Return values that fit an annotation."""
    if annotation == "Ship":
        return tuple(world.ships.values())
    if annotation == "Wing":
        return tuple(world.wings.values())
    if annotation == "Subsystem":
        return tuple(part for one in world.ships.values() for part in one.subsystems.values())
    if annotation in RIGHT:
        return RIGHT[annotation]
    return tuple(value for part in annotation.split(" | ") for value in right_values(world, part))


#: The annotations of compiled methods.
COMPILED: Final = {"ship": "Ship", "position": "Vector", "velocity": "Vector | None",
                   "orientation": "Matrix | None", "jump": "bool", "field": "str", "value": "Any"}  # fmt: skip


def call_at_random(session: MissionSession, dice: Random) -> bool:
    """Make one call of the world with right and wrong arguments; return whether it was accepted."""
    part, method = dice.choice(CALLS)
    world: Any = session.world
    target = getattr(world, part) if part else world
    found = list(inspect.signature(getattr(of_class(session.manager.world, part), method)).parameters.values())[1:]
    careless = dice.random() < 0.4
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for one in found:
        annotation = str(one.annotation).strip("'")
        annotation = COMPILED[one.name] if one.annotation is one.empty else annotation
        if one.kind is one.VAR_KEYWORD:
            if dice.random() < 0.5:
                kwargs[dice.choice(["hull", "cargo", "waves", "flags", "no_field"])] = dice.choice((5.0, "x", 2, {"a"}))
            continue
        if one.default is not one.empty and dice.random() < 0.6:
            continue
        values = right_values(world, annotation)
        if one.name == "subsystem" and annotation == "Subsystem" and args and isinstance(args[0], Ship):
            values = tuple(args[0].subsystems.values()) or values
        if one.name == "field":
            values = tuple(FIELDS[Player if method == "set_player" else Subsystem if "subsystem" in method else Ship])
        value = dice.choice(WRONG if careless and dice.random() < 0.5 else values)
        if one.name == "field" and isinstance(value, str) and len(found) > len(args) + 1 and dice.random() < 0.7:
            subject = session.world.player if method == "set_player" else args[-1] if args else None
            args += [value, getattr(subject, value, 1)]
            break
        if one.kind is one.KEYWORD_ONLY or kwargs or dice.random() < 0.1:
            kwargs[one.name] = value
        else:
            args.append(value)
    try:
        getattr(target, method)(*args, **kwargs)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return False
    return True


def state_of(session: MissionSession) -> dict[str, Any]:
    """Return all that calls can change, in a form that can be compared."""
    world = session.world

    def fields(subject: Any) -> dict[str, Any]:
        found = {name: getattr(subject, name) for name in FIELDS[type(subject)]}
        return {name: sorted(value) if isinstance(value, (set, frozenset)) else value for name, value in found.items()}

    return {
        "digest": session.digest(),
        "ships": {key: fields(one) for key, one in world.ships.items()},
        "subsystems": {key: {name: fields(part) for name, part in one.subsystems.items()}
                       for key, one in world.ships.items()},
        "wings": {key: (fields(one), one.arrived, one.current, one.gone, one.members)
                  for key, one in world.wings.items()},
        "variables": (world.variables.snapshot(), list(world.variables.types)),
        "containers": world.containers.snapshot(),
        "log": [(entry.fix, entry.kind, entry.name, entry.second) for entry in world.log],
        "player": fields(world.player),
        "others": (world.options, world.keys, world.orders, world.waypoints, world.mission_over),
        "events": [event.name for event in world.events],
    }  # fmt: skip


def play_at_random(path: Path, seed: int) -> tuple[MissionSession, int]:
    """Record a run in which a game calls things at random: between frames and while actions are offered."""
    dice = Random(seed)
    session = MissionSession.load(TEXT, seed=3, record_to=path)
    refused = 0

    def offered(operator: str, arguments: tuple[Any, ...]) -> None:
        nonlocal refused
        if operator == "send-message":
            session.set_variable("Count", (int(session.get_variable("Count")) + 1) % 50)
            refused += not call_at_random(session, dice)

    if dice.random() < 0.7:
        session.on_action.append(offered)
    for frame in range(30):
        for _ in range(dice.randrange(4)):
            refused += not call_at_random(session, dice)
        if dice.random() < 0.2:
            session.evaluate(dice.choice((ACTS, "( rand 1 9 )", '( hits-left "Barge" )')))
        if dice.random() < 0.2:
            session.set_variable(dice.choice(("Count", "Word")), dice.choice((8, 2**40, "12", "text")))
        if frame == 25 and dice.random() < 0.3:
            dice.choice((session.end_mission, session.skip_mission))()
        session.step(dice.choice((0.0, 0.1, 0.3, 2.5)))
    return session, refused


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32))
def test_right_and_refused_calls_replay_to_the_same_state(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path = tmp_path_factory.mktemp("calls") / "run.rec"
    session, _ = play_at_random(path, seed)
    expected = state_of(session)
    session.close()
    for engine in ("cached", "naive"):
        replay = Replay(path, engine=engine)
        assert list(replay.run())[-1:] == [30] and not replay.damage and not replay.mismatches
        assert state_of(replay.session) == expected
        replay.session.close()


def test_the_random_game_makes_calls_of_both_kinds(tmp_path: Path) -> None:
    refused = sum(play_at_random(tmp_path / "run.rec", seed)[1] for seed in range(5))
    assert 20 < refused < 200


def test_the_arguments_of_every_call_of_a_recording_are_checked() -> None:
    with MissionSession.load(TEXT) as session:
        world = session.manager.world
        for part, names in ({"": WORLD_CHANGES} | PART_CHANGES | OTHER_CHANGES).items():
            for name in names:
                parameters = parameters_of(of_class(world, part), name)
                for one in list(parameters.signature.parameters)[1:]:
                    assert one in parameters.checks or one == parameters.others, (part, name, one)


def test_a_compiled_method_without_parameters_is_refused() -> None:
    with MissionSession.load(TEXT) as session, pytest.raises(CallRefusedError, match="parameters are not known"):
        session.world.set_ship = dict.update  # type: ignore[method-assign,assignment]
        parameters_of(dict, "update")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("subsystems", {}, "has no field 'subsystems'"),
        ("hull", "half", "hull cannot be 'half'"),
        ("hull", float("nan"), "value cannot be nan"),
        ("flags", ["stealth"], "flags cannot be"),
    ],
)
def test_what_a_replay_could_not_do_is_refused_while_recording(
    tmp_path: Path, field: str, value: Any, message: str
) -> None:
    with MissionSession.load(TEXT, record_to=tmp_path / "run.rec") as session:
        with pytest.raises(CallRefusedError, match=message):
            session.world.set_ship(session.world.ships["barge"], field, value)
        with pytest.raises(CallRefusedError, match="Stranger is not in the mission's registry"):
            session.world.destroy(Ship("Stranger"))
        assert session.recording is not None and not session.recording.pending


def test_what_a_handler_changes_inside_an_evaluation_is_changed_there_again(tmp_path: Path) -> None:
    """A handler changes a variable while an expression acts; what the expression does next counts on that."""
    path = tmp_path / "run.rec"
    session = MissionSession.load(TEXT, record_to=path)

    def offered(operator: str, arguments: tuple[Any, ...]) -> None:
        if operator == "send-message":
            session.set_variable("Count", 4)

    session.on_action.append(offered)
    session.evaluate(ACTS)
    with pytest.raises(IndexError):
        session.world.variables.set_number(900, 1)
    session.step(0.1)
    assert session.get_variable("Count") == 12
    session.close()
    replay = Replay(path)
    assert list(replay.run()) == [1] and replay.session.get_variable("Count") == 12


@pytest.mark.parametrize("end", ["end_mission", "skip_mission", "finish"])
def test_the_end_of_a_mission_is_part_of_the_recording(tmp_path: Path, end: str) -> None:
    path = tmp_path / "run.rec"
    session = MissionSession.load(TEXT, record_to=path)
    session.step(0.5)
    session.finish(accepted=True) if end == "finish" else getattr(session, end)()
    session.step(0.5)
    expected = state_of(session)
    session.close()
    replay = Replay(path)
    assert list(replay.run()) == [1, 2] and state_of(replay.session) == expected


def test_frames_of_hours_are_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    with MissionSession.load(TEXT, record_to=path) as session:
        session.step(4000.0)
    assert list(Replay(path).run()) == [1]


def test_a_frame_with_too_many_changes_ends_the_recording_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sexp_runtime.monitor.recording.MOST_CHANGES", 50)
    path = tmp_path / "run.rec"
    with MissionSession.load(TEXT, record_to=path) as session:
        session.step(0.1)
        for _ in range(51):
            session.world.press_key("a")
        session.step(0.1)
        assert session.recording is None
        assert "the recording ends here: 51 changes" in session.context.warnings[-1]
        session.step(0.1)
    replay = Replay(path)
    assert list(replay.run()) == [1] and not replay.damage


def test_blocks_are_small_enough_to_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    with MissionSession.load(TEXT, record_to=path) as session:
        for frame in range(24):
            for word in range(9):
                session.world.press_key(f"{frame} {word} " + "x" * 400_000)
            session.step(0.1)
    replay = Replay(path)
    assert list(replay.run())[-1] == 24 and not replay.damage


def test_make_call_refuses_an_unknown_method() -> None:
    with MissionSession.load(TEXT) as session, pytest.raises(CallRefusedError, match="may not be called"):
        make_call(session.world, "session", "close", [], {})
