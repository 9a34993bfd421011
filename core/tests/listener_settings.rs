//! What front ends and the configuration file say of a listener.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use oxmcp_core::error::ErrorKind;
use oxmcp_core::host::HttpText;
use oxmcp_core::host::settings::Settings;
use oxmcp_core::transports::http::{ForwardedHeader, HttpOptions, Spelling};

fn read(text: &str) -> HttpOptions {
    HttpText::read(text, Spelling::Snake).unwrap().options()
}

#[test]
fn a_front_end_says_how_connections_come_in() {
    let options = read(
        r#"{
            "tls": {"certificate": "c.pem", "key": "k.pem", "client_ca": "ca.pem", "require_client_certificate": false,
                "client_crl": "crl.pem", "handshake_seconds": 3, "reload_seconds": 0},
            "http2": false, "max_concurrent_streams": 7, "unix_socket": "/run/x.sock", "unix_socket_mode": "600", "systemd": true,
            "trusted_proxies": ["10.0.0.0/8", "unix"], "proxy_protocol": true, "forwarded_header": "Forwarded",
            "client_certificate_header": "client-cert", "max_body_memory_bytes": 1000, "max_connections_per_address": 5
        }"#,
    );
    let tls = options.tls.unwrap();
    assert_eq!(tls.certificate.to_str(), Some("c.pem"));
    assert_eq!((tls.handshake_timeout, tls.reload_interval), (Duration::from_secs(3), Duration::ZERO));
    assert!(!tls.require_client_certificate && tls.client_ca.is_some() && tls.client_crl.is_some());
    let socket = options.unix_socket.unwrap();
    assert_eq!((socket.path.to_str(), socket.mode), (Some("/run/x.sock"), 0o600));
    let proxies = options.proxies.unwrap();
    assert_eq!((proxies.header, proxies.protocol), (ForwardedHeader::Forwarded, true));
    assert_eq!(proxies.trusted, ["10.0.0.0/8", "unix"]);
    assert_eq!(proxies.client_certificate_header.as_deref(), Some("client-cert"));
    assert!(!options.http2 && options.systemd);
    assert_eq!((options.max_concurrent_streams, options.max_body_memory_bytes), (7, 1000));
    assert_eq!(options.max_connections_per_address, Some(5));
}

#[test]
fn nothing_is_switched_on_that_nobody_asked_for() {
    let options = read("{}");
    assert!(options.tls.is_none() && options.proxies.is_none() && options.unix_socket.is_none());
    assert!(options.http2 && !options.systemd);
    assert_eq!(options.max_body_memory_bytes, 256 * 1024 * 1024);
}

#[test]
fn what_cannot_be_is_refused_in_the_words_of_the_front_end() {
    for (text, told) in [
        (r#"{"tls": {"certificate": "c.pem"}}"#, "tls: missing field `key`"),
        (r#"{"tls": {"certificate": "c.pem", "key": "k", "certifcate": "x"}}"#, "unknown field `certifcate`"),
        (r#"{"tls": true}"#, "tls: invalid type"),
        (r#"{"tls": {"certificate": "c", "key": "k", "handshakeSeconds": -1}}"#, "handshake_seconds"),
        (r#"{"http2": "yes"}"#, "http2"),
        (r#"{"max_concurrent_streams": 0}"#, "maxConcurrentStreams"),
        (r#"{"unix_socket_mode": 438}"#, "unixSocketMode needs unixSocket"),
        (r#"{"unix_socket": "/x", "unix_socket_mode": "rw"}"#, "unixSocketMode must be the mode of a file"),
        (r#"{"unix_socket": "/x", "unix_socket_mode": 4096}"#, "unixSocketMode must be the mode of a file"),
        (r#"{"proxy_protocol": true}"#, "proxyProtocol needs trustedProxies"),
        (r#"{"client_certificate_header": "x"}"#, "clientCertificateHeader needs trustedProxies"),
        (r#"{"trusted_proxies": ["unix"], "forwarded_header": "via"}"#, "forwardedHeader must be"),
        (r#"{"trusted_proxies": "10.0.0.0/8"}"#, "trustedProxies"),
    ] {
        let error = HttpText::read(text, Spelling::Camel).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().contains(told), "{text}: {}", error.message());
    }
}

#[test]
fn the_section_is_the_same_in_the_configuration() {
    let settings =
        Settings::from_json(r#"{"tls": {"certificate": "c", "key": "k", "clientCa": "ca"}}"#).unwrap();
    let other = Settings::from_json(r#"{"tls": {"certificate": "d", "key": "k"}}"#).unwrap();
    let tls = settings.or(other).tls.unwrap().options().unwrap();
    assert_eq!((tls.certificate.to_str(), tls.client_ca.unwrap().to_str()), (Some("c"), Some("ca")));
    let mut text = HttpText::read("{}", Spelling::Snake).unwrap();
    let of_file = Settings::from_json(r#"{"tls": {"certificate": "e", "key": "k"}}"#).unwrap();
    text.encrypt(of_file.tls.map(|tls| tls.options().unwrap()));
    assert_eq!(text.options().tls.unwrap().certificate.to_str(), Some("e"));
    let own = r#"{"tls": {"certificate": "own", "key": "k"}}"#;
    let mut text = HttpText::read(own, Spelling::Snake).unwrap();
    text.encrypt(None);
    assert_eq!(text.options().tls.unwrap().certificate.to_str(), Some("own"));
}
