"""Every server that takes part."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .cells import MODERN, MODERN_STREAM, SESSION, SESSION_STREAM, STDIO_MODERN, STDIO_SESSION

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
TARGET_DIR = ROOT / "target" / "load"
NODE = shutil.which("node") or "node"

OURS, PEER, CEILING = "ours", "peer", "ceiling"
HTTP = (MODERN, MODERN_STREAM, SESSION, SESSION_STREAM)
STDIO = (STDIO_MODERN, STDIO_SESSION)


@dataclass(frozen=True)
class Contender:
    """A server, how it is started, and what it can be asked for."""

    name: str
    title: str
    language: str
    role: str
    command: Callable[[str], list[str]]
    """What starts it for a way to it, without the options that all take."""
    wires: tuple[str, ...]
    speaks_mcp: bool = True
    """Whether its answers can be checked."""
    options: Callable[[str], list[str]] = field(default=lambda wire: ["--answers", "json" if _is_json(wire) else "sse"])


def _is_json(wire: str) -> bool:
    return wire in (MODERN, SESSION)


def _python(script: str, *flags: str) -> Callable[[str], list[str]]:
    return lambda wire: [sys.executable, str(HERE / "servers" / script), *flags]


def _node(script: str, *flags: str, modern: tuple[str, ...] = ()) -> Callable[[str], list[str]]:
    """`modern`: more flags where the wire is of 2026-07-28."""
    return lambda wire: [NODE, str(HERE / script), *flags, *(modern if wire in (MODERN, MODERN_STREAM) else ())]


def _compiled(name: str, *flags: str) -> Callable[[str], list[str]]:
    return lambda wire: [str(TARGET_DIR / "release" / name), *flags]


def _no_options(wire: str) -> list[str]:
    return []


CONTENDERS: Mapping[str, Contender] = {
    contender.name: contender
    for contender in (
        Contender("oxmcp-python", "oxmcp", "Python", OURS, _python("oxmcp_server.py"), (*HTTP, *STDIO)),
        Contender(
            "oxmcp-mounted", "oxmcp under uvicorn", "Python", OURS, _python("oxmcp_server.py", "--mounted"), HTTP
        ),
        Contender(
            "oxmcp-mounted-tuned",
            "oxmcp under uvicorn with uvloop, httptools",
            "Python",
            OURS,
            _python("oxmcp_server.py", "--mounted", "--tuned"),
            HTTP,
        ),
        Contender("mcp", "mcp", "Python", PEER, _python("mcp_server.py"), (*HTTP, *STDIO)),
        Contender("mcp-tuned", "mcp with uvloop, httptools", "Python", PEER, _python("mcp_server.py", "--tuned"), HTTP),
        Contender("fastmcp", "fastmcp", "Python", PEER, _python("fastmcp_server.py"), (*HTTP, *STDIO)),
        Contender(
            "granian",
            "granian, fixed bytes",
            "Python",
            CEILING,
            _python("granian_server.py"),
            (MODERN,),
            speaks_mcp=False,
            options=_no_options,
        ),
        Contender(
            "uvicorn",
            "uvicorn, fixed bytes",
            "Python",
            CEILING,
            _python("uvicorn_server.py"),
            (MODERN,),
            speaks_mcp=False,
            options=_no_options,
        ),
        Contender(
            "uvicorn-tuned",
            "uvicorn with uvloop, httptools, fixed bytes",
            "Python",
            CEILING,
            _python("uvicorn_server.py", "--tuned"),
            (MODERN,),
            speaks_mcp=False,
            options=_no_options,
        ),
        Contender("oxmcp-typescript", "oxmcp", "TypeScript", OURS, _node("servers/oxmcp_server.mjs"), (*HTTP, *STDIO)),
        Contender(
            "oxmcp-thread",
            "oxmcp, its I/O on a thread",
            "TypeScript",
            OURS,
            _node("servers/oxmcp_server.mjs", "--io", "thread"),
            HTTP,
        ),
        Contender(
            "oxmcp-loop",
            "oxmcp, its I/O on Node's loop",
            "TypeScript",
            OURS,
            _node("servers/oxmcp_server.mjs", "--io", "loop"),
            HTTP,
        ),
        Contender(
            "ts-server",
            "@modelcontextprotocol/server",
            "TypeScript",
            PEER,
            _node("servers/v2_server.mjs", modern=("--mode", "default")),
            (*HTTP, STDIO_SESSION),
        ),
        Contender(
            "ts-server-hoisted",
            "@modelcontextprotocol/server, schemas made once",
            "TypeScript",
            PEER,
            _node("servers/v2_server.mjs", "--mode", "hoisted"),
            (MODERN, MODERN_STREAM),
        ),
        Contender(
            "ts-sdk",
            "@modelcontextprotocol/sdk",
            "TypeScript",
            PEER,
            _node("servers/v1_server.mjs"),
            (SESSION, SESSION_STREAM, STDIO_SESSION),
        ),
        Contender(
            "npm-fastmcp",
            "fastmcp (npm)",
            "TypeScript",
            PEER,
            _node("npm/fastmcp_server.mjs"),
            (SESSION, SESSION_STREAM, STDIO_SESSION),
        ),
        Contender(
            "node-http",
            "node:http that parses, checks and calls",
            "TypeScript",
            CEILING,
            _node("servers/node_http_server.mjs"),
            (MODERN, SESSION),
        ),
        Contender("oxmcp-rust", "oxmcp", "Rust", OURS, _compiled("oxmcp_server"), (*HTTP, *STDIO)),
        Contender(
            # In sessions it answers with event streams whatever it is told.
            "rmcp",
            "rmcp",
            "Rust",
            PEER,
            _compiled("rmcp_server"),
            (MODERN, MODERN_STREAM, SESSION_STREAM, *STDIO),
        ),
        Contender(
            "rmcp-nodelay",
            "rmcp with TCP_NODELAY",
            "Rust",
            PEER,
            _compiled("rmcp_server", "--nodelay"),
            (MODERN, MODERN_STREAM, SESSION_STREAM),
        ),
        Contender(
            "hyper",
            "hyper, fixed bytes",
            "Rust",
            CEILING,
            _compiled("bare_hyper"),
            (MODERN,),
            speaks_mcp=False,
            options=_no_options,
        ),
        Contender(
            "hyper-echo",
            "hyper, the request's own bytes",
            "Rust",
            CEILING,
            _compiled("bare_hyper", "--echo"),
            (MODERN,),
            speaks_mcp=False,
            options=_no_options,
        ),
    )
}
"""By the names that `--servers` takes."""

LANGUAGES = ("Python", "TypeScript", "Rust")

IMPORTS = {
    "node": (),
    "oxmcp-typescript": ("oxmcp", "oxmcp/server/stdio.js"),
    "ts-sdk": ("@modelcontextprotocol/sdk/server/mcp.js", "@modelcontextprotocol/sdk/server/stdio.js"),
    "ts-server": ("@modelcontextprotocol/server", "@modelcontextprotocol/server/stdio"),
}
"""What is imported of a package of npm by a server that speaks over stdio; `node` alone imports nothing."""


def import_command(server: str) -> list[str]:
    """What imports a server class and the stdio transport, and ends."""
    source = "\n".join(f"import '{name}';" for name in IMPORTS[server])
    return ["env", "-C", str(HERE / "servers"), NODE, "--input-type=module", "--eval", source]
