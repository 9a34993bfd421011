//! The store in memory: a queue for each session, bounded in events, bytes and time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{EventStore, Keeping, KeptEvent, Replay};

/// The bounds of a [`MemoryEventStore`] (SEC-12). Beyond them the oldest events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimits {
    /// How many events a session keeps.
    pub max_events: usize,
    /// How many bytes of messages a session keeps. A message that is longer is not kept.
    pub max_bytes: usize,
    /// How many bytes all sessions keep together.
    pub max_total_bytes: usize,
    /// How long an event is kept.
    pub max_age: Duration,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            max_events: 1_000,
            max_bytes: 8 * 1024 * 1024,
            max_total_bytes: 128 * 1024 * 1024,
            max_age: Duration::from_secs(10 * 60),
        }
    }
}

/// Keeps events in memory.
#[derive(Debug, Default)]
pub struct MemoryEventStore {
    limits: EventLimits,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    sessions: HashMap<Arc<str>, Queue>,
    /// The number of each session's oldest event: where the next one to go is found.
    oldest: BTreeMap<u64, Arc<str>>,
    bytes: usize,
    /// Counts events: the last part of their ids.
    count: u64,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Event>,
    bytes: usize,
}

#[derive(Debug)]
struct Event {
    stream: Arc<str>,
    number: u64,
    what: What,
    since: Instant,
}

#[derive(Debug)]
enum What {
    /// It carried no message.
    Mark,
    Message(Arc<str>),
    /// Its message was too long to keep.
    Lost,
}

impl Event {
    fn bytes(&self) -> usize {
        // What it takes besides counts, too: a flood of short ones must not.
        const OVERHEAD: usize = 128;
        OVERHEAD + if let What::Message(message) = &self.what { message.len() } else { 0 }
    }
}

impl MemoryEventStore {
    /// A store with these bounds.
    #[must_use]
    pub fn new(limits: EventLimits) -> Self {
        Self { limits, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is counted twice is set right when it goes; nothing here is left half done by a panic elsewhere.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of a stream's name that tells its session from others.
fn session_of(stream: &str) -> &str {
    stream.split_once('.').map_or(stream, |(session, _)| session)
}

impl Kept {
    fn push(&mut self, session: &str, event: Event) {
        let bytes = event.bytes();
        self.bytes += bytes;
        if let Some(queue) = self.sessions.get_mut(session) {
            queue.bytes += bytes;
            queue.events.push_back(event);
            return;
        }
        let session: Arc<str> = Arc::from(session);
        self.oldest.insert(event.number, Arc::clone(&session));
        self.sessions.insert(session, Queue { bytes, events: VecDeque::from([event]) });
    }

    /// Drops the oldest event of a session.
    fn pop(&mut self, session: &str) {
        let Some(queue) = self.sessions.get_mut(session) else { return };
        let Some(event) = queue.events.pop_front() else { return };
        queue.bytes -= event.bytes();
        self.bytes -= event.bytes();
        let name = self.oldest.remove(&event.number);
        match (queue.events.front(), name) {
            (Some(next), Some(name)) => {
                self.oldest.insert(next.number, name);
            }
            _ => {
                self.sessions.remove(session);
            }
        }
    }

    /// Drops what is over the limits, the oldest first.
    fn trim(&mut self, session: &str, limits: &EventLimits, now: Instant) {
        while self
            .sessions
            .get(session)
            .is_some_and(|queue| queue.events.len() > limits.max_events || queue.bytes > limits.max_bytes)
        {
            self.pop(session);
        }
        while let Some((_, oldest)) = self.oldest.first_key_value() {
            let oldest = Arc::clone(oldest);
            let first = self.sessions.get(&oldest).and_then(|queue| queue.events.front());
            let too_old = first.is_some_and(|event| now.duration_since(event.since) > limits.max_age);
            if !too_old && self.bytes <= limits.max_total_bytes {
                return;
            }
            self.pop(&oldest);
        }
    }
}

impl EventStore for MemoryEventStore {
    fn keep(&self, stream: &Arc<str>, message: Option<Arc<str>>) -> Keeping<Arc<str>> {
        let now = Instant::now();
        let session = session_of(stream);
        let what = match message {
            None => What::Mark,
            Some(message) if message.len() > self.limits.max_bytes => What::Lost,
            Some(message) => What::Message(message),
        };
        let mut kept = self.kept();
        kept.count += 1;
        let number = kept.count;
        kept.push(session, Event { stream: Arc::clone(stream), number, what, since: now });
        kept.trim(session, &self.limits, now);
        drop(kept);
        let id = Arc::from(format!("{stream}.{number}"));
        Box::pin(std::future::ready(Ok(id)))
    }

    fn replay(&self, last_event_id: &str) -> Keeping<Option<Replay>> {
        Box::pin(std::future::ready(Ok(self.after(last_event_id))))
    }

    fn forget(&self, session: &str) {
        let mut kept = self.kept();
        let Some(queue) = kept.sessions.remove(session) else { return };
        kept.bytes -= queue.bytes;
        if let Some(first) = queue.events.front() {
            kept.oldest.remove(&first.number);
        }
    }
}

impl MemoryEventStore {
    fn after(&self, last_event_id: &str) -> Option<Replay> {
        let (stream, number) = last_event_id.rsplit_once('.')?;
        let number: u64 = number.parse().ok()?;
        let now = Instant::now();
        let kept = self.kept();
        let mut replay = Replay { stream: Arc::from(stream), events: Vec::new(), complete: false };
        let Some(queue) = kept.sessions.get(session_of(stream)) else { return Some(replay) };
        let is_wanted = |event: &&Event| {
            let is_young = now.duration_since(event.since) <= self.limits.max_age;
            &*event.stream == stream && event.number >= number && is_young
        };
        for event in queue.events.iter().filter(is_wanted) {
            match &event.what {
                // The oldest go first: where this one is kept, so is all that followed.
                _ if event.number == number => replay.complete = true,
                What::Mark => {}
                What::Message(message) => replay.events.push(KeptEvent {
                    id: Arc::from(format!("{stream}.{}", event.number)),
                    message: Arc::clone(message),
                }),
                What::Lost => {
                    replay.events.clear();
                    replay.complete = false;
                    break;
                }
            }
        }
        Some(replay)
    }
}
