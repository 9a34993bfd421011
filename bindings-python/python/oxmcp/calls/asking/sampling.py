"""Asking the client's model for a message (SAM-*): what is asked, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ... import _native, types
from ...types.wire_object import to_plain
from .questions import SAMPLE, asked


async def create_message(call: _native.Call, params: dict[str, Any], timeout: float | None = None) -> Any:
    """Asks with params as `message_params` makes them; a `CreateMessageResultWithTools` where tools are among them."""
    result = await asked(call, SAMPLE, params, timeout)
    return read_message(params, result)


def read_message(params: Mapping[str, Any], result: dict[str, Any]) -> Any:
    """The answer to a question with these params."""
    with_tools = "tools" in params or "toolChoice" in params
    return (types.CreateMessageResultWithTools if with_tools else types.CreateMessageResult)(**result)


def message_params(
    messages: Any,
    *,
    max_tokens: int,
    system_prompt: str | None = None,
    include_context: str | None = None,
    temperature: float | None = None,
    stop_sequences: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    model_preferences: Any = None,
    tools: Iterable[Any] | None = None,
    tool_choice: Any = None,
) -> dict[str, Any]:
    """The params of a question to the model, as the protocol has them.

    Raises:
        ValueError: results of tools do not belong to the calls before them (SAM-3, SAM-4), or a choice is none of the three.
        TypeError: something is no message, or no preference.
    """
    told = conversation(messages)
    check_tool_results(told)
    params: dict[str, Any] = {
        "messages": [message.to_dict() for message in told],
        "maxTokens": max_tokens,
        "systemPrompt": system_prompt,
        "includeContext": include_context,
        "temperature": temperature,
        "stopSequences": None if stop_sequences is None else list(stop_sequences),
        "metadata": None if metadata is None else to_plain(dict(metadata)),
        "modelPreferences": preferences(model_preferences),
        "tools": None if tools is None else [_tool(tool) for tool in tools],
        "toolChoice": choice(tool_choice),
    }
    return {name: value for name, value in params.items() if value is not None}


def conversation(messages: Any) -> list[types.SamplingMessage]:
    """Messages in all the ways people write them: text, messages of ours or a peer's, dicts, and lists of these."""
    if isinstance(messages, (str, Mapping)) or hasattr(messages, "role") or not isinstance(messages, Iterable):
        messages = [messages]
    return [_message(message) for message in messages]


def _message(message: Any) -> types.SamplingMessage:
    if isinstance(message, types.SamplingMessage):
        return message
    if isinstance(message, str):
        return types.SamplingMessage(role="user", content=types.TextContent(text=message))
    plain = to_plain(message)
    if not isinstance(plain, Mapping):
        plain = {"role": getattr(message, "role", None), "content": to_plain(getattr(message, "content", None))}
    if plain.get("role") not in ("user", "assistant") or plain.get("content") is None:
        raise TypeError(f"A message is text, or has a role and content; {type(message).__name__} is neither")
    content = plain["content"]
    if isinstance(content, str):
        content = types.TextContent(text=content)
    return types.SamplingMessage(**{**plain, "content": content})


def check_tool_results(messages: Sequence[types.SamplingMessage]) -> None:
    """Holds the end of a conversation to SAM-3 and SAM-4: results answer the calls before them, all and nothing else.

    Raises:
        ValueError: they do not.
    """
    if not messages:
        return
    last = messages[-1].content_as_list
    before = messages[-2].content_as_list if len(messages) > 1 else []
    results = [block for block in last if block.type == "tool_result"]
    if results and len(results) < len(last):
        raise ValueError("A message with results of tools holds nothing else")
    called = {block.id for block in before if block.type == "tool_use"}
    if called != {block.tool_use_id for block in results}:
        raise ValueError("The results of tools must answer the calls of the message before, each by its id")


def preferences(given: Any) -> dict[str, Any] | None:
    """Which models would do: `ModelPreferences`, a dict, or names in the order of liking.

    Raises:
        TypeError: it is none of these.
    """
    if given is None:
        return None
    if isinstance(given, str):
        given = [given]
    if isinstance(given, (list, tuple)):
        if not all(isinstance(hint, str) for hint in given):
            raise TypeError("A list of model_preferences holds names of models")
        return {"hints": [{"name": hint} for hint in given]}
    plain = to_plain(given)
    if not isinstance(plain, Mapping):
        raise TypeError(
            f"model_preferences are ModelPreferences, a name or a list of names, not {type(given).__name__}"
        )
    return types.ModelPreferences(**plain).to_dict()


def choice(given: Any) -> dict[str, Any] | None:
    """Whether the model may or must call tools: a `ToolChoice`, a dict, or its mode.

    Raises:
        ValueError: the mode is none of the three.
    """
    if given is None:
        return None
    plain = {"mode": given} if isinstance(given, str) else to_plain(given)
    if plain.get("mode", "auto") not in ("auto", "required", "none", None):
        raise ValueError(f"tool_choice is 'auto', 'required' or 'none', not {plain['mode']!r}")
    return dict(plain)


def _tool(tool: Any) -> dict[str, Any]:
    plain = to_plain(tool)
    return types.Tool(**plain).to_dict() if isinstance(plain, Mapping) else plain
