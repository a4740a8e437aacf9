"""The Godot that runs the project: $GODOT, one on the PATH, or Debian's, unpacked into the cache folder."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from urllib.parse import unquote

from . import apt
from .console import Progress, SetupError, explain_failure, run_checked
from .state import cache_folder, identity, locked, make_folder, read_stamp, write_stamp

MINIMUM = (4, 6)
# The engine; the software renderer for machines without a graphics card, and a virtual screen (8.5 MB of 165).
PACKAGES = ("godot", "libgl1-mesa-dri", "libglx-mesa0", "libgl1", "libegl1", "xvfb", "xkb-data", "x11-xkb-utils")
PROGRAMS = ("godot", "Xvfb", "xkbcomp")
# The tool that finds and starts the engine; as $GODOT it would look for itself.
TOOL = Path(__file__).resolve().parents[1] / "godot"
# Increased when trees unpacked by older versions of this code must be made again.
TREE_FORM = 1
SPACE_NEEDED = 900_000_000


@dataclass(frozen=True)
class Engine:
    """A usable Godot: its executable, version text and origin, and the unpacked tree of Debian's packages."""

    executable: Path
    version: str
    origin: str
    tree: Path | None = None


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The numbers in the output of `godot --version` (`4.6.3.stable.official.1a2b3c`); None for any other text.

    Warnings may stand on lines before it.
    """
    for line in reversed(text.strip().splitlines()):
        match = re.match(r"(?:Godot Engine v)?(\d+)\.(\d+)(?:\.(\d+))?(?=[.\s-]|$)", line.strip())
        if match:
            return int(match[1]), int(match[2]), int(match[3] or 0)
    return None


def ask_version(executable: Path) -> str:
    """The version that the executable prints. Raises SetupError if it does not run or prints none."""
    try:
        done = subprocess.run(
            [str(executable), "--headless", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"{executable} does not run: {error}") from error
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 or parse_version(text) is None:
        said = (text + done.stderr.decode("utf-8", "replace")).strip()[-500:]
        raise SetupError(
            "{} is no Godot that runs here; asked for its version it said: {}".format(executable, said or "nothing")
        )
    return text.strip().splitlines()[-1].strip()


def is_new_enough(version: str) -> bool:
    """Whether a version text names Godot 4.6 or newer."""
    numbers = parse_version(version)
    return numbers is not None and numbers[:2] >= MINIMUM


class _Versions:
    """Caches the version of each executable until its file changes, because running it costs 0.1 s."""

    def __init__(self, folder: Path) -> None:
        self._stamp = folder / "versions.json"
        self._known = read_stamp(self._stamp)

    def of(self, executable: Path) -> str:
        mark = identity(executable)
        entry = self._known.get(str(executable))
        if isinstance(entry, list) and len(entry) == 2 and entry[0] == mark:
            return str(entry[1])
        version = ask_version(executable)
        self._known[str(executable)] = [mark, version]
        with contextlib.suppress(SetupError):  # if it cannot be remembered, the next run asks again
            write_stamp(self._stamp, self._known)
        return version


def find_given(cache: Path, progress: Progress) -> Engine | None:
    """The engine named by $GODOT, or one on the PATH that is new enough; None if there is neither.

    Raises SetupError if $GODOT is set but is not a Godot 4.6 or newer: what was asked for is not silently replaced.
    tools/godot as $GODOT means the engine that it finds without that.
    """
    versions = _Versions(cache)
    named = os.environ.get("GODOT")
    if named and Path(os.path.expanduser(named)).resolve() != TOOL:
        found = shutil.which(os.path.expanduser(named))
        if not found:
            raise SetupError(f"GODOT={named} names no executable file. Correct it, or unset it to use Debian's Godot.")
        version = versions.of(Path(found))
        if not is_new_enough(version):
            raise SetupError(f"GODOT={named} is Godot {version}, but 4.6 or newer is needed. Correct it, or unset it.")
        return Engine(Path(found).absolute(), version, "$GODOT", _tree_of(Path(found).absolute(), cache))
    for name in ("godot4", "godot"):
        found = shutil.which(name)
        if not found:
            continue
        try:
            version = versions.of(Path(found))
        except SetupError:
            continue
        if is_new_enough(version):
            return Engine(Path(found).absolute(), version, "PATH")
        progress.live(f"{found} is Godot {version}, older than 4.6: not used")
    return None


def _tree_of(executable: Path, cache: Path) -> Path | None:
    """The unpacked tree of an executable, so that $GODOT set to the unpacked engine still finds its drivers."""
    tree = executable.parent.parent.parent
    return tree if tree.parent == cache and executable.parent.name == "bin" else None


def find_unpacked(cache: Path) -> Engine | None:
    """Debian's Godot in the cache folder, if its set-up was finished."""
    stamp = read_stamp(cache / "engine.json")
    name, version = stamp.get("tree"), stamp.get("version")
    if stamp.get("form") != TREE_FORM or not isinstance(name, str) or not isinstance(version, str):
        return None
    tree = cache / name
    executable = tree / "usr" / "bin" / "godot"
    if stamp.get("cache") != str(cache) or identity(executable) != stamp.get("identity"):
        return None
    return Engine(executable, version, "Debian's package, unpacked", tree)


