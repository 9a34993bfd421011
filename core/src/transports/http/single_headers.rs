//! Headers of which a request may have one only: the first thing looked at.

use http::header::{self, HeaderMap, HeaderName};
use http::{StatusCode, Uri, Version};

use super::guards::Refused;

/// Two of these mean two things to two readers: what stands before this server may have let the request pass for the one, and
/// we would act on the other (RFC 9112, 3.2; RFC 9110, 5.3). Those that mirror the body are the eras' matter (HDR-12).
static SINGLE: [HeaderName; 8] = [
    header::HOST,
    header::ORIGIN,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::AUTHORIZATION,
    header::ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName::from_static("mcp-session-id"),
    HeaderName::from_static("last-event-id"),
];

/// Refuses what may stand once and stands twice, and an HTTP/1.1 request that names no host at all (HTTP-21).
pub(super) fn check(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
    // Two counts that the map keeps anyway: in almost every request no header is there twice.
    if headers.len() != headers.keys_len() {
        for name in &SINGLE {
            if headers.get_all(name).iter().nth(1).is_some() {
                return Err(twice(name));
            }
        }
    }
    // Whoever joins the copies of a header into one value, as `fetch` does, puts a comma between them, which neither of
    // these two can have.
    let host = headers.get(header::HOST);
    for (name, value) in [(header::HOST, host), (header::ORIGIN, headers.get(header::ORIGIN))] {
        if value.is_some_and(|value| value.as_bytes().contains(&b',')) {
            return Err(twice(&name));
        }
    }
    if version == Version::HTTP_11 && host.is_none() && uri.authority().is_none() {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "the header Host is missing"));
    }
    Ok(())
}

fn twice(name: &HeaderName) -> Refused {
    let message = format!("the header {} is there twice: a request may have one only", spelt(name));
    Refused::new(StatusCode::BAD_REQUEST, message)
}

/// A header's name as people write it.
fn spelt(name: &HeaderName) -> String {
    let mut start = true;
    let letters = name.as_str().chars().map(|letter| {
        let shown = if start { letter.to_ascii_uppercase() } else { letter };
        start = letter == '-';
        shown
    });
    letters.collect()
}
