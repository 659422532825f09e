//! Access tokens for XOAUTH2: the standard output of the configured command.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// A command that asks an authorization server needs some seconds; longer is a hang.
const COMMAND_MAX: Duration = Duration::from_mins(1);

/// Runs a shell command and takes the first line of its output. The error says what was expected and
/// found, never the output itself.
pub async fn fetch(command: &str) -> Result<String, String> {
    let wrong = |found: String| {
        format!(
            "token_command: expected an access token on the first line of its output, found {found}; run it by hand as the service's user"
        )
    };
    let run = Command::new("/bin/sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match timeout(COMMAND_MAX, run).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(wrong(error.to_string())),
        Err(_) => return Err(wrong(format!("no end within {} s", COMMAND_MAX.as_secs()))),
    };
    if !output.status.success() {
        return Err(wrong(output.status.to_string()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next().map(str::trim) {
        Some(token) if !token.is_empty() => Ok(token.to_owned()),
        _ => Err(wrong("nothing".to_owned())),
    }
}
