//! The skills that a server has, published as resources.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::skill::{Skill, invalid};
use super::source::SkillSource;
use super::{SKILL_FILE, SKILLS_EXTENSION, directories, entry, frontmatter, methods, paths};
use crate::error::Result;
use crate::json::RawJson;
use crate::model::CacheHint;
use crate::protocol_version::ProtocolVersion;
use crate::registry::{Extension, Registry, WeakRegistry, canonical_uri};

/// The version that the extension is defined for, and those after it.
pub(super) const SINCE: ProtocolVersion = ProtocolVersion::V2026_07_28;

/// How skills are served.
#[derive(Debug, Clone, Copy, Default)]
pub struct SkillsOptions {
    /// How long clients may keep entries and files.
    pub cache: CacheHint,
}

/// The skills of a server. Clones share them.
#[derive(Clone)]
pub struct SkillCatalog(Arc<Shared>);

pub(super) struct Shared {
    /// Not kept alive: the registry has the handlers, which have this.
    registry: WeakRegistry,
    options: SkillsOptions,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By number, so that one can be taken back.
    sources: BTreeMap<u64, SkillSource>,
    next: u64,
    /// By path.
    skills: BTreeMap<String, Skill>,
    /// The entries by canonical URI.
    entries: BTreeMap<String, Arc<str>>,
    /// The paths of directories by canonical URI: what a peer writes never becomes a path.
    directories: BTreeMap<String, String>,
}

impl SkillCatalog {
    /// A catalog whose skills `registry` offers. It declares the extension, and answers its methods from now on.
    ///
    /// # Errors
    /// None so far; what is wrong with the extension's name or settings would be one.
    pub fn new(registry: &Registry, options: SkillsOptions) -> Result<Self> {
        let shared = Arc::new(Shared { registry: registry.downgrade(), options, state: Mutex::default() });
        let settings = RawJson::from_checked(r#"{"directoryRead":true}"#);
        registry.declare_extension(SKILLS_EXTENSION, Extension { settings, since: SINCE })?;
        registry.note_resources();
        let content: Arc<dyn Any + Send + Sync> = Arc::<Shared>::clone(&shared);
        registry.add_catalog(content, methods::all());
        Ok(Self(shared))
    }

    /// Adds skills, and returns by what number to take them back.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when one cannot be used, or a path is taken;
    /// [`ErrorKind::AlreadyRegistered`](crate::error::ErrorKind::AlreadyRegistered) when there is a resource with the URI of a
    /// file. Nothing is added then.
    pub fn add(&self, source: SkillSource) -> Result<u64> {
        let mut state = self.0.lock();
        let number = state.next;
        state.sources.insert(number, source);
        match self.0.publish(&mut state) {
            Ok(()) => {
                state.next += 1;
                Ok(number)
            }
            Err(error) => {
                state.sources.remove(&number);
                Err(error)
            }
        }
    }

    /// Takes skills back. Returns whether they were there.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    pub fn remove(&self, number: u64) -> Result<bool> {
        let mut state = self.0.lock();
        let was = state.sources.remove(&number).is_some();
        if was {
            self.0.publish(&mut state)?;
        }
        Ok(was)
    }

    /// Reads all folders anew.
    ///
    /// # Errors
    /// As [`add`](Self::add). What was served before is served on.
    pub fn refresh(&self) -> Result<()> {
        self.0.publish(&mut self.0.lock())
    }

    /// The entries there are, each as JSON, by URI.
    #[must_use]
    pub fn entries(&self) -> Vec<Arc<str>> {
        self.0.lock().entries.values().cloned().collect()
    }
}

