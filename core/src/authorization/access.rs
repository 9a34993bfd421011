//! What a caller is to a policy: its roles, its scopes, the rules about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::paths::{Path, texts};
use super::pattern::Pattern;
use super::values::{Doubt, Named};
use super::{Definition, OneOrMany};
use crate::error::{Error, ErrorKind, Result};
use crate::json;
use crate::model::{Principal, Requirements};

/// What a caller is to a policy. Two callers of the same access may do the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Access {
    /// Sorted, each once.
    roles: Vec<Arc<str>>,
    /// Sorted, each once.
    scopes: Vec<Arc<str>>,
    /// The numbers of the rules about it, in order.
    pub(super) rules: Vec<u32>,
    /// Those that would be, had it their scopes.
    pub(super) lacking: Vec<u32>,
}

impl Access {
    /// Whether it has this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| **own == *role)
    }

    /// Whether it has this scope, or one that contains it.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| **own == *scope)
    }

    /// Its roles, included ones too.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(|role| &**role)
    }

    /// Its scopes, included ones too.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|scope| &**scope)
    }

    /// Whether it has one of the roles that an item asks for, if it asks for any.
    pub(super) fn has_role_for(&self, requires: &Requirements) -> bool {
        requires.roles.is_empty() || requires.roles.iter().any(|role| self.has_role(role))
    }
}

/// Who has which role, and which scopes contain which.
#[derive(Debug, Default)]
pub(super) struct Roles {
    role_paths: Vec<Path>,
    group_paths: Vec<Path>,
    /// Roles and scopes of whoever is at this end.
    local: [Vec<Arc<str>>; 2],
    given: Vec<Given>,
    role_includes: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    scope_includes: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// What a role is given by.
#[derive(Debug)]
struct Given {
    role: Arc<str>,
    scopes: Vec<Box<str>>,
    subjects: Vec<Pattern>,
    clients: Vec<Pattern>,
    groups: Vec<Box<str>>,
    claims: Vec<(Path, Named)>,
}

impl Roles {
    /// # Errors
    /// [`ErrorKind::Configuration`]: a role that is named is not defined, where any is.
    pub fn new(definition: &Definition) -> Result<Self> {
        let known = |role: &str, place: &str| {
            if definition.roles.is_empty() || definition.roles.contains_key(role) {
                return Ok(());
            }
            let all: Vec<_> = definition.roles.keys().map(String::as_str).collect();
            let message = format!("{place} names the role {role:?}; the roles are {}", all.join(", "));
            Err(Error::new(ErrorKind::Configuration, message))
        };
        for (role, of) in &definition.roles {
            of.includes.iter().try_for_each(|included| known(included, &format!("the role {role}")))?;
        }
        definition.local_roles.iter().try_for_each(|role| known(role, "local_roles"))?;
        for (at, rule) in definition.rules.iter().enumerate() {
            let name = rule.name.clone().unwrap_or_else(|| format!("rule {}", at + 1));
            rule.roles.iter().try_for_each(|role| known(role, &name))?;
        }
        let paths = |texts: &OneOrMany| texts.iter().map(Path::new).collect();
        let patterns = |texts: &OneOrMany| texts.iter().map(Pattern::new).collect();
        let boxes = |texts: &OneOrMany| texts.iter().map(Box::from).collect();
        let arcs = |texts: &OneOrMany| texts.iter().map(Arc::from).collect::<Vec<Arc<str>>>();
        let given = definition.roles.iter().map(|(role, of)| Given {
            role: role.as_str().into(),
            scopes: boxes(&of.scopes),
            subjects: patterns(&of.subjects),
            clients: patterns(&of.clients),
            groups: boxes(&of.groups),
            claims: of
                .claims
                .iter()
                .map(|(path, value)| (Path::new(path), Named::new(value.clone())))
                .collect(),
        });
        let role_includes = definition.roles.iter().filter(|(_, of)| !of.includes.is_empty());
        let scope_includes = definition.scope_includes.iter();
        Ok(Self {
            role_paths: paths(&definition.roles_claim),
            group_paths: paths(&definition.groups_claim),
            local: [arcs(&definition.local_roles), arcs(&definition.local_scopes)],
            given: given.collect(),
            role_includes: role_includes
                .map(|(role, of)| (role.as_str().into(), arcs(&of.includes)))
                .collect(),
            scope_includes: scope_includes.map(|(scope, of)| (scope.as_str().into(), arcs(of))).collect(),
        })
    }

    /// Its roles and scopes; no rules yet. `local` is one at this end of stdio, or in the same process, of whom nothing is known.
    pub fn access(&self, principal: Option<&Principal>, local: bool) -> Access {
        let grants = principal.and_then(Principal::grants);
        let claims = grants.and_then(|grants| grants.claims.as_ref()).map(json::RawJson::as_str);
        let arcs =
            |texts: &[Box<str>]| texts.iter().map(|text| Arc::from(&**text)).collect::<Vec<Arc<str>>>();
        let mut scopes = grants.map(|grants| arcs(&grants.scopes)).unwrap_or_default();
        let mut roles = grants.map(|grants| arcs(&grants.roles)).unwrap_or_default();
        if local && principal.is_none() {
            let [local_roles, local_scopes] = &self.local;
            roles.extend(local_roles.iter().cloned());
            scopes.extend(local_scopes.iter().cloned());
        }
        let scopes = closure(scopes, &self.scope_includes);
        for path in &self.role_paths {
            roles.extend(claims.into_iter().flat_map(|claims| texts(path, claims)).map(Arc::from));
        }
        let groups: Vec<_> = match claims {
            Some(claims) => self.group_paths.iter().flat_map(|path| texts(path, claims)).collect(),
            None => Vec::new(),
        };
        let one_of = |patterns: &[Pattern], text: Option<&str>| {
            text.is_some_and(|text| patterns.iter().any(|pattern| pattern.matches(text)))
        };
        let is_given = |given: &Given| {
            given.scopes.iter().any(|scope| scopes.iter().any(|own| **own == **scope))
                || one_of(&given.subjects, principal.and_then(Principal::subject))
                || one_of(&given.clients, principal.and_then(Principal::client))
                || given.groups.iter().any(|group| groups.iter().any(|own| **own == **group))
                || given.claims.iter().any(|(path, named)| {
                    let found = claims.map(|claims| path.find(claims)).unwrap_or_default();
                    found.values.iter().any(|value| named.is(value, Doubt::Misfits))
                })
        };
        roles.extend(self.given.iter().filter(|given| is_given(given)).map(|given| Arc::clone(&given.role)));
        Access { roles: closure(roles, &self.role_includes), scopes, ..Access::default() }
    }
}

/// These and all that they include, sorted, each once.
fn closure(mut all: Vec<Arc<str>>, includes: &BTreeMap<Arc<str>, Vec<Arc<str>>>) -> Vec<Arc<str>> {
    if !includes.is_empty() {
        let mut at = 0;
        while let Some(next) = all.get(at) {
            for included in includes.get(next).into_iter().flatten() {
                if !all.contains(included) {
                    all.push(Arc::clone(included));
                }
            }
            at += 1;
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
