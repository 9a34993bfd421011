//! Apps: tools whose results hosts show as pages (extension `io.modelcontextprotocol/ui`). A page is a resource, `ui://…`.

use super::extensions::Extension;
use super::{Namespace, Registry, Snapshot};
use crate::json::{self, RawJson};
use crate::protocol_version::ProtocolVersion;

/// The extension's name.
pub const APPS_EXTENSION: &str = "io.modelcontextprotocol/ui";

/// The `_meta` of a tool with the URI of its page as that is in a namespace; nothing where it has no page.
pub(super) fn view_in(meta: &RawJson, namespace: &Namespace) -> Option<RawJson> {
    let moved = |object: &str, name: &str| {
        let uri = json::member(object, name).and_then(json::as_string).filter(|uri| is_view(uri))?;
        let mut text = String::new();
        json::write_string(&mut text, &namespace.uri(&uri));
        Some(json::with_member(object, name, &text))
    };
    let text = meta.as_str();
    let in_ui = json::member(text, "ui").and_then(|ui| moved(ui, "resourceUri"));
    let in_ui = in_ui.map(|ui| json::with_member(text, "ui", &ui));
    let as_ever = moved(in_ui.as_deref().unwrap_or(text), "ui/resourceUri");
    as_ever.or(in_ui).map(RawJson::from_checked)
}

fn is_view(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ui://"))
}

impl Registry {
    /// Says that the server has the extension, if this is the URI of a page.
    pub(super) fn note_view(&self, uri: &str) {
        if is_view(uri) {
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
