"""Applies a changed mission file to a world in play: adds new entries, and updates what has not happened yet.

Time, values of variables, present ships, and outcomes of events and goals stay. `WorldChanges.left_out` names what the
running world cannot take over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.mission.matching import differing, is_same, partners
from sexp_runtime.world.entries import exit_record
from sexp_runtime.world.loading import add_named_subsystems, as_vector, event_state, fill_ship
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE, GoalState
from sexp_runtime.world.orders import file_orders
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus
from sexp_runtime.world.variables import NUMBER, STRING
from sexp_runtime.world.waves import file_entries
from sexp_runtime.world.wings import older_wave_names, wave_ship_name

if TYPE_CHECKING:
    from sexp_runtime.mission.model import ContainerDef, EventDef, Mission, ShipDef, VariableDef, WingDef
    from sexp_runtime.world.wings import Wing
    from sexp_runtime.world.world import World

#: Fields of ships and wings that cues read at any time.
_TERMS: Final = frozenset(("arrival", "departure"))
#: Most names in one sentence.
_NAMED: Final = 5


class MissionChangeError(ValueError):
    """A mission that a running world cannot take over."""


@dataclass(slots=True)
class WorldChanges:
    """What a changed mission means for a running world.

    `events` and `goals` give for each entry of the new file its index before, None for a new one; `kept_events` and
    `kept_goals` the same where the formula is unchanged. `applied` and `left_out` are for people.
    """

    events: list[int | None] = field(default_factory=list)
    goals: list[int | None] = field(default_factory=list)
    kept_events: list[int | None] = field(default_factory=list)
    kept_goals: list[int | None] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def use_running_slots(world: World, mission: Mission) -> None:
    """Give the variables of a newly read mission, and its formulas, the slots of the running world's table.

    Raises MissionChangeError if there is no room for the new ones.
    """
    table = world.variables
    rows = _first_of_name(mission.variables, fold=False)
    free = [index for index in range(table.capacity) if not table.is_set(index)]
    slots: dict[int, int] = {}
    for row in rows:
        known = table.index(row.name)
        if known is None:
            if not free:
                raise MissionChangeError(f"no room for the variable {row.name}: the table holds {table.capacity}")
            known = row.index if row.index in free else free[0]
            free.remove(known)
        slots[row.index] = known
    for formula in mission.formulas():
        for node in formula.root.walk():
            if node.variable is not None:
                node.variable = slots.get(node.variable, node.variable)
    for row in rows:
        row.index = slots[row.index]
    mission.variables[:] = rows


def take_changes(world: World, old: Mission, new: Mission) -> WorldChanges:
    """Apply a new reading of the mission `old` to its running world; `new` has the world's slots of variables."""
    found = WorldChanges()
    _variables(world, old, new, found)
    _containers(world, old, new, found)
    _messages(world, old, new, found)
    _waypoints(world, old, new, found)
    fresh = _ships(world, old, new, found)
    _wings(world, old, new, fresh, found)
    _docking(world, new, fresh, found)
    for formula in new.formulas():
        add_named_subsystems(world, formula)
    _events(world, old, new, found)
    _goals(world, old, new, found)
    _others(old, new, found)
    world.mission = new
    world.orders_kept.needs_update = world.navigation.needs_update = True
    return found


def _first_of_name(rows: Iterable[Any], *, fold: bool = True) -> list[Any]:
    """Return the rows without those that repeat the name of an earlier one."""
    return list({(row.name.lower() if fold else row.name): row for row in reversed(list(rows))}.values())[::-1]


def _by_name(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.name.lower(): row for row in _first_of_name(rows)}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _removed(kind: str, before: Iterable[Any], after: Iterable[Any], why: str, found: WorldChanges) -> None:
    """Name the entries that the new file lacks but the world keeps."""
    names = {row.name.lower() for row in after}
    gone = [row.name for row in _first_of_name(before) if row.name.lower() not in names]
    if gone:
        found.left_out.append(f"removed {kind}{'s' if len(gone) > 1 else ''} {_listed(gone)}: {why}")


# Variables, containers, messages, waypoints


