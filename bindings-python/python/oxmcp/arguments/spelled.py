"""Arguments that came as the text of what was asked for: `"[1, 2]"` for a list. The second chance where pydantic decides.

The engine reads such text by itself wherever its schema admits no text. Where a type is left to pydantic, the engine passes
the text on, and this takes its place: for whole arguments, never where the author said strict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .. import _native
from . import schemas

_CONTAINER = re.compile(r'"\s*(?:\\n\s*)?[\[{]')  # the start of a string that may be the text of an array or an object


class Spelled:
    """The arguments of one function that may be sent as text."""

    def __init__(self, advertised: Mapping[str, Any], accepted: Mapping[str, Any], strict: Iterable[str]) -> None:
        """Takes the schema callers see, the one that is enforced, and the arguments in which the author said strict."""
        definitions = advertised.get("$defs", {})
        self._names = frozenset(
            name
            for name, schema in advertised.get("properties", {}).items()
            if not schemas.admits_text(schema, definitions)
        ) - frozenset(strict)
        admitted = accepted.get("properties", {})
        self._passed_on = frozenset(
            name for name in self._names if schemas.admits_text(admitted.get(name, {}), accepted.get("$defs", {}))
        )

    @property
    def reads_first(self) -> bool:
        """Whether there is something for `read_containers` to do."""
        return bool(self._passed_on)

    def read_containers(self, text: str) -> str:
        """The same arguments with the text of arrays and objects read, where only pydantic could have refused it."""
        if not self._passed_on or _CONTAINER.search(text) is None:
            return text
        return self._read(text, self._passed_on, (list, dict)) or text

    def read_refused(self, text: str, refused: Iterable[Any]) -> str | None:
        """The same arguments with the text of those that were refused read as JSON; None when none of them is."""
        names = self._names.intersection(name for name in refused if isinstance(name, str))
        return self._read(text, names, (list, dict, int, float, bool, type(None))) if names else None

    def _read(self, text: str, names: Iterable[str], kinds: tuple[type, ...]) -> str | None:
        arguments = json.loads(text)
        if not isinstance(arguments, dict):
            return None
        read = dict(_values(arguments, names, kinds))
        return _native.dumps({**arguments, **read}) if read else None


def _values(arguments: Mapping[str, Any], names: Iterable[str], kinds: tuple[type, ...]) -> Iterator[tuple[str, Any]]:
    for name in names:
        given = arguments.get(name)
        if isinstance(given, str):
            try:
                value = _native.loads(given)
            except ValueError:
                continue
            if isinstance(value, kinds):
                yield name, value
