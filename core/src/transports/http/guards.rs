//! What a request must be before its body is looked at, cheapest first. A refusal here costs no JSON.

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};

use super::options::HttpOptions;

/// Why a request is refused, with a sentence that says what to change.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) message: String,
    /// The value of `Allow`, for 405 (HTTP-14).
    pub(super) allow: Option<&'static str>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }
}

/// What the client takes as an answer (HTTP-16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepts {
    pub(super) json: bool,
    pub(super) event_stream: bool,
}

/// What is asked of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// A message.
    Post,
    /// A session's stream.
    Get,
    /// A session's end.
    Delete,
}

/// One allowed host or origin, split so that a comparison allocates nothing.
#[derive(Debug, Clone)]
struct Pattern {
    /// `localhost`, `http://localhost`; lower case.
    name: Box<str>,
    /// `None`: any port, or none.
    port: Option<Box<str>>,
}

/// A list of allowed hosts or origins.
#[derive(Debug, Clone)]
enum AllowList {
    All,
    Only(Box<[Pattern]>),
}

impl AllowList {
    fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut patterns = Vec::new();
        for entry in entries {
            let entry = entry.trim().trim_end_matches('/');
            if entry == "*" {
                return Self::All;
            }
            let (name, port) = split_port(entry);
            let port = port.filter(|port| *port != "*").map(Box::from);
            patterns.push(Pattern { name: name.to_ascii_lowercase().into(), port });
        }
        Self::Only(patterns.into())
    }

    fn allows(&self, value: &str) -> bool {
        let Self::Only(patterns) = self else { return true };
        let (name, port) = split_port(value);
        patterns.iter().any(|pattern| {
            pattern.name.eq_ignore_ascii_case(name)
                && pattern.port.as_deref().is_none_or(|wanted| port == Some(wanted))
        })
    }
}

/// Splits `host:port`, also of `scheme://host:port` and `[::1]:port`.
fn split_port(value: &str) -> (&str, Option<&str>) {
    match value.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (value, None),
    }
}

/// The rules of one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Guards {
    path: Box<str>,
    hosts: AllowList,
    origins: AllowList,
    stateless: bool,
}

impl Guards {
    /// `loopback`: whether the endpoint is reached through a loopback address only.
    pub(super) fn new(options: &HttpOptions, loopback: bool) -> Self {
        let hosts = match &options.allowed_hosts {
            Some(hosts) => AllowList::new(hosts.iter().map(String::as_str)),
            None if loopback => AllowList::new(["localhost", "127.0.0.1", "[::1]"]),
            None => AllowList::All,
        };
        let origins = match &options.allowed_origins {
            Some(origins) => AllowList::new(origins.iter().map(String::as_str)),
            None => AllowList::new([
                "http://localhost",
                "http://127.0.0.1",
                "http://[::1]",
                "https://localhost",
                "https://127.0.0.1",
                "https://[::1]",
            ]),
        };
        let trimmed = options.path.trim_end_matches('/');
        Self { path: trimmed.into(), hosts, origins, stateless: options.stateless }
    }

    /// Path, host, origin and method, in this order.
    pub(super) fn route(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Route, Refused> {
        let path = uri.path();
        if path.strip_prefix(&*self.path).is_none_or(|rest| !rest.is_empty() && rest != "/") {
            let served = if self.path.is_empty() { "/" } else { &*self.path };
            return Err(Refused::new(
                StatusCode::NOT_FOUND,
                format!("nothing is served here; this server's path is {served}"),
            ));
        }
        self.check_host(uri, headers)?;
        self.check_origin(headers)?;
        match *method {
            Method::POST => Ok(Route::Post),
            Method::GET if !self.stateless => Ok(Route::Get),
            Method::DELETE if !self.stateless => Ok(Route::Delete),
            _ => Err(self.method_not_allowed("this method is not served here")),
        }
    }

    /// 405 with the methods there are.
    pub(super) fn method_not_allowed(&self, message: impl Into<String>) -> Refused {
        let allow = if self.stateless { "POST" } else { "GET, POST, DELETE" };
        Refused { allow: Some(allow), ..Refused::new(StatusCode::METHOD_NOT_ALLOWED, message) }
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        if matches!(self.hosts, AllowList::All) {
            return Ok(());
        }
        let host = match headers.get(header::HOST) {
            Some(value) => value.to_str().unwrap_or_default(),
            None => uri.authority().map_or("", |authority| authority.as_str()),
        };
        if self.hosts.allows(host) {
            return Ok(());
        }
        Err(Refused::new(
            StatusCode::MISDIRECTED_REQUEST,
            "the Host header of this request names a host that this server does not answer for; add the name to the server's \
             allowed hosts if it is right",
        ))
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refused> {
        for origin in headers.get_all(header::ORIGIN) {
            if !origin.to_str().is_ok_and(|origin| self.origins.allows(origin)) {
                return Err(Refused::new(
                    StatusCode::FORBIDDEN,
                    "the Origin header of this request names a site that may not call this server; add it to the server's \
                     allowed origins if it is right",
                ));
            }
        }
        Ok(())
    }
}

/// What a POST must say about its body.
pub(super) fn check_content(headers: &HeaderMap) -> Result<(), Refused> {
    const JSON: &[u8] = b"application/json";
    let json = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).is_some_and(|value| {
        let mut parts = value.split(|&byte| byte == b';');
        value == JSON || parts.next().unwrap_or_default().trim_ascii().eq_ignore_ascii_case(JSON)
    });
    if !json {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the Content-Type header must be application/json",
        ));
    }
    if headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must not be compressed: send it without Content-Encoding",
        ));
    }
    Ok(())
}

/// What the clients we know send, word for word.
const USUAL_ACCEPT: &[u8] = b"application/json, text/event-stream";

/// Reads `Accept`.
pub(super) fn accepts(headers: &HeaderMap) -> Accepts {
    let everything = Accepts { json: true, event_stream: true };
    match headers.get(header::ACCEPT) {
        None => return everything,
        Some(first) if first.as_bytes() == USUAL_ACCEPT => return everything,
        Some(_) => {}
    }
    let mut found = Accepts { json: false, event_stream: false };
    for value in headers.get_all(header::ACCEPT) {
        read_accept(value, &mut found);
    }
    found
}

fn read_accept(value: &HeaderValue, found: &mut Accepts) {
    for range in value.as_bytes().split(|&byte| byte == b',') {
        let mut parts = range.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        let name = parts.next().unwrap_or_default();
        let is = |media_type: &[u8]| name.eq_ignore_ascii_case(media_type);
        let json = is(b"application/json") || is(b"application/*") || is(b"*/*");
        let event_stream = is(b"text/event-stream") || is(b"text/*") || is(b"*/*");
        if (json || event_stream) && !parts.any(is_zero_weight) {
            found.json |= json;
            found.event_stream |= event_stream;
        }
    }
}

/// `q=0`, `q=0.0`…: the client names the type to exclude it.
fn is_zero_weight(parameter: &[u8]) -> bool {
    match parameter {
        [b'q' | b'Q', b'=', weight @ ..] => {
            !weight.is_empty() && weight.iter().all(|byte| matches!(byte, b'0' | b'.'))
        }
        _ => false,
    }
}
