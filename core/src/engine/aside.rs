//! Work beside the client's requests: a handler of notifications, a question of the server's own.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::asking::Asker;
use crate::handler::{Event, Events};

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
