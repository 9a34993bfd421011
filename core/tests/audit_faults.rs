//! Audit logs of processes that are killed, and on disks that are full.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit_support;

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use audit_support::*;
use oxmcp_core::audit::{AuditLog, Mode};
use rustix::process::{Resource, Rlimit, setrlimit};

const TIMES: usize = 50;

/// This program, doing one of its parts that are no tests.
fn child(part: &str, before: &str, folder: &Folder) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{before} exec \"$0\" --exact {part} --ignored --nocapture")])
        .arg(std::env::current_exe().unwrap())
        .env("OXMCP_TEST_FOLDER", &folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn folder_of_parent() -> std::mem::ManuallyDrop<Folder> {
    std::mem::ManuallyDrop::new(Folder(std::env::var_os("OXMCP_TEST_FOLDER").unwrap().into()))
}

#[tokio::test]
#[ignore = "a part of the test below: answers calls until it is killed"]
async fn answers_calls() {
    let folder = folder_of_parent();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    let run = std::process::id() as usize * 1_000_000;
    for round in 0.. {
        let written: Vec<_> =
            (0..8).map(|one| run + round * 8 + one).map(|call_| (call_, log.record(call(call_)))).collect();
        for (number, written) in written {
            assert!(may_answer(written).await);
            println!("answered tool{number}.");
        }
    }
}

#[test]
fn every_call_that_was_answered_is_recorded_whenever_the_process_is_killed() {
    let folder = Folder::new();
    let mut answered = HashSet::new();
    for time in 0..TIMES {
        let mut child = child("answers_calls", "", &folder).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Somewhere in the middle of something: after so many answers, and not as long as any of them takes.
        let enough = time * 7 % 50;
        let mut count = 0;
        while count <= enough {
            let line = lines.next().unwrap().unwrap();
            count += usize::from(note(&line, &mut answered));
        }
        std::thread::sleep(Duration::from_micros(time as u64 * 37 % 400));
        child.kill().unwrap();
        for line in lines.map_while(Result::ok) {
            note(&line, &mut answered);
        }
        child.wait().unwrap();
    }
    // Another process goes on with what is there.
    write(options(&folder, Mode::Durable), 0);
    whole(&[folder.file()]);
    let recorded: HashSet<String> =
        calls(&folder.file()).iter().map(|record| record["tool_name"].as_str().unwrap().to_owned()).collect();
    assert!(answered.len() > TIMES);
    let missing: Vec<_> = answered.difference(&recorded).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Notes a whole line.
fn note(line: &str, answered: &mut HashSet<String>) -> bool {
    let name = line.split_once("answered ").and_then(|(_, name)| name.strip_suffix('.'));
    name.is_some_and(|name| answered.insert(name.to_owned()))
}

#[tokio::test]
#[ignore = "a part of the test below: writes until there is no room"]
async fn writes_until_full() {
    let folder = folder_of_parent();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    let mut number = 0;
    while may_answer(log.record(call(number))).await {
        assert!(log.may_begin().is_ok());
        number += 1;
    }
    assert!(log.may_begin().is_err());
    assert!(!may_answer(log.record(call(number))).await, "and for as long as there is none");
    let _ = std::io::stdout().write_all(format!("refused tool{number}.\n").as_bytes());
    setrlimit(Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    assert!(may_answer(log.record(call(number + 1))).await, "there is room again");
    assert!(log.may_begin().is_ok());
}

#[test]
fn a_full_disk_refuses_calls_and_leaves_no_halves() {
    let folder = Folder::new();
    let output = child("writes_until_full", "trap '' XFSZ; ulimit -S -f 16;", &folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("refused tool"), "{said}");
    whole(&[folder.file()]);
    let records = records(&folder.file());
    let gap = records.iter().find(|record| record["event_type"] == "audit.gap").unwrap();
    assert_eq!(gap["extensions"]["missed"], "2");
}
