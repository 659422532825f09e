//! Every key there is, so that an unknown one is an error that names the nearest.

/// What a key holds; the environment, which knows only text, is read accordingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text; empty means not set.
    Text,
    /// A list of texts, separated by commas in the environment.
    Texts,
    /// A whole number, not negative.
    Number,
    /// `true` or `false`.
    Flag,
}

/// One `[section]`, or `[[section]]` when it repeats.
pub(super) struct SectionKeys {
    pub(super) name: &'static str,
    pub(super) repeats: bool,
    pub(super) keys: &'static [(&'static str, Shape)],
}

use Shape::{Flag, Number, Text, Texts};

/// All sections with all their keys.
pub(super) const SECTIONS: &[SectionKeys] = &[
    SectionKeys {
        name: "organisation",
        repeats: false,
        keys: &[
            ("name", Text),
            ("timezone", Text),
            ("hours", Text),
            ("patron_saint", Text),
            ("domains", Texts),
            ("staff", Texts),
        ],
    },
    SectionKeys {
        name: "store",
        repeats: false,
        keys: &[
            ("url", Text),
            ("warn_below_percent", Number),
            ("stop_below_percent", Number),
            ("stop_below_mib", Number),
        ],
    },
    SectionKeys {
        name: "mailbox",
        repeats: true,
        keys: &[
            ("name", Text),
            ("kind", Text),
            ("path", Text),
            ("host", Text),
            ("port", Number),
            ("tls", Text),
            ("ca_file", Text),
            ("auth", Text),
            ("username", Text),
            ("password", Text),
            ("password_file", Text),
            ("token_command", Text),
            ("folder", Text),
            ("start", Text),
            ("idle", Flag),
            ("poll_interval", Text),
            ("after", Text),
            ("move_to", Text),
            ("addresses", Texts),
        ],
    },
    SectionKeys {
        name: "smtp",
        repeats: false,
        keys: &[
            ("host", Text),
            ("port", Number),
            ("tls", Text),
            ("ca_file", Text),
            ("auth", Text),
            ("username", Text),
            ("password", Text),
            ("password_file", Text),
            ("token_command", Text),
            ("from", Text),
            ("acknowledgement_envelope", Text),
            ("certified", Flag),
        ],
    },
    SectionKeys { name: "console", repeats: false, keys: &[("listen", Text)] },
    SectionKeys { name: "rules", repeats: false, keys: &[("file", Text), ("model", Text)] },
    SectionKeys {
        name: "places",
        repeats: false,
        keys: &[("register", Text), ("sites", Text), ("utm_zone", Number)],
    },
    SectionKeys {
        name: "commands",
        repeats: false,
        keys: &[("authserv_id", Text), ("dmarc", Flag)],
    },
    SectionKeys { name: "templates", repeats: false, keys: &[("directory", Text)] },
    SectionKeys {
        name: "limits",
        repeats: false,
        keys: &[
            ("acknowledgements_per_sender_per_day", Number),
            ("acknowledgements_per_domain_per_hour", Number),
            ("acknowledgements_per_hour", Number),
            ("mail_bytes_max", Number),
        ],
    },
    SectionKeys {
        name: "canary",
        repeats: false,
        keys: &[
            ("every", Text),
            ("late_after", Text),
            ("mailbox", Text),
            ("alarm_webhook", Text),
            ("syslog", Text),
        ],
    },
];

impl SectionKeys {
    /// The section of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        SECTIONS.iter().find(|section| section.name == name)
    }

    /// The shape of a key of this section.
    pub(super) fn shape(&self, key: &str) -> Option<Shape> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, shape)| *shape)
    }

    /// `[smtp]` or `[[mailbox]]`, as the file must write it.
    pub(super) fn heading(&self) -> String {
        if self.repeats { format!("[[{}]]", self.name) } else { format!("[{}]", self.name) }
    }
}

/// What the writer of an unknown section probably meant.
pub(super) fn remedy_for_section(name: &str) -> String {
    if let Some(home) = SECTIONS.iter().find(|section| section.shape(name).is_some()) {
        return format!("move it below {}", home.heading());
    }
    did_you_mean(name, SECTIONS.iter().map(|section| section.name))
}

/// What the writer of an unknown key in `section` probably meant: the nearest key there, or the section
/// that has a key of this very name.
pub(super) fn remedy_for_key(section: &SectionKeys, key: &str) -> String {
    let home = SECTIONS.iter().find(|other| other.shape(key).is_some());
    match home {
        Some(home) => format!("move it below {}", home.heading()),
        None => did_you_mean(key, section.keys.iter().map(|(name, _)| *name)),
    }
}

fn did_you_mean<'k>(found: &str, known: impl Iterator<Item = &'k str>) -> String {
    // `max_by` keeps the last of equals and `known` is in the order of the file: deterministic.
    let nearest = known.max_by(|left, right| {
        strsim::jaro_winkler(found, left).total_cmp(&strsim::jaro_winkler(found, right))
    });
    nearest.map_or_else(|| "remove it".to_owned(), |key| format!("did you mean `{key}`?"))
}
