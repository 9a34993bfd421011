"""What `enable` and `disable` mean."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, FastMCP


def server() -> FastMCP:
    mcp = FastMCP()
    mcp.add_tool(lambda: "a", name="a", tags={"x"}, version="1.0")
    mcp.add_tool(lambda: "b", name="b", tags={"x", "y"})
    mcp.add_prompt(lambda: "p", name="a", tags={"y"})
    mcp.add_resource(lambda: "r", uri="note://a", name="r")
    mcp.add_resource(lambda id: id, uri="note://{id}/more", name="t")
    return mcp


async def seen(mcp: FastMCP) -> list[str]:
    async with Client(mcp) as client:
        tools, prompts = await client.list_tools(), await client.list_prompts()
        resources, templates = await client.list_resources(), await client.list_resource_templates()
        return [
            *(f"tool:{one.name}" for one in tools),
            *(f"prompt:{one.name}" for one in prompts),
            *(f"resource:{one.uri}" for one in resources),
            *(f"template:{one.uri_template}" for one in templates),
        ]


EVERYTHING = ["tool:a", "tool:b", "prompt:a", "resource:note://a", "template:note://{id}/more"]


@pytest.mark.parametrize(
    ("conditions", "hidden"),
    [
        ({"keys": {"tool:a"}}, {"tool:a"}),
        ({"keys": {"tool:a@1.0", "tool:b@"}}, {"tool:a", "tool:b"}),
        ({"keys": {"tool:a@2.0"}}, set()),
        ({"keys": ["prompt:a", "resource:note://a"]}, {"prompt:a", "resource:note://a"}),
        ({"keys": "template:note://{id}/more"}, {"template:note://{id}/more"}),
        ({"names": "a"}, {"tool:a", "prompt:a"}),
        ({"names": "a", "components": {"prompt"}}, {"prompt:a"}),
        ({"components": {"template"}}, {"template:note://{id}/more"}),
        ({"tags": {"y"}, "components": ["tool"]}, {"tool:b"}),
        ({"tags": {"x"}, "names": ["a", "note://a"]}, {"tool:a"}),
    ],
)
async def test_what_fits_every_condition_is_out_of_sight_until_it_is_enabled(
    conditions: dict[str, Any], hidden: set[str]
) -> None:
    mcp = server()
    assert mcp.disable(**conditions) == len(hidden)
    assert await seen(mcp) == [one for one in EVERYTHING if one not in hidden]
    assert mcp.enable(**conditions) == len(hidden)
    assert await seen(mcp) == EVERYTHING


async def test_only_what_is_enabled_can_be_seen_also_of_what_is_registered_later() -> None:
    mcp = server()
    assert mcp.enable(tags={"y"}, only=True) == 2
    assert await seen(mcp) == ["tool:b", "prompt:a"]
    mcp.add_tool(lambda: "c", name="c")
    mcp.add_tool(lambda: "d", name="d", tags={"y"})
    mcp.add_tool(lambda: "e", name="e", tags={"y"}, enabled=False)
    assert await seen(mcp) == ["tool:b", "tool:d", "prompt:a"]
    async with Client(mcp) as client:
        with pytest.raises(Exception, match="unknown tool"):
            await client.call_tool("c")
    mcp.enable("c")
    assert await seen(mcp) == ["tool:b", "tool:c", "tool:d", "prompt:a"]


async def test_of_what_was_said_the_last_that_fits_counts() -> None:
    mcp = server()
    mcp.disable(tags={"x"})
    mcp.enable("b")
    assert "tool:a" not in await seen(mcp)
    assert "tool:b" in await seen(mcp)
    mcp.disable(tags={"x"})
    mcp.add_tool(lambda: "late", name="late", tags={"x"})
    assert [one for one in await seen(mcp) if one.startswith("tool")] == []


def test_a_condition_is_needed_and_a_component_is_one_there_is() -> None:
    with pytest.raises(ValueError, match="Say which"):
        server().disable()
    with pytest.raises(ValueError, match="not 'tol'"):
        server().disable(components={"tol"})
