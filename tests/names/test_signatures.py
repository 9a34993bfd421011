"""Every public method of the classes people come from is here, and takes what theirs takes, or has a reason not to."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.later import members, options
from oxmcp.server import Server
from oxmcp.server.session import ServerSession

sys.path.insert(0, str(Path(__file__).parent))
from members_without_counterpart import MEMBERS, PARAMETERS, REASONS

SCRIPT = Path(__file__).with_name("signatures.py")
ROOT = Path(__file__).parents[2]
INTERPRETERS = (
    Path(sys.executable),
    Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python")),
)
OURS: dict[str, Any] = {
    "Client": Client,
    "Context": Context,
    "FastMCP": FastMCP,
    "Server": Server,
    "ServerSession": ServerSession,
}
MISSING = object()
MADE_BY_US = ("Context.__init__", "ServerSession.__init__")
"""What nobody calls but the package itself."""

ATTRIBUTES = {"FastMCP": vars(FastMCP()), "Server": vars(Server("s")), "Client": vars(Client(FastMCP()))}
"""What an object has by itself, beside what its class has."""


@pytest.fixture(scope="module")
def theirs() -> Iterator[dict[str, dict[str, set[str]]]]:
    """By the name of our class: every method of theirs, and all that any of theirs takes."""
    found: dict[str, dict[str, set[str]]] = {name: {} for name in OURS}
    for interpreter in INTERPRETERS:
        if not interpreter.exists():
            pytest.skip(f"no {interpreter}: run `make setup`")
        finished = subprocess.run([interpreter, SCRIPT], capture_output=True, text=True, check=True)
        for told in json.loads(finished.stdout).values():
            for method, parameters in told["methods"].items():
                found[told["ours"]].setdefault(method, set()).update(parameters)
    assert "context" in found["FastMCP"]["call_tool"]
    assert "elicit" in found["Context"]
    yield found


def later(kind: str) -> set[str]:
    """The members of a class that come later."""
    return {name for names in members.LATER.get(kind, {}).values() for name in names.split()}


def is_here(kind: str, name: str) -> bool:
    """Whether our class, or an object of it, has a member."""
    return inspect.getattr_static(OURS[kind], name, MISSING) is not MISSING or name in ATTRIBUTES.get(kind, {})


def accepted(function: Any) -> set[str]:
    """The parameters of a method, those among its further options too."""
    found: set[str] = set()
    for parameter in inspect.signature(function).parameters.values():
        found.add(parameter.name)
        if parameter.kind is parameter.VAR_KEYWORD:
            known = str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")
            found |= set(getattr(options, known).__annotations__) if known.startswith("Of") else {"**"}
    return found


def test_every_method_is_here_comes_later_or_has_a_reason(theirs: Mapping[str, Mapping[str, set[str]]]) -> None:
    missing = [
        f"{kind}.{method}"
        for kind, methods in theirs.items()
        for method in methods
        if not is_here(kind, method) and method not in later(kind) and f"{kind}.{method}" not in MEMBERS
    ]
    assert not missing, f"neither here nor listed: {missing}"


def test_every_parameter_is_taken_or_has_a_reason(theirs: Mapping[str, Mapping[str, set[str]]]) -> None:
    missing = []
    for kind, methods in theirs.items():
        for method, parameters in methods.items():
            ours = getattr(OURS[kind], method, None)
            if inspect.isroutine(ours) and method not in later(kind) and f"{kind}.{method}" not in MADE_BY_US:
                taken = accepted(ours)
                missing += [
                    f"{kind}.{method}.{name}"
                    for name in sorted(parameters - taken - {"="})
                    if "**" not in taken and f"{kind}.{method}.{name}" not in PARAMETERS
                ]
    assert not missing, f"neither taken nor listed: {missing}"


def test_what_is_listed_is_missing_and_somebodys(theirs: Mapping[str, Mapping[str, set[str]]]) -> None:
    assert {*MEMBERS.values(), *PARAMETERS.values()} <= set(REASONS)
    for path in MEMBERS:
        kind, method = path.split(".")
        assert method in theirs[kind], f"nobody has {path}"
        assert not is_here(kind, method), f"{path} exists: take it from the list"
    for path in PARAMETERS:
        kind, method, name = path.split(".")
        assert name in theirs[kind].get(method, ()), f"nobody takes {path}"
        assert name not in accepted(getattr(OURS[kind], method)), f"{path} is taken: take it from the list"
    for kind in members.LATER:
        for name in later(kind):
            assert name in theirs[kind], f"nobody has {kind}.{name}, which comes later"
            assert not is_here(kind, name), f"{kind}.{name} exists: take it from oxmcp/later/members.py"
