//! One task: where it is, what it asks, what came of it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use super::owner::Owner;
use crate::engine::call::Call;
use crate::engine::exchange::Outgoing;
use crate::handler::{Event, PendingQuestion};
use crate::json::RawJson;
use crate::model::{Task, TaskStatus};

/// How many characters the words may have that say where a task is; what is longer is cut.
const MAX_STATUS_MESSAGE: usize = 4096;

/// A task that is kept.
pub(in crate::engine) struct Entry {
    pub(super) id: Arc<str>,
    pub(super) owner: Owner,
    pub(super) created_at: SystemTime,
    pub(super) ttl: Duration,
    pub(super) poll_interval: Duration,
    pub(super) cancelled: Notify,
    state: Mutex<State>,
}

/// Where it is.
pub(super) struct State {
    pub(super) status: TaskStatus,
    pub(super) message: Option<Arc<str>>,
    pub(super) last_updated_at: SystemTime,
    /// The questions that are not answered.
    pub(super) open: Vec<PendingQuestion>,
    /// What came of the call, when it is over.
    pub(super) outcome: Outcome,
    /// Whether its call goes on as a task already.
    pub(super) begun: bool,
}

/// What came of a call: JSON objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing, or nothing yet.
    None,
    /// A result.
    Result(String),
    /// A JSON-RPC error.
    Error(String),
}

impl Outcome {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Result(text) | Self::Error(text) => text.len(),
        }
    }
}

impl Entry {
    pub(super) fn new(id: Arc<str>, owner: Owner, ttl: Duration, poll_interval: Duration) -> Self {
        let now = SystemTime::now();
        let state = State {
            status: TaskStatus::Working,
            message: None,
            last_updated_at: now,
            open: Vec::new(),
            outcome: Outcome::None,
            begun: false,
        };
        Self {
            id,
            owner,
            created_at: now,
            ttl,
            poll_interval,
            cancelled: Notify::new(),
            state: Mutex::new(state),
        }
    }

    /// What is told of it.
    pub(super) fn describe(&self, state: &State) -> Task {
        Task {
            id: Arc::clone(&self.id),
            status: state.status,
            status_message: state.message.clone(),
            created_at: self.created_at,
            last_updated_at: state.last_updated_at,
            ttl: self.ttl,
            poll_interval: self.poll_interval,
        }
    }

    /// The call's response. What it reports meanwhile is told whoever asks for the task.
    pub(super) async fn finish(&self, call: &mut Call) -> String {
        poll_fn(|context| {
            loop {
                match std::task::ready!(call.poll(context)) {
                    Some(Outgoing::Response(response)) => return Poll::Ready(response.body),
                    Some(Outgoing::Message(_) | Outgoing::CloseStream) => {}
                    Some(Outgoing::Accepted | Outgoing::Cancelled(_)) => return Poll::Ready(String::new()),
                    // It waits for answers.
                    None => self.ask(call.take_questions()),
                }
            }
        })
        .await
    }

    fn ask(&self, questions: Vec<PendingQuestion>) {
        let mut state = self.state();
        if !state.status.is_final() {
            state.open.extend(questions);
            state.change(TaskStatus::InputRequired);
        }
    }

    /// A question whose answer nobody waits for any more.
    pub(in crate::engine) fn withdraw(&self, number: u32) {
        let mut state = self.state();
        let taken: Vec<_> = state.open.extract_if(.., |pending| pending.number() == number).collect();
        if !taken.is_empty() {
            state.go_on();
        }
        drop(state);
        // It has a word to say to the call.
        drop(taken);
    }

    /// What its call says of where it is.
    pub(in crate::engine) fn hear(&self, event: &Event) {
        match event {
            Event::TaskStatus(message) => self.say(message),
            Event::Progress(progress) => {
                if let Some(message) = &progress.message {
                    self.say(message);
                }
            }
            _ => {}
        }
    }

    /// Says in words where it is.
    fn say(&self, message: &str) {
        let mut state = self.state();
        if state.status.is_final() {
            return;
        }
        let end = message.char_indices().nth(MAX_STATUS_MESSAGE).map_or(message.len(), |(end, _)| end);
        state.message = Some(Arc::from(&message[..end]));
        state.last_updated_at = SystemTime::now();
    }

    /// Gives the answers to the questions they belong to; others are nobody's (TASK-8).
    pub(super) fn update(&self, answers: &[(String, RawJson)]) -> Result<(), String> {
        let mut state = self.state();
        let given = |pending: &PendingQuestion| {
            answers.iter().find(|(name, _)| *name == key(pending)).map(|(_, answer)| answer)
        };
        for pending in &state.open {
            if let Some(answer) = given(pending) {
                let wrong = |why| format!("inputResponses.{} is not an answer: {why}", key(pending));
                pending.question.check_answer(answer).map_err(wrong)?;
            }
        }
        let told: Vec<_> = state.open.extract_if(.., |pending| given(pending).is_some()).collect();
        if !told.is_empty() {
            state.go_on();
        }
        drop(state);
        for pending in told {
            if let Some(answer) = given(&pending) {
                let answer = answer.clone();
                pending.answer(Ok(answer));
            }
        }
        Ok(())
    }

    /// It is over; what is over already stays as it is. Returns whether it was not.
    pub(super) fn end(&self, status: TaskStatus, outcome: Outcome, message: Option<&str>) -> bool {
        let mut state = self.state();
        if state.status.is_final() {
            return false;
        }
        state.outcome = outcome;
        if let Some(message) = message {
            state.message = Some(Arc::from(message));
        }
        state.change(status);
        let open = std::mem::take(&mut state.open);
        drop(state);
        drop(open);
        true
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement above.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn change(&mut self, status: TaskStatus) {
        self.status = status;
        self.last_updated_at = SystemTime::now();
    }

    /// Fewer questions are open than before.
    fn go_on(&mut self) {
        let status = if self.open.is_empty() { TaskStatus::Working } else { TaskStatus::InputRequired };
        self.change(status);
    }
}

/// What an answer names a question by. Numbers are never used twice in a call (TASK-8).
pub(super) fn key(pending: &PendingQuestion) -> String {
    format!("q{}", pending.number())
}
