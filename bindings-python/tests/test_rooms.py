"""Rooms only look downhill, and no imports run in circles (ARCHITECTURE.md).

The source is read, not run: imports at the top of a module, inside its functions and for type checkers count alike.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import oxmcp

ROOT = Path(oxmcp.__file__).parent

ROOMS = (
    "_native",
    "engine",
    "types",
    "errors",
    "later",
    "answers",
    "arguments",
    "authentication",
    "calls",
    "serving",
    "offers",
    "client",
    "server",
)
"""The rooms, lowest first. Each may use those before it, and itself."""

PUBLIC = (
    "__main__",
    "apps",
    "content",
    "context",
    "dependencies",
    "exceptions",
    "prompts",
    "resources",
    "results",
    "shared",
    "skills",
    "tools",
    "utilities",
)
"""What stands beside the rooms because people import it by that name. It hands on what the rooms have, and no room uses it."""

MOST_FILES = 15
"""How many modules lie side by side in a room at most."""


def test_every_module_is_in_a_room_or_imported_by_people() -> None:
    placed = {"", *ROOMS, *PUBLIC}
    stray = [module for module in sources() if module.split(".")[0] not in placed]
    assert not stray, f"neither in a room of this test's order nor in PUBLIC: {', '.join(stray)}"


def test_a_room_has_few_files() -> None:
    folders: dict[Path, int] = {}
    for file in files():
        folders[file.parent] = folders.get(file.parent, 0) + (file.name != "__init__.py")
    crowded = [f"{folder} has {count} files" for folder, count in folders.items() if count > MOST_FILES]
    assert not crowded, "; ".join(crowded)


def test_rooms_only_look_downhill() -> None:
    uphill = []
    for module, uses in imports(sources(), packages()).items():
        own = place(module)
        uphill += [f"{module or 'oxmcp'} uses {used or 'oxmcp'}" for used in sorted(uses) if place(used) > own]
    assert not uphill, "these look uphill:\n" + "\n".join(uphill)


def test_no_imports_run_in_a_circle() -> None:
    found = [" → ".join([*circle, circle[0]]) for circle in circles(imports(sources(), packages()))]
    assert not found, "these import one another:\n" + "\n".join(found)


def test_a_circle_is_named_however_it_is_written() -> None:
    written = {
        "": "def __getattr__(name):\n    from importlib import import_module\n",
        "room": "",
        "room.a": "from . import b\nfrom .. import types\n",
        "room.b": "def f():\n    from oxmcp.room.c import C\n",
        "room.c": "if TYPE_CHECKING:\n    from .a import A\n",
        "room.d": "from .a import A\nimport oxmcp.types\n",
        "types": "from .types_of import X",
        "types_of": "",
    }
    uses = imports(written)
    assert uses["room.d"] == {"room.a", "types"}
    assert uses["room.a"] == {"room.b", "types"}
    assert circles(uses) == [["room.a", "room.b", "room.c"]]


def place(module: str) -> int:
    """How high a module stands: by its room, or above them all."""
    room = module.split(".")[0]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def files() -> list[Path]:
    found = sorted(ROOT.rglob("*.py"))
    assert len(found) > 50, "the sources are not where this test looks"
    return found


def sources() -> dict[str, str]:
    """Every module of the package by its name below `oxmcp`, and its text."""
    return {name_of(file): file.read_text(encoding="utf-8") for file in files()}


def packages() -> set[str]:
    """The modules that are folders."""
    return {name_of(file) for file in files() if file.name == "__init__.py"}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(texts: Mapping[str, str], alone: Collection[str] = ()) -> dict[str, set[str]]:
    """The modules of the package that each one imports anywhere in its text. `alone` are packages with nothing beside them."""
    modules = {*texts, "_native"}
    packages = {"", *alone, *(name.rpartition(".")[0] for name in modules)}
    return {
        module: {
            used
            for target in targets(ast.parse(text), module, is_package=module in packages)
            if (used := longest_known(target, modules)) != module
        }
        for module, text in texts.items()
    }


def targets(tree: ast.Module, module: str, *, is_package: bool) -> Iterator[str]:
    """What a module's imports name, below `oxmcp`; the name that is imported is the last step."""
    parts = module.split(".") if module else []
    package = parts if is_package else parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.name + ".").startswith("oxmcp."):
                    yield alias.name.partition(".")[2]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                start = package[: len(package) - node.level + 1]
                path = ".".join([*start, node.module] if node.module else start)
            elif node.module and (node.module + ".").startswith("oxmcp."):
                path = node.module.partition(".")[2]
            else:
                continue
            for alias in node.names:
                yield f"{path}.{alias.name}" if path else alias.name


def longest_known(target: str, modules: Iterable[str]) -> str:
    """The module that a path leads to: all of it, or what is left when a name inside the module is taken off."""
    return target if target in modules else target.rpartition(".")[0]


def circles(uses: Mapping[str, set[str]]) -> list[list[str]]:
    """One circle through each knot of modules that reach one another, the shortest through its first module."""
    found: list[list[str]] = []
    in_circles: set[str] = set()
    for module in sorted(uses):
        if module in in_circles:
            continue
        way = shortest_way_back(module, uses)
        if way is not None:
            found.append(way)
            in_circles.update(way)
    return found


def shortest_way_back(module: str, uses: Mapping[str, set[str]]) -> list[str] | None:
    """From a module over what it imports and back to it; None when there is no way."""
    came_from: dict[str, str] = {}
    waiting = [module]
    for current in waiting:
        for used in sorted(uses.get(current, ())):
            if used == module:
                way = [current]
                while way[-1] != module:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if used not in came_from:
                came_from[used] = current
                waiting.append(used)
    return None
