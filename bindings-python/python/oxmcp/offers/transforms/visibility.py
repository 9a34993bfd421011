"""What is seen and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .transform import Transform, without_absent
from .version_filter import VersionSpec

_KINDS = {
    "tool": "tool",
    "prompt": "prompt",
    "resource": "resource",
    "template": "resource_template",
    "resource_template": "resource_template",
}


class Visibility(Transform):
    """Shows or hides what fits everything that is said; of several the last one that fits counts. What is hidden is not listed,
    and unknown when called. One that says nothing fits nothing.

    Args:
        enabled: Whether it is seen.
        names: Names of tools, prompts and resources, URIs and templates of resources.
        keys: Names with what they are: `tool:add@`, `tool:add@1.0`, `resource:note://one@`; what is behind the @ is the version.
        version: A range of versions; what has none is not in it.
        tags: Any of these labels.
        components: Kinds of offers: "tool", "prompt", "resource", "template".
        match_all: It fits everything.

    Raises:
        ValueError: a component is none, or a key has no kind.
    """

    def __init__(
        self,
        enabled: bool,
        *,
        names: Iterable[str] | None = None,
        keys: Iterable[str] | None = None,
        version: VersionSpec | None = None,
        tags: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        match_all: bool = False,
    ) -> None:
        self.enabled = enabled
        self.names = _several("names", names)
        self.keys = _several("keys", keys)
        self.version = version
        self.tags = _several("tags", tags)
        self.components = _several("components", components)
        self.match_all = match_all
        for component in self.components or ():
            if component not in _KINDS:
                raise ValueError(f"A component is 'tool', 'prompt', 'resource' or 'template', not {component!r}")
        for key in self.keys or ():
            _read(key)

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        described: dict[str, Any] = {"type": "visibility", "enabled": self.enabled}
        if self.match_all:
            return described
        said = (self.names, self.keys, self.version, self.tags, self.components)
        if all(one is None for one in said):
            return {**described, "names": []}
        kinds = None if self.components is None else sorted({_KINDS[component] for component in self.components})
        return {
            **described,
            **without_absent(
                {
                    "names": self.names,
                    "tags": self.tags,
                    "kinds": kinds,
                    "keys": None if self.keys is None else [_read(key) for key in self.keys],
                    "versions": None if self.version is None else self.version.described(),
                }
            ),
        }


def _several(what: str, given: Iterable[str] | None) -> list[str] | None:
    if isinstance(given, str):
        raise ValueError(f"{what} is a set of texts, not a text")
    return None if given is None else sorted(given)


def _read(key: str) -> dict[str, str]:
    prefix, colon, rest = key.partition(":")
    if not colon or prefix not in _KINDS:
        raise ValueError(f"A key is like 'tool:add@' or 'resource:note://one@1.0', not {key!r}")
    name, at, version = rest.rpartition("@")
    return {"kind": _KINDS[prefix], "name": name if at else rest, "version": version if at else ""}
