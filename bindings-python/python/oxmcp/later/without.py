"""Which names of other packages will not come, and why: paths below `oxmcp`, each with all that is below it.

They can be imported like those that come later, so that a module which mentions one loads.
"""

from __future__ import annotations

INTERNAL = "it is the other package's own machinery, which the engine does in another way"
TYPING = "it is an alias or a protocol for the other package's own annotations"
OTHERWISE = "what it is for is done in another way here"
GONE = "the next major version of the other package has no such name either"
OTHERS = "it belongs to a service, a format or a look of somebody else"

WITHOUT = {
    INTERNAL: """
        decorators
        exceptions.to_mcp_error
        os
        prompts.function_prompt.PromptMeta
        resources.function_resource.ResourceMeta
        resources.template.build_regex
        resources.template.encode_literal
        resources.template.expand_uri_template
        resources.template.extract_exploded_query_params
        resources.template.extract_query_params
        resources.template.forward_uri
        resources.template.match_uri_template
        resources.template.template_param_key
        server.caching.CACHEABLE_METHODS
        server.caching.apply_cache_hint
        server.caching.build_cache_hints
        server.caching.validate_cache_hints
        server.completions
        server.connection
        server.context.reset_transport
        server.context.set_context
        server.context.set_transport
        server.context.to_client_logger
        server.dependencies.FastMCPRequestContext
        server.dependencies.bind_request_context
        server.dependencies.extract_version_spec
        server.dependencies.fastmcp_request_ctx
        server.dependencies.resolve_dependencies
        server.dependencies.transform_context_annotations
        server.dependencies.without_injected_parameters
        server.elicitation.ElicitConfig
        server.elicitation.ScalarElicitationType
        server.elicitation.handle_elicit_accept
        server.elicitation.parse_elicit_response_type
        server.fastmcp.prompts.base.message_validator
        server.fastmcp.server.lifespan_wrapper
        server.fastmcp.utilities.context_injection
        server.fastmcp.utilities.func_metadata
        server.http.DEFAULT_HOSTS
        server.http.RequestContextMiddleware
        server.http.set_http_request
        server.low_level
        server.lowlevel.func_inspection
        server.lowlevel.server.HandlerEntry
        server.lowlevel.server.lifespan
        server.mcpserver.prompts.base.message_validator
        server.mcpserver.server.lifespan_wrapper
        server.mcpserver.resolve.build_resolver_plans
        server.mcpserver.resolve.find_resolved_parameters
        server.mcpserver.resolve.resolve_arguments
        server.mcpserver.resolve.returns_input_required
        server.mcpserver.utilities.context_injection
        server.mcpserver.utilities.func_metadata
        server.mixins
        server.runner
        server.sampling.run.call_sampling_handler
        server.sampling.run.create_final_response_tool
        server.sampling.run.determine_handler_mode
        server.sampling.run.execute_tools
        server.sampling.run.extract_tool_calls
        server.sampling.run.prepare_messages
        server.sampling.run.prepare_tools
        server.sampling.run.sample_impl
        server.sampling.run.sample_step_impl
        server.server.URI_PATTERN
        server.server.default_lifespan
        server.session.InitializationState
        server.session.ServerRequestResponder
        server.subscriptions.ListenHandler
        shared.direct_dispatcher
        shared.dispatcher
        shared.extension
        shared.inbound
        shared.jsonrpc_dispatcher
        shared.message
        shared.path_security
        shared.peer
        shared.subscriptions.LISTEN_STREAM_METHODS
        shared.subscriptions.event_from_wire
        shared.subscriptions.event_matches
        shared.subscriptions.event_to_notification
        shared.tool_name_validation
        shared.transport_context
        tools.function_parsing
        tools.function_tool.ToolMeta
        types.methods
        utilities.async_utils
        utilities.components
        utilities.docstring_parsing
        utilities.exceptions
        utilities.http
        utilities.json_schema
        utilities.json_schema_type
        utilities.mime
        utilities.pagination
        utilities.timeout
        utilities.types.ContextSamplingFallbackProtocol
        utilities.types.FastMCPBaseModel
        utilities.types.NotSet
        utilities.types.create_function_without_params
        utilities.types.find_kwarg_by_type
        utilities.types.get_cached_typeadapter
        utilities.types.get_fn_name
        utilities.types.get_function_type_hints
        utilities.types.is_class_member_of_type
        utilities.types.issubclass_safe
        utilities.types.replace_type
        utilities.versions
    """,
    TYPING: """
        dependencies.ProgressLike
        prompts.function_prompt.DecoratedPrompt
        resources.function_resource.DecoratedResource
        server.caching.CacheScope
        server.caching.CacheableMethod
        server.context.LogData
        server.context.TransportType
        server.fastmcp.prompts.base.PromptResult
        server.fastmcp.prompts.base.SyncPromptResult
        server.http.HostOriginProtection
        server.http.HostOriginProtectionMode
        server.lowlevel.server.CombinationContent
        server.lowlevel.server.NotificationHandler
        server.lowlevel.server.RequestHandler
        server.lowlevel.server.StructuredContent
        server.lowlevel.server.UnstructuredContent
        server.mcpserver.prompts.base.PromptResult
        server.mcpserver.prompts.base.SyncPromptResult
        server.sampling.run.ToolChoiceOption
        server.server.DuplicateBehavior
        server.server.LifespanCallable
        server.server.StateValue
        server.server.Transport
        shared.context.BaseContext
        tools.function_tool.DecoratedTool
        utilities.types.AnyFunction
        utilities.types.NotSetT
    """,
    OTHERWISE: """
        dependencies.CallArgument
        dependencies.CycleError
        dependencies.Shared
        exceptions.ResourceSecurityError
        resources.security
        server.dependencies.get_session
        server.http.HostOriginGuardMiddleware
        server.mcpserver.resources.ResourceSecurityError
        server.mcpserver.resources.templates.DEFAULT_RESOURCE_SECURITY
        server.mcpserver.resources.templates.ResourceSecurity
        server.mcpserver.resources.templates.ResourceSecurityError
        server.streamable_http_manager.RequestBodyLimitMiddleware
        server.transport_security.DEFAULT_MAX_REQUEST_BODY_SIZE
        server.transport_security.RequestBodyLimitMiddleware
        server.transport_security.TransportSecurityMiddleware
        settings
        utilities.logging.temporary_log_level
    """,
    GONE: """
        shared.progress
        shared.response_router
        shared.session
    """,
    OTHERS: """
        contrib.bulk_tool_caller
        contrib.component_manager
        contrib.mcp_mixin
        utilities.prefab
        utilities.ui
        utilities.version_check
    """,
}
