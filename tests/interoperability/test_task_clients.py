"""Clients we did not write call tools whose calls become tasks, and look after them, over stdio and HTTP.

The official Python client and fastmcp's are told what to do with a task by an extension. The official TypeScript client of
2026-07-28 refuses results of a kind it does not know, so it declares no such extension.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import anyio
import mcp_types as types
import pytest
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim, advertise
from peers import TRANSPORTS, WITHIN, conversation, fast, official, stdio_parameters
from processes import NODE, ROOT, HttpProcess, serve_http

TASKS = "io.modelcontextprotocol/tasks"
INTERPRETER_1X = Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python"))

CALLS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("greet", {"name": "Ada"}, "Hello, Ada!"),
    ("slow_compute", {"seconds": 0.1, "label": "sum"}, "sum: computed"),
    ("failing_job", {}, "This job always fails"),
    ("confirm_delete", {"filename": "a.txt"}, "a.txt: deleted"),
    ("multi_input", {}, "answers: accept, accept"),
)
"""Tools of the everything server, and what their tasks come to when all that they ask is answered with ANSWER."""
ANSWER = {"action": "accept", "content": {"confirm": True, "name": "Ada"}}


class Created(types.Result):
    """The result that is a task."""

    result_type: Literal["task"] = "task"
    task_id: str


class OfTask(types.Request[dict[str, Any], str]):
    """A request about a task, named in a header too."""

    name_param: ClassVar[str | None] = "taskId"
    method: str
    params: dict[str, Any]


class Seen(types.Result):
    """A task as it is told."""

    status: str
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    input_requests: dict[str, Any] | None = None


class Looking(ClientExtension):
    """What a client does with a task: looks after it, answers what it asks, and takes its result for that of the call."""

    identifier = TASKS

    def __init__(self) -> None:
        self.begun: list[str] = []

    def claims(self) -> Any:
        """The results it knows to finish."""
        return [ResultClaim(result_type="task", model=Created, resolve=self.finish)]

    async def finish(self, created: Created, context: ClaimContext) -> types.CallToolResult:
        """The result of the call, however long it takes."""
        self.begun.append(created.task_id)
        while True:
            seen = await ask(context.session, "tasks/get", created.task_id)
            if seen.status == "completed":
                return types.CallToolResult.model_validate(seen.result)
            if seen.status == "input_required":
                answers = dict.fromkeys(seen.input_requests or {}, ANSWER)
                await ask(context.session, "tasks/update", created.task_id, inputResponses=answers)
            assert seen.status in ("working", "input_required"), seen
            await anyio.sleep(0.02)


async def ask(session: Any, method: str, id: str, **params: Any) -> Any:
    """Asks about a task. Only `tasks/get` says how it is."""
    kind = Seen if method == "tasks/get" else types.Result
    return await session.send_request(OfTask(method=method, params={"taskId": id, **params}), kind)


@pytest.fixture(scope="module")
def everything_http(language: str) -> Iterator[HttpProcess]:
    """The everything server over HTTP, one process for the whole file."""
    with serve_http("everything_server", language) as server:
        yield server


@pytest.fixture
def where(transport: str, everything_command: list[str], everything_http: HttpProcess) -> Any:
    """How a client reaches the everything server."""
    return everything_http.url if transport == "http" else everything_command


async def elicited(*_: Any) -> Any:
    """Declares that the client can be asked; tasks are answered otherwise."""
    return types.ElicitResult(**ANSWER)


def client_of(peer: str, where: Any, extension: ClientExtension) -> Any:
    """One of the clients, connected."""
    if peer == "fastmcp":
        return fast(where, "auto", extensions=[extension], elicitation_handler=elicited)
    place = stdio_parameters(*where) if isinstance(where, list) else where
    return official(place, "auto", extensions=[extension], elicitation_callback=elicited)


EVERY_WAY = [
    pytest.mark.parametrize("peer", ["official", "fastmcp"]),
    pytest.mark.parametrize("transport", TRANSPORTS),
]


def every_way(test: Any) -> Any:
    """A test with every client that can be extended, over every transport."""
    for mark in EVERY_WAY:
        test = mark(test)
    return test


@every_way
def test_a_client_that_takes_tasks_gets_what_they_come_to(peer: str, where: Any) -> None:
    """TASK-2, TASK-5, TASK-6, TASK-7"""

    async def talk() -> None:
        looking = Looking()
        async with client_of(peer, where, looking) as client:
            for name, arguments, said in CALLS:
                options = {"raise_on_error": False} if peer == "fastmcp" else {}
                result = await client.call_tool(name, arguments, **options)
                assert (name, result.content[0].text) == (name, said)
                assert result.is_error == (name == "failing_job")
        assert len(set(looking.begun)) == len(CALLS) - 1

    conversation(talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_client_takes_a_task_back(where: Any) -> None:
    """TASK-7, TASK-9, TASK-12"""
    place = stdio_parameters(*where) if isinstance(where, list) else where

    async def talk() -> None:
        async with official(place, "auto", extensions=[Looking()]) as client:
            arguments = {"seconds": 60, "label": "never"}
            created: Any = await client.session.call_tool("slow_compute", arguments, allow_claimed=True)
            assert (await ask(client.session, "tasks/get", created.task_id)).status == "working"
            await ask(client.session, "tasks/cancel", created.task_id)
            assert (await ask(client.session, "tasks/get", created.task_id)).status == "cancelled"

    conversation(talk)


@every_way
def test_a_client_that_takes_none_waits_for_the_result(peer: str, where: Any) -> None:
    """TASK-1"""

    async def talk() -> None:
        async with client_of(peer, where, advertise("com.example/other")) as client:
            result = await client.call_tool("slow_compute", {"seconds": 0.1, "label": "sum"})
            assert result.content[0].text == "sum: computed"
            result = await client.call_tool("confirm_delete", {"filename": "a.txt"})
            assert result.content[0].text == "a.txt: deleted"

    conversation(talk)


OLDER = {
    "python": (str(INTERPRETER_1X), "task_client_1x.py"),
    "typescript": (NODE, "task_client_v1.mjs"),
}
"""The clients of 2025-11-25, and what runs them."""


@pytest.mark.parametrize("client", OLDER)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_clients_that_ask_for_tasks_get_what_they_come_to(client: str, where: Any) -> None:
    """LTASK-1, LTASK-2, LTASK-4, LTASK-6, LTASK-8, LTASK-10"""
    interpreter, script = OLDER[client]
    if shutil.which(interpreter) is None:
        pytest.skip(f"the client needs {interpreter}")
    calls = [call for call in CALLS if call[0] != "greet"]
    plan = json.dumps({"calls": [call[:2] for call in calls], "answer": ANSWER})
    command = [interpreter, str(Path(__file__).with_name(script)), plan]
    command += [where] if isinstance(where, str) else where
    finished = subprocess.run(command, capture_output=True, timeout=WITHIN + 30, check=False)
    assert finished.returncode == 0, finished.stderr.decode()[-3000:]
    seen = json.loads(finished.stdout)
    assert {"cancel", "requests"} <= set(seen.pop("capabilities"))
    assert seen == {
        "texts": [said for _, _, said in calls],
        "statuses": ["failed" if name == "failing_job" else "completed" for name, _, _ in calls],
        "cancelled": "cancelled",
        "ttl": 30_000,
    }
