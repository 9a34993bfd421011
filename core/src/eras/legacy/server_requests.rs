//! Questions as requests of ours (DOWN-11): which are open, how each is written, and what the client's answers are to them.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::question_params;
use crate::eras::events;
use crate::eras::items::Object;
use crate::eras::legacy::notifications::CANCELLED;
use crate::eras::questions::missing_capability;
use crate::handler::{Caller, Event, Failure, FailureKind, PendingQuestion};
use crate::json::{self, RawJson, one_line};
use crate::jsonrpc::{RequestId, Response, write};
use crate::model::Notification;

/// How many questions may be open in one session, and how many messages may wait for a stream of its own.
const MAX_OPEN: usize = 1024;

/// How many messages that are no questions may be among those (SEC-12). The oldest make room.
const MAX_TOLD: usize = 256;

/// The requests of ours that one client did not answer yet, and what waits to be told it outside of any request of its own.
/// One for each session or connection: whoever answers in another one finds nothing here.
#[derive(Default)]
pub struct ServerRequests {
    state: Mutex<State>,
    waiting: Notify,
    stray_answer_told: AtomicBool,
    loss_told: AtomicBool,
}

#[derive(Default)]
struct State {
    open: HashMap<Arc<str>, Open>,
    asked: u64,
    unsolicited: VecDeque<Unsolicited>,
    /// How many of them are no questions.
    told: usize,
    /// Who reads what is unsolicited.
    readers: usize,
    closed: Option<Failure>,
}

impl State {
    /// Whether so much waits to be read on this stream that nothing may be added.
    fn is_full(&self, stream: Stream) -> bool {
        stream == Stream::OfSession && self.unsolicited.len() >= MAX_OPEN
    }

    fn next(&mut self) -> Option<String> {
        match self.unsolicited.pop_front()? {
            Unsolicited::Question(message) => Some(message),
            Unsolicited::Told(message) => {
                self.told -= 1;
                Some(message)
            }
        }
    }

    /// Makes room for something to be told; what was asked stays. Returns whether anything was forgotten.
    fn forget_oldest_told(&mut self) -> bool {
        let oldest = self.unsolicited.iter().position(|waiting| matches!(waiting, Unsolicited::Told(_)));
        let forgotten = oldest.and_then(|index| self.unsolicited.remove(index)).is_some();
        self.told -= usize::from(forgotten);
        forgotten
    }
}

/// What belongs to no request of the client's.
enum Unsolicited {
    Question(String),
    Told(String),
}

struct Open {
    pending: PendingQuestion,
    /// Whether a call asked, which ends by itself when the session does.
    of_call: bool,
}

/// Where a question is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// On the stream of the call that asks, by whoever sends it.
    OfCall,
    /// The same, while nobody reads: what is written is kept for when the client comes back (RESUME-4).
    OfCallUnread,
    /// On the session's own (LHTTP-8), or anywhere on a duplex connection.
    OfSession,
}

/// A question that was sent.
#[derive(Debug)]
pub struct Sent {
    /// The id of our request.
    pub id: Arc<str>,
    /// What is to be written on the stream of the call; nothing where it goes out elsewhere.
    pub message: Option<String>,
}

impl ServerRequests {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement below, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a question of `caller`'s call, or answers it why not: what the client did not declare is not asked of it
    /// (META-5), and nothing where nobody reads.
    pub fn send(
        &self,
        pending: PendingQuestion,
        caller: &Caller,
        stream: Stream,
        of_call: bool,
    ) -> Option<Sent> {
        let declared = caller.client_capabilities.as_ref();
        let version = caller.protocol_version;
        let missing = missing_capability(&pending.question, declared, version);
        let params = match missing {
            Some(missing) => Err(missing),
            None => question_params::written(&pending.question, declared, version),
        };
        let mut params = match params {
            Ok(params) => params,
            Err(failure) => {
                pending.answer(Err(failure));
                return None;
            }
        };
        let mut state = self.state();
        let refusal = if let Some(closed) = &state.closed {
            Some(closed.clone())
        } else if stream == Stream::OfSession && state.readers == 0 {
            Some(nobody_reads())
        } else if state.open.len() >= MAX_OPEN || state.is_full(stream) {
            let message = format!("more than {MAX_OPEN} questions to this client are open");
            Some(Failure::new(FailureKind::Overloaded, message))
        } else {
            None
        };
        if let Some(failure) = refusal {
            drop(state);
            pending.answer(Err(failure));
            return None;
        }
        state.asked += 1;
        let id: Arc<str> = format!("oxmcp-{}", state.asked).into();
        question_params::name(&mut params, &pending.question, version, &id);
        let mut text = String::new();
        write::request(&mut text, &RequestId::String(Arc::clone(&id)), &pending.question.method, &params);
        let message = one_line(text);
        state.open.insert(Arc::clone(&id), Open { pending, of_call });
        let message = match stream {
            Stream::OfCall | Stream::OfCallUnread => Some(message),
            Stream::OfSession => {
                self.queue(state, Unsolicited::Question(message));
                None
            }
        };
        Some(Sent { id, message })
    }

    fn queue(&self, mut state: MutexGuard<'_, State>, message: Unsolicited) {
        state.unsolicited.push_back(message);
        drop(state);
        self.waiting.notify_one();
    }

    /// Whether the client has yet to answer this request.
    #[must_use]
    pub fn is_open(&self, id: &str) -> bool {
        self.state().open.contains_key(id)
    }

