//! The main types can go wherever a server takes them: to other threads, behind an `Arc`, behind `dyn`.

use std::sync::Arc;

use oxmcp_core::engine::Shutdown;
use oxmcp_core::error::Error;
use oxmcp_core::handler::{CallContext, EventSender, Events, Failure, Handler, Invocation, ReplyFuture};
use oxmcp_core::json::RawJson;
use oxmcp_core::jsonrpc::RequestId;
use oxmcp_core::model::{
    Change, Operation, Output, Principal, Prompt, Resource, ResourceTemplate, Tool, WatchFilter,
};
use oxmcp_core::registry::{Registry, RegistryOptions, Snapshot, ToolEntry, UriTemplate, Watch};

fn is_send<T: Send>() {}
fn is_shared<T: Send + Sync + 'static>() {}
fn is_cheap<T: Clone + Send + Sync + 'static>() {}

#[test]
fn everything_is_send_and_what_is_shared_is_sync() {
    is_shared::<Error>();
    is_cheap::<RawJson>();
    is_cheap::<RequestId>();
    is_cheap::<Tool>();
    is_cheap::<Prompt>();
    is_cheap::<Resource>();
    is_cheap::<ResourceTemplate>();
    is_cheap::<Operation>();
    is_cheap::<Output>();
    is_cheap::<Failure>();
    is_cheap::<Principal>();
    is_cheap::<Change>();
    is_cheap::<WatchFilter>();
    is_cheap::<Invocation>();
    is_cheap::<CallContext>();
    is_cheap::<EventSender>();
    is_send::<Events>();
    is_send::<ReplyFuture>();
    is_cheap::<Shutdown>();
    is_cheap::<Registry>();
    is_cheap::<RegistryOptions>();
    is_cheap::<Snapshot>();
    is_shared::<ToolEntry>();
    is_cheap::<UriTemplate>();
    is_shared::<Watch>();
}

#[test]
fn a_handler_is_object_safe() {
    is_cheap::<Arc<dyn Handler>>();
}

#[test]
fn waiting_for_a_change_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let watch = registry.watch(WatchFilter::default());
    assert_send(&watch.next());
}

#[test]
fn no_secret_is_printed() {
    let options = RegistryOptions { cursor_key: Some([171; 32]), ..RegistryOptions::default() };
    assert!(!format!("{options:?}").contains("171"));
    assert!(!format!("{:?}", Registry::new(options).unwrap()).contains("171"));
}
