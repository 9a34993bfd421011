"""The prompts of a server, looked at."""

from ....offers.managers import PromptManager

__all__ = ["PromptManager"]
