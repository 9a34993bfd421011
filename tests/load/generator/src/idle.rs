//! Clients that are there and ask nothing.

use crate::connection::Connection;
use crate::options::Options;
use crate::wait_for_the_word;

/// Open what was asked for, say so, and hold it until the harness says a word.
pub fn run(options: &Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async move {
        let mut held = Vec::new();
        if options.sessions > 0 {
            let mut one = Connection::open(options).await?;
            one.begin_sessions(options, options.sessions - 1).await?;
            held.push(one);
        }
        for _ in 0..options.listeners {
            let mut connection = Connection::open(options).await?;
            connection.listen(options).await?;
            held.push(connection);
        }
        wait_for_the_word("")?;
        drop(held);
        Ok(())
    })
}
