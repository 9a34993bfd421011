//! Servers in servers: what one offers, another offers, too, for as long as it is mounted there.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use super::composing::{Mount, MountOptions, Transform};
use super::pages::Listed;
use super::{
    Composition, Draft, ItemKind, PromptEntry, Registry, ResourceEntry, ResourceTemplateEntry, ToolEntry,
};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Change, ListKind};

/// Held while something is mounted anywhere: two that are mounted into each other at once would both see no circle.
static MOUNTING: Mutex<()> = Mutex::new(());

const LISTS: [ListKind; 3] = [ListKind::Tools, ListKind::Prompts, ListKind::Resources];

impl Registry {
    /// Offers what `child` offers, now and whenever it changes, behind what is offered here. Where both have something of one
    /// name, this one's is offered; of several mounted ones, that of the first. What clients are told of changes there they are
    /// told here.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is this one, offers this one, or is mounted here already.
    pub fn mount(&self, child: &Self, options: MountOptions) -> Result<()> {
        let _only_one = MOUNTING.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |message: &str| Err(Error::new(ErrorKind::Configuration, message));
        if child.is(self) {
            return refused("a server cannot be mounted in itself");
        }
        if child.offers_what(self) {
            return refused(
                "this server is mounted in the one that is to be mounted in it: that would be a circle",
            );
        }
        if self.mounted().iter().any(|mounted| mounted.is(child)) {
            return refused("this server is mounted here already; unmount it first");
        }
        child.parents().push(Arc::downgrade(&self.0));
        self.compose(|composition| composition.mounts.push(Mount::new(child.clone(), options)));
        let (here, there) = (self.downgrade(), child.downgrade());
        let inward = move |uri: &str| here.upgrade()?.draft().inward_uri(&there.upgrade()?, uri);
        self.followers().mount(child.followers(), Box::new(inward));
        self.tell_lists_of(child);
        Ok(())
    }

    /// Offers what `child` offers no longer. Returns whether it was mounted here.
    pub fn unmount(&self, child: &Self) -> bool {
        let _only_one = MOUNTING.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.mounted().iter().any(|mounted| mounted.is(child)) {
            return false;
        }
        child
            .parents()
            .retain(|parent| parent.upgrade().is_some_and(|parent| !Arc::ptr_eq(&parent, &self.0)));
        self.compose(|composition| composition.mounts.retain(|mount| !mount.child.is(child)));
        self.followers().unmount(child.followers());
        self.tell_lists_of(child);
        true
    }

    /// Registers here what `child` offers now, as [`mount`](Self::mount) would offer it; what becomes of that later is not seen
    /// here. What has the name of something that is here already is left out.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is this one.
    pub fn import_from(&self, child: &Self, options: MountOptions) -> Result<()> {
        if child.is(self) {
            return Err(Error::new(ErrorKind::Configuration, "a server cannot be imported into itself"));
        }
        let mount = Mount::new(child.clone(), options);
        let snapshot = child.snapshot();
        self.edit(None, |own| {
            own.kept.join(snapshot.kept);
            own.catalogs = own.catalogs.iter().cloned().chain(mount.catalogs(&snapshot)).collect();
            for (method, make) in &*snapshot.shared_methods {
                if !own.methods.contains_key(method) {
                    Arc::make_mut(&mut own.methods).insert(Arc::clone(method), make(self));
                    Arc::make_mut(&mut own.shared_methods).insert(Arc::clone(method), Arc::clone(make));
                }
            }
            for (identifier, extension) in &*snapshot.extensions {
                if !own.extensions.contains_key(identifier) {
                    Arc::make_mut(&mut own.extensions).insert(Arc::clone(identifier), extension.clone());
                }
            }
            own.intercepted_within |= snapshot.intercepted_within || !snapshot.interceptions.is_empty();
            ((), super::shelf::Effect::Hidden)
        });
        self.import::<ToolEntry>(&mount, &snapshot);
        self.import::<PromptEntry>(&mount, &snapshot);
        self.import::<ResourceEntry>(&mount, &snapshot);
        self.import::<ResourceTemplateEntry>(&mount, &snapshot);
        Ok(())
    }

    fn import<T: Listed>(&self, mount: &Mount, child: &super::Snapshot) {
        for item in mount.items::<T>(child, 0) {
            if item.enabled {
                // What is there wins.
                drop(self.add_shared(&item.entry));
            }
        }
    }

    /// Does this to the lists, after what is done to them so far.
    pub fn add_transform(&self, transform: Transform) {
        self.compose(|composition| composition.transforms.push(transform));
        self.tell_lists();
    }

    /// Does these to the lists, one after the other, and no others.
    pub fn set_transforms(&self, transforms: Vec<Transform>) {
        self.compose(|composition| composition.transforms = transforms);
        self.tell_lists();
    }

