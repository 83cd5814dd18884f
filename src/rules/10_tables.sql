-- rules: the tables that hold rules, what they have learned and what they found. hunt.setup() creates them, outside the
-- extension, so DROP EXTENSION refuses instead of deleting them.

create function hunt.create_rule_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.rule (
    rule_id integer generated always as identity primary key,
    name text not null unique check (name <> ''),
    owner name not null default current_user,
    kind text not null check (kind in ('match', 'threshold', 'aggregation', 'chain', 'first_seen', 'outlier',
                                       'new_signature', 'query')),
    description text,
    enabled boolean not null default true,
    prototype boolean not null default false,
    source text not null,
    time_column name not null,
    id_column name,
    exactly_once boolean not null,
    reread interval not null default '5 minutes' check (reread >= interval '0'),
    filter text not null default 'true',
    entity text[] not null check (cardinality(entity) > 0),
    group_by text[] not null default '{}',
    window_size interval check (window_size > interval '0'),
    min_count bigint check (min_count > 0),
    distinct_of text,
    aggregates jsonb,
    condition text,
    steps jsonb,
    ordered boolean,
    value text,
    scope text check (scope in ('entity', 'peers', 'global')),
    learning interval check (learning >= interval '0'),
    retention interval,
    slice interval,
    sigma double precision check (sigma > 0),
    min_value double precision,
    query text,
    severity text not null default '1',
    signal_name text not null,
    summary text,
    evidence text[] not null default '{}',
    tags text[] not null default '{}',
    suppression interval not null default '12 hours' check (suppression >= interval '0'),
    suppression_limit interval not null default '72 hours' check (suppression_limit >= interval '0'),
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    check (learning < retention)
  );
  comment on table hunt.rule is
    'Detection rules, made by hunt.create_rule(). A row may be changed in place: what the rule has learned is kept elsewhere and stays.';

  create table if not exists hunt.rule_tuning (
    tuning_id integer generated always as identity primary key,
    rule_id integer references hunt.rule on delete cascade,
    owner name not null default current_user,
    mode text not null check (mode in ('include', 'exclude')),
    expression text not null,
    note text,
    created_at timestamptz not null default now()
  );
  comment on table hunt.rule_tuning is
    'Conditions added to the filter of a rule: include means AND, exclude means AND NOT. They are the rule owner''s.';

  -- What changes at every run, apart from what people edit: an edit never waits for a run.
  create table if not exists hunt.rule_state (
    rule_id integer primary key references hunt.rule on delete cascade,
    learned boolean not null default false,
    read_to timestamptz,
    last_started timestamptz,
    last_finished timestamptz,
    last_rows bigint,
    last_signals bigint,
    last_error text,
    failures integer not null default 0
  ) with (fillfactor = 50);
  comment on table hunt.rule_state is
    'Of each rule how far it has come and how its last run ended. The row is the lock under which the rule runs.';

  create table if not exists hunt.rule_watermark (
    rule_id integer references hunt.rule on delete cascade,
    epoch integer,
    snapshot pg_snapshot not null,
    primary key (rule_id, epoch)
  ) with (fillfactor = 50);
  comment on table hunt.rule_watermark is
    'Of each rule and epoch (database cluster that wrote the rows) the snapshot whose rows the rule has seen.';

  create table if not exists hunt.rule_baseline (
    rule_id integer references hunt.rule on delete cascade,
    entity text collate "C",
    model hunt.baseline not null,
    primary key (rule_id, entity)
  ) with (fillfactor = 70, toast_tuple_target = 8160);
  comment on table hunt.rule_baseline is
    'What outlier rules have learned: of each rule and group (its values as an array) the values of the slices.';

  create table if not exists hunt.rule_history (
    rule_id integer references hunt.rule on delete cascade,
    entity text collate "C",
    value text collate "C",
    state hunt.history not null,
    primary key (rule_id, entity, value)
  ) with (fillfactor = 70);
  comment on table hunt.rule_history is
    'What first_seen and new_signature rules have learned: of each entity all its values (under value ''''), or of each group of peers, or everyone (entity ''''), each value, and under '''' the group itself.';

  create table if not exists hunt.peer (
    entity_type text collate "C",
    entity text collate "C",
    peer_group text collate "C" not null check (peer_group <> ''),
    primary key (entity_type, entity)
  );
  comment on table hunt.peer is
    'Which entities are alike (department, role): rules with the scope peers call new what no peer has shown. Yours to fill; entity_type is the first column of the rules'' entity.';

  create table if not exists hunt.rule_run (
    run_id bigint generated always as identity primary key,
    rule_id integer not null references hunt.rule on delete cascade,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    rows_seen bigint not null,
    detections bigint not null,
    new_signals bigint not null,
    error text,
    error_code text,
    detail text,
    hint text
  );
  create index if not exists rule_run_rule on hunt.rule_run (rule_id, started_at);
  comment on table hunt.rule_run is
    'Runs of rules that saw rows or failed, with the error and what to do about it. hunt.run_rules() forgets them after 30 days.';

  create table if not exists hunt.signal (
    signal_id bigint generated always as identity primary key,
    rule_id integer references hunt.rule on delete set null,
    rule_name text not null,
    owner name not null default current_user,
    name text not null,
    summary text,
    entity_type text not null,
    entity text not null,
    severity integer not null,
    prototype boolean not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    raised_at timestamptz not null default clock_timestamp(),
    detections bigint not null default 1,
    suppressed boolean not null default false,
    suppressed_reason text,
    status text not null default 'new' check (status in ('new', 'acknowledged', 'false_positive', 'closed')),
    note text,
    changed_by name,
    changed_at timestamptz,
    insight_id bigint,
    tags text[] not null default '{}',
    evidence jsonb not null default '{}'
  );
  create index if not exists signal_entity on hunt.signal (entity_type, entity, first_at);
  create index if not exists signal_rule on hunt.signal (rule_id, entity_type, entity, first_at);
  create index if not exists signal_time on hunt.signal (first_at);
  comment on table hunt.signal is
    'What rules found, one row for each rule, entity and stretch of time: later detections within the suppression interval are counted in it (detections, last_at). suppressed: somebody asked not to be told (hunt.suppression); it has no weight.';

  create table if not exists hunt.suppression (
    suppression_id integer generated always as identity primary key,
    owner name not null default current_user,
    rule_id integer references hunt.rule on delete cascade,
    entity_type text,
    entity text,
    network cidr,
    reason text not null,
    expires_at timestamptz not null default 'infinity',
    created_at timestamptz not null default now(),
    check (num_nonnulls(entity, network) = 1)
  );
  comment on table hunt.suppression is
    'Entities and networks whose signals are kept but marked as suppressed, until expires_at: of one rule, or of all where rule_id is NULL; of one kind of entity, or of all where entity_type is NULL.';

  create table if not exists hunt.entity_criticality (
    entity_type text not null,
    entity text not null,
    operation text not null check (operation in ('+', '-', '*', '/')),
    operand integer not null check (operand > 0),
    reason text,
    primary key (entity_type, entity)
  );
  comment on table hunt.entity_criticality is
    'How the severity of signals of an entity is changed: severity + 3 for an administrator, severity / 2 for a scanner. Rounded down; never below 0.';

  create table if not exists hunt.insight_policy (
    only_row boolean primary key default true check (only_row),
    score_window interval not null default '14 days' check (score_window > interval '0'),
    score_above integer not null default 12 check (score_above >= 0),
    medium_above integer not null default 2 check (medium_above >= 0),
    high_above integer not null default 4 check (high_above >= medium_above)
  );
  insert into hunt.insight_policy default values on conflict do nothing;
  comment on table hunt.insight_policy is
    'The numbers behind insights, one row. An insight opens when the severities of an entity''s signals of different names within score_window sum to more than score_above. It is low up to score_above + medium_above - 1, high from score_above + high_above on, medium between.';

  create table if not exists hunt.insight (
    insight_id bigint generated always as identity primary key,
    owner name not null default current_user,
    entity_type text not null,
    entity text not null,
    score integer not null,
    severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
    first_at timestamptz not null,
    last_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    status text not null default 'new' check (status in ('new', 'acknowledged', 'false_positive', 'closed')),
    note text,
    changed_by name,
    changed_at timestamptz,
    signal_names text[] not null
  );
  create index if not exists insight_entity on hunt.insight (entity_type, entity, last_at);
  comment on table hunt.insight is
    'Entities whose signals together deserve somebody''s time. The signals point to it (insight_id) and do not count again.';
end $$;
comment on function hunt.create_rule_tables() is 'Creates the rule, signal and insight tables of hunt.setup() that are missing.';

revoke execute on function hunt.create_rule_tables() from public;
