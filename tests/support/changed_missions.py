"""Changes of a mission's file, as an author makes them while the mission runs."""

from __future__ import annotations

import re
from random import Random

from support.small_missions import ship, wing

_FORMULAS = (
    '( when ( has-time-elapsed 1 ) ( modify-variable "@n[3]" ( + @n[3] 1 ) ) )',
    '( when ( > @n[3] 4 ) ( modify-variable "@m[0]" ( rand 1 9 ) ) )',
    '( when ( and-in-sequence ( has-time-elapsed 2 ) ( is-event-true-delay "Event 1" 0 ) ) ( do-nothing ) )',
    '( when-argument ( any-of "Alpha 1" "Tug" ) ( > ( hits-left "<argument>" ) 10 ) ( do-nothing ) )',
    '( when ( is-goal-true-delay "Win" 0 ) ( self-destruct "Tug" ) )',
)
_CUES = ("( true )", "( false )", "( has-time-elapsed 2 )", "( > @n[3] 3 )", '( is-destroyed-delay 0 "Tug" )')


def _split(text: str, section: str) -> tuple[str, str, str]:
    """Return what is before a section's content, the content, and what is behind it."""
    begin = text.index(f"\n#{section}\n") + len(section) + 3
    end = text.index("\n#", begin - 1)
    return text[:begin], text[begin:end], text[end:]


def _events(text: str) -> tuple[str, list[str], str]:
    before, content, behind = _split(text, "Events")
    return before, [part for part in re.split(r"(?=^\$Formula:)", content, flags=re.M) if part.strip()], behind


def _joined(before: str, events: list[str], behind: str) -> str:
    return before + "\n".join(event.strip("\n") for event in events) + behind


def change(text: str, draw: Random, number: int) -> str:
    """Return a mission of `catalog_missions` with one to three changes; `number` makes new names differ."""
    for _ in range(draw.randrange(1, 4)):
        text = draw.choice(_CHANGES)(text, draw, number)
        number += 100
    return text


def _formula(text: str, draw: Random, number: int) -> str:
    before, events, behind = _events(text)
    at = draw.randrange(len(events))
    _, _, rest = events[at].partition("\n+Name:")
    events[at] = f"$Formula: {draw.choice(_FORMULAS)}\n+Name:{rest}"
    return _joined(before, events, behind)


def _new_event(text: str, draw: Random, number: int) -> str:
    before, events, behind = _events(text)
    fields = draw.choice(("", "\n+Repeat Count: 3\n+Interval: 1", "\n+Interval: 1\n+Chained: 0"))
    new = f"$Formula: {draw.choice(_FORMULAS)}\n+Name: New {number}{fields}"
    events.insert(draw.randrange(len(events) + 1), new)
    return _joined(before, events, behind)


def _no_event(text: str, draw: Random, number: int) -> str:
    before, events, behind = _events(text)
    if len(events) > 3:
        events.pop(draw.randrange(len(events)))
    return _joined(before, events, behind)


def _moved_event(text: str, draw: Random, number: int) -> str:
    before, events, behind = _events(text)
    events.insert(draw.randrange(len(events)), events.pop(draw.randrange(len(events))))
    return _joined(before, events, behind)


def _counts(text: str, draw: Random, number: int) -> str:
    before, events, behind = _events(text)
    at = draw.randrange(len(events))
    kept = [line for line in events[at].splitlines() if not line.startswith(("+Repeat", "+Interval", "+Chained"))]
    events[at] = "\n".join([*kept, f"+Repeat Count: {draw.choice((1, 4, -1))}", f"+Interval: {draw.randrange(3)}"])
    return _joined(before, events, behind)


def _cue(text: str, draw: Random, number: int) -> str:
    cues = list(re.finditer(r"^\$(Arrival|Departure) Cue: (.*)$", text, flags=re.M))
    found = draw.choice(cues)
    return text[: found.start(2)] + draw.choice(_CUES) + text[found.end(2) :]


def _new_ship(text: str, draw: Random, number: int) -> str:
    before, content, behind = _split(text, "Objects")
    return before + content + "\n" + ship(f"New {number}", cue=draw.choice(_CUES)) + behind


def _new_wing(text: str, draw: Random, number: int) -> str:
    names = [f"Delta{number} 1", f"Delta{number} 2"]
    before, content, behind = _split(text, "Objects")
    text = before + content + "\n" + "\n".join(ship(name, cue="( false )") for name in names) + behind
    before, content, behind = _split(text, "Wings")
    new = wing(f"Delta{number}", names, cue=draw.choice(_CUES), waves=draw.randrange(1, 4))
    return before + content + "\n" + new + behind


def _members(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"^\$Ships: \( (.*) \)", text, flags=re.M))


def _member(text: str, draw: Random, number: int) -> str:
    """Give a wing another ship."""
    wings = _members(text)
    if not wings:
        return text
    found = draw.choice(wings)
    text = f'{text[: found.end(1)]} "Member {number}"{text[found.end(1) :]}'
    before, content, behind = _split(text, "Objects")
    return before + content + "\n" + ship(f"Member {number}", cue="( false )") + behind


def _no_member(text: str, draw: Random, number: int) -> str:
    """Take the last ship of a wing out of the file."""
    wings = [found for found in _members(text) if found[1].count('"') > 2]
    if not wings:
        return text
    found = draw.choice(wings)
    name = re.findall(r'"([^"]*)"', found[1])[-1]
    if text.count(f'"{name}"') > 1:  # something else names it
        return text
    text = text[: found.start(1)] + found[1].replace(f'"{name}"', "").strip() + text[found.end(1) :]
    before, content, behind = _split(text, "Objects")
    ships = [part for part in re.split(r"(?=^\$Name:)", content, flags=re.M) if not part.startswith(f"$Name: {name}\n")]
    return before + "".join(ships) + behind


def _waves(text: str, draw: Random, number: int) -> str:
    found = draw.choice(list(re.finditer(r"^\$(Waves|Wave Threshold): (\d+)$", text, flags=re.M)))
    return text[: found.start(2)] + str(draw.randrange(1, 5)) + text[found.end(2) :]


def _variable(text: str, draw: Random, number: int) -> str:
    at = text.index("$Variables:\n(\n") + len("$Variables:\n(\n")
    return f'{text[:at]}{10 + number % 200} "fresh{number}" "{number}" "number"\n{text[at:]}'


def _goal(text: str, draw: Random, number: int) -> str:
    before, content, behind = _split(text, "Goals")
    new = f"$Type: Bonus\n+Name: New {number}\n$MessageNew: x\n$end_multi_text\n$Formula: {draw.choice(_CUES)}"
    return before + content + "\n" + new + behind


def _message(text: str, draw: Random, number: int) -> str:
    return text.replace("$MessageNew: Hail", f"$MessageNew: Hail {number}")


_CHANGES = (
    _formula, _formula, _new_event, _no_event, _moved_event, _counts, _cue, _new_ship, _new_wing, _member, _no_member,
    _waves, _variable, _goal, _message,
)  # fmt: skip
