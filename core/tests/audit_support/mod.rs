//! What the tests of audit logs share.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use oxmcp_core::audit::{
    AuditLog, AuditOptions, Entry, FileOptions, Mode, Outcome, Verdict, Verified, verify,
};
use serde_json::Value;

/// A folder that is gone with the value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn options(folder: &Folder, mode: Mode) -> AuditOptions {
    AuditOptions { file: Some(FileOptions::new(folder.file())), mode, ..AuditOptions::default() }
}

pub fn call(number: usize) -> Entry {
    Entry { tool: Some(format!("tool{number}").into()), ..Entry::new("tools/call", Outcome::Allowed) }
}

/// Writes so many calls and closes the log.
pub fn write(options: AuditOptions, calls: usize) {
    let log = AuditLog::open(options).unwrap();
    for number in 0..calls {
        let _ = log.record(call(number));
    }
    log.close();
}

pub fn records(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of calls alone.
pub fn calls(file: &Path) -> Vec<Value> {
    let mut records = records(file);
    records.retain(|record| record["event_type"] == "tools/call");
    records
}

pub fn whole(files: &[PathBuf]) -> Verified {
    match verify(files, None).unwrap() {
        Verdict::Whole(verified) => verified,
        Verdict::Broken(flaw) => unreachable!("{flaw}"),
    }
}

/// Whether the call of a record may be answered.
pub async fn may_answer(receipt: Option<oxmcp_core::audit::Receipt>) -> bool {
    match receipt {
        None => true,
        Some(receipt) => matches!(receipt.await, Ok(Ok(()))),
    }
}
