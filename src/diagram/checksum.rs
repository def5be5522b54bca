//! A checksum on a line of JSON.

/// The polynomial of IEEE 802.3, bits reversed.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// CRC-32 (IEEE 802.3) of `bytes`, continued from the checksum of what came before them; zero for nothing.
pub(super) fn crc32(before: u32, bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!before, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (POLYNOMIAL & 0u32.wrapping_sub(sum & 1));
        }
        sum
    })
}

/// What a sealed line ends with, before its checksum and behind it.
const BEFORE: &str = ",\"crc\":\"";
const BEHIND: &str = "\"}";

/// A JSON object with at least one key, as a line with its checksum for last key.
pub(super) fn seal(object: &str, before: u32) -> String {
    let open = object.strip_suffix('}').unwrap_or(object);
    let sum = crc32(before, object.as_bytes());
    format!("{open}{BEFORE}{sum:08x}{BEHIND}\n")
}

/// The object of a sealed line, and its checksum.
///
/// # Errors
/// In words, where the line has no checksum or another one than its bytes.
pub(super) fn unseal(line: &[u8], before: u32) -> Result<(String, u32), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is no text".to_owned())?;
    let sealed = line
        .strip_suffix('\n')
        .and_then(|line| line.strip_suffix(BEHIND))
        .and_then(|line| line.rsplit_once(BEFORE));
    let (open, written) = sealed.ok_or("it does not end in a checksum")?;
    let object = format!("{open}}}");
    let sum = crc32(before, object.as_bytes());
    // as text: upper case and blanks are no way to write it
    match written == format!("{sum:08x}") {
        true => Ok((object, sum)),
        false => Err(format!(
            "its checksum is {sum:08x}, and `{written}` is written there"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value that catalogues of checksums give for CRC-32/ISO-HDLC, and the same in two pieces.
    #[test]
    fn the_checksum_is_the_one_of_the_catalogues() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(crc32(0, b"1234"), b"56789"), 0xcbf4_3926);
        assert_eq!(crc32(0, b""), 0);
    }

    #[test]
    fn a_sealed_line_opens_to_what_it_was() {
        let object = r#"{"cell":17,"reason":"a \",\"crc\":\" within"}"#;
        let line = seal(object, 7);
        assert!(line.ends_with("\"}\n") && line.contains(",\"crc\":\""));
        assert_eq!(unseal(line.as_bytes(), 7).unwrap().0, object);
        assert!(unseal(line.as_bytes(), 8).unwrap_err().contains("checksum"));
        assert!(
            unseal(b"{\"cell\":1}\n", 0)
                .unwrap_err()
                .contains("does not end")
        );
    }

    /// Every single bit counts.
    #[test]
    fn no_bit_can_be_turned() {
        let line = seal(r#"{"cell":3,"status":"value","value":-0.25}"#, 0);
        for bit in 0..8 * line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(unseal(&bytes, 0).is_err(), "bit {bit}");
        }
    }
}
