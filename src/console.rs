//! The console's listener: whether the daemon lives and works, and its figures, for whoever watches from outside.
//!
//! It only reads. Requests are bounded in time, size and number, and share one gathering of figures, so that
//! nobody who can reach the port can make work for the store.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::domain::alarm::AlarmKind;
use crate::figures::{self, Figures};
use crate::store::Engine;

mod metrics;

mod tally;

pub use tally::Tally;

/// Connections at once: some browsers and a monitor; the others wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 64;

/// A request's head comes in one packet, or somebody is wasting our time.
const HEAD_MAX: Duration = Duration::from_secs(5);

/// A head and what hyper buffers of a request: ours have a few hundred bytes.
const BUFFER_BYTES_MAX: usize = 16 * 1024;

/// A connection this old is closed: a monitor opens another.
const CONNECTION_MAX: Duration = Duration::from_mins(1);

/// A store that answers takes milliseconds; one that does not must not hold requests.
const GATHER_MAX: Duration = Duration::from_secs(5);

/// Figures this fresh are good enough for everybody who asks.
const FRESH_MAX: Duration = Duration::from_secs(1);

/// A mailbox may fail for as long before the daemon counts as not ready: mail servers are restarted, too.
const TROUBLE_MAX: Duration = Duration::from_mins(15);

/// When accepting fails (no more file descriptors), it fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// What the pages show.
pub struct Console {
    config: Config,
    engine: Engine,
    clock: Clock,
    tally: Arc<Tally>,
    /// Whether every task of the daemon gets on.
    alive: Box<dyn Fn() -> bool + Send + Sync>,
    /// The last figures, and since when.
    gathered: Mutex<Option<(Stopwatch, Arc<Figures>)>>,
}

impl Console {
    /// The pages of a daemon; `alive` tells whether every task of it gets on.
    pub fn new(
        config: Config,
        engine: Engine,
        clock: Clock,
        tally: Arc<Tally>,
        alive: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let (alive, gathered) = (Box::new(alive), Mutex::new(None));
        Self { config, engine, clock, tally, alive, gathered }
    }

    /// Serves until `stop` says so. Whoever is being answered then is cut off.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let routes = Router::new()
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self);
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            let slot = Arc::clone(&slots).acquire_owned();
            let accepted = async {
                let slot = slot.await;
                (slot, listener.accept().await)
            };
            tokio::select! {
                () = told(&mut stop) => break,
                (slot, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let routes = routes.clone();
                        connections.spawn(async move {
                            answer(stream, routes).await;
                            drop(slot);
                        });
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a connection to the console could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
            while connections.try_join_next().is_some() {}
        }
        connections.shutdown().await;
    }

    /// The figures of now, or of a second ago.
    async fn figures(&self) -> Option<Arc<Figures>> {
        let mut gathered = self.gathered.lock().await;
        if let Some((since, figures)) = &*gathered
            && since.elapsed() < FRESH_MAX
        {
            return Some(Arc::clone(figures));
        }
        let began = Stopwatch::start();
        let figures = timeout(GATHER_MAX, figures::gather(&self.config, &self.engine)).await;
        let figures = Arc::new(figures.ok()?.ok()?);
        self.tally.store_took(began.elapsed());
        *gathered = Some((Stopwatch::start(), Arc::clone(&figures)));
        Some(figures)
    }

    /// Why the daemon cannot be relied on at the moment; empty when it can.
    async fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        if !(self.alive)() {
            troubles.push("a task of the daemon does not get on".to_owned());
        }
        let Some(figures) = self.figures().await else {
            troubles.push("the store does not answer".to_owned());
            return troubles;
        };
        let since = self.clock.now().minus(TROUBLE_MAX);
        for alarm in &figures.alarms {
            let grave = match alarm.name {
                AlarmKind::Mailbox | AlarmKind::Smtp => alarm.raised_at <= since,
                AlarmKind::Store | AlarmKind::Space => true,
                AlarmKind::Unaccounted
                | AlarmKind::WorkOrder
                | AlarmKind::Console
                | AlarmKind::Canary => false,
            };
            if grave {
                troubles.push(format!("alarm: {} {}", alarm.name.name(), alarm.subject));
            }
        }
        troubles
    }
}

/// Waits for the stop, holding nothing meanwhile.
async fn told(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

async fn answer(stream: TcpStream, routes: Router) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    if let Ok(Err(error)) = timeout(CONNECTION_MAX, serving).await {
        tracing::debug!(%error, "a request to the console was cut off");
    }
}

async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(console): State<Arc<Console>>) -> impl IntoResponse {
    let troubles = console.troubles().await;
    if troubles.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", troubles.join("\n")))
    }
}

/// The media type of Prometheus' text format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

async fn metrics(State(console): State<Arc<Console>>) -> impl IntoResponse {
    let figures = console.figures().await;
    let text = metrics::exposed(
        figures.as_deref(),
        &console.tally,
        (console.alive)(),
        console.clock.now(),
    );
    ([(header::CONTENT_TYPE, EXPOSITION)], text)
}
