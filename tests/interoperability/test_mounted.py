"""Our server in applications of somebody else's, under servers of somebody else's, with clients of somebody else's."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import signal
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastmcp import Client as FastClient
from fastmcp.client.transports import SSETransport
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from peers import MODES, VERSION_OF_MODE, conversation, eventually, fast, value_of
from processes import SERVERS, HttpProcess, free_port
from test_official_client_1x import INTERPRETER, talk

UVICORN = ("uvicorn", "mounted_app:app", "--app-dir", str(SERVERS), "--log-level", "warning", "--port", "{port}")
HYPERCORN = ("hypercorn", "mounted_app:app", "--bind", "127.0.0.1:{port}")
GRANIAN = ("granian", "mounted_app:app", "--interface", "asgi", "--port", "{port}", "--workers-kill-timeout", "2")
"""It tells an application nothing of its end before the last answer is out, unless there is a limit to that."""

PLACES = {
    "alone under uvicorn": ("alone", UVICORN),
    "starlette under uvicorn": ("starlette", UVICORN),
    "fastapi under uvicorn": ("fastapi", UVICORN),
    "litestar under uvicorn": ("litestar", UVICORN),
    "quart under hypercorn": ("quart", HYPERCORN),
    "starlette under hypercorn": ("starlette", HYPERCORN),
    "starlette under granian": ("starlette", GRANIAN),
}


def serve(framework: str, command: tuple[str, ...], *more: str) -> HttpProcess:
    """Runs an application in a process of its own."""
    for module in (framework, command[0]):
        if module != "alone" and importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    port = free_port()
    return HttpProcess(
        [sys.executable, "-m", *(part.format(port=port) for part in command), *more],
        port=port,
        directory=SERVERS,
        environment={"MOUNTED_IN": framework},
    )


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[HttpProcess]:
    """The application, one process for the whole file."""
    with serve(*PLACES[request.param]) as server:
        yield server


@contextlib.asynccontextmanager
async def connected(url: str, mode: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
    """The official client, with headers of its own."""
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **options) as client,
    ):
        yield client


def text_of(result: Any) -> str:
    return "".join(block.text for block in result.content if block.type == "text")


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_uses_it(place: HttpProcess, mode: str) -> None:
    async def talk() -> None:
        async with connected(place.url, mode) as client:
            assert client.protocol_version == VERSION_OF_MODE[mode]
            assert "add" in [tool.name for tool in (await client.list_tools()).tools]
            assert value_of(await client.call_tool("add", {"a": 20, "b": 22})) == 42
            assert text_of(await client.call_tool("echo_blocking", {"text": "hi", "milliseconds": 1})) == "hi"
            assert (await client.call_tool("test_error_handling", {})).is_error
            (contents,) = (await client.read_resource("test://static-text")).contents
            assert contents.text == "This is the content of the static text resource."
            long = "x" * 300_000
            assert text_of(await client.call_tool("echo", {"text": long})) == long

    conversation(talk)


@pytest.mark.parametrize("mode", MODES)
def test_fastmcps_client_uses_it(place: HttpProcess, mode: str) -> None:
    async def talk() -> None:
        async with fast(place.url, mode) as client:
            assert (await client.call_tool("add", {"a": 20, "b": 22})).data == 42
            assert "test_simple_prompt" in [prompt.name for prompt in await client.list_prompts()]

    conversation(talk)


@pytest.mark.skipif(not INTERPRETER.exists(), reason="no interpreter with mcp 1.x: run `make setup`")
@pytest.mark.parametrize("place", [each for each in PLACES if "starlette" in each], indirect=True)
def test_the_official_1x_client_uses_all_of_it(place: HttpProcess) -> None:
    seen = talk("everything", place.url)
    assert seen["add"]["content"] == [{"type": "text", "text": "3"}]
    assert seen["progress"] == [[1.0, 3.0, "step 1"], [2.0, 3.0, "step 2"], [3.0, 3.0, "step 3"]]
    assert {"notifications/resources/updated", "notifications/tools/list_changed"} <= set(seen["heard"])


@pytest.mark.parametrize("path", ["by-hand/sse", "older/sse"])
@pytest.mark.parametrize("place", [each for each in PLACES if "starlette" in each], indirect=True)
def test_clients_of_http_sse_use_it(place: HttpProcess, path: str) -> None:
    """OLD-1 to OLD-4"""
    url = place.url.removesuffix("mcp") + path

    async def talk() -> None:
        async with Client(sse_client(url, headers={"x-tenant": "acme"}), mode="legacy") as client:
            assert value_of(await client.call_tool("add", {"a": 20, "b": 22})) == 42
            assert text_of(await client.call_tool("tenant_later", {})) == "acme"
        async with FastClient(SSETransport(url)) as client:
            assert (await client.call_tool("add", {"a": 20, "b": 22})).data == 42

    conversation(talk)


def test_both_spellings_of_the_path_are_served_without_a_redirect(place: HttpProcess) -> None:
    async def ask() -> None:
        async with httpx2.AsyncClient() as http:
            for slash in ("", "/"):
                assert (await http.post(place.url + slash, json={})).status_code == 400
            assert "hello" in (await http.get(place.url.removesuffix("mcp"))).text

    conversation(ask)


@pytest.mark.parametrize("mode", MODES)
def test_progress_arrives_as_it_happens(place: HttpProcess, mode: str) -> None:
    """PROG-3, SSE-7"""

    async def talk() -> None:
        async with connected(place.url, mode) as client:
            held = asyncio.Event()

            async def on_progress(done: float, total: float | None, message: str | None) -> None:
                held.set()

            call = asyncio.create_task(client.call_tool("hold", {}, progress_callback=on_progress))
            await held.wait()
            assert not call.done()
            await client.call_tool("let_go", {})
            assert text_of(await call) == "let go"

    conversation(talk)


@pytest.mark.parametrize("mode", MODES)
def test_what_middleware_puts_into_context_variables_is_the_handlers(place: HttpProcess, mode: str) -> None:
    async def talk() -> None:
        async def ask(name: str) -> str:
            async with connected(place.url, mode, {"x-tenant": name}) as client:
                return "".join([text_of(await client.call_tool(f"tenant_{how}", {})) for how in ("later", "plainly")])

        assert await asyncio.gather(*map(ask, "abc")) == ["aa", "bb", "cc"]

    conversation(talk)


@pytest.mark.parametrize("mode", MODES)
def test_a_call_that_its_client_gives_up_is_cancelled(
    place: HttpProcess, mode: str, request: pytest.FixtureRequest
) -> None:
    """CAN-1, HTTP-10"""
    label = request.node.name

    async def talk() -> None:
        async with connected(place.url, mode) as client:
            started = asyncio.Event()

            async def on_progress(done: float, total: float | None, message: str | None) -> None:
                started.set()

            arguments = {"label": label}
            call = asyncio.create_task(
                client.call_tool("wait_until_cancelled", arguments, progress_callback=on_progress)
            )
            await started.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

            async def ask() -> str:
                return text_of(await client.call_tool("observed", {}))

            assert f"cancelled {label}" in await eventually(ask, lambda seen: f"cancelled {label}" in seen)

    conversation(talk)


def test_two_workers_of_uvicorn_serve_modern_clients_alike() -> None:
    with serve("starlette", UVICORN, "--workers", "2") as server:

        async def talk() -> None:
            async def ask() -> str:
                async with connected(server.url, "auto") as client:
                    return text_of(await client.call_tool("process", {}))

            seen: set[str] = set()
            for _ in range(50):
                seen.update(await asyncio.gather(*(ask() for _ in range(4))))
                if len(seen) == 2:
                    break
            assert len(seen) == 2

        conversation(talk)


@pytest.mark.parametrize("command", [UVICORN, HYPERCORN, GRANIAN], ids=lambda command: command[0])
def test_the_process_ends_although_streams_are_open(command: tuple[str, ...]) -> None:
    """SSE-3"""
    about = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    params = {"name": "hold", "arguments": {}, "_meta": {"progressToken": 1}}
    hold = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}

    with serve("starlette", command) as server:

        async def talk() -> None:
            async with httpx2.AsyncClient(timeout=30) as http:
                headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
                welcome = await http.post(server.url, json=initialize, headers=headers)
                headers["mcp-session-id"] = welcome.headers["mcp-session-id"]
                async with (
                    http.stream("GET", server.url, headers=headers) as stream,
                    http.stream("POST", server.url, json=hold, headers=headers) as call,
                ):
                    events = call.aiter_lines()
                    while "notifications/progress" not in await anext(events):
                        pass
                    server.process.send_signal(signal.SIGTERM)
                    if command is UVICORN:  # the others cut off what is left by themselves
                        assert [line async for line in stream.aiter_lines()] == []
                        assert "the server is shutting down" in "".join([line async for line in events])
                    await asyncio.to_thread(server.process.wait, 15)

        conversation(talk)
