"""The page for people, in a browser where there is one: it runs under its own policy, with nothing but the token."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess

import pytest

from oxmcp import Client, FastMCP
from oxmcp.errors import ToolError

TOKEN = "a-token-that-is-long-enough"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


def shown(url: str) -> str:
    """What a page consists of once it has been shown for a while."""
    assert BROWSER is not None
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
    asked = [BROWSER, *flags, "--virtual-time-budget=5000", "--dump-dom", url]
    return subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")
async def test_a_browser_shows_calls_percentiles_errors_and_limits() -> None:
    mcp = FastMCP("watched", version="3.2.1", telemetry={"dashboard": {"token": TOKEN}})

    @mcp.tool
    def quick() -> str:
        return "done"

    @mcp.tool
    def broken() -> str:
        raise ToolError("not today")

    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        mcp.run_http_async(port=0, show_banner=False, on_listening=lambda _host, port: listening.set_result(port))
    )
    await asyncio.wait([listening, serving], return_when=asyncio.FIRST_COMPLETED)
    port = listening.result()
    try:
        async with Client(mcp) as client:
            for _ in range(3):
                await client.call_tool("quick", {})
            for failing in ("broken", HOSTILE):
                with pytest.raises(Exception, match=r"not today|not found|nknown"):
                    await client.call_tool(failing, {})
        page = await asyncio.to_thread(shown, f"http://anybody:{TOKEN}@127.0.0.1:{port}/dashboard")
        without = await asyncio.to_thread(shown, f"http://anybody:wrong@127.0.0.1:{port}/dashboard")
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    assert "<title>watched 3.2.1</title>" in page
    row = re.search(r"<tr><td>quick</td>.*?</tr>", page)
    assert row is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row.group())
    assert cells[:5] == ["quick", "tools/call", "3", "0", "0 %"]
    assert [bool(re.fullmatch(r"[\d.]+ (µs|ms|s)", cell)) for cell in cells[5:]] == [True] * 3
    errors = page[page.index("<h2>Errors</h2>") : page.index("<h2>Limits</h2>")]
    assert "tool_error" in errors and "<td>broken</td>" in errors
    limits = page[page.index("<h2>Limits</h2>") : page.index("<h2>Recent operations</h2>")]
    assert "<td>sessions</td>" in limits and "10,000" in limits
    # What strangers call things is text.
    recent = page[page.index("<h2>Recent operations</h2>") :]
    assert "&lt;img src=x" in recent and "<img" not in page
    assert "quick" not in without and "watched" not in without
