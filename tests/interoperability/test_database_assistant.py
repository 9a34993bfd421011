"""The example a newcomer runs first, with every client, transport and era: all it offers works as it says."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from peers import MODES, TRANSPORTS, conversation, fast, official, stdio_parameters, value_of
from processes import DATABASE_ASSISTANT, HttpProcess

pytestmark = [pytest.mark.parametrize("transport", TRANSPORTS), pytest.mark.parametrize("mode", MODES)]
COUNT = "SELECT count(*) AS books FROM books"


def test_the_official_client_uses_all_of_it(transport: str, mode: str, assistant_http: HttpProcess) -> None:
    """TOOL-1, TOOL-7, TOOL-8, TOOL-9, RSRC-7, RSRC-12, PRM-1"""
    where: Any = (
        assistant_http.url if transport == "http" else stdio_parameters(sys.executable, str(DATABASE_ASSISTANT))
    )

    async def talk() -> None:
        async with official(where, mode) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"list_tables", "query"}
            assert tools["query"].input_schema["required"] == ["sql"]
            assert tools["query"].input_schema["properties"]["limit"]["maximum"] == 500
            listed = value_of(await client.call_tool("list_tables", {}))
            assert {"books", "orders", "customers"} <= {table["name"] for table in listed}
            answer = await client.call_tool("query", {"sql": COUNT})
            assert not answer.is_error and answer.structured_content
            assert answer.structured_content["columns"] == ["books"]
            assert answer.structured_content["rows"][0][0] > 10
            assert answer.structured_content["truncated"] is False
            assert json.loads(answer.content[0].text) == answer.structured_content  # type: ignore[union-attr]
            refused = await client.call_tool("query", {"sql": "DELETE FROM books"})
            assert refused.is_error and "only be read" in refused.content[0].text  # type: ignore[union-attr]
            refused = await client.call_tool("query", {"sql": COUNT, "limit": 501})
            assert refused.is_error and "limit" in refused.content[0].text  # type: ignore[union-attr]
            assert [str(resource.uri) for resource in (await client.list_resources()).resources] == [
                "schema://database"
            ]
            (contents,) = (await client.read_resource("schema://database")).contents
            assert "CREATE TABLE books" in contents.text  # type: ignore[union-attr]
            templates = (await client.list_resource_templates()).resource_templates
            assert [template.uri_template for template in templates] == ["table://{name}{?limit}"]
            (contents,) = (await client.read_resource("table://books?limit=3")).contents
            assert len(json.loads(contents.text)) == 3  # type: ignore[union-attr]
            (contents,) = (await client.read_resource("table://books")).contents
            assert len(json.loads(contents.text)) == 20  # type: ignore[union-attr]
            (prompt,) = (await client.list_prompts()).prompts
            assert prompt.name == "analyse_table"
            assert [(argument.name, argument.required) for argument in prompt.arguments or []] == [
                ("table", True),
                ("question", False),
            ]
            message = (await client.get_prompt("analyse_table", {"table": "books"})).messages[0]
            assert "What stands out?" in message.content.text  # type: ignore[union-attr]

    conversation(talk)


def test_the_fastmcp_client_uses_all_of_it(transport: str, mode: str, assistant_http: HttpProcess) -> None:
    """TOOL-1, TOOL-8, RSRC-7, PRM-1"""
    where: Any = assistant_http.url if transport == "http" else [sys.executable, str(DATABASE_ASSISTANT)]

    async def talk() -> None:
        async with fast(where, mode) as client:
            assert {tool.name for tool in await client.list_tools()} == {"list_tables", "query"}
            tables = value_of(await client.call_tool("list_tables", {}))
            assert len(tables) >= 5
            answer = (await client.call_tool("query", {"sql": COUNT})).data
            assert answer.columns == ["books"]
            (contents,) = await client.read_resource("schema://database")
            assert "CREATE TABLE books" in contents.text
            (contents,) = await client.read_resource("table://orders?limit=2")
            assert len(json.loads(contents.text)) == 2
            prompt = await client.get_prompt("analyse_table", {"table": "books", "question": "Why?"})
            assert "Why?" in prompt.messages[0].content.text

    conversation(talk)
