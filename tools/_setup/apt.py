"""Debian packages without root: a private apt state that uses the testing suite of the machine's own mirror.

Nothing here names a mirror: where packages come from is derived from the sources of the machine's own apt.
Signatures are verified by apt itself, with the machine's keys.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .console import Progress, SetupError, explain_failure, missing

DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PREREQUISITES = (("apt-get", "apt"), ("dpkg-deb", "dpkg"))
KNOWN_SUITES = frozenset(
    [
        "stable",
        "oldstable",
        "oldoldstable",
        "testing",
        "unstable",
        "sid",
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "duke",
    ]
)


@dataclass(frozen=True)
class Source:
    """One source of packages: its address, the suite it was configured for, and the key that signs it.

    `signed_by` is the text as apt takes it (a path, a fingerprint or a whole key block), or empty: apt's trusted keys.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""


def parse_one_line(text: str) -> list[Source]:
    """Reads the classic sources.list format (`deb [options] uri suite components`)."""
    found = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        match = re.match(r"deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$", line)
        if not match:
            continue
        options, uri, suite, components = match.groups()
        signed_by = ""
        for option in (options or "").split():
            name, _, value = option.partition("=")
            if name.lower() == "signed-by":
                signed_by = value.replace(",", " ")
        found.append(Source(uri, suite, tuple(components.split()), signed_by))
    return found


def parse_deb822(text: str) -> list[Source]:
    """Reads the newer .sources format: stanzas of `Field: value`, with continuation lines."""
    found: list[Source] = []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n[ \t]*\n", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in (" ", "\t"):
                if name:
                    fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").strip().lower() in ("no", "false", "0", "off", "without", "disable"):
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                found.append(Source(uri, suite, components, fields.get("signed-by", "")))
    return found


def debian_mirrors(sources: Sequence[Source], codename: str = "") -> list[Source]:
    """The configured sources that are mirrors of Debian itself, likeliest first, each address once.

    A mirror is a source of the component `main` for a suite of Debian (not -security, -updates or another project's).
    Ones signed by Debian's keyring or for this machine's own release (`codename`) come before mere look-alikes.
    """
    suites = KNOWN_SUITES | ({codename} if codename else frozenset())
    ranked = []
    for place, source in enumerate(sources):
        if source.suite not in suites or "main" not in source.components or source.uri.startswith("cdrom:"):
            continue
        likely = "debian-archive" in source.signed_by or (bool(codename) and source.suite == codename)
        ranked.append((0 if likely else 1, place, source))
    found: list[Source] = []
    for _, _, source in sorted(ranked, key=lambda entry: entry[:2]):
        if source.uri not in [other.uri for other in found]:
            found.append(source)
    return found


def source_stanza(source: Source, suite: str) -> str:
    """The text of a .sources file for another suite of this mirror, with the same key, for package lists alone.

    The suite's own `trusted=yes` and the like are not carried over: what we run must be signed.
    """
    lines = ["Types: deb", "URIs: " + source.uri, "Suites: " + suite, "Components: main", "Targets: Packages"]
    if source.signed_by:
        lines.append("Signed-By: " + source.signed_by)
    return "\n".join(lines) + "\n"


def read_machine_sources() -> list[Source]:
    """All sources that this machine's apt is configured with."""
    files = _apt_paths(("Dir::Etc::sourcelist/f", "Dir::Etc::sourceparts/d"))
    found = _parse_file(Path(files[0])) if files[0] else []
    parts = Path(files[1] or "/nonexistent")
    if parts.is_dir():
        for path in sorted(parts.iterdir()):
            found += _parse_file(path)
    return found


def _parse_file(path: Path) -> list[Source]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    if path.suffix == ".sources":
        return parse_deb822(text)
    return parse_one_line(text) if path.suffix == ".list" else []


def _apt_paths(names: Sequence[str]) -> list[str]:
    """Paths of the machine's apt configuration; an empty text for one that is not set."""
    command = ["apt-config", "shell"]
    for index, name in enumerate(names):
        command += [f"P{index}", name]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    values = dict(re.findall(r"^P(\d+)='(.*)'$", done.stdout.decode("utf-8", "replace"), re.MULTILINE))
    return [values.get(str(index), "") for index in range(len(names))]


