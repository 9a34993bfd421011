//! Resources.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Handler, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CommonFields, Output, Resource, ResourceOutput, ResourceTemplate, ValueChecks,
};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::content::png;
use crate::define::arguments;

fn contents(contents: &Value) -> Output {
    let contents = RawJson::from_value(&json!([contents]));
    Output::Resource(ResourceOutput { contents, meta: None, cache: None })
}

/// A handler that always reads the same.
fn fixed(uri: &str, mime_type: &str, (member, value): (&str, &str)) -> Arc<dyn Handler> {
    let output = contents(&json!({ "uri": uri, "mimeType": mime_type, member: value }));
    from_function(move |_| {
        let output = output.clone();
        async move { Ok(output) }
    })
}

fn resource(uri: &str, name: &str, description: &str, mime_type: &str) -> Resource {
    Resource {
        uri: uri.to_owned(),
        name: name.to_owned(),
        common: CommonFields { description: Some(description.to_owned()), ..CommonFields::default() },
        mime_type: Some(mime_type.to_owned()),
        size: None,
        cache: CacheHint::default(),
    }
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    let (uri, mime) = ("test://static-text", "text/plain");
    let words = ("text", "This is the content of the static text resource.");
    registry.add_resource(
        resource(uri, "static_text", "A text that never changes.", mime),
        fixed(uri, mime, words),
    )?;
    let (uri, mime) = ("test://static-binary", "image/png");
    registry.add_resource(
        resource(uri, "static_binary", "A picture that never changes.", mime),
        fixed(uri, mime, ("blob", &png())),
    )?;
    let (uri, mime) = ("test://watched-resource", "text/plain");
    registry.add_resource(
        resource(uri, "watched_resource", "A resource that clients subscribe to.", mime),
        fixed(uri, mime, ("text", "Watched resource content.")),
    )?;
    let description = Some("A document made for the id.".to_owned());
    let template = ResourceTemplate {
        uri_template: "test://template/{id}/data".to_owned(),
        name: "template_data".to_owned(),
        common: CommonFields { description, ..CommonFields::default() },
        mime_type: Some("application/json".to_owned()),
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    };
    registry.add_resource_template(
        template,
        from_function(async |call: Invocation| {
            #[derive(Deserialize)]
            struct Variables {
                id: String,
            }
            let Variables { id } = arguments(&call)?;
            let document = json!({ "data": format!("Data for ID: {id}"), "id": id, "templateTest": true });
            let text = document.to_string();
            Ok(contents(&json!({ "uri": &*call.target, "mimeType": "application/json", "text": text })))
        }),
    )
}
