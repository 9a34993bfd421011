//! Apps: tools whose results hosts show as pages (extension `io.modelcontextprotocol/ui`). A page is a resource, `ui://…`.

use super::extensions::Extension;
use super::{Registry, Snapshot};
use crate::json::{self, RawJson};
use crate::protocol_version::ProtocolVersion;

/// The extension's name.
pub const APPS_EXTENSION: &str = "io.modelcontextprotocol/ui";

impl Registry {
    /// Says that the server has the extension, if this is the URI of a page.
    pub(super) fn note_view(&self, uri: &str) {
        let is_view = uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ui://"));
        if is_view {
            let settings = RawJson::empty_object();
            self.note_extension(APPS_EXTENSION, Extension { settings, since: ProtocolVersion::V2024_11_05 });
        }
    }
}

impl Registry {
    /// Says in the log which tools' pages are not there (UI-4).
    pub fn tell_of_missing_views(&self) {
        for (tool, uri) in self.snapshot().missing_views() {
            tracing::warn!(
                "the tool {tool:?} is shown by {uri:?}, which is no resource of this server: no host can show it"
            );
        }
    }
}

impl Snapshot {
    /// The tools whose pages are not there, each with the URI it names: nobody could show them (UI-4).
    #[must_use]
    pub fn missing_views(&self) -> Vec<(&str, String)> {
        let mut missing = Vec::new();
        for (_, entry) in self.tools.enabled() {
            let meta = entry.tool.common.meta.as_ref().map(RawJson::as_str);
            let ui = meta.and_then(|meta| json::member(meta, "ui"));
            let named = ui.and_then(|ui| json::member(ui, "resourceUri"));
            let named = named.or_else(|| meta.and_then(|meta| json::member(meta, "ui/resourceUri")));
            if let Some(uri) = named.and_then(json::as_string)
                && self.resource(&uri).is_err()
            {
                missing.push((entry.tool.name.as_str(), uri.into_owned()));
            }
        }
        missing
    }
}
