//! What this server offers: immutable snapshots to read, live edits, a feed of changes.
//!
//! Reading costs one atomic load and touches no lock that an edit holds for long. An edit changes a draft under a mutex
//! and marks what is published as stale; the next reader publishes the draft. So five hundred tools registered before
//! the first request cost one publication, not five hundred, and a list that no edit touches is shared by all snapshots,
//! with the pages already rendered from it.

mod apps;
mod catalogs;
mod changes;
mod completions;
mod composing;
mod cursors;
mod editing;
mod extensions;
mod followers;
mod further;
mod gates;
mod guards;
mod interceptions;
mod methods;
mod mounting;
mod name_hash;
mod origin;
mod pages;
mod prompts;
mod resource_templates;
mod resources;
mod result_budget;
mod shelf;
mod snapshot;
mod tool_search;
mod tools;
mod uri;
mod uri_template;
mod validation;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use arc_swap::ArcSwap;

pub use apps::APPS_EXTENSION;
pub use catalogs::{Catalog, MakeHandler};
pub use changes::{Hears, MAX_WATCHED_URIS, Watch};
pub use completions::{CompletedBy, CompletionTarget};
pub use composing::{
    Adopt, ItemKey, ItemKind, MountOptions, Namespace, Rename, Reworded, Selection, Transform, VersionRange,
    compare_versions, inserted_uri, uri_without,
};
pub use cursors::Cursors;
pub use extensions::Extension;
pub use further::Further;
use gates::Gate;
pub use gates::{Asking, Hidden};
pub use guards::ToolGuard;
pub use interceptions::Interception;
pub use origin::{Origin, Provenance};
pub use pages::{BadCursor, Item, ListPage, Page};
pub use prompts::PromptEntry;
pub use resource_templates::ResourceTemplateEntry;
pub use resources::{NoResource, ResourceEntry, ResourceMatch};
pub use result_budget::ResultBudget;
pub use snapshot::Snapshot;
pub use tool_search::{Findable, SearchBy, SearchPart, SearchResults, SearchRole, StandIn, ToolSearch};
pub use tools::ToolEntry;
pub use uri::{canonical as canonical_uri, legal as legal_uri};
pub use uri_template::legal_text as legal_template;
pub use uri_template::{MAX_URI_LENGTH, MAX_VARIABLES, NoMatch, RefusedValue, UriTemplate, ValueRule};
pub use validation::MAX_KEY_LENGTH;

use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{Change, ListKind, WatchFilter};
use crate::protocol_version::ProtocolVersion;
use crate::schema::SchemaLimits;
use changes::Watchers;
use composing::Composition;
use shelf::Effect;

/// Refuses what can be neither the URI of a resource nor, with braces in it, a template of such URIs.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] with the reason.
pub fn check_uri(uri: &str) -> Result<()> {
    if uri.contains('{') {
        resource_templates::parsed(&format!("the resource template {uri:?}"), uri).map(drop)
    } else {
        resources::legal_uri(&format!("the resource {uri:?}"), uri).map(drop)
    }
}

/// How a registry behaves.
#[derive(Clone, Default)]
pub struct RegistryOptions {
    /// The most items on a page of a list; `None` puts every list on one page (PAG-1).
    pub page_size: Option<usize>,
    /// Bounds on the schemas of tools.
    pub schema_limits: SchemaLimits,
    /// The secret that seals cursors. Give the same one to processes that answer for each other; `None` draws one at
    /// random, and cursors end with the process (PAG-6).
    pub cursor_key: Option<[u8; 32]>,
}

impl fmt::Debug for RegistryOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is a secret.
        formatter.debug_struct("RegistryOptions").field("page_size", &self.page_size).finish_non_exhaustive()
    }
}

/// What a server offers. Clones share it; every method may be called from any thread.
#[derive(Clone)]
pub struct Registry(Arc<Shared>);

/// A registry, as long as somebody else keeps it.
#[derive(Clone)]
pub struct WeakRegistry(Weak<Shared>);

impl WeakRegistry {
    /// The registry, if it is still there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(Registry)
    }
}

impl fmt::Debug for WeakRegistry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WeakRegistry")
    }
}

struct Shared {
    schema_limits: SchemaLimits,
    published: ArcSwap<Snapshot>,
    /// Whether `draft` holds an edit that `published` lacks. Set and cleared under the draft's lock.
    stale: AtomicBool,
    draft: Mutex<Draft>,
    watchers: Watchers,
    /// The servers that this one is mounted in.
    parents: Mutex<Vec<Weak<Shared>>>,
    /// Whether anything stands around any method.
    intercepts: AtomicBool,
}

/// What is published when somebody looks next.
struct Draft {
    /// What is registered here.
    own: Snapshot,
    /// What else there is, if anything.
    composition: Option<Box<Composition>>,
}

