-- Judges hunt.session_risks() in one world: a line of figures, and one for each kind of theft.
\set ON_ERROR_STOP on
truncate accuracy.alert, accuracy.detection;
call accuracy.detect('hunts', 'session_risks', $$
  select user_identity, seen_at from hunt.session_risks(accuracy.judged_from(), accuracy.end_at()) $$);
analyze accuracy.alert;
select 'world', substring(current_database() from '[0-9]+$'),
       count(found_at) filter (where judged = 'bar'), count(*) filter (where judged = 'bar'),
       count(found_at) filter (where judged = 'apart'), count(*) filter (where judged = 'apart'),
       (select count(*) from accuracy.judged_alert), (select count(*) from accuracy.judged_alert where not is_true),
       (select count(distinct actor) from accuracy.identity) * extract(day from accuracy.end_at() - accuracy.judged_from())
from accuracy.judged_theft;
select 'kind', kind, count(found_at), count(*) from accuracy.judged_theft where judged = 'bar' group by kind;
