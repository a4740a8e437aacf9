"""Pythons that Debian's newer suites have, unpacked without root into the cache folder: for tests and releases."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from . import apt
from .console import Progress, SetupError, explain_failure
from .engine import tie_to_libraries, unpack_archives
from .state import cache_folder, identity, locked, make_folder, read_stamp, write_stamp

#: The suites of Debian that have a version of Python, the likeliest first.
SUITES = {
    "3.11": ("bookworm",),
    "3.13": ("trixie", "testing", "unstable"),
    "3.14": ("testing", "unstable"),
}
#: Increased when trees unpacked by older versions of this code must be made again.
FORM = 2
#: Dependencies for compiling programs of the other Debian, which nobody does here.
NOT_UNPACKED = re.compile(r"(libc6|libcrypt|linux-libc|libexpat1|zlib1g)-dev_|libc-dev-bin_|rpcsvc-proto_|debconf_")


def find(version: str) -> Path | None:
    """Return the executable of an unpacked Python of this version (like 3.13); None without one."""
    cache = cache_folder()
    stamp = read_stamp(cache / f"python-{version}.json")
    executable = Path(str(stamp.get("executable")))
    current = stamp.get("form") == FORM and stamp.get("cache") == str(cache)
    return executable if current and identity(executable) == stamp.get("identity", "") else None


def fetch(version: str, patchelf: Callable[[], Path], progress: Progress) -> Path:
    """Return the executable of an unpacked Python; fetch and unpack it first if needed. Raises SetupError.

    It runs with the C library of its own Debian, so that it works on an older one.
    """
    found = find(version)
    if found is not None:
        return found
    tool = patchelf()
    cache = cache_folder()
    with locked(cache, progress):
        found = find(version)  # another set-up may have done it while this one waited
        if found is None:
            what = f"fetching Python {version} of Debian (34 MB, once)"
            progress.step(what, lambda: _fetch(cache, version, tool, progress))
            found = find(version)
    if found is None:
        raise SetupError(f"Debian's packages of Python {version} hold no python{version}: report this, please.")
    return found


def _fetch(cache: Path, version: str, patchelf: Path, progress: Progress) -> None:
    """Download, unpack and adapt the packages, then write the stamp."""
    packages = [f"python{version}", f"python{version}-venv", f"libpython{version}", f"libpython{version}-dev"]
    folder = make_folder(cache / f"download-python-{version}")
    temporary = make_folder(cache / f"tmp-python-{os.getpid()}")
    try:
        archives, _ = apt.open_suite(folder, packages, SUITES[version], progress).download(packages)
        full = next(path.name.split("_")[1] for path in archives if path.name.startswith(f"python{version}_"))
        final = cache / f"python-{re.sub(r'[^A-Za-z0-9.+~-]', '_', unquote(full))}"
        wanted = [path for path in archives if not NOT_UNPACKED.match(path.name)]
        unpack_archives(wanted, temporary, progress)
        adapt(temporary, final, version)
        tie_to_libraries(temporary / "usr" / "bin" / f"python{version}", temporary, final, patchelf)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(temporary, final)
    except OSError as error:
        raise SetupError(explain_failure(f"Unpacking Python {version}", str(error))) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    executable = final / "usr" / "bin" / f"python{version}"
    stamp = {"form": FORM, "cache": str(cache), "executable": str(executable), "identity": identity(executable)}
    write_stamp(cache / f"python-{version}.json", stamp)


def adapt(tree: Path, final: Path, version: str) -> None:
    """Let the standard library of `tree` name files in `final`, its later place, instead of those below /usr.

    Changes `sysconfig`, which also tells `ensurepip` where pip's wheel is, the header that includes another by
    its place in /usr/include, and links to /etc.
    """
    library = tree / "usr" / "lib" / f"python{version}"
    for path in library.iterdir():
        if path.is_symlink() and os.path.isabs(os.readlink(path)):
            file = tree / os.readlink(path).lstrip("/")
            path.unlink()
            if file.is_file():
                shutil.copyfile(file, path)
    for path in library.glob("_sysconfigdata_*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(: ['\"])/usr\b", lambda found: f"{found[1]}{final}/usr", text), encoding="utf-8")
    include = tree / "usr" / "include"
    for path in include.glob(f"*-linux-gnu*/python{version}/pyconfig.h"):
        shutil.copyfile(path, include / f"python{version}" / "pyconfig.h")
