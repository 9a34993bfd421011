//! What can be set about serving HTTP, with the limits that hold when nothing is.

use std::time::Duration;

use super::Resumption;
use super::beside::BesideRoutes;
use super::cors::CorsOptions;
use super::health::HealthOptions;
use super::proxies::ProxyOptions;
use super::server_card::ServerCardOptions;
use super::sse::SseOptions;
use super::tls::TlsOptions;
use super::unix_socket::UnixSocketOptions;
use crate::error::{Error, ErrorKind, Result};

/// How the names of settings are spelt to people: as in the language they wrote theirs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// `allowed_hosts`
    #[default]
    Snake,
    /// `allowedHosts`
    Camel,
}

impl Spelling {
    /// A setting's name, from the one it has here.
    #[must_use]
    pub fn of(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_owned(),
            Self::Camel => {
                let mut words = name.split('_');
                let first = words.next().unwrap_or_default().to_owned();
                words.fold(first, |name, word| {
                    let (start, rest) = word.split_at_checked(1).unwrap_or((word, ""));
                    name + &start.to_ascii_uppercase() + rest
                })
            }
        }
    }
}

/// Options of the HTTP transport. Every wait and every size has a bound (SEC-12).
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The one path served, beginning with `/`; the same with a slash at its end is served too.
    pub path: String,
    /// Hosts that may be named in `Host`, in the notation of [`AllowList`](super::AllowList); `*` allows all. `None`: the names
    /// of this machine when listening on a loopback address, otherwise all (SEC-2).
    pub allowed_hosts: Option<Vec<String>>,
    /// Origins that browsers may call from, in the notation of [`AllowList`](super::AllowList); `*` allows all. `None`: pages
    /// of this machine only. Requests without `Origin` always pass (SEC-1).
    pub allowed_origins: Option<Vec<String>>,
    /// Lets web pages read what is answered; `None`: those of this server's own origin only (HTTP-14).
    pub cors: Option<CorsOptions>,
    /// Answers those who ask whether the server is there. `None`: nobody.
    pub health: Option<HealthOptions>,
    /// Tells everybody what this server is, at `/server-card` below its path. `None`: nobody (CARD-5).
    pub server_card: Option<ServerCardOptions>,
    /// Serves the HTTP+SSE transport of 2024-11-05 beside it. `None`: it is not served.
    pub sse: Option<SseOptions>,
    /// How long a session may rest before it is over, how many there can be, and how fast they may begin; `None` leaves each as the
    /// engine has it.
    pub sessions: SessionLimits,
    /// How many subscriptions may be open at once (SUB-11); `None` leaves it as the engine has it.
    pub max_subscriptions: Option<usize>,
    /// Keeps what streams say, so that a client that lost one comes back for the rest. `None`: it is lost with its connection.
    pub resumption: Option<Resumption>,
    /// Who answers at paths that are none of these. `None`: nobody, there is nothing.
    pub beside: Option<BesideRoutes>,
    /// The longest body, in bytes.
    pub max_body_bytes: usize,
    /// How many bytes of longer bodies (16 KiB and more) are in memory at once, of all requests together, being read or worked on; more are
    /// told to come back in a moment. Never less than one body may have.
    pub max_body_memory_bytes: usize,
    /// The longest head (request line and headers together), in bytes; at least 8192.
    pub max_header_bytes: usize,
    /// How many headers a request may have.
    pub max_headers: usize,
    /// How long a request's head may take to arrive, from its first byte; also how long a new connection may stay silent.
    pub header_timeout: Duration,
    /// How long a connection may rest between two requests.
    pub idle_timeout: Duration,
    /// How long a body may pause while it arrives.
    pub body_pause_timeout: Duration,
    /// How long a body may take to arrive, from its first pause on.
    pub body_timeout: Duration,
    /// How long a client may take nothing of what is ready for it.
    pub write_timeout: Duration,
    /// How often a silent event stream says that it is alive (SSE-5).
    pub keep_alive: Duration,
    /// How long a silent call waits before its answer is turned into an event stream, so that keep-alives can flow
    /// (SSE-8). Only for clients that accept one.
    pub sse_after: Duration,
    /// Serve the legacy era without sessions: each POST alone, no GET, no DELETE (SESS-13).
    pub stateless: bool,
    /// Answer with plain JSON always: messages before the result are dropped. Listen streams stay event streams.
    pub json_only: bool,
    /// Encrypts what goes over TCP. `None`: it is plain.
    pub tls: Option<TlsOptions>,
    /// Whether HTTP/2 is served beside HTTP/1.1: over TLS to those who want it, in plain to those who begin with it.
    pub http2: bool,
    /// How many requests an HTTP/2 connection may have under way; more are refused, and their clients know that they may try again.
    pub max_concurrent_streams: u32,
    /// How many connections are served at once; more wait in the system's queue.
    pub max_connections: usize,
    /// How many of them one address may have, and with IPv6 all of one network (/64); more are closed. Not of this machine itself, and
    /// not of proxies that are trusted: of those each client counts, where they say who it is. `None`: half of all.
    pub max_connections_per_address: Option<usize>,
    /// Whom to believe for whom they ask. `None`: nobody.
    pub proxies: Option<ProxyOptions>,
    /// Listens there instead of at an address.
    pub unix_socket: Option<UnixSocketOptions>,
    /// Whether the service manager is spoken with: sockets that it handed over (`LISTEN_FDS`) are served instead of any other, it is told
    /// when the server is ready and when it ends, and its watchdog that it lives (`NOTIFY_SOCKET`, `WATCHDOG_USEC`).
    pub systemd: bool,
    /// How long running calls may still take once the server is told to stop. Then they are answered with an error.
    pub grace: Duration,
    /// How settings are spelt in what is said about them.
    pub spelling: Spelling,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            allowed_hosts: None,
            allowed_origins: None,
            cors: None,
            health: None,
            server_card: None,
            beside: None,
            sse: None,
            resumption: None,
            sessions: SessionLimits::default(),
            max_subscriptions: None,
            max_body_bytes: 4 * 1024 * 1024,
            max_body_memory_bytes: 256 * 1024 * 1024,
            max_header_bytes: 32 * 1024,
            max_headers: 100,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(120),
            body_pause_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(15),
            sse_after: Duration::from_secs(15),
            stateless: false,
            json_only: false,
            tls: None,
            http2: true,
            max_concurrent_streams: 100,
            max_connections: 10_000,
            max_connections_per_address: None,
            proxies: None,
            unix_socket: None,
            systemd: false,
            grace: Duration::from_secs(25),
            spelling: Spelling::default(),
        }
    }
}

