//! Whether a call becomes a task, and when: at once, or when its author says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Entry, Owner, Reserved, Tasks};
use crate::engine::asking::Asker;
use crate::engine::call::Call;
use crate::engine::dispatch::Running;
use crate::engine::questions::Asking;
use crate::engine::state::State;
use crate::engine::{Edge, Engine};
use crate::eras::{Asked, Flight, TaskWish, Voice, WayToAsk, task_refused, task_wish};
use crate::handler::{Events, Failure, FailureKind, Origin, TaskOpener};
use crate::model::{Operation, OperationKind, Task, TaskSupport};
use crate::registry::Registry;

impl Engine {
    /// Looks, before its handler is invoked, whether a call becomes a task at once; where it may later, `events` let it.
    #[cold]
    pub(in crate::engine) fn prepare_task(
        &self,
        asked: &Asked,
        events: &Events,
        edge: &Edge,
    ) -> Result<Option<Reserved>, Failure> {
        let Operation::CallTool { name, .. } = &asked.operation else { return Ok(None) };
        let caller = asked.voice.caller();
        let wish = task_wish(caller);
        let may_become = |wish: TaskWish, poll_interval| {
            events.may_become_task(Arc::new(Opener {
                tasks: self.0.rounds.tasks.clone(),
                owner: Owner::of(caller, edge),
                ttl: wish.ttl,
                poll_interval,
                reserved: Mutex::default(),
            }));
        };
        if asked.whole.is_some() {
            if let Some(wish) = wish {
                may_become(wish, None);
            }
            return Ok(None);
        }
        let Some(entry) = asked.snapshot.tool(name) else { return Ok(None) };
        if let Some(refusal) = task_refused(caller, entry.tasks, wish.is_some()) {
            return Err(refusal);
        }
        let Some(wish) = wish.filter(|_| entry.tasks != TaskSupport::Forbidden) else { return Ok(None) };
        let manner = entry.tool.task;
        if manner.when_told && !wish.at_once {
            may_become(wish, manner.poll_interval);
            return Ok(None);
        }
        let owner = Owner::of(caller, edge);
        let reserved = self.0.rounds.tasks.reserve(owner, wish.ttl, manner.poll_interval)?;
        events.begin_as_task(Arc::clone(&reserved.task));
        Ok(Some(reserved))
    }

    /// Answers with a task, and lets the call go on.
    #[cold]
    pub(in crate::engine) fn begin_task(
        &self,
        asked: Asked,
        running: Running,
        events: Events,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        self.call(asked, running, events, flight, edge, origin).become_task()
    }
}

/// Makes a task of one call.
struct Opener {
    tasks: Tasks,
    owner: Owner,
    ttl: Option<Duration>,
    poll_interval: Option<Duration>,
    /// Until the call goes on as it.
    reserved: Mutex<Option<Reserved>>,
}

impl TaskOpener for Opener {
    fn open(&self) -> Option<Arc<Task>> {
        let reserved = self.tasks.reserve(self.owner.clone(), self.ttl, self.poll_interval).ok()?;
        let task = Arc::clone(&reserved.task);
        // An option is whole whatever happened while it was locked.
        *self.reserved.lock().unwrap_or_else(PoisonError::into_inner) = Some(reserved);
        Some(task)
    }
}

impl Call {
    /// Leaves its request, which is answered by what this returns.
    pub(in crate::engine) fn leave(self) -> State {
        if self.events.task().is_some() { self.become_task() } else { State::last(self.park()) }
    }

    /// Goes on as the task it was said to be.
    fn become_task(self) -> State {
        let voice = self.voice.clone();
        let tasks = self.rounds.tasks.clone();
        let failed = |voice: &Voice| {
            let failure = Failure::new(FailureKind::Internal, "internal error");
            voice.failure(OperationKind::CallTool, &failure)
        };
        match self.events.task().and_then(|task| tasks.begin(&task.id, self)) {
            Some((task, None)) => State::said(voice.task_created(&task)),
            Some((task, Some(kept))) => State::Opening(Box::pin(async move {
                let is_kept = kept.await.unwrap_or(false);
                if is_kept { voice.task_created(&task) } else { failed(&voice) }.into()
            })),
            None => State::said(failed(&voice)),
        }
    }

    /// It has no request any more: what it says and asks is the task's.
    pub(super) fn go_on_as(&mut self, task: &Arc<Entry>, registry: &Registry) {
        let table = self.flight.take().map(|flight| Arc::clone(flight.table()));
        self.survives_disconnect = false;
        self.work.become_task();
        self.session = None;
        task.belong_to(self.voice.unheard(), table.clone(), registry.clone());
        let asking = self.asking.get_or_insert_with(|| Box::new(Asking::default()));
        asking.task = Some(Arc::clone(task));
        if let (WayToAsk::Requests, Some(table)) = (self.voice.way_to_ask(), table) {
            let caller = Arc::clone(self.voice.caller());
            asking.asker.get_or_insert_with(|| Asker::of_task(table, caller));
        }
    }

    /// Whether its client has yet to answer it.
    pub(super) fn is_asking(&self) -> bool {
        let asking = self.asking.as_ref();
        asking.and_then(|asking| asking.asker.as_ref()).is_some_and(Asker::waits)
    }
}
