"""Make the files in `official/` from the specification's own JSON schemas: the facts, without the prose.

Usage: python tests/schemas/strip.py FOLDER

FOLDER holds `<version>/schema.json` as the specification's repository does (its folder `schema/`). What is left of each is
what a validator looks at; descriptions, examples and file markup are not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
OFFICIAL = Path(__file__).parent / "official"
PROSE = ("description", "title", "examples", "$comment", "default")


def facts(schema: Any) -> Any:
    """The schema without annotations. Names of properties and definitions are kept, whatever they are."""
    if isinstance(schema, list):
        return [facts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for keyword, value in schema.items():
        if keyword in ("properties", "definitions", "$defs", "patternProperties"):
            kept[keyword] = {name: facts(member) for name, member in value.items()}
        elif keyword in ("const", "enum", "required"):
            kept[keyword] = value
        elif keyword not in PROSE:
            kept[keyword] = facts(value)
    return kept


def main() -> None:
    """Write one file for each version."""
    (folder,) = sys.argv[1:]
    OFFICIAL.mkdir(exist_ok=True)
    for version in VERSIONS:
        schema = json.loads((Path(folder) / version / "schema.json").read_text(encoding="utf-8"))
        text = json.dumps(facts(schema), sort_keys=True, separators=(",", ":"))
        (OFFICIAL / f"{version}.json").write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
