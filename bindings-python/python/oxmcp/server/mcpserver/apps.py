"""Apps (`io.modelcontextprotocol/ui`): what tools and their views say of themselves, by the names `fastmcp` has for it.

A tool names the view that shows its results, a resource `ui://…` with an HTML page; the view says what its page needs of the
host. Both stand in `_meta.ui` (UI-2, UI-3), which passes to every client: those that show no apps have the tool's content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import ConfigurationError, NotYetError
from ...later.names import EXTENSIONS
from ...offers.resources import UI_MIME_TYPE, resolve_ui_mime_type
from ...types.wire_object import WireObject, to_plain

if TYPE_CHECKING:
    from typing import Literal

__all__ = [
    "APP_MIME_TYPE",
    "EXTENSION_ID",
    "UI_EXTENSION_ID",
    "UI_MIME_TYPE",
    "AppConfig",
    "ResourceCSP",
    "ResourceCsp",
    "ResourcePermissions",
    "app_config_to_meta_dict",
    "client_supports_apps",
    "meta_of_tool",
    "meta_of_view",
    "resolve_ui_mime_type",
]

UI_EXTENSION_ID = "io.modelcontextprotocol/ui"
"""The extension's identifier, as in `ctx.client_supports_extension(UI_EXTENSION_ID)`."""

EXTENSION_ID = UI_EXTENSION_ID
APP_MIME_TYPE = UI_MIME_TYPE
"""As the official package spells them."""

_AUDIENCE = frozenset({"app", "model"})


class ResourceCSP(WireObject):
    """Which origins a view's page may use, from which the host makes its Content-Security-Policy: a list of origins each."""

    connect_domains: list[str] | None = None
    """For fetch, XMLHttpRequest and WebSocket."""
    resource_domains: list[str] | None = None
    """For scripts, images, styles, fonts and media."""
    frame_domains: list[str] | None = None
    """For frames in the page."""
    base_uri_domains: list[str] | None = None
    """For the page's base URI."""


class ResourcePermissions(WireObject):
    """What a view's page asks the host to allow it, each `{}` where it is asked for. The host may refuse."""

    camera: dict[str, Any] | None = None
    microphone: dict[str, Any] | None = None
    geolocation: dict[str, Any] | None = None
    clipboard_write: dict[str, Any] | None = None


ResourceCsp = ResourceCSP
"""As the official package spells it."""


class AppConfig(WireObject):
    """What a tool, or the view of a tool, says to hosts that show apps.

    `resource_uri` and `visibility` are a tool's; `csp`, `permissions`, `domain` and `prefers_border` a view's.
    """

    resource_uri: str | None = None
    """The view's URI, `ui://…`."""
    visibility: list[Literal["app", "model"]] | None = None
    """Whom the tool is for: the model, the view, or both, which is the default. It tells hosts what to show and protects
    nothing: whoever may call the server's tools may call it."""
    csp: ResourceCSP | None = None
    permissions: ResourcePermissions | None = None
    domain: str | None = None
    """The origin the host should give the page, where it has a choice."""
    prefers_border: bool | None = None
    """Whether the page wants a border around it."""


def client_supports_apps(ctx: Any) -> bool:
    """Whether the client of this call shows apps: it has the extension, and shows pages of their MIME type (UI-5).

    A tool with a view answers others in text alone.

    Args:
        ctx: The call's Context, or what a low-level handler gets as its request context.
    """
    call = ctx if hasattr(ctx, "client_extension_settings") else ctx.session
    settings = call.client_extension_settings(UI_EXTENSION_ID)
    shown = settings.get("mimeTypes") if settings is not None else None
    return isinstance(shown, (list, tuple)) and UI_MIME_TYPE in shown


def app_config_to_meta_dict(app: AppConfig | Mapping[str, Any]) -> dict[str, Any]:
    """`app` as it stands in `_meta.ui`: names of the wire, nothing that is absent."""
    plain: dict[str, Any] = to_plain(
        app if isinstance(app, WireObject) or hasattr(type(app), "model_dump") else dict(app)
    )
    return plain


def meta_of_tool(app: Any, meta: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A tool's `_meta` with what its `app=` says; see `_with_ui`."""
    return _with_ui("tool", app, meta)


def meta_of_view(app: Any, meta: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A resource's `_meta` with what its `app=` says; see `_with_ui`.

    Raises:
        ConfigurationError: it says what only a tool can say.
    """
    for name in ("resource_uri", "visibility"):
        if getattr(app, name, None) is not None:
            raise ConfigurationError(
                f"resource(app=…): {name} is said by the tool that shows this view, not by the view itself"
            )
    return _with_ui("resource", app, meta)


def _with_ui(where: str, app: Any, meta: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """`meta` with `app` as its member `ui`, whose other members stay.

    Raises:
        ConfigurationError: `app` is neither an AppConfig nor a mapping, the view's URI is no `ui://…`, or `visibility` names
            somebody else than the model and the app.
        NotYetError: `app=True`, which stands for a page made from what the tool returns.
    """
    if app is None or app is False:
        return meta
    if app is True:
        raise NotYetError.of(f"{where}(app=True)", EXTENSIONS)
    if not (isinstance(app, (Mapping, WireObject)) or hasattr(type(app), "model_dump")):
        raise ConfigurationError(f"{where}(app=…) takes an AppConfig or a dict, not {type(app).__name__}")
    ui = app_config_to_meta_dict(app)
    uri = ui.get("resourceUri")
    if uri is not None and not str(uri).lower().startswith("ui://"):
        raise ConfigurationError(f"{where}(app=…): resource_uri is the URI of a view, 'ui://…', not {uri!r}")
    strangers = [one for one in ui.get("visibility") or () if one not in _AUDIENCE]
    if strangers:
        raise ConfigurationError(f"{where}(app=…): visibility holds 'model' and 'app', not {strangers[0]!r}")
    return {**(meta or {}), "ui": ui}
