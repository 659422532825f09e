//! The second channel: what is said when mail itself is broken. Only to the addresses of the configuration.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::config::{Canary, Webhook};
use crate::wire::{self, Wire, WireError};

/// A monitor that takes longer to answer is asked again by the next alarm.
const WEBHOOK_MAX: Duration = Duration::from_secs(30);

/// As much of an answer as holds its status.
const ANSWER_BYTES: u64 = 64;

/// Facility daemon, severity alert and notice (RFC 3164 section 4.1.1).
const ALERT: u8 = 3 * 8 + 1;
const NOTICE: u8 = 3 * 8 + 5;

/// Says that mail is broken, or works again; whoever cannot be told is named in the log.
pub(super) async fn tell(canary: &Canary, wrong: Option<&str>) {
    if let Some(webhook) = &canary.webhook {
        let told = timeout(WEBHOOK_MAX, post(webhook, wrong)).await;
        let failed = match told {
            Ok(Ok(status)) if (200..300).contains(&status) => None,
            Ok(Ok(status)) => Some(format!("expected the status 200, found {status}")),
            Ok(Err(error)) => Some(error),
            Err(_) => Some("no answer in time".to_owned()),
        };
        if let Some(error) = failed {
            tracing::error!(host = %webhook.host, %error, "the alarm's webhook could not be told");
        }
    }
    if let Some(path) = &canary.syslog
        && let Err(error) = log(path, wrong)
    {
        tracing::error!(socket = %path.display(), %error, "syslog could not be told of an alarm");
    }
}

/// Posts a line of JSON; the status of the answer.
async fn post(webhook: &Webhook, wrong: Option<&str>) -> Result<u16, String> {
    let said = |error: WireError| error.to_string();
    let body = serde_json::json!({
        "alarm": "canary",
        "state": if wrong.is_some() { "raised" } else { "cleared" },
        "text": wrong.unwrap_or("mail works again"),
    })
    .to_string();
    let stream = wire::dial(&webhook.host, webhook.port).await.map_err(said)?;
    let mut wire = if webhook.secure {
        let trust = wire::trust(None).map_err(said)?;
        wire::secure(stream, &webhook.host, &trust, wire::HANDSHAKE_MAX).await.map_err(said)?
    } else {
        Wire::Plain(stream)
    };
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        webhook.path,
        webhook.host,
        webhook.port,
        body.len()
    );
    wire.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    wire.flush().await.map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    wire.take(ANSWER_BYTES).read_to_end(&mut answer).await.map_err(|error| error.to_string())?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| "expected an answer of HTTP, found another".to_owned())
}

fn log(path: &Path, wrong: Option<&str>) -> std::io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    let (priority, text) = match wrong {
        Some(text) => (ALERT, text),
        None => (NOTICE, "mail works again"),
    };
    socket.send_to(format!("<{priority}>sportello: {text}").as_bytes(), path).map(drop)
}
