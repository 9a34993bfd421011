//! One rule: whom and what it is about, and what it asks of arguments.

use std::sync::Arc;

use super::conditions::Condition;
use super::pattern::Pattern;
use super::policy::Target;
use super::{Access, Effect, OneOrMany, RuleDefinition};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Principal;

#[derive(Debug)]
pub(super) struct Rule {
    pub name: Arc<str>,
    pub effect: Effect,
    pub roles: Box<[Box<str>]>,
    pub scopes: Box<[Box<str>]>,
    subjects: Vec<Pattern>,
    clients: Vec<Pattern>,
    targets: [Vec<Pattern>; 5],
    pub names_tasks: bool,
    /// About everything: it has no patterns at all.
    everything: bool,
    pub conditions: Vec<Condition>,
}

impl Rule {
    /// # Errors
    /// [`ErrorKind::Configuration`]: what is written cannot be meant.
    pub fn new(number: usize, definition: &RuleDefinition) -> Result<Self> {
        let name = definition.name.clone().unwrap_or_else(|| format!("rule {number}"));
        let wrong = |what: &str| Error::new(ErrorKind::Configuration, format!("{name}: {what}"));
        let patterns = |texts: &OneOrMany| texts.iter().map(Pattern::new).collect::<Vec<_>>();
        let targets = [
            &definition.tools,
            &definition.resources,
            &definition.prompts,
            &definition.tasks,
            &definition.methods,
        ];
        let whom = [&definition.roles, &definition.scopes, &definition.subjects, &definition.clients];
        if targets.iter().chain(&whom).any(|texts| texts.iter().any(str::is_empty)) {
            return Err(wrong("one of its texts is empty"));
        }
        let has_other_targets = [&definition.resources, &definition.tasks, &definition.methods]
            .iter()
            .any(|texts| !texts.is_empty());
        let has_callable = !definition.tools.is_empty() || !definition.prompts.is_empty();
        if !definition.arguments.is_empty() && (has_other_targets || !has_callable) {
            return Err(wrong(
                "only tools and prompts have arguments; it has to name some of them, and nothing else",
            ));
        }
        let conditions = definition.arguments.iter();
        let conditions =
            conditions.map(|(path, condition)| Condition::new(path, condition, definition.effect, &name));
        let texts = |texts: &OneOrMany| texts.iter().map(Box::from).collect();
        Ok(Self {
            conditions: conditions.collect::<Result<_>>()?,
            effect: definition.effect,
            roles: texts(&definition.roles),
            scopes: texts(&definition.scopes),
            subjects: patterns(&definition.subjects),
            clients: patterns(&definition.clients),
            names_tasks: !definition.tasks.is_empty(),
            everything: targets.iter().all(|texts| texts.is_empty()),
            targets: targets.map(patterns),
            name: name.into(),
        })
    }

    /// Whether it is about this caller, but for the scopes that it asks for.
    pub fn is_about(&self, access: &Access, principal: Option<&Principal>) -> bool {
        let one_of = |patterns: &[Pattern], text: Option<&str>| {
            patterns.is_empty()
                || text.is_some_and(|text| patterns.iter().any(|pattern| pattern.matches(text)))
        };
        (self.roles.is_empty() || self.roles.iter().any(|role| access.has_role(role)))
            && one_of(&self.subjects, principal.and_then(Principal::subject))
            && one_of(&self.clients, principal.and_then(Principal::client))
    }

    /// Why it is not about this caller, in words.
    pub fn why_not_about(&self, access: &Access, principal: Option<&Principal>) -> Option<String> {
        let named = |texts: &[Box<str>]| texts.join(", ");
        if !self.is_about(access, principal) {
            let is_role_missing =
                !self.roles.is_empty() && !self.roles.iter().any(|role| access.has_role(role));
            let whom = if is_role_missing { named(&self.roles) } else { "other callers".to_owned() };
            return Some(format!("it is for {whom}"));
        }
        let lacking: Vec<_> = self.scopes.iter().filter(|scope| !access.has_scope(scope)).cloned().collect();
        (!lacking.is_empty()).then(|| format!("it takes scopes that the caller lacks: {}", named(&lacking)))
    }

    /// Whether it is about this.
    pub fn covers(&self, target: Target<'_>) -> bool {
        let [tools, resources, prompts, tasks, methods] = &self.targets;
        let any = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.matches(text));
        self.everything
            || match target {
                Target::Tool(name) => any(tools, name),
                Target::Resource(uri) => any(resources, uri),
                // One that some of its URIs are allowed of has to be seen; one that some are denied of, too.
                Target::ResourceTemplate(template) => match self.effect {
                    Effect::Allow => resources.iter().any(|pattern| pattern.meets_template(template)),
                    Effect::Deny => any(resources, template),
                },
                Target::Prompt(name) => any(prompts, name),
                Target::Task(method) => any(tasks, method),
                Target::Method(method) => any(methods, method),
            }
    }

    /// # Errors
    /// The first condition that is not met, in words.
    pub fn check(&self, arguments: &str) -> std::result::Result<(), String> {
        self.conditions.iter().try_for_each(|condition| condition.check(arguments))
    }

    /// What arguments must not be, in words: all of it together.
    pub fn denial(&self) -> String {
        let words: Vec<_> = self.conditions.iter().map(Condition::denial).collect();
        words.join(", where ")
    }
}
