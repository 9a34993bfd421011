//! Completions: one handler for all of them, and whether what they are asked about exists.

use std::sync::Arc;

use super::shelf::Effect;
use super::{Registry, Snapshot};
use crate::handler::Handler;
use crate::model::CompletionReference;

/// What a request for completions is about, seen from what is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionTarget {
    /// The prompt or template is there and has the argument.
    Known,
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
        let has_argument = match reference {
            CompletionReference::Prompt(name) => self
                .prompts
                .get(name)
                .map(|entry| entry.prompt.arguments.iter().any(|known| known.name == argument)),
            CompletionReference::Resource(uri) => self
                .resource_templates
                .get(uri)
                .or_else(|| {
                    self.resource_templates
                        .enabled()
                        .map(|(_, entry)| entry)
                        .find(|entry| entry.matches(uri).is_some())
                })
                .map(|entry| entry.uri_template.variables().any(|known| known == argument))
                .or_else(|| self.resources.get(uri).map(|_| false)),
        };
        match has_argument {
            Some(true) => CompletionTarget::Known,
            Some(false) => CompletionTarget::UnknownArgument,
            None => CompletionTarget::Unknown,
        }
    }
}
