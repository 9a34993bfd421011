"""Methods that people call and that do nothing yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from ..errors import NotYetError
from .names import CLIENT, COMPOSITION, EXTENSIONS, MIDDLEWARE, QUESTIONS, TASKS, TRANSPORTS

NOTIFICATIONS = "notifications of one's own"

LATER = {
    "FastMCP": {
        COMPOSITION: "add_provider add_tool_transformation add_transform import_server"
        " local_provider mount remove_tool_transformation transforms wrap_transform",
        EXTENSIONS: "add_extension get_app_tool get_tool_by_hash required_extensions",
        MIDDLEWARE: "add_middleware",
        TASKS: "docket get_tasks",
        TRANSPORTS: "custom_route http_app run_sse_async session_manager sse_app streamable_http_app",
    },
    "Server": {
        TASKS: "experimental",
        TRANSPORTS: "session_manager streamable_http_app",
    },
    "Context": {
        COMPOSITION: "disable_components enable_components reset_visibility",
        NOTIFICATIONS: "send_notification",
        QUESTIONS: "elicit elicit_url input_responses list_roots request_state sample sample_step",
        TRANSPORTS: "close_sse_stream close_standalone_sse_stream",
    },
    "ServerSession": {
        NOTIFICATIONS: "send_notification",
        QUESTIONS: "create_message elicit elicit_form elicit_url list_roots send_elicit_complete send_ping send_request",
        TASKS: "experimental",
    },
    "Client": {
        CLIENT: "cancel close initialize instructions new prior_discover progress server_capabilities server_info session",
        EXTENSIONS: "get_skill get_skill_mcp list_skill_resources list_skills list_skills_mcp read_skill",
        QUESTIONS: "send_roots_list_changed set_elicitation_callback set_roots set_sampling_callback",
        TASKS: "cancel_task get_task_result get_task_status list_tasks",
    },
}
"""By the class they are members of."""


class LaterMembers:
    """Gives a class its members that come later: they are there, and say so when they are called."""

    __slots__ = ()

    known_as: ClassVar[str] = ""
    """The class's name in the list."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kind = type(self).known_as
            for feature, names in LATER.get(kind, {}).items() if not name.startswith("_") else ():
                if name in names.split():
                    from .stand_ins import stand_in

                    return stand_in(f"{kind}.{name}", f"it comes with {feature}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class LaterServer(LaterMembers):
    """The same for a server, with what is called on its class."""

    @classmethod
    def from_openapi(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        raise NotYetError.of(f"{cls.known_as}.from_openapi", COMPOSITION)

    @classmethod
    def from_fastapi(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        raise NotYetError.of(f"{cls.known_as}.from_fastapi", COMPOSITION)

    @classmethod
    def as_proxy(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        raise NotYetError.of(f"{cls.known_as}.as_proxy", COMPOSITION)
