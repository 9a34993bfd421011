//! The pages of telemetry beside the endpoint, and the section that asks for them.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;
mod telemetry_support;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oxmcp_core::error::Result;
use oxmcp_core::host::Description;
use oxmcp_core::middleware::Observer as _;
use oxmcp_core::telemetry::{ProbeOptions, Telemetry, TelemetryOptions};
use oxmcp_core::transports::http::{HealthOptions, HttpOptions};
use serde_json::{Value, json};
use support::{Answer, INITIALIZE, JSON_HEADERS, Server, serve_engine};
use telemetry_support::*;

const HOST: &str = "Host: localhost\r\n";

/// A server with its two pages and probes.
fn observed(options: HttpOptions) -> (Server, Telemetry) {
    let telemetry = Telemetry::open(TelemetryOptions {
        metrics: Some(page("/metrics")),
        dashboard: Some(page("/dashboard")),
        probes: Some(ProbeOptions::default()),
        ..TelemetryOptions::default()
    })
    .unwrap();
    let (engine, probe) = support::engine_with(|builder| builder.telemetry(telemetry.clone()));
    (serve_engine(engine, probe, options), telemetry)
}

fn with_token() -> String {
    format!("{HOST}Authorization: Bearer {TOKEN}\r\n")
}

async fn get(server: &Server, path: &str, headers: &str) -> Answer {
    server.ask("GET", path, headers, "").await
}

