//! Sealing and opening: AES-256-GCM, the text in base64url.
//!
//! A sealed text is `version (1 byte) · key (4) · salt (16) · nonce (12) · ciphertext · tag (16)`. The salt names the sealer that
//! made it, and its key is derived with it. What is sealed is bound to a *bond*: it opens only for the same bytes, which are not
//! inside. So state of one request does not open for another, and nothing has to be compared.

use std::fmt;

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::KeyRing;
use super::key_ring::{KEY_ID_LENGTH, SALT_LENGTH, no_random_bytes};
use crate::error::{Error, ErrorKind, Result};

/// The version of this format. Another format has another number.
const VERSION: u8 = 1;

const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH + SALT_LENGTH;

/// Seals with the first key of a ring, opens with all.
pub struct Sealer {
    ring: KeyRing,
    salt: [u8; SALT_LENGTH],
    /// The first key of the ring, as this sealer uses it.
    key: LessSafeKey,
}

/// What was inside a sealed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The content.
    pub content: Vec<u8>,
    /// Whether this very sealer made it; otherwise another with the same key did, in another process or before a restart.
    pub own: bool,
}

impl Sealer {
    /// A sealer with these keys.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the system has no random bytes.
    pub fn new(ring: KeyRing) -> Result<Self> {
        let mut salt = [0; SALT_LENGTH];
        getrandom::fill(&mut salt).map_err(|_| no_random_bytes())?;
        let key = ring.derive(ring.first(), &salt).ok_or_else(failed)?;
        Ok(Self { ring, salt, key })
    }

    /// Seals `content` so that it opens for `bond` alone.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the system has no random bytes.
    pub fn seal(&self, bond: &[u8], content: &[u8]) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| no_random_bytes())?;
        let mut sealed = Vec::with_capacity(HEADER_LENGTH + NONCE_LEN + content.len() + 16);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.ring.first());
        sealed.extend_from_slice(&self.salt);
        let covered = covered(&sealed, bond);
        sealed.extend_from_slice(&nonce);
        let begins = sealed.len();
        sealed.extend_from_slice(content);
        let (_, inside) = sealed.split_at_mut(begins);
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(covered), inside)
            .map_err(|_| failed())?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what was sealed for `bond` with a key of the ring. `None` for anything else, whatever is wrong with it.
    #[must_use]
    pub fn open(&self, bond: &[u8], sealed: &str) -> Option<Opened> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (header, rest) = bytes.split_first_chunk::<HEADER_LENGTH>()?;
        let (version, named) = header.split_first()?;
        let (id, salt) = named.split_first_chunk::<KEY_ID_LENGTH>()?;
        let salt: &[u8; SALT_LENGTH] = salt.try_into().ok()?;
        if *version != VERSION {
            return None;
        }
        let (nonce, inside) = rest.split_first_chunk::<NONCE_LEN>()?;
        let own = *salt == self.salt;
        let foreign;
        let key = if own && *id == self.ring.first() {
            &self.key
        } else {
            foreign = self.ring.derive(*id, salt)?;
            &foreign
        };
        let mut content = inside.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key.open_in_place(nonce, Aad::from(covered(header, bond)), &mut content).ok()?.len();
        content.truncate(length);
        Some(Opened { content, own })
    }
}

/// What the tag covers beside the content.
fn covered(header: &[u8], bond: &[u8]) -> Vec<u8> {
    [header, bond].concat()
}

fn failed() -> Error {
    Error::new(ErrorKind::Internal, "sealing failed")
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sealer").field("ring", &self.ring).finish_non_exhaustive()
    }
}
