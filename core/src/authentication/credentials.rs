//! What a request shows of itself, read off its head (AUTH-6, AUTH-11, AUTH-12).

use http::Uri;
use http::header::{self, HeaderMap, HeaderName};

use super::Denied;

/// What came.
#[derive(Clone, Copy)]
pub(super) enum Shown<'a> {
    Nothing,
    /// In the header of keys.
    ApiKey(&'a str),
    /// As `Bearer`.
    Bearer(&'a str),
    /// As `DPoP`: with a proof besides.
    Bound(&'a str),
}

/// What nobody may put into a URL: it is in logs, histories and referrers.
const IN_QUERY: [&str; 4] = ["access_token", "api_key", "apikey", "x-api-key"];
/// How keys of ours begin, whatever they are called.
const KEY_PREFIX: &str = "oxk_";

pub(super) fn read<'a>(
    uri: &Uri,
    headers: &'a HeaderMap,
    key_header: Option<&HeaderName>,
) -> Result<Shown<'a>, Denied> {
    if uri.query().is_some_and(has_secret) {
        return Err(Denied::malformed(
            "credentials must not be in the URL, where logs keep them: send them in a header, and replace these",
        ));
    }
    let key = key_header.and_then(|name| headers.get(name));
    let shown = match headers.get(header::AUTHORIZATION) {
        None => Shown::Nothing,
        Some(value) => {
            const WRONG: Denied = Denied::malformed("the header Authorization is malformed");
            let text = value.to_str().map_err(|_| WRONG)?.trim_ascii();
            let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
            let token = rest.trim_ascii();
            let is = |name: &str| scheme.eq_ignore_ascii_case(name);
            match (is("Bearer"), is("DPoP")) {
                (false, false) => Shown::Nothing,
                _ if !is_token(token) => return Err(WRONG),
                (true, _) => Shown::Bearer(token),
                (_, true) => Shown::Bound(token),
            }
        }
    };
    match (key, shown) {
        (None, shown) => Ok(shown),
        (Some(key), Shown::Nothing) => match key.to_str() {
            Ok(key) if is_token(key) => Ok(Shown::ApiKey(key)),
            _ => Err(Denied::malformed("the header with the key is malformed")),
        },
        (Some(_), _) => Err(Denied::malformed("there are two credentials: a request may have one only")),
    }
}

fn has_secret(query: &str) -> bool {
    query.split('&').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        IN_QUERY.iter().any(|secret| name.eq_ignore_ascii_case(secret)) || value.starts_with(KEY_PREFIX)
    })
}

/// `b64token` of RFC 6750, 2.1.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}
