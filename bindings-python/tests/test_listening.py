"""How connections come in: TLS, HTTP/2, Unix sockets, proxies, systemd, on real listeners."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from oxmcp import FastMCP
from oxmcp.errors import ConfigurationError

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "add",
        "arguments": {"a": 2, "b": 3},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    },
}
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "add",
}


def adding(**sections: Any) -> FastMCP:
    server: FastMCP = FastMCP("adding", **sections)

    @server.tool
    def add(a: int, b: int) -> int:
        return a + b

    return server


def served(ask: Callable[[str, int], Any], server: FastMCP | None = None, **options: Any) -> Any:
    """What `ask`, called in a thread with the place, returns while a server listens."""

    async def go() -> Any:
        place: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
        serving = asyncio.ensure_future(
            (server or adding()).run_http_async(
                port=0, on_listening=lambda host, port: place.set_result((host, port)), **options
            )
        )
        try:
            waited: list[asyncio.Future[Any]] = [serving, place]
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if serving in done:
                serving.result()
            return await asyncio.to_thread(ask, *place.result())
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    return asyncio.run(go())


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, and what it vouches for: the server, and a client."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority = (str(folder / "ca.pem"), str(folder / "ca.key"))
    openssl("req", "-x509", *key, "-subj", "/CN=root", "-days", "2", "-out", authority[0], "-keyout", authority[1])
    for name, names in [("server", "DNS:localhost,IP:127.0.0.1"), ("client", "URI:spiffe://example/reports")]:
        request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        openssl("req", *key, "-subj", f"/CN={name}", "-out", str(request), "-keyout", str(folder / f"{name}.key"))
        signed = ("-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial", "-days", "2")
        openssl(
            "x509",
            "-req",
            "-in",
            str(request),
            *signed,
            "-extfile",
            str(extensions),
            "-out",
            str(folder / f"{name}.pem"),
        )
    return folder


def trusting(certificates: Path, who: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    if who is not None:
        context.load_cert_chain(certificates / f"{who}.pem", certificates / f"{who}.key")
    return context


def tls(certificates: Path, **more: Any) -> dict[str, Any]:
    return {"certificate": certificates / "server.pem", "key": certificates / "server.key", **more}


def post(port: int, context: ssl.SSLContext, *, http2: bool = False) -> tuple[str, Any]:
    """The version of HTTP that was spoken, and what came of a call."""
    with httpx.Client(verify=context, http1=not http2, http2=http2, timeout=20) as client:
        answer = client.post(f"https://localhost:{port}/mcp", json=CALL, headers=HEADERS)
        return answer.http_version, answer.json()["result"]["content"][0]["text"]


def test_calls_are_answered_over_tls_in_both_versions_of_http(certificates: Path) -> None:
    def ask(_: str, port: int) -> None:
        context = trusting(certificates)
        assert post(port, context) == ("HTTP/1.1", "5")
        assert post(port, context, http2=True) == ("HTTP/2", "5")
        old = trusting(certificates)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(httpx.ConnectError, match=r"(?i)version"):
            post(port, old)
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            post(port, ssl.create_default_context())

    served(ask, tls=tls(certificates))


def test_tls_is_a_section_of_the_configuration_too(certificates: Path, tmp_path: Path) -> None:
    def ask(_: str, port: int) -> tuple[str, Any]:
        return post(port, trusting(certificates))

    section = {name: str(path) for name, path in tls(certificates).items()}
    assert served(ask, adding(tls=section)) == ("HTTP/1.1", "5")
    file = tmp_path / "oxmcp.toml"
    file.write_text("[tls]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in section.items()))
    assert served(ask, adding(config=file)) == ("HTTP/1.1", "5")


def test_clients_without_a_certificate_are_turned_away_where_one_is_needed(certificates: Path) -> None:
    def ask(_: str, port: int) -> None:
        assert post(port, trusting(certificates, "client"))[1] == "5"
        with pytest.raises(httpx.HTTPError):
            post(port, trusting(certificates))

    served(ask, tls=tls(certificates, client_ca=certificates / "ca.pem"))


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_official_client_calls_over_https(certificates: Path, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcp import Client

    async def call(url: str) -> Any:
        async with Client(url, mode=mode) as client:
            return (await client.call_tool("add", {"a": 2, "b": 3})).content[0].text  # type: ignore[union-attr]

    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    assert served(lambda _, port: asyncio.run(call(f"https://localhost:{port}/mcp")), tls=tls(certificates)) == "5"


def test_http_2_is_spoken_in_plain_to_who_begins_with_it() -> None:
    def ask(_: str, port: int) -> None:
        with httpx.Client(http1=False, http2=True, timeout=20) as client:
            answer = client.post(f"http://127.0.0.1:{port}/mcp", json=CALL, headers=HEADERS)
            assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)

    served(ask)


def test_calls_are_answered_at_a_unix_socket(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "server.sock"

    def ask(host: str, port: int) -> Any:
        assert (host, port) == (str(path), 0)
        assert path.stat().st_mode & 0o777 == 0o600
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, timeout=20) as client:
            return client.post("http://any.example/mcp", json=CALL, headers=HEADERS).json()["id"]

    assert served(ask, unix_socket=path, unix_socket_mode=0o600) == 1
    assert not path.exists()


def test_a_proxy_is_believed_if_it_is_listed() -> None:
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse

    def where(forwarded: str, **options: Any) -> str:
        server = adding()

        @server.custom_route("/where", methods=["GET"])
        async def tell(request: Request) -> PlainTextResponse:
            assert request.client is not None
            return PlainTextResponse(request.client.host)

        def ask(_: str, port: int) -> str:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/where", headers={"X-Forwarded-For": forwarded})
            return connection.getresponse().read().decode()

        return str(served(ask, server, **options))

    assert where("203.0.113.7", trusted_proxies=["127.0.0.0/8"]) == "203.0.113.7"
    assert where("203.0.113.7", trusted_proxies="10.0.0.0/8") == "127.0.0.1"
    assert where("203.0.113.7") == "127.0.0.1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"tls": {"certificate": "/nowhere/c.pem", "key": "/nowhere/k.pem"}},
            "tls.certificate: cannot read /nowhere/c.pem",
        ),
        ({"tls": {"certificate": "c.pem"}}, "missing field `key`"),
        ({"trusted_proxies": ["proxy.example.com"]}, "no address and no network"),
        ({"proxy_protocol": True}, "proxy_protocol needs trusted_proxies"),
        ({"unix_socket_mode": 0o600}, "unix_socket_mode needs unix_socket"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        served(lambda _, __: None, **options)
    assert told in str(raised.value)


SERVER = """
import os, sys
from oxmcp import FastMCP

