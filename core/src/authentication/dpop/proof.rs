//! One proof: what it says, and whether it is of this request.

use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use crate::authentication::jwt::{Algorithm, Key, moment, parts_of, read_object, read_signature};
use crate::json::{self, RawJson};

/// The header it comes in.
pub(super) const HEADER: &str = "dpop";
/// Longer ones are not looked at.
const MAX_PROOF_BYTES: usize = 8 * 1024;
/// Longer names are nobody's.
const MAX_NAME_BYTES: usize = 256;
/// How far clocks may differ.
pub(super) const LEEWAY: Duration = Duration::from_secs(30);
/// What only the owner of a key may have.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a request shows for its token.
pub(in crate::authentication) struct Shown {
    text: Box<str>,
    method: Method,
    /// What the client may call what it asks for.
    urls: Vec<String>,
    /// The digest of the token.
    token: String,
}

/// What is right about a proof.
pub(super) struct Proven {
    /// The thumbprint of the key that signed it (RFC 7638).
    pub(super) key: String,
    /// What it is called, by its own word.
    pub(super) name: String,
    pub(super) nonce: Option<String>,
}

impl Shown {
    /// Takes it off a request's head. `None`: there is none, or more than one.
    pub(in crate::authentication) fn read(
        headers: &HeaderMap,
        method: &Method,
        urls: Vec<String>,
        token: &str,
    ) -> Option<Self> {
        let mut values = headers.get_all(HEADER).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let text = value.to_str().ok().filter(|text| text.len() <= MAX_PROOF_BYTES)?;
        let token = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
        Some(Self { text: text.into(), method: method.clone(), urls, token })
    }

    /// Whether it is a proof for this request and this token, by a key of its own.
    pub(super) fn check(&self, max_age: Duration) -> Result<Proven, &'static str> {
        let parts = parts_of(&self.text).ok_or("the proof is no signed token")?;
        let header = read_object(parts[0]).ok_or("the proof's header is no JSON object")?;
        let header = header.to_value().map_err(|_| "the proof's header is no JSON object")?;
        if header["typ"] != "dpop+jwt" || header.get("crit").is_some() || header.get("b64").is_some() {
            return Err("the proof's header is not that of a proof");
        }
        let algorithm = header["alg"].as_str().and_then(Algorithm::from_name);
        let algorithm = algorithm.filter(|algorithm| !algorithm.is_symmetric());
        let algorithm = algorithm.ok_or("the proof is signed in a way that is not allowed")?;
        let jwk = &header["jwk"];
        if PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
            return Err("the proof has a private key in it");
        }
        let (Some(key), Some(thumbprint)) = (Key::of_set(jwk), thumbprint(jwk)) else {
            return Err("the proof has no public key in it that verifies signatures");
        };
        let signature = read_signature(parts[2]).ok_or("the proof's signature is malformed")?;
        let signed = [parts[0], ".", parts[1]].concat();
        if !key.verifies(algorithm, signed.as_bytes(), &signature) {
            return Err("the proof's signature is wrong");
        }
        let claims = read_object(parts[1]).ok_or("the proof's claims are no JSON object")?;
        let name = self.check_claims(&claims, max_age)?;
        let nonce = json::member(claims.as_str(), "nonce").and_then(json::as_string);
        Ok(Proven { key: thumbprint, name, nonce: nonce.map(std::borrow::Cow::into_owned) })
    }

    fn check_claims(&self, claims: &RawJson, max_age: Duration) -> Result<String, &'static str> {
        let text = |name| json::member(claims.as_str(), name).and_then(json::as_string);
        if text("htm").is_none_or(|method| method != self.method.as_str()) {
            return Err("the proof is for another method");
        }
        let url = text("htu").and_then(|url| normal(&url)).ok_or("the proof does not say what it is for")?;
        if !self.urls.iter().filter_map(|own| normal(own)).any(|own| own == url) {
            return Err("the proof is for another URL");
        }
        if text("ath").is_none_or(|token| token != self.token) {
            return Err("the proof is for another token");
        }
        let made = json::member(claims.as_str(), "iat").and_then(json::as_number).and_then(moment);
        let made = made.ok_or("the proof does not say when it was made")?;
        let now = SystemTime::now();
        if made.checked_add(max_age + LEEWAY).is_none_or(|end| end <= now) {
            return Err("the proof is too old");
        }
        if now.checked_add(LEEWAY).is_none_or(|now| made > now) {
            return Err("the proof was made in the future");
        }
        let name = text("jti").filter(|name| !name.is_empty() && name.len() <= MAX_NAME_BYTES);
        Ok(name.ok_or("the proof has no name of its own")?.into_owned())
    }
}

/// The members that make a key what it is, in the order of their names (RFC 7638, 3.2).
fn thumbprint(jwk: &Value) -> Option<String> {
    let text = |name: &str| jwk.get(name).filter(|value| value.is_string());
    // Written in the order of their names, as serde_json's map has them.
    let canonical = match text("kty")?.as_str()? {
        "EC" => json!({"crv": text("crv")?, "kty": "EC", "x": text("x")?, "y": text("y")?}),
        "RSA" => json!({"e": text("e")?, "kty": "RSA", "n": text("n")?}),
        "OKP" => json!({"crv": text("crv")?, "kty": "OKP", "x": text("x")?}),
        _ => return None,
    };
    Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.to_string().as_bytes())))
}

/// A URL without what makes no difference, and without query and fragment.
fn normal(url: &str) -> Option<String> {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = authority.port_u16().filter(|port| *port != usual);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = if uri.path().is_empty() { "/" } else { uri.path() };
    Some(format!("{scheme}://{}{port}{path}", authority.host().to_ascii_lowercase()))
}
