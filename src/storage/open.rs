//! A client of a store, made of what the environment says. What stands behind a `#[cfg]` is a store that the program was built for.

use std::sync::Arc;

use object_store::{ClientConfigKey, Error, ObjectStore, RetryConfig};

use super::client::told;
use super::{Address, Kind};

/// The program's own repeats are enough.
fn once() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// Why the environment cannot be right, and the way out.
type Unready = (String, &'static str);

pub(super) fn open(address: &Address, request: &str) -> Result<Arc<dyn ObjectStore>, Unready> {
    match address.kind {
        Kind::S3 => {
            use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
            let builder = AmazonS3Builder::from_env().with_bucket_name(&address.bucket).with_retry(once());
            let said = |key: AmazonS3ConfigKey| builder.get_config_value(&key);
            let allows = said(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp));
            said(AmazonS3ConfigKey::Endpoint).map_or(Ok(()), |endpoint| check_endpoint(&endpoint, allows.as_deref()))?;
            Ok(Arc::new(builder.with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), request).build().map_err(unready)?))
        }
        #[cfg(feature = "gcs")]
        Kind::Google => {
            use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(&address.bucket).with_retry(once());
            Ok(Arc::new(builder.with_config(GoogleConfigKey::Client(ClientConfigKey::Timeout), request).build().map_err(unready)?))
        }
        #[cfg(feature = "azure")]
        Kind::Azure => {
            use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(&address.bucket).with_retry(once());
            Ok(Arc::new(builder.with_config(AzureConfigKey::Client(ClientConfigKey::Timeout), request).build().map_err(unready)?))
        }
        #[cfg(not(all(feature = "gcs", feature = "azure")))]
        _ => Err((address.out_of_reach().unwrap_or_default().0, "install the program with that feature")),
    }
}

fn unready(error: Error) -> Unready {
    let why = told(&error);
    let help = if why.contains("No CA certificates") {
        "this system has no certificates of authorities: install `ca-certificates`, or name a file of them in `SSL_CERT_FILE`"
    } else {
        "mend what the environment says of the store; docs/object-storage.md lists the variables"
    };
    (why, help)
}

/// The crate below takes any text for an endpoint, and ends the program where it is none.
fn check_endpoint(endpoint: &str, allows_http: Option<&str>) -> Result<(), Unready> {
    let url = url::Url::parse(endpoint).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
    let help = "`AWS_ENDPOINT` is as in `https://s3.example.org`; without it the store is that of Amazon";
    let url = url.ok_or_else(|| (format!("`{endpoint}` is no address of a server"), help))?;
    match url.scheme() == "http"
        && !allows_http.is_some_and(|allows| ["true", "1", "on", "yes", "y"].contains(&allows.to_ascii_lowercase().as_str()))
    {
        true => Err((
            format!("the way to `{}` is not encrypted", url.host_str().unwrap_or_default()),
            "write `https://`, or allow it with `AWS_ALLOW_HTTP=true`",
        )),
        false => Ok(()),
    }
}
