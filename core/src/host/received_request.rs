//! HTTP requests that a server of somebody else's received, as the endpoint takes them.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};

use crate::error::{Error, ErrorKind, Result};
use crate::handler::Origin;

/// A request for [`Endpoint::handle`](crate::transports::http::Endpoint::handle), handed over at `origin`.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] for a method or header that no HTTP server would have let through.
pub fn received_request<B, N: AsRef<[u8]>, V: AsRef<[u8]>>(
    method: &[u8],
    target: Uri,
    headers: impl IntoIterator<Item = (N, V)>,
    body: B,
    origin: Origin,
) -> Result<Request<B>> {
    let mut request = Request::new(body);
    // Which HTTP it came over is not told: that whose rules ask for nothing.
    *request.version_mut() = Version::HTTP_10;
    *request.method_mut() = Method::from_bytes(method).map_err(|_| impossible("method"))?;
    *request.uri_mut() = target;
    let headers = headers.into_iter();
    let mut map = HeaderMap::with_capacity(headers.size_hint().0);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_ref()).map_err(|_| impossible("header name"))?;
        let value = HeaderValue::from_bytes(value.as_ref()).map_err(|_| impossible("header value"))?;
        map.try_append(name, value).map_err(|_| impossible("number of headers"))?;
    }
    *request.headers_mut() = map;
    request.extensions_mut().insert(origin);
    Ok(request)
}

fn impossible(what: &str) -> Error {
    Error::new(ErrorKind::InvalidDescriptor, format!("the request has an impossible {what}"))
}
