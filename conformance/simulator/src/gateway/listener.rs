//! Connections: accepted, greeted as the faults say, carried, and served.

use std::sync::Arc;
use std::time::Duration;

use axum::routing::any;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::CertificateDer;
use tokio::io::{DuplexStream, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::Gateway;
use super::delivery::{Client, receive};
use super::faults::{Greeting, TlsFault};
use super::line::{Carrier, IDLE, Said, Valve};
use super::server;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Lines at a time.
const LINES: usize = 256;

impl Gateway {
    /// Accepts lines for ever.
    pub(crate) async fn listen(self: Arc<Self>, listener: TcpListener) {
        let seats = Arc::new(Semaphore::new(LINES));
        let router = Router::new().fallback(any(receive)).with_state(Arc::clone(&self));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
                self.refusals.enter(format!("line: more than {LINES} at a time"));
                continue;
            };
            self.meter.connected();
            let greeting = self.faults.greeting();
            if greeting.reset {
                // The system sends RST when it is dropped.
                let _ = stream.set_zero_linger();
            }
            if greeting.refuse || greeting.reset {
                continue;
            }
            let _ = stream.set_nodelay(true);
            let (gateway, router) = (Arc::clone(&self), router.clone());
            tokio::spawn(async move {
                gateway.talk(stream, &greeting, router).await;
                drop(seat);
            });
        }
    }

    async fn talk(&self, stream: TcpStream, greeting: &Greeting, router: Router) {
        let valve = Arc::new(Valve::default());
        let carrier = Carrier {
            pace: self.pace,
            meter: Arc::clone(&self.meter),
            tunnel: Arc::clone(&self.tunnel),
            valve: Arc::clone(&valve),
            cut_incoming: greeting.cut_handshake,
        };
        let Some(mut stream) = self.handshake(carrier.carry(stream), greeting.tls).await else {
            return;
        };
        if greeting.tls == Some(TlsFault::ClientClose) {
            return;
        }
        if greeting.silence {
            // It ends when the client has had enough.
            let _ = copy(&mut stream, &mut sink()).await;
            return;
        }
        let subject = subject(&stream);
        let router = router.layer(Extension(Client { subject, valve }));
        let mut server = auto::Builder::new(TokioExecutor::new());
        // Waiting for the first byte of a header counts as well, so this is a warm line's patience.
        server.http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
        server.http2().timer(TokioTimer::new()).max_concurrent_streams(16);
        let service = TowerToHyperService::new(router);
        let stream = Said::new(stream, Arc::clone(&self.meter));
        // A line that breaks is the client's business.
        let _ = server.serve_connection(TokioIo::new(stream), service).await;
    }

    /// The line after its handshake. A client that is refused is entered in the log of refusals; one
    /// that goes away is not.
    async fn handshake(
        &self,
        line: DuplexStream,
        fault: Option<TlsFault>,
    ) -> Option<TlsStream<DuplexStream>> {
        let acceptor = match fault {
            None => self.acceptor.clone(),
            // Another one each time: nobody resumes a session over it.
            Some(fault) => server::acceptor(self.world.tls(), Some(fault)).ok()?,
        };
        match timeout(PATIENCE, acceptor.accept(line)).await {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
                if let Some(cause) = cause {
                    self.refusals.enter(format!("TLS: {cause}"));
                }
                None
            }
            Err(_) => {
                self.refusals.enter("TLS: no handshake within 10 seconds".into());
                None
            }
        }
    }
}

/// The subject of the client's certificate.
fn subject(stream: &TlsStream<DuplexStream>) -> Option<String> {
    let chain: &[CertificateDer<'_>] = stream.get_ref().1.peer_certificates()?;
    let certificate = Certificate::from_der(chain.first()?).ok()?;
    Some(certificate.tbs_certificate.subject.to_string())
}
