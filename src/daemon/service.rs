//! The daemon as a service: ready when the store is open, reloaded by SIGHUP, stopped by SIGTERM.

use std::path::Path;
use std::sync::Arc;

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::pulse::notify;
use super::{Ended, Parts, serve};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{self, Store, StoreError};

/// Why the service ended without being asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Signals cannot be listened to.
    #[error("signals: {0}")]
    Signals(#[from] std::io::Error),
    /// A task ended that never should.
    #[error("a task of the daemon ended; systemd starts it anew")]
    Broken,
}

/// What a signal asks for.
enum Asked {
    Stop,
    Reload(Box<Parts>),
    Broken,
}

/// Serves until SIGTERM or SIGINT. `file` is read again on SIGHUP; a configuration that cannot be used
/// is said so and changes nothing.
pub async fn run(
    parts: Parts,
    opened: Store,
    file: &Path,
    clock: &Clock,
) -> Result<(), ServiceError> {
    let lock = opened.lock()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut parts = parts;
    loop {
        let (stop, stopping) = watch::channel(false);
        let mut serving = spawn(Arc::new(parts), stopping);
        notify(&[NotifyState::Ready, NotifyState::Status("serving")]);
        tracing::info!("serving");
        let asked = loop {
            tokio::select! {
                _ = terminate.recv() => break Asked::Stop,
                _ = interrupt.recv() => break Asked::Stop,
                _ = hangup.recv() => {
                    if let Some(fresh) = reload(file, &opened, clock) {
                        break Asked::Reload(Box::new(fresh));
                    }
                }
                ended = &mut serving => {
                    report(ended);
                    break Asked::Broken;
                }
            }
        };
        match asked {
            Asked::Broken => return Err(ServiceError::Broken),
            Asked::Stop => {
                notify(&[NotifyState::Stopping]);
                end(stop, serving).await;
                drop(lock);
                opened.engine.close().await;
                tracing::info!("stopped");
                return Ok(());
            }
            Asked::Reload(fresh) => {
                end(stop, serving).await;
                parts = *fresh;
            }
        }
    }
}

type Serving = JoinHandle<Result<Ended, StoreError>>;

#[expect(clippy::disallowed_methods, reason = "the daemon is where tasks are started")]
fn spawn(parts: Arc<Parts>, stopping: watch::Receiver<bool>) -> Serving {
    tokio::spawn(serve(parts, stopping))
}

async fn end(stop: watch::Sender<bool>, serving: Serving) {
    stop.send_replace(true);
    report(serving.await);
}

fn report(ended: Result<Result<Ended, StoreError>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(%error, "the daemon ended"),
        Err(error) => tracing::error!(%error, "the daemon ended"),
    }
}

/// New parts from the file; `None`, and everything stays as it is, when it cannot be used.
fn reload(file: &Path, opened: &Store, clock: &Clock) -> Option<Parts> {
    // systemd 253 and later want the time of the reload.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(_) => notify(&[NotifyState::Reloading]),
    }
    let fresh = Config::load(file).map_err(|error| error.to_string()).and_then(|config| {
        config.require_servers().map_err(|error| error.to_string())?;
        Parts::new(config, opened, clock.clone()).map_err(|error| error.to_string())
    });
    match fresh {
        Ok(parts) if store::is_same(opened, parts.config.store.url()) => {
            tracing::info!("the configuration was read again");
            Some(parts)
        }
        Ok(_) => {
            tracing::error!("store.url changed: that needs a restart; the old configuration stays");
            notify(&[
                NotifyState::Ready,
                NotifyState::Status("serving; store.url changed: restart"),
            ]);
            None
        }
        Err(error) => {
            tracing::error!(%error, "the new configuration cannot be used; the old one stays");
            notify(&[
                NotifyState::Ready,
                NotifyState::Status("serving with the old configuration"),
            ]);
            None
        }
    }
}
