# Months: hunts read those of their window alone, with roll-ups and without; a month that is archived comes back whole.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('months');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "autovacuum = off\ntimezone = 'UTC'\njit = off");
$node->start;
sub sql { return $node->safe_psql('postgres', "set search_path = hunt, public;\n" . $_[0]); }
sql(q{create extension session_hunt; select hunt.setup()});

# Events of October 2025 to April 2026: sign-ins, single sign-on, calls with keys, clusters, processes.
sql(q{
	select create_event_partitions(m::date) from generate_series('2025-10-01'::date, '2026-04-01', '1 month') m;
	insert into dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 20) g;
	insert into dictionary_agent (value) select 'aws-cli/2.15.' || g || ' Python/3.11.8 Linux/6.1' from generate_series(1, 9) g;
	insert into dictionary_action (value) select 'Action' || g from generate_series(1, 12) g;
	insert into dictionary_application (value) select 'Application ' || g from generate_series(1, 6) g;
	insert into dictionary_device_event (value) values ('user.authentication.sso');
	insert into dictionary_mfa_method (value) values ('Push');
	insert into dictionary_access_key (value) select 'AKIA' || g from generate_series(1, 20) g;
	with event as (
	  select g, '2025-10-01'::timestamptz + g * interval '61 minutes' as at, md5(g::text)::uuid as key, 1 + g * 7 % 20 as u,
	         (array['entra_signin', 'okta', 'cloudtrail', 'eks_audit', 'windows_4688'])[1 + g % 5] as source from generate_series(1, 5000) g
	), fact as (
	  insert into event_fact (event_time, event_key, source_id, user_id, agent_id, action_id, application_id, device_event_id, mfa_method_id, access_key_id,
	                          success, device_ip, device_ip_asn_number, device_ip_country_code, session_id)
	  select at, key, source_id(source), u, 1 + g / 7 % 9, 1 + g / 11 % 12, 1 + g / 13 % 6, 1, case when g % 4 = 0 then 1 end,
	         case when source in ('cloudtrail', 'eks_audit') then u end, g % 17 <> 0, '8.8.0.0'::inet + g % 40, 64500 + g % 40, (array['DE', 'FR', 'US'])[1 + g / 3 % 3],
	         'session ' || u from event)
	insert into event_detail (event_time, event_key, version_time, content_hash, user_arn, command_line, device_hostname, error_text, payload)
	select at, key, at, key, 'arn:' || u, case when source = 'windows_4688' then 'kubectl get "secret' || g || '", x' end, nullif('host' || u, 'host3'),
	       case g % 3 when 0 then '' end, '{"g": ' || g || E',\n "text": "a, \\\\"b\\\\""}' from event;
	analyze});

# Every hunt, told by the catalog: over March, looking back 20 days where it looks back.
my @hunts = split /\n/, sql(q{
	select p.oid::regproc || '(' || string_agg(case a.name when 'start_at' then '''2026-03-01''' when 'end_at' then '''2026-04-01''' else 'lookback => ''20 days''' end, ', ' order by a.n) || ')'
	from pg_proc p, unnest(p.proargnames) with ordinality a (name, n)
	where p.pronamespace = 'hunt'::regnamespace and obj_description(p.oid, 'pg_proc') like 'Hunt:%' and 'start_at' = any (p.proargnames)
	  and (a.name in ('start_at', 'end_at', 'lookback') and a.n <= p.pronargs)
	group by p.oid order by 1});
cmp_ok(scalar(@hunts), '>=', 11, 'the hunts: ' . scalar(@hunts));
push @hunts, map { "first_seen_values('2026-03-01', '2026-04-01', '$_', lookback => '20 days')" } qw(country client application action command);

