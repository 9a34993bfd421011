//! A frame over the limit: it goes by piece by piece and is not kept, but whoever waits for an answer to it gets one.

use super::message::read_id;
use super::{RequestId, error_code, write};
use crate::json::as_string;

/// Deeper nesting is not followed: no id is read out of it.
const MAX_DEPTH: usize = 1024;
/// An id longer than this is not repeated to anybody.
const MAX_ID_BYTES: usize = 4096;
/// More messages than this in one batch are answered by one error.
const MAX_BATCH: usize = 100;
/// No key that counts is longer, however many of its letters are escaped.
const MAX_KEY_BYTES: usize = 64;

/// Looks for the ids of the messages in a frame that is too long to be kept. Takes the frame in pieces, in one pass.
///
/// It knows the messages' own members from those inside of them; what is no JSON, or ambiguous, has no id.
#[derive(Debug, Default)]
pub struct LongFrame {
    bytes: usize,
    /// Open objects and arrays by their opening byte, outermost first.
    open: Vec<u8>,
    /// The frame is an array of messages.
    batch: bool,
    broken: bool,
    string: Option<StringState>,
    /// In a message, before the colon of its next member.
    at_key: bool,
    /// What is read of a key, or of the value of `id`.
    kept: Vec<u8>,
    keeping: Keeping,
    member: Member,
    message: Seen,
    /// The ids that are owed an answer.
    owed: Vec<RequestId>,
    /// The requests of ours that it answers.
    answers: Vec<RequestId>,
    /// Messages that are owed an answer, but have no id that could be read.
    nameless: usize,
    messages: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum StringState {
    #[default]
    Plain,
    /// Behind a backslash.
    Escaped,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    #[default]
    Nothing,
    Bytes,
    /// It became too long to be what is looked for.
    TooMuch,
}

/// Whose value comes next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Member {
    #[default]
    Other,
    Id,
}

/// What was seen of one message.
#[derive(Debug, Default)]
struct Seen {
    id: Option<RequestId>,
    ids: usize,
    method: bool,
    outcome: bool,
}

impl LongFrame {
    /// Takes the next piece.
    pub fn push(&mut self, mut piece: &[u8]) {
        self.bytes += piece.len();
        while !self.broken {
            if let Some(state) = self.string {
                let Some(rest) = self.string_piece(state, piece) else { return };
                piece = rest;
                continue;
            }
            let Some((&byte, rest)) = piece.split_first() else { return };
            piece = rest;
            self.byte(byte);
        }
    }

    /// How many bytes went by.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Which requests of ours it answers: who waits for that waits in vain.
    #[must_use]
    pub fn answers(&self) -> &[RequestId] {
        &self.answers
    }

    /// The answer to the whole frame; `None` when nobody waits for one (RPC-6).
    #[must_use]
    pub fn answer(mut self, limit: usize) -> Option<String> {
        let words = format!("the message has {} bytes, more than the {limit} allowed", self.bytes);
        let error = |out: &mut String, id: Option<&RequestId>| {
            write::error(out, id, error_code::INVALID_REQUEST, &words, None);
        };
        let mut text = String::new();
        let is_json = !self.broken && self.open.is_empty() && self.string.is_none() && self.messages > 0;
        if !is_json || self.messages > MAX_BATCH {
            error(&mut text, None);
        } else if self.owed.is_empty() && self.nameless == 0 {
            return None;
        } else if self.batch {
            self.owed.truncate(MAX_BATCH);
            for id in self.owed.iter().map(Some).chain((0..self.nameless).map(|_| None)) {
                text.push(if text.is_empty() { '[' } else { ',' });
                error(&mut text, id);
            }
            text.push(']');
        } else {
            error(&mut text, self.owed.first());
        }
        Some(text)
    }

    /// How deep the members of a message are.
    const fn depth(&self) -> usize {
        if self.batch { 2 } else { 1 }
    }

    /// Whether the next byte stands directly in a message.
    fn in_message(&self) -> bool {
        self.open.len() == self.depth() && self.open.last() == Some(&b'{')
    }

