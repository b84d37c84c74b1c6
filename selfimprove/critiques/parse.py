"""Whether code is what it says it is: Python, JSON, TOML, XML."""

import ast
import re
import textwrap
import tomllib
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType

import orjson

LONGEST_XML = 20_000  # patterns for comments would take the square of what is never closed
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")
_NO_TAG = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[!?][^>]*>", re.DOTALL)
# Where the body of a definition is only a comment, it is left to the reader.
_LEFT_OUT = re.compile(r"(:[ \t]*(?:#.*)?\n(?:[ \t]*\n)*[ \t]+)#.*")
_DIFF = re.compile(r"^(?:@@ |diff --git |\+\+\+ |--- \S)|\A(?=[\s\S]*^\+)(?=[\s\S]*^-)", re.MULTILINE)


def is_json(text: str) -> bool:
    """Whether it is an object or a list."""
    try:
        return isinstance(orjson.loads(text.strip()), dict | list)
    except orjson.JSONDecodeError:
        return False


def is_json_lines(text: str) -> bool:
    """Whether each line is a JSON object or list."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(is_json(line) for line in lines)


def is_json_value(text: str) -> bool:
    """Whether it is any JSON, a bare number too, or a value a line."""
    try:
        orjson.loads(text.strip())
    except orjson.JSONDecodeError:
        return is_json_lines(text)
    return True


def is_toml(text: str) -> bool:
    """Whether it parses."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def is_balanced(text: str) -> bool:
    """Whether every element of an XML document or a piece of one is closed; entities are never expanded."""
    if len(text) > LONGEST_XML:
        return True
    open_: list[str] = []
    for closes, name, empty in _TAG.findall(_NO_TAG.sub("", text)):
        if closes and (not open_ or open_.pop() != name):
            return False
        if not closes and not empty:
            open_.append(name)
    return not open_


def is_python(text: str) -> bool:
    """Whether it parses or is a diff; notebook commands and interpreter sessions are read as what they show."""
    lines = textwrap.dedent(text).splitlines()
    if any(line.startswith(">>>") for line in lines):
        lines = [line[4:] for line in lines if line.startswith((">>>", "..."))]
    source = "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)
    return _parses(source) or _parses(_LEFT_OUT.sub(r"\1pass", source)) or bool(_DIFF.search(text))


def _parses(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (RecursionError, MemoryError):
            return True  # too deep to say
        except (SyntaxError, ValueError):
            return False
    return True


PARSERS: Mapping[str, tuple[str, Callable[[str], bool]]] = MappingProxyType({
    "python": ("Python", is_python), "py": ("Python", is_python), "python3": ("Python", is_python),
    "json": ("JSON", is_json_value), "toml": ("TOML", is_toml),
    "xml": ("XML", is_balanced), "svg": ("XML", is_balanced),
})  # fmt: skip
