"""The private apt against repositories made on the spot: signatures count, a failure is one sentence."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from _setup.apt import AptError, PrivateApt, read_machine_sources
from _setup.console import Progress, SetupError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(shutil.which(name) for name in ("apt-get", "dpkg-deb")), reason="needs apt-get and dpkg-deb"
    ),
]


def make_package(folder: Path, name: str, depends: str = "") -> Path:
    """Builds a Debian package that holds one file."""
    tree = folder / ("tree-" + name)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/share" / name).mkdir(parents=True)
    (tree / "usr/share" / name / "file").write_text(name * 100)
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    control = f"Package: {name}\nVersion: 1.0\nArchitecture: {architecture}\nMaintainer: Nobody <nobody@example.org>\n"
    control += (f"Depends: {depends}\n" if depends else "") + "Description: made up\n"
    (tree / "DEBIAN/control").write_text(control)
    target = folder / f"{name}_1.0_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, target], check=True, stdout=subprocess.DEVNULL)
    content = target.read_bytes()
    entry = (
        control + f"Filename: ./{target.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n\n"
    )
    with open(folder / "Packages", "a") as out:
        out.write(entry)
    return target


def write_release(folder: Path) -> None:
    packages = (folder / "Packages").read_bytes()
    (folder / "Release").write_text(
        "Origin: made up\nSuite: testing\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n"
        f" {hashlib.sha256(packages).hexdigest()} {len(packages)} Packages\n"
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a made-up key: its home for signing, and the public half in `key.gpg`."""
    if not shutil.which("gpg"):
        pytest.skip("signing a made-up repository needs gpg: apt-get install gpg")
    home = tmp_path_factory.mktemp("keys")
    home.chmod(0o700)
    environment = {**os.environ, "GNUPGHOME": str(home)}
    quick = [
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-gen-key",
        "Made Up <made-up@example.org>",
        "rsa2048",
        "sign",
    ]
    subprocess.run(quick, env=environment, check=True, capture_output=True)
    public = subprocess.run(["gpg", "--export"], env=environment, check=True, capture_output=True).stdout
    (home / "key.gpg").write_bytes(public)
    yield home
    subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False, capture_output=True)


def sign(folder: Path, keys: Path) -> None:
    target = folder / "InRelease"
    target.unlink(missing_ok=True)
    command = ["gpg", "--batch", "--clearsign", "-o", str(target), str(folder / "Release")]
    subprocess.run(command, env={**os.environ, "GNUPGHOME": str(keys)}, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, keys: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    make_package(folder, "lib-of-it")
    make_package(folder, "program-of-it", "lib-of-it")
    make_package(folder, "never-asked-for")
    write_release(folder)
    sign(folder, keys)
    return folder


def private(tmp_path: Path, repository: Path, key: Path | None) -> PrivateApt:
    apt = PrivateApt(tmp_path / "state", Progress(quiet=True))
    apt.prepare(f"Types: deb\nURIs: file:{repository}\nSuites: ./\n" + (f"Signed-By: {key}\n" if key else ""))
    return apt


def test_a_signed_repository_gives_the_package_and_what_it_depends_on(
    tmp_path: Path, repository: Path, keys: Path
) -> None:
    apt = private(tmp_path, repository, keys / "key.gpg")
    apt.update()
    names = sorted(name for name, _ in apt.list_downloads(["program-of-it"]))
    assert [name.split("_")[0] for name in names] == ["lib-of-it", "program-of-it"]
    assert all(size > 0 for _, size in apt.list_downloads(["program-of-it"]))


def test_what_is_on_the_machine_does_not_count_as_installed(tmp_path: Path, repository: Path, keys: Path) -> None:
    make_package(repository, "libc6")
    write_release(repository)
    sign(repository, keys)
    apt = private(tmp_path, repository, keys / "key.gpg")
    apt.update()
    assert [name.split("_")[0] for name, _ in apt.list_downloads(["libc6"])] == ["libc6"]


def test_an_unsigned_repository_is_refused(tmp_path: Path, repository: Path, keys: Path) -> None:
    (repository / "InRelease").unlink()
    with pytest.raises(AptError, match="signature cannot be verified"):
        private(tmp_path, repository, keys / "key.gpg").update()


def test_another_keys_signature_is_refused(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(AptError, match=r"signature cannot be verified(.|\n)*debian-archive-keyring"):
        private(tmp_path, repository, None).update()


def test_a_list_changed_after_signing_is_refused(tmp_path: Path, repository: Path, keys: Path) -> None:
    with open(repository / "Packages", "a") as out:
        out.write("Package: slipped-in\nVersion: 1\nArchitecture: all\nFilename: ./x.deb\nSize: 1\n\n")
    with pytest.raises(AptError):
        private(tmp_path, repository, keys / "key.gpg").update()


def test_a_package_that_is_not_offered_is_named(tmp_path: Path, repository: Path, keys: Path) -> None:
    apt = private(tmp_path, repository, keys / "key.gpg")
    apt.update()
    with pytest.raises(AptError, match="nowhere-to-be-had"):
        apt.list_downloads(["nowhere-to-be-had"])


def test_a_mirror_that_does_not_answer_is_reported_in_one_sentence(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path / "state", Progress(quiet=True))
    apt.prepare("Types: deb\nURIs: http://127.0.0.1:9/debian\nSuites: testing\nComponents: main\n")
    with open(tmp_path / "state/apt.conf", "a") as out:
        out.write('Acquire::Retries "0";\nAcquire::http::Proxy "DIRECT";\n')
    with pytest.raises(AptError, match="network or the package server did not answer") as caught:
        apt.update()
    assert len(str(caught.value).splitlines()) == 1


def test_missing_prerequisites_are_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=r"apt-get, dpkg-deb, missing here(.|\n)*apt-get install apt dpkg"):
        PrivateApt(tmp_path / "state", Progress(quiet=True))


def test_the_machines_own_sources_can_be_read() -> None:
    assert all(source.uri and source.suite for source in read_machine_sources())
