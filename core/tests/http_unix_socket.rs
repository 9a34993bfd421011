//! HTTP at a path instead of an address.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use oxmcp_core::engine::Shutdown;
use oxmcp_core::transports::http::{HttpOptions, HttpServer, UnixSocketOptions};
use support::{ENVELOPE, PATIENCE, modern_call, modern_headers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

fn place(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("oxmcp-unix-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder.join("server.sock")
}

fn bind(socket: UnixSocketOptions) -> oxmcp_core::error::Result<HttpServer> {
    let options = HttpOptions { unix_socket: Some(socket), ..HttpOptions::default() };
    HttpServer::bind(support::engine().0, "127.0.0.1:0", options)
}

async fn ask(path: &PathBuf) -> String {
    let mut stream = UnixStream::connect(path).await.unwrap();
    let (headers, body) = (modern_headers("echo"), modern_call(1, "echo", ENVELOPE));
    let length = body.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn calls_are_answered_at_a_path_that_goes_with_the_server() {
    let path = place("served");
    // What a process left behind that was killed.
    drop(UnixListener::bind(&path).unwrap());
    let server = bind(UnixSocketOptions { mode: 0o600, ..UnixSocketOptions::new(&path) }).unwrap();
    assert_eq!(server.path().as_deref(), Some(&*path));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let shutdown = Shutdown::new();
    let task = tokio::spawn(server.serve(shutdown.clone()));
    assert!(ask(&path).await.starts_with("HTTP/1.1 200"));
    shutdown.trigger();
    timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
    assert!(!path.exists());
}

#[test]
fn what_is_there_already_is_left_alone() {
    let path = place("used");
    let _listening = UnixListener::bind(&path).unwrap();
    let error = bind(UnixSocketOptions::new(&path)).err().unwrap();
    assert!(format!("{error:?}").contains("another process listens there"), "{error:?}");
    let path = place("file");
    fs::write(&path, "precious").unwrap();
    let error = bind(UnixSocketOptions::new(&path)).err().unwrap();
    assert!(format!("{error:?}").contains("something else than a socket"), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    let path = place("taken_over");
    let server = bind(UnixSocketOptions::new(&path)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "precious").unwrap();
    drop(server);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
