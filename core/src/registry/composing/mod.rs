//! What a server offers beside what is registered with it, and what becomes of all of it before anybody sees it.
//!
//! A server with nothing of the kind publishes what is registered as it is. Any other publishes a list that is put together
//! when something has changed, so that whoever looks something up never notices the difference.

mod mount;
mod namespace;
mod rename;
mod selection;
mod sources;
mod transform;
mod version_order;

use std::collections::HashMap;
use std::sync::Arc;

pub use mount::{Adopt, MountOptions};
pub(super) use mount::{Adopting, Mount};
pub use namespace::Namespace;
pub use namespace::{insert as inserted_uri, take_out as uri_without};
pub use rename::{Rename, Reworded};
pub use selection::{ItemKey, Selection, VersionRange};
use sources::Sources;
pub use transform::Transform;
pub use version_order::compare_versions;

use super::pages::Listed;
use super::shelf::{Served, Shelf};
use super::{Catalog, Further, Gate, Registry, Snapshot, StandIn};
use crate::handler::Handler;

/// The four kinds of things that servers offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each stands for what it is called")]
pub enum ItemKind {
    Tool,
    Prompt,
    Resource,
    ResourceTemplate,
}

impl ItemKind {
    /// The kind's name in `snake_case`, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::ResourceTemplate => "resource_template",
        }
    }
}

/// An item on its way into the lists.
pub(in crate::registry) struct Offered<T> {
    pub entry: Arc<T>,
    pub enabled: bool,
    /// Whose it is: 0 is the server's own, then the mounted ones in their order.
    pub source: usize,
}

/// Mounted servers and transforms.
#[derive(Default)]
pub(super) struct Composition {
    pub mounts: Vec<Mount>,
    pub transforms: Vec<Transform>,
    /// What is done to mounted ones alone, before.
    pub of_mounted: Vec<Transform>,
    /// Who says what callers may see, by kind.
    pub judges: HashMap<ItemKind, Arc<dyn Handler>>,
    made: Made,
}

/// What was put together last.
#[derive(Default)]
struct Made {
    tools: Option<Sources<super::ToolEntry>>,
    prompts: Option<Sources<super::PromptEntry>>,
    resources: Option<Sources<super::ResourceEntry>>,
    resource_templates: Option<Sources<super::ResourceTemplateEntry>>,
}

impl Composition {
    /// Everything that is offered, given what is registered here.
    pub fn compose(&mut self, registry: &Registry, own: &Snapshot) -> Snapshot {
        let children: Vec<Arc<Snapshot>> = self.mounts.iter().map(|mount| mount.child.snapshot()).collect();
        let mut all = own.clone();
        all.tools = self.list(own, &children, |made| &mut made.tools);
        all.prompts = self.list(own, &children, |made| &mut made.prompts);
        all.resources = self.list(own, &children, |made| &mut made.resources);
        all.resource_templates = self.list(own, &children, |made| &mut made.resource_templates);
        all.gated = all.tools.is_gated()
            || all.prompts.is_gated()
            || all.resources.is_gated()
            || all.resource_templates.is_gated();
        all.further = self.further(own, &children);
        all.intercepted_within = own.intercepted_within
            || children.iter().any(|child| child.intercepted_within || !child.interceptions.is_empty());
        all.catalogs = self.catalogs(own, &children);
        for child in &children {
            for (method, make) in &*child.shared_methods {
                if !all.methods.contains_key(method) {
                    Arc::make_mut(&mut all.methods).insert(Arc::clone(method), make(registry));
                    Arc::make_mut(&mut all.shared_methods).insert(Arc::clone(method), Arc::clone(make));
                }
            }
            all.kept.join(child.kept);
            all.completes |= child.completes;
            for (identifier, extension) in &*child.extensions {
                if !all.extensions.contains_key(identifier) {
                    Arc::make_mut(&mut all.extensions).insert(Arc::clone(identifier), extension.clone());
                }
            }
        }
        all
    }

    /// Something else is put together from now on.
    pub fn change(&mut self) {
        self.made = Made::default();
    }

    /// What a URI of the mounted one that `mount` finds, or one of the server's own, is to the outside.
    pub fn outward_uri(&self, mount: Option<&Mount>, uri: &str) -> String {
        self.namespaces(mount).fold(uri.to_owned(), |uri, namespace| namespace.uri(&uri))
    }

    /// Who lists further resources, as the namespaces make of those.
    fn further(&self, own: &Snapshot, children: &[Arc<Snapshot>]) -> Arc<[Further]> {
        let own = own.further.iter().map(|further| Further {
            handler: Arc::clone(&further.handler),
            inserted: self.inserted(None, further.inserted.as_ref()),
        });
        let mounted = self.mounts.iter().zip(children).flat_map(|(mount, child)| {
            child.further.iter().map(move |further| Further {
                handler: mount.adopted(&further.handler),
                inserted: self.inserted(Some(mount), further.inserted.as_ref()),
            })
        });
        own.chain(mounted).collect()
    }

    /// The catalogs, as the namespaces make of the URIs in them.
    fn catalogs(&self, own: &Snapshot, children: &[Arc<Snapshot>]) -> Arc<[Catalog]> {
        let mounts = std::iter::once(None).chain(self.mounts.iter().map(Some));
        let snapshots = std::iter::once(own).chain(children.iter().map(|child| &**child));
        let all = mounts.zip(snapshots).flat_map(|(mount, snapshot)| {
            snapshot.catalogs.iter().map(move |catalog| Catalog {
                content: Arc::clone(&catalog.content),
                inserted: self.inserted(mount, catalog.inserted.as_ref()),
            })
        });
        all.collect()
    }

