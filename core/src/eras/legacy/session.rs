//! A session: what a handshake leaves behind (SESS-*).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::eras::in_flight::InFlight;
use crate::eras::legacy::notifications;
use crate::eras::profile::Profile;
use crate::handler::Caller;
use crate::json::RawJson;
use crate::jsonrpc::RequestId;
use crate::model::{Change, LazyCallId, LogLevel, Principal, Saying};
use crate::protocol_version::ProtocolVersion;
use crate::registry::Watch;

/// One session.
pub struct Session {
    /// Absent on a duplex connection, which is its own session.
    pub(crate) id: Option<Arc<str>>,
    /// What was agreed on.
    pub(crate) version: ProtocolVersion,
    /// Whose it is, if that is known: nobody else finds it (SESS-10).
    pub(crate) principal: Option<Principal>,
    pub(crate) client_info: Option<RawJson>,
    pub(crate) client_capabilities: Option<RawJson>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) watch: Watch,
    log_threshold: AtomicU8,
    /// Whether the client has shown that it got the handshake's answer: nothing may be told before.
    opened: watch::Sender<bool>,
    ended: watch::Sender<bool>,
    began: Instant,
    /// Milliseconds from `began` to when the client was last heard of.
    last_used: AtomicU64,
    streams: AtomicUsize,
    /// How often the streams of what belongs to no request were closed, for the client to come back.
    closings: watch::Sender<u32>,
    /// Whose end tells somebody of the session's.
    _kept: Option<Kept>,
}

/// What a session holds for somebody else.
pub type Kept = Box<dyn std::any::Any + Send + Sync>;

impl Session {
    pub(crate) fn new(
        id: Option<Arc<str>>,
        version: ProtocolVersion,
        principal: Option<Principal>,
        client_info: Option<RawJson>,
        client_capabilities: Option<RawJson>,
        in_flight: Arc<InFlight>,
        watch: Watch,
    ) -> Self {
        Self {
            id,
            version,
            principal,
            client_info,
            client_capabilities,
            in_flight,
            watch,
            // Without a word from the client the server chooses (LOG-5): everything but debugging.
            log_threshold: AtomicU8::new(LogLevel::Info as u8),
            opened: watch::Sender::new(false),
            ended: watch::Sender::new(false),
            began: Instant::now(),
            last_used: AtomicU64::new(0),
            streams: AtomicUsize::new(0),
            closings: watch::Sender::new(0),
            _kept: None,
        }
    }

    /// The same session, holding this for somebody else until it is gone.
    pub(crate) fn holding(self, kept: Option<Kept>) -> Self {
        Self { _kept: kept, ..self }
    }

    pub(crate) fn log_threshold(&self) -> LogLevel {
        let index = usize::from(self.log_threshold.load(Ordering::Relaxed));
        LogLevel::ALL.get(index).copied().unwrap_or(LogLevel::Info)
    }

    pub(crate) fn set_log_threshold(&self, level: LogLevel) {
        self.log_threshold.store(level as u8, Ordering::Relaxed);
    }

    /// Who asks, where it is the session as such and no request of it.
    pub(crate) fn caller(&self, profile: &Profile) -> Caller {
        Caller {
            request_id: RequestId::String("".into()),
            protocol_version: self.version,
            session_id: self.id.clone(),
            client_info: self.client_info.clone(),
            client_capabilities: self.client_capabilities.clone(),
            meta: None,
            principal: self.principal.clone(),
            headers: None,
            log_threshold: profile.passes_messages_on().then(|| self.log_threshold()),
            stream_can_close: false,
            progress_token: None,
            params: None,
            trace: None,
            call: LazyCallId::default(),
        }
    }

    /// A message of the client's after the handshake: `initialized`, or a request of one in a hurry (LIFE-9).
    pub(crate) fn open(&self) {
        self.opened.send_if_modified(|opened| !std::mem::replace(opened, true));
    }

    /// Ends the session: its requests are cancelled, its streams end.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
        self.in_flight.close();
    }

    /// The next message that belongs to no request; `None` when the session is over. Cancel safe. With several readers
    /// each message goes to one of them (LHTTP-10).
    pub async fn next_unsolicited(&self) -> Option<String> {
        let mut ended = self.ended.subscribe();
        let message = async {
            // The senders live as long as `self`, so waiting cannot fail.
            let _ = self.opened.subscribe().wait_for(|opened| *opened).await;
            tokio::select! {
                biased;
                message = self.in_flight.to_client.next_unsolicited() => message,
                change = self.next_change() => notifications::change(&change),
            }
        };
        tokio::select! {
            biased;
            _ = ended.wait_for(|ended| *ended) => None,
            message = message => Some(message),
        }
    }

    async fn next_change(&self) -> Change {
        loop {
            let change = self.watch.next().await;
            if self.hears(&change) {
                return change;
            }
        }
    }

    /// Whether it is for this session: a log message has to have the level its client asked for (LOG-5).
    fn hears(&self, change: &Change) -> bool {
        let Change::Said(said) = change else { return true };
        let for_us = match said.session.as_deref() {
            None => true,
            Some("") => self.id.is_none(),
            session => session == self.id.as_deref(),
        };
        for_us && !matches!(&said.what, Saying::Log(message) if message.level < self.log_threshold())
    }

    /// Counts a stream as open until the guard is dropped.
    pub(crate) fn hold(self: &Arc<Self>) -> Held {
        self.streams.fetch_add(1, Ordering::Relaxed);
        self.in_flight.to_client.attach();
        Held { session: Arc::clone(self), closings: *self.closings.borrow() }
    }

    /// Closes the streams of what belongs to no request: the client comes back, and is told of
    /// what changed meanwhile.
    pub(crate) fn close_streams(&self) {
        self.closings.send_modify(|closings| *closings = closings.wrapping_add(1));
    }

    /// What a stream over HTTP is named after. Absent on a duplex connection.
    #[must_use]
    pub const fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref()
    }

    /// Whether the streams of this session begin with an event that has an id and no data (RESUME-8).
    #[must_use]
    pub const fn primes_streams(&self) -> bool {
        self.version.features().primed_streams
    }

    /// Whether the session is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Notes that the client was heard of.
    pub(crate) fn touch(&self) {
        let age = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_used.store(age, Ordering::Relaxed);
    }

    /// Whether the client came back after its handshake.
    pub(crate) fn has_opened(&self) -> bool {
        *self.opened.borrow()
    }

    /// For how long nobody used the session.
    pub(crate) fn idle(&self) -> Duration {
        if self.streams.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        let heard = self.began + Duration::from_millis(self.last_used.load(Ordering::Relaxed));
        self.in_flight.idle_since().map_or(heard, |since| since.max(heard)).elapsed()
    }
}

/// A session with an open stream, which therefore is not idle.
pub struct Held {
    session: Arc<Session>,
    /// How often the session's streams had been closed when this one began.
    closings: u32,
}

impl Held {
    /// See [`Session::next_unsolicited`]. `None` also when the stream was closed for its client to come back.
    pub async fn next_unsolicited(&self) -> Option<String> {
        let mut closings = self.session.closings.subscribe();
        tokio::select! {
            biased;
            _ = closings.wait_for(|closings| *closings != self.closings) => None,
            message = self.session.next_unsolicited() => message,
        }
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.session.touch();
        self.session.streams.fetch_sub(1, Ordering::Relaxed);
        self.session.in_flight.to_client.detach();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The id opens the session to whoever knows it: not for logs (SEC-15).
        formatter.debug_struct("Session").field("version", &self.version).finish_non_exhaustive()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(formatter)
    }
}
