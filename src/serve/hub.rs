//! The WebSub hub over HTTP: forms of a bounded size within a bounded time, and few at a time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, Request, StatusCode, Version};
use axum::response::Response;

use super::answer;
use super::turns::Turns;
use crate::websub::Hub;
use crate::websub::hub::FORM;

/// Below the base address, without slash.
pub const PATH: &str = "hub";

/// A form must be there by then.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many are answered at a time; each writes to one file.
const AT_A_TIME: usize = 4;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// The hub, where it is reached.
pub struct Mount {
    hub: Arc<Hub>,
    turns: Turns,
}

impl Mount {
    pub fn new(hub: Arc<Hub>) -> Self {
        Mount { hub, turns: Turns::new(AT_A_TIME) }
    }

    /// Whether a path, without the slash before it, is that of the hub's own address.
    pub fn is_at(&self, path: &str) -> bool {
        self.hub.path() == path
    }

    /// Answers whatever is sent here.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        let is_1 = request.version() <= Version::HTTP_11;
        let is_read = match refusal(&request) {
            Some(response) => Err(response),
            None => form(request.into_body()).await,
        };
        match is_read {
            Ok(form) => self.reply(form).await,
            // The rest of a body that was not read is not the next request (RFC 9112 section 11.2).
            Err(mut response) => {
                if is_1 {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        }
    }

    async fn reply(&self, form: Bytes) -> Response {
        let hub = self.hub.clone();
        let Some(reply) = self.turns.take(move || hub.answer(&form)).await else { return broken() };
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::NO_CONTENT {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            return response;
        }
        let mut response = answer::plain(status, &reply.text);
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }
}

fn refusal(request: &Request<Body>) -> Option<Response> {
    let headers = request.headers();
    if request.version() == Version::HTTP_11 && headers.get_all(header::HOST).iter().count() != 1 {
        return Some(answer::plain(StatusCode::BAD_REQUEST, "an HTTP/1.1 request names its host once"));
    }
    if request.method() != Method::POST {
        let mut response = answer::plain(StatusCode::METHOD_NOT_ALLOWED, "this is a WebSub hub: subscribe and publish with POST");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return Some(response);
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|text| text.to_str().ok()).unwrap_or_default();
    let is_form = media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM_TYPE));
    (!is_form).then(|| answer::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the hub takes application/x-www-form-urlencoded"))
}

async fn form(body: Body) -> Result<Bytes, Response> {
    match tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, FORM)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large, or broken off")),
        Err(_) => Err(answer::plain(StatusCode::REQUEST_TIMEOUT, "the form did not come in time")),
    }
}

fn broken() -> Response {
    answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "the hub could not answer")
}
