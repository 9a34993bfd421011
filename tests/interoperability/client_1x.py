"""A conversation of the official `mcp` 1.x client, run by an interpreter of its own; prints what it saw as JSON.

Usage: python client_1x.py (everything | assistant) (URL | COMMAND ARGUMENT...)
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import Any

from mcp import ClientSession, McpError, StdioServerParameters, types
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


async def code_of(call: Any) -> int:
    try:
        await call
    except McpError as error:
        return error.error.code
    return 0


async def everything(session: ClientSession, heard: list[str]) -> dict[str, Any]:
    progress: list[Any] = []

    async def on_progress(done: float, total: "float | None", message: "str | None") -> None:
        progress.append([done, total, message])

    seen: dict[str, Any] = {}
    await session.send_ping()
    tools = (await session.list_tools()).tools
    seen["tools"] = [tool.name for tool in tools]
    seen["add schema"] = next(tool.inputSchema for tool in tools if tool.name == "add")
    seen["add"] = (await session.call_tool("add", {"a": 1, "b": 2})).model_dump(mode="json", exclude_none=True)
    seen["weather"] = (await session.call_tool("weather", {"city": "Oslo"})).structuredContent
    seen["refused"] = (await session.call_tool("add", {"a": "x", "b": 2})).isError
    seen["unknown tool"] = await code_of(session.call_tool("no_such_tool", {}))
    seen["reconnection"] = (await session.call_tool("test_reconnection", {})).content[0].text
    seen["picture"] = (await session.call_tool("picture", {})).content[0].type
    seen["resources"] = sorted(str(resource.uri) for resource in (await session.list_resources()).resources)
    seen["templates"] = [found.uriTemplate for found in (await session.list_resource_templates()).resourceTemplates]
    contents = (await session.read_resource(AnyUrl("test://static-text"))).contents[0]
    seen["static text"] = contents.text if isinstance(contents, types.TextResourceContents) else None
    seen["unknown resource"] = await code_of(session.read_resource(AnyUrl("test://nothing")))
    seen["prompts"] = [prompt.name for prompt in (await session.list_prompts()).prompts]
    prompt = await session.get_prompt("test_prompt_with_arguments", {"arg1": "1", "arg2": "2"})
    seen["prompt"] = prompt.messages[0].content.model_dump(mode="json", exclude_none=True)
    reference = types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments")
    seen["completion"] = (await session.complete(reference, {"name": "arg1", "value": "o"})).completion.values
    await session.set_logging_level("info")
    await session.call_tool("steps", {"count": 3}, progress_callback=on_progress)
    seen["progress"] = progress
    await session.subscribe_resource(AnyUrl("test://watched-resource"))
    for _ in range(50):
        await session.call_tool("touch_watched_resource", {})
        await session.call_tool("test_trigger_tool_change", {})
        await asyncio.sleep(0.1)
        if any("updated" in message for message in heard) and any("tools/list_changed" in note for note in heard):
            break
    await session.unsubscribe_resource(AnyUrl("test://watched-resource"))
    seen["heard"] = sorted(set(heard))
    return seen


async def assistant(session: ClientSession, heard: list[str]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    seen["tools"] = [tool.name for tool in (await session.list_tools()).tools]
    tables = await session.call_tool("list_tables", {})
    seen["tables"] = tables.structuredContent
    answer = await session.call_tool("query", {"sql": "SELECT count(*) FROM books"})
    seen["answer"] = answer.structuredContent
    contents = (await session.read_resource(AnyUrl("schema://database"))).contents[0]
    seen["schema"] = contents.text if isinstance(contents, types.TextResourceContents) else None
    contents = (await session.read_resource(AnyUrl("table://books?limit=2"))).contents[0]
    seen["rows"] = json.loads(contents.text) if isinstance(contents, types.TextResourceContents) else None
    prompt = await session.get_prompt("analyse_table", {"table": "books"})
    seen["prompt"] = prompt.messages[0].content.model_dump(mode="json", exclude_none=True)
    return seen


async def main() -> None:
    what, *where = sys.argv[1:]
    heard: list[str] = []

    async def on_message(message: Any) -> None:
        if isinstance(message, types.ServerNotification):
            heard.append(message.root.method)

    async def on_log(params: types.LoggingMessageNotificationParams) -> None:
        heard.append(f"log {params.data}")

    async with (
        streams(where) as (read, write),
        ClientSession(read, write, message_handler=on_message, logging_callback=on_log) as session,
    ):
        welcome = await session.initialize()
        talk = everything if what == "everything" else assistant
        seen = await asyncio.wait_for(talk(session, heard), 60)
        seen["version"] = welcome.protocolVersion
        seen["server"] = welcome.serverInfo.name
    print(json.dumps(seen))


asyncio.run(main())
