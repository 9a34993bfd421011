//! Who a server is and what it offers, as front ends say it: what both bindings keep beside their functions.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::settings::{Functions, Parts, Settings, TlsSettings};
use super::skills::Skills;
use super::tasks::TaskSettings;
use super::transforms::item_kind;
use super::{descriptors, tasks, transforms};
use crate::engine::{Engine, Limits, Sessions};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::json::RawJson;
use crate::model::{
    CacheHint, Capabilities, Change, Implementation, LogLevel, LogMessage, Notification, OperationKind, Said,
    Saying,
};
use crate::protocol_version::ProtocolVersion;
use crate::registry::{Adopt, Extension, Registry, RegistryOptions};
use crate::schema::SchemaLimits;
use crate::sealing::KeyRing;
use crate::transports::http::TlsOptions;

/// What is told of a server, and its registry.
pub struct Description {
    /// What it offers; may be edited at any time.
    pub registry: Registry,
    implementation: Implementation,
    instructions: Option<String>,
    capabilities: Mutex<Capabilities>,
    cache_hints: Vec<(OperationKind, CacheHint)>,
    request_state_keys: Option<KeyRing>,
    limits: Limits,
    skills: Skills,
    tasks: Mutex<TaskSettings>,
    production: Mutex<Production>,
    /// An engine may have been made for an event loop that is gone; its clients are not.
    sessions: Sessions,
}

impl Description {
    /// Reads the JSON of a front end: see [`descriptors::implementation`], [`descriptors::capabilities`] and
    /// [`descriptors::cache_hints`]. Without a `page_size` a list is one page.
    ///
    /// # Errors
    /// What those say of a text that is something else, and [`Registry::new`] of a page size that cannot be.
    pub fn read(
        implementation: &str,
        instructions: Option<String>,
        page_size: Option<usize>,
        capabilities: &str,
        cache_hints: &str,
    ) -> Result<Self> {
        Ok(Self {
            registry: Registry::new(RegistryOptions { page_size, ..RegistryOptions::default() })?,
            implementation: descriptors::implementation(implementation)?,
            instructions,
            capabilities: Mutex::new(descriptors::capabilities(capabilities)?),
            cache_hints: descriptors::cache_hints(cache_hints)?,
            request_state_keys: None,
            limits: Limits::default(),
            skills: Skills::default(),
            tasks: Mutex::default(),
            production: Mutex::default(),
            sessions: Sessions::default(),
        })
    }

    /// Says who may call, how often, and what is recorded: the JSON of [`Settings`], whose sections count before those of the file at
    /// `path`, or, without one, of that which [`CONFIG`](super::settings::CONFIG) names. Counts from the next
    /// [`Description::engine`].
    ///
    /// # Errors
    /// See [`Settings::from_json`] and [`Settings::from_file`].
    pub fn configure(&self, settings: &str, path: Option<&Path>) -> Result<()> {
        let settings = Settings::read(settings, path)?;
        let mut production = self.production();
        production.settings = settings;
        production.parts = None;
        Ok(())
    }

    /// Says which function of the author's a section asks, by the name of the method it is asked with; counts from the next
    /// [`Description::engine`].
    pub fn set_function(&self, method: &str, handler: Arc<dyn Handler>) {
        let mut production = self.production();
        production.functions.insert(method.to_owned(), handler);
        production.parts = None;
    }

    /// The TLS that the configuration says to serve HTTP with, where a listener is given none of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a time that is none.
    pub fn tls(&self) -> Result<Option<TlsOptions>> {
        self.production().settings.tls.as_ref().map(TlsSettings::options).transpose()
    }

    fn production(&self) -> MutexGuard<'_, Production> {
        // Members are replaced as a whole, so a panic elsewhere does not spoil it.
        self.production.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which secrets seal what clients carry from one round of a call to the next, and how long a client may take to come
    /// back: see [`EngineBuilder::request_state_keys`](crate::engine::EngineBuilder::request_state_keys) and
    /// [`Limits::parked_time`].
    ///
    /// # Errors
    /// See [`KeyRing::new`].
    pub fn seal_request_state<S: AsRef<[u8]>>(
        &mut self,
        secrets: impl IntoIterator<Item = S>,
        time: Duration,
    ) -> Result<()> {
        self.request_state_keys = Some(KeyRing::new(secrets)?);
        self.limits.parked_time = time;
        Ok(())
    }

