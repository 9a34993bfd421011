"""What a client reads of a result: `data` and its fields, whatever they are called."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import Any

from oxmcp import Client, Context, FastMCP
from oxmcp.engine.values import Attributes
from oxmcp.resources import ResourceContent, ResourceResult


def data_of(value: Any) -> Any:
    mcp = FastMCP("test")
    mcp.add_tool(lambda: value, name="tool")

    async def talk() -> Any:
        async with Client(mcp) as client:
            return (await client.call_tool("tool")).data

    return asyncio.run(talk())


def test_a_field_wins_over_a_method_of_its_name() -> None:
    data = data_of({"items": [1], "keys": "k", "values": 2, "get": None, "copy": {"a": 1}})
    assert (data.items, data.keys, data.values, data.get, data.copy.a) == ([1], "k", 2, None, 1)
    assert data["items"] == [1]
    assert {**data} == dict(data) == data
    for again in (copy.copy(data), copy.deepcopy(data), pickle.loads(pickle.dumps(data))):
        assert type(again) is Attributes and again == data


def test_without_such_a_field_it_is_the_dict_it_was() -> None:
    data = data_of({"a": 1, "firstName": "Ada"})
    assert list(data.items()) == [("a", 1), ("firstName", "Ada")]
    assert (data.get("b", 2), data.first_name, data.absent) == (2, "Ada", None)
    assert json.loads(json.dumps(data)) == data


def test_objects_can_be_read_by_attribute_however_deep() -> None:
    data = data_of({"people": [{"name": "Ada", "home": {"city": "Oslo"}}]})
    assert data.people[0].home.city == "Oslo"


def test_what_reading_a_resource_gives_is_a_list_and_has_contents() -> None:
    mcp = FastMCP("test")

    @mcp.resource("a://several", meta={"ui": {"border": True}})
    def several() -> ResourceResult:
        parts = [ResourceContent({"a": 1}), ResourceContent(b"\xff", meta={"own": 1}), ResourceContent("x", "text/x")]
        return ResourceResult(parts, meta={"count": 3})

    @mcp.resource("a://none")
    def none() -> ResourceResult:
        return ResourceResult([])

    @mcp.tool
    async def reads(ctx: Context) -> list[str]:
        read = await ctx.read_resource("a://several")
        assert read.contents == list(read)
        return [str(part.content) for part in read.contents]

    async def talk() -> None:
        async with Client(mcp) as client:
            data, blob, text = await client.read_resource("a://several")
            assert (data.text, data.mime_type, data.meta) == ('{"a":1}', "application/json", {"ui": {"border": True}})
            assert (blob.blob, blob.meta) == ("/w==", {"own": 1})
            assert (text.text, text.mime_type) == ("x", "text/x")
            assert await client.read_resource("a://none") == []
            assert (await client.call_tool("reads")).data == ['{"a":1}', r"b'\xff'", "x"]

    asyncio.run(talk())
