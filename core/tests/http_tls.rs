//! HTTP over TLS: versions, certificates of both sides, and their change while it is served.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod tls_support;

use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::transports::http::{HttpOptions, HttpServer, TlsOptions};
use support::{ENVELOPE, PATIENCE, Server, modern_call, modern_headers, serve};
use tls_support::{Authority, Tls, options, write};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Options with this TLS.
fn with(tls: TlsOptions) -> HttpOptions {
    HttpOptions { tls: Some(tls), ..HttpOptions::default() }
}

/// Asks for an echo over a connection of its own; what is answered.
async fn ask(tls: &Tls, address: SocketAddr, root: &Authority) -> std::io::Result<String> {
    let mut stream = tls.connect(address, root).await?;
    let (headers, body) = (modern_headers("echo"), modern_call(1, "echo", ENVELOPE));
    let length = body.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap()?;
    Ok(answer)
}

async fn is_answered(tls: &Tls, server: &Server, root: &Authority) -> bool {
    matches!(ask(tls, server.address, root).await, Ok(answer) if answer.starts_with("HTTP/1.1 200"))
}

#[tokio::test]
async fn a_call_is_answered_over_tls() {
    let root = Authority::new("root");
    let server = serve(with(options(&root.server(1))));
    let answer = ask(&Tls::default(), server.address, &root).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#"{\"a\":1}"#), "{answer}");
}

#[tokio::test]
async fn keys_are_agreed_on_in_a_way_that_outlasts_quantum_computers() {
    let root = Authority::new("root");
    let server = serve(with(options(&root.server(1))));
    let stream = Tls::default().connect(server.address, &root).await.unwrap();
    let group = stream.get_ref().1.negotiated_key_exchange_group().unwrap();
    assert_eq!(format!("{:?}", group.name()), "X25519MLKEM768");
}

/// A ClientHello of TLS 1.2, as openssl's `s_client -tls1_2` sends it: no `supported_versions`.
fn hello_of_tls_1_2() -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    // No session; ECDHE-ECDSA and ECDHE-RSA with AES-128-GCM; no compression.
    body.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    // Groups, signatures.
    let extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3];
    body.extend([0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let mut hello = vec![1, 0, 0, u8::try_from(body.len()).unwrap()];
    hello.extend(body);
    let mut record = vec![0x16, 3, 1, 0, u8::try_from(hello.len()).unwrap()];
    record.extend(hello);
    record
}

#[tokio::test]
async fn older_versions_of_tls_are_refused() {
    // SEC-12
    let root = Authority::new("root");
    let server = serve(with(options(&root.server(1))));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&hello_of_tls_1_2()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    // A fatal alert: protocol_version.
    assert_eq!((answer[0], &answer[5..]), (0x15, &[2, 70][..]));
}

#[tokio::test]
async fn who_speaks_plain_http_is_told_what_to_write() {
    let root = Authority::new("root");
    let server = serve(with(options(&root.server(1))));
    let answer = server.post(&modern_headers("echo"), &modern_call(1, "echo", ENVELOPE)).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("https://"), "{answer:?}");
}

#[tokio::test]
async fn handshakes_that_take_too_long_are_ended() {
    // SEC-12
    let root = Authority::new("root");
    let tls = TlsOptions { handshake_timeout: Duration::from_millis(60), ..options(&root.server(1)) };
    let server = serve(with(tls));
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.stream.write_all(&hello_of_tls_1_2()[..20]).await.unwrap();
    assert!(silent.is_closed().await && half.is_closed().await);
    assert!(is_answered(&Tls::default(), &server, &root).await);
}

#[tokio::test]
async fn clients_show_a_certificate_of_the_authority_that_counts() {
    // wrong authority, expired, revoked, none at all
    let (root, other) = (Authority::new("root"), Authority::new("root"));
    let tls = options(&root.server(1));
    let (client_ca, client_crl) = (tls.key.with_file_name("ca.pem"), tls.key.with_file_name("crl.pem"));
    fs::write(&client_ca, &root.pem).unwrap();
    fs::write(&client_crl, root.revocations(&[9])).unwrap();
    let tls = TlsOptions { client_ca: Some(client_ca), client_crl: Some(client_crl), ..tls };
    let required = serve(with(tls.clone()));
    let optional = serve(with(TlsOptions { require_client_certificate: false, ..tls }));
    let expired = root.identity("old", Vec::new(), 5, 2021);
    for (who, identity, let_in, let_in_where_optional) in [
        ("one of ours", Some(root.client("reports", 2)), true, true),
        ("none", None, false, true),
        ("of another authority", Some(other.client("reports", 3)), false, false),
        ("expired", Some(expired), false, false),
        ("revoked", Some(root.client("gone", 9)), false, false),
    ] {
        let tls = Tls { identity, ..Tls::default() };
        assert_eq!(is_answered(&tls, &required, &root).await, let_in, "{who}");
        assert_eq!(is_answered(&tls, &optional, &root).await, let_in_where_optional, "{who}, optional");
    }
}

