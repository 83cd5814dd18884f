-- The tables of docs/accuracy.md, "Labelled events".
\pset footer off
\pset null ''
select set, source, count(*) as labels, count(*) filter (where is_event) as events, count(*) filter (where is_event and is_attack) as attacks,
       count(*) filter (where is_event and is_attack and found_by is not null) as found,
       count(*) filter (where is_event and not is_attack) as harmless,
       count(*) filter (where is_event and not is_attack and found_by is not null) as "raised wrongly"
from judged group by 1, 2 having count(*) filter (where is_event) > 0 order by 1, 2;
select j.set, j.label, j.is_attack, count(*) as events, array_agg(distinct f) as found_by
from judged j cross join unnest(j.found_by) f group by 1, 2, 3 order by 3 desc, 1, 2;
