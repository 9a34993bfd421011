"""The skills of Claude, at the path that `fastmcp` has for it."""

from ....offers.skills.providers import ClaudeSkillsProvider

__all__ = ["ClaudeSkillsProvider"]
