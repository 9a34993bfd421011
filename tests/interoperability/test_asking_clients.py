"""Clients we did not write answer what our servers ask: elicitation, sampling and roots, over stdio and HTTP, in both eras."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
import uvicorn
from fastmcp.client.transports import SSETransport
from judge import Judge
from mcp import MCPError
from mcp.client.sse import sse_client
from peers import MODES, TRANSPORTS, VERSION_OF_MODE, WITHIN, conversation, fast, official, stdio_parameters
from processes import COMPILED, NODE, ROOT, HttpProcess, judged_stdio_command, serve_http
from tee import judged

INTERPRETER_1X = Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python"))
IN_PYTHON = pytest.mark.parametrize("language", ["python"], indirect=True)
RMCP_CLIENT = COMPILED / "rmcp" / "debug" / "asked_rmcp"
"""`make rmcp-client` builds it."""
NEEDS_1X = pytest.mark.skipif(not INTERPRETER_1X.exists(), reason="no interpreter with mcp 1.x: run `make setup`")
NEEDS_NODE = pytest.mark.skipif(shutil.which(NODE) is None, reason="the clients need Node")

CALLS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("book", {}, "Ada, 3, OUTSIDE, soup+cake"),
    ("choose", {}, "accept l"),
    ("sign_in", {}, "accept"),
    ("write", {"topic": "tests"}, "It wrote: Write about tests"),
    ("write_low", {"topic": "tests"}, "assistant test: Write about tests"),
    ("folders", {}, "file:///work file:///home"),
    ("at_once", {}, "Ada True 2"),
    ("rounds", {"count": 3}, "[7, 7, 7]"),
    ("plainly", {}, "Ada"),
    ("resolved", {}, "Hello, Ada"),
)
"""The tools of the asking server, and what they say when its questions are answered with ANSWERS."""

ANSWERS: dict[str, dict[str, Any]] = {
    "Who comes?": {"name": "Ada", "guests": 3, "seat": "outside", "dishes": ["soup", "cake"]},
    "Which?": {"value": "l"},
    "Name?": {"value": "Ada"},
    "Sure?": {"value": True},
}
ROOTS = ["file:///work", "file:///home"]


def answer_for(message: str) -> dict[str, Any]:
    """What a user would fill in."""
    return ANSWERS.get(message, {"value": 7})


@pytest.fixture(scope="module")
def asking_http(language: str) -> Iterator[HttpProcess]:
    """The asking server over HTTP, one process for the whole file."""
    with serve_http("asking_server", language) as server:
        yield server


@asynccontextmanager
async def official_client(where: Any, mode: str, action: Any = "accept") -> AsyncIterator[Any]:
    """The official 2.x client, whose user answers everything the same way."""

    async def elicited(_context: Any, params: Any) -> Any:
        content = answer_for(params.message) if action == "accept" and params.mode == "form" else None
        return types.ElicitResult(action=action, content=content)

    async def sampled(_context: Any, params: Any) -> Any:
        (block,) = params.messages[0].content_as_list
        return types.CreateMessageResult(role="assistant", content=block, model="test", stop_reason="endTurn")

    async def rooted(_context: Any) -> Any:
        return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in ROOTS])

    async with official(
        where, mode, elicitation_callback=elicited, sampling_callback=sampled, list_roots_callback=rooted
    ) as client:
        yield client


@asynccontextmanager
async def fast_client(where: Any, mode: str, action: Any = "accept") -> AsyncIterator[Any]:
    """fastmcp's client, whose user answers everything the same way."""

    async def elicited(message: str, response_type: Any, params: Any, _context: Any) -> Any:
        if action != "accept":
            return types.ElicitResult(action=action)
        return {} if response_type is None else response_type(**answer_for(message))

    async def sampled(messages: Any, params: Any, _context: Any) -> Any:
        (block,) = messages[0].content_as_list
        return types.CreateMessageResult(role="assistant", content=block, model="test", stop_reason="endTurn")

    async with fast(where, mode, elicitation_handler=elicited, sampling_handler=sampled, roots=ROOTS) as client:
        yield client


CLIENTS = {"official": official_client, "fastmcp": fast_client}


@pytest.fixture
def command(language: str, tmp_path: Path) -> Iterator[list[str]]:
    """The command with which a client starts the asking server over pipes; what it says is judged."""
    with judged_stdio_command("asking_server", language, tmp_path / "misfits.txt") as command:
        yield command


@pytest.fixture
def connect(peer: str, transport: str, command: list[str], asking_http: HttpProcess) -> Any:
    """How a client is connected to the asking server."""
    stdio: Any = stdio_parameters(*command) if peer == "official" else command
    where = asking_http.url if transport == "http" else stdio
    return lambda mode, action="accept": CLIENTS[peer](where, mode, action)


def text_of(result: Any) -> str:
    """All text of a result."""
    return "".join(block.text for block in result.content)


EVERY_WAY = [
    pytest.mark.parametrize("peer", CLIENTS),
    pytest.mark.parametrize("transport", TRANSPORTS),
    pytest.mark.parametrize("mode", MODES),
]


def every_way(test: Any) -> Any:
    """A test with every client, over every transport, in both eras."""
    for mark in EVERY_WAY:
        test = mark(test)
    return test


@every_way
def test_every_question_of_a_tool_is_answered(connect: Any, mode: str) -> None:
    """ELI-3, ELI-5, ELI-6, SAM-1, ROOT-1, MRTR-3, MRTR-5, MRTR-16, DOWN-11"""

    async def talk() -> None:
        async with connect(mode) as client:
            for name, arguments, said in CALLS:
                assert (name, text_of(await client.call_tool(name, arguments))) == (name, said)

    conversation(talk)


