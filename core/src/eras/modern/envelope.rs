//! The envelope: what every request says of itself in `_meta` (META-*).

use std::borrow::Cow;

use crate::eras::meta::{CLIENT_CAPABILITIES, CLIENT_INFO, LOG_LEVEL, Meta, PROTOCOL_VERSION};
use crate::eras::voice::WireError;
use crate::json::{self, RawJson};
use crate::jsonrpc::error_code;
use crate::model::LogLevel;
use crate::protocol_version::{Era, ProtocolVersion};

/// An envelope whose members have the right types.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    /// The version, as the client wrote it.
    pub(crate) version: Cow<'a, str>,
    /// A JSON object.
    pub(crate) client_capabilities: &'a str,
    /// A JSON object.
    pub(crate) client_info: Option<&'a str>,
    /// The log threshold (LOG-2).
    pub(crate) log_level: Option<LogLevel>,
}

impl<'a> Envelope<'a> {
    /// Opens the envelope.
    ///
    /// # Errors
    /// -32602 with HTTP status 400 when a required key is missing or any has the wrong type (META-1, META-12), or when the
    /// log level is none (LOG-4).
    pub(crate) fn open(meta: &Meta<'a>) -> Result<Self, WireError> {
        let version = meta.protocol_version.and_then(json::as_string);
        let capabilities = meta.client_capabilities.filter(|text| json::is_object(text));
        let (Some(version), Some(client_capabilities)) = (version, capabilities) else {
            return Err(incomplete(meta));
        };
        if meta.client_info.is_some_and(|text| !json::is_object(text)) {
            return Err(wrong(format!("{CLIENT_INFO}: must be an object")));
        }
        let log_level = match meta.log_level {
            None => None,
            Some(text) => match json::as_string(text).as_deref().and_then(LogLevel::from_text) {
                Some(level) => Some(level),
                None => return Err(wrong(format!("{LOG_LEVEL}: must be one of the eight log levels"))),
            },
        };
        Ok(Self { version, client_capabilities, client_info: meta.client_info, log_level })
    }

    /// The version, if it is served in this era.
    ///
    /// # Errors
    /// -32022 with what is served and what was asked for (VER-2).
    pub(crate) fn served_version(&self) -> Result<ProtocolVersion, WireError> {
        match ProtocolVersion::from_text(&self.version) {
            Some(version) if version.era() == Era::Modern => Ok(version),
            _ => Err(unsupported(&self.version)),
        }
    }
}

/// The versions of this era, as a JSON array (VER-16).
pub(crate) fn supported_versions() -> String {
    let served = ProtocolVersion::ALL.iter().filter(|version| version.era() == Era::Modern);
    format!("[{}]", served.map(|version| format!("\"{version}\"")).collect::<Vec<_>>().join(","))
}

/// -32022 for a version that is not served.
pub(crate) fn unsupported(requested: &str) -> WireError {
    let mut data = format!("{{\"supported\":{},\"requested\":", supported_versions());
    // A peer's text is not repeated without a bound.
    let shown: String = requested.chars().take(64).collect();
    json::write_string(&mut data, if shown.len() == requested.len() { requested } else { &shown });
    data.push('}');
    WireError::new(error_code::UNSUPPORTED_PROTOCOL_VERSION, "this protocol version is not served here", 400)
        .with_data(RawJson::from_checked(data))
}

/// -32602 that names the missing keys and the versions served, so that a sloppy modern client and a lost legacy one both
/// learn what to do (META-1, VER-9, G-1).
pub(crate) fn incomplete(meta: &Meta<'_>) -> WireError {
    let mut missing = Vec::new();
    if meta.protocol_version.and_then(json::as_string).is_none() {
        missing.push(PROTOCOL_VERSION);
    }
    if !meta.client_capabilities.is_some_and(json::is_object) {
        missing.push(CLIENT_CAPABILITIES);
    }
    let data =
        format!("{{\"missing\":[\"{}\"],\"supported\":{}}}", missing.join("\",\""), supported_versions());
    WireError::new(
        error_code::INVALID_PARAMS,
        format!(
            "params._meta lacks {} (versions served this way: {}); clients of {} and before begin with initialize",
            missing.join(" and "),
            ProtocolVersion::NEWEST,
            ProtocolVersion::NEWEST_LEGACY
        ),
        400,
    )
    .with_data(RawJson::from_checked(data))
}

fn wrong(message: String) -> WireError {
    WireError::new(error_code::INVALID_PARAMS, message, 400)
}
