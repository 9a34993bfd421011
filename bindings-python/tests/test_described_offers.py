"""What every kind of offer can say of itself, and how it is listed: in both eras, for all four kinds."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import CacheHint, Client, FastMCP
from oxmcp.types import Annotations, AudioContent, EmbeddedResource, Icon, ResourceLink, TextResourceContents

MODES = pytest.mark.parametrize("mode", ["2025-11-25", "2026-07-28"])
LISTS = {
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
ICON = Icon(src="https://a.example/icon.png", mime_type="image/png", sizes=["48x48"])


def several(count: int, **options: Any) -> FastMCP:
    """A server with so many of each kind."""
    mcp = FastMCP(**options)
    for number in range(count):

        async def offer() -> str:
            return "x"

        async def family(id: str) -> str:
            return id

        mcp.tool(offer, name=f"tool{number}")
        mcp.prompt(offer, name=f"prompt{number}")
        mcp.resource(f"test://{number}", name=f"resource{number}")(offer)
        mcp.resource(f"test://{number}/{{id}}", name=f"template{number}")(family)
    return mcp


@MODES
@pytest.mark.parametrize("method", LISTS)
async def test_every_list_comes_in_pages(method: str, mode: str) -> None:
    async with Client(several(5, list_page_size=2), mode=mode) as client:
        names, sizes, cursor = [], [], None
        while True:
            page = await client.request(method, {} if cursor is None else {"cursor": cursor})
            names += [item["name"] for item in page[LISTS[method]]]
            sizes.append(len(page[LISTS[method]]))
            cursor = page.get("nextCursor")
            if cursor is None:
                break
    assert sizes == [2, 2, 1]
    assert [name[-1] for name in names] == list("01234")


@pytest.mark.parametrize("method", LISTS)
async def test_every_list_says_how_long_it_may_be_kept(method: str) -> None:
    hints = {method: CacheHint(ttl_ms=5_000, scope="public")}
    async with Client(several(1, cache_hints=hints), mode="2026-07-28") as client:
        for other in LISTS:
            page = await client.request(other)
            kept = (page["ttlMs"], page["cacheScope"])
            assert kept == ((5_000, "public") if other == method else (0, "private"))


async def test_a_resource_says_how_long_it_may_be_kept_and_counts_more_than_its_server() -> None:
    mcp = FastMCP(cache_hints={"resources/read": CacheHint(ttl_ms=1_000)})

    @mcp.resource("test://own", cache_hint=CacheHint(ttl_ms=7_000, scope="public"))
    async def own() -> str:
        return "x"

    @mcp.resource("test://plain")
    async def plain() -> str:
        return "x"

    async with Client(mcp, mode="2026-07-28") as client:
        read = await client.request("resources/read", {"uri": "test://own"})
        assert (read["ttlMs"], read["cacheScope"]) == (7_000, "public")
        read = await client.request("resources/read", {"uri": "test://plain"})
        assert (read["ttlMs"], read["cacheScope"]) == (1_000, "private")


@MODES
@pytest.mark.parametrize("method", LISTS)
async def test_every_kind_has_title_icons_and_meta(method: str, mode: str) -> None:
    mcp = FastMCP()
    told: dict[str, Any] = {"title": "A title", "description": "What it is.", "icons": [ICON], "meta": {"by": "us"}}

    async def offer() -> str:
        return "x"

    async def family(id: str) -> str:
        return id

    mcp.tool(offer, name="one", **told)
    mcp.prompt(offer, name="one", **told)
    annotated = {**told, "annotations": Annotations(audience=["user"], priority=0.5)}
    mcp.resource("test://one", name="one", **annotated)(offer)
    mcp.resource("test://one/{id}", name="one", **annotated)(family)
    async with Client(mcp, mode=mode) as client:
        [item] = (await client.request(method))[LISTS[method]]
    assert (item["title"], item["description"]) == ("A title", "What it is.")
    assert item["icons"] == [{"src": ICON.src, "mimeType": "image/png", "sizes": ["48x48"]}]
    assert item["_meta"]["by"] == "us"
    if method.startswith("resources"):
        assert item["annotations"] == {"audience": ["user"], "priority": 0.5}


@MODES
async def test_results_hold_links_sounds_and_embedded_resources(mode: str) -> None:
    mcp = FastMCP()
    blocks = [
        ResourceLink(type="resource_link", uri="test://x", name="x", title="X", icons=[ICON], size=3),
        AudioContent(type="audio", data="UklGRg==", mimeType="audio/wav", annotations=Annotations(priority=1.0)),
        EmbeddedResource(
            type="resource",
            resource=TextResourceContents(uri="test://x", mimeType="text/plain", text="x"),
            meta={"by": "us"},
        ),
    ]

    @mcp.tool
    async def everything() -> list[Any]:
        return blocks

    async with Client(mcp, mode=mode) as client:
        content = (await client.request("tools/call", {"name": "everything"}))["content"]
    assert [block["type"] for block in content] == ["resource_link", "audio", "resource"]
    assert (content[0]["size"], content[0]["icons"][0]["src"]) == (3, ICON.src)
    assert content[1]["annotations"] == {"priority": 1.0}
    assert (content[2]["resource"]["text"], content[2]["_meta"]) == ("x", {"by": "us"})


@MODES
async def test_completions_are_told_what_was_filled_in_before(mode: str) -> None:
    mcp = FastMCP()

    @mcp.prompt
    async def travel(country: str, city: str) -> str:
        return f"{city} in {country}"

    @mcp.resource("maps://{country}/{city}")
    async def plan(country: str, city: str) -> str:
        return f"{city} in {country}"

    @mcp.completion
    async def cities(ref: Any, argument: Any, context: Any) -> list[str]:
        country = ((context and context.arguments) or {}).get("country")
        return {"norway": ["Oslo"], "chile": ["Santiago"]}.get(country, []) if argument.name == "city" else ["norway"]

    async with Client(mcp, mode=mode) as client:
        for ref in (
            {"type": "ref/prompt", "name": "travel"},
            {"type": "ref/resource", "uri": "maps://{country}/{city}"},
        ):
            for country, city in (("norway", ["Oslo"]), ("chile", ["Santiago"]), (None, [])):
                params: dict[str, Any] = {"ref": ref, "argument": {"name": "city", "value": ""}}
                if country is not None:
                    params["context"] = {"arguments": {"country": country}}
                assert (await client.request("completion/complete", params))["completion"]["values"] == city
