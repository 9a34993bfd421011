//! What a call asks its client, and what it stands around.

use std::sync::Arc;
use std::time::Duration;

use super::asking::Asker;
use super::call::Call;
use super::exchange::Outgoing;
use super::rounds::Round;
use super::standing::Standing;
use super::tasks;
use super::work::Work;
use crate::eras::{Said, Stream, WayToAsk};
use crate::handler::{Failure, FailureKind, PendingQuestion};
use crate::model::{InputRequired, Question};

/// What has to do with the questions of a call.
#[derive(Default)]
pub(super) struct Asking {
    /// Where they are requests of ours.
    pub(super) asker: Option<Asker>,
    /// What was asked of the client, where it answers by calling again.
    pub(super) round: Option<Box<Round>>,
    /// Why no answer can come in any more.
    pub(super) unheard: Option<Failure>,
    /// What is left of the call's time, as long as its client has a request of ours to answer.
    pub(super) left: Option<Duration>,
    /// What comes next, where it stands around a request.
    pub(super) standing: Option<Box<Standing>>,
    /// The task that the call is.
    pub(super) task: Option<Arc<tasks::Entry>>,
}

impl Asking {
    /// The time a client takes is not the tool's, in neither era (CAN-9): while anything is open the clock of the call stands.
    pub(super) fn mind_the_clock(&mut self, work: &mut Work) {
        let waits = self.asker.as_ref().is_some_and(Asker::waits)
            || self.task.as_ref().is_some_and(|task| task.is_asking());
        match self.left {
            None if waits => self.left = work.hold(),
            Some(left) if !waits => {
                work.go_on(left);
                self.left = None;
            }
            _ => {}
        }
    }
}

impl Call {
    /// The questions that wait for answers, for whoever keeps them from here on.
    pub(super) fn take_questions(&mut self) -> Vec<PendingQuestion> {
        let round = self.asking.as_mut().and_then(|asking| asking.round.as_mut());
        round.map(|round| std::mem::take(&mut round.open)).unwrap_or_default()
    }

    /// Asks the client; returns what is to be written for it now, if anything.
    #[cold]
    pub(super) fn ask(&mut self, pending: PendingQuestion) -> Option<String> {
        if self.said.is_some() {
            // It came to its end without waiting for the answer.
            self.events.finish();
            return None;
        }
        if pending.question.method == Question::NEXT {
            self.go_on_with(pending);
            return None;
        }
        match self.voice.way_to_ask() {
            WayToAsk::Requests => self.ask_by_request(pending),
            WayToAsk::Retries if self.standing().is_some() => {
                let message = "the client cannot be asked by what stands around a method: a client of this protocol version is \
                               asked by the handler alone";
                pending.answer(Err(Failure::new(FailureKind::CannotAsk, message)));
                None
            }
            WayToAsk::Retries => {
                self.ask_by_retry(pending);
                None
            }
        }
    }

    /// Goes on with what the call stands around.
    fn go_on_with(&mut self, pending: PendingQuestion) {
        let standing = self.asking.as_mut().and_then(|asking| asking.standing.as_mut());
        match standing {
            Some(standing) => standing.next(pending, self.flight.as_ref(), &self.origin, self.stream),
            None => pending.answer(Err(stands_around_nothing())),
        }
    }

    fn ask_by_request(&mut self, pending: PendingQuestion) -> Option<String> {
        if let Some(asker) = self.asking.as_mut().and_then(|asking| asking.asker.as_mut())
            && self.flight.is_none()
        {
            return asker.ask(pending);
        }
        let Some(flight) = &self.flight else {
            let message =
                "the client cannot be asked: it is served without a session here, request by request";
            pending.answer(Err(Failure::new(FailureKind::CannotAsk, message)));
            return None;
        };
        let asking = self.asking.get_or_insert_default();
        if let Some(failure) = &asking.unheard {
            pending.answer(Err(failure.clone()));
            return None;
        }
        let (caller, stream) = (self.voice.caller(), self.stream);
        let asker = asking
            .asker
            .get_or_insert_with(|| Asker::of_call(Arc::clone(flight.table()), Arc::clone(caller), stream));
        asker.ask(pending)
    }

    /// Takes a question back that nobody waits for any more; returns what is to be written for it, if anything.
    #[cold]
    pub(super) fn withdraw(&mut self, number: u32) -> Option<String> {
        let asking = self.asking.as_mut()?;
        if let Some(round) = &mut asking.round {
            round.open.retain(|pending| pending.number() != number);
        }
        if let Some(standing) = &mut asking.standing {
            standing.withdraw(number);
        }
        if let Some(task) = &asking.task {
            task.withdraw(number);
        }
        asking.asker.as_mut()?.withdraw(number)
    }

    /// The response, where it stands around a request.
    #[cold]
    pub(super) fn respond_around(&mut self) -> Option<Outgoing> {
        let said = self.standing().is_some().then(|| self.said.take()).flatten()?;
        Some(self.standing_mut()?.respond(said))
    }

    /// What a handler that returned its questions is answered with; `None` where it is invoked again at once.
    #[cold]
    pub(super) fn asks(&mut self, input: InputRequired) -> Option<Said> {
        if self.standing().is_some() {
            let detail = "what stands around a method answered with questions of its own";
            let failure = Failure::new(FailureKind::Internal, "internal error").with_detail(detail);
            return Some(self.voice.failure(self.kind, &failure));
        }
        match self.voice.way_to_ask() {
            // A task is answered while it waits.
            WayToAsk::Retries if !self.is_task() => Some(self.require_input(&input)),
            WayToAsk::Requests | WayToAsk::Retries => {
                self.invoke_again(input);
                None
            }
        }
    }

    /// What is still to be written of the questions of a call that is over.
    #[cold]
    pub(super) fn last_of_questions(&mut self) -> Option<Outgoing> {
        let asker = self.asking.as_mut()?.asker.as_mut()?;
        self.events.finish();
        asker.end().map(Outgoing::Message)
    }

    pub(super) fn stop_asking(&mut self, reason: &str) {
        let asking = self.asking.get_or_insert_default();
        if asking.unheard.is_none() {
            let failure = Failure::new(FailureKind::ShutDown, reason);
            if let Some(asker) = &mut asking.asker {
                asker.stop(&failure);
            }
            asking.unheard = Some(failure);
        }
        for state in asking.standing.iter_mut().flat_map(|standing| standing.states()) {
            state.stop_asking(reason);
        }
    }

    /// Questions are asked there from now on.
    pub(super) fn ask_on(&mut self, stream: Stream) {
        // What left its stream does not come back to it.
        if self.stream != Stream::OfSession {
            self.stream = stream;
            if let Some(asker) = self.asking.as_mut().and_then(|asking| asking.asker.as_mut()) {
                asker.move_to(stream);
            }
            for state in self.standing_mut().into_iter().flat_map(Standing::states) {
                state.ask_on(stream);
            }
        }
    }
}

/// Why nothing comes next.
pub(super) fn stands_around_nothing() -> Failure {
    Failure::new(FailureKind::CannotAsk, "there is nothing to go on with: this call stands around no method")
}
