//! One record: a line of JSON that names the line before it, and itself.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use crate::json;

/// What came of an operation, for its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused, and nothing was done.
    Denied,
    /// It asks its client first: nothing is decided yet.
    Deferred,
    /// It was begun, and failed.
    Error,
}

impl Outcome {
    /// Its name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Deferred => "deferred",
            Self::Error => "error",
        }
    }
}

/// A value of a record: there are no numbers, which not every reader writes alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A text, fit to be looked at.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

/// A record that is not part of a chain yet. Its texts are as [`visible`](super::visible) makes them.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub event_id: String,
    pub occurred_at: String,
    pub principal_id: Option<String>,
    pub event_type: String,
    pub tool_name: Option<String>,
    pub outcome: Outcome,
    pub extensions: Vec<(&'static str, Fact)>,
}

impl Record {
    /// The record as a line without its end, and its hash: SHA-256, in hexadecimal, of the same line without `event_hash`. Members
    /// are in the order of their names, at every level.
    pub(super) fn seal(mut self, previous_hash: Option<&str>) -> (String, String) {
        self.extensions.sort_by_key(|(name, _)| *name);
        let mut line = String::with_capacity(512);
        text(&mut line, "{\"event_id\":", &self.event_id);
        text(&mut line, ",\"event_type\":", &self.event_type);
        line.push_str(",\"extensions\":{");
        for (index, (name, fact)) in self.extensions.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            plain_string(&mut line, name);
            line.push(':');
            match fact {
                Fact::Text(value) => plain_string(&mut line, value),
                Fact::Flag(value) => line.push_str(if *value { "true" } else { "false" }),
            }
        }
        text(&mut line, "},\"occurred_at\":", &self.occurred_at);
        text(&mut line, ",\"outcome\":", self.outcome.name());
        optional(&mut line, ",\"previous_hash\":", previous_hash);
        optional(&mut line, ",\"principal_id\":", self.principal_id.as_deref());
        optional(&mut line, ",\"tool_name\":", self.tool_name.as_deref());
        line.push('}');
        let hash = hash(&line);
        // `event_hash` comes before all others.
        line.replace_range(..1, &format!("{{\"event_hash\":\"{hash}\","));
        (line, hash)
    }
}

fn text(line: &mut String, before: &str, value: &str) {
    line.push_str(before);
    plain_string(line, value);
}

fn optional(line: &mut String, before: &str, value: Option<&str>) {
    line.push_str(before);
    match value {
        Some(value) => plain_string(line, value),
        None => line.push_str("null"),
    }
}

/// SHA-256 of a text, in hexadecimal.
pub(super) fn hash(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Appends `value` as RFC 8785 has strings, which is how Python's `json` without `ensure_ascii` and JavaScript's write them.
pub(super) fn plain_string(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// A line read back: what of it the chain is made of.
#[derive(Debug)]
pub(super) struct Link {
    pub event_hash: String,
    pub previous_hash: Option<String>,
    pub event_type: String,
}

impl Link {
    /// Reads a line without its end.
    ///
    /// # Errors
    /// What is wrong with it: it is not as it was written.
    pub(super) fn read(line: &str) -> Result<Self, &'static str> {
        let value = json::RawJson::parse(line).map_err(|_| "is not a record: it is not JSON")?;
        if !value.is_object() {
            return Err("is not a record: it is not a JSON object");
        }
        let claimed = json::member(line, "event_hash").and_then(json::as_string);
        let Some(event_hash) = claimed.map(std::borrow::Cow::into_owned) else {
            return Err("is not a record: it has no event_hash");
        };
        let mut own = String::with_capacity(line.len());
        rewrite(&mut own, line, true)?;
        if hash(&own) != event_hash {
            return Err("was changed: its event_hash is that of another record");
        }
        let mut whole = String::with_capacity(line.len());
        rewrite(&mut whole, line, false)?;
        if whole != line {
            return Err("was changed: it says the same, but is not written as it was");
        }
        let member = |name: &str| json::member(line, name).and_then(json::as_string);
        Ok(Self {
            event_hash,
            previous_hash: member("previous_hash").map(std::borrow::Cow::into_owned),
            event_type: member("event_type").map(std::borrow::Cow::into_owned).unwrap_or_default(),
        })
    }
}

/// Writes a value as records are written, at the top without its hash where that is asked for.
fn rewrite(out: &mut String, text: &str, without_hash: bool) -> Result<(), &'static str> {
    if json::is_object(text) {
        let mut members: Vec<_> =
            json::members(text).filter(|(key, _)| !without_hash || key != "event_hash").collect();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        out.push('{');
        for (index, (key, value)) in members.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            plain_string(out, &key);
            out.push(':');
            rewrite(out, value, false)?;
        }
        out.push('}');
    } else if let Some(string) = json::as_string(text) {
        plain_string(out, &string);
    } else if matches!(text.trim_ascii(), "true" | "false" | "null") {
        out.push_str(text.trim_ascii());
    } else {
        return Err("is not a record: it has a number or a list in it");
    }
    Ok(())
}
