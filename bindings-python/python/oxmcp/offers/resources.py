"""Resources and resource templates: what can be read, and what callers are told of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _native
from ..answers.resource_contents import complete_resource
from ..arguments import parameters
from ..calls import functions
from ..errors import ResourceError
from . import descriptors
from .offer import Offer
from .resource_security import ResourceSecurity

if TYPE_CHECKING:
    from pathlib import Path

    from .._native import Kind
    from ..calls.owner import Owner

__all__ = [
    "BinaryResource",
    "FileResource",
    "FunctionResource",
    "Resource",
    "ResourceError",
    "ResourceTemplate",
    "TextResource",
]


class Resource(Offer):
    """A resource or a family of them, as it is registered: a family when the URI has `{variables}` (RFC 6570).

    Args:
        function: What is called to read it, with the URI's variables as arguments.
        uri: The URI or template.
        name: Its name; the function's own when absent.
        title: A name for people.
        description: What it holds; the docstring's text when absent.
        mime_type: Its MIME type; that of an app's page for `ui://…`, otherwise from what is returned, when absent.
        annotations: An `Annotations` or a dict.
        icons: Icons, objects or dicts.
        meta: The descriptor's `_meta`.
        tags: Labels for `enable` and `disable`.
        version: The resource's own version, told to callers.
        size: Its size in bytes, if known; not for a family.
        cache_hint: How long a reader may keep what it read (CACHE-1); a `CacheHint` or a dict.
        security: Which values of a template's variables are refused; the server's `resource_security` when absent.
        enabled: Whether it is listed and can be read.
        run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread, where it
            stops other handlers while it runs. As the server says when absent.
        replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client calls
            again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an error.
        required_scopes: Scopes, all of which it takes to see and use it, as a policy's rule would say.
        roles: Roles, one of which it takes.

    Raises:
        ValueError: the URI is no URI, or its variables and the function's parameters do not match.
    """

    __slots__ = ("_cache_hint", "mime_type", "security", "size", "variables")

    noun = "resource"

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        uri: Any,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        size: int | None = None,
        cache_hint: Any = None,
        security: ResourceSecurity | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> None:
        uri = str(uri)
        try:
            _native.check_uri(uri)
        except _native.NativeError as error:
            raise ValueError(str(error)) from error
        name = name or functions.name_of(function)
        plan = parameters.plan(function, name=name)
        super().__init__(
            function,
            plan,
            key=uri,
            name=name,
            title=title,
            description=plan.whole_description if description is None else description,
            annotations=annotations,
            icons=icons,
            meta=meta,
            tags=tags,
            version=version,
            enabled=enabled,
            run_in_thread=run_in_thread,
            replayable=replayable,
            required_scopes=required_scopes,
            roles=roles,
        )
        self.mime_type = resolve_ui_mime_type(uri, mime_type) or _mime_type_of(function)
        self.size = size
        self.security = security
        self.variables = variables(uri)
        self._cache_hint = descriptors.cache_hint(cache_hint)
        self._check_variables()
        self._check_whole()

    @classmethod
    def from_function(cls, fn: Callable[..., Any], uri: Any, **options: Any) -> Resource:
        """A resource of a function; the options are those of the class."""
        return cls(fn, uri=uri, **options)

    @property
    def uri(self) -> str:
        """The URI, or the template of a family."""
        return self.key

    @property
    def identity(self) -> str:
        """The spelling of its URI that stands for all equivalent ones (RSRC-15); of a family, the template."""
        return self.key if self.variables else _native.canonical_uri(self.key)

    @property
    def is_template(self) -> bool:
        """Whether it stands for a family."""
        return bool(self.variables)

    @property
    def uri_template(self) -> str:
        """The template of a family; the URI otherwise."""
        return self.uri

    @property
    def component(self) -> Kind:
        """ "resource" or "resource_template"."""
        return "resource_template" if self.variables else "resource"

    def _check_variables(self) -> None:
        schema = self._parameters.input_schema
        given = set(self.variables)
        takes = schema.get("properties", {})
        missing = [name for name in schema.get("required", ()) if name not in given]
        if missing:
            raise ValueError(f"Resource {self.uri!r}: no variable for the parameter {', '.join(map(repr, missing))}")
        extra = [name for name in self.variables if name not in takes]
        if extra and not self._parameters.accepts_extra:
            raise ValueError(f"Resource {self.uri!r}: no parameter for the variable {', '.join(map(repr, extra))}")

    def descriptor(self) -> str:
        """The descriptor, as JSON text."""
        descriptor: dict[str, Any] = {"name": self.name}
        descriptor["uriTemplate" if self.variables else "uri"] = self.uri
        if self.mime_type is not None:
            descriptor["mimeType"] = self.mime_type
        if self.size is not None and not self.variables:
            descriptor["size"] = self.size
        options = dict(self._cache_hint)
        if self.security is not None and self.variables:
            options["security"] = self.security.descriptor()
        if options:
            descriptor["oxmcp"] = options
        return self._described(descriptor)

    def target(self, server: Owner | None, error: Callable[[_native.Call, BaseException], None]) -> _native.Target:
        """The engine's way to the function."""
        return functions.target(
            self._parameters,
            server,
            result=functools.partial(
                complete_resource,
                mime_type=self.mime_type,
                meta=self._meta,
                on_unknown="str" if server is None else server.on_unknown,
            ),
            error=error,
            in_thread=self._in_thread(server),
            natural=not self.variables,
            method="resources/read",
        )


