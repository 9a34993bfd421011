"""What was measured, and on what."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .contenders import HERE, NODE, ROOT

NPM = {
    "@modelcontextprotocol/server": ROOT / "node_modules",
    "@modelcontextprotocol/sdk": ROOT / "node_modules",
    "zod": ROOT / "node_modules",
    "fastmcp (npm)": HERE / "npm" / "node_modules",
}
PYPI = ("mcp", "fastmcp", "granian", "uvicorn", "uvloop", "httptools", "pydantic")
CRATES = ("rmcp", "axum", "hyper", "tokio", "mimalloc")


def machine() -> dict[str, str]:
    """The machine, in words."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "processor": cpu[1].strip() if cpu else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown",
        "kernel": platform.release(),
    }


def versions() -> dict[str, str]:
    """Of everything that was measured, and of what runs it."""
    workspace = (ROOT / "Cargo.toml").read_text()
    own = re.search(r'^version = "(.+)"$', workspace, re.MULTILINE)
    found = {"oxmcp": f"{own[1] if own else '?'} ({_commit()})", "Python": platform.python_version()}
    for package in PYPI:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    found["Node"] = _said_by(NODE, "--version").removeprefix("v")
    for package, modules in NPM.items():
        manifest = modules / package.removesuffix(" (npm)") / "package.json"
        found[package] = json.loads(manifest.read_text())["version"] if manifest.exists() else "not installed"
    found["rustc"] = _said_by("rustc", "--version").split()[1]
    lock = (HERE / "rust" / "Cargo.lock").read_text()
    for crate in CRATES:
        locked = re.search(rf'^name = "{crate}"\nversion = "(.+)"$', lock, re.MULTILINE)
        found[crate] = locked[1] if locked else "not locked"
    return found


def _commit() -> str:
    # What the run itself writes is no change of what it measured.
    changes = _output_of(
        "git", "status", "--porcelain", "--untracked-files=no", "--", ":!BENCHMARKS.md", ":!docs/benchmarks"
    )
    return _said_by("git", "rev-parse", "--short=12", "HEAD") + (" with changes" if changes else "")


def _said_by(*command: str) -> str:
    return _output_of(*command) or "unknown"


def _output_of(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30).stdout.strip()
