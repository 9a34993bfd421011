//! Calls that go on after their request was answered with a task (TASK-*, LTASK-*): each on its own, until its time is over.

mod answers;
mod awaiting;
mod entry;
mod opening;
mod options;
mod owner;
mod questions;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod storing;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

pub(super) use awaiting::Awaited;
pub(super) use entry::Entry;
pub use options::TaskOptions;
use owner::Account;
pub(super) use owner::{Owner, Place};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteTaskStore;
pub use store::{Storing, TaskOutcome, TaskRecord, TaskStore};

use super::Shutdown;
use super::call::Call;
use crate::error::Result;
use crate::handler::{Failure, FailureKind};
use crate::json;
use crate::jsonrpc::error_code;
use crate::model::{Task, TaskStatus};
use crate::registry::Registry;

/// The least a client is kept a task for: a shorter one would be gone before it can be asked for.
const MIN_TTL: Duration = Duration::from_secs(1);

/// The tasks of an engine. Clones share them.
#[derive(Clone)]
pub(super) struct Tasks(Arc<Shared>);

struct Shared {
    options: TaskOptions,
    /// Until [`Engine::close_task_store`](crate::engine::Engine::close_task_store).
    store: Mutex<Option<Arc<dyn TaskStore>>>,
    registry: Registry,
    shutdown: Shutdown,
    /// How many there ever were.
    count: AtomicU64,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    tasks: HashMap<Arc<str>, Arc<Entry>>,
    /// How many each has, of those that can be told apart.
    of_owner: HashMap<Account, usize>,
    /// How long the results are that are kept.
    bytes: usize,
    /// Those of earlier processes, by when they are forgotten: nobody else watches the clock for them.
    taken_over: BTreeSet<(SystemTime, Arc<str>)>,
}

impl Table {
    fn remove(&mut self, id: &str) {
        let Some(entry) = self.tasks.remove(id) else { return };
        self.bytes -= entry.state().outcome.len();
        for account in entry.owner.accounts() {
            if let Some(count) = self.of_owner.get_mut(&account) {
                *count -= 1;
                if *count == 0 {
                    self.of_owner.remove(&account);
                }
            }
        }
    }

    fn add(&mut self, entry: Entry) {
        for account in entry.owner.accounts() {
            *self.of_owner.entry(account).or_default() += 1;
        }
        self.tasks.insert(Arc::clone(&entry.id), Arc::new(entry));
    }
}

/// Tells whether the task is kept.
type Kept = oneshot::Receiver<bool>;

/// A task whose call has yet to go on. Dropped before it does, there is no task.
pub(super) struct Reserved {
    tasks: Tasks,
    task: Arc<Task>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut table = self.tasks.table();
        if table.tasks.get(&self.task.id).is_some_and(|entry| !entry.state().begun) {
            table.remove(&self.task.id);
        }
    }
}

impl Tasks {
    /// With those that an earlier process left behind.
    pub(super) fn new(mut options: TaskOptions, registry: Registry, shutdown: Shutdown) -> Result<Self> {
        let store = options.store.take();
        let records = store.as_ref().map(|store| store.load()).transpose()?.unwrap_or_default();
        let tasks = Self(Arc::new(Shared {
            options,
            store: Mutex::new(store),
            registry,
            shutdown,
            count: AtomicU64::new(0),
            table: Mutex::default(),
        }));
        tasks.take_over(records);
        Ok(tasks)
    }