server = FastMCP("handed over")

@server.tool
async def add(a: int, b: int) -> int:
    return a + b

server.run("http", systemd=True, show_banner=False)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_systemd_hands_sockets_over_and_is_told_how_the_server_is(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(20)
    # As systemd does it: the socket is descriptor 3, and the variable names the process that it is for.
    start = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
        f"os.execv(sys.executable, [sys.executable, '-c', {SERVER!r}])"
    )
    environment = {
        **os.environ,
        "LISTEN_FDS": "1",
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "100000",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", start, str(listener.fileno())], env=environment, pass_fds=[listener.fileno()]
    )
    try:
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1"
        assert manager.recv(100) == b"WATCHDOG=1"
        port = listener.getsockname()[1]
        assert httpx.post(f"http://127.0.0.1:{port}/mcp", json=CALL, headers=HEADERS, timeout=20).status_code == 200
        process.terminate()
        while (told := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert told == b"STOPPING=1"
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        manager.close()
        listener.close()


FEW_DESCRIPTORS = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from oxmcp import FastMCP

server = FastMCP("few")

@server.tool
async def add(a: int, b: int) -> int:
    return a + b

server.run("http", port=0, on_listening=lambda host, port: print(port, flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_server_without_descriptors_rests_and_recovers() -> None:
    """R18 of the tests: no spin, and served again as soon as there is room."""
    process = subprocess.Popen(
        [sys.executable, "-c", FEW_DESCRIPTORS], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    clients: list[socket.socket] = []
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(80)]
        before = _processor_seconds(process.pid)
        threading.Event().wait(1.5)
        assert _processor_seconds(process.pid) - before < 0.75
        for client in clients:
            client.close()
        answer = httpx.post(f"http://127.0.0.1:{port}/mcp", json=CALL, headers=HEADERS, timeout=20)
        assert answer.status_code == 200
    finally:
        process.kill()
        process.wait()
        for client in clients:
            client.close()


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
