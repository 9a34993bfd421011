//! Work beside the client's requests: a handler of notifications, a question of the server's own.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Engine;
use super::asking::Asker;
use super::questions::stands_around_nothing;
use crate::eras::{InFlight, Told};
use crate::handler::{
    Answered, CallContext, Event, Events, Failure, FailureKind, Handler, Invocation, Origin, PendingQuestion,
    event_channel,
};
use crate::json::{self, RawJson};
use crate::model::Question;

impl Engine {
    /// Asks a client that no call of its is under way for: that of the session with this id, or without an id the only one at a
    /// duplex connection. Over HTTP the question travels on the session's own stream (LHTTP-8). Dropping the future takes it
    /// back.
    ///
    /// # Errors
    /// As [`CallContext::ask`]; [`FailureKind::CannotAsk`] also where there is no such client.
    pub fn ask(
        &self,
        session_id: Option<&str>,
        question: Question,
    ) -> impl Future<Output = Answered> + Send + use<> {
        let client = self.0.eras.client(session_id);
        async move {
            let Some((caller, in_flight)) = client else {
                let message = "there is no client here that could be asked outside of its calls";
                return Err(Failure::new(FailureKind::CannotAsk, message));
            };
            let caller = Arc::new(caller);
            let (sender, events) = event_channel(false, None);
            let asker = Asker::of_session(in_flight, Arc::clone(&caller));
            let context = CallContext::new(caller, sender);
            attend(context.ask(question), events, asker, Heard::Nothing).await
        }
    }
}

/// Who hears of a notification that something stands around.
pub(super) enum Heard {
    /// It stands around none.
    Nothing,
    /// Nobody.
    ByNobody,
    /// The author's handler.
    By(Box<Listener>),
}

/// A handler of notifications, and what it is told.
pub(super) struct Listener {
    handler: Arc<dyn Handler>,
    invocation: Invocation,
    in_flight: Arc<InFlight>,
}

impl Heard {
    pub(super) fn by(told: Told, origin: &Origin) -> Self {
        let Told { handler, mut invocation, in_flight, .. } = told;
        invocation.context.origin = origin.clone();
        Self::By(Box::new(Listener { handler, invocation, in_flight }))
    }

    /// Goes on with the notification, for `pending`.
    fn tell(&self, pending: PendingQuestion) -> Option<Behind> {
        match self {
            Self::Nothing => {
                pending.answer(Err(stands_around_nothing()));
                None
            }
            Self::ByNobody => {
                pending.answer(Ok(RawJson::empty_object()));
                None
            }
            Self::By(listener) => Some(Behind { work: listener.tell(&pending), pending }),
        }
    }
}

impl Listener {
    fn tell(&self, pending: &PendingQuestion) -> Work {
        let mut invocation = self.invocation.clone();
        if let Some(params) = pending.question.param("params").filter(|text| json::is_object(text)) {
            invocation.arguments = RawJson::from_checked(params);
        }
        let (sender, events) = event_channel(false, invocation.context.caller.log_threshold);
        invocation.context.events = sender;
        let caller = Arc::clone(&invocation.context.caller);
        let asker = Asker::of_session(Arc::clone(&self.in_flight), caller);
        let told = self.handler.invoke(invocation);
        Box::pin(async move { attend(told, events, asker, Heard::Nothing).await.map(drop) })
    }
}

type Work = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// A handler that runs for whoever stands around its notification.
struct Behind {
    work: Work,
    pending: PendingQuestion,
}

/// Does `work` to its end; what it says and asks meanwhile goes out with what is unsolicited.
pub(super) async fn attend<T>(
    work: impl Future<Output = T>,
    mut events: Events,
    mut asker: Asker,
    heard: Heard,
) -> T {
    let mut work = pin!(work);
    let mut behind: Vec<Behind> = Vec::new();
    let done = poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            match events.poll_next(cx) {
                Poll::Ready(Event::Ask(pending)) if pending.question.method == Question::NEXT => {
                    behind.extend(heard.tell(*pending));
                }
                // Nothing is written here: there is no stream.
                Poll::Ready(Event::Ask(pending)) => drop(asker.ask(*pending)),
                Poll::Ready(Event::Withdraw(number)) => {
                    behind.retain(|behind| behind.pending.number() != number);
                    drop(asker.withdraw(number));
                }
                Poll::Ready(said) => asker.session().tell_event(&said),
                Poll::Pending => {
                    if poll_behind(&mut behind, cx) {
                        continue;
                    }
                    while asker.poll(cx).is_ready() {}
                    return Poll::Pending;
                }
            }
        }
    });
    let done = done.await;
    while let Some(said) = events.take() {
        asker.session().tell_event(&said);
    }
    events.finish();
    done
}

/// Goes on with those; returns whether somebody was told something.
fn poll_behind(behind: &mut Vec<Behind>, cx: &mut Context<'_>) -> bool {
    let mut told = false;
    let mut place = 0;
    while let Some(running) = behind.get_mut(place) {
        match running.work.as_mut().poll(cx) {
            Poll::Pending => place += 1,
            Poll::Ready(done) => {
                behind.swap_remove(place).pending.answer(done.map(|()| RawJson::empty_object()));
                told = true;
            }
        }
    }
    told
}
