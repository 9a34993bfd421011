//! Bytes to [`Frame`], in one strict pass that builds no tree.

use std::borrow::Cow;
use std::str::Utf8Error;

use bytes::Bytes;

use super::batch;
use super::message::Members;
use super::{Frame, Malformed, Outline};
use crate::json::{Fault, LONG, MAX_DEPTH, Scanner, SharedText};

/// How large a frame may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLimits {
    /// Bytes in a frame. Every transport has a limit of its own, which is why there is none here by default.
    pub max_bytes: usize,
    /// Levels of nesting, the message itself being the first; more than [`MAX_DEPTH`] counts as [`MAX_DEPTH`] (RPC-17).
    pub max_depth: usize,
    /// Messages in a batch.
    pub max_batch: usize,
    /// Bytes in a method's name (RPC-18).
    pub max_method: usize,
}

impl Default for FrameLimits {
    /// Any number of bytes, [`MAX_DEPTH`] levels, 100 messages, 256 bytes.
    fn default() -> Self {
        Self { max_bytes: usize::MAX, max_depth: MAX_DEPTH, max_batch: 100, max_method: 256 }
    }
}

/// Reads one frame: a message, or an array of messages. A byte order mark before it is skipped.
///
/// # Errors
/// For the frame as a whole: not UTF-8 or not exactly one JSON value (-32700), not a valid message, or over a limit (-32600),
/// positional parameters (-32602). A bad message in a batch is an error of that element alone.
pub fn parse<'a>(bytes: &'a [u8], limits: &FrameLimits) -> Result<Frame<'a>, Malformed> {
    parse_outlined(bytes, limits, &mut Outline::new(""))
}

/// [`parse`] that notes down an outline of a single message in passing. For an empty one.
///
/// # Errors
/// As [`parse`].
pub fn parse_outlined<'a>(
    bytes: &'a [u8],
    limits: &FrameLimits,
    outline: &mut Outline<'a>,
) -> Result<Frame<'a>, Malformed> {
    check_length(bytes, limits)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    parse_text(std::str::from_utf8(bytes).map_err(not_utf8)?, limits, outline)
}

/// A frame, ready to be read.
#[derive(Debug)]
pub enum Taken {
    /// What is kept of it is better copied.
    Short(Bytes),
    /// Parts of it are kept without a copy.
    Long(SharedText),
}

impl Taken {
    /// Takes a frame.
    ///
    /// # Errors
    /// As [`parse`], for a long one: it is over the limit, or not UTF-8.
    pub fn new(frame: Bytes, limits: &FrameLimits) -> Result<Self, Malformed> {
        if frame.len() < LONG {
            return Ok(Self::Short(frame));
        }
        check_length(&frame, limits)?;
        match String::from_utf8(frame.into()) {
            Ok(text) => Ok(Self::Long(text.into())),
            Err(error) => Err(not_utf8(error.utf8_error())),
        }
    }

    /// [`parse_outlined`].
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse<'a>(
        &'a self,
        limits: &FrameLimits,
        outline: &mut Outline<'a>,
    ) -> Result<Frame<'a>, Malformed> {
        match self {
            Self::Short(frame) => parse_outlined(frame, limits, outline),
            Self::Long(frame) => {
                outline.set_frame(frame);
                let text = frame.as_str();
                parse_text(text.strip_prefix('\u{feff}').unwrap_or(text), limits, outline)
            }
        }
    }
}

fn check_length(bytes: &[u8], limits: &FrameLimits) -> Result<(), Malformed> {
    if bytes.len() <= limits.max_bytes {
        return Ok(());
    }
    Err(Malformed::invalid_request(format!(
        "the message has {} bytes, more than the {} allowed",
        bytes.len(),
        limits.max_bytes
    )))
}

#[cold]
fn not_utf8(error: Utf8Error) -> Malformed {
    Malformed::parse_error(format!("the message is not UTF-8 at byte {}", error.valid_up_to()))
}

