//! SIGINT and SIGTERM while a handler blocks JavaScript's thread, which therefore does not hear them.

use std::sync::Arc;
use std::time::Duration;

use napi_derive::napi;
use signal_hook::low_level::emulate_default_handler;
use tokio::signal::unix::{SignalKind, signal};

use crate::errors::JsError;
use crate::heard::Heard;
use crate::serving::Serving;

/// How long JavaScript's thread may take to hear of a signal that leaves no time.
const PATIENCE: Duration = Duration::from_secs(1);

/// A thread that is not JavaScript's hears every signal. Where that one does not hear the first in `grace`, or a later one
/// soon, the process ends as it would have without any handler.
async fn insist(heard: Arc<Heard>, grace: Duration) {
    // Registered over the handler of the JavaScript runtime, which is called all the same.
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    let mut seen = 0;
    loop {
        let kind = tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
        };
        seen += 1;
        let (heard, number) = (Arc::clone(&heard), seen);
        let patience = if number == 1 { grace } else { PATIENCE };
        tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            if !heard.has(number) {
                // Fails for no signal of these two.
                let _ = emulate_default_handler(kind.as_raw_value());
            }
        });
    }
}

#[napi]
impl Serving {
    /// From now on the process ends by a signal that JavaScript's thread does not hear for so many seconds. For a runtime
    /// whose own handler is in place.
    #[napi]
    pub fn watch_signals(&self, grace: f64) -> Result<(), JsError> {
        let grace = Duration::try_from_secs_f64(grace).unwrap_or(Duration::MAX);
        self.driver()?.spawn(insist(Arc::clone(&self.heard), grace));
        Ok(())
    }

    /// JavaScript's thread has heard a signal.
    #[napi]
    pub fn heard_signal(&self) {
        self.heard.note();
    }

    /// The program handles signals by itself, at its own pace.
    #[napi]
    pub fn ignore_signals(&self) {
        self.heard.all();
    }
}
