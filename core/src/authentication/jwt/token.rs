//! What a token says before anybody believes it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::Algorithm;
use crate::json::{self, RawJson};

/// Longer tokens are not looked at.
pub(in crate::authentication) const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// Longer names of keys are nobody's.
const MAX_KEY_ID_BYTES: usize = 256;

/// The parts of what looks like a signed token, undecoded.
pub(in crate::authentication) fn parts(token: &str) -> Option<[&str; 3]> {
    let mut parts = token.split('.');
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    // An object begins with "{" and so with this letter.
    parts[0].starts_with('e').then_some(parts)
}

/// What a token's header says. It is JSON that no two readers understand differently: no key is there twice. Keys that it names, or
/// brings along, are not looked at (`jku`, `jwk`, `x5u`, `x5c`).
pub(super) struct Header {
    algorithm: String,
    key_id: Option<String>,
    kind: Option<String>,
}

impl Header {
    pub(super) fn read(part: &str) -> Result<Self, &'static str> {
        let header = object(part).ok_or("the token's header is no JSON object that all readers agree on")?;
        let header = header.as_str();
        let text = |name: &str| match json::member(header, name) {
            None => Ok(None),
            Some(value) => json::as_string(value).map(|text| Some(text.into_owned())).ok_or(()),
        };
        let wrong = |()| "a member of the token's header is not of its type";
        if json::member(header, "crit").is_some() || json::member(header, "b64").is_some() {
            return Err("the token's header asks for what this server does not know");
        }
        let algorithm = text("alg").map_err(wrong)?.ok_or("the token's header names no algorithm")?;
        let key_id = text("kid").map_err(wrong)?;
        if key_id.as_ref().is_some_and(|id| id.len() > MAX_KEY_ID_BYTES) {
            return Err("the token's header names a key that nobody has");
        }
        Ok(Self { algorithm, key_id, kind: text("typ").map_err(wrong)? })
    }

    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::from_name(&self.algorithm)
    }

    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whether it may be the header of an access token.
    pub(super) fn is_access_token(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| {
            let name = kind.get(..12).filter(|start| start.eq_ignore_ascii_case("application/"));
            let name = name.map_or(kind, |start| &kind[start.len()..]);
            name.eq_ignore_ascii_case("JWT") || name.eq_ignore_ascii_case("at+jwt")
        })
    }
}

/// A part of a token that is an object.
pub(in crate::authentication) fn object(part: &str) -> Option<RawJson> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    RawJson::parse(text).ok().filter(RawJson::is_object)
}

pub(in crate::authentication) fn signature(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
