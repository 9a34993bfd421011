"""The asking servers: how they are asked to ask, and what became of their questions."""

from __future__ import annotations

import itertools
import time
from typing import Any

from places import Peer, Reply
from processes import ANSWER_WITHIN

CAPABLE = {"elicitation": {"form": {}}, "sampling": {}, "roots": {}}
ABLE = {"clientCapabilities": CAPABLE}
"""An envelope that declares all that can be asked."""
ADA = {"action": "accept", "content": {"value": "Ada"}}
EVE = {"action": "accept", "content": {"value": "Eve"}}
NO_ANSWERS: list[tuple[Any, str]] = [
    (7, ""),
    ("Ada", ""),
    ([], ""),
    ({}, "action"),
    ({"action": None}, "action"),
    ({"action": "shrug"}, "action"),
    ({"action": "accept", "content": 7}, "content"),
    ({"action": "accept", "content": ["Ada"]}, "content"),
]
"""What is no answer to a form, and the member that is named for it."""

numbers = itertools.count(1)


def new_label(what: str, peer: Peer) -> str:
    """A label that no other call has, for servers that many tests ask."""
    return f"{what} {next(numbers)} {peer.place}"


def ask(peer: Peer, label: str) -> Reply:
    """Call the tool that asks for a name."""
    return peer.call("ask_watched", ABLE, label=label)


def retry(peer: Peer, label: str, state: Any, answers: Any, tool: str = "ask_watched") -> Reply:
    """Call it again with answers."""
    given = {"inputResponses": answers} if state is None else {"inputResponses": answers, "requestState": state}
    return peer.ask("tools/call", meta=ABLE, name=tool, arguments={"label": label}, **given)


def question_of(reply: Reply) -> tuple[str, str]:
    """The key of the only question, and the state that goes with it."""
    assert reply.result["resultType"] == "input_required", reply
    (key,) = reply.result["inputRequests"]
    return key, reply.result["requestState"]


def seen(peer: Peer, label: str) -> list[str]:
    """What became of the questions of this label, each once it happened."""
    lines = peer.call("observed").text.splitlines()
    return [line.partition(" ")[0] for line in lines if line.partition(" ")[2] == label]


def comes_to(peer: Peer, label: str, *ends: str) -> list[str]:
    """What became of them once one of the ends is among it; fails where that takes too long."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < deadline:
        if set(ends) & set(found := seen(peer, label)):
            return found
    raise AssertionError(f"{label}: {seen(peer, label)}")
