"""What functions return → what calls are answered with. Long, because every value an author may return is a case."""

from __future__ import annotations

import base64
import collections
import datetime
import decimal
import enum
import ipaddress
import math
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import (
    Annotated,
    Any,
    AnyStr,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)

import pytest
from recorded_call import Call

from oxmcp import types
from oxmcp.answers import messages, resource_contents, results
from oxmcp.answers.encoding import encode
from oxmcp.content import Audio, File, Image
from oxmcp.errors import InvalidDescriptorError, InvalidResult
from oxmcp.offers import return_types
from oxmcp.results import ToolResult

pydantic = pytest.importorskip("pydantic")

UNDECLARED: Any = object()


def plan_for(annotation: Any, **options: Any) -> results.ResultPlan:
    def tool(): ...  # type: ignore[no-untyped-def]

    if annotation is not UNDECLARED:
        tool.__annotations__["return"] = annotation
    return return_types.plan(tool, **options)


def sent(annotation: Any, value: Any, **options: Any) -> dict[str, Any]:
    call = Call()
    plan_for(annotation, **options).complete(call, value)
    return call.answer


def refusing(annotation: Any, value: Any) -> None:
    plan_for(annotation).on_unknown("error").complete(Call(), value)


def text(value: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": value}]


class Color(enum.Enum):
    RED = "red"


class StrColor(str, enum.Enum):
    RED = "red"


class Word(str):
    pass


class Person(pydantic.BaseModel):
    name: str
    home_town: str = pydantic.Field("Rome", alias="homeTown")
    extra: Any = None


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")


@dataclass
class Event:
    when: datetime.datetime
    tags: list[str] = field(default_factory=list)


class Pair(NamedTuple):
    left: int
    right: str


class Movie(TypedDict):
    title: str
    year: int


# --- text


@pytest.mark.parametrize("annotation", [UNDECLARED, Any, None])
def test_text_that_nobody_declared_is_content_only(annotation: Any) -> None:
    made = plan_for(annotation)
    assert made.output_schema is None and not made.wrap_output
    assert made.plain_text and not made.structured_text
    assert sent(annotation, "hi") == {"content": text("hi")}
    assert sent(annotation, None) == {"content": []}


Markdown = NewType("Markdown", str)
Words = TypeVar("Words", bound=str)


@pytest.mark.parametrize(
    "annotation", [str, "Optional[str]", Annotated[str, "words"], str | dict, str | int, Markdown, Words]
)
def test_declared_text_is_bare_in_the_content_and_structured_beside_it(annotation: Any) -> None:
    made = plan_for(annotation)
    assert made.output_schema is not None and made.wrap_output
    assert made.structured_text and not made.plain_text
    assert sent(annotation, '# "Title"') == {"content": text('# "Title"'), "structured": '# "Title"'}
    assert sent(annotation, '# "Title"', structured_output=False) == {"content": text('# "Title"')}


def test_what_is_no_text_is_refused_where_text_is_declared() -> None:
    for value in (None, {"a": 1}, 5):
        with pytest.raises(InvalidResult, match=r"^result: must be a string$"):
            sent(str, value)


@pytest.mark.parametrize(
    ("annotation", "value", "written"),
    [
        (Literal["ok", "failed"], "ok", "ok"),
        (Color, Color.RED, "red"),
        (StrColor, StrColor.RED, "red"),
        (datetime.date, datetime.date(2026, 7, 28), "2026-07-28"),
        (decimal.Decimal, decimal.Decimal("1.10"), "1.10"),
        (Path, Path("/x"), "/x"),
        (str | Person, "sorry", "sorry"),
        (Annotated[str, pydantic.Field(max_length=5)], "short", "short"),
        (str, Word("w"), "w"),
    ],
)
def test_whatever_is_text_in_json_is_bare_text_in_the_content(annotation: Any, value: Any, written: str) -> None:
    assert sent(annotation, value) == {"content": text(written), "structured": written}
    assert sent(UNDECLARED, value) == {"content": text(written)}


@pytest.mark.parametrize("annotation", [Optional[int], Optional[str], dict | None, "Person | None"])
def test_a_declared_none_is_no_content(annotation: Any) -> None:
    assert sent(annotation, None) == {"content": [], "structured": None}


@pytest.mark.parametrize("annotation", [bytes, bytes | None, str | bytes, AnyStr, UNDECLARED])
def test_bytes_are_text_if_they_can_be_and_base64_otherwise(annotation: Any) -> None:
    assert sent(annotation, b"caf\xc3\xa9") == {"content": text("café")}
    assert sent(annotation, bytearray(b"\xff\x00")) == {"content": text("/wA=")}


# --- plain types


@pytest.mark.parametrize(
    ("annotation", "value", "schema", "wrapped"),
    [
        (int, 3, {"type": "integer"}, True),
        (float, 2.5, {"type": "number"}, True),
        (bool, True, {"type": "boolean"}, True),
        (list[int], [1, 2], {"type": "array", "items": {"type": "integer"}}, True),
        (dict, {"a": 1}, {"type": "object", "additionalProperties": True}, False),
        (dict[str, Any], {"a": None}, {"type": "object", "additionalProperties": True}, False),
        (dict[str, int], {"a": 1}, {"type": "object", "additionalProperties": {"type": "integer"}}, False),
        (int | None, 1, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, True),
        (Union[int, str], 1, {"anyOf": [{"type": "integer"}, {"type": "string"}]}, True),
        (Literal[1], 1, {"const": 1, "type": "integer"}, True),
        (Iterator[int], [1], {"type": "array", "items": {"type": "integer"}}, True),
        (AsyncIterator[int], [1], {"type": "array", "items": {"type": "integer"}}, True),
    ],
)
def test_data_is_structured_and_repeated_as_json_text(annotation: Any, value: Any, schema: Any, wrapped: bool) -> None:
    """TOOL-9, DOWN-20: the value raw as structured content, and the same JSON as text."""
    made = plan_for(annotation)
    assert (made.output_schema, made.wrap_output, made.plain_text) == (schema, wrapped, False)
    call = Call()
    made.complete(call, value)
    assert list(call.answer) == ["content", "structured"]
    assert call.answer["structured"] == value
    assert types.TextContent(**call.answer["content"][0]).text == encode(value)


def test_the_text_of_data_is_compact() -> None:
    assert sent(dict, {"a": [1, "é"]})["content"] == text('{"a":[1,"é"]}')


def test_generators_become_lists() -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    assert sent(Iterator[int], numbers())["structured"] == [1, 2]
    assert sent(UNDECLARED, numbers())["content"] == text("[1,2]")


def test_without_a_promise_objects_are_structured_and_the_rest_is_text() -> None:
    for annotation in (UNDECLARED, Any):
        assert sent(annotation, {"a": 1}) == {"content": text('{"a":1}'), "structured": {"a": 1}}
        assert sent(annotation, Person(name="Ada"))["structured"] == {"name": "Ada", "homeTown": "Rome", "extra": None}
        assert sent(annotation, Event(datetime.datetime(2026, 7, 28)))["structured"]["when"] == "2026-07-28T00:00:00"
        assert sent(annotation, [1, "a"]) == {"content": text('[1,"a"]')}
        assert sent(annotation, (1, 2)) == {"content": text("[1,2]")}
        assert sent(annotation, {2, 1}) == {"content": text("[1,2]")}
        assert sent(annotation, 5) == {"content": text("5")}
        assert sent(annotation, True) == {"content": text("true")}


@pytest.mark.parametrize("annotation", [list, tuple, list[Any]])
def test_a_bare_list_promises_nothing_because_it_may_hold_content(annotation: Any) -> None:
    assert plan_for(annotation).output_schema is None
    assert sent(annotation, [1, 2]) == {"content": text("[1,2]")}
    assert sent(annotation, ["a", Image(data=b"x", format="png")])["content"][1]["type"] == "image"


# --- other types


@pytest.mark.parametrize(
    ("annotation", "value", "structured"),
    [
        (Person, Person(name="Ada"), {"name": "Ada", "homeTown": "Rome", "extra": None}),
        (Person, {"name": "Ada", "homeTown": "Pisa"}, {"name": "Ada", "homeTown": "Pisa", "extra": None}),
        (list[Person], [Person(name="Ada")], [{"name": "Ada", "homeTown": "Rome", "extra": None}]),
        (Person | None, Person(name="Ada"), {"name": "Ada", "homeTown": "Rome", "extra": None}),
        (Event, Event(datetime.datetime(2026, 7, 28)), {"when": "2026-07-28T00:00:00", "tags": []}),
        (Movie, {"title": "x", "year": 1}, {"title": "x", "year": 1}),
        (list[Movie], [{"title": "x", "year": 1}], [{"title": "x", "year": 1}]),
        (dict[int, str], {1: "a"}, {"1": "a"}),
        (list[Color], ["red"], ["red"]),
        (list[uuid.UUID], [uuid.UUID(int=1)], ["00000000-0000-0000-0000-000000000001"]),
        (tuple[int, str], (1, "a"), [1, "a"]),
        (set[int], {1}, [1]),
        (Pair, Pair(1, "a"), [1, "a"]),
        (list[datetime.date], [datetime.date(2026, 7, 28)], ["2026-07-28"]),
    ],
)
def test_values_are_sent_as_their_declared_type_says(annotation: Any, value: Any, structured: Any) -> None:
    made = plan_for(annotation)
    assert made.output_schema is not None
    assert made.wrap_output == (made.output_schema.get("type") != "object")
    call = Call()
    made.complete(call, value)
    assert call.answer["structured"] == structured
    assert call.answer["content"] == text(encode(structured))


def test_the_schema_names_what_is_sent() -> None:
    schema = plan_for(Person).output_schema
    assert schema is not None
    assert set(schema["properties"]) == {"name", "homeTown", "extra"}
    assert schema["type"] == "object"


class Node(pydantic.BaseModel):
    children: list[Node] = []  # noqa: RUF012  (pydantic copies it)


def test_a_recursive_model_has_an_object_at_its_root() -> None:
    made = plan_for(Node)
    assert made.output_schema is not None
    assert made.output_schema["type"] == "object" and not made.wrap_output
    assert "Node" in made.output_schema["$defs"]


def test_a_value_of_another_type_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidResult) as caught:
        sent(list[Person], [Person(name="Ada"), {"name": 5}])
    assert str(caught.value) == "result[1].name: must be a string"
    with pytest.raises(InvalidResult, match=r"^result\.name: is required$"):
        sent(Person, {})


