//! A policy as people write it: the section `authorization`, or a file of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::OneOrMany;

/// A policy as it is written. Names of several words have a spelling in `snake_case` and one in `camelCase`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Definition {
    /// Where the claims of a token name roles: `roles`, `realm_access.roles`. Each is the name of a claim as a whole, or else a
    /// path with dots.
    #[serde(alias = "rolesClaim")]
    pub roles_claim: OneOrMany,
    /// Where they name groups.
    #[serde(alias = "groupsClaim")]
    pub groups_claim: OneOrMany,
    /// The roles of whoever is at this end of stdio, or in the same process.
    #[serde(alias = "localRoles")]
    pub local_roles: OneOrMany,
    /// Their scopes.
    #[serde(alias = "localScopes")]
    pub local_scopes: OneOrMany,
    /// Whether a caller that lacks nothing but a scope is told which, so that its client can ask for it (AUTH-5): over HTTP, where
    /// a token was shown. Without, what lacks a scope is answered as what does not exist.
    #[serde(alias = "stepUp")]
    pub step_up: bool,
    /// Which scopes a broader one contains (AUTH-9).
    #[serde(alias = "scopeIncludes")]
    pub scope_includes: BTreeMap<String, OneOrMany>,
    /// Who has which role.
    pub roles: BTreeMap<String, RoleDefinition>,
    /// What they may do. Without any, everything that asks for nothing itself may be done by everybody.
    pub rules: Vec<RuleDefinition>,
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            roles_claim: OneOrMany::default(),
            groups_claim: OneOrMany::default(),
            local_roles: OneOrMany::default(),
            local_scopes: OneOrMany::default(),
            step_up: true,
            scope_includes: BTreeMap::new(),
            roles: BTreeMap::new(),
            rules: Vec::new(),
        }
    }
}

/// Who has a role: whoever was given it by name, and whoever any of these is true of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleDefinition {
    /// The roles that whoever has this one has, too.
    pub includes: OneOrMany,
    /// Any of these scopes.
    pub scopes: OneOrMany,
    /// Any of these subjects, `*` for any text.
    pub subjects: OneOrMany,
    /// Any of these clients, likewise.
    pub clients: OneOrMany,
    /// Any of these groups.
    pub groups: OneOrMany,
    /// Any of these claims: where it is, and the value it has or contains.
    pub claims: BTreeMap<String, Value>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever others allow.
    Deny,
}

/// One rule. It is about a caller that fits all of `roles`, `scopes`, `subjects` and `clients` that it has, and about any target
/// that fits one of its patterns; with none, about everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    /// What explanations and audit records call it; `rule 3` where it has none.
    #[serde(default)]
    pub name: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// Any of these roles.
    #[serde(default)]
    pub roles: OneOrMany,
    /// All of these scopes.
    #[serde(default)]
    pub scopes: OneOrMany,
    /// Any of these subjects, `*` for any text.
    #[serde(default)]
    pub subjects: OneOrMany,
    /// Any of these clients, likewise.
    #[serde(default)]
    pub clients: OneOrMany,
    /// Names of tools, `*` for any text.
    #[serde(default)]
    pub tools: OneOrMany,
    /// URIs of resources, and templates as they are written.
    #[serde(default)]
    pub resources: OneOrMany,
    /// Names of prompts.
    #[serde(default)]
    pub prompts: OneOrMany,
    /// Methods about tasks: `tasks/cancel`.
    #[serde(default)]
    pub tasks: OneOrMany,
    /// Methods of the author's own, and of extensions.
    #[serde(default)]
    pub methods: OneOrMany,
    /// What arguments have to be: where each is, and the conditions it has to meet.
    #[serde(default)]
    pub arguments: BTreeMap<String, ConditionDefinition>,
}

/// What an argument has to be: everything that is said here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConditionDefinition {
    /// This value.
    #[serde(deserialize_with = "whatever")]
    pub equals: Option<Value>,
    /// One of these values.
    #[serde(alias = "oneOf")]
    pub one_of: Option<Vec<Value>>,
    /// A text that this regular expression matches as a whole.
    pub matches: Option<String>,
    /// A number between these.
    pub range: Option<RangeDefinition>,
    /// A text that begins with one of these.
    #[serde(alias = "startsWith")]
    pub starts_with: Option<OneOrMany>,
    /// SQL that does no more than this.
    pub sql: Option<SqlDefinition>,
    /// Whether it may also be absent, or null.
    pub optional: bool,
}

/// The numbers from one to another, both included.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RangeDefinition {
    /// The least.
    pub min: Option<serde_json::Number>,
    /// The most.
    pub max: Option<serde_json::Number>,
}

/// What SQL may do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqlDefinition {
    /// Which statements: `select`, `insert`, `update`, `delete`. `select` alone where nothing is said.
    pub statements: OneOrMany,
    /// Which tables it may name, `*` for any text; all that are not the database's own where nothing is said.
    pub tables: Option<OneOrMany>,
    /// Which of them it may not.
    #[serde(alias = "denyTables")]
    pub deny_tables: OneOrMany,
    /// Which tables it may change; those it may name where nothing is said.
    #[serde(alias = "writeTables")]
    pub write_tables: Option<OneOrMany>,
    /// Which functions it may call besides those that only compute.
    pub functions: OneOrMany,
}

/// A member that may be null, which is not the same as absent.
fn whatever<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
