//! The section `safety`: what people are asked before it is done, and what models are told.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::moments::seconds;
use crate::error::Result;
use crate::handler::Handler;
use crate::safety::{Confirm, LedgerOptions, Safety, SafetyOptions, Unseen, Unsupported};

/// What protects people and models; see [`SafetyOptions`]. A function of the author's that makes another result of each is asked by
/// the method [`SANITIZE`](crate::safety::SANITIZE).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SafetySettings {
    /// Which tools a person confirms, call by call, where they do not say so themselves: `"destructive"` (by their hints, the
    /// default), `"unless_read_only"`, `"off"`, or a list of names, in which `*` is anything.
    #[serde(deserialize_with = "confirm")]
    pub confirm: Option<Confirm>,
    /// How long a person may take; 300.
    #[serde(alias = "confirmSeconds")]
    pub confirm_seconds: Option<f64>,
    /// What becomes of such a call where nobody can be asked.
    #[serde(alias = "cannotAsk")]
    pub cannot_ask: Unsupported,
    /// Whether results say that what is in them is not to be trusted; they do.
    #[serde(alias = "markResults")]
    pub mark_results: Option<bool>,
    /// What becomes of characters that people do not see.
    #[serde(alias = "hiddenCharacters")]
    pub hidden_characters: Unseen,
    /// The most characters of a result; as many as there are.
    #[serde(alias = "maxResultChars")]
    pub max_result_chars: Option<usize>,
    /// Whether results are held to their tools' output schemas, whoever vouched for them; they are.
    #[serde(alias = "enforceOutput")]
    pub enforce_output: Option<bool>,
    /// Whether what functions raise without meaning it for the caller is told to the log alone, under the call's id.
    #[serde(alias = "maskErrors")]
    pub mask_errors: bool,
    /// How calls with a key are kept from being done twice; `false` takes no notice of keys.
    #[serde(deserialize_with = "idempotency")]
    pub idempotency: Option<IdempotencySettings>,
}

/// How calls with a key are kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdempotencySettings {
    /// Whether there is any notice of keys.
    #[serde(skip)]
    off: bool,
    /// For how long a key stands for its call; 86 400.
    #[serde(alias = "ttlSeconds")]
    pub ttl_seconds: Option<f64>,
    /// How many keys there can be; 100 000.
    #[serde(alias = "maxKeys")]
    pub max_keys: Option<usize>,
    /// How many bytes their answers may hold; 64 MiB.
    #[serde(alias = "maxBytes")]
    pub max_bytes: Option<usize>,
}

impl SafetySettings {
    /// What stands around tools; `sanitizer` is the function of the author's, if there is one.
    ///
    /// # Errors
    /// A time that is none.
    pub fn safety(&self, sanitizer: Option<Arc<dyn Handler>>) -> Result<Safety> {
        let defaults = SafetyOptions::default();
        let confirm_within = match self.confirm_seconds {
            Some(time) => seconds("safety.confirm_seconds", time)?,
            None => defaults.confirm_within,
        };
        let ledger = match &self.idempotency {
            None => defaults.ledger,
            Some(settings) if settings.off => None,
            Some(settings) => Some(settings.ledger()?),
        };
        Ok(Safety::new(SafetyOptions {
            confirm: self.confirm.clone().unwrap_or(defaults.confirm),
            confirm_within,
            unsupported: self.cannot_ask,
            mark_results: self.mark_results.unwrap_or(defaults.mark_results),
            unseen: self.hidden_characters,
            sanitizer,
            max_result_chars: self.max_result_chars,
            enforce_output: self.enforce_output.unwrap_or(defaults.enforce_output),
            ledger,
        }))
    }
}

impl IdempotencySettings {
    fn ledger(&self) -> Result<LedgerOptions> {
        let defaults = LedgerOptions::default();
        Ok(LedgerOptions {
            ttl: match self.ttl_seconds {
                Some(time) => seconds("safety.idempotency.ttl_seconds", time)?,
                None => defaults.ttl,
            },
            max_keys: self.max_keys.unwrap_or(defaults.max_keys),
            max_bytes: self.max_bytes.unwrap_or(defaults.max_bytes),
        })
    }
}

fn confirm<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Confirm>, D::Error> {
    let wrong = "confirm is \"destructive\", \"unless_read_only\", \"off\" or a list of names";
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::Bool(false) => Some(Confirm::Off),
        Value::String(word) => Some(match word.as_str() {
            "destructive" => Confirm::Destructive,
            "unless_read_only" | "unlessReadOnly" => Confirm::UnlessReadOnly,
            "off" => Confirm::Off,
            _ => return Err(D::Error::custom(wrong)),
        }),
        names @ Value::Array(_) => {
            let names = serde_json::from_value(names).map_err(|_| D::Error::custom(wrong))?;
            Some(Confirm::Named(names))
        }
        _ => return Err(D::Error::custom(wrong)),
    })
}

fn idempotency<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<IdempotencySettings>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::Bool(on) => Some(IdempotencySettings { off: !on, ..IdempotencySettings::default() }),
        options => Some(serde_json::from_value(options).map_err(D::Error::custom)?),
    })
}
