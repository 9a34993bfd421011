//! The decisions.

use std::borrow::Cow;
use std::sync::Arc;

use super::access::Roles;
use super::rules::Rule;
use super::{Access, Definition, Effect};
use crate::error::Result;
use crate::model::{Principal, Requirements};

/// What somebody wants to do something with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// The tool of this name.
    Tool(&'a str),
    /// The resource of this URI.
    Resource(&'a str),
    /// The resources of this template, some or all.
    ResourceTemplate(&'a str),
    /// The prompt of this name.
    Prompt(&'a str),
    /// A method about tasks. Tasks are their owners' anyway; rules are only asked where any names some.
    Task(&'a str),
    /// Another method that is not the protocol's own.
    Method(&'a str),
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDecision {
    /// How it is denied, if it is.
    pub denial: Option<Denial>,
    /// The name of the rule that decided, if one did.
    pub rule: Option<Arc<str>>,
    /// The reason, in words. Only of [`Denial::Arguments`] they are for the caller.
    pub reason: Cow<'static, str>,
}

/// How something is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// It does not exist, as far as this caller is to know.
    Unknown,
    /// It is not called with these arguments; the reason says what it may be called with.
    Arguments,
    /// It is for whoever has these scopes, all that it takes; the caller lacks nothing else (AUTH-5).
    Scopes(Vec<Box<str>>),
}

impl PolicyDecision {
    /// Whether it is allowed.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.denial.is_none()
    }

    /// It is none of what the caller sees.
    #[must_use]
    pub const fn unseen() -> Self {
        Self {
            denial: Some(Denial::Unknown),
            rule: None,
            reason: Cow::Borrowed("it is none of what the caller sees"),
        }
    }

    const fn allowed(rule: Option<Arc<str>>, reason: &'static str) -> Self {
        Self { denial: None, rule, reason: Cow::Borrowed(reason) }
    }

    fn denied(denial: Denial, rule: Option<&Arc<str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { denial: Some(denial), rule: rule.cloned(), reason: reason.into() }
    }
}

/// Who may do what.
#[derive(Debug)]
pub struct Policy {
    roles: Roles,
    pub(super) rules: Vec<Rule>,
    /// Whether any names methods about tasks.
    names_tasks: bool,
    step_up: bool,
}

impl Default for Policy {
    /// One without rules: only what items ask for counts.
    fn default() -> Self {
        Self { roles: Roles::default(), rules: Vec::new(), names_tasks: false, step_up: true }
    }
}

impl Policy {
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration): a rule asks for what cannot be meant, or names a role
    /// that is not defined, where any is.
    pub fn new(definition: &Definition) -> Result<Self> {
        let rules = definition.rules.iter().enumerate().map(|(at, rule)| Rule::new(at + 1, rule));
        let rules = rules.collect::<Result<Vec<_>>>()?;
        Ok(Self {
            roles: Roles::new(definition)?,
            names_tasks: rules.iter().any(|rule| rule.names_tasks),
            rules,
            step_up: definition.step_up,
        })
    }

    /// Whether it has rules, so that callers may see different things.
    #[must_use]
    pub const fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Whether callers that lack nothing but scopes are told which.
    #[must_use]
    pub const fn steps_up(&self) -> bool {
        self.step_up
    }

    /// What a caller is. `local` is one at this end of stdio, or in the same process: without a principal, it has the roles that
    /// the definition gives it.
    #[must_use]
    pub fn access(&self, principal: Option<&Principal>, local: bool) -> Access {
        let mut access = self.roles.access(principal, local);
        let (mut about, mut lacking) = (Vec::new(), Vec::new());
        for (number, rule) in (0..).zip(&self.rules) {
            if rule.is_about(&access, principal) {
                let has_scopes = rule.scopes.iter().all(|scope| access.has_scope(scope));
                if has_scopes { &mut about } else { &mut lacking }.push(number);
            }
        }
        (access.rules, access.lacking) = (about, lacking);
        access
    }

    fn about<'a>(&'a self, numbers: &'a [u32], target: Target<'a>) -> impl Iterator<Item = &'a Rule> {
        let rules = numbers.iter().filter_map(|&number| self.rules.get(usize::try_from(number).ok()?));
        rules.filter(move |rule| rule.covers(target))
    }

    /// Whether a rule denies it as a whole.
    pub(super) fn denies(&self, access: &Access, target: Target<'_>) -> bool {
        self.denying(access, target).is_some()
    }

    fn denying<'a>(&'a self, access: &'a Access, target: Target<'a>) -> Option<&'a Rule> {
        let mut about = self.about(&access.rules, target);
        about.find(|rule| rule.effect == Effect::Deny && rule.conditions.is_empty())
    }

    /// Whether it is there for the caller: listed, and found by its name. `requires` is what the item itself asks for.
    #[must_use]
    pub fn visible(
        &self,
        access: &Access,
        target: Target<'_>,
        requires: Option<&Requirements>,
    ) -> PolicyDecision {
        if let Some(rule) = self.denying(access, target) {
            return PolicyDecision::denied(Denial::Unknown, Some(&rule.name), "this rule denies it");
        }
        if let Some(requires) = requires {
            if !access.has_role_for(requires) {
                let reason = "it asks for a role that the caller does not have";
                return PolicyDecision::denied(Denial::Unknown, None, reason);
            }
            if !requires.scopes.iter().all(|scope| access.has_scope(scope)) {
                return PolicyDecision::denied(
                    Denial::Scopes(requires.scopes.clone()),
                    None,
                    "it asks for a scope that the caller does not have",
                );
            }
        }
        let mut allowing = self.about(&access.rules, target).filter(|rule| rule.effect == Effect::Allow);
        if let Some(rule) = allowing.next() {
            return PolicyDecision::allowed(Some(Arc::clone(&rule.name)), "this rule allows it");
        }
        // As good as a rule, where none says more.
        if requires.is_some() {
            return PolicyDecision::allowed(None, "the caller has what it asks for");
        }
        if self.rules.is_empty() {
            return PolicyDecision::allowed(None, "there are no rules, and it asks for nothing");
        }
        if matches!(target, Target::Task(_)) && !self.names_tasks {
            return PolicyDecision::allowed(None, "no rule names methods about tasks; a task is its owner's");
        }
        let mut lacking = self.about(&access.lacking, target).filter(|rule| rule.effect == Effect::Allow);
        match lacking.next() {
            Some(rule) => PolicyDecision::denied(
                Denial::Scopes(rule.scopes.to_vec()),
                Some(&rule.name),
                "this rule allows it to callers with scopes that this one does not have",
            ),
            None => PolicyDecision::denied(Denial::Unknown, None, "no rule allows it"),
        }
    }

    /// Whether it may be done with these arguments, a JSON object.
    #[must_use]
    pub fn call(
        &self,
        access: &Access,
        target: Target<'_>,
        requires: Option<&Requirements>,
        arguments: &str,
    ) -> PolicyDecision {
        let visible = self.visible(access, target, requires);
        if visible.is_allowed() { self.check_arguments(access, target, arguments, visible) } else { visible }
    }

    /// The same of what is [`visible`](Self::visible), by this decision.
    #[must_use]
    pub fn check_arguments(
        &self,
        access: &Access,
        target: Target<'_>,
        arguments: &str,
        visible: PolicyDecision,
    ) -> PolicyDecision {
        let mut refused: Option<(&Rule, String)> = None;
        let mut allowed: Option<&Rule> = None;
        for rule in self.about(&access.rules, target) {
            match rule.effect {
                Effect::Deny => {
                    if rule.check(arguments).is_ok() {
                        return PolicyDecision::denied(Denial::Arguments, Some(&rule.name), rule.denial());
                    }
                }
                Effect::Allow if allowed.is_some() => {}
                Effect::Allow => match rule.check(arguments) {
                    Ok(()) => allowed = Some(rule),
                    Err(why) => match &mut refused {
                        None => refused = Some((rule, why)),
                        Some((_, reasons)) => {
                            reasons.push_str("; or ");
                            reasons.push_str(&why);
                        }
                    },
                },
            }
        }
        match (allowed, refused) {
            (Some(rule), _) => PolicyDecision::allowed(
                Some(Arc::clone(&rule.name)),
                "this rule allows it with these arguments",
            ),
            (None, Some((rule, why))) => PolicyDecision::denied(Denial::Arguments, Some(&rule.name), why),
            (None, None) => visible,
        }
    }
}
