//! Why somebody is not let in, and what to tell them.

use http::StatusCode;

/// A refusal at the door. Its words are fixed: nothing of what was sent is in them (SEC-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// 400 for a request that is malformed (AUTH-6), 401 (AUTH-3), 403 for too few scopes (AUTH-5), 503 where nobody can be asked.
    pub status: StatusCode,
    /// The error of RFC 6750; none where no credentials came.
    pub error: Option<&'static str>,
    /// What is wrong, in a sentence.
    pub description: &'static str,
    /// For which scheme the challenge is meant besides `Bearer`: a token that is bound to a key (RFC 9449).
    pub proof: Option<ProofWanted>,
}

/// What is wrong with the proof that a token belongs to whoever shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofWanted {
    /// A proof.
    Proof,
    /// A proof with the number that comes with this answer.
    Nonce,
}

impl Denied {
    /// No credentials at all.
    pub(super) const fn missing() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: None,
            description: "credentials are required: send a token in the header Authorization",
            proof: None,
        }
    }

    /// Credentials that are not believed.
    pub(super) const fn invalid(description: &'static str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: Some("invalid_token"), description, proof: None }
    }

    /// A token that is bound to a key, without a proof that it is the caller's.
    pub(super) const fn unproven(description: &'static str) -> Self {
        Self {
            error: Some("invalid_dpop_proof"),
            proof: Some(ProofWanted::Proof),
            ..Self::invalid(description)
        }
    }

    /// The same where the proof lacks a number of ours.
    pub(super) const fn without_nonce() -> Self {
        Self {
            error: Some("use_dpop_nonce"),
            proof: Some(ProofWanted::Nonce),
            ..Self::invalid("the proof has to have the number in it that this answer brings")
        }
    }

    /// A request that cannot be understood.
    pub(super) const fn malformed(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: Some("invalid_request"), description, proof: None }
    }

    /// Somebody who may not do anything here.
    pub(super) const fn insufficient() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            error: Some("insufficient_scope"),
            description: "the credentials lack a scope that every request needs",
            proof: None,
        }
    }

    /// Nobody who could say whether the credentials are good answers: they are not believed, but may be later.
    pub(super) const fn unavailable() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            error: None,
            description: "credentials cannot be verified at the moment; try again in a moment",
            proof: None,
        }
    }
}
