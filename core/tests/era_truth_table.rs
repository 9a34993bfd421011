//! Which era a message opens: every combination of clues.

use oxmcp_core::eras::classify::{
    Clues, EdgeClue, MessageKind, MethodClue, Verdict, VersionHeader, classify,
};
use oxmcp_core::protocol_version::ProtocolVersion;

const METHODS: [MethodClue; 3] = [MethodClue::Initialize, MethodClue::Ping, MethodClue::Other];
const DUPLEX: [EdgeClue; 2] = [EdgeClue::Duplex { session: false }, EdgeClue::Duplex { session: true }];

fn http() -> Vec<EdgeClue> {
    let legacy = ProtocolVersion::ALL[..4].iter().map(|&version| VersionHeader::Handshake(version));
    [VersionHeader::Absent, VersionHeader::Other]
        .into_iter()
        .chain(legacy)
        .map(|version| EdgeClue::Http { version })
        .collect()
}

fn edges() -> Vec<EdgeClue> {
    DUPLEX.into_iter().chain(http()).collect()
}

fn verdict(kind: MessageKind, method: MethodClue, envelope: bool, edge: EdgeClue) -> Verdict {
    classify(Clues { kind, method, envelope, edge })
}

#[test]
fn initialize_without_an_envelope_opens_a_session_whatever_the_header_says() {
    // VER-7
    for edge in edges() {
        assert_eq!(
            verdict(MessageKind::Request, MethodClue::Initialize, false, edge),
            Verdict::Handshake,
            "{edge:?}"
        );
    }
}

#[test]
fn an_envelope_makes_any_request_modern_also_after_a_handshake() {
    // VER-6, VER-8, ERA-5, ERA-6
    for edge in edges() {
        for method in METHODS {
            assert_eq!(
                verdict(MessageKind::Request, method, true, edge),
                Verdict::Modern,
                "{method:?} {edge:?}"
            );
        }
    }
}

#[test]
fn over_http_without_an_envelope_the_header_decides() {
    // ERA-2
    for method in [MethodClue::Ping, MethodClue::Other] {
        for edge in http() {
            let expected = match edge {
                EdgeClue::Http { version: VersionHeader::Other } => Verdict::Modern,
                _ => Verdict::Legacy,
            };
            assert_eq!(verdict(MessageKind::Request, method, false, edge), expected, "{method:?} {edge:?}");
        }
    }
}

#[test]
fn on_a_duplex_connection_the_handshake_decides_and_only_ping_needs_none() {
    // VER-7, VER-9
    let [before, after] = DUPLEX;
    assert_eq!(verdict(MessageKind::Request, MethodClue::Other, false, after), Verdict::Legacy);
    assert_eq!(verdict(MessageKind::Request, MethodClue::Ping, false, after), Verdict::Legacy);
    assert_eq!(verdict(MessageKind::Request, MethodClue::Other, false, before), Verdict::Unopened);
    assert_eq!(verdict(MessageKind::Request, MethodClue::Ping, false, before), Verdict::Legacy);
}

#[test]
fn notifications_and_responses_never_open_anything() {
    // ERA-13, RPC-21
    for envelope in [false, true] {
        for method in METHODS {
            let [before, after] = DUPLEX;
            assert_eq!(verdict(MessageKind::Notification, method, envelope, before), Verdict::Ignored);
            assert_eq!(verdict(MessageKind::Notification, method, envelope, after), Verdict::Legacy);
            for edge in DUPLEX {
                assert_eq!(verdict(MessageKind::Response, method, envelope, edge), Verdict::Ignored);
            }
            for edge in http() {
                let other = edge == EdgeClue::Http { version: VersionHeader::Other };
                let by_header = if other { Verdict::Modern } else { Verdict::Legacy };
                assert_eq!(verdict(MessageKind::Response, method, envelope, edge), by_header);
                let notification = if envelope { Verdict::Modern } else { by_header };
                assert_eq!(verdict(MessageKind::Notification, method, envelope, edge), notification);
            }
        }
    }
}

#[test]
fn the_version_header_is_read_exactly() {
    // VER-17, HDR-8, HDR-12, HDR-13
    let read = |values: &[&[u8]]| {
        let mut headers = http::HeaderMap::new();
        for value in values {
            headers.append("mcp-protocol-version", http::HeaderValue::from_bytes(value).unwrap());
        }
        VersionHeader::read(&headers)
    };
    assert_eq!(read(&[]), VersionHeader::Absent);
    assert_eq!(read(&[b"2025-06-18"]), VersionHeader::Handshake(ProtocolVersion::V2025_06_18));
    assert_eq!(read(&[b" 2025-06-18\t"]), VersionHeader::Handshake(ProtocolVersion::V2025_06_18));
    let others: [&[&[u8]]; 6] = [
        &[b"2026-07-28"],
        &[b"2025-06-19"],
        &[b"2099-01-01"],
        &[b""],
        &[b"2025-06-18\xff"],
        &[b"2025-06-18", b"2025-06-18"],
    ];
    for other in others {
        assert_eq!(read(other), VersionHeader::Other, "{other:?}");
    }
}
