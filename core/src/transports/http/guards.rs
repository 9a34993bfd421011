//! What a request must be before its body is looked at, cheapest first. A refusal here costs no JSON.

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};

use super::allow_list::{AllowList, Listed};
use super::options::{HttpOptions, Spelling};
use crate::error::{Error, ErrorKind, Result};

/// Why a request is refused, with a sentence that says what to change.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) message: String,
    /// The value of `Allow`, for 405 (HTTP-14).
    pub(super) allow: Option<&'static str>,
    /// What else is said in the head: challenges (AUTH-4).
    pub(super) headers: Option<Box<HeaderMap>>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None, headers: None }
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
    /// A stream of HTTP+SSE.
    OpenSse,
    /// A message of HTTP+SSE.
    PostSse,
    /// A browser's question before a page may send one of these.
    Preflight,
}

/// The rules of one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Guards {
    path: Box<str>,
    /// The two paths of HTTP+SSE, if it is served.
    sse: Option<[Box<str>; 2]>,
    hosts: AllowList,
    origins: AllowList,
    stateless: bool,
    /// Whether pages of other sites may ask before they send.
    preflights: bool,
    spelling: Spelling,
}

/// The names of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// The origins of pages of this machine.
const LOOPBACK_ORIGINS: [&str; 6] = [
    "http://localhost",
    "http://127.0.0.1",
    "http://[::1]",
    "https://localhost",
    "https://127.0.0.1",
    "https://[::1]",
];

impl Guards {
    /// `loopback`: whether the endpoint is reached through a loopback address only.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a host or origin that no request could ever name, or a list without hosts.
    pub(super) fn new(options: &HttpOptions, loopback: bool) -> Result<Self> {
        let spelling = options.spelling;
        let wrong = |setting, why: &str| {
            Error::new(ErrorKind::Configuration, format!("{}: {why}", spelling.of(setting)))
        };
        let hosts = match &options.allowed_hosts {
            Some(hosts) => AllowList::new(Listed::Hosts, hosts.iter().map(String::as_str)),
            None if loopback => AllowList::new(Listed::Hosts, LOOPBACK),
            None => Ok(AllowList::all(Listed::Hosts)),
        };
        let hosts = hosts.map_err(|why| wrong("allowed_hosts", &why))?;
        if hosts.is_empty() {
            let why =
                "there is none in the list, so that nobody could call; leave it out, or write \"*\" for all";
            return Err(wrong("allowed_hosts", why));
        }
        let own: Vec<&str> = match &options.allowed_origins {
            Some(origins) => origins.iter().map(String::as_str).collect(),
            None => LOOPBACK_ORIGINS.to_vec(),
        };
        let readers = options.cors.iter().filter_map(|cors| cors.origins.as_ref()).flatten();
        let origins = AllowList::new(Listed::Origins, own.into_iter().chain(readers.map(String::as_str)))
            .map_err(|why| wrong("allowed_origins", &why))?;
        Ok(Self {
            path: options.path.trim_end_matches('/').into(),
            sse: options
                .sse
                .as_ref()
                .map(|sse| [&sse.path, &sse.messages_path].map(|path| path.trim_end_matches('/').into())),
            hosts,
            origins,
            stateless: options.stateless,
            preflights: options.cors.is_some(),
            spelling,
        })
    }

    /// Who may call from a web page.
    pub(super) const fn origins(&self) -> &AllowList {
        &self.origins
    }

    /// Whether a path is served here.
    pub(super) fn serves(&self, path: &str) -> bool {
        is_path(path, &self.path) || self.sse.iter().flatten().any(|served| is_path(path, served))
    }