#[inline]
fn parse_text<'a>(
    text: &'a str,
    limits: &FrameLimits,
    outline: &mut Outline<'a>,
) -> Result<Frame<'a>, Malformed> {
    let mut scanner = Scanner::new(text, limits.max_depth);
    if scanner.take(b'{') {
        let members =
            read_members(&mut scanner, Some(outline)).and_then(|members| scanner.end().map(|()| members));
        let members = members.map_err(|fault| not_json(&mut scanner, &fault))?;
        members.judge(limits).map(Frame::Single)
    } else if scanner.take(b'[') {
        batch::read(&mut scanner, limits).map(Frame::Batch)
    } else {
        scanner.value().and_then(|()| scanner.end()).map_err(|fault| not_json(&mut scanner, &fault))?;
        Err(Malformed::invalid_request("the message is not an object"))
    }
}

/// The refusal of text that is not JSON. Text that goes on too deep for the scan to follow is refused for its depth.
#[cold]
pub(super) fn not_json(scanner: &mut Scanner<'_>, fault: &Fault) -> Malformed {
    match scanner.take_flaw() {
        Some(flaw) if scanner.gave_up() => Malformed::invalid_request(format!("the message {flaw}")),
        _ => Malformed::parse_error(format!("the message is not JSON: {fault}")),
    }
}

/// Scans an object whose brace was taken and keeps the members that make a message; others are ignored (RPC-12).
pub(super) fn read_members<'a>(
    scanner: &mut Scanner<'a>,
    mut outline: Option<&mut Outline<'a>>,
) -> Result<Members<'a>, Fault> {
    let mut members = Members::default();
    scanner.begin_object()?;
    if scanner.take(b'}') {
        scanner.end_container();
    } else {
        loop {
            let key = scanner.key()?;
            let key = scanner.meaning(key);
            let slot = match &*key {
                "jsonrpc" => Some(&mut members.jsonrpc),
                "id" => Some(&mut members.id),
                "method" => Some(&mut members.method),
                "params" => Some(&mut members.params),
                "result" => Some(&mut members.result),
                "error" => Some(&mut members.error),
                _ => None,
            };
            let opening = scanner.peek();
            let start = scanner.position();
            match &mut outline {
                Some(outline) if opening == Some(b'{') && key == "params" => {
                    outline.clear();
                    read_outline(scanner, outline, false)?;
                }
                _ => scanner.value()?,
            }
            if let Some(slot) = slot {
                // Which of two ids is meant cannot be known.
                members.two_ids |= slot.is_some() && key == "id";
                *slot = Some(scanner.text_since(start));
            }
            if !scanner.another(b'}')? {
                break;
            }
        }
    }
    members.flaw = scanner.take_flaw();
    Ok(members)
}

/// Scans an object, whose brace comes next, and notes its members down.
fn read_outline<'a>(scanner: &mut Scanner<'a>, outline: &mut Outline<'a>, nested: bool) -> Result<(), Fault> {
    let begin = scanner.position();
    scanner.take(b'{');
    scanner.begin_object()?;
    if scanner.take(b'}') {
        scanner.end_container();
    } else {
        loop {
            let key = scanner.key()?;
            let key = scanner.meaning(key);
            let opening = scanner.peek();
            let start = scanner.position();
            if !nested && opening == Some(b'{') && key == outline.nested_name() {
                read_outline(scanner, outline, true)?;
            } else {
                scanner.value()?;
            }
            let plain = if let Cow::Borrowed(key) = key { Some(key) } else { None };
            outline.note(nested, plain, scanner.text_since(start));
            if !scanner.another(b'}')? {
                break;
            }
        }
    }
    outline.end(nested, scanner.text_since(begin));
    Ok(())
}

/// The value of a string member whose text is `raw`.
pub(super) fn string(raw: &str) -> Option<Cow<'_, str>> {
    crate::json::as_string(raw)
}
