//! A call under way: what it says, what it asks, what comes of it.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::dispatch::Running;
use super::exchange::Outgoing;
use super::pages;
use super::questions::Asking;
use super::rounds::{Rounds, Turn};
use super::standing::Standing;
use super::work::Work;
use super::{Edge, Engine};
use crate::eras::{Answer, Asked, Ended, Flight, Said, Session, Stream, Voice};
use crate::handler::{Event, Events, Failure, FailureKind, Origin, StreamToClose};
use crate::model::{OperationKind, Output};
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
