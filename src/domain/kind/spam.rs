//! The verdict of the spam filter in front of us, in the dialect of each filter.

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict, headers};

/// How a filter says "spam" in its header.
enum Mark {
    /// The first word is one of these: `Yes, score=12`.
    Word(&'static [&'static str]),
    /// The value is a number of at least this: `X-MS-Exchange-Organization-SCL: 6`.
    AtLeast(i32),
    /// The value begins so, whatever follows: `spam, SpamAssassin (…)`.
    Opens(&'static str),
    /// A field of a `;`- or blank-separated list: `SCL:6`, `SFV:SPM`, `rule=spam`.
    Field(&'static [&'static str]),
}

/// Microsoft: 5 and 6 are spam, 7 to 9 high-confidence spam; they are delivered to the junk folder.
const SCL_SPAM: i32 = 5;

/// Spam verdicts by header. Scores are left out: what a score means is the filter's own setting.
const VERDICTS: &[(&str, Mark)] = &[
    // SpamAssassin and all that write its headers (Aruba, Rspamd's milter, amavisd …).
    ("x-spam-flag", Mark::Word(&["yes", "true"])),
    ("x-spam-status", Mark::Word(&["yes"])),
    ("x-spam", Mark::Word(&["yes", "true", "spam"])),
    ("x-spam-verdict", Mark::Word(&["spam", "yes"])),
    ("x-spam-action", Mark::Word(&["reject", "add", "rewrite", "quarantine"])),
    ("x-is-spam", Mark::Word(&["yes", "true", "spam"])),
    // Rspamd.
    (
        "x-rspamd-action",
        Mark::Word(&["reject", "add", "add_header", "rewrite", "rewrite_subject", "quarantine"]),
    ),
    ("x-spamd-result", Mark::Opens("default: true")),
    // Microsoft Exchange and 365.
    ("x-ms-exchange-organization-scl", Mark::AtLeast(SCL_SPAM)),
    ("x-microsoft-antispam-mailbox-delivery", Mark::Field(&["dest:j"])),
    (
        "x-forefront-antispam-report",
        Mark::Field(&[
            "scl:5",
            "scl:6",
            "scl:7",
            "scl:8",
            "scl:9",
            "sfv:spm",
            "sfv:skb",
            "cat:spm",
            "cat:hspm",
            "cat:phsh",
            "cat:hphsh",
            "cat:malw",
        ]),
    ),
    // Barracuda.
    ("x-barracuda-spam-flag", Mark::Word(&["yes"])),
    ("x-barracuda-spam-status", Mark::Word(&["yes"])),
    // Appliances and services.
    (
        "x-proofpoint-spam-details",
        Mark::Field(&["rule=spam", "rule=quarantine_spam", "rule=spam_policy"]),
    ),
    ("x-tm-as-result", Mark::Opens("yes")),
    ("x-imss-scan-result", Mark::Word(&["spam"])),
    ("x-mailscanner-spamcheck", Mark::Opens("spam")),
    ("x-libra-esva-spamcheck", Mark::Opens("spam")),
    ("x-vr-status", Mark::Word(&["spam"])),
    ("x-vade-verdict", Mark::Word(&["spam"])),
    ("x-klms-antispam-status", Mark::Word(&["spam"])),
    ("x-kse-antispam-status", Mark::Word(&["spam"])),
    ("x-esetresult", Mark::Opens("spam")),
    ("x-ironport-anti-spam-result", Mark::Word(&["spam", "positive"])),
    ("x-ppe-verdict", Mark::Word(&["spam"])),
    ("x-mailgun-sflag", Mark::Word(&["yes"])),
    ("x-ses-spam-verdict", Mark::Word(&["fail"])),
    ("x-ses-virus-verdict", Mark::Word(&["fail"])),
    ("x-yandex-spam", Mark::Word(&["4"])),
    ("x-ui-filterresults", Mark::Opens("junk")),
    ("x-ui-out-filterresults", Mark::Opens("junk")),
    ("x-spamexperts-class", Mark::Word(&["spam", "phish"])),
    ("x-recommended-action", Mark::Word(&["reject"])),
    ("x-ctch-spam", Mark::Word(&["confirmed", "bulk"])),
    // Statistical filters.
    ("x-bogosity", Mark::Word(&["spam", "yes"])),
    ("x-dspam-result", Mark::Word(&["spam", "virus", "bl"])),
    ("x-crm114-status", Mark::Word(&["spam"])),
    ("x-sophos-spam", Mark::Word(&["yes", "spam"])),
];

/// `MailScanner` puts the organisation's name into its header: `X-Comune-MailScanner-SpamCheck`.
const NAMED_SPAMCHECK: &str = "-mailscanner-spamcheck";

/// Any filter that says spam is believed: each stands in front of us.
pub(super) fn upstream_verdict(sight: &Sight<'_>) -> Option<KindVerdict> {
    let listed = || {
        VERDICTS
            .iter()
            .any(|(name, mark)| sight.mail.header_all(name).any(|value| mark.is_on(value)))
    };
    let named = || {
        let mut headers = sight.mail.headers.iter();
        headers.any(|header| {
            header.name.ends_with(NAMED_SPAMCHECK) && Mark::Opens("spam").is_on(&header.value)
        })
    };
    (listed() || named()).then_some(KindVerdict::filed(Kind::Spam, KindReason::SpamVerdict))
}

/// Filters write into subjects too, and people answer such mails: this alone only withholds an answer.
pub(super) fn subject(sight: &Sight<'_>) -> bool {
    [
        "[spam",
        "***spam",
        "*** spam",
        "{spam",
        "[possible spam",
        "[sospetto spam",
        "spam:",
        "[probabile spam",
    ]
    .iter()
    .any(|mark| sight.subject().starts_with(mark))
}

impl Mark {
    fn is_on(&self, value: &str) -> bool {
        let value = value.trim().to_ascii_lowercase();
        match self {
            Self::Word(words) => {
                words.contains(&headers::word(value.split(',').next().unwrap_or_default()).as_str())
            }
            Self::AtLeast(number) => value.parse::<i32>().is_ok_and(|given| given >= *number),
            Self::Opens(opening) => value.starts_with(opening),
            Self::Field(fields) => value
                .split(|c: char| c == ';' || c.is_ascii_whitespace())
                .any(|field| fields.contains(&field)),
        }
    }
}
