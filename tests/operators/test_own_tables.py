"""Tables that declare operators of a game's own (R87 to R93)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_table, read_tables, tables_beside
from sexp_runtime.session import MissionSession
from support.small_missions import mission

TABLE = """#Lua Enums
$Name: Colours
+Enum: red
#End
#Lua SEXPs
$Operator: lamp-set        ; a comment
$Category: Change
$Subcategory: Lamps
$Minimum Arguments: 2
$Maximum Arguments: 3
$Return Type: Nothing
$Description: Sets a lamp,
	over two lines.
$Parameter:
	+Description: the ship
	+Type: ship
$Parameter:
	+Type: number
$Parameter:
	+Type: Boolean
$Operator: lamp-all
$Category: Change
$Minimum Arguments: 1
$Return Type: number
$Description: Many.
$Parameter:
+Type: string
$Repeat
$Parameter:
+Type: ship
$Parameter:
+Type: number
#End
"""


def test_a_table_declares_operators() -> None:
    own = OwnOperators()
    assert read_table(own, TABLE) == []
    row = own.rows()["lamp-set"]
    assert (row.min_args, row.max_args, row.returns, row.args) == (2, 3, "null", ("ship", "number", "bool"))
    row = own.rows()["lamp-all"]
    assert (row.min_args, row.max_args, row.returns, row.repeats) == (1, None, "number", 2)
    assert [row.argument_type(at) for at in range(6)] == ["string", "ship", "number", "ship", "number", "ship"]


@pytest.mark.parametrize(
    ("text", "problem", "arity"),
    [
        ("$Minimum Arguments: 3\n$Maximum Arguments: 1", "swapped", (1, 3)),
        ("$Minimum Arguments: -2", "at least 0", (0, None)),
        ("$Return Type: word\n$Minimum Arguments: 0", "unknown return type", (0, None)),
        ("$Minimum Arguments: 0\n$Parameter:\n+Type: shop", "unknown type", (0, None)),
        ("$Maximum Arguments: 1", "Minimum Arguments is missing", (0, 1)),
    ],
)
def test_what_is_wrong_is_reported_and_mended(text: str, problem: str, arity: tuple[int, int | None]) -> None:
    own = OwnOperators()
    (line,) = read_table(own, f"#Lua SEXPs\n$Operator: lamp\n{text}\n#End\n", "a.tbm")
    assert line.startswith("a.tbm:")
    assert problem in line
    assert (own.rows()["lamp"].min_args, own.rows()["lamp"].max_args) == arity


def test_lines_end_where_the_files_lines_end() -> None:
    text = TABLE.replace("Change", "Change\x0c\u2028", 1).replace("$Return Type: Nothing", "$Return Type: word")
    text = text.replace("\n", "\r\n", 4)
    own = OwnOperators()
    (line,) = read_table(own, text, "a.tbm")
    assert line.startswith("a.tbm:11: lamp-set: unknown return type")
    assert own.rows()["lamp-set"].args == ("ship", "number", "bool")


def test_names_that_are_taken_keep_their_meaning() -> None:
    own = OwnOperators()
    problems = read_table(own, TABLE + TABLE.replace("lamp-all", "and"), "a.tbm")
    assert [text.split(": ", 1)[1] for text in problems] == [
        "lamp-set is declared twice; the first declaration counts",
        "the operator 'and' exists already; choose another name",
    ]


def test_tables_beside_a_mission_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "m.fs2"
    path.write_text(mission([('( when ( true ) ( lamp-set "Heron" "three" ) )', "E")]))
    assert tables_beside(path) == []
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "lamps-sexp.tbm").write_text(TABLE)
    assert [file.name for file in tables_beside(path)] == ["lamps-sexp.tbm"]
    main(["check", str(path)])
    printed = capsys.readouterr().out
    assert "W311" not in printed
    assert "E305" in printed
    session = MissionSession.load(path)
    unknown: list[str] = []
    session.on_operator_unknown.append(unknown.append)
    session.step(0.1)
    assert unknown == ["lamp-set"]  # declared, but it has no function
    (tmp_path / "wrong-sexp.tbm").write_text(TABLE.replace("lamp-", "and "))
    MissionSession.load(path)
    assert "wrong-sexp.tbm" in caplog.text
    missing = tmp_path / "none.tbm"
    assert read_tables(OwnOperators(), [missing]) == [f"{missing}: No such file or directory"]


def test_the_command_lists_the_operators_of_a_game(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lamps.fs2"
    path.write_text(mission([]))
    table = tmp_path / "lamps-sexp.tbm"
    table.write_text(TABLE)
    assert main(["operators", "lamp", "--own", str(path)]) == 0
    said = capsys.readouterr().out
    assert "( lamp-set <ship> <number> [<bool>] )" in said and "lamp-all" in said
    assert main(["operators", "lamp-set", "--own", str(table)]) == 0
    assert "returns: no value" in capsys.readouterr().out
    assert main(["operators", "--own", str(table)]) == 0
    assert int(capsys.readouterr().out.splitlines()[-1].split()[0]) > 700
    assert main(["operators", "lamp-sett", "--own", str(table)]) == 1
    assert "did you mean lamp-set" in capsys.readouterr().err
    assert main(["operators", "--own", str(tmp_path / "none.fs2")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main(["operators", "--own", str(tmp_path)]) == 2
    assert "Is a directory" in capsys.readouterr().err
