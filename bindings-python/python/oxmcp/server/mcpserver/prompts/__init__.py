"""Prompts as objects."""

from ....answers.messages import AssistantMessage, Message, UserMessage
from ....offers.managers import PromptManager
from ....offers.prompts import Prompt
from . import base

__all__ = ["AssistantMessage", "Message", "Prompt", "PromptManager", "UserMessage", "base"]
