//! Tokens that their issuer is asked about: what an answer grants, and what is no answer.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use authentication_support::provider::Provider;
use authentication_support::{ISSUER, Issuer, RESOURCE, asked, now};
use oxmcp_core::authentication::{AuthenticationOptions, Authenticator};
use oxmcp_core::authentication::{IntrospectionOptions, IntrospectionStyle};
use oxmcp_core::error::Result;
use oxmcp_core::model::AuthenticationMethod;
use serde_json::{Value, json};

const TOKEN: &str = "opaque-1/2+3";

fn options(provider: &Provider) -> IntrospectionOptions {
    IntrospectionOptions {
        client_id: Some("rs".to_owned()),
        client_secret: Some("s3:cret".to_owned()),
        ..IntrospectionOptions::new(provider.url("/introspect"))
    }
}

fn try_by(introspection: Vec<IntrospectionOptions>) -> Result<Authenticator> {
    Authenticator::new(&AuthenticationOptions {
        resource: Some(RESOURCE.to_owned()),
        introspection,
        ..AuthenticationOptions::default()
    })
}

fn by(options: IntrospectionOptions) -> Authenticator {
    try_by(vec![options]).unwrap()
}

fn active() -> Value {
    json!({
        "active": true, "sub": "ann", "client_id": "app", "iss": ISSUER, "aud": [RESOURCE], "exp": now() + 300,
        "scope": "mcp:read mcp:write", "roles": ["analyst"],
    })
}

#[tokio::test]
async fn an_active_token_grants_what_its_issuer_says_and_is_asked_about_once() {
    let provider = Provider::start().await;
    provider.answer("/introspect", "200 OK", &active());
    let authenticator = by(options(&provider));
    for _ in 0..20 {
        let principal = asked(&authenticator, TOKEN).await.unwrap();
        assert_eq!((principal.subject(), principal.issuer()), (Some("ann"), Some(ISSUER)));
        assert_eq!(principal.client(), Some("app"));
        let grants = principal.grants().unwrap();
        assert_eq!(grants.method, AuthenticationMethod::Introspection);
        assert_eq!(grants.scopes, ["mcp:read".into(), "mcp:write".into()]);
        assert_eq!(grants.roles, ["analyst".into()]);
        assert!(grants.expires_at.is_some() && grants.token.is_none());
    }
    assert_eq!(provider.times("/introspect"), 1);
    let question = provider.asked.lock().unwrap()[0].clone();
    // RFC 7662, 2.1; RFC 6749, 2.3.1: "rs" and "s3:cret", each encoded before they are joined.
    assert!(question.contains("authorization: Basic cnM6czMlM0FjcmV0\r\n"), "{question}");
    assert!(question.contains("content-type: application/x-www-form-urlencoded\r\n"), "{question}");
    assert!(question.ends_with("\r\n\r\ntoken=opaque-1%2F2%2B3&token_type_hint=access_token"), "{question}");
}

#[tokio::test]
async fn a_client_may_be_named_in_the_form() {
    let provider = Provider::start().await;
    provider.answer("/introspect", "200 OK", &active());
    asked(&by(IntrospectionOptions { secret_in_form: true, ..options(&provider) }), TOKEN).await.unwrap();
    asked(&by(IntrospectionOptions { client_secret: None, ..options(&provider) }), TOKEN).await.unwrap();
    let questions = provider.asked.lock().unwrap().clone();
    assert!(questions[0].ends_with("&client_id=rs&client_secret=s3%3Acret"), "{}", questions[0]);
    assert!(questions[1].ends_with("access_token&client_id=rs"), "{}", questions[1]);
    assert!(questions.iter().all(|question| !question.contains("authorization:")));
}

