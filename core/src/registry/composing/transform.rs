//! What is done to the lists of a server, one step after the other, before anybody sees them.

use std::sync::Arc;

use super::{ItemKind, Namespace, Offered, Rename, Selection, VersionRange};
use crate::registry::pages::Listed;
use crate::registry::{ResultBudget, StandIn};

/// One step.
#[derive(Debug, Clone)]
pub enum Transform {
    /// Everything goes under a prefix.
    Namespace(Namespace),
    /// Some tools and prompts get other names and words.
    Rename(Rename),
    /// What is selected is offered, or not. Later ones win, and over what the items say themselves.
    Visibility {
        /// Whether it is offered.
        enabled: bool,
        /// What.
        selection: Selection,
    },
    /// Only these versions are there.
    Versions {
        /// Which.
        range: VersionRange,
        /// Whether what has no version is there, too.
        unversioned: bool,
    },
    /// Two tools stand for all others. Wherever it stands among the transforms, it is done last, so that what is found is what
    /// the others made.
    ToolSearch(Arc<StandIn>),
    /// Results of tools are held to a budget. A later one takes the place of an earlier one.
    ResultBudget {
        /// Which.
        budget: Arc<ResultBudget>,
        /// Of these tools, or of all.
        tools: Option<Vec<String>>,
    },
    /// Schemas of tools say where they stand what they otherwise refer to.
    InlineReferences {
        /// How long a schema may become so.
        max_bytes: usize,
    },
}

impl Transform {
    /// Does this step to the items of one kind, and to those that are found through some of them.
    pub(super) fn apply<T: Listed>(&self, items: &mut Vec<Offered<T>>) {
        self.apply_to_each(items);
        T::transform_found(items, self);
    }

    /// Does this step to the items themselves.
    pub(in crate::registry) fn apply_to_each<T: Listed>(&self, items: &mut Vec<Offered<T>>) {
        match self {
            Self::Namespace(namespace) => items.retain_mut(|item| match item.entry.in_namespace(namespace) {
                Ok(entry) => {
                    item.entry = Arc::new(entry);
                    true
                }
                Err(error) => {
                    // A list that lacks one is better than none.
                    tracing::warn!(
                        "the {} {:?} cannot be offered in the namespace {:?}: {error}",
                        T::NOUN,
                        item.entry.shown_key(),
                        namespace.prefix()
                    );
                    false
                }
            }),
            Self::Rename(rename) => {
                let words = match T::KIND {
                    ItemKind::Tool => &rename.tools,
                    ItemKind::Prompt => &rename.prompts,
                    ItemKind::Resource | ItemKind::ResourceTemplate => return,
                };
                for item in items {
                    let Some(reworded) = words.get(item.entry.key()) else { continue };
                    let common = reworded.applied_to(item.entry.common());
                    item.entry = Arc::new(item.entry.reworded(reworded.name.as_deref(), common));
                    item.enabled = reworded.enabled.unwrap_or(item.enabled);
                }
            }
            Self::Visibility { enabled, selection } => {
                for item in items {
                    let names = [item.entry.shown_key(), item.entry.name()];
                    if selection.has(T::KIND, names, item.entry.common()) {
                        item.enabled = *enabled;
                    }
                }
            }
            Self::Versions { range, unversioned } => items.retain(|item| {
                item.entry.common().version.as_deref().map_or(*unversioned, |version| range.has(version))
            }),
            Self::ResultBudget { .. } | Self::InlineReferences { .. } => {
                for item in items {
                    if let Some(entry) = item.entry.transformed(self) {
                        item.entry = Arc::new(entry);
                    }
                }
            }
            Self::ToolSearch(_) => {}
        }
    }
}
