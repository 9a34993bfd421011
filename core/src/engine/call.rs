//! A call under way: what it says, what it asks, what comes of it.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::asking::Asker;
use super::dispatch::Running;
use super::exchange::Outgoing;
use super::pages;
use super::rounds::{Round, Rounds, Turn};
use super::standing::Standing;
use super::tasks;
use super::work::Work;
use super::{Edge, Engine};
use crate::eras::{Answer, Asked, Ended, Flight, Said, Session, Stream, Voice, WayToAsk};
use crate::handler::{Event, Events, Failure, FailureKind, Origin, PendingQuestion, StreamToClose};
use crate::model::{InputRequired, OperationKind, Output, Question};
use crate::registry::Snapshot;

/// A call under way.
pub(super) struct Call {
    pub(super) work: Work,
    pub(super) kind: OperationKind,
    pub(super) events: Events,
    pub(super) voice: Voice,
    pub(super) flight: Option<Flight>,
    pub(super) survives_disconnect: bool,
    /// What the server offered when it was asked.
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) origin: Origin,
    /// The connection the peer is at, if it is at one.
    pub(super) connection: Option<u64>,
    pub(super) rounds: Arc<Rounds>,
    /// Where its questions are written.
    pub(super) stream: Stream,
    /// What became of its questions, if it has asked any. After `events`: what is over is over without a word.
    pub(super) asking: Option<Box<Asking>>,
    /// Where the stream can be resumed.
    pub(super) session: Option<Arc<Session>>,
    /// The answer, while events from before it are still being told.
    pub(super) said: Option<Said>,
}

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
    fn mind_the_clock(&mut self, work: &mut Work) {
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

impl Engine {
    /// The call that `asked` begins.
    #[expect(clippy::inline_always, reason = "or its many parts are copied twice, for every call")]
    #[inline(always)]
    pub(super) fn call(
        &self,
        asked: Asked,
        running: Running,
        events: Events,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> Call {
        Call {
            kind: running.kind(),
            work: Work::Handler(running),
            events,
            voice: asked.voice,
            flight,
            survives_disconnect: asked.survives_disconnect,
            snapshot: asked.snapshot,
            origin: origin.clone(),
            connection: edge.connection(),
            rounds: Arc::clone(&self.0.rounds),
            stream: Stream::OfCall,
            asking: None,
            session: asked.session,
            said: None,
        }
    }
}

impl Call {
    /// What comes next, where it stands around a request.
    pub(super) fn standing(&self) -> Option<&Standing> {
        self.asking.as_ref()?.standing.as_deref()
    }

    /// [`Call::standing`], to change it.
    pub(super) fn standing_mut(&mut self) -> Option<&mut Standing> {
        self.asking.as_mut()?.standing.as_deref_mut()
    }

    pub(super) fn shut_down(&self, reason: &str) -> Outgoing {
        if let Some(closed) = self.standing().and_then(Standing::close_subscription) {
            return closed;
        }
        let failure = Failure::new(FailureKind::ShutDown, reason);
        self.voice.failure(self.kind, &failure).into()
    }

    /// The questions that wait for answers, for whoever keeps them from here on.
    pub(super) fn take_questions(&mut self) -> Vec<PendingQuestion> {
        let round = self.asking.as_mut().and_then(|asking| asking.round.as_mut());
        round.map(|round| std::mem::take(&mut round.open)).unwrap_or_default()
    }

    /// What is to be written for an event, if anything.
    fn tell(&mut self, event: Event) -> Option<Outgoing> {
        match event {
            Event::Ask(pending) => self.ask(*pending),
            Event::Withdraw(number) => self.withdraw(number),
            Event::CloseStream(which) => return self.close_stream(which),
            said => {
                if let Some(task) = self.asking.as_ref().and_then(|asking| asking.task.as_ref()) {
                    task.hear(&said);
                }
                self.voice.event(&said)
            }
        }
        .map(Outgoing::Message)
    }

    /// Asks the client; returns what is to be written for it now, if anything.
    #[cold]
    fn ask(&mut self, pending: PendingQuestion) -> Option<String> {
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
    fn withdraw(&mut self, number: u32) -> Option<String> {
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
    fn respond_around(&mut self) -> Option<Outgoing> {
        let said = self.standing().is_some().then(|| self.said.take()).flatten()?;
        Some(self.standing_mut()?.respond(said))
    }

    /// What a handler that returned its questions is answered with; `None` where it is invoked again at once.
    #[cold]
    fn asks(&mut self, input: InputRequired) -> Option<Said> {
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
    fn last_of_questions(&mut self) -> Option<Outgoing> {
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

    /// Without a session there is nothing to come back to.
    #[cold]
    fn close_stream(&self, which: StreamToClose) -> Option<Outgoing> {
        let session = self.session.as_ref().filter(|session| session.primes_streams())?;
        match which {
            StreamToClose::OfCall => Some(Outgoing::CloseStream),
            StreamToClose::OfSession => {
                session.close_streams();
                None
            }
        }
    }

    /// Whether it is a task, and has no request any more.
    pub(super) fn is_task(&self) -> bool {
        self.asking.as_ref().is_some_and(|asking| asking.task.is_some())
    }

    /// What to write; `None` when the call is to be parked, or to go on as a task. Never polled again after anything but a message.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        match self.flight.as_ref().and_then(|flight| flight.poll_ended(context)) {
            None => {}
            Some(ended) => {
                let ended = ended.clone();
                if let Some(last) = self.last_of_questions() {
                    return Poll::Ready(Some(last));
                }
                return Poll::Ready(Some(match ended {
                    Ended::Cancelled => Outgoing::Cancelled(self.voice.cancelled()),
                    Ended::ShutDown(reason) => self.shut_down(&reason),
                }));
            }
        }
        loop {
            // What was emitted goes out before what comes of the next step.
            while let Some(event) = self.events.take() {
                if matches!(event, Event::BecomeTask) {
                    return Poll::Ready(None);
                }
                if let Some(outgoing) = self.tell(event) {
                    return Poll::Ready(Some(outgoing));
                }
            }
            if self.said.is_some() {
                if self.asking.is_some() {
                    if let Some(last) = self.last_of_questions() {
                        return Poll::Ready(Some(last));
                    }
                    if let Some(responded) = self.respond_around() {
                        return Poll::Ready(Some(responded));
                    }
                }
                if let Some(said) = self.said.take() {
                    return Poll::Ready(Some(said.into()));
                }
            }
            if let Some(asking) = &mut self.asking {
                asking.mind_the_clock(&mut self.work);
            }
            match self.work.poll(context) {
                Poll::Ready(result) => {
                    self.said = match result {
                        Ok(Answer::Output { output: Output::InputRequired(input), .. }) => self.asks(input),
                        Ok(answer) => Some(self.voice.answer(&answer)),
                        Err(failure) => match pages::to_visit(&failure, self.kind, self.voice.way_to_ask()) {
                            Some(input) => self.asks(input),
                            None => Some(self.voice.failure(self.kind, &failure)),
                        },
                    };
                }
                Poll::Pending => match self.events.poll_next(context) {
                    Poll::Ready(Event::BecomeTask) => return Poll::Ready(None),
                    Poll::Ready(event) => {
                        if let Some(outgoing) = self.tell(event) {
                            return Poll::Ready(Some(outgoing));
                        }
                    }
                    // Everything it has said is out.
                    Poll::Pending => {
                        let Some(asking) = &mut self.asking else { return Poll::Pending };
                        if let Some(standing) = &mut asking.standing {
                            match standing.poll(context) {
                                Poll::Ready(None) => continue,
                                Poll::Ready(said) => return Poll::Ready(said),
                                Poll::Pending => {}
                            }
                        }
                        if let Some(asker) = &mut asking.asker {
                            if let Some(message) = std::task::ready!(asker.poll(context)) {
                                return Poll::Ready(Some(Outgoing::Message(message)));
                            }
                            continue;
                        }
                        match self.turn() {
                            Turn::Wait => return Poll::Pending,
                            Turn::GoOn => {}
                            Turn::Ask => return Poll::Ready(None),
                        }
                    }
                },
            }
        }
    }
}

/// Why nothing comes next.
pub(super) fn stands_around_nothing() -> Failure {
    Failure::new(FailureKind::CannotAsk, "there is nothing to go on with: this call stands around no method")
}
