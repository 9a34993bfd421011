//! How often, how many at once, how much: rates, quotas and permits, checked all together before anything is charged.
//!
//! [`CallLimits`] has rules ([`Rule`]), each for all, or for each caller, tool or address. Whatever is asked about is held against every
//! rule that is about it; only where all of them allow it does it count against any ([`Store::take`]), so that what is refused
//! costs nothing. Counts are in a [`Store`]: [`LocalStore`] keeps them in this process, in tables whose size has a bound and
//! which shrink when they are not needed. Time is monotonic: a clock that is set changes nothing.

mod call_limits;
mod cell;
mod local_store;
mod output;
mod refusal;
mod rules;
mod store;
mod table;

pub use call_limits::{CallLimits, Clock, Held, LimitOptions, Visit};
pub use local_store::LocalStore;
pub use output::{fit, fit_words};
pub use rules::{Amount, Rule};
pub use store::{Charge, Exhausted, Key, Slot, Store};
