//! Progress and log messages of a call in flight: a small bounded queue between user code and the request's stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::model::{LogLevel, LogMessage, Notification, Progress};

/// Something a call tells its caller before the result.
#[derive(Debug, Clone)]
pub enum Event {
    /// How far it has come.
    Progress(Progress),
    /// A log message.
    Log(LogMessage),
    /// Something of an extension's.
    Notification(Notification),
}

/// How many events may wait for a slow reader. Beyond it the oldest progress report makes room, then the oldest log
/// message: progress is superseded by what follows, and nothing may grow without limit (SEC-12).
const CAPACITY: usize = 256;

#[derive(Default)]
struct State {
    queue: VecDeque<Event>,
    last_progress: Option<f64>,
    waker: Option<Waker>,
    closed: bool,
}

struct Shared {
    wants_progress: bool,
    log_threshold: Option<LogLevel>,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is valid after every statement below, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The call's end of the queue. Cheap to clone; may outlive the call, after which it drops what it is given.
#[derive(Clone)]
pub struct EventSender(Arc<Shared>);

/// The stream's end of the queue. Dropping it closes the queue.
pub struct Events(Arc<Shared>);

/// A queue for one call.
#[must_use]
pub fn channel(wants_progress: bool, log_threshold: Option<LogLevel>) -> (EventSender, Events) {
    let shared = Arc::new(Shared { wants_progress, log_threshold, state: Mutex::default() });
    (EventSender(Arc::clone(&shared)), Events(shared))
}

impl EventSender {
    /// Queues an event for the caller. Returns whether the caller will see it: not when it did not ask for progress, when
    /// the level is below its threshold (LOG-3), when the value does not rise (PROG-3, PROG-7), or when the call is over.
    pub fn emit(&self, event: Event) -> bool {
        match &event {
            Event::Progress(_) if !self.0.wants_progress => return false,
            Event::Log(message) if !self.accepts_log(message.level) => return false,
            _ => {}
        }
        let mut state = self.0.state();
        if state.closed {
            return false;
        }
        if let Event::Progress(progress) = &event {
            if !progress.progress.is_finite()
                || state.last_progress.is_some_and(|last| progress.progress <= last)
            {
                return false;
            }
            state.last_progress = Some(progress.progress);
        }
        if state.queue.len() >= CAPACITY {
            let victim =
                state.queue.iter().position(|event| matches!(event, Event::Progress(_))).unwrap_or(0);
            state.queue.remove(victim);
        }
        state.queue.push_back(event);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Whether a log message of this level would reach the caller.
    #[must_use]
    pub fn accepts_log(&self, level: LogLevel) -> bool {
        self.0.log_threshold.is_some_and(|threshold| level >= threshold)
    }

    /// Whether the caller asked for progress.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        self.0.wants_progress
    }
}

impl Events {
    /// The next event that waits, if any.
    #[must_use]
    pub fn take(&self) -> Option<Event> {
        self.0.state().queue.pop_front()
    }

    /// Waits for the next event. Never ends by itself: race it against the result.
    pub async fn next(&mut self) -> Event {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Events::next`] for those who poll by hand.
    pub fn poll_next(&mut self, context: &Context<'_>) -> Poll<Event> {
        let mut state = self.0.state();
        match state.queue.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                match &mut state.waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => state.waker = Some(context.waker().clone()),
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        state.queue.clear();
    }
}

impl fmt::Debug for EventSender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EventSender")
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Events")
    }
}
