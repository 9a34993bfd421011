//! What is recorded, as it is said in JSON and TOML, of servers over every transport.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

#[expect(dead_code, reason = "used in part")]
mod audit_support;
mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audit_support::{Folder, records, whole};
use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::host::Description;
use oxmcp_core::host::settings::Settings;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Tool, ToolOutput};
use oxmcp_core::transports::http::HttpOptions;
use oxmcp_core::transports::stdio::{StdioOptions, serve};
use serde_json::{Value, json};
use support::{
    ACCEPT_BOTH, ENVELOPE, INITIALIZE, INITIALIZED, JSON_HEADERS, PATIENCE, legacy_call, modern_call,
    modern_headers, serve_engine,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

fn described(settings: &Value) -> Result<Description> {
    let description = Description::read(r#"{"name":"test","version":"1"}"#, None, None, "{}", "{}")?;
    description.configure(&settings.to_string(), None)?;
    let schema = RawJson::parse(r#"{"type":"object"}"#)?;
    let echo = from_function(|call: Invocation| async move {
        Ok(Output::Tool(ToolOutput::text(call.arguments.as_str())))
    });
    description.registry.add_tool(Tool::new("echo", schema), echo)?;
    Ok(description)
}

fn engine(settings: &Value) -> Engine {
    described(settings).unwrap().engine().unwrap()
}

/// Batches that a sink got.
type Heard = Arc<Mutex<Vec<Value>>>;

/// A sink that keeps what it gets; it fails while the switch says so.
fn sink() -> (Arc<dyn Handler>, Heard, Arc<AtomicBool>) {
    let heard = Heard::default();
    let fails = Arc::new(AtomicBool::new(false));
    let (listener, failing) = (Arc::clone(&heard), Arc::clone(&fails));
    let function = from_function(move |invocation: Invocation| {
        assert_eq!(&*invocation.target, "oxmcp/audit");
        let failed = failing.load(Ordering::SeqCst);
        if !failed {
            let batch: Value = serde_json::from_str(invocation.arguments.as_str()).unwrap();
            listener.lock().unwrap().push(batch["records"].clone());
        }
        async move {
            if failed {
                Err(Failure::new(FailureKind::Tool, "the collector is away"))
            } else {
                Ok(Output::Whole(RawJson::empty_object()))
            }
        }
    });
    (function, heard, fails)
}

fn types(records: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    records.iter().map(|record| (text(&record["event_type"]), text(&record["outcome"]))).collect()
}

fn of(folder: &Folder, more: &Value) -> Value {
    let mut section = json!({"path": folder.file()});
    section.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"audit": section})
}

#[tokio::test]
async fn the_same_words_are_spelt_as_in_either_language_and_in_the_file() {
    let folder = Folder::new();
    let snake = json!({
        "path": folder.file(), "mode": "fast", "on_failure": "allow", "arguments": "redacted", "redact": ["patient"],
        "redact_patterns": ["MRN-\\d+"], "max_argument_bytes": 1000, "max_text_bytes": 100, "key": "a key of 16 bytes",
        "rotate_bytes": 1000, "rotate_seconds": 86400, "keep": 3, "queue_records": 10, "queue_bytes": 1000,
        "sink_records": 1, "sink_seconds": 0.5,
    });
    let camel = json!({
        "path": folder.file(), "mode": "fast", "onFailure": "allow", "arguments": "redacted", "redact": ["patient"],
        "redactPatterns": ["MRN-\\d+"], "maxArgumentBytes": 1000, "maxTextBytes": 100, "key": "a key of 16 bytes",
        "rotateBytes": 1000, "rotateSeconds": 86400, "keep": 3, "queueRecords": 10, "queueBytes": 1000,
        "sinkRecords": 1, "sinkSeconds": 0.5,
    });
    let read = |section: &Value| Settings::from_json(&json!({"audit": section}).to_string()).unwrap();
    assert_eq!(format!("{:?}", read(&snake)), format!("{:?}", read(&camel)));
    let path = folder.0.join("oxmcp.toml");
    std::fs::write(&path, format!("[audit]\npath = {:?}\narguments = \"whole\"\n", folder.file())).unwrap();
    let section = Settings::from_file(&path).unwrap().audit.unwrap();
    section.open(None).unwrap().close();
    assert_eq!(records(&folder.file()).len(), 2);
    assert!(!format!("{:?}", read(&snake)).contains("16 bytes"), "keys are not for logs");
}

#[test]
fn what_is_wrong_is_said_with_its_name() {
    let folder = Folder::new();
    let refused = |section: Value| {
        described(&json!({"audit": section}))
            .and_then(|description| description.engine())
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    for (section, says) in [
        (json!({}), "there is nothing that records go to"),
        (json!({"file": "x"}), "unknown field `file`"),
        (json!({"path": folder.file(), "mode": "slow"}), "unknown variant `slow`"),
        (json!({"path": folder.file(), "arguments": "raw"}), "unknown variant `raw`"),
        (json!({"path": folder.file(), "redact_patterns": ["("]}), "audit.redact_patterns"),
        (json!({"path": folder.file(), "key": "short"}), "less than 16 bytes"),
        (json!({"path": folder.file(), "rotate_seconds": -1}), "audit.rotate_seconds"),
        (json!({"path": folder.file(), "queue_records": 0}), "no room for any record"),
        (json!({"path": folder.0.join("nowhere/audit.jsonl")}), "cannot be used"),
        (json!({"console": "printer"}), "unknown variant `printer`"),
    ] {
        let message = refused(section);
        assert!(message.contains(says), "{message}");
    }
}

#[tokio::test]
async fn what_an_author_calls_secret_is_in_no_record() {
    let folder = Folder::new();
    let section =
        json!({"arguments": "redacted", "redact": ["patientNumber"], "redact_patterns": ["MRN-\\d+"]});
    let engine = engine(&of(&folder, &section));
    let server = serve_engine(engine, support::engine().1, HttpOptions::default());
    let arguments = r#"{"patient_number":"canary","note":"see MRN-4711","MRN-4712":1}"#;
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":"MRN-4713","method":"tools/call","params":{{"name":"echo","arguments":{arguments},{ENVELOPE}}}}}"#
    );
    assert_eq!(server.post(&modern_headers("echo"), &body).await.status, 200);
    let text = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!text.contains("canary") && !text.contains("MRN-"), "{text}");
    assert!(text.contains("see [redacted]"), "{text}");
}

