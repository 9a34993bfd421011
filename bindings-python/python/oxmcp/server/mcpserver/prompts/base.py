"""Prompts as objects, and their messages."""

from ....answers.messages import AssistantMessage, Message, UserMessage
from ....later.names import names
from ....offers.prompts import Prompt
from ....types import PromptArgument

__all__ = ["AssistantMessage", "Message", "Prompt", "PromptArgument", "UserMessage"]

__getattr__ = names(__name__)
