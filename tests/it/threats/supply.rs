//! What is built in: read from Cargo.lock and from the crates' own manifests.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// What may be combined into a work under EUPL-1.2; `.deny.toml` has the same list.
const LICENCES: [&str; 9] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

fn lock() -> Vec<(String, String)> {
    let text = include_str!("../../../Cargo.lock");
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let blocks = text.split("[[package]]").skip(1);
    blocks
        .map(|block| (field(block, "name").unwrap(), field(block, "source").unwrap_or_default()))
        .collect()
}

#[test]
fn every_crate_comes_from_the_registry() {
    let lock = lock();
    assert!(lock.len() > 100, "{}", lock.len());
    for (name, source) in lock.iter().filter(|(name, _)| name != "sportello") {
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
    }
    let sums = include_str!("../../../Cargo.lock").matches("checksum = ").count();
    assert_eq!(sums, lock.len() - 1, "each with its checksum");
}

#[test]
fn there_is_one_tls() {
    let banned =
        ["openssl", "openssl-sys", "native-tls", "tokio-native-tls", "aws-lc-rs", "aws-lc-sys"];
    let found: Vec<String> = lock().into_iter().map(|(name, _)| name).collect();
    for name in banned {
        assert!(!found.iter().any(|found| found == name), "{name}");
        assert!(
            include_str!("../../../.deny.toml").contains(name) || name.ends_with("-sys"),
            "{name}"
        );
    }
}

/// Of the crates that are built here, by the expressions in their manifests: one of the alternatives is known.
#[test]
fn every_licence_is_known() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let built: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|n| n["id"].as_str())
        .collect();
    let mut judged = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let (id, name) = (package["id"].as_str().unwrap(), package["name"].as_str().unwrap());
        if !built.contains(id) || name == "sportello" {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or("none").replace('/', " OR ");
        assert!(is_known(&licence), "{name}: {licence}");
        judged += 1;
    }
    assert!(judged > 100, "{judged}");
    for licence in LICENCES {
        assert!(
            include_str!("../../../.deny.toml").contains(&format!("\"{licence}\"")),
            "{licence}"
        );
    }
}

/// Whether some alternative (OR) of an SPDX expression has only known parts (AND).
fn is_known(expression: &str) -> bool {
    let bare = expression.replace(['(', ')'], "");
    if expression.contains(") AND") || expression.contains("AND (") {
        // Every part must have a known alternative.
        return expression.split(" AND ").all(|part| is_known(part.trim_matches(['(', ')', ' '])));
    }
    bare.split(" OR ").any(|one| one.split(" AND ").all(|part| LICENCES.contains(&part.trim())))
}