    /// Does these to what mounted servers offer, before it is put behind what is registered here, and no others.
    pub fn set_mounted_transforms(&self, transforms: Vec<Transform>) {
        self.compose(|composition| composition.of_mounted = transforms);
        self.tell_lists();
    }

    /// Takes back what has this name, URI or template: in this version (the empty one is none), or in all. Returns whether it was there.
    pub fn remove_item(&self, kind: ItemKind, key: &str, version: Option<&str>) -> bool {
        match kind {
            ItemKind::Tool => self.remove::<ToolEntry>(key, version),
            ItemKind::Prompt => self.remove::<PromptEntry>(key, version),
            ItemKind::Resource => self.remove::<ResourceEntry>(&super::uri::canonical(key), version),
            ItemKind::ResourceTemplate => {
                self.remove::<ResourceTemplateEntry>(&super::uri_template::legal_text(key), version)
            }
        }
    }

    /// Hides what has this name, URI or template, in this version or in all, or shows it again in its old place. Returns whether
    /// it is there.
    pub fn set_item_enabled(&self, kind: ItemKind, key: &str, enabled: bool, version: Option<&str>) -> bool {
        match kind {
            ItemKind::Tool => self.set_enabled::<ToolEntry>(key, enabled, version),
            ItemKind::Prompt => self.set_enabled::<PromptEntry>(key, enabled, version),
            ItemKind::Resource => {
                self.set_enabled::<ResourceEntry>(&super::uri::canonical(key), enabled, version)
            }
            ItemKind::ResourceTemplate => {
                let key = super::uri_template::legal_text(key);
                self.set_enabled::<ResourceTemplateEntry>(&key, enabled, version)
            }
        }
    }

    /// Has lists put together, which changes them.
    pub(super) fn compose(&self, change: impl FnOnce(&mut Composition)) {
        let mut draft = self.draft();
        let composition = draft.composition.get_or_insert_default();
        change(composition);
        composition.change();
        self.0.stale.store(true, Ordering::Release);
    }

    /// Makes what was edited known to whoever watches, and to the servers that this one is mounted in.
    pub(super) fn spread(&self, list: Option<ListKind>) {
        if let Some(list) = list {
            self.0.watchers.notify(&Change::List(list), "");
        }
        self.for_each_parent(|parent| {
            // Under the lock, so that whoever publishes at this moment does not take the mark away.
            let draft = parent.draft();
            parent.0.stale.store(true, Ordering::Release);
            drop(draft);
            parent.spread(list);
        });
    }

    /// Tells each server that this one is mounted in; with what becomes of a URI there.
    pub(super) fn tell_parents(&self, tell: impl Fn(&Self, &dyn Fn(&str) -> String)) {
        self.for_each_parent(|parent| {
            let outward = |uri: &str| parent.draft().outward_uri(self, uri);
            tell(parent, &outward);
        });
    }

    fn for_each_parent(&self, act: impl Fn(&Self)) {
        let parents: Vec<_> = self.parents().iter().filter_map(std::sync::Weak::upgrade).collect();
        for parent in parents {
            act(&Self(parent));
        }
    }

    fn parents(&self) -> std::sync::MutexGuard<'_, Vec<std::sync::Weak<super::Shared>>> {
        // The list is whole after every statement above.
        self.0.parents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn followers(&self) -> &Arc<super::followers::Followers> {
        &self.0.watchers.1
    }

    fn mounted(&self) -> Vec<Self> {
        let draft = self.draft();
        let mounts = draft.composition.iter().flat_map(|composition| &composition.mounts);
        mounts.map(|mount| mount.child.clone()).collect()
    }

    fn offers_what(&self, other: &Self) -> bool {
        self.mounted().iter().any(|mounted| mounted.is(other) || mounted.offers_what(other))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The lists of `child` came or went.
    fn tell_lists_of(&self, child: &Self) {
        let snapshot = child.snapshot();
        self.spread(None);
        for list in LISTS.into_iter().filter(|list| snapshot.has_had(*list)) {
            self.spread(Some(list));
        }
    }

    pub(super) fn tell_lists(&self) {
        let snapshot = self.snapshot();
        self.spread(None);
        for list in LISTS.into_iter().filter(|list| snapshot.has_had(*list)) {
            self.spread(Some(list));
        }
    }
}

impl Draft {
    fn outward_uri(&self, child: &Registry, uri: &str) -> String {
        let Some(composition) = &self.composition else { return uri.to_owned() };
        let mount = composition.mounts.iter().find(|mount| mount.child.is(child));
        composition.outward_uri(mount, uri)
    }

    /// What `child` knows a URI as, if it may be one of its own: it has its namespace or, where there is none, is offered there.
    fn inward_uri(&self, child: &Registry, uri: &str) -> Option<String> {
        let composition = self.composition.as_ref()?;
        let mount = composition.mounts.iter().find(|mount| mount.child.is(child))?;
        let inner = composition.inward_uri(mount, uri)?;
        (inner != uri || child.snapshot().resource(uri).is_ok()).then_some(inner)
    }
}
