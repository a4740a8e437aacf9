"""The version stands in one place, and archives hold nothing that changes from one run to the next."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from _package import archives, source
from _setup.console import SetupError
from _setup.state import PROJECT

import sexp_runtime
from sexp_runtime import cli

MOMENT = 1_700_000_000


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the files that say a version."""
    for name in (source.VERSION_FILE, source.CHANGELOG, source.README, *source.PLUGIN_FILES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def test_package_add_on_and_changelog_say_the_same_version() -> None:
    assert source.version_of() == sexp_runtime.__version__


@pytest.mark.parametrize("name", [source.CHANGELOG, source.README, *source.PLUGIN_FILES])
def test_another_version_in_another_place_stops_a_release(copy: Path, name: str) -> None:
    text = (copy / name).read_text(encoding="utf-8")
    (copy / name).write_text(text.replace(sexp_runtime.__version__, "9.8.7"), encoding="utf-8")
    with pytest.raises(SetupError, match=r"9\.8\.7"):
        source.version_of(copy)


def test_a_version_that_is_none_stops_a_release(copy: Path) -> None:
    (copy / source.VERSION_FILE).write_text('__version__: str = "soon"\n', encoding="utf-8")
    with pytest.raises(SetupError, match="soon"):
        source.version_of(copy)


def test_sexp_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"sexp {sexp_runtime.__version__} (Python 3.")


def test_zips_of_the_same_files_have_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "on-disk").write_bytes(b"data")
    archives.write_zip(tmp_path / "1.zip", {"b/x": b"text", "a": tmp_path / "on-disk"}, MOMENT)
    (tmp_path / "on-disk").touch()
    (tmp_path / "on-disk").chmod(0o600)
    archives.write_zip(tmp_path / "2.zip", {"a": tmp_path / "on-disk", "b/x": b"text"}, MOMENT)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["a", "b/x"]
        assert archive.read("a") == b"data"


def test_tars_lose_their_times_and_owners(tmp_path: Path) -> None:
    found = []
    for turn in (1, 2):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for name in ("run", "data") if turn == 1 else ("data", "run"):
            (folder / name).write_text(name)
        (folder / "run").chmod(0o755 if turn == 1 else 0o700)
        path = tmp_path / f"{turn}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for entry in folder.iterdir():
                archive.add(entry, f"top/{entry.name}")
        archives.normalise_tar(path, MOMENT + 0)
        found.append(path.read_bytes())
    assert found[0] == found[1]
    with tarfile.open(tmp_path / "1.tar.gz") as archive:
        run = archive.getmember("top/run")
        assert (run.mode, run.mtime, run.uid, run.uname) == (0o755, MOMENT, 0, "")


def test_checksums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"1")
    (tmp_path / "b.whl").write_bytes(b"2")
    written = archives.write_checksums(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", written.name], cwd=tmp_path, check=True, capture_output=True)
    assert len(written.read_text().splitlines()) == 2


def test_a_release_is_made_from_a_clone_only(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no clone"):
        source.tracked_files(tmp_path)


def test_an_archive_by_git_holds_the_add_on_and_the_licence(tmp_path: Path) -> None:
    packed = subprocess.run(
        ["git", "archive", "--worktree-attributes", "HEAD"], cwd=PROJECT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert {name.split("/")[0] for name in archive.getnames()} == {"LICENSE", "addons", "python"}
