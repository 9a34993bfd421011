//! Tokens that are bound to a key (RFC 9449): whoever shows one proves with every request that the key is theirs (AUTH-16).

mod nonces;
mod options;
mod proof;
mod proofs;
mod replays;

pub use options::DpopOptions;
pub(super) use proof::Shown;
pub(super) use proofs::Proofs;
