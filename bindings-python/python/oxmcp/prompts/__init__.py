"""Prompts as objects, and their messages."""

from ..answers.messages import AssistantMessage, Message, UserMessage
from ..offers.prompts import Prompt

__all__ = ["AssistantMessage", "Message", "Prompt", "UserMessage"]