    /// Makes a task for a call of `owner`, which can be asked for from now on (TASK-3).
    fn reserve(
        &self,
        owner: Owner,
        ttl: Option<Duration>,
        poll_interval: Option<Duration>,
    ) -> std::result::Result<Reserved, Failure> {
        let options = &self.0.options;
        let full = |message: &str| Failure::new(FailureKind::Overloaded, message);
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| {
            Failure::new(FailureKind::Internal, "internal error").with_detail(error.to_string())
        })?;
        let id: Arc<str> = URL_SAFE_NO_PAD.encode(bytes).into();
        let ttl = ttl.unwrap_or(options.ttl).max(MIN_TTL).min(options.max_ttl);
        let number = self.0.count.fetch_add(1, Ordering::Relaxed);
        let entry = Entry::new(id, number, owner, ttl, poll_interval.unwrap_or(options.poll_interval));
        let task = Arc::new(entry.describe(&entry.state()));
        self.forget_overdue();
        let mut table = self.table();
        if table.tasks.len() >= options.max_tasks || self.0.shutdown.is_triggered() {
            return Err(full("too many tasks are kept here; try again later"));
        }
        let own = entry.owner.accounts().next().and_then(|account| table.of_owner.get(&account));
        if own.is_some_and(|count| *count >= options.max_tasks_of_owner) {
            return Err(full("too many tasks of yours are kept here; try again later"));
        }
        table.add(entry);
        drop(table);
        Ok(Reserved { tasks: self.clone(), task })
    }

    /// Lets a call go on as the task that was made for it. Returns where the task is, and what to wait for before anybody is
    /// told of it (TASK-3), if anything.
    fn begin(&self, id: &str, mut call: Call) -> Option<(Task, Option<Kept>)> {
        let entry = self.table().tasks.get(id).cloned()?;
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let mut state = entry.state();
        state.begun = true;
        let task = entry.describe(&state);
        drop(state);
        call.go_on_as(&entry, &self.0.registry);
        let store = self.store_of(&entry).is_some();
        let (begun, kept) = store.then(oneshot::channel).unzip();
        runtime.spawn(self.clone().run(entry, call, begun));
        Some((task, kept))
    }

    /// The task with this id, where it is this owner's.
    pub(super) fn find(&self, id: &str, owner: &Owner) -> Option<Arc<Entry>> {
        self.forget_overdue();
        self.table().tasks.get(id).filter(|entry| entry.owner.is(owner)).cloned()
    }

    /// Cancels and forgets the tasks of a session or connection that is gone.
    pub(super) fn leave(&self, place: &Place) {
        let table = self.table();
        if !table.of_owner.contains_key(&Account::Place(place.clone())) {
            return;
        }
        let own: Vec<_> = table.tasks.values().filter(|entry| entry.owner.is_at(place)).cloned().collect();
        drop(table);
        for entry in own {
            entry.end(TaskStatus::Cancelled, TaskOutcome::None, None);
            entry.cancelled.notify_one();
            entry.forgotten.notify_one();
        }
    }

    async fn run(self, entry: Arc<Entry>, mut call: Call, begun: Option<oneshot::Sender<bool>>) {
        if let Some(begun) = begun {
            let kept = self.save(&entry).await;
            // Nobody may wait any more.
            let _ = begun.send(kept);
            if !kept {
                drop(call);
                self.table().remove(&entry.id);
                return;
            }
        }
        let now = Instant::now();
        let end = now.checked_add(entry.ttl).unwrap_or(now);
        let shutdown = self.0.shutdown.clone();
        tokio::select! {
            biased;
            () = entry.cancelled.notified() => {}
            () = sleep_until(end) => drop(entry.end(TaskStatus::Cancelled, TaskOutcome::None, Some("its time is over"))),
            () = shutdown.over() => self.fail(&entry, &shutdown.reason()),
            body = entry.finish(&mut call) => self.keep(&entry, &body),
        }
        drop(call);
        self.save(&entry).await;
        tokio::select! {
            () = entry.forgotten.notified() => {}
            () = sleep_until(end) => {}
            // What is over is for the next process.
            () = shutdown.over() => return,
        }
        self.table().remove(&entry.id);
        self.unsave(&entry).await;
    }

    fn fail(&self, entry: &Entry, message: &str) {
        let mut error = format!("{{\"code\":{},\"message\":", error_code::INTERNAL_ERROR);
        json::write_string(&mut error, message);
        error.push('}');
        self.end(entry, TaskStatus::Failed, TaskOutcome::Error(error), Some(message));
    }

    /// Keeps what came of the call, a JSON-RPC response.
    fn keep(&self, entry: &Entry, body: &str) {
        if let Some(error) = json::member(body, "error") {
            let message = json::member(error, "message").and_then(json::as_string);
            return self.end(
                entry,
                TaskStatus::Failed,
                TaskOutcome::Error(error.to_owned()),
                message.as_deref(),
            );
        }
        match json::member(body, "result") {
            Some(result) if result.len() <= self.0.options.max_result_bytes => {
                let failed = entry.is_failed_by(result);
                let status = if failed { TaskStatus::Failed } else { TaskStatus::Completed };
                self.end(entry, status, TaskOutcome::Result(result.to_owned()), None);
            }
            Some(_) => self.fail(entry, "the result of this task is too long to be kept"),
            None => self.fail(entry, "the task ended without a result"),
        }
    }

    fn end(&self, entry: &Entry, status: TaskStatus, outcome: TaskOutcome, message: Option<&str>) {
        let length = outcome.len();
        let mut table = self.table();
        if table.bytes.saturating_add(length) > self.0.options.max_bytes {
            drop(table);
            let message = "too many results of tasks are kept here: this one found no room";
            let error = format!("{{\"code\":{},\"message\":\"{message}\"}}", error_code::INTERNAL_ERROR);
            let mut table = self.table();
            table.bytes += error.len();
            if !entry.end(TaskStatus::Failed, TaskOutcome::Error(error.clone()), Some(message)) {
                table.bytes -= error.len();
            }
            return;
        }
        // Under the lock, so that whoever removes it counts what it holds.
        if table.tasks.contains_key(&entry.id) && entry.end(status, outcome, message) {
            table.bytes += length;
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole after every statement above.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tasks").field("held", &self.table().tasks.len()).finish_non_exhaustive()
    }
}
