"""One wrong argument is named alone: not its neighbours, not the forms that nobody meant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union

import pytest

from oxmcp import Client, FastMCP
from oxmcp.errors import McpError

pydantic = pytest.importorskip("pydantic")
from pydantic import AfterValidator, BaseModel, BeforeValidator, Discriminator, Field, Tag, model_validator  # noqa: E402


def no_bad(value: str) -> str:
    if value == "bad":
        raise ValueError("bad is not good")
    return value


class Left(BaseModel):
    """Left to pydantic as a whole."""

    @model_validator(mode="before")
    @classmethod
    def look(cls, value: Any) -> Any:
        return value


class Filter(BaseModel):
    a: int
    b: Annotated[str, AfterValidator(no_bad)] = "x"


class LeftFilter(Left):
    a: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: int


class LeftCat(Left):
    kind: Literal["cat"]
    lives: int


class LeftDog(Left):
    kind: Literal["dog"]
    tricks: int


Pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]
LeftPet = Annotated[Union[LeftCat, LeftDog], Field(discriminator="kind")]
ByFunction = Annotated[
    Union[Annotated[Cat, Tag("cat")], Annotated[LeftDog, Tag("dog")]], Discriminator(lambda value: value.get("kind"))
]
LeftList = Annotated[list[int], BeforeValidator(lambda value: value)]


def refusal(annotation: Any, arguments: dict[str, Any], ask: Callable[[Client, dict[str, Any]], Any]) -> str:
    def function(value, id: int = 1, limit: int = 10) -> str:  # type: ignore[no-untyped-def]
        return repr((value, id, limit))

    function.__annotations__["value"] = annotation
    server = FastMCP("t")
    server.tool(function, name="f")
    server.prompt(function, name="f")

    async def go() -> str:
        async with Client(server) as client:
            return await ask(client, arguments)  # type: ignore[no-any-return]

    return asyncio.run(go())


async def by_tool(client: Client, arguments: dict[str, Any]) -> str:
    result = await client.call_tool("f", arguments, raise_on_error=False)
    assert result.is_error
    return result.content[0].text  # type: ignore[no-any-return]


async def by_prompt(client: Client, arguments: dict[str, Any]) -> str:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}
    with pytest.raises(McpError) as refused:
        await client.get_prompt("f", texts)
    return str(refused.value)


@pytest.mark.parametrize("ask", [by_tool, by_prompt])
@pytest.mark.parametrize(
    ("annotation", "arguments", "told"),
    [
        (str, {"value": "x", "id": "1", "limit": "many"}, "limit: must be an integer"),
        (Filter, {"value": {"a": 1}, "id": "1", "limit": "many"}, "limit: must be an integer"),
        (Filter, {"value": '{"a": "x"}', "id": "1", "limit": "5"}, "value.a: must be an integer"),
        (Filter, {"value": '{"a": "1", "b": "bad"}', "id": "1"}, "value.b: bad is not good"),
        (LeftFilter, {"value": '{"a": "x"}', "id": "1", "limit": "5"}, "value.a: must be an integer"),
        (LeftList, {"value": '[1, "x"]', "id": "1", "limit": "5"}, "value[1]: must be an integer"),
        (Pet, {"value": {"kind": "cat", "lives": "x"}}, "value.lives: must be an integer"),
        (Pet, {"value": '{"kind": "cat", "lives": "x"}'}, "value.lives: must be an integer"),
        (Pet, {"value": {"kind": "bird"}}, 'value.kind: must be one of "cat", "dog"'),
        (Pet, {"value": {}}, "value.kind: is required"),
        (LeftPet, {"value": {"kind": "cat", "lives": "x"}}, "value.lives: must be an integer"),
        (LeftPet, {"value": '{"kind": "cat", "lives": "x"}'}, "value.lives: must be an integer"),
        (LeftPet, {"value": {"kind": "bird"}}, 'value.kind: must be one of "cat", "dog"'),
        (LeftPet, {"value": {}}, "value.kind: is required"),
        (
            list[LeftPet],
            {"value": [{"kind": "cat", "lives": 1}, {"kind": "bird"}]},
            'value[1].kind: must be one of "cat", "dog"',
        ),
        (ByFunction, {"value": {"kind": "bird"}}, 'value: must be one of "cat", "dog"'),
        (ByFunction, {"value": {"kind": "dog", "tricks": "x"}}, "value.tricks: must be an integer"),
    ],
    ids=str,
)
def test_only_what_is_wrong_is_named(
    annotation: Any, arguments: dict[str, Any], told: str, ask: Callable[[Client, dict[str, Any]], Any]
) -> None:
    assert refusal(annotation, arguments, ask) == told


def test_a_resource_template_names_only_the_variable_that_does_not_convert() -> None:
    server = FastMCP("t")

    @server.resource("plain://{id}{?limit}")
    def plain(id: int, limit: int = 10) -> str:
        return ""

    @server.resource("left://{id}{?limit}")
    def left(id: Annotated[int, BeforeValidator(lambda value: value)], limit: int = 10) -> str:
        return ""

    async def go(uri: str) -> str:
        async with Client(server) as client:
            with pytest.raises(McpError) as refused:
                await client.read_resource(uri)
            return str(refused.value)

    for scheme in ("plain", "left"):
        assert asyncio.run(go(f"{scheme}://1?limit=many")) == "limit: must be an integer"
        assert asyncio.run(go(f"{scheme}://one?limit=5")) == "id: must be an integer"
