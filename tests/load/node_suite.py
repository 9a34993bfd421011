"""oxmcp for TypeScript next to the official SDK (versions 1 and 2), npm fastmcp, and bare `node:http`.

`node:http` parses the message, checks the arguments with zod, calls and answers: what a server in JavaScript costs at the
very least. All peers answer JSON. "v2 default" is `createMcpHandler` as its documentation shows it, "v2 hoisted" the same
with the schemas made once. oxmcp takes part with the I/O where it puts it by itself, and with the place fixed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator

from method import CEILING, HERE, Effort, Suite
from targets import Cell, Results, Verdict, at_least, at_most, below

ROOT = HERE.parent.parent
MANY_TOOLS = 50
NODE = shutil.which("node") or "node"

OURS = ("oxmcp", "oxmcp thread", "oxmcp loop")
FLOOR = "node:http"
SERVERS = {
    "oxmcp": ["servers/oxmcp_server.mjs"],
    "oxmcp thread": ["servers/oxmcp_server.mjs", "--io", "thread"],
    "oxmcp loop": ["servers/oxmcp_server.mjs", "--io", "loop"],
    FLOOR: ["servers/node_http_server.mjs"],
    "v1": ["servers/v1_server.mjs"],
    "v2": ["servers/v2_server.mjs"],
    "v2 default": ["servers/v2_server.mjs", "--mode", "default"],
    "v2 hoisted": ["servers/v2_server.mjs", "--mode", "hoisted"],
    "fastmcp": ["npm/fastmcp_server.mjs"],
}
PEERS = {
    "v1": ("legacy",),
    "v2": ("legacy",),
    "v2 default": ("modern",),
    "v2 hoisted": ("modern",),
    "fastmcp": ("legacy",),
}
"""Which eras they serve in this mode."""

IMPORTS = {
    "node": (),
    "oxmcp": ("oxmcp", "oxmcp/server/stdio.js"),
    "oxmcp + zod": ("oxmcp", "oxmcp/server/stdio.js", "zod"),
    "v1": ("@modelcontextprotocol/sdk/server/mcp.js", "@modelcontextprotocol/sdk/server/stdio.js"),
    "v2": ("@modelcontextprotocol/server", "@modelcontextprotocol/server/stdio"),
}


def command(server: str) -> list[str]:
    """The first node on the path runs every server."""
    script, *flags = SERVERS[server]
    return [NODE, str(HERE / script), *flags]


def import_command(server: str) -> list[str]:
    """What imports a server class and the stdio transport, and ends."""
    source = "\n".join(f"import '{name}';" for name in IMPORTS[server])
    return ["env", "-C", str(HERE / "servers"), NODE, "--input-type=module", "--eval", source]


def cells(quick: bool) -> list[Cell]:
    """Everything to measure. Peers that cost ten times as much are measured where it matters for a target."""
    widths = (16,) if quick else (1, 16, 64)
    chosen = [Cell("http", CEILING, "fixed bytes", "modern", width) for width in widths]
    for server in (FLOOR, *OURS):
        chosen += [
            Cell("http", server, call, era, width)
            for call in ("echo", "echo_async")
            for era in ("legacy", "modern")
            for width in widths
        ]
        chosen += [Cell("http", server, "echo", era, 64, cores=2) for era in ("legacy", "modern")]
    chosen += [
        Cell("http", server, "echo", era, width) for server, eras in PEERS.items() for era in eras for width in widths
    ]
    lists = {"oxmcp": ("legacy", "modern"), **PEERS}
    chosen += [Cell("list", server, "tools/list", era, 16) for server, eras in lists.items() for era in eras]
    chosen += [Cell("stdio", server, "echo", "legacy", width) for server in ("oxmcp", "v1", "v2") for width in (1, 64)]
    chosen += [Cell("start", server, "initialize", "legacy", 1) for server in ("oxmcp", "v1", "v2")]
    chosen += [Cell("import", server, "import", "", 0) for server in IMPORTS]
    return chosen


def sizes() -> dict[Cell, dict[str, float]]:
    """What `npm install` puts on the disk."""
    packed = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--ignore-scripts"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    (described,) = json.loads(packed.stdout)
    return {Cell("size", "oxmcp", "npm pack", "", 0): {"megabytes": described["unpackedSize"] / 1e6}}


def versions() -> dict[str, str]:
    """What was measured."""
    found = {"node": subprocess.run([NODE, "--version"], check=True, capture_output=True, text=True).stdout.strip()}
    places = {
        "oxmcp": ROOT,
        "@modelcontextprotocol/sdk": ROOT / "node_modules/@modelcontextprotocol/sdk",
        "@modelcontextprotocol/server": ROOT / "node_modules/@modelcontextprotocol/server",
        "zod": ROOT / "node_modules/zod",
        "fastmcp": HERE / "npm/node_modules/fastmcp",
    }
    for package, place in places.items():
        manifest = place / "package.json"
        found[package] = json.loads(manifest.read_text())["version"] if manifest.exists() else "not installed"
    return found


def judge(results: Results) -> list[Verdict]:
    """Every target in every cell that was measured on both sides."""
    return [*_http(results), *_list(results), *_import(results), *_size(results)]


def _http(results: Results) -> Iterator[Verdict]:
    for cell, ours in results.items():
        if cell.scenario != "http" or cell.server not in OURS:
            continue
        call, era, width, cores = cell.call, cell.era, cell.connections, cell.cores
        where = f"{cell.server}, {call} {era} c={width}" + (" on two" if cores == 2 else "")
        floor = results.get(Cell("http", FLOOR, call, era, width, cores), {})
        # With one core the engine's I/O lives on the JavaScript thread unless it is told otherwise.
        if cell.server == "oxmcp thread" or (cell.server == "oxmcp" and cores == 2):
            target = "CPU of a call on the JavaScript thread: at most 6 µs"
            yield below(target, where, ours["main_us"], 6, f"of {ours['cpu_us']:,.1f} µs in all")
        if cores == 2:
            if floor:
                target = "calls/s on two cores: at least 2 x node:http"
                yield at_least(target, where, ours["per_second"], floor["per_second"], 2, "calls/s")
            continue
        peers = {
            server: results[peer]
            for server, eras in PEERS.items()
            for peer in (Cell("http", server, "echo", its_era, width) for its_era in eras)
            if peer in results
        }
        if peers:
            best, theirs = min(peers.items(), key=lambda peer: peer[1]["cpu_us"])
            target = f"CPU of a call: at most 1/10 of the best peer ({best})"
            yield at_most(target, where, ours["cpu_us"], theirs["cpu_us"], 1 / 10, "µs")
        if era == "modern" and "v2 default" in peers:
            target = "CPU of a call: at most 1/60 of v2's default handler"
            yield at_most(target, where, ours["cpu_us"], peers["v2 default"]["cpu_us"], 1 / 60, "µs")
        if floor:
            target = "CPU of a call: at most 0.65 x node:http"
            yield at_most(target, where, ours["cpu_us"], floor["cpu_us"], 0.65, "µs")
        if floor and width > 1:
            target = "calls/s on one core: at least 1.5 x node:http"
            yield at_least(target, where, ours["per_second"], floor["per_second"], 1.5, "calls/s")


def _list(results: Results) -> Iterator[Verdict]:
    for era in ("legacy", "modern"):
        ours = results.get(Cell("list", "oxmcp", "tools/list", era, 16))
        for server, eras in PEERS.items():
            theirs = results.get(Cell("list", server, "tools/list", era, 16))
            if ours and theirs and era in eras:
                target = f"CPU of a list of {MANY_TOOLS} tools: at most 1/50 of {server}'s"
                yield at_most(target, era, ours["cpu_us"], theirs["cpu_us"], 1 / 50, "µs")


def _import(results: Results) -> Iterator[Verdict]:
    own = results.get(Cell("import", "node", "import", "", 0))
    ours = results.get(Cell("import", "oxmcp", "import", "", 0))
    if not own or not ours:
        return
    rivals = {server: results.get(Cell("import", server, "import", "", 0)) for server in ("v1", "v2")}
    for name, unit, scale in (("wall", "wall_ms", 1), ("CPU", "cpu_us", 1e-3)):
        detail = ", ".join(
            f"{server} {(theirs[unit] - own[unit]) * scale:.0f}" for server, theirs in rivals.items() if theirs
        )
        target = f"import with stdio beyond node's start: at most 60 ms ({name})"
        yield below(target, "", (ours[unit] - own[unit]) * scale, 60, detail)


def _size(results: Results) -> Iterator[Verdict]:
    if ours := results.get(Cell("size", "oxmcp", "npm pack", "", 0)):
        yield below("installed package: at most 8 MB", "", ours["megabytes"], 8, "unpacked")


SUITE = Suite(
    command=command,
    import_command=import_command,
    cells=cells,
    judge=judge,
    versions=versions,
    sizes=sizes,
    # A compiler that works while the program runs needs tens of thousands of calls before it has nothing left to do.
    full=Effort(rounds=5, seconds=1.5, warmup=40_000, rewarm=1_000, warmup_seconds=10.0, spawns=15),
    quick=Effort(rounds=1, seconds=0.5, warmup=10_000, rewarm=500, warmup_seconds=3.0, spawns=5),
    many_tools=MANY_TOOLS,
)
