//! Letters as they will be, or were, sent: the bytes must be those of the row.

use super::{DAMAGED, Finding};
use crate::domain::letter::LetterKind;
use crate::store::engine::{Row, values};
use crate::store::{Engine, StoreError};

/// Letters looked at together: heads alone, a few MiB.
const PAGE_ROWS: i64 = 200;

/// As much of a letter as holds its header: ours have a dozen lines.
const HEAD_BYTES: i64 = 16 * 1024;

/// Letters whose bytes name another Message-ID than their row, or whose kind is none.
pub async fn letters_fit(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    let (mut findings, mut after) = (Vec::new(), 0);
    loop {
        let sql =
            "SELECT id, kind, message_id, coalesce(substr(bytes, 1, CAST($3 AS INTEGER)), '') AS head
                   FROM letter LEFT JOIN letter_body ON letter_id = id
                   WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = engine.rows(sql, values![after, PAGE_ROWS, HEAD_BYTES]).await?;
        let Some(last) = rows.last() else { return Ok(findings) };
        after = last.int("id")?;
        for row in &rows {
            findings.extend(misfit(row)?);
        }
    }
}

fn misfit(row: &Row) -> Result<Option<Finding>, StoreError> {
    let (kind, expected) = (row.text("kind")?, row.text("message_id")?);
    let found = if LetterKind::parse(&kind).is_none() {
        format!("the kind `{kind}`, which there is not")
    } else {
        match message_id(&row.blob("head")?) {
            Some(id) if id.eq_ignore_ascii_case(&expected) => return Ok(None),
            Some(id) => format!("the Message-ID {id} in its bytes instead of {expected}"),
            None => "bytes without a Message-ID".to_owned(),
        }
    };
    let place = format!("letter {}", row.int("id")?);
    Ok(Some(Finding { check: "letters", place, found, remedy: DAMAGED }))
}

/// The Message-ID that a header names, without its brackets (RFC 5322 section 3.6.4); its line may be folded.
fn message_id(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let header = head.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    let value = header.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("message-id").then(|| value.trim().to_owned())
    })?;
    Some(value.trim_matches(['<', '>']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::message_id;

    #[test]
    fn the_message_id_is_read_from_the_header_alone() {
        for (head, expected) in [
            ("Message-ID: <a@b>\r\nTo: c\r\n\r\nx", Some("a@b")),
            ("To: c\r\nmessage-id:\r\n <a@b>\r\n\r\nx", Some("a@b")),
            ("To: c\r\n\r\nMessage-ID: <a@b>\r\n", None),
            ("", None),
        ] {
            assert_eq!(message_id(head.as_bytes()).as_deref(), expected, "{head:?}");
        }
    }
}
