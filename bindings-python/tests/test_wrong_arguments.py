"""What is told of arguments that do not fit: those that are wrong, and no others."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

import pytest
from pydantic import BaseModel, Field

from oxmcp import Client, FastMCP, McpError

mcp = FastMCP("t")


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: float


class Square(BaseModel):
    kind: Literal["square"]
    side: float


Shape = Annotated[Union[Circle, Square], Field(discriminator="kind")]


@mcp.tool
def page(id: int, limit: int = 10) -> str:
    return f"{id} {limit}"


@mcp.tool
def draw(shape: Shape, scale: float = 1) -> str:
    return f"{shape} {scale}"


@mcp.tool
def total(numbers: list[int], factor: int = 1) -> str:
    return f"{numbers} {factor}"


@mcp.prompt
def ask(id: int, limit: int = 10) -> str:
    return f"{id} {limit}"


@mcp.resource("d://{id}{?limit}")
def read(id: int, limit: int = 10) -> str:
    return f"{id} {limit}"


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("page", {"id": "1", "limit": "many"}, "limit: must be an integer"),
        ("total", {"numbers": '[1, "x"]', "factor": "2"}, "numbers[1]: must be an integer"),
        ("total", {"numbers": ["1", "x"], "factor": "2"}, "numbers[1]: must be an integer"),
        ("draw", {"shape": {"kind": "circle", "radius": "big"}, "scale": "2"}, "shape.radius: must be a number"),
        ("draw", {"shape": '{"kind": "square", "side": "big"}'}, "shape.side: must be a number"),
        ("draw", {"shape": {"kind": "cube"}}, 'shape.kind: must be one of "circle", "square"'),
        ("draw", {"shape": {"side": 1}}, "shape.kind: is required"),
    ],
)
async def test_a_tool_names_what_does_not_convert_alone(tool: str, arguments: dict[str, Any], told: str) -> None:
    async with Client(mcp) as client:
        result = await client.call_tool(tool, arguments, raise_on_error=False)
    assert result.is_error
    assert result.content[0].text == told


async def test_prompts_and_templates_do_too() -> None:
    async with Client(mcp) as client:
        for attempt in (
            client.get_prompt("ask", {"id": "1", "limit": "many"}),
            client.read_resource("d://1?limit=many"),
        ):
            with pytest.raises(McpError) as refused:
                await attempt
            assert "limit: must be an integer" in str(refused.value)
            assert "id:" not in str(refused.value)


@pytest.mark.parametrize(
    ("of_server", "of_tool", "taken"),
    [(False, None, True), (True, None, False), (True, False, True), (False, True, False)],
)
async def test_a_tools_own_strictness_goes_before_the_servers(
    of_server: bool, of_tool: bool | None, taken: bool
) -> None:
    server = FastMCP("t", strict_input_validation=of_server)

    @server.tool(strict_input_validation=of_tool)
    def number(id: int) -> str:
        return repr(id)

    async with Client(server) as client:
        result = await client.call_tool("number", {"id": "1"}, raise_on_error=False)
    assert result.is_error is not taken
