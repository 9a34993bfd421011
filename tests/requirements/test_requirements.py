"""Every id that a comment or a test cites is a requirement that is written down."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDERS = ("core", "bindings-node", "bindings-python", "examples", "tests")
ID = re.compile(r"(?<![\w-])([A-Z]+)-\d+\b")

DEFINED = set(re.findall(r"^\| ([A-Z]+-\d+) \|", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
PREFIXES = {requirement.partition("-")[0] for requirement in DEFINED}


def cited() -> dict[str, str]:
    """Every cited id, with a file that cites it."""
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix not in (".rs", ".py", ".pyi", ".ts", ".mjs", ".cjs", ".md") or path.parent == HERE:
                continue
            if {"target", "dist", "node_modules"} & set(path.relative_to(ROOT).parts):
                continue
            for match in ID.finditer(path.read_text(encoding="utf-8")):
                if match[1] in PREFIXES:
                    found[match[0]] = str(path.relative_to(ROOT))
    return found


def test_every_cited_id_is_a_requirement() -> None:
    assert {requirement: place for requirement, place in cited().items() if requirement not in DEFINED} == {}


def test_every_requirement_is_cited_somewhere() -> None:
    assert sorted(DEFINED - cited().keys()) == []
