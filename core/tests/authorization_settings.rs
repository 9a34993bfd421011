//! Who may do what, as it is said in JSON, TOML and a file of its own, which may be changed while it counts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::path::{Path, PathBuf};
use std::sync::mpsc;

use engine_support::*;
use oxmcp_core::authorization::{LivePolicy, Target};
use oxmcp_core::engine::Engine;
use oxmcp_core::error::{ErrorKind, Result};
use oxmcp_core::host::settings::Settings;
use oxmcp_core::host::{Description, log};
use oxmcp_core::model::{Grants, Principal};
use serde_json::{Value, json};

fn authorizer(section: &Value) -> Result<LivePolicy> {
    let settings = Settings::from_json(&json!({"authorization": section}).to_string())?;
    settings.authorization.unwrap().authorizer()
}

fn refused(section: &Value) -> String {
    authorizer(section).unwrap_err().to_string()
}

/// Whether a caller with these roles and scopes finds the tool.
fn finds(policy: &LivePolicy, roles: &[&str], scopes: &[&str], tool: &str) -> bool {
    let boxes = |texts: &[&str]| texts.iter().map(|text| Box::from(*text)).collect();
    let grants = Grants { roles: boxes(roles), scopes: boxes(scopes), ..Grants::default() };
    let policy = policy.policy();
    let access = policy.access(Some(&Principal::of_subject("ann").granted(grants)), false);
    policy.visible(&access, Target::Tool(tool), None).is_allowed()
}

fn finds_locally(policy: &LivePolicy, tool: &str) -> bool {
    let policy = policy.policy();
    let access = policy.access(None, true);
    policy.visible(&access, Target::Tool(tool), None).is_allowed()
}

struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let name = format!("authorization-{}-{name}", std::process::id());
        let file = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        file.write(text);
        file
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.0, text).unwrap();
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // One that a test took away is gone already.
        drop(std::fs::remove_file(&self.0));
    }
}

