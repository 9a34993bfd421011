//! How an event with an id is written.

use std::time::Duration;

use bytes::BytesMut;

use crate::transports::line::push_one_line;

/// Appends the field that names an event. An id is one line; a store's own may be anything.
fn push_id(out: &mut BytesMut, id: Option<&str>) {
    if let Some(id) = id.filter(|id| !id.contains('\0')) {
        out.extend_from_slice(b"id: ");
        push_one_line(out, id);
        out.extend_from_slice(b"\n");
    }
}

/// Appends the event at the beginning of a stream: an id, and how long to wait before coming back (RESUME-6).
pub(super) fn push_mark(out: &mut BytesMut, id: Option<&str>, retry: Duration) {
    push_id(out, id);
    out.extend_from_slice(format!("retry: {}\ndata: \n\n", retry.as_millis()).as_bytes());
}

/// Appends a message.
pub(super) fn push_message(out: &mut BytesMut, id: Option<&str>, message: &str) {
    out.reserve(message.len() + 96);
    out.extend_from_slice(b"event: message\n");
    push_id(out, id);
    out.extend_from_slice(b"data: ");
    push_one_line(out, message);
    out.extend_from_slice(b"\n\n");
}
