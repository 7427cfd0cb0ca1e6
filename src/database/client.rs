//! The connection itself.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Address, DatabaseError, PASSWORD};

/// How long a server may take to answer the first word.
const PATIENCE: Duration = Duration::from_secs(10);

const UNREACHABLE: &str = "see whether the database runs, and whether the address, the user and `PGPASSWORD` are right";

const MODES: &str = "`sslmode` is `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`";

/// Opens a connection.
///
/// The modes of TLS are those of `libpq`: `prefer` and `require` encrypt without asking whom they speak to, `verify-full` (and `verify-ca`, which is
/// no less strict here) wants a certificate that the authorities of the web, or `sslrootcert` where it is named, vouch for.
///
/// # Errors
/// An address or variable that cannot be read, or a server that does not answer or does not let us in.
pub fn connect(address: &Address) -> Result<Client, DatabaseError> {
    let fail = |why: String, help, is_passing| DatabaseError { address: address.to_string(), why, help, is_passing, is_clash: false };
    let url = match address {
        Address::Url(url) => url.clone(),
        Address::Variable(name) => match env::var(name) {
            Ok(url) if !url.trim().is_empty() => url,
            set => {
                let why =
                    if set.is_ok() { format!("`{name}` of the environment is empty") } else { format!("the environment has no `{name}`") };
                return Err(fail(why, "set the variable to the database's address: `postgresql://USER@HOST/DATABASE`", false));
            }
        },
    };
    let (url, tls) = Tls::of(&url);
    let mut config: Config = url.parse().map_err(|error| {
        let why = words(&error);
        let help = if why.contains("sslmode") { MODES } else { "write `postgresql://USER@HOST/DATABASE`" };
        fail(format!("its address cannot be read: {why}"), help, false)
    })?;
    if config.get_password().is_none()
        && let Ok(password) = env::var(PASSWORD)
    {
        config.password(password);
    }
    if config.get_user().is_none()
        && let Ok(user) = env::var("PGUSER").or_else(|_| env::var("USER"))
    {
        config.user(&user);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    config.application_name("tidings");
    let connected = if config.get_ssl_mode() == SslMode::Disable {
        config.connect(NoTls)
    } else {
        let client = tls.config().map_err(|why| fail(why, "mend `sslrootcert` of the address", false))?;
        config.connect(MakeRustlsConnect::new(client))
    };
    connected.map_err(|error| fail(words(&error), UNREACHABLE, error.as_db_error().is_none_or(is_passing)))
}

/// What a database said to something that was asked of it.
pub fn failure(address: &Address, error: &postgres::Error, help: &'static str) -> DatabaseError {
    let is_passing = match error.as_db_error() {
        Some(said) => is_passing(said),
        None => error.is_closed() || error.to_string().contains("communicating"),
    };
    let help = if is_passing { "run again; nothing was published" } else { help };
    DatabaseError { address: address.to_string(), why: words(error), help, is_passing, is_clash: error.as_db_error().is_some_and(is_clash) }
}

/// The classes of SQLSTATE that speak of the moment: no connection, a clash of two transactions, no room just now, a server that stops or starts.
fn is_passing(error: &postgres::error::DbError) -> bool {
    let code = error.code().code();
    ["08", "40", "53", "57P"].iter().any(|class| code.starts_with(class)) || code == "55P03"
}

/// A deadlock, or a clash where transactions are kept further apart than PostgreSQL does by itself.
fn is_clash(error: &postgres::error::DbError) -> bool {
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(error.code())
}

/// All that the server or the library has to say, in one line.
fn words(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let mut words = said.message().to_owned();
        for more in [said.detail(), said.hint()].into_iter().flatten() {
            words.push_str("; ");
            words.push_str(more.trim_end_matches('.'));
        }
        return words.replace('\n', " ");
    }
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let more = error.to_string();
        if !words.contains(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        source = error.source();
    }
    words
}

/// What the address says of TLS and the library does not know.
struct Tls {
    is_verified: bool,
    roots: Option<String>,
}

impl Tls {
    /// Takes it out of an address.
    fn of(url: &str) -> (String, Self) {
        let mut tls = Tls { is_verified: false, roots: None };
        let Some((start, query)) = url.split_once('?') else { return (url.to_owned(), tls) };
        let mut rest = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", "verify-full" | "verify-ca")) => {
                    tls.is_verified = true;
                    rest.push("sslmode=require");
                }
                Some(("sslmode", "allow")) => rest.push("sslmode=prefer"),
                Some(("sslrootcert", path)) => tls.roots = Some(path.replace("%2F", "/")),
                _ => rest.push(pair),
            }
        }
        let url = if rest.is_empty() { start.to_owned() } else { format!("{start}?{}", rest.join("&")) };
        (url, tls)
    }

    fn config(self) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS is not to be had: {error}"))?;
        if !self.is_verified {
            return Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider))).with_no_client_auth());
        }
        let mut roots = RootCertStore::empty();
        match self.roots.as_deref() {
            None | Some("system") => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                use rustls::pki_types::pem::PemObject;
                let unreadable = |error: &dyn std::fmt::Display| format!("the certificates of `{file}` cannot be read: {error}");
                for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
                    let certificate = certificate.map_err(|error| unreadable(&error))?;
                    roots.add(certificate).map_err(|error| unreadable(&error))?;
                }
            }
        }
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Takes every certificate: the line is closed to listeners, and the server may be anyone. What `libpq` does unless it is told to verify.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
