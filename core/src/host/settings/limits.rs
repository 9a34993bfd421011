//! The section `limits`: how often, how many at once, how long, how much.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_json::Value;

use super::one_or_many::one_or_many;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{Amount, CallLimits, LimitOptions, Rule};
use crate::middleware::CallBounds;
use crate::model::{Each, Rate, ToolLimits};

/// How often, how many at once, how long, how much.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// How often anything may be done: `"100/minute"`, or a [`RateSettings`]; one or several.
    #[serde(deserialize_with = "rates")]
    pub rates: Vec<RateSettings>,
    /// How many calls may run at once.
    #[serde(deserialize_with = "one_or_many")]
    pub concurrency: Vec<ConcurrencySettings>,
    /// How many there may be in an hour or a day.
    #[serde(deserialize_with = "one_or_many")]
    pub quotas: Vec<QuotaSettings>,
    /// Who is told when a tool may not be called for now: its client, by an error (`"client"`, the default), or the model, by a result
    /// (`"model"`).
    pub tell: Tell,
    /// How many callers, addresses and tools are kept count of, in each table; 1,000,000.
    #[serde(alias = "maxKeys")]
    pub max_keys: Option<usize>,
    /// How long a call may take when its tool does not say; 60 seconds, 0 for ever.
    #[serde(alias = "timeoutSeconds")]
    pub timeout_seconds: Option<f64>,
    /// How long a call may take in all, if it reports progress; 600 seconds, 0 where progress changes nothing.
    #[serde(alias = "maxTimeoutSeconds")]
    pub max_timeout_seconds: Option<f64>,
    /// The most bytes of a result when its tool does not say; any, if absent.
    #[serde(alias = "maxOutputBytes")]
    pub max_output_bytes: Option<usize>,
    /// How many bytes of bodies there may be in memory at once, of all requests over HTTP, where the listener does not say; 256 MiB.
    #[serde(alias = "maxBodyMemoryBytes")]
    pub max_body_memory_bytes: Option<usize>,
}

/// Who is told when a tool may not be called for now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// Its client, by an error.
    #[default]
    Client,
    /// The model, by a result.
    Model,
}

/// For whom a limit is, and of what.
macro_rules! limit {
    ($(#[$doc:meta])* $name:ident { $($(#[$own:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$own])* pub $field: $kind,)*
            /// Of whom each has its own: `principal`, `tool`, `address`, one or several; all together share one, if absent.
            #[serde(default, deserialize_with = "one_or_many")]
            pub per: Vec<String>,
            /// Of calls of tools with these names alone; `*` stands for any text.
            #[serde(default, deserialize_with = "one_or_many")]
            pub tools: Vec<String>,
            /// Of these methods alone.
            #[serde(default, deserialize_with = "one_or_many")]
            pub methods: Vec<String>,
        }

        impl $name {
            fn rule(&self, amount: Amount) -> Result<Rule> {
                let rule = Rule::new(amount, each(&self.per)?);
                let rule = rule.of_tools(self.tools.iter().map(String::as_str));
                Ok(rule.of_methods(self.methods.iter().map(String::as_str)))
            }
        }
    };
}

limit! {
    /// How often.
    RateSettings {
        /// `100/minute`, see [`Rate`].
        rate: String,
        /// How many of them may come at once; as many as there are in the time.
        #[serde(default)]
        burst: Option<u32>,
    }
}

limit! {
    /// How many at once.
    ConcurrencySettings {
        /// How many.
        max: u32,
    }
}

limit! {
    /// How many in a longer time, which begins with the first.
    QuotaSettings {
        /// How many.
        max: u32,
        /// `hour` or `day`.
        every: String,
    }
}

fn wrong(why: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("limits: {why}"))
}

fn each(names: &[String]) -> Result<Each> {
    names.iter().try_fold(Each::default(), |each, name| {
        let unknown = || wrong(&format!("per says principal, tool or address, not {name:?}"));
        Ok(each.and(Each::named(name).ok_or_else(unknown)?))
    })
}

