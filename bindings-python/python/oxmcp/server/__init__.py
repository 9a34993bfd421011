"""Servers: `MCPServer` (also `FastMCP`) made of decorated functions, and the low-level `Server`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..calls.context import Context
    from ..calls.middleware.requests import ServerRequestContext
    from ..offers.descriptors import CacheHint
    from .lowlevel import NotificationOptions, Server
    from .mcpserver.server import FastMCP, MCPServer
    from .models import InitializationOptions

__all__ = [
    "CacheHint",
    "Context",
    "FastMCP",
    "InitializationOptions",
    "MCPServer",
    "NotificationOptions",
    "Server",
    "ServerRequestContext",
]

_MODULE_OF = {
    "CacheHint": "oxmcp.offers.descriptors",
    "Context": "oxmcp.calls.context",
    "FastMCP": "oxmcp.server.mcpserver.server",
    "InitializationOptions": "oxmcp.server.models",
    "MCPServer": "oxmcp.server.mcpserver.server",
    "NotificationOptions": "oxmcp.server.lowlevel",
    "Server": "oxmcp.server.lowlevel",
    "ServerRequestContext": "oxmcp.calls.middleware.requests",
}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        from ..later.names import names

        return names(__name__)(name)
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value
