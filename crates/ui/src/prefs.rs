//! The reader's choices, kept in this browser. Where storage is refused they last as long as the page.

use leptos::prelude::{document, window};
use nora_node::view::Limits;

use crate::i18n::Locale;

const LANGUAGE: &str = "nora.language";
const THEME: &str = "nora.theme";
const CONSENT: &str = "nora.consent";
const LIMITS: &str = "nora.limits";

/// How the page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system asks.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its name in storage, in the document and in the form.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name; `Auto` for any other text.
    #[must_use]
    pub fn parse(id: &str) -> Self {
        match id {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

fn read(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

fn write(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or refused store costs the choice at the next visit, nothing else.
        let _ = storage.set_item(key, value);
    }
}

/// The language of that tag, e.g. `ja-JP`.
#[must_use]
pub fn parse_language(tag: &str) -> Option<Locale> {
    match tag.split('-').next() {
        Some("ja") => Some(Locale::ja),
        Some("en") => Some(Locale::en),
        _ => None,
    }
}

/// The language's tag.
#[must_use]
pub fn language_tag(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::ja => "ja",
    }
}

/// The chosen language, if there is a choice.
#[must_use]
pub fn language() -> Option<Locale> {
    parse_language(&read(LANGUAGE)?)
}

/// Keeps the chosen language.
pub fn keep_language(locale: Locale) {
    write(LANGUAGE, language_tag(locale));
}

/// The chosen theme.
#[must_use]
pub fn theme() -> Theme {
    Theme::parse(&read(THEME).unwrap_or_default())
}

/// Keeps and applies a theme; `boot.js` applies it before the first paint of the next visit.
pub fn keep_theme(theme: Theme) {
    write(THEME, theme.id());
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.id());
    }
}

/// Whether the reader has agreed before.
#[must_use]
pub fn consented() -> bool {
    read(CONSENT).is_some()
}

/// Remembers the consent.
pub fn keep_consent() {
    write(CONSENT, "1");
}

/// `threads,duty` within what this machine has; anything else is no choice.
#[must_use]
pub fn parse_limits(text: &str, hardware: u8) -> Option<Limits> {
    let (threads, duty) = text.split_once(',')?;
    let limits = Limits {
        threads: threads.parse().ok()?,
        duty: duty.parse().ok()?,
    };
    ((1..=hardware).contains(&limits.threads) && (5..=100).contains(&limits.duty)).then_some(limits)
}

/// Hardware threads as the browser tells them, at least one.
#[must_use]
pub fn hardware_threads() -> u8 {
    let n = window().navigator().hardware_concurrency();
    // The browser's figure is a small whole number; a float-to-integer cast saturates for anything else.
    (n as u8).max(1)
}

/// The limits to begin with: the last choice, else half of the threads for half of the time.
#[must_use]
pub fn limits() -> Limits {
    let hardware = hardware_threads();
    read(LIMITS)
        .and_then(|text| parse_limits(&text, hardware))
        .unwrap_or(Limits {
            threads: (hardware / 2).max(1),
            duty: 50,
        })
}

/// Keeps the limits for the next visit.
pub fn keep_limits(limits: Limits) {
    write(LIMITS, &format!("{},{}", limits.threads, limits.duty));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn limits_out_of_range_are_no_choice() {
        assert_eq!(parse_limits("2,50", 4), Some(Limits { threads: 2, duty: 50 }));
        for bad in ["", "2", "0,50", "5,50", "2,4", "2,101", "2,50,1", "999,50", "a,b"] {
            assert_eq!(parse_limits(bad, 4), None, "{bad}");
        }
    }

    #[test]
    fn languages_and_themes_read_back() {
        assert_eq!(parse_language("ja-JP"), Some(Locale::ja));
        assert_eq!(parse_language("fr"), None);
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            assert_eq!(Theme::parse(theme.id()), theme);
        }
    }
}
