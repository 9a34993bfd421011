"""Docstrings of the three customs (Google, NumPy, Sphinx) taken apart: the text before the sections, and parameters."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

_PARAMETERS = frozenset(
    {"args", "arguments", "parameters", "params", "keyword args", "keyword arguments", "other parameters", "other args"}
)
_SECTIONS = _PARAMETERS | {
    "attributes",
    "example",
    "examples",
    "methods",
    "raises",
    "receives",
    "references",
    "return",
    "returns",
    "see also",
    "todo",
    "warns",
    "yield",
    "yields",
}
_UNDERLINE = re.compile(r"[-=~]{3,}\s*$")
_SPHINX = re.compile(r":(?P<field>[a-z]+)\b(?P<middle>[^:]*):(?:\s|$)(?P<text>.*)")
_SPHINX_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
_SPHINX_FIELDS = _SPHINX_PARAMETERS | frozenset(
    {"type", "raises", "raise", "except", "exception", "var", "ivar", "cvar", "vartype"}
    | {"returns", "return", "rtype", "yields", "yield", "meta"}
)
_GOOGLE_ENTRY = re.compile(
    r"(?P<name>\*{0,2}\w+)\s*(?:\((?P<type>[^()]*(?:\([^()]*\)[^()]*)*)\))?\s*:(?:\s+(?P<text>.*))?$"
)
_NUMPY_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")


class Docstring(NamedTuple):
    """What a docstring says."""

    description: str | None
    """The text before the first section, dedented; None when there is none."""
    parameters: dict[str, str]
    """What is said of each parameter that has text."""


def parse(text: str | None) -> Docstring:
    """Takes a docstring apart. Never fails: what is not understood is part of the description, or left out."""
    if not text or not text.strip():
        return Docstring(None, {})
    lines = inspect.cleandoc(text).splitlines()
    first = next((index for index in range(len(lines)) if _starts_section(lines, index)), len(lines))
    description = "\n".join(lines[:first]).strip() or None
    parameters: dict[str, str] = {}
    index = first
    while index < len(lines):
        if _sphinx_field(lines[index]) is not None:
            index = _read_sphinx(lines, index, parameters)
        elif _starts_section(lines, index):
            index = _read_section(lines, index, parameters)
        else:
            index += 1
    return Docstring(description, parameters)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _heading(line: str) -> str:
    return line.strip().rstrip(":").lower()


def _is_numpy(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return _heading(lines[index]) in _SECTIONS and _UNDERLINE.match(following.strip()) is not None


def _is_google(lines: list[str], index: int) -> bool:
    line = lines[index]
    if not line.rstrip().endswith(":") or _heading(line) not in _SECTIONS or _indent(line) > 0:
        return False
    body = next((later for later in lines[index + 1 :] if later.strip()), "")
    return _indent(body) > 0


def _starts_section(lines: list[str], index: int) -> bool:
    return _sphinx_field(lines[index]) is not None or _is_numpy(lines, index) or _is_google(lines, index)


def _sphinx_field(line: str) -> re.Match[str] | None:
    match = _SPHINX.match(line)
    return match if match is not None and match["field"] in _SPHINX_FIELDS else None


def _read_sphinx(lines: list[str], index: int, parameters: dict[str, str]) -> int:
    """Reads the field at `index` with its continuation lines; answers where the next thing starts."""
    match = _sphinx_field(lines[index])
    assert match is not None
    end = index + 1
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > 0:
        end += 1
    words = match["middle"].split()
    if match["field"] in _SPHINX_PARAMETERS and words:
        _keep(parameters, words[-1], [match["text"], *lines[index + 1 : end]])
    return end


def _read_section(lines: list[str], index: int, parameters: dict[str, str]) -> int:
    """Reads the section whose heading is at `index`; answers where it ends."""
    numpy = _is_numpy(lines, index)
    start = index + (2 if numpy else 1)
    end = start
    while end < len(lines) and not _starts_section(lines, end):
        if not numpy and lines[end].strip() and _indent(lines[end]) == 0:
            break  # Google: text at the margin ends the section
        end += 1
    if _heading(lines[index]) in _PARAMETERS:
        (_read_numpy_entries if numpy else _read_google_entries)(lines[start:end], parameters)
    return end


def _read_google_entries(lines: list[str], parameters: dict[str, str]) -> None:
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    names: list[str] = []
    body: list[str] = []
    for line in lines:
        match = _GOOGLE_ENTRY.match(line.strip()) if line.strip() and _indent(line) == margin else None
        if match is not None:
            _keep_all(parameters, names, body)
            names, body = [match["name"]], [match["text"] or ""]
        else:
            body.append(line)
    _keep_all(parameters, names, body)


def _read_numpy_entries(lines: list[str], parameters: dict[str, str]) -> None:
    names: list[str] = []
    body: list[str] = []
    for line in lines:
        match = _NUMPY_ENTRY.match(line.strip()) if line.strip() and _indent(line) == 0 else None
        if match is not None:
            _keep_all(parameters, names, body)
            names, body = [name.strip() for name in match["names"].split(",")], [""]
        else:
            body.append(line)
    _keep_all(parameters, names, body)


def _keep_all(parameters: dict[str, str], names: list[str], body: list[str]) -> None:
    for name in names:
        _keep(parameters, name, body)


def _keep(parameters: dict[str, str], name: str, body: list[str]) -> None:
    text = inspect.cleandoc("\n".join(body)).strip()
    if text:
        parameters.setdefault(name.lstrip("*"), text)
