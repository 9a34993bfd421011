//! Cursors: where a page ended, sealed so that nobody but us can make one (PAG-6).
//!
//! A cursor is the list it belongs to and the key of the last item given out, followed by an HMAC of both, in base64url.
//! It says nothing a peer does not know; the seal makes forged, damaged and foreign ones all equally bad. The same page
//! has the same cursor each time (PAG-4), and one that outlived an edit still leads on from its item, as long as the item
//! is there (PAG-7). Where it is known who asks, it is of use to nobody else.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::pages::BadCursor;
use super::validation::MAX_KEY_LENGTH;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Principal;

/// 128 bits: nobody guesses that, and cursors stay short.
const SEAL_LENGTH: usize = 16;

/// Longer than any cursor we make: base64 takes four characters for three bytes.
const MAX_CURSOR_LENGTH: usize = (1 + MAX_KEY_LENGTH + SEAL_LENGTH).div_ceil(3) * 4;

/// Keeps what is sealed here apart from anything else sealed with the same secret.
const PURPOSE: &[u8] = b"oxmcp list cursor 1\0";
/// The same for cursors that are one principal's.
const PURPOSE_OF_PRINCIPAL: &[u8] = b"oxmcp list cursor 1 of\0";

/// Makes and opens cursors. Clones share the secret.
#[derive(Clone)]
pub struct Cursors(Arc<hmac::Key>);

impl Cursors {
    pub(super) fn new(key: Option<[u8; 32]>) -> Result<Self> {
        let key = match key {
            Some(key) => key,
            None => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(|_| {
                    Error::new(ErrorKind::Internal, "the system gave no random bytes for sealing cursors")
                })?;
                key
            }
        };
        Ok(Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key))))
    }

    /// The cursor for what follows the item with this key in the list with this code, for whoever asks.
    #[must_use]
    pub fn seal(&self, list: u8, key: &str, principal: Option<&Principal>) -> String {
        let mut bytes = Vec::with_capacity(1 + key.len() + SEAL_LENGTH);
        bytes.push(list);
        bytes.extend_from_slice(key.as_bytes());
        let seal = self.sign(&bytes, principal);
        bytes.extend_from_slice(truncate(&seal));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key inside a cursor of this list, for whoever asks.
    ///
    /// # Errors
    /// It is none, another list's, or another principal's.
    pub fn open(&self, list: u8, cursor: &str, principal: Option<&Principal>) -> Result<String, BadCursor> {
        if cursor.len() > MAX_CURSOR_LENGTH {
            return Err(BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let (content, seal) = bytes.split_last_chunk::<SEAL_LENGTH>().ok_or(BadCursor)?;
        verify_slices_are_equal(truncate(&self.sign(content, principal)), seal).map_err(|_| BadCursor)?;
        let (&kind, key) = content.split_first().ok_or(BadCursor)?;
        if kind != list {
            return Err(BadCursor);
        }
        String::from_utf8(key.to_vec()).map_err(|_| BadCursor)
    }

    fn sign(&self, content: &[u8], principal: Option<&Principal>) -> hmac::Tag {
        let mut signing = hmac::Context::with_key(&self.0);
        match principal {
            None => signing.update(PURPOSE),
            Some(principal) => {
                signing.update(PURPOSE_OF_PRINCIPAL);
                // Always of one length: what follows cannot be mistaken for a part of it.
                signing.update(principal.fingerprint().as_bytes());
            }
        }
        signing.update(content);
        signing.sign()
    }
}

fn truncate(seal: &hmac::Tag) -> &[u8] {
    &seal.as_ref()[..SEAL_LENGTH]
}

impl fmt::Debug for Cursors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is a secret.
        formatter.write_str("Cursors")
    }
}
