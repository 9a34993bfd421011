//! What both bindings pass down of calls that go on over several requests.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use std::time::Duration;

use engine_support::asking::*;
use engine_support::*;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::host::Description;
use oxmcp_core::host::descriptors;
use serde_json::json;

fn description() -> Description {
    let description = Description::read(r#"{"name":"test-server"}"#, None, None, "{}", "{}").unwrap();
    description.registry.add_tool(tool("explicit", &any_object()), explicit()).unwrap();
    description
}

#[test]
fn every_descriptor_may_say_what_is_not_sent() {
    let fields = |said: &str| {
        let text = |own: &str| format!(r#"{{"name":"x",{own},"oxmcp":{{{said}}}}}"#);
        [
            descriptors::tool(&text(r#""inputSchema":{"type":"object"}"#)).unwrap().common,
            descriptors::prompt(&text(r#""arguments":[]"#)).unwrap().common,
            descriptors::resource(&text(r#""uri":"test://x""#)).unwrap().common,
            descriptors::resource_template(&text(r#""uriTemplate":"test://{x}""#)).unwrap().common,
        ]
    };
    assert!(fields(r#""replayable":true"#).iter().all(|common| common.replayable));
    assert!(fields("").iter().all(|common| !common.replayable));
    let said = fields(r#""tags":["admin"],"enabled":false,"version":"1.2""#);
    assert!(said.iter().all(|common| common.tags == ["admin"] && !common.enabled));
    assert!(said.iter().all(|common| common.version.as_deref() == Some("1.2")));
    assert!(
        fields("").iter().all(|common| common.tags.is_empty() && common.enabled && common.version.is_none())
    );
}

#[tokio::test]
async fn servers_with_the_same_keys_go_on_with_each_others_calls() {
    let shared =
        ["a secret that two servers share, long enough", "and one that is on its way out, long enough, too"];
    let [mut one, mut two, other] = [(); 3].map(|()| description());
    one.seal_request_state([shared[0]], Duration::from_secs(60)).unwrap();
    two.seal_request_state([shared[1], shared[0]], Duration::from_secs(60)).unwrap();
    let (_, state) = questions(&call_tool(&one.engine().unwrap(), "explicit").await);
    let answers = json!({"user_name": filled("Ann")});
    questions(&retry(&two.engine().unwrap(), "explicit", answers.clone(), &state).await);
    assert_eq!(retry(&other.engine().unwrap(), "explicit", answers, &state).await.code(), -32602);
    let refused = two.seal_request_state(["short"], Duration::from_secs(60)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    two.limit_parked(Some(1), Some(Duration::ZERO));
    assert_eq!(two.engine().unwrap_err().kind(), ErrorKind::Configuration);
}
