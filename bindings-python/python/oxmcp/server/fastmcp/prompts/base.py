"""Messages of a prompt, under the path people import them from."""

from ....answers.messages import AssistantMessage, Message, UserMessage
from ....offers.prompts import Prompt

__all__ = ["AssistantMessage", "Message", "Prompt", "UserMessage"]
