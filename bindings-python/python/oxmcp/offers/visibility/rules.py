"""Which offers `enable` and `disable` mean: rules, in the order they were given, also for what is registered later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ... import _native

if TYPE_CHECKING:
    from ..offer import Offer

_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "tool": ("tool",),
    "prompt": ("prompt",),
    "resource": ("resource",),
    "resource_template": ("template", "resource_template"),
}
"""What the keys of each kind begin with; the kinds themselves go by these names too."""


class Rule(NamedTuple):
    """Says of every offer that fits all of its conditions whether it can be seen; one without conditions fits all."""

    enabled: bool
    names: frozenset[str] | None = None
    keys: frozenset[str] | None = None
    tags: frozenset[str] | None = None
    components: frozenset[str] | None = None

    @classmethod
    def of(
        cls,
        enabled: bool,
        names: str | Iterable[str] | None,
        keys: str | Iterable[str] | None,
        tags: str | Iterable[str] | None,
        components: str | Iterable[str] | None,
    ) -> Rule:
        """The rule with these conditions.

        Raises:
            ValueError: there are none, or a component is none.
        """
        if names is None and keys is None and tags is None and components is None:
            raise ValueError("Say which: names=, keys=, tags= or components=")
        wanted, kinds = _several(names), _several(components)
        if wanted is not None:
            wanted |= {_native.canonical_uri(name) for name in wanted if ":" in name}
        for kind in kinds or ():
            if not any(kind in prefixes for prefixes in _PREFIXES.values()):
                raise ValueError(f"A component is 'tool', 'prompt', 'resource' or 'template', not {kind!r}")
        return cls(enabled, wanted, _several(keys), _several(tags), kinds)

    @property
    def conditions(self) -> tuple[frozenset[str] | None, ...]:
        """What an offer has to fit."""
        return (self.names, self.keys, self.tags, self.components)

    def fits(self, item: Offer) -> bool:
        """Whether it is about an offer."""
        prefixes = _PREFIXES[item.component]
        if self.components is not None and not self.components.intersection(prefixes):
            return False
        if self.names is not None and not self.names & {item.key, item.identity, item.name}:
            return False
        if self.keys is not None:
            versions = {"", "@", f"@{item.version or ''}"}
            own = {f"{prefix}:{item.key}{version}" for prefix in prefixes for version in versions}
            if not self.keys & (own | {item.key}):
                return False
        return self.tags is None or bool(self.tags & item.tags)


def transforms_of(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """The same rules as transforms of the engine, for what is registered elsewhere."""
    return [_transform(rule) for rule in rules]


def _transform(rule: Rule) -> dict[str, Any]:
    selected: dict[str, Any] = {"type": "visibility", "enabled": rule.enabled}
    if rule.names is not None:
        selected["names"] = sorted(rule.names)
    if rule.tags is not None:
        selected["tags"] = sorted(rule.tags)
    kinds = [kind for kind, prefixes in _PREFIXES.items() if rule.components and rule.components.intersection(prefixes)]
    if rule.components is not None:
        selected["kinds"] = kinds
    if rule.keys is not None:
        selected["keys"] = [one for key in sorted(rule.keys) for one in _read(key)]
    return selected


def _read(key: str) -> Iterator[dict[str, str]]:
    """What a key may mean."""
    for kind, prefixes in _PREFIXES.items():
        yield {"kind": kind, "name": key}
        for prefix in prefixes:
            if key.startswith(f"{prefix}:"):
                name = key[len(prefix) + 1 :]
                yield {"kind": kind, "name": name}
                bare, at, version = name.rpartition("@")
                if at:
                    yield {"kind": kind, "name": bare, "version": version}


def _several(given: str | Iterable[str] | None) -> frozenset[str] | None:
    if given is None:
        return None
    return frozenset([given]) if isinstance(given, str) else frozenset(str(one) for one in given)
