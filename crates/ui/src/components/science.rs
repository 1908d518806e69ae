//! The live seismogram: the unit this tab calculated last, with its triggers and its onset. The format is the
//! kernel's own; this page only reads it.

use borsh::BorshDeserialize;
use leptos::prelude::*;
use leptos_i18n::{t, td_string};
use nora_kernel_quake::format::{Answer, Output, Records, Station, Trigger, TriggerSpec, UnitInput};
use nora_node::view::Science;

use crate::format::group;
use crate::i18n::{Locale, use_i18n};
use crate::state::Ui;
use crate::trace::{self, COLUMNS};

#[cfg(test)]
mod tests;

/// A drawing stays this long, milliseconds, even if units are done faster than anyone can look.
const HOLD_MS: u64 = 1500;
/// Most stations drawn one above the other.
const MAX_TRACES: usize = 6;

/// A stretch of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    left: f64,
    width: f64,
    from_s: f64,
    to_s: f64,
}

/// One station's record as drawn.
#[derive(Clone, Debug, PartialEq)]
struct Trace {
    station: String,
    seconds: f64,
    wave: String,
    triggers: Vec<Window>,
    /// Percent from the left, and seconds after the record's start.
    pick: Option<(f64, f64)>,
}

/// The characteristic function under an onset unit's record.
#[derive(Clone, Debug, PartialEq)]
struct Ratio {
    line: String,
    threshold: f64,
    peak: f64,
}

/// All that is drawn of one unit.
#[derive(Clone, Debug, PartialEq)]
struct Drawing {
    unit: u32,
    spec: TriggerSpec,
    traces: Vec<Trace>,
    ratio: Option<Ratio>,
}

fn trace_of(station: &Station, triggers: &[Trigger], pick: Option<u32>) -> Trace {
    let samples = station.samples.to_f64();
    let rate = if station.rate.is_finite() && station.rate > 0.0 {
        station.rate
    } else {
        1.0
    };
    let second = |sample: u32| f64::from(sample) / rate;
    let place = |sample: u32| trace::percent(u64::from(sample), samples.len());
    let triggers = triggers
        .iter()
        .map(|t| Window {
            left: place(t.on),
            // A short trigger must still be seen.
            width: (place(t.off.saturating_add(1)) - place(t.on)).max(0.3),
            from_s: second(t.on),
            to_s: second(t.off),
        })
        .collect();
    Trace {
        station: station.id(),
        seconds: samples.len() as f64 / rate,
        wave: trace::envelope(&samples),
        triggers,
        pick: pick.map(|sample| (place(sample), second(sample))),
    }
}

fn ratio_of(values: &[f32], peak: f64, on: f64) -> Option<Ratio> {
    let top = f64::from(values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max)).max(on);
    if !(top.is_finite() && top > 0.0) {
        return None;
    }
    let mut line = String::new();
    let step = COLUMNS as f64 / values.len().max(1) as f64;
    for (i, value) in values.iter().enumerate() {
        let value = f64::from(*value);
        let y = if value.is_finite() {
            100.0 - 100.0 * value / top
        } else {
            0.0
        };
        line.push_str(&format!(
            "{}{:.1} {y:.1}",
            if i == 0 { 'M' } else { 'L' },
            (i as f64 + 0.5) * step
        ));
    }
    Some(Ratio {
        line,
        threshold: 100.0 - 100.0 * on / top,
        peak,
    })
}

/// Decodes and lays out. `None` if the bytes are no seismic unit, or the unit has no result.
fn draw(science: &Science) -> Option<Drawing> {
    let records = Records::try_from_slice(&science.shared).ok()?;
    let input = UnitInput::try_from_slice(&science.input).ok()?;
    let output = Answer::try_from_slice(&science.output).ok()?.ok()?;
    match (input, output) {
        (UnitInput::Onset(input), Output::Onset(output)) => {
            let station = records.stations.get(usize::from(input.station))?;
            let pick = output.onsets.first().and_then(|onset| onset.sample);
            Some(Drawing {
                unit: science.unit,
                spec: input.trigger,
                traces: vec![trace_of(station, &output.triggers, pick)],
                ratio: ratio_of(&output.drawing, output.peak, input.trigger.on),
            })
        }
        (UnitInput::Network(input), Output::Network(output)) => {
            let traces = output
                .stations
                .iter()
                .take(MAX_TRACES)
                .filter_map(|s| {
                    Some(trace_of(
                        records.stations.get(usize::from(s.station))?,
                        &s.triggers,
                        None,
                    ))
                })
                .collect();
            Some(Drawing {
                unit: science.unit,
                spec: input.trigger,
                traces,
                ratio: None,
            })
        }
        _ => None,
    }
}

