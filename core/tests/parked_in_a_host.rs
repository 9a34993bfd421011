//! Calls of a host language that are parked: what the host is told, and what it may do meanwhile.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;
mod mailbox_support;

use engine_support::asking::*;
use engine_support::*;
use mailbox_support::{start, take};
use oxmcp_core::engine::{Engine, Exchange};
use oxmcp_core::handler::{Answered, Event, FailureKind};
use oxmcp_core::mailbox::{HostMessage, Mailbox, PendingCall};
use oxmcp_core::model::Progress;
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

/// A server whose tool `ask` is a function of a host, and the host's mailbox.
fn hosted() -> (Engine, Mailbox) {
    let mailbox = Mailbox::new(|| {}, 10);
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    registry.add_tool(tool("ask", &any_object()), mailbox.handler(0)).unwrap();
    (builder().registry(registry).build().unwrap(), mailbox)
}

/// Begins a call, which asks this; the call, what was asked, and the state.
async fn begun_call(engine: &Engine, mailbox: &Mailbox, questions: &[&str]) -> (PendingCall, Value, String) {
    let mut exchange = call(engine, "tools/call", json!({"name": "ask", "arguments": {}}));
    assert!(poll_once(&mut exchange).is_pending());
    let pending = start(mailbox.take_one().unwrap());
    assert_eq!(pending.ask(questions.iter().map(|message| form(message)).collect()), 0);
    let (requests, state) = self::questions(&hear(exchange).await);
    (pending, requests, state)
}

fn retrying(engine: &Engine, answers: &Value, state: &str) -> Exchange {
    let params = json!({
        "name": "ask", "arguments": {}, "inputResponses": answers, "requestState": state,
        "_meta": {"progressToken": "second"},
    });
    call(engine, "tools/call", params)
}

fn answers(mailbox: &Mailbox) -> Vec<(u32, Answered)> {
    let answer = |message| match message {
        HostMessage::Answer { question, answer, .. } => Some((question, answer)),
        _ => None,
    };
    take(mailbox).into_iter().filter_map(answer).collect()
}

#[tokio::test]
async fn the_answer_is_a_word_and_the_retry_ends_with_what_the_host_says() {
    let (engine, mailbox) = hosted();
    let (pending, requests, state) = begun_call(&engine, &mailbox, &["One?", "Two?"]).await;
    assert_eq!(requests.as_object().unwrap().len(), 2);
    let mut exchange = retrying(&engine, &json!({"q0": filled("Ann"), "q1": {"action": "decline"}}), &state);
    let heard = answers(&mailbox);
    assert_eq!(heard.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(heard[1].1.as_ref().unwrap().as_str(), r#"{"action":"decline"}"#);
    assert!(poll_once(&mut exchange).is_pending());
    pending.responder.answer(Ok(text("thanks")));
    assert_eq!(said(&hear(exchange).await), "thanks");
    assert!(take(&mailbox).is_empty(), "nothing to cancel");
}

#[tokio::test(start_paused = true)]
async fn a_host_is_told_to_stop_when_the_client_does_not_come_back() {
    // MRTR-13
    let (engine, mailbox) = hosted();
    let (pending, _, _) = begun_call(&engine, &mailbox, &["One?"]).await;
    assert!(!pending.responder.is_cancelled());
    tokio::time::sleep(std::time::Duration::from_secs(601)).await;
    assert!(pending.responder.is_cancelled());
    assert!(matches!(take(&mailbox)[..], [HostMessage::Cancel(id)] if id == pending.id));
    assert_eq!(engine.parked(), 0);
    // A function that goes on nevertheless can ask nobody.
    pending.ask(vec![form("Is anybody there?")]);
    let [(1, Err(failure))] = &answers(&mailbox)[..] else { unreachable!("refused at once") };
    assert_eq!(failure.kind, FailureKind::CannotAsk);
}

#[tokio::test]
async fn what_a_parked_call_says_waits_for_the_retry() {
    let (engine, mailbox) = hosted();
    let (pending, _, state) = begun_call(&engine, &mailbox, &["One?"]).await;
    let events = &pending.invocation.context.events;
    events.emit(Event::Progress(Progress { progress: 1.0, total: None, message: None }));
    let heard = hear(retrying(&engine, &json!({}), &state)).await;
    // Nobody asked for progress when it was said.
    assert!(heard.messages.is_empty());
    let (requests, state) = questions(&heard);
    assert_eq!(requests.as_object().unwrap().len(), 1);
    events.emit(Event::Progress(Progress { progress: 2.0, total: None, message: None }));
    // Asked while it is parked.
    pending.ask(vec![form("Two?")]);
    let heard = hear(retrying(&engine, &json!({"q0": filled("Ann")}), &state)).await;
    assert_eq!(heard.messages[0]["params"], json!({"progressToken": "second", "progress": 2}));
    let (requests, _) = questions(&heard);
    assert_eq!(requests["q1"]["params"]["message"], "Two?");
    assert_eq!(requests.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_host_that_made_up_its_mind_meanwhile_is_heard_at_the_retry() {
    let (engine, mailbox) = hosted();
    let (pending, _, state) = begun_call(&engine, &mailbox, &["One?"]).await;
    pending.invocation.context.events.withdraw(0);
    pending.responder.answer(Ok(text("did without")));
    let heard = hear(retrying(&engine, &json!({"q0": filled("Ann")}), &state)).await;
    assert_eq!(said(&heard), "did without");
}

#[tokio::test]
async fn a_host_that_drops_a_parked_call_fails_it() {
    let (engine, mailbox) = hosted();
    let (pending, _, state) = begun_call(&engine, &mailbox, &["One?"]).await;
    drop(pending);
    assert_eq!(hear(retrying(&engine, &json!({}), &state)).await.code(), -32603);
    assert_eq!(engine.parked(), 0);
}
