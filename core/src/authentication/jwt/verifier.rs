//! One issuer's tokens.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::algorithm::Algorithm;
use super::claims::{self, Wanted};
use super::key::Key;
use super::key_set::{KeyFile, KeySet};
use super::options::{JwtOptions, KeySource};
use super::remote::{Have, Place, RemoteKeys};
use super::token::{self, Header};
use crate::authentication::Denied;
use crate::authentication::cache::Verified;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{AuthenticationMethod, Grants, Principal};
use crate::outbound::{Outbound, Target};

/// A token that says who signed it, which nobody believes yet.
pub(in crate::authentication) struct Unverified<'a> {
    whole: &'a str,
    parts: [&'a str; 3],
    claims: RawJson,
    issuer: Option<String>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart. `None`: it is no signed token at all, and may be something else.
    pub(in crate::authentication) fn read(token: &'a str) -> Option<Result<Self, Denied>> {
        let parts = token::parts(token)?;
        let Some(claims) = token::object(parts[1]) else {
            return Some(Err(Denied::invalid(
                "the token's claims are no JSON object that all readers agree on",
            )));
        };
        let issuer = claims::string(claims.as_str(), "iss");
        Some(Ok(Self { whole: token, parts, claims, issuer }))
    }
}

/// One issuer and its keys.
pub(in crate::authentication) struct Verifier {
    issuer: Box<str>,
    wanted: Wanted,
    algorithms: Vec<Algorithm>,
    keys: Keys,
}

enum Keys {
    Fixed(Arc<KeySet>),
    File(KeyFile),
    Remote(Arc<RemoteKeys>),
}

/// What came of looking at a token.
pub(in crate::authentication) enum Looked {
    /// It is of another issuer.
    NotMine,
    Said(Result<Verified, Denied>),
    /// Its issuer has to be asked for its keys first.
    Asking(Asking),
}

pub(in crate::authentication) type Asking = Pin<Box<dyn Future<Output = Result<Verified, Denied>> + Send>>;

/// How long a request waits for an issuer's keys.
const PATIENCE: Duration = Duration::from_secs(5);

/// The shortest secret.
const LEAST_SECRET: usize = 32;

impl Verifier {
    /// # Errors
    /// [`ErrorKind::Configuration`] for options that would let in nobody, or too many.
    pub(in crate::authentication) fn new(
        options: &JwtOptions,
        resource: Option<&str>,
        outbound: Option<&Outbound>,
    ) -> Result<Self> {
        let wrong = |why: &str| {
            let message = format!("authentication, the issuer {:?}: {why}", options.issuer);
            Err(Error::new(ErrorKind::Configuration, message))
        };
        if options.issuer.is_empty() {
            return wrong("name it as the claim iss of its tokens does");
        }
        let Some(audiences) = Wanted::audiences(&options.audiences, resource) else {
            return wrong(
                "there is neither an audience nor a resource: tokens for other servers would be taken for ours",
            );
        };
        let is_secret = matches!(options.keys, KeySource::Secret(_));
        let keys = match &options.keys {
            KeySource::Set(text) => match KeySet::parse(text) {
                Ok(set) => Keys::Fixed(Arc::new(set)),
                Err(why) => return wrong(why),
            },
            KeySource::Pem(pem) => match Key::of_pem(pem) {
                Some(key) => Keys::Fixed(Arc::new(KeySet::one(key))),
                None => return wrong("public_key is no public key in PEM that verifies signatures"),
            },
            KeySource::Secret(secret) if secret.len() < LEAST_SECRET => {
                return wrong("the secret is too short: it must have at least 32 random bytes");
            }
            KeySource::Secret(secret) => Keys::Fixed(Arc::new(KeySet::one(Key::secret(secret)))),
            KeySource::File(path) => Keys::File(KeyFile::open(path)?),
            KeySource::Url(url) | KeySource::Issuer(url) => {
                let target = Target::given(url)?;
                let is_set = matches!(options.keys, KeySource::Url(_));
                let place = if is_set { Place::Set(target) } else { Place::Issuer(target) };
                match outbound {
                    Some(outbound) => Keys::Remote(Arc::new(RemoteKeys::new(outbound.clone(), place))),
                    None => return wrong("its keys cannot be fetched"),
                }
            }
        };
        let mut algorithms = options.algorithms.clone();
        if algorithms.is_empty() {
            algorithms = if is_secret {
                vec![Algorithm::Hs256]
            } else {
                Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect()
            };
        }
        if algorithms.iter().any(|algorithm| algorithm.is_symmetric() != is_secret) {
            return wrong("algorithms HS256, HS384 and HS512 need a secret, and a secret needs one of them");
        }
        Ok(Self {
            issuer: options.issuer.as_str().into(),
            wanted: Wanted {
                audiences,
                audience_claim: options.audience_claim.as_str().into(),
                needs_audience: true,
                subject_claims: vec![options.subject_claim.as_str().into()],
                scopes_claims: Wanted::names(&options.scopes_claims),
                roles_claims: Wanted::names(&options.roles_claims),
                needs_end: true,
                leeway: options.leeway,
            },
            algorithms,
            keys,
        })
    }

