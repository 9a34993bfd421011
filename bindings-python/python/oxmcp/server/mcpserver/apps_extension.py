"""`Apps`: tools with pages, put together before there is a server, as 2.x of the official package has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from ...offers.resources import Resource, TextResource
from ..extension import Extension, ResourceBinding, ToolBinding
from .apps import (
    APP_MIME_TYPE,
    EXTENSION_ID,
    AppConfig,
    ResourceCSP,
    ResourcePermissions,
    app_config_to_meta_dict,
)

F = TypeVar("F", bound=Callable[..., Any])


class Apps(Extension):
    """Tools that are shown by pages, and the pages: `FastMCP(extensions=[apps])`."""

    identifier = EXTENSION_ID

    def __init__(self) -> None:
        self._tools: list[tuple[ToolBinding, str]] = []
        self._resources: list[Resource] = []

    def tool(
        self,
        *,
        resource_uri: str,
        visibility: Sequence[Literal["app", "model"]] | None = None,
        meta: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[F], F]:
        """Registers a tool that is shown by the page at `resource_uri`, which has to be added, too.

        Args:
            resource_uri: `ui://…`.
            visibility: Whom it is for: the model, the page, or both.
            meta: What `_meta` says beside that.
            options: Those of `add_tool`.

        Raises:
            ValueError: it is no such URI, or `meta` has a member `ui`.
        """
        _check(resource_uri)
        if meta and "ui" in meta:
            raise ValueError("Apps.tool(): _meta['ui'] is made of resource_uri and visibility")
        config = AppConfig(resource_uri=resource_uri, visibility=None if visibility is None else list(visibility))
        ui = app_config_to_meta_dict(config)

        def register(function: F) -> F:
            binding = ToolBinding(fn=function, meta={**(meta or {}), "ui": ui}, kwargs=options)
            self._tools.append((binding, resource_uri))
            return function

        return register

    def add_html_resource(
        self,
        uri: str,
        html: str,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        csp: ResourceCSP | None = None,
        permissions: ResourcePermissions | None = None,
        domain: str | None = None,
        prefers_border: bool | None = None,
    ) -> None:
        """Adds a page; what is said of it stands in its `_meta.ui`.

        Raises:
            ValueError: the URI is no `ui://…`.
        """
        _check(uri)
        ui = app_config_to_meta_dict(
            AppConfig(csp=csp, permissions=permissions, domain=domain, prefers_border=prefers_border)
        )
        page = TextResource(
            uri=uri,
            name=name or uri,
            title=title,
            description=description,
            mime_type=APP_MIME_TYPE,
            meta={"ui": ui} if ui else None,
            text=html,
        )
        self.add_resource(page)

    def add_resource(self, resource: Any) -> None:
        """Adds a page that is a resource already.

        Raises:
            ValueError: its URI is no `ui://…`, or its MIME type that of something else.
        """
        _check(str(resource.uri))
        if resource.mime_type not in (None, APP_MIME_TYPE):
            raise ValueError(f"a page is served as {APP_MIME_TYPE!r}, not {resource.mime_type!r}")
        self._resources.append(resource)

    def tools(self) -> Sequence[ToolBinding]:
        """The tools.

        Raises:
            ValueError: the page of one is not there (UI-4).
        """
        there = {str(resource.uri) for resource in self._resources}
        for binding, uri in self._tools:
            if uri not in there:
                raise ValueError(
                    f"the tool {binding.fn.__name__!r} is shown by {uri!r}, which is not there: add it with add_html_resource"
                )
        return [binding for binding, _ in self._tools]

    def resources(self) -> Sequence[ResourceBinding]:
        """The pages."""
        return [ResourceBinding(resource) for resource in self._resources]


def _check(uri: str) -> None:
    if not uri.startswith("ui://"):
        raise ValueError(f"the URI of a page begins with ui://, not {uri!r}")
