-- ingest: what events, dictionaries and payloads say of a person is erased, or no longer says of whom it is.

-- JSON may escape what is no letter or digit, JSON in a string of JSON more than once. What is a number or a literal of
-- JSON is left out: as a bare value it could not be replaced.
create function hunt.name_pattern(names text[]) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select '(?:' || string_agg(n.pattern, '|' order by length(n.pattern) desc, n.pattern collate "C") || ')'
  from (
    select string_agg(
             case when c.letter ~ '^[a-zA-Z0-9]$' then c.letter
                  else '(?:' || case when c.letter in ('\', '"', '/') then '\\*\' when ascii(c.letter) < 128 then '\' else '' end
                       || c.letter || '|' || case when ascii(c.letter) < 65536
                       then '\\+u' || lpad(to_hex(ascii(c.letter)), 4, '0') else '(?:\\+u[0-9a-f]{4}){2}' end || ')'
             end, '' order by c.place) as pattern
    from unnest(names) with ordinality n (name, number)
    cross join lateral regexp_split_to_table(n.name, '') with ordinality c (letter, place)
    where n.name !~* '^(|-?[0-9.]+(e[-+]?[0-9]+)?|true|false|null)$'
    group by n.number
  ) n $$;
comment on function hunt.name_pattern(text[]) is
'A regular expression, to be matched without regard to case, that finds the names in a text or in JSON; NULL if none of them can be looked for.';

-- Before a word may stand the end of an escape, as \n or \u003c. Looking behind makes a match some twenty times slower, so
-- what does not match without is left alone first.
create function hunt.as_words(pattern text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select '(?:(?<![[:alnum:]_.@-])|(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4}))' || pattern || '(?![[:alnum:]_@-])' $$;
comment on function hunt.as_words(text) is 'The regular expression that finds what the pattern finds where it is a word.';

-- Ids of this length are nobody else's; the user id 1000 is.
create function hunt.names_in_events_of(user_ids integer[]) returns text[]
  language sql stable strict set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off as $$
  select coalesce(array_agg(distinct n.name), '{}')
  from hunt.event_fact f
  join hunt.event_detail d on d.event_time = f.event_time and d.event_key = f.event_key
  cross join lateral (values (d.user_userid), (d.user_email), (d.user_arn)) n (name)
  where f.user_id = any (user_ids) and length(n.name) >= 12 $$;
comment on function hunt.names_in_events_of(integer[]) is
'The ids, mail addresses and ARNs of at least 12 characters that the events of these users have.';

create function hunt.erase_events_of(user_ids integer[]) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  keys integer[];
  erased bigint;
  removed bigint;
begin
  select array_agg(distinct f.access_key_id) into keys
  from hunt.event_fact f where f.user_id = any (user_ids) and f.access_key_id is not null;
  with gone as (
    delete from hunt.event_detail d using hunt.event_fact f
    where f.user_id = any (user_ids) and d.event_time = f.event_time and d.event_key = f.event_key
    returning d.payload_time, d.payload_block, d.payload_place
  )
  select hunt.remove_payloads(array_agg(g.payload_time), array_agg(g.payload_block), array_agg(g.payload_place))
  into removed from gone g;
  delete from hunt.event_fact f where f.user_id = any (user_ids);
  get diagnostics erased = row_count;
  delete from hunt.dictionary_access_key k
  where k.id = any (keys) and not exists (select from hunt.event_fact f where f.access_key_id = k.id);
  return erased;
end $$;
comment on function hunt.erase_events_of(integer[]) is
'Deletes the events of these users, and the access keys that nobody else used, and returns the number of events.';

-- A payload may say anything, so it goes as a whole; what hunts need stays.
create function hunt.pseudonymise_events_of(user_ids integer[]) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  changed bigint;
  removed bigint;
begin
  with emptied as (
    update hunt.event_detail d
    set payload = '{}', payload_time = null, payload_block = null, payload_place = null,
        event_id = null, user_userid = null, user_email = null, user_arn = null, device_hostname = null
    from hunt.event_fact f
    join hunt.event_detail before on before.event_time = f.event_time and before.event_key = f.event_key
    where f.user_id = any (user_ids) and d.event_time = f.event_time and d.event_key = f.event_key
    returning before.payload_time, before.payload_block, before.payload_place
  )
  select count(*), hunt.remove_payloads(array_agg(e.payload_time), array_agg(e.payload_block), array_agg(e.payload_place))
  into changed, removed from emptied e;
  return changed;
end $$;
comment on function hunt.pseudonymise_events_of(integer[]) is
'Removes payload, event id, user id, mail address, ARN and host name from the events of these users and returns their number.';

create function hunt.replace_mentions(pattern text, pseudonym text) returns bigint
  language plpgsql strict set search_path = pg_catalog, pg_temp as $$
declare
  words text := hunt.as_words(pattern);
  changed bigint;
  removed bigint;
begin
  update hunt.event_fact f set session_id = regexp_replace(f.session_id, words, pseudonym, 'gi')
  where f.session_id ~* pattern and f.session_id ~* words;
  -- A payload that is changed leaves its block for the row of its event.
  with in_blocks as materialized (
    select p.event_time as payload_time, p.block as payload_block, n.place::smallint as payload_place, n.payload
    from hunt.event_payload p
    cross join lateral unnest(p.payloads) with ordinality n (payload, place)
    where n.payload ~* pattern and n.payload ~* words
  ), mentioning as materialized (
    select e.event_time, e.event_key, b.payload_time, b.payload_block, b.payload_place, coalesce(b.payload, e.payload) as payload
    from hunt.event_detail e
    left join in_blocks b on b.payload_time = e.payload_time and b.payload_block = e.payload_block
                          and b.payload_place = e.payload_place
    cross join lateral (select concat_ws(e'\n', e.payload, e.event_id, e.user_userid, e.user_email, e.user_arn,
                          e.effective_user, e.target, e.command_line, e.parent_process, e.parent_command_line,
                          e.error_text, e.device_hostname, e.client_application) as texts offset 0) t
    where b.payload_block is not null or (t.texts ~* pattern and t.texts ~* words)
  ), replaced as (
    update hunt.event_detail d
    set (payload, payload_time, payload_block, payload_place, event_id, user_userid, user_email, user_arn, effective_user,
         target, command_line, parent_process, parent_command_line, error_text, device_hostname, client_application) =
        (select regexp_replace(m.payload, words, pseudonym, 'gi'),
                case when m.payload is null then d.payload_time end, case when m.payload is null then d.payload_block end,
                case when m.payload is null then d.payload_place end,
                regexp_replace(d.event_id, words, pseudonym, 'gi'), regexp_replace(d.user_userid, words, pseudonym, 'gi'),
                regexp_replace(d.user_email, words, pseudonym, 'gi'), regexp_replace(d.user_arn, words, pseudonym, 'gi'),
                regexp_replace(d.effective_user, words, pseudonym, 'gi'), regexp_replace(d.target, words, pseudonym, 'gi'),
                regexp_replace(d.command_line, words, pseudonym, 'gi'),
                regexp_replace(d.parent_process, words, pseudonym, 'gi'),
                regexp_replace(d.parent_command_line, words, pseudonym, 'gi'),
                regexp_replace(d.error_text, words, pseudonym, 'gi'),
                regexp_replace(d.device_hostname, words, pseudonym, 'gi'),
                regexp_replace(d.client_application, words, pseudonym, 'gi'))
    from mentioning m
    where d.event_time = m.event_time and d.event_key = m.event_key
    returning m.payload_time, m.payload_block, m.payload_place
  )
  select count(*), hunt.remove_payloads(array_agg(r.payload_time), array_agg(r.payload_block), array_agg(r.payload_place))
  into changed, removed from replaced r;
  return changed;
end $$;
comment on function hunt.replace_mentions(text, text) is
'Puts the pseudonym where the texts of events match the pattern as a word and returns the number of events. Reads every payload.';

-- Of names that become equal, such as those that differed by case, all but the first get their id appended.
create function hunt.replace_names(pattern text, pseudonym text) returns bigint
  language plpgsql strict set search_path = pg_catalog, pg_temp as $$
declare
  dictionary text;
  changed bigint;
  total bigint := 0;
begin
  foreach dictionary in array array['user', 'agent', 'action', 'application'] loop
    execute format('update hunt.%1$I d
                    set value = n.value || case when n.place > 1 then ''-'' || d.id else '''' end
                    from (select r.id, r.value, row_number() over (partition by r.value order by r.id) as place
                          from (select o.id, regexp_replace(o.value, $1, $2, ''gi'') as value
                                from hunt.%1$I o where o.value ~* $3 and o.value ~* $1) r) n
                    where d.id = n.id', 'dictionary_' || dictionary)
      using hunt.as_words(pattern), pseudonym, pattern;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  return total;
end $$;
comment on function hunt.replace_names(text, text) is
'Puts the pseudonym where entries of the dictionaries match the pattern as a word and returns the number of entries.';

revoke execute on function hunt.names_in_events_of(integer[]), hunt.erase_events_of(integer[]),
  hunt.pseudonymise_events_of(integer[]), hunt.replace_mentions(text, text), hunt.replace_names(text, text) from public;
