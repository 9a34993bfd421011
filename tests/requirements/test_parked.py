"""Calls that wait for their client's next request, and clients that do not behave: nothing runs twice, nothing stays."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from asking import ABLE, ADA, CAPABLE, EVE, NO_ANSWERS, ask, comes_to, new_label, question_of, retry, seen
from places import Peer, Place, Servers, everywhere
from processes import ANSWER_WITHIN, StdioProcess
from wire import COMMON, headers_for


@pytest.fixture
def peer(request: pytest.FixtureRequest, asking: Servers) -> Peer:
    """Who asks the asking server in one place."""
    return asking.peer(request.param)


@everywhere("MRTR-8", "MRTR-9", "SEC-6")
def test_state_that_is_forged_or_moved_is_refused_and_the_call_goes_on_waiting(peer: Peer, asking: Servers) -> None:
    label = new_label("forged", peer)
    key, state = question_of(ask(peer, label))
    other = asking.peer(Place(peer.place.language, "modern", "http" if peer.place.transport == "stdio" else "stdio"))
    _, elsewhere = question_of(ask(other, label))
    answers = {key: EVE}
    middle = len(state) // 2
    swapped = "A" if state[middle] != "A" else "B"
    refused = [
        retry(peer, label, state[:middle] + swapped + state[middle + 1 :], answers),
        retry(peer, label, state[:-8], answers),
        retry(peer, label, state + "A", answers),
        retry(peer, label, "", answers),
        retry(peer, label, "forged", answers),
        retry(peer, label, elsewhere, answers),
        retry(peer, f"not {label}", state, answers),
        retry(peer, label, state, answers, tool="keep"),
        peer.ask("prompts/get", meta=ABLE, name="greeting", inputResponses=answers, requestState=state),
        peer.ask("resources/read", meta=ABLE, uri="note://7", inputResponses=answers, requestState=state),
    ]
    assert {reply.code for reply in refused} == {-32602}
    (message,) = {reply.message["error"]["message"] for reply in refused}
    assert "requestState" in message and "Eve" not in message
    assert seen(peer, label) == ["asked"] and seen(peer, f"not {label}") == []
    assert retry(peer, label, state, {key: ADA}).text == "Ada"
    assert seen(peer, label) == ["asked", "answered"]


@everywhere("MRTR-8", "MRTR-12")
def test_state_and_answers_of_the_wrong_type_are_refused(peer: Peer) -> None:
    label = new_label("types", peer)
    key, state = question_of(ask(peer, label))
    for wrong in ({"requestState": 7}, {"requestState": {}}, {"inputResponses": []}, {"inputResponses": "Ada"}):
        given: dict[str, Any] = {"requestState": state, "inputResponses": {key: ADA}, **wrong}
        assert peer.ask("tools/call", meta=ABLE, name="ask_watched", arguments={"label": label}, **given).code == -32602
    assert retry(peer, label, state, {key: ADA}).text == "Ada"
    assert seen(peer, label) == ["asked", "answered"]


@everywhere("MRTR-10", "MRTR-9")
def test_state_is_good_once(peer: Peer) -> None:
    label = new_label("once", peer)
    key, state = question_of(ask(peer, label))
    assert retry(peer, label, state, {key: ADA}).text == "Ada"
    for name in (ADA, EVE):
        again = retry(peer, label, state, {key: name})
        assert again.code == -32602 and "used already" in again.message["error"]["message"]
    assert seen(peer, label) == ["asked", "answered"]


@everywhere("MRTR-10")
def test_of_two_retries_at_once_one_is_answered(peer: Peer) -> None:
    label = new_label("race", peer)
    key, state = question_of(ask(peer, label))
    given = {"name": "ask_watched", "arguments": {"label": label}, "inputResponses": {key: ADA}, "requestState": state}
    requests = [peer.request("tools/call", given, clientCapabilities=CAPABLE) for _ in range(4)]
    if isinstance(peer.session, StdioProcess):
        for message in requests:
            peer.session.send(message)
        replies = [peer.next() for _ in requests]
    else:
        with ThreadPoolExecutor(len(requests)) as threads:
            replies = [reply.message for reply in threads.map(peer.say, requests)]
    assert sorted("result" in reply for reply in replies) == [False, False, False, True]
    assert {reply["error"]["code"] for reply in replies if "error" in reply} == {-32602}
    assert seen(peer, label) == ["asked", "answered"]


@everywhere("MRTR-9", "MRTR-10")
def test_state_is_worth_nothing_after_its_time_and_the_call_is_cancelled(peer: Peer, impatient: Servers) -> None:
    """MRTR-13"""
    peer = impatient.peer(peer.place)
    label = new_label("late", peer)
    key, state = question_of(ask(peer, label))
    assert comes_to(peer, label, "cancelled") == ["asked", "cancelled"]
    assert retry(peer, label, state, {key: ADA}).code == -32602
    assert seen(peer, label) == ["asked", "cancelled"]


@everywhere("MRTR-12")
def test_what_is_no_answer_is_refused_by_its_name_and_the_call_goes_on_waiting(peer: Peer) -> None:
    """ELI-6"""
    label = new_label("no answer", peer)
    key, state = question_of(ask(peer, label))
    for wrong, named in [*NO_ANSWERS, (None, "")]:
        refused = retry(peer, label, state, {key: wrong})
        assert refused.code == -32602, wrong
        assert key in (message := refused.message["error"]["message"]) and named in message, wrong
        assert "Ada" not in message
    assert seen(peer, label) == ["asked"]
    assert retry(peer, label, state, {key: ADA}).text == "Ada"


@everywhere("MRTR-12", "ELI-8")
def test_an_answer_that_does_not_fit_the_form_fails_the_call(peer: Peer) -> None:
    label = new_label("misfit", peer)
    key, state = question_of(ask(peer, label))
    reply = retry(peer, label, state, {key: {"action": "accept", "content": {"value": {"not": "a name"}}}})
    assert reply.result["isError"] and "value" in reply.text
    assert seen(peer, label) == ["asked", "failed"]
    assert retry(peer, label, state, {key: ADA}).code == -32602


@everywhere("MRTR-11")
def test_what_was_not_answered_is_asked_again_and_answers_to_nothing_change_nothing(peer: Peer) -> None:
    label = new_label("never asked", peer)
    key, state = question_of(ask(peer, label))
    for answers in ({}, {"somebody_else": EVE}, {"": EVE}, {f"{key} ": EVE, "q99": 7}):
        key, state = question_of(retry(peer, label, state, answers))
    assert seen(peer, label) == ["asked"]
    # Without state they belong to no call that waits: this one begins anew, and asks.
    another = question_of(retry(peer, label, None, {key: EVE}))
    assert seen(peer, label) == ["asked", "asked"]
    assert retry(peer, label, state, {key: ADA}).text == "Ada"
    assert retry(peer, label, another[1], {another[0]: ADA}).text == "Ada"
    assert seen(peer, label) == ["asked", "asked", "answered", "answered"]


@everywhere("MRTR-9")
def test_a_flood_of_calls_whose_clients_never_come_back_leaves_nothing(peer: Peer, impatient: Servers) -> None:
    """MRTR-13, SEC-12"""
    peer = impatient.peer(peer.place)
    held = []
    for _ in range(3):
        label = new_label("flood", peer)
        call = {"name": "ask_watched", "arguments": {"label": label}}
        flood = [peer.request("tools/call", call, clientCapabilities=CAPABLE) for _ in range(500)]
        assert all(b"input_required" in answer for answer in answers_to(peer, flood))
        deadline = time.monotonic() + ANSWER_WITHIN
        while seen(peer, label).count("cancelled") < 500 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sorted(seen(peer, label)) == ["asked"] * 500 + ["cancelled"] * 500
        held.append(memory_of(peer))
    # What the server itself notes of them is a tenth of that. JavaScript collects its garbage when it likes.
    assert held[2] - held[1] < 500 * 4096 or peer.place.language == "typescript", held


def answers_to(peer: Peer, messages: list[Any]) -> Iterator[bytes]:
    """What so many requests are answered, without a judge, who would take longer than the server."""
    if isinstance(peer.session, StdioProcess):
        peer.session.send_bytes(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
        for _ in messages:
            yield peer.session.lines.get(timeout=ANSWER_WITHIN) or b""
        return
    server: Any = peer.session
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_WITHIN)) as connection:
        for message in messages:
            connection.request("POST", server.path, json.dumps(message), {**COMMON, **headers_for(message)})
            yield connection.getresponse().read()


def memory_of(peer: Peer) -> int:
    """Bytes that the server holds in memory."""
    process: Any = peer.session
    status = Path(f"/proc/{process.process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) << 10
