//! All proofs that come in.

use super::nonces::Nonces;
use super::options::DpopOptions;
use super::proof::{LEEWAY, Shown};
use super::replays::{First, Replays};
use crate::authentication::Denied;
use crate::authentication::binding::{Binding, Evidence};
use crate::error::Result as MadeResult;

/// Looks at them.
pub(in crate::authentication) struct Proofs {
    options: DpopOptions,
    nonces: Option<Nonces>,
    replays: Replays,
}

impl Proofs {
    pub(in crate::authentication) fn new(options: &DpopOptions) -> MadeResult<Self> {
        // One of the future counts, too, until it is as old as it may be.
        let replays = Replays::new(options.max_age + LEEWAY * 2);
        let nonces = options.nonce.then(Nonces::new).transpose()?;
        Ok(Self { options: options.clone(), nonces, replays })
    }

    /// The number that the next proof is to have in it, if any.
    pub(in crate::authentication) fn nonce(&self) -> Option<String> {
        self.nonces.as_ref().map(Nonces::current)
    }

    /// Whether what came with a token is enough for what it is bound to.
    pub(in crate::authentication) fn check(
        &self,
        bound: Option<&Binding>,
        evidence: &Evidence,
    ) -> Result<(), Denied> {
        if let Some(certificate) = bound.and_then(|bound| bound.certificate)
            && evidence.certificate != Some(certificate)
        {
            return Err(Denied::invalid(
                "the token is bound to a client certificate that this connection was not opened with",
            ));
        }
        match (bound.and_then(|bound| bound.key.as_deref()), &evidence.proof) {
            (None, None) if self.options.required => {
                Err(Denied::unproven("tokens have to be bound to a key, which this one is not"))
            }
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Denied::invalid("the token is not bound to a key: send it as Bearer")),
            (Some(_), None) => Err(Denied::unproven(
                "the token is bound to a key: send it as DPoP, with a proof in the header DPoP",
            )),
            (Some(key), Some(shown)) => self.prove(key, shown),
        }
    }

    fn prove(&self, key: &str, shown: &Shown) -> Result<(), Denied> {
        let proven = shown.check(self.options.max_age).map_err(Denied::unproven)?;
        if proven.key != key {
            return Err(Denied::unproven("the proof is by another key than the token is bound to"));
        }
        if let Some(nonces) = &self.nonces
            && proven.nonce.is_none_or(|nonce| !nonces.knows(&nonce))
        {
            return Err(Denied::without_nonce());
        }
        match self.replays.first(key, &proven.name) {
            First::Yes => Ok(()),
            First::No => Err(Denied::unproven("the proof was used before")),
            First::Unknown => Err(Denied::unavailable()),
        }
    }
}
