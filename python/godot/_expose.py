"""Registers Python classes in the engine: the decorator `expose`, and `signal` and `export` for class bodies."""

from __future__ import annotations

import builtins
import enum
import types
from collections.abc import Callable
from typing import Any, TypeVar, overload

from . import _api, _core, _docs, _types

T = TypeVar("T", bound=type)

FLAG_NORMAL, FLAG_CONST, FLAG_VARARG, FLAG_STATIC = 1, 4, 16, 32
HINT_RANGE, HINT_ENUM, HINT_RESOURCE, HINT_NODE = 1, 2, 17, 34
CODE_VARARGS = 4
USAGE_READ_ONLY = 1 << 28

_records: dict[str, Any] = {}


class SignalDeclaration:
    """The placeholder that `signal` returns until the class is exposed."""

    def __init__(self, arguments: list[tuple[str, Any]], doc: str) -> None:
        self.arguments, self.doc = arguments, doc


def signal(*names: str, doc: str = "", **typed: Any) -> Any:
    """Declare a signal in the body of an exposed class.

    `died = godot.signal()`, `hit = godot.signal("amount", "source")`, `moved = godot.signal(to=godot.Vector3)`.
    """
    return SignalDeclaration([*((name, object) for name in names), *typed.items()], doc)


_MISSING: Any = object()


class ExportDeclaration:
    """The placeholder that `export` returns until the class is exposed."""

    def __init__(self, default: Any, of: Any, hint: int, hint_text: str, doc: str) -> None:
        self.default, self.of, self.hint, self.hint_text, self.doc = default, of, hint, hint_text, doc

    def __call__(self, value: Any) -> ExportedProperty:
        """Use the declaration as a decorator of a property."""
        if not isinstance(value, property):
            raise TypeError("export decorates a property: write @export(int) above @property")
        return ExportedProperty(value.fget, value.fset, value.fdel, value.__doc__, declared=self)


class ExportedProperty(property):
    """A property with the type and the hint of an `export` above it."""

    def __init__(self, *functions: Any, declared: ExportDeclaration) -> None:
        super().__init__(*functions)
        self.declared = declared

    def setter(self, function: Any) -> ExportedProperty:
        """Return the property with a setter."""
        return ExportedProperty(self.fget, function, self.fdel, self.__doc__, declared=self.declared)


def export(
    *given: Any, type: Any = None, default: Any = _MISSING, range: str = "", hint: int = 0, hint_string: str = "",
    doc: str = "",
) -> Any:  # fmt: skip
    """Declare a property in the body of an exposed class: `speed: float = godot.export(2.5, range="0,10,0.1")`.

    The type comes from `type`, else the annotation, else the default value. `hint` is a godot.PROPERTY_HINT_*.
    The form of godot-python works, too: `export(int, default=5)`, `export(float, 2.5)`, and `@export(int)` above
    `@property`; a type without a default begins with the type's empty value.
    """
    values = list(given)
    if values and type is None and isinstance(values[0], builtins.type):
        type = values.pop(0)
    if len(values) > 1 or (values and default is not _MISSING):
        raise TypeError("export takes a type and one default value")
    value = values[0] if values else default
    if value is _MISSING:
        value = _empty(type)
    return ExportDeclaration(value, type, HINT_RANGE if range else hint, range or hint_string, doc)


def _empty(of: Any) -> Any:
    """Return the empty value of a type, as 0, "" or a Vector2 of zeros; None for engine classes and for no type."""
    simple = (bool, int, float, str, list, dict, bytes, _core.Value)
    return of() if isinstance(of, builtins.type) and issubclass(of, simple) else None


class MutableDefault:
    """A mutable default, copied for each instance when it is first read."""

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self.value
        own = self.value.copy()
        setattr(instance, self.name, own)
        return own


@overload
def expose(cls: T) -> T: ...
@overload
def expose(cls: None = None, *, tool: bool = ..., icon: str = ..., abstract: bool = ...) -> Callable[[T], T]: ...
def expose(cls: Any = None, *, tool: bool = False, icon: str = "", abstract: bool = False) -> Any:
    """Register a class that derives from an engine class in the engine, under its own name.

    Its public methods, `export`s, `signal`s, annotated properties, int constants and IntEnums can then be used from
    GDScript and the editor, and its docstrings are the editor's help. Virtual methods (`_ready`, `_process`...) are
    called by the engine. With `tool`, instances also live in the editor; otherwise the editor only shows them.
    TypeError if the class cannot be exposed. Exposing a class of the same name again replaces it.
    """
    if cls is None:
        return lambda later: _expose(later, tool, icon, abstract)
    return _expose(cls, tool, icon, abstract)