def find_engine() -> Engine | None:
    """The engine if it is already present; fetches nothing. Raises SetupError as `find_given` does."""
    cache = cache_folder()
    return find_given(cache, Progress(quiet=True)) or find_unpacked(cache)


def ensure_engine(progress: Progress, patchelf: Callable[[], Path]) -> Engine:
    """The engine, fetched and unpacked first if needed; only then `patchelf` is called. Raises SetupError."""
    cache = cache_folder()
    engine = find_given(cache, progress) or find_unpacked(cache)
    if engine is not None:
        return engine
    tool = patchelf()
    with locked(cache, progress):
        engine = find_unpacked(cache)  # another set-up may have done it while this one waited
        if engine is None:
            engine = _fetch(cache, tool, progress)
    return engine


def _fetch(cache: Path, patchelf: Path, progress: Progress) -> Engine:
    """Downloads, unpacks, adapts and tries Debian's Godot, and then writes the stamp."""
    for left_over in cache.glob("tmp-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    if any(sign in str(cache) for sign in ':;"$\n'):
        raise SetupError(f"The cache folder's name must not hold : ; $ or quotes, but is {cache}: set SEXP_CACHE.")
    free = shutil.disk_usage(cache).free
    if free < SPACE_NEEDED:
        raise SetupError(
            f"Debian's Godot needs {SPACE_NEEDED / 1e6:.0f} MB in {cache}, where {free / 1e6:.0f} MB are free: "
            "free some, or set SEXP_CACHE to a roomier folder."
        )
    progress.say(
        f"no Godot 4.6 or newer found: fetching Debian's own into {cache} (170 MB down, 550 MB unpacked; once)"
    )
    archives: list[Path] = []

    def download() -> None:
        private = apt.open_testing(make_folder(cache / "download"), PACKAGES, progress)
        files, size = private.download(PACKAGES)
        archives.extend(files)
        progress.say(f"{len(files)} archives, {size / 1e6:.1f} MB fetched")

    progress.step("downloading Godot and the libraries it needs", download)
    version = next((_version_in_name(path.name) for path in archives if path.name.startswith("godot_")), "unknown")
    temporary = make_folder(cache / (f"tmp-{os.getpid()}"))
    final = cache / ("godot-" + re.sub(r"[^A-Za-z0-9.+~-]", "_", version))
    try:
        progress.step(f"unpacking {len(archives)} archives", lambda: unpack_archives(archives, temporary, progress))
        progress.step("adapting programs to the unpacked libraries", lambda: _adapt(temporary, final, patchelf))
        if final.exists():
            os.replace(final, cache / (f"tmp-old-{os.getpid()}"))
        os.replace(temporary, final)
    except OSError as error:
        raise SetupError(explain_failure("Unpacking Debian's Godot", str(error))) from error
    finally:
        for left_over in cache.glob("tmp-*"):
            shutil.rmtree(left_over, ignore_errors=True)
    executable = final / "usr" / "bin" / "godot"
    said = ask_version(executable)
    if not is_new_enough(said):
        raise SetupError(f"Debian's Godot on this machine's mirror is {said}, but 4.6 or newer is needed: set GODOT.")
    write_stamp(
        cache / "engine.json",
        {
            "form": TREE_FORM,
            "cache": str(cache),
            "tree": final.name,
            "version": said,
            "identity": identity(executable),
        },
    )
    shutil.rmtree(cache / "download", ignore_errors=True)
    progress.say(f"Godot {said} is ready")
    return Engine(executable, said, "Debian's package, unpacked", final)


def _version_in_name(archive: str) -> str:
    """Debian's version in an archive's file name (`godot_4.6.3+ds-2_amd64.deb`)."""
    parts = archive.split("_")
    return unquote(parts[1]) if len(parts) > 2 else "unknown"


def unpack_archives(archives: Sequence[Path], target: Path, progress: Progress) -> None:
    """Unpack Debian's packages into one folder. Raises SetupError."""
    done = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        jobs = [
            pool.submit(run_checked, "Unpacking " + path.name, ["dpkg-deb", "-x", str(path), str(target)])
            for path in archives
        ]
        try:
            for job in concurrent.futures.as_completed(jobs):
                job.result()
                done += 1
                progress.live(f"unpacked {done} of {len(jobs)}")
        except SetupError:
            for job in jobs:
                job.cancel()
            raise
    # No file in a user's cache may run with another user's rights, even if root unpacked it.
    for folder, _, names in os.walk(target):
        for name in names:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                os.chmod(path, stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID))


