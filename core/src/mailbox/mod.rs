//! The door for host languages. Calls wait here until the host fetches a batch of them; a doorbell tells it that there is something to fetch.
//!
//! The engine owns no object of the host: a handler made here knows a *slot*, an integer into a table the host keeps.

mod doorbell;
mod host_message;
mod pending_call;
mod slot;

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

pub use doorbell::Doorbell;
pub use host_message::{CallId, HostMessage};
pub use pending_call::{Answer, Guest, PendingCall, Responder};
pub use slot::SlotRef;

use crate::handler::{AnswerTo, EventSender, Failure, FailureKind, Handler, Invocation, Reply, ReplyFuture};
use crate::model::Question;

/// A bounded queue of calls for a host language. Clones share the queue.
#[derive(Clone)]
pub struct Mailbox(Arc<Shared>);

/// Of the whole process: a number that a caller is told must lead to one place in the log.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

struct Shared {
    doorbell: Box<dyn Doorbell>,
    capacity: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<HostMessage>,
    starts: usize,
    closed: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // The queue is consistent after every statement below, so a panic elsewhere does not spoil it.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a call, or says why not. A refused call is dropped after the lock: its slot may want to speak.
    fn start(&self, call: PendingCall) -> Result<(), FailureKind> {
        let mut queue = self.queue();
        let refusal = if queue.closed {
            Some(FailureKind::ShutDown)
        } else if queue.starts >= self.capacity {
            Some(FailureKind::Overloaded)
        } else {
            None
        };
        if let Some(kind) = refusal {
            drop(queue);
            drop(call);
            return Err(kind);
        }
        queue.starts += 1;
        self.push(queue, HostMessage::Start(call));
        Ok(())
    }

    /// Takes a call that nobody waits for any more back out of the queue, or tells the host to stop working on it. The
    /// latter is never refused: there are at most as many as calls in the host's hands.
    fn cancel(&self, id: CallId) {
        let mut queue = self.queue();
        if queue.closed {
            return;
        }
        let waiting = queue
            .messages
            .iter()
            .position(|message| matches!(message, HostMessage::Start(call) if call.id == id));
        if let Some(index) = waiting {
            queue.starts -= 1;
            let call = queue.messages.remove(index);
            drop(queue);
            drop(call);
            return;
        }
        self.push(queue, HostMessage::Cancel(id));
    }

    /// Tells the host something outside of the bound, which is for calls: what was asked for comes.
    fn tell(&self, message: HostMessage) {
        let queue = self.queue();
        if !queue.closed {
            self.push(queue, message);
        }
    }

    fn release(&self, slot: u32) {
        self.tell(HostMessage::Release(slot));
    }

    fn push(&self, mut queue: MutexGuard<'_, Queue>, message: HostMessage) {
        let was_empty = queue.messages.is_empty();
        queue.messages.push_back(message);
        drop(queue);
        if was_empty {
            self.doorbell.ring();
        }
    }
}

impl Mailbox {
    /// A mailbox that holds at most `capacity` calls the host did not fetch yet, and rings `doorbell` when it goes from
    /// empty to not empty.
    pub fn new(doorbell: impl Doorbell, capacity: usize) -> Self {
        Self(Arc::new(Shared { doorbell: Box::new(doorbell), capacity, queue: Mutex::default() }))
    }

    /// A handler whose calls arrive in this mailbox under `slot`. Once the handler and all its calls are gone the host is
    /// told with [`HostMessage::Release`] and may use the slot for something else.
    #[must_use]
    pub fn handler(&self, slot: u32) -> Arc<dyn Handler> {
        Arc::new(SlotHandler { slot: SlotRef::new(slot, Arc::clone(&self.0)), guest: None })
    }

    /// A handler whose calls arrive here although its slot is of another mailbox, for hosts that serve what belongs to several.
    /// `owner` comes with each call ([`PendingCall::guest`]) and says whose slot it is; where the handler comes from a third
    /// mailbox, the one that came with it does. `None` for a handler that no mailbox made.
    #[must_use]
    pub fn adopt(
        &self,
        handler: &Arc<dyn Handler>,
        owner: &Arc<dyn Any + Send + Sync>,
    ) -> Option<Arc<dyn Handler>> {
        let SlotHandler { slot, guest } = handler.as_any()?.downcast_ref()?;
        let owner = guest.as_ref().map_or(owner, |guest| &guest.owner);
        let guest = Guest { owner: Arc::clone(owner), shared: Arc::clone(&self.0) };
        Some(Arc::new(SlotHandler { slot: slot.clone(), guest: Some(Arc::new(guest)) }))
    }

