"""The skills in folders, at the path that `fastmcp` has for it."""

from ....offers.skills.providers import SkillsDirectoryProvider

__all__ = ["SkillsDirectoryProvider"]
