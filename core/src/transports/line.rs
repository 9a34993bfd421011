//! One message on one line.

use bytes::BytesMut;

/// Appends a JSON text without line breaks (STDIO-1, SEC-17). A break in valid JSON is white space between two tokens, for
/// inside a string it must be escaped; so a space means the same. Texts with breaks come only from user code.
pub(super) fn push_one_line(out: &mut BytesMut, json: &str) {
    let start = out.len();
    out.extend_from_slice(json.as_bytes());
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_some() {
        for byte in &mut out[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
}
