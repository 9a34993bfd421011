//! Keys that verify: read from key sets (RFC 7517) and from PEM.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::algorithm::{Algorithm, KeyType};

/// One key.
#[derive(Clone)]
pub(in crate::authentication) struct Key {
    /// What tokens call it.
    pub(super) id: Option<Box<str>>,
    /// What it is for alone, if it says so.
    algorithm: Option<Algorithm>,
    kind: KeyType,
    material: Material,
}

#[derive(Clone)]
enum Material {
    /// Modulus and exponent, without leading zeros.
    Rsa(Box<[u8]>, Box<[u8]>),
    /// What the library reads itself: a point, or a whole SubjectPublicKeyInfo.
    Public(Box<[u8]>),
    Secret(Box<[u8]>),
}

impl Key {
    /// A secret of the author's.
    pub(super) fn secret(secret: &[u8]) -> Self {
        let material = Material::Secret(secret.into());
        Self { id: None, algorithm: None, kind: KeyType::Secret, material }
    }

    /// A key of a set; `None` for one that verifies no signature we know. Secrets are never taken from a set.
    pub(in crate::authentication) fn of_set(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops").and_then(Value::as_array)
            && !operations.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let algorithm = match text("alg") {
            None => None,
            Some(name) => Some(Algorithm::from_name(name)?),
        };
        let (kind, material) = match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                let [modulus, exponent] = [bytes("n")?, bytes("e")?].map(|number| without_zeros(&number));
                (KeyType::Rsa, Material::Rsa(modulus, exponent))
            }
            ("EC", Some(curve)) => {
                let (kind, length) = match curve {
                    "P-256" => (KeyType::P256, 32),
                    "P-384" => (KeyType::P384, 48),
                    "P-521" => (KeyType::P521, 66),
                    _ => return None,
                };
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != length || y.len() != length {
                    return None;
                }
                let point = [&[4][..], &x, &y].concat();
                (kind, Material::Public(point.into()))
            }
            ("OKP", Some("Ed25519")) => (KeyType::Ed25519, Material::Public(bytes("x")?.into())),
            _ => return None,
        };
        if algorithm.is_some_and(|algorithm| algorithm.key_type() != kind) {
            return None;
        }
        Some(Self { id: text("kid").map(Box::from), algorithm, kind, material })
    }

    /// A public key as PEM has it (`BEGIN PUBLIC KEY`, `BEGIN RSA PUBLIC KEY`).
    pub(super) fn of_pem(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let body: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(body).ok()?;
        let has = |bytes: &[u8]| der.get(..40.min(der.len())).is_some_and(|head| contains(head, bytes));
        let kind = match label {
            "RSA PUBLIC KEY" => KeyType::Rsa,
            "PUBLIC KEY" if has(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]) => KeyType::Rsa,
            "PUBLIC KEY" if has(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]) => KeyType::P256,
            "PUBLIC KEY" if has(&[0x2b, 0x81, 0x04, 0x00, 0x22]) => KeyType::P384,
            "PUBLIC KEY" if has(&[0x2b, 0x81, 0x04, 0x00, 0x23]) => KeyType::P521,
            "PUBLIC KEY" if has(&[0x06, 0x03, 0x2b, 0x65, 0x70]) => KeyType::Ed25519,
            _ => return None,
        };
        Some(Self { id: None, algorithm: None, kind, material: Material::Public(der.into()) })
    }

    /// Whether tokens of this algorithm may be signed with it.
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.kind == algorithm.key_type() && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// Whether the signature is of this message, by this key.
    pub(in crate::authentication) fn verifies(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        if !self.is_for(algorithm) {
            return false;
        }
        match &self.material {
            Material::Secret(secret) => algorithm
                .hmac()
                .is_some_and(|hash| hmac::verify(&hmac::Key::new(hash, secret), message, signature).is_ok()),
            Material::Rsa(n, e) => algorithm.rsa().is_some_and(|parameters| {
                RsaPublicKeyComponents { n: &**n, e: &**e }.verify(parameters, message, signature).is_ok()
            }),
            Material::Public(key) => algorithm
                .verification()
                .is_some_and(|how| UnparsedPublicKey::new(how, &**key).verify(message, signature).is_ok()),
        }
    }
}

fn without_zeros(number: &[u8]) -> Box<[u8]> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default().into()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
