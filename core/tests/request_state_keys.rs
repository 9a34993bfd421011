//! Where the keys that seal `requestState` come from (MRTR-15): a setting, or else the environment. The environment of a process is
//! its own from the start, so each case runs in a process of its own.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use std::process::{Command, Output as Ended};

use engine_support::asking::*;
use engine_support::*;
use oxmcp_core::engine::{Engine, REQUEST_STATE_KEYS};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::sealing::KeyRing;
use serde_json::json;

const KEY: &str = "a key from the environment which is long enough";
const OTHER: &str = "another key which is also long enough by far";

fn registry() -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    registry.add_tool(tool("explicit", &any_object()), explicit()).unwrap();
    registry
}

/// Runs this test once more as a process with these keys, and with a state to go on with.
fn with_keys(keys: &str, state: &str) -> Ended {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "goes_on_with_the_state_it_is_given", "--ignored", "--nocapture"])
        .env(REQUEST_STATE_KEYS, keys)
        .env("STATE", state)
        .output()
        .unwrap()
}

#[tokio::test]
#[ignore = "run by the other test, with an environment"]
async fn goes_on_with_the_state_it_is_given() {
    let engine: Engine = match builder().registry(registry()).build() {
        Ok(engine) => engine,
        Err(error) => return println!("refused: {:?} {error}", error.kind()),
    };
    let state = std::env::var("STATE").unwrap();
    let heard = retry(&engine, "explicit", json!({"user_name": filled("Ann")}), &state).await;
    println!("answered: {}", heard.response);
}

#[tokio::test]
async fn keys_come_from_the_environment_where_the_setting_is_absent() {
    let keys = |text: &str| text.replace(' ', "_");
    let ring = KeyRing::new([keys(KEY)]).unwrap();
    let engine = builder().registry(registry()).request_state_keys(ring).build().unwrap();
    let (_, state) = questions(&call_tool(&engine, "explicit").await);
    for (ring, said) in [
        (keys(KEY), "Where?"),
        (format!("{},{}", keys(OTHER), keys(KEY)), "Where?"),
        (keys(OTHER), "invalid_request_state"),
        (String::new(), "invalid_request_state"),
        (
            "too_short".to_owned(),
            "refused: Configuration OXMCP_REQUEST_STATE_KEYS cannot be used: key 1 has 9 bytes",
        ),
    ] {
        let ended = with_keys(&ring, &state);
        let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(ended.status.success() && printed.contains(said), "{ring}: {printed}");
    }
}
