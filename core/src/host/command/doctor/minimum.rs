//! The minimum bar of OWASP's guide to secure MCP servers, held against a configuration.

use std::path::Path;

use serde_json::Value;

use super::finding::Finding;
use crate::authentication::ApiKeyFile;
use crate::error::Result;
use crate::host::settings::{AuthenticationSettings, Settings};

/// What is looked at together.
pub(super) struct Area {
    pub(super) name: &'static str,
    pub(super) findings: Vec<Finding>,
}

/// Reads a configuration, opens nothing that it names but files of keys, and says what is missing.
///
/// # Errors
/// It cannot be read.
pub(super) fn look(path: &Path) -> Result<Vec<Area>> {
    let settings = Settings::from_file(path)?;
    let area = |name, findings| Area { name, findings };
    let mut identity = identity(&settings);
    identity.extend(secrets(path));
    Ok(vec![
        area("Identity, authentication and policy", identity),
        area("Isolation and limits", isolation(&settings)),
        area("Tools", tools(&settings)),
        area("Validation", validation(&settings)),
        area("Deployment and oversight", oversight(&settings)),
    ])
}

fn identity(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &settings.authentication {
        None => findings.push(Finding::red(
            "nobody is asked who they are",
            "a section authentication with jwt, introspection or api_keys: docs/authentication.md",
        )),
        Some(section) => findings.extend(callers(section)),
    }
    findings
}

fn callers(section: &AuthenticationSettings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ways = [
        ("signed tokens", !section.jwt.is_empty()),
        ("tokens that their issuer is asked about", !section.introspection.is_empty()),
        ("keys", section.api_keys.is_some()),
        ("client certificates", !section.client_certificates.is_empty()),
    ];
    let ways: Vec<_> = ways.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
    if ways.is_empty() {
        findings.push(Finding::grey(
            "callers are whoever a function of the program says",
            "whether it is right cannot be seen here: it must refuse tokens for other servers, and those that are over",
        ));
    } else if let Err(error) = section.authenticator(None) {
        findings.push(Finding::red(error.to_string(), "no server starts with this section"));
    } else {
        findings.push(Finding::green(format!("callers are known by {}", ways.join(", "))));
    }
    match &section.resource {
        Some(resource) => findings.push(Finding::green(format!("tokens have to be meant for {resource}, or for the audience of their issuer"))),
        None => findings.push(Finding::red(
            "the server has no name of its own: metadata say what each request calls it",
            "authentication.resource = the URL that clients are given",
        )),
    }
    if section.keep_token {
        findings.push(Finding::red(
            "functions are handed the callers' tokens",
            "authentication.keep_token = false, unless they exchange them: a token of ours is not for another service",
        ));
    }
    if section.introspection.iter().any(|asked| asked.require_audience == Some(false)) {
        findings.push(Finding::red(
            "tokens that were given out for other servers are taken for ours",
            "authentication.introspection.require_audience = true, and an issuer that says whom tokens are meant for",
        ));
    }
    if let Some(file) = section.api_keys.as_ref().and_then(|keys| keys.file.as_deref()) {
        findings.extend(keys(file));
    }
    findings
}

fn keys(path: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Ok(keys) = ApiKeyFile::at(path).read() else { return findings };
    let endless: Vec<_> = keys.iter().filter(|key| key.expires_at.is_none()).map(|key| &*key.id).collect();
    if endless.is_empty() {
        findings.push(Finding::green("all keys end at some time"));
    } else {
        findings.push(Finding::red(
            format!("keys that never end: {}", endless.join(", ")),
            "oxmcp keys add … --days DAYS, and revoke these",
        ));
    }
    if is_for_others(path) {
        findings.push(Finding::red(
            format!("others on this machine can read {}", path.display()),
            "chmod 600, and have the server's own user own it",
        ));
    }
    findings
}

#[cfg(unix)]
fn is_for_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_for_others(_: &Path) -> bool {
    false
}

/// Secrets that stand in the file itself.
fn secrets(path: &Path) -> Vec<Finding> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole: Value = toml::from_str(&text).or_else(|_| serde_json::from_str(&text)).unwrap_or_default();
    let mut found = Vec::new();
    collect(&whole, &mut Vec::new(), &mut found);
    if found.is_empty() {
        return vec![Finding::green("no secret stands in the file")];
    }
    vec![Finding::red(
        format!("secrets stand in the file: {}", found.join(", ")),
        "{ env = \"NAME\" } or { file = \"path\" } in their place",
    )]
}

/// The names of options that are secrets, wherever they are.
const SECRETS: [&str; 5] = ["secret", "client_secret", "clientSecret", "token", "key"];

fn collect(value: &Value, at: &mut Vec<String>, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                at.push(name.clone());
                if member.is_string() && SECRETS.contains(&name.as_str()) {
                    found.push(at.join("."));
                }
                collect(member, at, found);
                at.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, at, found)),
        _ => {}
    }
}

fn oversight(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match &settings.tls {
        Some(_) => Finding::green("connections are encrypted here (TLS 1.3)"),
        None => Finding::grey(
            "connections are not encrypted here",
            "right behind a proxy that does it, and on this machine alone; otherwise a section tls",
        ),
    });
    let Some(section) = &settings.telemetry else {
        findings.push(Finding::red(
            "nobody can see what the server does",
            "a section telemetry with logs, metrics and health: docs/telemetry.md",
        ));
        return findings;
    };
    let parts = [
        ("lines", section.logs.is_some()),
        ("metrics", section.metrics.is_some()),
        ("a collector", section.otlp.is_some()),
    ];
    let told: Vec<_> = parts.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
    findings.push(if told.is_empty() {
        Finding::red("nobody can see what the server does", "telemetry.logs, telemetry.metrics or telemetry.otlp")
    } else {
        Finding::green(format!("what it does is told by {}", told.join(", ")))
    });
    if section.metrics.as_ref().is_some_and(|metrics| metrics.public) {
        findings.push(Finding::grey(
            "everybody may read the metrics",
            "telemetry.metrics.token, unless nothing but your own network reaches the port",
        ));
    }
    findings.push(match &section.health {
        Some(_) => Finding::green("a balancer can ask whether it is there and takes requests"),
        None => Finding::red("no balancer can ask whether it is there", "telemetry.health = true"),
    });
    findings
}