def test_a_subclass_is_sent_as_what_was_declared() -> None:
    class Spy(Person):
        secret: str = "007"

    assert "secret" not in sent(Person, Spy(name="J"))["structured"]


def test_a_class_no_library_knows_leaves_the_decision_to_the_value() -> None:
    class Own:
        pass

    assert plan_for(Own).output_schema is None
    assert sent(Own, {"a": 1})["structured"] == {"a": 1}
    own = Own()
    assert sent(Own, own) == {"content": text(str(own))}
    with pytest.raises(InvalidResult, match=r"^result: Own is not JSON$"):
        refusing(Own, own)


def test_an_annotation_for_type_checkers_only_promises_nothing_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert plan_for("Nowhere").output_schema is None
    assert "the result: 'Nowhere' cannot be resolved" in caplog.text
    with pytest.raises(InvalidDescriptorError, match="the result: 'Nowhere'"):
        plan_for("Nowhere", structured_output=True)


# --- what cannot be sent


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_errors_that_name_their_place(value: float) -> None:
    words = "NaN and Infinity are not JSON"
    cases: list[tuple[Any, Any, str]] = [
        (UNDECLARED, {"a": [1, value]}, "result.a[1]"),
        (UNDECLARED, value, "result"),
        (float, value, "result"),
        (dict[str, float], {"x": value}, "result.x"),
        (Person, Person(name="x", extra={"deep": [value]}), "result.extra.deep[0]"),
        (UNDECLARED, Person(name="x", extra=value), "result.extra"),
        (UNDECLARED, [Person(name="x", extra=value)], "result[0].extra"),
        (list[datetime.date | float], [value], "result[0]"),
        (Open, Open(more=value), "result.more"),  # type: ignore[call-arg]
    ]
    for annotation, given, place in cases:
        with pytest.raises(InvalidResult) as caught:
            sent(annotation, given)
        assert str(caught.value) == f"{place}: {words}"