#[test]
fn the_same_words_are_spelt_as_in_either_language_and_in_the_file() {
    let snake = json!({
        "roles_claim": "roles", "groups_claim": ["groups"], "local_roles": "admin", "local_scopes": ["db:read"], "step_up": false,
        "scope_includes": {"db": ["db:read"]},
        "roles": {"admin": {"includes": "analyst"}, "analyst": {"scopes": "db:read"}},
        "rules": [
            {"effect": "allow", "roles": "analyst", "tools": "query", "arguments": {"x": {"one_of": [1], "optional": true}}},
            {"effect": "allow", "scopes": "db:read", "tools": "scoped"},
            {"effect": "allow", "roles": ["admin"], "tools": ["drop", "query"]},
        ],
    });
    let camel = json!({
        "rolesClaim": ["roles"], "groupsClaim": "groups", "localRoles": ["admin"], "localScopes": "db:read", "stepUp": false,
        "scopeIncludes": {"db": "db:read"},
        "roles": {"admin": {"includes": "analyst"}, "analyst": {"scopes": "db:read"}},
        "rules": [
            {"effect": "allow", "roles": "analyst", "tools": "query", "arguments": {"x": {"oneOf": [1], "optional": true}}},
            {"effect": "allow", "scopes": "db:read", "tools": "scoped"},
            {"effect": "allow", "roles": ["admin"], "tools": ["drop", "query"]},
        ],
    });
    let toml = r#"
[authorization]
roles_claim = "roles"
local_roles = "admin"
local_scopes = "db:read"
step_up = false

[authorization.scope_includes]
db = ["db:read"]

[authorization.roles]
admin = { includes = "analyst" }
analyst = { scopes = "db:read" }

[[authorization.rules]]
effect = "allow"
roles = "analyst"
tools = "query"
arguments.x = { one_of = [1], optional = true }

[[authorization.rules]]
effect = "allow"
scopes = "db:read"
tools = "scoped"

[[authorization.rules]]
effect = "allow"
roles = "admin"
tools = ["drop", "query"]
"#;
    let file = File::new("same.toml", toml);
    let from_file = Settings::from_file(&file.0).unwrap().authorization.unwrap().authorizer().unwrap();
    for policy in [authorizer(&snake).unwrap(), authorizer(&camel).unwrap(), from_file] {
        assert!(finds(&policy, &["analyst"], &[], "query") && !finds(&policy, &["analyst"], &[], "drop"));
        assert!(finds(&policy, &["admin"], &[], "drop") && finds(&policy, &["admin"], &[], "query"));
        assert!(finds(&policy, &[], &["db"], "query") && finds(&policy, &[], &["db"], "scoped"));
        assert!(!finds(&policy, &[], &[], "query") && !finds(&policy, &["admin"], &[], "other"));
        assert!(finds_locally(&policy, "drop") && finds_locally(&policy, "scoped"));
        assert!(!policy.policy().steps_up());
    }
    // What an argument says counts before the file's section, as a whole.
    let own = Settings::from_json(r#"{"authorization": {}}"#).unwrap();
    let both = own.or(Settings::from_file(&file.0).unwrap()).authorization.unwrap();
    assert!(finds(&both.authorizer().unwrap(), &[], &[], "anything"));
}

#[test]
fn what_cannot_be_meant_is_said_before_anything_is_served() {
    let rule = |more: Value| {
        let mut rule = json!({"effect": "allow", "tools": "t"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"rules": [rule]})
    };
    for (section, words) in [
        (json!({"rolls": {}}), "unknown field `rolls`"),
        (json!({"reload_seconds": 5}), "authorization: reload_seconds is about a policy_file"),
        (
            json!({"policy_file": "p.toml", "reload_seconds": -1}),
            "authorization: reload_seconds must be a time",
        ),
        (json!({"policy_file": "p.toml", "rules": []}), "authorization: rules belongs into the policy_file"),
        (
            json!({"policy_file": "p.toml", "step_up": true}),
            "authorization: step_up belongs into the policy_file",
        ),
        (json!({"policy_file": "/no/such/policy.toml"}), "/no/such/policy.toml: No such file"),
        (json!({"policy_file": "/"}), "/: this is no file"),
        (json!({"rules": [{"tools": "t"}]}), "missing field `effect`"),
        (json!({"rules": [{"effect": "permit"}]}), "unknown variant `permit`"),
        (rule(json!({"tool": "t"})), "unknown field `tool`"),
        (
            rule(json!({"arguments": {"x": {}}})),
            "authorization: rule 1: the condition of the argument \"x\" asks for nothing",
        ),
        (rule(json!({"arguments": {"x": {"equal": 1}}})), "unknown field `equal`"),
        (
            json!({"local_roles": "boss", "roles": {"admin": {}}}),
            "authorization: local_roles names the role \"boss\"; the roles are admin",
        ),
    ] {
        let said = refused(&section);
        assert!(said.contains(words), "{section}: {said}");
    }
}

#[test]
fn a_policy_file_holds_from_when_it_is_written_and_the_last_good_one_while_it_is_broken() {
    let (sender, lines) = mpsc::channel();
    log::pass_on(move |_, line| drop(sender.send(line)));
    for (name, text, other) in [
        (
            "live.toml",
            "[[rules]]\neffect = \"allow\"\ntools = \"a\"\n",
            "[[rules]]\neffect = \"allow\"\ntools = \"b\"\n",
        ),
        (
            "live.json",
            r#"{"rules": [{"effect": "allow", "tools": "a"}]}"#,
            r#"{"rules": [{"effect": "allow", "tools": "b"}]}"#,
        ),
    ] {
        let file = File::new(name, text);
        // So often that every look looks.
        let policy = authorizer(&json!({"policy_file": file.0, "reload_seconds": 1e-9})).unwrap();
        // What is written counts once it was seen twice.
        let found = || [(); 2].map(|()| ["a", "b"].map(|tool| finds(&policy, &[], &[], tool)))[1];
        assert_eq!(found(), [true, false]);
        file.write(other);
        assert_eq!(found(), [false, true]);
        for broken in ["[[rules", "rules = 5", "", "{\"rules\": [{}]}", &text.replace("allow", "maybe")] {
            file.write(broken);
            assert_eq!([found(), found()], [[false, true]; 2], "{broken}");
            let told: Vec<_> = lines.try_iter().collect();
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("the one before it holds") && told[0].contains(name), "{told:?}");
        }
        std::fs::remove_file(&file.0).unwrap();
        assert_eq!([found(), found()], [[false, true]; 2]);
        assert_eq!(lines.try_iter().count(), 1);
        file.write(text);
        assert_eq!(found(), [true, false]);
        assert_eq!(lines.try_iter().count(), 0);
    }
    log::pass_on(|_, _| {});
}