@every_way
def test_prompts_and_resources_ask_too(connect: Any, mode: str) -> None:
    """MRTR-1"""

    async def talk() -> None:
        async with connect(mode) as client:
            prompt = await client.get_prompt("greeting", {})
            assert prompt.messages[0].content.text == "Greet Ada"
            found = await client.read_resource("note://7")
            assert getattr(found, "contents", found)[0].text == "7: Ada"

    conversation(talk)


@every_way
@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_a_user_may_refuse(connect: Any, mode: str, action: str) -> None:
    """ELI-7"""

    async def talk() -> None:
        async with connect(mode, action) as client:
            assert text_of(await client.call_tool("book", {})) == action
            assert text_of(await client.call_tool("sign_in", {})) == action

    conversation(talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_can_answer_nothing_is_asked_nothing(
    transport: str, mode: str, command: list[str], asking_http: HttpProcess
) -> None:
    """ELI-2, META-6, MRTR-4"""
    where = asking_http.url if transport == "http" else stdio_parameters(*command)

    async def talk() -> None:
        async with official(where, mode) as client:
            if mode == "legacy":
                result = await client.call_tool("book", {})
                assert result.is_error and "did not declare the capability elicitation" in text_of(result)
            else:
                with pytest.raises(MCPError) as refused:
                    await client.call_tool("book", {})
                assert refused.value.error.code == -32021
                assert "elicitation" in refused.value.error.data["requiredCapabilities"]

    conversation(talk)


@pytest.mark.parametrize("peer", CLIENTS)
def test_clients_of_the_oldest_transport_are_asked_on_their_stream(peer: str, asking_http: HttpProcess) -> None:
    """DOWN-11, OLD-3, OLD-4"""
    url = asking_http.url.replace("/mcp", "/sse")
    where: Any = sse_client(url) if peer == "official" else SSETransport(url)

    async def talk() -> None:
        async with CLIENTS[peer](where, "legacy") as client:
            for name, arguments, said in CALLS:
                assert (name, text_of(await client.call_tool(name, arguments))) == (name, said)

    conversation(talk)


@IN_PYTHON
@pytest.mark.parametrize("mode", MODES)
def test_a_mounted_server_asks_too(mode: str, language: str) -> None:
    """DOWN-11, MRTR-1"""
    import asking_server

    async def talk() -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            server = uvicorn.Server(uvicorn.Config(asking_server.mcp.http_app(), log_level="error"))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            judge = Judge()
            with judged(listener.getsockname()[1], judge) as port:
                async with official_client(f"http://127.0.0.1:{port}/mcp", mode) as client:
                    for name, arguments, said in CALLS:
                        assert (name, text_of(await client.call_tool(name, arguments))) == (name, said)
                server.should_exit = True
                await serving
            assert judge.judged > len(CALLS) and judge.flaws == []

    conversation(talk)


PLAN = json.dumps({"calls": [call[:2] for call in CALLS], "answers": ANSWERS, "roots": ROOTS})
"""What a client in a process of its own is to call, and how it answers."""


def seen_by(*client: str) -> Any:
    """Run a client in a process of its own, and return what it saw."""
    finished = subprocess.run([*client], capture_output=True, timeout=WITHIN + 30, check=False)
    assert finished.returncode == 0, finished.stderr.decode()[-3000:]
    return json.loads(finished.stdout)


def all_answered(version: str) -> Any:
    """What such a client sees when all questions were answered."""
    return {
        "calls": [call[2] for call in CALLS],
        "prompt": "Greet Ada",
        "resource": "7: Ada",
        "version": version,
    }


@NEEDS_1X
@pytest.mark.parametrize("transport", [*TRANSPORTS, "sse"])
def test_the_official_1x_client_answers_too(transport: str, command: list[str], asking_http: HttpProcess) -> None:
    """ELI-3, ELI-6, SAM-1, ROOT-1, LIFE-10, DOWN-11, OLD-3"""
    urls = {"http": asking_http.url, "sse": asking_http.url.replace("/mcp", "/sse")}
    where = [urls[transport]] if transport in urls else command
    script = Path(__file__).with_name("asked_client_1x.py")
    assert seen_by(str(INTERPRETER_1X), str(script), PLAN, *where) == all_answered("2025-11-25")


@NEEDS_NODE
@pytest.mark.parametrize(
    ("client", "mode", "transport"),
    [
        (client, mode, transport)
        for client, mode in (("v1", "legacy"), ("v2", "legacy"), ("v2", "auto"))
        # The oldest transport knows no modern requests.
        for transport in (*TRANSPORTS, *(["sse"] if mode == "legacy" else []))
    ],
)
def test_the_official_typescript_clients_answer_too(
    client: str, mode: str, transport: str, command: list[str], asking_http: HttpProcess
) -> None:
    """ELI-3, ELI-6, SAM-1, ROOT-1, LIFE-10, MRTR-3, MRTR-5, DOWN-11, OLD-3"""
    urls = {"http": asking_http.url, "sse": asking_http.url.replace("/mcp", "/sse")}
    where = [urls[transport]] if transport in urls else command
    script = Path(__file__).with_name("asked_clients.mjs")
    version = VERSION_OF_MODE[mode]
    assert seen_by(NODE, str(script), client, mode, PLAN, *where) == all_answered(version)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("mode", MODES)
def test_the_official_rust_client_answers_too(
    mode: str, transport: str, command: list[str], asking_http: HttpProcess
) -> None:
    """ELI-3, ELI-6, SAM-1, ROOT-1, LIFE-10, MRTR-3, MRTR-5"""
    where = [asking_http.url] if transport == "http" else command
    assert seen_by(str(RMCP_CLIENT), mode, PLAN, *where) == all_answered(VERSION_OF_MODE[mode])
