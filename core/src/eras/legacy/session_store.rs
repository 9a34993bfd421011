//! Where the sessions over HTTP are found again, how many there can be, and how fast they may begin (SESS-12).

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::session::Session;
use crate::model::Principal;

/// How sessions over HTTP live (SESS-12).
#[derive(Debug, Clone, Copy)]
pub struct SessionOptions {
    /// A session nobody used for this long is over. One with a request or a stream open is in use.
    pub idle_timeout: Duration,
    /// How many sessions there can be. Those whose client never came back after its handshake make room first, then the one idle
    /// for longest.
    pub max: usize,
    /// How many may begin in a second; more are refused as overloaded. So many may begin at once, too.
    pub max_per_second: u32,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(30 * 60), max: 10_000, max_per_second: 1_000 }
    }
}

/// Where the sessions over HTTP are. Engines that serve the same one after the other can have the same: their clients notice nothing.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Mutex<Kept>>);

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sessions")
    }
}

#[derive(Default)]
struct Kept {
    all: HashMap<Arc<str>, Arc<Session>>,
    /// The ids of those whose clients may not have come back yet, in the order in which they began. Some are gone, too.
    begun: VecDeque<Arc<str>>,
    /// When it was last looked which are idle for too long.
    swept: Option<Instant>,
}

/// How often it is looked which are idle for too long, where room is needed: each time costs as much as there are sessions.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// How often at most, and how often at least, where no room is needed.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(3600));

impl Kept {
    fn insert(&mut self, id: Arc<str>, session: Arc<Session>) {
        if self.begun.len() > 2 * self.all.len() + 64 {
            let all = &self.all;
            self.begun.retain(|id| all.get(id).is_some_and(|session| !session.has_opened()));
        }
        self.begun.push_back(Arc::clone(&id));
        self.all.insert(id, session);
    }

    /// Takes out those nobody used for so long, unless that was done a moment ago.
    fn sweep_for_room(&mut self, idle_timeout: Duration, over: &mut Vec<Arc<Session>>) {
        if self.swept.is_none_or(|swept| swept.elapsed() >= BETWEEN_SWEEPS) {
            self.sweep(idle_timeout, over);
        }
    }

    /// Takes out those nobody used for so long. Returns for how long at most none of the others can be so.
    fn sweep(&mut self, idle_timeout: Duration, over: &mut Vec<Arc<Session>>) -> Duration {
        self.swept = Some(Instant::now());
        let mut soonest = idle_timeout;
        self.all.retain(|_, session| {
            let left = idle_timeout.saturating_sub(session.idle());
            if left.is_zero() {
                over.push(Arc::clone(session));
            } else {
                soonest = soonest.min(left);
            }
            !left.is_zero()
        });
        soonest
    }

    /// Takes out the one that is missed least.
    fn make_room(&mut self) -> Option<Arc<Session>> {
        while let Some(id) = self.begun.pop_front() {
            if self.all.get(&id).is_some_and(|session| !session.has_opened()) {
                return self.all.remove(&id);
            }
        }
        // Those in use are not idle at all and go last.
        let oldest = self.all.iter().max_by_key(|(_, session)| session.idle()).map(|(id, _)| Arc::clone(id));
        self.all.remove(&oldest?)
    }
}

/// The sessions over HTTP. One that is over goes when its time is over, at the latest when it is looked for.
pub(crate) struct SessionStore {
    /// Looked at by every request, set rarely: microseconds.
    idle_timeout: AtomicU64,
    max: AtomicUsize,
    max_per_second: AtomicU32,
    /// When the next session would begin if they came evenly.
    next_beginning: Mutex<Option<Instant>>,
    kept: Sessions,
    /// Whether somebody watches the clock.
    is_watched: AtomicBool,
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
            max_per_second: AtomicU32::new(0),
            next_beginning: Mutex::default(),
            kept,
            is_watched: AtomicBool::new(false),
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

