//! Why something is decided as it is: what each rule about it says.

use std::sync::Arc;

use super::{Access, Effect, Policy, Target};
use crate::model::Principal;

/// What one rule says of something, or why it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReason {
    /// Its name.
    pub rule: Arc<str>,
    /// What it does, where it fits.
    pub effect: Effect,
    /// What it says, in words.
    pub reason: String,
}

impl Policy {
    /// What every rule that names the target says of it to this caller, whose [access](Policy::access) this is, with these
    /// arguments, a JSON object. For people who ask about a policy; a decision needs none of it.
    #[must_use]
    pub fn explain(
        &self,
        access: &Access,
        principal: Option<&Principal>,
        target: Target<'_>,
        arguments: &str,
    ) -> Vec<RuleReason> {
        let about = self.rules.iter().filter(|rule| rule.covers(target));
        let reason = about.map(|rule| {
            let reason = match (rule.why_not_about(access, principal), rule.effect) {
                (Some(why), _) => why,
                (None, Effect::Deny) if rule.conditions.is_empty() => "it denies this".to_owned(),
                (None, Effect::Deny) => match rule.check(arguments) {
                    Ok(()) => format!("it denies this: {}", rule.denial()),
                    Err(_) => "it denies other arguments".to_owned(),
                },
                (None, Effect::Allow) => match rule.check(arguments) {
                    Ok(()) => "it allows this".to_owned(),
                    Err(why) => format!("it allows other arguments: {why}"),
                },
            };
            RuleReason { rule: Arc::clone(&rule.name), effect: rule.effect, reason }
        });
        reason.collect()
    }
}