    /// Whether the client has yet to answer any.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        !self.state().open.is_empty()
    }

    /// Takes back a request that the client did not answer. What it answers later is dropped.
    pub fn take(&self, id: &str) -> Option<PendingQuestion> {
        self.state().open.remove(id).map(|open| open.pending)
    }

    /// Takes what the client answers. An answer to nothing that was asked here is dropped (RPC-21).
    pub fn accept(&self, response: &Response<'_>) {
        let Some(pending) = self.answered(&response.id) else { return };
        let answer = match response.outcome {
            Ok(result) => {
                let result = RawJson::from_checked(result);
                match pending.question.check_answer(&result) {
                    Ok(()) => Ok(result),
                    Err(wrong) => Err(no_answer(&pending, wrong)),
                }
            }
            Err(error) => Err(client_error(error)),
        };
        pending.answer(answer);
    }

    /// Takes what was meant as the answer to a request of ours and is no message.
    pub fn accept_malformed(&self, id: &RequestId, wrong: &str) {
        if let Some(pending) = self.answered(id) {
            let failure = no_answer(&pending, wrong);
            pending.answer(Err(failure));
        }
    }

    fn answered(&self, id: &RequestId) -> Option<PendingQuestion> {
        let pending = match id {
            RequestId::String(id) => self.take(id),
            RequestId::Integer(_) => None,
        };
        if pending.is_none() && !self.stray_answer_told.swap(true, Ordering::Relaxed) {
            // Once: a client that floods us with them must not flood the log.
            tracing::warn!(
                "a client answers what it was not asked, or not any more; such answers are dropped"
            );
        }
        pending
    }

    /// The notification that takes a request back.
    #[must_use]
    pub fn cancellation(id: &str, reason: &str) -> String {
        let mut params = String::with_capacity(64);
        Object::begin(&mut params).string("requestId", id).string("reason", reason).end();
        events::notification(CANCELLED, &params)
    }

    /// Tells the client something outside of any request of its own. Where nobody reads it waits for who comes back.
    pub fn tell(&self, message: String) {
        let mut state = self.state();
        if state.closed.is_some() {
            return;
        }
        let is_lost = state.told >= MAX_TOLD && state.forget_oldest_told();
        state.told += 1;
        self.queue(state, Unsolicited::Told(message));
        if is_lost && !self.loss_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a client does not read what it is told beside its requests: more than {MAX_TOLD} messages wait, and the oldest \
                 of them are dropped"
            );
        }
    }

    /// What a handler says that answers no request. There is nothing to report the progress of.
    pub fn tell_event(&self, event: &Event) {
        match event {
            Event::Log(log) => self.tell(one_line(events::log(log))),
            Event::Notification(Notification { method, params }) => {
                self.tell(one_line(events::notification(method, params.as_str())));
            }
            Event::Progress(_)
            | Event::Ask(_)
            | Event::Withdraw(_)
            | Event::CloseStream(_)
            | Event::BecomeTask
            | Event::TaskStatus(_) => {}
        }
    }

    /// Somebody begins to read what is unsolicited.
    pub fn attach(&self) {
        self.state().readers += 1;
    }

    /// Somebody stops reading. What waits is for the next one.
    pub fn detach(&self) {
        let mut state = self.state();
        state.readers = state.readers.saturating_sub(1);
    }

    /// The next message that belongs to no request of the client's. Cancel safe.
    pub async fn next_unsolicited(&self) -> String {
        loop {
            if let Some(message) = self.state().next() {
                return message;
            }
            self.waiting.notified().await;
        }
    }

    /// The session is over: its calls end by themselves, other questions fail.
    pub fn close(&self) {
        let failure = Failure::new(FailureKind::CannotAsk, "the client's session is over");
        self.end(&failure, |open| !open.of_call);
    }

    /// Nothing is heard from the client any more: who waits for its answers, and who will ask, fails with this.
    pub fn stop(&self, failure: &Failure) {
        self.end(failure, |_| true);
    }

    fn end(&self, failure: &Failure, ends: impl Fn(&Open) -> bool) {
        let mut state = self.state();
        state.closed.get_or_insert_with(|| failure.clone());
        let ended: Vec<_> =
            state.open.extract_if(|_, open| ends(open)).map(|(_, open)| open.pending).collect();
        drop(state);
        for pending in ended {
            pending.answer(Err(failure.clone()));
        }
    }
}

fn nobody_reads() -> Failure {
    Failure::new(
        FailureKind::CannotAsk,
        "the client cannot be asked: this call has no stream of its own to ask on, because its answer is plain JSON or the \
         client left, and the client's session has no other stream open",
    )
}

fn no_answer(pending: &PendingQuestion, wrong: &str) -> Failure {
    let method = &pending.question.method;
    Failure::new(
        FailureKind::ClientError,
        format!("what the client answered to {method} is no answer: {wrong}"),
    )
}

/// The failure for an error object of the client's.
fn client_error(error: &str) -> Failure {
    let member = |name: &str| json::member(error, name);
    let message = member("message").and_then(json::as_string).unwrap_or_default();
    Failure {
        code: member("code").and_then(json::as_integer).and_then(|code| i32::try_from(code).ok()),
        data: member("data").map(RawJson::from_checked),
        ..Failure::new(FailureKind::ClientError, message)
    }
}

impl fmt::Debug for ServerRequests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerRequests")
            .field("open", &self.state().open.len())
            .finish_non_exhaustive()
    }
}
