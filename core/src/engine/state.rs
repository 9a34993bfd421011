//! Where an exchange is, and what it says next.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Shutdown;
use super::admission::Held;
use super::call::Call;
use super::exchange::Outgoing;
use super::gate::Gated;
use super::noted::Noted;
use super::standing::Standing;
use super::tasks::Awaited;
use super::watch::Subscription;
use crate::eras::{Said, Session, Stream};

/// Where an exchange is.
pub(super) enum State {
    /// At its last items.
    Last(Outgoing, Option<Outgoing>),
    /// User code runs.
    Call(Call),
    /// Its task is yet to be kept.
    Opening(Pin<Box<dyn Future<Output = Outgoing> + Send>>),
    /// It waits for what comes of a task.
    Task(Box<Awaited>),
    /// It waits for what its caller may see.
    Gated(Box<Gated>),
    /// It tells of changes until somebody ends it.
    Subscription(Box<Subscription>),
    /// Somebody is to hear what comes of it, and may have the answer wait.
    Admitted(Box<Held>),
    /// It was answered at once, and the answer waits until it is recorded.
    Noted(Box<Noted>),
    /// Several requests at once.
    Batch(Vec<State>, Vec<Option<String>>),
    /// At its end.
    Done,
}

impl State {
    pub(super) const fn last(outgoing: Outgoing) -> Self {
        Self::Last(outgoing, None)
    }

