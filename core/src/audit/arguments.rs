//! What of a call's arguments is recorded.

use std::fmt;

use aws_lc_rs::hmac;
use serde::Deserialize;

use super::options::AuditOptions;
use super::record::{Fact, hex};
use super::secrets::{Patterns, REDACTED, is_secret_name, plain_name};
use super::sensitive::Sensitive;
use super::visible::visible;
use crate::error::Result;
use crate::json::{self, RawJson};

/// What is recorded of arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgumentPolicy {
    /// A keyed hash: the same arguments have the same one, and short ones cannot be guessed without the key.
    #[default]
    Hashed,
    /// The arguments without what looks like a secret, by its name, by itself, or by the tool's schema.
    Redacted,
    /// The arguments as they are.
    Whole,
    /// Nothing.
    None,
}

/// Makes what is recorded of arguments.
pub(super) struct ArgumentWriter {
    policy: ArgumentPolicy,
    names: Vec<String>,
    patterns: Patterns,
    max_bytes: usize,
    key: hmac::Key,
    /// What tells keys apart, and says nothing about them.
    key_name: String,
}

impl ArgumentWriter {
    pub(super) fn new(options: &AuditOptions, key: &[u8]) -> Result<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let name = hmac::sign(&key, b"oxmcp audit key");
        Ok(Self {
            policy: options.arguments,
            names: options.redact.iter().map(|name| plain_name(name)).collect(),
            patterns: Patterns::new(&options.redact_patterns)?,
            max_bytes: options.max_argument_bytes,
            key_name: hex(&name.as_ref()[..4]),
            key,
        })
    }

    /// A text without its secrets; `None` where there are none.
    pub(super) fn without_secrets(&self, text: &str) -> Option<String> {
        self.patterns.without(text)
    }

    pub(super) fn write(
        &self,
        arguments: &RawJson,
        sensitive: Option<&Sensitive>,
        extensions: &mut Vec<(&'static str, Fact)>,
    ) {
        match self.policy {
            ArgumentPolicy::None => {}
            ArgumentPolicy::Hashed => {
                let canonical = json::canonical(arguments.as_str());
                let tag = hmac::sign(&self.key, canonical.as_bytes());
                let text = format!("hmac-sha256:{}:{}", self.key_name, hex(tag.as_ref()));
                extensions.push(("arguments_hash", Fact::Text(text)));
            }
            ArgumentPolicy::Whole => {
                extensions.push(("arguments", Fact::Text(visible(arguments.as_str(), self.max_bytes))));
            }
            ArgumentPolicy::Redacted => {
                let mut text = String::with_capacity(arguments.as_str().len().min(self.max_bytes * 2));
                self.redact(&mut text, arguments.as_str(), sensitive);
                extensions.push(("arguments", Fact::Text(visible(&text, self.max_bytes))));
            }
        }
    }

    /// Writes a value without its secrets. What is beyond the bound is not looked at: it is cut off.
    fn redact(&self, out: &mut String, text: &str, sensitive: Option<&Sensitive>) {
        if out.len() > self.max_bytes {
            return;
        }
        if sensitive.is_some_and(Sensitive::is_itself) {
            json::write_string(out, REDACTED);
        } else if json::is_object(text) {
            out.push('{');
            for (index, (key, value)) in json::members(text).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json::write_string(
                    out,
                    &self.without_secrets(&key).unwrap_or_else(|| key.clone().into_owned()),
                );
                out.push(':');
                if is_secret_name(&key, &self.names) && !counts_tokens(&key, value) && !json::is_null(value) {
                    json::write_string(out, REDACTED);
                } else {
                    self.redact(out, value, sensitive.and_then(|marks| marks.member(&key)));
                }
            }
            out.push('}');
        } else if json::is_array(text) {
            out.push('[');
            for (index, value) in json::elements(text).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                self.redact(out, value, sensitive.and_then(Sensitive::items));
            }
            out.push(']');
        } else if let Some(string) = json::as_string(text) {
            match self.without_secrets(&string) {
                Some(rest) => json::write_string(out, &rest),
                None => json::write_string(out, &string),
            }
        } else if self.without_secrets(text).is_some() {
            // A number of a card is one.
            json::write_string(out, REDACTED);
        } else {
            out.push_str(text);
        }
    }
}

/// `max_tokens` is a number of tokens, not one of them.
fn counts_tokens(key: &str, value: &str) -> bool {
    plain_name(key).ends_with("tokens") && json::as_number(value).is_some()
}

impl fmt::Debug for ArgumentWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ArgumentWriter").field("policy", &self.policy).finish_non_exhaustive()
    }
}
