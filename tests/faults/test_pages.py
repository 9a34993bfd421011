"""Lists in pages: every item once, and no cursor but the server's own, where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from processes import StdioProcess, serve_stdio
from wire import INITIALIZED, call, initialize, modern, request, text_of

PAGED = {"OXMCP_LIST_PAGE_SIZE": "5"}


@pytest.fixture
def paged(language: str) -> Iterator[StdioProcess]:
    """The everything server with five items to a page, a legacy session open."""
    with serve_stdio("everything_server", language, environment=PAGED) as server:
        server.send(initialize())
        server.answer_to(0)
        server.send(INITIALIZED)
        yield server


def ask(server: StdioProcess, era: str, method: str, cursor: Any = None) -> Any:
    """One page, or the error instead."""
    params = {} if cursor is None else {"cursor": cursor}
    identity = server.new_id()
    message = modern(method, identity, **params) if era == "modern" else request(method, params, identity)
    server.send(message)
    return server.answer_to(identity)


def walk(server: StdioProcess, era: str, method: str, member: str) -> tuple[list[str], list[str]]:
    """The names on all pages, and the cursors between them."""
    names: list[str] = []
    cursors: list[str] = []
    page = ask(server, era, method)["result"]
    while True:
        assert len(page[member]) <= 5
        names += [item["name"] for item in page[member]]
        if "nextCursor" not in page:
            return names, cursors
        cursors.append(page["nextCursor"])
        assert len(cursors) < 100
        page = ask(server, era, method, page["nextCursor"])["result"]


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_pages_hold_every_item_once(paged: StdioProcess, era: str) -> None:
    """PAG-1, PAG-4, PAG-5, TOOL-3"""
    tools, cursors = walk(paged, era, "tools/list", "tools")
    assert len(tools) == len(set(tools)) > 20 and len(cursors) >= 4
    prompts, _ = walk(paged, era, "prompts/list", "prompts")
    assert len(prompts) == len(set(prompts)) == 5
    assert walk(paged, era, "tools/list", "tools")[0] == tools


def test_a_cursor_is_good_for_its_own_list_only(paged: StdioProcess, language: str) -> None:
    """PAG-6"""
    _, (cursor, *_) = walk(paged, "modern", "tools/list", "tools")
    for method in ("prompts/list", "resources/list", "resources/templates/list"):
        assert ask(paged, "modern", method, cursor)["error"]["code"] == -32602
    assert "result" in ask(paged, "modern", "tools/list", cursor)
    with serve_stdio("everything_server", language, environment=PAGED) as other:
        assert ask(other, "modern", "tools/list", cursor)["error"]["code"] == -32602


def test_no_character_of_a_cursor_can_be_changed(paged: StdioProcess) -> None:
    """PAG-3, PAG-6"""
    _, (cursor, *_) = walk(paged, "modern", "tools/list", "tools")
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + other + cursor[place + 1 :]
        answer = ask(paged, "modern", "tools/list", forged)
        assert answer.get("error", {}).get("code") == -32602, (cursor, forged)
    for forged in (cursor + "A", cursor[:-1], cursor + "=", cursor + "\n", " " + cursor, cursor * 2):
        assert ask(paged, "modern", "tools/list", forged).get("error", {}).get("code") == -32602, forged


def test_a_cursor_from_before_a_change_never_starts_over(paged: StdioProcess) -> None:
    """PAG-7"""
    before, (cursor, *_) = walk(paged, "modern", "tools/list", "tools")
    paged.send(call("add_extra_tool", {"name": "aaa_extra"}, "add"))
    assert text_of(paged.answer_to("add")) == "added aaa_extra"
    answer = ask(paged, "modern", "tools/list", cursor)
    if "error" in answer:
        assert answer["error"]["code"] == -32602
    else:
        assert answer["result"]["tools"][0]["name"] == before[5]
