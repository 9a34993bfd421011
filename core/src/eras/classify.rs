//! Which era does this message open? Pure and total: every combination of clues has one verdict.

use crate::protocol_version::{Era, ProtocolVersion};

/// What is known of a message before its era is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clues {
    /// What kind of message it is.
    pub kind: MessageKind,
    /// Whether its method is one that matters here.
    pub method: MethodClue,
    /// Whether `params._meta` names a protocol version: the envelope.
    pub envelope: bool,
    /// Where it came in.
    pub edge: EdgeClue,
}

/// The three kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what JSON-RPC calls it")]
pub enum MessageKind {
    Request,
    Notification,
    Response,
}

/// The methods that say something about an era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodClue {
    /// `initialize`
    Initialize,
    /// `ping`
    Ping,
    /// Any other, or none.
    Other,
}

/// What the edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeClue {
    /// A duplex connection, and whether a handshake was made on it.
    Duplex {
        /// Whether there is a session.
        session: bool,
    },
    /// An HTTP POST, and what its version header says.
    Http {
        /// The header.
        version: VersionHeader,
    },
}

/// What `MCP-Protocol-Version` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionHeader {
    /// It is not there.
    Absent,
    /// A version reached through the handshake.
    Handshake(ProtocolVersion),
    /// Anything else: a modern version, an unknown one, unreadable bytes, two copies (HDR-12).
    Other,
}

/// The era a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It opens a legacy session (VER-7).
    Handshake,
    /// It belongs to a legacy session, or to no session at all (ERA-2).
    Legacy,
    /// It is served by its own envelope (VER-8), or refused for want of one (META-1).
    Modern,
    /// A request on a duplex connection with neither envelope nor handshake: refused, naming what is missing (VER-9).
    Unopened,
    /// Nobody's: dropped silently.
    Ignored,
}

/// The verdict on a message.
#[must_use]
#[expect(clippy::match_same_arms, reason = "the arms follow the specification, not the verdicts")]
pub const fn classify(clues: Clues) -> Verdict {
    match (clues.kind, clues.edge) {
        // `initialize` opens a session whatever the header says (VER-7).
        (MessageKind::Request, _) if matches!(clues.method, MethodClue::Initialize) && !clues.envelope => {
            Verdict::Handshake
        }
        // The envelope decides, also after a handshake (VER-6, ERA-5).
        (MessageKind::Request, _) if clues.envelope => Verdict::Modern,
        (MessageKind::Request | MessageKind::Notification, EdgeClue::Duplex { session: true }) => {
            Verdict::Legacy
        }
        (MessageKind::Request, EdgeClue::Duplex { session: false }) => match clues.method {
            MethodClue::Ping => Verdict::Legacy,
            _ => Verdict::Unopened,
        },
        // ERA-13: no evidence, no effect. Cancellations are matched before anyone asks for the era.
        (MessageKind::Notification, EdgeClue::Duplex { session: false }) => Verdict::Ignored,
        // An answer to a question of ours, in whatever session it was asked, or to nothing (RPC-21): matched by its id alone.
        (MessageKind::Response, EdgeClue::Duplex { .. }) => Verdict::Ignored,
        (MessageKind::Notification, EdgeClue::Http { .. }) if clues.envelope => Verdict::Modern,
        // Without an envelope the header decides (ERA-2).
        (_, EdgeClue::Http { version: VersionHeader::Other }) => Verdict::Modern,
        (_, EdgeClue::Http { version: VersionHeader::Absent | VersionHeader::Handshake(_) }) => {
            Verdict::Legacy
        }
    }
}

impl VersionHeader {
    /// Reads the header; a repeated or unreadable one is [`VersionHeader::Other`].
    #[must_use]
    pub fn read(headers: &http::HeaderMap) -> Self {
        let mut values = headers.get_all(&super::PROTOCOL_VERSION_HEADER).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => {
                match value
                    .to_str()
                    .ok()
                    .and_then(|text| ProtocolVersion::from_text(text.trim_matches([' ', '\t'])))
                {
                    Some(version) if version.era() == Era::Legacy => Self::Handshake(version),
                    _ => Self::Other,
                }
            }
            (Some(_), Some(_)) => Self::Other,
        }
    }
}
