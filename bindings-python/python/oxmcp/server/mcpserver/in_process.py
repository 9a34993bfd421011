"""Looking at a server and using it from the same process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _native, types
from ...answers.resource_contents import ResourceResult
from ...calls.context import Context, context_of, get_context
from ...errors import McpError, ResourceError
from ...later.deferred import accept
from ...offers.managers import PromptManager, ResourceManager, ToolManager
from ...offers.resources import Resource
from ...offers.tools import Tool
from .decorators import Decorators

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...client.client import CallToolResult, Client
    from ...later.options import OfCalls


class InProcess(Decorators):
    """What a client would see and get, without a transport; and what is registered, as it was registered."""

    @property
    def _tool_manager(self) -> ToolManager:
        return ToolManager(self)

    @property
    def _prompt_manager(self) -> PromptManager:
        return PromptManager(self)

    @property
    def _resource_manager(self) -> ResourceManager:
        return ResourceManager(self)

    def get_context(self) -> Context[Any, Any, Any]:
        """The Context of the call in flight.

        Raises:
            RuntimeError: no call is in flight here.
        """
        call = _native.current_call.get(None)
        return get_context() if call is None else context_of(call, self)

    async def list_tools(self, **other: Unpack[OfCalls]) -> list[types.Tool]:
        """The tools as a client sees them that no middleware stands before."""
        accept("OfCalls", "list_tools", other)
        return [types.Tool(**item) for item in self._listed("tools/list")]

    async def list_resources(self, **other: Unpack[OfCalls]) -> list[types.Resource]:
        """The resources as a client sees them."""
        accept("OfCalls", "list_resources", other)
        return [types.Resource(**item) for item in self._listed("resources/list")]

    async def list_resource_templates(self, **other: Unpack[OfCalls]) -> list[types.ResourceTemplate]:
        """The resource templates as a client sees them."""
        accept("OfCalls", "list_resource_templates", other)
        return [types.ResourceTemplate(**item) for item in self._listed("resources/templates/list")]

    async def list_prompts(self, **other: Unpack[OfCalls]) -> list[types.Prompt]:
        """The prompts as a client sees them."""
        accept("OfCalls", "list_prompts", other)
        return [types.Prompt(**item) for item in self._listed("prompts/list")]

    def _listed(self, method: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = _native.loads(self.native.page(method, types.LATEST_PROTOCOL_VERSION, cursor))
            cursor = page.pop("nextCursor", None)
            (items,) = page.values()
            found += items
            if cursor is None:
                return found

    async def call_tool(
        self, name: str, arguments: Mapping[str, Any] | None = None, **other: Unpack[OfCalls]
    ) -> CallToolResult:
        """Calls a tool the way a client does. Structured content that is no object comes as `{"result": …}`, as clients of
        older versions get it; `data` is the value itself.

        Raises:
            ToolError: it is unknown, refused or failed.
        """
        accept("OfCalls", "call_tool", other)
        async with self._client() as client:
            result = await client.call_tool(name, arguments)
        tool = self.tool_named(name)
        return result.wrapped() if tool is not None and tool.wraps_output else result

    async def read_resource(self, uri: Any, **other: Unpack[OfCalls]) -> ResourceResult:
        """Reads a resource the way a client does; bytes come decoded.

        Raises:
            ResourceError: there is none at this URI, or it failed.
        """
        accept("OfCalls", "read_resource", other)
        from ...client.client import opened

        async with self._client() as client:
            try:
                return opened(await client.read_resource(uri))
            except McpError as error:
                raise ResourceError(error.message) from error

    async def get_prompt(
        self, name: str, arguments: Mapping[str, Any] | None = None, **other: Unpack[OfCalls]
    ) -> types.GetPromptResult:
        """Renders a prompt the way a client does.

        Raises:
            McpError: it is unknown, refused or failed.
        """
        accept("OfCalls", "get_prompt", other)
        async with self._client() as client:
            return await client.get_prompt(name, arguments)

    render_prompt = get_prompt

    async def get_tool(self, name: str, version: str | None = None) -> Tool | None:
        """The tool registered under this name, if there is one that can be called."""
        tool: Tool | None = self._offers["tool"].get(name)
        return tool if _is_there(tool, version) else None

    async def get_resource(self, uri: Any, version: str | None = None) -> Resource | None:
        """The resource registered under this URI, if there is one that can be read."""
        resource: Resource | None = self._offers["resource"].get(str(uri))
        return resource if _is_there(resource, version) else None

    async def get_resource_template(self, uri: Any, version: str | None = None) -> Resource | None:
        """The family of resources with this template, if there is one that can be read."""
        template: Resource | None = self._offers["resource_template"].get(str(uri))
        return template if _is_there(template, version) else None

    def _client(self) -> Client:
        from ...client.client import Client

        return Client(self, mode="auto")


def _is_there(offer: Tool | Resource | None, version: str | None) -> bool:
    return offer is not None and offer.enabled and version in (None, offer.version)
