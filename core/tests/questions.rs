//! Questions of a call in flight, before any era has to do with them: who is answered, when, and how much may be open.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests end the test")]

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use mailbox_support::{invocation_with, start, take};
use oxmcp_core::eras::missing_capability;
use oxmcp_core::handler::{
    AnswerTo, Answered, Event, Events, FailureKind, Invocation, PendingQuestion, event_channel,
};
use oxmcp_core::json::RawJson;
use oxmcp_core::mailbox::{HostMessage, Mailbox};
use oxmcp_core::model::{Progress, Question};
use oxmcp_core::protocol_version::ProtocolVersion;
use serde_json::{Value, json};

mod mailbox_support;

fn question(method: &str, params: &Value) -> Question {
    Question::new(method, RawJson::from_value(params))
}

fn roots() -> Question {
    question("roots/list", &json!({}))
}

/// What was answered, by number.
type Heard = Arc<Mutex<Vec<(u32, Result<String, FailureKind>)>>>;

fn listener(heard: &Heard) -> AnswerTo {
    let heard = Arc::clone(heard);
    Box::new(move |number, answer: Answered| {
        let answer = answer.map(|text| text.to_string()).map_err(|failure| failure.kind);
        heard.lock().unwrap().push((number, answer));
    })
}

fn asked(events: &Events) -> PendingQuestion {
    match events.take() {
        Some(Event::Ask(pending)) => *pending,
        other => panic!("expected a question, got {other:?}"),
    }
}

#[test]
fn questions_keep_their_place_among_what_else_a_call_says() {
    let (sender, events) = event_channel(true, None);
    let progress = |progress| Event::Progress(Progress { progress, total: None, message: None });
    let heard = Heard::default();
    sender.emit(progress(1.0));
    assert_eq!(sender.ask(vec![(roots(), listener(&heard)), (roots(), listener(&heard))]), 0);
    sender.emit(progress(2.0));
    assert_eq!(sender.ask(vec![(roots(), listener(&heard))]), 2);
    assert!(matches!(events.take(), Some(Event::Progress(_))));
    let (first, second) = (asked(&events), asked(&events));
    assert!(matches!(events.take(), Some(Event::Progress(_))));
    assert_eq!((first.number(), second.number(), asked(&events).number()), (0, 1, 2));
    second.answer(Ok(RawJson::empty_object()));
    drop(first);
    let heard = heard.lock().unwrap();
    // The last one was dropped where its number was read.
    let abandoned = Err(FailureKind::Abandoned);
    assert_eq!(*heard, [(2, abandoned.clone()), (1, Ok("{}".to_owned())), (0, abandoned)]);
}

#[test]
fn too_many_open_questions_are_refused_and_answers_make_room() {
    let (sender, events) = event_channel(false, None);
    let heard = Heard::default();
    sender.ask((0..65).map(|_| (roots(), listener(&heard))).collect());
    assert_eq!(*heard.lock().unwrap(), [(64, Err(FailureKind::Overloaded))]);
    asked(&events).answer(Ok(RawJson::empty_object()));
    assert_eq!(sender.ask(vec![(roots(), listener(&heard))]), 65);
    assert_eq!(heard.lock().unwrap().len(), 2, "asked, not refused");
}

#[test]
fn a_flood_of_progress_pushes_no_question_out() {
    let (sender, events) = event_channel(true, None);
    let heard = Heard::default();
    sender.ask(vec![(roots(), listener(&heard))]);
    for step in 0..1000 {
        sender.emit(Event::Progress(Progress { progress: f64::from(step), total: None, message: None }));
    }
    assert_eq!(asked(&events).number(), 0);
    assert!(heard.lock().unwrap().iter().all(|(_, answer)| *answer == Err(FailureKind::Abandoned)));
}

#[test]
fn after_the_calls_end_open_questions_are_silent_and_new_ones_are_refused_at_once() {
    let (sender, events) = event_channel(false, None);
    let heard = Heard::default();
    sender.ask(vec![(roots(), listener(&heard)), (roots(), listener(&heard))]);
    let taken = asked(&events);
    drop(events);
    taken.answer(Ok(RawJson::empty_object()));
    assert!(heard.lock().unwrap().is_empty());
    sender.ask(vec![(roots(), listener(&heard))]);
    assert_eq!(*heard.lock().unwrap(), [(2, Err(FailureKind::CannotAsk))]);
    sender.withdraw(0);
}

