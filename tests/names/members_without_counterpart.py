"""Methods and parameters of other packages' classes that ours do not have and will not, each with its reason."""

from oxmcp.later.without import GONE, INTERNAL, OTHERWISE

REASONS = (INTERNAL, OTHERWISE, GONE)

MEMBERS = {
    "Client.generate_name": INTERNAL,
    "Context.model_config": INTERNAL,
    "Context.model_post_init": INTERNAL,
    "FastMCP.generate_name": INTERNAL,
    "Server.server_info_stamp": INTERNAL,
    "ServerSession.add_response_router": INTERNAL,
    "ServerSession.incoming_messages": INTERNAL,
    "ServerSession.send_message": INTERNAL,
}

PARAMETERS = {
    "FastMCP.tool.exclude_args": GONE,
    "Server.__init__.get_tool_input_schema": INTERNAL,
}