/// What an endpoint says of the engine's sessions; what it leaves out stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionLimits {
    /// A session nobody used for this long is over. One with a request or a stream open is in use.
    pub idle_timeout: Option<Duration>,
    /// How many sessions there can be; those whose clients never came back make room first, then the one idle for longest.
    pub max: Option<usize>,
    /// How many may begin in a second; more are refused with status 503.
    pub max_per_second: Option<u32>,
}

/// What hyper needs at least for its buffer.
const LEAST_HEADER_BYTES: usize = 8192;

impl HttpOptions {
    /// Refuses values that cannot work.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::new(ErrorKind::Configuration, message));
        if !self.path.starts_with('/') || self.path.contains(['?', '#', ' ']) {
            return wrong(format!(
                "the HTTP path must begin with \"/\" and have no query, fragment or space, not {:?}",
                self.path
            ));
        }
        if self.max_header_bytes < LEAST_HEADER_BYTES {
            return wrong(format!(
                "{} must be at least {LEAST_HEADER_BYTES}, not {}",
                self.spelling.of("max_header_bytes"),
                self.max_header_bytes
            ));
        }
        for (name, zero) in [
            ("max_headers", self.max_headers == 0),
            ("max_body_bytes", self.max_body_bytes == 0),
            ("max_connections", self.max_connections == 0),
            ("max_connections_per_address", self.max_connections_per_address == Some(0)),
            ("max_concurrent_streams", self.max_concurrent_streams == 0),
            ("header_timeout", self.header_timeout.is_zero()),
            ("idle_timeout", self.idle_timeout.is_zero()),
            ("body_pause_timeout", self.body_pause_timeout.is_zero()),
            ("body_timeout", self.body_timeout.is_zero()),
            ("write_timeout", self.write_timeout.is_zero()),
            ("keep_alive", self.keep_alive.is_zero()),
        ] {
            if zero {
                return wrong(format!("{} must not be zero", self.spelling.of(name)));
            }
        }
        if self.sessions.max == Some(0) {
            return wrong(format!(
                "{} must not be zero: no session could ever begin; serve without sessions instead",
                self.spelling.of("max_sessions")
            ));
        }
        if self.sessions.max_per_second == Some(0) {
            return wrong(format!(
                "{} must not be zero: no session could ever begin; serve without sessions instead",
                self.spelling.of("max_sessions_per_second")
            ));
        }
        if self.max_subscriptions == Some(0) {
            return wrong(format!("{} must not be zero", self.spelling.of("max_subscriptions")));
        }
        if self.sessions.idle_timeout.is_some_and(|timeout| timeout.is_zero()) {
            return wrong(format!("{} must not be zero", self.spelling.of("session_idle_seconds")));
        }
        self.tls.as_ref().map_or(Ok(()), TlsOptions::check)?;
        self.sse.as_ref().map_or(Ok(()), |sse| sse.check(&self.path, self.spelling))
    }
}
