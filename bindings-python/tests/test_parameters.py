"""Type hints → schema → arguments. Long, because every type an author may write is a case."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import functools
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union

import pytest
from recorded_call import Call

from oxmcp.arguments import parameters, signatures
from oxmcp.arguments.injection import ContextMark, Provided
from oxmcp.errors import InvalidArguments, InvalidDescriptorError

if TYPE_CHECKING:
    from oxmcp.somewhere import Context as OtherContext  # type: ignore[import-not-found]

pydantic = pytest.importorskip("pydantic")
Field = pydantic.Field


class Context(ContextMark):
    """Stands for the front end's Context."""


def plan(function: Any, **options: Any) -> parameters.ParameterPlan:
    return parameters.plan(function, **options)


def schema_of(annotation: Any) -> dict[str, Any]:
    def tool(value): ...  # type: ignore[no-untyped-def]

    tool.__annotations__["value"] = annotation
    return plan(tool).input_schema["properties"]["value"]  # type: ignore[no-any-return]


UserId = NewType("UserId", int)
Number = TypeVar("Number", int, float)
Item = TypeVar("Item")


# --- plain signatures


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {}),
        (object, {}),
        (list, {"type": "array", "items": {}}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (Iterable[str], {"type": "array", "items": {"type": "string"}}),
        (dict, {"type": "object", "additionalProperties": True}),
        (dict[str, Any], {"type": "object", "additionalProperties": True}),
        (Mapping[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (Union[int, int], {"type": "integer"}),
        (Literal["a", "b"], {"enum": ["a", "b"], "type": "string"}),
        (Literal["a"], {"const": "a", "type": "string"}),
        (Literal[1, "a"], {"enum": [1, "a"]}),
        (UserId, {"type": "integer"}),
        (Number, {"anyOf": [{"type": "integer"}, {"type": "number"}]}),
        (Item, {}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (list["int"], {"type": "array", "items": {"type": "integer"}}),
    ],
)
def test_plain_types_have_these_schemas(annotation: Any, schema: dict[str, Any]) -> None:
    assert schema_of(annotation) == schema


@pytest.mark.parametrize(
    "annotation",
    [str, int, float, bool, Any, list, list[int], dict[str, float], str | None, int | str, Literal["a", "b"]],
)
def test_plain_schemas_agree_with_pydantic(annotation: Any) -> None:
    assert schema_of(annotation) == pydantic.TypeAdapter(annotation).json_schema()


def test_a_plain_signature_never_imports_pydantic() -> None:
    program = """
        import sys
        sys.path.insert(0, sys.argv[1])
        import recorded_call
        from typing import Any, Literal, Optional
        from oxmcp.arguments import parameters
        from oxmcp.offers import return_types
        def tool(a: str, b: int = 1, c: Optional[list[dict[str, float]]] = None, d: Literal["x"] = "x", e=None, *r: int,
                 **more: Any) -> dict[str, list[int]]: "Doc."
        plan = parameters.plan(tool)
        plan.bind({"a": "x"})
        return_types.plan(tool).complete(recorded_call.Call(), {"a": [1]})
        return_types.plan(lambda: None).complete(recorded_call.Call(), {"a": [1]})
        print("pydantic" in sys.modules)
    """
    here = str(Path(__file__).parent)
    output = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), here], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "False"


def test_a_plain_signature_is_left_to_the_engine() -> None:
    def tool(a: str, b: float, c: int = 2, d: float | None = None, e: list[str] | None = None, f=None): ...  # type: ignore[no-untyped-def]

    made = plan(tool)
    assert made.native
    assert made.function is tool
    assert made.names == ("a", "b", "c", "d", "e", "f")
    assert made.floats == ("b", "d")
    assert made.ints == ("c",)
    assert made.input_schema == {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "number"},
            "c": {"type": "integer", "default": 2},
            "d": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
            "e": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}], "default": None},
            "f": {"default": None},
        },
        "required": ["a", "b"],
    }


