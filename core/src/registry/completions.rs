//! Completions: one handler for all of them, and whether what they are asked about exists.

use std::sync::Arc;

use super::composing::Adopting;
use super::shelf::Effect;
use super::uri_template::{Spelled, legal_text};
use super::{Registry, ResourceTemplateEntry, Snapshot, uri};
use crate::handler::Handler;
use crate::model::CompletionReference;

/// What a request for completions is about, seen from what is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionTarget {
    /// The prompt or template is there and has the argument; this is the name, or the URI template, by which its handler knows it.
    Known(Arc<str>),
    /// It is there but has no such argument: nothing to suggest (CMP-6).
    UnknownArgument,
    /// It is not there: an error (CMP-3).
    Unknown,
}

/// Who completes the arguments of a prompt or the variables of a template.
#[derive(Clone, Default)]
pub enum CompletedBy {
    /// Whoever completes for the server.
    #[default]
    Server,
    /// Whoever does for the mounted server it comes from, if anybody does.
    Mounted(Option<Arc<dyn Handler>>),
}

impl CompletedBy {
    /// As the server has it in which its own is mounted.
    pub(super) fn mounted(&self, adopt: Adopting<'_>, completion: Option<&Arc<dyn Handler>>) -> Self {
        Self::Mounted(match self {
            Self::Server => completion.map(adopt),
            Self::Mounted(handler) => handler.as_ref().map(adopt),
        })
    }
}

impl Registry {
    /// Sets what answers requests for completions, or nothing (CMP-1).
    pub fn set_completion(&self, handler: Option<Arc<dyn Handler>>) {
        self.edit(None, |draft| {
            draft.completes = handler.is_some();
            draft.completion = handler;
            ((), Effect::Hidden)
        });
    }
}

impl Snapshot {
    /// Whether requests for completions are answered.
    #[must_use]
    pub const fn completes(&self) -> bool {
        self.completes
    }

    /// What answers the server's own requests for completions.
    #[must_use]
    pub fn completion(&self) -> Option<&Arc<dyn Handler>> {
        self.completion.as_ref()
    }

    /// What answers requests for completions of this.
    #[must_use]
    pub fn completer(&self, reference: &CompletionReference) -> Option<&Arc<dyn Handler>> {
        let by = match reference {
            CompletionReference::Prompt(name) => self.prompts.get(name).map(|entry| &entry.completed_by),
            CompletionReference::Resource(uri) => self.template_named(uri).map(|entry| &entry.completed_by),
        };
        match by {
            Some(CompletedBy::Mounted(handler)) => handler.as_ref(),
            Some(CompletedBy::Server) | None => self.completion.as_ref(),
        }
    }

    /// Whether what is to be completed exists. A resource reference names a template, or a URI that is a resource's or
    /// that a template matches (CMP-4).
    #[must_use]
    pub fn completion_target(&self, reference: &CompletionReference, argument: &str) -> CompletionTarget {
        let known = |has_argument: bool, key: &Arc<str>| {
            if has_argument {
                CompletionTarget::Known(Arc::clone(key))
            } else {
                CompletionTarget::UnknownArgument
            }
        };
        match reference {
            CompletionReference::Prompt(name) => match self.prompts.get(name) {
                Some(entry) => {
                    known(entry.prompt.arguments.iter().any(|known| known.name == argument), &entry.name)
                }
                None => CompletionTarget::Unknown,
            },
            CompletionReference::Resource(uri) => match self.template_named(uri) {
                Some(entry) => {
                    known(entry.uri_template.variables().any(|known| known == argument), &entry.registered)
                }
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
