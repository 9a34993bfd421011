"""The public names of an installed package, read from its source: nothing of it is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_NOBODYS = ("TypeVar", "ParamSpec", "getLogger", "get_logger")
"""What is made by these is nobody's interface: type variables and loggers."""


def site_packages(interpreter: Path) -> Path:
    """Where an environment's packages are. Raises FileNotFoundError when there is none."""
    folders = sorted(interpreter.parents[1].glob("lib/python*/site-packages"))
    if not folders:
        raise FileNotFoundError(interpreter)
    return folders[-1]


def names(site: Path, package: str) -> dict[str, set[str]]:
    """The public names of every public module of a package."""
    found = {}
    for file in sorted((site / package).rglob("*.py")):
        parts = file.relative_to(site).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        if is_package:
            parts = parts[:-1]
        if not any(part.startswith("_") for part in parts):
            found[".".join(parts)] = _public(file, site, is_package)
    return found


def _public(file: Path, site: Path, is_package: bool) -> set[str]:
    """What `__all__` lists; without it, what is defined there, and in a package what it takes from its own modules."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    listed = _listed(tree)
    if listed is not None:
        return {name for name in listed if not name.startswith("_")}
    found: set[str] = set()
    own = file.relative_to(site).parts[0]
    for node in _statements(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and not _is_nobodys(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if any(alias.name == "*" for alias in node.names):
                found |= _public(_file_of(module, site), site, True)
            elif is_package and (node.level or module.split(".")[0] in (own, "mcp_types")):
                found.update(alias.asname or alias.name for alias in node.names)
    return {name for name in found if not name.startswith("_")}


def _file_of(module: str, site: Path) -> Path:
    path = site.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _listed(tree: ast.Module) -> list[str] | None:
    for node in _statements(tree.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.Tuple)):
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
                return [str(item.value) for item in node.value.elts if isinstance(item, ast.Constant)]
    return None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under a condition too, except what only type checkers see."""
    for node in body:
        if isinstance(node, ast.If):
            if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
                yield from _statements(node.body)
            yield from _statements(node.orelse)
        elif isinstance(node, ast.Try):
            yield from _statements(node.body)
        else:
            yield node


def _is_nobodys(value: ast.expr | None) -> bool:
    if not isinstance(value, ast.Call):
        return False
    made_by = value.func
    return getattr(made_by, "id", getattr(made_by, "attr", None)) in _NOBODYS