impl fmt::Debug for SkillCatalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SkillCatalog").field(&self.0.lock().skills.keys()).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Skills are published whole, so a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads those folders anew that are to be. What is wrong with them now leaves what was served before.
    fn keep_current(&self) {
        let mut state = self.lock();
        if state.sources.values().any(SkillSource::reloads)
            && let Err(error) = self.publish(&mut state)
        {
            tracing::warn!("the skills that were read before are served on: {error}");
        }
    }

    /// Reads all sources, and makes the registry offer what they hold.
    fn publish(&self, state: &mut State) -> Result<()> {
        let mut skills = BTreeMap::new();
        for source in state.sources.values() {
            for (path, skill) in source.read()? {
                check_place(&path, &skill)?;
                if skills.contains_key(&path) {
                    return Err(invalid(&format!("there are two skills at {:?}", entry::uri(&path))));
                }
                skills.insert(path, skill);
            }
        }
        if let Some((inner, outer)) = skills
            .keys()
            .find_map(|path| Some((path, paths::parents(path).find(|parent| skills.contains_key(*parent))?)))
        {
            return Err(invalid(&format!("the skill {inner:?} lies inside of the skill {outer:?}")));
        }
        if let Some(registry) = self.registry.upgrade() {
            self.offer(&registry, &state.skills, &skills)?;
        }
        state.entries = skills
            .iter()
            .map(|(path, skill)| (canonical_uri(&entry::uri(path)), entry::write(path, skill)))
            .collect();
        state.directories = directories::paths(&skills)
            .into_iter()
            .map(|path| (canonical_uri(&paths::uri(&path)), path))
            .collect();
        state.skills = skills;
        Ok(())
    }

    /// Offers the files of `now` in the place of those of `before`.
    fn offer(
        &self,
        registry: &Registry,
        before: &BTreeMap<String, Skill>,
        now: &BTreeMap<String, Skill>,
    ) -> Result<()> {
        let uris = |skills: &BTreeMap<String, Skill>| -> BTreeSet<String> {
            let files = skills.iter().flat_map(|(path, skill)| {
                skill.files().keys().map(move |name| paths::uri(&format!("{path}/{name}")))
            });
            files.collect()
        };
        let old = uris(before);
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for (path, skill) in now {
            let was = before.get(path);
            let same_words = was.is_some_and(|was| was.frontmatter() == skill.frontmatter());
            for (name, file) in skill.files() {
                if same_words && was.and_then(|was| was.files().get(name)) == Some(file) {
                    continue;
                }
                let resource = entry::resource(path, name, skill, file, self.options.cache);
                let handler = entry::handler(&resource, file);
                let place = if old.contains(&resource.uri) { &mut changed } else { &mut new };
                place.push((resource, handler, name == SKILL_FILE));
            }
        }
        // New ones first: only they can be refused.
        let mut added: Vec<String> = Vec::new();
        for (resource, handler, is_listed) in new {
            let uri = resource.uri.clone();
            let add = if is_listed { Registry::add_resource } else { Registry::add_unlisted_resource };
            if let Err(error) = add(registry, resource, handler) {
                for uri in &added {
                    registry.remove_resource(uri);
                }
                return Err(error);
            }
            added.push(uri);
        }
        for (resource, handler, is_listed) in changed {
            let replace =
                if is_listed { Registry::replace_resource } else { Registry::replace_unlisted_resource };
            replace(registry, resource, handler)?;
        }
        for gone in old.difference(&uris(now)) {
            registry.remove_resource(gone);
        }
        Ok(())
    }

    /// The entries by canonical URI.
    pub(super) fn entries(&self) -> BTreeMap<String, Arc<str>> {
        self.keep_current();
        self.lock().entries.clone()
    }

    /// The entry of the skill with this canonical URI.
    pub(super) fn entry(&self, canonical: &str) -> Option<Arc<str>> {
        self.keep_current();
        self.lock().entries.get(canonical).cloned()
    }

    /// What is in the directory with this canonical URI, if it is one, by path.
    pub(super) fn directory(&self, canonical: &str) -> Option<BTreeMap<String, String>> {
        self.keep_current();
        let state = self.lock();
        directories::children(&state.skills, state.directories.get(canonical)?)
    }

    /// How long clients may keep entries and files.
    pub(super) const fn cache(&self) -> CacheHint {
        self.options.cache
    }
}

/// Refuses a place that its skill cannot have.
fn check_place(path: &str, skill: &Skill) -> Result<()> {
    let name = &skill.frontmatter().name;
    let why = match paths::flaw(path) {
        Some(flaw) => flaw.to_owned(),
        None if paths::name(path) != name => format!("it does not end with the skill's name, {name:?}"),
        // The first segment is where a URI has its host.
        None if !path.split('/').next().is_some_and(frontmatter::is_name) => {
            "its first segment must be lower-case letters, digits and single hyphens".to_owned()
        }
        None => return Ok(()),
    };
    Err(invalid(&format!("a skill cannot be at {path:?}: {why}")))
}