def test_numbers_take_the_declared_type_wherever_they_are() -> None:
    def tool(a: list[int], b: dict[str, list[float]], c: float | None, d: int | str, e: int | float): ...  # type: ignore[no-untyped-def]

    made = plan(tool)
    assert not made.native
    bound = made.bind({"a": [1.0, 2], "b": {"x": [1]}, "c": None, "d": 2.0, "e": 2.0})
    assert repr(bound) == "{'a': [1, 2], 'b': {'x': [1.0]}, 'c': None, 'd': 2, 'e': 2.0}"


def test_no_parameters_is_an_empty_object() -> None:
    assert plan(lambda: None).input_schema == {"type": "object", "properties": {}}


def test_unknown_arguments_are_ignored_unless_strict_and_the_schema_says_which() -> None:
    def tool(a: int, b: datetime.date | None = None) -> None: ...

    assert "additionalProperties" not in plan(tool).input_schema
    assert plan(tool).bind({"a": 1, "zz": 2})["a"] == 1
    assert plan(tool, strict=True).input_schema["additionalProperties"] is False


def test_a_default_of_none_admits_null() -> None:
    def tool(a: str = None, b: Annotated[datetime.date, "when"] = None): ...  # type: ignore  # noqa: RUF013

    made = plan(tool)
    assert made.input_schema["properties"]["a"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert made.bind({"a": None, "b": None}) == {"a": None, "b": None}
    assert made.input_schema["properties"]["b"]["description"] == "when"


def test_a_default_that_is_not_json_stays_out_of_the_schema() -> None:
    missing = object()

    def tool(a: Any = missing, b: float = float("inf"), c: Any = ("x",)) -> None: ...

    assert plan(tool).input_schema == {
        "type": "object",
        "properties": {"a": {}, "b": {"type": "number"}, "c": {"default": ["x"]}},
    }
    assert plan(tool).bind({}) == {}


def test_a_missing_argument_is_named_even_without_the_engine() -> None:
    def tool(a: int, b: str, ctx: Context) -> None: ...

    with pytest.raises(InvalidArguments, match=r"^b: is required$"):
        plan(tool).bind({"a": 1})


# --- other types, through pydantic


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.5


class Pair(NamedTuple):
    left: int
    right: datetime.date


class Movie(TypedDict, total=False):
    title: str
    released: datetime.date


class Address(pydantic.BaseModel):
    city: str
    since: datetime.date = Field(description="First day", alias="sinceDay")


class Node(pydantic.BaseModel):
    value: int
    children: list[Node] = []  # noqa: RUF012  (pydantic copies it)


@pytest.mark.parametrize(
    ("annotation", "given", "bound"),
    [
        (Color, '"red"', Color.RED),
        (Literal[Color.RED], '"red"', Color.RED),
        (datetime.date, '"2026-07-28"', datetime.date(2026, 7, 28)),
        (
            datetime.datetime,
            '"2026-07-28T01:02:03Z"',
            datetime.datetime(2026, 7, 28, 1, 2, 3, tzinfo=datetime.timezone.utc),
        ),
        (datetime.time, '"01:02"', datetime.time(1, 2)),
        (datetime.timedelta, '"PT1H"', datetime.timedelta(hours=1)),
        (uuid.UUID, '"12345678123456781234567812345678"', uuid.UUID("12345678123456781234567812345678")),
        (decimal.Decimal, "1.10000000000000000000000000001", decimal.Decimal("1.10000000000000000000000000001")),
        (decimal.Decimal, "1.10", decimal.Decimal("1.10")),
        (decimal.Decimal, '"3.30"', decimal.Decimal("3.30")),
        (dict[str, decimal.Decimal | None], '{"a":0.1,"b":null}', {"a": decimal.Decimal("0.1"), "b": None}),
        (Path, '"/tmp/x"', Path("/tmp/x")),
        (bytes, '"ab"', b"ab"),
        (tuple[int, str], '[1,"a"]', (1, "a")),
        (tuple[int, ...], "[1,2]", (1, 2)),
        (set[int], "[1,2,2]", {1, 2}),
        (frozenset[str], '["a"]', frozenset("a")),
        (dict[int, str], '{"1":"a"}', {1: "a"}),
        (Point, '{"x":1}', Point(1, 0.5)),
        (list[Point], '[{"x":1,"y":2}]', [Point(1, 2.0)]),
        (Pair, '[1,"2026-07-28"]', Pair(1, datetime.date(2026, 7, 28))),
        (Movie, '{"released":"2026-07-28"}', {"released": datetime.date(2026, 7, 28)}),
        (list[Movie], '[{"title":"x"}]', [{"title": "x"}]),
        (Movie | None, "null", None),
        (datetime.date | int, '"2026-07-28"', datetime.date(2026, 7, 28)),
        (Address | None, '{"city":"Rome","sinceDay":"2026-07-28"}', Address(city="Rome", sinceDay="2026-07-28")),
        (Node, '{"value":1,"children":[{"value":2}]}', Node(value=1, children=[Node(value=2)])),
        (Annotated[int, pydantic.BeforeValidator(lambda value: value + 1)], "1", 2),
        (Annotated[str, pydantic.StringConstraints(to_upper=True)], '"a"', "A"),
        (pydantic.Json, '"[1]"', [1]),
    ],
)
def test_values_arrive_as_the_declared_type(annotation: Any, given: str, bound: Any) -> None:
    def tool(value): ...  # type: ignore[no-untyped-def]

    tool.__annotations__["value"] = annotation
    made = plan(tool)
    assert not made.native
    for arguments in (f'{{"value":{given}}}', Call(f'{{"value":{given}}}')):
        result = made.bind(arguments)["value"]
        assert result == bound
        assert type(result) is type(bound)
        if isinstance(bound, decimal.Decimal):
            assert str(result) == str(bound)


def test_schemas_of_models_keep_their_titles_and_definitions() -> None:
    def tool(address: Address, others: list[Address], n: int = 3) -> None:
        """Moves.

        Args:
            address: Where to.
            n: How often.
        """

    assert plan(tool).input_schema == {
        "type": "object",
        "properties": {
            "address": {"$ref": "#/$defs/Address", "description": "Where to."},
            "others": {"type": "array", "items": {"$ref": "#/$defs/Address"}},
            "n": {"type": "integer", "default": 3, "description": "How often."},
        },
        "required": ["address", "others"],
        "$defs": {
            "Address": {
                "title": "Address",
                "type": "object",
                "properties": {
                    "city": {"title": "City", "type": "string"},
                    "sinceDay": {"title": "Sinceday", "type": "string", "format": "date", "description": "First day"},
                },
                "required": ["city", "sinceDay"],
            }
        },
    }


def test_field_says_everything_it_can_say() -> None:
    def tool(
        a: Annotated[int, Field(ge=1, title="The A", description="explicit", json_schema_extra={"x-mcp-header": "A"})],
        b: Annotated[list[int] | None, Field(max_length=2)] = None,
        c: int = Field(default=5, lt=10),
        d: list[int] = Field(default_factory=lambda: [1]),  # noqa: B008
        e: str = Field(description="needed"),
    ) -> None:
        """Tool.

        Args:
            a: from the docstring
            b: some numbers
        """

    made = plan(tool)
    properties = made.input_schema["properties"]
    assert properties["a"] == {
        "type": "integer",
        "minimum": 1,
        "title": "The A",
        "description": "explicit",
        "x-mcp-header": "A",
    }
    assert properties["b"]["description"] == "some numbers"
    assert properties["c"] == {"type": "integer", "exclusiveMaximum": 10, "default": 5}
    assert made.input_schema["required"] == ["a", "e"]
    assert made.bind({"a": 1, "e": "x"}) == {"a": 1, "b": None, "c": 5, "d": [1], "e": "x"}
    assert made.bind({"a": 1, "e": "x"})["d"] is not made.bind({"a": 1, "e": "x"})["d"]
    with pytest.raises(InvalidArguments, match="c: must be less than 10"):
        made.bind({"a": 1, "c": 10, "e": "x"})


def test_constraints_the_schema_states_cost_no_conversion() -> None:
    def tool(
        a: Annotated[int, Field(ge=1, description="explicit")],
        b: Annotated[str, Field(pattern="^x$")] = "x",
        c: list[Annotated[float, Field(gt=0)]] | None = None,
    ) -> None: ...

    made = plan(tool)
    assert made.input_schema["properties"]["b"] == {"type": "string", "pattern": "^x$", "default": "x"}
    assert made.input_schema["properties"]["c"]["anyOf"][0]["items"] == {"type": "number", "exclusiveMinimum": 0}
    assert made.bind({"a": 2.0, "c": [1]}) == {"a": 2, "c": [1.0]}

    def simple(a: Annotated[int, Field(ge=1, description="explicit")], b: str = "x") -> None: ...

    assert plan(simple).native
    assert plan(simple).input_schema["properties"]["a"]["minimum"] == 1


def test_an_alias_is_the_name_on_the_wire() -> None:
    def tool(user_id: Annotated[int, Field(alias="user-id")], n: int = 1) -> None: ...

    made = plan(tool)
    assert list(made.input_schema["properties"]) == ["user-id", "n"]
    assert made.input_schema["required"] == ["user-id"]
    assert made.bind({"user-id": 3}) == {"user_id": 3, "n": 1}
    assert made.arguments[0].name == "user-id"


def test_a_default_of_another_type_is_shown_as_json_and_passed_as_it_is() -> None:
    def tool(
        color: Color = Color.BLUE, day: datetime.date = datetime.date(2026, 1, 1), where: Path = Path("/x")
    ) -> None: ...

    made = plan(tool)
    assert [one["default"] for one in made.input_schema["properties"].values()] == ["blue", "2026-01-01", "/x"]
    assert made.bind({}) == {"color": Color.BLUE, "day": datetime.date(2026, 1, 1), "where": Path("/x")}


def test_refusals_name_each_field_in_plain_words() -> None:
    def tool(
        stops: list[Address], count: int, kind: Literal["a", "b"], when: datetime.date | None, p: Point
    ) -> None: ...

    given = {
        "stops": [{"city": "Rome", "sinceDay": "2026-07-28"}, {"city": 5}],
        "count": "secret",
        "kind": "secret",
        "when": "secret",
        "p": 3,
    }
    with pytest.raises(InvalidArguments) as caught:
        plan(tool).bind(given)
    text = str(caught.value)
    assert "stops[1].city: must be a string" in text
    assert "stops[1].sinceDay: is required" in text
    assert "count: must be an integer" in text
    assert "kind: must be 'a' or 'b'" in text
    assert "when: must be a valid date" in text
    assert "p: must be an object" in text
    assert "secret" not in text and "http" not in text


def test_members_of_a_union_do_not_show_in_paths() -> None:
    def tool(value: Address | Point) -> None: ...

    with pytest.raises(InvalidArguments) as caught:
        plan(tool).bind({"value": {"city": "x", "x": "y"}})
    assert str(caught.value) == "value.sinceDay: is required; value.x: must be an integer"


def test_what_a_validator_of_the_author_says_is_passed_on() -> None:
    def check(value: str) -> str:
        raise ValueError("not on Sundays")

    def tool(day: Annotated[str, pydantic.AfterValidator(check)]) -> None: ...

    with pytest.raises(InvalidArguments, match=r"^day: not on Sundays$"):
        plan(tool).bind({"day": "x"})


def test_a_type_without_schema_is_refused_at_registration_by_name() -> None:
    class Socket: ...

    def tool(fine: int, sock: Socket) -> None: ...

    with pytest.raises(InvalidDescriptorError, match="parameter 'sock'"):
        plan(tool)


def test_typed_dicts_of_typing_work_on_every_python() -> None:
    class Inner(TypedDict):
        when: datetime.date

    class Outer(TypedDict, total=False):
        inners: list[Inner]
        name: str

    def tool(outer: Outer, more: dict[str, Inner] | None = None) -> None: ...

    made = plan(tool)
    assert made.input_schema["$defs"]["Inner"]["required"] == ["when"]
    assert "required" not in made.input_schema["$defs"]["Outer"]
    bound = made.bind({"outer": {"inners": [{"when": "2026-07-28"}]}})
    assert bound["outer"] == {"inners": [{"when": datetime.date(2026, 7, 28)}]}


# --- names and kinds of parameters


@pytest.mark.parametrize("kind", [int, datetime.date])
def test_parameters_may_be_called_anything(kind: Any) -> None:
    def tool(self, schema, model_config, _x, cls, arguments, injected, json, copy, call, validate=None): ...  # type: ignore[no-untyped-def]

    tool.__annotations__.update(dict.fromkeys(("self", "schema", "model_config", "_x"), kind))
    made = plan(tool)
    value: Any = 1 if kind is int else "2026-07-28"
    given = dict.fromkeys(list(made.input_schema["properties"])[:-1], value)
    bound = made.bind(given)
    assert made.function(**bound) is None
    assert bound["self"] == bound["model_config"] == (1 if kind is int else datetime.date(2026, 7, 28))


@pytest.mark.parametrize("kind", [int, datetime.date])
def test_positional_only_parameters_and_star_args_are_reached(kind: Any) -> None:
    def tool(a, b=2, /, c=3, *rest: str, d: int = 4, **more: Any):  # type: ignore[no-untyped-def]
        return a, b, c, rest, d, more

    tool.__annotations__["a"] = kind
    made = plan(tool)
    assert not made.native
    assert made.input_schema["required"] == ["a"]
    assert made.input_schema["properties"]["rest"] == {"type": "array", "items": {"type": "string"}, "default": []}
    value: Any = 1 if kind is int else "2026-07-28"
    bound_value = 1 if kind is int else datetime.date(2026, 7, 28)
    bound = made.bind({"a": value, "rest": ["x", "y"], "d": 5, "other": True})
    assert made.function(**bound) == (bound_value, 2, 3, ("x", "y"), 5, {"other": True})
    assert made.function(**made.bind({"a": value, "c": 9})) == (bound_value, 2, 9, (), 4, {})


def test_a_wrapped_coroutine_function_stays_one() -> None:
    async def tool(a: int, /) -> int:
        return a

    made = plan(tool)
    assert asyncio.iscoroutinefunction(made.function)
    assert asyncio.run(made.function(**made.bind({"a": 1}))) == 1


def test_keyword_arguments_are_additional_properties() -> None:
    def loose(a: int, **more: Any) -> None: ...
    def typed(a: int, **more: float) -> None: ...
    def dates(a: int, **more: datetime.date) -> None: ...
    def models(a: int, **more: Address) -> None: ...

    assert plan(loose).accepts_extra
    assert plan(loose).input_schema["additionalProperties"] is True
    assert plan(typed).input_schema["additionalProperties"] == {"type": "number"}
    assert repr(plan(typed).bind({"a": 1, "b": 2})) == "{'a': 1, 'b': 2.0}"
    assert plan(dates).input_schema["additionalProperties"] == {"type": "string", "format": "date"}
    assert plan(dates).bind({"a": 1, "b": "2026-07-28"}) == {"a": 1, "b": datetime.date(2026, 7, 28)}
    assert plan(models).input_schema["additionalProperties"] == {"$ref": "#/$defs/Address"}
    assert "Address" in plan(models).input_schema["$defs"]
    with pytest.raises(InvalidArguments, match=r"^b: must be a valid date"):
        plan(dates).bind({"a": 1, "b": "x"})


# --- what is injected


@pytest.mark.parametrize(
    "annotation", ["Context", "Context | None", "Optional[Context]", "Annotated[Context, 1]", Context]
)
def test_a_context_is_found_by_annotation(annotation: Any) -> None:
    def tool(a: int, anything=None): ...  # type: ignore[no-untyped-def]

    tool.__annotations__["anything"] = annotation
    made = plan(tool)
    assert made.context_names == ("anything",)
    assert list(made.input_schema["properties"]) == ["a"]
    assert not made.native
    context = Context()
    assert made.bind({"a": 1, "anything": "forged"}, {"anything": context}) == {"a": 1, "anything": context}
    assert made.bind(Call('{"a":1}'), anything=context) == {"a": 1, "anything": context}
    assert parameters.context_names(tool) == ("anything",)


def test_a_context_imported_for_type_checkers_only_is_found() -> None:
    def tool(a: int, one: OtherContext, two: Context | None, three: int) -> None: ...

    tool.__annotations__.update(one="context.Context", two="Optional[mcp.Context[Any, Any]]")
    assert plan(tool).context_names == ("one", "two")


def test_no_caller_can_set_what_is_injected() -> None:
    def tool(a: int, db: Any, ctx: Context, **more: Any) -> None: ...

    made = plan(tool, exclude=("db",))
    assert list(made.input_schema["properties"]) == ["a"]
    assert made.bind({"a": 1, "db": "forged", "ctx": "forged", "b": 2}) == {"a": 1, "b": 2}


def test_dependencies_are_found_by_default_and_by_metadata() -> None:
    mark = Provided(lambda: 1)

    def tool(a: int, db: Any = mark, user: Annotated[str, mark] = "") -> None: ...

    tool.__annotations__["user"] = Annotated[str, mark]
    made = plan(tool)
    assert made.dependencies == {"db": mark, "user": mark}
    assert list(made.input_schema["properties"]) == ["a"]
    assert not made.native


# --- kinds of callables


class Tools:
    """The class."""

    def method(self, a: int) -> int:
        return a

    @classmethod
    def of_class(cls, a: int) -> int:
        return a

    @staticmethod
    def static(a: int) -> int:
        return a

    def __call__(self, a: int) -> int:
        """Calls it."""
        return a


def passing_on(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def base(a: int, secret: str = "") -> int:
    """Base."""
    return a


@pytest.mark.parametrize(
    "function",
    [
        Tools().method,
        Tools.of_class,
        Tools.static,
        Tools(),
        passing_on(passing_on(Tools.static)),
        functools.partial(base, secret="s"),
        functools.partial(functools.partial(base), secret="s"),
        functools.partial(lambda secret, a: a, "s"),
        staticmethod(base) if sys.version_info >= (3, 10) else base,
    ],
)
def test_every_kind_of_callable_can_be_planned_and_called(function: Any) -> None:
    made = plan(function)
    assert "a" in made.input_schema["properties"]
    assert made.function(**made.bind({"a": 1})) == 1
    assert made.input_schema["required"] == ["a"]


def test_what_a_partial_settles_is_not_the_callers_to_see_or_change() -> None:
    made = plan(functools.partial(base, secret="s"))
    assert "secret" not in made.input_schema["properties"]
    assert made.bind({"a": 1, "secret": "forged"}) == {"a": 1}
    assert made.description == "Base."


def test_the_description_of_a_callable_object_is_that_of_its_call() -> None:
    assert plan(Tools()).description == "Calls it."


def test_a_class_is_called_by_its_constructor() -> None:
    made = plan(Point)
    assert made.function(**made.bind({"x": 1})) == Point(1)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(InvalidDescriptorError, match="under @classmethod"):
        plan(vars(Tools)["of_class"])
    with pytest.raises(InvalidDescriptorError, match="cannot be called"):
        plan(5)


def test_annotations_are_found_where_the_function_was_written() -> None:
    class Local(pydantic.BaseModel):
        n: int

    def tool(value: Local, more: list[Local] | None = None) -> Local: ...

    assert plan(tool).bind({"value": {"n": 1}})["value"] == Local(n=1)
    assert signatures.read(tool).returns is Local


def test_an_annotation_that_names_nothing_is_refused_by_name() -> None:
    def tool(a: int) -> None: ...

    tool.__annotations__["a"] = "Nowhere"
    with pytest.raises(InvalidDescriptorError, match="tool: parameter 'a': 'Nowhere' cannot be resolved"):
        plan(tool)
    assert plan(tool, exclude=("a",)).input_schema["properties"] == {}
    tool.__annotations__ = {"a": int, "return": "Nowhere"}
    assert plan(tool).native


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters_and_type_aliases_work() -> None:
    names: dict[str, Any] = {}
    program = """
        from datetime import date
        type Words = list[str]
        type Tree = dict[str, Tree] | int
        def first[T](items: list[T], words: Words) -> T: ...
        def bounded[T: int](value: T, tree: Tree) -> T: ...
    """
    exec(textwrap.dedent(program), names)
    assert plan(names["first"]).input_schema["properties"] == {
        "items": {"type": "array", "items": {}},
        "words": {"type": "array", "items": {"type": "string"}},
    }
    made = plan(names["bounded"])
    assert made.bind({"value": 1, "tree": {"a": {"b": 1}}}) == {"value": 1, "tree": {"a": {"b": 1}}}


# --- arguments that are all text


def test_arguments_of_prompts_are_converted_from_text() -> None:
    def prompt(topic: str, n: int = 1, tags: list[str] | None = None, day: datetime.date | None = None) -> None: ...

    made = plan(prompt)
    call = Call('{"topic":"5","n":"3","tags":"[\\"a\\"]","day":"2026-07-28"}', kind="get_prompt")
    assert made.bind(call) == {"topic": "5", "n": 3, "tags": ["a"], "day": datetime.date(2026, 7, 28)}
    assert [(one.name, one.required) for one in made.arguments][:2] == [("topic", True), ("n", False)]

    def plain(topic: str, n: float = 1) -> None: ...

    assert repr(plan(plain).bind_text({"topic": "5", "n": "3"})) == "{'topic': '5', 'n': 3.0}"
    with pytest.raises(InvalidArguments, match=r"^topic: is required$"):
        plan(plain).bind_text({})
    with pytest.raises(InvalidArguments, match="n: must be"):
        plan(plain).bind_text({"topic": "x", "n": "secret"})


def test_local_classes_that_name_each_other_are_resolved() -> None:
    @dataclass
    class Leaf:
        day: datetime.date

    @dataclass
    class Branch:
        leaves: list[Leaf]

    def tool(branch: Branch) -> None: ...

    assert plan(tool).bind({"branch": {"leaves": [{"day": "2026-07-28"}]}}) == {
        "branch": Branch([Leaf(datetime.date(2026, 7, 28))])
    }


def test_a_literal_of_enum_members_shows_and_takes_their_values() -> None:
    def tool(color: Literal[Color.RED] | None) -> None: ...

    assert plan(tool).input_schema["properties"]["color"]["anyOf"][0]["const"] == "red"
    with pytest.raises(InvalidArguments, match=r"^color: must be 'red'$"):
        plan(tool).bind({"color": "blue"})


def test_refusals_of_constraints_speak_as_the_engine_does() -> None:
    def tool(
        a: Annotated[datetime.timedelta, Field(gt=datetime.timedelta(0))],
        b: Annotated[set[int], Field(min_length=2)],
        c: Annotated[decimal.Decimal, Field(ge=1, multiple_of=5)],
        d: Annotated[str, Field(pattern="^x$", alias="D")],
        e: bool,
    ) -> None: ...

    with pytest.raises(InvalidArguments) as caught:
        plan(tool).bind({"a": "PT0S", "b": [1], "c": 0, "D": "y", "e": []})
    assert str(caught.value) == (
        "a: must be more than 0 seconds; b: must have at least 2 items; c: must be at least 1; "
        "D: must match the pattern ^x$; e: must be true or false"
    )