#[tokio::test]
async fn a_certificate_can_be_changed_a_hundred_times_and_no_call_is_lost() {
    let root = Authority::new("root");
    let tls = TlsOptions { reload_interval: Duration::from_millis(2), ..options(&root.server(1)) };
    let files = tls.clone();
    let server = serve(with(tls));
    // A connection that lives through all of it.
    let mut old = Tls::default().connect(server.address, &root).await.unwrap();
    for serial in 2..102 {
        write(&files, &root.server(serial));
        let changed = async {
            loop {
                let stream = Tls::default().connect(server.address, &root).await.unwrap();
                let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
                if shown_serial(&shown) == serial {
                    return;
                }
                assert!(is_answered(&Tls::default(), &server, &root).await);
            }
        };
        timeout(PATIENCE, changed).await.unwrap();
    }
    let (headers, body) = (modern_headers("echo"), modern_call(1, "echo", ENVELOPE));
    let length = body.len();
    let request =
        format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
    old.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    old.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

fn shown_serial(certificate: &[u8]) -> u8 {
    use x509_parser::prelude::FromDer as _;
    let (_, read) = x509_parser::certificate::X509Certificate::from_der(certificate).unwrap();
    u8::try_from(&read.tbs_certificate.serial).unwrap()
}

#[tokio::test]
async fn files_that_cannot_be_used_any_more_change_nothing() {
    let root = Authority::new("root");
    let tls = TlsOptions { reload_interval: Duration::from_millis(2), ..options(&root.server(1)) };
    let files = tls.clone();
    let server = serve(with(tls));
    for broken in ["", "nothing like it", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&files.certificate, broken).unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(is_answered(&Tls::default(), &server, &root).await, "{broken:?}");
    }
    fs::remove_file(&files.certificate).unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(is_answered(&Tls::default(), &server, &root).await);
}

#[test]
fn what_cannot_work_is_refused_before_it_is_served() {
    let root = Authority::new("root");
    let good = options(&root.server(1));
    let strangers_key = TlsOptions { key: options(&root.server(2)).key, ..good.clone() };
    let missing = TlsOptions { certificate: "/nowhere/cert.pem".into(), ..good.clone() };
    let swapped = TlsOptions { certificate: good.key.clone(), key: good.certificate.clone(), ..good.clone() };
    let list_alone = TlsOptions { client_crl: Some(good.key.clone()), ..good.clone() };
    let no_time = TlsOptions { handshake_timeout: Duration::ZERO, ..good.clone() };
    for (tls, told) in [
        (strangers_key, "does not belong"),
        (missing, "tls.certificate: cannot read /nowhere/cert.pem"),
        (swapped, "no certificate in PEM form"),
        (list_alone, "authority"),
        (no_time, "zero"),
    ] {
        let error = HttpServer::bind(support::engine().0, "127.0.0.1:0", with(tls)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(told), "{error}");
        let secret = fs::read_to_string(&good.key).unwrap();
        let secret = secret.lines().nth(1).unwrap();
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
}

#[tokio::test]
async fn what_a_certificate_says_of_a_client_comes_with_its_requests() {
    use oxmcp_core::transports::http::{Beside, BesideFuture, BesideRoutes, ClientCertificate, ResponseBody};

    struct Noting(Arc<Mutex<Vec<Option<ClientCertificate>>>>);
    impl Beside for Noting {
        fn answer(&self, request: Request<Bytes>, _: Option<SocketAddr>) -> BesideFuture {
            self.0.lock().unwrap().push(request.extensions().get().cloned());
            Box::pin(async { http::Response::new(ResponseBody::relayed(http_body_util::Empty::new())) })
        }
    }
    let root = Authority::new("root");
    let tls = options(&root.server(1));
    let client_ca = tls.key.with_file_name("ca.pem");
    fs::write(&client_ca, &root.pem).unwrap();
    let heard = Arc::default();
    let beside = BesideRoutes(Arc::new(Noting(Arc::clone(&heard))));
    let tls = TlsOptions { client_ca: Some(client_ca), ..tls };
    let server = serve(HttpOptions { beside: Some(beside), ..with(tls) });
    let tls = Tls { identity: Some(root.client("reports", 2)), ..Tls::default() };
    let mut stream = tls.connect(server.address, &root).await.unwrap();
    stream.write_all(b"GET /own HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let heard = heard.lock().unwrap().pop().unwrap().unwrap();
    assert_eq!(heard.common_name.as_deref(), Some("reports"));
    assert_eq!(&*heard.subject, "CN=reports");
    let sans: Vec<_> = heard.sans.iter().map(ToString::to_string).collect();
    assert_eq!(sans, ["uri:spiffe://example/reports", "email:reports@example.com"]);
    assert_ne!(heard.fingerprint_sha256, [0; 32]);
}
