//! How an engine is put together.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Engine, TaskOptions};
use crate::authentication::Authenticator;
use crate::eras::{Eras, Profile, SessionOptions, Sessions};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::{Answered, Handler, Invocation, from_function};
use crate::jsonrpc::FrameLimits;
use crate::middleware::{Admission, Begun};
use crate::model::{CacheHint, Capabilities, Implementation, OperationKind, Output};
use crate::registry::{Interception, MAX_WATCHED_URIS, Registry, RegistryOptions};
use crate::sealing::{KeyRing, Sealer};
use crate::telemetry::Telemetry;

/// The environment variable with the keys that seal state: secrets of at least 32 bytes with commas or white space between
/// them. The first seals, all open, see [`KeyRing`].
pub const REQUEST_STATE_KEYS: &str = "OXMCP_REQUEST_STATE_KEYS";

/// The bounds of an engine (SEC-12).
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bounds on a single frame. `max_bytes` is for transports that have none of their own.
    pub frame: FrameLimits,
    /// Requests in flight per connection or session; more are refused as overloaded.
    pub max_in_flight: usize,
    /// Requests that run on although their peer has left (LHTTP-7), in all; more are cancelled.
    pub max_in_background: usize,
    /// Open subscriptions per duplex connection (SUB-11).
    pub max_subscriptions: usize,
    /// Open subscriptions over HTTP in all.
    pub max_http_subscriptions: usize,
    /// Resource URIs per subscription (SUB-11), at most [`MAX_WATCHED_URIS`].
    pub max_subscribed_resources: usize,
    /// How long a call may take when its tool does not say; `None` is for ever.
    pub call_timeout: Option<Duration>,
    /// Calls that wait for their client to call again with answers; where there is no room, questions are refused as
    /// overloaded.
    pub max_parked: usize,
    /// How many bytes those may hold in all, as far as the engine knows.
    pub max_parked_bytes: usize,
    /// How long a client may take to call again. A call whose client does not is cancelled, and its state is worth nothing.
    pub parked_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: FrameLimits::default(),
            max_in_flight: 1_000,
            max_in_background: 1_000,
            max_subscriptions: 100,
            max_http_subscriptions: 10_000,
            max_subscribed_resources: MAX_WATCHED_URIS,
            call_timeout: None,
            max_parked: 10_000,
            max_parked_bytes: 64 << 20,
            parked_time: Duration::from_secs(600),
        }
    }
}

/// Builds an [`Engine`].
pub struct EngineBuilder {
    implementation: Implementation,
    registry: Option<Registry>,
    instructions: Option<String>,
    capabilities: Capabilities,
    limits: Limits,
    sessions: SessionOptions,
    kept_sessions: Sessions,
    cache_hints: HashMap<OperationKind, CacheHint>,
    description_cache: CacheHint,
    request_state_keys: Option<KeyRing>,
    interceptions: Vec<(String, Arc<dyn Handler>)>,
    tasks: TaskOptions,
    authenticator: Option<Authenticator>,
    leaves_views_unchecked: bool,
    admission: Admission,
    telemetry: Option<Telemetry>,
    masks_errors: bool,
}

impl EngineBuilder {
    pub(super) fn new(implementation: Implementation) -> Self {
        Self {
            implementation,
            registry: None,
            instructions: None,
            capabilities: Capabilities::default(),
            limits: Limits::default(),
            sessions: SessionOptions::default(),
            kept_sessions: Sessions::default(),
            cache_hints: HashMap::new(),
            description_cache: CacheHint::default(),
            request_state_keys: None,
            interceptions: Vec::new(),
            tasks: TaskOptions::default(),
            authenticator: None,
            leaves_views_unchecked: false,
            admission: Admission::default(),
            telemetry: None,
            masks_errors: false,
        }
    }

    /// What the server offers; an empty registry of its own by default.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Guidance for the model (`instructions` of the handshake and of discover).
    #[must_use]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// What the server says it can do; everything the engine can by default.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// The engine's bounds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How sessions live.
    #[must_use]
    pub fn sessions(mut self, options: SessionOptions) -> Self {
        self.sessions = options;
        self
    }

    /// Where sessions over HTTP are kept; in the engine alone by default. Clients of an engine that is no more go on with another
    /// that has the same.
    #[must_use]
    pub fn keep_sessions_in(mut self, sessions: Sessions) -> Self {
        self.kept_sessions = sessions;
        self
    }

    /// How long results of an operation may be kept (CACHE-1): the lists, and [`OperationKind::ReadResource`] where the
    /// resource does not say.
    #[must_use]
    pub fn cache_hint(mut self, kind: OperationKind, hint: CacheHint) -> Self {
        self.cache_hints.insert(kind, hint);
        self
    }

    /// How long the description of the server itself (discover) may be kept.
    #[must_use]
    pub fn description_cache_hint(mut self, hint: CacheHint) -> Self {
        self.description_cache = hint;
        self
    }

    /// The keys that seal what clients carry from one round of a call to the next (MRTR-15); by default those in the environment
    /// variable [`REQUEST_STATE_KEYS`], or else one that nobody knows and that is gone with the engine. Several processes that
    /// serve the same clients need the same keys.
    #[must_use]
    pub fn request_state_keys(mut self, keys: KeyRing) -> Self {
        self.request_state_keys = Some(keys);
        self
    }

