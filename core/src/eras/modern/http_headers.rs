//! Headers mirror the body and must agree with it (HDR-*, PARAM-*).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AsHeaderName;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::eras::PROTOCOL_VERSION_HEADER;
use crate::eras::modern::envelope;
use crate::eras::params::Params;
use crate::eras::voice::WireError;
use crate::json;
use crate::jsonrpc::error_code;
use crate::protocol_version::ProtocolVersion;
use crate::registry::ToolEntry;

static METHOD: HeaderName = HeaderName::from_static("mcp-method");
static NAME: HeaderName = HeaderName::from_static("mcp-name");
const PARAMETER_PREFIX: &str = "mcp-param-";

/// The standard headers of a request: version, method, name (HDR-1 to HDR-7, ERA-1, ERA-4).
///
/// # Errors
/// -32020 with HTTP status 400 when one is missing, repeated (HDR-12), unreadable or different from the body.
pub(crate) fn check_request(
    headers: &HeaderMap,
    version: &str,
    method: &str,
    params: &Params<'_>,
) -> Result<(), WireError> {
    let standard = Standard::read(headers);
    match standard.version.only(&PROTOCOL_VERSION_HEADER)? {
        Some(value) if value == version => {}
        Some(_) => return Err(mismatch("MCP-Protocol-Version differs from the request's envelope")),
        None => return Err(mismatch("MCP-Protocol-Version is missing")),
    }
    match standard.method.only(&METHOD)? {
        Some(value) if value == method => {}
        Some(_) => return Err(mismatch("Mcp-Method differs from the request's method")),
        None => return Err(mismatch("Mcp-Method is missing")),
    }
    let name = match method {
        "tools/call" | "prompts/get" => params.name,
        "resources/read" => params.uri,
        // Clients must send it (HDR-4); what is refused is one that names another task.
        "tasks/get" | "tasks/update" | "tasks/cancel" => {
            let id = params.text.and_then(|text| json::member(text, "taskId")).and_then(json::as_string);
            return match (standard.name.only(&NAME)?, id) {
                (Some(value), Some(id)) if decode(value).as_deref() != Some(&*id) => {
                    Err(mismatch("Mcp-Name differs from the request's params"))
                }
                _ => Ok(()),
            };
        }
        _ if standard.name.more => return Err(twice(&NAME)),
        // On methods without a name the header is ignored (HDR-13).
        _ => return Ok(()),
    };
    let Some(value) = standard.name.only(&NAME)? else {
        return Err(mismatch("Mcp-Name is missing"));
    };
    // A body without a name is told so further on: the ladder checks params after headers (HDR-14).
    if let Some(name) = name.and_then(json::as_string)
        && decode(value).as_deref() != Some(&*name)
    {
        return Err(mismatch("Mcp-Name differs from the request's params"));
    }
    Ok(())
}

/// Which of the standard headers is there more than once.
pub(crate) fn repeated(headers: &HeaderMap) -> Option<&'static str> {
    // Two counts that the map keeps anyway: in almost every request no header is there twice.
    if headers.len() == headers.keys_len() {
        return None;
    }
    let Standard { version, method, name } = Standard::read(headers);
    let copies = [("MCP-Protocol-Version", version), ("Mcp-Method", method), ("Mcp-Name", name)];
    copies.into_iter().find_map(|(name, copies)| copies.more.then_some(name))
}

/// The copies of one header.
#[derive(Clone, Copy, Default)]
struct Copies<'a> {
    first: Option<&'a HeaderValue>,
    more: bool,
}

impl<'a> Copies<'a> {
    fn note(&mut self, value: &'a HeaderValue) {
        self.more |= self.first.is_some();
        self.first = Some(value);
    }

    fn only(self, name: &HeaderName) -> Result<Option<&'a str>, WireError> {
        only(name, self.first, self.more)
    }
}

/// The three standard headers, found in one pass: three look-ups by name would hash every name.
#[derive(Default)]
struct Standard<'a> {
    version: Copies<'a>,
    method: Copies<'a>,
    name: Copies<'a>,
}

impl<'a> Standard<'a> {
    fn read(headers: &'a HeaderMap) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            match name.as_str() {
                "mcp-protocol-version" => found.version.note(value),
                "mcp-method" => found.method.note(value),
                "mcp-name" => found.name.note(value),
                _ => {}
            }
        }
        found
    }
}

