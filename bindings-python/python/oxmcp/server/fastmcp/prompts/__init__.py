"""Prompts, under the path people import them from."""

from ....prompts import AssistantMessage, Message, Prompt, UserMessage
from . import base

__all__ = ["AssistantMessage", "Message", "Prompt", "UserMessage", "base"]