    /// Has every request of a method, or notification, pass `around` first, which gets it as an invocation: the method as its
    /// target, the params as its arguments. It answers with the result, a JSON object, usually what
    /// [`CallContext::next`](crate::handler::CallContext::next) gave it. `*` is every request that has nothing of its own around
    /// it, `notifications/*` every such notification; other methods pay nothing. See
    /// [`Registry::set_interception`], which does the same while the server is served.
    #[must_use]
    pub fn intercept<F, R>(mut self, method: impl Into<String>, around: F) -> Self
    where
        F: Fn(Invocation) -> R + Send + Sync + 'static,
        R: Future<Output = Answered> + Send + 'static,
    {
        let handler = from_function(move |invocation| {
            let answered = around(invocation);
            async move { answered.await.map(Output::Whole) }
        });
        self.interceptions.push((method.into(), handler));
        self
    }

    /// How tasks are kept.
    #[must_use]
    pub fn tasks(mut self, options: TaskOptions) -> Self {
        self.tasks = options;
        self
    }

    /// What every operation of every transport passes before it is done, and who hears what came of it.
    #[must_use]
    pub fn admission(mut self, admission: Admission) -> Self {
        self.admission = admission;
        self
    }

    /// Whether callers get one fixed sentence and the call's id instead of what functions raised without meaning it for them
    /// ([`Failure::raised`](crate::handler::Failure::raised)); the log has the rest under that id (SEC-13).
    #[must_use]
    pub const fn mask_errors(mut self, masked: bool) -> Self {
        self.masks_errors = masked;
        self
    }

    /// Who says who asks over HTTP, whatever the path and the way in: what nobody vouches for is refused. By default nobody is asked.
    #[must_use]
    pub fn authenticator(mut self, authenticator: Authenticator) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// Counts and tells of every operation, and shows that at paths beside the endpoint's.
    #[must_use]
    pub fn telemetry(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = Some(telemetry);
        self
    }

    /// Leaves it to the caller to say which tools' pages are missing, once somebody reads the log.
    pub(crate) const fn leave_views_unchecked(mut self) -> Self {
        self.leaves_views_unchecked = true;
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when an option cannot work, or the environment has keys that are none.
    pub fn build(mut self) -> Result<Engine> {
        let configuration = |message: &str| Err(Error::new(ErrorKind::Configuration, message));
        if self.limits.max_in_flight == 0 {
            return configuration("max_in_flight is 0: no request could ever run");
        }
        if self.sessions.max == 0 {
            return configuration(
                "sessions.max is 0: no session could ever begin; serve without sessions instead",
            );
        }
        if self.sessions.max_per_second == 0 {
            return configuration("sessions.max_per_second is 0: no session could ever begin");
        }
        if self.limits.parked_time.is_zero() {
            return configuration("parked_time is 0: no client could ever answer a question");
        }
        if self.limits.max_subscribed_resources > MAX_WATCHED_URIS {
            let message = format!("max_subscribed_resources is more than {MAX_WATCHED_URIS}");
            return configuration(&message);
        }
        for (name, member) in
            [("experimental", &self.capabilities.experimental), ("extensions", &self.capabilities.extensions)]
        {
            if member.as_ref().is_some_and(|text| !text.is_object()) {
                return configuration(&format!("capabilities.{name} is not a JSON object"));
            }
        }
        if self.tasks.ttl.is_zero() || self.tasks.max_ttl.is_zero() {
            return configuration("the ttl of tasks is 0: no client could ever ask for one");
        }
        let registry = match self.registry {
            Some(registry) => registry,
            None => Registry::new(RegistryOptions::default())?,
        };
        for (method, handler) in self.interceptions {
            registry.set_interception(&method, Some(Interception { handler, unless_registered: false }));
        }
        if self.tasks.always {
            registry.note_tasks();
        }
        if !self.leaves_views_unchecked {
            registry.tell_of_missing_views();
        }
        if let Some(telemetry) = &self.telemetry {
            telemetry.introduce(&self.implementation.name, &self.implementation.version);
            self.admission = self.admission.observer(Arc::new(telemetry.clone()));
        }
        let profile = Profile::new(
            self.implementation,
            self.instructions,
            self.capabilities,
            self.cache_hints,
            self.description_cache,
        )
        .masking_errors(self.masks_errors);
        let admission = (!self.admission.is_empty()).then(|| Arc::new(self.admission.with_requirements()));
        let veiled = admission.is_some();
        let (sessions, kept) = (self.sessions, self.kept_sessions);
        let eras = Eras::new(
            profile,
            registry.clone(),
            sessions,
            kept,
            self.limits.max_subscribed_resources,
            veiled,
        );
        let keys = match self.request_state_keys {
            Some(keys) => keys,
            None => keys_of_environment()?,
        };
        let sealer = Sealer::new(keys)?;
        if let Some(admission) = &admission {
            let told = Arc::clone(admission);
            eras.on_session_begin(move || Box::new(told.begins(Begun::Session)));
        }
        let told = (admission, self.authenticator, self.telemetry);
        Engine::assemble(registry, eras, self.limits, sealer, self.tasks, told)
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EngineBuilder")
            .field("implementation", &self.implementation)
            .finish_non_exhaustive()
    }
}

fn keys_of_environment() -> Result<KeyRing> {
    let text = std::env::var_os(REQUEST_STATE_KEYS).unwrap_or_default();
    let unusable = |error: Error| {
        Error::new(ErrorKind::Configuration, format!("{REQUEST_STATE_KEYS} cannot be used")).caused_by(error)
    };
    match KeyRing::parse(&text.to_string_lossy()).map_err(unusable)? {
        Some(keys) => Ok(keys),
        None => KeyRing::random(),
    }
}
