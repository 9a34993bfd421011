//! What is limited: how much of it, for whom, and of which operations.

use std::time::Duration;

use crate::authorization::Pattern;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Each, Operation, OperationKind, Rate};

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many in a time, of which the next comes back a little later (the generic cell rate algorithm).
    Rate(Rate),
    /// So many in a time that begins with the first, all of which come back together at its end.
    Quota {
        /// How many.
        max: u32,
        /// In which time.
        window: Duration,
    },
    /// So many at once.
    Concurrent(u32),
}

impl Amount {
    /// How many there are, for those who are told.
    #[must_use]
    pub const fn most(&self) -> u32 {
        match self {
            Self::Rate(rate) => rate.count(),
            Self::Quota { max, .. } | Self::Concurrent(max) => *max,
        }
    }
}

/// One limit.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) amount: Amount,
    pub(super) each: Each,
    tools: Vec<Pattern>,
    methods: Vec<Box<str>>,
}

/// What ends something, gives an answer, or only says that somebody is there: it is never refused for being too much.
const ALWAYS: &[&str] = &["tasks/cancel", "tasks/update", "notifications/cancelled"];

impl Rule {
    /// So much, for whom `each` says.
    #[must_use]
    pub const fn new(amount: Amount, each: Each) -> Self {
        Self { amount, each, tools: Vec::new(), methods: Vec::new() }
    }

    /// The same, of calls of tools with these names alone; `*` stands for any text.
    #[must_use]
    pub fn of_tools<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.tools = names.into_iter().map(Pattern::new).collect();
        self
    }

    /// The same, of these methods alone.
    #[must_use]
    pub fn of_methods<'a>(mut self, methods: impl IntoIterator<Item = &'a str>) -> Self {
        self.methods = methods.into_iter().map(Box::from).collect();
        self
    }

    /// Looks whether it can ever allow anything.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |why: &str| Err(Error::new(ErrorKind::Configuration, format!("limits: {why}")));
        match self.amount {
            Amount::Quota { max: 0, .. } | Amount::Concurrent(0) => {
                wrong("max must be at least 1; what nobody may do at all is a matter of `authorization`")
            }
            Amount::Quota { window, .. } if window.is_zero() || window.as_secs() > u64::from(u32::MAX) / 2 => {
                wrong("a quota needs a time")
            }
            _ if !self.tools.is_empty() && self.methods.iter().any(|method| &**method != "tools/call") => {
                wrong("a limit of `tools` is about tools/call alone, and needs no `methods`")
            }
            _ => Ok(()),
        }
    }

    /// Whether it is about this operation; `tool` is the one that is called in the end.
    pub(super) fn is_about(&self, method: &str, operation: &Operation, tool: Option<&str>) -> bool {
        if !self.tools.is_empty() || self.each.tool {
            let Some(tool) = tool else { return false };
            return self.tools.is_empty() || self.tools.iter().any(|pattern| pattern.matches(tool));
        }
        if !self.methods.is_empty() {
            return self.methods.iter().any(|named| &**named == method);
        }
        match operation.kind() {
            OperationKind::Ping | OperationKind::Unsubscribe => false,
            // It stays open for as long as its client likes: there is a bound of its own on how many do.
            OperationKind::Watch => !matches!(self.amount, Amount::Concurrent(_)),
            OperationKind::Custom => !ALWAYS.contains(&method),
            _ => true,
        }
    }
}
