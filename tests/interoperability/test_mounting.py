"""Clients we did not write use a server that mounts others, two namespaces deep, over stdio and HTTP, in both eras."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import MCPError
from mcp.client.subscriptions import ResourceUpdated, ToolsListChanged
from peers import MODES, TRANSPORTS, conversation, eventually, fast, official, stdio_parameters, value_of
from processes import HttpProcess, judged_stdio_command, serve_http, serve_stdio
from wire import PREFIX

INNER = "mid_all_"
WATCHED, WATCHED_THERE = "test://mid/all/watched-resource", "test://watched-resource"


@pytest.fixture(scope="module")
def mounting_http(language: str) -> Iterator[HttpProcess]:
    """The mounting server over HTTP, one process for the whole file."""
    with serve_http("mounting_server", language) as server:
        yield server


@pytest.fixture
def command(language: str, tmp_path: Path) -> Iterator[list[str]]:
    """The command with which a client starts the mounting server over pipes; what it says is judged."""
    with judged_stdio_command("mounting_server", language, tmp_path / "misfits.txt") as command:
        yield command


@pytest.fixture(params=TRANSPORTS)
def where(request: pytest.FixtureRequest, command: list[str], mounting_http: HttpProcess) -> Any:
    """Where the official client finds the server."""
    return mounting_http.url if request.param == "http" else stdio_parameters(*command)


in_both_eras = pytest.mark.parametrize("mode", MODES)


@asynccontextmanager
async def answering(where: Any, mode: str, **options: Any) -> AsyncIterator[Any]:
    """The official client, whose user and model answer."""

    async def elicited(_context: Any, params: Any) -> Any:
        names = params.requested_schema["properties"]
        return types.ElicitResult(action="accept", content=dict.fromkeys(names, "Ada"))

    async def sampled(_context: Any, params: Any) -> Any:
        text = types.TextContent(type="text", text="from the model")
        return types.CreateMessageResult(role="assistant", content=text, model="test", stop_reason="endTurn")

    async def rooted(_context: Any) -> Any:
        return types.ListRootsResult(roots=[types.Root(uri="file:///work")])

    asked = {"elicitation_callback": elicited, "sampling_callback": sampled, "list_roots_callback": rooted}
    async with official(where, mode, **{**asked, **options}) as client:
        yield client


def text_of(result: Any) -> str:
    """All text of a result."""
    return "".join(block.text for block in result.content if block.type == "text")


async def seen(client: Any) -> list[str]:
    """What the inner servers heard."""
    return list(value_of(await client.call_tool("seen", {})))


@in_both_eras
def test_what_is_mounted_is_listed_called_and_read_under_its_namespaces(where: Any, mode: str) -> None:
    async def talk() -> None:
        async with official(where, mode) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            assert {"mount", "unmount", "seen", f"{INNER}add"} <= set(tools)
            await seen(client)
            assert text_of(await client.call_tool(f"{INNER}add", {"a": 2, "b": 3})) == "5"
            # Each server's middleware knows it by its own name, the outer one's around the inner one's.
            assert await seen(client) == ["middle all_add", "everything add"]
            uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
            assert "test://mid/all/static-text" in uris
            (content,) = (await client.read_resource("test://mid/all/template/7/data")).contents
            assert (str(content.uri), "Data for ID: 7" in content.text) == ("test://mid/all/template/7/data", True)
            templates = (await client.list_resource_templates()).resource_templates
            assert "test://mid/all/template/{id}/data" in [template.uri_template for template in templates]
            prompt = await client.get_prompt(f"{INNER}test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
            assert "arg1='a'" in prompt.messages[0].content.text
            reference = types.PromptReference(type="ref/prompt", name=f"{INNER}test_prompt_with_arguments")
            completed = await client.complete(reference, {"name": "arg1", "value": "test"})
            assert "testing" in completed.completion.values
            with pytest.raises(MCPError):
                await client.call_tool("add", {"a": 2, "b": 3})

    conversation(talk)


@in_both_eras
def test_a_call_that_is_refused_passes_the_middleware_of_the_mounted_server(where: Any, mode: str) -> None:
    async def talk() -> None:
        async with official(where, mode) as client:
            await seen(client)
            refused = await client.call_tool(f"{INNER}add", {"a": 2, "b": "three"})
            assert refused.is_error and "b" in text_of(refused)
            assert await seen(client) == ["middle all_add", "everything add"]

    conversation(talk)


@in_both_eras
def test_a_mounted_tool_reports_and_logs_on_its_call(where: Any, mode: str) -> None:
    async def talk() -> None:
        progress: list[float] = []
        logged: list[Any] = []

        async def on_progress(done: float, _total: float | None, _message: str | None) -> None:
            progress.append(done)

        async def on_log(params: Any) -> None:
            logged.append(params.data)

        async with official(where, mode, logging_callback=on_log) as client:
            await client.call_tool(f"{INNER}test_tool_with_progress", {}, progress_callback=on_progress)
            assert len(progress) >= 3
            if mode == "legacy":
                await client.set_logging_level("debug")
                await client.call_tool(f"{INNER}test_tool_with_logging", {})

                async def heard() -> int:
                    return len(logged)

                assert await eventually(heard, lambda count: count >= 3) >= 3

    conversation(talk)


@in_both_eras
def test_a_mounted_tool_asks_the_client(where: Any, mode: str) -> None:
    async def talk() -> None:
        async with answering(where, mode) as client:
            asked = await client.call_tool(f"{INNER}test_elicitation", {"message": "Who?"})
            assert "Ada" in text_of(asked)
            sampled = await client.call_tool(f"{INNER}test_sampling", {"prompt": "Write"})
            assert "from the model" in text_of(sampled)

    conversation(talk)


def test_a_mounted_tool_becomes_a_task_of_a_client_of_2025(language: str) -> None:
    """LTASK-2, LTASK-4"""
    with serve_stdio("mounting_server", language) as server:
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        assert "tasks" in server.request("initialize", client)["result"]["capabilities"]
        server.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        call = {"name": f"{INNER}slow_compute", "arguments": {"seconds": 0.1, "label": "sum"}}
        task = server.request("tools/call", {**call, "task": {"ttl": 60_000}})["result"]["task"]
        result = server.request("tasks/result", {"taskId": task["taskId"]})["result"]
        assert result["content"][0]["text"] == "sum: computed"


def test_a_mounted_tool_becomes_a_task_of_a_client_of_2026(language: str) -> None:
    """TASK-3"""
    with serve_stdio("mounting_server", language) as server:
        capabilities = {"extensions": {f"{PREFIX}tasks": {}}}
        meta = {f"{PREFIX}protocolVersion": "2026-07-28", f"{PREFIX}clientCapabilities": capabilities}

        def ask(method: str, **params: Any) -> Any:
            return server.request(method, {**params, "_meta": meta})["result"]

        call = {"name": f"{INNER}slow_compute", "arguments": {"seconds": 0.1, "label": "sum"}}
        task = ask("tools/call", **call)
        assert task["resultType"] == "task"
        for _ in range(1000):
            told = ask("tasks/get", taskId=task["taskId"])
            if told["status"] != "working":
                break
        assert (told["status"], told["result"]["content"][0]["text"]) == ("completed", "sum: computed")


@in_both_eras
def test_clients_hear_of_lists_that_change_in_a_mounted_server_and_of_servers_that_come_and_go(
    where: Any, mode: str
) -> None:
    extra = f"extra_{mode}"

    async def talk() -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def on_message(message: Any) -> None:
            heard.put_nowait(repr(message))

        async with official(where, mode, message_handler=on_message) as client:
            steps: list[tuple[str, dict[str, Any], str, bool]] = [
                (f"{INNER}add_extra_tool", {"name": extra}, f"{INNER}{extra}", True),
                (f"{INNER}remove_extra_tool", {"name": extra}, f"{INNER}{extra}", False),
                ("mount", {}, "extra_late", True),
                ("unmount", {}, "extra_late", False),
            ]

            async def listed() -> list[str]:
                options = {"cache_mode": "bypass"} if mode == "legacy" else {}
                return [tool.name for tool in (await client.list_tools(**options)).tools]

            if mode == "legacy":
                # Over HTTP the session's GET stream opens in the background.
                async def opened() -> bool:
                    await client.call_tool(f"{INNER}add_extra_tool", {"name": "first"})
                    await client.call_tool(f"{INNER}remove_extra_tool", {"name": "first"})
                    return not heard.empty()

                assert await eventually(opened, bool)
                for tool, arguments, name, is_there in steps:
                    await asyncio.sleep(0)
                    while not heard.empty():
                        heard.get_nowait()
                    await client.call_tool(tool, arguments)
                    assert "list_changed" in (told := await asyncio.wait_for(heard.get(), 10)) or "ListChanged" in told
                    assert (name in await listed()) is is_there
                return
            async with client.listen(tools_list_changed=True) as subscription:
                events = aiter(subscription)
                for tool, arguments, name, is_there in steps:
                    await client.call_tool(tool, arguments)
                    assert isinstance(await asyncio.wait_for(anext(events), 10), ToolsListChanged)
                    assert (name in await listed()) is is_there
                    if name == "extra_late" and is_there:
                        assert text_of(await client.call_tool(name, {})) == "late"

    conversation(talk)


@in_both_eras
def test_subscribers_hear_of_a_mounted_server_s_resource_which_hears_of_them(where: Any, mode: str) -> None:
    """RSRC-13"""

    async def talk() -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def on_message(message: Any) -> None:
            heard.put_nowait(repr(message))

        async def followers(client: Any) -> list[str]:
            return [line for line in await seen(client) if "followed" in line]

        async with official(where, mode, message_handler=on_message) as client:
            await seen(client)
            touch = f"{INNER}touch_watched_resource"
            if mode == "legacy":
                await client.subscribe_resource(WATCHED)

                async def told() -> bool:
                    await client.call_tool(touch, {})
                    return any(WATCHED in heard.get_nowait() for _ in range(heard.qsize()))

                assert await eventually(told, bool)
                await client.unsubscribe_resource(WATCHED)
            else:
                async with client.listen(resource_subscriptions=[WATCHED]) as subscription:
                    await client.call_tool(touch, {})
                    event = await asyncio.wait_for(anext(aiter(subscription)), 10)
                    assert isinstance(event, ResourceUpdated) and event.uri == WATCHED
            lines: list[str] = []

            async def so_far() -> list[str]:
                lines.extend(await followers(client))
                return lines

            expected = [f"followed {WATCHED_THERE}", f"unfollowed {WATCHED_THERE}"]
            assert await eventually(so_far, lambda lines: len(lines) >= 2) == expected

    conversation(talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
@in_both_eras
def test_fastmcp_s_client_is_at_home_there_too(
    transport: str, mode: str, command: list[str], mounting_http: HttpProcess
) -> None:
    async def talk() -> None:
        async with fast(mounting_http.url if transport == "http" else command, mode) as client:
            result = await client.call_tool(f"{INNER}echo", {"text": "hello"})
            assert text_of(result) == "hello"
            (content,) = await client.read_resource("test://mid/all/static-text")
            assert (str(content.uri), bool(content.text)) == ("test://mid/all/static-text", True)
            assert text_of(await client.call_tool("mount", {})) == "mounted"
            assert "extra_late" in [tool.name for tool in await client.list_tools()]
            assert text_of(await client.call_tool("extra_late", {})) == "late"
            assert text_of(await client.call_tool("unmount", {})) == "unmounted true"
            assert "extra_late" not in [tool.name for tool in await client.list_tools()]

    conversation(talk)
