//! Who may do what: roles, rules down to the arguments of a call, and the reason of every decision.
//!
//! A [`Policy`] is made of a [`Definition`]. It is asked in two steps. [`Policy::access`] says what a caller is (its roles, its
//! scopes, the rules that are about it); [`Policy::visible`] and [`Policy::call`] decide by that. What is not visible is not
//! listed, and answered as what does not exist; a call of something visible may be refused for its arguments, in words that say
//! what is allowed.
//!
//! Whatever is unclear is decided against the caller: an argument that is absent, of another type, spelt with letters that only
//! look alike, or SQL that is not understood as a whole fits no rule that allows and every rule that denies.

mod access;
mod conditions;
mod definition;
mod explaining;
mod hidden;
mod live;
mod one_or_many;
mod paths;
mod pattern;
mod policy;
mod rules;
mod sql;
mod twins;
mod values;

pub use access::Access;
pub use definition::{
    ConditionDefinition, Definition, Effect, RangeDefinition, RoleDefinition, RuleDefinition, SqlDefinition,
};
pub use explaining::RuleReason;
pub use live::{LivePolicy, PolicySource};
pub use one_or_many::OneOrMany;
pub(crate) use pattern::Pattern;
pub use policy::{Denial, Policy, PolicyDecision, Target};
pub use sql::{SqlStatement, Statement, read_sql};
