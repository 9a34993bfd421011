//! Who gets past the door: asked on every path and verb, before any body is read (AUTH-13).

use http::header::{self, HeaderMap, HeaderValue};
use http::{Extensions, Method, Response, StatusCode, Uri};

use super::guards::Refused;
use super::options::HttpOptions;
use super::response::{self, ResponseBody};
use crate::authentication::{Authenticator, Checked, Denied, RequestHead, split_origin};
use crate::model::{ClientCertificate, Principal};

/// What of a request counts here.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) extensions: &'a Extensions,
}

/// The authenticator of an endpoint, and what it is called.
pub(super) struct Door {
    authenticator: Authenticator,
    /// The paths that are served here, the endpoint's own first.
    paths: Vec<String>,
    encrypted: bool,
}

impl Door {
    pub(super) fn new(authenticator: &Authenticator, options: &HttpOptions) -> Self {
        let mut paths = vec![options.path.clone()];
        paths.extend(options.sse.iter().flat_map(|sse| [sse.path.clone(), sse.messages_path.clone()]));
        Self { authenticator: authenticator.clone(), paths, encrypted: options.tls.is_some() }
    }

    /// What everybody is told about where to get credentials (AUTH-2), from whatever page.
    pub(super) fn metadata(&self, head: Head<'_>) -> Option<Response<ResponseBody>> {
        let Head { method, uri, .. } = head;
        if !uri.path().starts_with("/.well-known/") {
            return None;
        }
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        let document = self.authenticator.metadata(uri.path(), &paths, || self.called(head))?;
        let mut response = match *method {
            Method::GET => response::json_text(StatusCode::OK, document),
            Method::HEAD => response::json_text(StatusCode::OK, String::new()),
            Method::OPTIONS => response::empty(StatusCode::NO_CONTENT),
            _ => {
                let mut response = response::text(StatusCode::METHOD_NOT_ALLOWED, "this is only read: GET");
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
                response
            }
        };
        let told = response.headers_mut();
        told.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
        told.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type, MCP-Protocol-Version"),
        );
        Some(response)
    }

    /// Who asks, or the refusal.
    pub(super) async fn check(&self, head: Head<'_>) -> Result<Principal, Refused> {
        let Head { method, uri, headers, extensions } = head;
        let certificate = extensions.get::<ClientCertificate>();
        let urls = || self.urls(head);
        let checked =
            self.authenticator.check(RequestHead { uri, method, headers, certificate, urls: &urls });
        let checked = match checked {
            Checked::Known(checked) => checked,
            Checked::Asking(answer) => answer.await,
        };
        checked.map_err(|denied| self.refused(&denied, head))
    }

    /// Whether a path beside the endpoint's is for everybody.
    pub(super) fn is_open(&self, path: &str) -> bool {
        self.authenticator.is_open(path)
    }

    fn refused(&self, denied: &Denied, head: Head<'_>) -> Refused {
        let challenge = self.authenticator.challenge(denied, || self.called(head));
        Refused { headers: Some(Box::new(challenge)), ..Refused::new(denied.status, denied.description) }
    }

    /// Says of a refusal for want of a scope where the metadata are (AUTH-5), which whoever refused does not know.
    /// `called` is what [`Door::called_by`] said of the request.
    pub(super) fn complete(&self, response: &mut Response<ResponseBody>, called: Option<&str>) {
        if response.status() != StatusCode::FORBIDDEN {
            return;
        }
        let Some(challenge) = response.headers().get(header::WWW_AUTHENTICATE) else { return };
        let text = challenge.to_str().unwrap_or_default();
        if text.is_empty() || text.contains("resource_metadata=") {
            return;
        }
        let Some(url) = self.authenticator.metadata_url(|| called.unwrap_or_default().to_owned()) else {
            return;
        };
        if let Ok(value) = HeaderValue::try_from(format!("{text}, resource_metadata=\"{url}\"")) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
    }

    /// What a request calls this server, where nobody said what it is called.
    pub(super) fn called_by(&self, head: Head<'_>) -> Option<String> {
        (!self.authenticator.is_named()).then(|| self.called(head))
    }

    /// What a request calls this server. Nothing is decided on it.
    fn called(&self, head: Head<'_>) -> String {
        self.origin(head) + self.paths[0].trim_end_matches('/')
    }

    /// What a client may call what it asks for: by the name that this server has, if somebody said it, else by the one that it calls it by.
    fn urls(&self, head: Head<'_>) -> Vec<String> {
        let path = head.uri.path();
        let Some(resource) = self.authenticator.resource() else { return vec![self.origin(head) + path] };
        let (origin, _) = split_origin(resource);
        let mut urls = vec![format!("{origin}{path}")];
        if path.trim_end_matches('/') == self.paths[0].trim_end_matches('/') {
            urls.extend([resource.to_owned(), format!("{resource}/")]);
        }
        urls
    }

    fn origin(&self, head: Head<'_>) -> String {
        let Head { uri, headers, .. } = head;
        let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = uri.authority().map(http::uri::Authority::as_str).or(named).unwrap_or("localhost");
        let legal = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
        };
        let host = if host.bytes().all(legal) { host } else { "localhost" };
        let scheme = uri.scheme_str().unwrap_or(if !self.encrypted && is_of_this_machine(host) {
            "http"
        } else {
            "https"
        });
        format!("{scheme}://{host}")
    }
}

fn is_of_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    matches!(name, "localhost" | "[::1]") || name.starts_with("127.")
}
