//! Outputs in a form that people can look at.

/// Characters of text shown.
const MAX_TEXT: usize = 80;
/// Bytes shown in hexadecimal.
const MAX_HEX: usize = 24;

/// An output in one short line: itself if it is printable text, else its first bytes in hexadecimal. Whatever was
/// cut is marked with an ellipsis.
#[must_use]
pub fn preview(output: &[u8]) -> String {
    match core::str::from_utf8(output) {
        Ok(text) if text.chars().all(|c| !c.is_control()) => {
            let mut short: String = text.chars().take(MAX_TEXT).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            short
        }
        _ => {
            let mut short = hex::encode(output.iter().copied().take(MAX_HEX).collect::<Vec<u8>>());
            if output.len() > MAX_HEX {
                short.push('…');
            }
            short
        }
    }
}
