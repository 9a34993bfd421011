"""What each caller may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from ... import _native
from ...offers.visibility.predicates import Predicate, Visible, target
from ...serving.translation import translated
from .mounting import Mounting

P = TypeVar("P", bound=Predicate)

_KINDS: dict[str, _native.Kind] = {
    "tool": "tool",
    "prompt": "prompt",
    "resource": "resource",
    "template": "resource_template",
    "resource_template": "resource_template",
}


class Seeing(Mounting):
    """Shows each caller what it may see."""

    _predicates: tuple[tuple[frozenset[str], Predicate], ...] = ()
    _kinds_checked: frozenset[str] = frozenset()
    """Kinds of which something is not for everybody."""

    @overload
    def visible_if(self, predicate: P, *, components: Iterable[str] | None = None) -> P: ...
    @overload
    def visible_if(self, *, components: Iterable[str] | None = None) -> Callable[[P], P]: ...
    def visible_if(self, predicate: Any = None, *, components: Iterable[str] | None = None) -> Any:
        """Asks `predicate(item, ctx)`, a plain or an async function, for each request what its caller may see: of lists every
        item, of calls the one that is called. What may not be seen is not listed, not found by a search, and unknown when
        called. What mounted servers offer is asked of, too, and their own predicates count as well; of several all have to say
        yes. Where one raises, the request fails. Also a decorator.

        Args:
            predicate: Given a `Visible` (`component`, `key`, `tags`, `version`) and the Context of the request, which knows its
                headers, its session and its client.
            components: Of which kinds it is asked: "tool", "prompt", "resource", "template"; of all when absent.

        Raises:
            ValueError: a component is none.
        """
        if predicate is None:
            return lambda predicate: self.visible_if(predicate, components=components)
        chosen = set(_KINDS) if components is None else {components} if isinstance(components, str) else set(components)
        for component in chosen:
            if component not in _KINDS:
                raise ValueError(f"A component is 'tool', 'prompt', 'resource' or 'template', not {component!r}")
        kinds = frozenset(_KINDS[component] for component in chosen)
        with self._engines.lock, translated():
            self._predicates = (*self._predicates, (kinds, predicate))
            for engine in self._engines.made():
                self._tell_predicates(engine, kinds)
        return predicate

    def _compose(self, engine: _native.Server) -> None:
        super()._compose(engine)
        self._tell_predicates(engine, self._kinds_checked.union(*(kinds for kinds, _ in self._predicates)))

    def _checked(self, kind: _native.Kind) -> None:
        if kind not in self._kinds_checked:
            self._kinds_checked |= {kind}
            for engine in self._engines.made():
                self._tell_predicates(engine, frozenset({kind}))

    def _intercept(self, engine: _native.Server) -> None:
        super()._intercept(engine)
        if any(hasattr(one, "checks_of_all") for one in self.middleware):
            self._kinds_checked = frozenset(_KINDS.values())
            self._tell_predicates(engine, self._kinds_checked)

    async def _admits(self, item: Visible, context: Any) -> bool:
        from ...offers.visibility.admission import admits  # most servers check nobody

        versions = self._offers[item.component]
        offer = versions.version(item.key, item.version)
        if offer is None and item.component == "resource":
            offer = versions.version(_native.canonical_uri(item.key), item.version)
        everywhere = [one.checks_of_all for one in self.middleware if hasattr(one, "checks_of_all")]
        return await admits(everywhere, offer, item, context)

    def _tell_predicates(self, engine: _native.Server, kinds: frozenset[str]) -> None:
        for kind in dict.fromkeys(_KINDS.values()):
            if kind in kinds:
                predicates = [predicate for wanted, predicate in self._predicates if kind in wanted]
                if kind in self._kinds_checked:
                    predicates.insert(0, self._admits)
                engine.set_visible(kind, target(predicates, self, self._answerer("what may be seen")))
