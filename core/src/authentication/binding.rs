//! What a token is bound to (RFC 7800), and what a request shows for it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::dpop::Shown;
use crate::json;

/// What a token is bound to: it counts for nobody who does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Binding {
    /// The thumbprint of a key, `jkt` (RFC 9449, 6.1).
    pub(super) key: Option<Box<str>>,
    /// The digest of a client certificate, `x5t#S256` (RFC 8705, 3.1).
    pub(super) certificate: Option<[u8; 32]>,
}

/// What a request shows besides its token.
#[derive(Clone, Default)]
pub(super) struct Evidence {
    /// The digest of the certificate that its connection was opened with.
    pub(super) certificate: Option<[u8; 32]>,
    /// What came with the scheme `DPoP`.
    pub(super) proof: Option<Arc<Shown>>,
}

impl Binding {
    /// What claims say of it: the member `cnf`.
    ///
    /// # Errors
    /// It cannot be understood: whoever shows the token may not be whom it is for.
    pub(super) fn read(claims: &str) -> Result<Option<Box<Self>>, &'static str> {
        const UNKNOWN: &str = "the token is bound in a way that this server cannot check";
        let Some(text) = json::member(claims, "cnf") else { return Ok(None) };
        let bound: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| "what the token is bound to is no object")?;
        let mut binding = Self::default();
        for (name, value) in &bound {
            let value = value.as_str().ok_or("what the token is bound to is no text")?;
            match name.as_str() {
                "jkt" => binding.key = Some(value.into()),
                "x5t#S256" => {
                    let digest = URL_SAFE_NO_PAD.decode(value.trim_end_matches('=')).map_err(|_| UNKNOWN)?;
                    binding.certificate = Some(digest.try_into().map_err(|_| UNKNOWN)?);
                }
                _ => return Err(UNKNOWN),
            }
        }
        if binding == Self::default() { Err(UNKNOWN) } else { Ok(Some(Box::new(binding))) }
    }
}
