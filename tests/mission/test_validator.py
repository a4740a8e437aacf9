"""The validator: each kind of mistake has its code, its place and a hint; correct missions have none."""

from __future__ import annotations

import pytest

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission import SexpValidator, make_symbols, parse_mission, validate_mission
from sexp_runtime.mission.validator.arguments import EXPRESSIONS
from sexp_runtime.mission.validator.words import WORDS
from sexp_runtime.syntax import Diagnostic, Dialect, SexpParser
from support.samples import SAMPLE
from support.small_missions import mission

MISSION = parse_mission(SAMPLE, file="sample.fs2").mission
PARSER = SexpParser(make_symbols(Dialect.FSO, MISSION.variable_names(), MISSION.container_kinds()))
VALIDATOR = SexpValidator(MISSION)
SECOND_SHIP = """$Name: NAME
$Class: Raider
$Team: Hostile
$Location: 0, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Arrival Location: Hyperspace
$Arrival Cue: ( false )
$Departure Location: Hyperspace
$Departure Cue: ( false )
"""


def check(text: str, owner: str = "") -> list[Diagnostic]:
    result = PARSER.parse(text, owner=owner, file="sample.fs2")
    assert result.expression is not None, result.diagnostics
    return VALIDATOR.check(result.expression)


def test_the_sample_is_correct() -> None:
    assert [str(problem) for problem in validate_mission(MISSION)] == []


@pytest.mark.parametrize(
    "text",
    [
        "( + 1 1 )",  # A43: any root will do
        "( when 1 ( do-nothing ) )",  # A41: a number for a boolean
        "( bitwise-and ( - 0 1 ) 7 )",  # A42
        '( = ( hits-left "Tug 1" ) -5 +5 @Kills[0] "@Kills[x]" )',
        '( when-argument ( any-of "Tug 1" "nobody" &&Queue ) ( is-in-mission "<argument>" ) ( do-nothing ) )',
        "( cond ( ( true ) ( do-nothing ) ) ( 1 ) )",
        '( send-message "<any wingman>" "High" "hurry" )',
        '( is-destroyed-delay 0 "RAIDER" "raider 1" "tug 1" )',
        '( set-object-facing-object "Tug 1" "Lane:2" )',
        '( add-goal "Tug 1" ( ai-waypoints "Lane" 50 ) )',
        "( modify-variable @Kills[0] ( + 1 2 ) )",
        '( modify-variable "@Mood[x]" "text" )',
        '( is-previous-event-true "other.fs2" "any event" )',
        "( get-map-keys &&Prices &&Queue ( true ) )",
        '( = &Prices& ( "ore" ) 3 )',
        '( distance "Tug 1" "<any hostile>" )',
        '( distance "Lane:02" "( 1 2.5 3 )" )',
        '( hits-left-subsystem "Heron 1" "turret02" 1 )',
        '( hits-left-subsystem "Heron 1" "communications" 1 )',
        '( ship-blown-to-pieces "Unknown" )',  # no operator at all is one problem, not two
    ],
)
def test_correct_formulas(text: str) -> None:
    found = check(text)
    assert [problem.code for problem in found] == (["W311"] if "ship-blown" in text else [])


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("( when ( tru ) ( do-nothing ) )", "E301", "true"),
        ("( AND ( true ) ( true ) )", "E301", "case-sensitive"),
        ("( lock-controls )", "E301", "WCS"),
        ("( ( true ) )", "E301", "list"),
        ("( not )", "E302", "1 argument"),
        ("( not ( true ) ( true ) )", "E303", "1 argument"),
        ("( + ( true ) 1 )", "E304", "returns a boolean"),  # A42
        ("( when ( + 1 1 ) ( do-nothing ) )", "E304", "a boolean"),
        ("( when ( true ) ( true ) )", "E304", "an action"),
        ('( when "yes" ( do-nothing ) )', "E304", "a boolean"),
        ("( when ( true ) 5 )", "E304", "an action"),
        ('( add-goal "Tug 1" ( do-nothing ) )', "E304", "an AI goal"),
        ("( when-argument ( true ) ( true ) ( do-nothing ) )", "E304", "argument provider"),
        ("( cond ( do-nothing ) 5 )", "E304", "clause"),
        ("( + 1.5 1 )", "E305", "1.5"),  # A41
        ("( + 1,5 1 )", "E305", "1,5"),
        ("( + 12x 1 )", "E305", "12x"),
        ('( + "five" 1 )', "E305", "five"),
        ("( has-time-elapsed -5 )", "E306", "-5"),  # A41
        ("( and not ( true ) )", "E307", "parentheses"),
        ("( is-destroyed-delay 0 ( true ) )", "E308", "by name"),
        ('( send-message-list "#Command" "High" "Hurry" 0 "#Command" )', "W310", "groups of 4"),
        ('( hits-left "Tug 2" )', "E320", "Tug 1"),
        ('( num-ships-in-wing "Raiders" )', "E321", "Raider"),
        ('( is-destroyed-delay 0 "Raider 4" )', "E322", "Raider"),
        ('( is-event-true-delay "Loadde" 0 )', "E323", "Loaded"),
        ('( is-goal-true-delay "Tug" 0 )', "E324", "Tug"),
        ('( send-message "#Command" "High" "Hury" )', "E325", "Hurry"),
        ("( modify-variable @Kils[0] 1 )", "E326", "Kills"),
        ("( modify-variable 5 1 )", "E326", "5"),
        ("( + @Kils[0] 1 )", "E326", "Kills"),  # A21
        ('( add-goal "Tug 1" ( ai-waypoints "Lain" 50 ) )', "E328", "Lane"),
        ('( set-object-facing-object "Tug 1" "Lane:3" )', "E329", "Lane:1"),
        ('( add-to-list "Queue" ( true ) "x" )', "E330", "&&name"),
        ('( add-to-list &&Prices ( true ) "x" )', "E333", "list"),
        ("( + &&Queue 1 )", "E304", "container"),
        ('( distance "Tug 1" "Tug 7" )', "E329", "Tug 1"),
        ('( hits-left-subsystem "Heron 1" "turet01" 1 )', "W327", "turret01"),
    ],
)
def test_mistakes(text: str, code: str, hint: str) -> None:
    found = check(text, 'event "E"')
    assert code in [problem.code for problem in found]
    problem = next(problem for problem in found if problem.code == code)
    assert hint in problem.message
    assert (problem.file, problem.owner) == ("sample.fs2", 'event "E"')
    assert problem.line == 1