# The partitions that a statement and all within it read: scans that were executed, as auto_explain logs them. (Counters of
# scans would not do: the planner, too, looks into an index for the last value of each partition that it does not exclude yet.)
sub scanned
{
	my ($statement) = @_;
	my $offset = -s $node->logfile;
	sql("load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_timing = off;
		set auto_explain.log_nested_statements = on; select count(*) from $statement");
	my %read;
	for my $line (split /\n/, slurp_file($node->logfile, $offset))
	{
		$read{$1} = 1 if $line =~ /Scan.* on (event_\w+_20\d\d_\d\d)\b/ && $line !~ /never executed/;
		$read{$1} = 1 if $line =~ /Index Scan on (event_\w+_20\d\d_\d\d)_\w*idx/ && $line !~ /never executed/;
	}
	return sort keys %read;
}
for my $way ('from events', 'from roll-ups')
{
	if ($way eq 'from roll-ups')
	{
		sql('select create_default_rollups()');
		sql('call refresh_rollups()');
	}
	my $read = 0;
	for my $hunt (@hunts)
	{
		my @partitions = scanned($hunt);
		$read++ if @partitions;
		# What happened half an hour before or after the window belongs to a login within it.
		my $months = $hunt =~ /^(hunt\.)?mfa_contrast/ ? qr/2026_0[234]$/ : qr/2026_0[23]$/;
		is(join(' ', grep { !/$months/ } @partitions), '', "$way, $hunt reads the months of its window alone");
	}
	cmp_ok($read, '>=', $way eq 'from events' ? scalar(@hunts) : 1, "$way: $read of them read events");
}

# A month goes to a file and comes back.
my $folder = PostgreSQL::Test::Utils::tempdir();
chmod 0777, $folder;
my %month = (all => q{select md5(string_agg(to_jsonb(e)::text, ',' order by event_time, event_key)) from event e},
	fact => q{select md5(string_agg(f::text, ',' order by event_time, event_key)) from event_fact f},
	detail => q{select md5(string_agg(d::text, ',' order by event_time, event_key)) from event_detail d});
sub state { return join "\n", map { sql($month{$_}) } sort keys %month; }
my $of_rollups = q{select md5(string_agg(r::text, ',' order by r::text)) from (
	select 'a', to_jsonb(h) from several_networks('2025-10-01', '2026-05-01') h
	union all select 'e', to_jsonb(h) from first_seen_values('2026-01-01', '2026-02-01', lookback => '60 days') h
	union all select 'session', to_jsonb(h) from read_rollup_user_session('-infinity', 'infinity', '1 day') h
	union all select 'command', to_jsonb(h) from read_rollup_command('-infinity', 'infinity', '1 day') h) r};
my ($before, $answer) = (&state(), sql($of_rollups));
sql(q{insert into dictionary_user (value) values ('of october@example.com');
	insert into event_fact (event_time, event_key, source_id, user_id) select '2025-10-05', gen_random_uuid(), 1, id from dictionary_user where value = 'of october@example.com'});
$node->psql('postgres', "select hunt.archive_events('2025-10-01', '$folder')", stderr => \my $refused);
like($refused, qr/has not taken in all events of 2025-10/, 'not before roll-ups have seen it');
sql('call refresh_rollups()');
($before, $answer) = (&state(), sql($of_rollups));
my ($file, $count) = split /\|/, sql("select * from archive_events('2025-10-17', '$folder')");
is($count, sql(q{select count(*) from generate_series(1, 5000) g where '2025-10-01'::timestamptz + g * interval '61 minutes' < '2025-11-01'}) + 1, 'a month is archived');
is(sql(q{select to_regclass('event_fact_2025_10')}), '', 'and gone');
sql('call refresh_rollups()');
is(sql($of_rollups), $answer, 'hunts from roll-ups answer as before');
is(sql(q{select count(*) from read_rollup_user_session('2025-10-05', '2025-10-05 00:30', '1 day')}), 0, 'what a whole day had is not taken for a part of it');
is(sql("select restore_events('$file')"), $count, 'it comes back');
is(&state(), $before, 'as it was, every column of every event');
sql('call refresh_rollups()');
is(sql($of_rollups), $answer, 'and roll-ups count nothing twice');
is(sql("select restore_events('$file')"), 0, 'a second time nothing is missing');
is(&state(), $before, 'and nothing changes');
# With the names gone
($file, $count) = split /\|/, sql("select * from archive_events('2025-10-17', '$folder')");
sql(q{select drop_rollup(name) from rollup; select delete_unused_names()});
is(sql(q{select count(*) from dictionary_user where value ~ 'october'}), 0, 'names that no event has any more go');
sql("select restore_events('$file')");
is(sql(q{select user_username from event where event_time = '2025-10-05'}), 'of october@example.com', 'and come back');
is(sql($month{all}), (split /\n/, $before)[0], 'the events say what they said');

# Payloads that share blocks
sql(q{select hunt.ingest('cloudtrail', string_agg(format('{"eventTime": "2025-12-%sT10:00:00Z", "eventID": "%s", "eventName": "GetObject", "eventSource": "s3.amazonaws.com", "text": "a, \"b\""}',
		lpad((1 + g % 28)::text, 2, '0'), md5(g::text)::uuid), E'\n')) from generate_series(1, 300) g});
cmp_ok(sql('select count(*) from event_payload_2025_12'), '>', 0, 'events that were loaded together share blocks of payloads');
my $payloads = q{select count(*), md5(string_agg(payload_text(event_time, event_key), ',' order by event_time, event_key)) from event_fact
	where event_time >= '2025-12-01' and event_time < '2026-01-01'};
my $stored = sql("$payloads; $month{all}");
($file, $count) = split /\|/, sql("select * from archive_events('2025-12-01', '$folder')");
is(sql(q{select to_regclass('event_payload_2025_12')}), '', 'which go with the month');
is(sql("select restore_events('$file')"), $count, 'and come back');
is(sql("$payloads; $month{all}"), $stored, 'byte for byte');

my ($out, $err) = ('', '');
$node->psql('postgres', "select hunt.archive_events('2020-01-01', '$folder')", stderr => \$err);
like($err, qr/there are no events of 2020-01/, 'a month without events');
$node->psql('postgres', "select hunt.archive_events('2025-11-01', '$folder/missing')", stderr => \$err);
like($err, qr/could not open file/, 'a folder that is missing');
is(sql(q{select count(*) > 0 from event_fact_2025_11}), 't', 'leaves the month where it is');
sql(q{insert into event_detail (event_time, event_key, version_time, content_hash, payload) values ('2025-11-05', gen_random_uuid(), now(), gen_random_uuid(), '{}')});
$node->psql('postgres', "select hunt.archive_events('2025-11-01', '$folder')", stderr => \$err);
like($err, qr/was not archived/, 'details without an event are not lost with it');
sql('create role nobody_special; grant usage on schema hunt to nobody_special');
$node->psql('postgres', "set role nobody_special; select hunt.archive_events('2025-11-01', '$folder')", stderr => \$err);
like($err, qr/permission denied/, 'not for everybody');
done_testing();
