//! Whoever is asked about operations is asked about all of them, whichever transport, era or middleware they come through.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use engine_support::*;
use http::{HeaderMap, StatusCode};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind};
use oxmcp_core::middleware::{
    Admission, Ask, Authorizer, Decision, Limiter, Observer, OperationEvent, Permit, Place, Ticket, Verdict,
};
use oxmcp_core::model::{Operation, OperationKind};
use oxmcp_core::registry::{Hidden, ItemKind};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// Lets nobody see `echo`, and nobody call `refuse`.
struct Rules;

impl Authorizer for Rules {
    fn authorize(&self, ask: &Ask<'_>) -> Decision {
        let mut hidden = Hidden::default();
        hidden.hide(ItemKind::Tool, "echo");
        let verdict = match ask.operation {
            Operation::CallTool { name, .. } if name == "echo" => Verdict::Unknown,
            Operation::CallTool { name, .. } if name == "refuse" => Verdict::Refused(
                Failure::new(FailureKind::Forbidden, "not you")
                    .with_http(StatusCode::FORBIDDEN, HeaderMap::new()),
            ),
            _ => Verdict::Allowed,
        };
        let visible = (ask.operation.kind() == OperationKind::ListTools)
            .then(|| Arc::new(ask.snapshot.without(&hidden)));
        Decision { visible, rule: Some("the rule".into()), ..Decision::of(verdict) }
    }
}

#[derive(Default)]
struct Seen {
    events: Mutex<Vec<Value>>,
    tickets: Mutex<Vec<oneshot::Sender<Result<(), Failure>>>>,
    holds: bool,
}

impl Observer for Seen {
    fn operation(&self, event: &OperationEvent<'_>) -> Option<Ticket> {
        self.events.lock().unwrap().push(json!([
            event.method,
            event.target,
            event.outcome.name(),
            event.error,
            event.rule
        ]));
        self.holds.then(|| {
            let (sender, receiver) = oneshot::channel();
            self.tickets.lock().unwrap().push(sender);
            receiver
        })
    }
}

