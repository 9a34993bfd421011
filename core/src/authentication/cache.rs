//! Tokens that were verified a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::binding::Binding;
use crate::model::Principal;

/// What is known of one token.
#[derive(Clone)]
pub(super) struct Verified {
    pub(super) principal: Principal,
    /// What the token is bound to, if it is to anything.
    pub(super) bound_to: Option<Box<Binding>>,
}

/// Keeps who a token stands for, for a short time and in bounded room. It is found by the whole token, by a hash with a secret of this
/// process: nothing that merely looks alike counts, and nobody can make many fall together.
pub(super) struct VerifiedTokens {
    kept: Mutex<Kept>,
    max_bytes: usize,
}

#[derive(Default)]
struct Kept {
    tokens: HashMap<Box<str>, (Verified, Instant)>,
    bytes: usize,
}

/// What the tokens may take in all.
const MAX_BYTES: usize = 8 << 20;
/// What a token takes besides its text, roughly: what it grants is about as long as it is.
const OVERHEAD: usize = 512;

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self { kept: Mutex::default(), max_bytes: MAX_BYTES }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Both members fit each other after every statement below, so a panic elsewhere does not spoil them.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who this token stands for, if that is known and it has not expired.
    pub(super) fn get(&self, token: &str) -> Option<Verified> {
        let kept = self.kept();
        let (verified, until) = kept.tokens.get(token)?;
        (Instant::now() < *until).then(|| verified.clone())
    }

    /// Keeps it for `time`, or until it expires.
    pub(super) fn keep(&self, token: &str, verified: &Verified, time: Duration) {
        let left = verified.principal.grants().and_then(|grants| grants.expires_at);
        let left = left.map_or(time, |end| end.duration_since(SystemTime::now()).unwrap_or_default());
        let time = time.min(left);
        if time.is_zero() {
            return;
        }
        let now = Instant::now();
        let mut kept = self.kept();
        let room = room(token);
        if kept.bytes + room > self.max_bytes {
            kept.tokens.retain(|_, (_, until)| now < *until);
            kept.bytes = kept.tokens.keys().map(|token| self::room(token)).sum();
        }
        if kept.bytes + room > self.max_bytes {
            // Whoever is forgotten is only verified again.
            kept.tokens.clear();
            kept.bytes = 0;
        }
        if kept.tokens.insert(token.into(), (verified.clone(), now + time)).is_none() {
            kept.bytes += room;
        }
    }
}

fn room(token: &str) -> usize {
    token.len() * 2 + OVERHEAD
}
