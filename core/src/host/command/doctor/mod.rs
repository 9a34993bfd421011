//! `oxmcp doctor`: why clients cannot connect, before they have to say so.

mod connector;
mod finding;
mod issuers;

use std::io;
use std::path::PathBuf;

use self::connector::Connector;
use self::finding::{Colour, Finding};
use super::{FINE, UNABLE, Voice, WRONG, unusable};
use crate::outbound::Outbound;

const USAGE: &str = "\
usage: oxmcp doctor connect URL [--token-file FILE] [--ca FILE]

Asks a running server what hosted connectors ask: requests that accept anything, a second handshake, the metadata that lead to an
issuer of tokens, and what the issuer says of itself. Each line is green or red, and says what to do. Status 1 if any is red.

--token-file  a file with a token, where the server wants one; without it the way to one is looked at alone
--ca          a file with certificate authorities (PEM) to trust besides the usual ones
";

pub(super) fn run(arguments: &[&str], voice: &mut Voice<'_>) -> io::Result<u8> {
    let ["connect", url, options @ ..] = arguments else {
        return unusable(voice, "doctor: what is to be looked at?", USAGE);
    };
    let (mut token, mut authorities) = (None, None);
    let mut rest = options;
    while let [name, more @ ..] = rest {
        let Some((value, more)) = more.split_first() else {
            return unusable(voice, &format!("doctor connect: {name} needs a value"), USAGE);
        };
        match *name {
            "--token-file" => match std::fs::read_to_string(value) {
                Ok(text) => token = Some(text.trim().to_owned()),
                Err(error) => {
                    voice.complain(&format!("{value}: {error}"))?;
                    return Ok(UNABLE);
                }
            },
            "--ca" => authorities = Some(PathBuf::from(value)),
            unknown => {
                return unusable(voice, &format!("doctor connect: there is no option {unknown}"), USAGE);
            }
        }
        rest = more;
    }
    let outbound = match Outbound::new(authorities.as_deref()) {
        Ok(outbound) => outbound,
        Err(error) => {
            voice.complain(&error.to_string())?;
            return Ok(UNABLE);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(Connector::new(outbound, url, token).examine());
    told(&findings, voice)
}

/// Says them; the status is that of the worst.
fn told(findings: &[Finding], voice: &mut Voice<'_>) -> io::Result<u8> {
    for finding in findings {
        voice.say(&finding.to_string())?;
    }
    let reds = findings.iter().filter(|finding| finding.colour == Colour::Red).count();
    voice.say(&match reds {
        0 => "Nothing is wrong that could be seen.".to_owned(),
        1 => "One thing is wrong.".to_owned(),
        many => format!("{many} things are wrong."),
    })?;
    Ok(if reds == 0 { FINE } else { WRONG })
}
