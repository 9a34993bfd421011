"""`MCPServer`, at the path that 2.x of the official package has for it."""

from ...answers.content import Audio, File, Image
from ...answers.messages import AssistantMessage, Message, UserMessage
from ...arguments.injection import Resolve
from ...calls.asking.markers import Elicit, ListRoots, Sample
from ...calls.asking.results import AcceptedElicitation, CancelledElicitation, DeclinedElicitation, ElicitationResult
from ...calls.context import Context
from ...later.names import names
from ...offers.resource_security import DEFAULT_RESOURCE_SECURITY, ResourceSecurity
from ...serving.request_state import RequestStateSecurity
from ...types import Icon
from ..extension import Extension, MethodBinding, ResourceBinding, ToolBinding
from .extended import require_client_extension
from .server import FastMCP, MCPServer

__all__ = [
    "DEFAULT_RESOURCE_SECURITY",
    "AcceptedElicitation",
    "AssistantMessage",
    "Audio",
    "CancelledElicitation",
    "Context",
    "DeclinedElicitation",
    "Elicit",
    "ElicitationResult",
    "Extension",
    "FastMCP",
    "File",
    "Icon",
    "Image",
    "ListRoots",
    "MCPServer",
    "Message",
    "MethodBinding",
    "RequestStateSecurity",
    "Resolve",
    "ResourceBinding",
    "ResourceSecurity",
    "Sample",
    "ToolBinding",
    "UserMessage",
    "require_client_extension",
]

__getattr__ = names(__name__)
