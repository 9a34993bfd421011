//! The headers in which proxies say who asked them.

use std::net::{IpAddr, SocketAddr};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::ForwardedHeader;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is named, the last one first; `None` for one whose address is not told.
pub(super) fn from_last(
    kind: ForwardedHeader,
    headers: &HeaderMap,
) -> impl Iterator<Item = Option<SocketAddr>> {
    let (name, read): (_, fn(&str) -> Option<SocketAddr>) = match kind {
        ForwardedHeader::XForwardedFor => (Some(&X_FORWARDED_FOR), address),
        ForwardedHeader::Forwarded => (Some(&header::FORWARDED), element),
        ForwardedHeader::None => (None, address),
    };
    let values: Vec<&HeaderValue> = name.into_iter().flat_map(|name| headers.get_all(name)).collect();
    // Neither addresses nor what else proxies write there have commas or semicolons in their quotes: who puts them there names nobody.
    values.into_iter().rev().flat_map(move |value| {
        let elements = value.to_str().unwrap_or_default().rsplit(',');
        elements.map(move |element| read(element.trim())).collect::<Vec<_>>()
    })
}

/// `for=192.0.2.1;proto=https`, the value in quotes where it has brackets or a port.
fn element(text: &str) -> Option<SocketAddr> {
    let mut named = text.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = named.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    address(value)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. The port is 0 where it is not told.
fn address(text: &str) -> Option<SocketAddr> {
    let alone = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let alone = alone.parse::<IpAddr>().map(|address| SocketAddr::new(address, 0));
    alone.or_else(|_| text.parse()).ok()
}
