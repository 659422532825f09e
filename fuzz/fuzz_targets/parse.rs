//! Any bytes as a mail: a record, and no panic that the reader had to catch.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sportello::domain::kind::{Identity, kind};
use sportello::domain::mail::Damage;
use sportello::parse::{dedup_key, parse, photo};

fuzz_target!(|raw: &[u8]| {
    let mail = parse(raw);
    assert!(!mail.has(Damage::Unparsable), "the reader panicked");
    let _ = kind(&mail, &Identity::default(), false);
    let _ = dedup_key(raw);
    let _ = photo::stripped(raw);
});
