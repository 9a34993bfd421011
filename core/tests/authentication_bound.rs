//! Credentials that are more than a text: client certificates, and tokens that are bound to a certificate or a key.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;
mod support;
mod tls_support;

use std::fs;
use std::time::Duration;

use authentication_support::{Issuer, RESOURCE, base64, claims, engine, now};
use aws_lc_rs::digest::{SHA256, digest};
use oxmcp_core::authentication::{AuthenticationOptions, Authenticator, CertificateRule, DpopOptions};
use oxmcp_core::transports::http::{HttpOptions, ProxyOptions, TlsOptions};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use support::{Answer, ENVELOPE, PATIENCE, Server, modern_call, modern_headers, serve_engine};
use tls_support::{Authority, Identity, Tls};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

fn serve(options: &AuthenticationOptions, http: HttpOptions) -> Server {
    serve_engine(engine(options), support::engine().1, http)
}

fn rule(name: &str, scope: &str) -> CertificateRule {
    CertificateRule {
        name: name.to_owned(),
        scopes: vec![scope.to_owned()],
        roles: vec!["service".to_owned()],
    }
}

/// Over TLS, with client certificates of this authority, if they are shown.
fn encrypted(root: &Authority) -> HttpOptions {
    let tls = tls_support::options(&root.server(1));
    let client_ca = tls.key.with_file_name("ca.pem");
    fs::write(&client_ca, &root.pem).unwrap();
    let tls = TlsOptions { client_ca: Some(client_ca), require_client_certificate: false, ..tls };
    HttpOptions { tls: Some(tls), ..HttpOptions::default() }
}

/// Asks who it is: the status, and what the tool said or why it was refused.
async fn who(server: &Server, root: &Authority, identity: Option<&Identity>, headers: &str) -> (u16, String) {
    let tls = Tls { identity: identity.cloned(), ..Tls::default() };
    let mut stream = tls.connect(server.address, root).await.unwrap();
    let (more, body) = (modern_headers("who"), modern_call(1, "who", ENVELOPE));
    let length = body.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}{more}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

#[tokio::test]
async fn a_client_certificate_is_whoever_the_rules_say() {
    let root = Authority::new("root");
    let issuer = Issuer::new();
    let options = AuthenticationOptions {
        client_certificates: vec![
            rule("uri:spiffe://example/reports", "reports:read"),
            rule("email:*@example.com", "mail"),
        ],
        ..issuer.options()
    };
    let server = serve(&options, encrypted(&root));
    let reports = root.client("reports", 2);
    let (status, said) = who(&server, &root, Some(&reports), "").await;
    assert_eq!(status, 200, "{said}");
    for part in [
        "uri:spiffe://example/reports",
        "oxmcp:client-certificate",
        "reports:read",
        "service",
        "client_certificate",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (_, said) = who(&server, &root, Some(&root.client("ann", 3)), "").await;
    assert!(said.contains("email:ann@example.com") && said.contains("mail"), "{said}");
    let stranger = root.identity("x", Vec::new(), 4, 2090);
    assert_eq!(who(&server, &root, Some(&stranger), "").await.0, 401, "no rule is about it");
    assert_eq!(who(&server, &root, None, "").await.0, 401);
    // A token says more than the certificate of the connection, and a bad one is not made good by it.
    let token = format!("Authorization: Bearer {}\r\n", issuer.good("bob"));
    let (_, said) = who(&server, &root, Some(&reports), &token).await;
    assert!(said.contains("bob") && !said.contains("spiffe"), "{said}");
    assert_eq!(who(&server, &root, Some(&reports), "Authorization: Bearer x\r\n").await.0, 401);
    let common = AuthenticationOptions {
        client_certificates: vec![rule("cn:x", "a")],
        required_scopes: vec!["b".to_owned()],
        ..AuthenticationOptions::default()
    };
    let server = serve(&common, encrypted(&root));
    assert_eq!(who(&server, &root, Some(&stranger), "").await.0, 403, "what every request needs");
    assert_eq!(who(&server, &root, Some(&reports), "").await.0, 401);
}

#[tokio::test]
async fn a_certificate_in_a_header_counts_from_proxies_alone() {
    let root = Authority::new("root");
    let reports = root.client("reports", 2);
    let der = CertificateDer::from_pem_slice(reports.certificate.as_bytes()).unwrap();
    let shown = format!("Client-Cert: :{}:\r\n", {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&der)
    });
    let options = AuthenticationOptions {
        client_certificates: vec![rule("*", "a")],
        ..AuthenticationOptions::default()
    };
    for (trusted, status) in [("127.0.0.1", 200), ("10.0.0.1", 401)] {
        let proxies = ProxyOptions {
            trusted: vec![trusted.to_owned()],
            client_certificate_header: Some("client-cert".to_owned()),
            ..ProxyOptions::default()
        };
        let server = serve(&options, HttpOptions { proxies: Some(proxies), ..HttpOptions::default() });
        let head = format!("Host: localhost\r\n{shown}{}", modern_headers("who"));
        assert_eq!(server.post(&head, &modern_call(1, "who", ENVELOPE)).await.status, status, "{trusted}");
    }
    let server = serve(&options, HttpOptions::default());
    let head = format!("Host: localhost\r\n{shown}{}", modern_headers("who"));
    assert_eq!(server.post(&head, &modern_call(1, "who", ENVELOPE)).await.status, 401);
}

