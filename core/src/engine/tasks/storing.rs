//! Tasks that outlive the process: what is written down, and what an earlier process left behind.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use super::entry::Entry;
use super::{TaskOutcome, TaskRecord, TaskStore, Tasks};
use crate::engine::Engine;
use crate::jsonrpc::error_code;
use crate::model::TaskStatus;

const WORKER_LOST: &str = "worker lost";

impl Engine {
    /// Lets go of the store of tasks and of the audit log, which somebody else may want to open: what ends later is not written
    /// down, and the log is opened again by what comes later. For hosts that
    /// cannot say when the last clone of an engine is dropped, once nothing of it runs any more.
    pub fn close_task_store(&self) {
        // Dropped outside of the lock.
        let store = self.0.rounds.tasks.0.store.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(store);
        if let Some(admission) = &self.0.admission {
            admission.rest();
        }
    }
}

impl Tasks {
    /// The store, where a task can be asked for when the process is another: those of sessions end with them.
    pub(super) fn store_of(&self, entry: &Entry) -> Option<Arc<dyn TaskStore>> {
        if !entry.owner.outlives_process() {
            return None;
        }
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes down where a task is. Returns whether it is kept.
    pub(super) async fn save(&self, entry: &Entry) -> bool {
        let Some(store) = self.store_of(entry) else { return true };
        match store.save(entry.record()).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!("a task could not be kept: {error}");
                false
            }
        }
    }

    /// Forgets it there, too.
    pub(super) async fn unsave(&self, entry: &Entry) {
        let Some(store) = self.store_of(entry) else { return };
        if let Err(error) = store.remove(Arc::clone(&entry.id)).await {
            tracing::warn!("a task could not be forgotten: {error}");
        }
    }

    /// Keeps what an earlier process left behind, as far as there is room. What it did not finish, nobody will.
    pub(super) fn take_over(&self, mut records: Vec<TaskRecord>) {
        let options = &self.0.options;
        let now = SystemTime::now();
        records.sort_by_key(|record| record.task.created_at);
        let mut table = self.table();
        for mut record in records {
            let length = record.outcome.len();
            if record.expires_at() <= now
                || table.tasks.len() >= options.max_tasks
                || table.bytes.saturating_add(length) > options.max_bytes
            {
                continue;
            }
            if !record.task.status.is_final() {
                let code = error_code::INTERNAL_ERROR;
                let message = "worker lost: the process that ran this task is gone";
                record.task.status = TaskStatus::Failed;
                record.task.status_message = Some(Arc::from(WORKER_LOST));
                record.task.last_updated_at = now;
                record.outcome = TaskOutcome::Error(format!("{{\"code\":{code},\"message\":\"{message}\"}}"));
            }
            table.bytes += record.outcome.len();
            table.taken_over.insert((record.expires_at(), Arc::clone(&record.task.id)));
            let number = self.0.count.fetch_add(1, Ordering::Relaxed);
            table.add(Entry::taken_over(record, number));
        }
    }

    /// Forgets what was taken over and whose time is over. The store leaves it out by itself from now on.
    pub(super) fn forget_overdue(&self) {
        let mut table = self.table();
        if table.taken_over.is_empty() {
            return;
        }
        let now = SystemTime::now();
        while let Some((_, id)) = table.taken_over.first().filter(|(end, _)| *end <= now).cloned() {
            table.taken_over.pop_first();
            table.remove(&id);
        }
    }
}