impl Draft {
    fn publish(&mut self, registry: &Registry) -> Snapshot {
        match &mut self.composition {
            Some(composition) => composition.compose(registry, &self.own),
            None => self.own.clone(),
        }
    }
}

impl Registry {
    /// An empty registry.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a page size of zero, [`ErrorKind::Internal`] when the system has no randomness.
    #[expect(clippy::needless_pass_by_value, reason = "options are handed over; a caller keeps no key")]
    pub fn new(options: RegistryOptions) -> Result<Self> {
        if options.page_size == Some(0) {
            let message = "the page size is 0; give at least 1, or none to put every list on one page";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let empty = Snapshot::empty(options.page_size, Cursors::new(options.cursor_key)?);
        Ok(Self(Arc::new(Shared {
            schema_limits: options.schema_limits,
            published: ArcSwap::from_pointee(empty.clone()),
            stale: AtomicBool::new(false),
            draft: Mutex::new(Draft { own: empty, composition: None }),
            watchers: Watchers::default(),
            parents: Mutex::default(),
            intercepts: AtomicBool::new(false),
        })))
    }

    /// The same registry, without keeping it.
    #[must_use]
    pub fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.0))
    }

    /// What seals the cursors of lists, and the most items on a page: for lists that the registry does not keep.
    #[must_use]
    pub fn paging(&self) -> (Cursors, Option<usize>) {
        self.snapshot().paging()
    }

    /// Everything that is offered now. Keep it for one request and no longer: it does not see later edits.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        if self.0.stale.load(Ordering::Acquire) {
            let mut draft = self.draft();
            // Another reader may have been here meanwhile. The mark goes last, so that whoever does not see it sees the edit.
            if self.0.stale.load(Ordering::Acquire) {
                self.0.published.store(Arc::new(draft.publish(self)));
                self.0.stale.store(false, Ordering::Release);
            }
        }
        self.0.published.load_full()
    }

    /// A feed of the changes that pass `filter` (SUB-4). URIs beyond [`MAX_WATCHED_URIS`] and those longer than
    /// [`MAX_URI_LENGTH`] are left out: refuse such a filter before it comes here (SUB-11).
    #[must_use]
    pub fn watch(&self, filter: WatchFilter) -> Watch {
        self.0.watchers.add(filter)
    }

    /// Has `listener` told by its URI of each resource that somebody follows (`true`) and nobody follows any more (`false`): when
    /// the first one comes, and the last one goes, here or at a server that this one is mounted in. Only the first listener counts;
    /// it hears at once of what is followed already. It is called with a lock held: it puts what it hears aside and returns.
    pub fn on_followed(&self, listener: impl Fn(&str, bool) + Send + Sync + 'static) {
        self.0.watchers.1.listen(Box::new(listener));
    }

    /// Tells every feed that wants to know. Edits do so themselves; this is for contents of resources that changed, and
    /// for lists that the registry does not keep. A resource is announced as it is listed, else as it is named here, made legal.
    pub fn notify(&self, change: &Change) {
        let Change::Resource(uri) = change else {
            self.0.watchers.notify(change, "");
            return self.tell_parents(|parent, _| parent.notify(change));
        };
        let canonical = uri::canonical(uri);
        let announced =
            self.snapshot().listed_uri(&canonical).map_or_else(|| uri::legal(uri).into(), Arc::from);
        self.0.watchers.notify(&Change::Resource(announced), &canonical);
        self.tell_parents(|parent, mount| parent.notify(&Change::Resource(mount(uri).into())));
    }

    /// Says that a handler which is registered can say log messages: they are offered from now on, where that is asked for.
    pub fn note_logging(&self) {
        self.edit(None, |draft| {
            let was = std::mem::replace(&mut draft.kept.logging, true);
            ((), if was { Effect::Nothing } else { Effect::Hidden })
        });
    }

    /// Says that there are resources, even if none is registered yet: they are offered from now on.
    pub fn note_resources(&self) {
        self.edit(None, |draft| {
            draft.kept.note(ListKind::Resources);
            ((), Effect::Hidden)
        });
    }

    /// Notes that calls of a tool may become tasks.
    pub(crate) fn note_tasks(&self) {
        self.edit(None, |draft| {
            let was = std::mem::replace(&mut draft.kept.tasks, true);
            if !was {
                let extension =
                    Extension { settings: RawJson::empty_object(), since: ProtocolVersion::V2026_07_28 };
                let extensions = Arc::make_mut(&mut draft.extensions);
                extensions.entry(Arc::from("io.modelcontextprotocol/tasks")).or_insert(extension);
            }
            ((), if was { Effect::Nothing } else { Effect::Hidden })
        });
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Registry").field(&self.snapshot()).finish()
    }
}
