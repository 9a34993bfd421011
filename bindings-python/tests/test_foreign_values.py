"""Rows, tables, arrays and objects of other libraries, returned by a function: nothing of them is lost silently."""

from __future__ import annotations

import array
import asyncio
import collections
import datetime
import email.message
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypedDict
from unittest import mock

import pytest

from oxmcp import Client, FastMCP
from oxmcp.answers.encoding import OnUnknown
from oxmcp.errors import ToolError

pydantic = pytest.importorskip("pydantic")


class Line(TypedDict):
    a: int
    b: str


class Model(pydantic.BaseModel):
    a: int
    b: str


def returned(value: Any, annotation: Any = None, **options: Any) -> Any:
    """The result of a tool that returns this value."""
    mcp = FastMCP("test", **options)

    def tool() -> Any:
        return value

    if annotation is not None:
        tool.__annotations__["return"] = annotation
    mcp.add_tool(tool)
    return asyncio.run(mcp.call_tool("tool"))


def text_of(value: Any, annotation: Any = None, **options: Any) -> str:
    result = returned(value, annotation, **options)
    return "".join(block.text for block in result.content)


@pytest.fixture
def rows() -> Iterator[list[sqlite3.Row]]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    yield connection.execute("select 1 as a, 'x' as b").fetchall()
    connection.close()


class Query:
    """Can be counted and iterated, as the results of many database layers; that makes it no list."""

    def __iter__(self) -> Iterator[int]:
        return iter([1])

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return "<Query of 1>"


class Record:
    """A mapping in all but name, as the rows of some drivers."""

    def keys(self) -> list[str]:
        return ["a"]

    def __getitem__(self, key: str) -> int:
        return 5


def message() -> email.message.EmailMessage:
    made = email.message.EmailMessage()
    made["Subject"] = "Hi"
    made.set_content("the body")
    return made


def test_rows_keep_the_names_of_their_columns(rows: list[sqlite3.Row]) -> None:
    assert text_of(rows) == '[{"a":1,"b":"x"}]'
    assert returned(rows[0]).structured_content == {"a": 1, "b": "x"}
    for annotation in (list[dict], list[Line], list[Model]):
        assert (returned(rows, annotation)).data == [{"a": 1, "b": "x"}]
    for annotation in (dict[str, Any], Line, Model):
        assert (returned(rows[0], annotation)).data == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Query(), "<Query of 1>"),
        ({"found": Query()}, '{"found":"<Query of 1>"}'),
        (ValueError("no such city"), "no such city"),
        (KeyError(), "KeyError()"),
        ({"error": ValueError("no")}, '{"error":"no"}'),
        (complex(1, 2), "(1+2j)"),
        (mock.MagicMock(__str__=lambda self: "a mock"), "a mock"),
        (message(), str(message())),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_json_form_is_its_text_unless_that_is_refused(value: Any, written: str) -> None:
    assert text_of(value) == written
    with pytest.raises(ToolError, match=r"^result(\.\w+)?: \w+ is not JSON$"):
        returned(value, on_unknown="error")


def test_the_setting_has_a_variable_and_two_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXMCP_ON_UNKNOWN", "error")
    with pytest.raises(ToolError, match="Query is not JSON"):
        returned(Query())
    assert text_of(Query(), on_unknown="str") == "<Query of 1>"
    with pytest.raises(ValueError, match="on_unknown"):
        FastMCP("test", on_unknown="repr")  # type: ignore[arg-type]


def test_the_setting_holds_for_resources_and_prompts_too() -> None:
    async def both(on_unknown: OnUnknown) -> tuple[Any, Any]:
        mcp = FastMCP("test", on_unknown=on_unknown)
        mcp.add_resource(Query, uri="a://b")
        mcp.add_prompt(Query)
        async with Client(mcp) as client:
            answers = await asyncio.gather(
                client.read_resource("a://b"), client.get_prompt("Query"), return_exceptions=True
            )
            return answers[0], answers[1]

    (contents,), prompt = asyncio.run(both("str"))
    assert (contents.text, contents.mime_type) == ("<Query of 1>", "text/plain")
    assert prompt.messages[0].content.text == "<Query of 1>"
    for failure in asyncio.run(both("error")):
        assert "Query is not JSON" in str(failure)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Record(), '{"a":5}'),
        (collections.UserDict(a=1), '{"a":1}'),
        (collections.UserList([1]), "[1]"),
        (collections.UserString("abc"), "abc"),
        (collections.deque([1]), "[1]"),
        (array.array("i", [1]), "[1]"),
        ({"a": 1}.values(), "[1]"),
        (map(str, [1]), '["1"]'),
    ],
    ids=lambda value: type(value).__name__,
)
def test_collections_and_mappings_are_sent_as_such(value: Any, written: str) -> None:
    assert text_of(value, on_unknown="error") == written


def test_an_object_relational_object_is_its_text_and_a_row_its_columns() -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    orm = pytest.importorskip("sqlalchemy.orm")

    class Base(orm.DeclarativeBase):  # type: ignore[name-defined,misc]
        pass

    class User(Base):
        __tablename__ = "users"
        id = orm.mapped_column(sqlalchemy.Integer, primary_key=True)

        def __str__(self) -> str:
            return f"user {self.id}"

    assert text_of(User(id=1)) == "user 1"
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        [row] = connection.execute(sqlalchemy.text("select 1 as a, 'x' as b")).all()
    assert text_of(row) == '{"a":1,"b":"x"}'


