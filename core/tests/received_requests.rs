//! Requests that a server of somebody else's received, and their bodies as they arrive.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::future::poll_fn;
use std::pin::pin;

use bytes::Bytes;
use http::{Method, Uri, Version};
use http_body::Body;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::Origin;
use oxmcp_core::host::{ArrivingBody, arriving_body, received_request};

async fn next(body: &mut ArrivingBody) -> Option<Bytes> {
    let mut body = pin!(body);
    poll_fn(|cx| body.as_mut().poll_frame(cx)).await.map(|frame| frame.unwrap().into_data().unwrap())
}

#[tokio::test]
async fn a_body_is_read_as_its_pieces_arrive() {
    let (sender, mut body) = arriving_body(5);
    assert_eq!(body.size_hint().lower(), 5);
    sender.send(Bytes::from_static(b"ab"), true);
    assert_eq!(next(&mut body).await.unwrap(), "ab");
    assert_eq!((body.size_hint().lower(), body.is_end_stream()), (3, false));
    let reading =
        tokio::spawn(async move { (next(&mut body).await, next(&mut body).await, body.is_end_stream()) });
    tokio::task::yield_now().await;
    sender.send(Bytes::from_static(b"cde"), false);
    assert_eq!(reading.await.unwrap(), (Some(Bytes::from_static(b"cde")), None, true));
}

#[tokio::test]
async fn a_body_that_is_there_as_a_whole_has_its_length() {
    let (sender, mut body) = arriving_body(0);
    sender.send(Bytes::from_static(b"abc"), false);
    assert_eq!(body.size_hint().exact(), Some(3));
    assert_eq!(next(&mut body).await.unwrap(), "abc");
    assert!(body.is_end_stream());
}

#[test]
fn a_request_is_what_was_received() {
    let headers = [("x-a", "1"), ("X-A", "2")];
    let request = received_request(b"POST", Uri::from_static("/"), headers, (), Origin::new(7_u8)).unwrap();
    assert_eq!((request.method(), request.version()), (&Method::POST, Version::HTTP_10));
    let values: Vec<_> = request.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(request.extensions().get::<Origin>().unwrap().get::<u8>(), Some(&7));
}

#[test]
fn what_no_http_server_lets_through_is_refused() {
    for (method, name, value, what) in [
        ("PO ST", "x", "1", "method"),
        ("POST", "x y", "1", "header name"),
        ("POST", "x", "a\nb", "header value"),
    ] {
        let refused = received_request(
            method.as_bytes(),
            Uri::from_static("/"),
            [(name, value)],
            (),
            Origin::default(),
        );
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDescriptor);
        assert!(error.to_string().contains(what), "{error}");
    }
}