def library_folder(tree: Path) -> Path:
    """The tree's folder of shared libraries (like `usr/lib/x86_64-linux-gnu`). Raises SetupError if there is none."""
    for candidate in sorted((tree / "usr" / "lib").glob("*-linux-gnu*")):
        if list(candidate.glob("libc.so.*")):
            return candidate
    raise SetupError(f"The unpacked tree {tree} holds no C library: run again to fetch it anew.")


def _adapt(tree: Path, final: Path, patchelf: Path) -> None:
    """Binds the programs to the tree's own loader and libraries, under the path that the tree will have.

    They stay ordinary executables: run by the loader, Godot takes that for itself and Play in the editor fails.
    """
    tool = str(patchelf)
    libraries = library_folder(tree)
    # A library's RUNPATH hides the program's rpath, and Debian's RUNPATHs name folders of an installed system.
    for library in sorted(libraries.glob("*.so*")):
        if not library.is_symlink() and library.is_file() and _has_runpath(tool, library):
            run_checked("Adapting " + library.name, [tool, "--remove-rpath", str(library)])
    _loosen_keyboard_compiler(tree / "usr" / "bin" / "Xvfb")
    for name in PROGRAMS:
        program = tree / "usr" / "bin" / name
        if not program.is_file():
            raise SetupError(f"The unpacked tree holds no {name}: run again to fetch it anew.")
        tie_to_libraries(program, tree, final, patchelf)


def tie_to_libraries(program: Path, tree: Path, final: Path, patchelf: Path) -> None:
    """Let a program use the loader and the libraries of `tree`, under the path `final` that the tree will have."""
    libraries = library_folder(tree)
    loaders = sorted(libraries.glob("ld-linux*.so.*"))
    if not loaders:
        raise SetupError(f"The unpacked tree {tree} holds no loader: run again to fetch it anew.")
    later = final / libraries.relative_to(tree)
    command = [str(patchelf), "--set-interpreter", str(later / loaders[0].name), "--force-rpath"]
    command += ["--set-rpath", f"{later}:{later / 'pulseaudio'}", str(program)]
    run_checked("Adapting " + program.name, command)


def _has_runpath(patchelf: str, library: Path) -> bool:
    with open(library, "rb") as handle:
        if handle.read(4) != b"\x7fELF":
            return False
    done = subprocess.run(
        [patchelf, "--print-rpath", str(library)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return bool(done.stdout.strip())


def _loosen_keyboard_compiler(xvfb: Path) -> None:
    """Lets Xvfb find its keyboard compiler on the PATH: its folder is a constant in the program, /usr/bin.

    An empty folder there makes it run the plain name; where the constant is not found as expected nothing is changed,
    and Xvfb needs an installed xkbcomp.
    """
    content = xvfb.read_bytes()
    constant = b"\0/usr/bin\0"
    if content.count(constant) == 1:
        xvfb.write_bytes(content.replace(constant, b"\0\0usr/bin\0"))


def plain_environment(engine: Engine, base: dict[str, str]) -> dict[str, str]:
    """`base` with paths that an unpacked engine needs on a bare machine: fonts, keyboards, locales."""
    environment = dict(base)
    if engine.tree is None:
        return environment
    for name, machine, ours in (
        ("FONTCONFIG_PATH", "/etc/fonts", "etc/fonts"),
        ("XKB_CONFIG_ROOT", "/usr/share/X11/xkb", "usr/share/X11/xkb"),
        ("XLOCALEDIR", "/usr/share/X11/locale", "usr/share/X11/locale"),
    ):
        if not os.path.isdir(machine):
            environment.setdefault(name, str(engine.tree / ours))
    return environment


def drawing_environment(engine: Engine, base: dict[str, str]) -> dict[str, str]:
    """`base` with the variables for opening a window; an engine outside the tree uses the machine's drivers.

    Without a graphics card, OpenGL is drawn by the processor.
    """
    environment = plain_environment(engine, base)
    if not has_graphics_card():
        environment.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
    if engine.tree is None:
        return environment
    libraries = library_folder(engine.tree)
    environment.setdefault("LIBGL_DRIVERS_PATH", str(libraries / "dri"))
    environment.setdefault("GBM_BACKENDS_PATH", str(libraries / "gbm"))
    environment.setdefault("__EGL_VENDOR_LIBRARY_DIRS", str(engine.tree / "usr/share/glvnd/egl_vendor.d"))
    return environment


def has_graphics_card() -> bool:
    """Whether the machine offers a device that OpenGL can draw with."""
    return bool(list(Path("/dev").glob("dri/renderD*")) or list(Path("/dev").glob("nvidia[0-9]*")))
