"""Calls that go on as tasks, and clients that do not behave: a task is found by its id alone, and answered once."""

from __future__ import annotations

import json
import time
from typing import Any

from places import Peer, Place, Reply, Servers, everywhere
from processes import ANSWER_WITHIN, StdioProcess
from wire import PREFIX

TASKS = PREFIX + "tasks"
TAKES = {"clientCapabilities": {"extensions": {TASKS: {}}, "elicitation": {"form": {}}}}
"""An envelope that takes tasks, and can be asked."""
UNKNOWN = ("", "x", "1", "0" * 32, "../1", "ü", "x" * 5000)


def begin(peer: Peer, tool: str, **arguments: Any) -> str:
    """Call a tool that becomes a task; returns its id."""
    task = peer.call(tool, TAKES, **arguments).result
    assert task["resultType"] == "task", task
    return str(task["taskId"])


def about(peer: Peer, method: str, task: Any, **params: Any) -> Reply:
    """Ask for a task."""
    return peer.ask(method, meta=TAKES, taskId=task, **params)


def reaches(peer: Peer, task: str, *states: str) -> Any:
    """What is told of a task once it is in one of these states."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < deadline:
        if (told := about(peer, "tasks/get", task).result)["status"] in states:
            return told
    raise AssertionError(told)


@everywhere("TASK-3", "TASK-12", "TASK-2")
def test_a_task_is_found_as_soon_as_it_is_told_by_an_id_that_nobody_guesses(peer: Peer) -> None:
    tasks = [begin(peer, "slow_compute", seconds=30, label="slow") for _ in range(5)]
    for task in tasks:
        assert about(peer, "tasks/get", task).result["status"] == "working"
        assert len(task) >= 22
    assert len(set(tasks)) == 5 and len({task[:8] for task in tasks}) == 5
    for task in tasks:
        assert about(peer, "tasks/cancel", task).result["resultType"] == "complete"
        reaches(peer, task, "cancelled")


@everywhere("TASK-9", "TASK-12")
def test_a_task_that_is_not_there_or_elsewhere_is_nobodys(peer: Peer, servers: Servers) -> None:
    other = "http" if peer.place.transport == "stdio" else "stdio"
    elsewhere = begin(servers.peer(Place(peer.place.language, "modern", other)), "slow_compute", seconds=0, label="x")
    mine = begin(peer, "slow_compute", seconds=30, label="mine")
    flipped = mine[:-1] + ("A" if mine[-1] != "A" else "B")
    messages = set()
    for task in (elsewhere, flipped, mine.swapcase() if mine.swapcase() != mine else f"{mine}0", f"{mine}A", mine[:-1]):
        for method, params in (("tasks/get", {}), ("tasks/update", {"inputResponses": {}}), ("tasks/cancel", {})):
            refused = about(peer, method, task, **params)
            assert refused.code == -32602, (method, task)
            messages.add(refused.message["error"]["message"])
            assert mine not in str(refused.message)
    assert len(messages) == 1
    assert about(peer, "tasks/get", mine).result["status"] == "working"
    about(peer, "tasks/cancel", mine)


@everywhere("TASK-9", over=("stdio",))
def test_what_is_no_id_of_a_task_is_refused(peer: Peer) -> None:
    for wrong in (*UNKNOWN, 7, None, [], {}):
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            assert about(peer, method, wrong, inputResponses={}).code == -32602, (method, wrong)


@everywhere("TASK-4", "TASK-10", "META-6")
def test_without_the_extension_there_are_no_tasks(peer: Peer) -> None:
    task = begin(peer, "slow_compute", seconds=30, label="hidden")
    without: dict[str, Any] = {"clientCapabilities": {"extensions": {"com.example/tasks": {}}}}
    refused = [
        peer.call("failing_job", without),
        peer.ask("tasks/get", meta=without, taskId=task),
        peer.ask("tasks/update", meta=without, taskId=task, inputResponses={}),
        peer.ask("tasks/cancel", meta=without, taskId=task),
    ]
    for reply in refused:
        assert reply.code == -32021 and reply.status in (None, 400)
        assert TASKS in reply.message["error"]["data"]["requiredCapabilities"]["extensions"]
    assert about(peer, "tasks/get", task).result["status"] == "working"
    about(peer, "tasks/cancel", task)


@everywhere("TASK-13", "TASK-1")
def test_nothing_is_left_of_tasks_as_they_were_before(peer: Peer) -> None:
    assert "tasks" not in peer.ask("server/discover").result["capabilities"]
    arguments = {"seconds": 0, "label": "plain"}
    plain = peer.ask("tools/call", name="slow_compute", arguments=arguments, task={"ttl": 60_000})
    assert plain.result["resultType"] == "complete" and plain.text == "plain: computed"
    for gone in ("tasks/result", "tasks/list"):
        assert peer.ask(gone, meta=TAKES, taskId="x").code == -32601


@everywhere("TASK-8", "TASK-7")
def test_a_question_of_a_task_is_answered_once(peer: Peer) -> None:
    task = begin(peer, "multi_input")
    asked = reaches(peer, task, "input_required")["inputRequests"]
    by_message = {question["params"]["message"]: key for key, question in asked.items()}
    name, sure = by_message["What is your name?"], by_message["Go on?"]
    for wrong in (7, [], {}, {"action": "shrug"}, {"action": "accept", "content": 7}):
        assert about(peer, "tasks/update", task, inputResponses={name: wrong}).code == -32602, wrong
    for wrong_params in ({"inputResponses": []}, {"inputResponses": "Ada"}):
        assert about(peer, "tasks/update", task, **wrong_params).code == -32602, wrong_params
    ada = {"action": "accept", "content": {"name": "Ada"}}
    for answers in ({"nobody": ada, f"{name} ": ada}, {name: ada}, {name: {"action": "cancel"}}):
        assert about(peer, "tasks/update", task, inputResponses=answers).result["resultType"] == "complete"
    left = reaches(peer, task, "input_required")
    assert set(left["inputRequests"]) == {sure}
    about(peer, "tasks/update", task, inputResponses={sure: {"action": "decline"}})
    done = reaches(peer, task, "completed")
    assert done["result"]["content"][0]["text"] == "answers: accept, decline"
    # What is over takes no answers, and stays as it is.
    about(peer, "tasks/update", task, inputResponses={name: {"action": "cancel"}, sure: {"action": "cancel"}})
    about(peer, "tasks/cancel", task)
    assert about(peer, "tasks/get", task).result["result"] == done["result"]


@everywhere("TASK-7", "TASK-5")
def test_a_task_that_is_taken_back_while_it_asks_asks_nothing_more(peer: Peer) -> None:
    task = begin(peer, "confirm_delete", filename="a.txt")
    (key,) = reaches(peer, task, "input_required")["inputRequests"]
    about(peer, "tasks/cancel", task)
    told = reaches(peer, task, "cancelled")
    assert not {"inputRequests", "result", "error"} & set(told)
    yes = {"action": "accept", "content": {"confirm": True}}
    about(peer, "tasks/update", task, inputResponses={key: yes})
    assert not {"inputRequests", "result"} & set(reaches(peer, task, "cancelled"))


@everywhere("TASK-15", era="legacy", over=("stdio", "http", "sse"))
def test_a_client_of_the_older_era_has_nothing_of_the_extension(peer: Peer, servers: Servers) -> None:
    older = servers.fresh(peer.place, can={"extensions": {TASKS: {}}})
    reply = older.call("slow_compute", seconds=0, label="plain")
    assert reply.text == "plain: computed" and "resultType" not in reply.result
    assert not {"taskId", "task"} & set(reply.result)
    assert older.ask("tasks/update", taskId="x", inputResponses={}).code == -32601


@everywhere("TASK-12", over=("stdio",))
def test_a_flood_of_tasks_is_refused_beyond_its_bound(peer: Peer, servers: Servers) -> None:
    """SEC-12"""
    peer = servers.fresh(peer.place)
    session = peer.session
    assert isinstance(session, StdioProcess)
    call = {"name": "slow_compute", "arguments": {"seconds": 60, "label": "flood"}}
    flood = [peer.request("tools/call", call, **TAKES) for _ in range(1200)]
    session.send_bytes(b"".join(json.dumps(message).encode() + b"\n" for message in flood))
    answers = [json.loads(session.lines.get(timeout=ANSWER_WITHIN) or b"{}") for _ in flood]
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert 0 < len(refused) <= 200 and len({(error["code"], error["message"]) for error in refused}) == 1
    assert "many" in refused[0]["message"], refused[0]
    assert peer.is_alive()


@everywhere("TASK-11", over=("stdio",))
def test_whoever_listens_to_a_task_is_told_the_whole_of_it(peer: Peer, servers: Servers) -> None:
    """SUB-3"""
    peer = servers.fresh(peer.place)
    task = begin(peer, "confirm_delete", filename="b.txt")
    (key,) = reaches(peer, task, "input_required")["inputRequests"]
    heard = {"notifications": {"taskIds": [task, "unknown"]}}
    peer.tell(peer.request("subscriptions/listen", heard, "heard", **TAKES))
    acknowledged = peer.next()
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert acknowledged["params"]["notifications"]["taskIds"] == [task]
    yes = {"action": "accept", "content": {"confirm": True}}
    told = about(peer, "tasks/update", task, inputResponses={key: yes}).told
    while not told or told[-1]["params"].get("status") != "completed":
        told.append(peer.next())
    assert {message["method"] for message in told} == {"notifications/tasks"}
    last = told[-1]["params"]
    assert last["taskId"] == task and last["result"]["content"][0]["text"] == "b.txt: deleted"
    assert last["_meta"][PREFIX + "subscriptionId"] == "heard"
