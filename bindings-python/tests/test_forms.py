"""Types as forms: what a client is sent for them, what is refused, and how the answer is read (ELI-5, ELI-8)."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import BaseModel, Field, SecretStr

from oxmcp import InvalidAnswer
from oxmcp.arguments.forms import form
from oxmcp.server.elicitation import render_elicitation_schema


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Named(TypedDict):
    name: str


class Kind(BaseModel):
    name: str = Field(description="Who", min_length=1, pattern="^a")
    age: int | None = Field(None, gt=3, lt=9)
    size: Size = Size.SMALL
    sizes: list[Size] = Field(default=[Size.SMALL], min_length=1)
    day: datetime.date
    price: Decimal = Decimal("1.5")
    sure: bool = True
    number: Number = Number.ONE
    titled: str = Field(
        "v1", json_schema_extra={"oneOf": [{"const": "v1", "title": "V1"}, {"const": "v2", "title": "V2"}]}
    )
    legacy: str = Field(json_schema_extra={"enum": ["a", "b"], "enumNames": ["A", "B"]})
    many: list[str] = Field(json_schema_extra={"items": {"type": "string", "enum": ["x", "y"]}})


def test_a_model_is_a_flat_form_in_the_protocols_words() -> None:
    """ELI-5"""
    assert render_elicitation_schema(Kind) == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "Name", "description": "Who", "minLength": 1},
            "age": {"type": "integer", "title": "Age", "minimum": 4, "maximum": 8},
            "size": {"type": "string", "title": "Size", "enum": ["small", "large"], "default": "small"},
            "sizes": {
                "type": "array",
                "title": "Sizes",
                "minItems": 1,
                "items": {"type": "string", "enum": ["small", "large"]},
                "default": ["small"],
            },
            "day": {"type": "string", "title": "Day", "format": "date"},
            "price": {"type": "number", "title": "Price", "default": 1.5},
            "sure": {"type": "boolean", "title": "Sure", "default": True},
            "number": {"type": "string", "title": "Number", "enum": ["1", "2"], "default": "1"},
            "titled": {
                "type": "string",
                "title": "Titled",
                "oneOf": [{"const": "v1", "title": "V1"}, {"const": "v2", "title": "V2"}],
                "default": "v1",
            },
            "legacy": {"type": "string", "title": "Legacy", "enum": ["a", "b"], "enumNames": ["A", "B"]},
            "many": {"type": "array", "title": "Many", "items": {"type": "string", "enum": ["x", "y"]}},
        },
        "required": ["name", "day", "legacy", "many"],
    }


def one(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"value": schema}, "required": ["value"]}


@pytest.mark.parametrize(
    ("wanted", "schema", "content", "value"),
    [
        (str, one({"type": "string", "title": "Value"}), {"value": "x"}, "x"),
        (int, one({"type": "integer", "title": "Value"}), {"value": 3}, 3),
        (int, one({"type": "integer", "title": "Value"}), {"value": "3"}, 3),
        (float, one({"type": "number", "title": "Value"}), {"value": 3}, 3.0),
        (bool, one({"type": "boolean", "title": "Value"}), {"value": True}, True),
        (Literal["a", "b"], one({"type": "string", "title": "Value", "enum": ["a", "b"]}), {"value": "b"}, "b"),
        (Literal[1, 2], one({"type": "string", "title": "Value", "enum": ["1", "2"]}), {"value": "2"}, 2),
        (Size, one({"type": "string", "title": "Size", "enum": ["small", "large"]}), {"value": "small"}, Size.SMALL),
        (Number, one({"type": "string", "title": "Number", "enum": ["1", "2"]}), {"value": "2"}, Number.TWO),
        (
            list[Size],
            one({"type": "array", "title": "Value", "items": {"type": "string", "enum": ["small", "large"]}}),
            {"value": ["large"]},
            [Size.LARGE],
        ),
        (
            Annotated[int, Field(ge=1, title="How many")],
            one({"type": "integer", "title": "How many", "minimum": 1}),
            {"value": 1},
            1,
        ),
        (["a", "b"], one({"type": "string", "enum": ["a", "b"]}), {"value": "a"}, "a"),
        (
            [["a", "b"]],
            one({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
            {"value": ["a"]},
            ["a"],
        ),
        (
            {"a": {"title": "The first"}, "b": {}},
            one({"type": "string", "oneOf": [{"const": "a", "title": "The first"}, {"const": "b", "title": "b"}]}),
            {"value": "b"},
            "b",
        ),
        (
            [{"a": {"title": "The first"}}],
            one({"type": "array", "items": {"anyOf": [{"const": "a", "title": "The first"}]}}),
            {"value": []},
            [],
        ),
        (None, {"type": "object", "properties": {}}, None, {}),
        (
            Point,
            {
                "type": "object",
                "properties": {
                    "x": {"type": "integer", "title": "X"},
                    "y": {"type": "integer", "title": "Y", "default": 0},
                },
                "required": ["x"],
            },
            {"x": 1},
            Point(1),
        ),
        (
            Named,
            {"type": "object", "properties": {"name": {"type": "string", "title": "Name"}}, "required": ["name"]},
            {"name": "Ada"},
            {"name": "Ada"},
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"a": "x"},
            {"a": "x"},
        ),
    ],
    ids=str,
)
def test_whatever_is_written_is_a_form_and_its_answer_a_value_of_it(
    wanted: Any, schema: dict[str, Any], content: Any, value: Any
) -> None:
    """ELI-5, ELI-8"""
    asked = form(wanted)
    assert asked.schema == schema
    read = asked.read(content)
    assert read == value and type(read) is type(value)


def test_what_is_one_thing_can_be_labelled_and_a_form_cannot() -> None:
    labelled = form(bool).labelled("Sure?", "There is no way back")
    assert labelled.schema["properties"]["value"] == {
        "type": "boolean",
        "title": "Sure?",
        "description": "There is no way back",
    }
    assert form(bool).schema["properties"]["value"] == {"type": "boolean", "title": "Value"}
    with pytest.raises(
        TypeError, match="response_title and response_description are for a response type that is one thing"
    ):
        form(Point).labelled("Where", None)


class Nested(BaseModel):
    inner: Point


class Tagged(BaseModel):
    tags: list[str]


class Secret(BaseModel):
    password: SecretStr


class Either(BaseModel):
    key: int | str


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Nested, "Elicitation field 'inner': an object cannot be asked for"),
        (Tagged, r"Elicitation field 'tags': such a list cannot be asked for: a list is of choices \(Literal, Enum\)"),
        (
            Secret,
            r"Elicitation field 'password': secrets must not be asked for in a form: use elicit_url\(\)",
        ),
        (Either, "Elicitation field 'key': one of several types cannot be asked for"),
        (dict[str, int], "a form has fields with names"),
        (list[int], "Elicitation field 'value': such a list cannot be asked for"),
        (print, "print cannot be asked for"),
        ([1, 2], "A list to choose from holds text, not int"),
        (
            {"type": "object", "properties": {"a": {"type": "object"}}},
            "Elicitation field 'a': an object cannot be asked for",
        ),
    ],
)
def test_what_no_form_can_have_is_refused_by_its_name(wanted: Any, why: str) -> None:
    """ELI-4, ELI-5"""
    with pytest.raises(TypeError, match=why):
        form(wanted)


def test_a_choice_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="something to choose from"):
        form([])


@pytest.mark.parametrize(
    ("wanted", "content", "what"),
    [
        (Point, {"x": "one"}, "x: must be an integer"),
        (Point, {}, "x: is required"),
        (Point, None, "was accepted without any content"),
        (Kind, {"name": "b", "day": "2026-11-28", "legacy": "a", "many": []}, "name: must match the pattern"),
        (int, {"value": "x"}, "value: must be an integer"),
        (["a", "b"], {"value": "c"}, "value: must be one of 'a', 'b'"),
        (["a", "b"], {}, "value: is required"),
        ([["a", "b"]], {"value": ["a", "c"]}, "value: must be some of 'a', 'b'"),
        ([["a", "b"]], {"value": "a"}, "value: must be some of 'a', 'b'"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {}, "a: is required"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_that_names_the_field(wanted: Any, content: Any, what: str) -> None:
    """ELI-8"""
    with pytest.raises(InvalidAnswer, match=what) as refused:
        form(wanted).read(content)
    assert str(refused.value).startswith("The client's answer does not fit what was asked: ")
    assert isinstance(refused.value, ValueError)
