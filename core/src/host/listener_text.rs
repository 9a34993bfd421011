//! What a front end says of the listener itself: encryption, proxies before it, sockets, and what clients may take of it.

use serde_json::Value;

use super::described::Described;
use super::settings::TlsSettings;
use crate::error::{Error, ErrorKind, Result};
use crate::transports::http::{ForwardedHeader, HttpOptions, ProxyOptions, Spelling, UnixSocketOptions};

/// Takes those options out of the others.
pub(super) fn read(told: &mut Described, options: &mut HttpOptions) -> Result<()> {
    let spelling = options.spelling;
    options.tls = told.any("tls").map(TlsSettings::read).transpose()?;
    told.truth("http2")?.into_iter().for_each(|http2| options.http2 = http2);
    told.truth("systemd")?.into_iter().for_each(|systemd| options.systemd = systemd);
    let streams = told.whole("max_concurrent_streams", 1, u64::from(u32::MAX >> 1))?;
    if let Some(streams) = streams.and_then(|streams| u32::try_from(streams).ok()) {
        options.max_concurrent_streams = streams;
    }
    if let Some(bytes) = told.whole("max_body_memory_bytes", 1, u64::MAX)? {
        options.max_body_memory_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    let connections = told.whole("max_connections_per_address", 1, u64::MAX)?;
    options.max_connections_per_address = connections.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    options.unix_socket = unix_socket(told, spelling)?;
    options.proxies = proxies(told, spelling)?;
    Ok(())
}

fn unix_socket(told: &mut Described, spelling: Spelling) -> Result<Option<UnixSocketOptions>> {
    let mode = told.any("unix_socket_mode").map(|mode| read_mode(&mode, spelling)).transpose()?;
    let Some(path) = told.text("unix_socket")? else {
        return if mode.is_some() {
            Err(needs(spelling, "unix_socket_mode", "unix_socket"))
        } else {
            Ok(None)
        };
    };
    let socket = UnixSocketOptions::new(path);
    Ok(Some(UnixSocketOptions { mode: mode.unwrap_or(socket.mode), ..socket }))
}

/// A number, or its octal digits in a text.
fn read_mode(mode: &Value, spelling: Spelling) -> Result<u32> {
    let number = match mode {
        Value::String(digits) => u32::from_str_radix(digits.trim_start_matches("0o"), 8).ok(),
        other => other.as_u64().and_then(|mode| u32::try_from(mode).ok()),
    };
    number.filter(|mode| *mode <= 0o777).ok_or_else(|| {
        let name = spelling.of("unix_socket_mode");
        let message = format!("{name} must be the mode of a file, as \"660\" in octal digits, not {mode}");
        Error::new(ErrorKind::Configuration, message)
    })
}

fn proxies(told: &mut Described, spelling: Spelling) -> Result<Option<ProxyOptions>> {
    let protocol = told.truth("proxy_protocol")?;
    let header = told.text("forwarded_header")?;
    let client_certificate_header = told.text("client_certificate_header")?;
    let Some(trusted) = told.texts("trusted_proxies")? else {
        let others = [
            ("proxy_protocol", protocol == Some(true)),
            ("forwarded_header", header.is_some()),
            ("client_certificate_header", client_certificate_header.is_some()),
        ];
        let other = others.into_iter().find(|(_, given)| *given);
        return other.map_or(Ok(None), |(name, _)| Err(needs(spelling, name, "trusted_proxies")));
    };
    let header = match header.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("x-forwarded-for") => ForwardedHeader::XForwardedFor,
        Some("forwarded") => ForwardedHeader::Forwarded,
        Some("none") => ForwardedHeader::None,
        Some(other) => {
            let name = spelling.of("forwarded_header");
            let message =
                format!("{name} must be \"x-forwarded-for\", \"forwarded\" or \"none\", not {other:?}");
            return Err(Error::new(ErrorKind::Configuration, message));
        }
    };
    Ok(Some(ProxyOptions { trusted, header, protocol: protocol.unwrap_or(false), client_certificate_header }))
}

fn needs(spelling: Spelling, name: &str, other: &str) -> Error {
    let message = format!("{} needs {}", spelling.of(name), spelling.of(other));
    Error::new(ErrorKind::Configuration, message)
}
