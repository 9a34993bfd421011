"""Which names come later, and with what: paths below `oxmcp`, each with all that is below it.

A name leaves this list when it works; the tests fail where both are true, or where no other package has such a name.
"""

from __future__ import annotations

from .without import WITHOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CLIENT = "clients of servers in other processes"
AUTHENTICATION = "authentication"
AUTHORIZATION_SERVER = "an authorization server or OAuth proxy of our own"
TASKS = "tasks"
TRANSPORTS = "HTTP+SSE and the ASGI apps"
COMMAND = "the command line"
COMPOSITION = "composition (mounting, proxies, providers, transforms)"
MIDDLEWARE = "middleware by kind of request"
EXTENSIONS = "extensions and apps"
TELEMETRY = "telemetry"
TEMPLATES = "URI templates as objects"

LATER = {
    CLIENT: """
        ClientGroup
        ClientSession
        ClientSessionGroup
        StdioServerParameters
        client.CacheConfig
        client.CacheEntry
        client.CacheKey
        client.CacheMode
        client.ClaimContext
        client.ClientExtension
        client.ClientRequestContext
        client.ClientSession
        client.ClientTransport
        client.FastMCPTransport
        client.InMemoryResponseCacheStore
        client.IncomingMessage
        client.NodeStdioTransport
        client.NotificationBinding
        client.NpxStdioTransport
        client.PythonStdioTransport
        client.ResponseCacheStore
        client.ResultClaim
        client.SSETransport
        client.StdioTransport
        client.StreamableHttpTransport
        client.Transport
        client.UnexpectedClaimedResult
        client.UvStdioTransport
        client.UvxStdioTransport
        client.advertise
        client.caching
        client.client.ConnectMode
        client.client.LogHandler
        client.client.MessageHandler
        client.client.ProgressHandler
        client.client.SessionKwargs
        client.context
        client.dependencies
        client.experimental
        client.extension
        client.extension_hooks
        client.group
        client.logging
        client.messages
        client.mixins
        client.progress
        client.sampling.handlers
        client.session
        client.session_group
        client.sse
        client.stdio
        client.streamable_http
        client.subscriptions
        client.tasks
        client.telemetry
        client.transports
        client.websocket
        mcp_config
        shared.memory
        stdio_client
        utilities.asgi_transport
        utilities.tests
    """,
    AUTHENTICATION: """
        client.BearerAuth
        client.ClientCredentialsOAuthProvider
        client.OAuth
        client.PrivateKeyJWTOAuthProvider
        client.auth
        server.auth.middleware.RequireAuthMiddleware
        server.auth.middleware.auth_context.AuthContextMiddleware
        server.auth.middleware.auth_context.auth_context_var
        server.auth.middleware.bearer_auth.AuthorizationContext
        server.auth.middleware.bearer_auth.BearerAuthBackend
        server.auth.middleware.bearer_auth.RequireAuthMiddleware
        server.auth.middleware.bearer_auth.authorization_context
        server.auth.providers.auth0.Auth0JWTVerifier
        server.auth.providers.clerk.ClerkTokenVerifier
        server.auth.providers.descope
        server.auth.providers.discord.DiscordTokenVerifier
        server.auth.providers.github.GitHubTokenVerifier
        server.auth.providers.google.GoogleTokenVerifier
        server.auth.providers.jwt.JWKData
        server.auth.providers.jwt.JWKKeyData
        server.auth.providers.jwt.JWKSData
        server.auth.providers.jwt.SUPPORTED_JWS_HEADER_FIELDS
        server.auth.providers.propelauth
        server.auth.providers.scalekit
        server.auth.providers.workos.WorkOSTokenVerifier
        shared.auth
        shared.auth_utils
        utilities.auth
        utilities.authorization.scope_requirements
        utilities.token_cache
    """,
    AUTHORIZATION_SERVER: """
        client.oauth_callback
        server.auth.IdentityAssertion
        server.auth.OAuthProvider
        server.auth.OAuthProxy
        server.auth.OIDCProxy
        server.auth.auth.JWT_BEARER_ASSERTION_TYPE
        server.auth.auth.OAuthProvider
        server.auth.auth.PrivateKeyJWTClientAuthenticator
        server.auth.auth.TokenHandler
        server.auth.cimd
        server.auth.errors
        server.auth.handlers
        server.auth.identity_assertion
        server.auth.json_response
        server.auth.jwt_issuer
        server.auth.middleware.client_auth
        server.auth.oauth_proxy
        server.auth.oidc_proxy
        server.auth.provider.AuthorizationCode
        server.auth.provider.AuthorizationErrorCode
        server.auth.provider.AuthorizationParams
        server.auth.provider.AuthorizeError
        server.auth.provider.IdentityAssertionParams
        server.auth.provider.OAuthAuthorizationServerProvider
        server.auth.provider.ProviderTokenVerifier
        server.auth.provider.RefreshToken
        server.auth.provider.RegistrationError
        server.auth.provider.RegistrationErrorCode
        server.auth.provider.TokenError
        server.auth.provider.TokenErrorCode
        server.auth.provider.construct_redirect_uri
        server.auth.providers.auth0.Auth0MCPProvider
        server.auth.providers.auth0.Auth0Provider
        server.auth.providers.aws.AWSCognitoProvider
        server.auth.providers.azure.AzureProvider
        server.auth.providers.azure.EntraOBOToken
        server.auth.providers.azure.OIDC_SCOPES
        server.auth.providers.clerk.ClerkProvider
        server.auth.providers.discord.DiscordProvider
        server.auth.providers.github.GitHubProvider
        server.auth.providers.google.GOOGLE_SCOPE_ALIASES
        server.auth.providers.google.GoogleProvider
        server.auth.providers.huggingface
        server.auth.providers.in_memory
        server.auth.providers.oci
        server.auth.providers.workos.WorkOSProvider
        server.auth.redirect_validation
        server.auth.routes
        server.auth.ssrf
    """,
    TASKS: """
        dependencies.CurrentDocket
        dependencies.CurrentWorker
        server.dependencies.CurrentDocket
        server.dependencies.CurrentWorker
        server.dependencies.TaskContextInfo
        server.dependencies.TaskContextSnapshot
        server.dependencies.get_task_context
        server.dependencies.get_task_session
        server.dependencies.is_docket_available
        server.dependencies.register_task_server
        server.dependencies.register_task_session
        server.dependencies.require_docket
        server.experimental.session_features
        server.experimental.task_result_handler
        server.experimental.task_scope
        server.experimental.task_support
        server.tasks.build_task_key
        server.tasks.capabilities
        server.tasks.context
        server.tasks.elicit_for_task
        server.tasks.elicitation
        server.tasks.ensure_subscriber_running
        server.tasks.get_client_task_id_from_key
        server.tasks.get_task_capabilities
        server.tasks.handle_task_input
        server.tasks.handlers
        server.tasks.keys
        server.tasks.notifications
        server.tasks.parse_task_key
        server.tasks.push_notification
        server.tasks.relay_elicitation
        server.tasks.requests
        server.tasks.routing
        server.tasks.stop_subscriber
        server.tasks.subscriptions
        shared.experimental
    """,
    TRANSPORTS: """
        server.session_scoped_event_store
        server.websocket
    """,
    COMMAND: """
        cli
        utilities.cli
        utilities.inspect
        utilities.mcp_server_config
    """,
    COMPOSITION: """
        experimental
        server.create_proxy
        server.lifespan
        server.openapi
        server.providers.AggregateProvider
        server.providers.FastMCPProvider
        server.providers.FileSystemProvider
        server.providers.LocalProvider
        server.providers.OpenAPIProvider
        server.providers.Provider
        server.providers.ProxyProvider
        server.providers.addressing
        server.providers.aggregate
        server.providers.base
        server.providers.fastmcp_provider
        server.providers.filesystem
        server.providers.filesystem_discovery
        server.providers.local_provider
        server.providers.openapi
        server.providers.prefab_payload
        server.providers.prefab_synthesis
        server.providers.proxy
        server.providers.skills.skill_provider.SkillFileResource
        server.providers.skills.skill_provider.SkillFileTemplate
        server.providers.skills.skill_provider.SkillResource
        server.providers.wrapped_provider
        server.proxy
        server.server.create_proxy
        server.transforms.PromptsAsTools
        server.transforms.ResourcesAsTools
        server.transforms.catalog
        server.transforms.is_enabled
        server.transforms.prompts_as_tools
        server.transforms.resources_as_tools
        server.transforms.visibility.apply_session_transforms
        server.transforms.visibility.create_visibility_transforms
        server.transforms.visibility.disable_components
        server.transforms.visibility.enable_components
        server.transforms.visibility.get_session_transforms
        server.transforms.visibility.get_visibility_rules
        server.transforms.visibility.is_enabled
        server.transforms.visibility.reset_visibility
        server.transforms.visibility.save_visibility_rules
        tools.forward
        tools.forward_raw
        tools.tool_transform.ArgTransform
        tools.tool_transform.ArgTransformConfig
        tools.tool_transform.TransformedTool
        tools.tool_transform.apply_transformations_to_tools
        tools.tool_transform.forward
        tools.tool_transform.forward_raw
        utilities.openapi
    """,
    EXTENSIONS: """
        FastMCPApp
        apps.FastMCPApp
        apps.PrefabAppConfig
        apps.app
        apps.approval
        apps.choice
        apps.config.PrefabAppConfig
        apps.config.is_model_visible
        apps.file_upload
        apps.form
        apps.generative
        server.app
        server.extension.compose_tool_call_handler
        server.extensions
        server.sessions
        skills.GetSkillResult
        skills.ListSkillsResult
        skills.MCPSkill
        skills.SkillFile
        skills.SkillFrontmatter
        skills.SkillManifest
        skills.SkillResource
        skills.SkillsClientExtension
        skills.client
        skills.extension
        skills.models
        skills.provider.SkillFileResource
        skills.provider.SkillManifestProvider
        skills.provider.SkillManifestResource
        skills.skill
        utilities.skills
    """,
    TEMPLATES: """
        InvalidUriTemplate
        UriTemplate
        shared.uri_template
    """,
    TELEMETRY: """
        server.telemetry
        telemetry
    """,
}

_REASONS = {path: f"it comes with {feature}" for feature, paths in LATER.items() for path in paths.split()}
_REASONS.update((path, reason) for reason, paths in WITHOUT.items() for path in paths.split())


def reason_for(path: str) -> str | None:
    """Why the name at this path does nothing yet; None when it is not known to be missing."""
    while path:
        reason = _REASONS.get(path)
        if reason is not None:
            return reason
        path = path.rpartition(".")[0]
    return None


def is_above(path: str) -> bool:
    """Whether names of a module below this one are missing."""
    return any(known.startswith(path + ".") for known in _REASONS)


def names(module: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module some of whose names come later."""
    path = f"{module}.".removeprefix("oxmcp.")

    def find(name: str) -> Any:
        reason = None if name.startswith("_") else reason_for(path + name)
        if reason is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        from .stand_ins import stand_in  # most programs never come here

        return stand_in(name, reason)

    return find
