//! The members of a request's `_meta` that some era knows, found in one pass and left as text.

use crate::eras::params::request_id;
use crate::json;
use crate::jsonrpc::{Outline, RequestId};

/// The member of a request's params that all of this is about.
pub const META: &str = "_meta";
/// The version a request is to be served by: the key that makes an envelope (META-1).
pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// What the client can do.
pub const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Who the client says it is.
pub const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
/// The least serious log message the client wants.
pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
/// Who the server says it is.
pub const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
/// Which subscription a message belongs to.
pub const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// The known members: JSON texts, borrowed from the frame. The rest is passed on with `text` (META-10).
#[derive(Debug, Clone, Copy, Default)]
pub struct Meta<'a> {
    /// The whole object, if it is one.
    pub text: Option<&'a str>,
    pub protocol_version: Option<&'a str>,
    pub client_capabilities: Option<&'a str>,
    pub client_info: Option<&'a str>,
    pub log_level: Option<&'a str>,
    pub progress_token: Option<&'a str>,
}

impl<'a> Meta<'a> {
    /// Finds the members of `params._meta`: those of the outline if it has them. Anything but an object has none.
    #[must_use]
    pub fn read(text: Option<&'a str>, outline: Option<&Outline<'a>>) -> Self {
        let Some(text) = text.filter(|text| json::is_object(text)) else { return Self::default() };
        let mut meta = Self { text: Some(text), ..Self::default() };
        match outline.and_then(|outline| outline.members(text)) {
            Some(members) => members.iter().for_each(|(key, value)| meta.note(key, value)),
            None => json::members(text).for_each(|(key, value)| meta.note(&key, value)),
        }
        meta
    }

    fn note(&mut self, key: &str, value: &'a str) {
        let member = match key {
            PROTOCOL_VERSION => &mut self.protocol_version,
            CLIENT_CAPABILITIES => &mut self.client_capabilities,
            CLIENT_INFO => &mut self.client_info,
            LOG_LEVEL => &mut self.log_level,
            "progressToken" => &mut self.progress_token,
            _ => return,
        };
        *member = Some(value);
    }

    /// The progress token; one that is neither string nor integer asks for nothing (RPC-20).
    #[must_use]
    pub fn progress_token(&self) -> Option<RequestId> {
        self.progress_token.and_then(request_id)
    }
}
