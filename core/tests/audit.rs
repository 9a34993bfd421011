//! What is recorded, where it goes, and how one sees that it is as it was written.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod audit_support;

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audit_support::*;
use oxmcp_core::audit::{
    ArgumentPolicy, AuditLog, AuditOptions, BATCH, Entry, FileOptions, FlawKind, Known, Mode, OnFailure,
    Outcome, Sensitive, Verdict, verify,
};
use oxmcp_core::handler::{Failure, FailureKind, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Principal};
use serde_json::{Value, json};

/// All logs in a folder, the oldest first.
fn files_in(folder: &Folder) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| *path != folder.file())
        .collect();
    files.sort();
    files.extend(folder.file().exists().then(|| folder.file()));
    files
}

fn broken(files: &[std::path::PathBuf]) -> (u64, FlawKind) {
    match verify(files, None).unwrap() {
        Verdict::Broken(flaw) => (flaw.line, flaw.kind),
        Verdict::Whole(verified) => panic!("nothing is wrong: {verified:?}"),
    }
}

fn one(entry: Entry, mut options: AuditOptions) -> (Value, String) {
    let folder = Folder::new();
    options.file = Some(FileOptions::new(folder.file()));
    let log = AuditLog::open(options).unwrap();
    let _ = log.record(entry);
    log.close();
    let text = fs::read_to_string(folder.file()).unwrap();
    whole(&[folder.file()]);
    (records(&folder.file()).remove(1), text)
}

#[test]
fn a_record_is_a_line_of_sorted_strings_whose_hash_anybody_can_count() {
    let entry = Entry {
        principal: Some(Principal::of_subject("ann").through_client("app").known_to("https://id.example")),
        tool: Some("echo".into()),
        duration: Some(Duration::from_micros(12_345)),
        facts: vec![
            ("request_id", Known::Text("7".into())),
            ("task", Known::Flag(true)),
            ("method", Known::Word("m")),
        ],
        ..Entry::new("tools/call", Outcome::Denied)
    };
    let (record, text) = one(entry, AuditOptions::default());
    assert_eq!(record["principal_id"], "ann");
    assert_eq!(record["tool_name"], "echo");
    assert_eq!(record["outcome"], "denied");
    assert_eq!(record["event_type"], "tools/call");
    assert_eq!(
        record["extensions"],
        json!({"client_id": "app", "duration_ms": "12.345", "issuer": "https://id.example", "method": "m", "request_id": "7",
               "task": true})
    );
    let at = record["occurred_at"].as_str().unwrap();
    assert!(at.len() == 24 && at.ends_with('Z') && at.as_bytes()[19] == b'.', "{at}");
    let mut lines = text.lines();
    let first: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(first["previous_hash"], Value::Null);
    assert_eq!(record["previous_hash"], first["event_hash"]);
    // serde_json sorts members and writes strings as the contract has them.
    let mut without = record.clone();
    without.as_object_mut().unwrap().remove("event_hash");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, without.to_string().as_bytes());
    let hex = digest.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(record["event_hash"], hex);
    assert_eq!(lines.next().unwrap(), record.to_string());
}

#[test]
fn texts_of_strangers_forge_no_lines_and_hide_nothing() {
    // SEC-17
    let nasty = "a\r\n{\"forged\":1}\u{1b}[31mred\u{2028}\u{202e}\u{200b}\u{e0041}\u{85}\u{7f}z";
    let entry = Entry {
        principal: Some(Principal::of_subject(nasty)),
        tool: Some("x".repeat(1 << 20).into()),
        facts: vec![("client_name", Known::Text(nasty.into())), ("nfc", Known::Text("e\u{301}".into()))],
        ..Entry::new("tools/call", Outcome::Allowed)
    };
    let (record, text) = one(entry, AuditOptions::default());
    assert_eq!(text.lines().count(), 3);
    assert!(text.chars().all(|character| character == '\n' || character >= ' ' && character != '\u{7f}'));
    for hidden in ['\u{2028}', '\u{202e}', '\u{200b}', '\u{e0041}', '\u{85}'] {
        assert!(!text.contains(hidden));
    }
    let shown = record["principal_id"].as_str().unwrap();
    assert!(
        shown.starts_with("a\\u000d\\u000a{") && shown.contains("\\u001b[31mred\\u2028\\u202e"),
        "{shown}"
    );
    assert_eq!(record["extensions"]["nfc"], "\u{e9}");
    let name = record["tool_name"].as_str().unwrap();
    assert!(name.len() < 520 && name.ends_with('…'));
}

