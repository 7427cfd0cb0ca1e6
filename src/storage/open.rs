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
            check_endpoint(said(AmazonS3ConfigKey::Endpoint).as_deref(), allows.as_deref(), &OF_S3)?;
            Ok(Arc::new(builder.with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), request).build().map_err(unready)?))
        }
        #[cfg(feature = "gcs")]
        Kind::Google => {
            use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(&address.bucket).with_retry(once());
            let said = |key: GoogleConfigKey| builder.get_config_value(&key);
            // The builder says that it is allowed where nobody said anything.
            let allows = std::env::var("GOOGLE_ALLOW_HTTP").ok();
            let in_keys = endpoint_in_keys(said(GoogleConfigKey::ServiceAccount), said(GoogleConfigKey::ServiceAccountKey))?;
            check_endpoint(said(GoogleConfigKey::BaseUrl).or(in_keys).as_deref(), allows.as_deref(), &OF_GOOGLE)?;
            let builder = builder.with_config(GoogleConfigKey::Client(ClientConfigKey::AllowHttp), allows.as_deref().unwrap_or("false"));
            let builder = builder.with_config(GoogleConfigKey::Client(ClientConfigKey::Timeout), request);
            Ok(Arc::new(builder.with_http_connector(super::google::AsStored).build().map_err(unready)?))
        }
        #[cfg(feature = "azure")]
        Kind::Azure => {
            use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(&address.bucket).with_retry(once());
            let said = |key: AzureConfigKey| builder.get_config_value(&key);
            let allows = said(AzureConfigKey::Client(ClientConfigKey::AllowHttp));
            match is_yes(said(AzureConfigKey::UseEmulator).as_deref()) {
                // Whoever asks for the emulator asks for it as it is, without TLS.
                true => check_endpoint(std::env::var("AZURITE_BLOB_STORAGE_URL").ok().as_deref(), Some("true"), &OF_AZURITE)?,
                false => check_endpoint(said(AzureConfigKey::Endpoint).as_deref(), allows.as_deref(), &OF_AZURE)?,
            }
            // The crate below says of a key only which of its signs is wrong.
            if said(AzureConfigKey::AccessKey).is_some_and(|key| !is_base64(&key)) {
                let help = "`AZURE_STORAGE_ACCOUNT_KEY` is one of the two that the account has, as it stands there";
                return Err(("the key of the account is not in base64".to_owned(), help));
            }
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

#[cfg(feature = "azure")]
fn is_base64(text: &str) -> bool {
    let signs = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - signs.len() <= 2
        && signs.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

/// The ways out where an endpoint is none, or is not encrypted.
struct Ways {
    not_one: &'static str,
    not_encrypted: &'static str,
}

const OF_S3: Ways = Ways {
    not_one: "`AWS_ENDPOINT` is as in `https://s3.example.org`; without it the store is that of Amazon",
    not_encrypted: "write `https://`, or allow it with `AWS_ALLOW_HTTP=true`",
};

#[cfg(feature = "gcs")]
const OF_GOOGLE: Ways = Ways {
    not_one: "`GOOGLE_BASE_URL`, or `gcs_base_url` in the keys, is as in `https://storage.example.org`; without it the store is that of Google",
    not_encrypted: "write `https://`, or allow it with `GOOGLE_ALLOW_HTTP=true`",
};

#[cfg(feature = "azure")]
const OF_AZURE: Ways = Ways {
    not_one: "`AZURE_STORAGE_ENDPOINT` is as in `https://account.blob.example.org`; without it the store is that of Microsoft",
    not_encrypted: "write `https://`, or allow it with `AZURE_ALLOW_HTTP=true`",
};

#[cfg(feature = "azure")]
const OF_AZURITE: Ways = Ways { not_one: "`AZURITE_BLOB_STORAGE_URL` is as in `http://127.0.0.1:10000`", not_encrypted: "" };

/// The crate below takes any text for an endpoint, and ends the program where it is none.
fn check_endpoint(endpoint: Option<&str>, allows_http: Option<&str>, ways: &Ways) -> Result<(), Unready> {
    let Some(endpoint) = endpoint else { return Ok(()) };
    let url = url::Url::parse(endpoint).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| (format!("`{endpoint}` is no address of a server"), ways.not_one))?;
    match url.scheme() == "http" && !is_yes(allows_http) {
        true => Err((format!("the way to `{}` is not encrypted", url.host_str().unwrap_or_default()), ways.not_encrypted)),
        false => Ok(()),
    }
}

/// As the crate below reads it.
fn is_yes(said: Option<&str>) -> bool {
    said.is_some_and(|said| ["true", "1", "on", "yes", "y"].contains(&said.to_ascii_lowercase().as_str()))
}

/// The server that a service account's keys name, as those for an emulator do; the file of them, else they themselves.
#[cfg(feature = "gcs")]
fn endpoint_in_keys(file: Option<String>, keys: Option<String>) -> Result<Option<String>, Unready> {
    let help = "`GOOGLE_SERVICE_ACCOUNT` is the file with the keys, `GOOGLE_SERVICE_ACCOUNT_KEY` what stands in it";
    let read = |file: &String| {
        std::fs::read_to_string(file)
            .map_err(|error| (format!("could not read the file that `GOOGLE_SERVICE_ACCOUNT` names: {error}"), help))
    };
    let Some(keys) = file.as_ref().map(read).transpose()?.or(keys) else { return Ok(None) };
    // What is wrong with the rest, the crate below says.
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap_or_default();
    Ok(keys["gcs_base_url"].as_str().map(str::to_owned))
}
