//! An issuer of tokens, and a server that believes it.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    dead_code,
    reason = "a helper of a test fails the test; not every test uses all of it"
)]

pub mod provider;

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oxmcp_core::authentication::{AuthenticationOptions, Authenticator, JwtOptions, KeySource};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Implementation, Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://issuer.test";
pub const RESOURCE: &str = "https://mcp.test/mcp";

/// Keys of an issuer, one of each kind.
pub struct Issuer {
    pub ec: EcdsaKeyPair,
    pub ed: Ed25519KeyPair,
    pub rsa: RsaKeyPair,
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    pub fn new() -> Self {
        Self {
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            ed: Ed25519KeyPair::generate().unwrap(),
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// Its key set.
    pub fn set(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        // An RSAPublicKey of 2048 bits in DER: the modulus begins after its zero byte, the exponent has three.
        let rsa = self.rsa.public_key().as_ref();
        json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256",
             "x": base64(&point[1..33]), "y": base64(&point[33..65])},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(self.ed.public_key())},
            {"kty": "RSA", "kid": "rsa", "n": base64(&rsa[9..265]), "e": base64(&rsa[267..270])},
            {"kty": "oct", "kid": "secret", "k": base64([7; 32])},
            {"kty": "EC", "crv": "P-256", "kid": "encrypts", "use": "enc",
             "x": base64(&point[1..33]), "y": base64(&point[33..65])},
        ]})
    }

    /// The RSA key as PEM.
    pub fn rsa_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.rsa.public_key().as_der().unwrap();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    /// Signs what is there, whatever it says.
    pub fn sign_text(&self, header: &str, claims: &str, with: &str) -> String {
        let signed = format!("{}.{}", base64(header), base64(claims));
        let signature = self.signature(&signed, with);
        format!("{signed}.{}", base64(signature))
    }

    pub fn signature(&self, signed: &str, with: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |padding: &'static dyn signature::RsaEncoding| {
            let mut out = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(padding, &random, signed.as_bytes(), &mut out).unwrap();
            out
        };
        match with {
            "ES256" => self.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed.sign(signed.as_bytes()).as_ref().to_vec(),
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            secret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        }
    }

    /// A token with these claims, by its EC key.
    pub fn token(&self, claims: &Value) -> String {
        self.sign_text(r#"{"alg":"ES256","kid":"ec","typ":"at+jwt"}"#, &claims.to_string(), "ES256")
    }

    /// A good one for this subject.
    pub fn good(&self, subject: &str) -> String {
        self.token(&claims(subject))
    }

    pub fn options(&self) -> AuthenticationOptions {
        let keys = KeySource::Set(self.set().to_string());
        AuthenticationOptions {
            resource: Some(RESOURCE.to_owned()),
            jwt: vec![JwtOptions::new(ISSUER, keys)],
            ..AuthenticationOptions::default()
        }
    }
}

/// What a good token says.
pub fn claims(subject: &str) -> Value {
    json!({
        "iss": ISSUER, "sub": subject, "aud": RESOURCE, "exp": now() + 300, "iat": now(),
        "scope": "mcp:read mcp:write", "client_id": "app",
    })
}

/// An engine with the tool `who`, which says who asks.
pub fn engine(options: &AuthenticationOptions) -> Engine {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let any = RawJson::parse(r#"{"type":"object"}"#).unwrap();
    let who = from_function(|call: Invocation| async move {
        let principal = call.context.caller.principal.clone();
        let said = principal.map(|principal| {
            let grants = principal.grants().cloned().unwrap_or_default();
            json!({
                "subject": principal.subject(), "client": principal.client(), "issuer": principal.issuer(),
                "scopes": grants.scopes, "roles": grants.roles, "method": grants.method.name(),
                "token": grants.token, "expires": grants.expires_at.is_some(),
            })
        });
        Ok(Output::Tool(ToolOutput::text(&json!(said).to_string())))
    });
    registry.add_tool(Tool::new("who", any), who).unwrap();
    Engine::builder(Implementation::new("test", "1"))
        .registry(registry)
        .authenticator(Authenticator::new(options).unwrap())
        .build()
        .unwrap()
}

/// Who a token stands for, as an authenticator says without a server around it.
pub async fn asked(
    authenticator: &Authenticator,
    token: &str,
) -> Result<oxmcp_core::model::Principal, oxmcp_core::authentication::Denied> {
    let headers = [("authorization", format!("Bearer {token}"))].into_iter();
    let headers: http::HeaderMap =
        headers.map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
    let uri = http::Uri::from_static("/mcp");
    let (method, urls) = (http::Method::POST, Vec::new);
    let head = oxmcp_core::authentication::RequestHead {
        uri: &uri,
        method: &method,
        headers: &headers,
        certificate: None,
        urls: &urls,
    };
    match authenticator.check(head) {
        oxmcp_core::authentication::Checked::Known(known) => known,
        oxmcp_core::authentication::Checked::Asking(asking) => asking.await,
    }
}
