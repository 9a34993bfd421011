//! All of them in a row.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};

use super::api_keys::{ApiKeys, looks_like_one};
use super::binding::Evidence;
use super::cache::{Verified, VerifiedTokens};
use super::certificates::Certificates;
use super::credentials::{self, Shown};
use super::denied::{Denied, ProofWanted};
use super::dpop;
use super::function;
use super::introspection::Asker;
use super::jwt::{Looked, MAX_TOKEN_BYTES, Unverified, Verifier};
use super::metadata::Told;
use super::options::AuthenticationOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::model::{ClientCertificate, Principal};
use crate::outbound::Outbound;

/// Says who asks. Clones share everything: what was verified, and the keys of issuers.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    told: Told,
    keys: Option<ApiKeys>,
    jwt: Vec<Arc<Verifier>>,
    askers: Vec<Asker>,
    certificates: Option<Certificates>,
    proofs: dpop::Proofs,
    function: Option<Arc<dyn Handler>>,
    verified: VerifiedTokens,
    cache_time: Duration,
    function_cache_time: Duration,
    required: Vec<Box<str>>,
    implies: HashMap<Box<str>, Vec<Box<str>>>,
    keep_token: bool,
    open_paths: Vec<Box<str>>,
}

/// What of a request is looked at: never its body (AUTH-13).
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// Its target.
    pub uri: &'a Uri,
    /// Its method.
    pub method: &'a Method,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The certificate that its connection was opened with, verified by whoever took it.
    pub certificate: Option<&'a ClientCertificate>,
    /// What the client may call what it asks for: whole URLs. Asked for where a proof has to name one of them.
    pub urls: &'a dyn Fn() -> Vec<String>,
}

/// Who asks, or when that will be known.
pub enum Checked {
    /// It is known.
    Known(Result<Principal, Denied>),
    /// Somebody has to be asked first.
    Asking(Pin<Box<dyn Future<Output = Result<Principal, Denied>> + Send>>),
}

impl Authenticator {
    /// Looks at the options, and reads the files they name.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when an option cannot work, or nobody could ever be let in; [`ErrorKind::Io`] when a file cannot be
    /// read.
    pub fn new(options: &AuthenticationOptions) -> Result<Self> {
        let asked = options.introspection.iter().filter_map(|asked| asked.issuer.as_deref());
        let issuers = options.jwt.iter().map(|jwt| jwt.issuer.as_str()).chain(asked);
        let told = Told::new(options, issuers)?;
        let keys = options.api_keys.as_ref().map(ApiKeys::new).transpose()?;
        let outbound =
            if options.asks_others() { Some(Outbound::new(options.authorities.as_deref())?) } else { None };
        let verifier = |options| Verifier::new(options, told.canonical(), outbound.as_ref()).map(Arc::new);
        let jwt = options.jwt.iter().map(verifier).collect::<Result<Vec<_>>>()?;
        let mut askers = Vec::new();
        // Which there is wherever somebody is to be asked.
        if let Some(outbound) = &outbound {
            for asked in &options.introspection {
                askers.push(Asker::new(asked, told.canonical(), outbound.clone())?);
            }
        }
        let certificates = Some(&options.client_certificates).filter(|rules| !rules.is_empty());
        let certificates = certificates.map(|rules| Certificates::new(rules)).transpose()?;
        let has_no_tokens = jwt.is_empty() && askers.is_empty() && options.function.is_none();
        if has_no_tokens && keys.is_none() && certificates.is_none() {
            let why = "authentication: nobody could ever be let in; name an issuer, keys or a function";
            return Err(Error::new(ErrorKind::Configuration, why));
        }
        let boxed = |names: &[String]| names.iter().map(|name| name.as_str().into()).collect();
        let implies = options.scope_implies.iter();
        Ok(Self(Arc::new(Inner {
            told,
            keys,
            jwt,
            askers,
            certificates,
            proofs: dpop::Proofs::new(&options.dpop)?,
            function: options.function.clone(),
            verified: VerifiedTokens::new(),
            cache_time: options.cache_time,
            function_cache_time: options.function_cache_time,
            required: boxed(&options.required_scopes),
            implies: implies.map(|(scope, others)| (scope.as_str().into(), boxed(others))).collect(),
            keep_token: options.keep_token,
            open_paths: boxed(&options.open_paths),
        })))
    }

