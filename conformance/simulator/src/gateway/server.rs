//! Lines and requests.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::answer::Answer;
use super::metered::{IDLE, Meter, Metered};
use super::request::Request;
use super::said::Said;
use super::viewings::{Viewing, Viewings};
use crate::day;
use crate::error::Error;
use crate::world::World;

/// The longest request. A certificate of today needs 3 KiB.
const BODY_LIMIT: usize = 64 * 1024;
/// How long a handshake, a header or a body may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Lines at a time.
const LINES: usize = 64;

/// The gateway's state, shared by its lines.
pub(crate) struct Gateway {
    world: Arc<World>,
    delay: Duration,
    /// Whether answers are held back.
    pub(crate) held: watch::Sender<bool>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) viewings: Viewings,
    acceptor: TlsAcceptor,
}

impl Gateway {
    pub(crate) fn new(world: Arc<World>, delay: Duration) -> Result<Gateway, Error> {
        let config = config(&world).map_err(|what| Error::Data(format!("TLS files: {what}")))?;
        Ok(Gateway {
            world,
            delay,
            held: watch::Sender::new(false),
            meter: Arc::default(),
            viewings: Viewings::default(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Accepts lines for ever.
    pub(crate) async fn listen(self: Arc<Self>, listener: TcpListener) {
        let seats = Arc::new(Semaphore::new(LINES));
        let router = Router::new().fallback(any(receive)).with_state(Arc::clone(&self));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else { continue };
            let _ = stream.set_nodelay(true);
            let stream = Metered::new(stream, Arc::clone(&self.meter));
            let (gateway, router) = (Arc::clone(&self), router.clone());
            tokio::spawn(async move {
                gateway.talk(stream, router).await;
                drop(seat);
            });
        }
    }

    async fn talk(&self, stream: Metered, router: Router) {
        let Ok(Ok(stream)) = timeout(PATIENCE, self.acceptor.accept(stream)).await else { return };
        let mut server = auto::Builder::new(TokioExecutor::new());
        // Waiting for the first byte of a header counts as well, so this is a warm line's patience.
        server.http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
        server.http2().timer(TokioTimer::new()).max_concurrent_streams(16);
        let service = TowerToHyperService::new(router);
        let stream = Said::new(stream, Arc::clone(&self.meter));
        // A line that breaks is the client's business.
        let _ = server.serve_connection(TokioIo::new(stream), service).await;
    }

    fn answer(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let now = day::now();
        let request = match Request::read(body) {
            Ok(request) => request,
            Err(fault) => return Ok(Answer::to_fault(&fault).write(&self.world, now)),
        };
        let answer = Answer::to_request(&self.world, &request)?;
        if let Some(seen) = &answer.seen {
            self.viewings.enter(Viewing {
                at: SystemTime::now(),
                person: seen.person.map(|person| person.id.clone()),
                pattern: request.pattern as u8,
                consent: request.consent,
                factors: request.factors.clone(),
                identifier: request.identifier.clone(),
                institution: request.institution.clone(),
                outcome: seen.outcome,
            });
        }
        Ok(answer.write(&self.world, now))
    }
}

async fn receive(State(gateway): State<Arc<Gateway>>, request: HttpRequest) -> Response {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("").trim();
    if kind != "application/xml" {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let body: Bytes = match timeout(PATIENCE, to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let worker = Arc::clone(&gateway);
    // The person's key may have to be made first, which takes a while.
    let answer = tokio::task::spawn_blocking(move || worker.answer(&body)).await;
    // Even no time at all would be a tick of the timer, a millisecond.
    if !gateway.delay.is_zero() {
        sleep(gateway.delay).await;
    }
    // An error would mean that the gateway is gone, which this very request keeps.
    let _ = gateway.held.subscribe().wait_for(|held| !held).await;
    match answer {
        Ok(Ok(answer)) => ([(header::CONTENT_TYPE, "application/xml")], answer).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn config(world: &World) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let tls = world.tls();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut crews = RootCertStore::empty();
    crews.add(CertificateDer::from_pem_slice(tls.crew_ca.as_bytes())?)?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(crews), Arc::clone(&provider))
            .build()?;
    let certificate = CertificateDer::from_pem_slice(tls.server.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(tls.server.key.as_bytes())?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