ResourceTemplate = Resource
FunctionResource = Resource


def TextResource(uri: Any, text: str, name: str | None = None, **options: Any) -> Resource:
    """A resource that always holds this text; the options are those of `Resource`."""
    options.setdefault("mime_type", "text/plain")
    return Resource(lambda: text, uri=uri, name=name or str(uri), **options)


def BinaryResource(uri: Any, data: bytes, name: str | None = None, **options: Any) -> Resource:
    """A resource that always holds these bytes; the options are those of `Resource`."""
    options.setdefault("mime_type", "application/octet-stream")
    return Resource(lambda: data, uri=uri, name=name or str(uri), **options)


def FileResource(
    uri: Any, path: str | Path, name: str | None = None, is_binary: bool | None = None, **options: Any
) -> Resource:
    """A resource that holds what is in a file at the time it is read.

    Args:
        uri: The URI.
        path: The file.
        name: Its name; the file's own when absent.
        is_binary: Whether it is sent as bytes; by its MIME type when absent.
        options: Those of `Resource`; the MIME type is guessed from the file's name when absent.
    """
    from mimetypes import guess_type
    from pathlib import Path

    file = Path(path)
    kind = options.setdefault("mime_type", guess_type(file.name)[0] or "text/plain")
    binary = not (kind.startswith("text/") or kind == "application/json") if is_binary is None else is_binary

    def read() -> str | bytes:
        return file.read_bytes() if binary else file.read_text(encoding="utf-8")

    return Resource(read, uri=uri, name=name or file.name, **options)


def variables(template: str) -> tuple[str, ...]:
    """The variables of an RFC 6570 template, in order.

    Raises:
        ValueError: a brace is not closed.
    """
    found: list[str] = []
    rest = template
    while "{" in rest:
        expression, closed, rest = rest.partition("{")[2].partition("}")
        if not closed:
            raise ValueError(f"URI template {template!r}: a brace is not closed")
        for variable in expression.lstrip("+#./;?&").split(","):
            name = variable.strip().partition(":")[0].removesuffix("*")
            if name not in found:
                found.append(name)
    return tuple(found)


UI_MIME_TYPE = "text/html;profile=mcp-app"
"""What the page of an app is (UI-2)."""


def resolve_ui_mime_type(uri: str, explicit_mime_type: str | None) -> str | None:
    """The MIME type of a resource: what its author says, that of an app's page where the URI is `ui://…`; None otherwise."""
    if explicit_mime_type is not None:
        return explicit_mime_type
    return UI_MIME_TYPE if uri.lower().startswith("ui://") else None


def _mime_type_of(function: Callable[..., Any]) -> str | None:
    """The MIME type that a function's return type stands for; None when it could be any."""
    hint = getattr(functions.plain_function(function), "__annotations__", {}).get("return")
    return {
        str: "text/plain",
        "str": "text/plain",
        bytes: "application/octet-stream",
        "bytes": "application/octet-stream",
    }.get(hint if isinstance(hint, (type, str)) else "")
