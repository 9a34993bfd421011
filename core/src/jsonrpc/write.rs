//! Messages to text. Results, parameters and error data are JSON text already and are put in as they are.

use std::fmt::Write as _;

use super::RequestId;
use crate::json::write_string;

/// Appends a response with a result. `result` is the text of an object. Without an id, `"id":null` is written.
pub fn response(out: &mut String, id: Option<&RequestId>, result: &str) {
    out.reserve(result.len() + 64);
    begin_with_id(out, id);
    out.push_str(",\"result\":");
    out.push_str(result);
    out.push('}');
}

/// Appends a response with an error. Without an id, `"id":null` is written (RPC-8). `data` is JSON text.
pub fn error(out: &mut String, id: Option<&RequestId>, code: i32, message: &str, data: Option<&str>) {
    out.reserve(message.len() + data.map_or(0, str::len) + 96);
    begin_with_id(out, id);
    // Writing into a String cannot fail.
    let _ = write!(out, ",\"error\":{{\"code\":{code},\"message\":");
    write_string(out, message);
    if let Some(data) = data {
        out.push_str(",\"data\":");
        out.push_str(data);
    }
    out.push_str("}}");
}

/// Appends a request. `params` is the text of an object.
pub fn request(out: &mut String, id: &RequestId, method: &str, params: &str) {
    out.reserve(method.len() + params.len() + 80);
    begin_with_id(out, Some(id));
    out.push_str(",\"method\":");
    write_string(out, method);
    out.push_str(",\"params\":");
    out.push_str(params);
    out.push('}');
}

/// Appends a notification. `params` is the text of an object.
pub fn notification(out: &mut String, method: &str, params: Option<&str>) {
    out.reserve(method.len() + params.map_or(0, str::len) + 48);
    out.push_str("{\"jsonrpc\":\"2.0\",\"method\":");
    write_string(out, method);
    if let Some(params) = params {
        out.push_str(",\"params\":");
        out.push_str(params);
    }
    out.push('}');
}

fn begin_with_id(out: &mut String, id: Option<&RequestId>) {
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    match id {
        Some(id) => id.write_json(out),
        None => out.push_str("null"),
    }
}
