//! The crew's client certificate and key: two PEM files, one PKCS#12 file, or the store of Windows.

use std::path::Path;

use mynaq_interface::{Error, ErrorCode};
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use rustls::ConfigBuilder;
use rustls::client::{ClientConfig, WantsClientCert};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::sealed::of_this_mode;
use super::tls::{certificates, unusable};
use crate::config::{Identity, Mode};

/// Finishes a configuration with the identity it shows.
pub(super) fn present(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: &Identity,
    mode: Mode,
) -> Result<ClientConfig, Error> {
    match identity {
        Identity::Pem { certificate, key } => {
            let chain = certificates(certificate)?;
            of_this_mode(mode, certificate, &chain)?;
            let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, error))?;
            builder
                .with_client_auth_cert(chain, secret)
                .map_err(|error| unusable(certificate, error))
        }
        Identity::Pkcs12 { file, password } => {
            let (chain, secret) = pkcs12(file, password.as_deref())?;
            of_this_mode(mode, file, &chain)?;
            builder.with_client_auth_cert(chain, secret).map_err(|error| unusable(file, error))
        }
        Identity::WindowsStore { thumbprint } => windows::present(builder, thumbprint, mode),
    }
}

/// The certificates the gateway is shown, the crew's own first; for whoever looks at their days.
pub(in crate::lookup) fn shown(identity: &Identity) -> Result<Vec<CertificateDer<'static>>, Error> {
    match identity {
        Identity::Pem { certificate, .. } => certificates(certificate),
        Identity::Pkcs12 { file, password } => Ok(pkcs12(file, password.as_deref())?.0),
        Identity::WindowsStore { thumbprint } => windows::shown(thumbprint),
    }
}

type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The one key of the file with its chain. A second key would have to be guessed between.
fn pkcs12(file: &Path, password: Option<&Path>) -> Result<ChainAndKey, Error> {
    let bytes = Zeroizing::new(std::fs::read(file).map_err(|error| unusable(file, error))?);
    let password = match password {
        Some(written) => {
            let text =
                std::fs::read_to_string(written).map_err(|error| unusable(written, error))?;
            Zeroizing::new(text)
        }
        None => Zeroizing::default(),
    };
    let password = password.trim_end_matches(['\r', '\n']);
    let store = KeyStore::from_pkcs12(&bytes, password, Pkcs12ImportPolicy::Strict)
        .map_err(|error| unusable(file, format_args!("{error}: is the password right?")))?;
    let mut keys = store.entries().filter_map(|(_, entry)| match entry {
        KeyStoreEntry::PrivateKeyChain(chain) => Some(chain),
        _ => None,
    });
    let (Some(found), None) = (keys.next(), keys.next()) else {
        return Err(unusable(file, "it must hold one private key with its certificate"));
    };
    let chain: Vec<_> = found
        .certs()
        .iter()
        .map(|certificate| CertificateDer::from(certificate.as_der().to_vec()))
        .collect();
    if chain.is_empty() {
        return Err(unusable(file, "no certificate belongs to its key"));
    }
    let key = PrivatePkcs8KeyDer::from(found.key().as_der().to_vec());
    Ok((chain, key.into()))
}

#[cfg(not(windows))]
mod windows {
    use super::{
        CertificateDer, ClientConfig, ConfigBuilder, Error, ErrorCode, Mode, WantsClientCert,
    };

    /// The configuration has refused it before: there is no such store here.
    pub(super) fn present(
        _: ConfigBuilder<ClientConfig, WantsClientCert>,
        _: &[u8; 20],
        _: Mode,
    ) -> Result<ClientConfig, Error> {
        Err(absent())
    }

    pub(super) fn shown(_: &[u8; 20]) -> Result<Vec<CertificateDer<'static>>, Error> {
        Err(absent())
    }

    fn absent() -> Error {
        Error::new(ErrorCode::ConfigCredentials).detail("there is no certificate store of Windows")
    }
}

#[cfg(windows)]
mod windows {
    use std::sync::Arc;

    use rustls::client::ResolvesClientCert;
    use rustls::sign::CertifiedKey;
    use rustls_cng::signer::CngSigningKey;
    use rustls_cng::store::{CertStore, CertStoreType};

    use super::*;

    /// The key never leaves the store: Windows signs.
    pub(super) fn present(
        builder: ConfigBuilder<ClientConfig, WantsClientCert>,
        thumbprint: &[u8; 20],
        mode: Mode,
    ) -> Result<ClientConfig, Error> {
        let (chain, key) = find(thumbprint)?;
        of_this_mode(mode, Path::new("the certificate store"), &chain)?;
        let key = CertifiedKey::new(chain, Arc::new(key));
        Ok(builder.with_client_cert_resolver(Arc::new(One(Arc::new(key)))))
    }

    pub(super) fn shown(thumbprint: &[u8; 20]) -> Result<Vec<CertificateDer<'static>>, Error> {
        Ok(find(thumbprint)?.0)
    }

    /// In the user's store first, then in the machine's, where services find theirs.
    fn find(thumbprint: &[u8; 20]) -> Result<(Vec<CertificateDer<'static>>, CngSigningKey), Error> {
        let wrong = |why: String| {
            let print: String = thumbprint.iter().map(|octet| format!("{octet:02x}")).collect();
            Error::new(ErrorCode::ConfigCredentials)
                .detail(format_args!("certificate {print} of the store: {why}"))
        };
        let mut found = None;
        for place in [CertStoreType::CurrentUser, CertStoreType::LocalMachine] {
            let Ok(store) = CertStore::open(place, "My") else { continue };
            found = store.find_by_sha1(thumbprint).ok().and_then(|all| all.into_iter().next());
            if found.is_some() {
                break;
            }
        }
        let found = found.ok_or_else(|| wrong("it is in no store of this user".into()))?;
        let key = found.acquire_key(true).map_err(|error| wrong(format!("its key: {error}")))?;
        let key = CngSigningKey::new(key).map_err(|error| wrong(format!("its key: {error}")))?;
        let chain = found.as_chain_der().map_err(|error| wrong(error.to_string()))?;
        Ok((chain.into_iter().map(CertificateDer::from).collect(), key))
    }

    #[derive(Debug)]
    struct One(Arc<CertifiedKey>);

    impl ResolvesClientCert for One {
        fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }

        fn has_certs(&self) -> bool {
            true
        }
    }
}
