//! Edits: of the draft, under its lock, and then made known.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::pages::Listed;
use super::shelf::{Effect, Shelf};
use super::{Draft, Registry, Snapshot};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ListKind;

impl Registry {
    /// Runs one edit and makes its effect known; `list` is the list it is one of, if it is one of a list.
    pub(super) fn edit<R>(
        &self,
        list: Option<ListKind>,
        edit: impl FnOnce(&mut Snapshot) -> (R, Effect),
    ) -> R {
        let mut draft = self.draft();
        let (result, effect) = edit(&mut draft.own);
        if effect != Effect::Nothing {
            self.0.stale.store(true, Ordering::Release);
        }
        drop(draft);
        if effect != Effect::Nothing {
            self.spread(list.filter(|_| effect == Effect::List));
        }
        result
    }

    pub(super) fn draft(&self) -> MutexGuard<'_, Draft> {
        // Edits leave it whole after every statement.
        self.0.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add<T: Listed>(&self, entry: T) -> Result<()> {
        self.add_shared(&Arc::new(entry))
    }

    pub(super) fn add_shared<T: Listed>(&self, entry: &Arc<T>) -> Result<()> {
        self.note_version(&**entry);
        let taken = self.edit(Some(T::LIST), |draft| {
            draft.kept.note(T::LIST);
            draft.kept.requires |= entry.has_requirements();
            let effect = Arc::make_mut(T::shelf_mut(draft)).add(
                key_of(&**entry),
                Arc::clone(entry),
                entry.common().enabled,
            );
            (effect == Effect::Nothing, effect)
        });
        if taken {
            let version = entry.common().version.as_ref();
            let version = version.map(|version| format!(" in version {version:?}")).unwrap_or_default();
            let message = format!("a {} {:?} is registered already{version}", T::NOUN, entry.shown_key());
            return Err(Error::new(ErrorKind::AlreadyRegistered, message));
        }
        Ok(())
    }

    pub(super) fn replace<T: Listed>(&self, entry: T) {
        self.note_version(&entry);
        let entry = Arc::new(entry);
        self.edit(Some(T::LIST), |draft| {
            draft.kept.note(T::LIST);
            draft.kept.requires |= entry.has_requirements();
            let entries = Arc::make_mut(T::shelf_mut(draft));
            ((), entries.replace(key_of(&*entry), Arc::clone(&entry), entry.common().enabled))
        });
    }

    /// Several versions of one thing are several items, of which one is looked up.
    fn note_version<T: Listed>(&self, entry: &T) {
        if entry.common().version.is_some() {
            self.draft().composition.get_or_insert_default();
        }
    }

    pub(super) fn remove<T: Listed>(&self, key: &str, version: Option<&str>) -> bool {
        self.edit_versions::<T>(key, version, |_, _| true, Shelf::remove)
    }

    pub(super) fn set_enabled<T: Listed>(&self, key: &str, enabled: bool, version: Option<&str>) -> bool {
        let other = |shelf: &Shelf<T>, key: &str| shelf.is_enabled(key) == Some(!enabled);
        self.edit_versions(key, version, other, |shelf, key| shelf.set_enabled(key, enabled))
    }

    /// Does this to what has the key, in one version or in all, where it is meant. Returns whether there is anything with the key.
    fn edit_versions<T: Listed>(
        &self,
        key: &str,
        version: Option<&str>,
        is_meant: impl Fn(&Shelf<T>, &str) -> bool,
        edit: impl Fn(&mut Shelf<T>, &str) -> Effect,
    ) -> bool {
        let draft = self.draft();
        let kept = T::shelf(&draft.own);
        let has_versions = draft.composition.is_some();
        let keys = if has_versions { kept.keys_of(key, version) } else { kept.key_of(key, version) };
        let is_there = !keys.is_empty();
        let keys: Vec<_> = keys.into_iter().filter(|key| is_meant(kept, key)).collect();
        drop(draft);
        if !keys.is_empty() {
            self.edit(Some(T::LIST), |own| {
                let kept = Arc::make_mut(T::shelf_mut(own));
                let effects = keys.iter().map(|key| edit(kept, key));
                ((), effects.max().unwrap_or(Effect::Nothing))
            });
        }
        is_there
    }
}

/// What an item is kept under. No name that people write has the character before the version.
fn key_of<T: Listed>(entry: &T) -> Arc<str> {
    match &entry.common().version {
        Some(version) => format!("{}\0{version}", entry.key()).into(),
        None => entry.key().into(),
    }
}
