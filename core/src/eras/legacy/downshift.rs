//! What an older version cannot hold, taken out or said otherwise (DOWN-*). Text is parsed only when it has some.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::eras::items::{Object, describes_object};
use crate::eras::meta::SERVER_INFO;
use crate::json;
use crate::model::OperationKind;
use crate::protocol_version::{Features, ProtocolVersion};

/// A JSON array of content blocks, with those the version does not know as text (DOWN-1, DOWN-2).
pub(crate) fn content<'a>(text: &'a str, features: &Features) -> Cow<'a, str> {
    if !may_need_it(text, features) {
        return Cow::Borrowed(text);
    }
    rewrite(text, |value| {
        if let Value::Array(blocks) = value {
            for block in blocks {
                replace_block(block, features);
            }
        }
    })
}

/// A JSON array of prompt messages, treated alike.
pub(crate) fn messages<'a>(text: &'a str, features: &Features) -> Cow<'a, str> {
    if !may_need_it(text, features) {
        return Cow::Borrowed(text);
    }
    rewrite(text, |value| {
        let Value::Array(messages) = value else { return };
        for message in messages {
            if let Some(block) = message.get_mut("content") {
                replace_block(block, features);
            }
        }
    })
}

/// Whether the text may hold a block the version does not know. Wrong alarms only cost time.
fn may_need_it(text: &str, features: &Features) -> bool {
    (!features.audio && text.contains("\"audio\""))
        || (!features.resource_links && text.contains("\"resource_link\""))
}

fn rewrite(text: &str, change: impl FnOnce(&mut Value)) -> Cow<'_, str> {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            change(&mut value);
            Cow::Owned(value.to_string())
        }
        Err(_) => Cow::Borrowed(text),
    }
}

fn replace_block(block: &mut Value, features: &Features) {
    let member = |name: &str| block.get(name).and_then(Value::as_str);
    let text = match member("type") {
        Some("audio") if !features.audio => {
            format!(
                "[audio ({}), which this protocol version cannot carry]",
                member("mimeType").unwrap_or("unknown type")
            )
        }
        Some("resource_link") if !features.resource_links => {
            let uri = member("uri").unwrap_or_default();
            match member("title").or_else(|| member("name")) {
                Some(name) => format!("{name}: {uri}"),
                None => uri.to_owned(),
            }
        }
        _ => return,
    };
    let mut replacement =
        Map::from_iter([("type".to_owned(), Value::from("text")), ("text".to_owned(), Value::from(text))]);
    if let Some(annotations) = block.get("annotations") {
        replacement.insert("annotations".to_owned(), annotations.clone());
    }
    *block = Value::Object(replacement);
}

/// The members of a result object that an author wrote in the newest version's shape.
pub(crate) fn whole(object: &mut Object<'_>, kind: OperationKind, text: &str, version: ProtocolVersion) {
    let features = version.features();
    // In methods of the author's own the other names are the author's business.
    let ours = kind != OperationKind::Custom;
    for (key, value) in json::members(text) {
        let value: Cow<'_, str> = match &*key {
            "resultType" => continue,
            "ttlMs" | "cacheScope" if ours => continue,
            "structuredContent" if kind == OperationKind::CallTool => {
                if !features.structured_output {
                    continue;
                }
                if json::is_object(value) {
                    value.into()
                } else if json::is_null(value) || json::member(text, "isError") == Some("true") {
                    continue;
                } else {
                    format!("{{\"result\":{value}}}").into()
                }
            }
            "content" if kind == OperationKind::CallTool => content(value, features),
            "messages" if kind == OperationKind::GetPrompt => messages(value, features),
            "tools" | "prompts" | "resources" | "resourceTemplates" if ours => items(value, version),
            "_meta" => match without_identity(value) {
                Some(rest) => rest,
                None => continue,
            },
            _ => value.into(),
        };
        object.foreign(&key, &value);
    }
}

/// `_meta` without what only the modern era puts there; `None` if nothing is left.
fn without_identity(meta: &str) -> Option<Cow<'_, str>> {
    if json::member(meta, SERVER_INFO).is_none() {
        return Some(Cow::Borrowed(meta));
    }
    let mut rest = String::with_capacity(meta.len());
    let mut object = Object::begin(&mut rest);
    let mut empty = true;
    for (key, value) in json::members(meta).filter(|(key, _)| key != SERVER_INFO) {
        object.foreign(&key, value);
        empty = false;
    }
    object.end();
    (!empty).then_some(Cow::Owned(rest))
}

/// A JSON array of listed items, without the members the version does not know (DOWN-4 to DOWN-9).
fn items(text: &str, version: ProtocolVersion) -> Cow<'_, str> {
    let features = version.features();
    if version == ProtocolVersion::NEWEST_LEGACY && !text.contains("\"outputSchema\"") {
        return Cow::Borrowed(text);
    }
    rewrite(text, |value| {
        let Value::Array(items) = value else { return };
        for item in items {
            let Value::Object(members) = item else { continue };
            let is_tool = members.contains_key("inputSchema");
            members.retain(|name, value| match name.as_str() {
                "title" | "_meta" => features.titles,
                "icons" => features.icons,
                "execution" => features.execution,
                "annotations" if is_tool => features.tool_annotations,
                "outputSchema" => features.structured_output && describes_object(&value.to_string()),
                _ => true,
            });
        }
    })
}