#[tokio::test]
async fn pages_are_behind_their_token() {
    let (server, telemetry) = observed(HttpOptions::default());
    for path in ["/metrics", "/dashboard", "/dashboard/data"] {
        let basic = |pair: &str| format!("{HOST}Authorization: Basic {}\r\n", BASE64_STANDARD.encode(pair));
        for wrong in [
            HOST.to_owned(),
            format!("{HOST}Authorization: Bearer {TOKEN}x\r\n"),
            format!("{HOST}Authorization: Bearer {}\r\n", &TOKEN[1..]),
            format!("{HOST}Authorization: Bearer\r\n"),
            format!("{HOST}Authorization: {TOKEN}\r\n"),
            format!("{HOST}X-API-Key: {TOKEN}\r\n"),
            basic(TOKEN),
            basic(&format!("{TOKEN}:")),
            format!("{HOST}Authorization: Basic {TOKEN}\r\n"),
        ] {
            let answer = get(&server, path, &wrong).await;
            assert_eq!(answer.status, 401, "{path} {wrong}: {answer:?}");
            assert!(
                answer.header("www-authenticate").is_some_and(|said| said.starts_with("Basic")),
                "{answer:?}"
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(!answer.body.contains("mcp_server"), "{answer:?}");
        }
        for right in [with_token(), basic(&format!("anybody:{TOKEN}"))] {
            assert_eq!(get(&server, path, &right).await.status, 200, "{path}");
        }
        // Not in a URL, where it ends up in logs.
        assert_eq!(get(&server, &format!("{path}?token={TOKEN}"), HOST).await.status, 401);
        let posted = server.ask("POST", path, &with_token(), "{}").await;
        assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")), "{posted:?}");
        let head = server.ask("HEAD", path, &with_token(), "").await;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{head:?}");
    }
    assert!(
        sample(&telemetry.metrics(), r#"oxmcp_http_refused_total{http_response_status_code="401"}"#)
            > Some(20.0)
    );
}

/// T1: a page of somebody else's, and a name that leads here.
#[tokio::test]
async fn pages_look_at_host_and_origin() {
    let (server, _) = observed(HttpOptions::default());
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    for path in ["/metrics", "/dashboard", "/dashboard/data"] {
        for host in ["evil.example", "localhost.evil.example", "10.1.2.3", "127.0.0.1.nip.io"] {
            let answer = get(&server, path, &format!("Host: {host}\r\n{token}")).await;
            assert_eq!(answer.status, 421, "{path} {host}: {answer:?}");
        }
        for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
            let answer = get(&server, path, &format!("{HOST}Origin: {origin}\r\n{token}")).await;
            assert_eq!(answer.status, 403, "{path} {origin}: {answer:?}");
        }
        assert_eq!(get(&server, path, &format!("{HOST}{HOST}{token}")).await.status, 400);
    }
}

#[tokio::test]
async fn metrics_are_text_for_prometheus() {
    let (server, _) = observed(HttpOptions::default());
    let begun = server.post(&format!("{HOST}{JSON_HEADERS}"), INITIALIZE).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let refused = server.post(&format!("Host: evil.example\r\n{JSON_HEADERS}"), INITIALIZE).await;
    assert_eq!(refused.status, 421);
    let answer = get(&server, "/metrics", &with_token()).await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let text = &answer.body;
    assert!(text.ends_with("# EOF\n"), "{text}");
    for (series, least) in [
        (r#"mcp_server_operation_duration_seconds_count{mcp_method_name="initialize"}"#, 1.0),
        (r#"mcp_server_operation_duration_seconds_bucket{le="+Inf",mcp_method_name="initialize"}"#, 1.0),
        (r#"oxmcp_http_refused_total{http_response_status_code="421"}"#, 1.0),
        ("oxmcp_sessions", 1.0),
        ("oxmcp_connections", 1.0),
    ] {
        assert!(sample(text, series) >= Some(least), "{series} in {text}");
    }
    // Each series once, and each a number.
    let mut seen = std::collections::HashSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(seen.insert(series) && value.parse::<f64>().is_ok(), "{line}");
    }
}

#[tokio::test]
async fn the_dashboard_loads_nothing_but_its_own_figures() {
    let (server, _) = observed(HttpOptions::default());
    let answer = get(&server, "/dashboard", &with_token()).await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!answer.body.contains(outside), "the page has {outside}");
    }
    server.post(&format!("{HOST}{JSON_HEADERS}"), INITIALIZE).await;
    let data: Value =
        serde_json::from_str(&get(&server, "/dashboard/data", &with_token()).await.body).unwrap();
    assert_eq!(data["operations"][0]["method"], "initialize", "{data}");
    assert_eq!(data["recent"][0]["method"], "initialize", "{data}");
    assert_eq!(data["limits"]["bytes_of_a_body"], 4 << 20, "{data}");
    assert_eq!((&data["gauges"]["sessions"], &data["audit"]), (&json!(1), &Value::Null), "{data}");
}

#[tokio::test]
async fn whoever_asks_hears_whether_it_runs_and_takes_requests() {
    let (server, _) = observed(HttpOptions::default());
    // Load balancers know neither names nor tokens.
    let stranger = "Host: 10.1.2.3\r\n";
    for (path, said) in [("/health", "ok"), ("/ready", "ready")] {
        let answer = get(&server, path, stranger).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, said), "{path}: {answer:?}");
    }
    // What whoever serves says goes before.
    let own = HealthOptions { path: "/alive".to_owned(), ..HealthOptions::default() };
    let (server, _) = observed(HttpOptions { health: Some(own), ..HttpOptions::default() });
    assert_eq!(get(&server, "/alive", stranger).await.status, 200);
    assert_eq!(get(&server, "/ready", stranger).await.status, 200);
    assert_eq!(get(&server, "/health", HOST).await.status, 404);
}

