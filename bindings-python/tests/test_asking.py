"""Questions to the client: forms, pages, the client's model, its roots; asked from all kinds of functions, in both eras."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel

from oxmcp import (
    AcceptedElicitation,
    Client,
    Context,
    FastMCP,
    McpError,
    NoBackChannelError,
    ToolError,
    UrlElicitationRequiredError,
    get_context,
    types,
)
from oxmcp.errors import NotYetError
from oxmcp.server import Server
from oxmcp.server.elicitation import AcceptedUrlElicitation, CancelledElicitation, DeclinedElicitation
from oxmcp.types import ElicitResult, TextContent

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


class Booking(BaseModel):
    name: str
    guests: int = 2


def talk(server: Any, *calls: tuple[str, dict[str, Any]], mode: str, **options: Any) -> list[Any]:
    """What calls of tools give, one after the other: lists as they are, otherwise the text."""

    async def go() -> list[Any]:
        found = []
        async with Client(server, mode=mode, **options) as client:
            for name, arguments in calls:
                result = await client.call_tool(name, arguments)
                text = result.content[0].text
                found.append(json.loads(text) if text.startswith("[") else text)
        return found

    return asyncio.run(asyncio.wait_for(go(), 20))


def server_that(ask: Any) -> FastMCP:
    mcp = FastMCP("asks")
    mcp.add_tool(ask, name="ask")
    return mcp


@MODES
def test_a_form_comes_back_as_the_type_that_was_asked_for(mode: str) -> None:
    """ELI-3, ELI-6, MRTR-5"""
    asked: list[Any] = []

    async def ask(ctx: Context) -> str:
        answer = await ctx.elicit("Who comes?", Booking)
        assert isinstance(answer, AcceptedElicitation) and answer.action == "accept"
        assert isinstance(answer.data, Booking) and answer.content == {"name": "Ada"}
        return f"{answer.data.name} and {answer.data.guests - 1} more"

    async def fill_in(message: str, response_type: Any, params: Any, context: Any) -> Any:
        asked.append((message, params.requested_schema["required"]))
        return {"name": "Ada"}

    assert talk(server_that(ask), ("ask", {}), mode=mode, elicitation_handler=fill_in) == ["Ada and 1 more"]
    assert asked == [("Who comes?", ["name"])]


@MODES
@pytest.mark.parametrize(
    ("action", "kind"), [("decline", DeclinedElicitation), ("cancel", CancelledElicitation)], ids=["decline", "cancel"]
)
def test_a_user_may_say_no_or_nothing(mode: str, action: Any, kind: type) -> None:
    """ELI-7"""

    async def ask(ctx: Context) -> str:
        answer = await ctx.elicit("Sure?", schema=bool)
        assert isinstance(answer, kind) and answer.data is None
        return answer.action

    assert talk(
        server_that(ask), ("ask", {}), mode=mode, elicitation_handler=lambda *_: ElicitResult(action=action)
    ) == [action]


def test_choices_are_told_to_older_clients_in_their_words_or_not_asked() -> None:
    """ELI-16"""
    seen: list[Any] = []
    mcp = FastMCP("asks")

    @mcp.tool(structured_output=False)
    async def one(ctx: Context) -> str:
        return (await ctx.elicit("Which?", {"s": {"title": "Small"}, "l": {"title": "Large"}})).data or ""

    @mcp.tool(structured_output=False)
    async def several(ctx: Context) -> str:
        return str((await ctx.elicit("Which?", [["s", "l"]])).data)

    def choose(message: str, response_type: Any, params: Any, context: Any) -> str:
        seen.append(params.requested_schema["properties"]["value"])
        return "l"

    options: dict[str, Any] = {"mode": "2025-06-18", "elicitation_handler": choose}
    assert talk(mcp, ("one", {}), **options) == ["l"]
    assert seen == [{"type": "string", "enum": ["s", "l"], "enumNames": ["Small", "Large"]}]
    with pytest.raises(ToolError, match="2025-06-18"):
        talk(mcp, ("several", {}), **options)


@MODES
def test_handlers_written_for_another_client_answer_here(mode: str) -> None:
    from oxmcp.client.elicitation import ElicitRequestParams, ElicitResult
    from oxmcp.client.roots import convert_roots_list
    from oxmcp.client.sampling import RequestContext, SamplingMessage, SamplingParams

    async def ask(ctx: Context) -> str:
        answer = await ctx.elicit("Who comes?", Booking)
        text = (await ctx.sample("Hello")).text
        return f"{answer.data} {text} {(await ctx.list_roots())[0].uri}"

    async def fill_in(
        message: str, response_type: type[Any], params: ElicitRequestParams, context: RequestContext
    ) -> ElicitResult[Any]:
        return ElicitResult(action="accept", content=response_type(name="Ada", guests=3))

    def model(messages: list[SamplingMessage], params: SamplingParams, context: RequestContext) -> str:
        return f"{params.max_tokens} {len(messages)}"

    roots = convert_roots_list(["file:///work"])
    said = talk(
        server_that(ask), ("ask", {}), mode=mode, elicitation_handler=fill_in, sampling_handler=model, roots=roots
    )
    assert said == ["name='Ada' guests=3 512 1 file:///work"]


@MODES
def test_an_accepted_answer_that_does_not_fit_fails_the_call_in_words(mode: str) -> None:
    """ELI-8"""

    async def ask(ctx: Context) -> str:
        return str((await ctx.elicit("How many?", int)).data)

    with pytest.raises(ToolError, match="The client's answer does not fit what was asked: value: must be an integer"):
        talk(server_that(ask), ("ask", {}), mode=mode, elicitation_handler=lambda *_: {"value": "many"})


@MODES
def test_a_question_nobody_declared_to_answer_is_refused_before_anything_is_sent(mode: str) -> None:
    """ELI-2, SAM-1, META-5, META-6, MRTR-4"""
    seen: list[Any] = []
    mcp = FastMCP("asks")

    @mcp.tool
    async def form(ctx: Context) -> None:
        await ctx.elicit("Sure?", bool)

    @mcp.tool
    async def sample(ctx: Context) -> None:
        await ctx.sample("Hello")

    @mcp.tool
    async def roots(ctx: Context) -> None:
        await ctx.list_roots()

    async def go() -> None:
        async with Client(mcp, mode=mode, message_handler=seen.append) as client:
            for name, capability in (("form", "elicitation"), ("sample", "sampling"), ("roots", "roots")):
                if mode == "legacy":
                    with pytest.raises(ToolError, match=f"did not declare the capability {capability}"):
                        await client.call_tool(name)
                else:
                    with pytest.raises(McpError) as refused:
                        await client.call_tool(name)
                    assert refused.value.code == -32021
                    assert list(refused.value.data["requiredCapabilities"]) == [capability]

    asyncio.run(asyncio.wait_for(go(), 20))
    assert seen == []


@MODES
def test_a_page_is_opened_and_its_end_is_told(mode: str) -> None:
    """ELI-3, ELI-14"""
    seen: list[Any] = []

    async def ask(ctx: Context) -> str:
        answer = await ctx.elicit_url("Sign in", "https://example.com/sign-in", "visit-1")
        assert answer == AcceptedUrlElicitation()
        if ctx.protocol_version == "2025-11-25":
            await ctx.session.send_elicit_complete("visit-1")
        return answer.action

    def open_page(message: str, response_type: Any, params: Any, context: Any) -> Any:
        assert response_type is None
        seen.append((params.mode, params.message, params.url))

    done = talk(
        server_that(ask),
        ("ask", {}),
        mode=mode,
        elicitation_handler=open_page,
        message_handler=lambda told: seen.append((told.method, told.params.elicitationId)),
    )
    assert done == ["accept"]
    page = ("url", "Sign in", "https://example.com/sign-in")
    told = ("notifications/elicitation/complete", "visit-1")
    assert seen == ([page, told] if mode == "legacy" else [page])


@MODES
def test_pages_to_visit_first_are_an_error_in_a_session_and_questions_otherwise(mode: str) -> None:
    """ELI-14, RPC-10"""
    mcp = FastMCP("asks")
    visited: list[str] = []
    page = types.ElicitRequestURLParams(message="Sign in", url="https://example.com/sign-in", elicitation_id="visit-1")

    @mcp.tool(structured_output=False)
    async def files() -> str:
        if not visited:
            raise UrlElicitationRequiredError([page])
        return "three files"

    def visit(message: str, _type: Any, params: Any, _context: Any) -> None:
        visited.append(params.url)

    async def go() -> Any:
        async with Client(mcp, mode=mode, elicitation_handler=visit) as client:
            return (await client.call_tool("files")).content[0].text

    if mode == "modern":
        assert asyncio.run(asyncio.wait_for(go(), 20)) == "three files"
        assert visited == ["https://example.com/sign-in"]
        return
    with pytest.raises(McpError) as refused:
        asyncio.run(asyncio.wait_for(go(), 20))
    assert refused.value.code == -32042
    assert refused.value.data == {
        "elicitations": [
            {
                "mode": "url",
                "message": "Sign in",
                "url": "https://example.com/sign-in",
                "elicitationId": "visit-1",
            }
        ]
    }


def test_a_page_needs_an_absolute_url() -> None:
    async def ask(ctx: Context) -> None:
        await ctx.elicit_url("Sign in", "sign-in", "visit-1")

    with pytest.raises(ToolError, match="elicit_url\\(\\) takes an absolute URL"):
        talk(server_that(ask), ("ask", {}), mode="legacy", elicitation_handler=lambda *_: None)


@MODES
def test_the_model_is_asked_with_everything_that_can_be_said(mode: str) -> None:
    """SAM-1"""
    seen: list[Any] = []

    async def ask(ctx: Context) -> str:
        result = await ctx.sample(
            ["One", types.SamplingMessage(role="assistant", content=TextContent(text="Two")), "Three"],
            system_prompt="Count",
            include_context="thisServer",
            temperature=0.5,
            max_tokens=7,
            model_preferences=["claude", "other"],
            stop_sequences=["Five"],
            metadata={"a": 1},
        )
        assert result.text == result.result == "Four"
        assert [message.role for message in result.history] == ["user", "assistant", "user", "assistant"]
        return result.result

    async def model(messages: Any, params: Any, context: Any) -> str:
        seen.append(params.to_dict())
        return "Four"

    declared = types.SamplingCapability(context=types.SamplingContextCapability())
    options = {"sampling_handler": model, "sampling_capabilities": declared}
    assert talk(server_that(ask), ("ask", {}), mode=mode, **options) == ["Four"]
    assert seen == [
        {
            "messages": [
                {"role": "user", "content": {"type": "text", "text": "One"}},
                {"role": "assistant", "content": {"type": "text", "text": "Two"}},
                {"role": "user", "content": {"type": "text", "text": "Three"}},
            ],
            "systemPrompt": "Count",
            "includeContext": "thisServer",
            "temperature": 0.5,
            "maxTokens": 7,
            "modelPreferences": {"hints": [{"name": "claude"}, {"name": "other"}]},
            "stopSequences": ["Five"],
            "metadata": {"a": 1},
        }
    ]


def tool_use(id: str, tool: str, /, **arguments: Any) -> types.ToolUseContent:
    return types.ToolUseContent(id=id, name=tool, input=arguments)


def says(*content: Any, reason: str = "endTurn") -> types.CreateMessageResultWithTools:
    return types.CreateMessageResultWithTools(role="assistant", content=list(content), model="test", stop_reason=reason)


@MODES
def test_the_model_calls_tools_that_run_in_the_server_until_it_has_an_answer(mode: str) -> None:
    """SAM-2, SAM-3, SAM-4, SAM-7"""
    answers = [
        says(tool_use("1", "add", a=1, b=2), tool_use("2", "whoami"), reason="toolUse"),
        says(tool_use("3", "nothing"), tool_use("4", "add", a="x", b=2), reason="toolUse"),
        says(TextContent(text="Three, I think")),
    ]
    asked: list[Any] = []

    def add(a: int, b: int) -> int:
        """Adds."""
        return a + b

    async def whoami(ctx: Context) -> str:
        return ctx.fastmcp.name

    async def ask(ctx: Context) -> str:
        result = await ctx.sample("1 + 2?", tools=[add, whoami])
        return result.result

    def model(messages: Any, params: Any, context: Any) -> Any:
        asked.append(params.to_dict())
        return answers[len(asked) - 1]

    assert talk(server_that(ask), ("ask", {}), mode=mode, sampling_handler=model) == ["Three, I think"]
    assert [tool["name"] for tool in asked[0]["tools"]] == ["add", "whoami"]
    assert asked[0]["tools"][0]["description"] == "Adds."
    assert asked[0]["tools"][0]["inputSchema"]["required"] == ["a", "b"]
    first, second = (params["messages"][-1]["content"] for params in asked[1:])
    assert [(block["toolUseId"], block["content"][0]["text"]) for block in first] == [("1", "3"), ("2", "asks")]
    assert [block["isError"] for block in second] == [True, True]
    assert second[0]["content"][0]["text"] == "Error: Unknown tool 'nothing'"
    assert "a: must be an integer" in second[1]["content"][0]["text"]


@MODES
def test_the_model_gives_a_value_of_the_type_that_is_wanted(mode: str) -> None:
    answers = [
        says(TextContent(text="Ada")),
        says(tool_use("1", "final_response", guests=3), reason="toolUse"),
        says(tool_use("2", "final_response", name="Ada", guests=3), reason="toolUse"),
    ]
    asked: list[Any] = []

    async def ask(ctx: Context) -> str:
        result = await ctx.sample("Who?", result_type=Booking)
        assert result.result == Booking(name="Ada", guests=3)
        return str(result.text)

    def model(messages: Any, params: Any, context: Any) -> Any:
        asked.append(params)
        return answers[len(asked) - 1]

    assert talk(server_that(ask), ("ask", {}), mode=mode, sampling_handler=model) == ['{"name":"Ada","guests":3}']
    assert asked[0].tool_choice.mode == "required"
    assert "You must call the `final_response` tool" in asked[1].messages[-1].content.text
    assert "name: is required" in asked[2].messages[-1].content_as_list[0].content[0].text


@MODES
def test_one_step_leaves_the_tools_to_whoever_asks(mode: str) -> None:
    async def ask(ctx: Context) -> str:
        step = await ctx.sample_step("1 + 2?", tools=[abs_of], tool_choice="required", execute_tools=False)
        assert step.is_tool_use and step.text is None
        return f"{step.tool_calls[0].name} {step.tool_calls[0].input} {len(step.history)}"

    def abs_of(x: int) -> int:
        return abs(x)

    answer = says(tool_use("1", "abs_of", x=-1), reason="toolUse")
    assert talk(server_that(ask), ("ask", {}), mode=mode, sampling_handler=lambda *_: answer) == ["abs_of {'x': -1} 2"]


@MODES
def test_tools_of_the_server_can_be_given_to_the_model_several_at_a_time(mode: str) -> None:
    mcp = FastMCP("asks")
    together = asyncio.Barrier(2) if hasattr(asyncio, "Barrier") else None
    answers = iter(
        [says(tool_use("1", "meet"), tool_use("2", "meet"), reason="toolUse"), says(TextContent(text="They met"))]
    )

    @mcp.tool
    async def meet() -> str:
        if together is not None:
            await together.wait()
        return "met"

    @mcp.tool
    async def ask(ctx: Context) -> str:
        return (await ctx.sample("Meet", tools=[await ctx.fastmcp.get_tool("meet")], tool_concurrency=0)).result

    assert talk(mcp, ("ask", {}), mode=mode, sampling_handler=lambda *_: next(answers)) == ["They met"]


def test_the_servers_own_handler_answers_where_the_client_cannot() -> None:
    mcp = FastMCP("asks", sampling_handler=lambda messages, params, context: f"echo {messages[0].content.text}")

    @mcp.tool
    async def ask(ctx: Context) -> str:
        return (await ctx.sample("Hello")).result

    for mode in ("legacy", "modern"):
        assert talk(mcp, ("ask", {}), mode=mode) == ["echo Hello"]


@MODES
def test_roots_are_listed(mode: str) -> None:
    """ROOT-1"""

    async def ask(ctx: Context) -> list[str]:
        return [f"{root.uri} {root.name}" for root in await ctx.list_roots()]

    roots = ["file:///work", types.Root(uri="file:///home", name="Home")]
    assert talk(server_that(ask), ("ask", {}), mode=mode, roots=roots) == [["file:///work None", "file:///home Home"]]


@MODES
def test_sessions_ask_by_the_low_level_names(mode: str) -> None:
    mcp = FastMCP("asks")
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}

    @mcp.tool
    async def ask(ctx: Context) -> list[Any]:
        session = ctx.request_context.session
        form = await session.elicit("Who?", requestedSchema=schema)
        again = await session.elicit_form("Who?", requested_schema=schema, related_request_id=ctx.request_id)
        message = await session.create_message(
            messages=[types.SamplingMessage(role="user", content=TextContent(text="Hi"))], max_tokens=5
        )
        roots = await session.list_roots()
        whole = await session.send_request(
            types.ServerRequest(types.ListRootsRequest()), types.ListRootsResult, request_read_timeout_seconds=5
        )
        return [form.action, form.content, again.content, message.content.text, roots.roots[0].uri, whole.roots[0].uri]

    assert talk(
        mcp,
        ("ask", {}),
        mode=mode,
        elicitation_callback=lambda context, params: ElicitResult(action="accept", content={"name": "Ada"}),
        sampling_callback=lambda context, params: types.CreateMessageResult(
            role="assistant", content=TextContent(text="Ho"), model="m"
        ),
        list_roots_callback=lambda context: types.ListRootsResult(roots=[types.Root(uri="file:///work")]),
    ) == [["accept", {"name": "Ada"}, {"name": "Ada"}, "Ho", "file:///work", "file:///work"]]


def test_nobody_is_promised_news_of_an_answer() -> None:
    async def ask(ctx: Context) -> str:
        with pytest.raises(NotYetError, match="progress_callback"):
            await ctx.session.send_request(types.ListRootsRequest(), progress_callback=print)
        return "told"

    assert talk(server_that(ask), ("ask", {}), mode="legacy") == ["told"]


def test_a_legacy_client_is_pinged() -> None:
    """PING-1"""

    async def ask(ctx: Context) -> str:
        await ctx.session.send_ping()
        return "there"

    assert talk(server_that(ask), ("ask", {}), mode="legacy") == ["there"]


@MODES
def test_a_low_level_server_asks(mode: str) -> None:
    server: Server = Server("low")

    @server.list_tools()  # type: ignore[no-untyped-call,untyped-decorator]
    async def tools() -> list[types.Tool]:
        return [types.Tool(name="ask", inputSchema={"type": "object"})]

    @server.call_tool()  # type: ignore[no-untyped-call,untyped-decorator]
    async def call(name: str, arguments: dict[str, Any]) -> list[TextContent]:
        answer = await server.request_context.session.elicit("Sure?", {"type": "object", "properties": {}})
        return [TextContent(text=answer.action)]

    handler = lambda *_: ElicitResult(action="decline")  # noqa: E731
    assert talk(server, ("ask", {}), mode=mode, elicitation_handler=handler) == ["decline"]


@MODES
def test_what_is_asked_at_once_is_asked_together(mode: str) -> None:
    """MRTR-3"""
    asked: list[str] = []
    everyone = asyncio.Event()

    async def ask(ctx: Context) -> list[Any]:
        one, two, roots = await asyncio.gather(ctx.elicit("One?", int), ctx.elicit("Two?", int), ctx.list_roots())
        return [one.data, two.data, len(roots)]

    async def fill_in(message: str, *_: Any) -> int:
        asked.append(message)
        if len(asked) == 2:
            everyone.set()
        await everyone.wait()
        return len(message)

    assert talk(server_that(ask), ("ask", {}), mode=mode, elicitation_handler=fill_in, roots=[]) == [[4, 4, 0]]


@MODES
def test_one_question_may_follow_another(mode: str) -> None:
    async def ask(ctx: Context) -> list[int]:
        found: list[int] = []
        for number in range(3):
            found.append((await ctx.elicit(f"{number}?", int)).data or 0)
        return found

    answers = iter([5, 6, 7])
    assert talk(server_that(ask), ("ask", {}), mode=mode, elicitation_handler=lambda *_: next(answers)) == [[5, 6, 7]]


@MODES
def test_prompts_and_resources_ask_too(mode: str) -> None:
    """MRTR-1"""
    mcp = FastMCP("asks")

    @mcp.prompt
    async def greet(ctx: Context) -> str:
        return f"Greet {(await ctx.elicit('Who?', str)).data}"

    @mcp.resource("note://{id}")
    async def note(id: str, ctx: Context) -> str:
        return f"{id} {(await ctx.elicit('Which?', ['a', 'b'])).data}"

    @mcp.resource("note://all")
    async def every() -> str:
        return f"all {(await get_context().elicit('Which?', ['a', 'b'])).data}"

    async def go() -> list[str]:
        async with Client(mcp, mode=mode, elicitation_handler=lambda *_: "a") as client:
            prompt = await client.get_prompt("greet")
            one, all_ = await client.read_resource("note://1"), await client.read_resource("note://all")
            return [prompt.messages[0].content.text, one[0].text, all_[0].text]

    assert asyncio.run(asyncio.wait_for(go(), 20)) == ["Greet a", "1 a", "all a"]


@MODES
@pytest.mark.parametrize("workers", [1, 40])
def test_a_plain_function_asks_on_its_own_thread(mode: str, workers: int) -> None:
    mcp = FastMCP("asks", workers=workers)

    @mcp.tool
    def ask(ctx: Context) -> list[Any]:
        async def both() -> list[Any]:
            return await asyncio.gather(ctx.elicit("One?", int), ctx.elicit("Two?", int))

        first = asyncio.run(ctx.elicit("Zero?", int)).data
        return [first, *(answer.data for answer in asyncio.run(both()))]

    assert talk(mcp, ("ask", {}), mode=mode, elicitation_handler=lambda *_: 3) == [[3, 3, 3]]


@MODES
def test_an_error_of_the_client_reaches_the_function_with_its_code(mode: str) -> None:
    """ELI-7, SAM-8"""

    async def ask(ctx: Context) -> list[Any]:
        try:
            await ctx.sample("Hello")
        except McpError as error:
            return [error.error.code, error.error.message, error.data]
        return []

    def refuse(context: Any, params: Any) -> Any:
        return types.ErrorData(code=-1, message="The user said no", data={"why": 1})

    if mode == "legacy":
        found = talk(server_that(ask), ("ask", {}), mode=mode, sampling_callback=refuse)
        assert found == [[-1, "The user said no", {"why": 1}]]
    else:  # there is no way to say so: the call ends at the client
        with pytest.raises(McpError, match="The user said no"):
            talk(server_that(ask), ("ask", {}), mode=mode, sampling_callback=refuse)


def test_an_error_of_the_client_that_nobody_catches_is_the_calls() -> None:
    async def ask(ctx: Context) -> None:
        await ctx.sample("Hello")

    def refuse(context: Any, params: Any) -> Any:
        return types.ErrorData(code=-1, message="The user said no")

    with pytest.raises(ToolError, match="The client answered with error -1: The user said no"):
        talk(server_that(ask), ("ask", {}), mode="legacy", sampling_callback=refuse)


def test_no_answer_in_time_is_a_timeout() -> None:
    """LIFE-7"""

    async def ask(ctx: Context) -> str:
        try:
            await ctx.elicit("Sure?", bool, timeout=0.05)
        except TimeoutError as error:
            return type(error).__name__
        return "answered"

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    assert talk(server_that(ask), ("ask", {}), mode="legacy", elicitation_handler=never) == ["QuestionTimeoutError"]


@MODES
def test_the_time_a_client_takes_is_not_the_tools(mode: str) -> None:
    """CAN-9"""

    async def go() -> str:
        mcp = FastMCP("asks")

        @mcp.tool(timeout=0.1)
        async def ask(ctx: Context) -> str:
            return str((await ctx.elicit("Sure?", bool)).action)

        @mcp.tool(timeout=0.1)
        async def hang() -> None:
            await asyncio.Event().wait()

        async def answer_late(*_: Any) -> bool:
            # As long as either may take.
            async with Client(mcp, mode=mode) as other:
                assert (await other.call_tool("hang", raise_on_error=False)).is_error
            return True

        async with Client(mcp, mode=mode, elicitation_handler=answer_late) as client:
            return str((await client.call_tool("ask")).data)

    assert asyncio.run(asyncio.wait_for(go(), 20)) == "accept"


def test_a_wait_that_is_given_up_takes_the_question_back() -> None:
    """CAN-4"""

    async def go() -> str:
        asked, taken_back = asyncio.Event(), asyncio.Event()

        async def ask(ctx: Context) -> str:
            waiting = asyncio.create_task(ctx.elicit("Sure?", bool))
            await asked.wait()
            waiting.cancel()
            await taken_back.wait()
            return "went on"

        async def never(*_: Any) -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                taken_back.set()

        async with Client(server_that(ask), elicitation_handler=never) as client:
            return str((await client.call_tool("ask")).data)

    assert asyncio.run(asyncio.wait_for(go(), 20)) == "went on"


@MODES
def test_who_asks_after_the_call_is_over_hears_so(mode: str) -> None:
    heard: list[str] = []

    async def go() -> None:
        mcp = FastMCP("asks")
        release = asyncio.Event()
        asked: list[asyncio.Task[Any]] = []

        @mcp.tool
        async def ask(ctx: Context) -> str:
            async def later() -> None:
                await release.wait()
                await ctx.elicit("Sure?", bool)

            asked.append(asyncio.create_task(later()))
            return "done"

        async with Client(mcp, mode=mode, elicitation_handler=lambda *_: True) as client:
            await client.call_tool("ask")
            release.set()
            with pytest.raises(NoBackChannelError) as over:
                await asked[0]
            heard.append(str(over.value))

    asyncio.run(asyncio.wait_for(go(), 20))
    assert heard == ["the call is over: its client cannot be asked any more"]


def test_who_still_waits_when_the_call_ends_hears_so() -> None:
    async def go() -> None:
        mcp = FastMCP("asks")
        waiting: list[asyncio.Task[Any]] = []
        asked = asyncio.Event()

        @mcp.tool
        async def ask(ctx: Context) -> str:
            waiting.append(asyncio.create_task(ctx.elicit("Sure?", bool)))
            await asked.wait()
            return "done"

        async def never(*_: Any) -> None:
            asked.set()
            await asyncio.Event().wait()

        async with Client(mcp, mode="legacy", elicitation_handler=never) as client:
            await client.call_tool("ask")
            with pytest.raises(NoBackChannelError, match="the call is over"):
                await waiting[0]

    asyncio.run(asyncio.wait_for(go(), 20))


def test_a_call_that_is_cancelled_while_it_asks_ends() -> None:
    """CAN-1"""

    async def go() -> None:
        mcp = FastMCP("asks")
        asked, ended = asyncio.Event(), asyncio.Event()

        @mcp.tool
        async def ask(ctx: Context) -> None:
            try:
                await ctx.elicit("Sure?", bool)
            finally:
                ended.set()

        async def never(*_: Any) -> None:
            asked.set()
            await asyncio.Event().wait()

        async with Client(mcp, mode="legacy", elicitation_handler=never) as client:
            call = asyncio.create_task(client.call_tool("ask"))
            await asked.wait()
            call.cancel()
            await ended.wait()

    asyncio.run(asyncio.wait_for(go(), 20))


@MODES
def test_a_call_asks_through_middleware(mode: str) -> None:
    async def around(ctx: Any, call_next: Any) -> Any:
        return await call_next(ctx)

    mcp = FastMCP("asks", middleware=[around])

    @mcp.tool
    async def ask(ctx: Context) -> str:
        return (await ctx.elicit("Sure?", ["yes", "no"])).data or ""

    assert talk(mcp, ("ask", {}), mode=mode, elicitation_handler=lambda *_: "yes") == ["yes"]


def test_a_server_that_asks_again_and_again_is_left() -> None:
    """MRTR-17"""
    from oxmcp import InputRequiredRoundsExceededError

    async def ask(ctx: Context) -> None:
        while True:
            await ctx.elicit("Sure?", bool)

    with pytest.raises(InputRequiredRoundsExceededError, match="more than 3 rounds"):
        talk(
            server_that(ask),
            ("ask", {}),
            mode="modern",
            elicitation_handler=lambda *_: True,
            input_required_max_rounds=3,
        )
