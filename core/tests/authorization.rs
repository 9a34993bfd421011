//! Policies: who may do what, down to arguments, and why. Whatever is unclear is decided against the caller.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authorization_support;

use authorization_support::any_policy;
use oxmcp_core::authorization::{Definition, Denial, Policy, PolicyDecision, Target};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Grants, Principal, Requirements};
use proptest::prelude::*;
use serde_json::{Value, json};

fn policy(definition: &Value) -> Policy {
    Policy::new(&serde_json::from_value::<Definition>(definition.clone()).unwrap()).unwrap()
}

fn wrong(definition: &Value) -> String {
    match serde_json::from_value::<Definition>(definition.clone()) {
        Ok(definition) => Policy::new(&definition).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

fn somebody(roles: &[&str], scopes: &[&str]) -> Principal {
    let boxes = |texts: &[&str]| texts.iter().map(|text| Box::from(*text)).collect();
    Principal::of_subject("alice").granted(Grants {
        roles: boxes(roles),
        scopes: boxes(scopes),
        ..Grants::default()
    })
}

fn claiming(claims: &Value) -> Principal {
    let claims = Some(RawJson::from_value(claims));
    Principal::of_subject("alice").granted(Grants { claims, ..Grants::default() })
}

fn calls(policy: &Policy, who: &Principal, tool: &str, arguments: &Value) -> PolicyDecision {
    let access = policy.access(Some(who), false);
    policy.call(&access, Target::Tool(tool), None, &arguments.to_string())
}

/// Whether an argument `x` of this value is allowed, by a rule of this effect with this condition and one that allows the rest.
fn with_x(effect: &str, condition: &Value, arguments: &Value) -> bool {
    let mut rules = vec![json!({"effect": effect, "tools": "t", "arguments": {"x": condition}})];
    if effect == "deny" {
        rules.push(json!({"effect": "allow"}));
    }
    calls(&policy(&json!({ "rules": rules })), &somebody(&[], &[]), "t", arguments).is_allowed()
}

fn allows(condition: &Value, x: &Value) -> bool {
    with_x("allow", condition, &json!({ "x": x }))
}

fn denies(condition: &Value, x: &Value) -> bool {
    !with_x("deny", condition, &json!({ "x": x }))
}

#[test]
fn without_rules_everything_may_be_done_and_with_one_nothing_else() {
    let nobody = somebody(&[], &[]);
    assert!(calls(&policy(&json!({})), &nobody, "anything", &json!({})).is_allowed());
    let one = policy(&json!({"rules": [{"effect": "allow", "tools": "read_*"}]}));
    assert!(calls(&one, &nobody, "read_file", &json!({})).is_allowed());
    let denied = calls(&one, &nobody, "write_file", &json!({}));
    assert_eq!((denied.denial, &*denied.reason), (Some(Denial::Unknown), "no rule allows it"));
    let access = one.access(Some(&nobody), false);
    for target in [Target::Resource("a://b"), Target::Prompt("p"), Target::Method("own/method")] {
        assert!(!one.visible(&access, target, None).is_allowed(), "{target:?}");
    }
    // Tasks are their owners' anyway.
    assert!(one.visible(&access, Target::Task("tasks/get"), None).is_allowed());
}

#[test]
fn deny_beats_allow_in_whatever_order() {
    for rules in [
        json!([{"effect": "allow", "tools": "*"}, {"effect": "deny", "name": "no drops", "tools": "drop_*"}]),
        json!([{"effect": "deny", "name": "no drops", "tools": "drop_*"}, {"effect": "allow"}]),
    ] {
        let policy = policy(&json!({ "rules": rules }));
        let denied = calls(&policy, &somebody(&[], &[]), "drop_table", &json!({}));
        assert_eq!(denied.rule.as_deref(), Some("no drops"));
        assert_eq!(denied.denial, Some(Denial::Unknown));
    }
}

#[test]
fn roles_are_given_by_name_claims_scopes_subjects_groups_and_each_other() {
    let policy = policy(&json!({
        "roles_claim": ["realm_access.roles", "https://example.com/roles"],
        "groupsClaim": "groups",
        "local_roles": ["admin"],
        "scope_includes": {"db": ["db:read", "db:write"]},
        "roles": {
            "reader": {"scopes": ["db:read"]},
            "writer": {"includes": ["reader"], "groups": ["engineers"]},
            "admin": {"includes": ["writer"], "subjects": ["root@*"]},
            "paying": {"claims": {"plan.name": "gold", "plan.levels": 3}},
            "circle": {"includes": ["round"]},
            "round": {"includes": ["circle"]},
        },
    }));
    let roles = |who: Option<&Principal>, local| {
        policy.access(who, local).roles().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(roles(Some(&somebody(&["circle"], &[])), false), ["circle", "round"]);
    assert_eq!(roles(Some(&somebody(&[], &["db"])), false), ["reader"]);
    assert_eq!(roles(Some(&somebody(&[], &["db:readx"])), false), [""; 0]);
    assert_eq!(roles(Some(&claiming(&json!({"groups": "engineers"}))), false), ["reader", "writer"]);
    assert_eq!(roles(Some(&claiming(&json!({"groups": ["engineers", 5]}))), false), ["reader", "writer"]);
    assert_eq!(roles(Some(&Principal::of_subject("root@here")), false), ["admin", "reader", "writer"]);
    assert_eq!(roles(Some(&claiming(&json!({"realm_access": {"roles": ["paying"]}}))), false), ["paying"]);
    assert_eq!(
        roles(Some(&claiming(&json!({"https://example.com/roles": "writer"}))), false),
        ["reader", "writer"]
    );
    assert_eq!(roles(Some(&claiming(&json!({"plan": {"name": "gold"}}))), false), ["paying"]);
    assert_eq!(roles(Some(&claiming(&json!({"plan": {"levels": [1, 3.0]}}))), false), ["paying"]);
    assert_eq!(
        roles(Some(&claiming(&json!({"plan": {"name": ["silver"]}, "roles": ["admin"]}))), false),
        [""; 0]
    );
    // Whoever is at this end of stdio has what the configuration says, unless it is known who that is.
    assert_eq!(roles(None, true), ["admin", "reader", "writer"]);
    assert_eq!(roles(None, false), [""; 0]);
    assert_eq!(roles(Some(&somebody(&[], &[])), true), [""; 0]);
}

#[test]
fn a_rule_is_about_callers_that_fit_all_that_it_names() {
    let policy = policy(&json!({"rules": [
        {"effect": "allow", "roles": ["a", "b"], "scopes": ["s", "t"], "subjects": "al*", "tools": "x"},
        {"effect": "allow", "clients": "cli", "tools": "y"},
    ]}));
    assert!(calls(&policy, &somebody(&["b"], &["t", "s"]), "x", &json!({})).is_allowed());
    assert!(!calls(&policy, &somebody(&["c"], &["t", "s"]), "x", &json!({})).is_allowed());
    let other = Principal::of_subject("bob").granted(somebody(&["a"], &["s", "t"]).grants().unwrap().clone());
    assert!(!calls(&policy, &other, "x", &json!({})).is_allowed());
    assert!(calls(&policy, &other.through_client("cli"), "y", &json!({})).is_allowed());
    // What lacks nothing but scopes can be told so.
    let lacking = calls(&policy, &somebody(&["a"], &["s"]), "x", &json!({}));
    assert_eq!(lacking.denial, Some(Denial::Scopes(vec!["s".into(), "t".into()])));
}

#[test]
fn what_an_item_asks_for_is_as_good_as_a_rule() {
    let requires = Requirements { scopes: vec!["s".into()], roles: vec!["a".into(), "b".into()] };
    let plain = policy(&json!({}));
    let with_rules = policy(&json!({"rules": [{"effect": "allow", "tools": "other"}]}));
    for policy in [&plain, &with_rules] {
        let decide = |who: &Principal| {
            let access = policy.access(Some(who), false);
            policy.call(&access, Target::Tool("t"), Some(&requires), "{}").denial
        };
        assert_eq!(decide(&somebody(&["b"], &["s"])), None);
        assert_eq!(decide(&somebody(&["c"], &["s"])), Some(Denial::Unknown));
        assert_eq!(decide(&somebody(&["a"], &[])), Some(Denial::Scopes(vec!["s".into()])));
    }
    // It does not lift what rules say of arguments.
    let narrow = policy(&json!({"rules": [
        {"effect": "allow", "tools": "t", "arguments": {"x": {"equals": 1}}},
    ]}));
    let access = narrow.access(Some(&somebody(&["a"], &["s"])), false);
    let call = |text| narrow.call(&access, Target::Tool("t"), Some(&requires), text).denial;
    assert_eq!((call(r#"{"x":1}"#), call(r#"{"x":2}"#)), (None, Some(Denial::Arguments)));
}

#[test]
fn a_refusal_for_arguments_says_what_is_allowed_and_stays_visible() {
    let policy = policy(&json!({"rules": [
        {"effect": "allow", "tools": "pay", "arguments": {"amount": {"range": {"max": 100}}}},
        {"effect": "allow", "tools": "pay", "roles": "boss", "arguments": {"amount": {"range": {"max": 1000}}}},
        {"effect": "deny", "name": "sanctions", "tools": "pay", "arguments": {"to.country": {"one_of": ["XX"]}}},
    ]}));
    let clerk = somebody(&[], &[]);
    let refused = calls(&policy, &clerk, "pay", &json!({"amount": 500}));
    assert_eq!(refused.denial, Some(Denial::Arguments));
    assert_eq!(refused.reason, "the argument \"amount\" must be a number of at most 100");
    assert!(policy.visible(&policy.access(Some(&clerk), false), Target::Tool("pay"), None).is_allowed());
    let boss = somebody(&["boss"], &[]);
    assert!(calls(&policy, &boss, "pay", &json!({"amount": 500})).is_allowed());
    let refused = calls(&policy, &boss, "pay", &json!({"amount": 5000}));
    assert!(refused.reason.contains("at most 100; or ") && refused.reason.contains("at most 1000"));
    let refused = calls(&policy, &boss, "pay", &json!({"amount": 1, "to": {"country": "XX"}}));
    assert_eq!(refused.rule.as_deref(), Some("sanctions"));
    assert_eq!(refused.reason, "the argument \"to.country\" must not be one of \"XX\"");
}

#[test]
fn absent_null_and_empty_arguments_are_not_what_is_allowed() {
    let condition = json!({"equals": "a"});
    for arguments in [json!({}), json!({"x": null}), json!({"x": []}), json!({"X": "a"}), json!({"x": {}})] {
        assert!(!with_x("allow", &condition, &arguments), "{arguments}");
        assert!(with_x("deny", &condition, &arguments), "{arguments}");
    }
    let optional = json!({"equals": "a", "optional": true});
    assert!(with_x("allow", &optional, &json!({})) && with_x("allow", &optional, &json!({"x": null})));
    assert!(!with_x("allow", &optional, &json!({"x": "b"})));
    assert!(
        allows(&json!({"equals": null}), &json!(null))
            && !with_x("allow", &json!({"equals": null}), &json!({}))
    );
    assert!(allows(&json!({"one_of": [null, 1]}), &json!(null)));
}

#[test]
fn every_element_has_to_be_allowed_and_one_is_enough_to_be_denied() {
    let condition = json!({"oneOf": ["a", "b"]});
    assert!(allows(&condition, &json!(["a", "b", "a"])));
    assert!(!allows(&condition, &json!(["a", "c"])));
    assert!(!allows(&condition, &json!(["a", ["b"]])));
    assert!(!allows(&condition, &json!(["a", null])));
    assert!(denies(&condition, &json!(["c", "a"])));
    assert!(!denies(&condition, &json!(["c", "d"])));
    let inner = |effect: &str, x: &Value| {
        let rule = json!({"effect": effect, "tools": "t", "arguments": {"x.name": {"equals": "a"}}});
        let rules = json!({"rules": [rule, {"effect": "allow", "prompts": "*"}]});
        let policy = policy(&rules);
        calls(&policy, &somebody(&[], &[]), "t", &json!({ "x": x })).is_allowed()
    };
    assert!(inner("allow", &json!([{"name": "a"}, {"name": "a"}])) && inner("allow", &json!({"name": "a"})));
    for x in [json!([{"name": "a"}, {}]), json!([{"name": "a"}, {"name": "b"}]), json!([[]]), json!("a")] {
        assert!(!inner("allow", &x), "{x}");
    }
}

#[test]
fn numbers_are_the_same_however_they_are_written_and_of_any_size() {
    let range = json!({"range": {"min": 0, "max": 100}});
    for x in [json!(0), json!(100), json!(1e2), json!(-0.0), json!("50"), json!("1e1")] {
        assert!(allows(&range, &x), "{x}");
    }
    for x in [
        json!(100.000_001),
        json!(-1),
        json!("0x10"),
        json!(" 5"),
        json!("1e3"),
        json!("5 OR 1"),
        json!(true),
        json!("٥"),
    ] {
        assert!(!allows(&range, &x), "{x}");
    }
    assert!(!with_x("allow", &range, &serde_json::from_str(r#"{"x": 9007199254740993}"#).unwrap()));
    let exact: Value = serde_json::from_str(r#"{"equals": 9007199254740993}"#).unwrap();
    assert!(!allows(&exact, &json!(9_007_199_254_740_992_i64)));
    assert!(allows(&json!({"equals": 5}), &json!(5.0)) && allows(&json!({"equals": 5}), &json!("5")));
    assert!(
        !allows(&json!({"equals": "5"}), &json!("5.0")) && denies(&json!({"equals": "5"}), &json!("5.0"))
    );
    assert!(denies(&json!({"range": {"min": 10}}), &json!("1".repeat(500))));
    assert!(
        denies(&json!({"equals": true}), &json!("true")) && !allows(&json!({"equals": true}), &json!("true"))
    );
}

#[test]
fn twins_of_a_text_are_not_allowed_and_are_denied() {
    for twin in
        ["ａdmin", "аdmin", "ad\u{200b}min", "admin\u{0}", "\u{202e}admin", "adm\u{131}n", "\u{1d41a}dmin"]
    {
        for condition in [
            json!({"equals": "admin"}),
            json!({"one_of": ["x", "admin"]}),
            json!({"starts_with": "adm"}),
            json!({
                "matches": "admin"
            }),
        ] {
            let starts = condition.get("starts_with").is_some() && twin.starts_with("adm");
            assert!(starts || !allows(&condition, &json!(twin)), "{twin:?} {condition}");
            assert!(denies(&condition, &json!(twin)), "{twin:?} {condition}");
        }
    }
    assert!(!denies(&json!({"equals": "admin"}), &json!("Admin")));
    assert!(allows(&json!({"equals": "Österreich 日本"}), &json!("Österreich 日本")));
}

#[test]
fn patterns_match_whole_texts_and_take_linear_time() {
    let condition = json!({"matches": "[a-z]+|0"});
    assert!(allows(&condition, &json!("abc")) && allows(&condition, &json!("0")));
    for x in [json!("abc1"), json!("1abc"), json!("abc\n"), json!("00"), json!(0), json!("")] {
        assert!(!allows(&condition, &x), "{x}");
    }
    let slow = json!({"matches": "(a+)+b"});
    assert!(!allows(&slow, &json!("a".repeat(100_000))));
    assert!(
        wrong(
            &json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"matches": "(?=a)"}}}]})
        )
        .contains("look-around")
    );
    assert!(
        wrong(
            &json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"matches": "a)(b"}}}]})
        )
        .contains("pattern")
    );
}

