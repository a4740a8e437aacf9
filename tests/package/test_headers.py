"""The headers that releases are compiled against give the same code as those of an installed Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from _package import linux_python, zig
from _package.command import PYTHONS
from _setup.console import Progress
from _setup.environments import cached_environment
from _setup.python_env import asked_interpreter

from support.releases import python_of

pytestmark = pytest.mark.slow
#: What headers define as code, and what they choose by `pyconfig.h`.
CODE = r"""
#include <Python.h>
#include <structmember.h>
PyObject *use(PyObject *a, PyObject *tuple, PyObject *list, PyObject *text, Py_ssize_t at) {
    Py_INCREF(a);
    PyList_SET_ITEM(list, at, a);
    PyObject *first = PyTuple_GET_ITEM(tuple, 0);
    if (PyFloat_CheckExact(first) && PyFloat_AS_DOUBLE(first) > Py_SIZE(list)) Py_DECREF(first);
    if (PyLong_Check(a) || PyUnicode_READ_CHAR(text, at) > 127) return Py_NewRef(Py_None);
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    Py_CLEAR(first);
    return PyObject_CallNoArgs((PyObject *)Py_TYPE(a));
}
size_t sizes[] = {
    sizeof(PyTypeObject), sizeof(PyASCIIObject), sizeof(PyThreadState), sizeof(PyConfig), sizeof(PyPreConfig),
    sizeof(Py_hash_t), sizeof(wchar_t), SIZEOF_VOID_P, SIZEOF_LONG, SIZEOF_SIZE_T,
    offsetof(PyTypeObject, tp_vectorcall),
};
"""


@pytest.mark.parametrize("version", PYTHONS)
def test_the_code_is_the_same(version: str, tmp_path: Path) -> None:
    interpreter = python_of(version)
    tool = str(cached_environment(Progress(quiet=True), asked_interpreter(), "package"))
    ask = "import sysconfig; print(sysconfig.get_path('include'))"
    installed = subprocess.run([interpreter.executable, "-I", "-c", ask], capture_output=True, text=True, check=True)
    script = "import sys; sys.path.insert(0, sys.argv[1]); from _package import linux_python; "
    script += "from _setup.console import Progress; "
    script += "print(linux_python.development_files(Progress(), sys.argv[2]).include)"
    tools = str(Path(linux_python.__file__).parents[1])
    ours = subprocess.run([tool, "-c", script, tools, version], capture_output=True, text=True, check=True)
    source = tmp_path / "code.c"
    source.write_text(CODE, encoding="utf-8")
    found = []
    for folder in (installed.stdout.strip(), ours.stdout.strip()):
        output = tmp_path / "code.o"
        command = [tool, "-m", "ziglang", "cc", "-target", zig.LINUX.zig, *zig.FLAGS, *zig.LINUX.flags, "-c"]
        # Debian's pyconfig.h includes another by its place in /usr/include.
        command += ["-I", folder, "-idirafter", "/usr/include", str(source), "-o", str(output)]
        zig.run("Compiling", command, zig.environment(0))
        found.append(output.read_bytes())
    assert len(found[0]) > 500
    assert found[0] == found[1]
