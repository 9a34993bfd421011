//! What a server says that belongs to no request: who hears it, in both eras, over HTTP and on a connection.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::Arc;

use engine_support::*;
use oxmcp_core::engine::{Engine, SessionStream};
use oxmcp_core::model::{Change, LogLevel, LogMessage, Notification, Said, Saying};
use oxmcp_core::protocol_version::ProtocolVersion;
use oxmcp_core::registry::Extension;
use serde_json::{Value, json};

const ALARM: &str = "notifications/alarms/raised";

fn say(engine: &Engine, what: Saying, session: Option<&str>) {
    engine.registry().notify(&Change::Said(Arc::new(Said { what, session: session.map(Arc::from) })));
}

fn log(level: LogLevel, data: &str) -> Saying {
    Saying::Log(LogMessage { level, logger: Some("kettle".to_owned()), data: raw(&json!(data)) })
}

fn alarm(floor: u32) -> Saying {
    Saying::Notification(Notification { method: ALARM.to_owned(), params: raw(&json!({ "floor": floor })) })
}

async fn told(stream: &mut SessionStream) -> Value {
    one_line(&stream.next().await.unwrap())
}

#[tokio::test]
async fn every_session_hears_what_it_wants_to_and_one_alone_what_is_its_own() {
    // EXT-6, LOG-1, LOG-5
    let engine = engine();
    engine.registry().note_logging();
    let (one, other) = (session(&engine, "2025-11-25").await, session(&engine, "2025-06-18").await);
    let quiet = request(1, "logging/setLevel", json!({"level": "error"}));
    assert_eq!(*hear(post(&engine, &[("Mcp-Session-Id", &other)], quiet)).await.result(), json!({}));
    let open = |id: &str| engine.open_session_stream(&headers(&[("Mcp-Session-Id", id)]), None).unwrap();
    let (mut hears, mut hears_too) = (open(&one), open(&other));
    let connection = shaken(&engine, "2025-11-25").await;
    for what in [log(LogLevel::Debug, "too low"), log(LogLevel::Warning, "hot"), alarm(2)] {
        say(&engine, what, None);
    }
    say(&engine, log(LogLevel::Error, "yours alone"), Some(&other));
    say(&engine, log(LogLevel::Error, "the connection's"), Some(""));
    say(&engine, alarm(3), None);
    let warning = json!({"level": "warning", "logger": "kettle", "data": "hot"});
    let message = told(&mut hears).await;
    assert_eq!((&message["method"], &message["params"]), (&json!("notifications/message"), &warning));
    for floor in [2, 3] {
        let message = told(&mut hears).await;
        assert_eq!((&message["method"], &message["params"]["floor"]), (&json!(ALARM), &json!(floor)));
    }
    assert_eq!(told(&mut hears_too).await["params"]["floor"], 2);
    assert_eq!(told(&mut hears_too).await["params"]["data"], "yours alone");
    assert_eq!(told(&mut hears_too).await["params"]["floor"], 3);
    let mut on_connection = Vec::new();
    for _ in 0..4 {
        on_connection.push(one_line(&connection.unsolicited().await.unwrap())["params"].clone());
    }
    assert_eq!(on_connection[0], warning);
    assert_eq!((&on_connection[1]["floor"], &on_connection[3]["floor"]), (&json!(2), &json!(3)));
    assert_eq!(on_connection[2]["data"], "the connection's");
}

#[tokio::test]
async fn listeners_hear_what_they_name_and_never_the_log() {
    // SUB-2, SUB-3, SUB-4, LOG-3, EXT-6
    let engine = engine();
    // Without any extension there are no notifications of theirs.
    let alone = json!({"notifications": {ALARM: true}});
    let nothing = message(modern(&engine, "subscriptions/listen", alone).next().await);
    assert_eq!(nothing["params"]["notifications"], json!({}));
    let alarms = Extension { settings: raw(&json!({})), since: ProtocolVersion::ALL[0] };
    engine.registry().declare_extension("example.com/alarms", alarms).unwrap();
    engine.registry().note_logging();
    let wanted =
        json!({"notifications": {ALARM: true, "notifications/other": false, "notifications/message": true}});
    let mut listener = modern(&engine, "subscriptions/listen", wanted);
    let acknowledged = message(listener.next().await);
    assert_eq!(acknowledged["params"]["notifications"][ALARM], true);
    let mut deaf =
        modern(&engine, "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}));
    message(deaf.next().await);
    for what in [log(LogLevel::Emergency, "not for listeners"), alarm(2), log(LogLevel::Error, "nor this")] {
        say(&engine, what, None);
    }
    say(&engine, alarm(3), None);
    for floor in [2, 3] {
        let heard = message(listener.next().await);
        assert_eq!((&heard["method"], &heard["params"]["floor"]), (&json!(ALARM), &json!(floor)));
        assert_eq!(heard["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    }
    assert!(poll_once(&mut deaf).is_pending());
}
