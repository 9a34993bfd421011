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
    for arguments in [&[][..], &["fly"], &["audit"], &["audit", "verify"], &["audit", "verify", "--expect"]] {
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
