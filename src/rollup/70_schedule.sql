-- rollup: by the clock.

create function hunt.schedule_rollups(schedule text default '* * * * *') returns bigint
  language sql set search_path = pg_catalog, pg_temp as $$ select hunt.schedule_job('roll-ups', schedule, 'call hunt.refresh_rollups()') $$;
comment on function hunt.schedule_rollups(text) is
'Makes or changes the pg_cron job that refreshes the caller''s roll-ups, every minute unless told otherwise, and returns its number. cron.unschedule() removes it.';

revoke execute on function hunt.schedule_rollups(text) from public;
