"""Names and forms that code written for other packages uses."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, MCPServer, NotYetError
from oxmcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ToolsListChanged
from oxmcp.server.transport_security import TransportSecuritySettings

# Names that come later


def test_a_name_that_comes_later_is_imported_and_says_so_on_use() -> None:
    from oxmcp import ClientSession
    from oxmcp.client.stdio import StdioServerParameters, stdio_client
    from oxmcp.server.auth.providers.github import GitHubProvider
    from oxmcp.server.websocket import websocket_server

    for use, name in [
        (lambda: ClientSession(None, None), "ClientSession"),
        (lambda: stdio_client(None), "stdio_client"),
        (lambda: StdioServerParameters(command="x"), "StdioServerParameters"),
        (lambda: GitHubProvider(client_id="x"), "GitHubProvider"),
        (lambda: websocket_server(None, None, None), "websocket_server"),
        (lambda: GitHubProvider.get_routes, "GitHubProvider.get_routes"),
    ]:
        with pytest.raises(NotYetError, match=f"{name} is not yet in oxmcp: it comes with ") as raised:
            use()
        assert isinstance(raised.value, NotImplementedError)
        assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_code_that_only_names_what_comes_later_loads() -> None:
    from oxmcp import ClientSession
    from oxmcp.client.auth import OAuthFlowError
    from oxmcp.server.auth.provider import OAuthAuthorizationServerProvider

    class Provider(OAuthAuthorizationServerProvider[Any]): ...  # type: ignore[misc]

    def uses(session: ClientSession | None) -> None: ...

    assert not isinstance(1, ClientSession)
    with pytest.raises(NotYetError, match="OAuthAuthorizationServerProvider"):
        Provider()
    try:
        raise LookupError
    except OAuthFlowError:
        pytest.fail("nothing raised this")
    except LookupError:
        pass


def test_a_name_that_will_not_come_is_imported_too_and_gives_its_reason() -> None:
    from oxmcp import settings
    from oxmcp.server.fastmcp.utilities.func_metadata import func_metadata
    from oxmcp.shared.message import SessionMessage
    from oxmcp.shared.session import RequestResponder

    with pytest.raises(
        NotYetError, match=r"func_metadata is not yet in oxmcp: it is the other package's own machinery"
    ):
        func_metadata(print)
    with pytest.raises(NotYetError, match="SessionMessage is not yet in oxmcp"):
        SessionMessage(message=None)
    with pytest.raises(NotYetError, match=r"settings\.port is not yet in oxmcp: what it is for is done in another way"):
        settings.port = 9000

    def uses(responder: RequestResponder[Any, Any] | None) -> None: ...


def test_nothing_can_be_set_in_a_module_that_comes_later() -> None:
    program = """
        import oxmcp.settings
        from oxmcp import NotYetError, settings
        try:
            settings.port = 9000
        except NotYetError as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "settings.port is not yet in oxmcp: what it is for is done in another way" in output


def test_a_name_that_nobody_has_is_missing() -> None:
    import oxmcp

    with pytest.raises(AttributeError, match="module 'oxmcp' has no attribute 'nope'"):
        _ = oxmcp.nope  # type: ignore[attr-defined]
    with pytest.raises(ModuleNotFoundError, match=r"oxmcp\.nope"):
        __import__("oxmcp.nope")
    with pytest.raises(ImportError):
        exec("from oxmcp.server import nope")


def test_modules_that_come_later_cost_nothing_before_they_are_asked_for() -> None:
    program = "import sys, oxmcp; oxmcp.FastMCP('x'); print(*(name for name in sys.modules if name.startswith('oxmcp.later.')))"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert not {"oxmcp.later.finder", "oxmcp.later.stand_ins"}.intersection(output.split())


# Forms


def test_options_may_be_given_by_position() -> None:
    mcp = FastMCP()

    @mcp.tool("a", "Title", "text", {"readOnlyHint": True})
    def first() -> str:
        return ""

    @mcp.prompt("p", "Prompt title", "prompt text")
    def second() -> str:
        return ""

    mcp.add_tool(first, "b", "Other title")
    tools = {tool.name: tool for tool in asyncio.run(mcp.list_tools())}
    assert (tools["a"].title, tools["a"].description) == ("Title", "text")
    assert tools["a"].annotations is not None
    assert tools["a"].annotations.read_only_hint is True
    assert tools["b"].title == "Other title"
    prompt = asyncio.run(mcp.list_prompts())[0]
    assert (prompt.name, prompt.title, prompt.description) == ("p", "Prompt title", "prompt text")