#[tokio::test]
async fn what_is_not_good_for_this_server_lets_in_nobody() {
    // AUTH-7
    let provider = Provider::start().await;
    let with = |name: &str, value: Value| {
        let mut answer = active();
        answer[name] = value;
        answer
    };
    let without = |name: &str| {
        let mut answer = active();
        answer.as_object_mut().unwrap().remove(name);
        answer
    };
    for (answer, why) in [
        (json!({"active": false}), "nobody here knows the token"),
        (with("active", json!(false)), "nobody here knows the token"),
        (with("aud", json!("https://other.test/mcp")), "the token is meant for another server"),
        (with("aud", json!({"a": RESOURCE})), "the token's audience is neither a text nor a list of texts"),
        (without("aud"), "the token names no audience"),
        (with("exp", json!(now() - 31)), "the token has expired"),
        (with("exp", json!("soon")), "a time in the token is no number"),
        (with("nbf", json!(now() + 100)), "the token is not valid yet"),
        (with("iss", json!("https://other.test")), "the token's issuer is not believed here"),
        (with("cnf", json!({"new": "way"})), "the token is bound in a way that this server cannot check"),
        (
            with("token_use", json!("id")),
            "this is an ID token, which is for the client: send the access token",
        ),
    ] {
        provider.answer("/introspect", "200 OK", &answer);
        let authenticator =
            by(IntrospectionOptions { issuer: Some(ISSUER.to_owned()), ..options(&provider) });
        let denied = asked(&authenticator, TOKEN).await.unwrap_err();
        assert_eq!((denied.status.as_u16(), denied.description), (401, why), "{answer}");
    }
    // What an issuer need not say.
    for name in ["exp", "client_id", "iss", "sub"] {
        provider.answer("/introspect", "200 OK", &without(name));
        asked(&by(options(&provider)), TOKEN).await.unwrap();
    }
    provider.answer("/introspect", "200 OK", &without("aud"));
    asked(&by(IntrospectionOptions { needs_audience: false, ..options(&provider) }), TOKEN).await.unwrap();
    provider.answer("/introspect", "200 OK", &with("aud", json!("https://other.test/mcp")));
    let lax = by(IntrospectionOptions { needs_audience: false, ..options(&provider) });
    assert_eq!(asked(&lax, TOKEN).await.unwrap_err().status, 401, "what it says counts anyway");
}

#[tokio::test]
async fn an_issuer_that_gives_no_answer_is_no_reason_to_believe() {
    let provider = Provider::start().await;
    let authenticator = by(options(&provider));
    let twice = format!("{{\"active\":false,\"active\":true,\"sub\":\"eve\",\"aud\":{RESOURCE:?}}}");
    for (status, body) in [
        ("404 Not Found", String::new()),
        ("401 Unauthorized", active().to_string()),
        ("500 Oh", active().to_string()),
        ("201 Created", active().to_string()),
        ("302 Found\r\nLocation: /introspect", String::new()),
        ("200 OK", "true".to_owned()),
        ("200 OK", "{}".to_owned()),
        ("200 OK", json!({"active": "true", "sub": "ann", "aud": RESOURCE}).to_string()),
        ("200 OK", twice),
        ("200 OK", format!("{}{}", " ".repeat(1 << 20), active())),
    ] {
        provider.answer("/introspect", status, &body);
        let denied = asked(&authenticator, TOKEN).await.unwrap_err();
        assert_eq!(denied.status, 503, "{status} {}", body.len());
    }
    provider.answer("/introspect", "200 OK", &active());
    asked(&authenticator, TOKEN).await.unwrap();
}

#[tokio::test]
async fn several_are_asked_in_turn_and_signed_tokens_are_looked_at_first() {
    let (issuer, one, other) = (Issuer::new(), Provider::start().await, Provider::start().await);
    one.answer("/introspect", "200 OK", &json!({"active": false}));
    other.answer("/introspect", "200 OK", &active());
    let options =
        AuthenticationOptions { introspection: vec![options(&one), options(&other)], ..issuer.options() };
    let authenticator = Authenticator::new(&options).unwrap();
    assert_eq!(asked(&authenticator, &issuer.good("bob")).await.unwrap().subject(), Some("bob"));
    assert_eq!((one.times("/introspect"), other.times("/introspect")), (0, 0));
    assert_eq!(asked(&authenticator, TOKEN).await.unwrap().subject(), Some("ann"));
    assert_eq!((one.times("/introspect"), other.times("/introspect")), (1, 1));
    // One that may have known it does not answer.
    one.answer("/introspect", "500 Oh", &"");
    other.answer("/introspect", "200 OK", &json!({"active": false}));
    assert_eq!(asked(&authenticator, "another").await.unwrap_err().status, 503);
}