#[test]
fn a_path_that_climbs_does_not_begin_as_it_says() {
    let condition = json!({"starts_with": ["/reports/", "https://example.com/a/"]});
    assert!(
        allows(&condition, &json!("/reports/2026/..data"))
            && allows(&condition, &json!("https://example.com/a/b"))
    );
    for x in [
        "/reports/../etc",
        "/reports/a/..",
        "/reports/%2e%2E/etc",
        "/reports/..\\etc",
        "/reports/%252e%252e%252fetc",
        "/reports/.. /x",
        "/reports/a\u{0}",
        "https://example.com/a/../b",
        "/reports",
        "x/reports/",
    ] {
        assert!(!allows(&condition, &json!(x)), "{x}");
    }
}

#[test]
fn what_cannot_be_meant_is_said_when_the_policy_is_read() {
    for (definition, word) in [
        (json!({"rules": [{"effect": "allow", "tool": "x"}]}), "unknown field `tool`"),
        (json!({"rules": [{"effect": "maybe"}]}), "maybe"),
        (json!({"roles": {"a": {}}, "rules": [{"effect": "deny", "roles": "b"}]}), "the roles are a"),
        (json!({"roles": {"a": {"includes": ["c"]}}}), "\"c\""),
        (json!({"rules": [{"effect": "allow", "arguments": {"x": {"equals": 1}}}]}), "have arguments"),
        (json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {}}}]}), "asks for nothing"),
        (
            json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"range": {}}}}]}),
            "without min",
        ),
        (
            json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"range": {"min": 2, "max": 1}}}}]}),
            "no number",
        ),
        (
            json!({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"sql": {"statements": "drop"}}}}]}),
            "drop",
        ),
        (json!({"rules": [{"effect": "allow", "tools": ["", "a"]}]}), "empty"),
    ] {
        let said = wrong(&definition);
        assert!(said.contains(word), "{said}");
    }
}

