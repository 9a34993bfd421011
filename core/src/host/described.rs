//! Options that people wrote, read member by member, so that what is wrong is said in their words and names the place.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::transports::http::Spelling;

/// An object of options. Each member is taken out once; `null` counts as not given.
#[derive(Debug)]
pub(super) struct Described {
    members: Map<String, Value>,
    /// What comes before a member's name: `cors.`
    place: String,
    spelling: Spelling,
}

impl Described {
    pub(super) fn new(members: Map<String, Value>, place: impl Into<String>, spelling: Spelling) -> Self {
        Self { members, place: place.into(), spelling }
    }

    /// Reads the JSON text of an object. Front ends write one; they pass the rest of its trouble on.
    pub(super) fn read(what: &str, text: &str, spelling: Spelling) -> Result<Self> {
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
            Error::new(ErrorKind::Configuration, format!("the options of {what} are not a JSON object"))
        })?;
        Ok(Self::new(members, "", spelling))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// Whether there is such a member.
    pub(super) fn says(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    fn named(&self, name: &str) -> String {
        format!("{}{}", self.place, self.spelling.of(name))
    }

    fn wrong<T>(&self, name: &str, must: &str, value: &Value) -> Result<T> {
        let message = format!("{} must be {must}, not {value}", self.named(name));
        Err(Error::new(ErrorKind::Configuration, message))
    }

    /// A member that somebody else looks at.
    pub(super) fn any(&mut self, name: &str) -> Option<Value> {
        self.take(name)
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => self.wrong(name, "a text", &other),
        }
    }

    pub(super) fn truth(&mut self, name: &str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(other) => self.wrong(name, "true or false", &other),
        }
    }

    pub(super) fn whole(&mut self, name: &str, least: u64, most: u64) -> Result<Option<u64>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_u64() {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ if most == u64::MAX => self.wrong(name, &format!("a whole number of at least {least}"), &value),
            _ => self.wrong(name, &format!("a whole number from {least} to {most}"), &value),
        }
    }

    pub(super) fn seconds(&mut self, name: &str) -> Result<Option<Duration>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            Some(wait) if !wait.is_zero() => Ok(Some(wait)),
            _ => self.wrong(name, "a number of seconds above 0", &value),
        }
    }

    /// A span of time that may be none at all.
    pub(super) fn patience(&mut self, name: &str) -> Result<Option<Duration>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            Some(wait) => Ok(Some(wait)),
            None => self.wrong(name, "a number of seconds, 0 or more", &value),
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
        });
        match texts {
            Some(texts) => Ok(Some(texts)),
            None => self.wrong(name, "a list of texts", &value),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => {
                Ok(Some(Self::new(members, format!("{}.", self.named(name)), self.spelling)))
            }
            Some(other) => self.wrong(name, "an object", &other),
        }
    }

    /// Refuses what nobody took.
    pub(super) fn nothing_else(self) -> Result<()> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => {
                let message = format!("there is no option {}{name}", self.place);
                Err(Error::new(ErrorKind::Configuration, message))
            }
        }
    }
}
