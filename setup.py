"""What pyproject.toml cannot say: the compiled modules are every `native.pyx` of the package, whatever room it is in.

A machine without a C compiler still installs: the same in Python stands in for each of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import Extension, setup

PACKAGES = Path("python")
# Contracted multiplications and additions would round otherwise than Python's.
FLAGS = [] if sys.platform == "win32" else ["-O2", "-g0", "-fvisibility=hidden", "-ffp-contract=off"]


def extension(source: Path) -> Extension:
    """Return the extension of one `native.pyx`, built again when a file changes that it may include."""
    parts = sorted(path.as_posix() for ending in ("pxi", "pxd") for path in PACKAGES.rglob(f"*.{ending}"))
    name = ".".join(source.relative_to(PACKAGES).with_suffix("").parts)
    return Extension(name, [source.as_posix()], depends=parts, extra_compile_args=FLAGS, optional=True)


setup(ext_modules=[extension(source) for source in sorted(PACKAGES.rglob("native.pyx"))])
