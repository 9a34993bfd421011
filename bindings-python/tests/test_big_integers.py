"""Integers beyond 64 bits: exact wherever they pass."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from oxmcp import Client, FastMCP, _native

BIG = 2**64 + 1
HUGE = 10**60 + 7
LOW = -(2**63) - 3

mcp = FastMCP("t")


class Pair(BaseModel):
    n: int
    rest: Any = None


@mcp.tool
def plain(n: int) -> int:
    return n


@mcp.tool
def anything(n: Any) -> Any:
    return n


@mcp.tool
def model(n: Pair) -> Pair:
    return n


@mcp.tool
def digits(n: dict[str, int]) -> str:
    return repr(n)


@mcp.resource("numbers://all")
def numbers() -> dict[str, int]:
    return {"n": BIG}


@mcp.resource("number://{n}")
def number(n: int) -> str:
    return repr(n)


@mcp.prompt
def ask(n: int) -> str:
    return repr(n)


def test_json_is_read_exactly() -> None:
    assert _native.loads(f"[{BIG},{HUGE},{LOW},18446744073709551615]") == [BIG, HUGE, LOW, 2**64 - 1]
    assert [repr(value) for value in _native.loads("[-0,-0.0,1e300,-0e1]")] == ["0", "-0.0", "1e+300", "-0.0"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("tool", "value"),
    [
        ("plain", BIG),
        ("plain", HUGE),
        ("plain", LOW),
        ("anything", BIG),
        ("anything", [HUGE, {"a": LOW}, 0.5]),
        ("model", {"n": BIG, "rest": [LOW]}),
    ],
)
async def test_arguments_and_results_are_exact(tool: str, value: Any, mode: str) -> None:
    async with Client(mcp, mode=mode) as client:
        result = await client.call_tool(tool, {"n": value})
        assert _native.loads(result.content[0].text) == value
        if result.structured_content is not None:
            assert result.structured_content in (value, {"result": value})
        if tool != "anything":
            result = await client.call_tool(tool, {"n": _native.dumps(value)})
            assert _native.loads(result.content[0].text) == value


async def test_resources_prompts_and_templates_are_exact() -> None:
    async with Client(mcp) as client:
        assert (await client.read_resource("numbers://all"))[0].text == f'{{"n":{BIG}}}'
        assert (await client.read_resource(f"number://{BIG}"))[0].text == repr(BIG)
        assert (await client.get_prompt("ask", {"n": str(HUGE)})).messages[0].content.text == repr(HUGE)
        assert (await client.call_tool("digits", {"n": {"a": LOW}})).data == repr({"a": LOW})


class Few(BaseModel):
    n: Literal[18446744073709551617, 1]
    least: int = Field(HUGE, ge=HUGE)


@mcp.tool
def one_of(n: Literal[18446744073709551617, 5]) -> str:
    return repr(n)


@mcp.tool
def bounded(n: Annotated[int, Field(ge=LOW, lt=HUGE)]) -> str:
    return repr(n)


@mcp.tool
def told(n: int, least: int) -> Few:
    return Few.model_construct(n=n, least=least)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("tool", "right", "wrong", "why"),
    [
        ("one_of", BIG, BIG + 1, f"n: must be one of {BIG}, 5"),
        ("one_of", 5, 2**64, f"n: must be one of {BIG}, 5"),
        ("bounded", LOW, LOW - 1, f"n: must be at least {LOW}"),
        ("bounded", HUGE - 1, HUGE, f"n: must be less than {HUGE}"),
    ],
)
async def test_bounds_and_choices_are_exact(tool: str, right: int, wrong: int, why: str, mode: str) -> None:
    async with Client(mcp, mode=mode) as client:
        assert (await client.call_tool(tool, {"n": right})).content[0].text == repr(right)
        assert (await client.call_tool(tool, {"n": str(right)})).content[0].text == repr(right)
        for value in (wrong, str(wrong)):
            refused = await client.call_tool(tool, {"n": value}, raise_on_error=False)
            assert refused.is_error and why in refused.content[0].text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_results_are_held_to_their_schema_exactly(mode: str) -> None:
    async with Client(mcp, mode=mode) as client:
        assert (await client.call_tool("told", {"n": BIG, "least": HUGE})).structured_content == {
            "n": BIG,
            "least": HUGE,
        }
        for arguments in ({"n": BIG + 1, "least": HUGE}, {"n": BIG, "least": HUGE - 1}):
            assert (await client.call_tool("told", arguments, raise_on_error=False)).is_error
