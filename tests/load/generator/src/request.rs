//! The bytes of requests.

use std::fmt::Write;

use crate::options::{Era, Options};

const ENVELOPE: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"load","version":"1.0.0"}}}"#;
pub const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// The text a call with this id sends, and must get back.
pub fn text(id: u64) -> String {
    format!("what number {id} has to say")
}

/// Write the JSON of request `id`.
pub fn body(out: &mut String, options: &Options, id: u64) {
    out.clear();
    let listing = options.call == "tools/list";
    let method = if listing { "tools/list" } else { "tools/call" };
    let _ = write!(out, r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"#);
    if !listing {
        let _ = write!(out, r#""name":"{}","arguments":{{"text":"{}"}}"#, options.call, text(id));
    }
    if options.era == Era::Modern {
        if !listing {
            out.push(',');
        }
        out.push_str(ENVELOPE);
    }
    out.push_str("}}");
}

/// The part of the HTTP head that is the same for every request, up to the value of `Content-Length`.
pub fn head(options: &Options, session: Option<&str>) -> String {
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\n",
        options.path, options.address
    );
    match (options.era, session) {
        (Era::Modern, _) => {
            head.push_str("MCP-Protocol-Version: 2026-07-28\r\n");
            if options.call == "tools/list" {
                head.push_str("Mcp-Method: tools/list\r\n");
            } else {
                let _ = write!(head, "Mcp-Method: tools/call\r\nMcp-Name: {}\r\n", options.call);
            }
        }
        (Era::Legacy, Some(session)) => {
            let _ = write!(head, "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {session}\r\n");
        }
        (Era::Legacy, None) => {}
    }
    head.push_str("Content-Length: ");
    head
}