    /// Path, host, origin and method, in this order.
    pub(super) fn route(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Route, Refused> {
        let path = uri.path();
        if !is_path(path, &self.path) {
            if let Some(sse) = &self.sse
                && let Some(index) = sse.iter().position(|served| is_path(path, served))
            {
                let (route, allow) =
                    if index == 0 { (Route::OpenSse, "GET") } else { (Route::PostSse, "POST") };
                self.check_caller(uri, headers)?;
                return self.only(route, allow, method, headers);
            }
            let served = if self.path.is_empty() { "/" } else { &*self.path };
            return Err(Refused::new(
                StatusCode::NOT_FOUND,
                format!("nothing is served here; this server's path is {served}"),
            ));
        }
        self.check_caller(uri, headers)?;
        match *method {
            Method::POST => Ok(Route::Post),
            Method::GET if !self.stateless => Ok(Route::Get),
            Method::DELETE if !self.stateless => Ok(Route::Delete),
            Method::OPTIONS if self.is_preflight(method, headers) => Ok(Route::Preflight),
            _ => Err(self.method_not_allowed("this method is not served here")),
        }
    }

    /// The same for a request of HTTP+SSE that somebody mounted: whatever its path is.
    pub(super) fn route_mounted(
        &self,
        opens: bool,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Route, Refused> {
        self.check_caller(uri, headers)?;
        let (route, allow) = if opens { (Route::OpenSse, "GET") } else { (Route::PostSse, "POST") };
        self.only(route, allow, method, headers)
    }

    /// A route with one method.
    fn only(
        &self,
        route: Route,
        allow: &'static str,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Route, Refused> {
        if method.as_str() == allow {
            return Ok(route);
        }
        if self.is_preflight(method, headers) {
            return Ok(Route::Preflight);
        }
        let message = format!("only {allow} is served here");
        Err(Refused { allow: Some(allow), ..Refused::new(StatusCode::METHOD_NOT_ALLOWED, message) })
    }

    #[inline]
    pub(super) fn check_caller(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        self.check_host(uri, headers)?;
        self.check_origin(headers)
    }

    /// Whether a browser asks what a page may send: it sends no credentials with that.
    pub(super) fn is_preflight(&self, method: &Method, headers: &HeaderMap) -> bool {
        *method == Method::OPTIONS && self.preflights && headers.contains_key(header::ORIGIN)
    }

    /// What there is to call with.
    pub(super) const fn methods(&self) -> &'static str {
        if self.stateless { "POST" } else { "GET, POST, DELETE" }
    }

    /// 405 with the methods there are.
    fn method_not_allowed(&self, message: &str) -> Refused {
        let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, message);
        Refused { allow: Some(self.methods()), ..refused }
    }

    #[inline]
    pub(super) fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        if self.hosts.is_all() {
            return Ok(());
        }
        // A target that names its host goes before the header (RFC 9112, 3.2.2).
        let host = match (uri.authority(), headers.get(header::HOST)) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(value)) => value.to_str().unwrap_or_default(),
            (None, None) => "",
        };
        if self.hosts.allows(host) {
            return Ok(());
        }
        Err(Refused::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "the Host header of this request names {}, a host that this server does not answer for; if the name is \
                 right, add it to the server's setting {}",
                shown(host),
                self.spelling.of("allowed_hosts")
            ),
        ))
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let text = origin.to_str().unwrap_or_default();
        if !text.is_empty() && self.origins.allows(text) {
            return Ok(());
        }
        Err(Refused::new(
            StatusCode::FORBIDDEN,
            format!(
                "the Origin header of this request names {}, a site that may not call this server; if it may, add it to \
                 the server's setting {}",
                shown(text),
                self.spelling.of("allowed_origins")
            ),
        ))
    }
}

/// Whether a path is the one served, with or without a slash at its end.
fn is_path(path: &str, served: &str) -> bool {
    path.strip_prefix(served).is_some_and(|rest| rest.is_empty() || rest == "/")
}

/// What somebody sent, for people: not all of it if it is long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(index, _)| index);
    let more = if end < text.len() { "…" } else { "" };
    format!("{:?}{more}", &text[..end])
}

/// What a POST must say about its body.
#[inline]
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
