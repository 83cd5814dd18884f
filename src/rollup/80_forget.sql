-- rollup: a person who is to be forgotten may have a name that is the key of states whose events are gone.

-- Other slices need nothing: forget_user() changes or deletes the events, which makes the slices again.
create function hunt.forget_rolled_up(words text, user_ids integer[]) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  item record;
  changed bigint;
  total bigint := 0;
begin
  for item in
    select hunt.rollup_table(r.name, l) as stored, s.frozen_before,
           string_agg(format(case c.name when 'user_id' then 'r.user_id = any ($3)' else 'r.%I ~* $2' end, c.name), ' or ') as is_of
    from hunt.rollup r
    join hunt.rollup_state s using (rollup_id)
    join hunt.rollup_column c using (rollup_id)
    cross join lateral unnest(r.slices) l
    where c.is_key and s.frozen_before > '-infinity' and (c.type = 'text' or c.name = 'user_id' and cardinality(user_ids) > 0)
    group by r.name, l, s.frozen_before
  loop
    execute format('delete from %s r where r.slice_start < $1 and (%s)', item.stored, item.is_of)
      using item.frozen_before, words, user_ids;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  return total;
end $$;
comment on function hunt.forget_rolled_up(text, integer[]) is
'Deletes the states of frozen slices that have a text matching the regular expression, or one of the users, as a key, and returns their number. A part of hunt.forget_user().';

revoke execute on function hunt.forget_rolled_up(text, integer[]) from public;
