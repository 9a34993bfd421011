//! What hosted connectors send to a server, in their order, and what its answers mean to them.

use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::finding::Finding;
use super::issuers;
use crate::outbound::{Answer, Body, Outbound, Request, Target};
use crate::protocol_version::ProtocolVersion;

/// One visit.
pub(super) struct Connector {
    pub(super) outbound: Outbound,
    pub(super) url: String,
    token: Option<String>,
    pub(super) findings: Vec<Finding>,
}

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");

impl Connector {
    pub(super) fn new(outbound: Outbound, url: &str, token: Option<String>) -> Self {
        Self { outbound, url: url.to_owned(), token, findings: Vec::new() }
    }

    pub(super) async fn examine(mut self) -> Vec<Finding> {
        let target = match Target::given(&self.url) {
            Ok(target) => target,
            Err(error) => {
                self.red(error.to_string(), "hosted connectors reach servers by https alone");
                return self.findings;
            }
        };
        if self.token.is_none() || self.says_who_is_asked(&target).await {
            self.visit(&target).await;
        }
        self.findings
    }

    fn green(&mut self, what: impl Into<String>) {
        self.findings.push(Finding::green(what));
    }

    pub(super) fn red(&mut self, what: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding::red(what, fix));
    }

    /// Without its token: whether there is a way to one.
    async fn says_who_is_asked(&mut self, target: &Target) -> bool {
        let token = self.token.take();
        let answer = self.post(target, &handshake(1), HeaderMap::new()).await;
        self.token = token;
        match answer {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                self.green("without a token the answer is 401");
                self.challenged(target, &answer).await;
                true
            }
            Ok(_) => true,
            Err(why) => {
                self.unreachable(&why);
                false
            }
        }
    }

    async fn visit(&mut self, target: &Target) {
        let first = match self.post(target, &handshake(1), HeaderMap::new()).await {
            Ok(answer) => answer,
            Err(why) => return self.unreachable(&why),
        };
        if first.status == StatusCode::UNAUTHORIZED {
            if self.token.is_some() {
                return self.red(
                    format!("the token is refused: {}", described(&first)),
                    "see docs/authentication.md: its issuer, its audience and its end must be right",
                );
            }
            self.green("without a token the answer is 401");
            self.challenged(target, &first).await;
            self.findings.push(Finding::grey(
                "what is behind the door was not looked at",
                "give a token: --token-file FILE",
            ));
            return;
        }
        if first.status != StatusCode::OK {
            let fix = remedy(first.status);
            return self.red(format!("the first request is answered with {}", first.status), fix);
        }
        let Some(result) = result_of(&first) else {
            return self.red(
                "the answer to initialize is no JSON-RPC result",
                "something else answers at this URL: a page, or a proxy that changes answers",
            );
        };
        let agreed = result.get("protocolVersion").and_then(Value::as_str).unwrap_or("none").to_owned();
        self.green(format!(
            "a handshake that accepts anything (Accept: */*) is answered, with version {agreed}"
        ));
        if self.token.is_none() {
            self.open_to_all(target).await;
        }
        self.session(target, &first, &agreed).await;
        self.newest(target).await;
    }

    /// The rest of a session, and another handshake beside it.
    async fn session(&mut self, target: &Target, first: &Answer, agreed: &str) {
        let mut headers = HeaderMap::new();
        if let Some(session) = first.headers.get(SESSION) {
            headers.insert(SESSION, session.clone());
        }
        if let Ok(version) = HeaderValue::try_from(agreed) {
            headers.insert(VERSION, version);
        }
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        match self.post(target, &initialized, headers.clone()).await {
            Ok(answer) if answer.status.is_success() => {}
            Ok(answer) => self.red(
                format!("the notification after the handshake is answered with {}", answer.status),
                remedy(answer.status),
            ),
            Err(why) => return self.unreachable(&why),
        }
        let again = self.post(target, &handshake(1), HeaderMap::new()).await;
        match &again {
            Ok(answer) if answer.status == StatusCode::OK && result_of(answer).is_some() => {
                self.green("a second handshake, with the same id, is answered, too");
            }
            Ok(answer) => self.red(
                format!("a second handshake is answered with {}", answer.status),
                "connectors shake hands anew for each conversation: servers that serve one session only cannot be used",
            ),
            Err(why) => return self.unreachable(why),
        }
        let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
        match self.post(target, &list, headers.clone()).await {
            Ok(answer) => match result_of(&answer).and_then(|result| result.get("tools")?.as_array().map(Vec::len)) {
                Some(0) => self.findings.push(Finding::grey(
                    "the list of tools is empty",
                    "whoever connects sees nothing: are they for others, or not registered yet?",
                )),
                Some(tools) => self.green(format!("the list of tools is there: {tools} on its first page")),
                None => self.red(
                    format!("tools/list is answered with {} and no list", answer.status),
                    if answer.status == StatusCode::NOT_FOUND {
                        "the session was not found: behind a balancer, every server must know it, or one must get all of its requests"
                    } else {
                        remedy(answer.status)
                    },
                ),
            },
            Err(why) => return self.unreachable(&why),
        }
        // Sessions that are left alone take room in servers that remember them.
        for session in [Some(first), again.as_ref().ok()] {
            if let Some(id) = session.and_then(|answer| answer.headers.get(SESSION)) {
                headers.insert(SESSION, id.clone());
                let request = Request { headers: self.with_token(headers.clone()), ..Request::default() };
                let _ = self.outbound.ask(target, Request { method: Some(Method::DELETE), ..request }).await;
            }
        }
    }

    /// The same to clients of the newest version, which shake no hands.
    async fn newest(&mut self, target: &Target) {
        let newest = ProtocolVersion::NEWEST;
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": newest.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let discover =
            json!({"jsonrpc": "2.0", "id": 3, "method": "server/discover", "params": {"_meta": meta}});
        let mut headers = HeaderMap::new();
        headers.insert(VERSION, HeaderValue::from_static(newest.as_str()));
        headers.insert(METHOD, HeaderValue::from_static("server/discover"));
        match self.post(target, &discover, headers).await {
            Ok(answer) if result_of(&answer).is_some() => {
                self.green(format!("version {newest} is spoken, too"));
            }
            Ok(_) => self.findings.push(Finding::grey(
                format!("version {newest} is not spoken"),
                "clients that speak no other cannot connect; those of today speak older ones, too",
            )),
            Err(why) => self.unreachable(&why),
        }
    }

    /// Nobody is asked for a token: what else is asked for must not look like metadata.
    async fn open_to_all(&mut self, target: &Target) {
        self.findings.push(Finding::grey(
            "everybody is let in",
            "right for public data alone; otherwise see docs/authentication.md",
        ));
        for place in issuers::metadata_places(&self.url) {
            let Ok(there) = Target::found(&place, target) else { continue };
            match self.outbound.ask(&there, Request::default()).await {
                Ok(answer) if answer.status.is_success() && object(&answer).is_none() => self.red(
                    format!("{place} is answered with {} and something that is no metadata", answer.status),
                    "connectors take any success for metadata: answer 404 where there are none",
                ),
                _ => {}
            }
        }
    }

    /// What to make of a 401 (AUTH-2 to AUTH-4).
    async fn challenged(&mut self, target: &Target, answer: &Answer) {
        let challenges = answer.headers.get_all(WWW_AUTHENTICATE).iter();
        let challenge: Vec<_> = challenges.filter_map(|value| value.to_str().ok()).collect();
        let named = challenge.iter().find_map(|challenge| parameter(challenge, "resource_metadata"));
        let places = match named {
            Some(place) => vec![place.to_owned()],
            None => {
                self.red(
                    "the refusal does not say where the metadata are (WWW-Authenticate: Bearer resource_metadata=\"…\")",
                    "a proxy may have taken the header away; without it some connectors give up",
                );
                issuers::metadata_places(&self.url)
            }
        };
        issuers::examine(self, target, &places).await;
    }

    fn unreachable(&mut self, why: &str) {
        let fix = if why.contains("leads elsewhere") {
            "connectors do not follow redirects of what they post: give them the URL that it leads to, with or without the slash at its end"
        } else if why.contains("TLS") {
            "connectors trust public authorities alone: have the whole chain sent, and a certificate for this name"
        } else if why.contains("private network") {
            "hosted connectors come from outside: the name has to lead to a public address"
        } else {
            "is it running, and does the way from outside lead to it: name, firewall, port, proxy?"
        };
        self.red(format!("no answer: {why}"), fix);
    }

    fn with_token(&self, mut headers: HeaderMap) -> HeaderMap {
        if let Some(Ok(mut value)) =
            self.token.as_ref().map(|token| HeaderValue::try_from(format!("Bearer {token}")))
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers
    }

    async fn post(&self, target: &Target, message: &Value, headers: HeaderMap) -> Result<Answer, String> {
        let mut headers = self.with_token(headers);
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let body = Some(Body::Json(message.to_string()));
        self.outbound.ask(target, Request { headers, body, method: None }).await
    }
}

