"""What a client can ask for and be given as the protocol has it: one page, one whole result, and no exception for a failed
tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import types
from ..answers.encoding import encode
from ..later.deferred import accept
from .conversation import Conversation

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..later.options import OfRequests


class WholeResults(Conversation):
    """The requests whose names end in `_mcp`."""

    async def list_tools_mcp(self, cursor: str | None = None, **other: Unpack[OfRequests]) -> types.ListToolsResult:
        """A page of tools."""
        return types.ListToolsResult(**await self._page("list_tools_mcp", "tools/list", cursor, other))

    async def list_resources_mcp(
        self, cursor: str | None = None, **other: Unpack[OfRequests]
    ) -> types.ListResourcesResult:
        """A page of resources."""
        return types.ListResourcesResult(**await self._page("list_resources_mcp", "resources/list", cursor, other))

    async def list_resource_templates_mcp(
        self, cursor: str | None = None, **other: Unpack[OfRequests]
    ) -> types.ListResourceTemplatesResult:
        """A page of resource templates."""
        page = await self._page("list_resource_templates_mcp", "resources/templates/list", cursor, other)
        return types.ListResourceTemplatesResult(**page)

    async def list_prompts_mcp(self, cursor: str | None = None, **other: Unpack[OfRequests]) -> types.ListPromptsResult:
        """A page of prompts."""
        return types.ListPromptsResult(**await self._page("list_prompts_mcp", "prompts/list", cursor, other))

    async def call_tool_mcp(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        progress_handler: Callable[..., Any] | None = None,
        timeout: float | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> types.CallToolResult:
        """The whole result of a tool; one that failed is a result with `is_error`.

        Raises:
            McpError: the server answered with an error.
        """
        asked = {"name": name, "arguments": dict(arguments or {})}
        return types.CallToolResult(
            **await self.request("tools/call", asked, timeout=timeout, progress_handler=progress_handler, meta=meta)
        )

    async def read_resource_mcp(self, uri: Any, meta: Mapping[str, Any] | None = None) -> types.ReadResourceResult:
        """The whole result of reading a resource.

        Raises:
            McpError: there is none at this URI, or it failed.
        """
        return types.ReadResourceResult(**await self.request("resources/read", {"uri": str(uri)}, meta=meta))

    async def get_prompt_mcp(
        self, name: str, arguments: Mapping[str, Any] | None = None, meta: Mapping[str, Any] | None = None
    ) -> types.GetPromptResult:
        """The whole result of rendering a prompt. Values that are not text are sent as their JSON text (PRM-6).

        Raises:
            McpError: it is unknown, refused or failed.
        """
        given = {key: value if isinstance(value, str) else encode(value) for key, value in (arguments or {}).items()}
        return types.GetPromptResult(**await self.request("prompts/get", {"name": name, "arguments": given}, meta=meta))

    async def complete_mcp(
        self, ref: Any, argument: Mapping[str, str], context_arguments: Mapping[str, str] | None = None
    ) -> types.CompleteResult:
        """The whole result of asking for suggestions; see `complete`."""
        params: dict[str, Any] = {"ref": ref, "argument": dict(argument)}
        if context_arguments is not None:
            params["context"] = {"arguments": dict(context_arguments)}
        return types.CompleteResult(**await self.request("completion/complete", params))

    async def _page(self, where: str, method: str, cursor: str | None, other: Mapping[str, Any]) -> dict[str, Any]:
        accept("OfRequests", where, other)
        return await self.request(method, {} if cursor is None else {"cursor": cursor})
