//! The command `oxmcp`: what it says, and what it exits with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use oxmcp_core::audit::{AuditLog, AuditOptions, Entry, FileOptions, Mode, Outcome};
use oxmcp_core::host::command;

/// The status, what was said, and what was complained of.
fn run(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let status = command::run(&arguments, &mut out, &mut errors);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(errors).unwrap())
}

#[test]
fn a_command_that_is_none_is_told_how_it_should_be() {
    for arguments in [
        &[][..],
        &["fly"],
        &["audit"],
        &["audit", "verify"],
        &["audit", "verify", "--expect"],
        &["keys"],
        &["keys", "list"],
        &["keys", "add", "--owner", "ann"],
        &["keys", "add", "keys.json"],
        &["keys", "add", "keys.json", "--owner", "ann", "--days", "never"],
        &["keys", "add", "keys.json", "--owner", "ann", "--days"],
        &["keys", "add", "keys.json", "--owner", "ann", "--key", "mine"],
        &["keys", "revoke", "keys.json"],
    ] {
        let (status, said, complaint) = run(arguments);
        assert_eq!((status, said.as_str()), (2, ""), "{arguments:?}");
        assert!(complaint.starts_with("oxmcp: ") && complaint.contains("\nusage: oxmcp "), "{complaint}");
    }
    assert_eq!(run(&["version"]), (0, format!("{}\n", env!("CARGO_PKG_VERSION")), String::new()));
    let (status, said, _) = run(&["help"]);
    assert!(status == 0 && said.contains("audit verify FILE"), "{said}");
}

#[test]
fn audit_files_are_found_whole_or_the_first_line_that_is_not_is_named() {
    let name = format!("command-{}.jsonl", std::process::id());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let path = file.to_str().unwrap();
    let options =
        AuditOptions { file: Some(FileOptions::new(&file)), mode: Mode::Durable, ..AuditOptions::default() };
    let log = AuditLog::open(options).unwrap();
    for number in 0..5 {
        let tool = Some(format!("tool{number}").into());
        drop(log.record(Entry { tool, ..Entry::new("tools/call", Outcome::Allowed) }));
    }
    log.close();
    let (status, said, complaint) = run(&["audit", "verify", path]);
    assert_eq!((status, complaint.as_str()), (0, ""));
    assert!(said.starts_with("whole: 7 records\n") && !said.contains("not closed"), "{said}");
    let last = said.lines().find_map(|line| line.strip_prefix("ends with ")).unwrap().to_owned();
    assert_eq!(run(&["audit", "verify", "--expect", &last, path]).0, 0);
    assert_eq!(run(&["audit", "verify", "--expect", "0000", path]).0, 1);

    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("tool3", "tool4")).unwrap();
    let (status, said, complaint) = run(&["audit", "verify", path]);
    assert_eq!((status, said.as_str()), (1, ""));
    assert!(complaint.contains("changed") && complaint.contains("line 5"), "{complaint}");

    std::fs::remove_file(&file).unwrap();
    let (status, _, complaint) = run(&["audit", "verify", "/no/such/file"]);
    assert!(status == 2 && complaint.contains("/no/such/file"), "{complaint}");
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let name = format!("command-keys-{}.json", std::process::id());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let path = file.to_str().unwrap();
    let ann =
        ["keys", "add", path, "--owner", "ann", "--scope", "read", "--scope", "write", "--role", "analyst"];
    let (status, key, comment) = run(&[&ann[..], &["--days", "30", "--note", "laptop\nbob  evil"]].concat());
    assert_eq!(status, 0, "{comment}");
    let id = key.split('_').nth(1).unwrap().to_owned();
    assert!(key.starts_with("oxk_") && key.lines().count() == 1, "nothing else is there to be piped: {key}");
    assert!(comment.contains(&id) && !comment.contains(key.trim()), "{comment}");
    assert_eq!(run(&["keys", "add", path, "--owner", "bob"]).0, 0);
    let (status, said, _) = run(&["keys", "list", path]);
    assert_eq!((status, said.lines().count()), (0, 2), "{said}");
    let expected = format!("{id}  ann  30 more days  scopes=read,write  roles=analyst  laptop\\nbob  evil");
    assert_eq!(said.lines().next(), Some(&*expected));
    assert!(said.lines().nth(1).unwrap().ends_with("  bob  until revoked"), "{said}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains(key.trim()), "only a hash is kept");
    assert_eq!(run(&["keys", "revoke", path, &id]).0, 0);
    let (status, said, complaint) = run(&["keys", "revoke", path, &id]);
    assert!(status == 1 && said.is_empty() && complaint.contains("has no key"), "{complaint}");
    assert_eq!(run(&["keys", "list", path]).1.lines().count(), 1);
    std::fs::write(&file, "{").unwrap();
    for arguments in [&["keys", "list", path][..], &["keys", "revoke", path, "x"], &ann] {
        let (status, said, complaint) = run(arguments);
        assert!(status == 2 && said.is_empty() && complaint.contains("no file of keys"), "{complaint}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{", "what cannot be read is not written over");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(run(&["keys", "list", path]).0, 2);
}
