"""The skill in a folder, at the path that `fastmcp` has for it."""

from ....later.names import names
from ....offers.skills.providers import SkillProvider

__all__ = ["SkillProvider"]

__getattr__ = names(__name__)
