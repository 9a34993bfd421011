//! One task: where it is, what it asks, what came of it.

use std::collections::{BTreeSet, VecDeque};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::awaiting::Waiter;
use super::owner::Owner;
use super::{TaskOutcome, TaskRecord};
use crate::engine::call::Call;
use crate::engine::exchange::Outgoing;
use crate::eras::{InFlight, Voice};
use crate::handler::{Event, PendingQuestion};
use crate::json;
use crate::model::{Change, Task, TaskStatus};
use crate::registry::Registry;

/// How many characters the words may have that say where a task is; what is longer is cut.
const MAX_STATUS_MESSAGE: usize = 4096;

/// How many messages may wait for somebody who waits for the task; beyond it notifications are dropped.
const MAX_MESSAGES: usize = 256;
/// The same where they are not.
const MAX_MESSAGES_IN_ALL: usize = 4096;

/// Who began a task, and who hears of it.
struct Client {
    voice: Voice,
    session: Option<Arc<InFlight>>,
    registry: Registry,
}

/// A task that is kept.
pub(in crate::engine) struct Entry {
    pub(super) id: Arc<str>,
    /// Which of the engine's tasks it is.
    pub(super) number: u64,
    pub(super) owner: Owner,
    pub(super) created_at: SystemTime,
    pub(super) ttl: Duration,
    pub(super) poll_interval: Duration,
    pub(super) cancelled: Notify,
    pub(super) forgotten: Notify,
    /// Rings for all who wait for what it says.
    pub(super) changed: Notify,
    client: OnceLock<Client>,
    state: Mutex<State>,
}

/// Where it is.
pub(super) struct State {
    pub(super) status: TaskStatus,
    pub(super) message: Option<Arc<str>>,
    pub(super) last_updated_at: SystemTime,
    /// What waits to be told whoever waits for the task.
    pub(super) messages: VecDeque<String>,
    /// Who does, the last to come last.
    pub(super) waiters: Vec<Waiter>,
    /// How many there were.
    pub(super) waited: u64,
    /// The questions that are not answered.
    pub(super) open: Vec<PendingQuestion>,
    /// When the time of each is over that has a limit, by number; some may be answered.
    pub(super) deadlines: BTreeSet<(Instant, u32)>,
    /// What came of the call, when it is over.
    pub(super) outcome: TaskOutcome,
    /// Whether its call goes on as a task already.
    pub(super) begun: bool,
}

impl Entry {
    pub(super) fn new(
        id: Arc<str>,
        number: u64,
        owner: Owner,
        ttl: Duration,
        poll_interval: Duration,
    ) -> Self {
        let now = SystemTime::now();
        let state = State {
            status: TaskStatus::Working,
            message: None,
            last_updated_at: now,
            messages: VecDeque::new(),
            waiters: Vec::new(),
            waited: 0,
            open: Vec::new(),
            deadlines: BTreeSet::new(),
            outcome: TaskOutcome::None,
            begun: false,
        };
        Self {
            id,
            number,
            owner,
            created_at: now,
            ttl,
            poll_interval,
            cancelled: Notify::new(),
            forgotten: Notify::new(),
            changed: Notify::new(),
            client: OnceLock::new(),
            state: Mutex::new(state),
        }
    }

    /// One of an earlier process, over already.
    pub(super) fn taken_over(record: TaskRecord, number: u64) -> Self {
        let TaskRecord { task, owner, outcome } = record;
        let Task { id, status, status_message, created_at, last_updated_at, ttl, poll_interval } = task;
        let entry =
            Self { created_at, ..Self::new(id, number, Owner::of_earlier(owner), ttl, poll_interval) };
        let mut state = entry.state();
        state.status = status;
        state.message = status_message;
        state.last_updated_at = last_updated_at;
        state.outcome = outcome;
        state.begun = true;
        drop(state);
        entry
    }

    /// What is written down of it.
    pub(super) fn record(&self) -> TaskRecord {
        let state = self.state();
        TaskRecord {
            task: self.describe(&state),
            owner: self.owner.principal.clone(),
            outcome: state.outcome.clone(),
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
        let mut timer = None;
        poll_fn(|context| {
            loop {
                let Poll::Ready(outgoing) = call.poll(context) else {
                    self.note_asking(call.is_asking());
                    std::task::ready!(self.poll_overdue(&mut timer, context));
                    continue;
                };
                match outgoing {
                    Some(Outgoing::Response(response)) => return Poll::Ready(response.body.into_text()),
                    Some(Outgoing::Message(message)) => self.tell(&message),
                    Some(Outgoing::CloseStream) => {}
                    Some(Outgoing::Accepted | Outgoing::Cancelled(_)) => return Poll::Ready(String::new()),
                    // It waits for answers.
                    None => self.ask(call.take_questions()),
                }
            }
        })
        .await
    }

    /// Whose it is.
    pub(super) fn belong_to(&self, voice: Voice, session: Option<Arc<InFlight>>, registry: Registry) {
        let _ = self.client.set(Client { voice, session, registry });
    }

    /// Whether this result says that the task failed.
    pub(super) fn is_failed_by(&self, result: &str) -> bool {
        self.client.get().is_some_and(|client| client.voice.fails_task(result))
    }

    /// Keeps a message of the call's for whoever waits for the task.
    fn tell(&self, message: &str) {
        let client = self.client.get();
        let Some(message) = client.and_then(|client| client.voice.task_message(&self.id, message)) else {
            return;
        };
        let mut state = self.state();
        let is_notification = json::member(&message, "id").is_none();
        if is_notification && state.messages.len() >= MAX_MESSAGES {
            return;
        }
        if state.messages.len() >= MAX_MESSAGES_IN_ALL {
            state.messages.pop_front();
        }
        state.messages.push_back(message);
        drop(state);
        self.changed.notify_waiters();
    }

    /// The session that began it.
    pub(super) fn session(&self) -> Option<&Arc<InFlight>> {
        self.client.get()?.session.as_ref()
    }

    /// Tells the session what waits to be told: who waits for the task hears nothing but its end.
    pub(super) fn tell_session(&self, message: String) {
        if let Some(session) = self.session() {
            session.to_client.tell(message);
        }
    }

    /// It is somewhere else from now on.
    pub(super) fn change(&self, state: &mut State, status: TaskStatus) {
        state.status = status;
        state.last_updated_at = SystemTime::now();
        self.announce(state);
    }

    /// Fewer questions are open than before.
    pub(super) fn go_on(&self, state: &mut State) {
        let status = if state.open.is_empty() { TaskStatus::Working } else { TaskStatus::InputRequired };
        self.change(state, status);
    }

    /// Tells who wants to hear of it where it is.
    fn announce(&self, state: &State) {
        self.changed.notify_waiters();
        let Some(client) = self.client.get() else { return };
        match client.voice.task_status(&self.describe(state)) {
            Some(notification) => {
                if let Some(session) = &client.session {
                    session.to_client.tell(notification);
                }
            }
            None => client.registry.notify(&Change::Task(Arc::clone(&self.id))),
        }
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
        self.announce(&state);
    }

    /// It is over; what is over already stays as it is. Returns whether it was not.
    pub(super) fn end(&self, status: TaskStatus, outcome: TaskOutcome, message: Option<&str>) -> bool {
        let mut state = self.state();
        if state.status.is_final() {
            return false;
        }
        state.outcome = outcome;
        if let Some(message) = message {
            state.message = Some(Arc::from(message));
        }
        self.change(&mut state, status);
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
