//! The PROXY protocol: what a proxy says of a connection before it hands on what the client says.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What version 2 begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1.
const LONGEST_LINE: usize = 107;
/// The longest rest of version 2 that is read: addresses, and what is said beside them.
const LONGEST_REST: usize = 4096;

/// Reads the header, and nothing behind it. `None`: the proxy speaks for itself, or does not say for whom.
pub(in crate::transports::http) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<SocketAddr>> {
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE { read_second(stream).await } else { read_first(stream, &start).await }
}

/// `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443`. Read byte by byte: what comes behind it is for somebody else.
async fn read_first(stream: &mut (impl AsyncRead + Unpin), start: &[u8]) -> io::Result<Option<SocketAddr>> {
    let mut line = start.to_vec();
    if !line.starts_with(b"PROXY ") {
        return Err(wrong("a trusted proxy sent no header of the PROXY protocol"));
    }
    while !line.ends_with(b"\r\n") {
        if line.len() >= LONGEST_LINE {
            return Err(wrong("the header of the PROXY protocol is too long"));
        }
        line.push(stream.read_u8().await?);
    }
    let line = std::str::from_utf8(&line).map_err(|_| wrong(MALFORMED))?;
    let mut words = line.trim_end_matches("\r\n").split(' ').skip(1);
    let family = words.next();
    if family == Some("UNKNOWN") {
        return Ok(None);
    }
    let (Some(source), Some(_), Some(port), Some(_), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(wrong(MALFORMED));
    };
    let address: IpAddr = source.parse().map_err(|_| wrong(MALFORMED))?;
    let port = port.parse().map_err(|_| wrong(MALFORMED))?;
    match (family, address) {
        (Some("TCP4"), IpAddr::V4(_)) | (Some("TCP6"), IpAddr::V6(_)) => {
            Ok(Some(SocketAddr::new(address, port)))
        }
        _ => Err(wrong(MALFORMED)),
    }
}

async fn read_second(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let (command, family, length) =
        (stream.read_u8().await?, stream.read_u8().await?, stream.read_u16().await?);
    let length = usize::from(length);
    if length > LONGEST_REST {
        return Err(wrong("the header of the PROXY protocol is too long"));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match command {
        // The proxy's own: it looks whether we are there.
        0x20 => return Ok(None),
        0x21 => {}
        _ => return Err(wrong(MALFORMED)),
    }
    let found: (IpAddr, u16) = match (family, rest.as_slice()) {
        (0x11, [a, b, c, d, _, _, _, _, high, low, ..]) => {
            (Ipv4Addr::new(*a, *b, *c, *d).into(), u16::from_be_bytes([*high, *low]))
        }
        (0x21, rest) if rest.len() >= 36 => {
            let address: [u8; 16] = rest[..16].try_into().map_err(|_| wrong(MALFORMED))?;
            (Ipv6Addr::from(address).into(), u16::from_be_bytes([rest[32], rest[33]]))
        }
        (0x11 | 0x21, _) => return Err(wrong(MALFORMED)),
        // Something else than TCP, which has no address of this kind.
        _ => return Ok(None),
    };
    Ok(Some(found.into()))
}

const MALFORMED: &str = "the header of the PROXY protocol is malformed";

fn wrong(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