async def test_decorators_that_need_no_server_note_their_options() -> None:
    import oxmcp.tools.tool
    from oxmcp.prompts import prompt
    from oxmcp.resources import resource
    from oxmcp.tools import tool

    @tool(name="sum", title="Sum")
    def add(a: int, b: int) -> int:
        return a + b

    @oxmcp.tools.tool
    def twice(a: int) -> int:
        return a * 2

    @prompt
    def greet(name: str) -> str:
        return f"Hello {name}"

    @resource("note://{id}", mime_type="text/markdown")
    def note(id: str) -> str:
        return f"# {id}"

    mcp = FastMCP(tools=[add, twice])
    mcp.add_prompt(greet)
    mcp.add_resource(note)
    mcp.add_tool(add, name="plus")
    async with Client(mcp) as client:
        assert {tool.name: tool.title for tool in await client.list_tools()} == {
            "sum": "Sum",
            "twice": None,
            "plus": "Sum",
        }
        assert (await client.call_tool("twice", {"a": 2})).data == 4
        assert (await client.read_resource("note://x"))[0].mime_type == "text/markdown"
        assert [prompt.name for prompt in await client.list_prompts()] == ["greet"]


def test_what_is_registered_can_be_looked_at_through_the_managers() -> None:
    mcp = FastMCP()

    @mcp.tool
    def add(a: int, b: int) -> int:
        """Adds."""
        return a + b

    @mcp.resource("note://{id}")
    def note(id: str) -> str:
        return id

    @mcp.prompt
    def greet() -> str:
        return ""

    tools = mcp._tool_manager
    assert [(tool.name, tool.description) for tool in tools.list_tools()] == [("add", "Adds.")]
    found = tools.get_tool("add")
    assert found is not None
    assert found.fn is add
    assert found.parameters["required"] == ["a", "b"]
    assert tools.get_tool("nope") is None
    assert list(tools._tools) == ["add"]
    assert [template.uri_template for template in mcp._resource_manager.list_templates()] == ["note://{id}"]
    assert mcp._resource_manager.list_resources() == []
    assert [prompt.name for prompt in mcp._prompt_manager.list_prompts()] == ["greet"]
    tools.remove_tool("add")
    assert tools.list_tools() == []


# Settings by other names


@pytest.mark.parametrize(
    ("security", "hosts", "origins"),
    [
        (None, None, None),
        (TransportSecuritySettings(), None, None),
        (TransportSecuritySettings(enable_dns_rebinding_protection=False), ("*",), ("*",)),
        (
            TransportSecuritySettings(allowed_hosts=["a.example:*"], allowed_origins=["https://a.example"]),
            ("a.example:*",),
            ("https://a.example",),
        ),
    ],
)
def test_transport_security_is_allowed_hosts_and_origins(
    security: TransportSecuritySettings | None, hosts: Any, origins: Any
) -> None:
    settings = FastMCP(transport_security=security).settings
    assert (settings.allowed_hosts, settings.allowed_origins) == (hosts, origins)
    given = FastMCP(transport_security=security, allowed_hosts=["b.example"]).settings
    assert given.allowed_hosts == ("b.example",)


# Changes over a bus


@pytest.mark.parametrize("kind", ["async", "plain"])
async def test_a_change_goes_to_every_server_on_the_bus(kind: str) -> None:
    bus = InMemorySubscriptionBus()
    one, two = FastMCP("one", subscriptions=bus), FastMCP("two", subscriptions=bus)

    async def change_async(ctx: Context) -> None:
        await ctx.notify_tools_changed()

    def change(ctx: Context) -> None:
        ctx.notify_tools_changed()

    one.add_tool(change_async if kind == "async" else change, name="change")
    two.add_tool(lambda: None, name="any")
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = Client(two, message_handler=lambda message: heard.put_nowait(message.method))
    async with Client(one) as client, listener:
        await client.call_tool("change")
        assert await asyncio.wait_for(heard.get(), 10) == "notifications/tools/list_changed"


async def test_what_is_published_from_outside_reaches_clients_while_the_server_is_served() -> None:
    bus = InMemorySubscriptionBus()
    mcp = FastMCP(subscriptions=bus)
    mcp.add_tool(lambda: None, name="any")
    mcp.add_resource(lambda: "x", uri="a://b", name="b")
    heard: asyncio.Queue[Any] = asyncio.Queue()
    async with Client(mcp, message_handler=heard.put_nowait) as client:
        await client.subscribe_resource("a://b")
        await bus.publish(ToolsListChanged())
        await bus.publish(ResourceUpdated("a://b"))
        methods = {(await asyncio.wait_for(heard.get(), 10)).method for _ in range(2)}
    assert methods == {"notifications/tools/list_changed", "notifications/resources/updated"}
    await bus.publish(ToolsListChanged())  # nobody is served: nothing fails
    assert not bus._listeners


