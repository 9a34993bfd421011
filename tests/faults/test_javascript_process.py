"""When a Node process that serves ends, and when it does not; what it keeps in memory; threads of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from processes import (
    ANSWER_WITHIN,
    NODE,
    SERVERS,
    HttpProcess,
    StdioProcess,
    free_port,
    serve_http,
    serve_stdio,
    server_command,
)
from wire import (
    INITIALIZED,
    call,
    envelope,
    headers_for,
    initialize,
    modern,
    raw_connection,
    raw_request,
    request,
    send_modern,
    text_of,
)

PROMPTLY = 10


def run(script: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a script to its own end; that it comes to one is what most of these tests are about."""
    return subprocess.run(
        [NODE, "--input-type=module", "-e", script],
        cwd=SERVERS,
        input=stdin,
        capture_output=True,
        timeout=ANSWER_WITHIN,
        check=False,
    )


def last_line(script: str) -> Any:
    """What a script printed last, as JSON; it ended by itself, without complaint."""
    finished = run(script)
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout.splitlines()[-1])


ECHO = """
import { McpServer } from 'oxmcp';
import { InMemoryTransport } from 'oxmcp/inMemory.js';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
const server = new McpServer({ name: 'small', version: '1.0.0' });
const schema = { type: 'object', properties: { text: { type: 'string' } } };
server.registerTool('echo', { inputSchema: schema }, ({ text }) => ({ content: [{ type: 'text', text }] }));
server.registerTool('wait', {}, (ctx) => new Promise((resolve) => {
  ctx.signal.addEventListener('abort', () => { console.error('aborted'); resolve(undefined); });
}));
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const call = (id, name, args = {}) => ({
  jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: envelope },
});
const post = (message) => new Request('http://localhost/mcp', {
  method: 'POST',
  headers: {
    'content-type': 'application/json', accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28', 'mcp-method': message.method, 'mcp-name': message.params.name,
  },
  body: JSON.stringify(message),
});
"""


def test_a_server_that_serves_nothing_keeps_nothing_alive() -> None:
    """Registering alone holds no process"""
    assert last_line(ECHO + "console.log('1');") == 1


def test_a_process_ends_when_its_listener_is_closed() -> None:
    script = """
    const { port } = await server.listen({ port: 0 });
    const answer = await fetch(`http://127.0.0.1:${port}/mcp`, post(call(1, 'echo', { text: 'x' })));
    const { result } = await answer.json();
    await server.close();
    console.log(JSON.stringify(result.content));
    """
    assert last_line(ECHO + script) == [{"type": "text", "text": "x"}]


def test_a_port_is_free_again_after_close() -> None:
    script = """
    const { port } = await server.listen({ port: 0 });
    await server.close();
    const other = new McpServer({ name: 'other', version: '1.0.0' });
    await other.listen({ port });
    await other.close();
    console.log(port);
    """
    assert last_line(ECHO + script) > 0


def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    script = """
    const { port } = await server.listen({ port: 0 });
    const other = new McpServer({ name: 'other', version: '1.0.0' });
    const error = await other.listen({ port }).then(() => undefined, (reason) => reason);
    await server.close();
    console.log(JSON.stringify([error instanceof Error, error.message.includes(String(port)), error.message]));
    """
    is_error, names_port, message = last_line(ECHO + script)
    assert is_error and names_port, message


def test_an_idle_connection_within_the_process_keeps_nothing_alive() -> None:
    """The client's end is in the same process: when nobody asks, nobody is left"""
    script = """
    const [client, transport] = InMemoryTransport.createLinkedPair();
    await server.connect(transport);
    client.onmessage = (message) => console.log(JSON.stringify(message.result.content));
    await client.start();
    await client.send(call(0, 'echo', { text: 'within' }));
    """
    assert last_line(ECHO + script) == [{"type": "text", "text": "within"}]


def test_a_fetch_is_waited_for_and_then_nothing_is() -> None:
    script = """
    server.fetch(post(call(1, 'echo', { text: 'fetched' }))).then(async (response) => {
      const { result } = await response.json();
      console.log(JSON.stringify([response.status, result.content[0].text]));
    });
    """
    assert last_line(ECHO + script) == [200, "fetched"]


