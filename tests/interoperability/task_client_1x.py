"""The official `mcp` 1.x client, whose calls become tasks on a server of ours; run by an interpreter of its own, prints what
it saw as JSON.

Usage: python task_client_1x.py PLAN (URL | COMMAND ARGUMENT...)
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import Any

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


@asynccontextmanager
async def streams(where: list[str]) -> Any:
    if where[0].startswith("http"):
        async with streamablehttp_client(where[0]) as (read, write, _):
            yield read, write
    else:
        parameters = StdioServerParameters(command=where[0], args=where[1:], env=dict(os.environ))
        async with stdio_client(parameters) as (read, write):
            yield read, write


async def main() -> None:
    told, *where = sys.argv[1:]
    plan = json.loads(told)

    async def elicited(_context: Any, params: Any) -> types.ElicitResult:
        return types.ElicitResult(**plan["answer"])

    async with (
        streams(where) as (read, write),
        ClientSession(read, write, elicitation_callback=elicited) as session,
    ):
        capabilities = (await session.initialize()).capabilities.tasks
        tasks = session.experimental
        seen: dict[str, Any] = {"texts": [], "statuses": []}
        seen["capabilities"] = None if capabilities is None else sorted(capabilities.model_dump(exclude_none=True))
        for name, arguments in plan["calls"]:
            created = await tasks.call_tool_as_task(name, arguments)
            id = created.task.taskId
            result = await tasks.get_task_result(id, types.CallToolResult)
            seen["texts"].append("".join(block.text for block in result.content if block.type == "text"))
            seen["statuses"].append((await tasks.get_task(id)).status)
        created = await tasks.call_tool_as_task("slow_compute", {"seconds": 60, "label": "never"}, ttl=30_000)
        await tasks.cancel_task(created.task.taskId)
        seen["cancelled"] = (await tasks.get_task(created.task.taskId)).status
        seen["ttl"] = created.task.ttl
    print(json.dumps(seen))


asyncio.run(asyncio.wait_for(main(), 60))
