//! A URI taken apart (RFC 3986 §3). Nothing here panics on text that is no URI.

use std::ops::Range;

use super::{normal, punycode};

/// A legal URI's parts, as they are written.
pub(super) struct Parts<'a> {
    /// Without the colon; empty when there is none.
    pub scheme: &'a str,
    /// What follows `//`, if that is there.
    pub authority: Option<&'a str>,
    pub path: &'a str,
    /// Query and fragment with the characters that begin them.
    pub after_path: &'a str,
}

impl<'a> Parts<'a> {
    pub fn of(uri: &'a str) -> Self {
        let scheme = &uri[..scheme_length(uri)];
        let range = authority(uri);
        let (has_authority, rest) = if range.is_empty() && range.start == 0 {
            (false, &uri[after_scheme(uri)..])
        } else {
            (true, &uri[range.end..])
        };
        let (path, after_path) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        Self { scheme, authority: has_authority.then(|| &uri[range]), path, after_path }
    }

    /// Scheme and host in small letters, without a port that goes without saying.
    pub fn write_scheme_and_authority(&self, text: &mut String) {
        let scheme = self.scheme.to_ascii_lowercase();
        text.push_str(&scheme);
        if !scheme.is_empty() {
            text.push(':');
        }
        let Some(authority) = self.authority else { return };
        text.push_str("//");
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if let Some(user) = user {
            text.push_str(&normal(user));
            text.push('@');
        }
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port))
                if port.bytes().all(|byte| byte.is_ascii_digit())
                    && (!host.contains(':') || host.ends_with(']')) =>
            {
                (host, port)
            }
            _ => (host, ""),
        };
        text.push_str(&canonical_host(&scheme, host));
        if !port.is_empty() && default_port(&scheme) != Some(port) {
            text.push(':');
            text.push_str(port);
        }
    }
}

fn scheme_length(uri: &str) -> usize {
    uri.find([':', '/', '?', '#']).filter(|&end| uri[end..].starts_with(':')).unwrap_or(0)
}

fn after_scheme(uri: &str) -> usize {
    scheme_length(uri) + usize::from(scheme_length(uri) > 0)
}

/// Where the authority is; the empty range at 0 when there is none.
pub(super) fn authority(uri: &str) -> Range<usize> {
    let start = after_scheme(uri);
    if !uri[start..].starts_with("//") {
        return 0..0;
    }
    let start = start + 2;
    let length = uri[start..].find(['/', '?', '#']).unwrap_or(uri.len() - start);
    start..start + length
}

fn default_port(scheme: &str) -> Option<&'static str> {
    Some(match scheme {
        "http" | "ws" => "80",
        "https" | "wss" => "443",
        "ftp" => "21",
        _ => return None,
    })
}

/// Where hosts are names of the DNS, URL parsers write letters beyond ASCII in Punycode; elsewhere as percent codes.
fn canonical_host(scheme: &str, host: &str) -> String {
    let host = normal(host);
    if host.contains('%') && default_port(scheme).is_some() {
        let bytes = percent_decoded(&host);
        if let Some(name) = bytes.and_then(|bytes| punycode::host(&bytes.to_lowercase())) {
            return name;
        }
    }
    // Percent codes stay in capitals.
    let mut lower = String::with_capacity(host.len());
    let mut rest = &*host;
    while let Some(percent) = rest.find('%') {
        lower.push_str(&rest[..percent].to_ascii_lowercase());
        let end = (percent + 3).min(rest.len());
        lower.push_str(&rest[percent..end]);
        rest = &rest[end..];
    }
    lower.push_str(&rest.to_ascii_lowercase());
    lower
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

/// The path with `.` and `..` resolved (§5.2.4).
pub(super) fn without_dot_segments(path: &str) -> std::borrow::Cow<'_, str> {
    if !path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return path.into();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(usize::from(path.starts_with('/'))).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/")).into()
}
