//! The server card: what a server says of itself before anybody connects, for catalogues and clients that look around
//! (SEP-2127). A document of its own at `/server-card` below the endpoint's path, open to every page (CARD-1).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode, Uri};
use serde::Serialize;
use serde_json::Value;

use super::options::{HttpOptions, Spelling};
use super::response::{self, ResponseBody};
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::Implementation;
use crate::protocol_version::ProtocolVersion;

/// What a card says beside what the server says of itself anyway. Everybody can read it: nothing secret belongs here.
#[derive(Debug, Clone, Default)]
pub struct ServerCardOptions {
    /// A name no other server has: reversed domain, slash, name, as in `com.example/weather`; 3 to 200 characters. `None`: the
    /// server's own name, if it is of that form.
    pub name: Option<String>,
    /// A name for people, up to 100 characters. `None`: the server's title.
    pub title: Option<String>,
    /// What the server is for, up to 100 characters. `None`: the server's description.
    pub description: Option<String>,
    /// Where the endpoint is reached from outside: absolute, without user or password. `None`: the card tells no place.
    pub url: Option<String>,
    /// A JSON array of the headers a client has to send there: `name`, `description`, `isRequired`, `isSecret`, …; without
    /// their secrets. Only with `url`.
    pub headers: Option<Value>,
    /// A JSON object: where the source is (`url`, `source`, `subfolder`, `id`).
    pub repository: Option<Value>,
}

/// Below the endpoint's path.
const SUFFIX: &str = "/server-card";
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json";
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/mcp-server-card+json");
/// The longest title and description. Characters.
const LONGEST_WORDS: usize = 100;

/// What everybody is told about reading it, from whatever page.
const OPEN: [(HeaderName, HeaderValue); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET")),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type, If-None-Match")),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag")),
];

/// The document, rendered once.
pub(super) struct ServerCard {
    path: String,
    text: Bytes,
    /// Of what the text is, so that servers behind one name agree on it.
    tag: HeaderValue,
}

impl ServerCard {
    /// # Errors
    /// [`ErrorKind::Configuration`] where the options, or what the server says of itself, are no card.
    pub(super) fn new(card: &ServerCardOptions, server: &Implementation, http: &HttpOptions) -> Result<Self> {
        let text = Bytes::from(rendered(card, server, http.spelling)?);
        let tag = BASE64_URL_SAFE_NO_PAD.encode(&digest(&SHA256, &text).as_ref()[..12]);
        let tag = HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        let path = http.path.trim_end_matches('/').to_owned() + SUFFIX;
        if http.health.as_ref().is_some_and(|health| health.path == path) {
            return wrong(http.spelling, "", &format!("{path} is the path of health, too"));
        }
        Ok(Self { path, text, tag })
    }

    /// The answer, if that is what is asked, whatever `Host` and `Origin` are.
    pub(super) fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Option<Response<ResponseBody>> {
        if path != self.path {
            return None;
        }
        let mut response = match *method {
            Method::GET | Method::HEAD => {
                let mut response = if self.is_known(headers) {
                    response::empty(StatusCode::NOT_MODIFIED)
                } else if *method == Method::HEAD {
                    response::empty(StatusCode::OK)
                } else {
                    response::whole(self.text.clone())
                };
                let told = response.headers_mut();
                told.insert(header::CONTENT_TYPE, MEDIA_TYPE);
                told.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
                told.insert(header::ETAG, self.tag.clone());
                response
            }
            Method::OPTIONS => response::empty(StatusCode::NO_CONTENT),
            _ => {
                let mut response =
                    response::text(StatusCode::METHOD_NOT_ALLOWED, "the server card is only read here: GET");
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
                response
            }
        };
        response.headers_mut().extend(OPEN);
        Some(response)
    }

