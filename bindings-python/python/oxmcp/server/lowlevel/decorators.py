"""The decorators of the low-level server: handlers that take plain arguments and return plain values."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ... import _native
from ...answers import failures
from ...calls.functions import takes_argument
from ...engine.values import Attributes
from ...errors import in_words, logger
from ...offers import completions
from ...serving.serving import Serving
from ...types.requests import REQUESTS, Request
from ...types.wire_object import to_plain
from . import answers
from .uri import Uri

if TYPE_CHECKING:
    from ...calls.session import RequestContext

F = TypeVar("F", bound=Callable[..., Any])
Handler = Callable[["RequestContext", dict[str, Any]], Awaitable[answers.Result]]


class ListedTool:
    """What a server's list says of a tool, with its schemas compiled when they are first needed."""

    __slots__ = ("_input", "_output", "descriptor")

    def __init__(self, descriptor: dict[str, Any]) -> None:
        self.descriptor = descriptor
        self._input: _native.Schema | None = None
        self._output: _native.Schema | None = None

    @property
    def has_output_schema(self) -> bool:
        """Whether it promises a structured result."""
        return self.descriptor.get("outputSchema") is not None

    def refuse_input(self, arguments: Any) -> str | None:
        """Why these arguments do not fit, in plain words; None when they do."""
        if self._input is None:
            self._input = _native.Schema(_native.dumps(self.descriptor["inputSchema"]))
        return _words(self._input, arguments)

    def refuse_output(self, structured: Any) -> str | None:
        """Why this structured result is not what was promised; None when it is."""
        if self._output is None:
            self._output = _native.Schema(_native.dumps(self.descriptor["outputSchema"]))
        return _words(self._output, structured)


