"""The `fastmcp` 4.x client and our servers: both transports, both eras."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastmcp.exceptions import ToolError
from mcp import MCPError
from peers import MODES, TRANSPORTS, VERSION_OF_MODE, conversation, eventually, fast, value_of
from processes import HttpProcess

pytestmark = [pytest.mark.parametrize("transport", TRANSPORTS), pytest.mark.parametrize("mode", MODES)]


@pytest.fixture
def where(transport: str, language: str, everything_http: HttpProcess, everything_command: list[str]) -> Any:
    """The everything server, as the client wants it named."""
    return everything_http.url if transport == "http" else everything_command


def test_everything_is_listed_and_called(where: Any, mode: str) -> None:
    """VER-8, VER-10, TOOL-1, TOOL-7, TOOL-8, RSRC-7, PRM-1, CMP-2"""

    async def talk() -> None:
        async with fast(where, mode) as client:
            assert client.protocol_version == VERSION_OF_MODE[mode]
            names = [tool.name for tool in await client.list_tools()]
            assert {"add", "echo", "weather"} <= set(names)
            sum = await client.call_tool("add", {"a": 20, "b": 22})
            assert (value_of(sum), sum.data) == (42, 42)
            assert (await client.call_tool("echo", {"text": "hello"})).content[0].text == "hello"
            weather = (await client.call_tool("weather", {"city": "Oslo", "unit": "fahrenheit"})).structured_content
            assert weather == {"city": "Oslo", "temperature": 70.7, "conditions": ["sunny", "dry"]}
            with pytest.raises(ToolError, match="intentionally"):
                await client.call_tool("test_error_handling", {})
            (contents,) = await client.read_resource("test://static-text")
            assert contents.text == "This is the content of the static text resource."
            (contents,) = await client.read_resource("test://template/7/data")
            assert '"id":"7"' in contents.text
            assert len(await client.list_resources()) == 5
            assert len(await client.list_resource_templates()) == 1
            assert "test_simple_prompt" in [prompt.name for prompt in await client.list_prompts()]
            prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
            assert prompt.messages[0].content.text == "Prompt with arguments: arg1='a', arg2='b'"

    conversation(talk)


def test_an_unknown_tool_is_an_error(where: Any, mode: str) -> None:
    """TOOL-6"""

    async def talk() -> None:
        async with fast(where, mode) as client:
            with pytest.raises(MCPError) as refusal:
                await client.call_tool("no_such_tool", {})
            assert refusal.value.error.code == -32602

    conversation(talk)


def test_progress_and_logs_arrive(where: Any, mode: str) -> None:
    """PROG-3, PROG-6, LOG-3, LOG-5"""
    progress: list[tuple[float, float | None, str | None]] = []
    logs: list[Any] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        progress.append((done, total, message))

    async def on_log(message: Any) -> None:
        logs.append(message.data)

    async def talk() -> None:
        async with fast(where, mode, log_handler=on_log) as client:
            if mode == "legacy":
                await client.set_logging_level("debug")
            await client.call_tool("steps", {"count": 3}, progress_handler=on_progress)
            assert progress == [(1.0, 3.0, "step 1"), (2.0, 3.0, "step 2"), (3.0, 3.0, "step 3")]
            if mode == "legacy":  # this client asks for no logs in the modern era
                assert logs == ["log 1", "log 2", "log 3"]

    conversation(talk)


def test_a_timeout_of_the_client_cancels_the_call(where: Any, mode: str, transport: str) -> None:
    """CAN-1, CAN-3, CAN-9, LIFE-7"""
    label = f"fast {transport} {mode}"

    async def talk() -> None:
        async with fast(where, mode) as client:
            with pytest.raises((MCPError, ToolError, TimeoutError, asyncio.TimeoutError)):
                await client.call_tool("wait_until_cancelled", {"label": label}, timeout=0.5)

            async def ask() -> list[str]:
                return list(value_of(await client.call_tool("observed", {})))

            assert f"cancelled {label}" in await eventually(ask, lambda seen: f"cancelled {label}" in seen)

    conversation(talk)
