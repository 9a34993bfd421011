//! Calls that their callers named by a key are done once, however often they are asked for.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::handler::{Caller, Failure, FailureKind, Reply};
use crate::json::{self, RawJson};
use crate::model::Output;
use crate::sealing;

/// In a request's `_meta`: the key, a text of 1 to 256 characters that the caller uses for this call and no other.
pub const IDEMPOTENCY_KEY: &str = "oxmcp/idempotencyKey";
/// The HTTP header with the key.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// The JSON-RPC code that says: it was begun, and nobody knows what came of it.
pub const OUTCOME_UNKNOWN: i32 = -31_004;

/// The longest key.
const MAX_KEY: usize = 256;

/// How calls with a key are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerOptions {
    /// For how long a key stands for its call.
    pub ttl: Duration,
    /// How many keys there can be; further calls with a key are refused until some are over.
    pub max_keys: usize,
    /// How many bytes answers may hold; of those beyond, only that there was one is kept.
    pub max_bytes: usize,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self { ttl: Duration::from_secs(24 * 60 * 60), max_keys: 100_000, max_bytes: 64 << 20 }
    }
}

/// Names a call by whose it is, of which tool, and its key.
type Place = Box<[u8]>;

/// What is known of calls with keys. In memory: another process knows nothing of it, nor does this one after a restart.
#[derive(Debug)]
pub(super) struct Ledger {
    options: LedgerOptions,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    slots: HashMap<Place, Slot>,
    /// In the order of their beginnings, which is that of their ends.
    order: VecDeque<(Instant, Place)>,
    bytes: usize,
}

struct Slot {
    began: Instant,
    /// Of the arguments.
    digest: Box<[u8]>,
    state: State,
}

enum State {
    Running(watch::Receiver<()>),
    Done(Reply, usize),
    /// Done, and its answer is not kept.
    Forgotten,
    Unknown,
}

/// What becomes of a call with a key.
pub(super) enum Entered {
    /// It is to be done; what came of it is to be told.
    Run(Entry),
    /// It was done.
    Answer(Reply),
    /// It is being done.
    Wait(watch::Receiver<()>),
}

/// A call that is being done. Dropped without a word, nobody knows what came of it.
pub(super) struct Entry {
    ledger: Arc<Ledger>,
    place: Place,
    /// Closed when it is over: those who wait look again.
    _over: watch::Sender<()>,
    settled: bool,
}

/// The key of a call, if it has one.
///
/// # Errors
/// It is none that can be used, or there are two.
pub(super) fn key_of(caller: &Caller) -> Result<Option<String>, Failure> {
    let unusable = |why: &str| Err(Failure::new(FailureKind::InvalidArguments, why.to_owned()));
    let in_meta = match caller.meta.as_ref().and_then(|meta| json::member(meta.as_str(), IDEMPOTENCY_KEY)) {
        None => None,
        Some(text) => match json::as_string(text) {
            Some(key) => Some(key.into_owned()),
            None => return unusable("_meta.oxmcp/idempotencyKey: must be a string"),
        },
    };
    let header = caller.headers.as_ref().and_then(|headers| headers.get(IDEMPOTENCY_HEADER));
    let in_header = match header.map(http::HeaderValue::to_str) {
        None => None,
        // Some write it with quotes.
        Some(Ok(key)) => Some(key.trim().trim_matches('"').to_owned()),
        Some(Err(_)) => return unusable("Idempotency-Key: must be visible ASCII"),
    };
    let key = match (in_meta, in_header) {
        (Some(one), Some(other)) if one != other => {
            return unusable("the idempotency keys of the header and of _meta are not the same");
        }
        (one, other) => one.or(other),
    };
    match &key {
        Some(key) if key.is_empty() || key.len() > MAX_KEY => {
            unusable("an idempotency key has 1 to 256 characters")
        }
        _ => Ok(key),
    }
}

impl Ledger {
    pub(super) fn new(options: LedgerOptions) -> Arc<Self> {
        Arc::new(Self { options, book: Mutex::default() })
    }