#[test]
fn a_question_withdrawn_in_time_is_never_asked() {
    let (sender, events) = event_channel(false, None);
    let heard = Heard::default();
    sender.ask(vec![(roots(), listener(&heard)), (roots(), listener(&heard))]);
    sender.withdraw(0);
    let second = asked(&events);
    assert_eq!(second.number(), 1);
    sender.withdraw(1);
    assert!(matches!(events.take(), Some(Event::Withdraw(1))));
    drop(second);
    sender.withdraw(1);
    assert!(events.take().is_none(), "nothing is open any more");
}

#[test]
fn a_host_asks_by_a_word_and_is_answered_by_a_word() {
    let mailbox = Mailbox::new(|| {}, 1);
    let handler = mailbox.handler(0);
    let (sender, events) = event_channel(false, None);
    let waiting = handler.invoke(invocation_with("asks", sender));
    let call = start(mailbox.take_one().expect("a call"));
    assert_eq!(call.ask(vec![roots(), roots()]), 0);
    let another = handler.invoke(invocation_with("fills the mailbox", event_channel(false, None).0));
    // In the reverse order, and beyond the mailbox's bound.
    let (first, second) = (asked(&events), asked(&events));
    second.answer(Ok(RawJson::from_checked("{\"roots\":[]}")));
    drop(first);
    let mut answers = Vec::new();
    for message in take(&mailbox) {
        if let HostMessage::Answer { call: id, question, answer } = message {
            assert_eq!(id, call.id);
            answers.push((question, answer.map_err(|failure| failure.kind)));
        }
    }
    assert_eq!(answers, [(1, Ok(RawJson::from_checked("{\"roots\":[]}"))), (0, Err(FailureKind::Abandoned))]);
    drop((waiting, another));
}

#[test]
fn a_host_hears_nothing_of_a_call_that_ended() {
    let mailbox = Mailbox::new(|| {}, 1);
    let handler = mailbox.handler(0);
    let (sender, events) = event_channel(false, None);
    let waiting = handler.invoke(invocation_with("asks", sender));
    let call = start(mailbox.take_one().expect("a call"));
    call.ask(vec![roots(), roots()]);
    let taken = asked(&events);
    drop(waiting);
    drop(events);
    drop(taken);
    assert!(matches!(take(&mailbox).as_slice(), [HostMessage::Cancel(_)]));
    assert_eq!(call.ask(vec![roots()]), 2);
    match take(&mailbox).as_slice() {
        [HostMessage::Answer { question: 2, answer: Err(failure), .. }] => {
            assert_eq!(failure.kind, FailureKind::CannotAsk);
        }
        other => panic!("expected one answer, got {other:?}"),
    }
}

fn invocation() -> (Invocation, Events) {
    let (sender, events) = event_channel(false, None);
    (invocation_with("asks", sender), events)
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn in_rust_a_question_is_awaited_and_a_dropped_future_takes_it_back() {
    let (invocation, events) = invocation();
    let mut both = Box::pin(invocation.context.ask_all(vec![roots(), roots()]));
    assert!(poll(both.as_mut()).is_none());
    let (first, second) = (asked(&events), asked(&events));
    second.answer(Ok(RawJson::from_checked("{\"roots\":[]}")));
    assert!(poll(both.as_mut()).is_none());
    first.answer(Ok(RawJson::empty_object()));
    let answers = poll(both.as_mut()).expect("both answers");
    assert_eq!(
        answers.into_iter().map(Result::unwrap).map(|text| text.to_string()).collect::<Vec<_>>(),
        ["{}", "{\"roots\":[]}"]
    );
    let mut taken_back = Box::pin(invocation.context.ask(roots()));
    assert!(poll(taken_back.as_mut()).is_none());
    let pending = asked(&events);
    drop(taken_back);
    assert!(matches!(events.take(), Some(Event::Withdraw(2))));
    drop(pending);
}

#[test]
fn in_rust_a_question_open_at_the_calls_end_fails() {
    let (invocation, events) = invocation();
    let mut waiting = Box::pin(invocation.context.ask(roots()));
    assert!(poll(waiting.as_mut()).is_none());
    drop(events);
    let failure = poll(waiting.as_mut()).expect("an answer").expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::CannotAsk);
}

