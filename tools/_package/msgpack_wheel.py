"""msgpack, the only package that the add-on includes: its wheels for each system and Python."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

from _setup.python_env import locked_lines
from _setup.state import cache_folder, make_folder

from . import zig


def unpack_msgpack(site: Path, version: str, target: zig.Target) -> None:
    """Unpack msgpack for one Python and system into a folder of packages, with the hash of requirements/run.txt."""
    home = make_folder(cache_folder() / "wheels" / f"{target.system}-{version}")
    lock = home / "msgpack.txt"
    lines = locked_lines(["msgpack"])
    lock.write_text("\n".join(lines) + "\n", encoding="utf-8")
    manylinux = ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64"]
    platforms = ["win_amd64"] if target is zig.WINDOWS else manylinux
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--python-version", version, "--dest", str(home)]
    for platform in platforms:
        command += ["--platform", platform]
    zig.run("Fetching msgpack", [*command, "-r", str(lock)], os.environ)
    release = lines[0].split()[0].replace("==", "-")
    (wheel,) = home.glob(f"{release}-cp{version.replace('.', '')}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
