"""What is checked before a client's model is asked, at the path of the official package."""

from __future__ import annotations

from typing import Any

from .. import types
from ..calls.asking import sampling
from ..errors import McpError

__all__ = [
    "check_sampling_tools_capability",
    "validate_sampling_tools",
    "validate_tool_use_result_messages",
    "wants_sampling_tools",
]


def check_sampling_tools_capability(client_caps: Any) -> bool:
    """Whether a client declared `sampling.tools` (SAM-1)."""
    declared = getattr(client_caps, "sampling", None)
    return getattr(declared, "tools", None) is not None


def wants_sampling_tools(tools: Any, tool_choice: Any) -> bool:
    """Whether a question needs `sampling.tools` (SAM-2)."""
    return tools is not None or tool_choice is not None


def validate_sampling_tools(client_caps: Any, tools: Any, tool_choice: Any) -> None:
    """Holds a question to what the client declared. Asking does so by itself.

    Raises:
        McpError: the client did not declare `sampling.tools`, and the question needs it.
    """
    if wants_sampling_tools(tools, tool_choice) and not check_sampling_tools_capability(client_caps):
        raise McpError(types.INVALID_PARAMS, "Client does not support sampling tools capability")


def validate_tool_use_result_messages(messages: Any) -> None:
    """Holds the end of a conversation to SAM-3 and SAM-4. Asking does so by itself.

    Raises:
        ValueError: the results of tools do not answer the calls before them.
    """
    sampling.check_tool_results(sampling.conversation(messages))