    /// Looks what is known of a call; `repeatable`: its tool says that doing it twice is as good as once.
    ///
    /// # Errors
    /// The key is another call's, nobody knows what came of it, or there is no room.
    pub(super) fn enter(
        self: &Arc<Self>,
        caller: &Caller,
        tool: &str,
        key: &str,
        arguments: &RawJson,
        repeatable: bool,
    ) -> Result<Entered, Failure> {
        let who = caller.principal.as_ref().map(crate::model::Principal::fingerprint).unwrap_or_default();
        // Without principals, sessions are who is who.
        let session = if who.is_empty() { caller.session_id.as_deref().unwrap_or_default() } else { "" };
        let parts = [who.as_bytes(), session.as_bytes(), tool.as_bytes(), key.as_bytes()];
        let place: Place = sealing::bond(parts).into();
        let digest: Box<[u8]> = sealing::bond([json::canonical(arguments.as_str()).as_bytes()]).into();
        let now = Instant::now();
        let mut book = self.lock();
        book.forget_until(now, self.options.ttl);
        if let Some(slot) = book.slots.get(&place) {
            if slot.digest != digest {
                return Err(Failure::new(
                    FailureKind::InvalidArguments,
                    "this idempotency key was used for a call with other arguments; use another",
                ));
            }
            match &slot.state {
                State::Running(over) => return Ok(Entered::Wait(over.clone())),
                State::Done(reply, _) => return Ok(Entered::Answer(reply.clone())),
                State::Forgotten => {
                    return Err(unknown("this call was done already; its answer is not kept", "unsafe"));
                }
                State::Unknown if !repeatable => {
                    return Err(unknown(
                        "this call was begun already, and what came of it is not known: it may have been done",
                        "unsafe",
                    ));
                }
                State::Unknown => book.remove(&place),
            }
        }
        if book.slots.len() >= self.options.max_keys {
            return Err(Failure::new(
                FailureKind::Overloaded,
                "too many idempotency keys are in use; try again later, or without one",
            ));
        }
        let (over, running) = watch::channel(());
        let slot = Slot { began: now, digest, state: State::Running(running) };
        book.slots.insert(place.clone(), slot);
        book.order.push_back((now, place.clone()));
        drop(book);
        let ledger = Arc::clone(self);
        Ok(Entered::Run(Entry { ledger, place, _over: over, settled: false }))
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // Each change is made of steps that cannot panic.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(message: &str, retry: &str) -> Failure {
    let data = RawJson::from_checked(format!("{{\"reason\":\"outcome_unknown\",\"retry\":\"{retry}\"}}"));
    Failure::protocol(OUTCOME_UNKNOWN, message, Some(data))
}

impl Book {
    fn forget_until(&mut self, now: Instant, ttl: Duration) {
        while let Some((began, place)) = self.order.front() {
            if now.saturating_duration_since(*began) < ttl {
                return;
            }
            // What still runs keeps its place, and is found over when it is.
            let (began, place) = (*began, place.clone());
            self.order.pop_front();
            if self.slots.get(&place).is_some_and(|slot| slot.began == began) {
                if self.slots.get(&place).is_some_and(|slot| matches!(slot.state, State::Running(_))) {
                    self.order.push_back((now, place.clone()));
                    if let Some(slot) = self.slots.get_mut(&place) {
                        slot.began = now;
                    }
                } else {
                    self.remove(&place);
                }
            }
        }
    }

    fn remove(&mut self, place: &Place) {
        if let Some(Slot { state: State::Done(_, size), .. }) = self.slots.remove(place) {
            self.bytes -= size;
        }
    }
}

impl Entry {
    /// It was done, and this is the answer, for everybody who asks with the key.
    pub(super) fn done(mut self, reply: &Reply) {
        let size = size_of(reply);
        let max_bytes = self.ledger.options.max_bytes;
        self.settle(|book| {
            if book.bytes + size > max_bytes {
                return State::Forgotten;
            }
            book.bytes += size;
            State::Done(reply.clone(), size)
        });
    }

    /// It was not done, and can be asked for again.
    pub(super) fn not_done(mut self) {
        self.settled = true;
        let mut book = self.ledger.lock();
        book.remove(&self.place);
    }

    /// Nobody knows.
    pub(super) fn unknown(mut self) {
        self.settle(|_| State::Unknown);
    }

    fn settle(&mut self, state: impl FnOnce(&mut Book) -> State) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let mut book = self.ledger.lock();
        let state = state(&mut book);
        let place = &self.place;
        if let Some(slot) = book.slots.get_mut(place) {
            slot.state = state;
        } else if let State::Done(_, size) = state {
            book.bytes -= size;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.settle(|_| State::Unknown);
    }
}

fn size_of(reply: &Reply) -> usize {
    let text = |text: &RawJson| text.as_str().len();
    let optional = |text: &Option<RawJson>| text.as_ref().map_or(0, |text| text.as_str().len());
    256 + match reply {
        Ok(Output::Tool(tool)) => {
            text(&tool.content)
                + optional(&tool.structured_content)
                + optional(&tool.meta)
                + optional(&tool.more)
        }
        Ok(Output::Whole(whole)) => text(whole),
        Ok(_) => 0,
        Err(failure) => failure.message.len() + optional(&failure.data),
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Book").field("keys", &self.slots.len()).finish_non_exhaustive()
    }
}
