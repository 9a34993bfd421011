//! Proxies before a server: who is believed, and whom they ask for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod tls_support;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::transports::http::{
    Beside, BesideFuture, BesideRoutes, ClientCertificate, ForwardedHeader, HttpOptions, HttpServer,
    ProxyOptions, ResponseBody,
};
use support::{Client, Server, serve};
use tls_support::Authority;
use tokio::io::AsyncWriteExt as _;

/// Tells where a request came from, and what certificate came with it.
struct Telling;

impl Beside for Telling {
    fn answer(&self, request: Request<Bytes>, remote: Option<SocketAddr>) -> BesideFuture {
        let certificate = request.extensions().get::<ClientCertificate>();
        let name = certificate.and_then(|certificate| certificate.common_name.clone());
        let header = request.headers().contains_key("client-cert");
        let told = format!("{} {} {header}", remote.unwrap(), name.as_deref().unwrap_or("-"));
        Box::pin(async { Response::new(ResponseBody::relayed(Full::from(told))) })
    }
}

fn serve_behind(proxies: ProxyOptions) -> Server {
    let beside = Some(BesideRoutes(Arc::new(Telling)));
    serve(HttpOptions { proxies: Some(proxies), beside, ..HttpOptions::default() })
}

fn trusting(trusted: &[&str]) -> ProxyOptions {
    ProxyOptions { trusted: trusted.iter().map(ToString::to_string).collect(), ..ProxyOptions::default() }
}

