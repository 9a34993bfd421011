"""Calls that become tasks: what a tool says of it, and what a client that takes tasks sees (2026-07-28)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oxmcp import Client, Context, Elicit, FastMCP, InputRequired, McpError, ToolError
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
async def test_who_gives_an_interval_has_it_told(task: Any, told: int | None) -> None:
    mcp = FastMCP(tasks={"poll_interval": 0.75})
    mcp.tool(lambda: None, name="work", task=task)
    async with taking_tasks(mcp) as client:
        created = await client.request("tools/call", {"name": "work"})
        assert created["pollIntervalMs"] == (750 if told is None else told)


async def test_a_function_knows_its_task_and_says_where_it_is() -> None:
    mcp = FastMCP()
    seen: list[Any] = []
    may_end = asyncio.Event()

    @mcp.tool(task=True)
    async def work(ctx: Context) -> str:
        task = ctx.task
        seen.extend([ctx.task_id, ctx.is_background_task])
        if task is None:
            return "no task"
        await task.update_status("half way")
        seen.extend([task.ttl, task.poll_interval, task.created_at, ctx.become_task()])
        await may_end.wait()
        return repr(task)

    async with taking_tasks(mcp) as client:
        created = await client.request("tools/call", {"name": "work"})
        while "statusMessage" not in (now := await client.request("tasks/get", {"taskId": created["taskId"]})):
            assert now["status"] == "working"
        assert now["statusMessage"] == "half way"
        may_end.set()
        assert text_of(await reached(client, created["taskId"], "completed")) == f"CallTask({created['taskId']!r})"
        ttl, interval = timedelta(milliseconds=created["ttlMs"]), timedelta(milliseconds=created["pollIntervalMs"])
        assert seen == [created["taskId"], True, ttl, interval, created["createdAt"], True]
    seen.clear()
    async with Client(mcp, mode="modern") as client:
        assert (await client.call_tool("work")).content[0].text == "no task"
    assert seen == [None, False]


async def test_a_function_asks_first_and_becomes_a_task_then() -> None:
    """TASK-14"""
    mcp = FastMCP()
    became: list[bool] = []

    @mcp.tool(task=TaskConfig(begins="when told"))
    async def greet(ctx: Context) -> str:
        answer = await ctx.elicit("Who is it?", str)
        became.append(ctx.become_task())
        return f"Hello, {answer.data}!"

    async with taking_tasks(mcp, elicitation_handler=lambda *_: "Ada") as client:
        id = await begun(client, "greet")
        assert text_of(await reached(client, id, "completed")) == "Hello, Ada!"
    async with Client(mcp, mode="modern", elicitation_handler=lambda *_: "Bob") as client:
        assert (await client.call_tool("greet")).content[0].text == "Hello, Bob!"
    assert became == [True, False]


async def test_a_function_may_return_what_it_asks_while_it_is_a_task() -> None:
    mcp = FastMCP()

    @mcp.tool(task=True)
    async def greet(ctx: Context) -> str | InputRequired:
        name = (ctx.input_responses or {}).get("who")
        if name is None:
            form = {"type": "object", "properties": {"name": {"type": "string"}}}
            return InputRequired({"who": Elicit("Who is it?", form)})
        return f"Hello, {name.content['name']}!"

    async with taking_tasks(mcp, elicitation_handler=lambda *_: None) as client:
        id = await begun(client, "greet")
        ((key, _),) = (await reached(client, id, "input_required"))["inputRequests"].items()
        answer = {"action": "accept", "content": {"name": "Ada"}}
        await client.request("tasks/update", {"taskId": id, "inputResponses": {key: answer}})
        assert text_of(await reached(client, id, "completed")) == "Hello, Ada!"


async def test_how_tasks_are_kept_is_said_by_the_server() -> None:
    mcp = FastMCP(tasks={"ttl": timedelta(minutes=2), "max_tasks": 1, "max_result_bytes": 100})
    mcp.tool(lambda: "x" * 1000, name="work", task=True)
    async with taking_tasks(mcp) as client:
        created = await client.request("tools/call", {"name": "work"})
        assert created["ttlMs"] == 120_000
        await reached(client, created["taskId"], "failed")
        with pytest.raises(McpError, match="too many tasks"):
            await client.request("tools/call", {"name": "work"})


@pytest.mark.parametrize(
    "tasks",
    [
        {"ttl": 0},
        {"ttl": -1.0},
        {"max_tasks": 1.5},
        {"max_tasks": True},
        {"ttl": "1"},
        {"ttl": float("inf")},
        {"tt": 1},
    ],
)
def test_a_setting_that_is_no_positive_number_is_refused_by_its_name(tasks: Any) -> None:
    with pytest.raises(ValueError, match=rf"tasks: .*{next(iter(tasks))}"):
        FastMCP(tasks=tasks)


async def test_a_client_with_a_session_asks_for_a_task_and_waits_for_its_result() -> None:
    """LTASK-1, LTASK-2, LTASK-4, LTASK-5"""
    mcp = FastMCP()
    seen: list[Any] = []

    @mcp.tool(task="required")
    async def greet(ctx: Context) -> str:
        seen.append(ctx.is_background_task)
        answer = await ctx.elicit("Who is it?", str)
        return f"Hello, {answer.data}!"

    async with Client(mcp, elicitation_handler=lambda *_: "Ada", timeout=20) as client:
        told = client.initialize_result
        assert told is not None
        assert told.capabilities.tasks is not None
        created = (await client.request("tools/call", {"name": "greet", "task": {"ttl": 30_000}}))["task"]
        assert created["ttl"] == 30_000
        result = await client.request("tasks/result", {"taskId": created["taskId"]})
        assert result["content"][0]["text"] == "Hello, Ada!"
        assert result["_meta"]["io.modelcontextprotocol/related-task"] == {"taskId": created["taskId"]}
        assert (await client.request("tasks/get", {"taskId": created["taskId"]}))["status"] == "completed"
        with pytest.raises(McpError) as raised:
            await client.call_tool("greet")
        assert raised.value.error.code == -32601
    assert seen == [True]