def test_a_request_that_is_aborted_aborts_its_handler() -> None:
    """HTTP-10"""
    script = """
    const controller = new AbortController();
    const request = new Request(post(call(0, 'wait')), { signal: controller.signal });
    const pending = server.fetch(request).then((response) => response.text()).catch(() => 'gone');
    setTimeout(() => controller.abort(), 100);
    await pending;
    console.log('1');
    """
    finished = run(ECHO + script)
    assert finished.returncode == 0, finished.stderr.decode()
    assert b"aborted" in finished.stderr


def test_closing_cancels_what_runs() -> None:
    """CAN-9"""
    script = """
    const [client, transport] = InMemoryTransport.createLinkedPair();
    await server.connect(transport);
    await client.start();
    await client.send(call(0, 'wait'));
    setTimeout(async () => { await server.close(); console.log('1'); }, 100);
    """
    finished = run(ECHO + script)
    assert finished.returncode == 0, finished.stderr.decode()
    assert b"aborted" in finished.stderr


@pytest.mark.parametrize("identity", [0, 1, "", "a"])
def test_the_signal_aborts_whatever_the_id(identity: Any) -> None:
    """CAN-1, CAN-2: request id 0 included"""
    with serve_stdio("everything_server", "typescript") as server:
        server.send(initialize(identity="first"))
        server.answer_to("first")
        server.send(INITIALIZED)
        params = {"name": "wait_until_cancelled", "arguments": {"label": "it"}, "_meta": {"progressToken": 0}}
        server.send(request("tools/call", params, identity))
        assert server.receive()["params"]["progressToken"] == 0
        notice = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identity}}
        server.send(notice)
        while True:
            server.send(request("tools/call", {"name": "observed", "arguments": {}}, "observed"))
            if "cancelled it" in text_of(server.answer_to("observed")):
                break
        assert not [seen for seen in server.seen if seen.get("id") == identity]


def test_the_end_of_input_ends_a_process_that_a_timer_keeps_alive() -> None:
    """STDIO-5"""
    with serve_stdio("faulty_server", "typescript") as server:
        server.send(call("keeps_alive"))
        assert text_of(server.answer_to(1)) == "ticking"
        server.close_input()
        assert server.process.wait(PROMPTLY) == 0


def test_the_end_of_input_ends_a_process_with_calls_that_never_answer() -> None:
    """STDIO-5, STDIO-14"""
    with serve_stdio("faulty_server", "typescript") as server:
        server.send(modern("tools/call", 1, envelope(progressToken=1), name="never_answers", arguments={}))
        assert server.receive()["method"] == "notifications/progress"
        server.close_input()
        assert server.process.wait(20) == 0


def test_a_client_that_reads_no_more_ends_the_process() -> None:
    """STDIO-5: nobody is left to answer, though the input is open and a timer ticks"""
    command = [*server_command("faulty_server", "typescript"), "--stdio"]
    pipes = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert pipes.stdin and pipes.stdout
        pipes.stdin.write(json.dumps(call("keeps_alive")).encode() + b"\n")
        pipes.stdin.flush()
        assert b"ticking" in pipes.stdout.readline()
        pipes.stdout.close()
        pipes.stdin.write(json.dumps(call("works")).encode() + b"\n")
        pipes.stdin.flush()
        pipes.wait(PROMPTLY)
    finally:
        pipes.kill()
        pipes.wait()


def test_a_web_app_that_closes_leaves_nothing_behind() -> None:
    """Transports made for requests hold no process"""
    script = """
    import { createServer } from 'node:http';
    import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
    const app = createServer(async (request, response) => {
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      await server.connect(transport);
      await transport.handleRequest(request, response);
    }).listen(0, '127.0.0.1', async () => {
      const message = {
        jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name: 'echo', arguments: { text: 'in an app' } },
      };
      const answer = await fetch(`http://127.0.0.1:${app.address().port}/`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json', accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25', connection: 'close',
        },
        body: JSON.stringify(message),
      });
      const body = await answer.text();
      app.close();
      console.log(JSON.stringify([answer.status, body.includes('in an app')]));
    });
    """
    assert last_line(ECHO + script) == [200, True]


@pytest.mark.parametrize("tool", ["exits", "exits_later"])
def test_a_handler_may_end_the_process(tool: str) -> None:
    """`process.exit` is the author's word: it ends at once, with the author's code, whatever the engine does"""
    with serve_stdio("faulty_server", "typescript") as server:
        for number in range(20):
            server.send(call("works", {"text": "x"}, f"before {number}"))
        for number in range(20):
            server.answer_to(f"before {number}")
        server.send(call(tool))
        assert server.process.wait(PROMPTLY) == 3
        assert [message["id"] for message in server.remaining()] == ([1] if tool == "exits_later" else [])