    /// Whether the client has this very text (CARD-2; RFC 9110, 13.1.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let known = headers.get_all(header::IF_NONE_MATCH).iter();
        known
            .flat_map(|tags| tags.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.tag.as_bytes())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    name: &'a str,
    version: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icons: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remotes: Option<[Remote<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Remote<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<&'a Value>,
    supported_protocol_versions: Vec<&'a str>,
}

fn rendered(card: &ServerCardOptions, server: &Implementation, spelling: Spelling) -> Result<Vec<u8>> {
    let name = card.name.as_deref().unwrap_or(&server.name);
    if !is_name(name) {
        let why = format!(
            "must be a reversed domain, a slash and a name, like \"com.example/weather\", not {name:?}"
        );
        return wrong(spelling, "name", &why);
    }
    let Some(description) = card.description.as_deref().or(server.description.as_deref()) else {
        return wrong(spelling, "description", "is missing: one sentence on what the server is for");
    };
    let title = card.title.as_deref().or(server.title.as_deref());
    for (member, words) in [("description", Some(description)), ("title", title)] {
        let length = words.map(|words| words.chars().count());
        if length.is_some_and(|length| length == 0 || length > LONGEST_WORDS) {
            return wrong(spelling, member, &format!("must have 1 to {LONGEST_WORDS} characters"));
        }
    }
    if is_range(&server.version) {
        let why = format!("the server's version must be one version, not {:?}", server.version);
        return wrong(spelling, "", &why);
    }
    if card.headers.as_ref().is_some_and(|headers| !are_headers(headers)) {
        return wrong(spelling, "headers", "must be a list of objects, each with a name");
    }
    if card.repository.as_ref().is_some_and(|repository| !has_texts(repository, &["url", "source"])) {
        return wrong(
            spelling,
            "repository",
            "must be an object with a url and a source, such as \"github\"",
        );
    }
    if card.headers.is_some() && card.url.is_none() {
        return wrong(spelling, "headers", "are those of a place: give the url, too");
    }
    if let Some(url) = card.url.as_deref().filter(|url| !is_public_url(url)) {
        let why = format!("must be an http or https URL without user and password, not {url:?}");
        return wrong(spelling, "url", &why);
    }
    let remotes = card.url.as_deref().map(|url| {
        let headers = card.headers.as_ref();
        let versions = ProtocolVersion::ALL.iter().map(|version| version.as_str()).collect();
        [Remote { kind: "streamable-http", url, headers, supported_protocol_versions: versions }]
    });
    let document = Document {
        schema: SCHEMA,
        name,
        version: &server.version,
        description,
        title,
        website_url: server.website_url.as_deref(),
        repository: card.repository.as_ref(),
        icons: server.icons.as_ref().map(RawJson::to_value).transpose()?,
        remotes,
    };
    serde_json::to_vec(&document).map_err(|error| {
        Error::new(ErrorKind::Internal, "the server card cannot be written").caused_by(error)
    })
}

fn wrong<T>(spelling: Spelling, member: &str, why: &str) -> Result<T> {
    let setting = spelling.of("server_card");
    let place = if member.is_empty() { format!("{setting}:") } else { format!("{setting}.{member}") };
    Err(Error::new(ErrorKind::Configuration, format!("{place} {why}")))
}

fn are_headers(headers: &Value) -> bool {
    headers.as_array().is_some_and(|headers| headers.iter().all(|header| has_texts(header, &["name"])))
}

fn has_texts(value: &Value, members: &[&str]) -> bool {
    members.iter().all(|member| {
        value.get(member).is_some_and(|text| text.as_str().is_some_and(|text| !text.is_empty()))
    })
}

/// One slash between two words of ASCII.
fn is_name(name: &str) -> bool {
    let word = |word: &str, more: &str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
    };
    name.len() <= 200
        && name.split_once('/').is_some_and(|(domain, name)| word(domain, ".-") && word(name, "._-"))
}

/// Versions in the plural, or none.
fn is_range(version: &str) -> bool {
    version.is_empty()
        || version.len() > 255
        || version.starts_with(['^', '~', '<', '>', '='])
        || version.split('.').any(|part| matches!(part, "x" | "X" | "*"))
}

fn is_public_url(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    })
}
