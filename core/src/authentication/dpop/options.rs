//! What can be set about tokens that are bound to a key.

use std::time::Duration;

/// What is wanted of tokens that are bound to a key, and of the proofs that come with them. A token that says it is bound needs a proof
/// whatever is set here.
#[derive(Debug, Clone)]
pub struct DpopOptions {
    /// Whether a token has to be bound. Keys of ours and client certificates are no tokens.
    pub required: bool,
    /// Whether a proof has to have a number of ours in it, which is told to whoever has none: then it cannot have been made long ago.
    pub nonce: bool,
    /// How old a proof may be.
    pub max_age: Duration,
}

impl Default for DpopOptions {
    fn default() -> Self {
        Self { required: false, nonce: false, max_age: Duration::from_secs(60) }
    }
}
