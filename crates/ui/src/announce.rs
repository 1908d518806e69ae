//! What a screen reader is told when the state changes by itself; never figures that only grow.

use leptos_i18n::td_string;
use nora_node::View;
use nora_node::view::Idle;

use crate::i18n::Locale;
use crate::words;

#[cfg(test)]
mod tests;

fn connected(view: &View) -> bool {
    !matches!(view.idle, Idle::Disconnected(_))
}

/// The one most important change from `before` to `after`, if any is worth saying.
#[must_use]
pub fn change(locale: Locale, before: &View, after: &View) -> Option<String> {
    if let Some((unit, _, _)) = after.exposed
        && before.exposed != after.exposed
    {
        return Some(td_string!(locale, say.exposed, unit = unit));
    }
    if before.role != after.role {
        return Some(td_string!(locale, say.role, role = words::role(locale, after.role)));
    }
    if let Some(problem) = after.problems.iter().find(|p| !before.problems.contains(p)) {
        return Some(words::problem(locale, problem));
    }
    match (connected(before), connected(after)) {
        (true, false) => return Some(td_string!(locale, say.disconnected).to_owned()),
        (false, true) => return Some(td_string!(locale, say.connected).to_owned()),
        _ => {}
    }
    (before.activity != after.activity).then(|| words::activity(locale, after.activity, after.now))
}
