"""Results as JUnit XML, for CI services."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as Xml

from sexp_runtime.files import write_whole
from sexp_runtime.testing.run import Result

#: Characters that XML 1.0 does not allow.
_REFUSED: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(path: Path, results: Sequence[Result]) -> None:
    """Write results to a file; raises OSError if it cannot."""
    suite = Xml.Element(
        "testsuite", name="sexp test", tests=str(len(results)),
        failures=str(sum(one.outcome == "failed" for one in results)),
        errors=str(sum(one.outcome == "error" for one in results)),
        time=f"{sum(one.seconds for one in results):.3f}",
    )  # fmt: skip
    for one in results:
        case = Xml.SubElement(
            suite, "testcase", classname=_text(one.file.as_posix()), name=_text(one.title), time=f"{one.seconds:.3f}"
        )
        if one.outcome != "passed":
            tag = "failure" if one.outcome == "failed" else "error"
            first = one.text.partition("\n")[0]
            Xml.SubElement(case, tag, message=_text(first)).text = _text(one.text)
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.indent(root)
    write_whole(path, Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _text(text: str) -> str:
    return _REFUSED.sub("?", text)
