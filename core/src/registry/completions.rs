//! Completions: one handler for all of them, and whether what they are asked about exists.

use std::sync::Arc;

use super::shelf::Effect;
use super::uri_template::{Spelled, legal_text};
use super::{Registry, ResourceTemplateEntry, Snapshot, uri};
use crate::handler::Handler;
use crate::model::CompletionReference;

/// What a request for completions is about, seen from what is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionTarget {
    /// The prompt or template is there and has the argument; this is its name, or its URI template.
    Known(Arc<str>),
    /// It is there but has no such argument: nothing to suggest (CMP-6).
    UnknownArgument,
    /// It is not there: an error (CMP-3).
    Unknown,
}

impl Registry {
    /// Sets what answers requests for completions, or nothing (CMP-1).
    pub fn set_completion(&self, handler: Option<Arc<dyn Handler>>) {
        self.edit(None, |draft| {
            draft.completion = handler;
            ((), Effect::Hidden)
        });
    }
}

impl Snapshot {
    /// What answers requests for completions.
    #[must_use]
    pub fn completion(&self) -> Option<&Arc<dyn Handler>> {
        self.completion.as_ref()
    }

    /// Whether what is to be completed exists. A resource reference names a template, or a URI that is a resource's or
    /// that a template matches (CMP-4).
    #[must_use]
    pub fn completion_target(&self, reference: &CompletionReference, argument: &str) -> CompletionTarget {
        let known = |has_argument: bool, key: &str| {
            if has_argument { CompletionTarget::Known(key.into()) } else { CompletionTarget::UnknownArgument }
        };
        match reference {
            CompletionReference::Prompt(name) => match self.prompts.get(name) {
                Some(entry) => known(entry.prompt.arguments.iter().any(|known| known.name == argument), name),
                None => CompletionTarget::Unknown,
            },
            CompletionReference::Resource(uri) => match self.template_named(uri) {
                Some(entry) => known(
                    entry.uri_template.variables().any(|known| known == argument),
                    &entry.template.uri_template,
                ),
                None if self.resources.get(&uri::canonical(uri)).is_some() => {
                    CompletionTarget::UnknownArgument
                }
                None => CompletionTarget::Unknown,
            },
        }
    }

    fn template_named(&self, uri: &str) -> Option<&Arc<ResourceTemplateEntry>> {
        self.resource_templates.get(&legal_text(uri)).or_else(|| {
            let spelled = Spelled::of(uri);
            let takes = |entry: &ResourceTemplateEntry| entry.matches(&spelled).is_ok();
            self.resource_templates.enabled().map(|(_, entry)| entry).find(|entry| takes(entry))
        })
    }
}
