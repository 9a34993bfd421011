//! What whoever asks too often is told.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::rules::Amount;
use crate::handler::{Failure, FailureKind};
use crate::json::RawJson;
use crate::model::Each;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// The refusal: data as the draft SEP-3304 has it, and status 429 with the headers that go with it where its client is meant, who
/// reads an error; otherwise words for a model.
#[cold]
pub(super) fn refuse(amount: Amount, each: Each, wait: Duration, for_the_client: bool) -> Failure {
    let millis = u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1);
    let what = match amount {
        Amount::Rate(rate) => format!("at most {rate} {each}"),
        Amount::Quota { max, window } => format!("at most {max} in {} {each}", in_words(window.as_secs())),
        Amount::Concurrent(max) => format!("at most {max} at once {each}"),
    };
    let message = format!("too many calls: {what}; try again in {}", in_words(millis.div_ceil(1000)));
    let failure = Failure::new(FailureKind::RateLimited, message);
    if !for_the_client {
        return failure;
    }
    let most = amount.most();
    let data = format!("{{\"retryAfterMs\":{millis},\"limit\":{most},\"remaining\":0}}");
    let mut headers = HeaderMap::new();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(millis.div_ceil(1000)));
    headers.insert(LIMIT, HeaderValue::from(most));
    headers.insert(REMAINING, HeaderValue::from(0));
    failure.with_data(RawJson::from_checked(data)).with_http(StatusCode::TOO_MANY_REQUESTS, headers)
}

fn in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s >= 7200 && s.is_multiple_of(3600) => (s / 3600, "hour"),
        s => (s, "second"),
    };
    match (count, seconds) {
        (_, 86_400) => "a day".to_owned(),
        (_, 3_600) => "an hour".to_owned(),
        (1, _) => format!("1 {unit}"),
        (count, _) => format!("{count} {unit}s"),
    }
}
