//! `requestState`: what is remembered of a call between two rounds, in the client's hands (MRTR-8, MRTR-9, SEC-6).
//!
//! Sealed, and bound to everything the client has to say again: who it is, which method, which tool, prompt or resource, which
//! arguments. So it opens for the retry of its own request alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::json::{self, RawJson};
use crate::model::Question;
use crate::sealing::{self, Sealer};

/// What tells our states from those that handlers of whole methods make by themselves.
const PREFIX: &str = "oxmcp1.";

/// The longest state that is sent, in bytes: it has to fit into the retry beside everything else.
const MAX_LENGTH: usize = 1 << 20;

/// What is inside.
#[derive(Serialize, Deserialize, Debug, Default)]
pub(super) struct RequestState {
    /// When it expires: milliseconds since 1970.
    #[serde(rename = "x")]
    expires: u64,
    /// The call that waits for the answers, in the process that sealed this.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none", default)]
    pub(super) parked: Option<u64>,
    /// What the handler wants to remember.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none", default)]
    pub(super) own: Option<String>,
    /// The questions: answered ones with their answers, the others without.
    #[serde(rename = "q", skip_serializing_if = "Vec::is_empty", default)]
    pub(super) questions: Vec<Noted>,
}

/// A question that was asked, as the state notes it.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Noted {
    /// The key it was asked under.
    #[serde(rename = "k")]
    pub(super) key: String,
    /// The method it was asked by.
    #[serde(rename = "m")]
    pub(super) method: String,
    /// What names a question of a handler that waits for the answer, so that one that is run again is given no answer to another
    /// question. Absent where the handler chose the key.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none", default)]
    pub(super) digest: Option<String>,
    /// The answer, if it has come.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none", default)]
    pub(super) answer: Option<Box<RawValue>>,
}

/// What came of reading a client's `requestState`.
#[derive(Debug)]
pub(super) enum Read {
    /// It is one of ours, and of this request.
    Ours {
        /// What is inside.
        state: RequestState,
        /// Whether this process made it.
        own: bool,
    },
    /// It is none of ours, and does not claim to be.
    Foreign,
    /// It is forged, damaged, expired, or another request's.
    Invalid,
}

impl RequestState {
    /// A state that may be used until `lifetime` has passed.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { expires: now().saturating_add(milliseconds(lifetime)), ..Self::default() }
    }

    /// Seals it for the request that has this bond.
    ///
    /// # Errors
    /// When the system has no random bytes. `None` when it is too long.
    pub(super) fn seal(&self, sealer: &Sealer, bond: &[u8]) -> Result<Option<String>> {
        let content = serde_json::to_vec(self).unwrap_or_default();
        if content.len() > MAX_LENGTH {
            return Ok(None);
        }
        Ok(Some(format!("{PREFIX}{}", sealer.seal(bond, &content)?)))
    }

    /// Reads what a client sent with the request that has this bond.
    pub(super) fn read(text: &str, sealer: &Sealer, bond: &[u8]) -> Read {
        let Some(inside) = text.strip_prefix(PREFIX) else { return Read::Foreign };
        let opened = sealer.open(bond, inside);
        let read = opened.and_then(|opened| {
            let state: Self = serde_json::from_slice(&opened.content).ok()?;
            (now() < state.expires).then_some(Read::Ours { state, own: opened.own })
        });
        read.unwrap_or(Read::Invalid)
    }
}

impl Noted {
    /// A question without an answer, under a key of the handler's choice.
    pub(super) fn new(key: &str, question: &Question) -> Self {
        Self { key: key.to_owned(), method: question.method.clone(), digest: None, answer: None }
    }

    /// A question without an answer, of a handler that waits for it.
    pub(super) fn awaited(key: String, question: &Question) -> Self {
        Self { key, method: question.method.clone(), digest: Some(digest(question)), answer: None }
    }

    /// Whether a handler waits for its answer, or did.
    pub(super) const fn is_awaited(&self) -> bool {
        self.digest.is_some()
    }

    /// Whether it is this question of a handler that waits for the answer.
    pub(super) fn is(&self, question: &Question) -> bool {
        self.method == question.method && self.digest.as_ref().is_some_and(|known| *known == digest(question))
    }

    /// The answer, if it has come.
    pub(super) fn answer(&self) -> Option<RawJson> {
        self.answer.as_ref().map(|answer| RawJson::from_checked(answer.get()))
    }

    /// Notes an answer.
    pub(super) fn note(&mut self, answer: &RawJson) {
        self.answer = RawValue::from_string(answer.as_str().to_owned()).ok();
    }
}

/// Enough of a question to tell it from the others of its call.
fn digest(question: &Question) -> String {
    let bond =
        sealing::bond([question.method.as_bytes(), json::canonical(question.params.as_str()).as_bytes()]);
    URL_SAFE_NO_PAD.encode(bond.get(..12).unwrap_or_default())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
