"""oxmcp: Model Context Protocol servers, written as decorated Python functions and served by a Rust engine.

    from oxmcp import FastMCP

    mcp = FastMCP("Demo")

    @mcp.tool
    def add(a: int, b: int) -> int:
        return a + b

    mcp.run()

Every name is imported when it is first used, so that a server starts fast.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import __version__
    from .client import Client
    from .content import Audio, File, Image
    from .context import Context, get_context
    from .dependencies import CurrentContext, Depends
    from .descriptors import CacheHint
    from .errors import (
        AlreadyRegisteredError,
        InvalidArguments,
        InvalidDescriptorError,
        InvalidResult,
        InvalidSchemaError,
        MCPError,
        McpError,
        NotFoundError,
        OxmcpError,
        PromptError,
        ResourceError,
        ToolError,
    )
    from .messages import AssistantMessage, Message, UserMessage
    from .resources import ReadResourceContents
    from .results import ToolResult
    from .server.lowlevel import NotificationOptions, Server
    from .server.mcpserver import FastMCP, MCPServer
    from .server.stdio import stdio_server
    from .types import Icon

__all__ = [
    "AlreadyRegisteredError",
    "AssistantMessage",
    "Audio",
    "CacheHint",
    "Client",
    "Context",
    "CurrentContext",
    "Depends",
    "FastMCP",
    "File",
    "Icon",
    "Image",
    "InvalidArguments",
    "InvalidDescriptorError",
    "InvalidResult",
    "InvalidSchemaError",
    "MCPError",
    "MCPServer",
    "McpError",
    "Message",
    "NotFoundError",
    "NotificationOptions",
    "OxmcpError",
    "PromptError",
    "ReadResourceContents",
    "ResourceError",
    "Server",
    "ToolError",
    "ToolResult",
    "UserMessage",
    "__version__",
    "get_context",
    "stdio_server",
]

_HOMES = {
    "_native": "__version__",
    "client": "Client",
    "content": "Audio File Image",
    "context": "Context get_context",
    "dependencies": "CurrentContext Depends",
    "descriptors": "CacheHint",
    "errors": "AlreadyRegisteredError InvalidArguments InvalidDescriptorError InvalidResult InvalidSchemaError MCPError"
    " McpError NotFoundError OxmcpError PromptError ResourceError ToolError",
    "messages": "AssistantMessage Message UserMessage",
    "resources": "ReadResourceContents",
    "results": "ToolResult",
    "server.lowlevel": "NotificationOptions Server",
    "server.mcpserver": "FastMCP MCPServer",
    "server.stdio": "stdio_server",
    "types": "Icon",
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
