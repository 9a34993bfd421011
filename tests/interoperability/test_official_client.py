"""The official `mcp` 2.x client and our servers: both transports, both eras."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import mcp_types as types
import pytest
from mcp import MCPError
from mcp.client.subscriptions import PromptsListChanged, ResourceUpdated, ToolsListChanged
from peers import MODES, TRANSPORTS, VERSION_OF_MODE, conversation, eventually, official, stdio_parameters, value_of
from processes import HttpProcess

pytestmark = [pytest.mark.parametrize("transport", TRANSPORTS), pytest.mark.parametrize("mode", MODES)]


@pytest.fixture
def where(transport: str, language: str, everything_http: HttpProcess, everything_command: list[str]) -> Any:
    """The everything server, as the client wants it named."""
    if transport == "http":
        return everything_http.url
    return stdio_parameters(*everything_command)


def text_of(result: types.CallToolResult) -> str:
    """All text of a result."""
    return "".join(block.text for block in result.content if isinstance(block, types.TextContent))


def test_the_connection_is_in_the_era_that_was_asked_for(where: Any, mode: str) -> None:
    """VER-8, VER-10, DISC-1, DISC-2, LIFE-2"""

    async def talk() -> None:
        async with official(where, mode) as client:
            assert client.protocol_version == VERSION_OF_MODE[mode]
            assert client.server_info.name == "everything"
            assert client.server_info.version == "1.0.0"
            assert client.instructions == "One of everything, for tests."
            capabilities = client.server_capabilities
            assert capabilities.tools and capabilities.tools.list_changed
            assert capabilities.prompts and capabilities.prompts.list_changed
            assert capabilities.resources and capabilities.resources.subscribe
            assert capabilities.completions is not None

    conversation(talk)


def test_everything_that_is_registered_is_listed(where: Any, mode: str) -> None:
    """TOOL-1, TOOL-3, TOOL-4, PRM-1, RSRC-1, RSRC-12"""

    async def talk() -> None:
        async with official(where, mode) as client:
            tools = (await client.list_tools()).tools
            names = [tool.name for tool in tools]
            assert names[0] == "test_simple_text"
            assert {"add", "echo", "weather", "steps"} <= set(names)
            assert [tool.name for tool in (await client.list_tools(cache_mode="bypass")).tools] == names
            add = next(tool for tool in tools if tool.name == "add")
            assert add.description == "Add two whole numbers."
            assert add.input_schema["type"] == "object"
            assert add.input_schema["properties"]["a"]["type"] == "integer"
            assert sorted(add.input_schema["required"]) == ["a", "b"]
            prompts = (await client.list_prompts()).prompts
            with_arguments = next(prompt for prompt in prompts if prompt.name == "test_prompt_with_arguments")
            assert [(argument.name, argument.required) for argument in with_arguments.arguments or []] == [
                ("arg1", True),
                ("arg2", True),
            ]
            uris = {str(resource.uri) for resource in (await client.list_resources()).resources}
            skills = {"skill://test-skill/SKILL.md", "skill://zoo/second-skill/SKILL.md"}
            assert uris == {"test://static-text", "test://static-binary", "test://watched-resource"} | skills
            templates = (await client.list_resource_templates()).resource_templates
            assert [template.uri_template for template in templates] == ["test://template/{id}/data"]

    conversation(talk)


def test_tools_return_what_they_return(where: Any, mode: str) -> None:
    """TOOL-7, TOOL-8, TOOL-9, DOWN-3, DOWN-20"""

    async def talk() -> None:
        async with official(where, mode) as client:
            result = await client.call_tool("add", {"a": 2, "b": 3})
            assert not result.is_error and text_of(result) == "5"
            assert text_of(await client.call_tool("echo", {"text": "naïve 世界 \u2028 🎈"})) == "naïve 世界 \u2028 🎈"
            result = await client.call_tool("weather", {"city": "Oslo"})
            expected = {"city": "Oslo", "temperature": 21.5, "conditions": ["sunny", "dry"]}
            assert result.structured_content == expected
            assert json.loads(text_of(result)) == expected
            result = await client.call_tool("forecasts", {"cities": ["Oslo", "Rome"]})
            assert [weather["city"] for weather in value_of(result)] == ["Oslo", "Rome"]
            result = await client.call_tool("picture", {})
            (block,) = result.content
            assert isinstance(block, types.ImageContent) and block.mime_type == "image/png"
            assert base64.b64decode(block.data).startswith(b"\x89PNG")
            result = await client.call_tool("test_multiple_content_types", {})
            assert [block.type for block in result.content] == ["text", "image", "resource"]
            result = await client.call_tool("whole_result", {})
            assert result.structured_content == {"as": "it is"}
            assert result.meta and result.meta["example.org/note"] == "kept"
            result = await client.call_tool("test_error_handling", {})
            assert result.is_error and "intentionally" in text_of(result)

    conversation(talk)


def test_a_call_that_does_not_fit_is_refused_in_words(where: Any, mode: str) -> None:
    """TOOL-6, TOOL-7"""

    async def talk() -> None:
        async with official(where, mode) as client:
            result = await client.call_tool("add", {"a": "not a number", "b": 3})
            assert result.is_error and "a" in text_of(result)
            assert "pydantic" not in text_of(result) and "http" not in text_of(result)
            with pytest.raises(MCPError) as refusal:
                await client.call_tool("no_such_tool", {})
            assert refusal.value.error.code == -32602

    conversation(talk)


def test_resources_prompts_and_completions_are_served(where: Any, mode: str) -> None:
    """RSRC-3, RSRC-7, RSRC-15, PRM-3, CMP-2, DOWN-10"""

    async def talk() -> None:
        async with official(where, mode) as client:
            (contents,) = (await client.read_resource("test://static-text")).contents
            assert isinstance(contents, types.TextResourceContents)
            assert contents.text == "This is the content of the static text resource."
            (contents,) = (await client.read_resource("test://static-binary")).contents
            assert isinstance(contents, types.BlobResourceContents) and contents.mime_type == "image/png"
            (contents,) = (await client.read_resource("test://template/a%20b/data")).contents
            assert isinstance(contents, types.TextResourceContents)
            assert json.loads(contents.text)["id"] == "a b"
            with pytest.raises(MCPError) as refusal:
                await client.read_resource("test://nothing-here")
            assert refusal.value.error.code == (-32602 if mode == "auto" else -32002)
            prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"})
            assert isinstance(prompt.messages[0].content, types.TextContent)
            assert prompt.messages[0].content.text == "Prompt with arguments: arg1='one', arg2='two'"
            with pytest.raises(MCPError) as refusal:
                await client.get_prompt("test_prompt_with_arguments", {"arg1": "one"})
            assert refusal.value.error.code == -32602
            prompt = await client.get_prompt("test_prompt_with_image")
            assert [message.content.type for message in prompt.messages] == ["image", "text"]
            reference = types.PromptReference(name="test_prompt_with_arguments")
            found = await client.complete(reference, {"name": "arg1", "value": "test"})
            assert found.completion.values == ["test", "testing", "tested"]

    conversation(talk)


def test_progress_and_logs_arrive_before_the_answer(where: Any, mode: str) -> None:
    """PROG-3, PROG-6, LOG-3, LOG-5, SSE-1"""
    progress: list[tuple[float, float | None, str | None]] = []
    logs: list[types.LoggingMessageNotificationParams] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        progress.append((done, total, message))

    async def on_log(params: types.LoggingMessageNotificationParams) -> None:
        logs.append(params)

    async def talk() -> None:
        async with official(where, mode, logging_callback=on_log, log_level="info") as client:
            if mode == "legacy":
                await client.set_logging_level("info")
            result = await client.call_tool("steps", {"count": 5}, progress_callback=on_progress)
            assert text_of(result) == "5 steps"
            assert progress == [(float(step), 5.0, f"step {step}") for step in range(1, 6)]
            assert [(log.level, log.data) for log in logs] == [("info", f"log {step}") for step in range(1, 6)]

    conversation(talk)


def test_a_cancelled_call_is_cancelled_in_the_server(where: Any, mode: str, transport: str) -> None:
    """CAN-1, CAN-2, CAN-3, HTTP-10, LHTTP-7"""
    label = f"{transport} {mode}"

    async def talk() -> None:
        async with official(where, mode) as client:
            started = asyncio.Event()

            async def on_progress(done: float, total: float | None, message: str | None) -> None:
                started.set()

            call = asyncio.create_task(
                client.call_tool("wait_until_cancelled", {"label": label}, progress_callback=on_progress)
            )
            await started.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

            async def ask() -> str:
                return text_of(await client.call_tool("observed", {}))

            seen = await eventually(ask, lambda seen: f"cancelled {label}" in seen)
            assert f"cancelled {label}" in seen

    conversation(talk)


def test_the_client_is_told_when_the_list_of_tools_changes(where: Any, mode: str, transport: str) -> None:
    """TOOL-12, SUB-1, SUB-2, SUB-4, LHTTP-8"""
    name = f"extra_{transport}_{mode}"

    async def talk() -> None:
        told: asyncio.Queue[str] = asyncio.Queue()

        async def on_message(message: Any) -> None:
            told.put_nowait(type(message).__name__ + repr(message))

        async with official(where, mode, message_handler=on_message) as client:
            if mode == "legacy":
                # Over HTTP the session's GET stream opens in the background.
                for attempt in range(100):
                    await client.call_tool("add_extra_tool", {"name": f"{name}_{attempt}"})
                    try:
                        heard = await asyncio.wait_for(told.get(), 0.2)
                        break
                    except asyncio.TimeoutError:
                        continue
                else:
                    pytest.fail("no notification")
                assert "ToolListChanged" in heard or "tools/list_changed" in heard
                tools = (await client.list_tools(cache_mode="bypass")).tools
                assert f"{name}_{attempt}" in [tool.name for tool in tools]
                for number in range(attempt + 1):
                    await client.call_tool("remove_extra_tool", {"name": f"{name}_{number}"})
                return
            async with client.listen(tools_list_changed=True) as subscription:
                assert subscription.honored.tools_list_changed
                assert not subscription.honored.prompts_list_changed
                await client.call_tool("test_trigger_prompt_change", {})
                await client.call_tool("add_extra_tool", {"name": name})
                event = await asyncio.wait_for(anext(aiter(subscription)), 10)
                assert isinstance(event, ToolsListChanged) and not isinstance(event, PromptsListChanged)
                assert name in [tool.name for tool in (await client.list_tools()).tools]
                assert text_of(await client.call_tool(name, {})) == f"I am {name}"
                await client.call_tool("remove_extra_tool", {"name": name})
                assert isinstance(await asyncio.wait_for(anext(aiter(subscription)), 10), ToolsListChanged)

    conversation(talk)


def test_subscribers_hear_of_a_changed_resource(where: Any, mode: str) -> None:
    """RSRC-13, SUB-1, SUB-3"""
    uri = "test://watched-resource"

    async def talk() -> None:
        told: asyncio.Queue[str] = asyncio.Queue()

        async def on_message(message: Any) -> None:
            told.put_nowait(repr(message))

        async with official(where, mode, message_handler=on_message) as client:
            if mode == "auto":
                async with client.listen(resource_subscriptions=[uri]) as subscription:
                    await client.call_tool("touch_watched_resource", {})
                    event = await asyncio.wait_for(anext(aiter(subscription)), 10)
                    assert isinstance(event, ResourceUpdated) and event.uri == uri
                return
            await client.subscribe_resource(uri)
            for _ in range(100):
                await client.call_tool("touch_watched_resource", {})
                try:
                    assert uri in await asyncio.wait_for(told.get(), 0.2)
                    break
                except asyncio.TimeoutError:
                    continue
            else:
                pytest.fail("no notification")
            await client.unsubscribe_resource(uri)

    conversation(talk)


def test_many_calls_at_once_each_get_their_own_answer(where: Any, mode: str) -> None:
    """HTTP-19, PROG-2"""

    async def talk() -> None:
        async with official(where, mode) as client:
            delays = [(number * 37) % 50 for number in range(40)]
            results = await asyncio.gather(
                *(
                    client.call_tool("echo_later", {"text": f"call {number}", "milliseconds": delay})
                    for number, delay in enumerate(delays)
                )
            )
            assert [text_of(result) for result in results] == [f"call {number}" for number in range(40)]

    conversation(talk)
