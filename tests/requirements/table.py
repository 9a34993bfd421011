"""The table of requirements: each rule of README.md, and the tests of all languages that say they prove it.

Usage: python table.py [ID...] prints the rules, or these, with their tests.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
README = HERE / "README.md"
FOLDERS = ("core", "bindings-node", "bindings-python", "examples", "tests")
WRITTEN_BY_OTHERS = {"target", "dist", "node_modules", "official"}
EVERY_LANGUAGE = tuple(f"tests/{room}/" for room in ("requirements", "faults", "parity", "interoperability"))
"""Where tests ask servers of every language."""

ID = re.compile(r"(?<![\w-])([A-Z]+)-(\d+)\b(?: to \1-(\d+)\b)?")
ROW = re.compile(r"^\| ([A-Z]+-\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|(?= .* \| [^|]+ \|$)", re.MULTILINE)
DOWNSHIFT = re.compile(r"^\| (DOWN-\d+) \| [^|]+(?: \| [^|]+){5} \|$", re.MULTILINE)
CONTRADICTION = re.compile(r"^\| (G-\d+) \|", re.MULTILINE)
EXCEPTION = re.compile(r"^\| ([A-Z][^|]*) \| ([^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """One requirement: how much it weighs, whom it binds, and where."""

    id: str
    level: str
    who: str
    eras: tuple[str, ...]
    over: tuple[str, ...]

    @property
    def binds_us(self) -> bool:
        """Whether a server has to keep it."""
        return self.who != "client" and self.level in ("MUST", "MUST NOT", "HOUSE")

    @property
    def on_the_wire(self) -> bool:
        """Whether it can be seen from outside, so that each language's server is asked."""
        return self.over != ("engine",)


TRANSPORTS = {"all": ("stdio", "http", "sse")}
ERAS = {"both": ("modern", "legacy")}


def read_rules(text: str) -> dict[str, Rule]:
    """The rules of the tables, by id."""
    rules = {}
    for identity, level, who, eras, over in ROW.findall(text):
        transports = TRANSPORTS.get(over, tuple(over.split(", ")))
        rules[identity] = Rule(identity, level, who, ERAS.get(eras, (eras,)), transports)
    for identity in DOWNSHIFT.findall(text):
        rules[identity] = Rule(identity, "HOUSE", "server", ERAS["both"], TRANSPORTS["all"])
    for identity in CONTRADICTION.findall(text):
        rules[identity] = Rule(identity, "–", "both", ERAS["both"], TRANSPORTS["all"])
    return rules


def read_exceptions(text: str, title: str = "Without a test") -> dict[str, str]:
    """The rules that are listed below a title because a test is missing, each with the reason."""
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return {identity: why for listed, why in EXCEPTION.findall(section) for identity in ids_in(listed)}


def ids_in(text: str) -> list[str]:
    """The ids that a text cites; `HDR-1 to HDR-3` are three."""
    found = []
    for prefix, first, last in ID.findall(text):
        found += [f"{prefix}-{number}" for number in range(int(first), int(last or first) + 1)]
    return found


RULES = read_rules(README.read_text(encoding="utf-8"))
EXCEPTIONS = read_exceptions(README.read_text(encoding="utf-8"))
IN_SOME_LANGUAGES = read_exceptions(README.read_text(encoding="utf-8"), "Not asked of every language")
PREFIXES = {identity.partition("-")[0] for identity in RULES}


@dataclass(frozen=True)
class Cited:
    """What the files of the project cite."""

    places: dict[str, str] = field(default_factory=dict)
    """For each id, a file that cites it."""
    tests: dict[str, list[str]] = field(default_factory=dict)
    """For each id, the tests that cite it."""


def read_citations() -> Cited:
    """Reads all files of the project."""
    cited = Cited()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        file = path.relative_to(ROOT).as_posix()
        for identity in known(text):
            cited.places[identity] = file
        for name, words in tests_of(path.suffix, text):
            for identity in known(words):
                cited.tests.setdefault(identity, []).append(f"{file}::{name}")
    return cited


def sources() -> Iterator[Path]:
    """The files that may cite a requirement."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".rs", ".py", ".pyi", ".ts", ".mjs", ".cjs", ".md") or path == README:
                continue
            if path != HERE / "table.py" and not WRITTEN_BY_OTHERS & set(path.relative_to(ROOT).parts):
                yield path


def known(text: str) -> set[str]:
    """The ids of a text that look like requirements of ours."""
    return {identity for identity in ids_in(text) if identity.partition("-")[0] in PREFIXES}


def tests_of(suffix: str, text: str) -> Iterator[tuple[str, str]]:
    """The tests in a file: the name of each, and all that is written in it."""
    if suffix == ".py":
        for node in ast.parse(text).body if "def test_" in text else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                first = min([node, *node.decorator_list], key=lambda part: part.lineno)
                yield node.name, "\n".join(text.splitlines()[first.lineno - 1 : node.end_lineno])
    elif suffix == ".rs":
        for words in re.split(r"^(?=[ \t]*(?:///.*\n[ \t]*)*#\[(?:tokio::)?test\b)", text, flags=re.MULTILINE)[1:]:
            if name := re.search(r"\bfn (\w+)", words):
                yield name[1], words
    elif suffix == ".ts":
        for words in re.split(r"^(?=[ \t]*(?:void )?test\()", text, flags=re.MULTILINE)[1:]:
            if title := re.match(r"\s*(?:void )?test\(\s*(['\"`])(.*?)\1", words, re.DOTALL):
                yield title[2], words


def main() -> None:
    """Prints the table."""
    tests = read_citations().tests
    for rule in RULES.values():
        if sys.argv[1:] and rule.id not in sys.argv[1:]:
            continue
        print(f"{rule.id}  {rule.level}  {rule.who}  {'+'.join(rule.eras)}  {'+'.join(rule.over)}")
        for name in tests.get(rule.id, [EXCEPTIONS.get(rule.id, "no test")]):
            print(f"    {name}")


if __name__ == "__main__":
    main()