#[test]
fn answers_are_checked_for_their_shape() {
    // ELI-6, SAM-9, ROOT-2
    let cases = [
        ("elicitation/create", json!({"action": "accept", "content": {"a": 1}}), true),
        ("elicitation/create", json!({"action": "accept"}), true),
        ("elicitation/create", json!({"action": "decline", "content": null, "more": 1}), true),
        ("elicitation/create", json!({"action": "cancel"}), true),
        ("elicitation/create", json!({"action": "perhaps"}), false),
        ("elicitation/create", json!({"action": 1}), false),
        ("elicitation/create", json!({"content": {}}), false),
        ("elicitation/create", json!({"action": "accept", "content": [1]}), false),
        (
            "sampling/createMessage",
            json!({"role": "assistant", "content": {"type": "text"}, "model": "m"}),
            true,
        ),
        ("sampling/createMessage", json!({"role": "assistant", "content": [], "model": "m"}), true),
        ("sampling/createMessage", json!({"role": "system", "content": [], "model": "m"}), false),
        ("sampling/createMessage", json!({"role": "assistant", "content": "text", "model": "m"}), false),
        ("sampling/createMessage", json!({"role": "assistant", "content": []}), false),
        ("roots/list", json!({"roots": []}), true),
        ("roots/list", json!({"roots": [{"uri": "file:///a", "name": "a"}]}), true),
        ("roots/list", json!({"roots": [{"name": "a"}]}), false),
        ("roots/list", json!({"roots": {}}), false),
        ("roots/list", json!({}), false),
        ("of/an-extension", json!({"anything": true}), true),
        ("of/an-extension", json!([]), false),
    ];
    for (method, answer, fits) in cases {
        let checked = question(method, &json!({})).check_answer(&RawJson::from_value(&answer));
        assert_eq!(checked.is_ok(), fits, "{method} {answer}: {checked:?}");
    }
}

#[test]
fn what_a_client_did_not_declare_is_not_asked_of_it() {
    // META-5, ELI-1, ELI-2, SAM-2, DOWN-11
    let form = json!({"message": "m", "requestedSchema": {}});
    let url = json!({"mode": "url", "message": "m", "url": "https://example.com"});
    let tools = json!({"messages": [], "maxTokens": 1, "tools": []});
    let plain = json!({"messages": [], "maxTokens": 1, "tools": null});
    let none = json!({});
    let all = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
    let cases = [
        ("elicitation/create", &form, json!({}), &all[5..]),
        ("elicitation/create", &form, json!({"elicitation": {}}), &all[2..]),
        ("elicitation/create", &form, json!({"elicitation": {"form": {}}}), &all[2..]),
        ("elicitation/create", &form, json!({"elicitation": {"form": {}, "url": {}}}), &all[2..]),
        ("elicitation/create", &form, json!({"elicitation": {"url": {}}}), &all[2..3]),
        ("elicitation/create", &form, json!({"elicitation": true}), &all[5..]),
        ("elicitation/create", &url, json!({"elicitation": {}}), &all[5..]),
        ("elicitation/create", &url, json!({"elicitation": {"url": {}}}), &all[3..]),
        ("sampling/createMessage", &plain, json!({"sampling": {}}), &all[..]),
        ("sampling/createMessage", &plain, json!({"roots": {}}), &all[5..]),
        ("sampling/createMessage", &tools, json!({"sampling": {}}), &all[5..]),
        ("sampling/createMessage", &tools, json!({"sampling": {"tools": {}}}), &all[3..]),
        ("roots/list", &none, json!({"roots": {"listChanged": true}}), &all[..]),
        ("roots/list", &none, json!({}), &all[5..]),
        ("of/an-extension", &none, json!({}), &all[..]),
    ];
    for (method, params, declared, able) in cases {
        for version in all {
            let version = ProtocolVersion::from_text(version).unwrap();
            let declared = RawJson::from_value(&declared);
            let missing = missing_capability(&question(method, params), Some(&declared), version);
            let can = able.contains(&version.as_str());
            assert_eq!(missing.is_none(), can, "{method} {params} {declared} {version}: {missing:?}");
            if let Some(failure) = missing {
                assert_eq!(failure.kind, FailureKind::MissingCapability);
                let data: Value = serde_json::from_str(failure.data.unwrap().as_str()).unwrap();
                assert!(data["requiredCapabilities"].is_object(), "{data}");
            }
        }
    }
    assert!(missing_capability(&roots(), None, ProtocolVersion::NEWEST).is_some());
}
