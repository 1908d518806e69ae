//! Times of file headers, and times for people.

use super::ReadError;

const DAY_US: i64 = 86_400_000_000;

/// Days from 1970-01-01 to the first of January of `year` (1900 ..= 2199).
fn days_to(year: i64) -> i64 {
    let before = year - 1;
    (year - 1970) * 365 + (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Microseconds since the Unix epoch of a year (1900 ..= 2199), a day of the year from 1 and a time of that day.
///
/// # Errors
/// [`ReadError::Invalid`] for a field outside its range.
pub fn from_year_day(year: i64, day: i64, time_of_day_us: i64) -> Result<i64, ReadError> {
    let days = if is_leap(year) { 366 } else { 365 };
    if !(1900..=2199).contains(&year) || !(1..=days).contains(&day) || !(0..DAY_US).contains(&time_of_day_us) {
        return Err(ReadError::Invalid("time"));
    }
    Ok((days_to(year) + day - 1) * DAY_US + time_of_day_us)
}

/// Microseconds since midnight.
///
/// # Errors
/// [`ReadError::Invalid`] for a field outside its range.
pub fn time_of_day(hour: i64, minute: i64, second: i64, us: i64) -> Result<i64, ReadError> {
    let fits = (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (0..1_000_000).contains(&us);
    if !fits {
        return Err(ReadError::Invalid("time"));
    }
    Ok(((hour * 60 + minute) * 60 + second) * 1_000_000 + us)
}

/// Lengths of months of a year.
fn months(year: i64) -> [i64; 12] {
    [
        31,
        if is_leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.ffffff]`.
///
/// # Errors
/// [`ReadError::Invalid`] if it is not such a time.
pub fn parse(text: &str) -> Result<i64, ReadError> {
    const BAD: ReadError = ReadError::Invalid("time");
    let (date, clock) = text.split_once('T').ok_or(BAD)?;
    let [year, month, day] = numbers(date, '-')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    if fraction.is_empty() || fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BAD);
    }
    let us: i64 = format!("{fraction:0<6}").parse().map_err(|_| BAD)?;
    if !(1900..=2199).contains(&year) || !(1..=12).contains(&month) {
        return Err(BAD);
    }
    let lengths = months(year);
    let month = usize::try_from(month - 1).map_err(|_| BAD)?;
    let length = lengths.get(month).ok_or(BAD)?;
    if !(1..=*length).contains(&day) {
        return Err(BAD);
    }
    let before: i64 = lengths.iter().take(month).sum();
    from_year_day(year, before + day, time_of_day(hour, minute, second, us)?)
}

fn numbers(text: &str, separator: char) -> Result<[i64; 3], ReadError> {
    let mut parts = text.split(separator).map(|p| {
        let plain = !p.is_empty() && p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit());
        if plain {
            p.parse().map_err(|_| ReadError::Invalid("time"))
        } else {
            Err(ReadError::Invalid("time"))
        }
    });
    let mut next = || parts.next().unwrap_or(Err(ReadError::Invalid("time")));
    let found = [next()?, next()?, next()?];
    if parts.next().is_some() {
        Err(ReadError::Invalid("time"))
    } else {
        Ok(found)
    }
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, rounded down to milliseconds.
#[must_use]
pub fn format(us: i64) -> String {
    let (days, of_day) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
    // Start at or below the year in question and walk up: one step in five centuries.
    let mut year = 1970 + days.div_euclid(366) - i64::from(days < 0) * 2;
    while days_to(year + 1) <= days {
        year += 1;
    }
    let mut day = days - days_to(year);
    let mut month = 1;
    for length in months(year) {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let ms = of_day / 1000;
    format!(
        "{year:04}-{month:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        day + 1,
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    )
}

#[cfg(test)]
mod tests;
