//! Texts that nobody is shown.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// A secret: the text itself, or where it is: `{"env": "NAME"}`, a variable of the environment, or `{"file": "path"}`, whose last line
/// break is not part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = "a secret is a text, {\"env\": \"NAME\"} or {\"file\": \"path\"}";
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Object(place) if place.len() == 1 => {
                let (kind, name) = place.iter().next().ok_or_else(|| de::Error::custom(wrong))?;
                let name = name.as_str().ok_or_else(|| de::Error::custom(wrong))?;
                match kind.as_str() {
                    "env" => std::env::var(name)
                        .map_err(|_| de::Error::custom(format!("the variable {name} is not set")))?,
                    "file" => std::fs::read_to_string(name)
                        .map_err(|error| de::Error::custom(format!("the file {name}: {error}")))?
                        .trim_end_matches(['\r', '\n'])
                        .to_owned(),
                    _ => return Err(de::Error::custom(wrong)),
                }
            }
            _ => return Err(de::Error::custom(wrong)),
        };
        if text.is_empty() {
            return Err(de::Error::custom("a secret is empty"));
        }
        Ok(Self(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}
