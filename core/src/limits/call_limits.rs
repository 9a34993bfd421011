//! What is asked of every operation: whether there is any left for it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::local_store::LocalStore;
use super::refusal::refuse;
use super::rules::{Amount, Rule};
use super::store::{Charge, Key, Slot, Store};
use crate::error::Result;
use crate::handler::Failure;
use crate::model::{Each, Operation, Principal, ToolLimits};

/// The time since something began; monotonic.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What is limited, and how that is said.
#[derive(Debug, Clone)]
pub struct LimitOptions {
    /// The rules. All of them hold.
    pub rules: Vec<Rule>,
    /// Whether a tool that may not be called for now answers with a result that a model reads (`isError`), instead of an error that
    /// its client reads.
    pub tools_answer: bool,
    /// How many keys there may be in each table of a store of this process; 1,000,000.
    pub max_keys: usize,
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self { rules: Vec::new(), tools_answer: false, max_keys: 1_000_000 }
    }
}

/// An operation that is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The method, as it is spelt on the wire.
    pub method: &'a str,
    /// What is asked.
    pub operation: &'a Operation,
    /// The tool that is called in the end, if one is. Those that are not there are one: nobody makes us keep names.
    pub tool: Option<&'a str>,
    /// What that allows of itself.
    pub of_tool: Option<&'a ToolLimits>,
    /// Who asks.
    pub principal: Option<&'a Principal>,
    /// Where from.
    pub address: Option<IpAddr>,
}

/// Counts what is done against all rules that are about it.
pub struct CallLimits {
    rules: Vec<Rule>,
    tools_answer: bool,
    store: Arc<dyn Store>,
    clock: Clock,
}

/// The places of what tools say of themselves, behind those of all rules.
const RATE_OF_TOOL: u32 = u32::MAX;
const RUNNING_OF_TOOL: u32 = u32::MAX - 1;

impl CallLimits {
    /// Counts in this process, by its monotonic clock.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) for a rule that could never allow anything.
    pub fn new(options: LimitOptions) -> Result<Self> {
        let began = Instant::now();
        let store = Arc::new(LocalStore::new(options.max_keys));
        Self::counting(options, store, Arc::new(move || began.elapsed()))
    }

    /// Counts there, by this clock.
    ///
    /// # Errors
    /// As [`CallLimits::new`].
    pub fn counting(options: LimitOptions, store: Arc<dyn Store>, clock: Clock) -> Result<Self> {
        let LimitOptions { rules, tools_answer, max_keys: _ } = options;
        rules.iter().try_for_each(Rule::check)?;
        Ok(Self { rules, tools_answer, store, clock })
    }

    /// Counts an operation, or refuses it. What is held while it runs is given back when what this returns is dropped.
    ///
    /// # Errors
    /// [`FailureKind::RateLimited`](crate::handler::FailureKind::RateLimited), with when to come back.
    pub fn enter(&self, visit: &Visit<'_>) -> Result<Option<Held>, Failure> {
        let own = visit.of_tool.filter(|limits| limits.counts());
        if self.rules.is_empty() && own.is_none() {
            return Ok(None);
        }
        let mut charges = Vec::with_capacity(self.rules.len() + 2);
        for (rule, at) in self.rules.iter().zip(0..) {
            if rule.is_about(visit.method, visit.operation, visit.tool) {
                charges.extend(charge(at, rule.amount, rule.each, visit).map(|charge| (charge, rule.each)));
            }
        }
        if let (Some(own), Some(tool)) = (own, visit.tool) {
            if let Some(rate) = own.rate {
                let each = own.rate_each.and(Each { tool: true, ..Each::default() });
                let charge = charge(RATE_OF_TOOL, Amount::Rate(rate), each, visit);
                charges.extend(charge.map(|charge| (charge, each)));
            }
            if let Some(max) = own.max_concurrent {
                let key = Key { rule: RUNNING_OF_TOOL, tool: Some(tool), principal: None, address: None };
                let each = Each { tool: true, ..Each::default() };
                charges.push((Charge { key, amount: Amount::Concurrent(max) }, each));
            }
        }
        if charges.is_empty() {
            return Ok(None);
        }
        let (charges, each): (Vec<_>, Vec<_>) = charges.into_iter().unzip();
        match self.store.take(&charges, (self.clock)()) {
            Ok(slots) if slots.is_empty() => Ok(None),
            Ok(slots) => Ok(Some(Held { store: Arc::clone(&self.store), slots })),
            Err(exhausted) => {
                let at = exhausted.charge.min(charges.len() - 1);
                Err(refuse(charges[at].amount, each[at], exhausted.wait, !self.tools_answer || visit.tool.is_none()))
            }
        }
    }
}

/// What a rule takes of an operation; nothing where it is about an address and there is none.
fn charge<'a>(rule: u32, amount: Amount, each: Each, visit: &Visit<'a>) -> Option<Charge<'a>> {
    let mut key = Key { rule, tool: None, principal: None, address: None };
    if each.tool {
        key.tool = Some(visit.tool?);
    }
    if each.principal {
        key.principal = visit.principal;
        // Whoever says nothing of itself is told apart by where it is.
        if key.principal.is_none() {
            key.address = visit.address.map(network);
        }
    }
    if each.address {
        key.address = Some(network(visit.address?));
    }
    Some(Charge { key, amount })
}

/// The address that a client cannot choose: of IPv6, providers give out whole networks.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << 64;
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// What an operation holds for as long as it runs.
pub struct Held {
    store: Arc<dyn Store>,
    slots: Vec<Slot>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.store.give_back(&self.slots);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Held").field("slots", &self.slots.len()).finish()
    }
}

impl Default for CallLimits {
    fn default() -> Self {
        let began = Instant::now();
        let LimitOptions { rules, tools_answer, max_keys } = LimitOptions::default();
        let store = Arc::new(LocalStore::new(max_keys));
        Self { rules, tools_answer, store, clock: Arc::new(move || began.elapsed()) }
    }
}

impl fmt::Debug for CallLimits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallLimits").field("rules", &self.rules).finish_non_exhaustive()
    }
}
