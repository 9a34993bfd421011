//! What a call in flight has to say before its result: a small bounded queue between user code and the request's stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use super::task::{TaskOpener, TaskPart};
use super::{AnswerTo, Failure, FailureKind, PendingQuestion};
use crate::model::{LogLevel, LogMessage, Notification, Progress, Question, Task};

/// Something a call tells its caller before the result, or asks of it.
#[derive(Debug)]
pub enum Event {
    /// How far it has come.
    Progress(Progress),
    /// A log message.
    Log(LogMessage),
    /// Something of an extension's.
    Notification(Notification),
    /// A question, see [`EventSender::ask`].
    Ask(Box<PendingQuestion>),
    /// The client is to come back for the rest: see [`EventSender::close_stream`].
    CloseStream(StreamToClose),
    /// Nobody waits any more for the answer to the question with this number.
    Withdraw(u32),
    /// The call is a task from here on: see [`EventSender::become_task`].
    BecomeTask,
    /// Where the task is that the call is, in words.
    TaskStatus(String),
}

/// A stream that a call closes for its client to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamToClose {
    /// The one that carries the call's own messages.
    OfCall,
    /// Those of the session that carry what belongs to no request.
    OfSession,
}

/// How many events may wait for a slow reader. Beyond it the oldest progress report makes room, then the oldest log
/// message: progress is superseded by what follows, and nothing may grow without limit (SEC-12).
const CAPACITY: usize = 256;

/// How many questions of one call may be open at once.
const MAX_OPEN_QUESTIONS: u16 = 64;

#[derive(Default)]
struct State {
    /// Made for the first event: most calls say nothing.
    queue: Option<VecDeque<Event>>,
    last_progress: Option<f64>,
    /// When there was progress last, where somebody wants to know.
    progressed: Option<Instant>,
    /// How far that was.
    furthest: Option<f64>,
    waker: Option<Waker>,
    /// How many questions were asked.
    asked: u32,
    /// How many of them are not answered.
    open: u16,
    closed: bool,
    /// What it has to do with tasks; most have nothing.
    task: Option<Box<TaskPart>>,
}

impl State {
    fn queue(&mut self) -> &mut VecDeque<Event> {
        self.queue.get_or_insert_default()
    }

    fn pop(&mut self) -> Option<Event> {
        self.queue.as_mut()?.pop_front()
    }
}

pub(super) struct Shared {
    wants_progress: AtomicBool,
    /// See [`level_code`].
    log_threshold: AtomicU8,
    /// Whether somebody wants to know when there was progress, although the caller may not.
    minds_progress: AtomicBool,
    /// Whether anything was ever queued: the many calls that say nothing need not lock to see that there is nothing.
    said: AtomicBool,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is valid after every statement below, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits for events, after the lock: something was queued.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        self.said.store(true, Ordering::Release);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// A report that says no more than the one before gives nobody more time.
    #[cold]
    fn note_progress(&self, progress: &Progress) {
        let mut state = self.state();
        let rises = state.furthest.is_none_or(|furthest| progress.progress > furthest);
        if progress.progress.is_finite() && rises {
            state.furthest = Some(progress.progress);
            state.progressed = Some(Instant::now());
        }
    }