/// The newest unit's drawing, or what will appear.
#[component]
pub fn Seismogram(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let held = Memo::new(move |before: Option<&(u64, Option<Science>)>| {
        ui.view.with(|view| {
            let Some(view) = view else { return (0, None) };
            match before {
                Some((since, Some(old))) if view.now.saturating_sub(*since) < HOLD_MS => (*since, Some(old.clone())),
                _ => (view.now, view.science.clone()),
            }
        })
    });
    let drawing = Memo::new(move |_| held.with(|(_, science)| science.as_ref().map(draw)));
    view! {
        {move || match drawing.get() {
            None => view! { <p class="empty">{t!(i18n, science.empty)}</p> }.into_any(),
            Some(None) => view! { <p class="empty">{t!(i18n, science.unreadable)}</p> }.into_any(),
            Some(Some(drawing)) => figure(i18n.get_locale(), drawing).into_any(),
        }}
    }
}

fn figure(locale: Locale, drawing: Drawing) -> impl IntoView {
    let Drawing {
        unit,
        spec,
        traces,
        ratio,
    } = drawing;
    let caption = td_string!(
        locale,
        science.unit,
        unit = group(u64::from(unit)),
        sta = spec.sta_s,
        lta = spec.lta_s,
        on = spec.on
    );
    let seconds = traces.iter().map(|t| t.seconds).fold(0.0, f64::max);
    view! {
        <figure class="science" data-testid="seismogram">
            <figcaption class="num">{caption}</figcaption>
            {traces.into_iter().map(|trace| trace_view(locale, trace)).collect_view()}
            {ratio.map(|ratio| ratio_view(locale, ratio))}
            <p class="axis num quiet" aria-hidden="true">
                <span>{td_string!(locale, science.axis, seconds = 0)}</span>
                <span>{td_string!(locale, science.axis, seconds = format!("{:.0}", seconds / 2.0))}</span>
                <span>{td_string!(locale, science.axis, seconds = format!("{seconds:.0}"))}</span>
            </p>
        </figure>
    }
}

fn trace_view(locale: Locale, trace: Trace) -> impl IntoView {
    let pick_text = trace.pick.map_or_else(
        || td_string!(locale, science.no_pick).to_owned(),
        |(_, seconds)| td_string!(locale, science.pick_at, time = format!("{seconds:.2}")),
    );
    let alt = td_string!(
        locale,
        science.alt,
        station = trace.station.clone(),
        seconds = format!("{:.0}", trace.seconds),
        triggers = trace.triggers.len(),
        pick = pick_text.clone()
    );
    let trigger_text = if trace.triggers.is_empty() {
        td_string!(locale, science.no_trigger).to_owned()
    } else {
        let first = trace.triggers.first().map(|t| {
            td_string!(
                locale,
                science.trigger_at,
                from = format!("{:.1}", t.from_s),
                to = format!("{:.1}", t.to_s)
            )
        });
        td_string!(
            locale,
            science.triggers,
            n = trace.triggers.len(),
            first = first.unwrap_or_default()
        )
    };
    let onset = trace.pick.is_some();
    let bands = trace.triggers.into_iter().map(|t| {
        let (x, width) = (format!("{:.3}%", t.left), format!("{:.3}%", t.width));
        view! { <rect class="trigger" x=x width=width y="0" height="100%" /> }
    });
    let pick = trace.pick.map(|(x, _)| {
        let x = format!("{x:.3}%");
        view! {
            <line class="pick" x1=x.clone() x2=x.clone() y1="0" y2="100%" />
            <svg x=x y="0" overflow="visible" width="1" height="1">
                <path class="pick-flag" d="M0 0L9 4.5L0 9Z" />
            </svg>
        }
    });
    view! {
        <p class="meter-row">
            <span class="num station">{trace.station}</span>
            <span class="legend num">
                <span class="key-trigger">{trigger_text}</span>
                {onset.then(|| view! { <span class="key-pick">{pick_text}</span> })}
            </span>
        </p>
        <div role="img" aria-label=alt>
            <svg class="trace" aria-hidden="true" focusable="false">
                {bands.collect_view()}
                <svg viewBox=format!("0 0 {COLUMNS} 100") preserveAspectRatio="none" width="100%" height="100%">
                    <path class="wave" d=trace.wave vector-effect="non-scaling-stroke" />
                </svg>
                {pick}
            </svg>
        </div>
    }
}

fn ratio_view(locale: Locale, ratio: Ratio) -> impl IntoView {
    let text = td_string!(locale, science.function, max = format!("{:.1}", ratio.peak));
    let y = format!("{:.2}%", ratio.threshold);
    view! {
        <p class="quiet num">{text}</p>
        <svg class="ratio" aria-hidden="true" focusable="false">
            <svg viewBox=format!("0 0 {COLUMNS} 100") preserveAspectRatio="none" width="100%" height="100%">
                <path class="wave" d=ratio.line vector-effect="non-scaling-stroke" />
            </svg>
            <line class="threshold" x1="0" x2="100%" y1=y.clone() y2=y />
        </svg>
    }
}
