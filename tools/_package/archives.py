"""Archives whose bytes depend only on names and contents: sorted, with one time and no owner."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

#: The file with the digests of the others.
CHECKSUMS = "SHA256SUMS"


def write_zip(target: Path, files: Mapping[str, bytes | Path], moment: int, level: int = 9) -> None:
    """Write a zip of these files by name; a path is read. `moment` is the time of all of them, level 0 only stores."""
    date = time.gmtime(moment)[:6]
    method = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", method, compresslevel=level or None) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = 3  # Unix, on any system
            entry.external_attr = 0o100644 << 16
            entry.compress_type = method
            content = files[name]
            data = content if isinstance(content, bytes) else content.read_bytes()
            archive.writestr(entry, data, method, level or None)


def normalise_tar(path: Path, moment: int) -> None:
    """Rewrite a .tar.gz: sorted, with one time and no owner."""
    with tarfile.open(path, "r:gz") as archive:
        entries = {}
        for member in archive.getmembers():
            if member.isfile():
                content = archive.extractfile(member)
                assert content is not None
                entries[member.name] = (member.mode, content.read())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(entries):
            mode, data = entries[name]
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), moment
            member.mode = 0o755 if mode & 0o100 else 0o644
            archive.addfile(member, io.BytesIO(data))
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=moment) as out:
        out.write(packed.getvalue())


def write_checksums(folder: Path) -> Path:
    """Write SHA256SUMS, one line a file as `sha256sum --check` reads it."""
    target = folder / CHECKSUMS
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path != target
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target