    /// Who sends a request with this head.
    #[must_use]
    pub fn check(&self, head: RequestHead<'_>) -> Checked {
        let inner = &*self.0;
        let key_header = inner.keys.as_ref().and_then(|keys| keys.header.as_ref());
        let shown = match credentials::read(head.uri, head.headers, key_header) {
            Ok(shown) => shown,
            Err(denied) => return Checked::Known(Err(denied)),
        };
        let mut evidence = Evidence {
            certificate: head.certificate.map(|certificate| certificate.fingerprint_sha256),
            proof: None,
        };
        Checked::Known(match shown {
            Shown::Nothing => inner.by_certificate(head.certificate),
            Shown::ApiKey(text) => inner.key(text),
            Shown::Bearer(text) if inner.keys.is_some() && looks_like_one(text) => inner.key(text),
            Shown::Bearer(token) | Shown::Bound(token) if token.len() > MAX_TOKEN_BYTES => {
                let _ = token;
                Err(Denied::invalid("the token is too long"))
            }
            Shown::Bearer(token) => return self.token(token, evidence),
            Shown::Bound(token) => {
                let proof = dpop::Shown::read(head.headers, head.method, (head.urls)(), token);
                let Some(proof) = proof else {
                    let why = "a token that is sent as DPoP comes with one proof in the header DPoP";
                    return Checked::Known(Err(Denied::unproven(why)));
                };
                evidence.proof = Some(Arc::new(proof));
                return self.token(token, evidence);
            }
        })
    }

    fn token(&self, token: &str, evidence: Evidence) -> Checked {
        match self.0.verified.get(token) {
            Some(verified) => Checked::Known(self.0.admit(verified, &evidence)),
            None => self.verify(token, evidence),
        }
    }

    /// Verifies a token that was not seen lately.
    fn verify(&self, token: &str, evidence: Evidence) -> Checked {
        let inner = &*self.0;
        let mut unknown = Denied::invalid("nobody here knows the token");
        match Unverified::read(token).filter(|_| !inner.jwt.is_empty()) {
            None => {}
            Some(Err(denied)) => unknown = denied,
            Some(Ok(unverified)) => {
                unknown = Denied::invalid("the token's issuer is not believed here");
                for verifier in &inner.jwt {
                    match verifier.look(&unverified) {
                        Looked::NotMine => {}
                        Looked::Said(said) => return Checked::Known(inner.believe(token, said, &evidence)),
                        Looked::Asking(asking) => {
                            let (this, token) = (self.clone(), token.to_owned());
                            return Checked::Asking(Box::pin(async move {
                                this.0.believe(&token, asking.await, &evidence)
                            }));
                        }
                    }
                }
            }
        }
        if inner.askers.is_empty() && inner.function.is_none() {
            return Checked::Known(Err(unknown));
        }
        let (this, token) = (self.clone(), token.to_owned());
        Checked::Asking(Box::pin(async move { this.0.ask(&token, &evidence, unknown).await }))
    }

    /// The headers of a refusal; `called` is what the request calls this server, where nobody said what it is called.
    #[must_use]
    pub fn challenge(&self, denied: &Denied, called: impl FnOnce() -> String) -> HeaderMap {
        let mut headers = self.0.told.headers(denied, &self.0.told.resource(called));
        if denied.proof == Some(ProofWanted::Nonce)
            && let Some(nonce) = self.0.proofs.nonce().and_then(|nonce| nonce.parse().ok())
        {
            headers.insert("dpop-nonce", nonce);
        }
        headers
    }

