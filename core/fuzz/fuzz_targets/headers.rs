//! A posted request, header lines, an empty line, a body: headers are never believed against the body, whatever bytes they
//! hold, and a ladder that let a request pass had every rung to stand on.
#![no_main]

mod server;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use server::{MODERN, PROTOCOL_VERSION, engine, post, response};

fuzz_target!(|bytes: &[u8]| {
    let Some(split) = bytes.windows(2).position(|pair| pair == b"\n\n") else { return };
    let (head, body) = (&bytes[..split], &bytes[split + 2..]);
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n').take(16) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(&line[colon + 1..]))
        {
            headers.append(name, value);
        }
    }
    for stateless in [true, false] {
        let engine = engine();
        let heard = post(&engine, headers.clone(), stateless, body);
        // The GET and DELETE of the same headers.
        let _ = engine.open_session_stream(&headers, None);
        let _ = engine.end_session(&headers, None);
        let (Some((answer, status)), Ok(asked)) = (response(&heard), serde_json::from_slice::<Value>(body))
        else {
            continue;
        };
        check(&headers, &asked, &answer, status);
    }
});

fn check(headers: &HeaderMap, asked: &Value, answer: &Value, status: u16) {
    let code = answer["error"]["code"].as_i64();
    assert!(code != Some(-32020) || status == 400, "HTTP-7");
    if answer.get("result").is_none() {
        return;
    }
    let params = &asked["params"];
    let Some(version) = params["_meta"].get(PROTOCOL_VERSION) else { return };
    assert_eq!(version, MODERN);
    assert_eq!(single(headers, "mcp-protocol-version"), Some(MODERN.to_owned()));
    let method = asked["method"].as_str().expect("methods are strings");
    assert_eq!(single(headers, "mcp-method").as_deref(), Some(method));
    let name = match method {
        "tools/call" | "prompts/get" => &params["name"],
        "resources/read" => &params["uri"],
        _ => return,
    };
    let name = name.as_str().expect("names are strings");
    assert_eq!(single(headers, "mcp-name").map(decoded).as_deref(), Some(name));
    if name == "echo" && method == "tools/call" {
        for argument in ["text", "floor", "dry"] {
            let header = single(headers, &format!("mcp-param-{argument}")).map(decoded);
            match (&params["arguments"][argument], header) {
                (Value::Null, header) => assert_eq!(header, None),
                (Value::String(text), header) => assert_eq!(header.as_ref(), Some(text)),
                (Value::Bool(truth), header) => assert_eq!(header, Some(truth.to_string())),
                (number, header) => {
                    let header = header.expect("PARAM-8").parse::<f64>().expect("a number");
                    assert_eq!(Some(header), number.as_f64());
                }
            }
        }
    }
}

fn single(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    assert!(values.next().is_none(), "HDR-12");
    Some(value.to_str().expect("HDR-7").trim_matches([' ', '\t']).to_owned())
}

fn decoded(value: String) -> String {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(inner) => String::from_utf8(STANDARD.decode(inner).expect("HDR-11")).expect("HDR-11"),
        None => value,
    }
}
