//! Issuers that publish their keys: fetched seldom, kept long, and looked for in no place where nobody sent us.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use authentication_support::provider::Provider;
use authentication_support::{Issuer, asked, base64, claims};
use oxmcp_core::authentication::{AuthenticationOptions, Authenticator, JwtOptions, KeySource};
use oxmcp_core::outbound::{Outbound, Request, Target, is_public};
use serde_json::json;

fn by(options: JwtOptions) -> Authenticator {
    let options = JwtOptions { audiences: vec![authentication_support::RESOURCE.to_owned()], ..options };
    Authenticator::new(&AuthenticationOptions { jwt: vec![options], ..AuthenticationOptions::default() })
        .unwrap()
}

/// Lets time pass for whoever looks at the clock, but for no socket.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

fn token(issuer: &Issuer, name: &str, key: &str, subject: &str) -> String {
    let mut claims = claims(subject);
    claims["iss"] = json!(name);
    let header = json!({"alg": "ES256", "kid": key}).to_string();
    issuer.sign_text(&header, &claims.to_string(), "ES256")
}

#[tokio::test]
async fn ten_thousand_unknown_keys_are_asked_for_twice_at_most() {
    let (issuer, provider) = (Issuer::new(), Provider::start().await);
    provider.answer("/keys", "200 OK", &issuer.set());
    let authenticator = by(JwtOptions::new("us", KeySource::Url(provider.url("/keys"))));
    asked(&authenticator, &token(&issuer, "us", "ec", "ann")).await.unwrap();
    assert_eq!(provider.times("/keys"), 1);
    let good = token(&issuer, "us", "ec", "ann");
    let rest = good.split_once('.').unwrap().1;
    for number in 0..10_000 {
        let forged =
            format!("{}.{rest}", base64(json!({"alg": "ES256", "kid": number.to_string()}).to_string()));
        assert_eq!(asked(&authenticator, &forged).await.unwrap_err().status, 401);
        if number == 5_000 {
            pass(Duration::from_secs(31)).await;
        }
    }
    assert!(provider.times("/keys") <= 2, "{}", provider.times("/keys"));
}

