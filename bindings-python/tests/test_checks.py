"""What an author gets wrong is refused at the decorator, in words that name the offer and the member."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from oxmcp import FastMCP
from oxmcp.arguments.parameters import plan
from oxmcp.errors import InvalidDescriptorError, InvalidSchemaError
from oxmcp.types import Annotations, Icon, ToolAnnotations

pydantic = pytest.importorskip("pydantic")

HALF = "\ud800"


def register(kind: str, function: Callable[..., Any] | None = None, **options: Any) -> None:
    def f(x: int = 1) -> str:
        return ""

    def g() -> str:
        return ""

    server = FastMCP("t")
    if kind == "resource":
        server.resource("data://x", name="f", **options)(function or g)
    else:
        (server.tool if kind == "tool" else server.prompt)(function or f, **options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"icons": "x"}, "icons: must be a list of icons, each with a src"),
        ({"icons": Icon(src="x")}, "icons: must be a list of icons, each with a src"),
        ({"icons": {"src": "x"}}, "icons: must be a list of icons, each with a src"),
        ({"icons": ["x"]}, "icons[0]: must be an object or a dict"),
        ({"icons": [{"src": "x"}, {"href": "x"}]}, "icons[1].src: is required"),
        ({"icons": [{"src": 5}]}, "icons[0].src: must be a string"),
        ({"icons": [{"src": "x", "mime_type": 5}]}, "icons[0].mimeType: must be a string"),
        ({"meta": 5}, "meta: must be a dict"),
        ({"meta": ["a"]}, "meta: must be a dict"),
        ({"meta": {"a": {"b": object()}}}, "meta.a.b: object is not JSON"),
        ({"meta": {"a": float("nan")}}, "meta.a: NaN and Infinity are not JSON"),
        ({"meta": {"a": HALF}}, "meta.a: text with half a surrogate pair is not JSON"),
        ({"title": 5}, "title: must be a string"),
        ({"title": HALF}, "title: text with half a surrogate pair is not JSON"),
        ({"description": 5}, "description: must be a string"),
        ({"description": HALF}, "description: text with half a surrogate pair is not JSON"),
        ({"tags": "abc"}, "tags: must be a list of strings"),
        ({"tags": ["a", 1]}, "tags: must be a list of strings"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["tool", "prompt", "resource"])
def test_what_could_not_be_sent_is_refused_at_the_decorator(kind: str, options: Any, problem: str) -> None:
    with pytest.raises(InvalidDescriptorError) as refused:
        register(kind, **{"name": "f", **options} if kind != "resource" else options)
    assert str(refused.value) == f"{kind} 'f': {problem}"


@pytest.mark.parametrize(
    ("kind", "annotations", "problem"),
    [
        ("tool", 5, "annotations: must be an object or a dict"),
        ("tool", "readOnlyHint", "annotations: must be an object or a dict"),
        ("tool", ["readOnlyHint"], "annotations: must be an object or a dict"),
        ("tool", {"readOnlyHint": "yes"}, "annotations.readOnlyHint: must be true or false"),
        ("tool", {"read_only_hint": 1}, "annotations.readOnlyHint: must be true or false"),
        ("tool", {"title": 5}, "annotations.title: must be a string"),
        ("resource", {"priority": 2}, "annotations.priority: must be a number from 0 to 1"),
        ("resource", {"audience": "user"}, "annotations.audience: must be a list of 'user' and 'assistant'"),
        ("resource", {"last_modified": 5}, "annotations.lastModified: must be a string"),
    ],
    ids=str,
)
def test_annotations_of_the_wrong_kind_are_refused(kind: str, annotations: Any, problem: str) -> None:
    with pytest.raises(InvalidDescriptorError) as refused:
        register(kind, annotations=annotations)
    assert str(refused.value) == f"{kind} 'f': {problem}"


@dataclass
class OwnHints:
    read_only_hint: bool = True


@pytest.mark.parametrize(
    ("kind", "annotations"),
    [
        ("tool", None),
        ("tool", {"readOnlyHint": True, "title": "T"}),
        ("tool", ToolAnnotations(read_only_hint=True)),
        ("tool", OwnHints()),
        ("resource", Annotations(audience=["user"], priority=0.5)),
        ("resource", {"audience": ("user", "assistant"), "priority": 1}),
    ],
    ids=str,
)
def test_annotations_come_as_objects_and_as_dicts(
    kind: str, annotations: Any, caplog: pytest.LogCaptureFixture
) -> None:
    register(kind, annotations=annotations)
    assert not caplog.records


def test_an_unknown_annotation_is_warned_of_with_what_was_probably_meant(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        register("tool", annotations={"readOnly": True})
    assert caplog.messages == [
        "tool 'f': annotations.readOnly is no annotation of the protocol; did you mean readOnlyHint?"
    ]


def text_default(x: Any = HALF) -> None: ...
def list_default(x: Any = ["a", HALF]) -> None: ...  # noqa: B006
def literal(x: Literal["\ud800"]) -> None: ...
def described(x: Annotated[int, pydantic.Field(description=HALF)] = 1) -> None: ...


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (text_default, "parameter 'x', default: text with half a surrogate pair is not JSON"),
        (list_default, "parameter 'x', default[1]: text with half a surrogate pair is not JSON"),
        (literal, "parameter 'x', const: text with half a surrogate pair is not JSON"),
        (described, "parameter 'x', description: text with half a surrogate pair is not JSON"),
    ],
)
def test_a_parameter_that_cannot_be_described_is_named(function: Any, problem: str) -> None:
    with pytest.raises(InvalidDescriptorError) as refused:
        register("tool", function)
    assert str(refused.value) == f"tool '{function.__name__}': {problem}"


class Limits(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    most: float = float("inf")


def test_defaults_that_are_not_json_stay_out_of_the_schema_whoever_writes_it() -> None:
    def tool(
        plain: float = float("inf"),
        narrowed: Annotated[float, pydantic.Field(gt=0)] = float("inf"),
        model: Limits = Limits(),  # noqa: B008
    ) -> None: ...

    register("tool", tool)
    schema = plan(tool).input_schema
    assert all("default" not in one for one in schema["properties"].values())
    assert "default" not in schema["$defs"]["Limits"]["properties"]["most"]


@pytest.mark.parametrize(
    ("options", "error", "problem"),
    [
        ({"name": 5}, InvalidDescriptorError, "tool 5: name: must be a string"),
        ({"timeout": "5"}, InvalidDescriptorError, "tool 'f': timeout: must be a positive number of seconds"),
        ({"timeout": 0}, InvalidDescriptorError, "tool 'f': timeout: must be a positive number of seconds"),
        ({"input_schema": "x"}, InvalidDescriptorError, "tool 'f': input_schema: must be a dict"),
        (
            {"input_schema": {"type": "string"}},
            InvalidDescriptorError,
            'tool \'f\': input_schema: must have "type": "object" at its root',
        ),
        ({"input_schema": {"type": "object", "x": object()}}, InvalidDescriptorError, "tool 'f': input_schema.x: "),
        ({"input_schema": {"type": "nonsense"}}, InvalidSchemaError, "tool 'f': input_schema: the schema is not valid"),
        (
            {"output_schema": {"type": "nonsense"}},
            InvalidSchemaError,
            "tool 'f': output_schema: the schema is not valid",
        ),
    ],
    ids=str,
)
def test_options_of_a_tool_are_refused_by_name(options: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error) as refused:
        register("tool", **options)
    assert str(refused.value).startswith(problem)


def test_the_icons_of_a_server_are_looked_at_too() -> None:
    with pytest.raises(InvalidDescriptorError, match=r"server 't': icons\[0\].src: is required"):
        FastMCP("t", icons=[{"href": "x"}])