    pub(in crate::authentication) fn look(self: &Arc<Self>, token: &Unverified<'_>) -> Looked {
        if token.issuer.as_deref().is_none_or(|issuer| !self.is_mine(issuer)) {
            return Looked::NotMine;
        }
        match self.try_verify(token, true) {
            Ok(said) => Looked::Said(said),
            Err(mut attempts) => {
                let (this, token) = (Arc::clone(self), token.whole.to_owned());
                Looked::Asking(Box::pin(async move {
                    let waited = tokio::time::timeout(PATIENCE, attempts.changed()).await;
                    let Some(Ok(token)) = Unverified::read(&token) else { return Err(Denied::missing()) };
                    if waited.is_err() {
                        tracing::debug!("an issuer takes long to say what its keys are");
                    }
                    this.try_verify(&token, false).unwrap_or(Err(Denied::unavailable()))
                }))
            }
        }
    }

    /// Whether tokens of this issuer are to be looked at here. Some add a slash to the name that people gave.
    fn is_mine(&self, issuer: &str) -> bool {
        match &self.keys {
            Keys::Remote(keys) if keys.is_discovered() => {
                issuer.trim_end_matches('/') == self.issuer.trim_end_matches('/')
            }
            _ => *issuer == *self.issuer,
        }
    }

    /// What is to be said of a token; or what to wait for, if that is worth it.
    fn try_verify(
        &self,
        token: &Unverified<'_>,
        may_wait: bool,
    ) -> Result<Result<Verified, Denied>, watch::Receiver<u64>> {
        let keys = match &self.keys {
            Keys::Fixed(keys) => Arc::clone(keys),
            Keys::File(file) => file.keys(),
            Keys::Remote(remote) => {
                // Nobody is asked about a token that cannot be right.
                let (read, algorithm) = match self.header(token) {
                    Ok(read) => read,
                    Err(denied) => return Ok(Err(denied)),
                };
                match remote.have(read.key_id(), algorithm, may_wait) {
                    Have::Soon(attempts) => return Err(attempts),
                    Have::Nothing => return Ok(Err(Denied::unavailable())),
                    Have::Keys(_, Some(issuer)) if token.issuer.as_deref() != Some(&*issuer) => {
                        return Ok(Err(Denied::invalid("the token's issuer is not believed here")));
                    }
                    Have::Keys(keys, _) => keys,
                }
            }
        };
        Ok(self.verify(token, &keys))
    }

    /// What the token's header says, if it may be right.
    fn header(&self, token: &Unverified<'_>) -> Result<(Header, Algorithm), Denied> {
        let read = Header::read(token.parts[0]).map_err(Denied::invalid)?;
        if !read.is_access_token() {
            return Err(Denied::invalid("the token's header says that it is no access token"));
        }
        let algorithm = read.algorithm().filter(|algorithm| self.algorithms.contains(algorithm));
        let algorithm =
            algorithm.ok_or(Denied::invalid("the token is signed in a way that is not allowed"))?;
        Ok((read, algorithm))
    }

    fn verify(&self, token: &Unverified<'_>, keys: &KeySet) -> Result<Verified, Denied> {
        let [header, payload, signature] = token.parts;
        let (read, algorithm) = self.header(token)?;
        let key = keys.find(read.key_id(), algorithm);
        let key =
            key.ok_or(Denied::invalid("the token is signed with a key that its issuer does not have"))?;
        let signature =
            token::signature(signature).ok_or(Denied::invalid("the token's signature is malformed"))?;
        // Both parts are next to each other in the token, with the dot between them.
        let signed = [header, ".", payload].concat();
        if !key.verifies(algorithm, signed.as_bytes(), &signature) {
            return Err(Denied::invalid("the token's signature is wrong"));
        }
        let found = self.wanted.check(&token.claims, SystemTime::now()).map_err(Denied::invalid)?;
        let mut principal =
            Principal::of_subject(&found.subject).known_to(token.issuer.as_deref().unwrap_or(&self.issuer));
        if let Some(client) = &found.client {
            principal = principal.through_client(client);
        }
        let grants = Grants {
            scopes: found.scopes,
            roles: found.roles,
            claims: Some(token.claims.clone()),
            method: AuthenticationMethod::Jwt,
            expires_at: found.expires_at,
            token: None,
        };
        Ok(Verified { principal: principal.granted(grants), bound_to: found.bound_to })
    }
}