#[test]
fn half_a_file_never_counts_while_it_is_being_written() {
    let half = "[[rules]]\neffect = \"allow\"\n";
    let whole = format!("{half}[[rules]]\neffect = \"deny\"\ntools = \"b\"\n");
    let file = File::new("half.toml", &whole);
    let policy = authorizer(&json!({"policy_file": file.0, "reload_seconds": 1e-9})).unwrap();
    for text in [half, "", half, &whole, half] {
        file.write(text);
        assert!(!finds(&policy, &[], &[], "b"), "{text}");
    }
    assert!(finds(&policy, &[], &[], "b"));
}

#[test]
fn whoever_is_at_this_end_is_said_beside_a_policy_file_too_and_it_may_stay_as_it_was() {
    let text = "local_roles = \"guest\"\n[roles]\nguest = {}\nowner = {}\n[[rules]]\neffect = \"allow\"\nroles = \"owner\"\n";
    let file = File::new("local.toml", text);
    let path = &file.0;
    assert!(!finds_locally(&authorizer(&json!({"policy_file": path})).unwrap(), "t"));
    let policy =
        authorizer(&json!({"policy_file": path, "local_roles": "owner", "reload_seconds": 0})).unwrap();
    assert!(finds_locally(&policy, "t"));
    file.write("");
    assert!(finds_locally(&policy, "t") && !finds(&policy, &[], &[], "t"));
    file.write(text);
    let said = refused(&json!({"policy_file": path, "local_roles": "boss"}));
    assert!(said.contains("local.toml: local_roles names the role \"boss\""), "{said}");
    let missing = authorizer(&json!({"policy_file": "/no/such/policy.toml"})).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
}

fn described(section: &Value) -> Engine {
    let description =
        Description::read(r#"{"name": "test", "version": "1"}"#, None, None, "{}", "{}").unwrap();
    description.configure(&json!({"authorization": section}).to_string(), None).unwrap();
    for (name, entry) in [("echo", "a"), ("busy", "b")] {
        description.registry.add_tool(tool(name, &any_object()), returns(text(entry))).unwrap();
    }
    description.engine().unwrap()
}

#[tokio::test]
async fn engines_of_a_description_ask_it_over_every_way_in() {
    let section = json!({"local_roles": "owner", "rules": [
        {"effect": "allow", "tools": "echo"},
        {"effect": "allow", "roles": "owner", "tools": "busy"},
    ]});
    let engine = described(&section);
    let connection = shaken(&engine, "2025-06-18").await;
    let locally = hear(send(&engine, &connection, request(2, "tools/list", json!({})))).await;
    assert_eq!(locally.result()["tools"].as_array().unwrap().len(), 2);
    let over_http = hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!(over_http.result()["tools"].as_array().unwrap().len(), 1);
    let denied = hear(modern(&engine, "tools/call", json!({"name": "busy"}))).await;
    assert_eq!(denied.response["error"]["message"], "unknown tool: busy");
}