# --- numpy


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda np: np.array([[1, 2], [3, 4]]), "[[1,2],[3,4]]"),
        (lambda np: np.array(5), "5"),
        (lambda np: np.int64(3), "3"),
        (lambda np: np.float32(1.5), "1.5"),
        (lambda np: np.longdouble(1.5), "1.5"),
        (lambda np: np.bool_(True), "true"),
        (lambda np: np.str_("x"), "x"),
        (lambda np: np.array([(1, "x")], dtype=[("a", "i4"), ("b", "U1")]), '[{"a":1,"b":"x"}]'),
        (lambda np: np.ma.array([1, 2], mask=[False, True]), "[1,null]"),
        (lambda np: np.datetime64("2026-07", "M"), "2026-07"),
        (lambda np: np.datetime64("2026-07-28", "D"), "2026-07-28"),
        (lambda np: np.datetime64("2026-07-28T01:02:03.5", "ms"), "2026-07-28T01:02:03.5"),
        (lambda np: np.datetime64("2026-07-28T01:02:03", "ns"), "2026-07-28T01:02:03"),
        (lambda np: np.datetime64("2026-07-28T01:02:03.000000004", "ns"), "2026-07-28T01:02:03.000000004"),
        (lambda np: np.array(["2026-07-28", "NaT"], dtype="M8[ns]"), '["2026-07-28T00:00:00",null]'),
        (lambda np: np.timedelta64(90, "m"), "PT5400S"),
        (lambda np: np.timedelta64(25, "h"), "P1DT3600S"),
        (lambda np: np.timedelta64(-1, "ns"), "-PT0.000000001S"),
        (lambda np: np.timedelta64(3, "M"), "P3M"),
        (lambda np: {np.int64(3): np.float32(2)}, '{"3":2.0}'),
    ],
)
def test_arrays_are_lists_and_scalars_are_what_they_stand_for(make: Callable[[Any], Any], written: str) -> None:
    assert text_of(make(pytest.importorskip("numpy")), on_unknown="error") == written


def test_numbers_of_numpy_are_the_declared_numbers() -> None:
    np = pytest.importorskip("numpy")
    assert (returned(np.int64(3), int)).data == 3
    assert (returned(np.array([1.5]), list[float])).data == [1.5]
    assert (returned([np.int64(3)], list[int])).data == [3]
    with pytest.raises(ToolError, match=r"^result\[0\]: NaN and Infinity are not JSON$"):
        returned(np.array([np.nan]))


# --- pandas and polars


def test_a_data_frame_is_records_with_nulls_for_what_is_missing() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None], dtype="Int64"),
            "x": [0.5, None],
            "t": pd.to_datetime(["2026-07-28", None]),
            "c": pd.Categorical(["a", None]),
        }
    )
    written = '[{"n":1,"x":0.5,"t":"2026-07-28T00:00:00","c":"a"},{"n":null,"x":null,"t":null,"c":null}]'
    assert text_of(frame, on_unknown="error") == written
    assert text_of({"deep": frame}) == f'{{"deep":{written}}}'
    assert (returned(frame, list[dict])).data[0]["n"] == 1
    assert text_of(frame, pd.DataFrame) == written
    assert text_of(pd.DataFrame()) == "[]"


def test_labels_of_rows_are_kept_where_they_say_something() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert text_of(frame.set_index("a")) == '[{"a":1,"b":3},{"a":2,"b":4}]'
    assert text_of(frame.groupby("a").sum()) == '[{"a":1,"b":3},{"a":2,"b":4}]'
    assert text_of(frame[frame.a == 2]) == '[{"index":1,"a":2,"b":4}]'
    assert text_of(frame.set_index(["a", "b"]).assign(c=0)) == '[{"a":1,"b":3,"c":0},{"a":2,"b":4,"c":0}]'
    assert text_of(frame["a"]) == '{"0":1,"1":2}'
    assert text_of(pd.Series({"x": 1, "y": None})) == '{"x":1.0,"y":null}'
    assert text_of(pd.Series([1, 2], index=["x", "x"], name="n")) == '[{"index":"x","n":1},{"index":"x","n":2}]'
    assert text_of(pd.Index([1, 2])) == "[1,2]"


def test_columns_that_would_be_lost_are_refused_or_told_apart() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(ToolError, match=r"^result\.deep: two columns are named 'a'$"):
        returned({"deep": pd.DataFrame([[1, 2]], columns=["a", "a"])})
    columns = pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")])
    assert text_of(pd.DataFrame([[1, 2]], columns=columns)) == '[{"a_min":1,"a_max":2}]'


def test_single_values_of_pandas() -> None:
    pd = pytest.importorskip("pandas")
    assert text_of(pd.Timestamp("2026-07-28", tz="UTC")) == "2026-07-28T00:00:00Z"
    assert text_of(pd.Period("2026-07")) == "2026-07"
    assert text_of({"gone": pd.NaT}) == '{"gone":null}'
    assert text_of(pd.NA) == "<NA>"
    with pytest.raises(ToolError, match="NAType is not JSON"):
        returned(pd.NA, on_unknown="error")


def test_polars_says_the_same() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": [1, None], "d": [datetime.date(2026, 7, 28), None]})
    assert text_of(frame, on_unknown="error") == '[{"a":1,"d":"2026-07-28"},{"a":null,"d":null}]'
    assert text_of(frame["a"]) == "[1,null]"


def test_none_of_these_libraries_is_imported() -> None:
    program = (
        "import sys, oxmcp.answers.results, oxmcp.answers.encoding as e\n"
        "e.encode([object()], on_unknown='str')\n"
        "print([name for name in ('numpy', 'pandas', 'polars', 'sqlalchemy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
