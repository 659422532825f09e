use super::*;

/// A JPEG file with the segments given, a frame of 800 x 600, and a scan.
fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut file = b"\xFF\xD8".to_vec();
    let frame: (u8, &[u8]) = (0xC0, b"\x08\x02\x58\x03\x20\x01\x01\x11\x00");
    for (marker, data) in segments.iter().chain([&frame]) {
        file.extend([0xFF, *marker]);
        file.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        file.extend_from_slice(data);
    }
    file.extend(b"\xFF\xDA\x00\x02scan\xFF\xD9trailer");
    file
}

/// An EXIF block with orientation 6 and a position: 44°41'52.8" N, 10°37'51.6" E, in either byte order.
fn exif(little: bool, south: bool) -> Vec<u8> {
    let two = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let four = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut tiff = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        tiff.extend(two(tag));
        tiff.extend(two(kind));
        tiff.extend(four(count));
        tiff.extend(value);
    };
    tiff.extend(four(8));
    tiff.extend(two(2));
    let [high, low] = two(6);
    entry(&mut tiff, 0x0112, 3, 1, [high, low, 0, 0]);
    entry(&mut tiff, 0x8825, 4, 1, four(38));
    tiff.extend(four(0));
    assert_eq!(tiff.len(), 38);
    tiff.extend(two(4));
    entry(&mut tiff, 1, 2, 2, [if south { b'S' } else { b'N' }, 0, 0, 0]);
    entry(&mut tiff, 2, 5, 3, four(92));
    entry(&mut tiff, 3, 2, 2, [b'E', 0, 0, 0]);
    entry(&mut tiff, 4, 5, 3, four(116));
    tiff.extend(four(0));
    assert_eq!(tiff.len(), 92);
    for (above, below) in [(44, 1), (41, 1), (528, 10), (10, 1), (37, 1), (516, 10)] {
        tiff.extend(four(above));
        tiff.extend(four(below));
    }
    [b"Exif\0\0".to_vec(), tiff].concat()
}

#[test]
fn a_photo_tells_where_it_was_taken_in_either_byte_order() {
    for (little, south, latitude) in
        [(true, false, 44.698), (false, false, 44.698), (true, true, -44.698)]
    {
        let picture = read(&jpeg(&[(0xE0, b"JFIF\0"), (0xE1, &exif(little, south))]));
        let position = picture.position.unwrap();
        assert!((position.latitude - latitude).abs() < 1e-6, "{position:?}");
        assert!((position.longitude - 10.631).abs() < 1e-6, "{position:?}");
        assert_eq!(picture.size, Some((800, 600)));
    }
}

#[test]
fn a_block_cut_anywhere_tells_less_and_harms_nothing() {
    let file = jpeg(&[(0xE1, &exif(true, false))]);
    for end in 0..file.len() {
        assert_eq!(read(&file[..end]).position.is_some(), end >= 152, "{end}");
        assert_eq!(stripped(&file[..end]).is_some(), end + 7 >= file.len(), "{end}");
    }
    let mut looping = exif(true, false);
    // The GPS pointer points at the first directory.
    looping[6 + 30..6 + 34].copy_from_slice(&8_u32.to_le_bytes());
    assert_eq!(read(&jpeg(&[(0xE1, &looping)])).position, None);
}

#[test]
fn a_stripped_photo_keeps_its_picture_and_its_orientation_only() {
    let whole = jpeg(&[
        (0xE0, b"JFIF\0"),
        (0xE1, &exif(false, false)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        (0xE2, b"ICC_PROFILE\0colours"),
        (0xED, b"Photoshop 3.0\0name"),
        (0xFE, b"comment"),
    ]);
    let clean = stripped(&whole).unwrap();
    let holds = |needle: &[u8]| clean.windows(needle.len()).any(|window| window == needle);
    assert_eq!(read(&clean), Picture { size: Some((800, 600)), position: None });
    assert_eq!(exif::tiff(&clean).and_then(exif::orientation), Some(6));
    assert!(holds(b"scan") && holds(b"ICC_PROFILE") && holds(b"JFIF"));
    assert!(
        !holds(b"adobe.com") && !holds(b"Photoshop") && !holds(b"comment") && !holds(b"trailer")
    );
    assert_eq!(stripped(&clean).unwrap(), clean, "stripping twice changes nothing");
}

#[test]
fn a_png_loses_its_words_and_what_is_no_picture_does_not_leave() {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        [&u32::try_from(data.len()).unwrap().to_be_bytes(), name.as_slice(), data, b"crc!"].concat()
    };
    let head = b"\x89PNG\r\n\x1A\n".to_vec();
    let size = chunk(b"IHDR", b"\0\0\x03\x20\0\0\x02\x58\x08\0\0\0\0");
    let end = chunk(b"IEND", b"");
    let whole = [head.clone(), size.clone(), chunk(b"tEXt", b"Author\0Anna"), end.clone()].concat();
    assert_eq!(stripped(&whole).unwrap(), [head, size, end].concat());
    assert_eq!(read(&whole).size, Some((800, 600)));
    assert_eq!(stripped(b"%PDF-1.4"), None);
    assert_eq!(stripped(b""), None);
}

#[test]
fn logos_are_told_from_photos_by_their_size() {
    let sized = |width, height| Picture { size: Some((width, height)), position: None };
    assert!(sized(1024, 768).is_photo(10_000));
    assert!(!sized(600, 120).is_photo(200_000));
    assert!(Picture::default().is_photo(2_000_000));
    assert!(!Picture::default().is_photo(12_000));
}