fn handshake(id: u32) -> Value {
    json!({
        "jsonrpc": "2.0", "id": id, "method": "initialize",
        "params": {
            "protocolVersion": ProtocolVersion::NEWEST_LEGACY.as_str(),
            "capabilities": {},
            "clientInfo": {"name": "oxmcp-doctor", "version": env!("CARGO_PKG_VERSION")},
        },
    })
}

/// The body, if it is a JSON object.
pub(super) fn object(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok().filter(Value::is_object)
}

/// The result of a response, which may be the last event of a stream.
fn result_of(answer: &Answer) -> Option<Value> {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let message = if kind.starts_with("text/event-stream") {
        let text = std::str::from_utf8(&answer.body).ok()?;
        let datas = text.lines().filter_map(|line| line.strip_prefix("data:"));
        datas.rev().find_map(|data| serde_json::from_str::<Value>(data).ok())?
    } else {
        object(answer)?
    };
    message.get("result").cloned()
}

/// What a refusal says of itself.
fn described(answer: &Answer) -> String {
    let challenge = answer.headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let said = challenge.and_then(|challenge| parameter(challenge, "error_description"));
    said.unwrap_or("it does not say why").to_owned()
}

/// A quoted parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// What to do about a status.
fn remedy(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "is this the URL of an MCP server, and does nothing on the way change what is posted?",
        403 => {
            "is the host's name among those allowed (allowed_hosts)? hosted connectors send no Origin and come from many addresses"
        }
        404 => "is the path right? most servers answer at /mcp",
        405 => "this path takes no POST: is the path right? most servers answer at /mcp",
        406 => "it refuses Accept: */*, which connectors send: a server must take it for everything",
        413 => "a proxy takes short bodies alone",
        415 => "it refuses Content-Type: application/json: is this the URL of an MCP server?",
        421 => "the host's name is not among those allowed: add it to allowed_hosts",
        429 => "it is asked too often, or its limits are too low",
        502..=504 => "a proxy answers, and the server behind it does not",
        _ => "its log says why",
    }
}
