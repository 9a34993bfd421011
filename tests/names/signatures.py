"""What the public methods of other packages' classes take. Run by the interpreter that has them; prints JSON."""

from __future__ import annotations

import importlib
import inspect
import json
import typing
from typing import Any

CLASSES = {
    "mcp.server.fastmcp": {"FastMCP": "FastMCP", "Context": "Context"},
    "mcp.server.mcpserver": {"MCPServer": "FastMCP", "Context": "Context"},
    "mcp.server.lowlevel": {"Server": "Server"},
    "mcp.server.session": {"ServerSession": "ServerSession"},
    "fastmcp": {"FastMCP": "FastMCP", "Context": "Context", "Client": "Client"},
}
"""The classes, and what ours is called."""


def taken(kind: type) -> dict[str, list[str]]:
    """The parameters of every public method of a class, by name; `=` stands for an attribute."""
    found = {}
    for name in dir(kind):
        if name.startswith("_") and name != "__init__":
            continue
        member = inspect.getattr_static(kind, name)
        if inspect.getattr_static(object, name, None) is member or _is_inherited(kind, name):
            continue
        function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if not inspect.isfunction(function):
            found[name] = ["="]
            continue
        parameters: dict[str, None] = {}
        for one in [function, *_overloads(function)]:
            for parameter in inspect.signature(one).parameters.values():
                if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                    parameters[parameter.name] = None
        found[name] = [name for name in parameters if name not in ("self", "cls")]
    return found


def _is_inherited(kind: type, name: str) -> bool:
    """Whether a member comes from another package: from pydantic, say."""
    owner = next(base for base in kind.__mro__ if name in vars(base))
    return not owner.__module__.startswith(("mcp.", "fastmcp."))


def _overloads(function: Any) -> list[Any]:
    return list(typing.get_overloads(function)) if hasattr(typing, "get_overloads") else []


def main() -> None:
    """Prints `{"theirs.Class": {"ours": …, "methods": {…}}}`."""
    found = {}
    for module, classes in CLASSES.items():
        for theirs, ours in classes.items():
            try:
                kind = getattr(importlib.import_module(module), theirs)
            except (ImportError, AttributeError):
                continue  # of the other major version
            found[f"{module}.{theirs}"] = {"ours": ours, "methods": taken(kind)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
