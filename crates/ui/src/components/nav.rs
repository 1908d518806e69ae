//! The rail (from 900 px) or bottom bar: where one can go.

use leptos::prelude::*;
use leptos_i18n::t_string;

use crate::components::icons::{self, Icon};
use crate::i18n::use_i18n;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Start, stop, what is calculated, what came of it.
    Donate,
    /// Head and jobs.
    Ledger,
    /// Peers.
    Network,
    /// Language and appearance.
    Settings,
}

impl Page {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Donate, Self::Ledger, Self::Network, Self::Settings];

    /// The address's fragment.
    #[must_use]
    pub fn hash(self) -> &'static str {
        match self {
            Self::Donate => "#/donate",
            Self::Ledger => "#/ledger",
            Self::Network => "#/network",
            Self::Settings => "#/settings",
        }
    }

    /// The page of a fragment; `None` for fragments that are no page, e.g. the skip link's.
    #[must_use]
    pub fn parse(hash: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.hash() == hash)
    }
}

/// The links.
#[component]
pub fn Nav(
    /// The page shown.
    page: ReadSignal<Page>,
) -> impl IntoView {
    let i18n = use_i18n();
    let link = move |to: Page, testid: &'static str, icon: &'static str, name: Signal<&'static str>| {
        view! {
            <li>
                <a
                    href=to.hash()
                    data-testid=testid
                    aria-current=move || (page.get() == to).then_some("page")
                >
                    <Icon path=icon />
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav aria-label=move || t_string!(i18n, nav.label)>
            <ul>
                {link(
                    Page::Donate,
                    "nav-donate",
                    icons::DONATE,
                    Signal::derive(move || t_string!(i18n, nav.donate)),
                )}
                {link(
                    Page::Ledger,
                    "nav-ledger",
                    icons::LEDGER,
                    Signal::derive(move || t_string!(i18n, nav.ledger)),
                )}
                {link(
                    Page::Network,
                    "nav-network",
                    icons::NETWORK,
                    Signal::derive(move || t_string!(i18n, nav.network)),
                )}
                {link(
                    Page::Settings,
                    "nav-settings",
                    icons::SETTINGS,
                    Signal::derive(move || t_string!(i18n, nav.settings)),
                )}
            </ul>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_lead_to_their_pages_and_others_nowhere() {
        for page in Page::ALL {
            assert_eq!(Page::parse(page.hash()), Some(page));
        }
        assert_eq!(Page::parse("#content"), None);
        assert_eq!(Page::parse(""), None);
    }
}
