//! Who asks, as the front ends read and write it: one JSON object.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use crate::json::{self, RawJson};
use crate::model::{Grants, Principal};

/// What a host that authenticated somebody says of it.
#[derive(Deserialize)]
struct Said {
    subject: Option<String>,
    client_id: Option<String>,
    issuer: Option<String>,
    scopes: Option<Vec<Box<str>>>,
    roles: Option<Vec<Box<str>>>,
    expires_at: Option<f64>,
    claims: Option<Value>,
    token: Option<Box<str>>,
}

/// `{"subject", "client_id", "issuer", "scopes", "roles", "method", "expires_at", "claims", "token"}`, of which what is not known is
/// absent; `expires_at` in seconds since 1970.
#[must_use]
pub fn principal_text(principal: &Principal) -> String {
    let mut text = String::from("{");
    let name = |text: &mut String, name: &str| {
        if text.len() > 1 {
            text.push(',');
        }
        json::write_string(text, name);
        text.push(':');
    };
    for (key, value) in
        [("subject", principal.subject()), ("client_id", principal.client()), ("issuer", principal.issuer())]
    {
        if let Some(value) = value {
            name(&mut text, key);
            json::write_string(&mut text, value);
        }
    }
    if let Some(grants) = principal.grants() {
        for (key, words) in [("scopes", &grants.scopes), ("roles", &grants.roles)] {
            name(&mut text, key);
            text.push('[');
            for (place, word) in words.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                json::write_string(&mut text, word);
            }
            text.push(']');
        }
        name(&mut text, "method");
        json::write_string(&mut text, grants.method.name());
        if let Some(end) = grants.expires_at.and_then(|end| end.duration_since(UNIX_EPOCH).ok()) {
            name(&mut text, "expires_at");
            // Writing to a string does not fail.
            let _ = write!(text, "{}", end.as_secs());
        }
        if let Some(claims) = &grants.claims {
            name(&mut text, "claims");
            text.push_str(claims.as_str());
        }
        if let Some(token) = &grants.token {
            name(&mut text, "token");
            json::write_string(&mut text, token);
        }
    }
    text.push('}');
    text
}

/// Who a host says that it is, in the words of [`principal_text`]. `None` where it does not say who: an issuer alone is nobody, and
/// neither is a text of another form.
#[must_use]
pub fn principal_from_text(text: &str) -> Option<Principal> {
    let said: Said = serde_json::from_str(text).ok()?;
    let principal =
        Principal::from_parts(said.subject.as_deref(), said.client_id.as_deref(), said.issuer.as_deref())?;
    if said.scopes.is_none() && said.roles.is_none() && said.claims.is_none() && said.token.is_none() {
        return Some(principal);
    }
    let expires_at = said.expires_at.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Some(principal.granted(Grants {
        scopes: said.scopes.unwrap_or_default(),
        roles: said.roles.unwrap_or_default(),
        claims: said.claims.filter(Value::is_object).map(|claims| RawJson::from_value(&claims)),
        expires_at: expires_at.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)),
        token: said.token,
        ..Grants::default()
    }))
}
