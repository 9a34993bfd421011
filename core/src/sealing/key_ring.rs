//! The keys that seal: one secret of the operator's each. The first seals, all open, so that keys can be changed while sealed
//! texts are on their way (MRTR-15).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::hkdf;

use crate::error::{Error, ErrorKind, Result};

/// The shortest secret that is taken, in bytes: what an AES-256 key has.
pub const MIN_KEY_LENGTH: usize = 32;

/// How many bytes name a key.
pub(super) const KEY_ID_LENGTH: usize = 4;

/// How many bytes name whoever seals with a key.
pub(super) const SALT_LENGTH: usize = 16;

/// Keeps keys that are made here apart from others made of the same secret.
const PURPOSE: &[u8] = b"oxmcp sealing 1";

/// Secrets, in order. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<[Key]>);

struct Key {
    id: [u8; KEY_ID_LENGTH],
    secret: hkdf::Prk,
}

/// The length of a key's name, for the derivation.
struct IdLength;

impl hkdf::KeyType for IdLength {
    fn len(&self) -> usize {
        KEY_ID_LENGTH
    }
}

impl KeyRing {
    /// A ring of these secrets, each of at least [`MIN_KEY_LENGTH`] bytes: random ones, in whatever form (raw, hexadecimal,
    /// base64).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is none, one is too short, or one is there twice. The secrets are not in the
    /// message.
    pub fn new<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, secret) in secrets.into_iter().enumerate() {
            let secret = secret.as_ref();
            if secret.len() < MIN_KEY_LENGTH {
                return Err(configuration(format!(
                    "key {} has {} bytes; a key is a secret of at least {MIN_KEY_LENGTH} random bytes, as `openssl rand -hex 32` \
                     prints one",
                    index + 1,
                    secret.len()
                )));
            }
            let key = Key::new(secret)?;
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(configuration(format!("key {} is in the ring already", index + 1)));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(configuration("a key ring needs at least one key"));
        }
        Ok(Self(keys.into()))
    }

    /// A ring as it is written in a setting or an environment variable: secrets with commas or white space between them.
    /// `None` when there is nothing in the text.
    ///
    /// # Errors
    /// See [`KeyRing::new`].
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let mut secrets = text
            .split(|character: char| character == ',' || character.is_whitespace())
            .filter(|secret| !secret.is_empty())
            .peekable();
        if secrets.peek().is_none() {
            return Ok(None);
        }
        Self::new(secrets).map(Some)
    }

    /// A ring of one key that nobody knows and that is gone with the process.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the system has no random bytes.
    pub fn random() -> Result<Self> {
        let mut secret = [0; MIN_KEY_LENGTH];
        getrandom::fill(&mut secret).map_err(|_| no_random_bytes())?;
        Self::new([secret])
    }

    /// The name of the key that seals.
    pub(super) fn first(&self) -> [u8; KEY_ID_LENGTH] {
        self.0.first().map_or([0; KEY_ID_LENGTH], |key| key.id)
    }

    /// The key of this name, as whoever has this salt uses it: a key of its own each, so that nobody has to know how much the
    /// others have sealed.
    pub(super) fn derive(&self, id: [u8; KEY_ID_LENGTH], salt: &[u8; SALT_LENGTH]) -> Option<LessSafeKey> {
        let key = self.0.iter().find(|key| key.id == id)?;
        let info: [&[u8]; 3] = [PURPOSE, b" seals ", salt];
        let derived = key.secret.expand(&info, &AES_256_GCM).ok()?;
        Some(LessSafeKey::new(UnboundKey::from(derived)))
    }
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self> {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, PURPOSE).extract(secret);
        let mut id = [0; KEY_ID_LENGTH];
        secret
            .expand(&[PURPOSE, b" is named"], IdLength)
            .and_then(|name| name.fill(&mut id))
            .map_err(|_| Error::new(ErrorKind::Internal, "a key could not be derived"))?;
        Ok(Self { id, secret })
    }
}

pub(super) fn no_random_bytes() -> Error {
    Error::new(ErrorKind::Internal, "the system gave no random bytes for sealing")
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SEC-15: how many, not which.
        formatter.debug_struct("KeyRing").field("keys", &self.0.len()).finish()
    }
}
