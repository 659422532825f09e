//! The console's port: taken when it is free, and waited for when it is not. The daemon works without it.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Parts, Pulse, alarms, wait};
use crate::console::{Console, Tally};
use crate::domain::alarm::{AlarmKind, Watched};

/// A port that another program holds is tried again this often.
const TRY_EVERY: Duration = Duration::from_secs(20);

pub(super) async fn serve(
    parts: &Parts,
    tally: Arc<Tally>,
    pulses: Vec<Pulse>,
    mut stop: watch::Receiver<bool>,
) {
    let (config, engine) = (parts.config.clone(), parts.engine.clone());
    let address = config.console.listen;
    let alive = move || pulses.iter().all(Pulse::is_alive);
    let console = Arc::new(Console::new(config, engine, parts.clock.clone(), tally, alive));
    let watched = Watched::the(AlarmKind::Console);
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => {
                alarms::observe(parts, &watched, None).await;
                tracing::info!(%address, "the console listens");
                return console.serve(listener, stop).await;
            }
            Err(error) => {
                let wrong = format!(
                    "console.listen: expected a free port at {address}, found: {error}; end the other program \
                     or choose another port"
                );
                alarms::observe(parts, &watched, Some(&wrong)).await;
            }
        }
        if !wait(TRY_EVERY, &mut stop).await {
            return;
        }
    }
}
