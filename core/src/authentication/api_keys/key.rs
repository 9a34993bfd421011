//! One key: its text, which its owner has, and its record, which we have.
//!
//! The text is `oxk_<id>_<secret><checksum>`: 12, 43 and 6 letters and digits. The secret has 256 bits. The checksum lets a scanner, or a
//! person, tell a key from something that looks like one; it says nothing about which keys there are.

use aws_lc_rs::{constant_time, digest, hmac};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

const PREFIX: &str = "oxk_";
const ID_LETTERS: usize = 12;
/// Of 62 letters and digits, so many hold 256 bits.
const SECRET_LETTERS: usize = 43;
const CHECK_LETTERS: usize = 6;
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What is kept of a key. The key itself cannot be had from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRecord {
    /// What the key is called, in its own text, too.
    pub id: String,
    /// Whose it is: the subject of whoever uses it.
    pub owner: String,
    /// HMAC-SHA-256 of the key's text under its id, in hexadecimal digits.
    pub hash: String,
    /// What it grants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Box<str>>,
    /// As what its owner acts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Box<str>>,
    /// When it was made, in seconds since 1970.
    #[serde(default, alias = "createdAt")]
    pub created_at: u64,
    /// When it stops to work, in seconds since 1970.
    #[serde(default, alias = "expiresAt", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// What it is for, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a text is meant to be a key of ours.
pub(in crate::authentication) fn looks_like_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// The id in the text of a key, if that is one.
pub(super) fn id_of(text: &str) -> Option<&str> {
    const LENGTH: usize = PREFIX.len() + ID_LETTERS + 1 + SECRET_LETTERS + CHECK_LETTERS;
    if text.len() != LENGTH || !text.is_ascii() || !looks_like_one(text) {
        return None;
    }
    let (body, check) = text.split_at(LENGTH - CHECK_LETTERS);
    let (id, secret) = body[PREFIX.len()..].split_once('_')?;
    let fits = id.len() == ID_LETTERS && secret.len() == SECRET_LETTERS && checksum(body) == check;
    fits.then_some(id)
}

/// A new key: its id and its text.
pub(super) fn make() -> Result<(String, String)> {
    let (id, secret) = (random(ID_LETTERS)?, random(SECRET_LETTERS)?);
    let body = format!("{PREFIX}{id}_{secret}");
    let check = checksum(&body);
    Ok((id, body + &check))
}

pub(super) fn hash(id: &str, text: &str) -> hmac::Tag {
    // The secret is as long as a key: what this adds is that no two ids have hashes in common, whatever is written into a file.
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("oxmcp api key {id}").as_bytes());
    hmac::sign(&key, text.as_bytes())
}

pub(super) fn hash_text(id: &str, text: &str) -> String {
    hash(id, text).as_ref().iter().fold(String::with_capacity(64), |mut digits, byte| {
        for half in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(u32::from(half), 16));
        }
        digits
    })
}

/// The bytes that 64 hexadecimal digits stand for.
pub(super) fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// In a time that does not depend on where they differ (SEC-15).
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

fn random(letters: usize) -> Result<String> {
    let mut text = String::with_capacity(letters);
    let mut bytes = [0; 64];
    while text.len() < letters {
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Io, "the system has no randomness").caused_by(error.to_string())
        })?;
        // Four times 62: above it some letters would be likelier than others.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
        text.extend(fair.map(letter).take(letters - text.len()));
    }
    Ok(text)
}

fn checksum(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    let mut number =
        digest.as_ref().iter().take(4).fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
    let mut check = String::with_capacity(CHECK_LETTERS);
    for _ in 0..CHECK_LETTERS {
        check.push(char::from(LETTERS[number % LETTERS.len()]));
        number /= LETTERS.len();
    }
    check
}
