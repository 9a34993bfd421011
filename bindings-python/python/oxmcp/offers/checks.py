"""What an author says of an offer, looked at where it is said: at the decorator, not when the server starts."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import _native
from ..errors import InvalidDescriptorError, InvalidResult, from_native
from . import descriptors

logger = logging.getLogger("oxmcp")

_Rule = tuple[Callable[[Any], bool], str]


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _is_audience(value: Any) -> bool:
    return (
        not isinstance(value, str)
        and isinstance(value, Iterable)
        and all(who in ("user", "assistant") for who in value)
    )


_FLAG: _Rule = (_is_flag, "must be true or false")
_TEXT: _Rule = (_is_text, "must be a string")
_OF_TOOLS: dict[str, _Rule] = {
    "title": _TEXT,
    "readOnlyHint": _FLAG,
    "destructiveHint": _FLAG,
    "idempotentHint": _FLAG,
    "openWorldHint": _FLAG,
}
_OF_OTHERS: dict[str, _Rule] = {
    "audience": (_is_audience, "must be a list of 'user' and 'assistant'"),
    "priority": (_is_share, "must be a number from 0 to 1"),
    "lastModified": _TEXT,
}
_PARAMETER = re.compile(r"inputSchema\.properties\.(?P<name>\w+)\.?(?P<rest>.*)")
_LONGEST_PLACE = 200


class Checks:
    """The checks of one offer. Each raises InvalidDescriptorError, which names the offer and the member."""

    def __init__(self, kind: str, name: Any) -> None:
        self._what = f"{kind} {name!r}"
        self._kind = kind

    def refuse(self, member: str, problem: str) -> InvalidDescriptorError:
        """The exception that says so."""
        return InvalidDescriptorError(f"{self._what}: {member}: {problem}")

    def texts(self, **members: Any) -> None:
        """Members that are text, or None."""
        for name, value in members.items():
            if value is not None and not isinstance(value, str):
                raise self.refuse(name, "must be a string")

    def tags(self, given: Iterable[str] | None) -> frozenset[str]:
        """Labels: a list of texts."""
        if given is None:
            return frozenset()
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise self.refuse("tags", "must be a list of strings")
        tags = tuple(given)
        if not all(isinstance(tag, str) for tag in tags):
            raise self.refuse("tags", "must be a list of strings")
        return frozenset(tags)

    def annotations(self, given: Any) -> None:
        """An object or a dict with the protocol's members; others are warned of and sent."""
        if given is None:
            return
        rules = _OF_TOOLS if self._kind == "tool" else _OF_OTHERS
        for name, value in self._members("annotations", given).items():
            if name not in rules:
                close = _closest(name, rules)
                logger.warning("%s: annotations.%s is no annotation of the protocol%s", self._what, name, close)
                continue
            fits, problem = rules[name]
            if not fits(value):
                raise self.refuse(f"annotations.{name}", problem)

    def icons(self, given: Iterable[Any] | None) -> tuple[Any, ...]:
        """A list of objects or dicts, each with a `src`."""
        if given is None:
            return ()
        if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable) or hasattr(given, "src"):
            raise self.refuse("icons", "must be a list of icons, each with a src")
        icons = tuple(given)
        for index, icon in enumerate(icons):
            place = f"icons[{index}]"
            members = self._members(place, icon)
            if "src" not in members:
                raise self.refuse(f"{place}.src", "is required")
            for name in ("src", "mimeType", "theme"):
                if name in members and not isinstance(members[name], str):
                    raise self.refuse(f"{place}.{name}", "must be a string")
        return icons

    def meta(self, given: Any) -> None:
        """A dict; what is in it is looked at with the whole."""
        if given is not None and not isinstance(given, Mapping):
            raise self.refuse("meta", "must be a dict")

    def input_schema(self, given: Any) -> None:
        """A schema of an object (TOOL-4)."""
        if not isinstance(given, Mapping):
            raise self.refuse("input_schema", "must be a dict")
        self.schema("input_schema", given)
        if given.get("type") != "object":
            raise self.refuse("input_schema", 'must have "type": "object" at its root')

    def schema(self, member: str, given: Mapping[str, Any]) -> None:
        """A valid JSON Schema. Raises InvalidSchemaError when it is none."""
        try:
            _native.Schema(descriptors.text(given))
        except InvalidResult as error:
            place, _, problem = str(error).partition(": ")
            raise self.refuse(place.replace("descriptor", member, 1), problem) from error
        except _native.NativeError as error:
            refused = from_native(error)
            raise type(refused)(f"{self._what}: {member}: {error.message}") from error

    def whole(self, descriptor: Callable[[], str]) -> None:
        """Everything that is sent is JSON."""
        try:
            descriptor()
        except InvalidResult as error:
            place, _, problem = str(error).partition(": ")
            raise self.refuse(_place(place), problem) from error

    def _members(self, member: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, (str, bytes, list, tuple, set)):
            try:
                return descriptors.wire_object(value) or {}
            except (TypeError, ValueError, AttributeError):
                pass
        raise self.refuse(member, "must be an object or a dict")


def _place(place: str) -> str:
    """The author's words for a place in a descriptor."""
    place = place.removeprefix("descriptor.")
    parameter = _PARAMETER.match(place)
    if parameter is not None:
        rest = parameter["rest"]
        place = f"parameter {parameter['name']!r}" + (f", {rest}" if rest else "")
    for sent, written in (("_meta", "meta"), ("inputSchema", "input_schema"), ("outputSchema", "output_schema")):
        if place.startswith(sent):
            place = written + place.removeprefix(sent)
    return place if len(place) <= _LONGEST_PLACE else place[:_LONGEST_PLACE] + "…"


def _closest(name: str, known: Iterable[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {found[0]}?" if found else ""
