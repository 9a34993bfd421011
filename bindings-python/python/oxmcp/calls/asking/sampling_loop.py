"""Sampling with tools: the model calls, the server runs, until there is a text, or a value of the type that is wanted."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from ... import types
from ...answers.encoding import encode
from ...arguments import forms
from ...errors import InvalidAnswer, MissingCapabilityError
from ...types.wire_object import to_plain
from . import sampling, sampling_tools
from .sampling_tools import SamplingTool

if TYPE_CHECKING:
    from ..served_call import ServedCall

T = TypeVar("T", default=str)

FINAL = "final_response"
"""The tool by which the model gives a value of the type that is wanted."""

MOST_STEPS = 100
"""How often the model is asked at most in one `sample` (SAM-7)."""

MOST_RETRIES = 3
"""How often it may answer without the value, or with one that does not fit, before that is an error."""

DEFAULT_MAX_TOKENS = 512


@dataclass
class SamplingResult(Generic[T]):
    """What came of sampling."""

    text: str | None
    """The text; the JSON text of `result` where a type was wanted."""
    result: T
    """The text, or the value of the type that was wanted."""
    history: list[types.SamplingMessage]
    """Every message: those given, the model's, the results of tools."""


@dataclass
class SampleStep:
    """One answer of the model."""

    response: Any
    """The client's result: a `CreateMessageResult`, with tools a `CreateMessageResultWithTools`."""
    history: list[types.SamplingMessage]
    """The messages given, the model's, and the results of the tools that were run."""

    @property
    def is_tool_use(self) -> bool:
        """Whether the model called tools."""
        return bool(self.tool_calls)

    @property
    def text(self) -> str | None:
        """The first text of the answer; None without one."""
        return next((block.text for block in _blocks(self.response) if block.type == "text"), None)

    @property
    def tool_calls(self) -> list[types.ToolUseContent]:
        """The model's calls of tools."""
        return [block for block in _blocks(self.response) if block.type == "tool_use"]


def _blocks(response: Any) -> list[Any]:
    content = response.content
    return list(content) if isinstance(content, (list, tuple)) else [content]


async def step(
    context: ServedCall,
    messages: Any,
    *,
    tools: list[SamplingTool],
    tool_choice: Any = None,
    execute_tools: bool = True,
    mask_error_details: bool | None = None,
    tool_concurrency: int | None = None,
    timeout: float | None = None,
    **options: Any,
) -> SampleStep:
    """Asks the model once, and runs the tools it calls; see `Context.sample_step`."""
    history = sampling.conversation(messages)
    params = sampling.message_params(
        history,
        max_tokens=options.pop("max_tokens", None) or DEFAULT_MAX_TOKENS,
        tools=[tool.described() for tool in tools] or None,
        tool_choice=tool_choice,
        **options,
    )
    response = await _ask(context, params, timeout)
    history = [*history, types.SamplingMessage(role="assistant", content=response.content)]
    done = SampleStep(response, history)
    calls = done.tool_calls
    if execute_tools and calls:
        mask = getattr(context._server, "_mask", False) if mask_error_details is None else mask_error_details
        results = await sampling_tools.run_all(calls, tools, context, mask=mask, at_once=tool_concurrency)
        history.append(types.SamplingMessage(role="user", content=results))
    return done


async def _ask(context: ServedCall, params: dict[str, Any], timeout: float | None) -> Any:
    """Asks the client's model, or the server's own handler where there is one and it is wanted or needed."""
    handler, always = _own_handler(context)
    if handler is not None and always:
        return await _ask_handler(handler, context, params)
    try:
        return await sampling.create_message(context._call, params, timeout)
    except MissingCapabilityError:
        if handler is None:
            raise
        return await _ask_handler(handler, context, params)


def _own_handler(context: ServedCall) -> tuple[Callable[..., Any] | None, bool]:
    server = context._server
    handler = getattr(server, "sampling_handler", None)
    behaviour = getattr(server, "sampling_handler_behavior", None)
    return (None if behaviour is None else handler), behaviour == "always"


async def _ask_handler(handler: Callable[..., Any], context: ServedCall, params: dict[str, Any]) -> Any:
    asked = types.CreateMessageRequestParams(**params)
    answer = handler(asked.messages, asked, getattr(context, "request_context", None))
    answer = await answer if inspect.isawaitable(answer) else answer
    if isinstance(answer, str):
        content = types.TextContent(text=answer)
        return types.CreateMessageResult(role="assistant", content=content, model="unknown", stop_reason="endTurn")
    return sampling.read_message(params, to_plain(answer))


async def run(
    context: ServedCall,
    messages: Any,
    *,
    tools: Sequence[Any] | None = None,
    tool_choice: Any = None,
    result_type: Any = None,
    **options: Any,
) -> SamplingResult[Any]:
    """Asks the model until there is a text, or a value of `result_type`; see `Context.sample`."""
    offered = sampling_tools.tools_of(tools)
    wanted = None if result_type in (None, str) else forms.value_of(result_type)
    if wanted is not None:
        offered.append(_final(wanted))
        tool_choice = "required"
    retries = 0
    for _ in range(MOST_STEPS):
        done = await step(context, messages, tools=offered, tool_choice=tool_choice, **options)
        if wanted is None:
            if not done.is_tool_use:
                return SamplingResult(done.text, done.text or "", done.history)
            tool_choice = None  # what had to be called was called
        else:
            given = next((call for call in done.tool_calls if call.name == FINAL), None)
            if given is not None:
                try:
                    value = wanted.read(given.input)
                except InvalidAnswer as error:
                    retries = _count(retries, error, result_type)
                    _tell(done, given.id, f"{error}. Please try again with valid data.")
                else:
                    return SamplingResult(
                        encode(given.input.get("value") if wanted.is_single else given.input), value, done.history
                    )
            elif not done.is_tool_use:
                retries = _count(retries, None, result_type)
                text = (
                    f"You must call the `{FINAL}` tool to provide your answer. Do not respond with text: use the tool."
                )
                done.history.append(types.SamplingMessage(role="user", content=types.TextContent(text=text)))
        messages = done.history
    raise RuntimeError(f"The model went on calling tools: sample() stops after {MOST_STEPS} answers")


def _count(retries: int, error: Exception | None, wanted: Any) -> int:
    if retries < MOST_RETRIES:
        return retries + 1
    name = getattr(wanted, "__name__", str(wanted))
    how = "without calling the tool for it" if error is None else f"with values that do not fit: {error}"
    raise RuntimeError(f"The model gave no {name}: it answered {retries + 1} times {how}") from error


def _final(wanted: forms.Value) -> SamplingTool:
    def give(**members: Any) -> Mapping[str, Any]:
        return members

    return SamplingTool(
        FINAL,
        give,
        wanted.schema,
        "Call this tool to provide your final response. Use it when you have completed the task and are ready to return the"
        " result.",
    )


def _tell(done: SampleStep, call: str, text: str) -> None:
    """Answers the model's final call with what is wrong with it, in place of what the tool answered."""
    for result in done.history[-1].content_as_list:
        if result.type == "tool_result" and result.tool_use_id == call:
            result.content = [types.TextContent(text=text)]
            result.is_error = True
