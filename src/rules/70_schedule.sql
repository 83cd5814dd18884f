-- rules: by the clock, and who may do what.

create function hunt.create_rule_views() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  create or replace view hunt.rule_status with (security_invoker) as
  select r.name, r.kind, r.owner, r.enabled, r.prototype, r.source,
         case when r.exactly_once then 'exactly once' else 'at least once' end as delivery,
         s.last_started, s.last_finished - s.last_started as last_duration,
         now() - s.read_to as lag, s.last_rows, s.last_signals, s.failures, s.last_error,
         (select count(*) from hunt.signal g where g.rule_id = r.rule_id and g.status = 'new' and not g.suppressed) as open_signals
  from hunt.rule r left join hunt.rule_state s using (rule_id);
  comment on view hunt.rule_status is
    'Each rule with its last run: when, how long, rows and signals, its error and how often in a row it failed; lag is the time since the moment up to which it has read.';
end $$;
comment on function hunt.create_rule_views() is 'Creates or renews the view hunt.rule_status of hunt.setup().';

create function hunt.rule_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.rule_id <> old.rule_id or new.source <> old.source or new.exactly_once <> old.exactly_once or new.kind <> old.kind then
    raise exception 'rule "%": its kind and its source cannot be changed', old.name using errcode = 'feature_not_supported',
      hint = 'Make a new rule by hunt.create_rule().';
  end if;
  update hunt.rule set changed_at = clock_timestamp() where rule_id = new.rule_id;  -- now() would be no change, and recurse
  -- Even a plan can run functions that the text names: nobody plans the rule of another.
  if new.owner = current_user then
    perform hunt.check_rule(new.rule_id);
  end if;
  return null;
end $$;
comment on function hunt.rule_changed() is
'The trigger of hunt.rule: checks a changed rule as hunt.create_rule() checks a new one.';

create function hunt.check_schedule(schedule text) returns void
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  fields text[] := regexp_split_to_array(btrim(schedule), '\s+');
  item text;
  low integer[] := '{0,0,1,1,0}';
  high integer[] := '{59,23,31,12,7}';
  n integer;
begin
  if cardinality(fields) = 5 then
    for n in 1 .. 5 loop
      foreach item in array string_to_array(fields[n], ',') loop
        if item !~ '^(\*|\d{1,2}(-\d{1,2})?)(/[1-9]\d?)?$'
           or exists (select from regexp_matches(split_part(item, '/', 1), '\d+', 'g') m
                      where m[1]::integer not between low[n] and high[n]) then
          raise exception 'field % of the schedule "%" is wrong: "%"', n, schedule, fields[n]
            using errcode = 'invalid_parameter_value',
                  hint = 'The fields are minute, hour, day of month, month and day of week: "*/5 * * * *" is every five minutes.';
        end if;
      end loop;
    end loop;
  else
    raise exception 'the schedule "%" has not five fields', schedule using errcode = 'invalid_parameter_value',
      hint = 'The fields are minute, hour, day of month, month and day of week: "* * * * *" is every minute. Seconds are not possible.';
  end if;
end $$;
comment on function hunt.check_schedule(text) is
'Raises an error that says what is wrong with a cron schedule: five fields of numbers, ranges, lists and steps.';

