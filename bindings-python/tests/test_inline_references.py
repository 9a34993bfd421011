"""Schemas for clients that do not follow references."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from oxmcp import Client, FastMCP, ToolError
from oxmcp.server.middleware.dereference import DereferenceRefsMiddleware
from oxmcp.server.transforms import InlineReferences


class Zone(BaseModel):
    name: str


class Place(BaseModel):
    zone: Zone
    other: Zone | None = None


class Node(BaseModel):
    children: list[Node] = []
    at: Zone | None = None


def server(**options: Any) -> FastMCP:
    mcp = FastMCP(**options)

    @mcp.tool
    def where(place: Place) -> Place:
        return place

    @mcp.tool
    def tree(node: Node) -> str:
        return "a tree"

    return mcp


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize(
    "options",
    [
        {"dereference_schemas": True},
        {"transforms": [InlineReferences()]},
        {"middleware": [DereferenceRefsMiddleware()]},
    ],
)
async def test_what_schemas_refer_to_is_written_out(mode: str, options: dict[str, Any]) -> None:
    async with Client(server(**options), mode=mode) as client:
        where, tree = await client.list_tools()
        for schema in (where.input_schema, where.output_schema):
            assert schema is not None
            assert "$ref" not in json.dumps(schema) and "$defs" not in schema
        zone = where.input_schema["properties"]["place"]["properties"]["zone"]
        assert zone["properties"] == {"name": {"title": "Name", "type": "string"}}
        # What contains itself stays what it was, with what else it refers to written out.
        assert list(tree.input_schema["$defs"]) == ["Node"]
        assert "#/$defs/Zone" not in json.dumps(tree.input_schema)
        placed = await client.call_tool("where", {"place": {"zone": {"name": "a"}}})
        assert placed.structured_content == {"zone": {"name": "a"}, "other": None}
        with pytest.raises(ToolError, match="name"):
            await client.call_tool("where", {"place": {"zone": {}}})


async def test_schemas_stay_as_they_are_where_nobody_asks_or_they_would_get_too_large() -> None:
    for options in ({}, {"dereference_schemas": False}, {"transforms": [InlineReferences(max_bytes=100)]}):
        async with Client(server(**options)) as client:
            where, _ = await client.list_tools()
            assert set(where.input_schema["$defs"]) == {"Place", "Zone"}
