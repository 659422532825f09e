//! Bounces in plain words.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::mail::{Mail, Report, ReturnPath};

use super::super::header;
use super::DIAGNOSTIC_CHARS_MAX;

/// Text of a bounce that is searched; the returned message follows and would only mislead.
const SEARCHED_BYTES_MAX: usize = 32 * 1024;

/// A report without a report part. It needs a mail server as its sender and the words of a bounce, because a person
/// may write "undelivered mail" in a subject; from a mailbox that only servers have, in whatever language, the sender
/// is enough.
pub(super) fn recognised(mail: &Mail) -> Option<Report> {
    // The sender first: it is cheap, and nearly every mail is a person's.
    let bounce = from_a_server(mail)
        && (from_a_daemon(mail)
            || mail.header("x-failed-recipients").is_some()
            || matches(&SUBJECT, &mail.subject)
            || matches(&BODY, head(&mail.text))
            || matches(&BODY, head(&mail.quoted)));
    bounce.then(|| Report { report_type: "delivery-status".to_owned(), ..Report::default() })
}

/// Fills what the fields of the report did not say from its words.
pub(super) fn complete(report: &mut Report, mail: &Mail) {
    let text = before_returned(head(&mail.text));
    if report.action.is_empty() {
        report.action.push_str(action(&mail.subject, text));
    }
    if report.status.is_empty() {
        let found = STATUS.as_ref().and_then(|pattern| pattern.find(text));
        report.status = found
            .map(|found| found.as_str().to_owned())
            .or_else(|| from_reply_code(text))
            .unwrap_or_default();
    }
    if report.recipient.is_empty() {
        report.recipient = recipient(text, mail).unwrap_or_default();
    }
    if report.diagnostic.is_empty()
        && let Some(line) = text.lines().find(|line| matches(&REPLY_LINE, line))
    {
        report.diagnostic = line.trim().chars().take(DIAGNOSTIC_CHARS_MAX).collect();
    }
}

/// The action that the words speak of; none when they are of no known language: then the status decides, or nothing.
fn action(subject: &str, text: &str) -> &'static str {
    let says = |words| matches(words, text) || matches(words, subject);
    let failed = says(&FINAL);
    if says(&DELAYED) && !failed {
        return "delayed";
    }
    let relayed = says(&RELAYED);
    if !failed && (relayed || says(&DELIVERED)) {
        return if relayed { "relayed" } else { "delivered" };
    }
    let certain = failed || matches(&BODY, text) || matches(&FAILED_SUBJECT, subject);
    if certain { "failed" } else { "" }
}

/// The `Message-ID` line of a message that was returned as text.
pub(super) fn message_id(text: &str) -> Option<String> {
    let found = MESSAGE_ID.as_ref()?.captures(text)?.get(1)?;
    Some(found.as_str().trim().to_owned())
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn head(text: &str) -> &str {
    let end = (0..=SEARCHED_BYTES_MAX.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// A mail server by its address, its name, or the empty envelope sender.
fn from_a_server(mail: &Mail) -> bool {
    let Some(from) = &mail.from else { return mail.return_path == ReturnPath::Null };
    let local = from.local().to_lowercase();
    let name = from.name.to_lowercase();
    mail.return_path == ReturnPath::Null || matches(&SERVER, &local) || matches(&SERVER, &name)
}

/// A mailbox from which no person ever writes, or a postmaster's mail that wants no answer.
fn from_a_daemon(mail: &Mail) -> bool {
    let local = mail.from.as_ref().map(|from| from.local().to_lowercase()).unwrap_or_default();
    matches(&DAEMON, &local) || (mail.return_path == ReturnPath::Null && matches(&SERVER, &local))
}

/// The part of the words before the copy of the message.
fn before_returned(text: &str) -> &str {
    match RETURNED.as_ref().and_then(|pattern| pattern.find(text)) {
        Some(found) if found.start() > 0 => text.get(..found.start()).unwrap_or(text),
        _ => text,
    }
}

fn recipient(text: &str, mail: &Mail) -> Option<String> {
    let own: Vec<&str> = mail.from.iter().map(|from| from.address.as_str()).collect();
    let found =
        ADDRESS.as_ref()?.find_iter(text).filter_map(|found| header::bare_address(found.as_str()));
    found.into_iter().find(|address| {
        !own.contains(&address.as_str()) && !address.to_lowercase().starts_with("postmaster@")
    })
}

/// A basic reply code says permanent or transient (RFC 5321 section 4.2.1) where no enhanced one is given.
fn from_reply_code(text: &str) -> Option<String> {
    let code = REPLY_CODE.as_ref()?.captures(text)?.get(1)?.as_str();
    let class = code.chars().next()?;
    Some(if code == "550" { "5.1.1".to_owned() } else { format!("{class}.0.0") })
}

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static SERVER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"^(?:mailer[-_. ]?daemon|mail[-_.]?daemon|maildaemon|post[-_.]?master|mdaemon|daemon|mail[-_.]?delivery.*|microsoftexchange.*|exchange.*|smtp.*daemon|bounce.*|double-?bounce|nondelivery|mail delivery .*|mail administrator|system administrator|systemadministrator|amministratore di sistema|mailadmin|mailgate.*|internet mail delivery|mail router|delivery subsystem|automail|sentto.*|mrsvc|e?mail system|администратор.*|postmaster.*)",
    )
});