/// What the words of a policy mean, said as plainly as can be: rules whose roles, scopes and subjects all fit, a pattern that fits
/// or none, and then: denied by any, or else allowed by any; without rules, allowed.
fn plainly(definition: &Value, roles: &[&str], scopes: &[&str], tool: &str) -> bool {
    let texts =
        |rule: &Value, name: &str| -> Vec<String> { serde_json::from_value(rule[name].clone()).unwrap() };
    let fits = |pattern: &str, text: &str| match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
    };
    let mut all: Vec<&str> = roles.to_vec();
    if scopes.contains(&"s2") && definition["roles"]["reader"]["scopes"] == "s2" {
        all.push("reader");
    }
    if all.contains(&"admin") {
        all.push("writer");
    }
    if all.contains(&"writer") {
        all.push("reader");
    }
    let is_meant = |rule: &&Value| {
        let any = |name: &str, is: &dyn Fn(&str) -> bool| {
            let texts = texts(rule, name);
            texts.is_empty() || texts.iter().any(|text| is(text))
        };
        any("roles", &|role| all.contains(&role))
            && texts(rule, "scopes").iter().all(|scope| scopes.contains(&&**scope))
            && any("subjects", &|pattern| fits(pattern, "alice"))
            && any("tools", &|pattern| fits(pattern, tool))
    };
    let all_rules = definition["rules"].as_array().unwrap();
    let meant: Vec<_> = all_rules.iter().filter(is_meant).collect();
    all_rules.is_empty() || meant.iter().all(|rule| rule["effect"] == "allow") && !meant.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    /// Random policies, five at a time: what is hidden is what may not be called, and both are what the words mean.
    #[test]
    fn decisions_are_what_the_words_of_a_policy_mean(definitions in prop::collection::vec(any_policy(), 5),
        role in prop::sample::select(vec!["reader", "writer", "admin", "other"]),
        scopes in prop::sample::subsequence(vec!["s1", "s2"], 0..=2))
    {
        for definition in definitions {
            let policy = policy(&definition);
            let access = policy.access(Some(&somebody(&[role], &scopes)), false);
            for tool in ["read_a", "read_b", "write_a", "other"] {
                let call = policy.call(&access, Target::Tool(tool), None, "{}");
                prop_assert_eq!(call.is_allowed(), policy.visible(&access, Target::Tool(tool), None).is_allowed());
                prop_assert_eq!(call.is_allowed(), plainly(&definition, &[role], &scopes, tool), "{} {}", tool, definition);
            }
        }
    }
}
