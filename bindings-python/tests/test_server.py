"""Servers: construction, settings, resources, prompts, completion, and how they are run.

In one piece, because a test of a server touches several of these at once.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from oxmcp import AssistantMessage, CacheHint, Client, Context, FastMCP, Image, McpError, MCPServer, UserMessage
from oxmcp.errors import ConfigurationError, PromptError, ResourceError
from oxmcp.offers.resources import variables
from oxmcp.resources import BinaryResource, FileResource, TextResource
from oxmcp.serving.serving import transport_named
from oxmcp.types import Completion, PromptMessage, TextContent

MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])


def read(server: FastMCP, uri: str, mode: str = "legacy") -> Any:
    async def go() -> Any:
        async with Client(server, mode=mode) as client:
            return (await client.read_resource(uri))[0]

    return asyncio.run(go())


def render(server: FastMCP, name: str, arguments: dict[str, Any] | None = None, mode: str = "legacy") -> Any:
    async def go() -> Any:
        async with Client(server, mode=mode) as client:
            return await client.get_prompt(name, arguments)

    return asyncio.run(go())


# Construction and settings


def test_fastmcp_is_the_same_class() -> None:
    from oxmcp.server import FastMCP as FromServer
    from oxmcp.server.fastmcp import FastMCP as FromOldPath
    from oxmcp.server.mcpserver import MCPServer as FromNewPath

    assert FastMCP is MCPServer is FromServer is FromOldPath is FromNewPath


def test_the_names_people_import_are_where_they_look() -> None:
    import oxmcp
    from oxmcp import exceptions
    from oxmcp.server.fastmcp import Audio, Context, Icon, Image
    from oxmcp.server.fastmcp.exceptions import ToolError
    from oxmcp.server.fastmcp.prompts import base
    from oxmcp.server.fastmcp.prompts.base import AssistantMessage, UserMessage
    from oxmcp.server.fastmcp.utilities.types import Image as Same
    from oxmcp.shared.exceptions import McpError

    assert exceptions.ToolError is ToolError is oxmcp.ToolError
    assert base.UserMessage is UserMessage and issubclass(AssistantMessage, base.Message)
    assert (Same, Context, McpError) == (Image, oxmcp.Context, oxmcp.McpError)
    assert Audio and Icon
    for name in oxmcp.__all__:
        assert getattr(oxmcp, name) is not None


@MODES
def test_a_server_tells_who_it_is(mode: str) -> None:
    mcp = FastMCP(
        "demo",
        "Be kind.",
        version="1.2",
        title="Demo",
        description="Shows.",
        website_url="https://example.org",
        icons=[{"src": "https://example.org/i.png"}],
        experimental_capabilities={"example.org/x": {"y": 1}},
    )

    async def go() -> Any:
        async with Client(mcp, mode=mode) as client:
            if mode == "legacy":
                assert client.initialize_result is not None
                return client.initialize_result.to_dict()
            return (await client.discover()).to_dict()

    told = asyncio.run(go())
    info = told.get("serverInfo") or told["_meta"]["io.modelcontextprotocol/serverInfo"]
    assert info["name"] == "demo"
    assert info["version"] == "1.2"
    assert info["title"] == "Demo"
    assert told["instructions"] == "Be kind."
    assert told["capabilities"]["experimental"] == {"example.org/x": {"y": 1}}
    assert set(told["capabilities"]) == {"experimental"}


def test_settings_come_from_arguments_then_variables_then_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FastMCP().settings.port == 8000
    monkeypatch.setenv("OXMCP_PORT", "9000")
    monkeypatch.setenv("OXMCP_STATELESS_HTTP", "yes")
    monkeypatch.setenv("OXMCP_ALLOWED_HOSTS", "a.example, b.example")
    settings = FastMCP(host="0.0.0.0").settings
    assert (settings.host, settings.port, settings.stateless_http) == ("0.0.0.0", 9000, True)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert FastMCP(port=1234).settings.port == 1234
    assert settings.http({"port": 5, "path": None})["port"] == 5
    monkeypatch.setenv("OXMCP_PORT", "many")
    with pytest.raises(ValueError, match="OXMCP_PORT must be a whole number"):
        FastMCP()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        FastMCP(on_duplicate="sometimes")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="list_page_size"):
        FastMCP(list_page_size=0)
    with pytest.raises(ConfigurationError):
        _ = FastMCP(cache_hints={"tools/call": CacheHint(5)}).native
    with pytest.raises(ValueError, match="Unknown transport"):
        FastMCP().run("pigeon")
    assert [transport_named(name) for name in ("stdio", "http", "streamable-http", "streamable_http")] == [
        "stdio",
        "http",
        "http",
        "http",
    ]


def test_masking_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXMCP_MASK_ERRORS", "1")
    mcp = FastMCP("demo")

    @mcp.tool
    def crash() -> str:
        raise ValueError("secret")

    async def go() -> Any:
        async with Client(mcp) as client:
            return await client.call_tool("crash", raise_on_error=False)

    assert "secret" not in asyncio.run(go()).content[0].text


# Resources


@MODES
def test_resources_are_listed_and_read(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.resource("data://text", title="Text", annotations={"priority": 0.5}, size=5, tags={"x"})
    def text() -> str:
        """Some text."""
        return "hello"

    @mcp.resource("data://json", mime_type="application/json")
    async def data(ctx: Context) -> dict[str, Any]:
        return {"server": ctx.server.name}

    @mcp.resource("data://bytes", mime_type="image/png")
    def binary() -> bytes:
        return b"\x00"

    async def go() -> Any:
        async with Client(mcp, mode=mode) as client:
            return {str(item.uri): item for item in await client.list_resources()}

    found = asyncio.run(go())
    assert found["data://text"].title == "Text"
    assert found["data://text"].description == "Some text."
    assert found["data://text"].mime_type == "text/plain"
    assert found["data://text"].annotations.priority == 0.5
    assert found["data://text"].size == 5
    assert read(mcp, "data://text", mode).text == "hello"
    assert json.loads(read(mcp, "data://json", mode).text) == {"server": "demo"}
    assert (read(mcp, "data://bytes", mode).blob, read(mcp, "data://bytes", mode).mimeType) == ("AA==", "image/png")


@MODES
def test_templates_give_their_variables_to_the_function_in_its_types(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.resource("item://{id}/{name}{?limit}")
    def item(id: int, name: str, ctx: Context, limit: int = 10) -> dict[str, Any]:
        return {"id": id, "name": name, "limit": limit, "server": ctx.server.name}

    @mcp.resource("file://{path*}")
    def file(path: str) -> str:
        return path

    @mcp.resource("any://{a}/{b}")
    def rest(**variables: str) -> dict[str, str]:
        return variables

    assert json.loads(read(mcp, "item://5/a%20b", mode).text) == {
        "id": 5,
        "name": "a b",
        "limit": 10,
        "server": "demo",
    }
    assert json.loads(read(mcp, "item://5/x?limit=3", mode).text)["limit"] == 3
    assert read(mcp, "file://a/b", mode).text == "a/b"
    assert json.loads(read(mcp, "any://1/2", mode).text) == {"a": "1", "b": "2"}
    with pytest.raises(McpError):
        read(mcp, "item://many/x", mode)

    async def go() -> list[str]:
        async with Client(mcp, mode=mode) as client:
            return [template.uri_template for template in await client.list_resource_templates()]

    assert asyncio.run(go()) == ["item://{id}/{name}{?limit}", "file://{path*}", "any://{a}/{b}"]


def test_a_resource_that_does_not_fit_its_uri_is_refused() -> None:
    mcp = FastMCP("demo")
    with pytest.raises(ValueError, match="no variable for the parameter 'b'"):
        mcp.resource("x://{a}")(lambda_like)
    with pytest.raises(ValueError, match="no parameter for the variable 'c'"):
        mcp.resource("x://{a}/{b}/{c}")(lambda_like)
    with pytest.raises(ValueError, match="no variable for the parameter 'a', 'b'"):
        mcp.resource("x://fixed")(lambda_like)
    with pytest.raises(ValueError, match="no scheme"):
        mcp.resource("nonsense")(lambda_like)
    with pytest.raises(TypeError, match="needs a URI"):
        mcp.resource(lambda_like)  # type: ignore[arg-type]
    assert variables("x://{+a}{/b,c}{?d*,e:3}{&a}") == ("a", "b", "c", "d", "e")
    with pytest.raises(ValueError, match="not closed"):
        variables("x://{a")


def lambda_like(a: str, b: str) -> str:
    return a + b


@MODES
def test_an_unknown_resource_is_an_error_with_its_uri(mode: str) -> None:
    with pytest.raises(McpError) as caught:
        read(FastMCP("demo"), "data://none", mode)
    assert caught.value.code == (-32002 if mode == "legacy" else -32602)
    assert caught.value.data["uri"] == "data://none"


def test_a_resource_can_say_that_it_is_not_there_and_that_it_failed() -> None:
    from oxmcp import NotFoundError

    mcp = FastMCP("demo")

    @mcp.resource("item://{id}")
    def item(id: str) -> str:
        if id == "gone":
            raise NotFoundError("no such item")
        raise ResourceError("the disk is full")

    with pytest.raises(McpError) as caught:
        read(mcp, "item://gone")
    assert caught.value.code == -32002
    with pytest.raises(McpError, match="the disk is full"):
        read(mcp, "item://x")


def test_ready_made_resources_are_read(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("written", encoding="utf-8")
    mcp = FastMCP("demo", resources=[TextResource("data://t", "text")])
    mcp.add_resource(BinaryResource(uri="data://b", data=b"\x01"))
    mcp.add_resource(FileResource(uri="data://f", path=tmp_path / "note.txt"))
    assert read(mcp, "data://t").text == "text"
    assert read(mcp, "data://b").blob == "AQ=="
    assert read(mcp, "data://f").text == "written"
    mcp.remove_resource("data://t")
    with pytest.raises(ResourceError):
        mcp.remove_resource("data://t")
    with pytest.raises(ResourceError):
        asyncio.run(mcp.read_resource("data://t"))
    assert asyncio.run(mcp.read_resource("data://b"))[0].content == b"\x01"


def test_results_carry_cache_hints_towards_modern_clients() -> None:
    mcp = FastMCP("demo", cache_hints={"tools/list": CacheHint(60_000, "public")})

    @mcp.resource("data://x", cache_hint={"ttl_ms": 5})
    def x() -> str:
        return "x"

    async def go() -> list[Any]:
        async with Client(mcp, mode="auto") as client:
            return [await client.request("tools/list"), await client.request("resources/read", {"uri": "data://x"})]

    tools, contents = asyncio.run(go())
    assert (tools["ttlMs"], tools["cacheScope"]) == (60_000, "public")
    assert (contents["ttlMs"], contents["cacheScope"]) == (5, "private")


# Prompts and completion


@MODES
def test_prompts_are_listed_and_rendered(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.prompt
    def ask(topic: str, times: int = 1, tags: list[str] | None = None) -> str:
        """Ask about something.

        Args:
            topic: What about.
        """
        return f"{topic * times} {tags}"

    @mcp.prompt("talk", title="Talk", tags={"x"})
    async def conversation(ctx: Context) -> list[Any]:
        return [
            UserMessage("hello"),
            AssistantMessage("hi"),
            PromptMessage(role="user", content=TextContent(text=ctx.server.name)),
            UserMessage(Image(data=b"x", format="png")),
            {"role": "assistant", "content": {"type": "text", "text": "dict"}},
        ]

    async def go() -> Any:
        async with Client(mcp, mode=mode) as client:
            return {prompt.name: prompt for prompt in await client.list_prompts()}

    found = asyncio.run(go())
    arguments = {argument.name: argument for argument in found["ask"].arguments}
    assert found["ask"].description == "Ask about something."
    assert arguments["topic"].description == "What about."
    assert (arguments["topic"].required, bool(arguments["times"].required)) == (True, False)
    assert "integer" in arguments["times"].description
    assert found["talk"].title == "Talk"
    result = render(mcp, "ask", {"topic": "Rust", "times": 2, "tags": ["a"]}, mode)
    assert result.description == "Ask about something."
    assert result.messages[0].content.text == "RustRust ['a']"
    assert result.messages[0].role == "user"
    messages = render(mcp, "talk", mode=mode).messages
    assert [message.role for message in messages] == ["user", "assistant", "user", "user", "assistant"]
    assert messages[2].content.text == "demo"
    assert messages[3].content.mimeType == "image/png"


@MODES
def test_prompt_mistakes_are_answered_in_words(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.prompt
    def ask(topic: str, times: int = 1) -> str:
        if topic == "none":
            raise PromptError("choose a topic")
        return topic * times

    for name, arguments, code, text in [
        ("unknown", {}, -32602, "unknown"),
        ("ask", {}, -32602, "topic"),
        ("ask", {"topic": "x", "times": "often"}, -32602, "times"),
        ("ask", {"topic": "none"}, -32603, "choose a topic"),
    ]:
        with pytest.raises(McpError, match=text) as caught:
            render(mcp, name, arguments, mode)
        assert caught.value.code == code
    mcp.remove_prompt("ask")
    with pytest.raises(PromptError):
        mcp.remove_prompt("ask")


@MODES
def test_completion_suggests_values(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.prompt
    def ask(topic: str) -> str:
        return topic

    @mcp.resource("item://{id}")
    def item(id: str) -> str:
        return id

    @mcp.completion()
    async def complete(ref: Any, argument: Any, context: Any) -> Any:
        if ref.type == "ref/prompt":
            return Completion(values=[f"{argument.value}{n}" for n in range(2)], total=9, hasMore=True)
        if context is not None and context.arguments:
            return [context.arguments["owner"]]
        return None

    async def go() -> list[Any]:
        async with Client(mcp, mode=mode) as client:
            return [
                await client.complete({"type": "ref/prompt", "name": "ask"}, {"name": "topic", "value": "r"}),
                await client.complete({"type": "ref/resource", "uri": "item://{id}"}, {"name": "id", "value": ""}),
                await client.complete(
                    {"type": "ref/resource", "uri": "item://{id}"}, {"name": "id", "value": ""}, {"owner": "me"}
                ),
            ]

    first, second, third = asyncio.run(go())
    assert (first.values, first.total, first.has_more) == (["r0", "r1"], 9, True)
    assert second.values == []
    assert third.values == ["me"]


def test_a_completion_handler_may_take_less_and_return_a_lot() -> None:
    mcp = FastMCP("demo")

    @mcp.prompt
    def ask(topic: str) -> str:
        return topic

    @mcp.completion
    def complete(_ref: Any, argument: Any) -> list[str]:
        return [str(number) for number in range(150)]

    async def go() -> Any:
        async with Client(mcp) as client:
            return await client.complete({"type": "ref/prompt", "name": "ask"}, {"name": "topic", "value": ""})

    found = asyncio.run(go())
    assert (len(found.values), found.total, found.has_more) == (100, 150, True)


# Use within the process, pages, running


def test_a_server_can_be_used_in_its_own_process() -> None:
    mcp = FastMCP("demo", list_page_size=2)
    for number in range(5):
        mcp.add_tool(lambda: 1, name=f"tool{number}")

    @mcp.tool
    def double(n: int) -> int:
        return 2 * n

    @mcp.prompt
    def ask() -> str:
        return "?"

    mcp.add_resource(TextResource("data://t", "text"))

    async def go() -> None:
        assert len(await mcp.list_tools()) == 6  # from three pages
        result = await mcp.call_tool("double", {"n": 4})
        assert (result.data, result.structured_content) == (8, {"result": 8})
        assert [prompt.name for prompt in await mcp.list_prompts()] == ["ask"]
        assert [resource.uri for resource in await mcp.list_resources()] == ["data://t"]
        assert await mcp.list_resource_templates() == []
        assert (await mcp.get_prompt("ask")).messages[0].content.text == "?"

    asyncio.run(go())


SERVER = """
from contextlib import asynccontextmanager
from oxmcp import Context, FastMCP

