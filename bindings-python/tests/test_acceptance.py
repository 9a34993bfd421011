"""What the author's own types accept reaches them, whatever the advertised schema says; what they refuse stays refused."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypedDict, Union

import pytest

from oxmcp import Client, FastMCP
from oxmcp.arguments.parameters import plan

pydantic = pytest.importorskip("pydantic")
from pydantic import (  # noqa: E402
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StrictBool,
    StrictInt,
    StringConstraints,
    Tag,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema, WithJsonSchema  # noqa: E402

MISSING: Any = object()


class Level(str, enum.Enum):
    LOW = "low"

    @classmethod
    def _missing_(cls, value: object) -> Level | None:
        return cls(value.lower()) if isinstance(value, str) and value != value.lower() else None


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")
    first_name: str = Field(alias="firstName")


class Choices(BaseModel):
    model_config = ConfigDict(extra="forbid")
    x: int = Field(validation_alias=AliasChoices("x", "ex"))


class FromPath(BaseModel):
    x: int = Field(validation_alias=AliasPath("deep", 0))


class Range(BaseModel):
    a: int
    b: int

    @model_validator(mode="before")
    @classmethod
    def parse(cls, value: Any) -> Any:
        return dict(zip("ab", value.split("-"))) if isinstance(value, str) else value


class Counted(BaseModel):
    n: int

    @field_validator("n", mode="before")
    @classmethod
    def count(cls, value: Any) -> Any:
        return {"one": 1}.get(value, value) if isinstance(value, str) else value


class Outer(BaseModel):
    inner: Optional[Counted] = None
    spans: list[Range] = []


class Own:
    """A type with rules of its own, and a schema that says less."""

    def __init__(self, value: int | str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Own({self.value!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, handler(Union[int, str]))

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        return {"type": "integer"}


class Free(BaseModel):
    """Its own `__init__` takes what no field is called."""

    x: int

    def __init__(self, y: int) -> None:
        super().__init__(x=y)


class Point(NamedTuple):
    x: int
    y: int = 0


class Trimmed(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    word: Annotated[str, Field(pattern="^[a-z]+$")]


class Lenient(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)
    word: str


@dataclass
class Pair:
    left: Annotated[int, BeforeValidator(lambda value: 0 if value == "none" else value)]
    right: int = 0


class Shape(TypedDict):
    sides: Annotated[int, BeforeValidator(lambda value: 4 if value == "square" else value)]


class Flagged(BaseModel):
    on: bool


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    lives: int = 1


def kind_of(value: Any) -> str | None:
    return value.get("kind", "cat") if isinstance(value, dict) else getattr(value, "kind", None)


Pet = Annotated[Union[Annotated[Cat, Tag("cat")], Annotated[Dog, Tag("dog")]], Discriminator(kind_of)]
Csv = Annotated[list[str], BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value)]
Stripped = Annotated[int, WrapValidator(lambda value, go: go(value.strip("#") if isinstance(value, str) else value))]
Next = Annotated[int, PlainValidator(lambda value: int(value) + 1)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=3)]
Insensitive = Annotated[str, Field(pattern=re.compile("^abc$", re.IGNORECASE))]


def answer(annotation: Any, given: Any, default: Any = MISSING, **options: Any) -> str:
    """What a tool with a parameter of this type does with this argument: its value, or the refusal."""

    def tool(value) -> str:  # type: ignore[no-untyped-def]
        return repr(value)

    tool.__annotations__["value"] = annotation
    if default is not MISSING:
        tool.__defaults__ = (default,)
    server = FastMCP("t", **options)
    server.tool(tool)

    async def go() -> str:
        async with Client(server) as client:
            result = await client.call_tool("tool", {"value": given}, raise_on_error=False)
            return ("refused: " if result.is_error else "") + result.content[0].text  # type: ignore[no-any-return]

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        (Csv, "a,b", "['a', 'b']"),
        (Csv, ["a"], "['a']"),
        (Optional[Csv], "a,b", "['a', 'b']"),
        (dict[str, Csv], {"k": "a,b"}, "{'k': ['a', 'b']}"),
        (Stripped, "#5", "5"),
        (Next, "5", "6"),
        (Level, "LOW", "<Level.LOW: 'low'>"),
        (Access, 3, repr(Access.READ | Access.WRITE)),
        (ByName, {"first_name": "x"}, "ByName(first_name='x')"),
        (ByName, {"firstName": "x"}, "ByName(first_name='x')"),
        (Choices, {"ex": 1}, "Choices(x=1)"),
        (FromPath, {"deep": [4]}, "FromPath(x=4)"),
        (Range, "1-2", "Range(a=1, b=2)"),
        (list[Range], ["1-2", {"a": 3, "b": 4}], "[Range(a=1, b=2), Range(a=3, b=4)]"),
        (Counted, {"n": "one"}, "Counted(n=1)"),
        (Outer, {"inner": {"n": "one"}, "spans": ["1-2"]}, "Outer(inner=Counted(n=1), spans=[Range(a=1, b=2)])"),
        (Pair, {"left": "none"}, "Pair(left=0, right=0)"),
        (Shape, {"sides": "square"}, "{'sides': 4}"),
        (Own, "x", "Own('x')"),
        (Free, {"y": 1}, "Free(x=1)"),
        (Union[int, SkipJsonSchema[None]], None, "None"),
        (Annotated[decimal.Decimal, WithJsonSchema({"type": "integer"})], "1.5", "Decimal('1.5')"),
        (set[int], [1, 1], "{1}"),
        (Annotated[frozenset[int], Field(max_length=1)], [1, 1], "frozenset({1})"),
        (datetime.datetime, 0, "datetime.datetime(1970, 1, 1, 0, 0, tzinfo=TzInfo(0))"),
        (datetime.date, 0, "datetime.date(1970, 1, 1)"),
        (datetime.timedelta, 1.5, "datetime.timedelta(seconds=1, microseconds=500000)"),
        (Point, {"x": 1}, "Point(x=1, y=0)"),
        (Point, [1, 2], "Point(x=1, y=2)"),
        (Short, " abc ", "'abc'"),
        (Trimmed, {"word": " abc "}, "Trimmed(word='abc')"),
        (Lenient, {"word": 5}, "Lenient(word='5')"),
        (Insensitive, "ABC", "'ABC'"),
        (bool, "True", "True"),
        (bool, 1, "True"),
        (bool, "no", "False"),
        (Optional[bool], 0, "False"),
        (list[bool], ["True", 0], "[True, False]"),
        (Flagged, {"on": "True"}, "Flagged(on=True)"),
        (Pet, {}, "Cat(kind='cat', lives=9)"),
        (Pet, {"kind": "dog"}, "Dog(kind='dog', lives=1)"),
    ],
    ids=lambda value: re.sub(r" object at 0x\w+|<function .*?>", "", str(value))[:60],
)
def test_what_the_types_accept_reaches_them(annotation: Any, given: Any, value: str) -> None:
    assert answer(annotation, given).replace("TzInfo(UTC)", "TzInfo(0)") == value


@pytest.mark.parametrize(
    ("annotation", "given", "refusal"),
    [
        (Csv, 5, "value: must be an array"),
        (Level, "high", "value: must be 'low'"),
        (Choices, {}, "value.x: is required"),
        (Choices, {"ex": 1, "zed": 2}, "value.zed: is not a known field"),
        (ByName, {}, "value.firstName: is required"),
        (ByName, {"first_name": "x", "zed": 2}, "value.zed: is not a known field"),
        (Outer, {"inner": {"n": "two"}}, "value.inner.n: must be an integer"),
        (datetime.date, [], "value: must be a number or a string"),
        (Point, {"z": 1}, "value.x: is required; value.z: is not a known field"),
    ],
    ids=str,
)
def test_what_the_types_refuse_is_refused_in_plain_words(annotation: Any, given: Any, refusal: str) -> None:
    assert answer(annotation, given) == f"refused: {refusal}"


class Exact(BaseModel):
    model_config = ConfigDict(strict=True)
    n: int


@pytest.mark.parametrize(
    ("annotation", "given", "place"),
    [
        (StrictInt, "5", "value"),
        (StrictBool, "True", "value"),
        (StrictBool, 1, "value"),
        (Annotated[int, Field(strict=True)], "5", "value"),
        (Annotated[list[int], Field(strict=True)], "[5]", "value"),
        (Optional[StrictInt], "5", "value"),
        (list[StrictInt], ["5"], "value[0]"),
        (dict[str, StrictInt], {"k": "5"}, "value.k"),
        (Exact, {"n": "5"}, "value.n"),
        (Exact, '{"n": 5}', "value"),
        (list[Exact], [{"n": "5"}], "value[0].n"),
    ],
    ids=str,
)
def test_text_gets_no_second_chance_where_the_author_said_strict(annotation: Any, given: Any, place: str) -> None:
    said = answer(annotation, given)
    assert said.startswith(f"refused: {place}: must be "), said


def test_what_is_strict_takes_the_value_itself_and_its_neighbours_take_text() -> None:
    assert answer(StrictInt, 5) == "5"
    assert answer(Exact, {"n": 5}) == "Exact(n=5)"
    assert answer(list[StrictInt], "[5]") == "[5]"

    server = FastMCP("t")

    @server.tool
    def both(exact: StrictInt, loose: int) -> str:
        return repr((exact, loose))

    async def go(arguments: dict[str, Any]) -> str:
        async with Client(server) as client:
            return (await client.call_tool("both", arguments, raise_on_error=False)).content[0].text  # type: ignore[no-any-return]

    assert asyncio.run(go({"exact": 1, "loose": "2"})) == "(1, 2)"
    assert asyncio.run(go({"exact": "1", "loose": "2"})) == "exact: must be an integer"


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        (Csv, '["a", "b"]', "['a', 'b']"),
        (Range, '{"a": 1, "b": 2}', "Range(a=1, b=2)"),
        (Counted, '{"n": "one"}', "Counted(n=1)"),
        (Point, "[1, 2]", "Point(x=1, y=2)"),
        (set[int], "[1, 1]", "{1}"),
        (Choices, '{"ex": 1}', "Choices(x=1)"),
        (Pet, ' {"kind": "dog"}', "Dog(kind='dog', lives=1)"),
        pytest.param(
            Access,
            "3",
            repr(Access.READ | Access.WRITE),
            marks=pytest.mark.skipif(
                sys.version_info < (3, 11), reason="a Flag of Python 3.10 compares the text with 0"
            ),
        ),
    ],
    ids=str,
)
def test_text_of_what_was_asked_for_is_read_where_pydantic_decides_too(annotation: Any, given: str, value: str) -> None:
    assert answer(annotation, given) == value


def test_text_stays_text_where_text_is_asked_for() -> None:
    quoted = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "changed")]
    assert answer(quoted, "[1]") == "'[1]'"
    assert answer(Union[Range, str], '{"a": 1, "b": 2}') == """'{"a": 1, "b": 2}'"""


def test_strict_validation_enforces_what_is_advertised() -> None:
    assert answer(Csv, "a,b", strict_input_validation=True) == "refused: value: must be an array"
    assert answer(Csv, '["a"]', strict_input_validation=True) == "refused: value: must be an array"
    assert answer(Csv, ["a"], strict_input_validation=True) == "['a']"


def test_what_is_advertised_is_what_a_caller_should_send() -> None:
    def tool(tags: Csv, level: Level, by_name: ByName, exact: StrictInt) -> None: ...

    advertised = plan(tool).input_schema
    assert advertised["properties"]["tags"] == {"items": {"type": "string"}, "type": "array"}
    assert advertised["properties"]["exact"] == {"type": "integer"}
    assert advertised["$defs"]["Level"]["enum"] == ["low"]
    assert advertised["$defs"]["ByName"]["required"] == ["firstName"]


def test_further_arguments_are_accepted_by_their_type() -> None:
    server = FastMCP("t")

    @server.tool
    def plain(a: int, **more: Csv) -> str:
        return repr((a, more))

    @server.tool
    def both(a: Csv, **more: Counted) -> str:
        return repr((a, more))

    async def go(name: str, arguments: Mapping[str, Any]) -> str:
        async with Client(server) as client:
            return (await client.call_tool(name, arguments, raise_on_error=False)).content[0].text  # type: ignore[no-any-return]

    assert asyncio.run(go("plain", {"a": "1", "tags": "a,b"})) == "(1, {'tags': ['a', 'b']})"
    assert asyncio.run(go("both", {"a": "a,b", "c": {"n": "one"}})) == "(['a', 'b'], {'c': Counted(n=1)})"
    assert asyncio.run(go("both", {"a": "a,b", "c": 5})) == "c: must be an object"


def test_prompts_and_templates_accept_what_their_types_do() -> None:
    server = FastMCP("t")

    @server.prompt
    def ask(tags: Csv, level: Level, exact: StrictInt, span: Range, when: datetime.date) -> str:
        return repr((tags, level, exact, span, when))

    @server.resource("d://{tags}/{level}/{exact}")
    def read(tags: Csv, level: Level, exact: StrictInt) -> str:
        return repr((tags, level, exact))

    async def go() -> tuple[str, str]:
        async with Client(server) as client:
            given = {"tags": "a,b", "level": "LOW", "exact": "5", "span": '{"a": 1, "b": 2}', "when": "0"}
            asked = (await client.get_prompt("ask", given)).messages[0].content.text
            return asked, (await client.read_resource("d://a,b/LOW/5"))[0].text

    asked, read_text = asyncio.run(go())
    assert asked == "(['a', 'b'], <Level.LOW: 'low'>, 5, Range(a=1, b=2), datetime.date(1970, 1, 1))"
    assert read_text == "(['a', 'b'], <Level.LOW: 'low'>, 5)"
