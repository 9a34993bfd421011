//! Pictures, sounds and blocks of content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, ToolOutput};
use serde_json::{Value, json};

/// A red picture of one pixel: signature, header, one compressed line, end.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0xf8,
    0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0xc9, 0xfe, 0x92, 0xef, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
    0x60, 0x82,
];

/// The picture, as results carry it.
pub fn png() -> String {
    STANDARD.encode(PNG)
}

/// Eight silent samples, as results carry them.
pub fn wav() -> String {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(52_u32.to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    // PCM, one channel; 8000 samples a second of two bytes each.
    for half in [1_u16, 1] {
        bytes.extend(half.to_le_bytes());
    }
    for word in [8000_u32, 16_000] {
        bytes.extend(word.to_le_bytes());
    }
    for half in [2_u16, 16] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(b"data");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([0; 16]);
    STANDARD.encode(bytes)
}

/// A block of text.
pub fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

/// The picture as a block.
pub fn image() -> Value {
    json!({ "type": "image", "data": png(), "mimeType": "image/png" })
}

/// A resource as a block.
pub fn resource(uri: &str, mime_type: &str, text: &str) -> Value {
    json!({ "type": "resource", "resource": { "uri": uri, "mimeType": mime_type, "text": text } })
}

/// A tool's result of these blocks.
pub fn blocks(blocks: &[Value]) -> Output {
    let content = RawJson::from_value(&Value::from(blocks));
    Output::Tool(ToolOutput { content, ..ToolOutput::text("") })
}

/// A tool's result with structure: repeated as text for those who only read that.
pub fn structured(value: &Value) -> Output {
    let structured = RawJson::from_value(value);
    Output::Tool(ToolOutput {
        structured_content: Some(structured.clone()),
        ..ToolOutput::text(structured.as_str())
    })
}

/// A tool's result of one text.
pub fn said(text: impl AsRef<str>) -> Output {
    Output::Tool(ToolOutput::text(text.as_ref()))
}
