//! What a mounted server's functions say of its resources, made what clients know them by: a function knows nothing of the
//! namespaces that its server is in.

use std::sync::Arc;

use crate::json::{self, RawJson};
use crate::model::Output;
use crate::registry::{Snapshot, inserted_uri};

/// Makes a mounted server's URIs those of the server that is asked.
pub(in crate::engine) struct Outward {
    snapshot: Arc<Snapshot>,
    /// What namespaces put into the URIs.
    inserted: Arc<str>,
    /// What is read, by the URI that its handler knows.
    read: Option<Arc<str>>,
}

impl Outward {
    /// For something that is in namespaces.
    #[cold]
    pub(super) fn of(snapshot: &Arc<Snapshot>, inserted: &Arc<str>, read: Option<&Arc<str>>) -> Self {
        Self { snapshot: Arc::clone(snapshot), inserted: Arc::clone(inserted), read: read.map(Arc::clone) }
    }

    /// Does so where the output links to resources or holds them. What no resource of the mounted server has stays as it is.
    #[cold]
    pub(super) fn apply(&self, output: &mut Output) {
        let (text, place) = match output {
            Output::Tool(tool) => (changed(&tool.content, |block| self.block(block)), &mut tool.content),
            Output::Prompt(prompt) => {
                let message = |message: &str| {
                    let block = self.block(json::member(message, "content")?)?;
                    Some(json::with_member(message, "content", &block))
                };
                (changed(&prompt.messages, message), &mut prompt.messages)
            }
            Output::Resource(read) => {
                (changed(&read.contents, |contents| self.named(contents)), &mut read.contents)
            }
            Output::Completion(_) | Output::Whole(_) | Output::InputRequired(_) => return,
        };
        if let Some(text) = text {
            *place = text;
        }
    }

    fn block(&self, block: &str) -> Option<String> {
        match &*json::member(block, "type").and_then(json::as_string)? {
            "resource_link" => self.named(block),
            "resource" => {
                let resource = self.named(json::member(block, "resource")?)?;
                Some(json::with_member(block, "resource", &resource))
            }
            _ => None,
        }
    }

    /// The object with another `uri`.
    fn named(&self, object: &str) -> Option<String> {
        let uri = json::member(object, "uri").and_then(json::as_string)?;
        let outward = inserted_uri(&uri, &self.inserted);
        let is_read = self.read.as_deref() == Some(&*uri);
        if !is_read && !self.is_offered(&outward) {
            return None;
        }
        let mut text = String::new();
        json::write_string(&mut text, &outward);
        Some(json::with_member(object, "uri", &text))
    }

    /// Whether the server that is asked offers this of the mounted one.
    fn is_offered(&self, outward: &str) -> bool {
        let found = self.snapshot.resource(outward);
        found.is_ok_and(|found| found.inserted.is_some_and(|inserted| *inserted == self.inserted))
    }
}

/// The array with what becomes of its elements, if anything does.
fn changed(array: &RawJson, change: impl Fn(&str) -> Option<String>) -> Option<RawJson> {
    let mut has_changed = false;
    let elements: Vec<String> = json::elements(array.as_str())
        .map(|element| {
            let changed = change(element);
            has_changed |= changed.is_some();
            changed.unwrap_or_else(|| element.to_owned())
        })
        .collect();
    has_changed.then(|| RawJson::from_checked(format!("[{}]", elements.join(","))))
}
