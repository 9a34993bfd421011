//! A page of a list for a host language that answers the list itself: when something of the author's stands around it.

use crate::eras;
use crate::json;
use crate::protocol_version::ProtocolVersion;
use crate::registry::{BadCursor, Item, ListPage, Registry};

/// The result of a list method as JSON text, as a peer of this version gets it of which nothing else is known.
///
/// `None` when the method lists nothing, or there is no such version.
///
/// # Errors
///
/// The cursor is not one that leads on from here (PAG-3).
#[must_use]
pub fn page(
    registry: &Registry,
    method: &str,
    version: &str,
    cursor: Option<&str>,
) -> Option<Result<String, BadCursor>> {
    let version = ProtocolVersion::from_text(version)?;
    let (list, member) = match method {
        "tools/list" => (ListPage::Tools, "tools"),
        "prompts/list" => (ListPage::Prompts, "prompts"),
        "resources/list" => (ListPage::Resources, "resources"),
        "resources/templates/list" => (ListPage::ResourceTemplates, "resourceTemplates"),
        _ => return None,
    };
    let found = registry.snapshot().page(list, version, cursor, None, |item| match item {
        Item::Tool(tool) => eras::tool(tool, version),
        Item::Prompt(prompt) => eras::prompt(prompt, version),
        Item::Resource(resource) => eras::resource(resource, version),
        Item::ResourceTemplate(template) => eras::resource_template(template, version),
    });
    Some(found.map(|page| {
        let mut text = format!("{{\"{member}\":[{}]", page.items);
        if let Some(next) = &page.next_cursor {
            text.push_str(",\"nextCursor\":");
            json::write_string(&mut text, next);
        }
        text.push('}');
        text
    }))
}
