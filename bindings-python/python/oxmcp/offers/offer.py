"""What tools, prompts and resources have in common: a function, what it is called, and what callers are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..arguments import injection
from ..authentication import requirements
from ..errors import InvalidDescriptorError
from . import descriptors
from .checks import Checks

if TYPE_CHECKING:
    from .._native import Kind
    from ..arguments.parameters import ParameterPlan
    from ..calls.owner import Owner


class Offer:
    """Something a server offers, as it is registered."""

    __slots__ = (
        "_annotations",
        "_checks",
        "_icons",
        "_meta",
        "_parameters",
        "auth",
        "description",
        "enabled",
        "function",
        "key",
        "name",
        "replayable",
        "requires",
        "run_in_thread",
        "tags",
        "title",
        "version",
    )

    noun: ClassVar[str]
    """What people call it."""

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: ParameterPlan,
        *,
        key: str,
        name: str,
        title: str | None,
        description: str | None,
        annotations: Any,
        icons: Iterable[Any] | None,
        meta: Mapping[str, Any] | None,
        tags: Iterable[str] | None,
        version: str | None,
        enabled: bool,
        run_in_thread: bool | None,
        replayable: bool,
        required_scopes: str | Iterable[str] | None,
        roles: str | Iterable[str] | None,
    ) -> None:
        checks = Checks(self.noun, name)
        checks.texts(title=title, description=description)
        checks.annotations(annotations)
        checks.meta(meta)
        if parameters.resolved:
            from ..calls.asking import resolvers  # few functions have any

            resolvers.check(parameters)
        self.function = function
        self.key = key
        self.name = name
        self.title = title
        self.description = description if description is not None else parameters.description
        self.tags = checks.tags(tags)
        self.version = version
        self.enabled = enabled
        self.auth: Any = None
        """A check of who may have it, or several."""
        try:
            self.requires = requirements.asked(function, required_scopes, roles)
            """What the engine asks of whoever wants it."""
        except (TypeError, ValueError) as error:
            raise InvalidDescriptorError(f"{self.noun} {name!r}: {error}") from error
        self.run_in_thread = run_in_thread
        self.replayable = replayable or bool(parameters.resolved)  # resolvers run again anyway
        self._annotations = annotations
        self._icons = checks.icons(icons)
        self._meta = meta
        self._parameters = parameters
        self._checks = checks

    def _in_thread(self, server: Owner | None) -> bool:
        """Whether the function, if it is plain, runs on a worker thread."""
        if self.run_in_thread is not None:
            return self.run_in_thread
        return server is None or server.run_in_thread

    def _check_whole(self) -> None:
        """Refuses now what could not be sent later."""
        self._checks.whole(self.descriptor)

    def descriptor(self) -> str:
        """The descriptor, as JSON text."""
        raise NotImplementedError

    @property
    def identity(self) -> str:
        """What it is told from others of its kind by."""
        return self.key

    @property
    def component(self) -> Kind:
        """What kind of offer it is."""
        raise NotImplementedError

    @property
    def fn(self) -> Callable[..., Any]:
        """The function, as it was given."""
        return self.function

    @property
    def can_log(self) -> bool:
        """Whether its function is given the Context, and with it a way to the client's log."""
        return bool(self._parameters.context_names) or injection.reach_context(self._parameters.dependencies.values())

    def _described(self, descriptor: dict[str, Any]) -> str:
        """The descriptor as JSON text, with the members that all kinds share."""
        own: dict[str, Any] = self.requires.described()
        if self.replayable:
            own["replayable"] = True
        if self.tags:
            own["tags"] = sorted(self.tags)
        if self.version is not None:
            own["version"] = self.version
        if own:
            descriptor["oxmcp"] = {**descriptor.get("oxmcp", {}), **own}
        return descriptors.text(
            descriptors.common(
                descriptor,
                title=self.title,
                description=self.description,
                icons=self._icons,
                annotations=self._annotations,
                meta=self._meta,
                tags=self.tags,
                version=self.version,
            )
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key!r})"
