"""Our GDScript compiles without a warning, with every warning that the engine shows by default made an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.godot.game import ROOT, run
from support.godot.projects import import_project, make_project

pytestmark = pytest.mark.engine

WARNINGS = (
    "unassigned_variable", "unassigned_variable_op_assign", "unused_variable", "unused_local_constant",
    "unused_private_class_variable", "unused_parameter", "unused_signal", "shadowed_variable",
    "shadowed_variable_base_class", "shadowed_global_identifier", "unreachable_code", "unreachable_pattern",
    "standalone_expression", "standalone_ternary", "incompatible_ternary", "narrowing_conversion",
    "int_as_enum_without_cast", "int_as_enum_without_match", "integer_division", "redundant_await",
    "assert_always_true", "redundant_static_unload", "static_called_on_instance", "missing_tool",
    "untyped_declaration",
)  # fmt: skip
FOLDER = ROOT / "addons" / "sexp_runtime"


def test_no_script_has_a_warning(tmp_path: Path) -> None:
    levels = "".join(f"gdscript/warnings/{name}=2\n" for name in WARNINGS)
    project = make_project(
        tmp_path / "project",
        '[autoload]\n\nSexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"\n\n'
        f'[debug]\n\ngdscript/warnings/directory_rules={{"res://addons": 1}}\n{levels}\n'
        '[editor_plugins]\n\nenabled=PackedStringArray("res://addons/loader/plugin.cfg")\n\n'
        '[python]\n\nmodules=PackedStringArray("sexp_runtime.bridge.runtime")\n',
    )
    scripts = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.gd"))
    assert "editor/sexp_tab.gd" in scripts
    loader = project / "addons" / "loader"
    loader.mkdir()
    (loader / "plugin.cfg").write_text(
        '[plugin]\n\nname="loader"\ndescription="d"\nauthor="a"\nversion="1"\nscript="plugin.gd"\n'
    )
    lines = "".join(
        f'\tprint("LOADED {name} ", (load("res://addons/sexp_runtime/{name}") as GDScript).can_instantiate())\n'
        for name in scripts
    )
    (loader / "plugin.gd").write_text(
        f"@tool\nextends EditorPlugin\n\nfunc _enter_tree() -> void:\n{lines}\tget_tree().quit.call_deferred()\n"
    )
    import_project(project)
    done = run("--editor", project=project, timeout=300)
    assert len(done.lines("LOADED ")) == len(scripts), done.output[-3000:]
    told = [line for line in done.output.splitlines() if "Parse Error" in line or "Compile Error" in line]
    assert not told, done.output[-6000:]
