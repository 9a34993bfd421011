//! Lists of hosts and origins that may call, in every notation people bring along.

use std::fmt::Write as _;
use std::net::Ipv6Addr;

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Values of `Host`.
    Hosts,
    /// Values of `Origin`.
    Origins,
}

/// Who may call.
///
/// An entry is a name (`api.example.com`, `127.0.0.1`, `[::1]`), which means every port of it, the same with a port or with
/// `:*`, or all names below one (`*.example.com`). An origin has its scheme before it; without one it is of any scheme, and
/// `scheme://*` is every origin of a scheme that is not the web's. `*` is everybody.
#[derive(Debug, Clone)]
pub struct AllowList {
    listed: Listed,
    /// `None`: everybody.
    patterns: Option<Box<[Pattern]>>,
}

/// One entry, split so that a comparison allocates nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// `None`: any.
    scheme: Option<Box<str>>,
    name: Name,
    /// `None`: any port, or none.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Any,
    Exactly(Box<str>),
    /// With the dot before it: `.example.com`.
    Below(Box<str>),
}

impl AllowList {
    /// Reads a list.
    ///
    /// # Errors
    /// A sentence about the first entry that could never match, with what to write instead.
    pub fn new<'a>(listed: Listed, entries: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut patterns = Vec::new();
        let mut all = false;
        for entry in entries {
            let entry = entry.trim();
            all |= entry == "*";
            let read = match listed {
                _ if entry == "*" => continue,
                Listed::Hosts => Pattern::host(entry),
                Listed::Origins => Pattern::origin(entry),
            };
            patterns.push(read.map_err(|why| format!("{entry:?} {why}"))?);
        }
        Ok(Self { listed, patterns: (!all).then(|| patterns.into()) })
    }

    /// Everybody.
    #[must_use]
    pub const fn all(listed: Listed) -> Self {
        Self { listed, patterns: None }
    }

    /// Whether it is everybody.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.patterns.is_none()
    }

    /// Whether it is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.is_empty())
    }

    /// Whether the value of a header is that of somebody on the list.
    #[must_use]
    pub fn allows(&self, value: &str) -> bool {
        let Some(patterns) = &self.patterns else { return true };
        let (scheme, authority) = match value.split_once("://") {
            Some((scheme, authority)) if self.listed == Listed::Origins => (Some(scheme), authority),
            _ => (None, value),
        };
        let (name, port) = split_port(authority);
        let port = match port {
            None => scheme.and_then(default_port),
            Some(digits) => digits.parse().ok(),
        };
        patterns.iter().any(|pattern| pattern.allows(scheme, name, port))
    }
}

impl Pattern {
    fn allows(&self, scheme: Option<&str>, name: &str, port: Option<u16>) -> bool {
        let of_scheme = match (&self.scheme, scheme) {
            (None, _) => true,
            (Some(wanted), Some(scheme)) => wanted.eq_ignore_ascii_case(scheme),
            (Some(_), None) => false,
        };
        of_scheme && self.name.is(name) && (self.port.is_none() || self.port == port)
    }

    fn host(entry: &str) -> Result<Self, String> {
        if let Some((_, rest)) = entry.split_once("://") {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            return Err(format!("is a URL: write the host alone, {host:?}"));
        }
        let (name, port) = read_authority(entry)?;
        Ok(Self { scheme: None, name, port })
    }

    fn origin(entry: &str) -> Result<Self, String> {
        if entry == "null" {
            // What browsers say for files and sandboxed frames.
            return Ok(Self { scheme: None, name: Name::Exactly("null".into()), port: None });
        }
        let Some((scheme, rest)) = entry.split_once("://") else {
            let (name, port) = read_authority(entry)?;
            return Ok(Self { scheme: None, name, port });
        };
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
            return Err("has no scheme that browsers know".to_owned());
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority == "*" {
            if default_port(scheme).is_some() {
                return Err("would be every site there is: write \"*\" if that is meant".to_owned());
            }
            return Ok(Self { scheme: Some(scheme.into()), name: Name::Any, port: None });
        }
        if let Some((authority, _)) = authority.split_once(['/', '?', '#']) {
            let origin = format!("{scheme}://{authority}");
            return Err(format!("has a path, which an origin has not: write {origin:?}"));
        }
        let (name, port) = read_authority(authority)?;
        Ok(Self { scheme: Some(scheme.into()), name, port })
    }
}

impl Name {
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(wanted) => wanted.eq_ignore_ascii_case(name),
            Self::Below(end) => {
                let (name, end) = (name.as_bytes(), end.as_bytes());
                name.len() > end.len()
                    && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
                    && name.iter().copied().all(is_name_byte)
            }
        }
    }
}

/// Reads `name`, `name:port` or `name:*`.
fn read_authority(text: &str) -> Result<(Name, Option<u16>), String> {
    if text.is_empty() {
        return Err("names nobody: write a host such as \"api.example.com\", or leave it out".to_owned());
    }
    if !text.is_ascii() {
        return Err(
            "has letters outside ASCII: write the name as browsers send it, beginning with xn--".to_owned()
        );
    }
    // An address without its brackets.
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok((Name::Exactly(bracketed(address)), None));
    }
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let address = address
                .parse::<Ipv6Addr>()
                .map_err(|_| "has no IPv6 address in its brackets; one is \"[::1]\"".to_owned())?;
            let port = match rest.strip_prefix(':') {
                None if rest.is_empty() => None,
                Some(port) => Some(port),
                None => return Err(junk(rest)),
            };
            (Name::Exactly(bracketed(address)), port)
        }
        None => {
            let (name, port) = match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            };
            (read_name(name)?, port)
        }
    };
    let port = match port {
        None | Some("*") => None,
        Some(digits) => match digits.parse() {
            Ok(port) if port > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(port),
            _ => {
                return Err(format!(
                    "has no port after its colon, but {digits:?}: write a number, or \"*\" for any"
                ));
            }
        },
    };
    Ok((name, port))
}

fn read_name(text: &str) -> Result<Name, String> {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(is_name_byte);
    match text.strip_prefix("*.") {
        Some(name) if plain(name) => Ok(Name::Below(format!(".{name}").into())),
        _ if text == "*" => Ok(Name::Any),
        _ if text.starts_with('.') && plain(text) => {
            let name = text.trim_start_matches('.');
            Err(format!("begins with a dot: write \"*.{name}\" for all names below {name:?}"))
        }
        _ if plain(text) => Ok(Name::Exactly(text.into())),
        _ if text.contains('*') => Err(
            "has its * inside: it can only stand for whole names at the beginning, as in \"*.example.com\""
                .to_owned(),
        ),
        _ => Err(junk(text)),
    }
}

fn junk(text: &str) -> String {
    let mut message = "is not a name with or without a port".to_owned();
    if let Some(letter) = text.chars().find(|letter| !u8::try_from(*letter).is_ok_and(is_name_byte)) {
        // Writing to a string cannot fail.
        let _ = write!(message, ": it has {letter:?} in it; an example is \"api.example.com:443\"");
    }
    message
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

fn bracketed(address: Ipv6Addr) -> Box<str> {
    format!("[{address}]").into()
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}

/// Splits `host:port`, also of `[::1]:port`.
fn split_port(value: &str) -> (&str, Option<&str>) {
    match value.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (value, None),
    }
}
