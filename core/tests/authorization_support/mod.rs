//! Random policies.

#![allow(clippy::allow_attributes, dead_code, reason = "no test uses all of it")]

use proptest::prelude::*;
use serde_json::{Value, json};

/// The same about tools, prompts and resources.
pub fn any_policy_of_everything() -> impl Strategy<Value = Value> {
    any_policy().prop_map(|mut policy| {
        for rule in policy["rules"].as_array_mut().into_iter().flatten() {
            rule["prompts"] = rule["tools"].clone();
            let uris = rule["tools"].as_array().into_iter().flatten().filter_map(Value::as_str);
            rule["resources"] = uris.map(|tool| format!("t://{tool}")).collect();
        }
        policy
    })
}

/// A policy of a few rules about a few roles and names.
pub fn any_policy() -> impl Strategy<Value = Value> {
    let some = |of: &'static [&'static str]| prop::collection::vec(prop::sample::select(of), 0..3);
    let rule = (
        prop::sample::select(vec!["allow", "allow", "deny"]),
        some(&["reader", "writer", "admin"]),
        some(&["s1", "s2"]),
        some(&["alice", "b*", "*"]),
        some(&["*", "read_*", "*_b", "write_a", "read_b", "admin_*"]),
    );
    let rule = rule.prop_map(|(effect, roles, scopes, subjects, tools)| {
        json!({"effect": effect, "roles": roles, "scopes": scopes, "subjects": subjects, "tools": tools})
    });
    (prop::collection::vec(rule, 0..6), any::<bool>()).prop_map(|(rules, includes)| {
        let reader = if includes { json!({"scopes": "s2"}) } else { json!({}) };
        json!({
            "rules": rules,
            "roles": {"reader": reader, "writer": {"includes": "reader"}, "admin": {"includes": ["writer"]}},
        })
    })
}
