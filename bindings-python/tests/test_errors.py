"""Exceptions, and the answers they become."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
from typing import Any

import pytest
from recorded_call import Call

from oxmcp import Client, FastMCP, _native, errors, types
from oxmcp.answers import failures

CLASSES = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OxmcpError)}


def answered(exception: BaseException, mask: bool = False) -> dict[str, Any]:
    call = Call()
    failures.answer(call, exception, what="tool 'add'", mask=mask)
    return call.answer


def test_every_kind_of_engine_error_has_a_class_of_its_own() -> None:
    assert set(errors.KIND_TO_CLASS) == set(_native.ErrorKinds)
    assert len(set(errors.KIND_TO_CLASS.values())) == len(_native.ErrorKinds)
    for kind, expected in errors.KIND_TO_CLASS.items():
        native = RuntimeError("what was wrong")
        native.kind, native.message = kind, "what was wrong"  # type: ignore[attr-defined]
        made = errors.from_native(native)
        assert type(made) is expected
        assert str(made) == "what was wrong"
        assert made.__cause__ is native


WITH_CODE = {errors.McpError, *(kind for kind in CLASSES if issubclass(kind, errors.QuestionError))}


class Refusal(errors.McpError):
    def __init__(self, *, who: str) -> None:
        super().__init__(-32001, f"not for {who}", {"who": who})
        self.who = who


@pytest.mark.parametrize(
    "exception",
    [
        *(kind("what was wrong") for kind in sorted(CLASSES - WITH_CODE, key=lambda kind: kind.__name__)),
        *(kind(-32001, "no", {"a": [1]}) for kind in sorted(WITH_CODE, key=lambda kind: kind.__name__)),
        errors.InvalidArguments([("a.b", "is required"), ("c", "must be a number")]),
        Refusal(who="you"),
    ],
    ids=lambda exception: type(exception).__name__,
)
def test_every_exception_can_be_copied_and_pickled(exception: Exception) -> None:
    exception.__notes__ = ["seen"]  # type: ignore[attr-defined]
    for again in (pickle.loads(pickle.dumps(exception)), copy.copy(exception), copy.deepcopy(exception)):
        assert type(again) is type(exception)
        assert (str(again), again.args, vars(again)) == (str(exception), exception.args, vars(exception))


def test_a_cancellation_of_the_handlers_own_is_an_error_of_the_tool() -> None:
    mcp = FastMCP("test")

    @mcp.tool
    async def cancels_itself() -> str:
        raise asyncio.CancelledError

    @mcp.tool
    async def waits_for_what_was_cancelled() -> None:
        child = asyncio.create_task(asyncio.sleep(60))
        child.cancel()
        await child

    @mcp.tool
    def plainly() -> str:
        raise asyncio.CancelledError

    async def talk() -> None:
        async with Client(mcp) as client:
            for name in ("cancels_itself", "waits_for_what_was_cancelled"):
                with pytest.raises(errors.ToolError, match="the handler was cancelled by something inside it"):
                    await client.call_tool(name)
            with pytest.raises(errors.ToolError, match="CancelledError"):
                await client.call_tool("plainly")

    asyncio.run(talk())


@pytest.mark.parametrize("mode", ["2025-11-25", "modern"])
@pytest.mark.parametrize("kind", _native.FailureKinds)
def test_every_kind_of_failure_reaches_the_caller_as_an_exception(kind: str, mode: str) -> None:
    server = FastMCP("failing")

    @server.tool
    def fail() -> None:
        assert _native.current_call.get().fail(kind, "what was said", "what the log may know")

    async def go() -> None:
        async with Client(server, mode=mode) as client:
            with pytest.raises((errors.ToolError, errors.McpError)) as raised:
                await client.call_tool("fail")
            assert "what the log may know" not in str(raised.value)

    asyncio.run(go())


@pytest.mark.parametrize("exception", failures.MEANT_FOR_THE_CALLER)
def test_every_exception_meant_for_the_caller_has_a_kind_the_engine_knows(exception: str) -> None:
    assert failures.MEANT_FOR_THE_CALLER[exception] in _native.FailureKinds
    assert hasattr(errors, exception)


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize("kind", [errors.ToolError, errors.ResourceError, errors.PromptError])
def test_text_raised_on_purpose_always_reaches_the_caller(kind: type[Exception], mask: bool) -> None:
    assert answered(kind("no such city"), mask) == {"failed": "tool", "message": "no such city", "detail": None}


@pytest.mark.parametrize(
    ("exception", "text"),
    [
        (ValueError("bad"), "ValueError: bad"),
        (KeyError("k"), "KeyError: 'k'"),
        (RuntimeError(), "RuntimeError"),
        (SystemExit(2), "SystemExit: 2"),
        (OSError(2, "No such file"), "FileNotFoundError: [Errno 2] No such file"),
    ],
)
def test_other_exceptions_show_type_and_message_unless_masked(exception: BaseException, text: str) -> None:
    assert answered(exception) == {"failed": "tool", "message": text, "detail": None}
    masked = answered(exception, mask=True)
    assert masked["message"] == failures.masked_text("7")
    assert "7" in masked["message"]
    assert masked["detail"] == f"tool 'add': {text}"


def test_the_log_has_the_whole(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("secret detail")
    except ValueError as error:
        with caplog.at_level(logging.INFO, logger="oxmcp"):
            answered(error, mask=True)
    record = caplog.records[0]
    assert record.levelno == logging.ERROR
    assert "tool 'add' failed in call 7" in record.getMessage()
    assert "Traceback" in caplog.text and "secret detail" in caplog.text


def test_a_refusal_is_logged_quietly_and_a_defect_loudly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="oxmcp"):
        answered(errors.ToolError("no"))
        answered(errors.InvalidResult("result.a: object is not JSON"))
    assert [record.levelno for record in caplog.records] == [logging.INFO, logging.ERROR]


def test_a_protocol_error_keeps_code_and_data() -> None:
    assert answered(errors.McpError(-32001, "later", {"in": 5}), mask=True) == {
        "failed": -32001,
        "message": "later",
        "data": {"in": 5},
    }
    given = types.ErrorData(code=-1, message="no")
    assert answered(errors.MCPError(given)) == {"failed": -1, "message": "no", "data": None}
    error = errors.McpError(types.INVALID_PARAMS, "m", data=[1])
    assert (error.code, error.message, error.data, str(error)) == (-32602, "m", [1], "m")


def test_data_that_is_not_json_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert answered(errors.McpError(1, "m", {"a": object()})) == {"failed": 1, "message": "m", "data": None}
    assert "data.a: object is not JSON" in caplog.text


def test_exceptions_of_a_peer_count_by_name() -> None:
    class McpError(Exception):
        def __init__(self) -> None:
            self.error = types.ErrorData(code=-5, message="theirs", data={"a": 1})

    class ToolError(Exception):
        pass

    assert answered(McpError()) == {"failed": -5, "message": "theirs", "data": {"a": 1}}
    assert answered(ToolError("theirs"), mask=True)["message"] == "theirs"


def test_what_does_not_exist_and_what_does_not_fit_have_kinds_of_their_own() -> None:
    assert answered(errors.NotFoundError("no note 5"), mask=True)["failed"] == "not_found"
    assert answered(errors.InvalidArguments([("a", "must be text")]), mask=True) == {
        "failed": "invalid_arguments",
        "message": "a: must be text",
        "detail": None,
    }


def test_a_group_of_one_is_the_one_inside() -> None:
    class Group(Exception):
        def __init__(self, *members: Exception) -> None:
            super().__init__("unhandled errors in a TaskGroup")
            self.exceptions = members

    assert answered(Group(Group(errors.ToolError("inner"))), mask=True)["message"] == "inner"
    assert answered(Group(ValueError("a"), KeyError("b")))["message"] == "Group: ValueError: a; KeyError: 'b'"


def test_text_that_cannot_be_sent_is_made_sendable() -> None:
    assert answered(errors.ToolError("half \udc80"))["message"] == "half \\udc80"

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert answered(Mute())["message"] == "Mute"
    assert len(answered(ValueError("x" * 100_000))["message"]) < 10_000


def test_an_empty_refusal_still_says_something() -> None:
    assert answered(errors.ToolError())["message"] == "ToolError"


def test_problems_are_put_in_plain_words() -> None:
    problems = [("city", "is required"), ("n", "must be an integer"), ("n", "must be null"), ("", "too many")]
    assert (
        str(errors.InvalidArguments(problems)) == "city: is required; n: must be an integer or must be null; too many"
    )
    assert str(errors.InvalidArguments("done")) == "done"
    assert str(errors.InvalidArguments((f"f{n}", "is bad") for n in range(12))).endswith("f9: is bad; and 2 more")
    assert errors.InvalidArguments(problems).problems[0] == ("city", "is required")


def test_a_validation_error_of_the_authors_own_is_shown_without_url_or_input() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Order(pydantic.BaseModel):
        count: int
        name: str

    try:
        Order.model_validate({"count": "secret input"})
    except pydantic.ValidationError as error:
        assert answered(error)["message"] == "ValidationError: count: must be an integer; name: is required"


def test_classes_fit_what_people_catch() -> None:
    assert issubclass(errors.InvalidArguments, ValueError)
    assert issubclass(errors.InvalidDescriptorError, ValueError)
    assert issubclass(errors.TransportError, OSError)
    assert errors.MCPError is errors.McpError
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, Exception) and value.__module__ == "oxmcp.errors":
            assert issubclass(value, errors.OxmcpError)
