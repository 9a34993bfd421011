"""Tuples in output schemas: described so that readers of draft 7 and of 2020-12 both take a right result."""

from __future__ import annotations

from typing import Any, NamedTuple

import pydantic
import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from oxmcp import Client, FastMCP


class Point(NamedTuple):
    x: int
    label: str


class Path(pydantic.BaseModel):
    ends: tuple[Point, Point]
    through: tuple[int, ...] = ()


class Plain:
    pair: tuple[int, str]

    def __init__(self, pair: tuple[int, str]) -> None:
        self.pair = pair


PAIR = (1, "a")
CASES: list[tuple[Any, Any, Any]] = [
    (tuple[int, str], PAIR, [1, "a", 2]),
    (tuple[int, ...], (1, 2, 3), [1, "a"]),
    (dict[str, tuple[int, str]], {"a": PAIR}, {"a": ["a", 1]}),
    (list[tuple[int, str]], [PAIR, PAIR], [[1, "a"], [1]]),
    (Point, Point(1, "a"), [1]),
    (Path, Path(ends=(Point(1, "a"), Point(2, "b")), through=(1,)), {"ends": [[1, "a"]]}),
    (Plain, Plain(PAIR), {"pair": [1]}),
]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(("annotation", "value", "wrong"), CASES, ids=lambda case: str(case)[:40])
async def test_readers_of_both_drafts_take_right_results(annotation: Any, value: Any, wrong: Any, mode: str) -> None:
    server = FastMCP("t")

    def tool() -> Any:
        return value

    tool.__annotations__["return"] = annotation
    server.tool(tool)
    async with Client(server, mode=mode) as client:
        (listed,) = await client.list_tools()
        result = await client.call_tool_mcp("tool", {})
    schema, structured = listed.output_schema, result.structured_content
    assert schema is not None and not result.is_error
    wrapped = mode == "legacy" and schema.get("properties", {}).keys() == {"result"}
    for draft in (Draft7Validator, Draft202012Validator):
        draft.check_schema(schema)
        assert list(draft(schema).iter_errors(structured)) == [], draft.__name__
    assert not Draft202012Validator(schema).is_valid({"result": wrong} if wrapped else wrong)
