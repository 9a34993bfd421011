"""What goes to a collector of OpenTelemetry, held against the official messages of the protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from asgi_caller import ask, legacy_call, session, tool_call

from oxmcp import Context, FastMCP
from oxmcp.errors import ToolError

json_format = pytest.importorskip("google.protobuf.json_format")
traces = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
metrics = pytest.importorskip("opentelemetry.proto.collector.metrics.v1.metrics_service_pb2")

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
CARRIED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNSAMPLED = "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]


class Collector:
    """Keeps what it is sent. The first request of each kind it does not take for now."""

    def __init__(self) -> None:
        self.refusals: dict[str, int] = {}
        self.taken: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.url = ""

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer."""
        assert headers["content-type"] == "application/json"
        if self.refusals.setdefault(path, 0) == 0:
            self.refusals[path] += 1
            return 503
        self.taken.append((path, headers, json.loads(body)))
        return 200

    def spans(self) -> list[Any]:
        """The spans in it, as the official package reads them."""
        found = []
        for path, _, body in self.taken:
            if path == "/base/v1/traces":
                read = json_format.ParseDict(with_base64(body), traces.ExportTraceServiceRequest())
                found += [span for of in read.resource_spans for scope in of.scope_spans for span in scope.spans]
        return found

    def metrics(self) -> dict[str, Any]:
        """The last counts in it, by name."""
        found = {}
        for path, _, body in self.taken:
            if path == "/base/v1/metrics":
                read = json_format.ParseDict(body, metrics.ExportMetricsServiceRequest())
                found = {
                    one.name: one for of in read.resource_metrics for scope in of.scope_metrics for one in scope.metrics
                }
        return found


def with_base64(value: Any) -> Any:
    """Ids are hexadecimal in OTLP, other than in the JSON of protocol buffers."""
    if isinstance(value, list):
        return [with_base64(each) for each in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        name: base64.b64encode(bytes.fromhex(each)).decode() if name in ids else with_base64(each)
        for name, each in value.items()
    }


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(collector.take(self.path, headers, body))
            self.send_header("content-type", "application/json")
            self.send_header("retry-after", "0")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}/base"
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def attributes(told: Any) -> dict[str, str]:
    """Attributes by name."""
    return {one.key: one.value.string_value for one in told.attributes}


async def until(what: Any) -> None:
    """Waits for it to be so."""
    for _ in range(600):
        if what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


def telling(otlp: dict[str, Any], **more: Any) -> FastMCP:
    """A server with tools."""
    mcp = FastMCP("told", version="7.1", telemetry={"otlp": otlp, **more})

    @mcp.tool
    async def traced(ctx: Context) -> str:
        return ctx.trace_headers["traceparent"]

    @mcp.tool
    def broken() -> str:
        raise ToolError("not today")

    return mcp


