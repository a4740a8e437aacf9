"""A virtual screen: Xvfb, the machine's or the unpacked one, and pictures of its content."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .console import SetupError, missing
from .engine import Engine, drawing_environment


@dataclass(frozen=True)
class Screen:
    """A running virtual screen: DISPLAY (like `:1`), the environment for programs on it, the file of its pixels."""

    display: str
    environment: dict[str, str]
    framebuffer: Path

    def screenshot(self, target: Path) -> None:
        """Writes the screen's current content as a PNG."""
        target.write_bytes(png_from_xwd(self.framebuffer.read_bytes()))


def _server(engine: Engine | None) -> list[str]:
    """The command that starts Xvfb. Raises SetupError if there is none."""
    installed = shutil.which("Xvfb")
    if installed and shutil.which("xkbcomp"):
        return [installed]
    if engine is not None and engine.tree is not None:
        return [str(engine.tree / "usr/bin/Xvfb"), "-xkbdir", str(engine.tree / "usr/share/X11/xkb")]
    raise missing([("Xvfb", "xvfb")], "A screen to draw on")


@contextlib.contextmanager
def with_display(engine: Engine | None, size: str = "1280x720", timeout: float = 30.0) -> Iterator[Screen]:
    """Runs Xvfb on a free display during a `with` block; yields the Screen.

    `size` is WIDTHxHEIGHT in pixels; `timeout` in seconds until it is ready. Raises SetupError if it does not start.
    """
    command = _server(engine)
    environment = dict(os.environ)
    if engine is not None:
        environment = drawing_environment(engine, environment)
        if engine.tree is not None:
            environment_of_server = dict(
                environment, PATH=str(engine.tree / "usr/bin") + os.pathsep + environment.get("PATH", "")
            )
        else:
            environment_of_server = environment
    else:
        environment_of_server = environment
    with tempfile.TemporaryDirectory(prefix="sexp-screen-") as folder:
        reader, writer = os.pipe()
        log = os.path.join(folder, "log")
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [
                    *command,
                    "-displayfd",
                    str(writer),
                    "-screen",
                    "0",
                    size + "x24",
                    "-fbdir",
                    folder,
                    "-nolisten",
                    "tcp",
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment_of_server,
                pass_fds=(writer,),
            )
        try:
            os.close(writer)
            ready = select.select([reader], [], [], timeout)[0]
            number = os.read(reader, 32).decode().strip() if ready else ""
            if not number:
                said = Path(log).read_text(errors="replace").strip()[-800:]
                raise SetupError("Xvfb did not start: " + (said or "it said nothing"))
            environment["DISPLAY"] = ":" + number
            environment.pop("WAYLAND_DISPLAY", None)
            yield Screen(":" + number, environment, Path(folder) / "Xvfb_screen0")
        finally:
            os.close(reader)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def png_from_xwd(dump: bytes) -> bytes:
    """Turns an X window dump of 32 bits a pixel (Xvfb keeps one in its -fbdir) into a PNG. Raises ValueError."""
    if len(dump) < 100:
        raise ValueError("not an X window dump: too short")
    header = struct.unpack(">25I", dump[:100])
    header_size, version, image_format = header[0], header[1], header[2]
    width, height, byte_order = header[4], header[5], header[7]
    bits, row_bytes, colours = header[11], header[12], header[19]
    if version != 7 or image_format != 2 or bits != 32:
        raise ValueError("not an X window dump of 32 bits a pixel")
    start = header_size + colours * 12
    rows = []
    blue, green, red = (0, 1, 2) if byte_order == 0 else (3, 2, 1)
    for line in range(height):
        raw = dump[start + line * row_bytes : start + line * row_bytes + width * 4]
        if len(raw) != width * 4:
            raise ValueError("the X window dump is cut short")
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = raw[red::4], raw[green::4], raw[blue::4]
        rows.append(b"\0" + bytes(row))

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"".join(rows), 6))
        + chunk(b"IEND", b"")
    )
