"""Prompts as objects."""

from ..answers.messages import Message, PromptResult
from ..offers.prompts import Prompt
from ..types import PromptArgument

__all__ = ["Message", "Prompt", "PromptArgument", "PromptResult"]
