//! Claiming the process's own descriptors, in a child process: pipes, sockets, files, and user code that prints.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use oxmcp_core::engine::Shutdown;
use oxmcp_core::transports::stdio::{StdioOptions, claim, serve};
use support::{ENVELOPE, engine, flood, modern_call};

/// Not a test: what the child process does. The harness has said a line or two on stdout before.
#[test]
#[ignore = "run by the other tests"]
fn child_process() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (input, output) = claim().unwrap();
        // User code that prints must not reach the wire, and user code that reads must not take from it.
        std::io::stdout().write_all(b"printed\n").unwrap();
        std::io::stdout().flush().unwrap();
        assert_eq!(std::io::stdin().read(&mut [0; 10]).unwrap(), 0);
        serve(engine().0, input, output, StdioOptions::default(), Shutdown::new()).await.unwrap();
    });
    std::process::exit(0);
}

fn spawn(input: Stdio, output: Stdio) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "child_process", "--nocapture"])
        .stdin(input)
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The child's messages, without what the harness said before.
fn messages(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with('{')).collect()
}

fn check_end(mut child: Child) {
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(child.wait().unwrap().success(), "{errors}");
    assert!(errors.contains("printed"), "STDIO-13: {errors}");
}

/// A child at pipes, which has answered one call.
fn asked_over_pipes() -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut child = spawn(Stdio::piped(), Stdio::piped());
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    input.write_all(format!("{}\n", modern_call(1, "echo", ENVELOPE)).as_bytes()).unwrap();
    let mut line = String::new();
    while !line.starts_with('{') {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0);
    }
    assert!(line.contains(r#""id":1"#), "{line}");
    (child, input, output)
}

#[test]
fn pipes_are_served() {
    let (child, input, mut output) = asked_over_pipes();
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("printed"), "STDIO-2: {rest}");
    check_end(child);
}

#[test]
fn one_socket_for_both_directions_is_served() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let copy = theirs.try_clone().unwrap();
    let child = spawn(Stdio::from(OwnedFd::from(theirs)), Stdio::from(OwnedFd::from(copy)));
    let mut writer = ours.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        writer.write_all(flood().as_bytes()).unwrap();
        writer.shutdown(std::net::Shutdown::Write).unwrap();
    });
    let mut text = String::new();
    (&ours).read_to_string(&mut text).unwrap();
    writing.join().unwrap();
    assert_eq!(messages(&text).len(), 2000);
    assert!(!text.contains("printed"));
    check_end(child);
}

#[test]
fn files_are_served() {
    let folder = std::env::temp_dir().join(format!("oxmcp-stdio-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("in"), flood()).unwrap();
    let mut output =
        File::options().create(true).truncate(true).read(true).write(true).open(folder.join("out")).unwrap();
    let input = File::open(folder.join("in")).unwrap();
    check_end(spawn(Stdio::from(input), Stdio::from(output.try_clone().unwrap())));
    let mut text = String::new();
    output.rewind().unwrap();
    output.read_to_string(&mut text).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(messages(&text).len(), 2000);
    assert!(!text.contains("printed"));
}

#[test]
fn a_reader_that_leaves_ends_the_server_without_a_complaint() {
    let (child, mut input, output) = asked_over_pipes();
    drop(output);
    // The next answer finds nobody; the input may be refused by then.
    let _ = input.write_all(flood().as_bytes());
    check_end(child);
}

#[test]
fn flags_of_a_shared_pipe_are_put_back() {
    use rustix::fs::{OFlags, fcntl_getfl};
    let (ours, theirs) = UnixStream::pair().unwrap();
    let kept = theirs.try_clone().unwrap();
    let mut child = spawn(Stdio::from(OwnedFd::from(theirs)), Stdio::piped());
    ours.shutdown(std::net::Shutdown::Write).unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    check_end(child);
    assert!(!fcntl_getfl(&kept).unwrap().contains(OFlags::NONBLOCK));
}
