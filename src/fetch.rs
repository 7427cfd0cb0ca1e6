//! Asking others over HTTP: one agent, polite, patient within limits, and never led elsewhere.

use std::time::Duration;

use ureq::Agent;
use ureq::config::{Config, ConfigBuilder};
use ureq::typestate::AgentScope;

/// What is read of an answer's head.
const HEAD: usize = 32 << 10;

/// The settings of an agent that says who asks, `tidings/0.1.0 (+HOME)`, ends a request after `limit`, follows no redirect and takes every status for an answer.
pub fn config(home: &str, limit: Duration) -> ConfigBuilder<AgentScope> {
    Config::builder()
        .user_agent(format!("tidings/{} (+{home})", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(limit))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(HEAD)
}

/// An agent with these settings.
pub fn agent(home: &str, limit: Duration) -> Agent {
    config(home, limit).build().new_agent()
}

/// Why there is no answer, in words for people.
pub fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
