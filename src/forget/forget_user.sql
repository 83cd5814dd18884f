-- forget: a person is forgotten in every room that keeps something of him: events, what was learned, roll-ups.

create type hunt.forgotten as (usernames text[], pseudonym text, events bigint, mentions bigint, rejects bigint,
  names bigint, identities bigint, learned bigint);
comment on type hunt.forgotten is
'What hunt.forget_user() did: the user names of the person and what stands for them now; events of the person, erased or without payload; other events that mentioned him; rejected documents that were deleted; changed entries of dictionaries and of the ingest log; rows of hunt.identity; rows of what rules, histories and baselines had learned and of signals and insights, deleted or renamed.';

create function hunt.forget_user(username text, mode text, all_names boolean default false, mentions boolean default true)
  returns hunt.forgotten
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  user_ids integer[];
  names text[];
  pattern text;
  words text;
  changed bigint;
  done hunt.forgotten;
begin
  if username is null or all_names is null or mentions is null then
    raise exception 'forget_user() needs a user name, a mode, and yes or no for the rest' using errcode = 'null_value_not_allowed';
  end if;
  if mode is null or mode not in ('erase', 'pseudonymise') then
    raise exception 'unknown mode "%"', mode
      using errcode = 'invalid_parameter_value', hint = 'It is erase or pseudonymise.';
  end if;
  perform hunt.wait_for_loads();
  done.usernames := case when all_names then array(select hunt.usernames_of(username)) else array[username] end;
  done.pseudonym := 'forgotten-' || left(replace(gen_random_uuid()::text, '-', ''), 12);
  user_ids := array(select d.id from hunt.dictionary_user d
                    where lower(d.value) in (select lower(n) from unnest(done.usernames) n) order by d.id);
  names := done.usernames || hunt.names_in_events_of(user_ids);
  if cardinality(names) > 1000 then
    raise exception 'the events of "%" have % different ids and names, too many to look for', username, cardinality(names)
      using errcode = 'program_limit_exceeded', hint = 'A name that many share, such as that of a role, is no person.';
  end if;
  pattern := hunt.name_pattern(names);
  words := hunt.as_words(pattern);

  if mode = 'erase' then
    done.events := hunt.erase_events_of(user_ids);
    delete from hunt.dictionary_user d where d.id = any (user_ids);
  else
    done.events := hunt.pseudonymise_events_of(user_ids);
    update hunt.dictionary_user d
    set value = done.pseudonym || case when d.id <> user_ids[1] then '-' || d.id else '' end
    where d.id = any (user_ids);
  end if;
  get diagnostics done.names = row_count;
  update hunt.ingest_log l set loaded_by = done.pseudonym where l.loaded_by = any (done.usernames);
  get diagnostics changed = row_count;
  done.names := done.names + changed;

  delete from hunt.identity i where i.username = any (done.usernames) or (all_names and i.identity = any (done.usernames));
  get diagnostics done.identities = row_count;
  if mode = 'pseudonymise' and cardinality(user_ids) > 1 then
    insert into hunt.identity (username, identity)
    select d.value, done.pseudonym from hunt.dictionary_user d where d.id = any (user_ids[2:]);
  end if;

  delete from hunt.reject r where r.payload ~* pattern and r.payload ~* words;
  get diagnostics done.rejects = row_count;
  done.learned := coalesce(hunt.forget_learned(words, done.pseudonym, mode), 0)
    + coalesce(hunt.forget_rolled_up(words, case mode when 'erase' then user_ids else '{}' end), 0);
  done.mentions := 0;
  if mentions and pattern is not null then
    done.mentions := hunt.replace_mentions(pattern, done.pseudonym);
    done.names := done.names + hunt.replace_names(pattern, done.pseudonym);
  end if;
  return done;
end $$;
comment on function hunt.forget_user(text, text, boolean, boolean) is
'Erases the events of a user, or pseudonymises them: the name becomes a random one and the payload goes. In all other events, also where they mention his ids and mail addresses, the pseudonym takes the place of the names, unless mentions is false; rejected documents that mention him are deleted. What rules, histories and baselines have learned of him, and signals about him, are deleted or renamed with his events. With all_names, the same for all names that hunt.identity gives him. Loads wait meanwhile. Backups, replicas'' archives and the vendor''s own log are not reached, and what the vendor sends later is stored under the name again.';

revoke execute on function hunt.forget_user(text, text, boolean, boolean) from public;
