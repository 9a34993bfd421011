//! The time that what runs may still take once a transport ends, and what is said when it was not enough.

use std::time::Duration;

use crate::middleware::in_words;

/// How long what was said last may take to get out.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why a request was not finished after the server was told to stop.
pub(super) fn told_to_stop(grace: Duration) -> String {
    format!("the server was told to stop, and this did not finish within the {} it then had", in_words(grace))
}

/// Why a request was not finished after the client closed its side.
pub(super) fn input_ended(grace: Duration) -> String {
    format!("the input has ended, and this did not finish within the {} it then had", in_words(grace))
}