/// Where the server thinks that a request with these headers comes from.
async fn remote(server: &Server, headers: &str) -> String {
    let answer = server.ask("GET", "/where", headers, "").await;
    answer.body.split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_trusted_proxy_says_who_asks_and_nobody_else_does() {
    let trusted = serve_behind(trusting(&["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"]));
    for (headers, client) in [
        ("X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7:0"),
        ("X-Forwarded-For: 203.0.113.7:1234\r\n", "203.0.113.7:1234"),
        ("X-Forwarded-For: 2001:db8::7\r\n", "[2001:db8::7]:0"),
        ("X-Forwarded-For: [2001:db8::7]:80\r\n", "[2001:db8::7]:80"),
        // Whatever a client wrote itself stands before what the proxies added.
        ("X-Forwarded-For: 1.1.1.1, 203.0.113.7\r\n", "203.0.113.7:0"),
        ("X-Forwarded-For: 203.0.113.7, 10.1.1.1\r\n", "203.0.113.7:0"),
        ("X-Forwarded-For: 203.0.113.7, 2001:db8:1::1, ::ffff:10.1.1.1\r\n", "203.0.113.7:0"),
        ("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7:0"),
        ("X-Forwarded-For: 10.0.0.9, 10.0.0.8\r\n", "10.0.0.9:0"),
    ] {
        assert_eq!(remote(&trusted, headers).await, client, "{headers}");
    }
    for headers in
        ["", "X-Forwarded-For: unknown\r\n", "X-Forwarded-For: \r\n", "Forwarded: for=203.0.113.7\r\n"]
    {
        assert!(remote(&trusted, headers).await.starts_with("127.0.0.1:"), "{headers}");
    }
    for server in [
        serve_behind(trusting(&["10.0.0.0/8", "unix"])),
        serve_behind(ProxyOptions { header: ForwardedHeader::None, ..trusting(&["127.0.0.1"]) }),
    ] {
        assert!(remote(&server, "X-Forwarded-For: 203.0.113.7\r\n").await.starts_with("127.0.0.1:"));
    }
}

#[tokio::test]
async fn the_standard_header_is_read_where_it_is_chosen() {
    let proxies = ProxyOptions { header: ForwardedHeader::Forwarded, ..trusting(&["127.0.0.1"]) };
    let server = serve_behind(proxies);
    for (headers, client) in [
        ("Forwarded: for=203.0.113.7;proto=https\r\n", "203.0.113.7:0"),
        ("Forwarded: proto=https; For=\"[2001:db8::7]:4711\"\r\n", "[2001:db8::7]:4711"),
        ("Forwarded: for=1.1.1.1, for=203.0.113.7\r\n", "203.0.113.7:0"),
    ] {
        assert_eq!(remote(&server, headers).await, client, "{headers}");
    }
    for headers in ["Forwarded: for=_hidden\r\n", "Forwarded: for=\r\n", "X-Forwarded-For: 203.0.113.7\r\n"] {
        assert!(remote(&server, headers).await.starts_with("127.0.0.1:"), "{headers}");
    }
}

/// What comes back when a connection begins with these bytes.
async fn after(server: &Server, beginning: &[u8]) -> Option<String> {
    let mut client = Client::connect(server.address).await;
    client.stream.write_all(beginning).await.unwrap();
    client.stream.write_all(b"GET /where HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    if client.is_closed().await {
        return None;
    }
    let answer = client.answer().await;
    (answer.status == 200).then_some(answer.body)
}

/// The PROXY protocol's second version.
fn second(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([command, family]);
    header.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    header.extend(rest);
    header
}

#[tokio::test]
async fn the_proxy_protocol_is_read_from_those_who_are_trusted() {
    let proxies = ProxyOptions { protocol: true, ..trusting(&["127.0.0.1"]) };
    let server = serve_behind(proxies.clone());
    let mut v4 = vec![203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0, 80];
    v4.extend([4, 0, 1, 0]);
    let mut v6 = vec![0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    v6.extend([0; 16]);
    v6.extend([0x12, 0x67, 0, 80]);
    for (beginning, client) in [
        (b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n".to_vec(), Some("203.0.113.7:4711 ")),
        (b"PROXY TCP6 2001:db8::7 ::1 4711 80\r\n".to_vec(), Some("[2001:db8::7]:4711 ")),
        (b"PROXY UNKNOWN\r\n".to_vec(), Some("127.0.0.1:")),
        (second(0x21, 0x11, &v4), Some("203.0.113.7:4711 ")),
        (second(0x21, 0x21, &v6), Some("[2001:db8::7]:4711 ")),
        (second(0x20, 0, &[]), Some("127.0.0.1:")),
        (second(0x21, 0x31, &[0; 216]), Some("127.0.0.1:")),
        // None, or one that is wrong.
        (Vec::new(), None),
        (b"PROXY TCP4 nowhere 10.0.0.1 4711 80\r\n".to_vec(), None),
        (b"PROXY TCP4 2001:db8::7 ::1 4711 80\r\n".to_vec(), None),
        (b"PROXY TCP4 203.0.113.7 10.0.0.1 99999 80\r\n".to_vec(), None),
        (b"PROXY TCP4 203.0.113.7\r\n".to_vec(), None),
        ([b"PROXY ".to_vec(), vec![b'x'; 200]].concat(), None),
        (second(0x21, 0x11, &v4[..8]), None),
        (second(0x22, 0x11, &v4), None),
        (second(0x21, 0x11, &[0; 5000]), None),
    ] {
        let told = after(&server, &beginning).await;
        let shown = String::from_utf8_lossy(&beginning).into_owned();
        match client {
            None => assert_eq!(told, None, "{shown}"),
            Some(client) => {
                assert!(told.clone().is_some_and(|told| told.starts_with(client)), "{shown}: {told:?}");
            }
        }
    }
    // A header in what the client itself says counts nothing: it is no proxy.
    let spoofed = b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\nGET /where HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n";
    assert!(after(&server, spoofed).await.unwrap().starts_with("203.0.113.7:4711 "));
    // From others it ends the connection, whether it is switched on or not.
    for server in [
        serve_behind(ProxyOptions { trusted: vec!["10.0.0.0/8".to_owned()], ..proxies }),
        serve_behind(trusting(&["127.0.0.1"])),
    ] {
        for beginning in [b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n".to_vec(), second(0x21, 0x11, &v4)] {
            assert_eq!(after(&server, &beginning).await, None);
        }
        assert!(after(&server, b"").await.unwrap().starts_with("127.0.0.1:"));
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    // SEC-12
    let server = serve(HttpOptions {
        max_connections_per_address: Some(2),
        proxies: Some(ProxyOptions { protocol: true, ..trusting(&["127.0.0.1"]) }),
        beside: Some(BesideRoutes(Arc::new(Telling))),
        ..HttpOptions::default()
    });
    let begun = async |address: &str| {
        let mut client = Client::connect(server.address).await;
        let family = if address.contains(':') { "TCP6" } else { "TCP4" };
        client.send(&format!("PROXY {family} {address} {address} 1 1\r\n")).await;
        client.request("GET", "/where", "", "").await;
        client
    };
    for (one, same, other) in
        [("203.0.113.7", "203.0.113.7", "203.0.113.8"), ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]
    {
        let (mut first, mut second) = (begun(one).await, begun(same).await);
        assert_eq!((first.answer().await.status, second.answer().await.status), (200, 200));
        assert!(begun(one).await.is_closed().await, "{one}");
        assert_eq!(begun(other).await.answer().await.status, 200);
        drop(first);
        let free = async { while begun(one).await.is_closed().await {} };
        tokio::time::timeout(support::PATIENCE, free).await.unwrap();
    }
}

#[tokio::test]
async fn certificates_are_believed_when_a_trusted_proxy_hands_them_on() {
    // T23 of the threats: a header that somebody else made up
    let root = Authority::new("root");
    let pem = root.client("reports", 2).certificate;
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let escaped = pem.replace('\n', "%0A").replace(' ', "%20").replace('+', "%2B");
    let with = |trusted: &[&str]| ProxyOptions {
        client_certificate_header: Some("Client-Cert".to_owned()),
        ..trusting(trusted)
    };
    let trusted = serve_behind(with(&["127.0.0.1"]));
    let stranger = serve_behind(with(&["10.0.0.1"]));
    let switched_off = serve_behind(trusting(&["127.0.0.1"]));
    for header in [format!("Client-Cert: :{der}:\r\n"), format!("Client-Cert: {escaped}\r\n")] {
        let told = async |server: &Server| server.ask("GET", "/where", &header, "").await.body;
        assert!(told(&trusted).await.ends_with(" reports false"), "{}", told(&trusted).await);
        assert!(told(&stranger).await.ends_with(" - false"));
        assert!(told(&switched_off).await.ends_with(" - true"));
        let twice = format!("{header}{header}");
        assert!(trusted.ask("GET", "/where", &twice, "").await.body.ends_with(" - false"));
    }
    for nonsense in ["", ":AAAA:", "%zz", "%", "-----BEGIN CERTIFICATE-----"] {
        let header = format!("Client-Cert: {nonsense}\r\n");
        assert!(trusted.ask("GET", "/where", &header, "").await.body.ends_with(" - false"), "{nonsense}");
    }
}

#[test]
fn proxies_that_cannot_be_are_refused() {
    for (proxies, told) in [
        (trusting(&["proxy.example.com"]), "no address and no network"),
        (trusting(&["10.0.0.0/33"]), "no address and no network"),
        (trusting(&[]), "none in the list"),
        (
            ProxyOptions { client_certificate_header: Some("a b".to_owned()), ..trusting(&["unix"]) },
            "the name of a header",
        ),
    ] {
        let options = HttpOptions { proxies: Some(proxies), ..HttpOptions::default() };
        let error = HttpServer::bind(support::engine().0, "127.0.0.1:0", options).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(told), "{error}");
    }
}
