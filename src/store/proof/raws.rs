//! Every raw mail, piece by piece, against the hash that is its name.

use std::io::Read as _;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{DAMAGED, Finding};
use crate::store::engine::values;
use crate::store::mail::PIECE_BYTES;
use crate::store::{Engine, StoreError};

/// Raw mails whose rows are asked for together: the rows alone, a hundred bytes each.
const PAGE_ROWS: i64 = 500;

/// Hashes every raw mail. `progress` is told after each how many were done, of how many.
pub async fn raws(
    engine: &Engine,
    mut progress: impl FnMut(u64, u64),
) -> Result<Vec<Finding>, StoreError> {
    let total = engine.row("SELECT count(*) AS n FROM raw_mail", values![]).await?;
    let total = total.map_or(Ok(0), |row| row.int("n"))?;
    let total = u64::try_from(total).unwrap_or(0);
    let (mut findings, mut after, mut done) = (Vec::new(), 0, 0_u64);
    loop {
        let sql = "SELECT id, hash, bytes FROM raw_mail WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = engine.rows(sql, values![after, PAGE_ROWS]).await?;
        let Some(last) = rows.last() else { return Ok(findings) };
        after = last.int("id")?;
        for row in rows {
            // Without a name its pieces are still being fetched; that it is not forgotten is asked elsewhere.
            if let Some(hash) = row.text_or_null("hash")? {
                findings.extend(differs(engine, row.int("id")?, &hash, row.int("bytes")?).await?);
            }
            done = done.saturating_add(1);
            progress(done, total);
        }
    }
}

/// What is wrong with one, if it still is there.
async fn differs(
    engine: &Engine,
    raw_id: i64,
    hash: &str,
    bytes: i64,
) -> Result<Option<Finding>, StoreError> {
    let found = match sum(engine, raw_id).await? {
        Ok((sum, length)) if sum == hash && i64::try_from(length) == Ok(bytes) => return Ok(None),
        Ok((_, length)) if i64::try_from(length) != Ok(bytes) => {
            format!("{length} bytes instead of {bytes}")
        }
        Ok((sum, _)) => format!("sha256 {sum} instead of {hash}"),
        Err(why) => why,
    };
    // It may have been forgotten meanwhile, when the same bytes came a second time.
    let sql = "SELECT id FROM raw_mail WHERE id = $1";
    let there = engine.row(sql, values![raw_id]).await?.is_some();
    let place = format!("raw mail {raw_id}");
    Ok(there.then_some(Finding { check: "raw mail", place, found, remedy: DAMAGED }))
}

/// The hash and length of what its pieces hold, or why one cannot be unpacked.
async fn sum(engine: &Engine, raw_id: i64) -> Result<Result<(String, usize), String>, StoreError> {
    let (mut digest, mut length) = (Sha256::new(), 0_usize);
    for piece in 0_i64.. {
        let sql = "SELECT data FROM raw_piece WHERE raw_id = $1 AND piece = $2";
        let Some(row) = engine.row(sql, values![raw_id, piece]).await? else { break };
        match unpacked(&row.blob("data")?) {
            Ok(data) => {
                length = length.saturating_add(data.len());
                digest.update(&data);
            }
            Err(error) => return Ok(Err(format!("piece {piece} cannot be unpacked: {error}"))),
        }
    }
    Ok(Ok((HEXLOWER.encode(&digest.finalize()), length)))
}

/// A piece as it was. What unpacks to more than a piece holds is none: a damaged one must not fill the memory.
fn unpacked(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(PIECE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut piece = Vec::new();
    zstd::Decoder::new(data)?.take(most).read_to_end(&mut piece)?;
    Ok(piece)
}
