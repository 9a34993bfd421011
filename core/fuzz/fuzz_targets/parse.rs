//! Any bytes as a frame: no panic, and whatever is accepted an independent parser accepts as the same JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oxmcp_core::json::{elements, members};
use oxmcp_core::jsonrpc::{Frame, FrameLimits, Message, RequestId, parse, write};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(frame) = parse(bytes, &FrameLimits::default()) else { return };
    let text = str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .expect("what we accept is UTF-8");
    match frame {
        Frame::Single(message) => check(&message, &read(text)),
        Frame::Batch(messages) => {
            assert_eq!(messages.len(), elements(text).count());
            // A member that is refused by itself (for half a surrogate, say) need not be JSON to others.
            if messages.iter().all(Result::is_ok) {
                assert_eq!(messages.len(), read(text).as_array().expect("a batch is an array").len());
            }
            for (message, text) in messages.iter().zip(elements(text)) {
                if let Ok(message) = message {
                    check(message, &read(text));
                }
            }
        }
    }
});

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("what we accept is JSON")
}

fn check(message: &Message<'_>, value: &Value) {
    assert_eq!(value.get("jsonrpc"), Some(&Value::from("2.0")));
    match message {
        Message::Request(request) => {
            assert_eq!(value.get("method"), Some(&Value::from(request.method.as_ref())));
            same_id(&request.id, value);
            same_text(request.params, value.get("params"));
        }
        Message::Notification(notification) => {
            assert_eq!(value.get("method"), Some(&Value::from(notification.method.as_ref())));
            assert!(value.get("id").is_none());
            same_text(notification.params, value.get("params"));
        }
        Message::Response(response) => {
            same_id(&response.id, value);
            same_text(response.outcome.ok(), value.get("result"));
            same_text(response.outcome.err(), value.get("error"));
        }
    }
}

fn same_id(id: &RequestId, value: &Value) {
    // `-0` is the integer 0 for us, and a double for the other parser.
    if value.get("id").and_then(Value::as_f64) == Some(0.0) {
        return;
    }
    let mut answer = String::new();
    write::response(&mut answer, Some(id), "{}");
    let answer: Value = serde_json::from_str(&answer).expect("what we write is JSON");
    assert_eq!(answer.get("id"), value.get("id"));
}

fn same_text(text: Option<&str>, value: Option<&Value>) {
    let parsed: Option<Value> = text.map(read);
    assert_eq!(parsed.as_ref(), value);
    if let Some(text) = text {
        walk(text);
    }
}

fn walk(text: &str) {
    match read(text) {
        Value::Object(object) => {
            assert_eq!(members(text).count(), object.len());
            members(text).for_each(|(_, value)| walk(value));
        }
        Value::Array(array) => {
            assert_eq!(elements(text).count(), array.len());
            elements(text).for_each(walk);
        }
        _ => {}
    }
}
