//! What is to be recorded, as it is handed over: made into text by whoever writes it, not by whoever waits.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::arguments::ArgumentWriter;
use super::options::AuditOptions;
use super::record::{Fact, Outcome, Record};
use super::sensitive::Sensitive;
use super::visible::visible;
use crate::json::RawJson;
use crate::model::{Principal, timestamp};

/// One operation, or what else there is to say.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it began.
    pub at: SystemTime,
    /// What it was: the method, such as `tools/call`.
    pub event_type: Cow<'static, str>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who asked, where that is known.
    pub principal: Option<Principal>,
    /// The tool that was called.
    pub tool: Option<Arc<str>>,
    /// With what.
    pub arguments: Option<RawJson>,
    /// What of the arguments the tool's schema marks.
    pub sensitive: Option<Arc<Sensitive>>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What else is known, by the name of the member of `extensions`. Texts may be anybody's.
    pub facts: Vec<(&'static str, Known)>,
}

/// A fact that is not text yet.
#[derive(Debug, Clone)]
pub enum Known {
    /// A text of ours.
    Word(&'static str),
    /// A text of anybody's.
    Text(Box<str>),
    /// A text that several share.
    Shared(Arc<str>),
    /// Yes or no.
    Flag(bool),
    /// A handle that is worth something to whoever has it: what is recorded tells handles apart, and no more.
    Handle(Arc<str>),
}

impl Entry {
    /// An entry of this type, with nothing else known.
    #[must_use]
    pub fn new(event_type: impl Into<Cow<'static, str>>, outcome: Outcome) -> Self {
        Self {
            at: SystemTime::now(),
            event_type: event_type.into(),
            outcome,
            principal: None,
            tool: None,
            arguments: None,
            sensitive: None,
            duration: None,
            facts: Vec::new(),
        }
    }

    /// How much memory it keeps, about.
    pub(super) fn weight(&self) -> usize {
        256 + self.arguments.as_ref().map_or(0, |arguments| arguments.as_str().len())
    }

    pub(super) fn record(self, options: &AuditOptions, arguments: &ArgumentWriter) -> Record {
        let max = options.max_text_bytes;
        let clean = |text: &str| match arguments.without_secrets(text) {
            Some(rest) => visible(&rest, max),
            None => visible(text, max),
        };
        let mut extensions = Vec::with_capacity(self.facts.len() + 4);
        if let Some(duration) = self.duration {
            let micros = duration.as_micros();
            let text = format!("{}.{:03}", micros / 1000, micros % 1000);
            extensions.push(("duration_ms", Fact::Text(text)));
        }
        if let Some(own) = &self.arguments {
            arguments.write(own, self.sensitive.as_deref(), &mut extensions);
        }
        if let Some(principal) = &self.principal {
            let parts = [("client_id", principal.client()), ("issuer", principal.issuer())];
            for (name, part) in parts {
                extensions.extend(part.map(|part| (name, Fact::Text(clean(part)))));
            }
        }
        for (name, known) in self.facts {
            let fact = match known {
                Known::Word(word) => Fact::Text(word.to_owned()),
                Known::Text(text) => Fact::Text(clean(&text)),
                Known::Shared(text) => Fact::Text(clean(&text)),
                Known::Flag(flag) => Fact::Flag(flag),
                Known::Handle(handle) => Fact::Text(super::record::hash(&handle)[..16].to_owned()),
            };
            extensions.push((name, fact));
        }
        extensions.sort_by_key(|(name, _)| *name);
        extensions.dedup_by_key(|(name, _)| *name);
        let named = self.principal.as_ref().and_then(|principal| principal.subject().or(principal.client()));
        Record {
            event_id: event_id(self.at),
            occurred_at: timestamp(self.at),
            principal_id: named.map(clean),
            event_type: clean(&self.event_type),
            tool_name: self.tool.as_deref().map(clean),
            outcome: self.outcome,
            extensions,
        }
    }
}

/// A UUID of version 7: ids are in the order of their milliseconds.
fn event_id(at: SystemTime) -> String {
    let millis = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut random = [0; 10];
    // Without it ids of one millisecond are alike, which spoils nothing but the search for one of them.
    let _ = getrandom::fill(&mut random);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[10..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = super::record::hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
