"""What a server offers: added, removed, switched on and off, before it is served and while it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from .. import _native
from ..arguments.injection import context_names
from ..errors import AlreadyRegisteredError, ConfigurationError, PromptError, ResourceError, ToolError
from ..later.deferred import accept
from ..serving.settings import OnDuplicate
from ..serving.translation import translated
from . import marks
from .prompts import Prompt
from .resource_security import ResourceSecurity
from .resources import Resource
from .tools import Tool
from .transforms.transforming import Transforming
from .versions import Versions
from .visibility.rules import Rule

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._native import Kind
    from ..later.options import OfSwitching

logger = logging.getLogger("oxmcp")
Item = TypeVar("Item", Tool, Prompt, Resource)


class Registrations(Transforming):
    """The offers of a server by kind and key, mirrored in the engine once there is one."""

    _mask: bool
    _strict: bool
    _tasks: bool = False
    """Whether calls of tools that do not say can become tasks."""

    _resource_security: ResourceSecurity | None = None

    def __init__(
        self,
        lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None,
        *,
        on_duplicate: OnDuplicate,
        keep_first: Mapping[Kind, bool | None],
    ) -> None:
        super().__init__(lifespan)
        if on_duplicate not in ("warn", "error", "replace", "ignore"):
            raise ConfigurationError(f"on_duplicate is 'warn', 'error', 'replace' or 'ignore', not {on_duplicate!r}")
        self._on_duplicate = on_duplicate
        self._keep_first = keep_first
        self._offers: dict[Kind, Versions] = {
            "tool": Versions(),
            "prompt": Versions(),
            "resource": Versions(),
            "resource_template": Versions(),
        }
        self._completion: Callable[..., Any] | None = None
        self._rules: list[Rule] = []
        self._injected: frozenset[str] = frozenset()

    # Adding

    def add_tool(
        self,
        tool: Tool | Callable[..., Any] | None = None,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        fn: Callable[..., Any] | None = None,
        **options: Any,
    ) -> Tool:
        """Registers a tool: a `Tool`, or a function (also as `fn`) with the options of the `tool` decorator.

        Raises:
            AlreadyRegisteredError: there is one of this name and `on_duplicate` is "error".
            TypeError: nothing is given to register.
        """
        tool = fn if tool is None else tool
        if tool is None:
            raise TypeError("add_tool takes a Tool or a function")
        if not isinstance(tool, Tool):
            given = {
                "name": name,
                "title": title,
                "description": description,
                "annotations": annotations,
                "icons": icons,
                "meta": meta,
                "structured_output": structured_output,
            }
            chosen = {
                "strict": self._strict,
                "task": self._tasks,
                **marks.noted(tool, "tool"),
                **_said(given),
                **options,
            }
            tool = _made(Tool, tool, chosen)
        return self._add(tool)

    def add_prompt(self, prompt: Prompt | Callable[..., Any], **options: Any) -> Prompt:
        """Registers a prompt: a `Prompt`, or a function with the options of the `prompt` decorator."""
        if not isinstance(prompt, Prompt):
            prompt = _made(Prompt, prompt, {**marks.noted(prompt, "prompt"), **_said(options)})
        return self._add(prompt)

    def add_resource(self, resource: Resource | Callable[..., Any], **options: Any) -> Resource:
        """Registers a resource or a family of them: a `Resource`, or a function with a `uri` and the options of the
        `resource` decorator."""
        if not isinstance(resource, Resource):
            resource = _made(Resource, resource, {**marks.noted(resource, "resource"), **_said(options)})
        if resource.security is None:
            resource.security = self._resource_security
        return self._add(resource)

    def add_template(self, template: Resource | Callable[..., Any], **options: Any) -> Resource:
        """Registers a family of resources, as `add_resource` does."""
        return self.add_resource(template, **options)

    add_resource_template = add_template

    def offers_of(self, kind: Kind) -> Versions:
        """What is registered of a kind, by key. For looking at; registering and removing are methods."""
        return self._offers[kind]

    def _add(self, item: Item) -> Item:
        kind, key, identity = item.component, item.key, item.identity
        offers = self._offers[kind]
        known = offers.version(identity, item.version)
        if known is not None:
            policy: str = self._on_duplicate
            loud = self._keep_first.get(kind)
            if loud is not None:
                policy = "ignore"
                if loud:
                    logger.warning("%s %r exists already: the first one stays", kind, key)
            if policy == "error":
                raise AlreadyRegisteredError(f"{kind} {key!r} exists already")
            if policy == "ignore":
                kept: Item = known
                return kept
            if policy == "warn":
                logger.warning("%s %r exists already: the new one takes its place", kind, key)
        with self._engines.lock, translated():
            fitting = [rule for rule in self._rules if rule.fits(item)]
            if fitting and not fitting[-1].enabled:
                item.enabled = False
            replaces = known is not None or (kind == "tool" and item.name in self._injected)
            for engine in self._engines.made():
                self._register(engine, item, replace=replaces)
            offers.put(item)
            if item.auth is not None:
                self._checked(kind)
            if replaces and known is None:
                self._ways_changed()
        return item

    def _checked(self, kind: Kind) -> None:
        """Something of this kind is not for everybody."""

    def _register(self, engine: _native.Server, item: Tool | Prompt | Resource, *, replace: bool = False) -> None:
        add = {
            "tool": engine.add_tool,
            "prompt": engine.add_prompt,
            "resource": engine.add_resource,
            "resource_template": engine.add_resource_template,
        }[item.component]
        add(item.descriptor(), item.target(self, self._answerer(f"{item.component} {item.key!r}")), replace=replace)
        if item.can_log:
            engine.note_logging()
        if not item.enabled:
            engine.set_enabled(item.component, item.key, False, item.version or "")

    def _register_all(self, engine: _native.Server) -> None:
        self._transform(engine)
        for offers in self._offers.values():
            for item in offers.every():
                self._register(engine, item)
        if self._completion is not None:
            self._register_completion(engine)

    def _remake(self, engine: _native.Server) -> None:
        for offers in self._offers.values():
            for item in offers.every():
                self._register(engine, item, replace=True)
        if self._completion is not None:
            self._register_completion(engine)

    def _ways_changed(self) -> None:
        before, self._injected = self._injected, frozenset(self._brought())
        super()._ways_changed()
        for name in before - self._injected - self._offers["tool"].keys():
            for engine in self._engines.made():
                engine.remove("tool", name)

    def _intercept(self, engine: _native.Server) -> None:
        super()._intercept(engine)
        for tool in self._brought().values():
            self._register(engine, tool, replace=True)

    def _brought(self) -> dict[str, Tool]:
        """The tools that middleware brings along."""
        bring = reversed([one for one in self.middleware if hasattr(one, "injected_tools")])
        return {tool.name: tool for one in bring for tool in one.injected_tools if isinstance(tool, Tool)}

    def _register_completion(self, engine: _native.Server) -> None:
        from . import completions

        function = self._completion
        if function is not None and context_names(function):
            engine.note_logging()
        engine.set_completion(
            None if function is None else completions.target(function, self, self._answerer("completion"))
        )

    def tool_named(self, name: str) -> Tool | None:
        """The tool registered under this name, if there is one."""
        return self._offers["tool"].get(name)

    # Removing

    def remove_tool(self, name: str, version: str | None = None) -> None:
        """Takes a tool away, in one version or in all.

        Raises:
            ToolError: there is none of this name.
        """
        if not self._remove("tool", name, version):
            raise ToolError(f"Unknown tool: {name}")

    def remove_prompt(self, name: str, version: str | None = None) -> None:
        """Takes a prompt away, in one version or in all.

        Raises:
            PromptError: there is none of this name.
        """
        if not self._remove("prompt", name, version):
            raise PromptError(f"Unknown prompt: {name}")

    def remove_resource(self, uri: Any, version: str | None = None) -> None:
        """Takes a resource, or the family with this template, away, in one version or in all.

        Raises:
            ResourceError: there is none.
        """
        identity = _native.canonical_uri(str(uri))
        if not (self._remove("resource", identity, version) or self._remove("resource_template", str(uri), version)):
            raise ResourceError(f"Unknown resource: {uri}")

    remove_template = remove_resource
    remove_resource_template = remove_resource

    def _remove(self, kind: Kind, key: str, version: str | None = None) -> bool:
        if not self._offers[kind].take(key, version):
            return False
        for engine in self._engines.made():
            engine.remove(kind, key, version)
        return True

    # Switching on and off

    def enable(
        self,
        names: str | Iterable[str] | None = None,
        *,
        keys: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        only: bool = False,
        **other: Unpack[OfSwitching],
    ) -> int:
        """Lists again, and lets be called again, what `disable` took out of sight; see there. With `only`, everything else
        is taken out of sight, also what is registered later."""
        accept("OfSwitching", "enable", other)
        rule = Rule.of(True, names, keys, tags, components)
        if only:
            self._rules.clear()
        return self._switch([Rule(False), rule] if only else [rule])

    def disable(
        self,
        names: str | Iterable[str] | None = None,
        *,
        keys: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        **other: Unpack[OfSwitching],
    ) -> int:
        """Takes out of sight what fits every given condition: not listed, unknown when called, still registered. What is
        registered later counts too; of several such calls the last one that fits does.

        Args:
            names: Names of tools and prompts, names and URIs of resources.
            keys: The same with what they are: `tool:add`, `prompt:greet`, `resource:note://one`, `template:note://{id}`,
                each with its version if need be: `tool:add@1.0`.
            tags: Any of these labels.
            components: Kinds of offers: "tool", "prompt", "resource", "template".

        Returns:
            How many fit by now.

        Raises:
            ValueError: no condition is given, or a component is none.
        """
        accept("OfSwitching", "disable", other)
        return self._switch([Rule.of(False, names, keys, tags, components)])

    def _switch(self, rules: list[Rule]) -> int:
        with self._engines.lock:
            said = {rule.conditions for rule in rules}  # which says of the same what was said before says no more
            self._rules = [*(rule for rule in self._rules if rule.conditions not in said), *rules]
            count = 0
            for kind, offers in self._offers.items():
                for item in list(offers.every()):
                    fitting = [rule for rule in rules if rule.fits(item)]
                    if not fitting:
                        continue
                    count += fitting[-1] is rules[-1]
                    if item.enabled is not fitting[-1].enabled:
                        item.enabled = fitting[-1].enabled
                        for engine in self._engines.made():
                            engine.set_enabled(kind, item.key, item.enabled, item.version or "")
            return count


def _made(kind: type[Item], function: Callable[..., Any], options: dict[str, Any]) -> Item:
    """An offer, with who may have it."""
    auth = options.pop("auth", None)
    made = kind(function, **options)
    made.auth = auth
    return made


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say something."""
    return {name: value for name, value in options.items() if value is not None}
