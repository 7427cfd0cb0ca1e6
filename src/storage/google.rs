//! Requests to Google Cloud Storage that bring an object as it is stored.
//!
//! What is stored in gzip is unpacked on its way for whoever does not say that it may come so ("decompressive transcoding"), and would be taken for
//! something that somebody else put. An object is never packed for the way alone, but other answers may be; so only what asks for an object says it.

use std::pin::Pin;

use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector};
use object_store::{ClientOptions, Result};

/// Connects as the crate below does.
#[derive(Debug)]
pub(super) struct AsStored;

impl HttpConnector for AsStored {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        Ok(HttpClient::new(Client(ReqwestConnector::default().connect(options)?)))
    }
}

#[derive(Debug)]
struct Client(HttpClient);

/// What an `async fn` in the trait stands for.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Client {
    fn call<'a, 'b>(&'a self, mut request: HttpRequest) -> Answer<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        // Lists and keys of the platform are asked for with a query.
        let is_object = request.method().as_str() == "GET" && request.uri().query().is_none();
        if is_object && let Ok(gzip) = "gzip".parse() {
            request.headers_mut().insert("accept-encoding", gzip);
        }
        Box::pin(self.0.execute(request))
    }
}
