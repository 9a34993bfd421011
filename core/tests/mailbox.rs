//! The door for host languages: what goes down, what comes up, and that no caller waits for ever.

#![expect(clippy::panic, clippy::expect_used, reason = "helpers of tests end the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use mailbox_support::{invocation, start, take};
use oxmcp_core::handler::{Failure, FailureKind, Reply, ReplyFuture};
use oxmcp_core::mailbox::{HostMessage, Mailbox};
use oxmcp_core::model::{Output, ToolOutput};

mod mailbox_support;

struct Bell(Arc<AtomicUsize>);

impl Bell {
    fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn mailbox(capacity: usize) -> (Mailbox, Bell) {
    let rings = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&rings);
    let ring = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    (Mailbox::new(ring, capacity), Bell(rings))
}

fn poll(future: &mut ReplyFuture) -> Option<Reply> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(reply) => Some(reply),
        Poll::Pending => None,
    }
}

fn failure(reply: Option<Reply>) -> Failure {
    reply.expect("an answer").expect_err("a failure")
}

fn text(reply: Option<Reply>) -> String {
    match reply.expect("an answer").expect("an output") {
        Output::Tool(output) => output.content.to_string(),
        other => panic!("expected a tool's output, got {other:?}"),
    }
}

#[test]
fn calls_arrive_in_order_and_the_bell_rings_once_for_a_batch() {
    let (mailbox, bell) = mailbox(10);
    let handler = mailbox.handler(7);
    let _waiting: Vec<_> = ["a", "b", "c"].map(|name| handler.invoke(invocation(name))).into_iter().collect();
    assert_eq!(bell.rings(), 1);
    let calls: Vec<_> = take(&mailbox).into_iter().map(start).collect();
    let names: Vec<_> = calls.iter().map(|call| call.invocation.target.to_string()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert!(calls.iter().all(|call| call.slot.index() == 7));
    let _another = handler.invoke(invocation("d"));
    assert_eq!(bell.rings(), 2, "it rings again once the queue was empty");
}

#[test]
fn the_host_takes_no_more_than_it_asked_for() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(0);
    let _waiting: Vec<_> = (0..5).map(|_| handler.invoke(invocation("x"))).collect();
    let mut messages = Vec::new();
    assert!(mailbox.take(3, &mut messages), "two more are waiting");
    assert_eq!(messages.len(), 3);
    assert!(mailbox.take_one().is_some());
    assert!(!mailbox.take(3, &mut messages));
    assert_eq!(messages.len(), 4);
    assert!(mailbox.is_empty());
}

#[test]
fn an_answer_reaches_its_own_caller() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(0);
    let mut first = handler.invoke(invocation("first"));
    let mut second = handler.invoke(invocation("second"));
    assert!(poll(&mut first).is_none());
    let mut calls: Vec<_> = take(&mailbox).into_iter().map(start).collect();
    calls.reverse();
    for call in calls {
        let text = call.invocation.target.to_string();
        call.responder.answer(Ok(Output::Tool(ToolOutput::text(&text))));
    }
    assert!(text(poll(&mut first)).contains("first"));
    assert!(text(poll(&mut second)).contains("second"));
}

#[test]
fn a_sealed_answer_goes_out_when_it_is_sent_and_fails_the_call_when_it_is_dropped() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(0);
    let mut sent = handler.invoke(invocation("sent"));
    let mut dropped = handler.invoke(invocation("dropped"));
    let mut answers: Vec<_> = take(&mailbox)
        .into_iter()
        .map(|message| start(message).responder.seal(Ok(Output::Tool(ToolOutput::text("x")))))
        .collect();
    assert!(poll(&mut sent).is_none());
    drop(answers.pop());
    answers.remove(0).send();
    assert!(text(poll(&mut sent)).contains('x'));
    assert_eq!(failure(poll(&mut dropped)).kind, FailureKind::Abandoned);
}

#[test]
fn a_call_dropped_unanswered_fails_as_abandoned() {
    let (mailbox, _) = mailbox(10);
    let mut waiting = mailbox.handler(0).invoke(invocation("x"));
    drop(take(&mailbox));
    assert_eq!(failure(poll(&mut waiting)).kind, FailureKind::Abandoned);
}

#[test]
fn a_full_mailbox_refuses_at_once() {
    let (mailbox, _) = mailbox(2);
    let handler = mailbox.handler(0);
    let _waiting: Vec<_> = (0..2).map(|_| handler.invoke(invocation("x"))).collect();
    let mut refused = handler.invoke(invocation("too much"));
    assert_eq!(failure(poll(&mut refused)).kind, FailureKind::Overloaded);
    drop(take(&mailbox));
    let mut accepted = handler.invoke(invocation("room again"));
    assert!(poll(&mut accepted).is_none());
}

#[test]
fn dropping_the_future_takes_a_waiting_call_back_and_cancels_a_running_one() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(0);
    let waiting = handler.invoke(invocation("never seen"));
    let running = handler.invoke(invocation("running"));
    drop(waiting);
    let call = start(mailbox.take_one().expect("the other call"));
    assert_eq!(&*call.invocation.target, "running");
    assert!(!call.responder.is_cancelled());
    drop(running);
    assert!(call.responder.is_cancelled());
    match take(&mailbox).as_slice() {
        [HostMessage::Cancel(id)] => assert_eq!(*id, call.id),
        other => panic!("expected one cancel, got {other:?}"),
    }
}

#[test]
fn an_answered_call_is_not_cancelled() {
    let (mailbox, _) = mailbox(10);
    let mut waiting = mailbox.handler(0).invoke(invocation("x"));
    let call = start(mailbox.take_one().expect("a call"));
    call.responder.answer(Ok(Output::Tool(ToolOutput::text("done"))));
    assert!(poll(&mut waiting).is_some());
    drop(waiting);
    assert!(take(&mailbox).iter().all(|message| matches!(message, HostMessage::Release(_))));
}

#[test]
fn a_slot_is_released_only_when_its_handler_and_all_its_calls_are_gone() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(3);
    let _waiting = handler.invoke(invocation("x"));
    drop(handler);
    let call = start(mailbox.take_one().expect("a call"));
    assert!(mailbox.is_empty(), "the call still refers to the slot");
    drop(call);
    assert!(matches!(take(&mailbox).as_slice(), [HostMessage::Release(3)]));
}

#[test]
fn released_slots_can_be_taken_by_themselves_up_to_what_comes_before_the_next() {
    let (mailbox, _bell) = mailbox(10);
    let mut released = Vec::new();
    drop((mailbox.handler(1), mailbox.handler(2)));
    let handler = mailbox.handler(3);
    let _waiting = handler.invoke(invocation("a"));
    drop(mailbox.handler(4));
    mailbox.take_released(&mut released);
    mailbox.take_released(&mut released);
    assert_eq!(released, [1, 2]);
    assert!(take(&mailbox).into_iter().next().is_some_and(|message| message.is_start()));
}

#[test]
fn a_closed_mailbox_abandons_what_waits_and_refuses_what_comes() {
    let (mailbox, _) = mailbox(10);
    let handler = mailbox.handler(0);
    let mut waiting = handler.invoke(invocation("waits"));
    mailbox.close();
    assert_eq!(failure(poll(&mut waiting)).kind, FailureKind::Abandoned);
    let mut late = handler.invoke(invocation("late"));
    assert_eq!(failure(poll(&mut late)).kind, FailureKind::ShutDown);
    drop((handler, waiting, late));
    assert!(mailbox.is_empty());
}