def test_a_model_that_writes_infinity_its_own_way_is_respected_unless_it_is_not_json() -> None:
    class Loose(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(ser_json_inf_nan="constants")
        x: float

    class Worded(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(ser_json_inf_nan="strings")
        x: float

    with pytest.raises(InvalidResult, match=r"^result\.x: NaN"):
        sent(Loose, Loose(x=math.inf))
    assert sent(Worded, Worded(x=math.inf))["structured"] == {"x": "Infinity"}


def test_what_is_not_json_is_named_with_its_place() -> None:
    ring: list[Any] = []
    ring.append(ring)
    cases: list[tuple[Any, Any, str]] = [
        (UNDECLARED, {"items": [0, 1, 2, {"when": object()}]}, "result.items[3].when: object is not JSON"),
        (dict, {"f": len}, "result.f: builtin_function_or_method is not JSON"),
        (UNDECLARED, ring, "result[0]: the value contains itself"),
        (UNDECLARED, {(1, 2): 1}, "result: a key of type tuple is not JSON"),
        (UNDECLARED, {"a": complex(1)}, "result.a: complex is not JSON"),
        (UNDECLARED, ToolResult(structured_content={"a": object()}), "structured_content.a: object is not JSON"),
        (UNDECLARED, ToolResult("x", meta={"a": object()}), "meta.a: object is not JSON"),
        (UNDECLARED, ["a", Image(data=b"x"), {"b": object()}], "result[2].b: object is not JSON"),
    ]
    for annotation, given, message in cases:
        with pytest.raises(InvalidResult) as caught:
            refusing(annotation, given)
        assert str(caught.value) == message


def test_a_typed_value_that_cannot_be_serialised_is_named_with_its_place() -> None:
    value = Person(name="x", extra={"deep": object()})
    for annotation in (Person, UNDECLARED):
        with pytest.raises(InvalidResult) as caught:
            refusing(annotation, value)
        assert str(caught.value) == "result.extra.deep: object is not JSON"
        assert sent(annotation, value)["structured"]["extra"] == {"deep": str(value.extra["deep"])}


def test_what_can_stand_for_nothing_is_refused_in_either_case() -> None:
    ring: list[Any] = []
    ring.append(ring)

    async def later() -> None: ...

    async def more() -> AsyncIterator[int]:
        yield 1

    waiting = later()
    for given, message in [
        (ring, "result[0]: the value contains itself"),
        ({(1, 2): 1}, "result: a key of type tuple is not JSON"),
        ({1: "a", "1": "b"}, "result: two keys are written '1'"),
        ({"a": waiting}, "result.a: nobody has awaited this coroutine"),
        ([more()], "result[0]: nobody has iterated this async_generator"),
        (ToolResult("x", meta={"a": object()}), "meta.a: object is not JSON"),
    ]:
        with pytest.raises(InvalidResult) as caught:
            sent(UNDECLARED, given)
        assert str(caught.value) == message
    waiting.close()


def test_half_a_surrogate_pair_is_named() -> None:
    from oxmcp.answers.encoding import natural

    with pytest.raises(InvalidResult, match=r"^result\.a: text with half a surrogate pair"):
        natural({"a": "\ud800"})


class Level(int, enum.Enum):
    LOW = 1


@pytest.mark.parametrize(
    ("value", "natural"),
    [
        (datetime.datetime(2026, 7, 28, tzinfo=datetime.timezone.utc), "2026-07-28T00:00:00Z"),
        (datetime.time(1, 2), "01:02:00"),
        (datetime.timedelta(days=1, seconds=3, microseconds=5), "P1DT3.000005S"),
        (datetime.timedelta(days=-1), "-P1D"),
        (datetime.timedelta(0), "PT0S"),
        (decimal.Decimal("1.10"), "1.10"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("/x"), "/x"),
        (ipaddress.ip_address("::1"), "::1"),
        (Color.RED, "red"),
        (Level.LOW, 1),
        (Word("w"), "w"),
        (b"ab", "ab"),
        ({3, 1}, [1, 3]),
        (frozenset("a"), ["a"]),
        (range(2), [0, 1]),
        (collections.deque([1]), [1]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.ChainMap({"a": 1}), {"a": 1}),
        ({"a": 1}.keys(), ["a"]),
        (iter([1]), [1]),
        (Pair(1, "a"), [1, "a"]),
        (
            {2: "a", None: "b", True: "c", Color.RED: "d", 1.5: "e"},
            {"2": "a", "null": "b", "true": "c", "red": "d", "1.5": "e"},
        ),
        ({datetime.date(2026, 7, 28): 1}, {"2026-07-28": 1}),
        (types.Icon(src="x:y"), {"src": "x:y"}),
        (2**80, 2**80),
    ],
)
def test_every_common_type_has_its_json_form_anywhere(value: Any, natural: Any) -> None:
    assert sent(dict, {"deep": [value]})["structured"] == {"deep": [natural]}


def test_an_iterator_is_not_lost_when_the_fast_way_fails() -> None:
    assert sent(dict, {"a": iter([1, 2]), 3: "b"})["structured"] == {"a": [1, 2], "3": "b"}


# --- content

PNG = b"\x89PNG"


def test_helpers_become_blocks(tmp_path: Path) -> None:
    picture = tmp_path / "plot.jpg"
    picture.write_bytes(PNG)
    encoded = base64.b64encode(PNG).decode()
    assert sent(Image, Image(path=picture)) == {
        "content": [{"type": "image", "data": encoded, "mimeType": "image/jpeg"}]
    }
    assert sent(UNDECLARED, Image(data=PNG, format="png"))["content"][0]["mimeType"] == "image/png"
    assert sent(UNDECLARED, Image(PNG and picture))["content"][0]["mimeType"] == "image/jpeg"
    assert sent(UNDECLARED, Audio(data=b"x", format="mp3"))["content"][0] == {
        "type": "audio",
        "data": "eA==",
        "mimeType": "audio/mpeg",
    }
    block = sent(UNDECLARED, Image(data=PNG, meta={"a": 1}, annotations={"priority": 1}))["content"][0]
    assert block["_meta"] == {"a": 1} and block["annotations"] == {"priority": 1}


def test_files_are_embedded_resources(tmp_path: Path) -> None:
    notes = tmp_path / "my notes.md"
    notes.write_text("# Hi", encoding="utf-8")
    (block,) = sent(UNDECLARED, File(path=notes))["content"]
    assert block["type"] == "resource"
    assert block["resource"] == {
        "uri": "file://" + str(tmp_path) + "/my%20notes.md",
        "mimeType": "text/markdown",
        "text": "# Hi",
    }
    (block,) = sent(UNDECLARED, File(data=b"\xff", format="pdf", name="a.pdf"))["content"]
    assert block["resource"] == {"uri": "file:///a.pdf", "mimeType": "application/pdf", "blob": "/w=="}


@pytest.mark.parametrize(
    ("options", "uri"),
    [
        ({"name": "report", "format": "pdf"}, "file:///report.pdf"),
        ({"name": "report.pdf", "format": "pdf"}, "file:///report.pdf"),
        ({"name": "photo.jpeg", "format": "jpg"}, "file:///photo.jpeg"),
        ({"name": "notes.v2", "format": "txt"}, "file:///notes.v2.txt"),
        ({"name": "report", "mime_type": "application/pdf"}, "file:///report.pdf"),
        ({"name": "dump.weird"}, "file:///dump.weird"),
        ({"name": "my notes", "format": "md"}, "file:///my%20notes.md"),
        ({"format": "pdf"}, "file:///file.pdf"),
        ({"name": "report", "format": "pdf", "uri": "a:b"}, "a:b"),
    ],
)
def test_the_address_of_a_file_says_what_it_is(options: dict[str, Any], uri: str) -> None:
    [block] = sent(UNDECLARED, File(data=b"x", **options))["content"]
    assert block["resource"]["uri"] == uri


def test_a_file_under_another_name_keeps_its_extension(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Hi", encoding="utf-8")
    [block] = sent(UNDECLARED, File(path=tmp_path / "a.md", name="notes"))["content"]
    assert block["resource"]["uri"] == "file:///notes.md"


def test_a_medium_needs_exactly_one_source() -> None:
    with pytest.raises(ValueError, match="either path or data"):
        Image()
    with pytest.raises(ValueError, match="either path or data"):
        Image(path="a", data=b"b")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sent(UNDECLARED, Image(path=tmp_path / "none.png"))


def test_lists_mix_content_with_text_and_data() -> None:
    value = ["see", Image(data=PNG, format="png"), {"a": 1}, types.TextContent(text="end"), [Audio(data=b"x")]]
    kinds = [block["type"] for block in sent(list, value)["content"]]
    assert kinds == ["text", "image", "text", "text", "audio"]
    assert sent(list, value)["content"][2]["text"] == '{"a":1}'


class TheirText(pydantic.BaseModel):
    type: str = "text"
    text: str
    meta: dict[str, Any] | None = pydantic.Field(None, alias="_meta")
    annotations: Any = None


TheirText.__name__ = "TextContent"


class TheirResult(pydantic.BaseModel):
    content: list[TheirText]
    structured_content: Any = pydantic.Field(None, alias="structuredContent")
    is_error: bool = pydantic.Field(False, alias="isError")


TheirResult.__name__ = "CallToolResult"


def test_objects_of_a_peer_are_taken_as_they_are() -> None:
    assert sent(UNDECLARED, TheirText(text="x")) == {"content": text("x")}
    assert sent(list[TheirText], [TheirText(text="x")]) == {"content": text("x")}
    result = TheirResult(content=[TheirText(text="x")], structuredContent={"a": 1}, isError=True)
    assert sent(dict, result) == {"content": text("x"), "structured": {"a": 1}, "is_error": True}

    class TheirImage:
        def to_image_content(self) -> Any:
            return types.ImageContent(data="eA==", mimeType="image/png")

    assert sent(UNDECLARED, [TheirImage()])["content"][0]["type"] == "image"


def test_a_model_of_the_author_is_not_content_for_having_a_type() -> None:
    class Shape(pydantic.BaseModel):
        type: str = "text"
        text: str = "x"

    assert sent(Shape, Shape())["structured"] == {"type": "text", "text": "x"}
    assert sent(UNDECLARED, {"type": "text", "text": "x"})["structured"] == {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    "annotation",
    [
        Image,
        list[Image],
        list[str | Image],
        tuple[str, Image],
        dict | Image,
        "Optional[Image]",
        list[types.TextContent],
        types.CallToolResult,
        ToolResult,
        Iterator[Image],
        Annotated[Image, "a picture"],
    ],
)
def test_annotations_that_mention_content_promise_no_structure(annotation: Any) -> None:
    assert plan_for(annotation).output_schema is None


# --- whole results


def test_a_tool_result_says_everything() -> None:
    assert sent(dict, ToolResult("x", {"a": 1}, {"m": 1}, is_error=True)) == {
        "content": text("x"),
        "structured": {"a": 1},
        "meta": {"m": 1},
        "is_error": True,
    }
    assert sent(ToolResult, ToolResult(structured_content=Person(name="Ada")))["content"] == text(
        '{"name":"Ada","homeTown":"Rome","extra":null}'
    )
    assert sent(ToolResult, ToolResult(["a", Image(data=b"x")]))["content"][1]["type"] == "image"
    assert sent(ToolResult, ToolResult({"a": 1}))["content"] == text('{"a":1}')
    assert sent(ToolResult, ToolResult({"type": "text", "text": "x"}))["content"] == text("x")
    assert sent(ToolResult, ToolResult()) == {"content": []}


def test_a_call_tool_result_is_passed_on() -> None:
    result = types.CallToolResult(content=[{"type": "text", "text": "x"}], structuredContent={"a": 1}, _meta={"m": 1})
    assert sent(types.CallToolResult, result) == {"content": text("x"), "structured": {"a": 1}, "meta": {"m": 1}}


def test_an_annotated_whole_result_promises_its_model() -> None:
    made = plan_for(Annotated[types.CallToolResult, Person])
    assert made.output_schema is not None and "homeTown" in made.output_schema["properties"]
    call = Call()
    made.complete(call, types.CallToolResult(content=[], structuredContent={"name": "Ada"}))
    assert call.answer == {"content": [], "structured": {"name": "Ada", "homeTown": "Rome", "extra": None}}


# --- what the author says about structure


def test_a_given_schema_is_used_as_it_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    made = plan_for(UNDECLARED, output_schema=schema)
    assert (made.output_schema, made.wrap_output, made.plain_text) == (schema, False, False)
    assert sent(str, {"a": 1}, output_schema=schema)["structured"] == {"a": 1}
    assert plan_for(UNDECLARED, output_schema={"type": "array"}).wrap_output
    assert sent(str, "x", output_schema={"type": "string"})["structured"] == "x"


def test_no_schema_can_be_asked_for() -> None:
    assert plan_for(Person, output_schema=None).output_schema is None
    assert sent(Person, {"a": 1}, output_schema=None)["structured"] == {"a": 1}
    assert sent(Person, Person(name="x"), structured_output=False).keys() == {"content"}
    assert sent(dict, {"a": 1}, structured_output=False) == {"content": text('{"a":1}')}


def test_structure_can_be_insisted_on() -> None:
    assert plan_for(str, structured_output=True).output_schema == {"type": "string"}
    assert sent(str, "x", structured_output=True) == {"content": text("x"), "structured": "x"}
    with pytest.raises(InvalidDescriptorError, match="needs a return type"):
        plan_for(UNDECLARED, structured_output=True)
    with pytest.raises(InvalidDescriptorError, match="no JSON Schema"):
        plan_for(type("Own", (), {}), structured_output=True)


# --- resources

EVENT = '{"when":"2026-07-28T00:00:00","tags":[]}'


def read(value: Any, mime_type: str | None = None, **options: Any) -> dict[str, Any]:
    call = Call()
    call.target = "a:b"
    resource_contents.complete_resource(call, value, mime_type=mime_type, **options)
    return call.answer


@pytest.mark.parametrize(
    ("value", "mime_type", "contents"),
    [
        ("hi", None, {"mimeType": "text/plain", "text": "hi"}),
        ("<p>", "text/html", {"mimeType": "text/html", "text": "<p>"}),
        (b"\xff", None, {"mimeType": "application/octet-stream", "blob": "/w=="}),
        (b"a", "text/plain", {"mimeType": "text/plain", "blob": "YQ=="}),
        ({"a": 1}, None, {"mimeType": "application/json", "text": '{"a":1}'}),
        ([1, 2], None, {"mimeType": "application/json", "text": "[1,2]"}),
        ([], None, {"mimeType": "application/json", "text": "[]"}),
        (5, "text/plain", {"mimeType": "text/plain", "text": "5"}),
        (
            Person(name="x"),
            None,
            {"mimeType": "application/json", "text": '{"name":"x","homeTown":"Rome","extra":null}'},
        ),
        (None, None, {"mimeType": "text/plain", "text": ""}),
        (ValueError("no"), None, {"mimeType": "text/plain", "text": "no"}),
        (Image(data=b"a", format="png"), None, {"mimeType": "image/png", "blob": "YQ=="}),
        (File(data=b"a", format="txt"), None, {"mimeType": "text/plain", "text": "a"}),
    ],
)
def test_a_resource_is_text_or_a_blob(value: Any, mime_type: str | None, contents: dict[str, Any]) -> None:
    """RSRC-7."""
    assert read(value, mime_type)["contents"] == [{"uri": "a:b", **contents}]


def test_contents_objects_are_taken_as_they_are() -> None:
    one = types.TextResourceContents(uri="x:1", text="one", mimeType="text/x")
    two = types.BlobResourceContents(uri="x:2", blob="YQ==")
    assert read([one, two], "text/plain")["contents"] == [
        {"uri": "x:1", "mimeType": "text/x", "text": "one"},
        {"uri": "x:2", "mimeType": "text/plain", "blob": "YQ=="},
    ]
    whole = types.ReadResourceResult(contents=[one], _meta={"m": 1}, ttlMs=5, cacheScope="public")
    assert read(whole) == {"contents": [one.to_dict()], "meta": {"m": 1}, "ttl": 5, "scope": "public"}


def test_contents_of_a_peer_with_a_mime_type_of_their_own() -> None:
    class ReadResourceContents:
        def __init__(self, content: Any, mime_type: str | None = None) -> None:
            self.content = content
            self.mime_type = mime_type

    answer = read([ReadResourceContents("hi", "text/html"), ReadResourceContents(b"a")], "text/plain")
    assert answer["contents"] == [
        {"uri": "a:b", "mimeType": "text/html", "text": "hi"},
        {"uri": "a:b", "mimeType": "text/plain", "blob": "YQ=="},
    ]


# --- prompts


def prompt(value: Any, description: str | None = None) -> dict[str, Any]:
    call = Call()
    messages.complete_prompt(call, value, description=description)
    return call.answer


def said(content: Any, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": {"type": "text", "text": content} if isinstance(content, str) else content}


class TheirMessage:
    def __init__(self, content: Any, role: str = "assistant") -> None:
        self.role = role
        self.content = content


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("hi", [said("hi")]),
        (["a", "b"], [said("a"), said("b")]),
        (types.PromptMessage(role="assistant", content={"type": "text", "text": "x"}), [said("x", "assistant")]),
        ([TheirMessage("x"), TheirMessage(TheirText(text="y"), "user")], [said("x", "assistant"), said("y")]),
        ({"role": "assistant", "content": "x"}, [said("x", "assistant")]),
        ({"role": "user", "content": {"type": "text", "text": "x"}}, [said("x")]),
        ({"a": 1}, [said('{"a":1}')]),
        (types.TextContent(text="x"), [said("x")]),
        ([Image(data=b"a", format="png")], [said({"type": "image", "data": "YQ==", "mimeType": "image/png"})]),
        (iter(["a"]), [said("a")]),
        (None, []),
    ],
)
def test_prompts_may_return_messages_in_every_form(value: Any, messages: list[Any]) -> None:
    assert prompt(value, "d") == {"description": "d", "messages": messages, "meta": None}


def test_a_whole_prompt_result_brings_its_description() -> None:
    whole = types.GetPromptResult(
        description="own", messages=[{"role": "user", "content": {"type": "text", "text": "x"}}], _meta={"m": 1}
    )
    assert prompt(whole, "d") == {"description": "own", "messages": [said("x")], "meta": {"m": 1}}


def test_a_role_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidResult, match=r"^result\[0\]\.role: must be user or assistant$"):
        prompt({"role": "system", "content": "x"})