    /// One question less is open. Returns whether the call still runs.
    pub(super) fn close_question(&self) -> bool {
        let mut state = self.state();
        state.open = state.open.saturating_sub(1);
        let runs = !state.closed;
        // Whoever keeps the call has a look at what is open.
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        runs
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
    let shared = Arc::new(Shared {
        wants_progress: AtomicBool::new(wants_progress),
        log_threshold: AtomicU8::new(level_code(log_threshold)),
        minds_progress: AtomicBool::new(false),
        said: AtomicBool::new(false),
        state: Mutex::default(),
    });
    (EventSender(Arc::clone(&shared)), Events(shared))
}

impl EventSender {
    /// Queues an event for the caller. Returns whether the caller will see it: not when it did not ask for progress, when
    /// the level is below its threshold (LOG-3), when the value does not rise (PROG-3, PROG-7), or when the call is over.
    pub fn emit(&self, event: Event) -> bool {
        match &event {
            Event::Progress(progress) if self.0.minds_progress.load(Ordering::Relaxed) => {
                self.0.note_progress(progress);
                if !self.wants_progress() {
                    return false;
                }
            }
            Event::Progress(_) if !self.wants_progress() => return false,
            Event::Log(message) if !self.accepts_log(message.level) => return false,
            Event::TaskStatus(_) if self.task().is_none() => return false,
            _ => {}
        }
        let mut state = self.0.state();
        if state.closed {
            return false;
        }
        if matches!(event, Event::TaskStatus(_)) {
            // What it says now stands in the place of what it said.
            state.queue().retain(|waiting| !matches!(waiting, Event::TaskStatus(_)));
        }
        if matches!((&event, state.queue().back()), (Event::CloseStream(new), Some(Event::CloseStream(last))) if new == last)
        {
            return true;
        }
        if let Event::Progress(progress) = &event {
            if !progress.progress.is_finite()
                || state.last_progress.is_some_and(|last| progress.progress <= last)
            {
                return false;
            }
            state.last_progress = Some(progress.progress);
        }
        let queue = state.queue();
        if queue.len() >= CAPACITY {
            let find = |wanted: fn(&Event) -> bool| queue.iter().position(wanted);
            let victim = find(|event| matches!(event, Event::Progress(_)))
                .or_else(|| find(|event| matches!(event, Event::Log(_) | Event::Notification(_))));
            if let Some(victim) = victim {
                queue.remove(victim);
            }
        }
        queue.push_back(event);
        self.0.wake(state);
        true
    }

    /// Has it kept from now on when the call reports progress, whether its caller hears of it or not.
    pub(crate) fn mind_progress(&self) {
        self.0.minds_progress.store(true, Ordering::Relaxed);
    }

    /// When the call last reported that it has come further, where that is [kept](Self::mind_progress).
    pub(crate) fn progressed(&self) -> Option<Instant> {
        self.0.state().progressed
    }

    /// Closes a stream before the result, for clients that come back for the rest when they are told to: what else is said is
    /// kept until then. Nothing happens where the caller cannot come back ([`Caller::stream_can_close`](super::Caller)).
    pub fn close_stream(&self, which: StreamToClose) -> bool {
        self.emit(Event::CloseStream(which))
    }

    /// Asks the client, all questions at once. Each is numbered, counting up from the number returned, and answered on its
    /// own, also when it cannot be asked: when too many of the call's questions are open, or when the call is over.
    pub fn ask(&self, questions: Vec<(Question, AnswerTo)>) -> u32 {
        let mut refused = Vec::new();
        let mut state = self.0.state();
        let first = state.asked;
        for (question, answer_to) in questions {
            let number = state.asked;
            state.asked = number.wrapping_add(1);
            if state.closed {
                let message = "the call is over: its client cannot be asked any more";
                refused.push((number, answer_to, Failure::new(FailureKind::CannotAsk, message)));
            } else if state.open >= MAX_OPEN_QUESTIONS {
                let message = format!("more than {MAX_OPEN_QUESTIONS} questions of this call are open");
                refused.push((number, answer_to, Failure::new(FailureKind::Overloaded, message)));
            } else {
                state.open += 1;
                let pending = PendingQuestion::new(question, number, answer_to, Arc::clone(&self.0));
                state.queue().push_back(Event::Ask(Box::new(pending)));
            }
        }
        self.0.wake(state);
        for (number, answer_to, failure) in refused {
            answer_to(number, Err(failure));
        }
        first
    }

