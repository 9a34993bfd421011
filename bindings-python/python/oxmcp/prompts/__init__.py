"""Prompts as objects, their messages, and the decorator that needs no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answers.messages import AssistantMessage, Message, PromptResult, UserMessage
from ..offers.prompts import Prompt
from ..types import PromptArgument, PromptMessage

if TYPE_CHECKING:
    from ..offers.marks import prompt
else:
    from . import prompt

FunctionPrompt = Prompt

__all__ = [
    "AssistantMessage",
    "FunctionPrompt",
    "Message",
    "Prompt",
    "PromptArgument",
    "PromptMessage",
    "PromptResult",
    "UserMessage",
    "prompt",
]