impl Seen {
    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

fn admitting(admission: Admission) -> Engine {
    builder().registry(registry()).admission(admission).build().unwrap()
}

fn call(name: &str) -> Value {
    json!({"name": name, "arguments": {"text": "hi"}})
}

#[tokio::test]
async fn what_is_denied_is_answered_as_what_is_not_there_in_every_version() {
    let engine = admitting(Admission::default().authorizer(Arc::new(Rules)));
    let plain = engine_support::engine();
    plain.registry().remove_item(ItemKind::Tool, "echo", None);
    for version in LEGACY {
        let (one, other) = (shaken(&engine, version).await, shaken(&plain, version).await);
        let asked = request(7, "tools/call", call("echo"));
        let denied = hear(send(&engine, &one, &asked)).await;
        assert_eq!(denied.response, hear(send(&plain, &other, &asked)).await.response);
    }
    let denied = hear(modern(&engine, "tools/call", call("echo"))).await;
    let unknown = hear(modern(&plain, "tools/call", call("echo"))).await;
    assert_eq!((denied.response, denied.status), (unknown.response, unknown.status));

    let listed = hear(modern(&engine, "tools/list", json!({}))).await;
    let names: Vec<_> =
        listed.result()["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert!(!names.contains(&&json!("echo")) && names.contains(&&json!("refuse")), "{names:?}");
}

#[tokio::test]
async fn what_is_refused_has_its_own_status_and_never_runs() {
    let engine = admitting(Admission::default().authorizer(Arc::new(Rules)));
    let heard = hear(modern(&engine, "tools/call", call("refuse"))).await;
    assert_eq!((heard.status, heard.code()), (403, -31003));
    let members = json!([request(1, "tools/call", call("echo")), request(2, "tools/call", call("refuse"))]);
    let connection = shaken(&engine, "2025-03-26").await;
    let heard = hear(send(&engine, &connection, members)).await;
    let codes: Vec<_> = heard.response.as_array().unwrap().iter().map(|one| &one["error"]["code"]).collect();
    assert_eq!(codes, [-32602, -31003]);
}

#[tokio::test]
async fn middleware_of_the_author_neither_sees_what_is_refused_nor_gets_around_it() {
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let around = move |invocation: oxmcp_core::handler::Invocation| {
        counted.fetch_add(1, Ordering::SeqCst);
        let renamed = oxmcp_core::json::RawJson::from_value(&call("echo"));
        async move { invocation.context.next(Some(&renamed)).await }
    };
    let engine = builder()
        .registry(registry())
        .intercept("tools/call", around)
        .admission(Admission::default().authorizer(Arc::new(Rules)))
        .build()
        .unwrap();
    for name in ["echo", "refuse"] {
        assert!(hear(modern(&engine, "tools/call", call(name))).await.response.get("error").is_some());
    }
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    // What it makes of what is allowed is asked about, too.
    let heard = hear(modern(&engine, "tools/call", call("broken"))).await;
    assert_eq!((ran.load(Ordering::SeqCst), heard.code()), (1, -32602));
}

#[tokio::test]
async fn observers_hear_of_every_operation_once_with_what_came_of_it() {
    let seen = Arc::new(Seen::default());
    let observer = Arc::clone(&seen) as Arc<dyn Observer>;
    let engine = admitting(Admission::default().authorizer(Arc::new(Rules)).observer(observer));
    for (method, params, told) in [
        ("tools/call", call("echo"), json!(["tools/call", "echo", "denied", "not_found", "the rule"])),
        ("tools/call", call("refuse"), json!(["tools/call", "refuse", "denied", "forbidden", "the rule"])),
        ("tools/call", call("broken"), json!(["tools/call", "broken", "error", "internal", "the rule"])),
        ("tools/call", call("nobody"), json!(["tools/call", "nobody", "error", "not_found", "the rule"])),
        ("tools/list", json!({}), json!(["tools/list", null, "allowed", null, "the rule"])),
        ("server/discover", json!({}), json!(["server/discover", null, "allowed", null, null])),
        ("no/such", json!({}), json!(["no/such", null, "error", "-32601", null])),
    ] {
        hear(modern(&engine, method, params)).await;
        assert_eq!(seen.take(), [told]);
    }
    let connection = shaken(&engine, "2025-06-18").await;
    assert_eq!(seen.take(), [json!(["initialize", null, "allowed", null, null])]);
    // A call whose caller leaves is heard of, too.
    drop(send(&engine, &connection, request(9, "tools/call", call("hang"))));
    assert_eq!(seen.take().len(), 1);
}

#[tokio::test]
async fn an_answer_waits_until_it_is_recorded_and_is_refused_if_it_cannot_be() {
    let seen = Arc::new(Seen { holds: true, ..Seen::default() });
    let observer = Arc::clone(&seen) as Arc<dyn Observer>;
    let engine = admitting(Admission::default().observer(observer));
    let mut exchange = modern(&engine, "tools/list", json!({}));
    assert!(poll_once(&mut exchange).is_pending());
    seen.tickets.lock().unwrap().remove(0).send(Ok(())).unwrap();
    assert!(hear(exchange).await.response.get("result").is_some());

    let mut exchange = modern(&engine, "tools/list", json!({}));
    assert!(poll_once(&mut exchange).is_pending());
    let full = Failure::new(FailureKind::Overloaded, "the audit cannot be written");
    seen.tickets.lock().unwrap().remove(0).send(Err(full)).unwrap();
    assert_eq!(hear(exchange).await.code(), -31000);

    let mut exchange = modern(&engine, "tools/list", json!({}));
    assert!(poll_once(&mut exchange).is_pending());
    seen.tickets.lock().unwrap().clear();
    assert_eq!(hear(exchange).await.code(), -32603);
}

/// Lets one run at a time.
#[derive(Default)]
struct OneAtATime(Arc<AtomicUsize>);

struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Limiter for OneAtATime {
    fn enter(&self, ask: &Ask<'_>) -> Result<Option<Permit>, Failure> {
        let Place { remote, .. } = ask.place;
        assert!(remote.is_none());
        if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
            self.0.fetch_sub(1, Ordering::SeqCst);
            return Err(Failure::new(FailureKind::RateLimited, "one at a time"));
        }
        Ok(Some(Box::new(Held(Arc::clone(&self.0)))))
    }
}

#[tokio::test]
async fn a_permit_is_held_until_the_call_has_ended_or_its_caller_is_gone() {
    let limiter = OneAtATime::default();
    let running = Arc::clone(&limiter.0);
    let engine = admitting(Admission::default().limiter(Arc::new(limiter)));
    let mut first = modern(&engine, "tools/call", json!({"name": "hang", "arguments": {}}));
    assert!(poll_once(&mut first).is_pending());
    let second = hear(modern(&engine, "tools/call", call("echo"))).await;
    assert_eq!(second.result()["isError"], true, "{:?}", second.response);
    drop(first);
    assert_eq!(running.load(Ordering::SeqCst), 0);
    let third = hear(modern(&engine, "tools/call", call("echo"))).await;
    assert_ne!(third.result()["isError"], true);
    assert_eq!(running.load(Ordering::SeqCst), 0);
}
