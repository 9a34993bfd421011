"""Where a server has its skills from, at the path that `fastmcp` has for it."""

from ..later.names import names
from ..offers.skills.providers import SkillCatalog, SkillCatalogProvider, SkillsDirectoryProvider

__all__ = ["SkillCatalog", "SkillCatalogProvider", "SkillsDirectoryProvider"]

__getattr__ = names(__name__)