async def test_spans_and_counts_are_what_the_official_messages_say() -> None:
    with collecting() as collector:
        otlp = {
            "endpoint": collector.url,
            "headers": {"x-tenant": "one"},
            "interval_seconds": 0.1,
            "metrics_interval_seconds": 0.3,
        }
        app = telling(otlp, service_name="files").http_app()
        await ask(app, tool_call("traced", {"traceparent": UNSAMPLED}))
        own = await ask(
            app, tool_call("traced", {"traceparent": PARENT, "tracestate": "a=1"}), headers={"traceparent": CARRIED}
        )
        await ask(app, tool_call("broken"))
        head = await session(app)
        await ask(app, legacy_call("traced"), headers={**head, "traceparent": CARRIED})
        await ask(app, tool_call("of-a-stranger"))
        await until(lambda: len(collector.spans()) >= 5)
        calls = "mcp.server.operation.duration"
        await until(lambda: calls in (found := collector.metrics()) and len(found[calls].histogram.data_points) >= 4)
    first, broken, handshake, legacy, stranger = collector.spans()
    assert first.name == "tools/call traced" and first.kind == 2
    assert (first.trace_id.hex(), first.parent_span_id.hex(), first.trace_state) == (TRACE, "b7ad6b7169203331", "a=1")
    assert own.value == f"00-{TRACE}-{first.span_id.hex()}-01"
    assert [link.trace_id.hex() for link in first.links] == [CARRIED.split("-")[1]]
    assert 0 < first.start_time_unix_nano <= first.end_time_unix_nano
    said = attributes(first)
    assert (
        said.items()
        >= {
            "mcp.method.name": "tools/call",
            "gen_ai.tool.name": "traced",
            "gen_ai.operation.name": "execute_tool",
            "mcp.protocol.version": "2026-07-28",
            "network.transport": "tcp",
            "network.protocol.name": "http",
            "jsonrpc.request.id": "1",
        }.items()
    )
    assert "error.type" not in said and first.status.code == 0
    assert (attributes(broken)["error.type"], broken.status.code, broken.parent_span_id) == ("tool_error", 2, b"")
    assert handshake.name == "initialize"
    assert legacy.trace_id.hex() == CARRIED.split("-")[1] and len(legacy.links) == 0
    assert attributes(legacy)["mcp.session.id"] not in ("", *head.values())
    assert stranger.name == "tools/call other"
    assert attributes(stranger)["gen_ai.tool.name"] == "of-a-stranger"
    # Counts: as many as there were, those without a trace too.
    histogram = collector.metrics()["mcp.server.operation.duration"]
    assert histogram.unit == "s" and histogram.histogram.aggregation_temporality == 2
    points = {tuple(sorted(attributes(point).items())): point for point in histogram.histogram.data_points}
    traced = points[
        ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "traced"), ("mcp.method.name", "tools/call")
    ]
    assert traced.count == 3 and sum(traced.bucket_counts) == 3 and traced.sum > 0
    assert list(traced.explicit_bounds) == BOUNDS and len(traced.bucket_counts) == len(BOUNDS) + 1
    assert all("of-a-stranger" not in value for point in points for _, value in point)
    # Who sends, and that it was let in.
    for _, headers, body in collector.taken:
        assert headers["x-tenant"] == "one"
        (whole,) = body.get("resourceSpans") or body["resourceMetrics"]
        resource = {one["key"]: one["value"]["stringValue"] for one in whole["resource"]["attributes"]}
        assert (resource["service.name"], resource["service.version"]) == ("files", "7.1")
    # What was not taken at first came again, once.
    assert collector.refusals == {"/base/v1/traces": 1, "/base/v1/metrics": 1}
    assert len({span.span_id for span in collector.spans()}) == 5


async def test_what_waits_is_sent_when_the_server_ends() -> None:
    with collecting() as collector:
        collector.refusals = {"/base/v1/traces": 1, "/base/v1/metrics": 1}
        otlp = {"endpoint": collector.url, "interval_seconds": 3600, "metrics_interval_seconds": 3600}
        app = telling(otlp).http_app()
        async with app.router.lifespan_context(app):
            await ask(app, tool_call("broken"))
            assert collector.taken == []
        await until(lambda: len(collector.taken) == 2)
        assert [span.name for span in collector.spans()] == ["tools/call broken"]


async def test_a_collector_that_is_not_there_holds_nothing_up() -> None:
    otlp = {"endpoint": "http://127.0.0.1:9", "interval_seconds": 0.05, "queue": 3, "metrics": False}
    app = telling(otlp, metrics={"public": True}).http_app()
    for _ in range(20):
        assert (await ask(app, tool_call("traced"))).status == 200
    page = await ask(app, method="GET", path="/metrics")
    lost = next(line for line in page.text.splitlines() if line.startswith("oxmcp_spans_lost_total "))
    assert 0 < int(lost.split()[1]) <= 20
    assert 'gen_ai_tool_name="traced"} 20' in page.text


async def test_of_traces_that_begin_here_a_part_is_recorded() -> None:
    with collecting() as collector:
        collector.refusals = {"/base/v1/traces": 1, "/base/v1/metrics": 1}
        otlp = {"endpoint": collector.url, "interval_seconds": 0.05, "metrics": False, "sample_ratio": 0}
        app = telling(otlp).http_app()
        for _ in range(10):
            await ask(app, tool_call("traced"))
        await ask(app, tool_call("traced", {"traceparent": PARENT}))
        await until(collector.spans)
        assert [span.trace_id.hex() for span in collector.spans()] == [TRACE]