def machine_codename() -> str:
    """Debian's code name of this machine's release, or empty."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    fields = dict(line.split("=", 1) for line in shlex.split(text) if "=" in line)
    return fields.get("VERSION_CODENAME", "") if fields.get("ID") == "debian" else ""


class PrivateApt:
    """An apt with its own sources, lists, archives and an empty list of installed packages, all inside `folder`.

    The machine's settings (proxy, certificates, sign-in) stay in force; its hooks, pins and lists do not.
    """

    def __init__(self, folder: Path, progress: Progress) -> None:
        absent = [(name, package) for name, package in PREREQUISITES if not shutil.which(name)]
        if absent:
            raise missing(absent, "Unpacking Debian's packages")
        self.folder = folder
        self.progress = progress
        self.archives = folder / "archives"
        self.architecture = ""

    def prepare(self, stanza: str) -> None:
        """Writes the private state for one source; what was downloaded before is kept, and checked again by apt."""
        for name in ("lists/partial", "archives/partial", "state", "cache", "empty"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").write_text("")
        (self.folder / "private.sources").write_text(stanza)
        self.architecture = (
            subprocess.run(
                ["dpkg", "--print-architecture"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
            )
            .stdout.decode()
            .strip()
        )
        lines = []
        parts, main = _apt_paths(("Dir::Etc::parts/d", "Dir::Etc::main/f"))
        given = os.environ.get("APT_CONFIG", "")
        for path in (parts, main, given):
            if path and os.path.exists(path):
                lines.append('#include "%s";' % (path.rstrip("/") + "/" if os.path.isdir(path) else path))
        for name in (
            "APT::Update::Pre-Invoke",
            "APT::Update::Post-Invoke",
            "APT::Update::Post-Invoke-Success",
            "DPkg::Pre-Invoke",
            "DPkg::Post-Invoke",
            "DPkg::Pre-Install-Pkgs",
            "APT::Default-Release",
            "APT::Architectures",
        ):
            lines.append(f"#clear {name};")
        here = str(self.folder)
        settings = {
            "Dir::Etc::parts": here + "/empty",
            "Dir::Etc::main": here + "/empty/none",
            "Dir::Etc::sourcelist": here + "/private.sources",
            "Dir::Etc::sourceparts": here + "/empty",
            "Dir::Etc::preferences": here + "/empty/none",
            "Dir::Etc::preferencesparts": here + "/empty",
            "Dir::State": here + "/state",
            "Dir::State::lists": here + "/lists",
            "Dir::State::status": here + "/status",
            "Dir::Cache": here + "/cache",
            "Dir::Cache::archives": here + "/archives",
            "Dir::Log": here + "/state",
            "APT::Architectures::": self.architecture,
            # With root, apt would switch to its own user, which cannot read the folders below ~.
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
            "APT::Update::Error-Mode": "any",
            "APT::Get::AllowUnauthenticated": "false",
            "Acquire::AllowInsecureRepositories": "false",
            "Acquire::Languages": "none",
            "Acquire::PDiffs": "false",
            "Acquire::Retries": "3",
        }
        for name, value in settings.items():
            lines.append(f'{name} "{value}";')
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        environment.update(APT_CONFIG=str(self.folder / "apt.conf"), LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
        environment.pop("LD_LIBRARY_PATH", None)
        return environment

    def _run(self, arguments: Sequence[str], what: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["apt-get", "-q", "-y", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment(),
            cwd=folder,
            check=False,
        )
        output = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0:
            raise AptError(what, output)
        return output

    def update(self) -> None:
        """Fetches the package list. Raises AptError."""
        self._run(["update"], "Fetching Debian's package list")

    def list_downloads(self, packages: Sequence[str]) -> list[tuple[str, int]]:
        """The archives, with sizes in bytes, of these packages and all they depend on. Raises AptError."""
        output = self._run(
            ["--print-uris", "--no-install-recommends", "install", *packages],
            "Working out what Debian's packages depend on",
        )
        return [(name, int(size)) for name, size in re.findall(r"^'[^']*' (\S+\.deb) (\d+)", output, re.MULTILINE)]

    def download(self, packages: Sequence[str]) -> tuple[list[Path], int]:
        """Downloads packages and dependencies; returns the archives and the bytes fetched now. Raises SetupError."""
        pending = self.list_downloads(packages)
        total = sum(size for _, size in pending)
        log = self.folder / "download.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["apt-get", "-q", "-y", "--no-install-recommends", "--download-only", "install", *packages],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environment(),
            )
            try:
                self._watch(process, total)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        if process.returncode != 0:
            raise AptError("Downloading Debian's packages", log.read_text(errors="replace"))
        self.list_downloads(packages)
        archives = sorted(self.archives.glob("*.deb"))
        if not archives:
            raise SetupError(f"Downloading Debian's packages left no archives in {self.archives}.")
        return archives, total

    def download_alone(self, packages: Sequence[str]) -> list[Path]:
        """Downloads packages without their dependencies; returns the archives. Raises AptError."""
        for left_over in self.archives.glob("*.deb"):
            left_over.unlink()
        self._run(["download", *packages], "Downloading from Debian", folder=self.archives)
        return sorted(self.archives.glob("*.deb"))

    def _watch(self, process: subprocess.Popen[bytes], total: int) -> None:
        """Shows the progress of a download: a changing line on a terminal, else a line every ten seconds."""
        started = _folder_size(self.archives)
        told = time.monotonic()
        while True:
            try:
                process.wait(0.3)
                return
            except subprocess.TimeoutExpired:
                pass
            text = f"downloaded {(_folder_size(self.archives) - started) / 1e6:.0f} of {total / 1e6:.0f} MB"
            self.progress.live(text)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                self.progress.say(text)


class AptError(SetupError):
    """apt-get failed; the text is one sentence for the user, `output` is that of apt."""

    def __init__(self, what: str, output: str) -> None:
        self.output = output
        super().__init__(self._explain(what, output))

    @staticmethod
    def _explain(what: str, output: str) -> str:
        errors = "\n".join(line for line in output.splitlines() if line[:2] in ("E:", "W:", "Er")) or output
        if "NO_PUBKEY" in output or "is not signed" in output or "signatures couldn't be verified" in output:
            return (
                what + " failed: its signature cannot be verified with this machine's keys. Renew them with\n"
                "    apt-get install debian-archive-keyring\nand run again. apt said:\n" + _indent(errors)
            )
        return explain_failure(what, errors)


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.strip().splitlines()[-12:])


def _folder_size(folder: Path) -> int:
    total = 0
    for where in (folder, folder / "partial"):
        try:
            for entry in os.scandir(where):
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def open_testing(folder: Path, packages: Sequence[str], progress: Progress) -> PrivateApt:
    """A private apt that offers the engine's packages, of Debian's testing suite or else of unstable."""
    return open_suite(folder, packages, ("testing", "unstable"), progress)


def open_suite(folder: Path, packages: Sequence[str], suites: Sequence[str], progress: Progress) -> PrivateApt:
    """A private apt that offers `packages`: of the first of these suites that the first mirror that answers has.

    Raises SetupError: no mirror configured, none answers, or no suite has the packages.
    """
    apt = PrivateApt(folder, progress)
    mirrors = debian_mirrors(read_machine_sources(), machine_codename())
    if not mirrors:
        raise SetupError(
            "This machine's apt is not configured with a mirror of Debian, so Debian's packages cannot be fetched.\n"
            "The engine you can install yourself, Godot 4.6 or newer, and name: GODOT=/path/to/godot"
        )
    failure: SetupError | None = None
    for mirror in mirrors:
        keys = [mirror]
        if DEBIAN_KEYRING.exists() and mirror.signed_by != str(DEBIAN_KEYRING):
            # A source may be bound to its release's key; the machine's Debian keyring has the next release's key too.
            keys.append(Source(mirror.uri, mirror.suite, mirror.components, str(DEBIAN_KEYRING)))
        for source in keys:
            for suite in suites:
                try:
                    apt.prepare(source_stanza(source, suite))
                    apt.update()
                    apt.list_downloads(packages)
                    return apt
                except AptError as error:
                    failure = failure or error
                except OSError as error:
                    raise SetupError(explain_failure("Preparing the download", str(error))) from error
    assert failure is not None
    raise failure
