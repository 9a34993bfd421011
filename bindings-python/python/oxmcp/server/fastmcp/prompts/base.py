"""Messages of a prompt, under the path people import them from."""

from ....prompts import AssistantMessage, Message, Prompt, UserMessage

__all__ = ["AssistantMessage", "Message", "Prompt", "UserMessage"]
