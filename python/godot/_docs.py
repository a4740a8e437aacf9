"""Writes the editor's help pages of exposed classes from their docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _api, _core

if TYPE_CHECKING:
    from ._types import TypeOf

NIL, OBJECT, VARIANT = 0, 24, 64
STATIC, VARARG = 32, 16
_waiting: list[bytes] = []  # pages made before the editor has started
_in_editor = False


def escape(text: str) -> str:
    """Text for XML. (The library's own escape would import an HTTP client.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoteattr(text: str) -> str:
    """Text for XML, as an attribute's value with its quotes."""
    return '"' + escape(text).replace('"', "&quot;").replace("\n", "&#10;") + '"'


def clean(doc: str | None) -> str:
    """A docstring without the indentation of its source."""
    lines = (doc or "").expandtabs().splitlines()
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    return "\n".join([line.strip() for line in lines[:1]] + [line[margin:].rstrip() for line in lines[1:]]).strip()


def type_text(of: TypeOf) -> str:
    """The name of a type in the editor's help."""
    if of.code == NIL:
        return "void"
    if of.code == OBJECT:
        return of.class_name or "Object"
    names: dict[int, str] = {code: name for name, code in _api.header["types"].items()}
    return names.get(of.code, "Variant")


class Page:
    """The help page of one class."""

    def __init__(self, name: str, inherits: str, text: str) -> None:
        self.name, self.inherits, self.text = name, inherits, text
        self.parts: dict[str, list[str]] = {"methods": [], "members": [], "signals": [], "constants": []}

    def method(
        self, name: str, arguments: list[tuple[str, TypeOf]], result: TypeOf, doc: str, flags: int, defaults: list[Any]
    ) -> None:
        qualifiers = " ".join(word for bit, word in ((STATIC, "static"), (VARARG, "vararg")) if flags & bit)
        first = len(arguments) - len(defaults)
        texts = [None if index < first else _literal(defaults[index - first]) for index in range(len(arguments))]
        self.parts["methods"].append(
            f"<method name={quoteattr(name)}{f' qualifiers={quoteattr(qualifiers)}' if qualifiers else ''}>"
            f"<return type={quoteattr(type_text(result))} />{_parameters(arguments, texts)}"
            f"<description>{escape(doc)}</description></method>"
        )

    def member(self, name: str, of: TypeOf, getter: str, setter: str, doc: str) -> None:
        self.parts["members"].append(
            f"<member name={quoteattr(name)} type={quoteattr(type_text(of))} "
            f"setter={quoteattr(setter)} getter={quoteattr(getter)}>{escape(doc)}</member>"
        )

    def signal(self, name: str, arguments: list[tuple[str, TypeOf]], doc: str) -> None:
        self.parts["signals"].append(
            f"<signal name={quoteattr(name)}>{_parameters(arguments, [None] * len(arguments))}"
            f"<description>{escape(doc)}</description></signal>"
        )

    def constant(self, name: str, value: int, group: str) -> None:
        of = f" enum={quoteattr(group)}" if group else ""
        self.parts["constants"].append(f'<constant name={quoteattr(name)} value="{value}"{of}></constant>')

    def xml(self) -> bytes:
        """The whole page in the engine's format."""
        brief, _, rest = self.text.partition("\n\n")
        sections = "".join(f"<{title}>{''.join(items)}</{title}>" for title, items in self.parts.items() if items)
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>'
            f"<class name={quoteattr(self.name)} inherits={quoteattr(self.inherits)}>"
            f"<brief_description>{escape(brief)}</brief_description><description>{escape(rest or brief)}</description>"
            f"<tutorials></tutorials>{sections}</class>"
        ).encode()

    def publish(self) -> None:
        """Pass the page to the editor, at once or when the editor has started."""
        if _in_editor:
            _core.load_documentation(self.xml())
        elif not _api.started:
            _waiting.append(self.xml())


def enter_editor() -> None:
    """Pass the pages made so far to the editor, and later ones at once."""
    global _in_editor
    _in_editor = True
    for xml in _waiting:
        _core.load_documentation(xml)
    _waiting.clear()


def _parameters(arguments: list[tuple[str, TypeOf]], defaults: list[str | None]) -> str:
    return "".join(
        f'<param index="{index}" name={quoteattr(name)} type={quoteattr(type_text(of))}'
        f"{'' if default is None else f' default={quoteattr(default)}'} />"
        for index, ((name, of), default) in enumerate(zip(arguments, defaults, strict=True))
    )


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
