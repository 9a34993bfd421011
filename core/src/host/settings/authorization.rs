//! The section `authorization`: who may do what.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::policy_file::PolicyFile;
use crate::authorization::{Definition, LivePolicy, OneOrMany, Policy, RoleDefinition, RuleDefinition};
use crate::error::{Error, ErrorKind, Result};

/// Who may do what: roles and rules, as a [`Definition`] has them, or a file with them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizationSettings {
    /// A file with a [`Definition`], TOML or JSON, which is read again when it changes. Beside it, only whoever is at this end is said
    /// here.
    #[serde(alias = "policyFile")]
    pub policy_file: Option<PathBuf>,
    /// How often it is looked whether that has changed, at most; 1 second, 0 for never.
    #[serde(alias = "reloadSeconds")]
    pub reload_seconds: Option<f64>,
    /// The roles of whoever is at this end of stdio, or in the same process; these, whatever the file says.
    #[serde(alias = "localRoles")]
    pub local_roles: Option<OneOrMany>,
    /// Their scopes, likewise.
    #[serde(alias = "localScopes")]
    pub local_scopes: Option<OneOrMany>,
    /// Where the claims of a token name roles.
    #[serde(alias = "rolesClaim")]
    pub roles_claim: Option<OneOrMany>,
    /// Where they name groups.
    #[serde(alias = "groupsClaim")]
    pub groups_claim: Option<OneOrMany>,
    /// Whether a caller that lacks nothing but a scope is told which (AUTH-5); it is unless this says otherwise.
    #[serde(alias = "stepUp")]
    pub step_up: Option<bool>,
    /// Which scopes a broader one contains (AUTH-9).
    #[serde(alias = "scopeIncludes")]
    pub scope_includes: Option<BTreeMap<String, OneOrMany>>,
    /// Who has which role.
    pub roles: Option<BTreeMap<String, RoleDefinition>>,
    /// What they may do.
    pub rules: Option<Vec<RuleDefinition>>,
}

impl AuthorizationSettings {
    /// Whoever says what callers may do, from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: what is said cannot be meant. [`ErrorKind::Io`]: the file cannot be read.
    pub fn authorizer(&self) -> Result<LivePolicy> {
        let every = self.reload_time()?;
        let Some(mut file) = self.file()? else {
            return Ok(LivePolicy::new(
                Policy::new(&self.inline()).map_err(|error| wrong(&error.to_string()))?,
            ));
        };
        let policy = LivePolicy::new(file.read()?);
        if every.is_zero() {
            return Ok(policy);
        }
        Ok(policy.watching(every, Box::new(move || file.look())))
    }

    /// What it says, with what its file says.
    ///
    /// # Errors
    /// See [`AuthorizationSettings::authorizer`].
    pub fn definition(&self) -> Result<Definition> {
        self.file()?.map_or_else(|| Ok(self.inline()), |file| file.definition())
    }

    fn file(&self) -> Result<Option<PolicyFile>> {
        let Some(path) = &self.policy_file else { return Ok(None) };
        let beside = [
            ("roles_claim", self.roles_claim.is_some()),
            ("groups_claim", self.groups_claim.is_some()),
            ("step_up", self.step_up.is_some()),
            ("scope_includes", self.scope_includes.is_some()),
            ("roles", self.roles.is_some()),
            ("rules", self.rules.is_some()),
        ];
        if let Some((name, _)) = beside.into_iter().find(|(_, is_said)| *is_said) {
            return Err(wrong(&format!("{name} belongs into the policy_file, where there is one")));
        }
        Ok(Some(PolicyFile::new(path.clone(), self.local_roles.clone(), self.local_scopes.clone())))
    }

    fn inline(&self) -> Definition {
        Definition {
            roles_claim: self.roles_claim.clone().unwrap_or_default(),
            groups_claim: self.groups_claim.clone().unwrap_or_default(),
            local_roles: self.local_roles.clone().unwrap_or_default(),
            local_scopes: self.local_scopes.clone().unwrap_or_default(),
            step_up: self.step_up.unwrap_or(true),
            scope_includes: self.scope_includes.clone().unwrap_or_default(),
            roles: self.roles.clone().unwrap_or_default(),
            rules: self.rules.clone().unwrap_or_default(),
        }
    }

    fn reload_time(&self) -> Result<Duration> {
        let Some(seconds) = self.reload_seconds else { return Ok(Duration::from_secs(1)) };
        if self.policy_file.is_none() {
            return Err(wrong("reload_seconds is about a policy_file, and there is none"));
        }
        Duration::try_from_secs_f64(seconds).map_err(|_| wrong("reload_seconds must be a time in seconds"))
    }
}

fn wrong(why: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("authorization: {why}"))
}