    /// Takes a question back whose answer nobody waits for any more. One that was answered already is ignored.
    pub fn withdraw(&self, number: u32) {
        let mut state = self.0.state();
        if state.closed || state.open == 0 {
            return;
        }
        let queue = state.queue();
        let waiting =
            queue.iter().position(|event| matches!(event, Event::Ask(pending) if pending.number() == number));
        let taken = waiting.and_then(|index| queue.remove(index));
        if taken.is_none() {
            queue.push_back(Event::Withdraw(number));
        }
        self.0.wake(state);
        // After the lock: it has a word to say to the call.
        drop(taken);
    }

    /// Makes a task of the call, if it can become one and is none yet; returns whether it is one.
    pub(super) fn open_task(&self) -> bool {
        let mut state = self.0.state();
        if state.closed {
            return false;
        }
        let Some(part) = &mut state.task else { return false };
        if part.task.is_some() {
            return true;
        }
        let Some(task) = part.opener.as_ref().and_then(|opener| opener.open()) else { return false };
        part.task = Some(task);
        state.queue().push_back(Event::BecomeTask);
        // Where it stands is told whoever asks for the task.
        self.0.wants_progress.store(true, Ordering::Relaxed);
        self.0.wake(state);
        true
    }

    /// The task that the call is.
    pub(super) fn task(&self) -> Option<Arc<Task>> {
        self.0.state().task.as_ref()?.task.clone()
    }

    /// Whether a log message of this level would reach the caller.
    #[must_use]
    pub fn accepts_log(&self, level: LogLevel) -> bool {
        level as u8 >= self.0.log_threshold.load(Ordering::Relaxed)
    }

    /// Whether the caller asked for progress.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        self.0.wants_progress.load(Ordering::Relaxed)
    }
}

/// A threshold as a number that a level is held against: above all of them where nothing is wanted.
fn level_code(threshold: Option<LogLevel>) -> u8 {
    threshold.map_or(u8::MAX, |level| level as u8)
}

impl Events {
    /// The next event that waits, if any.
    #[must_use]
    pub fn take(&self) -> Option<Event> {
        if self.0.said.load(Ordering::Acquire) { self.0.state().pop() } else { None }
    }

    /// The call is over but for what waits: nothing is taken any more, and its questions are answered silently.
    pub fn finish(&self) {
        self.0.state().closed = true;
    }

    /// A sender of the same call.
    #[must_use]
    pub fn sender(&self) -> EventSender {
        EventSender(Arc::clone(&self.0))
    }

    /// Lets the call become a task when its author says so.
    pub(crate) fn may_become_task(&self, opener: Arc<dyn TaskOpener>) {
        self.0.state().task.get_or_insert_default().opener = Some(opener);
    }

    /// The call is this task from its beginning.
    pub(crate) fn begin_as_task(&self, task: Arc<Task>) {
        self.0.state().task.get_or_insert_default().task = Some(task);
        self.0.wants_progress.store(true, Ordering::Relaxed);
    }

    /// The task that the call has become.
    pub(crate) fn task(&self) -> Option<Arc<Task>> {
        self.0.state().task.as_ref()?.task.clone()
    }

    /// Goes on for another caller, who wants something else: the same call, answered to another request.
    pub fn go_on_for(&self, wants_progress: bool, log_threshold: Option<LogLevel>) {
        self.0.wants_progress.store(wants_progress, Ordering::Relaxed);
        self.0.log_threshold.store(level_code(log_threshold), Ordering::Relaxed);
    }

    /// Waits for the next event. Never ends by itself: race it against the result.
    pub async fn next(&mut self) -> Event {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Events::next`] for those who poll by hand.
    pub fn poll_next(&mut self, context: &Context<'_>) -> Poll<Event> {
        let mut state = self.0.state();
        match state.pop() {
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
        let queue = state.queue.take();
        let opener = state.task.as_mut().and_then(|part| part.opener.take());
        drop(state);
        // After the lock: questions among them have a word to say to the call.
        drop(queue);
        drop(opener);
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
