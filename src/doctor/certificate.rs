//! A host's certificate: whether readers trust it, and how long it holds.
//!
//! The verifier that readers' programs use is asked twice: for now, and for the end of all time, which it refuses by naming the day on which the
//! certificate ends. So nothing here reads certificates.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use url::Url;

/// What is known of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Seconds since 1970.
    pub ends: Option<u64>,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Expired,
    /// Why readers do not trust it.
    Untrusted(String),
}

/// 9999-12-31, the last day that a certificate can name (RFC 5280 section 4.1.2.5).
const END_OF_TIME: u64 = 253_402_300_799;

/// Looks at the certificate of the address's host. `None` where there is no TLS, or none that could be begun: fetching will say why.
pub fn look(url: &Url, authorities: &[CertificateDer<'static>], limit: Duration) -> Option<Certificate> {
    if url.scheme() != "https" {
        return None;
    }
    let witness = Arc::new(Witness { inner: verifier(authorities)?, seen: Mutex::default() });
    let _ = shake_hands(url, witness.clone(), limit);
    witness.seen.lock().ok()?.clone()
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn verifier(authorities: &[CertificateDer<'static>]) -> Option<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    match authorities {
        [] => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        own => _ = roots.add_parsable_certificates(own.iter().cloned()),
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().ok()
}

fn shake_hands(url: &Url, witness: Arc<Witness>, limit: Duration) -> io::Result<()> {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
    let bare = host.trim_matches(['[', ']']);
    let address = (bare, port).to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let config = config.dangerous().with_custom_certificate_verifier(witness).with_no_client_auth();
    let name = ServerName::try_from(bare.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    connection.send_close_notify();
    connection.complete_io(&mut stream).map(drop)
}

/// Lets every certificate pass and remembers what was said of it. Nothing is sent over such a connection.
#[derive(Debug)]
struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Certificate>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let at = |time| self.inner.verify_server_cert(own, between, name, ocsp, time).err();
        let end = UnixTime::since_unix_epoch(Duration::from_secs(END_OF_TIME));
        let ends = match at(end) {
            Some(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => Some(not_after.as_secs()),
            _ => None,
        };
        let fault = match at(now) {
            None => None,
            Some(Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => Some(Fault::Expired),
            Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                Some(Fault::Untrusted("nobody that is known signed it".to_owned()))
            }
            Some(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                Some(Fault::Untrusted("it is for another host".to_owned()))
            }
            Some(other) => Some(Fault::Untrusted(other.to_string())),
        };
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(Certificate { ends, fault });
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, own, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, own, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