static DAEMON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(r"^(?:mailer[-_. ]?daemon|mail[-_.]?daemon|maildaemon|double-?bounce)$")
});

/// Words of success (RFC 3464 section 2.3.3), which stand in no report of a failure without a "not".
static DELIVERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:delivered|recapitato|consegnato|zugestellt|entregado|entregue|doręczono)\s*:|(?:has|have) been (?:successfully )?delivered|(?:was|were) successfully delivered|successfully delivered to|è stat[oa] (?:recapitat|consegnat)[oa]|recapito (?:riuscito|completato)|wurde(?:n)? (?:erfolgreich )?zugestellt|a (?:bien )?été (?:remis|distribué|délivré)|ha sido entregado|foi entregue|została? doręczon",
    )
});

static RELAYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:relayed|inoltrato|weitergeleitet|relayé|retransmitid[oa])\s*:|no delivery (?:status )?notification was sent by|(?:has|have) been relayed|recapito .{0,60}completato, ma",
    )
});

/// Subjects that say themselves that a mail did not arrive.
static FAILED_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)undeliver|non[- ]?deliver|delivery (?:failure|has failed|problem|incomplete)|returned|return to sender|failure|fail(?:ed|ure)|(?:could )?not (?:be )?(?:deliver|sent)|unable to|user unknown|mail (?:system )?error|non recapitabile|mancat[ao]|non consegnat|unzustellbar|nicht zugestellt|non remis|échec|no entregad|devuelt|não (?:foi )?entregue|недостав|不能|失敗|エラー|退信|error",
    )
});

static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)undeliver|non[- ]?deliver|delivery (?:status|failure|notification|report|problem|has failed|delayed|incomplete)|mail delivery|returned mail|return(?:ed|ing)? (?:message|to sender)|failure notice|(?:mail|message) (?:could not|not) (?:be )?(?:deliver|sent)|delivery.{0,20}fail|fail(?:ed|ure).{0,20}deliver|could not (?:be )?deliver|unable to deliver|user unknown|warning: (?:could not|message)|mail (?:system )?error|non recapitabile|recapito|mancat[ao] (?:consegna|recapito)|non consegnat|unzustellbar|nicht zugestellt|zustell|non remis|échec|undelivered|no entregad|devuelt|não (?:foi )?entregue|недостав|配信|エラー|退信|系统退信|error de|bounce",
    )
});

static BODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)this is the qmail-send program|created automatically by mail delivery software|this is the mail system at host|could not be delivered|was not delivered|couldn't be delivered|permanent(?: fatal)? error|unable to deliver|undeliverable|the following (?:address(?:es)?|recipient)|did not reach the following recipient|delivery to the following recipient|has not (?:yet )?been delivered|recipient'?s? (?:address|mailbox)|user unknown|mailbox (?:full|unavailable|not found|is full)|over quota|no such user|host (?:or domain name )?not found|non è stato (?:possibile )?(?:consegna|recapita)|impossibile (?:consegnare|recapitare)|nicht zugestellt|konnte nicht|n'a pas pu être|no se (?:ha podido|pudo) entregar|\b5[0-5]\d[ -][45]\.\d+\.\d+",
    )
});

static DELAYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\bdelay(?:ed)?\b|warning: (?:could not send|message still|message)|will (?:be retried|continue to (?:be )?(?:try|tried|retr))|still (?:trying|being)|not yet been delivered|ritardat|in ritardo|verzögert|retardé|retrasad|temporar(?:y|ily)|do not need to resend",
    )
});

static FINAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)permanent|giving up|i've given up|fatal error|returned to sender|has failed|user unknown|\b5\.\d{1,3}\.\d{1,3}\b|undeliver|failure notice",
    )
});

static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(r"\b[245]\.\d{1,3}\.\d{1,3}\b"));

static REPLY_CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"(?m)(?:^|[\s:>#(])([45][0-5]\d)[\s-]"));

static REPLY_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"(?:^|[\s:>#(])[45][0-5]\d[ -]\S|\b[45]\.\d{1,3}\.\d{1,3}\b"));

static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"[^\s<>@:;,]+@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}"));

static MESSAGE_ID: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"(?im)^[>|\s]*message-id:\s*<([^<>\s]+)>"));

static RETURNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?im)^.{0,12}(?:below this line is a copy|this is a copy of the message|copy of the (?:original )?message|original message(?: headers)? follows?|(?:unsent|returned|original) message(?: headers)?(?: below)?|message header follows|the header of the original message|original message headers|----- ?message header).*$",
    )
});
