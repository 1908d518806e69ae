//! The navigation's icons: same stroke as the cat, always beside a word.

use leptos::prelude::*;

/// An icon of one path.
#[component]
pub fn Icon(
    /// SVG path in a 24 x 24 box.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path />
        </svg>
    }
}

/// A paw.
pub const DONATE: &str = "M12 12.5C9 12.5 6.5 15.5 6.5 18C6.5 21 9.5 20.2 12 20.2C14.5 20.2 17.5 21 17.5 18C17.5 15.5 15 12.5 12 12.5ZM5 10.5V12M9.2 5.5V8M14.8 5.5V8M19 10.5V12";
/// Linked blocks.
pub const LEDGER: &str = "M4 4H10V10H4ZM14 14H20V20H14ZM10 7H17V14M14 17H7V10";
/// Three peers.
pub const NETWORK: &str = "M12 8A2.5 2.5 0 1 0 12 3A2.5 2.5 0 0 0 12 8ZM5.5 21A2.5 2.5 0 1 0 5.5 16A2.5 2.5 0 0 0 5.5 21ZM18.5 21A2.5 2.5 0 1 0 18.5 16A2.5 2.5 0 0 0 18.5 21ZM10.8 7.7L6.8 16.2M13.2 7.7L17.2 16.2M8 18.5H16";
/// Sliders.
pub const SETTINGS: &str = "M4 7H13M17 7H20M15 4.5V9.5M4 17H7M11 17H20M9 14.5V19.5";
