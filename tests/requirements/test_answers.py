"""Questions that are requests of the server's, and clients that do not behave: each is answered once, by whoever was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asking import ABLE, ADA, CAPABLE, EVE, NO_ANSWERS, comes_to, new_label, seen
from places import Peer, Place, Servers, everywhere
from processes import StdioProcess
from wire import LegacySession, SseSession, request, send


@pytest.fixture
def peer(request: pytest.FixtureRequest, asking: Servers, able: dict[Place, Peer]) -> Peer:
    """Who asks the asking server in one place, and can be asked."""
    place: Place = request.param
    return able.setdefault(place, asking.peer(place) if place.era == "modern" else asking.fresh(place, can=CAPABLE))


@pytest.fixture(scope="module")
def able() -> dict[Place, Peer]:
    """Peers that can be asked."""
    return {}


@contextmanager
def asked(peer: Peer, label: str) -> Iterator[tuple[Any, Any]]:
    """A call that has asked: the id of the question, and what gives the next message."""
    call = peer.request("tools/call", {"name": "ask_watched", "arguments": {"label": label}})
    with peer.begin(call) as following:
        question = following()
        assert question["method"] == "elicitation/create", question
        yield question["id"], following


def answer(peer: Peer, question: Any, result: Any) -> None:
    """Answer a question, or what is none."""
    peer.tell({"jsonrpc": "2.0", "id": question, "result": result})


def words(message: Any) -> str:
    """All text of the result of a tool in this message."""
    return "".join(block["text"] for block in message["result"]["content"])


@everywhere("RPC-21", era="legacy", over=("stdio", "http", "sse"))
def test_answers_to_what_was_never_asked_change_nothing(peer: Peer) -> None:
    label = new_label("never asked", peer)
    with asked(peer, label) as (question, following):
        for other in (f"{question}x", f" {question}", 0, 1, -1, "", "q0", 2**53 + 1):
            answer(peer, other, EVE)
            peer.tell({"jsonrpc": "2.0", "id": other, "error": {"code": -32603, "message": "no"}})
        assert seen(peer, label) == ["asked"]
        answer(peer, question, ADA)
        assert words(following()) == "Ada"
    # Once is enough.
    answer(peer, question, EVE)
    peer.tell({"jsonrpc": "2.0", "id": question, "error": {"code": -32603, "message": "no"}})
    assert seen(peer, label) == ["asked", "answered"]


@everywhere("HTTP-19", "LIFE-6", era="legacy", over=("http",))
def test_an_answer_of_another_session_is_nobodys(peer: Peer, asking: Servers) -> None:
    another_session_answers(peer, asking)


@everywhere("OLD-7", era="legacy", over=("sse",))
def test_an_answer_of_another_stream_is_nobodys(peer: Peer, asking: Servers) -> None:
    another_session_answers(peer, asking)


def another_session_answers(peer: Peer, asking: Servers) -> None:
    """What is asked in one session is not answered in another, though that has a question of the same id."""
    label, theirs = new_label("mine", peer), new_label("theirs", peer)
    other = asking.fresh(peer.place, can=CAPABLE)
    with asked(other, theirs) as (their_question, they), asked(peer, label) as (question, following):
        for of_ours in {question, *(f"{prefix}{n}" for prefix in ("", "q", "s", "s-") for n in range(4))} - {
            their_question
        }:
            answer(other, of_ours, EVE)
        assert seen(peer, label) == seen(peer, theirs) == ["asked"]
        answer(peer, question, ADA)
        assert words(following()) == "Ada"
        answer(other, their_question, EVE)
        assert words(they()) == "Eve"


@everywhere("ELI-7", era="legacy", over=("stdio", "http", "sse"))
def test_what_is_no_answer_fails_the_call_by_its_name(peer: Peer) -> None:
    """ELI-6, ELI-8"""
    misfit = ({"action": "accept", "content": {"value": {"not": "a name"}}}, "value")
    for wrong, named in [*NO_ANSWERS, misfit]:
        label = new_label("no answer", peer)
        with asked(peer, label) as (question, following):
            given = {"jsonrpc": "2.0", "id": question, "result": wrong}
            if isinstance(wrong, dict) or isinstance(peer.session, StdioProcess):
                peer.session.send(given)
            else:
                # That is no message at all, but it is clear whose answer it was to be.
                assert peer.session.send(given).status == 400
            while "result" not in (said := following()):
                assert (said["id"], said["error"]["code"]) == (question, -32600)
        assert said["result"]["isError"] and named in words(said), wrong
        assert seen(peer, label) == ["asked", "failed"], wrong


@everywhere("CAN-3", "CAN-5", era="legacy", over=("stdio", "http", "sse"))
def test_a_call_that_is_cancelled_takes_its_question_back(peer: Peer) -> None:
    label = new_label("cancelled", peer)
    call = peer.request("tools/call", {"name": "ask_watched", "arguments": {"label": label}})
    with peer.begin(call) as following:
        question = following()["id"]
        peer.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": call["id"]}})
        back = following()
        assert (back["method"], back["params"]["requestId"]) == ("notifications/cancelled", question)
        answer(peer, question, ADA)
    assert comes_to(peer, label, "cancelled") == ["asked", "cancelled"]


@everywhere("LHTTP-7", "SESS-5", era="legacy", over=("http",))
def test_a_client_that_hung_up_may_still_answer_and_one_that_ends_its_session_does_not(
    peer: Peer, asking: Servers
) -> None:
    label = new_label("hung up", peer)
    with asked(peer, label) as (question, _):
        pass
    answer(peer, question, ADA)
    assert comes_to(peer, label, "answered", "cancelled", "failed") == ["asked", "answered"]
    leaving = asking.fresh(peer.place, can=CAPABLE)
    assert isinstance(leaving.session, LegacySession)
    label = new_label("left", peer)
    with asked(leaving, label):
        assert leaving.session.send(None, method="DELETE").status in (200, 202, 204)
    assert comes_to(peer, label, "cancelled", "failed") in (["asked", "cancelled"], ["asked", "failed"])


@everywhere("OLD-7", era="legacy", over=("sse",))
def test_the_end_of_the_stream_is_the_end_of_its_questions(peer: Peer, asking: Servers) -> None:
    leaving = asking.fresh(peer.place, can=CAPABLE)
    assert isinstance(leaving.session, SseSession)
    label = new_label("left", peer)
    with asked(leaving, label) as (question, _):
        leaving.session.__exit__()
        assert comes_to(peer, label, "cancelled", "failed")[1:] == ["cancelled"]
        late = {"jsonrpc": "2.0", "id": question, "result": ADA}
        assert leaving.session.send(late).status == 404
    assert isinstance(peer.session, SseSession)
    guessed = peer.session.endpoint[:-1] + ("A" if peer.session.endpoint[-1] != "A" else "B")
    assert send(peer.session.server, request("ping"), path=guessed).status == 404
    assert peer.session.send(b"{").status == 400


@everywhere("STDIO-5", "STDIO-14", over=("stdio",))
def test_the_end_of_input_is_the_end_of_what_waits_for_an_answer(peer: Peer, asking: Servers) -> None:
    leaving = asking.fresh(peer.place, can=CAPABLE)
    assert isinstance(leaving.session, StdioProcess)
    label = new_label("left", peer)
    call = leaving.request("tools/call", {"name": "ask_watched", "arguments": {"label": label}}, **of_modern(leaving))
    leaving.session.send(call)
    assert leaving.next()
    assert leaving.session.stop() == 0
    said = b"".join(leaving.session.errors).decode().splitlines()
    assert next(line for line in said if line.endswith(label)) == f"asked {label}"
    assert {f"cancelled {label}", f"failed {label}"} & set(said)


@everywhere("MRTR-16", over=("stdio", "http", "sse"))
def test_a_call_that_is_over_asks_nothing(peer: Peer) -> None:
    label = new_label("kept", peer)
    meta = of_modern(peer)
    assert peer.call("keep", meta, label=label).text == "kept"
    reply = peer.call("ask_by_kept", meta, label=label)
    assert reply.told == [] and reply.result["isError"]
    assert "cannot be asked any more" in reply.text


def of_modern(peer: Peer) -> dict[str, Any]:
    """The envelope that says what can be asked, where there is one."""
    return ABLE if peer.is_modern else {}
