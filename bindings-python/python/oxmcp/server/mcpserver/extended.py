"""A server with extensions of the protocol."""

from __future__ import annotations

import inspect
import re
from typing import Any

from ... import _native
from ...answers.encoding import encode
from ...calls.context import context_of
from ...calls.middleware.hooks import Middleware, MiddlewareContext
from ...calls.session import RequestContext
from ...engine.values import Attributes
from ...errors import InvalidArguments, McpError
from ...offers.registrations import Registrations
from ...serving.translation import translated
from ...types.wire_object import to_plain
from ..extension import Extension, MethodBinding

_LABEL = r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_IDENTIFIER = re.compile(rf"{_LABEL}(?:\.{_LABEL})*/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
METHOD_NOT_FOUND = -32601
MISSING_REQUIRED_CLIENT_CAPABILITY = -32021


def require_client_extension(ctx: Any, identifier: str) -> None:
    """Refuses the call of a client that did not declare an extension.

    Args:
        ctx: The call's Context, or what a low-level handler gets as its request context.
        identifier: The extension's.

    Raises:
        McpError: with -32021, and what the client would have to declare.
    """
    call = ctx if hasattr(ctx, "client_extension_settings") else ctx.session
    if call.client_extension_settings(identifier) is None:
        raise McpError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            f"this needs a client that declares the extension {identifier}",
            {"requiredCapabilities": {"extensions": {identifier: {}}}},
        )


class Extended(Registrations):
    """The extensions of a server."""

    _extensions: tuple[Extension, ...] = ()

    def add_extension(self, extension: Any) -> None:
        """Adds an extension: what it offers, its methods, and what clients are told of it.

        Raises:
            TypeError: it is no extension.
            ValueError: its identifier is none, one with it is there, or a method of its is taken.
        """
        identifier = getattr(extension, "identifier", None)
        if not isinstance(identifier, str):
            raise TypeError(f"{type(extension).__name__} is no extension: it has no identifier")
        if not _IDENTIFIER.fullmatch(identifier):
            raise ValueError(f"an extension needs an identifier like 'com.example/name', not {identifier!r}")
        taken = [one.identifier for one in self._extensions]
        methods = {method.method for one in self._extensions for method in one.methods()}
        if identifier in taken:
            raise ValueError(f"the extension {identifier!r} is there already")
        for method in extension.methods():
            if method.method in methods:
                raise ValueError(f"the extension {identifier!r} has the method {method.method!r}, which is taken")
        with self._engines.lock, translated():
            tools, resources = list(extension.tools()), list(extension.resources())
            self._extensions = (*self._extensions, extension)
            for engine in self._engines.made():
                self._extend(engine, extension)
        for tool in tools:
            self.add_tool(tool.fn, meta=tool.meta, **tool.kwargs)
        for resource in resources:
            self.add_resource(resource.resource)
        if type(extension).intercept_tool_call is not Extension.intercept_tool_call:
            self.middleware.append(_Interceptor(extension))

    def _extend(self, engine: _native.Server, extension: Extension) -> None:
        engine.declare_extension(extension.identifier, _native.dumps(to_plain(extension.settings())))
        self._set_methods(engine, extension)

    def _set_methods(self, engine: _native.Server, extension: Extension) -> None:
        for binding in extension.methods():
            engine.set_method(binding.method, self._method_target(binding))

    def _method_target(self, binding: MethodBinding) -> _native.Target:
        async def answer(call: _native.Call) -> str:
            context = context_of(call, self)
            versions = binding.protocol_versions
            if versions is not None and context.protocol_version not in versions:
                raise McpError(METHOD_NOT_FOUND, "method not found")
            params = call.arguments_object()
            try:
                kind = binding.params_type
                read = Attributes(params) if kind is None else kind.model_validate(params)
            except (TypeError, ValueError) as error:
                raise InvalidArguments(str(error)) from error
            value = binding.handler(RequestContext(context), read)
            result = to_plain(await value if inspect.isawaitable(value) else value)
            if result is not None and not isinstance(result, dict):
                raise TypeError(f"a method returns a result object, not {type(result).__name__}")
            return encode(result or {})

        return _native.Target(
            answer,
            is_async=True,
            bind=lambda call: {"call": call},
            result=_complete,
            error=self._answerer(binding.method),
        )

    def _register_all(self, engine: _native.Server) -> None:
        super()._register_all(engine)
        for extension in self._extensions:
            self._extend(engine, extension)

    def _remake(self, engine: _native.Server) -> None:
        super()._remake(engine)
        for extension in self._extensions:
            self._set_methods(engine, extension)


def _complete(call: _native.Call, text: str) -> None:
    call.complete_whole(text)


class _Interceptor(Middleware):
    """An extension around calls of tools."""

    def __init__(self, extension: Extension) -> None:
        self._extension = extension

    async def on_call_tool(self, context: MiddlewareContext, call_next: Any) -> Any:
        """See `Extension.intercept_tool_call`."""
        around = context.fastmcp_context

        async def go_on(_ctx: Any = None) -> Any:
            return await call_next(context)

        request = None if around is None else around.request_context
        return await self._extension.intercept_tool_call(context.message, request, go_on)
