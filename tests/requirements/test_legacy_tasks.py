"""Tasks as 2025-11-25 has them: of a session's own, by an id nobody guesses, with a result that waits to be fetched."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from places import Peer, Reply, Servers, everywhere
from processes import ANSWER_WITHIN
from wire import PREFIX

RELATED = PREFIX + "related-task"


@pytest.fixture
def peer(request: pytest.FixtureRequest, servers: Servers) -> Peer:
    """Who asks in one place, in a session of its own."""
    return servers.fresh(request.param, can={"elicitation": {"form": {}}})


def begin(peer: Peer, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool as a task; returns what is told of the task."""
    result = peer.ask("tools/call", name=tool, arguments=arguments, task={"ttl": 60_000}).result
    assert "content" not in result
    task: dict[str, Any] = result["task"]
    return task


def about(peer: Peer, method: str, task: Any) -> Reply:
    """Ask for a task."""
    return peer.ask(method, taskId=task)


def reaches(peer: Peer, task: str, status: str) -> dict[str, Any]:
    """What is told of a task once it has come to this."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < deadline:
        told: dict[str, Any] = about(peer, "tasks/get", task).result
        if told["status"] == status:
            return told
    raise AssertionError(told)


@everywhere("LTASK-2", "LTASK-3", "LTASK-4", "LTASK-5", "LTASK-10", "DOWN-12")
def test_a_call_with_a_task_is_told_at_once_and_its_result_waits(peer: Peer) -> None:
    task = begin(peer, "slow_compute", seconds=0.2, label="sum")
    assert task["status"] == "working" and task["ttl"] > 0
    for moment in ("createdAt", "lastUpdatedAt"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", task[moment])
    told = about(peer, "tasks/get", task["taskId"]).result
    assert told["taskId"] == task["taskId"] and told["ttl"] == task["ttl"] and RELATED not in told.get("_meta", {})
    done = about(peer, "tasks/result", task["taskId"])
    assert done.text == "sum: computed" and done.result["_meta"][RELATED] == {"taskId": task["taskId"]}
    assert reaches(peer, task["taskId"], "completed")["createdAt"] == task["createdAt"]
    assert about(peer, "tasks/result", task["taskId"]).text == "sum: computed"


@everywhere("LTASK-2", "LTASK-1")
def test_a_tool_says_whether_it_can_be_a_task(peer: Peer) -> None:
    tools = {tool["name"]: tool.get("execution", {}) for tool in peer.ask("tools/list").result["tools"]}
    assert tools["slow_compute"] == {"taskSupport": "optional"} and tools["failing_job"] == {"taskSupport": "required"}
    assert tools["greet"].get("taskSupport", "forbidden") == "forbidden"
    assert peer.call("slow_compute", seconds=0, label="plain").text == "plain: computed"
    assert peer.call("failing_job").code == -32601
    forbidden = peer.ask("tools/call", name="greet", arguments={"name": "Ada"}, task={"ttl": 60_000})
    assert forbidden.code == -32601
    # What is no call of a tool is answered as ever.
    assert peer.ask("prompts/get", name="test_simple_prompt", task={"ttl": 60_000}).result["messages"]
    assert "task" not in peer.ask("tools/list", task={"ttl": 60_000}).result


@everywhere("LTASK-8", "LTASK-3")
def test_an_error_of_the_tool_makes_the_task_failed(peer: Peer) -> None:
    task = begin(peer, "failing_job")["taskId"]
    result = about(peer, "tasks/result", task).result
    assert result["isError"] and "always fails" in result["content"][0]["text"]
    reaches(peer, task, "failed")
    assert about(peer, "tasks/cancel", task).code == -32602
    reaches(peer, task, "failed")


@everywhere("LTASK-3", "LTASK-6")
def test_a_task_that_is_over_is_not_taken_back(peer: Peer) -> None:
    task = begin(peer, "slow_compute", seconds=60, label="never")["taskId"]
    assert about(peer, "tasks/cancel", task).result["status"] == "cancelled"
    reaches(peer, task, "cancelled")
    assert about(peer, "tasks/cancel", task).code == -32602
    for unknown in ("", "x", f"{task}0", task[:-1], 7, None, [], {}):
        for method in ("tasks/get", "tasks/result", "tasks/cancel"):
            assert about(peer, method, unknown).code == -32602, (method, unknown)


@everywhere("LTASK-7", "LTASK-6")
def test_a_task_is_of_its_session(peer: Peer, servers: Servers) -> None:
    mine = begin(peer, "slow_compute", seconds=60, label="mine")["taskId"]
    assert len(mine) >= 22
    other = servers.fresh(peer.place)
    for method in ("tasks/get", "tasks/result", "tasks/cancel"):
        refused = about(other, method, mine)
        assert refused.code == -32602 and mine not in refused.message["error"]["message"], method
    listed = other.ask("tasks/list")
    assert mine not in str(listed.message)
    assert other.ask("tasks/list", cursor="forged").message.get("error", {}).get("code") in (-32601, -32602)
    assert about(peer, "tasks/get", mine).result["status"] == "working"
    about(peer, "tasks/cancel", mine)


@everywhere("DOWN-12", era="legacy")
def test_whoever_is_older_waits(peer: Peer, servers: Servers) -> None:
    for revision in ("2024-11-05", "2025-03-26", "2025-06-18") if peer.place.transport != "stdio" else ("2025-06-18",):
        older = servers.fresh(peer.place, revision)
        arguments = {"seconds": 0, "label": "plain"}
        plain = older.ask("tools/call", name="slow_compute", arguments=arguments, task={"ttl": 60_000})
        assert plain.text == "plain: computed"
        assert older.ask("tasks/list").code == -32601


@everywhere("LTASK-4", "LTASK-5", "LTASK-3")
def test_a_task_asks_on_the_stream_of_who_waits_for_its_result(peer: Peer) -> None:
    task = begin(peer, "confirm_delete", filename="a.txt")["taskId"]
    reaches(peer, task, "input_required")
    with peer.begin(peer.request("tasks/result", {"taskId": task})) as following:
        while (said := following()).get("method") != "elicitation/create":
            assert said["method"].startswith("notifications/")
        assert said["params"]["_meta"][RELATED] == {"taskId": task}
        yes = {"action": "accept", "content": {"confirm": True}}
        peer.tell({"jsonrpc": "2.0", "id": said["id"], "result": yes})
        while "result" not in (done := following()):
            assert done["method"].startswith("notifications/")
    assert done["result"]["content"][0]["text"] == "a.txt: deleted"
    assert reaches(peer, task, "completed")["taskId"] == task


@everywhere("LTASK-4", "LTASK-5")
def test_questions_at_once_go_to_whoever_waits_and_whoever_waits_next_is_asked_the_rest(peer: Peer) -> None:
    """LTASK-9"""
    task = begin(peer, "multi_input")["taskId"]
    reaches(peer, task, "input_required")
    asked: list[dict[str, Any]] = []

    def question(following: Any) -> dict[str, Any]:
        while (said := following()).get("method") != "elicitation/create":
            assert said["method"].startswith("notifications/")
        return dict(said)

    waiting = peer.request("tasks/result", {"taskId": task})
    with peer.begin(waiting) as following:
        asked = [question(following), question(following)]
        peer.tell({"jsonrpc": "2.0", "id": asked[0]["id"], "result": {"action": "decline"}})
    if peer.place.transport != "http":
        # There it is the connection that ends; here there is but one.
        peer.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": waiting["id"]}})
    with peer.begin(peer.request("tasks/result", {"taskId": task})) as following:
        assert question(following) == asked[1]
        peer.tell({"jsonrpc": "2.0", "id": asked[1]["id"], "result": {"action": "cancel"}})
        while "result" not in (done := following()):
            assert done["method"].startswith("notifications/")
    assert "decline" in (said := done["result"]["content"][0]["text"]) and "cancel" in said


@everywhere("PROG-4", "LTASK-5")
def test_the_token_of_a_call_counts_until_its_task_is_over(peer: Peer) -> None:
    call = {"name": "reporting_job", "arguments": {}, "task": {"ttl": 60_000}, "_meta": {"progressToken": "t"}}
    task = peer.say(peer.request("tools/call", call)).result["task"]["taskId"]
    done = about(peer, "tasks/result", task)
    told = done.told_of("notifications/progress")
    assert done.text == "reported" and told and told[-1]["progress"] == 3
    for step in told:
        assert step["progressToken"] == "t" and step["_meta"][RELATED] == {"taskId": task}
    assert peer.call("echo", text="after").told_of("notifications/progress") == []
