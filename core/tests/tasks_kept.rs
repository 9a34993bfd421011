//! Tasks that outlive the process that ran them.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod engine_support;
mod tasks_support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use engine_support::*;
use oxmcp_core::engine::{Engine, Storing, TaskOptions, TaskRecord, TaskStore};
use oxmcp_core::error::{Error, ErrorKind, Result};
use oxmcp_core::model::{Principal, TaskStatus};
use serde_json::json;
use tasks_support::{ask, begun, reached, said, serving, tools};

/// What a file would hold.
#[derive(Default)]
struct Paper {
    records: Mutex<HashMap<Arc<str>, TaskRecord>>,
    is_full: AtomicBool,
}

/// A process's way to it.
struct Pencil(Arc<Paper>);

impl TaskStore for Pencil {
    fn load(&self) -> Result<Vec<TaskRecord>> {
        Ok(self.0.records.lock().unwrap().values().cloned().collect())
    }

    fn save(&self, record: TaskRecord) -> Storing {
        let paper = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::task::yield_now().await;
            if paper.is_full.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Io, "no space left"));
            }
            paper.records.lock().unwrap().insert(Arc::clone(&record.task.id), record);
            Ok(())
        })
    }

    fn remove(&self, id: Arc<str>) -> Storing {
        self.0.records.lock().unwrap().remove(&id);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn process(paper: &Arc<Paper>) -> Engine {
    let store: Arc<dyn TaskStore> = Arc::new(Pencil(Arc::clone(paper)));
    serving(tools(), TaskOptions { store: Some(store), ..TaskOptions::default() })
}

/// A task is written down after it is over.
async fn written(paper: &Paper, id: &str, status: TaskStatus) {
    while paper.records.lock().unwrap()[id].task.status != status {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_is_written_down_before_anybody_is_told_of_it() {
    let paper = Arc::<Paper>::default();
    let id = begun(&process(&paper), "never_ends").await;
    assert_eq!(paper.records.lock().unwrap()[&*id].task.status, TaskStatus::Working);
}

#[tokio::test(start_paused = true)]
async fn a_result_is_there_in_the_next_process() {
    let paper = Arc::<Paper>::default();
    let engine = process(&paper);
    let id = begun(&engine, "later").await;
    let before = reached(&engine, &id, "completed").await;
    written(&paper, &id, TaskStatus::Completed).await;
    drop(engine);
    assert_eq!(reached(&process(&paper), &id, "completed").await, before);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_not_finished_lost_its_worker() {
    let paper = Arc::<Paper>::default();
    let id = begun(&process(&paper), "asks").await;
    let lost = reached(&process(&paper), &id, "failed").await;
    assert_eq!(lost["statusMessage"], "worker lost");
    assert!(lost["error"]["message"].as_str().unwrap().starts_with("worker lost"));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_task_stays_cancelled_in_the_next_process() {
    let paper = Arc::<Paper>::default();
    let engine = process(&paper);
    let id = begun(&engine, "never_ends").await;
    said(&engine, "tasks/cancel", json!({"taskId": id})).await.result();
    written(&paper, &id, TaskStatus::Cancelled).await;
    reached(&process(&paper), &id, "cancelled").await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_down_is_no_task() {
    let paper = Arc::<Paper>::default();
    paper.is_full.store(true, Ordering::SeqCst);
    let engine = process(&paper);
    let refused = said(&engine, "tools/call", json!({"name": "later"})).await;
    assert_eq!(refused.code(), -32603);
}

#[tokio::test(start_paused = true)]
async fn a_task_is_forgotten_everywhere_after_its_time() {
    let paper = Arc::<Paper>::default();
    let engine = process(&paper);
    let id = begun(&engine, "later").await;
    tokio::time::sleep(std::time::Duration::from_secs(3601)).await;
    assert_eq!(said(&engine, "tasks/get", json!({"taskId": id})).await.code(), -32602);
    assert!(paper.records.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_overdue_is_not_taken_over() {
    let paper = Arc::<Paper>::default();
    let engine = process(&paper);
    let id = begun(&engine, "later").await;
    written(&paper, &id, TaskStatus::Completed).await;
    paper.records.lock().unwrap().get_mut(&*id).unwrap().task.created_at = std::time::UNIX_EPOCH;
    assert_eq!(said(&process(&paper), "tasks/get", json!({"taskId": id})).await.code(), -32602);
}

#[tokio::test(start_paused = true)]
async fn tasks_of_sessions_end_with_their_process() {
    let paper = Arc::<Paper>::default();
    let engine = process(&paper);
    let client = shaken(&engine, "2025-11-25").await;
    let call = json!({"name": "later", "arguments": {}, "task": {}});
    let created = hear(send(&engine, &client, request(1, "tools/call", call))).await;
    assert!(created.result()["task"]["taskId"].is_string());
    assert!(paper.records.lock().unwrap().is_empty());
}

/// The code that this principal gets for a task, if it is refused.
async fn refused(engine: &Engine, principal: Option<Principal>, id: &str) -> Option<i64> {
    let connection = engine.connect_as(principal);
    let heard = hear(send(engine, &connection, ask("tasks/get", json!({"taskId": id})))).await;
    heard.response["error"]["code"].as_i64()
}

/// A task of this principal's.
async fn begun_by(engine: &Engine, principal: Option<Principal>) -> String {
    let connection = engine.connect_as(principal);
    let call = ask("tools/call", json!({"name": "never_ends"}));
    let heard = hear(send(engine, &connection, call)).await;
    heard.result()["taskId"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_task_is_its_owners_in_the_next_process_too() {
    // TASK-12
    let paper = Arc::<Paper>::default();
    let [ann, bob] = ["ann", "bob"].map(|name| Some(Principal::of_subject(name)));
    let engine = process(&paper);
    let (hers, nobodys) = (begun_by(&engine, ann.clone()).await, begun_by(&engine, None).await);
    let kept: Vec<_> = paper.records.lock().unwrap().values().map(|record| format!("{record:?}")).collect();
    assert!(kept.iter().all(|record| !record.contains("ann")), "{kept:?}");
    drop(engine);
    let next = process(&paper);
    assert_eq!(refused(&next, ann.clone(), &hers).await, None);
    assert_eq!(refused(&next, bob.clone(), &hers).await, Some(-32602));
    assert_eq!(refused(&next, None, &hers).await, Some(-32602));
    assert_eq!(refused(&next, None, &nobodys).await, None);
    assert_eq!(refused(&next, ann, &nobodys).await, Some(-32602));
}

#[cfg(feature = "sqlite")]
mod in_a_file {
    use super::*;
    use oxmcp_core::engine::SqliteTaskStore;

    /// A file in a folder of its own, which goes with it.
    struct File(std::path::PathBuf);

    impl File {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("oxmcp-tasks-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn open(&self) -> Result<SqliteTaskStore> {
            SqliteTaskStore::open(self.0.join("tasks.sqlite"))
        }

        fn process(&self) -> Engine {
            let store: Arc<dyn TaskStore> = Arc::new(self.open().unwrap());
            serving(tools(), TaskOptions { store: Some(store), ..TaskOptions::default() })
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// What it ran is gone with it.
    fn in_a_process_of_its_own<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn results_are_kept_and_what_ran_is_lost() {
        let file = File::new("kept");
        let (finished, running) = in_a_process_of_its_own(async {
            let engine = file.process();
            let finished = begun(&engine, "later").await;
            reached(&engine, &finished, "completed").await;
            (finished, begun(&engine, "never_ends").await)
        });
        in_a_process_of_its_own(async {
            let engine = file.process();
            let done = reached(&engine, &finished, "completed").await;
            assert_eq!(done["result"]["content"][0]["text"], "done");
            assert_eq!(reached(&engine, &running, "failed").await["statusMessage"], "worker lost");
        });
    }

    #[test]
    fn owners_are_kept() {
        let file = File::new("owned");
        let [ann, bob] = ["ann", "bob"].map(|name| Some(Principal::of_subject(name)));
        let id = in_a_process_of_its_own(async { begun_by(&file.process(), ann.clone()).await });
        in_a_process_of_its_own(async {
            let engine = file.process();
            assert_eq!(refused(&engine, ann, &id).await, None);
            assert_eq!(refused(&engine, bob, &id).await, Some(-32602));
            assert_eq!(refused(&engine, None, &id).await, Some(-32602));
        });
    }

    #[test]
    fn a_file_from_before_tasks_had_owners_is_read_and_written() {
        let file = File::new("ownerless");
        let id = in_a_process_of_its_own(async { begun_by(&file.process(), None).await });
        let connection = rusqlite::Connection::open(file.0.join("tasks.sqlite")).unwrap();
        connection.execute_batch("ALTER TABLE tasks DROP COLUMN owner; PRAGMA user_version = 1").unwrap();
        drop(connection);
        in_a_process_of_its_own(async {
            let engine = file.process();
            assert_eq!(refused(&engine, None, &id).await, None);
            let ann = Some(Principal::of_subject("ann"));
            begun_by(&engine, ann.clone()).await;
            assert_eq!(refused(&engine, ann, &id).await, Some(-32602));
        });
    }

    #[test]
    fn a_file_is_used_by_one_at_a_time() {
        let file = File::new("shared");
        let first = file.open().unwrap();
        let refused = file.open().err().unwrap();
        assert!(refused.to_string().contains("the file is in use"), "{refused}");
        drop(first);
        file.open().unwrap();
    }

    #[test]
    fn an_engine_that_somebody_holds_lets_go_of_its_file() {
        let file = File::new("let-go");
        in_a_process_of_its_own(async {
            let engine = file.process();
            assert!(file.open().is_err());
            engine.close_task_store();
            file.open().unwrap();
        });
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let refused = SqliteTaskStore::open("/nowhere/tasks.sqlite").err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Io);
        assert!(refused.to_string().contains("/nowhere/tasks.sqlite"));
    }
}
