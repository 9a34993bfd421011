//! The command `oxmcp policy`: what it says of a policy, and what it exits with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use oxmcp_core::host::command;

const POLICY: &str = r#"
[roles]
analyst = {}
developer = { includes = "analyst" }
admin = { claims = { groups = "ops" } }

[[rules]]
name = "analysts read"
effect = "allow"
roles = "analyst"
tools = "query"
arguments.sql = { sql = { deny_tables = ["audit_logs", "credentials"] } }

[[rules]]
name = "nobody reads passwords"
effect = "deny"
tools = "query"
arguments.sql = { matches = ".*password.*" }

[[rules]]
name = "inserts"
effect = "allow"
roles = "developer"
tools = "insert_record"
arguments.table = { one_of = ["logs", "events", "metrics"] }

[[rules]]
effect = "allow"
roles = "admin"

[[rules]]
effect = "allow"
scopes = "docs:read"
resources = "docs://*"
"#;

/// The status, what was said, and what was complained of.
fn run(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let status = command::run(&arguments, &mut out, &mut errors);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(errors).unwrap())
}

struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let name = format!("command-policy-{}-{name}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[test]
fn it_says_which_rule_decided_and_what_the_others_say() {
    let file = File::new("explain.toml", POLICY);
    let explain = |more: &[&str]| {
        let (status, said, complaint) =
            run(&[&["policy", "explain", "--policy", file.path()], more].concat());
        assert_eq!(complaint, "", "{more:?}");
        (status, said)
    };
    let query = |sql: &str| format!("{{\"sql\": \"{sql}\"}}");
    let (status, said) = explain(&["--as", "analyst", "call", "query", &query("SELECT a FROM orders")]);
    assert_eq!(status, 0);
    assert_eq!(
        said,
        "allowed: this rule allows it with these arguments\ndecided by: analysts read\ncaller: roles analyst; no scopes\n  \
         analysts read (allows): it allows this\n  nobody reads passwords (denies): it denies other arguments\n  \
         rule 4 (allows): it is for admin\n"
    );
    let (status, said) = explain(&["--as", "analyst", "call", "query", &query("SELECT a FROM audit_logs")]);
    assert_eq!(status, 1);
    assert!(
        said.starts_with("denied with these arguments: ") && said.contains("it names audit_logs"),
        "{said}"
    );
    assert!(said.contains("\ndecided by: analysts read\n"), "{said}");
    let (status, said) = explain(&["--as", "admin", "call", "query", &query("SELECT password FROM t")]);
    assert!(status == 1 && said.contains("decided by: nobody reads passwords"), "{said}");
    let (status, said) = explain(&["--as", "analyst", "call", "insert_record", r#"{"table": "logs"}"#]);
    assert!(status == 1 && said.starts_with("denied, as if it did not exist: no rule allows it\n"), "{said}");
    assert!(said.contains("inserts (allows): it is for developer"), "{said}");
    let (status, said) = explain(&["--as", "developer", "call", "insert_record", r#"{"table": "logs"}"#]);
    assert!(status == 0 && said.contains("caller: roles analyst, developer; no scopes"), "{said}");
    let (status, said) = explain(&["--subject", "ann", "read", "docs://a"]);
    assert!(status == 1 && said.starts_with("denied without docs:read: "), "{said}");
    assert!(said.contains("it takes scopes that the caller lacks: docs:read"), "{said}");
    assert_eq!(explain(&["--scope", "docs:read", "read", "DOCS://a"]).0, 0);
    assert_eq!(explain(&["--claims", r#"{"groups": ["ops"]}"#, "method", "own/thing"]).0, 0);
    assert_eq!(explain(&["--local", "method", "own/thing"]).0, 1);
    assert_eq!(explain(&["method", "tasks/get"]).0, 0);
    assert_eq!(explain(&["--client", "app", "prompt", "greet", "{}"]).0, 1);
}

#[test]
fn the_policy_of_a_configuration_is_asked_whatever_its_other_sections_say() {
    let policy = File::new("beside.toml", POLICY);
    let text = format!(
        "[authentication]\napi_keys.file = \"/no/such/file\"\n[audit]\nwhatever = 1\n[authorization]\nlocal_roles = \"admin\"\npolicy_file = {:?}\n",
        policy.path()
    );
    let config = File::new("config.toml", &text);
    let explain = |more: &[&str]| run(&[&["policy", "explain", "--config", config.path()], more].concat());
    assert_eq!(explain(&["--local", "call", "anything"]).0, 0);
    assert_eq!(explain(&["call", "anything"]).0, 1);
    let (status, said, _) = run(&["policy", "check", config.path(), policy.path()]);
    assert_eq!(status, 0);
    assert_eq!(
        said,
        format!("{}: good, rules: 5, roles: 3\n{}: good, rules: 5, roles: 3\n", config.path(), policy.path())
    );
    let json =
        File::new("inline.json", r#"{"authorization": {"rules": [{"effect": "allow", "tools": "t"}]}}"#);
    assert_eq!(run(&["policy", "explain", "--config", json.path(), "call", "t"]).0, 0);
    assert_eq!(run(&["policy", "check", json.path()]).0, 0);
}

#[test]
fn what_cannot_be_meant_is_named_with_its_file() {
    for (name, text, words) in [
        ("a.toml", "[[rules]]\neffect = \"permit\"\n", "unknown variant `permit`"),
        (
            "b.toml",
            "[[rules]]\neffect = \"allow\"\nroles = \"boss\"\n[roles]\nadmin = {}\n",
            "names the role \"boss\"",
        ),
        ("c.json", "{\"rules\": [", "EOF"),
        ("d.toml", "", "neither rules nor roles"),
        ("e.toml", "[tls]\ncertificate = \"a\"\nkey = \"b\"\n", "no section authorization"),
        (
            "f.toml",
            "[authorization]\nrules = [{ effect = \"allow\", tool = \"t\" }]\n",
            "unknown field `tool`",
        ),
        (
            "g.toml",
            "[[rules]]\neffect = \"allow\"\ntools = \"t\"\narguments.x = { matches = \"(\" }\n",
            "rule 1",
        ),
    ] {
        let file = File::new(name, text);
        let (status, said, complaint) = run(&["policy", "check", file.path()]);
        assert_eq!((status, said.as_str()), (1, ""), "{name}");
        assert!(complaint.contains(file.path()) && complaint.contains(words), "{complaint}");
    }
    let (status, _, complaint) = run(&["policy", "check", "/no/such/policy.toml"]);
    assert!(status == 2 && complaint.contains("/no/such/policy.toml"), "{complaint}");
}

#[test]
fn a_question_that_is_none_is_told_how_it_should_be() {
    let file = File::new("question.toml", POLICY);
    let policy = file.path();
    for arguments in [
        &["policy"][..],
        &["policy", "check"],
        &["policy", "check", "--all"],
        &["policy", "explain"],
        &["policy", "explain", "--policy", policy],
        &["policy", "explain", "--policy", policy, "--as"],
        &["policy", "explain", "--policy", policy, "--config", policy, "call", "t"],
        &["policy", "explain", "--policy", policy, "call", "t", "[]"],
        &["policy", "explain", "--policy", policy, "call", "t", "{}", "more"],
        &["policy", "explain", "--policy", policy, "--claims", "x", "call", "t"],
        &["policy", "explain", "--policy", policy, "--local", "--as", "admin", "call", "t"],
        &["policy", "explain", "--policy", policy, "--who", "me", "call", "t"],
    ] {
        let (status, said, complaint) = run(arguments);
        assert_eq!((status, said.as_str()), (2, ""), "{arguments:?}");
        assert!(
            complaint.starts_with("oxmcp: policy") && complaint.contains("\nusage: oxmcp policy "),
            "{complaint}"
        );
    }
    let (status, _, complaint) = run(&["policy", "explain", "--policy", policy, "--as", "boss", "call", "t"]);
    assert_eq!(status, 2);
    assert!(complaint.contains("no role \"boss\"; the roles are admin, analyst, developer"), "{complaint}");
    let (status, _, complaint) = run(&["policy", "explain", "--policy", "/no/such", "call", "t"]);
    assert!(status == 2 && complaint.contains("/no/such"), "{complaint}");
}