class Decorators(Serving):
    """The decorators. All are written with parentheses; the function is returned unchanged."""

    def __init__(self, lifespan: Callable[[Any], Any] | None) -> None:
        super().__init__(lifespan)
        self._tools: dict[str, ListedTool] = {}
        self._list_tools: Handler | None = None

    def handle(self, method: str, handler: Handler | None) -> None:
        """Sets what answers a method, or takes it away."""
        raise NotImplementedError

    # Lists

    def list_tools(self) -> Callable[[F], F]:
        """The handler of `tools/list`: `async () -> list[Tool]`, or `async (request) -> ListToolsResult`."""
        return self._listing("tools/list", "tools")

    def list_resources(self) -> Callable[[F], F]:
        """The handler of `resources/list`: `async () -> list[Resource]`, or `async (request) -> ListResourcesResult`."""
        return self._listing("resources/list", "resources")

    def list_resource_templates(self) -> Callable[[F], F]:
        """The handler of `resources/templates/list`: `async () -> list[ResourceTemplate]`, or with a request."""
        return self._listing("resources/templates/list", "resourceTemplates")

    def list_prompts(self) -> Callable[[F], F]:
        """The handler of `prompts/list`: `async () -> list[Prompt]`, or `async (request) -> ListPromptsResult`."""
        return self._listing("prompts/list", "prompts")

    def _listing(self, method: str, member: str) -> Callable[[F], F]:
        def register(listed: F) -> F:
            wants_request = takes_argument(listed)

            async def handle(_context: RequestContext, params: dict[str, Any]) -> answers.Result:
                given = (request(method, params),) if wants_request else ()
                result = answers.page(await _settled(listed(*given)), member)
                if member == "tools":
                    self._remember(result["tools"], afresh="cursor" not in params)
                return result

            if member == "tools":
                self._list_tools = handle
                self._tools.clear()
            self.handle(method, handle)
            return listed

        return register

    def _remember(self, tools: list[Any], *, afresh: bool) -> None:
        known = self._tools
        fresh = {
            tool["name"]: known[tool["name"]]
            if tool["name"] in known and known[tool["name"]].descriptor == tool
            else ListedTool(tool)
            for tool in tools
        }
        self._tools = fresh if afresh else {**known, **fresh}

    async def _tool(self, context: RequestContext, name: str) -> ListedTool | None:
        """The tool as the list has it; asks for the list when it is not known yet."""
        if name not in self._tools and self._list_tools is not None:
            await self._list_tools(context, {})
        return self._tools.get(name)

    # Tools

    def call_tool(self, *, validate_input: bool = True) -> Callable[[F], F]:
        """The handler of `tools/call`: `async (name, arguments) -> …`.

        It returns content blocks, a dict (structured content), a pair of both, or a `CallToolResult`. What it raises
        becomes a result with `isError`, except for a protocol error. A structured result is checked against the tool's
        listed output schema.

        Args:
            validate_input: Whether arguments are checked against the tool's listed input schema first.
        """

        def register(called: F) -> F:
            async def handle(context: RequestContext, params: dict[str, Any]) -> answers.Result:
                try:
                    return await self._called(called, context, params, validate_input)
                except Exception as error:
                    if failures.protocol_error(error) is not None:
                        raise
                    logger.info("tool %r failed", params.get("name"), exc_info=True)
                    return answers.tool_error(str(error) or type(error).__name__)

            self.handle("tools/call", handle)
            return called

        return register

    async def _called(
        self, called: Callable[..., Any], context: RequestContext, params: dict[str, Any], validate_input: bool
    ) -> answers.Result:
        name, arguments = params["name"], params.get("arguments") or {}
        tool = await self._tool(context, name)
        if validate_input and tool is not None:
            refusal = tool.refuse_input(arguments)
            if refusal is not None:
                return answers.tool_error(f"Input validation error: {refusal}")
        value = await _settled(called(name, arguments))
        if answers.is_tool_result(value):
            return answers.whole(value)
        result, structured = answers.tool_result(value)
        if tool is not None and tool.has_output_schema:
            if structured is None:
                return answers.tool_error(
                    "Output validation error: outputSchema defined but no structured output returned"
                )
            refusal = tool.refuse_output(to_plain(structured))
            if refusal is not None:
                return answers.tool_error(f"Output validation error: {refusal}")
        return result

    # Resources

    def read_resource(self) -> Callable[[F], F]:
        """The handler of `resources/read`: `async (uri) -> str | bytes | list[ReadResourceContents]`."""

        async def answer(read: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
            uri = Uri(params["uri"])
            return answers.contents(await _settled(read(uri)), str(uri))

        return self._simple("resources/read", answer)

    def subscribe_resource(self) -> Callable[[F], F]:
        """The handler of `resources/subscribe` (legacy): `async (uri) -> None`."""
        return self._simple("resources/subscribe", _about_uri)

    def unsubscribe_resource(self) -> Callable[[F], F]:
        """The handler of `resources/unsubscribe` (legacy): `async (uri) -> None`."""
        return self._simple("resources/unsubscribe", _about_uri)

    # Prompts, completion, log level, progress

    def get_prompt(self) -> Callable[[F], F]:
        """The handler of `prompts/get`: `async (name, arguments) -> GetPromptResult`."""

        async def answer(get: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
            return answers.whole(await _settled(get(params["name"], params.get("arguments"))))

        return self._simple("prompts/get", answer)

    def completion(self) -> Callable[[F], F]:
        """The handler of `completion/complete`: `async (ref, argument, context) -> Completion | None`."""

        async def answer(complete: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
            from ... import types

            context = params.get("context")
            value = await _settled(
                complete(
                    completions.reference(params["ref"]),
                    types.CompletionArgument(**params["argument"]),
                    None if context is None else types.CompletionContext(**context),
                )
            )
            values, total, more = completions.suggestions(value)
            found = {"values": values, "total": total, "hasMore": more}
            return {"completion": {name: member for name, member in found.items() if member is not None}}

        return self._simple("completion/complete", answer)

    def set_logging_level(self) -> Callable[[F], F]:
        """The handler of `logging/setLevel` (legacy): `async (level) -> None`."""

        async def answer(set_level: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
            return answers.whole(await _settled(set_level(params["level"])))

        return self._simple("logging/setLevel", answer)

    def progress_notification(self) -> Callable[[F], F]:
        """The handler of a client's `notifications/progress`: `async (token, progress, total, message) -> None`.

        Only clients with a session are heard (the legacy era).
        """

        async def answer(progressed: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
            told = [params.get(name) for name in ("progressToken", "progress", "total", "message")]
            return answers.whole(await _settled(progressed(*told)))

        return self._simple("notifications/progress", answer)

    def _simple(
        self,
        method: str,
        answer: Callable[[Callable[..., Any], dict[str, Any]], Awaitable[answers.Result]],
    ) -> Callable[[F], F]:
        def register(handler: F) -> F:
            async def handle(_context: RequestContext, params: dict[str, Any]) -> answers.Result:
                return await answer(handler, params)

            self.handle(method, handle)
            return handler

        return register


def request(method: str, params: dict[str, Any]) -> Request:
    """A request as an object: `request.method`, `request.params.cursor` and the like; what is absent is None."""
    return REQUESTS.get(method, Request)(method=method, params=Attributes(params))


async def _about_uri(handler: Callable[..., Any], params: dict[str, Any]) -> answers.Result:
    return answers.whole(await _settled(handler(Uri(params["uri"]))))


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _words(schema: _native.Schema, instance: Any) -> str | None:
    problems = schema.check(_native.dumps(instance))
    return in_words(problems) if problems else None