#: The name of `expose` in godot-python.
exposed = expose


def _expose(cls: Any, tool: bool, icon: str, abstract: bool) -> Any:
    if not (isinstance(cls, type) and issubclass(cls, _core.Object)):
        raise TypeError(f"{getattr(cls, '__name__', cls)} must derive from an engine class, such as godot.Node")
    name = cls.__name__
    if name in _api.header["classes"]:
        raise TypeError(f"the engine has a class {name} of its own: choose another name")
    bases: list[Any] = [base for base in cls.__mro__[1:] if base.__dict__.get("_godot_class") is not None]
    parent = bases[0]._godot_class
    native = next(base for base in bases if base.__name__ in _api.header["classes"])._godot_class
    mixins = cls.__mro__[: cls.__mro__.index(bases[0])][::-1]
    info = _core.ClassInfo(name, native.name, native.refcounted, not abstract, cls)
    cls._godot_class = info
    record = _records.get(name)
    if record is None:
        _warn_if_late(name)
        record = _core.register_class(cls, info, parent.name, tool, icon, abstract)
        _records[name] = record
    else:
        _core.replace_class(record, cls, info)
    _api.exposed[name] = cls
    page = _docs.Page(name, parent.name, _docs.clean(cls.__doc__) if "__doc__" in cls.__dict__ else "")
    members = {key: value for base in mixins for key, value in list(vars(base).items())}
    for key, value in members.items():
        if not key.startswith("_"):
            _register_member(cls, record, key, value, page)
    page.publish()
    return cls


def _warn_if_late(name: str) -> None:
    """The engine counts classes that come after its start among the editor's own, and games cannot make those."""
    if _api.started and not _api.lookup("Engine").is_editor_hint():
        _api.lookup("push_warning")(
            f"{name} is exposed after the engine's start, so that only Python and PythonHost.create can make it: "
            "name its module in the project setting python/modules"
        )


def _register_member(cls: Any, record: Any, name: str, value: Any, page: _docs.Page) -> None:
    if isinstance(value, SignalDeclaration):
        _register_signal(cls, record, name, value, page)
    elif isinstance(value, ExportDeclaration):
        _register_export(cls, record, name, value, page)
    elif isinstance(value, property):
        _register_property(cls, record, name, value, page)
    elif isinstance(value, staticmethod):
        _register_method(cls, record, name, value.__func__, FLAG_STATIC, page)
    elif isinstance(value, types.FunctionType):
        _register_method(cls, record, name, value, FLAG_NORMAL, page)
    elif isinstance(value, type) and issubclass(value, enum.IntEnum):
        for item in value:
            _register_constant(record, name, item.name, int(item), isinstance(value, enum.IntFlag), page)
    elif isinstance(value, int) and not isinstance(value, bool) and name.isupper():
        _register_constant(record, "", name, value, False, page)


def _register_constant(record: Any, group: str, name: str, value: int, bitfield: bool, page: _docs.Page) -> None:
    if name not in record.registered:
        record.registered.add(name)
        _core.register_constant(record, group, name, value, bitfield)
    page.constant(name, value, group)


def _register_signal(cls: Any, record: Any, name: str, declared: SignalDeclaration, page: _docs.Page) -> None:
    arguments = [(key, _types.type_of(_types.resolve(of, cls, cls))) for key, of in declared.arguments]
    setattr(cls, name, _core.SignalMember(name))
    if name not in record.registered:
        _core.register_signal(record, name, [_types.describe(of, key) for key, of in arguments])
    page.signal(name, arguments, declared.doc)


def _register_export(cls: Any, record: Any, name: str, declared: ExportDeclaration, page: _docs.Page) -> None:
    annotation = declared.of
    if annotation is None:
        annotation = next((base.__annotations__[name] for base in cls.__mro__ if name in _own_annotations(base)), None)
    if annotation is None:
        annotation = type(declared.default) if declared.default is not None else object
    annotation = _types.resolve(annotation, cls, cls)
    of = _types.type_of(annotation)
    hint = (declared.hint, declared.hint_text) if declared.hint else _hint(annotation, of)
    default = declared.default
    setattr(cls, name, MutableDefault(name, default) if isinstance(default, list | dict | bytearray) else default)
    _register_accessors(cls, record, name, of, True, hint, page, declared.doc)


