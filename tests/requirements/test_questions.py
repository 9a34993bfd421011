"""Questions to the client: carried in results in the new era, and state that comes back is trusted in nothing."""

from __future__ import annotations

from typing import Any

from places import Peer, everywhere

ABLE = {"clientCapabilities": {"elicitation": {}}}
ASKS = "test_input_required_result_elicitation"
ANSWER = {"user_name": {"action": "accept", "content": {"name": "Ada"}}}


def answered(peer: Peer, tool: str, state: Any, answers: Any) -> Any:
    """Call again, with answers and state."""
    given = {"inputResponses": answers} if state is None else {"inputResponses": answers, "requestState": state}
    return peer.ask("tools/call", meta=ABLE, name=tool, arguments={}, **given)


@everywhere("MRTR-2", "MRTR-3", "MRTR-14")
def test_a_question_is_a_result_and_never_a_request(peer: Peer) -> None:
    """STDIO-4, SSE-2"""
    reply = peer.call(ASKS, ABLE)
    assert reply.result["resultType"] == "input_required" and [*reply.result["inputRequests"]] == ["user_name"]
    assert reply.told == [] and not {"ttlMs", "cacheScope"} & set(reply.result)
    question = reply.result["inputRequests"]["user_name"]
    assert set(question) == {"method", "params"} and question["method"] == "elicitation/create"
    assert answered(peer, ASKS, reply.result.get("requestState"), ANSWER).text == "Hello, Ada!"


@everywhere("MRTR-8", "SEC-6")
def test_state_that_is_forged_or_moved_is_refused_in_one_way(peer: Peer) -> None:
    state = peer.call("test_input_required_result_request_state", ABLE).result["requestState"]
    confirmed = {"confirm": {"action": "accept", "content": {"ok": True}}}
    flipped = state[:-1] + ("A" if state[-1] != "A" else "B")
    messages = set()
    for tool, given in (
        ("test_input_required_result_request_state", flipped),
        ("test_input_required_result_request_state", "forged"),
        ("test_input_required_result_request_state", ""),
        ("test_input_required_result_tampered_state", state),
    ):
        refused = answered(peer, tool, given, confirmed)
        assert refused.code == -32602, given
        messages.add(refused.message["error"]["message"])
    assert len(messages) == 1
    assert answered(peer, "test_input_required_result_request_state", state, confirmed).text == "state-ok"


@everywhere("MRTR-18")
def test_answers_to_what_never_asks_are_ignored(peer: Peer) -> None:
    given: dict[str, Any] = {"inputResponses": {"x": 7}, "requestState": "forged"}
    assert peer.ask("tools/list", **given).result["tools"]
