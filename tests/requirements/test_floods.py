"""Too much of what one client may have: refused at a bound that the refusal names, and no harm to what is within it."""

from __future__ import annotations

from typing import Any

from places import Peer, Servers, everywhere
from wire import PREFIX

WATCHED = "test://watched-resource"


def listen(peer: Peer, identity: str, **kinds: Any) -> None:
    """Begin to listen."""
    peer.tell(peer.request("subscriptions/listen", {"notifications": kinds}, identity))


def subscription_of(message: dict[str, Any]) -> Any:
    """The subscription that a message belongs to."""
    return message["params"]["_meta"][PREFIX + "subscriptionId"]


@everywhere("SUB-2", "SUB-3", over=("stdio",))
def test_subscriptions_beyond_their_bound_are_refused_and_the_others_hear(peer: Peer, servers: Servers) -> None:
    """SUB-11, SEC-12"""
    peer = servers.fresh(peer.place)
    for number in range(130):
        listen(peer, f"listen {number}", toolsListChanged=True)
    answers = [peer.next() for _ in range(130)]
    refused = [answer for answer in answers if "error" in answer]
    assert len(refused) == 30 and len({answer["error"]["message"] for answer in refused}) == 1
    assert "subscriptions" in refused[0]["error"]["message"], refused[0]
    open_ones = {subscription_of(answer) for answer in answers if "method" in answer}
    assert len(open_ones) == 100
    # Whoever leaves makes room.
    peer.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "listen 0"}})
    assert peer.call("echo", text="still here").text == "still here"
    listen(peer, "another", toolsListChanged=True)
    while (said := peer.next()).get("method") != "notifications/subscriptions/acknowledged":
        pass
    assert subscription_of(said) == "another"
    # A change is told to each of them, once for what came together.
    changed = peer.call("test_trigger_tool_change")
    told = [*changed.told]
    while len({subscription_of(message) for message in told}) < 100:
        told.append(peer.next())
    assert {subscription_of(message) for message in told} == open_ones - {"listen 0"} | {"another"}
    assert {message["method"] for message in told} == {"notifications/tools/list_changed"}


@everywhere("SUB-13", "SUB-2", over=("stdio", "http"))
def test_a_subscription_to_too_many_resources_is_refused(peer: Peer) -> None:
    """SUB-11"""
    many = [f"test://{number}" for number in range(1001)]
    for kinds in (
        {"resourceSubscriptions": many},
        {"resourceSubscriptions": "test://1"},
        {"resourceSubscriptions": [7]},
        {"toolsListChanged": "yes"},
    ):
        refused = peer.ask("subscriptions/listen", notifications=kinds)
        assert refused.code == -32602 and len(refused.message["error"]["message"]) < 200, kinds
    for wrong in ({}, {"notifications": None}, {"notifications": []}, {"notifications": "all"}):
        assert peer.ask("subscriptions/listen", **wrong).code == -32602, wrong


@everywhere("RSRC-13", over=("stdio", "http", "sse"))
def test_a_session_that_follows_too_many_resources_is_refused_more_and_keeps_its_own(
    peer: Peer, servers: Servers
) -> None:
    """SUB-11, SEC-12"""
    peer = servers.fresh(peer.place)
    assert peer.ask("resources/subscribe", uri="x:" + "x" * 100_000).code == -32602
    refusals = []
    for number in range(1, 1010):
        reply = peer.ask("resources/subscribe", uri=f"test://{number}").message
        refusals += [reply["error"]] if "error" in reply else []
    assert 0 < len(refusals) <= 10 and {error["code"] for error in refusals} == {-32602}
    assert "too many" in refusals[0]["message"]
    # The same again is no more than before, and what is given up makes room.
    assert peer.ask("resources/subscribe", uri="test://1").result == {}
    assert peer.ask("resources/unsubscribe", uri="test://1").result == {}
    assert peer.ask("resources/subscribe", uri=WATCHED).result == {}
    assert peer.is_alive()