    pub(super) fn said(said: Said) -> Self {
        Self::last(said.into())
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        match self {
            Self::Done => Poll::Ready(None),
            Self::Last(..) => {
                let Self::Last(first, second) = std::mem::replace(self, Self::Done) else {
                    return Poll::Ready(None);
                };
                if let Some(second) = second {
                    *self = Self::last(second);
                }
                Poll::Ready(Some(first))
            }
            Self::Call(call) => {
                let Some(outgoing) = std::task::ready!(call.poll(context)) else {
                    let Self::Call(call) = std::mem::replace(self, Self::Done) else {
                        return Poll::Ready(None);
                    };
                    *self = call.leave();
                    return self.poll(context);
                };
                if !matches!(outgoing, Outgoing::Message(_) | Outgoing::CloseStream) {
                    let trailing = call.standing_mut().and_then(Standing::take_trailing);
                    *self = trailing.map_or(Self::Done, Self::last);
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Opening(opening) => {
                let outgoing = std::task::ready!(opening.as_mut().poll(context));
                *self = Self::Done;
                Poll::Ready(Some(outgoing))
            }
            Self::Task(awaited) => {
                let outgoing = std::task::ready!(awaited.poll(context));
                if !matches!(outgoing, Outgoing::Message(_)) {
                    *self = Self::Done;
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Gated(gated) => match std::task::ready!(gated.poll(context)) {
                Ok(state) => {
                    *self = state;
                    self.poll(context)
                }
                Err(last) => {
                    *self = Self::Done;
                    Poll::Ready(Some(last))
                }
            },
            Self::Admitted(held) => {
                let outgoing = std::task::ready!(held.poll(context));
                if outgoing.is_none() {
                    *self = Self::Done;
                }
                Poll::Ready(outgoing)
            }
            Self::Noted(noted) => {
                let outgoing = std::task::ready!(noted.poll(context));
                if outgoing.is_none() {
                    *self = Self::Done;
                }
                Poll::Ready(outgoing)
            }
            Self::Subscription(subscription) => {
                let (outgoing, then) = std::task::ready!(subscription.poll(context));
                match then {
                    Some(then) => *self = Self::last(then),
                    None if matches!(outgoing, Outgoing::Message(_)) => {}
                    None => *self = Self::Done,
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Batch(members, bodies) => {
                let mut pending = false;
                for (member, body) in members.iter_mut().zip(bodies.iter_mut()) {
                    loop {
                        match member.poll(context) {
                            Poll::Pending => {
                                pending = true;
                                break;
                            }
                            Poll::Ready(None) => break,
                            Poll::Ready(Some(said @ (Outgoing::Message(_) | Outgoing::CloseStream))) => {
                                return Poll::Ready(Some(said));
                            }
                            Poll::Ready(Some(Outgoing::Response(response))) => {
                                *body = Some(response.body.into_text());
                            }
                            Poll::Ready(Some(Outgoing::Accepted | Outgoing::Cancelled(_))) => {}
                        }
                    }
                }
                if pending {
                    return Poll::Pending;
                }
                let outgoing = joined(bodies);
                *self = Self::Done;
                Poll::Ready(Some(outgoing))
            }
        }
    }

    pub(super) fn give_up(&mut self, reason: &str) -> Option<Outgoing> {
        match std::mem::replace(self, Self::Done) {
            Self::Call(call) => Some(call.shut_down(reason)),
            Self::Gated(gated) => Some(gated.shut_down(reason)),
            Self::Task(awaited) => Some(awaited.shut_down(reason)),
            Self::Subscription(subscription) => Some(subscription.close().0),
            Self::Admitted(mut held) => held.state.give_up(reason),
            Self::Batch(mut members, mut bodies) => {
                for (member, body) in members.iter_mut().zip(bodies.iter_mut()) {
                    if let Some(Outgoing::Response(response)) = member.give_up(reason) {
                        *body = Some(response.body.into_text());
                    }
                }
                Some(joined(&bodies))
            }
            other @ (Self::Last(..) | Self::Opening(_) | Self::Noted(_) | Self::Done) => {
                *self = other;
                None
            }
        }
    }

    fn calls(&mut self, act: &mut impl FnMut(&mut Call)) {
        match self {
            Self::Call(call) => act(call),
            Self::Batch(members, _) => members.iter_mut().for_each(|member| member.calls(act)),
            Self::Admitted(held) => held.state.calls(act),
            Self::Last(..)
            | Self::Gated(_)
            | Self::Opening(_)
            | Self::Noted(_)
            | Self::Task(_)
            | Self::Subscription(_)
            | Self::Done => {}
        }
    }

    fn gated(&mut self, act: &mut impl FnMut(&mut Gated)) {
        match self {
            Self::Gated(gated) => act(gated),
            Self::Batch(members, _) => members.iter_mut().for_each(|member| member.gated(act)),
            Self::Admitted(held) => held.state.gated(act),
            _ => {}
        }
    }

    pub(super) fn ask_on(&mut self, stream: Stream) {
        self.calls(&mut |call| call.ask_on(stream));
        self.gated(&mut |gated| gated.ask_on(stream));
    }

    pub(super) fn stop_asking(&mut self, reason: &str) {
        self.calls(&mut |call| call.stop_asking(reason));
        self.gated(&mut |gated| gated.stop_asking(reason));
    }

    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Call(call) => call.session.as_ref(),
            Self::Gated(gated) => gated.session(),
            Self::Task(awaited) => awaited.session.as_ref(),
            Self::Batch(members, _) => members.iter().find_map(Self::session),
            Self::Admitted(held) => held.state.session(),
            Self::Last(..) | Self::Opening(_) | Self::Noted(_) | Self::Subscription(_) | Self::Done => None,
        }
    }

    pub(super) fn survives_disconnect(&self) -> bool {
        match self {
            Self::Call(call) => call.survives_disconnect,
            Self::Gated(gated) => gated.survives_disconnect(),
            Self::Batch(members, _) => members.iter().any(Self::survives_disconnect),
            Self::Admitted(held) => held.state.survives_disconnect(),
            Self::Last(..)
            | Self::Opening(_)
            | Self::Noted(_)
            | Self::Task(_)
            | Self::Subscription(_)
            | Self::Done => false,
        }
    }
    /// Whether the answer can only be a stream.
    pub(super) fn requires_stream(&self) -> bool {
        match self {
            Self::Subscription(_) => true,
            Self::Call(call) => call.standing().is_some_and(Standing::requires_stream),
            Self::Admitted(held) => held.state.requires_stream(),
            Self::Last(..)
            | Self::Gated(_)
            | Self::Opening(_)
            | Self::Noted(_)
            | Self::Task(_)
            | Self::Batch(..)
            | Self::Done => false,
        }
    }

    /// Ends a subscription when this signal is given, too.
    pub(super) fn end_with(&mut self, shutdown: &Shutdown) {
        match self {
            Self::Subscription(subscription) => subscription.end_with(shutdown.clone()),
            Self::Call(call) => {
                if let Some(standing) = call.standing_mut() {
                    standing.end_with(shutdown);
                }
            }
            Self::Admitted(held) => held.state.end_with(shutdown),
            Self::Last(..)
            | Self::Gated(_)
            | Self::Opening(_)
            | Self::Noted(_)
            | Self::Task(_)
            | Self::Batch(..)
            | Self::Done => {}
        }
    }

    /// The task it waits for, if it does.
    pub(super) fn awaited(&mut self) -> Option<&mut Awaited> {
        match self {
            Self::Task(awaited) => Some(awaited),
            Self::Admitted(held) => held.state.awaited(),
            _ => None,
        }
    }

    /// The subscription it is, if it is one.
    pub(super) fn subscription(&self) -> Option<&Subscription> {
        match self {
            Self::Subscription(subscription) => Some(subscription),
            Self::Admitted(held) => held.state.subscription(),
            _ => None,
        }
    }

    /// Where it is, in a word.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Last(..) => "last",
            Self::Call(_) => "call",
            Self::Gated(_) => "gated",
            Self::Opening(_) | Self::Task(_) => "task",
            Self::Subscription(_) => "subscription",
            Self::Admitted(held) => held.state.name(),
            Self::Noted(_) => "noted",
            Self::Batch(..) => "batch",
            Self::Done => "done",
        }
    }
}

/// A batch's answer: one array, in the order of the requests (BATCH-4). Without requests there is none (BATCH-3).
fn joined(bodies: &[Option<String>]) -> Outgoing {
    let mut array =
        String::with_capacity(bodies.iter().flatten().map(|body| body.len() + 1).sum::<usize>() + 2);
    for body in bodies.iter().flatten() {
        array.push(if array.is_empty() { '[' } else { ',' });
        array.push_str(body);
    }
    if array.is_empty() {
        return Outgoing::Accepted;
    }
    array.push(']');
    Said::new(array, 200).into()
}
