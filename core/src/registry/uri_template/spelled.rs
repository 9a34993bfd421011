//! A URI as templates are matched against it.

use std::cell::OnceCell;

use super::MAX_URI_LENGTH;
use crate::registry::uri;

/// A URI in the spellings that templates may need; each is made when first asked for.
pub(in crate::registry) struct Spelled<'a> {
    uri: &'a str,
    plain: OnceCell<Option<String>>,
    with_authority: OnceCell<Option<String>>,
}

impl<'a> Spelled<'a> {
    pub const fn of(uri: &'a str) -> Self {
        Self { uri, plain: OnceCell::new(), with_authority: OnceCell::new() }
    }

    /// As no template can make it: `None` for what is no URI in whichever spelling.
    pub fn comparable(&self, literal_authority: bool) -> Option<&str> {
        let made = if literal_authority { &self.with_authority } else { &self.plain };
        made.get_or_init(|| {
            let usable = self.uri.len() <= MAX_URI_LENGTH
                && !self.uri.bytes().any(|byte| byte.is_ascii_control())
                && uri::has_only_percent_codes(self.uri);
            usable.then(|| uri::comparable(self.uri, literal_authority))
        })
        .as_deref()
    }
}
