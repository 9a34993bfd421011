"""See `oxmcp.apps`; the official package, and `fastmcp` 3, have it at this path."""

from typing import Literal

from ...later.names import names
from ..mcpserver.apps import (
    APP_MIME_TYPE,
    EXTENSION_ID,
    UI_EXTENSION_ID,
    UI_MIME_TYPE,
    AppConfig,
    ResourceCSP,
    ResourceCsp,
    ResourcePermissions,
    app_config_to_meta_dict,
    client_supports_apps,
    resolve_ui_mime_type,
)
from ..mcpserver.apps_extension import Apps

Visibility = Literal["model", "app"]
"""Whom a tool is for."""

__all__ = [
    "APP_MIME_TYPE",
    "EXTENSION_ID",
    "UI_EXTENSION_ID",
    "UI_MIME_TYPE",
    "AppConfig",
    "Apps",
    "ResourceCSP",
    "ResourceCsp",
    "ResourcePermissions",
    "Visibility",
    "app_config_to_meta_dict",
    "client_supports_apps",
    "resolve_ui_mime_type",
]

__getattr__ = names(__name__)
