"""Docstrings of the three customs (Google, NumPy, Sphinx) taken apart: what is said of parameters, and everything else.

Nothing an author wrote is lost: an entry leaves the description only when it became the description of a parameter.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

_PARAMETERS = frozenset(
    {"args", "arguments", "parameters", "params", "keyword args", "keyword arguments", "other parameters", "other args"}
)
_SECTIONS = _PARAMETERS | {
    "attributes",
    "example",
    "examples",
    "methods",
    "note",
    "notes",
    "raises",
    "receives",
    "references",
    "return",
    "returns",
    "see also",
    "todo",
    "warning",
    "warnings",
    "warns",
    "yield",
    "yields",
}
_UNDERLINE = re.compile(r"[-=~]{3,}\s*$")
_SPHINX = re.compile(r"[:@](?P<field>[a-z]+)\b(?P<middle>[^:]*):(?:\s|$)(?P<text>.*)")
_SPHINX_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
_MARKED = re.compile(r"(?P<bullet>(?:[-*+•]\s+)?)(?P<mark>`{1,2}|\*\*|__)(?P<name>\*{0,2}\w+)(?P<colon>:?)(?P=mark)")
_ENTRY = re.compile(
    r"(?:[-*+•]\s+)?(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)"
    r"\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?"
    r"(?:\s*:(?:\s+|$)|\s+(?P<dash>[-–—]{1,2})\s+)(?P<text>.*)$"
)
_NUMPY_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::(?P<type>.*))?$")


class Entry(NamedTuple):
    """What is said of one parameter, or of several at once."""

    names: tuple[str, ...]
    text: str
    lines: range
    heading: range
    """The lines of its section's heading; none in Sphinx's custom."""
    silent: bool
    """Whether nothing is said at all."""


class Docstring:
    """What a docstring says."""

    def __init__(self, lines: list[str], entries: list[Entry], known: Container[str] | None) -> None:
        self._lines = lines
        self._entries = entries
        self._known = () if known is None else known
        self._of: dict[str, Entry] = {}
        for entry in entries:
            for name in entry.names:
                if entry.text:
                    self._of.setdefault(name, entry)

    @property
    def parameters(self) -> dict[str, str]:
        """What is said of each parameter that has text."""
        return {name: entry.text for name, entry in self._of.items()}

    def without(self, told: Container[str], hidden: Container[str] = ()) -> str | None:
        """Everything but the entries that callers read elsewhere: those of the parameters in `told`. Entries of `hidden`
        parameters, which no caller can give, concern nobody. None when nothing is left."""

        def leaves(entry: Entry) -> bool:
            return all(
                name in hidden
                or (name in told and self._of.get(name) is entry)
                or (entry.silent and (name in told or name in self._known))
                for name in entry.names
            )

        gone = {line for entry in self._entries if leaves(entry) for line in entry.lines}
        for heading, lines in self._sections():
            if gone.issuperset(line for line in lines if self._lines[line].strip()):
                gone.update(heading, lines)
        return _joined(self._lines, gone)

    def _sections(self) -> Iterator[tuple[range, range]]:
        """The headings under which there are entries, and the lines from the first entry to the last."""
        for heading in dict.fromkeys(entry.heading for entry in self._entries if entry.heading):
            under = [entry.lines for entry in self._entries if entry.heading == heading]
            yield heading, range(heading.stop, under[-1].stop)


def parse(text: str | None, known: Container[str] | None = None) -> Docstring:
    """Takes a docstring apart. Never fails: what is not understood stays where it is.

    `known` are the function's parameters: `word - text` is an entry only when the word is one.
    """
    if not text or not text.strip():
        return Docstring([], [], known)
    lines = inspect.cleandoc(text).splitlines()
    entries: list[Entry] = []
    index = 0
    while index < len(lines):
        if _SPHINX.match(lines[index]) is not None:
            end = _end_of_field(lines, index)
            entries += _read_field(lines, range(index, end))
            index = end
        elif (numpy := _is_numpy(lines, index)) or _is_google(lines, index):
            body = _body(lines, index, numpy)
            if _heading(lines[index]) in _PARAMETERS:
                read = _numpy_entries if numpy else _google_entries
                entries += read(lines, range(index, body.start), body, known)
            index = body.stop
        else:
            index += 1
    return Docstring(lines, entries, known)


def _joined(lines: list[str], gone: Container[int]) -> str | None:
    """The lines that stay. Where some went, one empty line takes the place of those around them."""
    kept: list[str] = []
    cut = False
    for index, line in enumerate(lines):
        if index in gone:
            cut = True
        elif line.strip() or not cut or (kept and kept[-1].strip()):
            kept.append(line)
            cut = cut and not line.strip()
    return "\n".join(kept).strip() or None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _heading(line: str) -> str:
    return line.strip().strip("#*").strip().rstrip(":").rstrip("*").strip().lower()


def _is_numpy(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return _heading(lines[index]) in _SECTIONS and _UNDERLINE.match(following.strip()) is not None


def _is_google(lines: list[str], index: int) -> bool:
    line = lines[index]
    if _indent(line) > 0 or ":" not in line or _heading(line) not in _SECTIONS:
        return False
    body = next((later for later in lines[index + 1 :] if later.strip()), "")
    return _indent(body) > 0 or _is_bullet(body)


def _is_bullet(line: str) -> bool:
    return line.startswith(("- ", "* ", "+ ", "• "))


def _starts_section(lines: list[str], index: int) -> bool:
    return _SPHINX.match(lines[index]) is not None or _is_numpy(lines, index) or _is_google(lines, index)


def _body(lines: list[str], index: int, numpy: bool) -> range:
    """The lines under the heading at `index`."""
    start = end = index + (2 if numpy else 1)
    bulleted = not numpy and _is_bullet(next((line for line in lines[start:] if line.strip()), ""))
    while end < len(lines) and not _starts_section(lines, end):
        line = lines[end]
        if line.strip() and _indent(line) == 0 and not (bulleted and _is_bullet(line)):
            if not numpy:
                break  # text at the margin ends the section
            if _NUMPY_ENTRY.match(line.strip()) is None and not lines[end - 1].strip():
                break
        end += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return range(start, end)


def _end_of_field(lines: list[str], index: int) -> int:
    end = index + 1
    for later in range(index + 1, len(lines)):
        if lines[later].strip():
            if _indent(lines[later]) == 0:
                break
            end = later + 1
    return end


def _read_field(lines: list[str], field: range) -> Iterator[Entry]:
    match = _SPHINX.match(lines[field.start])
    words = match["middle"].split() if match is not None else []
    if match is None or not words:
        return
    name = (words[-1].lstrip("*"),)
    none = range(0)
    if match["field"] in _SPHINX_PARAMETERS:
        said = _text(match["text"], (lines[line] for line in field[1:]))
        yield Entry(name, said, field, none, not said)
    elif match["field"] == "type":
        yield Entry(name, "", field, none, True)  # the schema says it


def _google_entries(lines: list[str], heading: range, body: range, known: Container[str] | None) -> list[Entry]:
    margin = min((_indent(lines[line]) for line in body if lines[line].strip()), default=0)
    starts: list[tuple[int, re.Match[str]]] = []
    for index in body:
        line = lines[index]
        if not line.strip() or _indent(line) != margin:
            continue
        match = _ENTRY.match(_MARKED.sub(r"\g<bullet>\g<name>\g<colon>", line.strip(), count=1))
        if match is not None and (match["dash"] is None or known is None or set(_names(match)) <= _all(known, match)):
            starts.append((index, match))
    entries = []
    for (start, match), end in zip(starts, [*(start for start, _ in starts[1:]), body.stop]):
        said = _text(match["text"], (lines[line] for line in range(start + 1, end)))
        entries.append(Entry(_names(match), said, range(start, end), heading, not said))
    return entries


def _numpy_entries(lines: list[str], heading: range, body: range, known: Container[str] | None) -> list[Entry]:
    starts: list[tuple[int, re.Match[str]]] = []
    for index in body:
        match = _NUMPY_ENTRY.match(lines[index]) if _indent(lines[index]) == 0 else None
        if match is not None:
            starts.append((index, match))
    entries = []
    for (start, match), end in zip(starts, [*(start for start, _ in starts[1:]), body.stop]):
        said = _text("", (lines[line] for line in range(start + 1, end)))
        silent = not said and not (match["type"] or "").strip()
        entries.append(Entry(_names(match), said, range(start, end), heading, silent))
    return entries


def _names(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(name.strip().lstrip("*") for name in match["names"].split(","))


def _all(known: Container[str], match: re.Match[str]) -> set[str]:
    return {name for name in _names(match) if name in known}


def _text(first: str, more: Iterable[str]) -> str:
    return inspect.cleandoc("\n".join([first, *more])).strip()
