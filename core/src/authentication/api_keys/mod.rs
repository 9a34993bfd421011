//! Keys of ours: made here, known by their hash alone, as many for each owner as it takes to change one without a gap.

mod file;
mod key;
mod keys;

pub use file::{ApiKeyFile, NewApiKey};
pub use key::ApiKeyRecord;
pub(super) use key::looks_like_one;
pub use keys::ApiKeyOptions;
pub(super) use keys::ApiKeys;