def _hint(annotation: Any, of: _types.TypeOf) -> tuple[int, str]:
    """The inspector's hint for a type: the names of an IntEnum, resources or nodes of a class."""
    if isinstance(annotation, type) and issubclass(annotation, enum.IntEnum):
        return HINT_ENUM, ",".join(f"{item.name.capitalize().replace('_', ' ')}:{int(item)}" for item in annotation)
    if of.check is not None and issubclass(of.check, _api.find_class("Resource")):
        return HINT_RESOURCE, of.class_name
    if of.check is not None and issubclass(of.check, _api.find_class("Node")):
        return HINT_NODE, of.class_name
    return 0, ""


def _own_annotations(base: type) -> dict[str, Any]:
    found: dict[str, Any] = vars(base).get("__annotations__", {})
    return found


def _register_property(cls: Any, record: Any, name: str, value: property, page: _docs.Page) -> None:
    declared = value.declared if isinstance(value, ExportedProperty) else None
    annotation = getattr(value.fget, "__annotations__", {}).get("return", object)
    if declared is not None and declared.of is not None:
        annotation = declared.of
    of = _types.type_of(_types.resolve(annotation, value.fget, cls))
    doc = _docs.clean(value.fget.__doc__) if value.fget else ""
    hint = (declared.hint, declared.hint_text) if declared is not None else (0, "")
    _register_accessors(cls, record, name, of, value.fset is not None, hint, page, doc)


def _register_accessors(
    cls: Any,
    record: Any,
    name: str,
    of: _types.TypeOf,
    writable: bool,
    hint: tuple[int, str],
    page: _docs.Page,
    doc: str,
) -> None:
    getter, setter = f"get_{name}", f"set_{name}" if writable else ""
    if not hasattr(cls, getter):
        setattr(cls, getter, lambda self: getattr(self, name))
    if setter and not hasattr(cls, setter):
        setattr(cls, setter, lambda self, value: setattr(self, name, value))
    page.member(name, of, getter, setter, doc)
    if "property:" + name in record.registered:
        return
    if getter not in record.registered:
        _core.register_method(record, getter, None, _types.describe(of, ""), [], (), (), FLAG_NORMAL)
    if setter and setter not in record.registered:
        _core.register_method(record, setter, None, None, [_types.describe(of, "value")], (of.check,), (), FLAG_NORMAL)
    usage = _types.USAGE_DEFAULT if writable else (4 | USAGE_READ_ONLY)
    _core.register_property(record, _types.describe(of, name, hint[0], hint[1], usage), getter, setter)
    record.registered.add("property:" + name)


def _register_method(cls: Any, record: Any, name: str, function: Any, flags: int, page: _docs.Page) -> None:
    code = function.__code__
    names = code.co_varnames[0 if flags & FLAG_STATIC else 1 : code.co_argcount]
    if code.co_flags & CODE_VARARGS:
        flags |= FLAG_VARARG
    hints = function.__annotations__
    arguments = [(key, _types.type_of(_types.resolve(hints.get(key, object), function, cls))) for key in names]
    given = function.__defaults__ or ()
    defaults = [_plain(value) for value in given[max(0, len(given) - len(names)) :]]
    result = _types.type_of(_types.resolve(hints.get("return", object), function, cls))
    page.method(name, arguments, result, _docs.clean(function.__doc__), flags, defaults)
    if name in record.registered:
        return
    _core.register_method(
        record,
        name,
        function,
        None if result.code == _types.NIL else _types.describe(result, ""),
        [_types.describe(of, key) for key, of in arguments],
        tuple(of.check for _, of in arguments),
        tuple(defaults),
        flags,
    )


def _plain(value: Any) -> Any:
    """A default for the editor; a value that the engine cannot represent is shown as null."""
    simple = (bool, int, float, str, list, dict, tuple, bytes, _core.Value)
    return value if value is None or isinstance(value, simple) else None


def unregister_all() -> None:
    """Unregister all classes from the engine, derived ones first."""
    for record in reversed(_records.values()):
        _core.unregister_class(record)
    _records.clear()
