"""Where a server has its offers from, at the path that `fastmcp` has for it."""

from ...later.names import names
from ...offers.skills.providers import ClaudeSkillsProvider, SkillProvider, SkillsDirectoryProvider, SkillsProvider

__all__ = ["ClaudeSkillsProvider", "SkillProvider", "SkillsDirectoryProvider", "SkillsProvider"]

__getattr__ = names(__name__)
