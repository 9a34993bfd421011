"""The official `mcp` 1.x client, asked by a server of ours; run by an interpreter of its own, prints what it saw as JSON.

Usage: python asked_client_1x.py JSON (URL | COMMAND ARGUMENT...)
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import Any

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from pydantic import AnyUrl


@asynccontextmanager
async def streams(where: list[str]) -> Any:
    if where[0].endswith("/sse"):
        async with sse_client(where[0]) as (read, write):
            yield read, write
    elif where[0].startswith("http"):
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
        content = plan["answers"].get(params.message, {"value": 7}) if params.mode == "form" else None
        return types.ElicitResult(action="accept", content=content)

    async def sampled(_context: Any, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
        content = params.messages[0].content
        assert isinstance(content, types.TextContent)
        return types.CreateMessageResult(role="assistant", content=content, model="test", stopReason="endTurn")

    async def rooted(_context: Any) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in plan["roots"]])

    async with (
        streams(where) as (read, write),
        ClientSession(
            read, write, elicitation_callback=elicited, sampling_callback=sampled, list_roots_callback=rooted
        ) as session,
    ):
        seen: dict[str, Any] = {"version": (await session.initialize()).protocolVersion, "calls": []}
        for name, arguments in plan["calls"]:
            result = await session.call_tool(name, arguments)
            seen["calls"].append("".join(block.text for block in result.content if block.type == "text"))
        message = (await session.get_prompt("greeting")).messages[0]
        seen["prompt"] = message.content.text if message.content.type == "text" else None
        contents = (await session.read_resource(AnyUrl("note://7"))).contents[0]
        seen["resource"] = contents.text if isinstance(contents, types.TextResourceContents) else None
    print(json.dumps(seen))


asyncio.run(asyncio.wait_for(main(), 60))
