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

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import __version__
    from .answers.content import Audio, File, Image
    from .answers.messages import AssistantMessage, Message, UserMessage
    from .answers.resource_contents import ReadResourceContents
    from .answers.results import ToolResult
    from .arguments.injection import Resolve
    from .calls.asking.markers import Elicit, ListRoots, Sample
    from .calls.asking.results import AcceptedElicitation, CancelledElicitation, DeclinedElicitation, ElicitationResult
    from .calls.asking.rounds import InputRequired
    from .calls.asking.sampling_tools import SamplingTool
    from .calls.context import Context, get_context
    from .calls.dependencies import CurrentContext, Depends
    from .client.client import Client
    from .errors import (
        AlreadyRegisteredError,
        ClientAnsweredError,
        InvalidAnswer,
        InvalidArguments,
        InvalidDescriptorError,
        InvalidResult,
        InvalidSchemaError,
        MCPError,
        McpError,
        MissingCapabilityError,
        NoBackChannelError,
        NotFoundError,
        OxmcpError,
        PromptError,
        QuestionError,
        QuestionTimeoutError,
        ResourceError,
        ToolError,
    )
    from .offers.descriptors import CacheHint
    from .offers.skills.skill import Skill
    from .server.lowlevel import NotificationOptions, Server
    from .server.mcpserver.server import FastMCP, MCPServer
    from .server.stdio import stdio_server
    from .types import Icon

__all__ = [
    "AcceptedElicitation",
    "AlreadyRegisteredError",
    "AssistantMessage",
    "Audio",
    "CacheHint",
    "CancelledElicitation",
    "Client",
    "ClientAnsweredError",
    "Context",
    "CurrentContext",
    "DeclinedElicitation",
    "Depends",
    "Elicit",
    "ElicitationResult",
    "FastMCP",
    "File",
    "Icon",
    "Image",
    "InputRequired",
    "InvalidAnswer",
    "InvalidArguments",
    "InvalidDescriptorError",
    "InvalidResult",
    "InvalidSchemaError",
    "ListRoots",
    "MCPError",
    "MCPServer",
    "McpError",
    "Message",
    "MissingCapabilityError",
    "NoBackChannelError",
    "NotFoundError",
    "NotificationOptions",
    "OxmcpError",
    "PromptError",
    "QuestionError",
    "QuestionTimeoutError",
    "ReadResourceContents",
    "Resolve",
    "ResourceError",
    "Sample",
    "SamplingTool",
    "Server",
    "Skill",
    "ToolError",
    "ToolResult",
    "UserMessage",
    "__version__",
    "get_context",
    "stdio_server",
]

_HOMES = {
    "_native": "__version__",
    "answers.content": "Audio File Image",
    "answers.messages": "AssistantMessage Message UserMessage",
    "answers.resource_contents": "ReadResourceContents",
    "answers.results": "ToolResult",
    "arguments.injection": "Resolve",
    "calls.asking.markers": "Elicit ListRoots Sample",
    "calls.asking.rounds": "InputRequired",
    "calls.asking.results": "AcceptedElicitation CancelledElicitation DeclinedElicitation ElicitationResult",
    "calls.asking.sampling_tools": "SamplingTool",
    "calls.context": "Context get_context",
    "calls.dependencies": "CurrentContext Depends",
    "server.session": "ServerSession",
    "client.client": "Client",
    "errors": "AlreadyRegisteredError ClientAnsweredError InputRequiredRoundsExceededError InvalidAnswer InvalidArguments"
    " InvalidDescriptorError InvalidResult InvalidSchemaError MCPError McpError MissingCapabilityError NoBackChannelError"
    " NotFoundError NotYetError OxmcpError PromptError QuestionError QuestionTimeoutError ResourceError ToolError"
    " UrlElicitationRequiredError",
    "offers.descriptors": "CacheHint",
    "offers.skills.skill": "Skill",
    "server.lowlevel": "NotificationOptions Server",
    "server.mcpserver.server": "FastMCP MCPServer",
    "server.stdio": "stdio_server",
    "exceptions": "FastMCPDeprecationWarning",
    "types.version": "MCPDeprecationWarning",
    "types": "CallToolRequest ClientCapabilities ClientNotification ClientRequest ClientResult CompleteRequest "
    "CreateMessageRequest CreateMessageResult CreateMessageResultWithTools ErrorData GetPromptRequest "
    "GetPromptResult Icon Implementation IncludeContext InitializeRequest InitializeResult "
    "InitializedNotification JSONRPCError JSONRPCRequest JSONRPCResponse ListPromptsRequest "
    "ListPromptsResult ListResourcesRequest ListResourcesResult ListToolsResult LoggingLevel "
    "LoggingMessageNotification Notification PingRequest ProgressNotification PromptsCapability "
    "ReadResourceRequest ReadResourceResult Resource ResourceUpdatedNotification ResourcesCapability "
    "RootsCapability SamplingCapability SamplingContent SamplingContextCapability SamplingMessage "
    "SamplingMessageContentBlock SamplingRole SamplingToolsCapability ServerCapabilities ServerNotification "
    "ServerRequest ServerResult SetLevelRequest StopReason SubscribeRequest Tool ToolChoice "
    "ToolResultContent ToolUseContent ToolsCapability UnsubscribeRequest",
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        if name in ("errors", "types"):  # modules that are about to be imported
            raise AttributeError(name)
        from .later.names import names

        return names(__name__)(name)
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


class _Later:
    """Finds the modules of which nothing is there yet, when nobody else has found them."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> Any:
        if not name.startswith("oxmcp."):
            return None
        from .later.finder import find_spec

        return find_spec(name)


sys.meta_path.append(_Later)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
