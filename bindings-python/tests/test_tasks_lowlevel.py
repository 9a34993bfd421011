"""Tasks by the names of 1.x of the official package: `server.experimental.enable_tasks()`, `ctx.experimental.run_task(work)`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oxmcp import Client, NotYetError, types
from oxmcp.server.experimental.task_context import ServerTaskContext
from oxmcp.server.lowlevel import Server
from oxmcp.types import CallToolResult, TextContent, Tool

EXTENSION = "io.modelcontextprotocol/tasks"
FORM = {"type": "object", "properties": {"confirm": {"type": "boolean"}}}


def said(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)])


def serving(work: Any, *, mode: types.TaskExecutionMode | None = types.TASK_REQUIRED) -> Server:
    """A server with a tool whose work this is."""
    server = Server("tasks")
    server.experimental.enable_tasks()

    @server.list_tools()
    async def listed() -> list[Tool]:
        execution = types.ToolExecution(task_support=mode)
        return [Tool(name="work", input_schema={"type": "object"}, execution=execution)]

    @server.call_tool()
    async def called(name: str, arguments: dict[str, Any]) -> Any:
        experimental = server.request_context.experimental
        experimental.validate_task_mode(mode)
        if not experimental.is_task:
            return [TextContent(text="at once")]
        return await experimental.run_task(work)

    return server


def taking_tasks(server: Server) -> Client:
    return Client(
        server,
        mode="modern",
        capabilities={"extensions": {EXTENSION: {}}},
        elicitation_handler=lambda *_: None,
        timeout=20,
    )


async def reached(client: Client, id: str, status: str) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        while (task := await client.request("tasks/get", {"taskId": id}))["status"] != status:
            assert task["status"] in ("working", "input_required"), task
        return task

    return await asyncio.wait_for(ask(), 20)


async def begun(client: Client) -> dict[str, Any]:
    created = await client.request("tools/call", {"name": "work", "arguments": {}})
    assert created["resultType"] == "task", created
    return created


async def test_a_handler_answers_with_a_task_that_does_its_work() -> None:
    may_end = asyncio.Event()

    async def work(task: ServerTaskContext) -> CallToolResult:
        await task.update_status("half way")
        await may_end.wait()
        return said(f"{task.task.status} {task.task_id}")

    async with taking_tasks(serving(work)) as client:
        assert EXTENSION in ((await client.discover()).capabilities.extensions or {})
        id = (await begun(client))["taskId"]
        while (now := await client.request("tasks/get", {"taskId": id})).get("statusMessage") != "half way":
            assert now["status"] == "working"
        may_end.set()
        ended = await reached(client, id, "completed")
        assert ended["result"]["content"][0]["text"] == f"working {id}"


async def test_the_work_asks_its_client() -> None:
    async def work(task: ServerTaskContext) -> CallToolResult:
        answer = await task.elicit("Go on?", FORM)
        return said("yes" if (answer.content or {}).get("confirm") else "no")

    async with taking_tasks(serving(work)) as client:
        id = (await begun(client))["taskId"]
        ((key, question),) = (await reached(client, id, "input_required"))["inputRequests"].items()
        assert question["params"]["message"] == "Go on?"
        answer = {"action": "accept", "content": {"confirm": True}}
        await client.request("tasks/update", {"taskId": id, "inputResponses": {key: answer}})
        assert (await reached(client, id, "completed"))["result"]["content"][0]["text"] == "yes"


@pytest.mark.parametrize("end", ["raises", "fails", "completes"])
async def test_the_work_may_end_otherwise(end: str) -> None:
    async def work(task: ServerTaskContext) -> CallToolResult:
        if end == "raises":
            raise ValueError("so it ended")
        await (task.fail("so it ended") if end == "fails" else task.complete(said("so it ended")))
        return said("never seen")

    async with taking_tasks(serving(work)) as client:
        result = (await reached(client, (await begun(client))["taskId"], "completed"))["result"]
        assert result["content"][0]["text"] == "so it ended"
        assert result.get("isError", False) is (end != "completes")


async def test_a_client_that_takes_none_is_answered_or_refused_as_the_tool_says() -> None:
    async def work(_task: ServerTaskContext) -> CallToolResult:
        return said("never seen")

    async with Client(serving(work, mode=types.TASK_OPTIONAL), mode="modern") as client:
        assert (await client.call_tool("work")).content[0].text == "at once"
    async with Client(serving(work), mode="modern") as client:
        refused = await client.call_tool("work", raise_on_error=False)
        assert refused.content[0].text == "This tool requires task-augmented invocation"


def test_what_one_keeps_tasks_in_is_not_taken() -> None:
    with pytest.raises(NotYetError, match="enable_tasks"):
        Server("tasks").experimental.enable_tasks(store=object())
    assert Server("tasks").experimental.task_support is None


async def test_a_client_with_a_session_asks_for_a_task() -> None:
    """LTASK-2, LTASK-4"""
    seen: list[Any] = []

    async def work(task: ServerTaskContext) -> CallToolResult:
        experimental = server.request_context.experimental
        seen.extend([experimental.task_metadata, experimental.is_task])
        answer = await task.elicit("Go on?", FORM)
        return said(answer.action)

    server = serving(work)
    async with Client(server, elicitation_handler=lambda *_: {"confirm": True}, timeout=20) as client:
        created = await client.request("tools/call", {"name": "work", "arguments": {}, "task": {"ttl": 5000}})
        id = created["task"]["taskId"]
        result = await client.request("tasks/result", {"taskId": id})
        assert result["content"][0]["text"] == "accept"
        refused = await client.call_tool("work", raise_on_error=False)
        assert refused.content[0].text == "This tool requires task-augmented invocation"
    assert seen == [types.TaskMetadata(ttl=5000), True]
