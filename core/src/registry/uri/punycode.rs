//! Names of hosts with letters beyond ASCII, as the DNS has them (RFC 3492).

/// Each label of `host`, which is in small letters, with letters beyond ASCII in Punycode; `None` when that is not possible.
pub(super) fn host(host: &str) -> Option<String> {
    let labels: Option<Vec<String>> =
        host.split('.')
            .map(|label| {
                if label.is_ascii() {
                    Some(label.to_owned())
                } else {
                    Some(format!("xn--{}", encode(label)?))
                }
            })
            .collect();
    labels.map(|labels| labels.join("."))
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// RFC 3492 §6.3.
fn encode(label: &str) -> Option<String> {
    let characters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while (handled as usize) < characters.len() {
        let next = characters.iter().copied().filter(|&character| character >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for &character in &characters {
            if character < n {
                delta = delta.checked_add(1)?;
            }
            if character == n {
                write_delta(&mut out, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(out)
}

fn write_delta(out: &mut String, delta: u32, bias: u32) {
    let mut rest = delta;
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < threshold {
            break;
        }
        out.push(digit(threshold + (rest - threshold) % (BASE - threshold)));
        rest = (rest - threshold) / (BASE - threshold);
        k += BASE;
    }
    out.push(digit(rest));
}

fn digit(value: u32) -> char {
    char::from_digit((value + 10) % BASE, BASE).unwrap_or('a')
}

/// §6.1.
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + 38)
}
