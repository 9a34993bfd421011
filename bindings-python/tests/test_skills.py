"""Skills: the extension `io.modelcontextprotocol/skills`, and fastmcp's names for it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from oxmcp import Client, FastMCP, NotYetError, Skill
from oxmcp.errors import ConfigurationError, InvalidDescriptorError
from oxmcp.server.providers.skills import ClaudeSkillsProvider, SkillProvider, SkillsDirectoryProvider
from oxmcp.skills.provider import SkillCatalogProvider

FIRST = "---\nname: pdf\ndescription: Reads PDFs.\n---\n# PDF\n"


def folder(root: Path, name: str = "pdf", **files: str) -> Path:
    place = root / name
    place.mkdir(parents=True)
    (place / "SKILL.md").write_text(FIRST.replace("name: pdf", f"name: {place.name}"))
    for path, text in files.items():
        (place / f"{path}.md").write_text(text)
    return place


def notes(**options: Any) -> Skill:
    return Skill(name="notes", description="Writes notes: short ones.", instructions="# Notes\n", **options)


async def skills_of(mcp: FastMCP) -> list[dict[str, Any]]:
    async with Client(mcp, mode="2026-07-28") as client:
        found: list[dict[str, Any]] = (await client.request("skills/list", {}))["skills"]
        return found


async def test_the_skills_of_a_folder_are_listed_with_digests_and_read(tmp_path: Path) -> None:
    folder(tmp_path, "ops/deploy", FORMS="# Forms")
    mcp = FastMCP()
    mcp.add_skills(tmp_path, prefix="acme")
    [skill] = await skills_of(mcp)
    assert skill["uri"] == "skill://acme/ops/deploy/SKILL.md"
    assert skill["frontmatter"] == {"name": "deploy", "description": "Reads PDFs."}
    async with Client(mcp, mode="2026-07-28") as client:
        for resource in skill["resources"]:
            [content] = await client.read_resource(resource["uri"])
            data = content.text.encode()  # type: ignore[union-attr]
            assert (resource["size"], resource["digest"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        assert [str(listed.uri) for listed in await client.list_resources()] == [skill["uri"]]
        got = await client.request("skills/get", {"uri": skill["uri"]})
        assert got["skill"] == skill
        children = await client.request("resources/directory/read", {"uri": "skill://acme/ops"})
        assert children["resources"][0]["mimeType"] == "inode/directory"


async def test_a_skill_is_made_in_code() -> None:
    mcp = FastMCP()
    skill = mcp.add_skill(
        notes(files={"template.md": "## Highlights", "logo.png": b"\xff"}, frontmatter={"license": "MIT"})
    )
    mcp.add_skill(skill, path="team/notes")
    assert (skill.name, skill.description) == ("notes", "Writes notes: short ones.")
    assert skill.frontmatter["license"] == "MIT"
    listed = await skills_of(mcp)
    assert [entry["uri"] for entry in listed] == ["skill://notes/SKILL.md", "skill://team/notes/SKILL.md"]
    async with Client(mcp) as client:
        [content] = await client.read_resource("skill://team/notes/logo.png")
        assert (content.blob, content.mime_type) == ("/w==", "image/png")  # type: ignore[union-attr]


async def test_files_of_a_dynamic_skill_are_resources_made_by_functions() -> None:
    mcp = FastMCP()
    mcp.add_skill(notes(dynamic=True))

    @mcp.resource("skill://notes/today/{topic}")
    async def today(topic: str) -> str:
        return f"about {topic}"

    [entry] = await skills_of(mcp)
    assert entry["resources"] == "dynamic"
    async with Client(mcp) as client:
        [content] = await client.read_resource("skill://notes/today/rust")
        assert content.text == "about rust"  # type: ignore[union-attr]


async def test_skills_may_come_while_the_server_is_served(tmp_path: Path) -> None:
    mcp = FastMCP(capabilities="resources")
    async with Client(mcp, mode="2026-07-28") as client:
        mcp.add_skill(notes())
        assert len((await client.request("skills/list", {}))["skills"]) == 1
        with pytest.raises(InvalidDescriptorError, match="two skills"):
            mcp.add_skill(notes())
        folder(tmp_path)
        mcp.add_skills(tmp_path)
        folder(tmp_path, "xls")
        assert len((await client.request("skills/list", {}))["skills"]) == 2
        mcp.refresh_skills()
        assert len((await client.request("skills/list", {}))["skills"]) == 3


async def test_folders_are_read_anew_where_that_was_asked_for(tmp_path: Path) -> None:
    mcp = FastMCP()
    mcp.add_provider(SkillsDirectoryProvider(tmp_path, reload=True))
    async with Client(mcp, mode="2026-07-28") as client:
        assert (await client.request("skills/list", {}))["skills"] == []
        folder(tmp_path)
        assert len((await client.request("skills/list", {}))["skills"]) == 1


async def test_what_cannot_be_a_skill_is_said_where_it_is_added(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder(tmp_path)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "SKILL.md").write_text("# no frontmatter")
    mcp = FastMCP()
    with pytest.raises(InvalidDescriptorError, match=r"(?s)bad: SKILL.md does not begin with frontmatter"):
        mcp.add_skills(tmp_path)
    with pytest.raises(InvalidDescriptorError, match="no folder of skills"):
        mcp.add_skills(tmp_path / "none")
    with pytest.raises(InvalidDescriptorError, match="lower-case letters"):
        Skill(name="No Such", description="x", instructions="")
    with pytest.raises(InvalidDescriptorError, match="no path of a file"):
        notes(files={"../x": ""})
    with pytest.raises(ConfigurationError, match="'name'"):
        notes(frontmatter={"name": "x"})
    with pytest.raises(NotYetError):
        mcp.add_provider(object())
    mcp.add_skills(tmp_path, strict=False)
    assert "bad: SKILL.md does not begin with frontmatter" in caplog.text
    assert len(await skills_of(mcp)) == 1


async def test_links_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    place = folder(tmp_path / "skills")
    (place / "link.txt").symlink_to("../../secret.txt")
    with pytest.raises(InvalidDescriptorError, match="is a link"):
        FastMCP().add_skills(tmp_path / "skills")
    with pytest.raises(InvalidDescriptorError, match="is a link"):
        Skill.from_directory(place)


async def test_a_folder_becomes_a_skill_object(tmp_path: Path) -> None:
    skill = Skill.from_directory(folder(tmp_path, more="more"))
    assert dict(skill.files) == {"SKILL.md": FIRST.encode(), "more.md": b"more"}
    assert skill == Skill.from_files({"SKILL.md": FIRST, "more.md": "more"})
    mcp = FastMCP()
    mcp.add_provider(SkillCatalogProvider({"deep/pdf": skill}))
    assert [entry["uri"] for entry in await skills_of(mcp)] == ["skill://deep/pdf/SKILL.md"]


async def test_the_providers_of_fastmcp_serve_what_they_do_there(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder(tmp_path, ".claude/skills/pdf")
    mcp = FastMCP()
    mcp.add_provider(ClaudeSkillsProvider())
    mcp.add_provider(SkillProvider(folder(tmp_path, "xls")))
    assert [entry["frontmatter"]["name"] for entry in await skills_of(mcp)] == ["pdf", "xls"]
    with pytest.raises(FileNotFoundError):
        SkillProvider(tmp_path)
    with pytest.raises(ConfigurationError):
        SkillsDirectoryProvider(tmp_path, main_file_name="README.md")
