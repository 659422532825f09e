//! What a file is by its first bytes, whatever its sender calls it. Nothing is unpacked, nothing is run.

/// Bytes of an attachment that are decoded to look at: a photo's EXIF block (at most 64 KiB in JPEG) lies in them,
/// and a mail of two hundred photos stays cheap.
pub(super) const PREFIX_BYTES: usize = 96 * 1024;

/// Signatures that nothing else begins with.
const SIGNATURES: [(&[u8], &str); 24] = [
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"\x89PNG\r\n\x1A\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7FELF", "application/x-elf"),
    (b"Rar!\x1A\x07", "application/vnd.rar"),
    (b"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"),
    (b"\x1F\x8B\x08", "application/gzip"),
    (b"PK\x03\x04", ZIP),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", OLE),
    (b"\x78\x9F\x3E\x22", "application/ms-tnef"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"<?xml", "application/xml"),
    (b"<!DOCTYPE html", "text/html"),
    (b"<html", "text/html"),
];

const ZIP: &str = "application/zip";

const OLE: &str = "application/x-ole-storage";

/// Brands of ISO base media files (ISO/IEC 14496-12 section 4.3).
const BRANDS: [(&[u8], &str); 13] = [
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"hevc", "image/heic"),
    (b"mif1", "image/heif"),
    (b"msf1", "image/heif"),
    (b"avif", "image/avif"),
    (b"qt  ", "video/quicktime"),
    (b"isom", "video/mp4"),
    (b"iso2", "video/mp4"),
    (b"mp41", "video/mp4"),
    (b"mp42", "video/mp4"),
    (b"3gp4", "video/3gpp"),
    (b"3gp5", "video/3gpp"),
];

/// The type that the first bytes show; `None` where they show nothing.
pub(super) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        let brand = bytes.get(8..12)?;
        return BRANDS.iter().find(|(known, _)| *known == brand).map(|(_, name)| *name);
    }
    if bytes.starts_with(b"RIFF") {
        return match bytes.get(8..12)? {
            b"WEBP" => Some("image/webp"),
            b"WAVE" => Some("audio/wav"),
            b"AVI " => Some("video/x-msvideo"),
            _ => None,
        };
    }
    SIGNATURES.iter().find(|(known, _)| bytes.starts_with(known)).map(|(_, name)| *name)
}

/// What a file is called: as declared, unless the declaration says nothing or the bytes say otherwise. Containers
/// (ZIP, OLE) keep their declared document type.
pub(super) fn told(declared: &str, bytes: &[u8]) -> String {
    let vague = matches!(
        declared,
        "application/octet-stream"
            | "application/x-download"
            | "application/force-download"
            | "application/download"
            | "application/binary"
            | "binary/octet-stream"
            | "image/jpg"
            | "image/pjpeg"
    );
    let Some(shown) = media_type(bytes) else { return declared.to_owned() };
    let document = declared.starts_with("application/") && !vague;
    let family = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
    let certain =
        !matches!(shown, "application/xml" | "text/html" | "text/vcard" | "text/calendar");
    let otherwise = match shown {
        ZIP | OLE => !document,
        // Whatever a program is called, it is one.
        "application/x-msdownload" | "application/x-elf" => true,
        _ if certain => family(shown) != family(declared) || family(shown) == "image",
        _ => false,
    };
    if vague || otherwise { shown.to_owned() } else { declared.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_declared_type_is_believed_until_the_bytes_say_otherwise() {
        for (declared, bytes, expected) in [
            ("application/octet-stream", b"\xFF\xD8\xFF\xE0".as_slice(), "image/jpeg"),
            ("image/jpg", b"\xFF\xD8\xFF\xE0", "image/jpeg"),
            ("image/png", b"\xFF\xD8\xFF\xE0", "image/jpeg"),
            ("image/jpeg", b"MZ\x90", "application/x-msdownload"),
            ("application/pdf", b"MZ\x90", "application/x-msdownload"),
            ("text/plain", b"%PDF-1.4", "application/pdf"),
            ("application/octet-stream", b"\0\0\0\x18ftypheic", "image/heic"),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                b"PK\x03\x04",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            ("application/octet-stream", b"PK\x03\x04", "application/zip"),
            ("image/jpeg", b"", "image/jpeg"),
            ("text/plain", b"<html>", "text/plain"),
        ] {
            assert_eq!(told(declared, bytes), expected, "{declared}");
        }
    }
}
