//! One server that is asked about tokens.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::options::{IntrospectionOptions, IntrospectionStyle};
use super::question::{Question, Said};
use crate::authentication::cache::Verified;
use crate::authentication::denied::Denied;
use crate::authentication::jwt::{Wanted, string};
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{AuthenticationMethod, Grants, Principal};
use crate::outbound::{Outbound, Target};

/// Asks, and looks at the answers.
pub(in crate::authentication) struct Asker {
    question: Question,
    outbound: Outbound,
    issuer: Option<Box<str>>,
    /// Under what name its subjects are known where no answer names an issuer.
    name: Box<str>,
    wanted: Wanted,
    /// How many questions there may be at a time: whoever makes up tokens must not bring down who knows them.
    places: Arc<Semaphore>,
}

const PLACES: usize = 16;
/// How long a request waits for a place.
const PATIENCE: Duration = Duration::from_secs(5);

impl Asker {
    /// # Errors
    /// [`ErrorKind::Configuration`] for options that cannot work, or would take tokens for other servers for ours.
    pub(in crate::authentication) fn new(
        options: &IntrospectionOptions,
        resource: Option<&str>,
        outbound: Outbound,
    ) -> Result<Self> {
        let wrong = |why: &str| {
            let message = format!("authentication.introspection, {:?}: {why}", options.url);
            Error::new(ErrorKind::Configuration, message)
        };
        let question = Question::new(options, Target::given(&options.url)?).map_err(wrong)?;
        // Of a token of another app GitHub says nothing; Google says which app it is of.
        let (said, needs_audience) = match (options.style, options.client_id.as_ref()) {
            (IntrospectionStyle::Github, _) => (Vec::new(), false),
            (IntrospectionStyle::Google, Some(id)) if options.audiences.is_empty() => {
                (vec![id.clone()], true)
            }
            (IntrospectionStyle::Google, _) if options.audiences.is_empty() => {
                return Err(wrong("Google's tokens are meant for an app of yours: give its client_id"));
            }
            _ => (options.audiences.clone(), options.needs_audience),
        };
        let audiences = match Wanted::audiences(&said, resource) {
            Some(audiences) => audiences,
            None if !needs_audience => Vec::new(),
            None => {
                return Err(wrong(
                    "there is neither an audience nor a resource: tokens for other servers would be taken for ours",
                ));
            }
        };
        let subject_claims = match &options.subject_claim {
            Some(claim) => vec![claim.as_str().into()],
            None => ["sub", "username", "client_id"].map(Box::from).to_vec(),
        };
        let issuer = options.issuer.as_deref();
        Ok(Self {
            question,
            outbound,
            issuer: issuer.map(Box::from),
            name: issuer.unwrap_or(&options.url).into(),
            wanted: Wanted {
                audiences,
                audience_claim: "aud".into(),
                needs_audience,
                subject_claims,
                scopes_claims: Wanted::names(&options.scopes_claims),
                roles_claims: Wanted::names(&options.roles_claims),
                needs_end: false,
                leeway: options.leeway,
            },
            places: Arc::new(Semaphore::new(PLACES)),
        })
    }

    /// Asks about a token. `Ok(None)`: it is not known there, or no longer good.
    pub(in crate::authentication) async fn ask(&self, token: &str) -> Result<Option<Verified>, Denied> {
        let failed = |why: &str| {
            tracing::warn!("cannot ask {} about a token: {why}", self.name);
            Denied::unavailable()
        };
        let place = timeout(PATIENCE, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(failed("too many questions wait for an answer")) };
        let (target, request) = self.question.about(token).map_err(failed)?;
        let answer = self.outbound.ask(&target, request).await.map_err(|why| failed(&why))?;
        match self.question.read(&answer).map_err(|why| failed(&why))? {
            Said::Inactive => Ok(None),
            Said::Active(claims) => self.verified(claims).map(Some).map_err(Denied::invalid),
        }
    }

    fn verified(&self, claims: RawJson) -> Result<Verified, &'static str> {
        let found = self.wanted.check(&claims, SystemTime::now())?;
        let named = string(claims.as_str(), "iss");
        if let (Some(issuer), Some(named)) = (&self.issuer, &named)
            && issuer.trim_end_matches('/') != named.trim_end_matches('/')
        {
            return Err("the token's issuer is not believed here");
        }
        let mut principal =
            Principal::of_subject(&found.subject).known_to(named.as_deref().unwrap_or(&self.name));
        if let Some(client) = &found.client {
            principal = principal.through_client(client);
        }
        let grants = Grants {
            scopes: found.scopes,
            roles: found.roles,
            claims: Some(claims),
            method: AuthenticationMethod::Introspection,
            expires_at: found.expires_at,
            token: None,
        };
        Ok(Verified { principal: principal.granted(grants), bound_to: found.bound_to })
    }
}
