//! One kind of item: found by key, listed in order of registration.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::name_hash::NameHash;
use super::pages::{Listed, PageCache};

/// What an edit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing at all.
    Nothing,
    /// Something that peers cannot see.
    Hidden,
    /// The list that peers see is another.
    List,
}

impl Effect {
    const fn on(enabled: bool) -> Self {
        if enabled { Self::List } else { Self::Hidden }
    }
}

/// The items of one kind. Cloning copies references, never items; the clone has no pages yet.
pub(super) struct Shelf<T> {
    /// Key → place, and the item itself: calls look for one by its key, however many there are.
    places: HashMap<Arc<str>, Place<T>, NameHash>,
    /// Place → item. Places only grow, so the order is that of registration and a removal moves nobody.
    slots: BTreeMap<u64, Slot<T>>,
    next: u64,
    /// Lower versions of items that are here, for whoever asks for one, and for servers that this one is mounted in.
    spare: Vec<Arc<T>>,
    /// Whether somebody says of any of them who may see it.
    gated: bool,
    /// The pages of this very list: every edit starts with none.
    pub(super) pages: PageCache,
}

/// Items with whether they are enabled, in order.
pub(super) type Served<T> = Vec<(Arc<T>, bool)>;

struct Place<T> {
    number: u64,
    /// The item, where it is enabled.
    enabled: Option<Arc<T>>,
}

struct Slot<T> {
    key: Arc<str>,
    enabled: bool,
    entry: Arc<T>,
}

impl<T> Shelf<T> {
    /// The item with this key, if it is there and enabled.
    pub(super) fn get(&self, key: &str) -> Option<&Arc<T>> {
        self.places.get(key)?.enabled.as_ref()
    }

    /// Whether there is an item with this key, enabled or not.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Whether the item with this key is enabled, if it is there.
    pub(super) fn is_enabled(&self, key: &str) -> Option<bool> {
        Some(self.places.get(key)?.enabled.is_some())
    }

    /// The place of the item with this key, enabled or not.
    pub(super) fn place(&self, key: &str) -> Option<u64> {
        self.places.get(key).map(|place| place.number)
    }

    /// The key of the item at this place.
    pub(super) fn key(&self, place: u64) -> Option<&str> {
        self.slots.get(&place).map(|slot| &*slot.key)
    }

    /// The enabled items with their places, in order.
    pub(super) fn enabled(&self) -> impl Iterator<Item = (u64, &Arc<T>)> {
        self.slots.iter().filter(|(_, slot)| slot.enabled).map(|(&place, slot)| (place, &slot.entry))
    }

    /// Every item with whether it is enabled, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Arc<T>, bool)> {
        self.slots.values().map(|slot| (&slot.entry, slot.enabled))
    }

    /// Whether somebody says of any of them who may see it.
    pub(super) const fn is_gated(&self) -> bool {
        self.gated
    }

    /// Lower versions of items that are here.
    pub(super) fn spare(&self) -> &[Arc<T>] {
        &self.spare
    }

    fn find_mut(&mut self, key: &str) -> Option<(&mut Place<T>, &mut Slot<T>)> {
        let place = self.places.get_mut(key)?;
        let slot = self.slots.get_mut(&place.number)?;
        Some((place, slot))
    }

    /// Puts an item at the end, enabled or not, unless its key is taken.
    pub(super) fn add(&mut self, key: Arc<str>, entry: Arc<T>, enabled: bool) -> Effect {
        if self.contains(&key) {
            return Effect::Nothing;
        }
        self.pages = PageCache::default();
        let place = Place { number: self.next, enabled: enabled.then(|| Arc::clone(&entry)) };
        self.places.insert(Arc::clone(&key), place);
        self.slots.insert(self.next, Slot { key, enabled, entry });
        self.next += 1;
        Effect::on(enabled)
    }

    /// Puts an item in the place of the one with its key, where it is enabled if that was and it is; at the end if there is none.
    pub(super) fn replace(&mut self, key: Arc<str>, entry: Arc<T>, enabled: bool) -> Effect {
        let Some((place, slot)) = self.find_mut(&key) else { return self.add(key, entry, enabled) };
        let was_enabled = slot.enabled;
        slot.entry = entry;
        slot.enabled &= enabled;
        place.enabled = slot.enabled.then(|| Arc::clone(&slot.entry));
        self.pages = PageCache::default();
        Effect::on(was_enabled)
    }

    /// Takes an item away.
    pub(super) fn remove(&mut self, key: &str) -> Effect {
        let Some(slot) = self.places.remove(key).and_then(|place| self.slots.remove(&place.number)) else {
            return Effect::Nothing;
        };
        self.pages = PageCache::default();
        Effect::on(slot.enabled)
    }

    /// Hides an item, or shows it again.
    pub(super) fn set_enabled(&mut self, key: &str, enabled: bool) -> Effect {
        let Some((place, slot)) = self.find_mut(key) else { return Effect::Nothing };
        slot.enabled = enabled;
        place.enabled = enabled.then(|| Arc::clone(&slot.entry));
        self.pages = PageCache::default();
        Effect::List
    }
}

impl<T: Listed> Shelf<T> {
    /// What the items with this key of theirs are kept under: those of one version (the empty one is none), or all.
    pub(super) fn keys_of(&self, key: &str, version: Option<&str>) -> Vec<Arc<str>> {
        let is_meant = |slot: &&Slot<T>| {
            let own = slot.entry.common().version.as_deref().unwrap_or_default();
            let is_version = version.is_none_or(|version| version == own);
            slot.entry.key() == key && is_version
        };
        self.slots.values().filter(is_meant).map(|slot| Arc::clone(&slot.key)).collect()
    }

    /// The same where no item has a version.
    pub(super) fn key_of(&self, key: &str, version: Option<&str>) -> Vec<Arc<str>> {
        let found = self.places.get_key_value(key).filter(|_| version.is_none_or(str::is_empty));
        found.map(|(key, _)| Arc::clone(key)).into_iter().collect()
    }

    /// A shelf of these items, each with whether it is enabled; no two have the same key.
    pub(super) fn of(items: Served<T>, spare: Vec<Arc<T>>) -> Self {
        let gated = items.iter().any(|(entry, _)| !entry.provenance().gates.is_empty());
        let mut shelf = Self { spare, gated, ..Self::default() };
        shelf.places.reserve(items.len());
        for (entry, enabled) in items {
            shelf.add(entry.key().into(), entry, enabled);
        }
        shelf
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            places: HashMap::default(),
            slots: BTreeMap::new(),
            next: 0,
            spare: Vec::new(),
            gated: false,
            pages: PageCache::default(),
        }
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self {
            places: self.places.clone(),
            slots: self.slots.clone(),
            next: self.next,
            spare: self.spare.clone(),
            gated: self.gated,
            pages: PageCache::default(),
        }
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self { number: self.number, enabled: self.enabled.clone() }
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), enabled: self.enabled, entry: Arc::clone(&self.entry) }
    }
}