@asynccontextmanager
async def lifespan(server):
    print("entered")
    yield {"n": 5}
    print("left")

mcp = FastMCP("piped", lifespan=lifespan)

@mcp.tool
def add(a: int, b: int) -> int:
    return a + b

@mcp.resource("data://n")
def n(ctx: Context) -> str:
    return str(ctx.lifespan_context["n"])

@mcp.tool
async def read(ctx: Context) -> str:
    return (await ctx.read_resource("data://n"))[0].content

mcp.run()
"""


def test_a_server_speaks_over_pipes_and_unwinds_when_they_close(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER, encoding="utf-8")
    messages = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "add", "arguments": {"a": 1, "b": 2}}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "read"}},
    ]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        for message in messages:
            process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        answers = {}
        for _ in range(3):
            answer = json.loads(process.stdout.readline())
            answers[answer["id"]] = answer["result"]
        process.stdin.close()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read().split() == ["entered", "left"]
    assert answers[2]["structuredContent"] == {"result": 3}
    assert answers[3]["content"][0]["text"] == "5"


def test_importing_is_light() -> None:
    probe = (
        "import sys, time; from oxmcp import FastMCP; m = FastMCP('x')\n"
        "for i in range(3):\n"
        "    def f(a: int, b: str = '', c: list[int] | None = None) -> str:\n"
        "        return b\n"
        "    m.tool(f, name=f't{i}')\n"
        "m.native\n"
        "heavy = {'pydantic', 'json.tool', 'http', 'email', 'xml', 'multiprocessing', 'unittest'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_server_speaks_over_http_and_hands_out_headers() -> None:
    mcp = FastMCP("webbed", path="/here")

    @mcp.tool
    def who(ctx: Context) -> dict[str, Any]:
        assert ctx.headers is not None and ctx.request_context.request is not None
        return {
            "tenant": ctx.headers.get("X-Tenant"),
            "same": ctx.request_context.request.headers["x-tenant"],
            "shown": "secret" in repr(ctx.headers),
        }

    def ask(port: int) -> Any:
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "who", "_meta": meta}}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": "who",
            "X-Tenant": "secret",
        }
        request = Request(f"http://127.0.0.1:{port}/here", json.dumps(body).encode(), headers)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    async def go() -> Any:
        address: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            mcp.run_async("http", port=0, on_listening=lambda _host, port: address.set_result(port))
        )
        try:
            return await asyncio.to_thread(ask, await address)
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    answer = asyncio.run(go())
    assert answer["result"]["structuredContent"] == {"tenant": "secret", "same": "secret", "shown": False}


@pytest.mark.parametrize(
    ("options", "path"),
    [({}, "/mcp"), ({"path": "/here"}, "/here"), ({"streamable_http_path": "/here", "mount_path": "/x"}, "/here")],
)
def test_run_async_takes_what_run_takes(options: dict[str, Any], path: str) -> None:
    def status(port: int) -> int:
        try:
            urlopen(Request(f"http://127.0.0.1:{port}{path}", b"no JSON", {"Content-Type": "text/plain"}), timeout=10)
        except HTTPError as error:
            return error.code
        return 200

    async def go() -> int:
        address: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            FastMCP("here").run_async(
                "streamable_http", port=0, on_listening=lambda _host, port: address.set_result(port), **options
            )
        )
        try:
            return await asyncio.to_thread(status, await address)
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    assert asyncio.run(go()) == 415, "anywhere else it is 404"


def test_an_unknown_transport_is_refused_however_it_is_run() -> None:
    mcp = FastMCP("here")
    with pytest.raises(ValueError, match="Unknown transport 'tcp': expected 'stdio', 'http' or 'sse'"):
        mcp.run("tcp")
    with pytest.raises(ValueError, match="Unknown transport 'tcp': expected 'stdio', 'http' or 'sse'"):
        asyncio.run(mcp.run_async("tcp"))
    with pytest.raises(ValueError, match="'stdio' is not served over HTTP"):
        asyncio.run(mcp.run_http_async("stdio"))


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize("kind", ["coroutine", "plain"])
async def test_a_tool_that_was_replaced_before_the_server_is_served_keeps_nobody_waiting(kind: str, mode: str) -> None:
    mcp = FastMCP(on_duplicate="replace")

    async def coroutine() -> str:
        return "coroutine"

    def plain() -> str:
        return "plain"

    mcp.add_tool(coroutine)
    mcp.add_tool(plain)
    assert len(await mcp.list_tools()) == 2  # from here on the engine knows them
    mcp.add_tool({"coroutine": coroutine, "plain": plain}[kind])
    async with Client(mcp, mode=mode, timeout=10) as client:
        assert (await client.call_tool("coroutine")).content[0].text == "coroutine"
        assert (await client.call_tool("plain")).content[0].text == "plain"


class Data:
    """Something a function refers to."""


@pytest.mark.parametrize("is_async", [False, True])
def test_what_is_removed_before_a_server_is_served_is_freed(*, is_async: bool) -> None:
    mcp = FastMCP("t")

    def register(number: int) -> weakref.ref[Data]:
        data = Data()

        def plain() -> str:
            return str(data)

        async def coroutine() -> str:
            return str(data)

        mcp.add_tool(coroutine if is_async else plain, name=f"tool-{number}")
        mcp.remove_tool(f"tool-{number}")
        return weakref.ref(data)

    references = [register(number) for number in range(100)]
    gc.collect()
    assert not any(reference() for reference in references)
