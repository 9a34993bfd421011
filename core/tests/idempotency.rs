//! Calls that their callers named by a key are done once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use engine_support::*;
use oxmcp_core::engine::{Edge, Engine, Exchange, HttpEdge, Inbound};
use oxmcp_core::handler::{Failure, FailureKind, Invocation, Origin, from_function};
use oxmcp_core::model::Principal;
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::safety::{IDEMPOTENCY_KEY, LedgerOptions, OUTCOME_UNKNOWN, Safety, SafetyOptions};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

struct Served {
    engine: Engine,
    ran: Arc<AtomicUsize>,
    /// What `wait` waits for.
    permits: Arc<Semaphore>,
}

/// `add` counts, `wait` waits, `fail` refuses; `again` waits, and says that twice is as good as once.
fn served(ledger: LedgerOptions) -> Served {
    let (ran, permits) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    for name in ["add", "wait", "fail", "again"] {
        let (ran, permits) = (Arc::clone(&ran), Arc::clone(&permits));
        let mut tool = tool(name, &any_object());
        if name == "again" {
            tool.common.annotations = Some(raw(&json!({"idempotentHint": true})));
        }
        let handler = from_function(move |_: Invocation| {
            let (ran, permits) = (Arc::clone(&ran), Arc::clone(&permits));
            async move {
                let count = ran.fetch_add(1, Ordering::SeqCst) + 1;
                match name {
                    "fail" => return Err(Failure::new(FailureKind::Tool, format!("refused {count}"))),
                    "wait" | "again" => permits.acquire().await.unwrap().forget(),
                    _ => {}
                }
                Ok(text(&format!("run {count}")))
            }
        });
        registry.add_tool(tool, handler).unwrap();
    }
    let options = SafetyOptions { ledger: Some(ledger), ..SafetyOptions::off() };
    registry.set_guard(Some(Arc::new(Safety::new(options))));
    Served { engine: builder().registry(registry).build().unwrap(), ran, permits }
}

fn ask(
    engine: &Engine,
    principal: Option<&str>,
    header: Option<&str>,
    name: &str,
    mut params: Value,
) -> Exchange {
    params["name"] = json!(name);
    let mut pairs = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", name)];
    pairs.extend(header.map(|key| ("Idempotency-Key", key)));
    engine.exchange(Inbound {
        frame: Bytes::from(request(7, "tools/call", enveloped(params)).to_string()),
        edge: Edge::Http(HttpEdge {
            headers: Arc::new(headers(&pairs)),
            remote: None,
            principal: principal.map(Principal::of_subject),
            stateless: false,
            resumable: false,
        }),
        max_bytes: None,
        origin: Origin::default(),
    })
}

fn keyed(key: &str, arguments: &Value) -> Value {
    json!({"arguments": arguments, "_meta": {IDEMPOTENCY_KEY: key}})
}

async fn said(exchange: Exchange) -> String {
    let heard = hear(exchange).await;
    heard.result()["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_same_key_has_the_same_answer_and_runs_once() {
    let Served { engine, ran, .. } = served(LedgerOptions::default());
    let add = |who, header, params| ask(&engine, who, header, "add", params);
    for _ in 0..3 {
        assert_eq!(said(add(None, None, keyed("k", &json!({"a": 1, "b": 2})))).await, "run 1");
        // The header is as good, and how arguments are written is not part of them.
        assert_eq!(said(add(None, Some("k"), json!({"arguments": {"b": 2, "a": 1}}))).await, "run 1");
        assert_eq!(said(add(None, Some("\"k\""), keyed("k", &json!({"a": 1, "b": 2})))).await, "run 1");
    }
    assert_eq!(
        said(add(Some("ann"), None, keyed("k", &json!({"a": 1, "b": 2})))).await,
        "run 2",
        "another's"
    );
    assert_eq!(said(add(None, None, keyed("l", &json!({"a": 1, "b": 2})))).await, "run 3");
    assert_eq!(said(add(None, None, json!({"arguments": {}}))).await, "run 4", "no key");
    assert_eq!(
        said(ask(&engine, None, None, "fail", keyed("k", &json!({})))).await,
        "refused 5",
        "another tool's"
    );
    assert_eq!(said(ask(&engine, None, None, "fail", keyed("k", &json!({})))).await, "refused 5");
    assert_eq!(ran.load(Ordering::SeqCst), 5);

    for (header, params) in [
        (None, keyed("k", &json!({"a": 2}))),
        (Some("other"), keyed("k", &json!({"a": 1, "b": 2}))),
        (None, keyed("", &json!({}))),
        (None, keyed(&"k".repeat(257), &json!({}))),
        (None, json!({"arguments": {}, "_meta": {IDEMPOTENCY_KEY: 7}})),
    ] {
        let heard = hear(add(None, header, params)).await;
        assert_eq!(heard.result()["isError"], true, "{}", heard.response);
    }
    assert_eq!(ran.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_second_one_waits_for_the_first() {
    let Served { engine, ran, permits } = served(LedgerOptions::default());
    let wait = || said(ask(&engine, None, None, "wait", keyed("k", &json!({}))));
    let all = async { tokio::join!(wait(), wait(), wait()) };
    let (answers, ()) = tokio::join!(all, async {
        tokio::task::yield_now().await;
        permits.add_permits(1);
    });
    assert_eq!(answers, ("run 1".to_owned(), "run 1".to_owned(), "run 1".to_owned()));
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_begun_and_not_ended_is_said_to_be_unknown() {
    let Served { engine, ran, permits } = served(LedgerOptions::default());
    for (name, runs) in [("wait", 1), ("again", 2)] {
        let mut exchange = ask(&engine, None, None, name, keyed("k", &json!({})));
        assert!(poll_once(&mut exchange).is_pending());
        // Its client is gone, or its time is over.
        drop(exchange);
        assert_eq!(ran.load(Ordering::SeqCst), runs);
    }
    let heard = hear(ask(&engine, None, None, "wait", keyed("k", &json!({})))).await;
    assert_eq!(heard.code(), i64::from(OUTCOME_UNKNOWN));
    assert_eq!(heard.response["error"]["data"], json!({"reason": "outcome_unknown", "retry": "unsafe"}));
    permits.add_permits(1);
    assert_eq!(
        said(ask(&engine, None, None, "again", keyed("k", &json!({})))).await,
        "run 3",
        "twice is as good"
    );
}

#[tokio::test]
async fn the_ledger_has_bounds_and_forgets_in_time() {
    let options = LedgerOptions { max_keys: 2, max_bytes: 400, ttl: Duration::from_millis(150) };
    let Served { engine, ran, .. } = served(options);
    let add = |key: &str| ask(&engine, None, None, "add", keyed(key, &json!({})));
    assert_eq!(said(add("a")).await, "run 1");
    assert_eq!(said(add("b")).await, "run 2");
    let heard = hear(add("b")).await;
    assert_eq!(heard.code(), i64::from(OUTCOME_UNKNOWN), "there was no room for its answer");
    assert_eq!(hear(add("c")).await.code(), -31000);
    assert_eq!(ran.load(Ordering::SeqCst), 2);
    let began = std::time::Instant::now();
    loop {
        let heard = hear(add("c")).await;
        if heard.response.get("result").is_some() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::task::yield_now().await;
    }
    assert_eq!(ran.load(Ordering::SeqCst), 3);
}
