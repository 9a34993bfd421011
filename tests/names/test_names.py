"""Every public name of the packages people come from is here, comes later, or stands on a list with its reason."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from oxmcp.later.names import LATER
from oxmcp.later.stand_ins import StandIn

sys.path.insert(0, str(Path(__file__).parent))
import inventory
from without_counterpart import REASONS, WITHOUT

ROOT = Path(__file__).parents[2]
INTERPRETER_1X = Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python"))
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


def is_later(found: Any) -> bool:
    """Whether it stands for something that does nothing yet."""
    return (
        isinstance(found, StandIn)
        or getattr(getattr(found, "__loader__", None), "__module__", "") == "oxmcp.later.finder"
    )


def listed(path: str) -> bool:
    """Whether a path, or one above it, has a reason to be missing."""
    while path:
        if path in WITHOUT:
            return True
        path = path.rpartition(".")[0]
    return False


def test_every_public_name_is_here_or_has_a_reason(paths: set[str]) -> None:
    missing = sorted(path for path in paths if not listed(path) and here(path) is None)
    assert not missing, f"{len(missing)} names are neither here nor listed: {missing}"


def test_what_is_listed_as_missing_is_missing_and_somebodys(paths: set[str]) -> None:
    assert set(WITHOUT.values()) <= set(REASONS)
    here_after_all = sorted(path for path in WITHOUT if here(path) is not None)
    nobodys = sorted(path for path in WITHOUT if path not in paths)
    assert not here_after_all, f"these exist: take them from the list: {here_after_all}"
    assert not nobodys, f"no package has these: {nobodys}"


def test_what_comes_later_is_not_here_yet_and_somebodys(paths: set[str]) -> None:
    later = [path for paths in LATER.values() for path in paths.split()]
    assert len(later) == len(set(later))
    here_already = sorted(path for path in later if not is_later(here(path)))
    nobodys = sorted(path for path in later if path not in paths)
    assert not here_already, f"these exist: take them from oxmcp/later/names.py: {here_already}"
    assert not nobodys, f"no package has these: {nobodys}"
