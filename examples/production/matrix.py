"""Who may do what in the company's database: the whole table, as it is meant. `ask_everything.py` asks the servers whether it is so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ROLES = ("analyst", "developer", "admin")
OPEN = ("employees", "customers", "orders", "logs", "events", "metrics")
SECRET = ("audit_logs", "credentials")


@dataclass(frozen=True)
class Row:
    """One call, and the roles that may make it."""

    what: str
    tool: str
    arguments: dict[str, Any]
    allowed: tuple[str, ...]


def _select(table: str, *allowed: str) -> Row:
    return Row(f"SELECT … FROM {table}", "query", {"sql": f"SELECT * FROM {table}"}, allowed)


def _describe(table: str, *allowed: str) -> Row:
    return Row(f"describe_table {table}", "describe_table", {"table": table}, allowed)


RECORDS: dict[str, dict[str, Any]] = {
    "employees": {"name": "Ada", "department": "sales", "hired_on": "2026-06-01"},
    "customers": {"name": "Harbour Books", "country": "NO"},
    "orders": {"customer_id": 1, "ordered_on": "2026-06-01", "cents": 100},
    "logs": {"level": "info", "message": "the demo was here"},
    "events": {"kind": "demo"},
    "metrics": {"name": "demos", "value": 1},
    "audit_logs": {"written_at": "2026-06-01 09:00:00", "who": "Ada", "what": "nothing"},
    "credentials": {"service": "demo", "secret": "none"},
}
"""A row that each table takes."""


def _insert(table: str, *allowed: str) -> Row:
    return Row(f"insert_record {table}", "insert_record", {"table": table, "record": RECORDS[table]}, allowed)


def _tricks() -> list[Row]:
    """Ways around a rule about tables that are no ways around it."""
    hidden = {
        "SELECT … FROM (SELECT … FROM credentials)": "SELECT * FROM (SELECT secret FROM credentials)",
        "SELECT … JOIN credentials": "SELECT * FROM orders JOIN credentials ON credentials.id = orders.id",
        "SELECT … UNION … credentials": "SELECT name FROM employees UNION SELECT secret FROM credentials",
        "WITH … AS (SELECT … FROM credentials)": "WITH c AS (SELECT secret FROM credentials) SELECT * FROM c",
        "SELECT … FROM CREDENTIALS": "SELECT * FROM CREDENTIALS",
        'SELECT … FROM "credentials"': 'SELECT * FROM "credentials"',
        "SELECT … FROM main.credentials": "SELECT * FROM main.credentials",
        "SELECT … WHERE … IN (… credentials)": "SELECT * FROM orders WHERE id IN (SELECT id FROM credentials)",
    }
    return [Row(what, "query", {"sql": sql}, ("admin",)) for what, sql in hidden.items()]


MATRIX = [
    Row("list_tables", "list_tables", {}, ROLES),
    *(_select(table, *ROLES) for table in OPEN),
    _select("audit_logs", "developer", "admin"),
    _select("credentials", "admin"),
    *_tricks(),
    *(_describe(table, *ROLES) for table in OPEN),
    _describe("audit_logs", "developer", "admin"),
    _describe("credentials", "admin"),
    *(_insert(table, *(("developer", "admin") if table in ("logs", "events", "metrics") else ("admin",))) for table in RECORDS),
    *(Row(f"delete_rows {table}", "delete_rows", {"table": table, "ids": [1]}, ("admin",)) for table in RECORDS),
]

READS_ONLY = [
    Row("DELETE by query", "query", {"sql": "DELETE FROM orders"}, ()),
    Row("INSERT by query", "query", {"sql": "INSERT INTO logs (level, message) VALUES ('info', 'x')"}, ()),
    Row("DROP by query", "query", {"sql": "DROP TABLE orders"}, ()),
    Row("two statements by query", "query", {"sql": "SELECT 1; DELETE FROM orders"}, ()),
]
"""What nobody does, because `query` only reads."""

TOOLS = {
    "analyst": ["describe_table", "list_tables", "query"],
    "developer": ["describe_table", "insert_record", "list_tables", "query"],
    "admin": ["delete_rows", "describe_table", "insert_record", "list_tables", "query"],
}
"""What each role finds in the list of tools."""