def test_a_handler_may_end_the_process_that_listens() -> None:
    with serve_http("faulty_server", "typescript") as server:
        message = call("exits")
        with raw_connection(server) as connection:
            connection.sendall(raw_request(message, headers_for(message)))
            assert server.process.wait(PROMPTLY) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_handler_of_the_authors_hears_the_signal(number: signal.Signals) -> None:
    """A graceful end is the author's to write: `process.on('SIGTERM', () => server.close())`"""
    script = (
        ECHO
        + """
    process.on('SIGINT', () => server.close());
    process.on('SIGTERM', () => server.close());
    await server.connect(new StdioServerTransport());
    """
    )
    with StdioProcess([NODE, "--input-type=module", "-e", script], directory=SERVERS) as server:
        server.send(call("echo", {"text": "x"}))
        server.answer_to(1)
        server.process.send_signal(number)
        assert server.process.wait(PROMPTLY) == 0


@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_listener_that_is_asked_to_end(way: str) -> None:
    script = (
        ECHO
        + """
    process.on(process.argv[2], () => server.close());
    await server.listen({ port: Number(process.argv[1]) });
    """
    )
    port = free_port()
    command = [NODE, "--input-type=module", "-e", script, str(port), way]
    with HttpProcess(command, port=port, directory=SERVERS) as server:
        assert text_of(send_modern(server, call("echo", {"text": "x"})).message) == "x"
        server.process.send_signal(getattr(signal, way))
        assert server.process.wait(PROMPTLY) == 0


@pytest.mark.parametrize("way", ["block", "wait"])
def test_threads_each_run_a_server_and_can_be_ended_within_a_call(way: str) -> None:
    """The others go on serving, and the process ends when the last is gone"""
    script = (
        ECHO
        + f"const way = {json.dumps(way)};"
        + """
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const workers = [1, 2, 3].map((workerData) => new Worker('./worker.mjs', { workerData, execArgv: [] }));
    const ports = (await Promise.all(workers.map((worker) => once(worker, 'message')))).flat();
    const ask = async (number, name) => {
      const answer = await fetch(`http://127.0.0.1:${ports[number]}/mcp`, post(call(1, name)));
      return (await answer.json()).result.content[0].text;
    };
    const before = await Promise.all([0, 1, 2].map((number) => ask(number, 'who')));
    const begun = once(workers[1], 'message');
    const stuck = ask(1, way).catch(() => 'gone');
    await begun;
    await workers[1].terminate();
    const after = await Promise.all([0, 2].map((number) => ask(number, 'who')));
    const outcome = await stuck;
    await workers[0].terminate();
    await workers[2].terminate();
    console.log(JSON.stringify([before, after, outcome]));
    """
    )
    assert last_line(script) == [["1", "2", "3"], ["1", "3"], "gone"]


def resident(process: int) -> int:
    """Bytes of a process that are in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("tool", ["echo", "steps", "wait_until_cancelled"])
def test_memory_does_not_grow_with_the_number_of_calls(tool: str) -> None:
    """Answered, with notifications, and cancelled: nothing of a call stays"""
    arguments = {"echo": {"text": "x" * 200}, "steps": {"count": 3}, "wait_until_cancelled": {"label": "x"}}[tool]
    with serve_stdio("everything_server", "typescript") as server:

        def ask(rounds: int) -> None:
            lines: list[Any] = []
            for number in range(WINDOW):
                meta = envelope(progressToken=number, logLevel="info") if tool == "steps" else envelope()
                lines.append(modern("tools/call", number, meta, name=tool, arguments=arguments))
                if tool == "wait_until_cancelled":
                    params = {"requestId": number}
                    lines.append({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
            lines.append(modern("server/discover", "last"))
            data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
            wanted = 1 if tool == "wait_until_cancelled" else WINDOW + 1
            for _ in range(rounds):
                server.send_bytes(data)
                answers = [server.receive() for _ in range(wanted if tool != "steps" else WINDOW * 7 + 1)]
                assert sum("result" in answer for answer in answers) == wanted
                server.seen.clear()

        rounds = {"echo": 50, "steps": 10, "wait_until_cancelled": 20}[tool]
        ask(rounds)
        before = resident(server.process.pid)
        ask(rounds)
        assert resident(server.process.pid) - before < 30 << 20


WINDOW = 500
"""Calls in flight at once: well below the number that is refused."""