def test_place_and_path() -> None:
    found = check('( when\n  ( and ( true )\n    ( hits-left "Tug 7" ) ) ( do-nothing ) )')
    assert [(problem.code, problem.line, problem.column, problem.path) for problem in found] == [
        ("E304", 3, 5, "when[1]/and[2]"),
        ("E320", 3, 17, "when[1]/and[2]/hits-left[1]"),
    ]


def test_the_dialect_decides_arity() -> None:
    parser = SexpParser(make_symbols(Dialect.WCS))
    expression = parser.parse("( goals ( ai-chase-any 89 ( true ) ) )").expression
    assert expression is not None
    assert [problem.code for problem in SexpValidator(Dialect.WCS).check(expression)] == ["E303"]
    assert SexpValidator(Dialect.FSO).check(expression) == []


def test_without_a_mission_no_names_are_checked() -> None:
    expression = PARSER.parse('( is-destroyed-delay 0 "Nobody" )').expression
    assert expression is not None
    assert SexpValidator().check(expression) == []
    assert SexpValidator(PARSER.symbols).check(expression) == []


def test_ships_that_come_later_are_unknown_by_literal_names() -> None:
    """Q9.3: the original knows neither ships that formulas make nor those of later waves when it checks."""
    made = '( ship-create "Late One" "Tug" 0 0 0 ) ( self-destruct "Late One" "Raider 2" )'
    text = SAMPLE.replace('( modify-variable "@Mood[calm]" "glad" )', made)
    found = [problem for problem in validate_mission(parse_mission(text).mission) if problem.code != "W340"]
    assert [problem.code for problem in found] == ["E320", "E320"]
    assert all("through a variable" in problem.message for problem in found)


def test_unused_variables() -> None:
    text = SAMPLE.replace(
        '	4	"Rank"', '	5	"Spare"	"0"	"number"\n	6	"Spoken"	"0"	"number"\n	4	"Rank"'
    )
    text = text.replace("Hurry up;", "Hurry $Spoken;")
    found = validate_mission(parse_mission(text, file="sample.fs2").mission)
    assert [(problem.code, problem.line) for problem in found] == [
        ("W340", text[: text.index('"Spare"')].count("\n") + 1)
    ]
    by_index = text.replace("( + @Kills[0] 1 )", "( get-variable-by-index 5 )")
    assert validate_mission(parse_mission(by_index).mission) == []


def test_unknown_anchors() -> None:
    text = SAMPLE.replace("$Departure Anchor: Tug 1", "$Departure Anchor: Tug 5")
    assert [problem.code for problem in validate_mission(parse_mission(text).mission)] == ["W231"]