def _variables(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    table = world.variables
    known: dict[str, VariableDef] = {row.name: row for row in reversed(old.variables)}
    for row in new.variables:
        kind = NUMBER if row.type == NUMBER else STRING
        before = known.get(row.name)
        slot = table.index(row.name)
        if slot is None:
            table.declare(
                row.name, row.value, kind,
                index=row.index, network=row.network, eternal=row.eternal, persistence=row.persistence,
            )  # fmt: skip
            found.applied.append(f"new variable {row.name}")
        elif before is not None and (changed := [name for name in differing(before, row) if name != "index"]):
            table.types[slot], table.network[slot] = kind, row.network
            table.eternal[slot], table.persistence[slot] = row.eternal, row.persistence
            if others := [name for name in changed if name != "value"]:
                found.applied.append(f"variable {row.name}: {', '.join(others)}")
            if "value" in changed:
                found.left_out.append(
                    f"variable {row.name} keeps its value; the initial value counts at the next start"
                )
    names = {row.name for row in new.variables}
    gone = [name for name in known if name not in names]
    if gone:
        found.applied.append(f"removed variables, which formulas can no longer use: {_listed(gone)}")


def _containers(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    known: dict[str, ContainerDef] = _by_name(old.containers)
    for row in _first_of_name(new.containers):
        before = known.get(row.name.lower())
        if world.containers.get(row.name) is None:
            data = row.values if row.kind == "list" else [text for pair in row.pairs for text in pair]
            world.containers.declare(
                row.name, row.kind, list(data),
                data_type=row.data_type, key_type=row.key_type, eternal=row.eternal, persistence=row.persistence,
            )  # fmt: skip
            found.applied.append(f"new container {row.name}")
        elif before is not None and not is_same(before, row):
            found.left_out.append(f"container {row.name}: {', '.join(differing(before, row))}")


def _messages(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    world.messages = {}
    for message in new.messages:
        world.messages.setdefault(message.name.lower(), message)
    known = _by_name(old.messages)
    changed = [row.name for row in new.messages if not is_same(known.get(row.name.lower()), row)]
    if changed:
        found.applied.append(f"message{'s' if len(changed) > 1 else ''} {_listed(changed)}")


def _waypoints(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    known = _by_name(old.waypoints)
    for path in _first_of_name(new.waypoints):
        if not is_same(known.get(path.name.lower()), path):
            world.set_waypoints(path.name, [as_vector(point) for point in path.points])
            found.applied.append(f"waypoint path {path.name}")
    _removed("waypoint path", old.waypoints, new.waypoints, "orders may still lead there", found)
    nodes = _by_name(old.jump_nodes)
    for node in _first_of_name(new.jump_nodes):
        if not is_same(nodes.get(node.name.lower()), node):
            world.jump_nodes[node.name.lower()] = as_vector(node.location)
            found.applied.append(f"jump node {node.name}")
    _removed("jump node", old.jump_nodes, new.jump_nodes, "they stay until the next start", found)


# Ships and wings


def _ships(world: World, old: Mission, new: Mission, found: WorldChanges) -> list[Ship]:
    """Add new ships, and update ships that are yet to arrive; return the new ones."""
    known: dict[str, ShipDef] = _by_name(old.ships)
    fresh = []
    for row in _first_of_name(new.ships):
        before = known.get(row.name.lower())
        if before is None:
            ship = _new_ship(world, row, found)
            if ship is not None:
                fresh.append(ship)
            continue
        changed = differing(before, row)
        for ship in _entries(world, row):
            ship.definition = row
            _take_ship(world, ship, row, changed, found)
    names = {row.name.lower() for row in new.ships}
    for name, before in known.items():
        if name in names:
            continue
        ships = [ship for ship in _entries(world, before) if ship.status is ShipStatus.NOT_YET]
        for ship in ships:
            ship.arrival_allowed = False
        if ships:
            found.applied.append(f'removed ship "{before.name}": it no longer arrives')
        else:
            found.left_out.append(f'removed ship "{before.name}": it stays in the running mission')
    return fresh


def _entries(world: World, row: ShipDef) -> list[Ship]:
    """Return the ships made from a row of the file: the one of its name, and a wing's entry for later waves."""
    ships = [ship for ship in world.ships.values() if _is_of(ship, row)]
    ships += [ship.entry for ship in world.ships.values() if ship.entry is not None and _is_of(ship.entry, row)]
    ships += [entry for wing in world.wings.values() for entry in wing.entries if _is_of(entry, row)]
    return list({id(ship): ship for ship in ships}.values())


def _is_of(ship: Ship, row: ShipDef) -> bool:
    return ship.definition is not None and ship.definition.name.lower() == row.name.lower()


def _new_ship(world: World, row: ShipDef, found: WorldChanges) -> Ship | None:
    if world.ship(row.name) is not None:
        found.left_out.append(f'new ship "{row.name}": the running mission has an object of that name')
        return None
    if len(world.ships) >= world.quotas.ships:
        found.left_out.append(f'new ship "{row.name}": the mission has its maximum of {world.quotas.ships} ships')
        return None
    wing = world.wings.get(row.wing.lower()) if row.wing else None
    if wing is not None and not _is_waiting(wing):
        found.left_out.append(f'new ship "{row.name}": its wing "{wing.name}" is no longer waiting to arrive')
        return None
    world.class_table.declare(row.class_name)
    ship = world.add_ship(row.name, class_name=row.class_name, team=row.team)
    fill_ship(ship, row)
    if row.destroy_at is not None:
        ship.status, ship.exit, ship.hull = ShipStatus.EXITED, ExitKind.DESTROYED, 0.0
        ship.exit_record = exit_record(ship, ExitKind.DESTROYED, world.clock.fix)
    elif _is_never(row.arrival):
        ship.arrival_allowed = False
    _note_words(world, ship)
    if not row.wing:
        _count_type(world, ship, 1)
    found.applied.append(f'new ship "{row.name}"')
    return ship


def _is_waiting(wing: Wing) -> bool:
    """Whether the first wave of a wing can still arrive."""
    return wing.wave == 0 and not wing.gone and not wing.departing


def _is_never(terms: Any) -> bool:
    return terms.cue is None or terms.cue.root.operator == "false"


def _note_words(world: World, ship: Ship) -> None:
    world.sides.add(ship.team.lower())
    world.cargo_words.add(ship.cargo.lower())
    world.cargo_words |= {part.cargo.lower() for part in ship.subsystems.values() if part.cargo}


def _count_type(world: World, ship: Ship, number: int) -> None:
    """Count a new ship among those of its type (M12.15)."""
    if number > 0 and "ignore-count" not in ship.flags:
        kind = world.class_table.get(ship.class_name).type
        world.type_totals[kind] = world.type_totals.get(kind, 0) + number
        world.facts.changed(("type", kind))


def _take_ship(world: World, ship: Ship, row: ShipDef, changed: list[str], found: WorldChanges) -> None:
    """Apply the changed data of a row to its ship: its terms always, the rest only before it arrives."""
    others = [name for name in changed if name not in _TERMS]
    if "departure" in changed:
        ship.departure = row.departure
    if "arrival" in changed:
        ship.arrival = row.arrival
        if ship.status is ShipStatus.NOT_YET:
            ship.arrival_allowed = not _is_never(row.arrival) or ship.wing is not None
    if terms := [name for name in changed if name in _TERMS]:
        found.applied.append(f'ship "{row.name}": {" and ".join(terms)}')
    if not others:
        return
    if ship.status is not ShipStatus.NOT_YET or "docked_with" in others or "wing" in others:
        found.left_out.append(f'ship "{row.name}": {_listed(others)}')
        return
    kept = ship.arrival, ship.departure
    world.class_table.declare(row.class_name)
    ship.class_name, ship.team = row.class_name, row.team
    ship.take_class(world.class_table.get(ship.class_name))
    fill_ship(ship, row)
    ship.arrival, ship.departure = kept
    _note_words(world, ship)
    found.applied.append(f'ship "{row.name}": {_listed(others)}')


def _wings(world: World, old: Mission, new: Mission, fresh: list[Ship], found: WorldChanges) -> None:
    known: dict[str, WingDef] = _by_name(old.wings)
    stays = {row.name.lower() for row in new.ships}
    for row in _first_of_name(new.wings):
        before = known.get(row.name.lower())
        wing = world.wings.get(row.name.lower())
        if before is None:
            _new_wing(world, row, found)
        elif wing is not None:
            wing.definition = row
            changed = differing(before, row)
            if "ships" in changed and _is_waiting(wing):
                changed.remove("ships")
                _take_members(world, wing, row, fresh, stays, found)
            if changed:
                _take_wing(world, wing, row, changed, found)
    names = {row.name.lower() for row in new.wings}
    for name, before in known.items():
        wing = world.wings.get(name)
        if name not in names and wing is not None and not wing.gone:
            wing.waves = wing.wave or 1
            if wing.wave == 0:
                for ship in file_entries(world, wing):
                    ship.arrival_allowed = False
            found.applied.append(f'removed wing "{before.name}": no further wave arrives')


def _new_wing(world: World, row: WingDef, found: WorldChanges) -> None:
    members = [ship for name in row.ships if (ship := world.ship(name)) is not None]
    if row.name.lower() in world.wings or any(ship.status is not ShipStatus.NOT_YET for ship in members):
        found.left_out.append(f'new wing "{row.name}": some of its ships are present already')
        return
    try:
        wing = world.add_wing(row.name, waves=max(row.waves, 1), size=len(members))
    except ValueError as error:
        found.left_out.append(f'new wing "{row.name}": {error}')
        return
    wing.definition = row
    wing.ships = [ship.name for ship in members]
    _set_wing(wing, row)
    wing.flags = {flag.lower() for flag in row.flags}
    wing.hotkey = row.hotkey
    wing.arrival, wing.departure = row.arrival, row.departure
    wing.orders = file_orders(row, world.variables, world.clock.fix, of_wing=True)
    if row.waves > 1:
        world.spellings.update(older_wave_names(row.name, min(row.waves * len(row.ships), world.quotas.ships)))
    for ship in members:
        if ship.wing is None:
            ship.wing = wing.key
            ship.arrival_allowed = not _is_never(row.arrival)
            ship.refresh_facts(world.player.ship)
        _count_type(world, ship, wing.waves - 1)
    found.applied.append(f'new wing "{row.name}"')


def _set_wing(wing: Wing, row: WingDef) -> None:
    wing.threshold, wing.special_ship = row.threshold, row.special_ship
    wing.wave_delay_min, wing.wave_delay_max = row.wave_delay_min, row.wave_delay_max


def _take_wing(world: World, wing: Wing, row: WingDef, changed: list[str], found: WorldChanges) -> None:
    taken = [name for name in changed if name in ("threshold", "special_ship", "wave_delay_min", "wave_delay_max")]
    _set_wing(wing, row)
    for name in _TERMS.intersection(changed):
        setattr(wing, name, getattr(row, name))
        taken.append(name)
    if "arrival" in changed and wing.wave == 0 and not wing.gone:
        for ship in file_entries(world, wing):
            ship.arrival_allowed = not _is_never(row.arrival)
    if "waves" in changed and not wing.gone and not wing.departing:
        wing.waves = max(row.waves, wing.wave, 1)
        taken.append("waves")
    if taken:
        found.applied.append(f'wing "{row.name}": {", ".join(sorted(taken))}')
    others = [
        "its members, because it has arrived" if name == "ships" else name for name in changed if name not in taken
    ]
    if others:
        found.left_out.append(f'wing "{row.name}": {", ".join(others)}')


def _take_members(
    world: World, wing: Wing, row: WingDef, fresh: list[Ship], stays: set[str], found: WorldChanges
) -> None:
    """Give a wing that is yet to arrive its new members, and take away those that are not in the file any more.

    `fresh` are the ships that the file has added, `stays` the names of all ships in it.
    """
    listed = [name.lower() for name in row.ships]
    joining = [ship for ship in fresh if ship.key in listed and ship.wing is None]
    before = file_entries(world, wing)
    entries = [ship for ship in before if ship.definition is None or ship.definition.name.lower() in stays]
    kept = [name for name in wing.ships if name.lower() in stays]
    wing.entries, wing.ships = entries + joining, kept + [ship.name for ship in joining]
    wing.size = len(wing.ships)
    for ship in joining:
        ship.wing = wing.key
        ship.arrival_allowed = not _is_never(row.arrival)
        ship.refresh_facts(world.player.ship)
        _count_type(world, ship, wing.waves - 1)
    if wing.waves > 1:
        most = min(wing.waves * wing.size, world.quotas.ships)
        world.spellings.update(older_wave_names(row.name, most))
        names = {wave_ship_name(wing.key, number) for number in range(1, most + 1)}
        for ship in before:
            if ship not in entries and ship.key in names:  # a ship of some wave has the name of the removed one
                ship.arrival_allowed = not _is_never(row.arrival)
    world.facts.generation += 1
    world.facts.changed(wing.fact)
    if joining:
        found.applied.append(f'wing "{row.name}": new members {_listed([ship.name for ship in joining])}')
    if len(entries) < len(before):
        found.applied.append(f'wing "{row.name}": {len(before) - len(entries)} fewer members')
    members = {name.lower() for name in wing.ships}
    waiting = [name for name in row.ships if name.lower() not in members]
    if waiting:
        found.left_out.append(f'wing "{row.name}": {_listed(waiting)} join it at the next start')
    leaving = [name for name in kept if name.lower() not in listed]
    if leaving:
        found.left_out.append(f'wing "{row.name}": {_listed(leaving)} leave it at the next start')


def _docking(world: World, new: Mission, fresh: list[Ship], found: WorldChanges) -> None:
    for ship in fresh:
        for dock in ship.definition.docked_with:
            other = world.ship(dock.ship)
            if other is None:
                continue
            if ship.status is ShipStatus.NOT_YET and other.status is ShipStatus.NOT_YET:
                world.dock(ship, other, initial=True, points=(dock.own_point, dock.other_point))
            elif other.key not in ship.docked:
                found.left_out.append(f'new ship "{ship.name}" arrives without "{other.name}", which is present')


# Events and goals


def _events(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    before = list(world.events)
    found.events = partners([event.definition for event in before], new.events, _is_equal)
    outcomes = world.outcome_log.take_events()
    world.forget_events()
    for index, (row, at) in enumerate(zip(new.events, found.events, strict=True)):
        if at is None:
            world.register_event(event_state(index, row))
            found.kept_events.append(None)
            found.applied.append(f'new event "{row.name}"')
            continue
        event, other = before[at], differing(before[at].definition, row)
        event.index, event.definition = index, row
        event.name, event.key = row.name, row.name.lower()
        world.register_event(event)
        _take_event(event, row, other)
        found.kept_events.append(None if "formula" in other else at)
        if other:
            found.applied.append(f'event "{row.name}": {", ".join(other)}')
        if "formula" in other and event.done:
            found.left_out.append(f'event "{row.name}" is over: its new formula counts once the event is reset')
    _name_gone("event", [event.name for event in before], found.events, found)
    now = {at: index for index, at in enumerate(found.events) if at is not None}
    for came_true, index in outcomes:
        if index in now:
            world.outcome_log.event(now[index], came_true)


def _take_event(event: Any, row: EventDef, changed: list[str]) -> None:
    """Apply the changed data of a row to its event; changed counts start again."""
    made = event_state(event.index, row)
    event.interval_ms, event.chain_delay_ms, event.score = made.interval_ms, made.chain_delay_ms, made.score
    if not {"repeat", "trigger", "trigger_counting"}.isdisjoint(changed) and not event.done:
        event.repeat, event.trigger, event.uses_trigger = made.repeat, made.trigger, made.uses_trigger


def _goals(world: World, old: Mission, new: Mission, found: WorldChanges) -> None:
    before = list(world.goals)
    found.goals = partners([goal.definition for goal in before], new.goals, _is_equal)
    outcomes = world.outcome_log.take_goals()
    world.forget_goals()
    for index, (row, at) in enumerate(zip(new.goals, found.goals, strict=True)):
        if at is None:
            world.register_goal(GoalState(index, row.name, definition=row, invalid=row.invalid, score=row.score))
            found.kept_goals.append(None)
            found.applied.append(f'new goal "{row.name}"')
            continue
        goal, other = before[at], differing(before[at].definition, row)
        goal.index, goal.definition, goal.score = index, row, row.score
        goal.name, goal.key = row.name, row.name.lower()
        if "invalid" in other:
            goal.invalid = row.invalid
        world.register_goal(goal)
        found.kept_goals.append(None if "formula" in other else at)
        if other:
            found.applied.append(f'goal "{row.name}": {", ".join(other)}')
        if "formula" in other and goal.status != GOAL_INCOMPLETE:
            found.left_out.append(f'goal "{row.name}" is {goal.status}: its new formula counts at the next start')
    _name_gone("goal", [goal.name for goal in before], found.goals, found)
    now = {at: index for index, at in enumerate(found.goals) if at is not None}
    for index, status in outcomes:
        if index in now:
            world.outcome_log.goal(now[index], status)


def _is_equal(one: Any, other: Any) -> bool:
    return is_same(one.formula, other.formula)


def _name_gone(kind: str, names: list[str], kept: list[int | None], found: WorldChanges) -> None:
    staying = set(kept)
    gone = [name for index, name in enumerate(names) if index not in staying]
    if gone:
        found.applied.append(f"removed {kind}{'s' if len(gone) > 1 else ''} {_listed(gone)}")


def _others(old: Mission, new: Mission, found: WorldChanges) -> None:
    """Name the differences in the rest of the file, which is read only as a mission begins or after its end."""
    later = [name for name in ("debriefing", "cutscenes", "reinforcements") if name in differing(old, new)]
    if later:
        found.applied.append(", ".join(later))
    known = {"events", "goals", "messages", "ships", "wings", "variables", "containers", "waypoints", "jump_nodes"}
    others = [name.replace("_", " ") for name in differing(old, new) if name not in known.union(later)]
    if others:
        found.left_out.append(f"{', '.join(others)}: counts at the next start")
