//! Work beside the client's requests: a handler of notifications, a question of the server's own.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::Engine;
use super::asking::Asker;
use crate::handler::{Answered, CallContext, Event, Events, Failure, FailureKind, event_channel};
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
            attend(context.ask(question), events, asker).await
        }
    }
}

/// Does `work` to its end; what it says and asks meanwhile goes out with what is unsolicited.
pub(super) async fn attend<T>(work: impl Future<Output = T>, mut events: Events, mut asker: Asker) -> T {
    let mut work = pin!(work);
    let done = poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            match events.poll_next(cx) {
                // Nothing is written here: there is no stream.
                Poll::Ready(Event::Ask(pending)) => drop(asker.ask(*pending)),
                Poll::Ready(Event::Withdraw(number)) => drop(asker.withdraw(number)),
                Poll::Ready(said) => asker.session().tell_event(&said),
                Poll::Pending => {
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