/// T17 of the threats, over HTTP: whatever gets an answer has its record by then, refused requests, too.
#[tokio::test]
async fn everything_that_is_answered_over_http_is_recorded_by_then() {
    let folder = Folder::new();
    let description = described(&of(&folder, &json!({}))).unwrap();
    let known = from_function(|call: Invocation| async move {
        let whole =
            if call.arguments.as_str().contains("ann") { json!({"subject": "ann"}) } else { json!(null) };
        Ok(Output::Whole(RawJson::from_value(&whole)))
    });
    description.set_function("oxmcp/verify_token", known);
    let options = HttpOptions { max_body_bytes: 4096, ..HttpOptions::default() };
    let server = serve_engine(description.engine().unwrap(), support::engine().1, options);
    let last = || {
        let record = records(&folder.file()).pop().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        (
            text(&record["event_type"]),
            text(&record["outcome"]),
            text(&record["extensions"]["status"]),
            text(&record["principal_id"]),
        )
    };
    let told = |event: &str, outcome: &str, status: &str, who: &str| {
        (event.to_owned(), outcome.to_owned(), status.to_owned(), who.to_owned())
    };
    let refused = |status: &str| told("request.refused", "denied", status, "-");
    let ann = "Authorization: Bearer ann\r\n";
    let usual = format!("{ann}{JSON_HEADERS}{ACCEPT_BOTH}");
    for (headers, body, status) in [
        (format!("{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE, 401),
        (format!("Authorization: Bearer bob\r\n{JSON_HEADERS}"), INITIALIZE, 401),
        (format!("{usual}Host: evil.example\r\n"), INITIALIZE, 421),
        (format!("{usual}Origin: https://evil.example\r\n"), INITIALIZE, 403),
        (format!("{ann}Content-Type: text/plain\r\n"), INITIALIZE, 415),
        (format!("{ann}{JSON_HEADERS}Accept: image/png\r\n"), INITIALIZE, 406),
        (usual.clone(), "{", 400),
        (usual.clone(), &"x".repeat(5000), 413),
    ] {
        let answer = server.post(&headers, body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(last(), refused(&status.to_string()));
    }
    let shaken = server.post(&usual, INITIALIZE).await;
    assert_eq!(last(), told("initialize", "allowed", "-", "ann"));
    let session = format!("{usual}Mcp-Session-Id: {}\r\n", shaken.header("mcp-session-id").unwrap());
    assert_eq!(server.post(&session, INITIALIZED).await.status, 202);
    server.post(&session, &legacy_call(1, "echo")).await;
    assert_eq!(last(), told("tools/call", "allowed", "-", "ann"));
    server.post(&session, &legacy_call(2, "nothing")).await;
    assert_eq!(last(), told("tools/call", "error", "-", "ann"));
    server.post(&session, r#"{"jsonrpc":"2.0","id":3,"method":"no/such"}"#).await;
    assert_eq!(last(), told("no/such", "error", "-", "ann"));
    server.post(&format!("{ann}{}", modern_headers("echo")), &modern_call(4, "echo", ENVELOPE)).await;
    assert_eq!(last(), told("tools/call", "allowed", "-", "ann"));
    assert_eq!(
        server.ask("DELETE", "/mcp", &format!("{ann}Mcp-Session-Id: guessed\r\n"), "").await.status,
        404
    );
    assert_eq!(last(), refused("404"));
    whole(&[folder.file()]);
    let text = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!text.contains("Bearer"), "{text}");
}

#[tokio::test]
async fn everything_that_is_answered_over_stdio_is_recorded_and_the_sink_has_it_at_the_end() {
    for mode in ["durable", "fast"] {
        let folder = Folder::new();
        let description = described(&of(&folder, &json!({"mode": mode, "sink_records": 2}))).unwrap();
        let (function, heard, _) = sink();
        description.set_function("oxmcp/audit", function);
        let engine = description.engine().unwrap();
        let (mut input, theirs_in) = tokio::io::duplex(1 << 20);
        let (mut output, theirs_out) = tokio::io::duplex(1 << 20);
        let task = tokio::spawn(serve(
            engine.clone(),
            theirs_in,
            theirs_out,
            StdioOptions::default(),
            Shutdown::new(),
        ));
        let lines = format!(
            "{INITIALIZE}\n{INITIALIZED}\n{}\n{{\n{}\n",
            legacy_call(1, "echo"),
            modern_call(2, "nothing", ENVELOPE)
        );
        input.write_all(lines.as_bytes()).await.unwrap();
        drop(input);
        let mut said = String::new();
        timeout(PATIENCE, output.read_to_string(&mut said)).await.unwrap().unwrap();
        timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
        assert_eq!(said.lines().count(), 4, "{said}");
        let recorded = records(&folder.file());
        let mut found = types(&recorded[1..]);
        found.sort();
        let expected = [
            ("initialize", "allowed"),
            ("request.refused", "denied"),
            ("tools/call", "allowed"),
            ("tools/call", "error"),
        ];
        assert_eq!(found, expected.map(|(event, outcome)| (event.to_owned(), outcome.to_owned())), "{mode}");
        let batches = heard.lock().unwrap().clone();
        assert!(batches.iter().all(|batch| batch.as_array().unwrap().len() <= 2));
        let flat: Vec<Value> = batches.iter().flat_map(|batch| batch.as_array().unwrap().clone()).collect();
        assert_eq!(flat, recorded[1..]);
        engine.close_task_store();
        assert!(whole(&[folder.file()]).closed);
    }
}

/// What an era answers by itself waits for its record as everything else does.
#[tokio::test]
async fn a_handshake_waits_for_its_record_and_fails_where_there_is_none() {
    let description = described(&json!({})).unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let works = Arc::new(AtomicBool::new(true));
    let (opened, does) = (Arc::clone(&gate), Arc::clone(&works));
    description.set_function(
        "oxmcp/audit",
        from_function(move |_| {
            let (gate, works) = (Arc::clone(&opened), Arc::clone(&does));
            async move {
                gate.acquire().await.unwrap().forget();
                let works = works.load(Ordering::SeqCst);
                if works {
                    Ok(Output::Whole(RawJson::empty_object()))
                } else {
                    Err(Failure::new(FailureKind::Tool, "away"))
                }
            }
        }),
    );
    let server = serve_engine(description.engine().unwrap(), support::engine().1, HttpOptions::default());
    let headers = format!("{JSON_HEADERS}{ACCEPT_BOTH}");
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &headers, INITIALIZE).await;
    assert!(timeout(Duration::from_millis(100), client.answer()).await.is_err(), "nothing is said before");
    gate.add_permits(1);
    let answer = client.answer().await.json();
    assert!(answer["result"]["serverInfo"].is_object(), "{answer}");
    works.store(false, Ordering::SeqCst);
    gate.add_permits(10);
    let answer = server.post(&headers, INITIALIZE).await.json();
    assert_eq!(answer["error"]["code"], -31_000, "{answer}");
    let answer = server.post(&modern_headers("echo"), &modern_call(4, "echo", ENVELOPE)).await.json();
    assert!(answer["error"]["message"].as_str().unwrap().contains("cannot record"), "{answer}");
    // A refusal is one all the same.
    assert_eq!(
        server.post(&format!("{headers}Origin: https://evil.example\r\n"), INITIALIZE).await.status,
        403
    );
}

#[tokio::test]
async fn a_sink_that_is_away_keeps_nobody_waiting_in_the_fast_mode_and_is_told_what_it_missed() {
    let folder = Folder::new();
    let description = described(&of(&folder, &json!({"mode": "fast"}))).unwrap();
    let (function, heard, fails) = sink();
    description.set_function("oxmcp/audit", function);
    let engine = description.engine().unwrap();
    let server = serve_engine(engine.clone(), support::engine().1, HttpOptions::default());
    let call = async || {
        let answer = server.post(&modern_headers("echo"), &modern_call(4, "echo", ENVELOPE)).await;
        assert_eq!(answer.status, 200);
    };
    fails.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        call().await;
        engine.admission().unwrap().settle().await;
    }
    assert!(heard.lock().unwrap().is_empty());
    fails.store(false, Ordering::SeqCst);
    call().await;
    engine.admission().unwrap().settle().await;
    let flat: Vec<Value> =
        heard.lock().unwrap().iter().flat_map(|batch| batch.as_array().unwrap().clone()).collect();
    assert_eq!(
        types(&flat).iter().map(|(event, _)| event.as_str()).collect::<Vec<_>>(),
        ["tools/call", "audit.undelivered"]
    );
    assert_eq!(flat[1]["extensions"]["missed"], "3");
    let recorded = records(&folder.file());
    assert_eq!(
        recorded.iter().filter(|record| record["event_type"] == "tools/call").count(),
        4,
        "the file has them"
    );
    whole(&[folder.file()]);
}
