-- rules: what rules, histories and baselines keep of a person, and what was raised about him, when he is to be forgotten.

-- Whoever is known by two names is one afterwards, so states that come to have one key are merged.
create function hunt.rename_states(state_table text, keys text[], state text, merge text, words text, pseudonym text)
  returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  changed bigint;
begin
  execute format('with taken as (delete from hunt.%1$I where entity ~* $1 returning *)
                  insert into hunt.%1$I as kept (%2$s, %4$I)
                  select %3$s, hunt.%5$I(%4$I) from taken group by %3$s
                  on conflict (%2$s) do update set %4$I = kept.%4$I operator(hunt.||) excluded.%4$I',
                 state_table, hunt.sql_list('%x', keys),
                 hunt.sql_list('%x', array(select case k when 'entity' then 'regexp_replace(entity, $1, $2, ''gi'')' else k end
                                           from unnest(keys) with ordinality u (k, n) order by n)),
                 state, merge)
    using words, pseudonym;
  get diagnostics changed = row_count;
  return changed;
end $$;
comment on function hunt.rename_states(text, text[], text, text, text, text) is
'Puts the pseudonym where the entities of a table of states match the regular expression, merges states of one key, and returns the number of rows.';

create function hunt.forget_learned(words text, pseudonym text, mode text) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  entities text;
  changed bigint;
  total bigint := 0;
begin
  if mode = 'pseudonymise' then
    total := hunt.rename_states('rule_baseline', '{rule_id,entity}', 'model', 'baseline_merge', words, pseudonym)
           + hunt.rename_states('rule_history', '{rule_id,entity,value}', 'state', 'history_merge', words, pseudonym)
           + hunt.rename_states('history_entity', '{name_id,entity}', 'state', 'history_merge', words, pseudonym)
           + hunt.rename_states('baseline_state', '{name,entity,period}', 'model', 'baseline_merge', words, pseudonym);
    insert into hunt.peer
    select distinct on (p.entity_type) p.entity_type, pseudonym, p.peer_group from hunt.peer p where p.entity ~* words
    order by p.entity_type, p.entity
    on conflict do nothing;
    insert into hunt.entity_criticality
    select distinct on (c.entity_type) c.entity_type, pseudonym, c.operation, c.operand, null from hunt.entity_criticality c
    where c.entity ~* words order by c.entity_type, c.entity
    on conflict do nothing;
    update hunt.suppression s set entity = regexp_replace(s.entity, words, pseudonym, 'gi') where s.entity ~* words;
  end if;
  foreach entities in array array['peer', 'entity_criticality'] || case mode when 'erase' then
      array['rule_baseline', 'rule_history', 'history_entity', 'baseline_state', 'suppression', 'signal', 'insight'] end loop
    execute format('delete from hunt.%I where entity ~* $1', entities) using words;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  update hunt.signal s
  set (entity, name, summary, note, suppressed_reason, evidence) =
      (select regexp_replace(s.entity, words, pseudonym, 'gi'), regexp_replace(s.name, words, pseudonym, 'gi'),
              regexp_replace(s.summary, words, pseudonym, 'gi'), regexp_replace(s.note, words, pseudonym, 'gi'),
              regexp_replace(s.suppressed_reason, words, pseudonym, 'gi'),
              regexp_replace(s.evidence::text, words, pseudonym, 'gi')::jsonb)
  where concat_ws(e'\n', s.entity, s.name, s.summary, s.note, s.suppressed_reason, s.evidence) ~* words;
  get diagnostics changed = row_count;
  total := total + changed;
  update hunt.insight i
  set entity = regexp_replace(i.entity, words, pseudonym, 'gi'), note = regexp_replace(i.note, words, pseudonym, 'gi')
  where concat_ws(e'\n', i.entity, i.note) ~* words;
  get diagnostics changed = row_count;
  total := total + changed;
  update hunt.rule_run r
  set error = regexp_replace(r.error, words, pseudonym, 'gi'), detail = regexp_replace(r.detail, words, pseudonym, 'gi')
  where concat_ws(e'\n', r.error, r.detail) ~* words;
  return total;
end $$;
comment on function hunt.forget_learned(text, text, text) is
'Deletes (mode erase) what rules, histories and baselines keep of the entities that match the regular expression and the signals and insights about them, or renames the entities (mode pseudonymise); puts the pseudonym into other signals that mention them. Returns the number of rows. A part of hunt.forget_user().';

revoke execute on function hunt.rename_states(text, text[], text, text, text, text), hunt.forget_learned(text, text, text) from public;