#[test]
fn rules_for_certificates_name_the_kind_of_a_name() {
    for name in ["", "reports", "uri:", "spiffe://example/reports", "CN=reports", "*."] {
        let options = AuthenticationOptions {
            client_certificates: vec![rule(name, "a")],
            ..AuthenticationOptions::default()
        };
        let message = Authenticator::new(&options).unwrap_err().to_string();
        assert!(message.contains("client_certificates"), "{message}");
    }
}

/// A token that is bound to this.
fn bound(issuer: &Issuer, cnf: &Value) -> String {
    let mut claims = claims("ann");
    claims["cnf"] = cnf.clone();
    issuer.token(&claims)
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_counts_on_its_connections_alone() {
    // AUTH-7
    let root = Authority::new("root");
    let issuer = Issuer::new();
    let server = serve(&issuer.options(), encrypted(&root));
    let (reports, other) = (root.client("reports", 2), root.client("other", 3));
    let der = CertificateDer::from_pem_slice(reports.certificate.as_bytes()).unwrap();
    let fingerprint = base64(digest(&SHA256, &der));
    let head = |cnf: &Value| format!("Authorization: Bearer {}\r\n", bound(&issuer, cnf));
    let right = head(&json!({"x5t#S256": fingerprint}));
    // More than once: what is remembered of a token is not that it was shown with the right certificate.
    for _ in 0..2 {
        assert_eq!(who(&server, &root, Some(&reports), &right).await.0, 200);
        for identity in [None, Some(&other)] {
            let (status, said) = who(&server, &root, identity, &right).await;
            assert_eq!(status, 401);
            assert!(said.contains("invalid_token") && said.contains("client certificate"), "{said}");
        }
    }
    for cnf in [
        json!({"x5t#S256": base64([0; 32])}),
        json!({"x5t#S256": "x"}),
        json!({"x5t#S256": 7}),
        json!({"x5t": fingerprint}),
        json!({"x5t#S256": fingerprint, "kid": "k"}),
        json!({"jwk": {}}),
        json!({}),
        json!([fingerprint]),
    ] {
        assert_eq!(who(&server, &root, Some(&reports), &head(&cnf)).await.0, 401, "{cnf}");
    }
}

/// What a client proves with. Its key is the issuer's EC key, of which nothing here hangs on that.
struct Prover {
    key: Issuer,
}

impl Prover {
    fn jwk(&self) -> Value {
        let key = self.key.set()["keys"][0].clone();
        json!({"kty": "EC", "crv": "P-256", "x": key["x"], "y": key["y"]})
    }

    fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        base64(digest(&SHA256, canonical.as_bytes()))
    }

    fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()})
    }

    fn claims(token: &str, name: &str) -> Value {
        let ath = base64(digest(&SHA256, token.as_bytes()));
        json!({"jti": name, "htm": "POST", "htu": RESOURCE, "iat": now(), "ath": ath})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.key.sign_text(&header.to_string(), &claims.to_string(), "ES256")
    }

    fn proof(&self, token: &str, name: &str) -> String {
        self.sign(&self.header(), &Self::claims(token, name))
    }
}

