"""Skills: instructions for agents, each a `SKILL.md` and the files that go with it."""

from ..later.names import names
from ..offers.skills.skill import Skill

__all__ = ["Skill"]

__getattr__ = names(__name__)
