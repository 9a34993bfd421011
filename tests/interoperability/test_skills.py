"""Skills, as the client of `fastmcp` finds them on servers in every language, and verifies what it reads."""

from __future__ import annotations

import asyncio

import pytest
from fastmcp import Client
from fastmcp.skills import SkillsClientExtension
from mcp import MCPError
from processes import EVERYTHING_LANGUAGES, HttpProcess

pytestmark = pytest.mark.parametrize("language", EVERYTHING_LANGUAGES, indirect=True)


def test_skills_are_found_and_every_file_is_what_its_digest_says(language: str, everything_http: HttpProcess) -> None:
    async def talk() -> None:
        async with Client(everything_http.url, mode="auto", extensions=[SkillsClientExtension()]) as client:
            skills = await client.list_skills()
            assert [skill.frontmatter.name for skill in skills] == ["test-skill", "second-skill"]
            assert await client.get_skill(skills[0].uri) == skills[0]
            skill = await client.read_skill(skills[0].uri)
            assert set(skill.files) == {"SKILL.md", "references/WORDS.md"}
            with pytest.raises(MCPError) as refused:
                await client.get_skill("skill://none/SKILL.md")
            assert refused.value.error.code == -32602

    asyncio.run(talk())
