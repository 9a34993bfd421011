"""The Python and the TypeScript everything servers answer the same requests with the same messages.

Both eras, both transports; after decoding. Only session ids, cursors and dates may differ, and what DIFFERENCES lists.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from processes import LANGUAGES, HttpProcess, StdioProcess, serve_http, serve_stdio
from questions import QUESTIONS
from wire import (
    BATCHING,
    INITIALIZED,
    INVALID_REQUESTS,
    LEGACY,
    MODERN,
    PARSE_ERRORS,
    Answer,
    LegacySession,
    call,
    envelope,
    headers_for,
    initialize,
    modern,
    request,
    send,
    send_modern,
)

DIFFERENCES: dict[str, str] = {}
"""Questions that may be answered differently, and why. One that is answered alike fails the test: remove it then."""

ERAS = ("modern", "legacy")
MAY_DIFFER = {"nextCursor": "<cursor>", "mcp-session-id": "<session>", "date": "<date>"}


def comparable(value: Any) -> Any:
    """A decoded value without what may differ; `1` and `1.0` are one number in JSON, `1` and `true` are not."""
    if isinstance(value, dict):
        return {key: MAY_DIFFER.get(key, comparable(member)) for key, member in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return f"<{value}>" if isinstance(value, bool) else value


def written(value: Any) -> str:
    """What is compared, as text that shows a difference line by line."""
    return json.dumps(comparable(value), indent=1, sort_keys=True, ensure_ascii=False)


class Pair:
    """The same server twice, in each language."""

    def __init__(self, servers: dict[str, Any]) -> None:
        self.servers = servers

    def differ(self, ask: Callable[[Any], Any]) -> tuple[str, str]:
        """What each of the two answers."""
        python, typescript = (written(ask(self.servers[language])) for language in LANGUAGES)
        return python, typescript

    def agree(self, ask: Callable[[Any], Any]) -> None:
        """Both answer alike."""
        python, typescript = self.differ(ask)
        assert typescript == python


@pytest.fixture(scope="module")
def over_http() -> Iterator[Pair]:
    """Both servers over HTTP."""
    with ExitStack() as stack:
        yield Pair({each: stack.enter_context(serve_http("everything_server", each)) for each in LANGUAGES})


@pytest.fixture(scope="module")
def over_sessions(over_http: Pair) -> Pair:
    """A legacy session with each of them."""
    return Pair({language: LegacySession(server) for language, server in over_http.servers.items()})


def both_over_pipes(version: str | None, **environment: str) -> Iterator[Pair]:
    """Both servers over pipes, with a legacy session open if a version is given."""
    with ExitStack() as stack:
        pipes = {}
        for language in LANGUAGES:
            server = serve_stdio("everything_server", language, environment=environment)
            pipes[language] = stack.enter_context(server)
            if version is not None:
                server.send(initialize(version))
                server.answer_to(0)
                server.send(INITIALIZED)
        yield Pair(pipes)


@pytest.fixture(scope="module")
def over_pipes() -> Iterator[Pair]:
    """Both servers over pipes, modern."""
    yield from both_over_pipes(None)


@pytest.fixture(scope="module")
def over_legacy_pipes() -> Iterator[Pair]:
    """Both servers over pipes, in a session of the newest legacy revision."""
    yield from both_over_pipes(LEGACY)


@pytest.fixture
def fresh_pipes() -> Iterator[Pair]:
    """Both servers over pipes, nothing said yet."""
    yield from both_over_pipes(None)


@pytest.fixture
def batching_pipes() -> Iterator[Pair]:
    """Both servers over pipes, in a session of the revision that has batches."""
    yield from both_over_pipes(BATCHING)


UNSOLICITED = {
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/resources/list_changed",
    "notifications/resources/updated",
}
"""What a session is told when it happens, before or after an answer: compared in tests of its own."""


def seen_over_pipes(server: StdioProcess, *frames: Any, answers: int | None = None) -> list[Any]:
    """Everything a server says to some frames, until it has answered what it must and is asked something else."""
    wanted = sum("id" in frame and "method" in frame for frame in frames) if answers is None else answers
    seen: list[Any] = []
    for frame in frames:
        if isinstance(frame, bytes):
            server.send_bytes(frame + b"\n")
        else:
            server.send(frame)
    while wanted:
        seen.append(server.receive())
        wanted -= "method" not in seen[-1]
    last = server.new_id()
    server.send(modern("server/discover", f"last {last}"))
    while (message := server.receive()).get("id") != f"last {last}":
        seen.append(message)
    return [message for message in seen if message.get("method") not in UNSOLICITED]


def seen_over_http(answer: Answer) -> Any:
    """Everything an HTTP answer says."""
    return {"status": answer.status, "headers": answer.headers, "messages": answer.messages}


FRAMING = ("content-type", "content-length", "cache-control", "transfer-encoding", "x-accel-buffering")


def seen_in_session(answer: Answer) -> Any:
    """Everything an answer within a session says. Where streams can be resumed it is plain JSON if it was there at once, and an
    event if not: that is a matter of microseconds, and no difference."""
    shown = seen_over_http(answer)
    if answer.status == 200:
        shown["headers"] = {name: value for name, value in shown["headers"].items() if name not in FRAMING}
    return shown


SETTINGS = {"allowedHosts": "allowed_hosts", "allowedOrigins": "allowed_origins"}


def in_one_spelling(shown: Any) -> Any:
    """Each language calls the setting that lets somebody in by its own name for it."""
    text = json.dumps(shown["messages"])
    if "the server's setting" in text:
        for camel, snake in SETTINGS.items():
            text = text.replace(camel, snake)
        shown = without_length({**shown, "messages": json.loads(text)})
    return shown


def without_length(shown: Any) -> Any:
    """The length counts the digits of numbers, which JSON lets one write in several ways."""
    shown["headers"].pop("content-length", None)
    return shown


def message_for(name: str, era: str) -> dict[str, Any]:
    """A question as a message of an era; progress is asked for, in the modern era logs too."""
    method, params = QUESTIONS[name]
    if era == "modern":
        return modern(method, name, envelope(progressToken="token", logLevel="debug"), **params)
    return request(method, {**params, "_meta": {"progressToken": "token"}}, name)


def compare(name: str, pair: Pair, ask: Callable[[Any], Any]) -> None:
    """Alike, unless it is listed."""
    python, typescript = pair.differ(ask)
    if name in DIFFERENCES:
        assert typescript != python, f"remove {name!r} from DIFFERENCES"
    else:
        assert typescript == python


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_both_answer_alike_over_pipes(name: str, era: str, over_pipes: Pair, over_legacy_pipes: Pair) -> None:
    """TOOL-1, TOOL-6, TOOL-7, TOOL-8, RSRC-3, RSRC-7, PRM-1, PRM-3, CMP-2, PROG-3, LOG-3"""
    pair = over_pipes if era == "modern" else over_legacy_pipes
    compare(name, pair, lambda server: seen_over_pipes(server, message_for(name, era)))


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_both_answer_alike_over_http(name: str, era: str, over_http: Pair, over_sessions: Pair) -> None:
    """TOOL-1, TOOL-6, TOOL-7, TOOL-8, RSRC-3, RSRC-7, PRM-1, PRM-3, CMP-2, PROG-3, LOG-3, HTTP-4"""
    message = message_for(name, era)
    if era == "modern":
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
        target = message["params"].get("name", message["params"].get("uri"))
        if isinstance(target, str) and target.isascii():
            headers["Mcp-Name"] = target
        compare(name, over_http, lambda server: without_length(seen_over_http(send(server, message, {**headers}))))
    else:
        compare(name, over_sessions, lambda session: without_length(seen_in_session(session.send(message))))


@pytest.mark.parametrize("line", PARSE_ERRORS.values(), ids=PARSE_ERRORS.keys())
def test_both_refuse_alike_what_is_not_json(line: bytes, over_pipes: Pair, over_http: Pair) -> None:
    """RPC-9, STDIO-12"""
    over_pipes.agree(lambda server: seen_over_pipes(server, line, answers=1))
    over_http.agree(lambda server: seen_over_http(send(server, line)))


@pytest.mark.parametrize("line", [line for line, _ in INVALID_REQUESTS.values()], ids=INVALID_REQUESTS.keys())
def test_both_refuse_alike_what_is_no_message(line: bytes, over_pipes: Pair, over_http: Pair) -> None:
    """RPC-9, BATCH-6"""
    over_pipes.agree(lambda server: seen_over_pipes(server, line, answers=1))
    over_http.agree(lambda server: seen_over_http(send(server, line)))


NEVER_ANSWERED = {
    "a notification nobody knows": {"jsonrpc": "2.0", "method": "notifications/never_heard_of"},
    "a cancellation of nothing": {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "x"}},
    "a cancellation without an id": {"jsonrpc": "2.0", "method": "notifications/cancelled"},
    "an answer to no question": {"jsonrpc": "2.0", "id": 1, "result": {}},
    "an error to no question": {"jsonrpc": "2.0", "id": "x", "error": {"code": -1, "message": "no"}},
}


@pytest.mark.parametrize("message", NEVER_ANSWERED.values(), ids=NEVER_ANSWERED.keys())
def test_both_say_nothing_to_what_needs_no_answer(message: Any, over_pipes: Pair, over_http: Pair) -> None:
    """RPC-21, CAN-5"""
    over_pipes.agree(lambda server: seen_over_pipes(server, message, answers=0))
    over_http.agree(lambda server: seen_over_http(send(server, message)))


ENVELOPES: dict[str, dict[str, Any]] = {
    "empty": {},
    "no version": envelope(protocolVersion=None),
    "no capabilities": envelope(clientCapabilities=None),
    "no client": envelope(clientInfo=None),
    "capabilities that are a list": envelope(clientCapabilities=[]),
    "an unknown version": envelope(protocolVersion="2099-01-01"),
    "a legacy version": envelope(protocolVersion=LEGACY),
    "a level that does not exist": envelope(logLevel="loud"),
    "a token that is an object": envelope(progressToken={}),
}


@pytest.mark.parametrize("meta", ENVELOPES.values(), ids=ENVELOPES.keys())
def test_both_read_envelopes_alike(meta: dict[str, Any], over_pipes: Pair, over_http: Pair) -> None:
    """META-1, META-2, META-12, VER-2"""
    message = modern("tools/call", 1, meta, name="echo", arguments={"text": "x"})
    over_pipes.agree(lambda server: seen_over_pipes(server, message))
    over_http.agree(lambda server: seen_over_http(send_modern(server, message)))


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", LEGACY, MODERN, "1999-01-01", ""])
def test_both_shake_hands_alike(version: str, fresh_pipes: Pair, over_http: Pair) -> None:
    """VER-10, VER-11, VER-12, VER-14, LIFE-2"""
    over_http.agree(lambda server: seen_over_http(send(server, initialize(version))))

    def shake(server: StdioProcess) -> list[Any]:
        add = {"name": "add", "arguments": {"a": 1, "b": 2}}
        return [
            *seen_over_pipes(server, request("tools/list", {})),
            *seen_over_pipes(server, initialize(version)),
            *seen_over_pipes(server, INITIALIZED, answers=0),
            *seen_over_pipes(server, request("tools/list", {}), request("ping"), answers=2),
            *seen_over_pipes(server, request("tools/call", add)),
            *seen_over_pipes(server, initialize(version)),
        ]

    fresh_pipes.agree(shake)


HANDSHAKES: dict[str, Any] = {
    "no params": None,
    "empty params": {},
    "no version": {"capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    "a version that is a number": {
        "protocolVersion": 7,
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    },
    "no capabilities": {"protocolVersion": LEGACY, "clientInfo": {"name": "x", "version": "1"}},
    "no client": {"protocolVersion": LEGACY, "capabilities": {}},
}


@pytest.mark.parametrize("params", HANDSHAKES.values(), ids=HANDSHAKES.keys())
def test_both_refuse_bad_handshakes_alike(params: Any, fresh_pipes: Pair, over_http: Pair) -> None:
    """LIFE-2"""
    message = request("initialize", params, "bad")
    fresh_pipes.agree(lambda server: seen_over_pipes(server, message))
    over_http.agree(lambda server: seen_over_http(send(server, message)))


def test_both_take_batches_alike(batching_pipes: Pair, over_pipes: Pair) -> None:
    """BATCH-1, BATCH-2, BATCH-3, BATCH-4, BATCH-5, BATCH-6"""
    add = {"name": "add", "arguments": {"a": 1, "b": 2}}
    batch = [request("tools/call", add, "x"), request("ping", identity="y"), INITIALIZED, 7]

    def answers(server: StdioProcess) -> Any:
        server.send(batch)
        server.send(modern("server/discover", "last"))
        answered: list[Any] = []
        last = False
        while not last or len(answered) < 3:
            message = server.receive()
            last = last or (isinstance(message, dict) and message.get("id") == "last")
            answered += message if isinstance(message, list) else [message] if message.get("id") != "last" else []
        return sorted(answered, key=lambda answer: str(answer.get("id")))

    batching_pipes.agree(answers)
    over_pipes.agree(lambda server: seen_over_pipes(server, json.dumps(batch).encode(), answers=1))


def cancel(identity: Any) -> dict[str, Any]:
    """The notification that cancels a request."""
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identity}}


@pytest.mark.parametrize("identity", [0, "", "a", 7])
@pytest.mark.parametrize("era", ERAS)
def test_both_cancel_alike(identity: Any, era: str, over_pipes: Pair, over_legacy_pipes: Pair) -> None:
    """CAN-1, CAN-2, CAN-3: request id 0 included"""
    label = f"{era} {identity!r}"

    def talk(server: StdioProcess) -> Any:
        params = {"name": "wait_until_cancelled", "arguments": {"label": label}}
        if era == "modern":
            server.send(modern("tools/call", identity, envelope(progressToken=1), **params))
        else:
            server.send(request("tools/call", {**params, "_meta": {"progressToken": 1}}, identity))
        seen = [server.receive()]
        server.send(cancel(identity))
        while f"cancelled {label}" not in json.dumps(observed := seen_over_pipes(server, call("observed", {}, "o"))):
            pass
        return [*seen, *(message for message in observed if message.get("id") != "o")]

    (over_pipes if era == "modern" else over_legacy_pipes).agree(talk)


def test_both_tell_listeners_alike(fresh_pipes: Pair) -> None:
    """SUB-1, SUB-2, SUB-3, SUB-4, TOOL-12, RSRC-13"""

    def talk(server: StdioProcess) -> Any:
        wanted = {"toolsListChanged": True, "resourceSubscriptions": ["test://watched-resource"], "unheardOf": True}
        server.send(modern("subscriptions/listen", "L", notifications=wanted))
        seen = [server.receive()]
        start = len(server.seen)
        for tool in ("touch_watched_resource", "test_trigger_prompt_change"):
            seen += seen_over_pipes(server, call(tool, {}, tool))
        while not (
            updates := [message for message in server.seen[start:] if "resources/updated" in json.dumps(message)]
        ):
            server.receive()
        seen.append(updates[0])
        start = len(server.seen)
        server.send(call("test_trigger_tool_change", {}, "tools"))
        server.answer_to("tools")
        while not (told := [message for message in server.seen[start:] if "tools/list_changed" in json.dumps(message)]):
            server.receive()
        server.send(cancel("L"))
        return [*seen, told[0]]

    fresh_pipes.agree(talk)


def test_both_tell_sessions_alike(over_legacy_pipes: Pair) -> None:
    """TOOL-12, RSRC-13, LOG-4, LOG-5"""

    def talk(server: StdioProcess) -> Any:
        seen = seen_over_pipes(server, request("resources/subscribe", {"uri": "test://watched-resource"}, "s"))
        start = len(server.seen)
        for tool in ("touch_watched_resource", "test_trigger_tool_change", "test_trigger_prompt_change"):
            server.send(request("tools/call", {"name": tool, "arguments": {}}, tool))
            server.answer_to(tool)
        wanted = UNSOLICITED - {"notifications/resources/list_changed"}
        while not wanted <= {message.get("method") for message in server.seen[start:]}:
            server.receive()
        told = [message for message in server.seen[start:] if message.get("method") in wanted]
        for level in ("error", "debug"):
            seen += seen_over_pipes(server, request("logging/setLevel", {"level": level}, level))
            steps = request("tools/call", {"name": "steps", "arguments": {"count": 2}}, f"steps {level}")
            seen += seen_over_pipes(server, steps)
        seen += seen_over_pipes(server, request("resources/unsubscribe", {"uri": "test://watched-resource"}, "u"))
        # Several changes close together may be told once.
        return [*seen, *sorted({json.dumps(message, sort_keys=True) for message in told})]

    over_legacy_pipes.agree(talk)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("method", ["tools/list", "prompts/list", "resources/list", "resources/templates/list"])
def test_both_page_alike(method: str, era: str) -> None:
    """PAG-1, PAG-4, PAG-5"""

    def walk(server: StdioProcess) -> Any:
        pages = []
        params: dict[str, Any] = {}
        while True:
            identity = len(pages)
            message = modern(method, identity, **params) if era == "modern" else request(method, params, identity)
            pages.append(seen_over_pipes(server, message))
            result = pages[-1][-1]["result"]
            if "nextCursor" not in result:
                return pages
            params = {"cursor": result["nextCursor"]}

    pipes = both_over_pipes(None if era == "modern" else LEGACY, OXMCP_LIST_PAGE_SIZE="2")
    for pair in pipes:
        pair.agree(walk)


HTTP_REQUESTS: dict[str, tuple[str, str | None, dict[str, str | None]]] = {
    "GET": ("GET", None, {}),
    "DELETE": ("DELETE", None, {}),
    "modern GET": ("GET", None, {"MCP-Protocol-Version": MODERN}),
    "PUT": ("PUT", None, {}),
    "OPTIONS": ("OPTIONS", None, {}),
    "HEAD": ("HEAD", None, {}),
    "another path": ("POST", "/elsewhere", {}),
    "text": ("POST", None, {"Content-Type": "text/plain"}),
    "no content type": ("POST", None, {"Content-Type": None}),
    "no accept": ("POST", None, {"Accept": None}),
    "accept anything": ("POST", None, {"Accept": "*/*"}),
    "accept JSON only": ("POST", None, {"Accept": "application/json"}),
    "accept pictures": ("POST", None, {"Accept": "image/png"}),
    "another host": ("POST", None, {"Host": "evil.example"}),
    "another origin": ("POST", None, {"Origin": "https://evil.example"}),
    "our own origin": ("POST", None, {"Origin": "http://localhost:1234"}),
    "no version header": ("POST", None, {"MCP-Protocol-Version": None}),
    "another version header": ("POST", None, {"MCP-Protocol-Version": "2099-01-01"}),
    "no method header": ("POST", None, {"Mcp-Method": None}),
    "another name header": ("POST", None, {"Mcp-Name": "add"}),
    "a session that does not exist": ("POST", None, {"Mcp-Session-Id": "nobody"}),
}


@pytest.mark.parametrize(("method", "path", "headers"), HTTP_REQUESTS.values(), ids=HTTP_REQUESTS.keys())
@pytest.mark.parametrize("era", ERAS)
def test_both_read_http_alike(
    method: str, path: str | None, headers: dict[str, str | None], era: str, over_http: Pair, over_sessions: Pair
) -> None:
    """HTTP-1, HTTP-4, HTTP-11, HTTP-12, HTTP-14, HDR-10"""
    message = call("echo", {"text": "x"}) if era == "modern" else request("tools/list")
    own = headers_for(message) if era == "modern" else {"MCP-Protocol-Version": LEGACY}

    def ask(server: HttpProcess) -> Any:
        return in_one_spelling(seen_over_http(send(server, message, {**own, **headers}, method=method, path=path)))

    over_http.agree(ask)
    if era == "legacy" and "Mcp-Session-Id" not in headers and method == "POST" and path is None:
        over_sessions.agree(lambda session: in_one_spelling(seen_in_session(session.send(message, headers))))


def test_both_end_sessions_alike(over_http: Pair) -> None:
    """SESS-1"""

    def talk(server: HttpProcess) -> Any:
        session = LegacySession(server)
        return [
            seen_over_http(answer)
            for answer in (
                session.send(request("ping")),
                session.send(request("ping"), method="DELETE"),
                session.send(request("ping")),
                session.send(request("ping"), method="DELETE"),
            )
        ]

    over_http.agree(talk)
