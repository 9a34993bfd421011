"""Calls that become tasks: what a tool says of it, and what a client that takes tasks sees (2026-07-28)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, ToolError
from oxmcp.tools import tool
from oxmcp.utilities.tasks import TaskConfig

EXTENSION = "io.modelcontextprotocol/tasks"


def taking_tasks(mcp: FastMCP, **options: Any) -> Client:
    """A client that declares the extension."""
    return Client(mcp, mode="modern", capabilities={"extensions": {EXTENSION: {}}}, timeout=20, **options)


async def begun(client: Client, name: str, arguments: dict[str, Any] | None = None) -> str:
    """The id of the task that a call became."""
    created = await client.request("tools/call", {"name": name, "arguments": arguments or {}})
    assert created["resultType"] == "task", created
    assert "content" not in created
    id: str = created["taskId"]
    return id


async def reached(client: Client, id: str, status: str) -> dict[str, Any]:
    """The task, once it has this status."""

    async def ask() -> dict[str, Any]:
        while True:
            task = await client.request("tasks/get", {"taskId": id})
            if task["status"] == status:
                return task
            assert task["status"] in ("working", "input_required"), task

    return await asyncio.wait_for(ask(), 20)


def text_of(task: dict[str, Any]) -> str:
    text: str = task["result"]["content"][0]["text"]
    return text


@pytest.mark.parametrize("task", [True, "optional", "required", TaskConfig(), TaskConfig(mode="required")])
async def test_a_call_of_a_tool_with_tasks_is_answered_with_a_task_that_keeps_its_result(task: Any) -> None:
    mcp = FastMCP()
    may_end = asyncio.Event()

    @mcp.tool(task=task)
    async def add(a: int, b: int) -> int:
        await may_end.wait()
        return a + b

    async with taking_tasks(mcp) as client:
        id = await begun(client, "add", {"a": 1, "b": 2})
        assert (await client.request("tasks/get", {"taskId": id}))["status"] == "working"
        may_end.set()
        ended = await reached(client, id, "completed")
        assert (ended["result"]["structuredContent"], text_of(ended)) == (3, "3")


async def test_plain_functions_are_tasks_too() -> None:
    mcp = FastMCP()

    @mcp.tool(task=True)
    def add(a: int, b: int) -> int:
        return a + b

    async with taking_tasks(mcp) as client:
        assert text_of(await reached(client, await begun(client, "add", {"a": 1, "b": 2}), "completed")) == "3"


@pytest.mark.parametrize("task", [True, "required"])
async def test_a_tool_says_in_its_description_whether_it_has_tasks_to_the_era_that_asks_there(task: Any) -> None:
    mcp = FastMCP()
    mcp.tool(lambda: None, name="work", task=task)
    async with Client(mcp) as client:
        execution = (await client.list_tools())[0].execution
        assert execution is not None
        assert execution.task_support == TaskConfig.of(task).mode
    async with Client(mcp, mode="modern") as client:
        assert (await client.list_tools())[0].execution is None
        assert EXTENSION in ((await client.discover()).capabilities.extensions or {})


async def test_a_server_without_tools_that_have_tasks_does_not_tell_of_the_extension() -> None:
    mcp = FastMCP()
    mcp.tool(lambda: None, name="work")
    async with taking_tasks(mcp) as client:
        assert EXTENSION not in ((await client.discover()).capabilities.extensions or {})


async def test_a_client_that_takes_no_tasks_is_answered_or_told_why_not() -> None:
    mcp = FastMCP()
    mcp.tool(lambda: "done", name="optional", task=True)
    mcp.tool(lambda: "done", name="required", task="required")
    async with Client(mcp, mode="modern") as client:
        assert (await client.call_tool("optional")).content[0].text == "done"
        with pytest.raises(McpError) as raised:
            await client.call_tool("required")
        assert raised.value.error.code == -32021
        assert EXTENSION in raised.value.error.data["requiredCapabilities"]["extensions"]


async def test_what_goes_wrong_in_a_tool_completes_its_task() -> None:
    """TASK-6"""
    mcp = FastMCP()

    @mcp.tool(task=True)
    async def refuse() -> str:
        raise ToolError("not today")

    @mcp.tool(task=True)
    async def break_off() -> str:
        raise McpError(-32001, "the line is dead")

    async with taking_tasks(mcp) as client:
        ended = await reached(client, await begun(client, "refuse"), "completed")
        assert (ended["result"]["isError"], text_of(ended)) == (True, "not today")
        failed = await reached(client, await begun(client, "break_off"), "failed")
        assert (failed["error"]["code"], failed["error"]["message"]) == (-32001, "the line is dead")
        assert "result" not in failed


async def test_cancelling_a_task_cancels_its_function() -> None:
    mcp = FastMCP()
    seen: asyncio.Queue[str] = asyncio.Queue()

    @mcp.tool(task=True)
    async def wait() -> str:
        try:
            seen.put_nowait("started")
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.put_nowait("cancelled")
            raise
        return "never"

    async with taking_tasks(mcp) as client:
        id = await begun(client, "wait")
        assert await asyncio.wait_for(seen.get(), 20) == "started"
        assert (await client.request("tasks/cancel", {"taskId": id}))["resultType"] == "complete"
        assert await asyncio.wait_for(seen.get(), 20) == "cancelled"
        assert (await client.request("tasks/get", {"taskId": id}))["status"] == "cancelled"


async def test_a_task_asks_its_client_and_goes_on_with_the_answer() -> None:
    """TASK-5, TASK-7"""
    mcp = FastMCP()

    @mcp.tool(task=True)
    async def greet(ctx: Context) -> str:
        answer = await ctx.elicit("Who is it?", str)
        return f"Hello, {answer.data}!" if answer.action == "accept" else "nobody"

    async with taking_tasks(mcp, elicitation_handler=lambda *_: None) as client:
        id = await begun(client, "greet")
        asking = await reached(client, id, "input_required")
        ((key, question),) = asking["inputRequests"].items()
        assert (question["method"], question["params"]["message"]) == ("elicitation/create", "Who is it?")
        answer = {"action": "accept", "content": {"value": "Ada"}}
        await client.request("tasks/update", {"taskId": id, "inputResponses": {key: answer}})
        assert text_of(await reached(client, id, "completed")) == "Hello, Ada!"


async def test_a_client_that_leaves_does_not_end_its_task() -> None:
    mcp = FastMCP()
    may_end, ended = asyncio.Event(), asyncio.Event()

    @mcp.tool(task=True)
    async def work() -> str:
        await may_end.wait()
        ended.set()
        return "done"

    async with taking_tasks(mcp) as other:
        async with taking_tasks(mcp) as client:
            id = await begun(client, "work")
        may_end.set()
        await asyncio.wait_for(ended.wait(), 20)
        assert text_of(await reached(other, id, "completed")) == "done"


@pytest.mark.parametrize(
    "register",
    [
        lambda mcp, work: mcp.add_tool(work, task=True),
        lambda mcp, work: mcp.add_tool(tool(task=True)(work)),
        lambda mcp, work: mcp.tool(task="required")(work),
    ],
)
async def test_a_tool_says_it_wherever_it_is_registered(register: Callable[[FastMCP, Any], Any]) -> None:
    async def work() -> str:
        return "done"

    mcp = FastMCP()
    register(mcp, work)
    async with taking_tasks(mcp) as client:
        assert text_of(await reached(client, await begun(client, "work"), "completed")) == "done"


async def test_a_server_says_it_for_the_tools_that_do_not() -> None:
    mcp = FastMCP(tasks=True)

    @mcp.tool
    async def later() -> str:
        return "later"

    @mcp.tool(task=False)
    async def at_once() -> str:
        return "at once"

    async with taking_tasks(mcp) as client:
        assert text_of(await reached(client, await begun(client, "later"), "completed")) == "later"
        assert (await client.call_tool("at_once")).content[0].text == "at once"


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (True, None),
        ("required", None),
        (TaskConfig(), 5000),
        (TaskConfig(poll_interval=timedelta(milliseconds=250)), 250),
        (TaskConfig(poll_interval=timedelta(microseconds=1)), 1),
    ],
)
def test_who_gives_an_interval_has_it_told(task: Any, told: int | None) -> None:
    from oxmcp import _native

    described = _native.loads(FastMCP().add_tool(lambda: None, name="work", task=task).descriptor())
    assert described["oxmcp"].get("task") == (None if told is None else {"pollIntervalMs": told})