    /// Says how many calls may wait for their clients to come back, and for how long: see [`Limits::max_parked`]. What is absent
    /// stays as it is.
    pub fn limit_parked(&mut self, max: Option<usize>, time: Option<Duration>) {
        self.limits.max_parked = max.unwrap_or(self.limits.max_parked);
        self.limits.parked_time = time.unwrap_or(self.limits.parked_time);
    }

    /// Says how tasks are kept from the next [`Description::engine`] on: `{"path"?, "always"?, "ttlMs"?, "maxTtlMs"?, "maxTasks"?,
    /// "maxTasksPerOwner"?, "maxResultBytes"?, "maxBytes"?, "pollIntervalMs"?}`, see [`TaskOptions`](crate::engine::TaskOptions).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`] when the text is something else.
    pub fn serve_tasks(&self, options: &str) -> Result<()> {
        let settings = tasks::settings(options)?;
        // Replaced as a whole, too.
        *self.tasks.lock().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// Says anew what the server can do; counts from the next [`Description::engine`].
    ///
    /// # Errors
    /// See [`descriptors::capabilities`].
    pub fn set_capabilities(&self, capabilities: &str) -> Result<()> {
        let capabilities = descriptors::capabilities(capabilities)?;
        // Replaced as a whole, so a panic elsewhere does not spoil it.
        *self.capabilities.lock().unwrap_or_else(PoisonError::into_inner) = capabilities;
        Ok(())
    }

    /// An engine that serves this. The file that tasks are in is open until [`Engine::close_task_store`].
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when that file cannot be used; see [`EngineBuilder::build`](crate::engine::EngineBuilder::build).
    pub fn engine(&self) -> Result<Engine> {
        let capabilities = self.capabilities.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let parts = self.production().parts(&self.registry)?;
        let mut builder = Engine::builder(self.implementation.clone())
            .registry(self.registry.clone())
            .capabilities(capabilities)
            .limits(self.limits.clone())
            .admission(parts.admission)
            .mask_errors(parts.masks_errors)
            .keep_sessions_in(self.sessions.clone())
            .tasks(self.tasks.lock().unwrap_or_else(PoisonError::into_inner).open()?);
        if let Some(authenticator) = parts.authenticator {
            builder = builder.authenticator(authenticator);
        }
        if let Some(telemetry) = parts.telemetry {
            builder = builder.telemetry(telemetry);
        }
        if let Some(keys) = &self.request_state_keys {
            builder = builder.request_state_keys(keys.clone());
        }
        if let Some(instructions) = &self.instructions {
            builder = builder.instructions(instructions);
        }
        for (kind, hint) in &self.cache_hints {
            builder = builder.cache_hint(*kind, *hint);
        }
        // Whoever serves carries the log from then on, and not before.
        builder.leave_views_unchecked().build()
    }

    /// Says that the server has an extension, for clients of every version; its settings are a JSON object.
    ///
    /// # Errors
    /// See [`Registry::declare_extension`].
    pub fn declare_extension(&self, identifier: &str, settings: &str) -> Result<()> {
        let settings = RawJson::parse(settings)?;
        let since = ProtocolVersion::ALL[0];
        self.registry.declare_extension(identifier, Extension { settings, since })
    }

    /// Adds skills, described as JSON: `{"folders": […], "prefix"?, "reload"?, "strict"?}` reads folders; `{"files": {path: {"text": …} or
    /// {"base64": …}}, "frontmatter"?, "instructions"?, "path"?, "dynamic"?}` is one skill. Returns by what number to take them back.
    /// The first time, `cache` says how long clients may keep them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`] and [`ErrorKind::AlreadyRegistered`], see
    /// [`SkillCatalog::add`](crate::skills::SkillCatalog::add).
    pub fn add_skills(&self, text: &str, cache: &str) -> Result<u64> {
        self.skills.add(&self.registry, text, cache)
    }

    /// Takes skills back; returns whether they were there.
    ///
    /// # Errors
    /// What is wrong with the folders that are left.
    pub fn remove_skills(&self, number: u64) -> Result<bool> {
        self.skills.remove(number)
    }

    /// Reads all folders of skills anew.
    ///
    /// # Errors
    /// What is wrong with them; what was served before is served on.
    pub fn refresh_skills(&self) -> Result<()> {
        self.skills.refresh()
    }

    /// The entries of all skills, a JSON list.
    #[must_use]
    pub fn skill_entries(&self) -> String {
        self.skills.entries()
    }

    /// Sends a notification of an extension's outside of any request, to one session or to everybody; `params` is the JSON of an
    /// object that our own writer wrote.
    pub fn announce(&self, method: String, params: &str, session: Option<&str>) {
        self.say(
            Saying::Notification(Notification { method, params: RawJson::from_checked(params) }),
            session,
        );
    }

    /// Sends a log message outside of any request, likewise. Clients are told from now on that there are some.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: there is no such level.
    pub fn log(&self, level: &str, logger: Option<String>, data: &str, session: Option<&str>) -> Result<()> {
        let level = log_level(level)?;
        self.registry.note_logging();
        self.say(Saying::Log(LogMessage { level, logger, data: RawJson::from_checked(data) }), session);
        Ok(())
    }

    fn say(&self, what: Saying, session: Option<&str>) {
        self.registry.notify(&Change::Said(Arc::new(Said { what, session: session.map(Arc::from) })));
    }

    /// Takes back the `kind` ("tool", "resource", "`resource_template`" or "prompt") with this key, in one version or in all; returns
    /// whether it was there, or `None` when there is no such kind.
    #[must_use]
    pub fn remove(&self, kind: &str, key: &str, version: Option<&str>) -> Option<bool> {
        item_kind(kind).map(|kind| self.registry.remove_item(kind, key, version))
    }

    /// Shows or hides one, as [`Description::remove`] takes it back; returns whether it is there.
    #[must_use]
    pub fn set_enabled(&self, kind: &str, key: &str, enabled: bool, version: Option<&str>) -> Option<bool> {
        item_kind(kind).map(|kind| self.registry.set_item_enabled(kind, key, enabled, version))
    }

    /// Does this to the lists, after what is done to them so far: see [`transforms::transform`].
    ///
    /// # Errors
    /// See there.
    pub fn add_transform(&self, text: &str) -> Result<()> {
        self.registry.add_transform(transforms::transform(text, &SchemaLimits::default())?);
        Ok(())
    }

    /// Does these to the lists and no others: see [`transforms::transforms`].
    ///
    /// # Errors
    /// See there.
    pub fn set_transforms(&self, text: &str) -> Result<()> {
        self.registry.set_transforms(transforms::transforms(text, &SchemaLimits::default())?);
        Ok(())
    }

    /// Does these to what mounted servers offer and no others: see [`transforms::transforms`].
    ///
    /// # Errors
    /// See there.
    pub fn set_mounted_transforms(&self, text: &str) -> Result<()> {
        self.registry.set_mounted_transforms(transforms::transforms(text, &SchemaLimits::default())?);
        Ok(())
    }

    /// Offers what another one offers, for as long as it is [not unmounted](Registry::unmount): see [`transforms::mount_options`].
    ///
    /// # Errors
    /// See there, and [`Registry::mount`].
    pub fn mount(&self, child: &Self, options: &str, adopt: Adopt) -> Result<()> {
        let options = transforms::mount_options(options, Some(adopt), &SchemaLimits::default())?;
        self.registry.mount(&child.registry, options)
    }

    /// Offers what another one offers now.
    ///
    /// # Errors
    /// See [`Description::mount`] and [`Registry::import_from`].
    pub fn import_from(&self, child: &Self, options: &str, adopt: Adopt) -> Result<()> {
        let options = transforms::mount_options(options, Some(adopt), &SchemaLimits::default())?;
        self.registry.import_from(&child.registry, options)
    }
}

/// What is told of who may call, how often, and what is recorded.
#[derive(Default)]
struct Production {
    settings: Settings,
    functions: Functions,
    /// What was made of them.
    parts: Option<Parts>,
}

impl Production {
    fn parts(&mut self, registry: &Registry) -> Result<Parts> {
        let parts = match self.parts.take() {
            Some(parts) => parts,
            None => self.settings.assemble(&self.functions, registry)?,
        };
        Ok(self.parts.insert(parts).clone())
    }
}

/// The level of this name.
///
/// # Errors
/// [`ErrorKind::Configuration`]: there is none.
pub fn log_level(name: &str) -> Result<LogLevel> {
    LogLevel::from_text(name).ok_or_else(|| {
        let known: Vec<_> = LogLevel::ALL.iter().map(|level| level.as_str()).collect();
        Error::new(
            ErrorKind::Configuration,
            format!("no log level {name:?}; the levels are {}", known.join(", ")),
        )
    })
}
