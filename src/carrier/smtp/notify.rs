//! What a delivery report is asked to say (RFC 3461): the letter's signed id comes back as its envelope id, so
//! that a report finds its letter even when it returns nothing of it.

use lettre::transport::smtp::extension::{MailParameter, RcptParameter};

use crate::store::outbox::Leased;

/// The longest envelope id (RFC 3461 section 4.4); a longer one is left out.
const ENVELOPE_ID_CHARS_MAX: usize = 100;

/// The longest original recipient (RFC 3461 section 4.2), its type included.
const RECIPIENT_CHARS_MAX: usize = 500;

/// `RET` and `ENVID`, where the server knows them.
pub(super) fn of_mail(letter: &Leased, asking: bool) -> Vec<MailParameter> {
    let parameter = |keyword: &str, value: &str| MailParameter::Other {
        keyword: keyword.to_owned(),
        value: Some(value.to_owned()),
    };
    let mut parameters = Vec::new();
    if asking {
        parameters.push(parameter("RET", "HDRS"));
        if letter.message_id.len() <= ENVELOPE_ID_CHARS_MAX && letter.message_id.is_ascii() {
            parameters.push(parameter("ENVID", &letter.message_id));
        }
    }
    parameters
}

/// `NOTIFY` and `ORCPT`, where the server knows them.
pub(super) fn of_recipient(letter: &Leased, asking: bool) -> Vec<RcptParameter> {
    let parameter = |keyword: &str, value: String| RcptParameter::Other {
        keyword: keyword.to_owned(),
        value: Some(value),
    };
    let mut parameters = Vec::new();
    if asking {
        parameters.push(parameter("NOTIFY", "FAILURE,DELAY".to_owned()));
        let original = format!("rfc822;{}", letter.recipient);
        if original.len() <= RECIPIENT_CHARS_MAX && original.is_ascii() {
            parameters.push(parameter("ORCPT", original));
        }
    }
    parameters
}
