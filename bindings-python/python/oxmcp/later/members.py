"""Methods that people call and that do nothing yet."""

from __future__ import annotations

from .names import CLIENT, COMPOSITION, EXTENSIONS, TASKS

LATER = {
    "FastMCP": {
        COMPOSITION: "add_tool_transformation local_provider remove_tool_transformation wrap_transform",
        EXTENSIONS: "get_app_tool get_tool_by_hash required_extensions",
        TASKS: "docket get_tasks",
    },
    "Context": {
        COMPOSITION: "disable_components enable_components reset_visibility",
    },
    "ServerSession": {
        TASKS: "experimental",
    },
    "Client": {
        CLIENT: "cancel close initialize instructions new prior_discover progress server_capabilities server_info session",
        EXTENSIONS: "get_skill get_skill_mcp list_skill_resources list_skills list_skills_mcp read_skill",
        TASKS: "cancel_task get_task_result get_task_status list_tasks",
    },
}
"""By the class they are members of."""
