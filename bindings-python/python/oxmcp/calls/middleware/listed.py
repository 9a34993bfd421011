"""What lists hold, as hooks see it: the protocol's objects, which also answer to the names of what is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import types
from ...types.wire_object import WireObject

_OWN = ("tags", "version")


class _Listed:
    """What the items of all lists have beside what clients are told of them."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            told = sorted(value) if name == "tags" else value
            meta = dict(self.__dict__.get("meta") or {})
            for place in ("oxmcp", "fastmcp"):
                meta[place] = {**meta.get(place, {}), name: told}
            name, value = "meta", meta
        super().__setattr__("input_schema" if name == "parameters" else name, value)

    @property
    def tags(self) -> set[str]:
        """The labels it was registered with."""
        return set(self._own().get("tags", ()))

    @property
    def version(self) -> str | None:
        """Its own version."""
        version: str | None = self._own().get("version")
        return version

    @property
    def enabled(self) -> bool:
        """True: what is switched off is in no list."""
        return True

    @property
    def key(self) -> str:
        """What it is told from others of its kind by."""
        known = self.__dict__
        return str(known.get("uri") or known.get("uri_template") or known["name"])

    def _own(self) -> Mapping[str, Any]:
        meta = self.__dict__.get("meta") or {}
        own: Mapping[str, Any] = meta.get("oxmcp") or meta.get("fastmcp") or {}
        return own


class ListedTool(_Listed, types.Tool):
    """A tool in a list."""

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of the arguments: `input_schema` by another name."""
        return self.input_schema


class ListedResource(_Listed, types.Resource):
    """A resource in a list."""


class ListedResourceTemplate(_Listed, types.ResourceTemplate):
    """A family of resources in a list."""


class ListedPrompt(_Listed, types.Prompt):
    """A prompt in a list."""


LISTED: Mapping[str, tuple[str, type[WireObject]]] = {
    "tools/list": ("tools", ListedTool),
    "resources/list": ("resources", ListedResource),
    "resources/templates/list": ("resourceTemplates", ListedResourceTemplate),
    "prompts/list": ("prompts", ListedPrompt),
}
"""By method: the member of the result that holds the items, and the class of one."""
