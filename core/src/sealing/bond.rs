//! What a sealed text is bound to.

use aws_lc_rs::digest::{Context, SHA256};

/// A short name of these parts, in this order: other parts have another, however they are cut.
#[must_use]
pub fn bond<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        digest.update(&part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finish().as_ref().to_vec()
}