    /// What namespaces put into the URIs of a mounted one, or of this server itself, where inner ones have put that there.
    fn inserted(&self, mount: Option<&Mount>, inner: Option<&Arc<str>>) -> Option<Arc<str>> {
        let namespaces = self.namespaces(mount);
        namespaces.fold(inner.cloned(), |inner, namespace| Some(namespace.before(inner.as_deref())))
    }

    /// The namespaces that what a mounted one offers, or this server itself, is put into, one after the other.
    fn namespaces<'a>(
        &'a self,
        mount: Option<&'a Mount>,
    ) -> impl DoubleEndedIterator<Item = &'a Namespace> + use<'a> {
        let of_mounted = mount.map_or(&[][..], |mount| &mount.transforms).iter();
        let all = of_mounted.chain(mount.map_or(&[][..], |_| &self.of_mounted)).chain(&self.transforms);
        all.filter_map(|transform| match transform {
            Transform::Namespace(namespace) => Some(namespace),
            _ => None,
        })
    }

    /// What the mounted one knows a URI as; nothing where it is in none of its namespaces.
    pub fn inward_uri(&self, mount: &Mount, uri: &str) -> Option<String> {
        self.namespaces(Some(mount)).try_rfold(uri.to_owned(), |uri, namespace| namespace.uri_inside(&uri))
    }

    fn list<T: Listed>(
        &mut self,
        own: &Snapshot,
        children: &[Arc<Snapshot>],
        made: impl Fn(&mut Made) -> &mut Option<Sources<T>>,
    ) -> Arc<Shelf<T>> {
        if let Some(sources) = made(&mut self.made)
            && sources.are(own, children)
        {
            return Arc::clone(&sources.shelf);
        }
        let mut items = offered(T::shelf(own), 0);
        for (index, (mount, child)) in self.mounts.iter().zip(children).enumerate() {
            let mut mounted = mount.items(child, index + 1);
            for transform in &self.of_mounted {
                transform.apply(&mut mounted);
            }
            items.extend(mounted);
        }
        if let Some(judge) = self.judges.get(&T::KIND) {
            for item in &mut items {
                let mut entry = T::clone(&item.entry);
                let gate = Gate { judge: Arc::clone(judge), key: item.entry.shown_key().into() };
                entry.provenance_mut().gates.push(gate);
                item.entry = Arc::new(entry);
            }
        }
        for transform in &self.transforms {
            transform.apply(&mut items);
        }
        let made_now = Arc::new(self.shelf(items));
        *made(&mut self.made) = Some(Sources::new(own, children, Arc::clone(&made_now)));
        made_now
    }

    /// The items as they are looked up: one for each key.
    fn shelf<T: Listed>(&self, items: Vec<Offered<T>>) -> Shelf<T> {
        let (mut served, mut spare) = one_of_each(items);
        let searches = self.transforms.iter().rev().filter_map(|transform| match transform {
            Transform::ToolSearch(search) => Some(search),
            _ => None,
        });
        // A second one would stand for the two tools of the first.
        if let Some(search) = searches.into_iter().next() {
            served = T::stood_for(served, search);
            spare.clear();
        }
        Shelf::of(served, spare)
    }
}

/// The items of a list as they are registered, or as a mounted server offers them.
fn offered<T: Listed>(shelf: &Shelf<T>, source: usize) -> Vec<Offered<T>> {
    shelf.all().map(|(entry, enabled)| Offered { entry: Arc::clone(entry), enabled, source }).collect()
}

/// Of all items with one key, that of the first source that has one enabled, in the highest version it has; and the lower versions
/// of those.
fn one_of_each<T: Listed>(items: Vec<Offered<T>>) -> (Served<T>, Vec<Arc<T>>) {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(items.len());
    let mut served: Vec<Offered<T>> = Vec::with_capacity(items.len());
    let mut spare = Vec::new();
    for item in items {
        let Some(&place) = places.get(item.entry.key()) else {
            places.insert(item.entry.key().to_owned(), served.len());
            served.push(item);
            continue;
        };
        let winner = &mut served[place];
        if !item.enabled {
            continue;
        }
        if !winner.enabled {
            *winner = item;
            continue;
        }
        if winner.source != item.source {
            continue;
        }
        let versions = [&winner.entry, &item.entry].map(|entry| entry.common().version.as_deref());
        match compare_versions(versions[0], versions[1]) {
            std::cmp::Ordering::Less => spare.push(std::mem::replace(winner, item).entry),
            std::cmp::Ordering::Equal if versions[0] == versions[1] => tracing::warn!(
                "two {}s are named {:?}; the second one is not offered",
                T::NOUN,
                item.entry.shown_key()
            ),
            _ => spare.push(item.entry),
        }
    }
    (served.into_iter().map(|item| (item.entry, item.enabled)).collect(), spare)
}

/// [`Listed::stood_for`] of tools.
pub(super) fn stand_in(served: Served<super::ToolEntry>, search: &StandIn) -> Served<super::ToolEntry> {
    let enabled = served.into_iter().filter(|(_, enabled)| *enabled).map(|(entry, _)| entry).collect();
    search.stand_in(enabled).into_iter().map(|entry| (entry, true)).collect()
}
