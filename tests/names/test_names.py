"""Every public name of the packages people come from can be imported; what does nothing yet is on a list with its reason."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from oxmcp.later.names import LATER
from oxmcp.later.stand_ins import StandIn
from oxmcp.later.without import WITHOUT

sys.path.insert(0, str(Path(__file__).parent))
import inventory

ROOT = Path(__file__).parents[2]
INTERPRETER_1X = Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python"))
EXEMPT = {"types.Textarea": "a mark for somebody else's pages, in a module that is all the protocol's here"}

ENVIRONMENTS = {"newest": Path(sys.executable), "1.x": INTERPRETER_1X}


def peers() -> set[str]:
    """The paths of all public modules and names of `mcp` and `fastmcp`, below the package."""
    found: set[str] = set()
    for interpreter in ENVIRONMENTS.values():
        site = inventory.site_packages(interpreter)
        for package in ("mcp", "fastmcp"):
            for module, names in inventory.names(site, package).items():
                below = module.partition(".")[2]
                found.update(f"{below}.{name}" if below else name for name in names)
                if below:
                    found.add(below)
    return found


@pytest.fixture(scope="module")
def paths() -> set[str]:
    missing = [name for name, interpreter in ENVIRONMENTS.items() if not interpreter.exists()]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    found = peers()
    assert {"server.fastmcp.FastMCP", "server.mcpserver.MCPServer", "types.Tool", "tools.base.Tool"} <= found
    return found


def here(path: str) -> Any:
    """What stands at a path, a name or a module; None when nothing does."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(f"oxmcp.{module}" if module else "oxmcp"), name)
    except (ImportError, AttributeError):
        pass
    try:
        return importlib.import_module(f"oxmcp.{path}")
    except ImportError:
        return None


def stands_in(found: Any) -> bool:
    """Whether it stands for something that does nothing yet."""
    return (
        isinstance(found, StandIn)
        or getattr(getattr(found, "__loader__", None), "__module__", "") == "oxmcp.later.finder"
    )


def test_every_public_name_can_be_imported(paths: set[str]) -> None:
    missing = sorted(path for path in paths - EXEMPT.keys() if here(path) is None)
    assert not missing, f"{len(missing)} names can not be imported: {missing}"


def test_every_name_that_does_nothing_yet_has_its_reason_and_is_somebodys(paths: set[str]) -> None:
    listed = [path for reasons in (LATER, WITHOUT) for names in reasons.values() for path in names.split()]
    assert sorted(listed) == sorted(set(listed))
    here_already = sorted(path for path in listed if not stands_in(here(path)))
    nobodys = sorted(path for path in listed if path not in paths)
    assert not here_already, f"these exist: take them from oxmcp/later: {here_already}"
    assert not nobodys, f"no package has these: {nobodys}"


def test_what_is_exempt_is_missing(paths: set[str]) -> None:
    assert all(path in paths and here(path) is None for path in EXEMPT)
