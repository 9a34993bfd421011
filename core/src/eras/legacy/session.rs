//! Sessions: what a handshake leaves behind, and where it is found again (SESS-*).

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::watch;

use crate::eras::in_flight::InFlight;
use crate::eras::legacy::notifications;
use crate::eras::profile::Profile;
use crate::handler::Caller;
use crate::json::RawJson;
use crate::jsonrpc::RequestId;
use crate::model::{Change, LogLevel, Principal, Saying};
use crate::protocol_version::ProtocolVersion;
use crate::registry::Watch;

/// How sessions over HTTP live (SESS-12).
#[derive(Debug, Clone, Copy)]
pub struct SessionOptions {
    /// A session nobody used for this long is over. One with a request or a stream open is in use.
    pub idle_timeout: Duration,
    /// How many sessions there can be; the one idle for longest makes room.
    pub max: usize,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(30 * 60), max: 10_000 }
    }
}

/// One session.
pub struct Session {
    /// Absent on a duplex connection, which is its own session.
    pub(crate) id: Option<Arc<str>>,
    /// What was agreed on.
    pub(crate) version: ProtocolVersion,
    /// Whose it is, if that is known: nobody else finds it (SESS-10).
    principal: Option<Principal>,
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
}

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
        }
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

    fn touch(&self) {
        let age = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_used.store(age, Ordering::Relaxed);
    }

    /// For how long nobody used the session.
    fn idle(&self) -> Duration {
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

/// Where the sessions over HTTP are. Engines that serve the same one after the other can have the same: their clients notice nothing.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Mutex<HashMap<Arc<str>, Arc<Session>>>>);

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sessions")
    }
}

/// The sessions over HTTP. One that is over goes when it is looked for, or when another needs its room: no thread of its own.
pub(crate) struct SessionStore {
    /// Looked at by every request, set rarely: microseconds.
    idle_timeout: AtomicU64,
    max: AtomicUsize,
    kept: Sessions,
    /// Told the id of each session that is over.
    listeners: Mutex<Vec<SessionListener>>,
}

/// Hears of the ends of sessions, by their ids.
pub(crate) type SessionListener = Box<dyn Fn(&str) + Send + Sync>;

impl SessionStore {
    pub(crate) fn new(options: SessionOptions, kept: Sessions) -> Self {
        let store = Self {
            idle_timeout: AtomicU64::new(0),
            max: AtomicUsize::new(0),
            kept,
            listeners: Mutex::default(),
        };
        store.set_options(options);
        store
    }

    /// An id nobody can guess: 32 random bytes as 43 visible ASCII characters (SESS-2, SESS-8). `None` when the system has
    /// no randomness.
    pub(crate) fn new_id() -> Option<Arc<str>> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(Arc::from(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Keeps a session that has an id, making room for it if need be.
    pub(crate) fn add(&self, session: &Arc<Session>) {
        let Some(id) = session.id.clone() else { return };
        let SessionOptions { idle_timeout, max } = self.options();
        let mut over = Vec::new();
        let mut sessions = self.sessions();
        if sessions.len() >= max {
            sessions.retain(|_, session| {
                let keep = session.idle() < idle_timeout;
                if !keep {
                    over.push(Arc::clone(session));
                }
                keep
            });
        }
        while sessions.len() >= max {
            // Those in use are not idle at all and go last.
            let oldest =
                sessions.iter().max_by_key(|(_, session)| session.idle()).map(|(id, _)| Arc::clone(id));
            match oldest.and_then(|id| sessions.remove(&id)) {
                Some(session) => over.push(session),
                None => break,
            }
        }
        sessions.insert(id, Arc::clone(session));
        drop(sessions);
        for session in over {
            self.ended(&session);
        }
    }

    /// Tells `listener` of sessions that end from now on.
    pub(crate) fn listen(&self, listener: SessionListener) {
        self.listeners().push(listener);
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<SessionListener>> {
        // A list is whole whatever happened while it was locked.
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self, session: &Session) {
        session.end();
        if let Some(id) = &session.id {
            self.tell(id);
        }
    }

    /// Tells the listeners that the session with this id is over.
    pub(crate) fn tell(&self, id: &str) {
        for listener in &*self.listeners() {
            listener(id);
        }
    }

    /// The session with this id, which is in use now. `None` if there is none or it was idle for too long (SESS-5).
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.look_up(id, |_| true)
    }

    /// The same for whoever asks: what is another's is not there, and is not in use by being asked for (SESS-10).
    pub(crate) fn find_of(&self, id: &str, principal: Option<&Principal>) -> Option<Arc<Session>> {
        self.look_up(id, |session| session.principal.as_ref() == principal)
    }

    fn look_up(&self, id: &str, is_meant: impl FnOnce(&Session) -> bool) -> Option<Arc<Session>> {
        let session = self.sessions().get(id).filter(|session| is_meant(session)).cloned()?;
        if session.idle() >= self.options().idle_timeout {
            self.end(id);
            return None;
        }
        session.touch();
        Some(session)
    }

    /// Ends the session with this id. Returns whether there was one.
    pub(crate) fn end(&self, id: &str) -> bool {
        let session = self.sessions().remove(id);
        session.inspect(|session| self.ended(session)).is_some()
    }

    /// How sessions live from now on.
    pub(crate) fn set_options(&self, options: SessionOptions) {
        let microseconds = u64::try_from(options.idle_timeout.as_micros()).unwrap_or(u64::MAX);
        self.idle_timeout.store(microseconds, Ordering::Relaxed);
        self.max.store(options.max, Ordering::Relaxed);
    }

    pub(crate) fn options(&self) -> SessionOptions {
        SessionOptions {
            idle_timeout: Duration::from_micros(self.idle_timeout.load(Ordering::Relaxed)),
            max: self.max.load(Ordering::Relaxed),
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Session>>> {
        // The map is whole after every statement above, so a panic elsewhere does not spoil it.
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner)
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

impl fmt::Debug for SessionStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionStore")
            .field("sessions", &self.sessions().len())
            .finish_non_exhaustive()
    }
}
