"""Skills in folders, at the path that `fastmcp` has for it."""

from ....later.names import names
from ....offers.skills.providers import (
    ClaudeSkillsProvider,
    CodexSkillsProvider,
    CopilotSkillsProvider,
    CursorSkillsProvider,
    GeminiSkillsProvider,
    GooseSkillsProvider,
    OpenCodeSkillsProvider,
    SkillProvider,
    SkillsDirectoryProvider,
    SkillsProvider,
    VSCodeSkillsProvider,
)

__all__ = [
    "ClaudeSkillsProvider",
    "CodexSkillsProvider",
    "CopilotSkillsProvider",
    "CursorSkillsProvider",
    "GeminiSkillsProvider",
    "GooseSkillsProvider",
    "OpenCodeSkillsProvider",
    "SkillProvider",
    "SkillsDirectoryProvider",
    "SkillsProvider",
    "VSCodeSkillsProvider",
]

__getattr__ = names(__name__)
