//! From the head of a request to who asks, or to a refusal that says what is missing.
//!
//! Verifiers stand in one order: keys of ours, signed tokens by their issuer, servers that are asked about tokens, a function of
//! the author's, and a client certificate where there is no other credential. The first that recognises what it is shown decides.

mod api_keys;
mod authenticator;
mod binding;
mod cache;
mod certificates;
mod credentials;
mod denied;
mod dpop;
mod function;
mod introspection;
mod jwt;
mod metadata;
mod options;

pub use api_keys::{ApiKeyFile, ApiKeyOptions, ApiKeyRecord, NewApiKey};
pub use authenticator::{Authenticator, Checked, RequestHead};
pub use certificates::CertificateRule;
pub use denied::{Denied, ProofWanted};
pub use dpop::DpopOptions;
pub use introspection::{IntrospectionOptions, IntrospectionStyle};
pub(crate) use jwt::issuer_metadata_places;
pub use jwt::{Algorithm, JwtOptions, KeySource};
pub(crate) use metadata::split_origin;
pub use options::AuthenticationOptions;
