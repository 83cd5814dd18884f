-- timeline: time slices into which events are counted.

create function hunt.timeslice(ts timestamptz, slice interval) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeslice';
comment on function hunt.timeslice(timestamptz, interval) is
'Start of the time slice that contains ts, in UTC: days, weeks (from Monday), months or years, or a part of a day that divides it evenly. NULL if an argument is NULL; an infinite ts is returned as it is; any other interval is an error.';

create function hunt.timeslice(ts timestamptz, slice interval, time_zone text) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeslice';
comment on function hunt.timeslice(timestamptz, interval, text) is
'Start of the time slice that contains ts, with the days of a time zone: a full IANA name, UTC, or an offset such as +02:00 (east of Greenwich). NULL if an argument is NULL; an infinite ts is returned as it is; an abbreviation or any other interval is an error.';

create function hunt.timeslice_end(ts timestamptz, slice interval) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeslice_end';
comment on function hunt.timeslice_end(timestamptz, interval) is
'End of the time slice that contains ts, in UTC: the start of the next slice, which the slice does not contain. NULL if an argument is NULL; an infinite ts is returned as it is; intervals as for timeslice.';

create function hunt.timeslice_end(ts timestamptz, slice interval, time_zone text) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeslice_end';
comment on function hunt.timeslice_end(timestamptz, interval, text) is
'End of the time slice that contains ts, with the days of a time zone: the start of the next slice, which the slice does not contain. NULL if an argument is NULL; an infinite ts is returned as it is; intervals and time zones as for timeslice.';
