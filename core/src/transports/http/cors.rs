//! Which web pages may read what is answered (CORS). Off unless asked for; who may call at all is the guards' matter.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::allow_list::{AllowList, Listed};
use super::options::Spelling;
use super::response::{self, ResponseBody};
use crate::error::{Error, ErrorKind, Result};

/// What pages of other sites may do with this server's answers.
#[derive(Debug, Clone)]
pub struct CorsOptions {
    /// The origins of those pages, which may call then, too; in the notation of [`HttpOptions::allowed_origins`].
    /// `None`: those that may call anyway.
    ///
    /// [`HttpOptions::allowed_origins`]: super::HttpOptions::allowed_origins
    pub origins: Option<Vec<String>>,
    /// Headers they may send beside those of the protocol; `*` for all.
    pub allowed_headers: Vec<String>,
    /// Headers of answers they may read beside those of the protocol.
    pub exposed_headers: Vec<String>,
    /// Whether the browser sends its cookies along. Not for every origin there is.
    pub credentials: bool,
    /// How long a browser may remember what a preflight was told.
    pub max_age: Duration,
}

impl Default for CorsOptions {
    fn default() -> Self {
        Self {
            origins: None,
            allowed_headers: Vec::new(),
            exposed_headers: Vec::new(),
            credentials: false,
            max_age: Duration::from_secs(600),
        }
    }
}

/// What clients send that a browser does not let pages send unasked. `Mcp-Param-…` comes on top.
const SENT: &str = "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, MCP-Protocol-Version, Mcp-Session-Id";
const PARAMETER_PREFIX: &str = "mcp-param-";

/// What clients read of an answer's head.
const READ: &str = "Mcp-Session-Id, WWW-Authenticate";

/// The rules of one endpoint, rendered as far as can be.
#[derive(Debug, Clone)]
pub(super) struct Cors {
    origins: AllowList,
    /// Every origin gets the same answer: `*`.
    is_open: bool,
    credentials: bool,
    /// `None`: whatever is asked for.
    sent: Option<String>,
    read: HeaderValue,
    methods: HeaderValue,
    max_age: HeaderValue,
}

impl Cors {
    /// `let_in` is who may call; `methods` is what there is to call with.
    pub(super) fn new(
        options: &CorsOptions,
        let_in: &AllowList,
        methods: &'static str,
        spelling: Spelling,
    ) -> Result<Self> {
        let wrong = |setting: &str, why: String| {
            Err(Error::new(ErrorKind::Configuration, format!("cors, {}: {why}", spelling.of(setting))))
        };
        let origins = match &options.origins {
            None => let_in.clone(),
            Some(origins) => match AllowList::new(Listed::Origins, origins.iter().map(String::as_str)) {
                Ok(origins) => origins,
                Err(why) => return wrong("origins", why),
            },
        };
        if options.credentials && origins.is_all() {
            let why = "cookies cannot go to every origin there is: name the origins".to_owned();
            return wrong("credentials", why);
        }
        for (setting, names) in
            [("allowed_headers", &options.allowed_headers), ("exposed_headers", &options.exposed_headers)]
        {
            for name in names {
                let is_all = name == "*" && setting == "allowed_headers";
                if !is_all && HeaderName::from_bytes(name.as_bytes()).is_err() {
                    return wrong(setting, format!("{name:?} is no name of a header"));
                }
            }
        }
        let all_sent = options.allowed_headers.iter().any(|name| name == "*");
        // Of names that are those of headers, so always a value of one.
        let value = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(READ));
        Ok(Self {
            is_open: origins.is_all() && !options.credentials,
            origins,
            credentials: options.credentials,
            sent: (!all_sent).then(|| listed(SENT, &options.allowed_headers)),
            read: value(listed(READ, &options.exposed_headers)),
            methods: HeaderValue::from_static(methods),
            max_age: HeaderValue::from(options.max_age.as_secs()),
        })
    }

    /// The origin of a request, if its page may read the answer.
    pub(super) fn origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        origin.to_str().is_ok_and(|text| self.origins.allows(text)).then(|| origin.clone())
    }

    /// The answer to a browser that asks before a page may send its request.
    pub(super) fn preflight(&self, headers: &HeaderMap) -> Response<ResponseBody> {
        let mut response = response::empty(StatusCode::NO_CONTENT);
        let told = response.headers_mut();
        told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        told.insert(header::ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let sent = match (&self.sent, asked) {
            (None, asked) => asked.cloned(),
            (Some(sent), asked) => {
                let asked = asked.and_then(|asked| asked.to_str().ok()).unwrap_or_default();
                HeaderValue::try_from(with_parameters(sent, asked)).ok()
            }
        };
        if let Some(sent) = sent {
            told.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, sent);
        }
        told.append(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
        response
    }

    /// Says who may read the answer.
    pub(super) fn mark(&self, response: &mut Response<ResponseBody>, origin: Option<HeaderValue>) {
        let told = response.headers_mut();
        if !self.is_open {
            // Also where nobody is let in: a cache must not give one site's answer to another.
            told.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = origin else { return };
        let origin = if self.is_open { HeaderValue::from_static("*") } else { origin };
        told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        told.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, self.read.clone());
        if self.credentials {
            told.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

fn listed(ours: &str, more: &[String]) -> String {
    more.iter().fold(ours.to_owned(), |list, name| list + ", " + name)
}

/// The list with those headers asked for that mirror an argument: there are as many as a server's tools declare.
fn with_parameters(sent: &str, asked: &str) -> String {
    let mirrors = |name: &&str| {
        name.get(..PARAMETER_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PARAMETER_PREFIX))
    };
    let names = asked.split(',').map(str::trim).filter(mirrors);
    names.fold(sent.to_owned(), |list, name| list + ", " + name)
}
