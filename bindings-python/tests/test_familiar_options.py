"""Methods and options that code written for other packages uses: what works by another name, and what comes later."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, NotYetError, ToolError
from oxmcp.dependencies import CurrentFastMCP, CurrentHeaders, Progress
from oxmcp.server import Server
from oxmcp.server.transport_security import TransportSecuritySettings
from oxmcp.types import (
    CallToolRequest,
    CallToolResult,
    ClientCapabilities,
    ElicitationCapability,
    EmptyResult,
    ListPromptsRequest,
    ListToolsRequest,
    PingRequest,
    RootsCapability,
    SamplingCapability,
    SamplingToolsCapability,
    ServerResult,
    TextContent,
    Tool,
)

# What comes later


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (
            lambda: FastMCP(auth_server_provider=1),
            r"auth_server_provider=…\) is not yet in oxmcp: it comes with an authori",
        ),
        (lambda: FastMCP(providers=[1]), r"FastMCP\(providers=…\) is not yet in oxmcp: it comes with composition"),
        (lambda: FastMCP().local_provider(), r"FastMCP\.local_provider is not yet in oxmcp"),
        (lambda: FastMCP.from_openapi({}), r"FastMCP\.from_openapi is not yet in oxmcp"),
        (lambda: FastMCP().prompt(task=True), r"prompt\(task=…\) is not yet in oxmcp: it comes with tasks"),
        (lambda: FastMCP().run(sockets=[1]), r"run\(sockets=…\) is not yet in oxmcp"),
        (lambda: Client(FastMCP(), verify=True), r"Client\(verify=…\) is not yet in oxmcp"),
        (lambda: Client(FastMCP()).initialize(), r"Client\.initialize is not yet in oxmcp"),
        (lambda: Server("s").streamable_http_app(auth_server_provider=1), r"auth_server_provider=…\) is not yet"),
    ],
)
def test_what_comes_later_says_so(use: Any, what: str) -> None:
    with pytest.raises(NotYetError, match=what):
        use()


async def test_a_handler_that_uses_what_comes_later_answers_with_what_is_missing() -> None:
    mcp = FastMCP()

    @mcp.tool
    async def hide(ctx: Context) -> str:
        await ctx.disable_components(names={"x"})
        return "never"

    async with Client(mcp) as client:
        with pytest.raises(
            ToolError, match=r"Context\.disable_components is not yet in oxmcp: it comes with composition"
        ):
            await client.call_tool("hide")


def test_an_option_that_asks_for_nothing_passes_and_one_that_nobody_has_is_refused() -> None:
    FastMCP(auth=None, tasks=False, providers=[], sampling_handler=None)
    Client(FastMCP(), auth=None, elicitation_handler=None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'hots'"):
        FastMCP(hots="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"tool\(\) got an unexpected keyword argument 'nmae'"):
        FastMCP().tool(nmae="x")  # type: ignore[call-overload]


def test_a_knob_of_something_that_works_another_way_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "oxmcp"):
        FastMCP(client_log_level="debug")
    assert caplog.messages == ["FastMCP: client_log_level has no effect yet"]


def test_a_member_that_nobody_has_is_an_attribute_error() -> None:
    assert not hasattr(FastMCP(), "nope")
    with pytest.raises(AttributeError, match="'MCPServer' object has no attribute 'nope'"):
        _ = FastMCP().nope  # type: ignore[attr-defined]


# What works by another name


async def test_lookups_give_what_is_registered_and_enabled() -> None:
    mcp = FastMCP()

    @mcp.tool(version="2")
    def add(a: int) -> int:
        return a

    @mcp.resource("note://{id}")
    def note(id: str) -> str:
        return id

    found = await mcp.get_tool("add")
    assert found is not None
    assert found.fn is add
    assert await mcp.get_tool("add", version="1") is None
    assert await mcp.get_tool("nope") is None
    assert await mcp.get_resource_template("note://{id}") is not None
    assert await mcp.get_resource("note://1") is None
    mcp.disable("add")
    assert await mcp.get_tool("add") is None


async def test_whole_results_come_as_the_protocol_has_them() -> None:
    mcp = FastMCP(list_page_size=1)

    @mcp.tool
    def fails() -> str:
        raise ToolError("no")

    mcp.add_tool(lambda: None, name="other")
    mcp.add_prompt(lambda name: f"Hello {name}", name="greet")
    mcp.add_resource(lambda: "x", uri="a://b", name="b")
    async with Client(transport=mcp) as client:
        page = await client.list_tools_mcp()
        assert [tool.name for tool in page.tools] == ["fails"]
        assert page.next_cursor is not None
        assert [tool.name for tool in (await client.list_tools_mcp(page.next_cursor)).tools] == ["other"]
        assert (await client.call_tool_mcp("fails", {})).is_error
        with pytest.raises(McpError):
            await client.call_tool_mcp("unknown")
        assert (await client.read_resource_mcp("a://b")).contents[0].text == "x"
        assert (await client.get_prompt_mcp("greet", {"name": "Ann"})).messages[0].content.text == "Hello Ann"
        assert len((await client.list_resources_mcp()).resources) == 1
        assert len((await client.list_prompts_mcp()).prompts) == 1
        assert (await client.list_resource_templates_mcp()).resource_templates == []


async def test_a_session_says_what_the_client_can_do() -> None:
    mcp = FastMCP()
    seen: list[Any] = []

    @mcp.tool
    async def look(ctx: Context) -> None:
        check = ctx.session.check_client_capability
        seen.extend(
            [
                check(ClientCapabilities(roots=RootsCapability())),
                check(ClientCapabilities(roots=RootsCapability(list_changed=True))),
                check(ClientCapabilities(roots=RootsCapability(list_changed=False))),
                check(ClientCapabilities(sampling=SamplingCapability(tools=SamplingToolsCapability()))),
                check(ClientCapabilities(elicitation=ElicitationCapability())),
                check(ClientCapabilities(experimental={"a": {"b": 1}})),
                ctx.session.protocol_version,
                ctx.client_supports_extension("org.example/x"),
                ctx.client_extension_settings("org.example/x"),
                ctx.client_supports_extension("org.example/y"),
                ctx.transport,
                ctx.is_background_task,
            ]
        )

    capabilities = {
        "roots": {},
        "sampling": {},
        "experimental": {"a": {"b": 1}},
        "extensions": {"org.example/x": {"c": 2}},
    }
    async with Client(mcp, capabilities=capabilities) as client:
        await client.call_tool("look")
    assert seen == [True, False, True, False, False, True, "2025-11-25", True, {"c": 2}, False, None, False]


async def test_log_messages_may_be_called_data() -> None:
    mcp = FastMCP()
    heard: list[Any] = []

    @mcp.tool
    async def work(ctx: Context) -> None:
        await ctx.info(data={"a": 1})
        await ctx.log("warning", data="by name")

    async with Client(mcp, log_handler=lambda log: heard.append((log.level, log.data))) as client:
        await client.call_tool("work")
    assert heard == [("info", {"a": 1}), ("warning", "by name")]


async def test_more_values_are_filled_in() -> None:
    mcp = FastMCP("here")
    told: list[Any] = []

    @mcp.tool
    async def work(
        server: Any = CurrentFastMCP(),  # noqa: B008
        headers: dict[str, str] = CurrentHeaders(),  # noqa: B008
        progress: Any = Progress(),  # noqa: B008
    ) -> str:
        await progress.set_total(2)
        await progress.increment()
        progress.set_message("done")
        return f"{server.name} {headers}"

    async with Client(mcp, progress_handler=lambda *how: told.append(how)) as client:
        assert [tool.input_schema["properties"] for tool in await client.list_tools()] == [{}]
        assert (await client.call_tool("work")).content[0].text == "here {}"
    assert told[:2] == [(0, 2, None), (1, 2, None)]


async def test_one_hint_says_how_long_everything_may_be_kept() -> None:
    mcp = FastMCP(cache_ttl=60, cache_scope="public")
    mcp.add_tool(lambda: None, name="any")
    async with Client(mcp, mode="modern") as client:
        page = await client.list_tools_mcp()
        assert (page.model_dump()["ttl_ms"], page.model_dump()["cache_scope"]) == (60_000, "public")
    with pytest.raises(ValueError, match="cache_ttl"):
        FastMCP(cache_scope="public")
    with pytest.raises(ValueError, match="positive"):
        FastMCP(cache_ttl=0)


def test_other_names_of_settings_are_understood() -> None:
    assert FastMCP(max_request_body_size=5).settings.max_body_bytes == 5
    assert FastMCP(max_request_body_size=5, max_body_bytes=6).settings.max_body_bytes == 6


async def test_the_low_level_server_says_what_it_has() -> None:
    server = Server("low", version="3")

    @server.list_tools()
    async def tools() -> list[Any]:
        return []

    async def heard(ctx: Any, params: Any) -> None: ...

    server.add_notification_handler("notifications/x", None, heard)
    assert server.get_request_handler("tools/list") is not None
    assert server.get_request_handler("prompts/list") is None
    assert server.get_notification_handler("notifications/x") is not None
    assert (server.server_info.name, server.server_info.version) == ("low", "3")
    told = server.get_capabilities(extensions={"org.example/x": {}})
    assert told.extensions == {"org.example/x": {}}
    assert server.create_initialization_options(extensions={"e/x": {}}).capabilities.extensions == {"e/x": {}}


async def test_handlers_may_be_set_and_found_by_request_class() -> None:
    server = Server("low")

    @server.list_tools()
    async def tools() -> list[Tool]:
        return [Tool(name="t", input_schema={"type": "object"})]

    async def call(request: CallToolRequest) -> ServerResult:
        return ServerResult(
            CallToolResult(content=[TextContent(text=f"{request.params.name} {request.params.arguments}")])
        )

    async def ping(request: Any) -> EmptyResult:
        return EmptyResult()

    server.request_handlers[CallToolRequest] = call
    server.request_handlers[PingRequest] = ping
    assert set(server.request_handlers) == {ListToolsRequest, CallToolRequest, PingRequest}
    assert ListPromptsRequest not in server.request_handlers
    listed = await server.request_handlers[ListToolsRequest](ListToolsRequest())
    assert [tool.name for tool in listed.root.tools] == ["t"]
    async with Client(server) as client:
        assert (await client.call_tool("t", {"a": 1})).content[0].text == "t {'a': 1}"
    del server.request_handlers[CallToolRequest]
    assert CallToolRequest not in server.request_handlers
    with pytest.raises(KeyError):
        server.request_handlers[CallToolRequest]
    with pytest.raises(TypeError, match="not the class of a request"):
        server.request_handlers[int] = call


def test_settings_may_be_given_transport_security_later() -> None:
    mcp = FastMCP()
    mcp.settings.transport_security = TransportSecuritySettings(allowed_hosts=["a.example"])
    assert tuple(mcp.settings.http({})["allowed_hosts"]) == ("a.example",)


async def test_the_server_below_runs_on_the_streams_of_stdio_alone() -> None:
    below = FastMCP("here")._mcp_server
    assert below.name == "here"
    options = below.create_initialization_options()
    with pytest.raises(TypeError, match="stdio_server"):
        await below.run(None, None, options)
