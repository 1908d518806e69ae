//! Numbers, times and names as text, without a document and without a clock.

use crate::i18n::Locale;
use leptos_i18n::td_string;

#[cfg(test)]
mod tests;

/// `1234567` as `1,234,567`, in both languages.
#[must_use]
pub fn group(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// First eight and last four characters of a long name, e.g. a key in hex.
#[must_use]
pub fn short(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match (chars.get(..8), chars.len().checked_sub(4).and_then(|i| chars.get(i..))) {
        (Some(head), Some(tail)) if chars.len() > 14 => head.iter().chain(std::iter::once(&'…')).chain(tail).collect(),
        _ => name.to_owned(),
    }
}

/// A length of time in its largest whole unit, e.g. `3 min`.
#[must_use]
pub fn duration(locale: Locale, ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..60 => td_string!(locale, time.seconds, n = seconds),
        60..3600 => td_string!(locale, time.minutes, n = seconds / 60),
        3600..86_400 => td_string!(locale, time.hours, n = seconds / 3600),
        _ => td_string!(locale, time.days, n = group(seconds / 86_400)),
    }
}

/// An instant as `2026-11-23 21:05:09 UTC`.
#[must_use]
pub fn instant(ms: u64) -> String {
    let seconds = ms / 1000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// The Gregorian date of a day counted from 1970-01-01; eras of 400 years begin on March 1, so that the leap day is
/// the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}