#[test]
fn arguments_are_recorded_as_the_policy_says() {
    let schema = json!({"type": "object", "properties": {
        "note": {"type": "string", "x-sensitive": true},
        "people": {"type": "array", "items": {"$ref": "#/$defs/person"}},
    }, "$defs": {"person": {"type": "object", "properties": {"born": {"type": "string", "x-sensitive": true}}}}});
    let arguments = r#"{"query":"SELECT 1","Api-Key":"secret-k1","note":"secret-n1","people":[{"name":"Ann","born":"secret-b1"}],
        "text":"Bearer abcdef123456 and 4111 1111 1111 1111","max_tokens":5,"nested":{"db_password":"secret-p1"},
        "url":"https://u:hunter2@host/x?token=t0k3n&page=2"}"#;
    let entry = || Entry {
        arguments: Some(RawJson::from_checked(arguments)),
        sensitive: Sensitive::of_schema(&RawJson::from_value(&schema)).map(Arc::new),
        ..Entry::new("tools/call", Outcome::Allowed)
    };
    let with = |policy| AuditOptions { arguments: policy, ..AuditOptions::default() };

    let (record, text) = one(entry(), with(ArgumentPolicy::Redacted));
    let kept: Value = serde_json::from_str(record["extensions"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(
        kept,
        json!({"query": "SELECT 1", "Api-Key": "[redacted]", "note": "[redacted]",
            "people": [{"name": "Ann", "born": "[redacted]"}], "text": "Bearer [redacted] and [redacted]", "max_tokens": 5,
            "nested": {"db_password": "[redacted]"}, "url": "https://u:[redacted]@host/x?token=[redacted]&page=2"})
    );
    for secret in
        ["secret-k1", "secret-n1", "secret-b1", "abcdef123456", "4111 1111", "secret-p1", "hunter2", "t0k3n"]
    {
        assert!(!text.contains(secret), "{secret}");
    }

    let (record, _) = one(entry(), with(ArgumentPolicy::Whole));
    assert_eq!(
        serde_json::from_str::<Value>(
            &record["extensions"]["arguments"].as_str().unwrap().replace("\\u000a", "\n")
        )
        .unwrap(),
        serde_json::from_str::<Value>(arguments).unwrap()
    );

    let (record, text) = one(entry(), with(ArgumentPolicy::None));
    assert_eq!(record["extensions"], json!({}));
    assert!(!text.contains("SELECT"));

    let (record, text) = one(entry(), AuditOptions::default());
    let hash = record["extensions"]["arguments_hash"].as_str().unwrap();
    assert!(hash.starts_with("hmac-sha256:") && hash.len() == 12 + 9 + 64, "{hash}");
    assert!(!text.contains("SELECT"));
}

#[test]
fn hashes_of_arguments_tell_values_apart_and_need_the_key_to_be_guessed() {
    let hash = |arguments: &str, key: Option<&[u8]>| {
        let entry = Entry {
            arguments: Some(RawJson::from_checked(arguments)),
            ..Entry::new("tools/call", Outcome::Allowed)
        };
        let options = AuditOptions { key: key.map(<[u8]>::to_vec), ..AuditOptions::default() };
        one(entry, options).0["extensions"]["arguments_hash"].as_str().unwrap().to_owned()
    };
    let key = Some(&b"0123456789abcdef"[..]);
    assert_eq!(hash(r#"{"a":1,"b":"x"}"#, key), hash(r#"{ "b":"\u0078", "a":1 }"#, key));
    assert_ne!(hash(r#"{"a":1}"#, key), hash(r#"{"a":2}"#, key));
    assert_ne!(hash(r#"{"a":1}"#, key), hash(r#"{"a":1}"#, Some(&b"another key of 16"[..])));
    assert_ne!(hash(r#"{"a":1}"#, None), hash(r#"{"a":1}"#, None), "a key that nobody knows");
    let short = AuditOptions { key: Some(vec![1; 15]), ..options(&Folder::new(), Mode::Fast) };
    assert!(AuditLog::open(short).is_err());
}

#[test]
fn the_chain_goes_on_over_restarts_and_what_was_cut_off_is_told() {
    let folder = Folder::new();
    write(options(&folder, Mode::Fast), 3);
    write(options(&folder, Mode::Durable), 2);
    let verified = whole(&[folder.file()]);
    assert_eq!((verified.records, verified.closed), (9, true));
    // Killed while it wrote.
    let mut text = fs::read_to_string(folder.file()).unwrap();
    text.push_str("{\"event_hash\":\"00");
    fs::write(folder.file(), text).unwrap();
    assert_eq!(broken(&[folder.file()]), (10, FlawKind::Truncated));
    write(options(&folder, Mode::Fast), 1);
    assert_eq!(whole(&[folder.file()]).records, 12);
    assert_eq!(records(&folder.file())[9]["extensions"]["cut_bytes"], "17");
}

#[test]
fn whatever_is_changed_in_a_file_is_found_by_its_line() {
    let folder = Folder::new();
    write(options(&folder, Mode::Fast), 8);
    let text = fs::read(folder.file()).unwrap();
    let lines = text.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(lines, 10);
    let check = |changed: &[u8]| {
        fs::write(folder.file(), changed).unwrap();
        broken(&[folder.file()])
    };
    // Every byte in turn, of some lines.
    let mut line = 1;
    for at in 0..text.len() {
        if line == 1 || line == 5 {
            let mut changed = text.clone();
            changed[at] ^= 1;
            let (found, _) = check(&changed);
            assert_eq!(found, line, "byte {at}");
        }
        line += u64::from(text[at] == b'\n');
    }
    let split: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    // White space, which says nothing.
    let spaced = String::from_utf8(text.clone()).unwrap().replacen("\":", "\": ", 1);
    assert_eq!(check(spaced.as_bytes()), (1, FlawKind::Tampered));
    let without = |gone: usize| {
        let left = split.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| *line);
        left.collect::<Vec<_>>().concat()
    };
    assert_eq!(check(&without(4)), (5, FlawKind::Tampered));
    let mut swapped = split.clone();
    swapped.swap(3, 4);
    assert_eq!(check(&swapped.concat()).0, 4);
    let mut doubled = split.clone();
    doubled.insert(3, split[2]);
    assert_eq!(check(&doubled.concat()).0, 4);
    assert_eq!(check(&text[..text.len() - 5]), (10, FlawKind::Truncated));
    // Whole lines at the end are missed by who remembers the last hash.
    fs::write(folder.file(), split[..7].concat()).unwrap();
    assert!(!whole(&[folder.file()]).closed);
    let last: Value = serde_json::from_slice(split[9]).unwrap();
    let Verdict::Broken(flaw) = verify(&[folder.file()], last["event_hash"].as_str()).unwrap() else {
        panic!("the end is missing")
    };
    assert_eq!((flaw.line, flaw.kind), (7, FlawKind::Truncated));
    fs::write(folder.file(), &text).unwrap();
    assert!(matches!(verify(&[folder.file()], last["event_hash"].as_str()).unwrap(), Verdict::Whole(_)));
}

#[test]
fn a_damaged_file_is_kept_aside() {
    let folder = Folder::new();
    write(options(&folder, Mode::Fast), 1);
    let text = fs::read_to_string(folder.file()).unwrap().replace("closed", "erased");
    fs::write(folder.file(), &text).unwrap();
    write(options(&folder, Mode::Fast), 1);
    whole(&[folder.file()]);
    let files = files_in(&folder);
    assert_eq!(files.len(), 2);
    assert_eq!(fs::read_to_string(&files[0]).unwrap(), text);
    let named = files[0].file_name().unwrap().to_string_lossy();
    assert_eq!(records(&folder.file())[0]["extensions"]["damaged"], *named);
}

#[test]
fn files_are_finished_by_size_and_the_chain_goes_on_in_the_next() {
    let folder = Folder::new();
    let mut options = options(&folder, Mode::Durable);
    options.file.as_mut().unwrap().rotate_bytes = Some(2_000);
    for _ in 0..10 {
        write(options.clone(), 1);
    }
    let files = files_in(&folder);
    assert!(files.len() > 3, "{files:?}");
    let verified = whole(&files);
    assert_eq!(verified.records, 30);
    #[cfg(unix)]
    for file in &files {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // The end of one of them is missing.
    let text = fs::read_to_string(&files[1]).unwrap();
    let kept = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&files[1], &text[..kept]).unwrap();
    let Verdict::Broken(flaw) = verify(&files, None).unwrap() else { panic!("the end is missing") };
    assert_eq!((&flaw.file, flaw.kind), (&files[1], FlawKind::Truncated));
    fs::write(&files[1], text).unwrap();

    options.file.as_mut().unwrap().keep = Some(2);
    for _ in 0..5 {
        write(options.clone(), 1);
    }
    assert_eq!(files_in(&folder).len(), 3);
    assert!(whole(&files_in(&folder)).begins_after.is_some());
    // What was finished is where a new file goes on.
    fs::rename(folder.file(), folder.0.join("audit.2999-01-01T00-00-00.000Z.jsonl")).unwrap();
    write(options, 1);
    whole(&files_in(&folder));
}

#[test]
fn one_log_at_a_time_writes_a_file() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Fast)).unwrap();
    let error = AuditLog::open(options(&folder, Mode::Fast)).unwrap_err();
    assert!(format!("{error:?}").contains("another"), "{error:?}");
    drop(log);
    AuditLog::open(options(&folder, Mode::Fast)).unwrap();
    #[cfg(unix)]
    {
        let link = folder.0.join("link.jsonl");
        std::os::unix::fs::symlink(folder.file(), &link).unwrap();
        let mut through = options(&folder, Mode::Fast);
        through.file = Some(FileOptions::new(link));
        assert!(AuditLog::open(through).is_err(), "not through a link");
    }
    assert!(AuditLog::open(AuditOptions::default()).is_err(), "nothing to write to");
}

#[tokio::test]
async fn a_durable_record_is_in_the_file_before_its_call_is_answered() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    for number in 0..20 {
        let written = log.record(call(number));
        assert!(written.is_some());
        assert!(may_answer(written).await);
        assert_eq!(calls(&folder.file()).len(), number + 1);
    }
    let written: Vec<_> = (0..500).map(|number| log.record(call(number))).collect();
    for written in written {
        assert!(may_answer(written).await);
    }
    assert_eq!(calls(&folder.file()).len(), 520);
    log.close();
    assert!(!may_answer(log.record(call(0))).await, "a closed log writes nothing");
}

#[tokio::test]
async fn what_finds_no_room_in_the_fast_mode_is_counted() {
    let folder = Folder::new();
    let log = AuditLog::open(AuditOptions { queue: 10, ..options(&folder, Mode::Fast) }).unwrap();
    for number in 0..5_000 {
        assert!(log.record(call(number)).is_none());
    }
    assert!(log.flush().await);
    log.close();
    let all = records(&folder.file());
    let missed: u64 = all
        .iter()
        .filter(|record| record["event_type"] == "audit.gap")
        .map(|record| record["extensions"]["missed"].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert!(missed > 0);
    assert_eq!(calls(&folder.file()).len() as u64 + missed, 5_000);
    whole(&[folder.file()]);
}

#[tokio::test]
async fn a_function_gets_the_same_lines_in_batches() {
    let folder = Folder::new();
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let listener = Arc::clone(&heard);
    let function = from_function(move |invocation| {
        assert_eq!(&*invocation.target, BATCH);
        let batch: Value = serde_json::from_str(invocation.arguments.as_str()).unwrap();
        listener.lock().unwrap().extend(batch["records"].as_array().unwrap().iter().cloned());
        async { Ok(Output::Whole(RawJson::empty_object())) }
    });
    let options = AuditOptions { function: Some(function), ..options(&folder, Mode::Durable) };
    let log = AuditLog::open(options).unwrap();
    for number in 0..5 {
        assert!(may_answer(log.record(call(number))).await);
        assert_eq!(heard.lock().unwrap().len(), number + 1);
    }
    log.finish().await;
    assert_eq!(records(&folder.file())[1..], heard.lock().unwrap()[..]);
}

#[tokio::test]
async fn while_records_cannot_be_written_calls_are_refused_or_go_on() {
    for on_failure in [OnFailure::Refuse, OnFailure::Allow] {
        let works = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let does = Arc::clone(&works);
        let function = from_function(move |_| {
            let works = does.load(std::sync::atomic::Ordering::Relaxed);
            async move {
                if works {
                    Ok(Output::Whole(RawJson::empty_object()))
                } else {
                    Err(Failure::new(FailureKind::Tool, "the disk is full"))
                }
            }
        });
        let log =
            AuditLog::open(AuditOptions { function: Some(function), on_failure, ..AuditOptions::default() })
                .unwrap();
        assert!(may_answer(log.record(call(1))).await);
        assert!(log.may_begin().is_ok());
        works.store(false, std::sync::atomic::Ordering::Relaxed);
        let refuses = on_failure == OnFailure::Refuse;
        assert_eq!(may_answer(log.record(call(2))).await, !refuses);
        assert_eq!(log.may_begin().is_err(), refuses);
        works.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(may_answer(log.record(call(3))).await);
        assert!(log.may_begin().is_ok());
        assert!(log.flush().await);
        log.finish().await;
    }
}

#[tokio::test]
async fn a_log_that_rests_lets_go_of_its_file_and_goes_on_later() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Fast)).unwrap();
    let _ = log.record(call(1));
    log.rest();
    log.rest();
    assert!(whole(&[folder.file()]).closed);
    // Somebody else writes meanwhile.
    write(options(&folder, Mode::Fast), 1);
    let _ = log.record(call(2));
    assert!(log.flush().await);
    assert_eq!(calls(&folder.file()).len(), 3);
    assert!(!whole(&[folder.file()]).closed);
    log.close();
    assert!(whole(&[folder.file()]).closed);
}
