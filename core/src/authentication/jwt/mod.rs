//! Signed tokens (RFC 7519, RFC 9068): who signed them, with what key, and whether they are meant for this server.

mod algorithm;
mod claims;
mod discovery;
mod key;
mod key_set;
mod options;
mod remote;
mod token;
mod verifier;

pub use algorithm::Algorithm;
pub(super) use claims::{Wanted, moment, string};
pub(crate) use discovery::places as issuer_metadata_places;
pub(super) use key::Key;
pub use options::{JwtOptions, KeySource};
pub(super) use token::{
    MAX_TOKEN_BYTES, object as read_object, parts as parts_of, signature as read_signature,
};
pub(super) use verifier::{Looked, Unverified, Verifier};