fn described(section: &Value) -> Result<Description> {
    let description = Description::read(r#"{"name":"test","version":"1"}"#, None, None, "{}", "{}")?;
    description.configure(&json!({ "telemetry": section }).to_string(), None)?;
    description.engine()?;
    Ok(description)
}

#[tokio::test]
async fn the_section_is_spelt_as_in_either_language() {
    let file = Scratch::new();
    for section in [
        json!({
            "service_name": "mine",
            "logs": {"path": file.0, "slower_than_seconds": 0.5, "principals": true},
            "metrics": {"token": TOKEN}, "dashboard": {"token": TOKEN, "path": "/board"},
            "health": {"ready_path": "/takes"},
            "otlp": {"endpoint": "http://127.0.0.1:1", "headers": {"x-key": "k"}, "sample_ratio": 0.5,
                "interval_seconds": 60, "metrics_interval_seconds": 60, "queue": 5, "details": true},
        }),
        json!({
            "serviceName": "mine",
            "logs": {"path": file.0, "slowerThanSeconds": 0.5},
            "metrics": {"public": true}, "health": {"readyPath": "/takes"},
            "otlp": {"endpoint": "https://collector.example", "sampleRatio": 1, "intervalSeconds": 60,
                "metricsIntervalSeconds": 60, "traces": false, "metrics": false},
        }),
        json!({"logs": false, "health": true}),
        json!({}),
    ] {
        described(&section).map_or_else(|error| panic!("{section}: {error}"), drop);
    }
    let built = described(&json!({"metrics": {"public": true}, "health": true})).unwrap().engine().unwrap();
    let server = serve_engine(built, support::engine().1, HttpOptions::default());
    for path in ["/metrics", "/health", "/ready"] {
        assert_eq!(get(&server, path, HOST).await.status, 200, "{path}");
    }
    assert_eq!(get(&server, "/dashboard", HOST).await.status, 404);
}

#[tokio::test]
async fn the_dashboard_shows_the_last_audit_records() {
    let records = Scratch::new();
    let description = Description::read(r#"{"name":"test","version":"1"}"#, None, None, "{}", "{}").unwrap();
    let settings = json!({"telemetry": {"dashboard": {"token": TOKEN}}, "audit": {"path": records.0}});
    description.configure(&settings.to_string(), None).unwrap();
    let server = serve_engine(description.engine().unwrap(), support::engine().1, HttpOptions::default());
    let begun = server.post(&format!("{HOST}{JSON_HEADERS}"), INITIALIZE).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let data: Value =
        serde_json::from_str(&get(&server, "/dashboard/data", &with_token()).await.body).unwrap();
    let types: Vec<_> =
        data["audit"].as_array().unwrap().iter().map(|record| &record["event_type"]).collect();
    assert!(types.contains(&&json!("initialize")), "{data}");
}

#[test]
fn a_section_that_cannot_be_is_refused_with_what_is_wrong_where() {
    for (section, words) in [
        (json!({"log": true}), "unknown field `log`"),
        (json!({"logs": {"file": "x"}}), "unknown field `file`"),
        (json!({"logs": "yes"}), "telemetry: invalid type: a text"),
        (json!({"logs": {"path": "/nowhere/at/all"}}), "telemetry.logs.path"),
        (json!({"logs": {"slower_than_seconds": -1}}), "telemetry.logs.slower_than_seconds"),
        (json!({"metrics": true}), "telemetry.metrics: either `token`"),
        (json!({"metrics": {"public": true, "token": TOKEN}}), "telemetry.metrics: either `token`"),
        (json!({"metrics": {"token": "short"}}), "telemetry.metrics.token"),
        (json!({"metrics": {"token": {"env": "OXMCP_THERE_IS_NONE"}}}), "OXMCP_THERE_IS_NONE"),
        (json!({"dashboard": true}), "telemetry.dashboard.token is missing"),
        (json!({"dashboard": {"token": TOKEN, "path": "no"}}), "telemetry.dashboard.path"),
        (json!({"otlp": {"endpoint": "http://collector.example"}}), "https"),
        (json!({"otlp": {"endpoint": "nowhere"}}), "nowhere"),
        (json!({"otlp": {"sample_ratio": 2}}), "sample_ratio"),
        (json!({"otlp": {"interval_seconds": 0}}), "intervals"),
        (json!({"otlp": {"headers": {"a b": "c"}}}), "telemetry.otlp.headers"),
    ] {
        let said = described(&section).map(drop).unwrap_err().to_string();
        assert!(said.contains(words), "{section}: {said}");
        assert!(!said.contains(TOKEN), "{said}");
    }
}

/// Two of them at one place: the second would never be seen.
#[tokio::test]
async fn pages_have_paths_of_their_own() {
    for (path, health) in [("/mcp", None), ("/health", Some(HealthOptions::default()))] {
        let telemetry =
            Telemetry::open(TelemetryOptions { metrics: Some(page(path)), ..TelemetryOptions::default() })
                .unwrap();
        let (engine, _) = support::engine_with(|builder| builder.telemetry(telemetry));
        let options = HttpOptions { health, ..HttpOptions::default() };
        let said = oxmcp_core::transports::http::Endpoint::new(engine, options, None)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(said.contains("is the path of something else"), "{said}");
    }
    assert!(!counting().traces());
}
