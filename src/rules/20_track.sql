-- rules: exactly once. A row carries the transaction that wrote it (ingest_xid) and the cluster it wrote in
-- (ingest_epoch). A rule stores the snapshot up to which it has seen rows; new is what that snapshot does not show and
-- the present one does. So a transaction that commits late is seen late, but once, and no open transaction, here or in
-- another database, holds back the rows of others.

create function hunt.current_epoch() returns integer
  language c stable strict parallel safe as 'MODULE_PATHNAME', 'current_epoch';
comment on function hunt.current_epoch() is
'A number for this database cluster (32 bits hashed from its system identifier): transaction ids are comparable only between rows of one cluster. Changed by pg_upgrade and by restoring a dump elsewhere, not by a promotion.';

create function hunt.set_ingest_columns() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.ingest_epoch := hunt.current_epoch();
  new.ingest_xid := pg_current_xact_id();
  return new;
end $$;
comment on function hunt.set_ingest_columns() is
'The trigger by which rows that logical replication brings get the transaction id of this cluster.';

create function hunt.track_relation(relation regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  name text;
begin
  if (select relkind from pg_class where oid = relation) not in ('r', 'p') then
    raise exception '"%" is not a table', relation using errcode = 'wrong_object_type',
      hint = 'Track the tables that the rows are written to, and let the view show their columns ingest_epoch and ingest_xid.';
  end if;
  if exists (select from pg_attribute a where a.attrelid = relation and a.attname = 'ingest_xid') then
    return;
  end if;
  select format('%I.%I', n.nspname, c.relname) into name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation;
  -- Without a default at first: the rows that are there keep NULL, which means before tracking, and are not rewritten.
  execute format('alter table %s add column ingest_epoch integer, add column ingest_xid xid8', name);
  execute format('alter table %s alter column ingest_epoch set default hunt.current_epoch(),
                                 alter column ingest_xid set default pg_current_xact_id()', name);
  execute format('create index on %s (ingest_epoch, ingest_xid)', name);
  execute format('create trigger set_ingest_columns before insert on %s for each row
                    execute function hunt.set_ingest_columns()', name);
  execute format('alter table %s enable replica trigger set_ingest_columns', name);
end $$;
comment on function hunt.track_relation(regclass) is
'Gives a table the columns ingest_epoch and ingest_xid, their defaults and an index, so that rules see each of its rows exactly once. Rows that are there already count as seen. Does nothing if the table has them. The caller must own the table.';

-- Of rows, those that snapshots do not show, each that of one epoch: the condition under which an index on
-- (ingest_epoch, ingest_xid) finds them.
create function hunt.unseen_condition(epochs integer[], snapshots pg_snapshot[]) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  here integer := hunt.current_epoch();
  has_current boolean := coalesce(here = any (epochs), false);
  mark record;
  alternatives text[] := '{}';
  unseen text;
begin
  for mark in select m.epoch, m.snapshot from unnest(epochs, snapshots) m (epoch, snapshot)
              where m.epoch = here or not has_current order by m.epoch loop
    unseen := format('ingest_xid >= %L', pg_snapshot_xmax(mark.snapshot)::text);
    if pg_snapshot_xmin(mark.snapshot) <> pg_snapshot_xmax(mark.snapshot) then
      unseen := unseen || format(' or ingest_xid = any (%L)', (select array_agg(x) from pg_snapshot_xip(mark.snapshot) x));
    end if;
    alternatives := alternatives || format('(ingest_epoch = %s and (%s))', mark.epoch, unseen);
  end loop;
  -- The first time on this cluster: its own rows, and what is left unseen of the cluster that the data came from.
  if not has_current then
    alternatives := alternatives || format('ingest_epoch <> all (%L)', coalesce(epochs, '{}'));
  end if;
  return '(' || array_to_string(alternatives, ' or ') || ')';
end $$;
comment on function hunt.unseen_condition(integer[], pg_snapshot[]) is
'The SQL condition for the rows that are not in the snapshots, each with the epoch of its cluster, up to which rows were seen.';

create function hunt.visible_condition(snapshot pg_snapshot) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('(ingest_epoch is distinct from %s or pg_visible_in_snapshot(ingest_xid, %L))', hunt.current_epoch(), $1) $$;
comment on function hunt.visible_condition(pg_snapshot) is 'The SQL condition for the rows that had committed by this snapshot.';

-- The rows that a rule has not seen (only_new), or all that it may look at: never what committed after the
-- snapshot, which the next run will find new.
create function hunt.row_condition(rule_id integer, snapshot pg_snapshot, only_new boolean) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when only_new then (select hunt.unseen_condition(array_agg(w.epoch), array_agg(w.snapshot))
                                  from hunt.rule_watermark w where w.rule_id = row_condition.rule_id) || ' and ' else '' end
         || hunt.visible_condition(snapshot);
end $$;
comment on function hunt.row_condition(integer, pg_snapshot, boolean) is
'The SQL condition for the rows that a rule has not seen up to this snapshot (only_new), or for all that it may look at.';

create function hunt.foreign_watermarks(source text) returns table (epoch integer, snapshot pg_snapshot)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  last xid8;
begin
  -- From one epoch to the next in the index on (ingest_epoch, ingest_xid), however many rows there are.
  loop
    execute format('select ingest_epoch from %s where ingest_epoch > $1 or $1 is null order by ingest_epoch limit 1', source)
      into epoch using epoch;
    exit when epoch is null;
    continue when epoch = hunt.current_epoch();
    execute format('select ingest_xid from %s where ingest_epoch = $1 and ingest_xid is not null
                    order by ingest_epoch desc, ingest_xid desc limit 1', source) into last using epoch;
    snapshot := format('%1$s:%1$s:', last::text::bigint + 1);
    return next;
  end loop;
end $$;
comment on function hunt.foreign_watermarks(text) is
'For each other cluster that rows of the source come from the snapshot that shows all of them.';

create function hunt.set_watermark(rule_id integer, snapshot pg_snapshot, source text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  here integer := hunt.current_epoch();
begin
  if not exists (select from hunt.rule_watermark w where w.rule_id = set_watermark.rule_id and w.epoch = here) then
    -- Rows of other clusters are all seen now. Should this rule ever run there again, it goes on behind them.
    insert into hunt.rule_watermark
    select set_watermark.rule_id, f.epoch, f.snapshot from hunt.foreign_watermarks(set_watermark.source) f
    on conflict on constraint rule_watermark_pkey do update set snapshot = excluded.snapshot;
  end if;
  insert into hunt.rule_watermark values (set_watermark.rule_id, here, set_watermark.snapshot)
  on conflict on constraint rule_watermark_pkey do update set snapshot = excluded.snapshot;
end $$;
comment on function hunt.set_watermark(integer, pg_snapshot, text) is
'Notes that a rule has seen the rows of its source up to this snapshot.';

revoke execute on function hunt.track_relation(regclass), hunt.set_watermark(integer, pg_snapshot, text) from public;