def test_an_unknown_operator_breaks_nothing_else() -> None:
    text = SAMPLE.replace('( has-arrived-delay 2 "Tug 1" )', '( lua-thing ( hits-left "Tug 8" ) )')
    load = parse_mission(text)
    assert load.ok
    found = validate_mission(load.mission)
    assert [problem.code for problem in found] == ["W311", "E320"]
    assert found[0].owner == 'event "Loaded"'
    assert [event.name for event in load.mission.events] == ["Loaded", "Next in line", "Watch"]


def test_every_operator_can_be_called_correctly() -> None:
    """Each operator of both dialects, called with its least number of fitting literals, has no type error."""
    literals = {"number": "-1", "positive": "1", "bool": "( true )", "null": "( do-nothing )", "variable-name": "@v[1]"}
    literals |= {"ai-goal": '( ai-guard "A" 1 )', "flexible-argument": '( any-of "A" )'}
    literals |= {"list-container-name": "&&L", "map-container-name": "&&M", "container-name": "&&L"}
    literals |= {"none": "", "weapon-bank-number": '"1"', "skybox-model-name": '"none"'}
    literals |= {kind: f'"{words.words[0]}"' for kind, words in WORDS.items()}
    assert set(literals) >= EXPRESSIONS.keys()
    for dialect in Dialect:
        view = CATALOG.dialect_catalog(dialect.value)
        containers = {"L": "list", "M": "map"} if dialect is Dialect.FSO else None
        parser = SexpParser(make_symbols(dialect, ["v"], containers))
        validator = SexpValidator(dialect)
        for name in view:
            row = view[name]
            kinds = [row.argument_type(position) or "" for position in range(row.min_args)]
            if row.repeats > 1:
                kinds = list(row.args)
            if row.returns == "ai-goal":  # its number is a priority
                kinds = ["positive" if kind == "number" else kind for kind in kinds]
            if name == "flash-hud-gauge" and dialect is Dialect.FSO:
                kinds = ["builtin-hud-gauge"]
            text = f"( {name} {' '.join(literals.get(kind, chr(34) + 'x' + chr(34)) for kind in kinds)} )"
            if name == "cond":
                text = "( cond ( ( true ) ( do-nothing ) ) )"
            result = parser.parse(text)
            assert result.ok, text
            assert result.expression is not None
            assert [str(problem) for problem in validator.check(result.expression)] == [], text


def test_names_cannot_send_commands_to_a_terminal() -> None:
    text = SAMPLE.replace("+Name: Watch", "+Name: Watch\x1b[2J").replace('"Hurry" )\n)\n+Name', '"Nothing" )\n)\n+Name')
    found = validate_mission(parse_mission(text, file="a\x1b[0m.fs2").mission)
    assert [problem.code for problem in found] == ["E325"]
    assert "\x1b" in found[0].owner
    assert "\x1b" not in str(found[0])


@pytest.mark.parametrize(
    ("ships", "known"),
    [
        (("Ares 1#one", "Ares 2#one"), {"Ares 1#one", "Ares#one 1", "ARES#one 2"}),
        (("Ares#one 1", "Ares#one 2"), {"Ares#one 1", "ARES#one 2"}),
    ],
)
def test_older_spellings_of_hidden_wing_names(ships: tuple[str, str], known: set[str]) -> None:
    """Formulas find ships in both spellings only where the file itself has the older one, as the runtime does."""
    text = SAMPLE.replace("$Name: Raider\n$Waves", "$Name: Ares#one\n$Waves").replace(
        "$Name: Raider\n$Type", "$Name: Tug 1\n$Type"
    )
    text = text.replace("$Name: Raider 1", f"$Name: {ships[0]}").replace('"Raider 1"', f'"{ships[0]}"')
    for name in ("Ares 1#one", "Ares#one 1", "ARES#one 2", "Ares 3#one"):
        second = text.replace("#Wings", SECOND_SHIP.replace("NAME", ships[1]) + "#Wings").replace(
            f'	"{ships[0]}"\n)', f'	"{ships[0]}" "{ships[1]}"\n)'
        )
        mission = parse_mission(
            second.replace('( has-arrived-delay 2 "Tug 1" )', f'( has-arrived-delay 2 "{name}" )')
        ).mission
        codes = [problem.code for problem in validate_mission(mission)]
        assert codes == ([] if name in known else ["E322"]), name


def test_an_unknown_operator_that_is_no_misspelling_names_the_most_similar_one() -> None:
    text = mission([('( when ( is-previous-goal-true-delay "a.fs2" "Win" ) ( do-nothing ) )', "Long")])
    (problem,) = [one for one in validate_mission(parse_mission(text).mission) if one.code == "W311"]
    assert "the most similar one is is-previous-goal-true" in problem.message
