"""Functions that a client's model may call while it is sampled: run here, in the server."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable
from typing import Any

from ... import types
from ...answers.content import blocks_of
from ...arguments.parameters import ParameterPlan, plan
from ...engine.threads import in_worker
from ...errors import ToolError

logger = logging.getLogger("oxmcp")


class SamplingTool:
    """A tool for `Context.sample`: a name, what it is for, the JSON Schema of its arguments, and the function behind it.

    Functions can be given as they are; this is for another name or description, or to have tools run one at a time.
    """

    def __init__(
        self,
        name: str,
        fn: Callable[..., Any],
        parameters: dict[str, Any],
        description: str | None = None,
        sequential: bool = False,
    ) -> None:
        self.name = name
        self.fn = fn
        self.parameters = parameters
        self.description = description
        self.sequential = sequential
        """Whether the tools of one message run one after another where this is among them."""
        self._plan: ParameterPlan | None = None

    @classmethod
    def from_function(
        cls,
        fn: Callable[..., Any],
        *,
        name: str | None = None,
        description: str | None = None,
        sequential: bool = False,
    ) -> SamplingTool:
        """A tool of a function, whose parameters are read as a server's tool's are; one annotated as Context gets it.

        Raises:
            ValueError: it has no name (a lambda).
            TypeError: it has dependencies, which only what a server offers can have.
        """
        name = name or getattr(fn, "__name__", None) or type(fn).__name__
        if name == "<lambda>":
            raise ValueError("A lambda has no name: give one with name=…")
        read = plan(fn, name=name)
        if read.dependencies:
            raise TypeError(f"{name}: a function for the model takes the Context, but no other dependencies")
        made = cls(name, fn, read.input_schema, read.description if description is None else description, sequential)
        made._plan = read
        return made

    @classmethod
    def from_callable_tool(cls, tool: Any, *, name: str | None = None, description: str | None = None) -> SamplingTool:
        """A tool of what is registered at the server as one."""
        return cls.from_function(
            tool.function, name=name or tool.name, description=tool.description if description is None else description
        )

    async def run(self, arguments: dict[str, Any] | None = None, context: Any = None) -> Any:
        """What the function returns for these arguments; a plain one runs on a worker thread.

        Raises:
            InvalidArguments: they do not fit.
        """
        given = dict(arguments or {})
        function = self.fn
        if self._plan is not None:
            given = self._plan.bind_text(given, dict.fromkeys(self._plan.context_names, context))
            function = self._plan.function
        is_async = inspect.iscoroutinefunction(inspect.unwrap(function))
        value = function(**given) if is_async else await in_worker(function, **given)
        return await value if inspect.isawaitable(value) else value

    def described(self) -> dict[str, Any]:
        """The tool as the protocol has it."""
        told = {"name": self.name, "description": self.description, "inputSchema": self.parameters}
        return {name: value for name, value in told.items() if value is not None}


def tools_of(given: Iterable[Any] | None) -> list[SamplingTool]:
    """Tools in all the ways people give them.

    Raises:
        TypeError: something is no tool.
    """
    found = []
    for one in given or ():
        if isinstance(one, SamplingTool):
            found.append(one)
        elif callable(getattr(one, "function", None)) and hasattr(one, "name"):
            found.append(SamplingTool.from_callable_tool(one))
        elif callable(one):
            found.append(SamplingTool.from_function(one))
        else:
            raise TypeError(f"tools are functions, SamplingTools or tools of the server, not {type(one).__name__}")
    return found


async def run_all(
    calls: list[types.ToolUseContent], tools: list[SamplingTool], context: Any, *, mask: bool, at_once: int | None
) -> list[types.ToolResultContent]:
    """Runs what the model called, and answers each call, in order. What fails is an answer too.

    Args:
        calls: The model's calls.
        tools: What it may call.
        context: Given to functions that ask for it.
        mask: Whether the text of what was raised, and not meant to be read, stays in the log.
        at_once: How many run at a time: one when None, all when 0.
    """
    known = {tool.name: tool for tool in tools}
    if at_once is not None and at_once < 0:
        raise ValueError(f"tool_concurrency is None, 0 (all at once) or a number of tools, not {at_once}")
    one_by_one = at_once is None or any(known[call.name].sequential for call in calls if call.name in known)
    if one_by_one:
        return [await _answer(call, known, context, mask) for call in calls]
    limit = asyncio.Semaphore(at_once or len(calls) or 1)

    async def run(call: types.ToolUseContent) -> types.ToolResultContent:
        async with limit:
            return await _answer(call, known, context, mask)

    return await asyncio.gather(*(run(call) for call in calls))


async def _answer(
    call: types.ToolUseContent, known: dict[str, SamplingTool], context: Any, mask: bool
) -> types.ToolResultContent:
    tool = known.get(call.name)
    if tool is None:
        return _failed(call, f"Error: Unknown tool {call.name!r}")
    try:
        value = await tool.run(call.input, context)
        return types.ToolResultContent(tool_use_id=call.id, content=blocks_of(value, on_unknown="str"))
    except (ToolError, ValueError) as error:
        logger.info("the sampling tool %r refused: %s", call.name, error)
        return _failed(call, str(error))
    except Exception as error:
        logger.exception("the sampling tool %r failed", call.name)
        what = f"Error executing tool {call.name!r}"
        return _failed(call, what if mask else f"{what}: {error}")


def _failed(call: types.ToolUseContent, text: str) -> types.ToolResultContent:
    return types.ToolResultContent(tool_use_id=call.id, content=[types.TextContent(text=text)], is_error=True)
