//! Everything a server offers at one moment.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::catalogs::{Catalog, MakeHandler};
use super::cursors::Cursors;
use super::extensions::Extension;
use super::further::Further;
use super::guards::ToolGuard;
use super::interceptions::Interception;
use super::pages::{BadCursor, Item, ListPage, Listed, Page};
use super::prompts::PromptEntry;
use super::resource_templates::ResourceTemplateEntry;
use super::resources::ResourceEntry;
use super::shelf::Shelf;
use super::tools::ToolEntry;
use crate::handler::Handler;
use crate::model::{ListKind, Principal};
use crate::protocol_version::ProtocolVersion;

/// Of which kinds something was registered since the server began. What clients were told of once stays, empty or not.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each kind")]
pub(super) struct Kept {
    tools: bool,
    prompts: bool,
    resources: bool,
    pub(super) logging: bool,
    pub(super) tasks: bool,
    /// Whether any asks something of its callers.
    pub(super) requires: bool,
}

impl Kept {
    pub(super) const fn note(&mut self, list: ListKind) {
        match list {
            ListKind::Tools => self.tools = true,
            ListKind::Prompts => self.prompts = true,
            ListKind::Resources => self.resources = true,
        }
    }

    pub(super) const fn join(&mut self, other: Self) {
        self.tools |= other.tools;
        self.prompts |= other.prompts;
        self.resources |= other.resources;
        self.logging |= other.logging;
        self.tasks |= other.tasks;
        self.requires |= other.requires;
    }
}

/// What is offered, unchanging. Disabled items are not in it (they keep their place, and come back to it).
#[derive(Clone)]
pub struct Snapshot {
    page_size: Option<usize>,
    cursors: Cursors,
    pub(super) tools: Arc<Shelf<ToolEntry>>,
    pub(super) prompts: Arc<Shelf<PromptEntry>>,
    pub(super) resources: Arc<Shelf<ResourceEntry>>,
    pub(super) resource_templates: Arc<Shelf<ResourceTemplateEntry>>,
    /// Who lists further resources.
    pub(super) further: Arc<[Further]>,
    pub(super) completion: Option<Arc<dyn Handler>>,
    /// Whether anything is completed, here or by a mounted server.
    pub(super) completes: bool,
    /// Whether somebody says of any item who may see it.
    pub(super) gated: bool,
    /// Whether something stands around any method of a mounted server.
    pub(super) intercepted_within: bool,
    pub(super) kept: Kept,
    pub(super) methods: Arc<HashMap<Arc<str>, Arc<dyn Handler>>>,
    /// What answers methods from catalogs, for whichever server has them.
    pub(super) shared_methods: Arc<HashMap<Arc<str>, MakeHandler>>,
    pub(super) catalogs: Arc<[Catalog]>,
    pub(super) extensions: Arc<BTreeMap<Arc<str>, Extension>>,
    pub(super) interceptions: Arc<HashMap<Arc<str>, Interception>>,
    /// What stands around tools.
    pub(super) guard: Option<Arc<dyn ToolGuard>>,
}

impl Snapshot {
    pub(super) fn empty(page_size: Option<usize>, cursors: Cursors) -> Self {
        Self {
            page_size,
            cursors,
            tools: Arc::default(),
            prompts: Arc::default(),
            resources: Arc::default(),
            resource_templates: Arc::default(),
            further: Arc::default(),
            completion: None,
            completes: false,
            gated: false,
            intercepted_within: false,
            kept: Kept::default(),
            methods: Arc::default(),
            shared_methods: Arc::default(),
            catalogs: Arc::default(),
            extensions: Arc::default(),
            interceptions: Arc::default(),
            guard: None,
        }
    }

    /// What seals the cursors of this server's lists, and the most items on a page.
    #[must_use]
    pub fn paging(&self) -> (Cursors, Option<usize>) {
        (self.cursors.clone(), self.page_size)
    }

    /// Whether there is, or ever was, an item of this kind.
    #[must_use]
    pub const fn has_had(&self, list: ListKind) -> bool {
        match list {
            ListKind::Tools => self.kept.tools,
            ListKind::Prompts => self.kept.prompts,
            ListKind::Resources => self.kept.resources,
        }
    }

    /// Whether a handler that says log messages is, or ever was, registered.
    #[must_use]
    pub const fn can_log(&self) -> bool {
        self.kept.logging
    }

    /// Whether a tool whose calls may become tasks is, or ever was, registered.
    #[must_use]
    pub const fn has_had_tasks(&self) -> bool {
        self.kept.tasks
    }

    /// Whether an item that asks something of its callers, or counts how often they come, is, or ever was, registered.
    #[must_use]
    pub const fn has_had_requirements(&self) -> bool {
        self.kept.requires
    }

    /// How many items a list has.
    #[must_use]
    pub fn count(&self, list: ListPage) -> usize {
        match list {
            ListPage::Tools => self.tools.enabled().count(),
            ListPage::Prompts => self.prompts.enabled().count(),
            ListPage::Resources => self.resources.enabled().count(),
            ListPage::ResourceTemplates => self.resource_templates.enabled().count(),
        }
    }

    /// The page of a list that begins after `cursor`, or the first one (PAG-1), for whoever asks.
    ///
    /// `render` writes one item as JSON for `version`, or nothing to leave it out. It is called for each item once per
    /// version for as long as the list stays the same, so it must depend on nothing else.
    ///
    /// # Errors
    /// [`BadCursor`] when the cursor is not one of ours, belongs to another list or principal, or names an item that is
    /// gone (PAG-6, PAG-7). The empty string is a cursor like any other, and not one of ours (PAG-2).
    pub fn page(
        &self,
        list: ListPage,
        version: ProtocolVersion,
        cursor: Option<&str>,
        principal: Option<&Principal>,
        render: impl Fn(&Item<'_>) -> String,
    ) -> Result<Page, BadCursor> {
        match list {
            ListPage::Tools => self.page_of(&self.tools, list, version, cursor, principal, render),
            ListPage::Prompts => self.page_of(&self.prompts, list, version, cursor, principal, render),
            ListPage::Resources => self.page_of(&self.resources, list, version, cursor, principal, render),
            ListPage::ResourceTemplates => {
                self.page_of(&self.resource_templates, list, version, cursor, principal, render)
            }
        }
    }

    fn page_of<T: Listed>(
        &self,
        entries: &Shelf<T>,
        list: ListPage,
        version: ProtocolVersion,
        cursor: Option<&str>,
        principal: Option<&Principal>,
        render: impl Fn(&Item<'_>) -> String,
    ) -> Result<Page, BadCursor> {
        let after = match cursor {
            None => None,
            Some(cursor) => {
                Some(entries.place(&self.cursors.open(list.code(), cursor, principal)?).ok_or(BadCursor)?)
            }
        };
        let list_text = entries.pages.of(version, || {
            let listed = entries.enabled().filter(|(_, entry)| entry.is_listed());
            listed.map(|(place, entry)| (place, render(&entry.item())))
        });
        let (items, ending) = list_text.slice(after, self.page_size);
        let next_cursor = ending
            .and_then(|place| entries.key(place))
            .map(|key| self.cursors.seal(list.code(), key, principal));
        Ok(Page { items, next_cursor })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Snapshot")
            .field("tools", &self.count(ListPage::Tools))
            .field("prompts", &self.count(ListPage::Prompts))
            .field("resources", &self.count(ListPage::Resources))
            .field("resource_templates", &self.count(ListPage::ResourceTemplates))
            .finish_non_exhaustive()
    }
}