#[tokio::test]
async fn made_up_tokens_bring_down_nobody() {
    let provider = Provider::start().await;
    provider.hangs.store(true, Ordering::SeqCst);
    let authenticator = by(options(&provider));
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..200 {
        let authenticator = authenticator.clone();
        waiting.spawn(async move { asked(&authenticator, &format!("token-{number}")).await });
    }
    let all = async {
        while let Some(refused) = waiting.join_next().await {
            assert_eq!(refused.unwrap().unwrap_err().status, 503);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    // Whoever waits for longer than five seconds leaves, and what hangs ends after ten.
    assert!(provider.connections.load(Ordering::SeqCst) <= 48, "{:?}", provider.connections);
}

#[tokio::test]
async fn github_says_of_an_apps_own_tokens_whose_they_are() {
    let provider = Provider::start().await;
    let app = IntrospectionOptions {
        style: IntrospectionStyle::Github,
        url: provider.url("/applications/rs/token"),
        ..options(&provider)
    };
    let answer = json!({
        "id": 1, "token": "", "scopes": ["read:user", "repo"], "expires_at": null,
        "app": {"client_id": "rs", "name": "ours"}, "user": {"id": 4217, "login": "ann"},
    });
    provider.answer("/applications/rs/token", "200 OK", &answer);
    let principal = asked(&by(app.clone()), "gho_1").await.unwrap();
    assert_eq!(principal.subject(), Some("4217"));
    assert_eq!(principal.grants().unwrap().scopes, ["read:user".into(), "repo".into()]);
    let question = provider.asked.lock().unwrap()[0].clone();
    assert!(
        question.starts_with("POST ") && question.ends_with("{\"access_token\":\"gho_1\"}"),
        "{question}"
    );
    assert!(question.contains("accept: application/vnd.github+json\r\n"), "{question}");
    for (status, body, refusal) in [
        ("404 Not Found", json!({"message": "Not Found"}), 401),
        ("422 Unprocessable Entity", json!({}), 401),
        ("401 Unauthorized", json!({}), 503),
        ("200 OK", json!({"user": {"login": "ann"}, "scopes": []}), 503),
    ] {
        provider.answer("/applications/rs/token", status, &body);
        assert_eq!(asked(&by(app.clone()), "gho_2").await.unwrap_err().status, refusal, "{status}");
    }
    let why = try_by(vec![IntrospectionOptions { client_secret: None, ..app }]).map(drop).unwrap_err();
    assert!(why.to_string().contains("client_id and client_secret"), "{why}");
}

#[tokio::test]
async fn google_says_of_tokens_whose_and_for_which_client_they_are() {
    let provider = Provider::start().await;
    let client = IntrospectionOptions {
        style: IntrospectionStyle::Google,
        url: provider.url("/tokeninfo"),
        client_secret: None,
        ..options(&provider)
    };
    let end = (now() + 300).to_string();
    let mut answer = json!({
        "azp": "rs", "aud": "rs", "sub": "1180", "scope": "openid email", "exp": end, "expires_in": "300",
        "email": "ann@example.com", "email_verified": "true",
    });
    let place = "/tokeninfo?access_token=ya29%2Ea%2Fb";
    // Unreserved letters are sent as they are.
    let place = place.replace("%2E", ".");
    provider.answer(&place, "200 OK", &answer);
    let principal = asked(&by(client.clone()), "ya29.a/b").await.unwrap();
    assert_eq!((principal.subject(), principal.client()), (Some("1180"), Some("rs")));
    answer["aud"] = json!("another");
    provider.answer(&place, "200 OK", &answer);
    assert_eq!(asked(&by(client.clone()), "ya29.a/b").await.unwrap_err().status, 401);
    provider.answer(&place, "400 Bad Request", &json!({"error": "invalid_token"}));
    assert_eq!(asked(&by(client.clone()), "ya29.a/b").await.unwrap_err().status, 401);
    let why = try_by(vec![IntrospectionOptions { client_id: None, ..client }]).map(drop).unwrap_err();
    assert!(why.to_string().contains("client_id"), "{why}");
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let refused = |options: IntrospectionOptions| try_by(vec![options]).map(drop).unwrap_err().to_string();
    assert!(refused(IntrospectionOptions::new("http://issuer.test/introspect")).contains("https"));
    let options = IntrospectionOptions {
        client_secret: Some("x".to_owned()),
        ..IntrospectionOptions::new("https://a.test")
    };
    assert!(refused(options).contains("needs a client_id"));
    let nameless = AuthenticationOptions {
        introspection: vec![IntrospectionOptions::new("https://a.test")],
        ..AuthenticationOptions::default()
    };
    let why = Authenticator::new(&nameless).map(drop).unwrap_err().to_string();
    assert!(why.contains("neither an audience nor a resource"), "{why}");
}
