//! What to send, where, and for how long.

use std::time::Duration;

#[derive(Clone, Copy, PartialEq)]
pub enum Transport {
    Http,
    Stdio,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Era {
    Legacy,
    Modern,
}

pub struct Options {
    pub transport: Transport,
    pub address: String,
    pub path: String,
    pub era: Era,
    /// Keep-alive connections over HTTP; calls in flight over stdio.
    pub connections: usize,
    pub duration: Duration,
    /// Answers before the measurement at most.
    pub warmup: u64,
    /// How long to wait for them at most.
    pub warmup_duration: Option<Duration>,
    /// Answers after which the measurement ends even if time is left.
    pub most: u64,
    /// A tool that takes `text` and returns it, or `tools/list`.
    pub call: String,
    /// How many tools `tools/list` must return.
    pub tools: usize,
    /// Do not look into answers (for the fixed-bytes server).
    pub unchecked: bool,
    pub command: Vec<String>,
}

impl Options {
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let transport = match arguments.next().as_deref() {
            Some("http") => Transport::Http,
            Some("stdio") => Transport::Stdio,
            _ => return Err("first argument: http or stdio".to_owned()),
        };
        let mut options = Self {
            transport,
            address: String::new(),
            path: "/mcp".to_owned(),
            era: Era::Modern,
            connections: 1,
            duration: Duration::from_secs(1),
            warmup: 100,
            warmup_duration: None,
            most: u64::MAX,
            call: "echo".to_owned(),
            tools: 0,
            unchecked: false,
            command: Vec::new(),
        };
        while let Some(name) = arguments.next() {
            if name == "--" {
                options.command = arguments.collect();
                break;
            }
            if name == "--unchecked" {
                options.unchecked = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--address" => options.address = value,
                "--path" => options.path = value,
                "--era" => {
                    options.era = match value.as_str() {
                        "legacy" => Era::Legacy,
                        "modern" => Era::Modern,
                        _ => return Err(format!("no such era: {value}")),
                    }
                }
                "--connections" => options.connections = number(&name, &value)?,
                "--seconds" => options.duration = seconds(&name, &value)?,
                "--warmup" => options.warmup = number(&name, &value)?,
                "--warmup-seconds" => options.warmup_duration = Some(seconds(&name, &value)?),
                "--most" => options.most = number(&name, &value)?,
                "--call" => options.call = value,
                "--tools" => options.tools = number(&name, &value)?,
                _ => return Err(format!("unknown option {name}")),
            }
        }
        if options.connections == 0 {
            return Err("--connections must be at least 1".to_owned());
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} {value}: not a number"))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(number(name, value)?).map_err(|error| error.to_string())
}
