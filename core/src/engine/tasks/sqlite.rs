//! Tasks in one `SQLite` file.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, Row, params};

use super::{Storing, TaskOutcome, TaskRecord, TaskStore};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Task, TaskStatus};

/// What the file looks like; a later one is refused.
const FORMAT: i64 = 2;

/// How long to wait for a process that is on its way out.
const PATIENCE: Duration = Duration::from_millis(200);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, message TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, ttl INTEGER NOT NULL, poll_interval INTEGER NOT NULL, result TEXT, error TEXT,
    owner TEXT
) STRICT, WITHOUT ROWID";

/// What a table of the first format lacks.
const WITH_OWNER: &str = "ALTER TABLE tasks ADD COLUMN owner TEXT";

/// Tasks in one `SQLite` file, which one process uses at a time.
pub struct SqliteTaskStore {
    state: Mutex<State>,
}

struct State {
    connection: Connection,
    /// What runs in this process.
    running: HashSet<Arc<str>>,
}

impl SqliteTaskStore {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when it cannot be used: no such folder, another process has it open, or it is something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let opened = || -> rusqlite::Result<(Connection, i64)> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            // One process, so that nobody takes the running tasks of another for lost.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            if format == 0 {
                connection.execute_batch(TABLE)?;
            } else {
                // Takes the lock.
                connection
                    .execute("DELETE FROM tasks WHERE expires_at <= ?1", [milliseconds(SystemTime::now())])?;
            }
            if format == 1 {
                connection.execute_batch(WITH_OWNER)?;
            }
            if format < FORMAT {
                connection.pragma_update(None, "user_version", FORMAT)?;
            }
            Ok((connection, format))
        };
        let unusable = |why: &str| {
            Error::new(ErrorKind::Io, format!("the tasks in {} cannot be used{why}", path.display()))
        };
        match opened() {
            Ok((_, format)) if format > FORMAT => {
                Err(unusable(": a later version of this library wrote the file"))
            }
            Ok((connection, _)) => {
                Ok(Self { state: Mutex::new(State { connection, running: HashSet::new() }) })
            }
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Err(unusable(": the file is in use, by another process or another server of this one"))
            }
            // The cause is told with it.
            Err(error) => Err(unusable("").caused_by(error)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Statements are whole or not at all.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, record: &TaskRecord) -> rusqlite::Result<()> {
        let (result, error) = match &record.outcome {
            TaskOutcome::None => (None, None),
            TaskOutcome::Result(text) => (Some(text), None),
            TaskOutcome::Error(text) => (None, Some(text)),
        };
        let task = &record.task;
        let mut state = self.state();
        let statement = "INSERT OR REPLACE INTO tasks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        state.connection.prepare(statement)?.execute(params![
            &*task.id,
            task.status.as_str(),
            task.status_message.as_deref(),
            milliseconds(task.created_at),
            milliseconds(task.last_updated_at),
            milliseconds(record.expires_at()),
            whole(task.ttl),
            whole(task.poll_interval),
            result,
            error,
            record.owner.as_deref(),
        ])?;
        if task.status.is_final() {
            state.running.remove(&task.id);
        } else {
            state.running.insert(Arc::clone(&task.id));
        }
        Ok(())
    }

    fn read(&self) -> rusqlite::Result<Vec<TaskRecord>> {
        let state = self.state();
        let now = milliseconds(SystemTime::now());
        state.connection.execute("DELETE FROM tasks WHERE expires_at <= ?1", [now])?;
        let columns = "id, status, message, created_at, updated_at, ttl, poll_interval, result, error, owner";
        let mut statement = state.connection.prepare(&format!("SELECT {columns} FROM tasks"))?;
        let records = statement.query_map([], record)?;
        records
            .filter(|record| !record.as_ref().is_ok_and(|record| state.running.contains(&record.task.id)))
            .collect()
    }

    fn forget(&self, id: &str) -> rusqlite::Result<()> {
        let mut state = self.state();
        state.running.remove(id);
        state.connection.execute("DELETE FROM tasks WHERE id = ?1", [id]).map(|_| ())
    }
}

impl TaskStore for SqliteTaskStore {
    fn load(&self) -> Result<Vec<TaskRecord>> {
        self.read().map_err(failed)
    }

    // A few pages, written at once: handing them to another thread would take longer.
    fn save(&self, record: TaskRecord) -> Storing {
        let saved = self.write(&record).map_err(failed);
        Box::pin(std::future::ready(saved))
    }

    fn remove(&self, id: Arc<str>) -> Storing {
        let removed = self.forget(&id).map_err(failed);
        Box::pin(std::future::ready(removed))
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::new(ErrorKind::Io, "the file of the tasks failed").caused_by(error)
}

fn record(row: &Row<'_>) -> rusqlite::Result<TaskRecord> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let duration = |column: usize| {
        row.get::<_, i64>(column).map(|time| Duration::from_millis(u64::try_from(time).unwrap_or_default()))
    };
    let moment =
        |column: usize| duration(column).map(|since| UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH));
    let status: String = row.get(1)?;
    Ok(TaskRecord {
        task: Task {
            id: Arc::from(row.get::<_, String>(0)?),
            // What nobody knows is not over.
            status: TaskStatus::from_text(&status).unwrap_or(TaskStatus::Working),
            status_message: text(2)?.map(Arc::from),
            created_at: moment(3)?,
            last_updated_at: moment(4)?,
            ttl: duration(5)?,
            poll_interval: duration(6)?,
        },
        owner: text(9)?.map(Arc::from),
        outcome: match (text(7)?, text(8)?) {
            (Some(result), _) => TaskOutcome::Result(result),
            (None, Some(error)) => TaskOutcome::Error(error),
            (None, None) => TaskOutcome::None,
        },
    })
}

fn milliseconds(at: SystemTime) -> i64 {
    whole(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn whole(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
