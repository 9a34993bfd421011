"""Creates the example's database, a small bookshop. What is in it, `bookshop.sql` says."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

CONTENTS = Path(__file__).with_suffix(".sql")


def create(path: Path) -> None:
    """Write a fresh database to `path`, whole or not at all, so that two servers may start at once."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".unfinished")
    os.close(handle)
    try:
        connection = sqlite3.connect(unfinished)
        try:
            connection.executescript(CONTENTS.read_text(encoding="utf-8"))
        finally:
            connection.close()
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