    /// What this server is called, if somebody said it.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.0.told.canonical()
    }

    /// Whether somebody said what this server is called.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.0.told.canonical().is_some()
    }

    /// Where the metadata are, if there are any.
    #[must_use]
    pub fn metadata_url(&self, called: impl FnOnce() -> String) -> Option<String> {
        let told = &self.0.told;
        told.has_metadata().then(|| super::metadata::metadata_url(&told.resource(called)))
    }

    /// Where a path leads to protected resource metadata (AUTH-2), the document; `paths` are those served.
    #[must_use]
    pub fn metadata(&self, asked: &str, paths: &[&str], called: impl FnOnce() -> String) -> Option<String> {
        let of = asked.strip_prefix(super::metadata::WELL_KNOWN)?;
        let told = &self.0.told;
        let own = told.canonical().and_then(|resource| resource.parse::<Uri>().ok());
        let of = of.trim_end_matches('/');
        let is_ours = of.is_empty()
            || paths.iter().any(|path| path.trim_end_matches('/') == of)
            || own.is_some_and(|own| own.path().trim_end_matches('/') == of);
        (is_ours && told.has_metadata()).then(|| told.document(&told.resource(called)))
    }

    /// Whether a path beside the endpoint's is for everybody.
    #[must_use]
    pub fn is_open(&self, path: &str) -> bool {
        self.0.open_paths.iter().any(|open| match open.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == &**open,
        })
    }
}

impl Inner {
    fn key(&self, text: &str) -> Result<Principal, Denied> {
        let keys = self.keys.as_ref().ok_or(Denied::missing())?;
        self.admit_principal(self.with_implied(keys.look(text)?, None))
    }

    /// Lets in whoever has nothing but a certificate.
    fn by_certificate(&self, certificate: Option<&ClientCertificate>) -> Result<Principal, Denied> {
        let known = self.certificates.as_ref().zip(certificate).and_then(|(rules, shown)| rules.look(shown));
        self.admit_principal(self.with_implied(known.ok_or(Denied::missing())?, None))
    }

    /// Lets in whoever a signed token stands for.
    fn believe(
        &self,
        token: &str,
        said: Result<Verified, Denied>,
        evidence: &Evidence,
    ) -> Result<Principal, Denied> {
        self.admit(self.note(token, said?, self.cache_time), evidence)
    }

    /// Asks whoever may know a token, one after the other. One who does not answer may have known it.
    async fn ask(&self, token: &str, evidence: &Evidence, unknown: Denied) -> Result<Principal, Denied> {
        let mut refusal = unknown;
        for asker in &self.askers {
            match asker.ask(token).await {
                Ok(Some(verified)) => return self.believe(token, Ok(verified), evidence),
                Ok(None) => {}
                Err(denied) => refusal = denied,
            }
        }
        let Some(function) = self.function.clone() else { return Err(refusal) };
        let verified = function::verify(function, token.to_owned()).await?.ok_or(refusal)?;
        self.admit(self.note(token, verified, self.function_cache_time), evidence)
    }

    /// Adds what scopes contain, and keeps it all for a while.
    fn note(&self, token: &str, verified: Verified, time: Duration) -> Verified {
        let principal = self.with_implied(verified.principal, self.keep_token.then_some(token));
        let verified = Verified { principal, ..verified };
        self.verified.keep(token, &verified, time);
        verified
    }

    /// Lets in whoever shows what the token is bound to.
    fn admit(&self, verified: Verified, evidence: &Evidence) -> Result<Principal, Denied> {
        self.proofs.check(verified.bound_to.as_deref(), evidence)?;
        self.admit_principal(verified.principal)
    }

    /// Lets in whoever may do anything here at all (AUTH-5).
    fn admit_principal(&self, principal: Principal) -> Result<Principal, Denied> {
        let granted = principal.grants();
        let has = |scope| granted.is_some_and(|grants| grants.scopes.contains(scope));
        if self.required.iter().all(has) { Ok(principal) } else { Err(Denied::insufficient()) }
    }

    /// The same with all scopes that its scopes contain (AUTH-9).
    fn with_implied(&self, principal: Principal, token: Option<&str>) -> Principal {
        if self.implies.is_empty() && token.is_none() {
            return principal;
        }
        let mut grants = principal.grants().cloned().unwrap_or_default();
        let mut place = 0;
        while let Some(scope) = grants.scopes.get(place) {
            let more: Vec<_> = self.implies.get(scope).into_iter().flatten().cloned().collect();
            for scope in more {
                if !grants.scopes.contains(&scope) {
                    grants.scopes.push(scope);
                }
            }
            place += 1;
        }
        grants.token = token.map(Box::from);
        principal.granted(grants)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authenticator")
    }
}
