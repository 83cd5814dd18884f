-- ingest: sources that users describe by a row of JSON paths a column.

create function hunt.check_mapping(source text) returns void
  language c stable strict parallel safe as 'MODULE_PATHNAME', 'check_mapping';
comment on function hunt.check_mapping(text) is
'Raises an error (22023) that says what is wrong with the rows of a source in hunt.source_mapping; nothing if they are right.';

-- Names become names of tables.
create function hunt.register_source(source text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  wrong text;
begin
  if source !~ '^[a-z][a-z0-9_]{0,47}$' then
    raise exception 'the name of a log source has up to 48 lower-case letters, digits and underscores and begins with a letter, unlike "%"', source
      using errcode = 'invalid_parameter_value';
  end if;
  if exists (select from hunt.built_in_sources() b where b.source = register_source.source) then
    raise exception 'the log source "%" is built in', source
      using errcode = 'invalid_parameter_value', hint = 'Give the mapping another name.';
  end if;
  -- No load is half one mapping and half another: one that runs ends before the edit, one that comes waits for it.
  perform hunt.begin_load(source);
  select m.event_column into wrong from hunt.source_mapping m
  where m.source = register_source.source and m.event_column in ('metadata_vendor', 'metadata_product')
    and (m.constant is null or m.paths <> '{}');
  if found then
    raise exception 'the column "%" of the source "%" takes a constant and no paths', wrong, source
      using errcode = 'invalid_parameter_value', hint = 'It is the same for all events of a source.';
  end if;
  if not exists (select from hunt.source_mapping m where m.source = register_source.source) then
    execute format('drop table if exists hunt.%I', 'inbox_' || source);
    return;
  end if;
  perform hunt.check_mapping(source);
  insert into hunt.dictionary_source as d (value, vendor, product)
  select s.source, s.vendor, s.product from hunt.sources() s where s.source = register_source.source
  on conflict (value) do update set vendor = excluded.vendor, product = excluded.product
  where (d.vendor, d.product) is distinct from (excluded.vendor, excluded.product);
  if to_regclass('hunt.inbox_' || source) is null then
    perform hunt.create_inboxes();
  end if;
end $$;
comment on function hunt.register_source(text) is
'Checks the mapping of a source, waits for its loads, and makes its inbox and its entry in hunt.dictionary_source; drops the inbox when hunt.source_mapping has no row of the source any more.';

create function hunt.source_mapping_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    perform hunt.register_source(new.source);
  end if;
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.source <> new.source) then
    perform hunt.register_source(old.source);
  end if;
  return null;
end $$;
comment on function hunt.source_mapping_changed() is
'The trigger of hunt.source_mapping: an edit that leaves a mapping unusable is an error, another takes effect at once.';

create function hunt.create_source_mapping_table() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.source_mapping (
    source text collate "C" not null,
    event_column text collate "C" not null,
    paths text[] not null default '{}',
    constant text,
    time_format text not null default 'auto',
    true_values text[] not null default '{}',
    false_values text[] not null default '{}',
    primary key (source, event_column)
  );
  comment on table hunt.source_mapping is
    'Sources of your own: for each column of hunt.event the JSON paths to its value, of which the first that has one counts, else a constant. Edit it with plain SQL; a mapping is checked at once.';
  create or replace trigger source_mapping_changed after insert or update or delete on hunt.source_mapping
    for each row execute function hunt.source_mapping_changed();
  grant select on hunt.source_mapping to public;  -- so that whoever may call hunt.normalize() can
end $$;
comment on function hunt.create_source_mapping_table() is 'Creates the table hunt.source_mapping of hunt.setup() if it is missing.';

revoke execute on function hunt.check_mapping(text), hunt.register_source(text), hunt.create_source_mapping_table() from public;