    /// Whether the calls of this handler arrive here.
    #[must_use]
    pub fn receives(&self, handler: &Arc<dyn Handler>) -> bool {
        let Some(SlotHandler { slot, guest }) = handler.as_any().and_then(<dyn Any>::downcast_ref) else {
            return false;
        };
        Arc::ptr_eq(guest.as_ref().map_or(slot.shared(), |guest| &guest.shared), &self.0)
    }

    /// Moves up to `max` messages, oldest first, to the end of `into`; returns whether more are waiting.
    pub fn take(&self, max: usize, into: &mut Vec<HostMessage>) -> bool {
        let mut queue = self.0.queue();
        let count = queue.messages.len().min(max);
        for message in queue.messages.drain(..count) {
            into.push(message);
        }
        queue.starts -= into[into.len() - count..].iter().filter(|message| message.is_start()).count();
        !queue.messages.is_empty()
    }

    /// Takes the oldest message.
    #[must_use]
    pub fn take_one(&self) -> Option<HostMessage> {
        let mut queue = self.0.queue();
        let message = queue.messages.pop_front()?;
        if message.is_start() {
            queue.starts -= 1;
        }
        Some(message)
    }

    /// Takes the slots that are released, up to the next message that is about something else: for hosts whose functions come and
    /// go while nobody fetches.
    pub fn take_released(&self, into: &mut Vec<u32>) {
        let mut queue = self.0.queue();
        while let Some(HostMessage::Release(slot)) = queue.messages.front() {
            into.push(*slot);
            queue.messages.pop_front();
        }
    }

    /// Asks the client of the call `id`, which speaks through `events`, all questions at once. Returns the number of the first;
    /// the others count up from it. What comes of each arrives as [`HostMessage::Answer`], from whichever thread. A question
    /// nobody waits for any more is taken back with [`EventSender::withdraw`].
    ///
    /// A host whose thread waits for the answer, and could therefore not fetch it here, asks by [`EventSender::ask`].
    pub fn ask(&self, id: CallId, events: &EventSender, questions: Vec<Question>) -> u32 {
        ask(&self.0, id, events, questions)
    }

    /// Whether nothing is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.queue().messages.is_empty()
    }

    /// Refuses new calls and abandons those that wait.
    pub fn close(&self) {
        let mut queue = self.0.queue();
        queue.closed = true;
        queue.starts = 0;
        let abandoned = std::mem::take(&mut queue.messages);
        drop(queue);
        drop(abandoned);
    }
}

fn ask(shared: &Arc<Shared>, call: CallId, events: &EventSender, questions: Vec<Question>) -> u32 {
    let questions = questions.into_iter().map(|question| {
        let shared = Arc::clone(shared);
        let answer_to: AnswerTo =
            Box::new(move |question, answer| shared.tell(HostMessage::Answer { call, question, answer }));
        (question, answer_to)
    });
    events.ask(questions.collect())
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mailbox")
            .field("waiting", &self.0.queue().messages.len())
            .finish_non_exhaustive()
    }
}

struct SlotHandler {
    slot: SlotRef,
    guest: Option<Arc<Guest>>,
}

impl Handler for SlotHandler {
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn invoke(&self, invocation: Invocation) -> ReplyFuture {
        let shared = match &self.guest {
            None => self.slot.shared(),
            Some(guest) => &guest.shared,
        };
        let id = CallId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = oneshot::channel();
        let (slot, guest) = (self.slot.clone(), self.guest.clone());
        let call = PendingCall { id, slot, guest, invocation, responder: Responder::new(sender) };
        match shared.start(call) {
            Ok(()) => Box::pin(Waiting { shared: Arc::clone(shared), id, receiver, answered: false }),
            Err(kind) => {
                let message = match kind {
                    FailureKind::Overloaded => {
                        "The server has too many calls waiting; try again in a moment."
                    }
                    _ => "the server is shutting down",
                };
                Box::pin(std::future::ready(Err(Failure::new(kind, message))))
            }
        }
    }
}

/// Waits for the host's answer. Dropped before it, it tells the host to stop.
struct Waiting {
    shared: Arc<Shared>,
    id: CallId,
    receiver: oneshot::Receiver<Reply>,
    answered: bool,
}

impl Future for Waiting {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let reply = match Pin::new(&mut self.receiver).poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(reply)) => reply,
            Poll::Ready(Err(_)) => {
                Err(Failure::new(FailureKind::Abandoned, "The call ended without an answer."))
            }
        };
        self.answered = true;
        Poll::Ready(reply)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.answered {
            // Closed first, so that the host sees the call as cancelled the moment it is told.
            self.receiver.close();
            self.shared.cancel(self.id);
        }
    }
}
