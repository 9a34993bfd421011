//! A hash for the names of items.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds [`NameHasher`]s.
pub(super) type NameHash = BuildHasherDefault<NameHasher>;

/// FNV-1a. Short names take it a fraction of what the standard hash takes, which is made for tables that strangers fill:
/// here only authors put names in, and strangers merely look them up.
pub(super) struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // The table picks its places by the top bits and the bottom bits; the multiplication mixes upwards only.
        self.0 ^ (self.0 >> 32)
    }
}