    /// Goes on in a string; what is behind it, or `None` when it does not end in this piece.
    fn string_piece<'a>(&mut self, state: StringState, piece: &'a [u8]) -> Option<&'a [u8]> {
        if state == StringState::Escaped {
            let (_, rest) = piece.split_first()?;
            self.keep(&piece[..1]);
            self.string = Some(StringState::Plain);
            return Some(rest);
        }
        let Some(at) = memchr::memchr2(b'"', b'\\', piece) else {
            self.keep(piece);
            return None;
        };
        let (taken, rest) = piece.split_at(at + 1);
        self.keep(taken);
        self.string = (taken.last() == Some(&b'\\')).then_some(StringState::Escaped);
        if self.string.is_none() && self.in_message() && self.at_key {
            self.key();
        }
        Some(rest)
    }

    fn byte(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if self.open.is_empty() && (self.messages > 0 || !matches!(byte, b'{' | b'[')) => {
                self.broken = true;
            }
            b'"' => {
                if self.in_message() && self.at_key {
                    self.begin_keeping();
                }
                // A second value behind the first: no JSON.
                self.broken |= self.keeping == Keeping::Bytes && !self.kept.is_empty();
                self.keep(b"\"");
                self.string = Some(StringState::Plain);
            }
            b'{' | b'[' => self.begin(byte),
            b'}' | b']' => self.end(byte),
            b',' if self.in_message() => {
                self.end_value();
                self.at_key = true;
            }
            b':' if self.in_message() => {
                self.at_key = false;
                if self.member == Member::Id {
                    self.begin_keeping();
                }
            }
            _ => self.keep(&[byte]),
        }
    }

    fn begin(&mut self, byte: u8) {
        if self.open.is_empty() {
            self.batch = byte == b'[';
        } else if self.in_message() && self.member == Member::Id {
            // No id is an object or an array.
            self.keeping = Keeping::TooMuch;
        } else if self.batch && self.open.len() == 1 && byte == b'[' {
            self.messages += 1;
            self.nameless += 1;
        }
        self.open.push(byte);
        self.broken |= self.open.len() > MAX_DEPTH;
        if self.in_message() {
            self.message = Seen::default();
            self.member = Member::Other;
            self.at_key = true;
        }
    }

    fn end(&mut self, byte: u8) {
        let is_message = self.in_message();
        if is_message {
            self.end_value();
        }
        let opened = self.open.pop();
        self.broken |= opened != Some(if byte == b'}' { b'{' } else { b'[' });
        if is_message {
            self.end_message();
        } else if self.batch && self.open.is_empty() && self.messages == 0 {
            self.broken = true;
        }
    }

    fn end_message(&mut self) {
        let seen = std::mem::take(&mut self.message);
        self.messages += 1;
        let id = seen.id.filter(|_| seen.ids == 1);
        if seen.outcome && !seen.method && self.answers.len() < MAX_BATCH {
            self.answers.extend(id.clone());
        }
        // An answer is not answered, and nobody waits for one to a notification (RPC-6).
        if seen.outcome || (seen.method && seen.ids == 0) {
            return;
        }
        match id {
            // One more than are answered, so that it shows.
            Some(id) if self.owed.len() <= MAX_BATCH => self.owed.push(id),
            _ => self.nameless += usize::from(self.nameless <= MAX_BATCH),
        }
    }

    fn begin_keeping(&mut self) {
        self.kept.clear();
        self.keeping = Keeping::Bytes;
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.keeping != Keeping::Bytes {
            return;
        }
        let most = if self.at_key { MAX_KEY_BYTES } else { MAX_ID_BYTES };
        if self.kept.len() + bytes.len() > most {
            self.keeping = Keeping::TooMuch;
        } else {
            self.kept.extend_from_slice(bytes);
        }
    }

    fn taken(&mut self) -> Option<&str> {
        let whole = std::mem::take(&mut self.keeping) == Keeping::Bytes;
        std::str::from_utf8(&self.kept).ok().filter(|_| whole)
    }

    /// A key of a message ended.
    fn key(&mut self) {
        let key = self.taken().and_then(as_string);
        let (is_id, is_method) = (key.as_deref() == Some("id"), key.as_deref() == Some("method"));
        let is_outcome = matches!(key.as_deref(), Some("result" | "error"));
        self.member = if is_id { Member::Id } else { Member::Other };
        self.message.ids += usize::from(is_id);
        self.message.method |= is_method;
        self.message.outcome |= is_outcome;
    }

    /// A value of a message ended, or there was none.
    fn end_value(&mut self) {
        if self.member == Member::Id {
            self.message.id = self.taken().and_then(|text| read_id(text).ok());
        }
        self.member = Member::Other;
        self.keeping = Keeping::Nothing;
    }
}