/// A rate alone is one for all.
fn rates<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<RateSettings>, D::Error> {
    let list = match Value::deserialize(deserializer)? {
        Value::Null => Vec::new(),
        Value::Array(list) => list,
        one => vec![one],
    };
    list.into_iter().map(|value| rate(value).map_err(de::Error::custom)).collect()
}

fn rate(value: Value) -> serde_json::Result<RateSettings> {
    match value {
        Value::String(rate) => {
            Ok(RateSettings { rate, burst: None, per: Vec::new(), tools: Vec::new(), methods: Vec::new() })
        }
        other => serde_json::from_value(other),
    }
}

impl RateSettings {
    fn amount(&self) -> Result<Rate> {
        let rate = Rate::parse(&self.rate).map_err(|why| wrong(&why))?;
        match self.burst {
            None => Ok(rate),
            Some(0) => Err(wrong("burst must be at least 1")),
            Some(burst) => Ok(rate.with_burst(burst)),
        }
    }
}

/// What a tool says of itself, as front ends write it: `{"rate"?, "maxConcurrent"?, "maxOutputBytes"?}`.
#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(in crate::host) struct ToolLimitsText {
    rate: Option<Value>,
    max_concurrent: Option<u32>,
    max_output_bytes: Option<usize>,
}

impl ToolLimitsText {
    /// What it says.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] that says what is wrong.
    pub(in crate::host) fn limits(self) -> Result<ToolLimits> {
        let rate = self.rate.map(|value| rate(value).map_err(|error| wrong(&error.to_string()))).transpose()?;
        if let Some(rate) = &rate
            && !(rate.tools.is_empty() && rate.methods.is_empty())
        {
            return Err(wrong("the rate of a tool is about that tool alone"));
        }
        if self.max_concurrent == Some(0) {
            return Err(wrong("a tool's calls must be able to run: at least one at once"));
        }
        Ok(ToolLimits {
            rate_each: rate.as_ref().map_or(Ok(Each::default()), |rate| each(&rate.per))?,
            rate: rate.as_ref().map(RateSettings::amount).transpose()?,
            max_concurrent: self.max_concurrent,
            max_output_bytes: self.max_output_bytes,
        })
    }
}

impl LimitSettings {
    /// Whoever counts.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a limit that is none.
    pub fn limiter(&self) -> Result<CallLimits> {
        let rates = self.rates.iter().map(|rate| rate.rule(Amount::Rate(rate.amount()?)));
        let running = self.concurrency.iter().map(|limit| limit.rule(Amount::Concurrent(limit.max)));
        let quotas = self.quotas.iter().map(|quota| {
            let seconds = match &*quota.every {
                "hour" => 60 * 60,
                "day" => 24 * 60 * 60,
                other => return Err(wrong(&format!("every says hour or day, not {other:?}"))),
            };
            quota.rule(Amount::Quota { max: quota.max, window: Duration::from_secs(seconds) })
        });
        let rules: Result<Vec<_>> = rates.chain(running).chain(quotas).collect();
        let defaults = LimitOptions::default();
        if self.max_keys == Some(0) {
            return Err(wrong("max_keys must be at least 1"));
        }
        CallLimits::new(LimitOptions {
            rules: rules?,
            tools_answer: self.tell == Tell::Model,
            max_keys: self.max_keys.unwrap_or(defaults.max_keys),
        })
    }

    /// How long calls may take, and how much they may answer.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a time that is none.
    pub fn bounds(&self) -> Result<CallBounds> {
        let time = |name: &str, given: Option<f64>, default: f64| {
            let time = Duration::try_from_secs_f64(given.unwrap_or(default))
                .map_err(|_| wrong(&format!("{name} must be a time in seconds, 0 for none")))?;
            Ok::<_, Error>(Some(time).filter(|time| !time.is_zero()))
        };
        let bounds = CallBounds {
            timeout: time("timeout_seconds", self.timeout_seconds, 60.0)?,
            timeout_with_progress: time("max_timeout_seconds", self.max_timeout_seconds, 600.0)?,
            max_output_bytes: self.max_output_bytes,
        };
        if bounds.max_output_bytes.is_some_and(|bytes| bytes < 256) {
            return Err(wrong("max_output_bytes must be at least 256: what was cut has to be said"));
        }
        Ok(bounds)
    }
}
