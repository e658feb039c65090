//! HMAC-SHA256 for `jsonwebtoken`, and nothing else: the sets of algorithms that it has itself bring RSA and elliptic
//! curves along, which no token of ours uses, and two megabytes.

use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use sha2::Sha256;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    // For JSON Web Keys, which are none of ours.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Lets `jsonwebtoken` sign and verify; once is enough.
pub(super) fn provide() {
    let _provided_before = PROVIDER.install_default();
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: &Algorithm, family: AlgorithmFamily, secret: &[u8]) -> Result<Box<Self>> {
        if *algorithm != Algorithm::HS256 || family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        let mac = Hmac::new_from_slice(secret).map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Box::new(Self(mac)))
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Ok(Hs256::new(algorithm, key.family(), key.as_bytes())?)
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    Ok(Hs256::new(algorithm, key.family(), key.try_get_as_bytes()?)?)
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    /// Compares in constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(Error::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::crypto::{sign, verify};

    /// RFC 7515, appendix A.1: the key, what is signed, and the signature.
    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const MESSAGE: &[u8] = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn what_the_standard_signs_is_signed_and_verified_alike() {
        provide();
        let secret = URL_SAFE_NO_PAD.decode(KEY).expect("a secret");
        let signing = EncodingKey::from_secret(&secret);
        assert_eq!(sign(MESSAGE, &signing, Algorithm::HS256).expect("a signature"), SIGNATURE);
        let verifying = DecodingKey::from_secret(&secret);
        assert!(verify(SIGNATURE, MESSAGE, &verifying, Algorithm::HS256).expect("an answer"));
        assert!(!verify(SIGNATURE, &MESSAGE[1..], &verifying, Algorithm::HS256).expect("an answer"));
        assert!(!verify(&SIGNATURE[..40], MESSAGE, &verifying, Algorithm::HS256).expect("an answer"));
    }

    #[test]
    fn no_other_algorithm_signs_or_verifies() {
        provide();
        for other in [Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(sign(MESSAGE, &EncodingKey::from_secret(b"secret"), other).is_err(), "{other:?}");
            assert!(verify(SIGNATURE, MESSAGE, &DecodingKey::from_secret(b"secret"), other).is_err(), "{other:?}");
        }
    }
}