create function hunt.schedule_job(job text, schedule text, command text) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  number bigint;
begin
  perform hunt.check_schedule(schedule);
  if to_regprocedure('cron.schedule(text,text,text)') is null then
    raise exception 'pg_cron is not in this database' using errcode = 'undefined_object',
      hint = 'Either set shared_preload_libraries = ''pg_cron'' and cron.database_name = ''' || current_database()
             || ''', restart and CREATE EXTENSION pg_cron; or let another clock run: psql -c "' || command || '"';
  end if;
  execute 'select cron.schedule($1, $2, $3)' into number using 'session_hunt ' || job || ' of ' || current_user, schedule, command;
  return number;
end $$;
comment on function hunt.schedule_job(text, text, text) is
'Makes or changes the pg_cron job of this kind of the caller and returns its number.';

create function hunt.schedule_rules(schedule text default '* * * * *') returns bigint
  language sql set search_path = pg_catalog, pg_temp as $$ select hunt.schedule_job('rules', schedule, 'call hunt.run_rules()') $$;
comment on function hunt.schedule_rules(text) is
'Makes or changes the pg_cron job that runs the caller''s rules, every minute unless told otherwise, and returns its number. One job for each owner of rules; cron.unschedule() removes it.';

-- The text of a rule runs as whoever runs the rule, so rules, tunings and suppressions are written by their owner alone.
create function hunt.protect_rule_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  item text;
  own text;
begin
  foreach item in array array['rule', 'rule_tuning', 'suppression', 'signal', 'insight', 'rule_state', 'rule_watermark', 'rule_baseline', 'rule_history', 'rule_run'] loop
    continue when (select relrowsecurity from pg_class where oid = ('hunt.' || item)::regclass);
    own := case when item in ('rule_state', 'rule_watermark', 'rule_baseline', 'rule_history', 'rule_run')
                then format('exists (select from hunt.rule r where r.rule_id = %I.rule_id and r.owner = current_user)', item)
                else 'owner = current_user' end;
    execute format('alter table hunt.%I enable row level security', item);
    execute format('create policy see on hunt.%I for select using (true)', item);
    execute format('create policy write_own on hunt.%I using (%s) with check (%2$s)', item, own);
    if item in ('signal', 'insight') then
      execute format('create policy handle on hunt.%I for update using (hunt.handles(owner)) with check (hunt.handles(owner))', item);
    end if;
  end loop;
  create or replace trigger rule_changed after update on hunt.rule for each row
    when (new.changed_at is not distinct from old.changed_at) execute function hunt.rule_changed();
end $$;
comment on function hunt.protect_rule_tables() is
'Row-level security of the rule tables: who may read them sees all rows (until hunt.separate_teams()), each writes his own.';

create function hunt.handles(owner name) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as
$$ select pg_has_role($1, 'member') or has_table_privilege('hunt.insight_policy', 'update') $$;
comment on function hunt.handles(name) is
'Whether the current role handles what this role owns: as a member of it, or as an admin (hunt.grant_access()).';

create function hunt.separate_teams(separate boolean default true) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  item text;
begin
  foreach item in array array['rule', 'rule_tuning', 'suppression', 'signal', 'insight', 'rule_state', 'rule_watermark', 'rule_baseline', 'rule_history', 'rule_run'] loop
    execute format('alter policy see on hunt.%I using (%s)', item,
                   case when not separate then 'true'
                        when item in ('rule_state', 'rule_watermark', 'rule_baseline', 'rule_history', 'rule_run')
                        then format('exists (select from hunt.rule r where r.rule_id = %I.rule_id)', item)
                        else 'hunt.handles(owner)' end);
  end loop;
end $$;
comment on function hunt.separate_teams(boolean) is
'Hides rules, runs, signals and insights from roles that are not members of the role that owns them (admins see all), or ends that. For the owner of the tables.';

create function hunt.grant_access(grantee regrole, level text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  item text;
begin
  if level not in ('reader', 'analyst', 'admin') then
    raise exception 'level is reader, analyst or admin, not "%"', level using errcode = 'invalid_parameter_value';
  end if;
  execute format('grant select on all tables in schema hunt to %s', grantee);
  if level = 'admin' then
    execute format('grant insert, update, delete on all tables in schema hunt to %s', grantee);
    execute format('grant execute on all routines in schema hunt to %s', grantee);
  elsif level = 'analyst' then
    foreach item in array array['rule', 'rule_tuning', 'rule_state', 'rule_watermark', 'rule_baseline', 'rule_history', 'rule_run', 'signal', 'suppression', 'insight'] loop
      execute format('grant insert, update, delete on hunt.%I to %s', item, grantee);
    end loop;
    for item in select p.oid::regprocedure::text from pg_proc p
                where p.pronamespace = 'hunt'::regnamespace
                  and p.proname = any ('{backtest_rule,check_rule,check_rule_expression,create_rule,detect,detect_by_hash,drop_rule,drop_shared,forget_runs,group_detections,learn_rule,part_filters,raise_signals,record_failure,rule_changed,rule_id,run_rule,run_rule_once,run_rules,schedule_job,schedule_rules,set_signal_status,set_watermark,share_batches,share_rows,share_windows,start_deadline,stop_deadline,store_signals,tune_from_signal,tune_rule,update_insights}') loop
      execute format('grant execute on routine %s to %s', item, grantee);
    end loop;
  end if;
end $$;
comment on function hunt.grant_access(regrole, text) is
'Grants a role what it needs as a reader (reads every table and view), an analyst (also writes and runs rules of his own and handles signals) or an admin (also loads events, and handles everybody''s signals). Call it again after an update of the extension. For the owner of the tables, or a superuser.';

revoke execute on function hunt.create_rule_views(), hunt.rule_changed(), hunt.schedule_job(text, text, text), hunt.schedule_rules(text),
  hunt.grant_access(regrole, text), hunt.protect_rule_tables(), hunt.separate_teams(boolean) from public;
