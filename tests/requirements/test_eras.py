"""Versions and eras: what a request says of itself counts, and nothing else is remembered."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from places import Peer, Servers, everywhere
from processes import EVERYTHING_LANGUAGES
from wire import BATCHING, INITIALIZED, LEGACY, MODERN, PREFIX, LegacySession, initialize, request, send

LEGACY_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", LEGACY)
LISTS = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
READ = {"uri": "test://static-text"}
REQUESTS: dict[str, dict[str, Any]] = {
    "server/discover": {},
    **{method: {} for method in LISTS},
    "resources/read": READ,
    "tools/call": {"name": "weather", "arguments": {"city": "Oslo"}},
    "prompts/get": {"name": "test_simple_prompt"},
    "completion/complete": {
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
        "argument": {"name": "arg1", "value": "t"},
    },
}
"""One good request of each kind."""
CACHED = {"server/discover", *LISTS, "resources/read"}


@everywhere("VER-4", "DISC-1", "DISC-2", "VER-16")
def test_discover_says_what_there_is(peer: Peer) -> None:
    result = peer.ask("server/discover").result
    assert result["supportedVersions"] == [MODERN]
    assert {"tools", "prompts", "resources", "completions", "logging"} <= set(result["capabilities"])
    assert result["instructions"] == "One of everything, for tests." and "serverInfo" not in result
    assert result["_meta"][PREFIX + "serverInfo"] == {"name": "everything", "version": "1.0.0"}


@everywhere("EXT-2", "EXT-4", era="modern")
def test_extensions_are_declared_by_those_who_turned_them_on(peer: Peer, asking: Servers) -> None:
    assert PREFIX + "tasks" in peer.ask("server/discover").result["capabilities"]["extensions"]
    others = asking.peer(peer.place).ask("server/discover").result["capabilities"].get("extensions", {})
    assert set(others) <= {PREFIX + "ui"}, "it has a page, and nothing else that is an extension"


@everywhere("VER-2", "VER-16", "VER-17")
def test_a_version_that_is_not_served_is_named_with_those_that_are(peer: Peer) -> None:
    for version in ("2026-07-29", "2026-7-28", "1999-01-01", "draft", *LEGACY_VERSIONS):
        answer = peer.ask("tools/list", meta={"protocolVersion": version})
        assert answer.code == -32022 and answer.status in (None, 400), version
        assert answer.message["error"]["data"] == {"supported": [MODERN], "requested": version}


@everywhere("META-1", "META-12", "HTTP-7")
def test_an_envelope_without_version_or_capabilities_is_refused(peer: Peer) -> None:
    for changes in (
        {"protocolVersion": None},
        {"clientCapabilities": None},
        {"protocolVersion": 20260728},
        {"protocolVersion": {}},
        {"clientCapabilities": []},
        {"clientCapabilities": "all"},
    ):
        answer = peer.ask("tools/list", meta=changes)
        assert answer.code == -32602 and answer.status in (None, 400), changes
    assert peer.ask("tools/list", meta={"clientInfo": None}).result["tools"], "META-2"


@everywhere("RESULT-1", "RESULT-3", "CACHE-1", "CACHE-7", "META-3")
def test_results_of_the_new_era_say_what_kind_they_are_and_how_long_they_keep(peer: Peer) -> None:
    for method, params in REQUESTS.items():
        result = peer.ask(method, **params).result
        assert result["resultType"] == "complete", method
        assert result["_meta"][PREFIX + "serverInfo"]["name"] == "everything", method
        hints = {name: result[name] for name in ("ttlMs", "cacheScope") if name in result}
        assert hints == ({"ttlMs": 0, "cacheScope": "private"} if method in CACHED else {}), method


@everywhere("RESULT-4", "META-13")
def test_results_of_the_old_era_carry_nothing_of_the_new_one(peer: Peer) -> None:
    for method, params in REQUESTS.items():
        if method == "server/discover":
            continue
        for meta in ({}, {PREFIX + "clientCapabilities": {"sampling": {}}}):
            result = peer.ask(method, **params, _meta=meta).result
            assert not {"resultType", "ttlMs", "cacheScope"} & set(result), method
            assert PREFIX + "serverInfo" not in result.get("_meta", {}), method
    assert (
        "did not declare"
        in peer.call("test_sampling", {PREFIX + "clientCapabilities": {"sampling": {}}}, prompt="x").text
    )


@everywhere("META-5", "META-7", "META-6", "VER-8")
def test_nothing_is_remembered_of_an_earlier_request(peer: Peer) -> None:
    able = {"clientCapabilities": {"sampling": {}}}
    assert peer.call("test_missing_capability", able).text == "The caller offers sampling."
    refused = peer.call("test_missing_capability")
    assert refused.code == -32021 and refused.status in (None, 400)
    assert refused.message["error"]["data"]["requiredCapabilities"] == {"sampling": {}}
    assert peer.call("test_missing_capability", able).text == "The caller offers sampling."
    assert peer.ask("tools/list", meta={"protocolVersion": "1999-01-01"}).code == -32022
    assert peer.ask("tools/list").result["tools"]


@everywhere("META-8", "EXT-1")
def test_keys_of_meta_that_we_write_are_by_the_grammar(peer: Peer) -> None:
    label = r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    key = re.compile(rf"(?:{label}(?:\.{label})*/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")

    def keys(value: Any) -> set[str]:
        if isinstance(value, list):
            return {found for item in value for found in keys(item)}
        if not isinstance(value, dict):
            return set()
        return set(value.get("_meta", {})) | {found for item in value.values() for found in keys(item)}

    answers = [peer.ask(method, **params) for method, params in REQUESTS.items() if peer.is_modern or method in LISTS]
    answers.append(peer.call("whole_result"))
    written = keys([answer.message for answer in answers])
    assert "example.org/note" in written
    assert [name for name in written if not key.fullmatch(name)] == []


@everywhere("META-10", "META-11")
def test_a_handler_sees_what_is_in_meta_as_it_was_sent(peer: Peer) -> None:
    sent = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "congo=t61rcWkgMzE",
        "baggage": "userId=alice,serverNode=DF%2028",
        "io.modelcontextprotocol/not-heard-of": {"a": [1, None, "ü"]},
        "example.com/own": 7,
    }
    seen = json.loads(peer.ask("tools/call", name="meta_seen", arguments={}, _meta=sent).text)
    assert {key: value for key, value in seen.items() if key in sent} == sent
    unsent = json.loads(peer.call("meta_seen").text)
    assert not {"traceparent", "tracestate", "baggage"} & set(unsent)


@everywhere("VER-10", "VER-11", "VER-12", "VER-14", "VER-17", "LIFE-2", over=("http", "sse"))
def test_a_handshake_agrees_on_a_version(peer: Peer, servers: Servers) -> None:
    for asked in (*LEGACY_VERSIONS, MODERN, "2026-07-29", "1999-01-01", ""):
        opened = servers.fresh(peer.place, asked)
        session: Any = opened.session
        assert session.version == (asked if asked in LEGACY_VERSIONS else LEGACY)
        assert opened.call("add", a=1, b=2).text == "3"


@pytest.mark.parametrize("language", EVERYTHING_LANGUAGES)
def test_a_handshake_says_who_answers_and_what_it_can(language: str, servers: Servers) -> None:
    """LIFE-2, LIFE-6, CMP-1, DOWN-14"""
    for version in LEGACY_VERSIONS:
        result = send(servers.http(language), initialize(version)).message["result"]
        assert set(result) == {"protocolVersion", "capabilities", "serverInfo", "instructions"}
        assert result["serverInfo"] == {"name": "everything", "version": "1.0.0"}
        kinds = {"tools", "prompts", "resources", "logging"}
        kinds |= {"completions"} if version > "2024-11-05" else set()
        assert set(result["capabilities"]) == kinds | ({"tasks"} if version == LEGACY else set())
        session = LegacySession(servers.http(language), version)
        completed = session.send(request("completion/complete", REQUESTS["completion/complete"]))
        assert completed.message["result"]["completion"]["values"] == ["test", "testing", "tested"]


@everywhere("VER-7", "LIFE-6")
def test_each_session_keeps_to_its_own_version(peer: Peer, servers: Servers) -> None:
    olds, new = servers.fresh(peer.place, "2025-03-26"), servers.fresh(peer.place, LEGACY)
    for _ in range(2):
        assert "structuredContent" not in olds.call("weather", city="Oslo").result
        assert new.call("weather", city="Oslo").result["structuredContent"]["city"] == "Oslo"


@everywhere("LIFE-9", "SESS-11", over=("stdio", "http", "sse"))
def test_requests_may_come_before_the_client_says_it_is_ready(peer: Peer, servers: Servers) -> None:
    fresh = servers.fresh(peer.place, ready=False)
    assert fresh.call("add", a=1, b=2).text == "3"
    fresh.tell(INITIALIZED)
    assert fresh.call("add", a=1, b=2).text == "3"
    assert fresh.say(initialize(identity="again")).code == -32600


@everywhere("BATCH-1", "BATCH-2", "BATCH-3", "BATCH-4", "BATCH-6", "STDIO-10", over=("stdio",), era="legacy")
def test_a_line_may_be_a_batch_where_the_revision_has_them(peer: Peer, servers: Servers) -> None:
    batching: Any = servers.fresh(peer.place, BATCHING).session
    batching.send([request("ping", identity="a"), INITIALIZED, request("ping", identity="b"), 7])
    answers: list[Any] = []
    while len(answers) < 3:
        said = batching.receive()
        answers += said if isinstance(said, list) else [said]
    assert sorted(str(answer.get("id")) for answer in answers) == ["None", "a", "b"]
    batching.send([INITIALIZED, INITIALIZED])
    batching.send([])
    assert batching.receive()["error"]["code"] == -32600


@everywhere("BATCH-5")
def test_an_array_is_no_message_elsewhere(peer: Peer) -> None:
    error = peer.send_bytes(json.dumps([peer.request("tools/list", {})]).encode())
    assert error["error"]["code"] == -32600
    assert peer.is_alive()
