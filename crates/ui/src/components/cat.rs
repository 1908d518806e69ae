//! The hand-drawn cat that carries the role: one stroke, two colours, readable at 20 px. Always beside the role's
//! word, hence hidden from assistive technology.

use leptos::prelude::*;
use nora_core::rules::types::Role;

/// The cat of a role; `None` sleeps.
#[component]
pub fn Cat(
    /// Whose cat.
    #[prop(into)]
    role: Signal<Option<Role>>,
) -> impl IntoView {
    view! {
        <svg class="cat" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
            {move || match role.get() {
                None => asleep().into_any(),
                Some(role) => face(role).into_any(),
            }}
        </svg>
    }
}

fn face(role: Role) -> impl IntoView {
    view! {
        <g class="cat-line">
            // A stray's ear is tipped: the sign of a neighbourhood cat that nobody owns.
            <path d=match role {
                Role::Stray => {
                    "M17.5 13.4C21.6 11.9 26.4 11.9 30.5 13.4L34 9.2L36.2 10.3L37.4 8.9L40 20C41.6 31.5 34.5 39 24 39C13.5 39 6.4 31.5 8 20L9.5 5.5Z"
                }
                Role::Auditor | Role::Compute => {
                    "M17.5 13.4C21.6 11.9 26.4 11.9 30.5 13.4L38.5 5.5L40 20C41.6 31.5 34.5 39 24 39C13.5 39 6.4 31.5 8 20L9.5 5.5Z"
                }
            } />
            <path d="M24 29.2V31C24 33.6 20.8 34.6 19.2 32.8M24 31C24 33.6 27.2 34.6 28.8 32.8" />
            <path d="M3 24.5L10.5 26M3.5 31.5L10.8 29.8M45 24.5L37.5 26M44.5 31.5L37.2 29.8" />
        </g>
        <path class="cat-ink" d="M22.2 27.4H25.8L24 29.6Z" />
        <circle class="cat-ink" cx="16.6" cy="23" r="1.9" />
        <circle class="cat-ink" cx="31.4" cy="23" r="1.9" />
        {match role {
            Role::Stray => None,
            Role::Auditor => Some(spectacles().into_any()),
            Role::Compute => Some(collar().into_any()),
        }}
    }
}

fn spectacles() -> impl IntoView {
    view! {
        <g class="cat-mark">
            <circle cx="16.6" cy="23" r="5.6" />
            <circle cx="31.4" cy="23" r="5.6" />
            <path d="M22.2 22.2C23.2 21.2 24.8 21.2 25.8 22.2" />
        </g>
    }
}

fn collar() -> impl IntoView {
    view! {
        <path class="cat-mark" d="M12.5 38.2C19 43 29 43 35.5 38.2" />
        <circle class="cat-bell" cx="24" cy="42.6" r="3.6" />
        <path class="cat-line" d="M24 43V45" />
    }
}

fn asleep() -> impl IntoView {
    view! {
        <g class="cat-line">
            <path d="M7 36C4 25.5 12.5 14.5 25.5 14.5C37.5 14.5 45 23 44 32C43.3 38.5 38.5 41 32 41H13.5C10 41 7.8 39 7 36Z" />
            <path d="M7.6 29.5L6.6 20.2L12.9 24.4C15.6 23.4 18.6 23.6 21 24.8L27.4 21.6L25.8 31.4C25.6 36.4 21.6 39 16.6 39C12 39 8.2 35.6 7.6 29.5Z" />
            <path d="M10.8 31.4C11.7 32.5 13.3 32.5 14.2 31.4M19 31.4C19.9 32.5 21.5 32.5 22.4 31.4" />
            <path d="M44 32C43 37 36.5 38.6 29.5 36.6" />
        </g>
        <path class="cat-mark" d="M33 4.5H38L33 10H38M41 1.5H44L41 5H44" />
    }
}
