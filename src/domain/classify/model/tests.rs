use super::*;
use crate::domain::classify::features::each;
use crate::domain::text::words;

fn none() -> impl Iterator<Item = Term> {
    std::iter::empty()
}

fn class(name: &str, category: Option<Category>) -> Class {
    Class { name: name.into(), category }
}

fn parts() -> Parts {
    let mut rows = Rows::default();
    let mut keys = std::collections::BTreeSet::new();
    each(words("lampione").iter(), |key, _| {
        keys.insert(key);
    });
    for key in keys {
        rows.push(key, 40, [(0, 9), (1, -3), (2, 5)]);
    }
    Parts {
        text_hash: [7; 32],
        classes: vec![class("I01", Some(Category::Plant)), class("waste", None)],
        biases: vec![0.25, -0.25],
        level_biases: [-0.5, 0.0, 0.5, 0.0],
        step: 0.1,
        rows,
    }
}

#[test]
fn a_file_gives_back_what_was_written() {
    let (read, version) = format::read(&write(&parts()).unwrap()).unwrap();
    assert_eq!(read, parts());
    assert_eq!(version.len(), 12);
}

#[test]
fn damaged_files_are_refused_in_words() {
    let good = write(&parts()).unwrap();
    let unpacked = zstd::bulk::decompress(&good, 1 << 20).unwrap();
    let pack = |bytes: &[u8]| zstd::bulk::compress(bytes, 1).unwrap();
    assert!(Model::read(b"").is_err());
    assert!(matches!(Model::read(b"GIF89a"), Err(ModelError::Packing(_))));
    assert_eq!(Model::read(&pack(b"")).unwrap_err(), ModelError::Beginning);
    for at in 0..unpacked.len() {
        let mut changed = unpacked.clone();
        changed[at] ^= 0x20;
        assert!(Model::read(&pack(&changed)).is_err(), "byte {at}");
        assert!(Model::read(&pack(&unpacked[..at])).is_err(), "cut at {at}");
    }
}

/// What a stranger may have signed with a hash of their own.
#[test]
fn impossible_contents_are_refused_though_their_hash_is_right() {
    let whole = zstd::bulk::decompress(&write(&parts()).unwrap(), 1 << 20).unwrap();
    let content = &whole[..whole.len() - 32];
    let mut refused = 0;
    for at in 18..content.len() {
        for bytes in [&content[..at], &[&content[..at], &[255; 9], &content[at..]].concat()[..]] {
            let mut bytes = bytes.to_vec();
            let hash = sha2::Sha256::digest(&bytes);
            bytes.extend(hash);
            refused += usize::from(Model::read(&zstd::bulk::compress(&bytes, 1).unwrap()).is_err());
        }
    }
    assert_eq!(refused, (content.len() - 18) * 2);
}

#[test]
fn known_pieces_speak_and_unknown_ones_are_silent() {
    let model = Model::of(parts(), String::new());
    let (text, other) = (words("un lampione"), words("xyz"));
    let score = model.score(text.iter(), none());
    assert!(score.logits[0] > score.logits[1] + 0.5, "{:?}", score.logits);
    assert!(
        score.level(Urgency::Emergency) > score.level(Urgency::High) - 0.5,
        "{:?}",
        score.levels
    );
    let alarms = score.words_for_level(Urgency::Emergency, Urgency::Normal);
    assert!(alarms[0].abs() < 1e-9 && alarms[1] > 0.0, "{alarms:?}");
    let voices = score.words_for(0, 1);
    assert!(voices[0].abs() < 1e-9 && voices[1] > 0.0, "{voices:?}");
    let silent = model.score(other.iter(), none());
    assert_eq!(silent.heard.runs.len(), 0);
    assert_eq!((silent.logits, silent.levels), (vec![0.25, -0.25], vec![-0.5, 0.0, 0.5, 0.0]));
}

#[test]
fn a_model_without_classes_says_nothing() {
    let (model, words) = (Model::default(), words("lampione"));
    assert!(model.score(words.iter(), none()).logits.is_empty());
}

#[test]
fn the_shipped_model_can_be_read() {
    let model = Model::read(EMBEDDED).unwrap();
    assert!(model.size() > 10_000 && model.classes().len() > 58);
}

use sha2::Digest as _;
