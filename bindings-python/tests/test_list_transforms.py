"""What is offered under other names, hidden, or in other versions."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, FastMCP, McpError
from oxmcp.errors import AlreadyRegisteredError, ConfigurationError, NotYetError, ToolError
from oxmcp.server.transforms import Namespace, ToolTransform, VersionFilter, VersionSpec, Visibility
from oxmcp.tools.tool_transform import ToolTransformConfig


def returning(text: str) -> Any:
    def function() -> str:
        return text

    return function


def server(**options: Any) -> FastMCP:
    mcp = FastMCP(**options)
    mcp.add_tool(returning("a"), name="a", tags={"x"})
    mcp.add_tool(returning("b"), name="b", tags={"x", "y"})
    mcp.add_tool(returning("c 1"), name="c", version="1.0")
    mcp.add_tool(returning("c 10"), name="c", version="1.10")
    mcp.add_tool(returning("c 9"), name="c", version="1.9")
    mcp.add_prompt(returning("p"), name="p", tags={"y"})
    mcp.add_resource(returning("r"), uri="note://r", name="r")
    mcp.add_resource(lambda id: id, uri="note://{id}/more", name="t")
    return mcp


async def seen(mcp: FastMCP, mode: Any = "auto") -> str:
    async with Client(mcp, mode=mode) as client:
        return " ".join(
            [
                *(tool.name for tool in await client.list_tools()),
                *(prompt.name for prompt in await client.list_prompts()),
                *(str(resource.uri) for resource in await client.list_resources()),
                *(template.uri_template for template in await client.list_resource_templates()),
            ]
        )


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize(
    ("transforms", "left"),
    [
        ([], "a b c p note://r note://{id}/more"),
        ([Namespace("n")], "n_a n_b n_c n_p note://n/r note://n/{id}/more"),
        ([ToolTransform({"a": "alpha"})], "alpha b c p note://r note://{id}/more"),
        ([Visibility(False, tags={"x"})], "c p note://r note://{id}/more"),
        ([Visibility(False, match_all=True), Visibility(True, tags={"y"})], "b p"),
        ([Visibility(False)], "a b c p note://r note://{id}/more"),
        ([Visibility(False, names={"a", "note://r"})], "b c p note://{id}/more"),
        ([Visibility(False, components={"template", "prompt"})], "a b c note://r"),
        ([Visibility(False, keys={"tool:a@", "tool:b@2", "prompt:p@"})], "b c note://r note://{id}/more"),
        ([Visibility(False, version=VersionSpec(gte="0"))], "a b p note://r note://{id}/more"),
        ([VersionFilter(version_gte="1.9", include_unversioned=False)], "c"),
        ([VersionFilter(version_gte="2.0")], "a b p note://r note://{id}/more"),
        ([Namespace("n"), ToolTransform({"n_a": ToolTransformConfig(name="z")})], None),
    ],
)
async def test_transforms_make_something_else_of_the_lists(mode: Any, transforms: list[Any], left: str | None) -> None:
    mcp = server(transforms=transforms)
    assert await seen(mcp, mode) == (left or "z n_b n_c n_p note://n/r note://n/{id}/more")


async def test_what_was_renamed_is_called_by_its_new_name_alone() -> None:
    mcp = server(transforms=[ToolTransform({"a": ToolTransformConfig(name="alpha", description="First.", tags={"q"})})])
    async with Client(mcp) as client:
        assert (await client.call_tool("alpha")).data == "a"
        assert (await client.list_tools())[0].description == "First."
        with pytest.raises(McpError, match="unknown tool: a"):
            await client.call_tool("a")


async def test_what_is_hidden_is_unknown() -> None:
    mcp = server(transforms=[Visibility(False, tags={"x"})])
    async with Client(mcp) as client:
        with pytest.raises(McpError, match="unknown tool: a"):
            await client.call_tool("a")


async def test_of_several_versions_the_highest_that_may_be_seen_is_called() -> None:
    mcp = server()
    async with Client(mcp) as client:
        assert (await client.call_tool("c")).data == "c 10"
        mcp.add_transform(VersionFilter(version_lt="1.10"))
        assert (await client.call_tool("c")).data == "c 9"
        mcp.remove_tool("c", version="1.9")
        assert (await client.call_tool("c")).data == "c 1"
        mcp.disable(keys={"tool:c@1.0"})
        with pytest.raises(McpError, match="unknown tool: c"):
            await client.call_tool("c")
        mcp.enable(keys={"tool:c@1.0"})
        mcp.remove_tool("c")
        with pytest.raises(ToolError):
            mcp.remove_tool("c")


async def test_one_version_is_registered_once_as_is_what_has_none() -> None:
    mcp = FastMCP(on_duplicate="error")
    mcp.add_tool(returning("1"), name="c", version="1")
    mcp.add_tool(returning("none"), name="c")
    with pytest.raises(AlreadyRegisteredError):
        mcp.add_tool(returning("other"), name="c", version="1")
    with pytest.raises(AlreadyRegisteredError):
        mcp.add_tool(returning("other"), name="c")
    async with Client(mcp) as client:
        assert (await client.call_tool("c")).data == "1"
        mcp.disable(keys={"tool:c@1"})
        assert (await client.call_tool("c")).data == "none"


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"include_tags": {"x"}}, "a b"),
        ({"exclude_tags": {"x"}}, "c p note://r note://{id}/more"),
        ({"include_tags": {"x"}, "exclude_tags": {"y"}}, "a"),
    ],
)
async def test_a_server_can_be_made_of_what_has_some_tags(options: dict[str, Any], left: str) -> None:
    mcp = server(**options)
    assert await seen(mcp) == left
    outer = FastMCP(**options)
    outer.mount(server())
    assert await seen(outer) == left


async def test_transforms_of_a_mounted_server_stay_its_own() -> None:
    mounted = server(transforms=[Namespace("in"), Visibility(False, components={"prompt", "resource", "template"})])
    outer = FastMCP()
    outer.mount(mounted, "out")
    assert await seen(outer) == "out_in_a out_in_b out_in_c"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Visibility(False, components={"tools"}), ValueError),
        (lambda: Visibility(False, keys={"a"}), ValueError),
        (lambda: Visibility(False, names="a"), ValueError),
        (lambda: VersionFilter(), ValueError),
        (lambda: ToolTransform({"a": "z", "b": "z"}), ValueError),
        (lambda: ToolTransformConfig(arguments={"x": 1}), NotYetError),
        (lambda: FastMCP().add_transform(Namespace("a/b")), ConfigurationError),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_said(make: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        make()


@pytest.mark.parametrize(
    ("spec", "version", "matches"),
    [
        (VersionSpec(gte="1.9"), "1.10", True),
        (VersionSpec(lt="2"), "2.0rc1", True),
        (VersionSpec(eq="1"), "v1.0", True),
        (VersionSpec(gte="1", lt="2"), "2.0", False),
        (VersionSpec(gte="1"), None, True),
    ],
)
def test_a_range_says_what_is_in_it(spec: VersionSpec, version: str | None, matches: bool) -> None:
    assert spec.matches(version) is matches
    assert not spec.matches(None, match_none=False)
