//! The page: Leptos components fed by the node's views.
