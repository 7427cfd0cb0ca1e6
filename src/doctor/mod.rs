//! A published feed, fetched as readers fetch it: what is wrong between the file and them.
//!
//! [`visit`] asks, as often as it takes; [`judge`] says what is wrong with what came back, and asks nobody; [`certificate`] looks at the host's certificate.
//! The rows of all that can be said stand in [`codes`].

pub mod certificate;
pub mod codes;
pub mod judge;
pub mod visit;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use rustls::pki_types::CertificateDer;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::Url;

use crate::diag::Finding;
use crate::fetch;
use visit::Visit;

/// How to ask.
#[derive(Clone, Debug)]
pub struct Options {
    /// Of one request.
    pub timeout: Duration,
    pub user_agent: String,
    /// In place of those that are known; empty for these.
    pub authorities: Vec<CertificateDer<'static>>,
    pub now: DateTime<Utc>,
}

/// The file that should be served.
#[derive(Clone, Debug)]
pub struct Local {
    pub bytes: Vec<u8>,
    pub modified: SystemTime,
}

/// One who asks, and keeps its connections.
#[derive(Debug)]
pub struct Doctor {
    agent: Agent,
    options: Options,
}

/// What was found at an address.
#[derive(Debug)]
pub struct Examined {
    pub visit: Visit,
    pub findings: Vec<Finding>,
}

impl Doctor {
    pub fn new(options: Options) -> Self {
        let config = fetch::config("", options.timeout).user_agent(options.user_agent.clone());
        let config = match options.authorities.as_slice() {
            [] => config,
            own => {
                let own: Vec<Certificate<'static>> = own.iter().map(|own| Certificate::from_der(own).to_owned()).collect();
                config.tls_config(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(own))).build())
            }
        };
        Doctor { agent: config.build().new_agent(), options }
    }

    /// Fetches a feed in all the ways that readers do, and judges the answers.
    pub fn examine(&self, url: &Url, local: Option<&Local>) -> Examined {
        let visit = Visit::pay(&self.agent, url, &self.options);
        let findings = judge::judge(&visit, local, self.options.now);
        Examined { visit, findings }
    }
}
