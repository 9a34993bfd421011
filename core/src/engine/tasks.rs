//! Calls that go on after their request was answered with a task (TASK-*): each on its own, until its time is over.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::call::Call;
use super::exchange::Outgoing;
use crate::eras::{Said, TaskNews, TaskRequest, TaskWord, WireError};
use crate::handler::PendingQuestion;
use crate::json;
use crate::jsonrpc::error_code;
use crate::model::{Task, TaskStatus};

/// How often clients are told to ask.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The tasks of an engine.
#[derive(Clone)]
pub(super) struct Tasks {
    table: Arc<Mutex<HashMap<String, Arc<Entry>>>>,
    max: usize,
    max_result_bytes: usize,
    ttl: Duration,
}

struct Entry {
    id: String,
    created_at: SystemTime,
    state: Mutex<State>,
    cancelled: Notify,
}

struct State {
    status: TaskStatus,
    last_updated_at: SystemTime,
    /// The questions that are not answered.
    open: Vec<PendingQuestion>,
    /// The call's result or error, when it is over.
    outcome: String,
}

impl Tasks {
    pub(super) fn new(max: usize, max_result_bytes: usize, ttl: Duration) -> Self {
        Self { table: Arc::default(), max, max_result_bytes, ttl }
    }

    /// Lets `call` go on as a task, which can be asked for from now on (TASK-3); gives it back where there is no room.
    pub(super) fn begin(&self, call: Call) -> Result<Task, Box<Call>> {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return Err(Box::new(call)) };
        let mut bytes = [0; 32];
        if getrandom::fill(&mut bytes).is_err() {
            return Err(Box::new(call));
        }
        let now = SystemTime::now();
        let state = State {
            status: TaskStatus::Working,
            last_updated_at: now,
            open: Vec::new(),
            outcome: String::new(),
        };
        let entry = Arc::new(Entry {
            id: URL_SAFE_NO_PAD.encode(bytes),
            created_at: now,
            state: Mutex::new(state),
            cancelled: Notify::new(),
        });
        {
            let mut table = self.table();
            if table.len() >= self.max {
                return Err(Box::new(call));
            }
            table.insert(entry.id.clone(), Arc::clone(&entry));
        }
        let task = self.describe(&entry, &entry.state());
        runtime.spawn(self.clone().run(entry, call));
        Ok(task)
    }

    /// Answers a request about a task.
    pub(super) fn answer(&self, request: &TaskRequest) -> Said {
        let TaskRequest { word, id, answers, voice } = request;
        let wrong =
            |message: String| WireError::new(error_code::INVALID_PARAMS, message, 200).say(Some(voice.id()));
        let Some(entry) = self.table().get(id).cloned() else {
            return wrong("taskId: there is no such task, or it was over too long ago".to_owned());
        };
        match word {
            TaskWord::Get => {
                let state = entry.state();
                let task = self.describe(&entry, &state);
                let questions: Vec<_> =
                    state.open.iter().map(|pending| (key(pending), &pending.question)).collect();
                let news = match state.status {
                    TaskStatus::InputRequired => TaskNews::Questions(&questions),
                    TaskStatus::Completed => TaskNews::Result(&state.outcome),
                    TaskStatus::Failed => TaskNews::Error(&state.outcome),
                    TaskStatus::Working | TaskStatus::Cancelled => TaskNews::None,
                };
                voice.task(&task, news)
            }
            TaskWord::Update => match entry.update(answers) {
                Ok(()) => voice.answer(&crate::eras::Answer::Empty),
                Err(why) => wrong(why),
            },
            TaskWord::Cancel => {
                entry.end(TaskStatus::Cancelled, String::new());
                entry.cancelled.notify_one();
                voice.answer(&crate::eras::Answer::Empty)
            }
        }
    }

    async fn run(self, entry: Arc<Entry>, mut call: Call) {
        let end = Instant::now() + self.ttl;
        tokio::select! {
            biased;
            () = entry.cancelled.notified() => {}
            () = sleep_until(end) => {}
            body = entry.finish(&mut call) => self.keep(&entry, &body),
        }
        drop(call);
        sleep_until(end).await;
        self.table().remove(&entry.id);
    }

    /// Keeps what came of the call, a JSON-RPC response.
    fn keep(&self, entry: &Entry, body: &str) {
        let failed = |message: &str| {
            let code = error_code::INTERNAL_ERROR;
            entry.end(TaskStatus::Failed, format!("{{\"code\":{code},\"message\":\"{message}\"}}"));
        };
        if body.len() > self.max_result_bytes {
            return failed("the result of this task is too long to be kept");
        }
        if let Some(error) = json::member(body, "error") {
            return entry.end(TaskStatus::Failed, error.to_owned());
        }
        match json::member(body, "result") {
            Some(result) if json::member(result, "resultType") != Some("\"input_required\"") => {
                entry.end(TaskStatus::Completed, result.to_owned());
            }
            Some(_) => failed("a task cannot return its questions: it has to wait for their answers"),
            None => failed("the task ended without a result"),
        }
    }

    fn describe(&self, entry: &Entry, state: &State) -> Task {
        Task {
            id: entry.id.clone(),
            status: state.status,
            created_at: entry.created_at,
            last_updated_at: state.last_updated_at,
            ttl: self.ttl,
            poll_interval: POLL_INTERVAL,
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        // The table is whole after every statement above.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// The call's response. Its questions are kept here; what it reports meanwhile is not told (TASK-11).
    async fn finish(&self, call: &mut Call) -> String {
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

    /// Gives the answers to the questions they belong to; others are nobody's (TASK-8).
    fn update(&self, answers: &[(String, crate::json::RawJson)]) -> Result<(), String> {
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
        if !told.is_empty() && state.open.is_empty() {
            state.change(TaskStatus::Working);
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

    /// It is over; what is over already stays as it is.
    fn end(&self, status: TaskStatus, outcome: String) {
        let mut state = self.state();
        if state.status.is_final() {
            return;
        }
        state.outcome = outcome;
        state.change(status);
        let open = std::mem::take(&mut state.open);
        drop(state);
        drop(open);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement above.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn change(&mut self, status: TaskStatus) {
        self.status = status;
        self.last_updated_at = SystemTime::now();
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tasks").field("held", &self.table().len()).finish_non_exhaustive()
    }
}

/// Numbers are never used twice in a call (TASK-8).
fn key(pending: &PendingQuestion) -> String {
    format!("q{}", pending.number())
}