async def test_a_server_without_subscriptions_says_that_its_lists_do_not_change() -> None:
    mcp = MCPServer("fixed", subscriptions=False)
    mcp.add_tool(lambda: None, name="any")
    async with Client(mcp, mode="modern") as client:
        tools = (await client.discover()).capabilities.tools
    assert tools is not None
    assert not tools.list_changed


# Whole servers, by the import lines of the official reference servers

LOW_LEVEL_1X = """
from oxmcp.server import Server
from oxmcp.server.stdio import stdio_server
from oxmcp.server.session import ServerSession
from oxmcp.shared.exceptions import McpError
from oxmcp.types import (
    ClientCapabilities, ErrorData, GetPromptResult, INTERNAL_ERROR, INVALID_PARAMS, ImageContent, EmbeddedResource,
    ListRootsResult, Prompt, PromptArgument, PromptMessage, RootsCapability, TextContent, Tool,
)
from pydantic import BaseModel, Field
from collections.abc import Sequence


class Question(BaseModel):
    zone: str = Field(description="A zone")


server = Server("reference")


@server.list_tools()
async def list_tools() -> list[Tool]:
    return [Tool(name="ask", description="Asks", inputSchema=Question.model_json_schema())]


@server.call_tool()
async def call_tool(name: str, arguments: dict) -> Sequence[TextContent | ImageContent | EmbeddedResource]:
    question = Question(**arguments)
    if question.zone == "nowhere":
        raise McpError(ErrorData(code=INVALID_PARAMS, message="no such zone"))
    return [TextContent(type="text", text=f"{name}: {question.zone}")]


@server.list_prompts()
async def list_prompts() -> list[Prompt]:
    return [Prompt(name="ask", arguments=[PromptArgument(name="zone", required=True)])]


@server.get_prompt()
async def get_prompt(name: str, arguments: dict | None) -> GetPromptResult:
    text = TextContent(type="text", text=arguments["zone"])
    return GetPromptResult(description="d", messages=[PromptMessage(role="user", content=text)])
"""

MIDDLEWARE_2X = """
from typing import Annotated, Any
from oxmcp.server import MCPServer, ServerRequestContext
from oxmcp.server.context import CallNext, HandlerResult, ServerMiddleware
from oxmcp.server.mcpserver.exceptions import ToolError
from oxmcp.shared.exceptions import MCPError
from oxmcp.types import INVALID_PARAMS, ToolAnnotations
from pydantic import BaseModel, Field


class Answer(BaseModel):
    zone: str


def known_only(server: MCPServer) -> ServerMiddleware[Any]:
    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/call" and ctx.params is not None:
            if ctx.params.get("name") not in {tool.name for tool in await server.list_tools()}:
                raise MCPError(code=INVALID_PARAMS, message="Unknown tool")
            if ctx.params["arguments"].get("zone") == "nowhere":
                raise MCPError(code=INVALID_PARAMS, message="no such zone")
        return await call_next(ctx)

    return middleware


server = MCPServer("reference", version="1", subscriptions=False)
server.middleware.append(known_only(server))


@server.tool(name="ask", description="Asks", annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
def ask(zone: Annotated[str, Field(description="A zone")]) -> Answer:
    if not zone:
        raise ToolError("Missing required argument: zone")
    return Answer(zone=zone)


@server.prompt(name="ask")
def prompt(zone: Annotated[str, Field(description="A zone")]) -> str:
    return zone
"""


@pytest.mark.parametrize("source", [LOW_LEVEL_1X, MIDDLEWARE_2X], ids=["1.x", "2.x"])
@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_a_server_with_the_import_lines_of_the_official_ones_is_served(source: str, mode: str) -> None:
    module: dict[str, Any] = {"__name__": "reference"}
    exec(compile(source, "reference.py", "exec", dont_inherit=True), module)
    async with Client(module["server"], mode=mode) as client:
        assert [tool.name for tool in await client.list_tools()] == ["ask"]
        result = await client.call_tool("ask", {"zone": "UTC"})
        assert "UTC" in result.content[0].text
        assert (await client.get_prompt("ask", {"zone": "UTC"})).messages[0].content.text == "UTC"
        with pytest.raises(McpError, match="no such zone"):
            await client.call_tool("ask", {"zone": "nowhere"})


def test_a_reference_server_is_served_on_stdio(tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(
        LOW_LEVEL_1X
        + textwrap.dedent("""
        import asyncio

        async def serve():
            options = server.create_initialization_options()
            async with stdio_server() as (read_stream, write_stream):
                await server.run(read_stream, write_stream, options, raise_exceptions=True)

        asyncio.run(serve())
        """)
    )
    asked = (
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
        '"clientInfo":{"name":"c","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"zone":"UTC"}}}\n'
    )
    finished = subprocess.run(
        [sys.executable, str(program)], input=asked, capture_output=True, text=True, timeout=60, check=True
    )
    assert "ask: UTC" in finished.stdout.splitlines()[-1]