#[tokio::test]
async fn keys_that_are_known_answer_while_their_issuer_hangs_and_new_ones_are_found() {
    let (issuer, provider) = (Issuer::new(), Provider::start().await);
    provider.answer("/keys", "200 OK", &issuer.set());
    let authenticator = by(JwtOptions::new("us", KeySource::Url(provider.url("/keys"))));
    asked(&authenticator, &token(&issuer, "us", "ec", "ann")).await.unwrap();
    provider.hangs.store(true, Ordering::SeqCst);
    pass(Duration::from_secs(3601)).await;
    let unknown = token(&issuer, "us", "new", "ann");
    let waiting = tokio::spawn({
        let authenticator = authenticator.clone();
        async move { asked(&authenticator, &unknown).await }
    });
    let begun = Instant::now();
    for number in 0..50 {
        asked(&authenticator, &token(&issuer, "us", "ec", &format!("user-{number}"))).await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let denied = tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap().unwrap_err();
    assert_eq!(denied.status, 401);
    // It has another key, and answers again.
    provider.hangs.store(false, Ordering::SeqCst);
    let mut set = issuer.set();
    set["keys"][0]["kid"] = json!("new");
    provider.answer("/keys", "200 OK", &set);
    pass(Duration::from_secs(40)).await;
    let answered = async {
        while asked(&authenticator, &token(&issuer, "us", "new", "ann")).await.is_err() {
            pass(Duration::from_secs(31)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), answered).await.unwrap();
    assert_eq!(asked(&authenticator, &token(&issuer, "us", "ec", "bob")).await.unwrap_err().status, 401);
}

#[tokio::test]
async fn what_cannot_be_asked_is_no_reason_to_believe_and_is_asked_again() {
    let (issuer, provider) = (Issuer::new(), Provider::start().await);
    provider.answer("/keys", "500 Oh", &"");
    let authenticator = by(JwtOptions::new("us", KeySource::Url(provider.url("/keys"))));
    for _ in 0..100 {
        let denied = asked(&authenticator, &token(&issuer, "us", "ec", "ann")).await.unwrap_err();
        assert_eq!(denied.status, 503);
    }
    assert_eq!(provider.times("/keys"), 1);
    for (status, body) in [
        ("200 OK", "no JSON".to_owned()),
        ("200 OK", json!({"keys": []}).to_string()),
        ("302 Found\r\nLocation: /other", String::new()),
        ("200 OK", format!("{}{}", " ".repeat(1 << 20), issuer.set())),
    ] {
        provider.answer("/keys", status, &body);
        provider.answer("/other", "200 OK", &issuer.set());
        pass(Duration::from_secs(6)).await;
        assert_eq!(asked(&authenticator, &token(&issuer, "us", "ec", "ann")).await.unwrap_err().status, 503);
    }
    assert_eq!(provider.times("/other"), 0, "redirects are not followed");
    provider.answer("/keys", "200 OK", &issuer.set());
    pass(Duration::from_secs(6)).await;
    asked(&authenticator, &token(&issuer, "us", "ec", "ann")).await.unwrap();
    provider.answer("/keys", "500 Oh", &"");
    pass(Duration::from_secs(23 * 3600)).await;
    asked(&authenticator, &token(&issuer, "us", "ec", "bob")).await.unwrap();
    pass(Duration::from_secs(2 * 3600)).await;
    let last = asked(&authenticator, &token(&issuer, "us", "ec", "eve")).await.unwrap_err();
    assert_eq!(last.status, 503, "a day is too long");
}

#[tokio::test]
async fn an_issuer_says_itself_where_its_keys_are() {
    // AUTHC-2, AUTHC-3
    let issuer = Issuer::new();
    for (path, place, slash) in [
        ("/realm", "/.well-known/oauth-authorization-server/realm", ""),
        ("/realm", "/.well-known/openid-configuration/realm", ""),
        ("/realm", "/realm/.well-known/openid-configuration", ""),
        ("", "/.well-known/openid-configuration", "/"),
    ] {
        let provider = Provider::start().await;
        let name = provider.url(path) + slash;
        provider.answer(place, "200 OK", &json!({"issuer": name, "jwks_uri": provider.url("/keys")}));
        provider.answer("/keys", "200 OK", &issuer.set());
        let url = provider.url(path);
        let authenticator = by(JwtOptions::new(&*url, KeySource::Issuer(url.clone())));
        let principal = asked(&authenticator, &token(&issuer, &name, "ec", "ann")).await.unwrap();
        assert_eq!(principal.issuer(), Some(&*name), "{place}");
        let other = if slash.is_empty() { format!("{name}/") } else { url };
        assert_eq!(
            asked(&authenticator, &token(&issuer, &other, "ec", "ann")).await.unwrap_err().status,
            401
        );
    }
}

#[tokio::test]
async fn what_an_issuer_says_leads_into_no_private_network() {
    // SEC-8
    let (issuer, secret) = (Issuer::new(), Provider::start().await);
    secret.answer("/keys", "200 OK", &issuer.set());
    let port = secret.address.port();
    for keys in [
        secret.url("/keys"),
        format!("https://127.0.0.1:{port}/keys"),
        format!("https://localhost:{port}/keys"),
        format!("https://2130706433:{port}/keys"),
        format!("https://0x7f.1:{port}/keys"),
        format!("https://127.1:{port}/keys"),
        format!("https://[::ffff:127.0.0.1]:{port}/keys"),
        format!("https://user@127.0.0.1:{port}/keys"),
        "file:///etc/passwd".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "/keys".to_owned(),
    ] {
        let provider = Provider::start().await;
        let name = provider.url("");
        provider.answer(
            "/.well-known/oauth-authorization-server",
            "200 OK",
            &json!({"issuer": name, "jwks_uri": keys}),
        );
        let authenticator = by(JwtOptions::new(&*name, KeySource::Issuer(name.clone())));
        let denied = asked(&authenticator, &token(&issuer, &name, "ec", "ann")).await.unwrap_err();
        assert_eq!(denied.status, 503, "{keys}");
    }
    assert_eq!(secret.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn names_are_looked_at_once_more_when_they_have_become_addresses() {
    // SEC-8
    let here = Provider::start().await;
    let port = here.address.port();
    let outbound = Outbound::new(None).unwrap();
    let finder = Target::given("https://issuer.test").unwrap();
    for host in
        ["localhost", "127.0.0.1", "2130706433", "0x7f.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]", "0"]
    {
        let target = Target::found(&format!("https://{host}:{port}/"), &finder).unwrap();
        let why = outbound.ask(&target, Request::default()).await.unwrap_err();
        assert!(why.contains("private network") || why.contains("leads nowhere"), "{host}: {why}");
    }
    assert_eq!(here.connections.load(Ordering::SeqCst), 0);
    for url in [
        "http://issuer.test",
        "ftp://issuer.test",
        "issuer.test",
        "https://a@issuer.test",
        "https://",
        "http://10.0.0.1",
    ] {
        assert!(Target::given(url).is_err(), "{url}");
    }
}

#[test]
fn what_is_public_is_what_everybody_can_reach() {
    let public = [
        "8.8.8.8",
        "1.1.1.1",
        "100.63.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "2a00::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ];
    let private = [
        "0.0.0.0",
        "10.1.2.3",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "100::1",
    ];
    for address in public {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in private {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}
