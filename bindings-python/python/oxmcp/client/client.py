"""A client in the same process: what a test needs to talk to a server, over the real protocol and without a transport."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .. import _native, types
from ..answers.resource_contents import ReadResourceContents, ResourceResult
from ..calls.context import LEGACY
from ..engine.values import attributes
from ..errors import McpError, ResourceError, ToolError
from ..later.deferred import LaterMembers, accept
from ..later.names import names
from ..types.wire_object import WireObject
from .answering import Roots
from .elicitation import ElicitationHandler
from .results import WholeResults
from .roots import RootsHandler, RootsList
from .sampling import SamplingHandler

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..later.options import OfClients, OfRequests
    from ..serving.serving import Serving

__all__ = ["CallToolResult", "Client", "ElicitationHandler", "RootsHandler", "RootsList", "SamplingHandler"]

MODERN = types.LATEST_PROTOCOL_VERSION
T = TypeVar("T", bound=WireObject)


class CallToolResult(types.CallToolResult):
    """The result of `tools/call`, with `data` beside it."""

    def wrapped(self) -> CallToolResult:
        """The same with its structured content, if it has any, as `{"result": …}` (DOWN-4)."""
        if "structured_content" in self.__dict__ and not self.is_error:
            self.structured_content = {"result": self.structured_content}
            self.__dict__["_wrapped"] = True
        return self

    @property
    def data(self) -> Any:
        """The structured result as the tool returned it; objects can be read by attribute too. None without one."""
        value = self.structured_content
        if self.__dict__.get("_wrapped") and isinstance(value, Mapping):
            value = value.get("result")
        return attributes(value)


class Client(WholeResults, LaterMembers):
    """Talks to a server in the same process: `async with Client(server) as client: …`. May be entered again.

    Args:
        server: An `MCPServer` or a low-level `Server`; also as `transport`.
        mode: "legacy" opens a session with the handshake at 2025-11-25, "auto" and "modern" send requests that stand alone
            (2026-07-28); or a version.
        name, version: What the client says it is; `client_info`, an `Implementation`, says more.
        capabilities: What the client declares it can do.
        progress_handler: Called with (progress, total, message) for every report of a call.
        log_handler: Called with every log message: an object with `level`, `logger` and `data`.
        message_handler: Called with every notification: an object with `method` and `params`.
        log_level: From which level log messages are asked for, when there is a `log_handler`.
        timeout: Seconds to wait for an answer; without end when absent.
        elicitation_handler: Answers forms and pages: `(message, response_type, params, context)`. It returns an object of
            `response_type`, a dict, or the one thing that was asked for, which accepts; or an `ElicitResult`. For a page
            `response_type` is None. As `elicitation_callback` it is `(context, params)`, and returns an `ElicitResult`.
        sampling_handler: Answers what the model is asked: `(messages, params, context)`. It returns a text or a
            `CreateMessageResult`. As `sampling_callback` it is `(context, params)`.
        sampling_capabilities: What of sampling is declared: a `SamplingCapability`; tools, when absent.
        roots: The roots: URIs or `Root`s, or a function `(context)` that returns them; as `list_roots_callback` it returns a
            `ListRootsResult`.
        input_required_max_rounds: How often a server may ask within one call (2026-07-28).

    What has a handler is declared as something the client can be asked. Handlers may be plain or async. Those of progress, log
    messages and notifications run one after another in the order of arrival, before the answer that follows them; what is
    asked at once is answered at once.

    Raises:
        TypeError: `server` cannot be served in this process.
    """

    known_as = "Client"

    def __init__(
        self,
        server: Serving | None = None,
        *,
        transport: Serving | None = None,
        mode: str = "legacy",
        name: str = "oxmcp-client",
        version: str = _native.__version__,
        client_info: types.Implementation | None = None,
        capabilities: Mapping[str, Any] | None = None,
        progress_handler: Callable[..., Any] | None = None,
        log_handler: Callable[..., Any] | None = None,
        message_handler: Callable[..., Any] | None = None,
        log_level: str = "debug",
        timeout: float | None = None,
        elicitation_handler: Callable[..., Any] | None = None,
        elicitation_callback: Callable[..., Any] | None = None,
        sampling_handler: Callable[..., Any] | None = None,
        sampling_callback: Callable[..., Any] | None = None,
        sampling_capabilities: Any = None,
        roots: Roots | None = None,
        list_roots_callback: Callable[..., Any] | None = None,
        input_required_max_rounds: int = 10,
        **other: Unpack[OfClients],
    ) -> None:
        accept("OfClients", "Client", other)
        server = server or transport
        if server is None or not hasattr(type(server), "engine_here"):
            raise TypeError(f"Client takes a server of this process, not {type(server).__name__}")
        super().__init__(
            server,
            protocol_version={"legacy": LEGACY[-1], "auto": MODERN, "modern": MODERN}.get(mode, mode),
            info=(client_info or types.Implementation(name=name, version=version)).to_dict(),
            capabilities=capabilities or {},
            progress_handler=progress_handler,
            log_handler=log_handler,
            message_handler=message_handler,
            log_level=log_level,
            timeout=timeout,
        )
        answering = self._answering
        answering.elicitation_handler, answering.elicitation_callback = elicitation_handler, elicitation_callback
        answering.sampling_handler, answering.sampling_callback = sampling_handler, sampling_callback
        answering.sampling_capabilities = sampling_capabilities
        answering.roots, answering.list_roots_callback = roots, list_roots_callback
        self.input_required_max_rounds = input_required_max_rounds

    # What the server may ask. Who is connected already has told a legacy server what it can be asked.

    def set_elicitation_callback(self, elicitation_callback: Callable[..., Any]) -> None:
        """Sets the `elicitation_handler`."""
        self._answering.elicitation_handler = elicitation_callback

    def set_sampling_callback(self, sampling_callback: Callable[..., Any], sampling_capabilities: Any = None) -> None:
        """Sets the `sampling_handler`, and what of sampling is declared."""
        self._answering.sampling_handler = sampling_callback
        self._answering.sampling_capabilities = sampling_capabilities

    def set_roots(self, roots: Roots) -> None:
        """Sets the `roots`; `send_roots_list_changed` tells the server."""
        self._answering.roots = roots

    async def send_roots_list_changed(self) -> None:
        """Tells the server that the roots changed (legacy)."""
        if not self._modern:
            await self.notify("notifications/roots/list_changed")

    # What can be asked

    async def ping(self) -> bool:
        """Asks whether the server is there; in modern mode, where there is no ping, by a discover."""
        await self.request("server/discover" if self._modern else "ping")
        return True

    async def discover(self) -> types.DiscoverResult:
        """What the server is and can do, by `server/discover` (modern)."""
        return types.DiscoverResult(**await self.request("server/discover"))

    async def set_logging_level(self, level: str) -> None:
        """From now on asks for log messages of this level and above."""
        if self._modern:
            self._log_level = level  # every request says it (LOG-2)
        else:
            await self.request("logging/setLevel", {"level": level})

    async def list_tools(self, **other: Unpack[OfRequests]) -> list[types.Tool]:
        """Every tool, from all pages."""
        accept("OfRequests", "list_tools", other)
        return await self._list("tools/list", "tools", types.Tool)

    async def list_resources(self, **other: Unpack[OfRequests]) -> list[types.Resource]:
        """Every resource, from all pages."""
        accept("OfRequests", "list_resources", other)
        return await self._list("resources/list", "resources", types.Resource)

    async def list_resource_templates(self, **other: Unpack[OfRequests]) -> list[types.ResourceTemplate]:
        """Every resource template, from all pages."""
        accept("OfRequests", "list_resource_templates", other)
        return await self._list("resources/templates/list", "resourceTemplates", types.ResourceTemplate)

    async def list_prompts(self, **other: Unpack[OfRequests]) -> list[types.Prompt]:
        """Every prompt, from all pages."""
        accept("OfRequests", "list_prompts", other)
        return await self._list("prompts/list", "prompts", types.Prompt)

    async def _list(self, method: str, member: str, kind: type[T]) -> list[T]:
        found: list[T] = []
        params: dict[str, Any] = {}
        while True:
            page = await self.request(method, params)
            found += [kind(**item) for item in page[member]]
            if "nextCursor" not in page:  # only its absence is the end (PAG-2)
                return found
            params = {"cursor": page["nextCursor"]}

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        progress_handler: Callable[..., Any] | None = None,
        progress_callback: Callable[..., Any] | None = None,
        raise_on_error: bool = True,
        meta: Mapping[str, Any] | None = None,
        **other: Unpack[OfRequests],
    ) -> CallToolResult:
        """Calls a tool.

        Args:
            name: The tool's name.
            arguments: Values with a JSON form.
            timeout: Seconds to wait; the client's own when absent.
            progress_handler: Called with (progress, total, message); also as `progress_callback`.
            raise_on_error: Whether what went wrong is raised. Otherwise it is a result with `is_error`, also where the server
                answered with an error in place of a result.
            meta: More members of the request's `_meta`.

        Raises:
            ToolError: the tool refused or failed, and `raise_on_error` is set.
            McpError: the server answered with an error, and `raise_on_error` is set.
            TimeoutError: no answer came in time.
        """
        accept("OfRequests", "call_tool", other)
        try:
            wire = await self.request(
                "tools/call",
                {"name": name, "arguments": dict(arguments or {})},
                timeout=timeout,
                progress_handler=progress_handler or progress_callback,
                meta=meta,
            )
        except McpError as error:
            if raise_on_error:
                raise
            wire = {"content": [{"type": "text", "text": error.message}], "isError": True}
        result = CallToolResult(**wire)
        if result.is_error and raise_on_error:
            raise ToolError("\n".join(block.text for block in result.content if block.type == "text"))
        if not self._modern and isinstance(result.structured_content, Mapping):
            result.__dict__["_wrapped"] = self._wraps(name)
        return result

    def _wraps(self, name: str) -> bool:
        """Whether a tool's result went as `{"result": …}` because the version knows only objects (DOWN-4)."""
        find = getattr(self._server, "tool_named", None)
        tool = None if find is None else find(name)
        return tool is not None and tool.wraps_output

    async def read_resource(
        self, uri: Any, *, meta: Mapping[str, Any] | None = None, **other: Unpack[OfRequests]
    ) -> list[Any]:
        """What a resource holds: objects with `text` or `blob` (base64).

        Raises:
            McpError: there is none at this URI, or it failed.
        """
        accept("OfRequests", "read_resource", other)
        return list((await self.read_resource_mcp(uri, meta)).contents)

    async def subscribe_resource(self, uri: Any) -> None:
        """Asks to be told of updates of a resource (legacy); they reach the `message_handler`."""
        await self.request("resources/subscribe", {"uri": str(uri)})

    async def unsubscribe_resource(self, uri: Any) -> None:
        """Ends what `subscribe_resource` began."""
        await self.request("resources/unsubscribe", {"uri": str(uri)})

    async def get_prompt(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        meta: Mapping[str, Any] | None = None,
        **other: Unpack[OfRequests],
    ) -> types.GetPromptResult:
        """Renders a prompt. Values that are not text are sent as their JSON text (PRM-6).

        Raises:
            McpError: it is unknown, refused or failed.
        """
        accept("OfRequests", "get_prompt", other)
        return await self.get_prompt_mcp(name, arguments, meta)

    async def complete(
        self,
        ref: Any,
        argument: Mapping[str, str],
        context_arguments: Mapping[str, str] | None = None,
    ) -> types.Completion:
        """Suggestions for an argument (`{"name": …, "value": …}`) of what `ref` names (CMP-4).

        Raises:
            McpError: `ref` is unknown, or the handler failed.
        """
        return (await self.complete_mcp(ref, argument, context_arguments)).completion


def opened(contents: list[Any]) -> ResourceResult:
    """Contents from the wire with their bytes decoded.

    Raises:
        ResourceError: one has neither text nor blob.
    """
    found = ResourceResult()
    for part in contents:
        text, blob = getattr(part, "text", None), getattr(part, "blob", None)
        if text is None and blob is None:
            raise ResourceError("The resource's contents have neither text nor blob")
        content: str | bytes = str(text) if blob is None else b64decode(blob)
        found.append(ReadResourceContents(content, part.mime_type, part.meta))
    return found


__getattr__ = names(__name__)
