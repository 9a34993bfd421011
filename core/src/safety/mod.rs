//! What protects people and models from tools: a person is asked before something is destroyed, results say that they are not to
//! be trusted and hide nothing, and what was done is not done twice.

mod confirmation;
mod guard;
mod ledger;
mod options;
mod results;
mod unseen;

use std::sync::OnceLock;

pub use confirmation::Confirmation;
pub use guard::Safety;
pub use ledger::{IDEMPOTENCY_HEADER, IDEMPOTENCY_KEY, LedgerOptions, OUTCOME_UNKNOWN};
pub use options::{Confirm, SafetyOptions, Unseen, Unsupported};
pub use results::{HIDDEN, SANITIZE, UNTRUSTED};

/// What stands around tools that want a person's word, on servers that say nothing else of safety.
pub(crate) fn asking_first() -> &'static Safety {
    static ASKING_FIRST: OnceLock<Safety> = OnceLock::new();
    ASKING_FIRST.get_or_init(|| Safety::new(SafetyOptions::off()))
}