    /// Whether one more may begin now. Counts it if so.
    pub(crate) fn admit(&self) -> bool {
        const SECOND: Duration = Duration::from_secs(1);
        let each = SECOND.checked_div(self.max_per_second.load(Ordering::Relaxed)).unwrap_or(SECOND);
        let now = Instant::now();
        // Replaced as a whole, so a panic elsewhere does not spoil it.
        let mut next = self.next_beginning.lock().unwrap_or_else(PoisonError::into_inner);
        let after = next.map_or(now, |next| next.max(now)) + each;
        let admitted = after <= now + SECOND;
        if admitted {
            *next = Some(after);
        }
        admitted
    }

    /// Keeps a session that has an id, making room for it if need be.
    pub(crate) fn add(self: &Arc<Self>, session: &Arc<Session>) {
        let Some(id) = session.id.clone() else { return };
        let SessionOptions { idle_timeout, max, .. } = self.options();
        let mut over = Vec::new();
        let mut kept = self.kept();
        if kept.all.len() >= max {
            kept.sweep_for_room(idle_timeout, &mut over);
        }
        while kept.all.len() >= max {
            match kept.make_room() {
                Some(session) => over.push(session),
                None => break,
            }
        }
        kept.insert(id, Arc::clone(session));
        drop(kept);
        for session in over {
            self.ended(&session);
        }
        self.watch();
    }

    /// Has those go whose time is over, also where nobody looks for them any more; as long as there are some.
    fn watch(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        if self.is_watched.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut watched = Watched(Some(Arc::downgrade(self)));
        let mut pause = self.options().idle_timeout;
        runtime.spawn(async move {
            loop {
                sleep(pause.clamp(PAUSES.0, PAUSES.1)).await;
                match watched.store().and_then(|store| store.sweep()) {
                    Some(soonest) => pause = soonest,
                    None => break,
                }
            }
            // Whoever watches now is somebody else.
            watched.0.take();
        });
    }

    /// Ends those nobody used for too long. Returns for how long at most none of the others can be so; `None` where there are none.
    fn sweep(&self) -> Option<Duration> {
        let mut over = Vec::new();
        let mut kept = self.kept();
        let soonest = kept.sweep(self.options().idle_timeout, &mut over);
        let is_empty = kept.all.is_empty();
        if is_empty {
            // Under the lock: who adds one after this begins to watch anew.
            self.is_watched.store(false, Ordering::Relaxed);
        }
        drop(kept);
        for session in over {
            self.ended(&session);
        }
        (!is_empty).then_some(soonest)
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
        let session = self.kept().all.get(id).filter(|session| is_meant(session)).cloned()?;
        if session.idle() >= self.options().idle_timeout {
            self.end(id);
            return None;
        }
        session.touch();
        Some(session)
    }

    /// Ends the session with this id. Returns whether there was one.
    pub(crate) fn end(&self, id: &str) -> bool {
        let session = self.kept().all.remove(id);
        session.inspect(|session| self.ended(session)).is_some()
    }

    /// How sessions live from now on.
    pub(crate) fn set_options(&self, options: SessionOptions) {
        let microseconds = u64::try_from(options.idle_timeout.as_micros()).unwrap_or(u64::MAX);
        self.idle_timeout.store(microseconds, Ordering::Relaxed);
        self.max.store(options.max, Ordering::Relaxed);
        self.max_per_second.store(options.max_per_second, Ordering::Relaxed);
    }

    pub(crate) fn options(&self) -> SessionOptions {
        SessionOptions {
            idle_timeout: Duration::from_micros(self.idle_timeout.load(Ordering::Relaxed)),
            max: self.max.load(Ordering::Relaxed),
            max_per_second: self.max_per_second.load(Ordering::Relaxed),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // The map is whole after every statement above, so a panic elsewhere does not spoil it.
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody watches the clock of this store until it is dropped, as it is with the runtime that drives it.
struct Watched(Option<Weak<SessionStore>>);

impl Watched {
    fn store(&self) -> Option<Arc<SessionStore>> {
        self.0.as_ref()?.upgrade()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(store) = self.store() {
            store.is_watched.store(false, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for SessionStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionStore")
            .field("sessions", &self.kept().all.len())
            .finish_non_exhaustive()
    }
}