async fn ask(server: &Server, scheme: &str, token: &str, proof: &str) -> Answer {
    let proof = if proof.is_empty() { String::new() } else { format!("DPoP: {proof}\r\n") };
    let head =
        format!("Host: localhost\r\nAuthorization: {scheme} {token}\r\n{proof}{}", modern_headers("who"));
    server.post(&head, &modern_call(1, "who", ENVELOPE)).await
}

fn challenge(answer: &Answer) -> &str {
    answer.header("WWW-Authenticate").unwrap_or_default()
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_needs_a_proof_with_every_request() {
    // AUTH-16
    let issuer = Issuer::new();
    let prover = Prover { key: Issuer::new() };
    let server = serve(&issuer.options(), HttpOptions::default());
    let token = bound(&issuer, &json!({"jkt": prover.thumbprint()}));
    for name in ["1", "2", "3"] {
        let answer = ask(&server, "DPoP", &token, &prover.proof(&token, name)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    for (scheme, proof, why) in [
        ("Bearer", String::new(), "invalid_dpop_proof"),
        ("Bearer", prover.proof(&token, "4"), "invalid_dpop_proof"),
        ("DPoP", String::new(), "invalid_dpop_proof"),
        ("DPoP", prover.proof(&token, "3"), "used before"),
        ("DPoP", format!("{0}\r\nDPoP: {0}", prover.proof(&token, "5")), "one proof"),
    ] {
        let answer = ask(&server, scheme, &token, &proof).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        let told = challenge(&answer);
        assert!(told.starts_with("DPoP error=") && told.contains(why) && told.contains("algs=\""), "{told}");
    }
    // One that is not bound is no better for a proof.
    let plain = issuer.good("ann");
    let answer = ask(&server, "DPoP", &plain, &prover.proof(&plain, "6")).await;
    assert_eq!(answer.status, 401);
    assert!(challenge(&answer).contains("invalid_token"), "{answer:?}");
}

#[tokio::test]
async fn a_proof_is_for_one_request_one_token_and_one_key() {
    // AUTH-16
    let issuer = Issuer::new();
    let prover = Prover { key: Issuer::new() };
    let other = Prover { key: Issuer::new() };
    let server = serve(&issuer.options(), HttpOptions::default());
    let token = bound(&issuer, &json!({"jkt": prover.thumbprint()}));
    let changed = |name: &str, value: Value| {
        let mut claims = Prover::claims(&token, name);
        claims[name] = value;
        claims["jti"] = if name == "jti" { claims["jti"].clone() } else { json!(claims.to_string()) };
        prover.sign(&prover.header(), &claims)
    };
    let headed = |name: &str, value: Value| {
        let mut header = prover.header();
        header[name] = value;
        prover.sign(&header, &Prover::claims(&token, name))
    };
    let mut with_private = prover.jwk();
    with_private["d"] = json!(base64([1; 32]));
    let good = prover.proof(&token, "good");
    let mut parts: Vec<&str> = good.split('.').collect();
    let forged = base64(Prover::claims(&token, "forged").to_string());
    parts[1] = &forged;
    for (what, proof) in [
        ("another method", changed("htm", json!("GET"))),
        ("no method", changed("htm", json!(null))),
        ("another path", changed("htu", json!("https://mcp.test/other"))),
        ("another host", changed("htu", json!("https://other.test/mcp"))),
        ("another scheme", changed("htu", json!("http://mcp.test/mcp"))),
        ("no URL", changed("htu", json!("mcp"))),
        ("another token", changed("ath", json!(base64([0; 32])))),
        ("no token", changed("ath", json!(null))),
        ("old", changed("iat", json!(now() - 120))),
        ("of the future", changed("iat", json!(now() + 60))),
        ("no time", changed("iat", json!("now"))),
        ("no name", changed("jti", json!(""))),
        ("a long name", changed("jti", json!("x".repeat(300)))),
        ("another type", headed("typ", json!("JWT"))),
        ("no algorithm", headed("alg", json!("none"))),
        ("a secret's algorithm", headed("alg", json!("HS256"))),
        ("another algorithm", headed("alg", json!("RS256"))),
        ("another's key", headed("jwk", other.jwk())),
        ("a private key", headed("jwk", with_private)),
        ("a secret", headed("jwk", json!({"kty": "oct", "k": base64([1; 32])}))),
        ("what must be understood", headed("crit", json!(["x"]))),
        ("by another key", other.proof(&token, "other")),
        ("changed", parts.join(".")),
        ("too long", changed("x", json!("x".repeat(9000)))),
        ("a word", "x".to_owned()),
    ] {
        let answer = ask(&server, "DPoP", &token, &proof).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert!(challenge(&answer).contains("invalid_dpop_proof"), "{what}: {answer:?}");
    }
    for url in ["https://MCP.test:443/mcp", "https://mcp.test/mcp?a=b#c"] {
        let answer = ask(&server, "DPoP", &token, &changed("htu", json!(url))).await;
        assert_eq!(answer.status, 200, "{url}: {answer:?}");
    }
    assert_eq!(ask(&server, "DPoP", &token, &good).await.status, 200);
}

#[tokio::test]
async fn without_a_name_of_its_own_a_server_is_called_what_the_request_calls_it() {
    let issuer = Issuer::new();
    let prover = Prover { key: Issuer::new() };
    let mut options = issuer.options();
    options.resource = None;
    options.jwt[0].audiences = vec![RESOURCE.to_owned()];
    let server = serve(&options, HttpOptions::default());
    let token = bound(&issuer, &json!({"jkt": prover.thumbprint()}));
    for (url, status) in [("http://localhost/mcp", 200), ("https://mcp.test/mcp", 401)] {
        let mut claims = Prover::claims(&token, url);
        claims["htu"] = json!(url);
        let proof = prover.sign(&prover.header(), &claims);
        assert_eq!(ask(&server, "DPoP", &token, &proof).await.status, status, "{url}");
    }
}

#[tokio::test]
async fn proofs_can_be_asked_for_with_a_number_of_ours() {
    let issuer = Issuer::new();
    let prover = Prover { key: Issuer::new() };
    let dpop = DpopOptions { required: true, nonce: true, max_age: Duration::from_secs(60) };
    let server = serve(&AuthenticationOptions { dpop, ..issuer.options() }, HttpOptions::default());
    let token = bound(&issuer, &json!({"jkt": prover.thumbprint()}));
    let first = ask(&server, "DPoP", &token, &prover.proof(&token, "1")).await;
    assert_eq!(first.status, 401);
    assert!(challenge(&first).starts_with(r#"DPoP error="use_dpop_nonce""#), "{first:?}");
    let nonce = first.header("DPoP-Nonce").unwrap();
    let with = |nonce: &str, name: &str| {
        let mut claims = Prover::claims(&token, name);
        claims["nonce"] = json!(nonce);
        prover.sign(&prover.header(), &claims)
    };
    assert_eq!(ask(&server, "DPoP", &token, &with(nonce, "2")).await.status, 200);
    assert_eq!(ask(&server, "DPoP", &token, &with(nonce, "3")).await.status, 200);
    assert_eq!(ask(&server, "DPoP", &token, &with("other", "4")).await.status, 401);
    // Whoever has no token is told what kind is wanted, and so are the metadata.
    let plain = ask(&server, "Bearer", &issuer.good("ann"), "").await;
    assert!(plain.status == 401 && challenge(&plain).starts_with("DPoP "), "{plain:?}");
    let head = format!("Host: localhost\r\n{}", modern_headers("who"));
    let nothing = server.post(&head, &modern_call(1, "who", ENVELOPE)).await;
    assert!(challenge(&nothing).starts_with("DPoP "), "{nothing:?}");
    let metadata = server.ask("GET", "/.well-known/oauth-protected-resource", "", "").await.json();
    assert_eq!(metadata["dpop_bound_access_tokens_required"], true);
    assert!(metadata["dpop_signing_alg_values_supported"].as_array().unwrap().contains(&json!("ES256")));
}
