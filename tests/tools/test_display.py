"""The virtual screen: pictures of it, and the engine really drawing on it."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from _setup import display, engine
from _setup.console import SetupError


def dump(width: int, height: int, pixels: bytes, byte_order: int = 0, bits: int = 32, padding: int = 0) -> bytes:
    header = [104, 7, 2, 24, width, height, 0, byte_order, 32, 0, 32, bits, width * 4 + padding, 4, 0, 0, 0, 8, 0, 1]
    header += [0] * (25 - len(header))
    return struct.pack(">25I", *header) + b"name" + b"c" * 12 + pixels


def png_pixels(png: bytes) -> tuple[int, int, bytes]:
    """Reads a PNG back: its width, height and the rows of red, green, blue, checking every chunk's checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, width, height, packed = 8, 0, 0, b""
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        name, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", png[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(name + body)
        if name == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        elif name == b"IDAT":
            packed += body
        place += 12 + length
    rows = zlib.decompress(packed)
    return width, height, b"".join(rows[y * (width * 3 + 1) + 1 : (y + 1) * (width * 3 + 1)] for y in range(height))


@pytest.mark.parametrize("padding", [0, 8])
@pytest.mark.parametrize("byte_order", [0, 1])
def test_colours_and_rows_come_out_right(byte_order: int, padding: int) -> None:
    rgb = [[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (1, 2, 3)]]
    raw = b""
    for row in rgb:
        for red, green, blue in row:
            raw += bytes([blue, green, red, 0] if byte_order == 0 else [0, red, green, blue])
        raw += b"p" * padding
    found = png_pixels(display.png_from_xwd(dump(2, 2, raw, byte_order, padding=padding)))
    assert found == (2, 2, bytes(value for row in rgb for colour in row for value in colour))


@pytest.mark.parametrize("bad", [b"", b"x" * 200, dump(2, 2, b"", bits=16), dump(2, 2, b"\0" * 8)])
def test_what_is_no_dump_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="window dump"):
        display.png_from_xwd(bad)


SCRIPT = """extends Node2D
func _ready():
	RenderingServer.set_default_clear_color(Color8(10, 200, 30))
"""
SCENE = """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[node name="Main" type="Node2D"]
script = ExtResource("1")
"""


@pytest.mark.engine
def test_the_engine_draws_on_the_virtual_screen(tmp_path: Path) -> None:
    import subprocess

    found = engine.find_engine()
    if found is None:
        pytest.skip("no engine is set up: run tools/godot --version once")
    (tmp_path / "project.godot").write_text('config_version=5\n[application]\nrun/main_scene="res://main.tscn"\n')
    (tmp_path / "main.gd").write_text(SCRIPT)
    (tmp_path / "main.tscn").write_text(SCENE)
    try:
        screen_context = display.with_display(found, "320x200")
        with screen_context as screen:
            command = [str(found.executable), "--path", str(tmp_path), "--rendering-driver", "opengl3"]
            command += ["--audio-driver", "Dummy", "--resolution", "320x200", "--position", "0,0"]
            environment = dict(screen.environment, HOME=str(tmp_path))
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                picture = tmp_path / "picture.png"
                for _ in range(100):
                    assert process.poll() is None, process.communicate()[0].decode()
                    screen.screenshot(picture)
                    width, height, pixels = png_pixels(picture.read_bytes())
                    # Not in the middle: the mouse pointer waits there, and the engine may show it.
                    spot = (height // 4 * width + width // 4) * 3
                    if pixels[spot : spot + 3] == bytes([10, 200, 30]):
                        break
                    try:
                        process.wait(0.2)
                    except subprocess.TimeoutExpired:
                        continue
                else:
                    pytest.fail("the window's colour never showed on the screen")
            finally:
                process.terminate()
                process.communicate()
            assert (width, height) == (320, 200)
            number = screen.display
    except SetupError as problem:
        if found.tree is None:
            pytest.skip(str(problem))
        raise
    assert not os.path.exists("/tmp/.X11-unix/X" + number[1:])