/// The headers of a notification: none is required, those that are there must agree (G-6, LHTTP-13).
///
/// # Errors
/// -32022 for a version that is not served, -32020 for a method that differs; both with HTTP status 400.
pub(crate) fn check_notification(
    headers: &HeaderMap,
    version: Option<&str>,
    method: &str,
) -> Result<(), WireError> {
    let header = single(headers, &PROTOCOL_VERSION_HEADER)?;
    if let (Some(header), Some(version)) = (header, version)
        && header != version
    {
        return Err(mismatch("MCP-Protocol-Version differs from the notification's _meta"));
    }
    if let Some(claimed) = header.or(version)
        && ProtocolVersion::from_text(claimed).is_none()
    {
        return Err(envelope::unsupported(claimed));
    }
    single(headers, &NAME)?;
    match single(headers, &METHOD)? {
        Some(value) if value != method => Err(mismatch("Mcp-Method differs from the notification's method")),
        _ => Ok(()),
    }
}

/// The headers that mirror a tool's arguments (PARAM-6 to PARAM-10).
///
/// # Errors
/// -32020 with HTTP status 400 when one is missing, repeated, undecodable or different from the argument.
pub(crate) fn check_parameters(
    headers: &HeaderMap,
    tool: &ToolEntry,
    arguments: &str,
) -> Result<(), WireError> {
    for parameter in &tool.header_parameters {
        let header = format!("{PARAMETER_PREFIX}{}", parameter.name.to_ascii_lowercase());
        let value = single(headers, header.as_str())?;
        let mut argument = Some(arguments);
        for step in &parameter.path {
            argument = argument.and_then(|object| json::member(object, step));
        }
        let argument = argument.filter(|text| !json::is_null(text));
        match (argument, value) {
            // PARAM-9: nothing to mirror, nothing expected.
            (None, None) => {}
            (Some(argument), Some(value)) if decode(value).is_some_and(|value| mirrors(argument, &value)) => {
            }
            // What cannot be mirrored breaks the tool's schema, and is told so there.
            (Some(argument), None) if json::is_object(argument) || json::is_array(argument) => {}
            (Some(_), None) => return Err(mismatch(format!("Mcp-Param-{} is missing", parameter.name))),
            (_, Some(_)) => {
                return Err(mismatch(format!(
                    "Mcp-Param-{} differs from the tool's arguments",
                    parameter.name
                )));
            }
        }
    }
    Ok(())
}

/// Whether the header's value is what the argument, a JSON text, is mirrored as. Numbers by value (PARAM-10).
fn mirrors(argument: &str, value: &str) -> bool {
    if let Some(text) = json::as_string(argument) {
        return text == value;
    }
    if let Some(truth) = json::as_boolean(argument) {
        return value == if truth { "true" } else { "false" };
    }
    match (json::as_integer(argument), json::as_integer(value)) {
        (Some(argument), Some(value)) => argument == value,
        _ => match (json::as_number(argument), json::as_number(value)) {
            (Some(argument), Some(value)) => argument.partial_cmp(&value).is_some_and(Ordering::is_eq),
            _ => false,
        },
    }
}

/// The only copy of a header, without the white space around it (HDR-12, HDR-13).
fn single(
    headers: &HeaderMap,
    name: impl AsHeaderName + fmt::Display + Copy,
) -> Result<Option<&str>, WireError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    only(name, first, values.next().is_some())
}

/// The same, of a header whose copies were counted.
fn only(name: impl fmt::Display, first: Option<&HeaderValue>, more: bool) -> Result<Option<&str>, WireError> {
    let Some(value) = first else { return Ok(None) };
    if more {
        return Err(twice(name));
    }
    // HDR-7: visible ASCII, space and tab, which is what `to_str` allows.
    match value.to_str() {
        // Of white space that leaves space and tab.
        Ok(text) => Ok(Some(text.trim_ascii())),
        Err(_) => Err(mismatch(format!("the header {name} has characters outside visible ASCII"))),
    }
}

/// Takes off the sentinel of an encoded value; `None` when what is inside is not base64 of UTF-8 (HDR-9 to HDR-11).
fn decode(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok().map(Cow::Owned),
        None => Some(Cow::Borrowed(value)),
    }
}

fn twice(name: impl fmt::Display) -> WireError {
    mismatch(format!("the header {name} is there twice"))
}

fn mismatch(message: impl Into<Cow<'static, str>>) -> WireError {
    WireError::new(error_code::HEADER_MISMATCH, message, 400)
}
