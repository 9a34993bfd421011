//! The options of the HTTP transport as a front end writes them.

use std::sync::Arc;
use std::time::Duration;

use super::described::Described;
use super::listener_text;
use crate::error::Result;
use crate::transports::http::{
    Beside, BesideRoutes, CorsOptions, EventLimits, EventStore, HealthOptions, HttpOptions, MemoryEventStore,
    Resumption, ServerCardOptions, Spelling, SseOptions, TlsOptions,
};

/// The options of the HTTP transport; what is not said keeps the engine's default.
#[derive(Debug)]
pub struct HttpText {
    /// Where to listen; 127.0.0.1 when not said.
    pub host: Option<String>,
    /// 0, any free port, when not said.
    pub port: Option<u16>,
    options: HttpOptions,
    retry: Option<Duration>,
}

impl HttpText {
    /// Reads the JSON of a front end that spells its settings so.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a setting that cannot be, named as the front end spells it.
    pub fn read(text: &str, spelling: Spelling) -> Result<Self> {
        let mut told = Described::read("the HTTP transport", text, spelling)?;
        let mut options = HttpOptions { spelling, ..HttpOptions::default() };
        let host = told.text("host")?;
        let port = told.whole("port", 0, u64::from(u16::MAX))?.and_then(|port| u16::try_from(port).ok());
        told.text("path")?.into_iter().for_each(|path| options.path = path);
        told.truth("stateless")?.into_iter().for_each(|stateless| options.stateless = stateless);
        told.truth("json_response")?.into_iter().for_each(|json| options.json_only = json);
        options.allowed_hosts = told.texts("allowed_hosts")?;
        options.allowed_origins = told.texts("allowed_origins")?;
        options.cors = told.object("cors")?.map(read_cors).transpose()?;
        options.sse = told.object("sse")?.map(read_sse).transpose()?;
        options.sessions.idle_timeout = told.seconds("session_idle_seconds")?;
        let max_sessions = told.whole("max_sessions", 1, u64::MAX)?;
        options.sessions.max = max_sessions.map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        let per_second = told.whole("max_sessions_per_second", 1, u64::MAX)?;
        options.sessions.max_per_second = per_second.map(|max| u32::try_from(max).unwrap_or(u32::MAX));
        let max_subscriptions = told.whole("max_subscriptions", 1, u64::MAX)?;
        options.max_subscriptions = max_subscriptions.map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        let store = told.object("event_store")?.map(read_event_store).transpose()?;
        let retry = told.whole("retry_interval", 0, u64::from(u32::MAX))?.map(Duration::from_millis);
        options.health = told.object("health")?.map(read_health).transpose()?;
        options.server_card = told.object("server_card")?.map(read_server_card).transpose()?;
        for (name, size) in [
            ("max_body_bytes", &mut options.max_body_bytes),
            ("max_connections", &mut options.max_connections),
        ] {
            if let Some(given) = told.whole(name, 1, u64::MAX)? {
                *size = usize::try_from(given).unwrap_or(usize::MAX);
            }
        }
        for (name, wait) in [
            ("keep_alive_seconds", &mut options.keep_alive),
            ("body_pause_seconds", &mut options.body_pause_timeout),
            ("body_seconds", &mut options.body_timeout),
        ] {
            told.seconds(name)?.into_iter().for_each(|given| *wait = given);
        }
        listener_text::read(&mut told, &mut options)?;
        told.patience("shutdown_grace_seconds")?.into_iter().for_each(|given| options.grace = given);
        told.nothing_else()?;
        let mut text = Self { host, port, options, retry };
        if let Some(store) = store {
            text.keep_events(Arc::new(store));
        }
        Ok(text)
    }

    /// Where to listen: a name or address, and a port.
    #[must_use]
    pub fn address(&self) -> (&str, u16) {
        (self.host.as_deref().unwrap_or("127.0.0.1"), self.port.unwrap_or(0))
    }

    /// How streams are resumed from a store of the author's, with the time that was told here.
    #[must_use]
    pub fn resumption(&self, store: Arc<dyn EventStore>) -> Resumption {
        let resumption = Resumption::new(store);
        Resumption { retry: self.retry.unwrap_or(resumption.retry), ..resumption }
    }

    /// Streams are resumed from this store.
    pub fn keep_events(&mut self, store: Arc<dyn EventStore>) {
        self.options.resumption = Some(self.resumption(store));
    }

    /// Has somebody else answer at paths that are none of these.
    pub fn answer_beside(&mut self, beside: Arc<dyn Beside>) {
        self.options.beside = Some(BesideRoutes(beside));
    }

    /// Serves with this TLS, where nothing is said of it here.
    pub fn encrypt(&mut self, tls: Option<TlsOptions>) {
        self.options.tls = self.options.tls.take().or(tls);
    }

    /// The options it stands for.
    #[must_use]
    pub fn options(&self) -> HttpOptions {
        self.options.clone()
    }
}

fn read_health(mut told: Described) -> Result<HealthOptions> {
    let default = HealthOptions::default();
    let health = HealthOptions {
        path: told.text("path")?.unwrap_or(default.path),
        status: told
            .whole("status", 200, 599)?
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(default.status),
        message: told.text("message")?.unwrap_or(default.message),
        ready_path: told.text("ready_path")?,
    };
    told.nothing_else()?;
    Ok(health)
}

fn read_server_card(mut told: Described) -> Result<ServerCardOptions> {
    let card = ServerCardOptions {
        name: told.text("name")?,
        title: told.text("title")?,
        description: told.text("description")?,
        url: told.text("url")?,
        headers: told.any("headers"),
        repository: told.any("repository"),
    };
    told.nothing_else()?;
    Ok(card)
}

fn read_event_store(mut told: Described) -> Result<MemoryEventStore> {
    let mut limits = EventLimits::default();
    for (name, size) in [
        ("max_events", &mut limits.max_events),
        ("max_bytes", &mut limits.max_bytes),
        ("max_total_bytes", &mut limits.max_total_bytes),
    ] {
        if let Some(given) = told.whole(name, 1, u64::MAX)? {
            *size = usize::try_from(given).unwrap_or(usize::MAX);
        }
    }
    told.seconds("max_age_seconds")?.into_iter().for_each(|given| limits.max_age = given);
    told.nothing_else()?;
    Ok(MemoryEventStore::new(limits))
}

fn read_sse(mut told: Described) -> Result<SseOptions> {
    let default = SseOptions::default();
    let sse = SseOptions {
        path: told.text("path")?.unwrap_or(default.path),
        messages_path: told.text("messages_path")?.unwrap_or(default.messages_path),
    };
    told.nothing_else()?;
    Ok(sse)
}

fn read_cors(mut told: Described) -> Result<CorsOptions> {
    let default = CorsOptions::default();
    let cors = CorsOptions {
        origins: told.texts("origins")?,
        allowed_headers: told.texts("allowed_headers")?.unwrap_or_default(),
        exposed_headers: told.texts("exposed_headers")?.unwrap_or_default(),
        credentials: told.truth("credentials")?.unwrap_or(default.credentials),
        max_age: told
            .whole("max_age_seconds", 0, u64::from(u32::MAX))?
            .map_or(default.max_age, Duration::from_secs),
    };
    told.nothing_else()?;
    Ok(cors)
}
