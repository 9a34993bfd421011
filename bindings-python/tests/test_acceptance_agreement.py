"""Whatever pydantic takes for a type, the engine lets pass, and the function gets what pydantic makes of it."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import ipaddress
import json
import pathlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import pytest
import typing_extensions

from oxmcp import _native
from oxmcp.arguments.parameters import plan

pydantic = pytest.importorskip("pydantic")
from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, TypeAdapter  # noqa: E402


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


class Word(enum.Enum):
    A = "a"
    B = "b"


class Share(enum.Enum):
    HALF = 1.5


class Shape(typing_extensions.TypedDict, total=False):
    a: typing_extensions.Required[int]
    b: str


class Point(NamedTuple):
    x: int
    y: str = "d"


@dataclass
class Record:
    a: int
    b: list[int] = field(default_factory=list)
    c: int = field(init=False, default=3)


class Node(BaseModel):
    a: int
    b: Optional[Node] = None


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    a: int = 1


class Root(RootModel[list[int]]):
    pass


class Aliased(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper, populate_by_name=True, extra="forbid")
    a: int


TYPES: list[Any] = [
    *(int, float, str, bool, bytes, None, Any, list, dict, set, frozenset, tuple),
    *(list[int], dict[str, int], dict[int, str], dict[Number, int], set[str], frozenset[int], Sequence[int]),
    *(tuple[int, str], tuple[int, ...], collections.deque[int], collections.OrderedDict[str, int]),
    *(collections.Counter[str], collections.defaultdict[str, list[int]]),
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta),
    *(decimal.Decimal, fractions.Fraction, complex, uuid.UUID, pathlib.Path, re.Pattern),
    *(ipaddress.IPv4Address, ipaddress.IPv4Network, pydantic.AnyUrl, pydantic.HttpUrl, pydantic.SecretStr),
    *(pydantic.Json, pydantic.Json[list[int]], pydantic.PastDate, pydantic.AwareDatetime, pydantic.NaiveDatetime),
    *(pydantic.UUID4, pydantic.PositiveInt, pydantic.Base64Bytes, pydantic.ImportString, pydantic.JsonValue),
    *(pydantic.StrictInt, pydantic.StrictBool, pydantic.StrictStr, pydantic.StrictFloat),
    Annotated[int, Field(multiple_of=3)],
    Annotated[float, Field(multiple_of=0.1)],
    Annotated[decimal.Decimal, Field(max_digits=3)],
    Annotated[datetime.date, Field(strict=True)],
    Annotated[str, StringConstraints(to_lower=True, max_length=2)],
    Annotated[str, Field(pattern=r"^\d+$")],
    Annotated[list[int], Field(min_length=1, max_length=2)],
    Annotated[set[int], Field(max_length=1)],
    Annotated[dict[str, int], Field(max_length=1)],
    *(Number, Word, Share, Literal[1, "a"], Literal[True], Literal[Word.A]),
    *(Shape, Point, Record, Node, Closed, Open, Root, Aliased, list[Point], list[Aliased]),
    *(Union[int, str], Union[bool, str], Optional[Number], Union[Node, Closed], Union[int, list[int]]),
    *(Union[Record, str], list[Union[int, None]]),
]

VALUES: list[Any] = [
    *(
        0,
        1,
        2,
        3,
        -1,
        1.0,
        1.5,
        0.3,
        1e30,
        10**25,
        None,
        "",
        "a",
        "b",
        "A",
        "ab",
        "AB ",
        "1",
        "2",
        "1.5",
        "true",
        "True",
    ),
    *(" 5 ", "2020-01-01", "2020-01-01T00:00:00Z", "12:30", "P1D", "3:00", "127.0.0.1", "10.0.0.0/8", "http://x.y"),
    *("123e4567-e89b-42d3-a456-426614174000", "1/3", "1+2j", "[1]", '{"a":1}', "aGk=", "os.path", "xxx"),
    *([], [1], [1, 1], [1, "a"], ["1"], ["a"], [1, 2, 3], [None], [[1]], [{"x": 1}], [[1, "a"]], [{"A": 1}]),
    *({}, {"a": 1}, {"a": "1"}, {"A": 1}, {"a": 1, "b": None}, {"a": 1, "b": {"a": 2}}, {"a": 1, "z": 2}, {"1": "x"}),
    *({"1": 1}, {"x": 1}, {"x": 1, "y": "q"}, {"a": [1]}, {"a": 1, "b": [2]}, {"a": 1, "c": 4}),
]


@pytest.mark.parametrize("annotation", TYPES, ids=str)
def test_whatever_pydantic_takes_reaches_the_function(annotation: Any) -> None:
    def tool(value): ...  # type: ignore[no-untyped-def]

    tool.__annotations__["value"] = annotation
    made = plan(tool)
    engine = _native.Schema(json.dumps(made.accepted_schema or made.input_schema))
    adapter = TypeAdapter(annotation)
    for value in [*VALUES, *([] if takes_numbers(annotation) else [True, False])]:
        try:
            expected = adapter.validate_json(json.dumps(value))
        except Exception:
            continue
        passed = engine.check_arguments(json.dumps({"value": value}), True)
        assert isinstance(passed, str), f"{value!r} is refused: {passed}"
        bound = made.bind(passed if made.accepted_schema else json.loads(passed))
        assert bound["value"] == expected, repr(value)


def takes_numbers(annotation: Any) -> bool:
    """Whether pydantic would take true for a number there, which nobody means."""
    return any(kind in str(annotation) for kind in ("int", "float", "Number", "Literal[1", "complex", "Fraction"))
