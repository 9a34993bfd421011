//! Where counts are kept.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::rules::Amount;
use crate::model::Principal;

/// Whose count it is.
#[derive(Debug, Clone, Copy, Hash)]
pub struct Key<'a> {
    /// The rule, by its place among all.
    pub rule: u32,
    /// Which tool, where each has its own.
    pub tool: Option<&'a str>,
    /// Which caller, where each has its own.
    pub principal: Option<&'a Principal>,
    /// Which address, where each has its own.
    pub address: Option<IpAddr>,
}

/// One count, of which one is to be taken.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// Whose.
    pub key: Key<'a>,
    /// How much there is.
    pub amount: Amount,
}

/// What has to be given back when an operation has ended; to be understood by the store alone.
pub type Slot = u64;

/// There was none left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// Of which charge: the one that takes longest.
    pub charge: usize,
    /// When to try again.
    pub wait: Duration,
}

/// Where counts are kept. One that is elsewhere takes what it hands out in advance: nothing here blocks.
pub trait Store: Send + Sync + fmt::Debug {
    /// Takes one of each, or, where one of them has none left, none of any. `now` is the time since the store began to be used.
    ///
    /// # Errors
    /// Which had none left, and when it will.
    fn take(&self, charges: &[Charge<'_>], now: Duration) -> Result<Vec<Slot>, Exhausted>;

    /// Gives back what is only held while an operation runs.
    fn give_back(&self, slots: &[Slot]);
}
