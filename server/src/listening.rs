//! Taking connections: how many, how long one may take over a head, and how they end.
//!
//! `axum::serve` has no limits of its own, so the loop stands here: a client that sends its head byte by byte, or opens
//! connections and says nothing, is closed after a while and cannot take all the places.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::config::Limits;
use crate::limits::counted;

/// The largest head that is read.
const HEAD_BYTES: usize = 64 * 1024;
/// Connections at once that are told that there is no room; more are closed without a word.
const MOST_REFUSED: usize = 256;
const REFUSED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 24\r\n\r\nbusy, please try again\r\n";

/// Who is connected.
#[derive(Debug)]
pub struct Clients {
    open: AtomicUsize,
    refused: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    most: usize,
    /// `None` behind a proxy, from which all connections come.
    most_per_address: Option<usize>,
}

/// A connection's place, given up when dropped.
#[derive(Debug)]
struct Connected {
    clients: Arc<Clients>,
    address: Option<IpAddr>,
}

impl Clients {
    #[must_use]
    pub fn new(limits: &Limits, trust_proxy: bool) -> Self {
        Self {
            open: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            by_address: Mutex::default(),
            most: limits.max_clients,
            most_per_address: (!trust_proxy).then_some(limits.max_clients_per_address),
        }
    }

    /// Connections that are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections that were sent away since the start.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    fn connect(self: &Arc<Self>, peer: IpAddr) -> Option<Connected> {
        let mut connected = Connected { clients: self.clone(), address: None };
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.most {
            return None;
        }
        if let (Some(most), Some(address)) = (self.most_per_address, counted(peer)) {
            let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
            let count = by_address.entry(address).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
            connected.address = Some(address);
        }
        Some(connected)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.clients.open.fetch_sub(1, Ordering::Relaxed);
        let Some(address) = self.address else { return };
        let mut by_address = self.clients.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&address);
            }
        }
    }
}

/// Answers requests until `shutdown` is done; then lets those that have begun end, for `finish_within` at most.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    clients: Arc<Clients>,
    head_within: Duration,
    finish_within: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within).max_buf_size(HEAD_BYTES);
    let graceful = GracefulShutdown::new();
    let refusing = Arc::new(AtomicUsize::new(0));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most often no file handles are left: some will be, shortly.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(connected) = clients.connect(peer.ip()) else {
            clients.refused.fetch_add(1, Ordering::Relaxed);
            refuse(stream, &refusing);
            continue;
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = hyper::service::service_fn(move |request| answer(router.clone(), peer, request));
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that hangs up or stalls is no fault of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(connected);
        });
    }
    drop(listener);
    if tokio::time::timeout(finish_within, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped although requests were unfinished");
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

/// Says that there is no room. What the client sends meanwhile is read and thrown away, or the answer would be lost
/// with the connection.
fn refuse(mut stream: TcpStream, refusing: &Arc<AtomicUsize>) {
    let others = refusing.clone();
    if others.fetch_add(1, Ordering::Relaxed) >= MOST_REFUSED {
        others.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    tokio::spawn(async move {
        let told = async {
            stream.write_all(REFUSED).await?;
            stream.shutdown().await?;
            let mut thrown_away = [0_u8; 1024];
            while stream.read(&mut thrown_away).await? > 0 {}
            std::io::Result::Ok(())
        };
        let _ = tokio::time::timeout(Duration::from_millis(500), told).await;
        others.fetch_sub(1, Ordering::Relaxed);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn clients(most: usize, per_address: usize, trust_proxy: bool) -> Arc<Clients> {
        let mut limits = Settings::default().resolve(None).unwrap().limits;
        (limits.max_clients, limits.max_clients_per_address) = (most, per_address);
        Arc::new(Clients::new(&limits, trust_proxy))
    }

    #[test]
    fn one_address_does_not_take_all_the_places_and_places_are_given_back() {
        let (one, other) = (IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2]));
        let clients = clients(3, 2, false);
        let first = clients.connect(one).unwrap();
        let second = clients.connect(one).unwrap();
        assert!(clients.connect(one).is_none());
        let third = clients.connect(other).unwrap();
        assert!(clients.connect(other).is_none(), "no place at all");
        drop((first, second, third));
        assert_eq!(clients.open(), 0);
        assert!(clients.by_address.lock().unwrap().is_empty());
    }

    #[test]
    fn a_proxy_may_have_as_many_as_there_are() {
        let proxy = IpAddr::from([203, 0, 113, 1]);
        let clients = clients(3, 1, true);
        let open: Vec<_> = (0..4).map(|_| clients.connect(proxy)).collect();
        assert_eq!(open.iter().flatten().count(), 3);
    }

    #[test]
    fn the_refusal_says_how_long_it_is() {
        let text = std::str::from_utf8(REFUSED).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
    }
}
