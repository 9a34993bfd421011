//! What to send, where, and for how long.

use std::time::Duration;

use crate::work::{self, Call, Filler};

#[derive(Clone, Copy, PartialEq)]
pub enum Transport {
    Http,
    Stdio,
    /// HTTP, and nothing is called: sessions or streams are only held.
    Idle,
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
    /// What is called, again and again.
    pub cycle: Vec<Call>,
    /// What makes the texts of an echo longer.
    pub filler: Filler,
    /// How many tools `tools/list` must return.
    pub tools: usize,
    /// Where a tool that fetches something finds it.
    pub backend: String,
    /// How many sessions are opened beside those of the connections.
    pub sessions: usize,
    /// How many streams are held open.
    pub listeners: usize,
    /// How long an answer the fixed-bytes server is asked for.
    pub answer_bytes: Option<usize>,
    /// Do not look into answers (for servers that do not know the protocol).
    pub unchecked: bool,
    pub command: Vec<String>,
}

impl Options {
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let transport = match arguments.next().as_deref() {
            Some("http") => Transport::Http,
            Some("stdio") => Transport::Stdio,
            Some("idle") => Transport::Idle,
            _ => return Err("first argument: http, stdio or idle".to_owned()),
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
            cycle: work::cycle("echo"),
            filler: Filler::new(0),
            tools: 0,
            backend: String::new(),
            sessions: 0,
            listeners: 0,
            answer_bytes: None,
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
            options.take(&name, value)?;
        }
        if options.connections == 0 {
            return Err("--connections must be at least 1".to_owned());
        }
        Ok(options)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "--address" => self.address = value,
            "--path" => self.path = value,
            "--era" => {
                self.era = match value.as_str() {
                    "legacy" => Era::Legacy,
                    "modern" => Era::Modern,
                    _ => return Err(format!("no such era: {value}")),
                }
            }
            "--connections" => self.connections = number(name, &value)?,
            "--seconds" => self.duration = seconds(name, &value)?,
            "--warmup" => self.warmup = number(name, &value)?,
            "--warmup-seconds" => self.warmup_duration = Some(seconds(name, &value)?),
            "--most" => self.most = number(name, &value)?,
            "--call" => self.cycle = work::cycle(&value),
            "--text-bytes" => self.filler = Filler::new(number(name, &value)?),
            "--tools" => self.tools = number(name, &value)?,
            "--backend" => self.backend = value,
            "--sessions" => self.sessions = number(name, &value)?,
            "--listeners" => self.listeners = number(name, &value)?,
            "--answer-bytes" => self.answer_bytes = Some(number(name, &value)?),
            _ => return Err(format!("unknown option {name}")),
        }
        Ok(())
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} {value}: not a number"))
}

fn seconds(name: &str, value: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(number(name, value)?).map_err(|error| error.to_string())
}
