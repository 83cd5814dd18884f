# Session profiles and states of session risk: dumps, binary copies, partitions and other plans treat them as the values
# that they stand for, and bytes that nothing makes are refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->start;
sub ask { my ($query, $database) = @_; return $node->safe_psql($database // 'postgres', "set search_path = hunt, public;\n$query"); }

ask(q{
	create extension session_hunt;
	create table public.session (n integer, profile session_profile) partition by hash (profile);
	create table public.session_0 partition of session for values with (modulus 3, remainder 0);
	create table public.session_1 partition of session for values with (modulus 3, remainder 1);
	create table public.session_2 partition of session for values with (modulus 3, remainder 2);
	insert into session
	select n, session_profile(case when n % 11 > 0 then 'network "' || n % 37 || '"' end, (array['SE', 'NO', '', null])[1 + n % 4],
	  'aws-cli/2.' || n % 30 || '.' || n % 7 || ' Linux/5.15', 'user' || n % 500)
	from generate_series(1, 100000) n;
	create index on session (profile);
	create table public.state as
	select profile_username(profile) as username, session_risk_state(profile) as state from session group by 1});

my $profiles = q{select count(*), count(distinct profile), md5(string_agg(profile::text, '' order by n)) from session};
my $states = q{select count(*), md5(string_agg(username || state::text, '' order by username)) from state};
my ($stored_profiles, $stored_states) = (ask($profiles), ask($states));

# Dump and restore, each row into the partition that its hash says.
my $directory = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$directory/dump", $node->connstr('postgres') ], 'dump');
ask('create database copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$directory/dump" ], 'restore');
is(ask($profiles, 'copy'), $stored_profiles, 'a restored database has the same profiles');
is(ask($states, 'copy'), $stored_states, 'and the same states');

# Binary copy.
chmod 0777, $directory;
ask(qq{copy (select * from session) to '$directory/session' (format binary); truncate session; copy session from '$directory/session' (format binary);
	copy state to '$directory/state' (format binary); truncate state; copy state from '$directory/state' (format binary)});
is(ask($profiles), $stored_profiles, 'a binary copy has the same profiles');
is(ask($states), $stored_states, 'and the same states');

# Other plans over the rows.
my $over = q{select count(*), md5(string_agg(username || state::text, '' order by username))
	from (select profile_username(profile) as username, session_risk_state(profile) as state from %s group by 1) s};
my $over_session = sprintf $over, 'session';
is(ask("set work_mem = '64kB'; set hash_mem_multiplier = 1; set enable_sort = off; $over_session"), $stored_states, 'a spilled hash aggregation');
is(ask("set enable_hashagg = off; $over_session"), $stored_states, 'a sorted aggregation');
is(ask(sprintf $over, '(select * from session order by md5(n::text)) r'), $stored_states, 'shuffled rows');
is(ask("set enable_partitionwise_aggregate = on; set max_parallel_workers_per_gather = 0; $over_session"), $stored_states, 'partial states of partitions');
for my $workers (1 .. 4)
{
	is(ask(qq{set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
		set max_parallel_workers_per_gather = $workers; $over_session}), $stored_states, "$workers parallel workers");
}
is(ask('select count(*) from session a join session b using (profile) where a.n = b.n'), '100000', 'a join by profile');
is(ask(q{set enable_partition_pruning = on; select count(*) from session where profile = (select profile from session_1 limit 1)}) > 0, 1, 'a profile is found in its partition');

# A state kept a user, merged into day by day.
ask(q{create table public.kept (username text primary key, state session_risk_state)});
ask(qq{insert into kept as k select profile_username(profile), session_risk_state(profile) from session where n % 5 = $_ group by 1
	on conflict (username) do update set state = k.state || excluded.state}) for 0 .. 4;
is(ask($states =~ s/from state/from kept/r), $stored_states, 'states merged by insert ... on conflict');

# Hostile bytes in binary form are refused and harm nobody.
my ($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('11ff', 'hex') b) to '$directory/bad' (format binary);
	create table public.bad (p hunt.session_profile); copy bad from '$directory/bad' (format binary)});
like($err, qr/not a session_profile: a field ends too early/, 'a profile that nothing makes');
($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('1101ff', 'hex') b) to '$directory/bad' (format binary);
	copy bad from '$directory/bad' (format binary)});
like($err, qr/invalid byte sequence for encoding/, 'a profile whose text is not well encoded');
($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('10000000ffffffff' || repeat('00', 24), 'hex') b) to '$directory/bad' (format binary);
	create table public.bad_state (s hunt.session_risk_state); copy bad_state from '$directory/bad' (format binary)});
like($err, qr/not a session_risk_state: its size does not fit/, 'a state that nothing makes');
is(ask('select 1'), '1', 'the server is up');

$node->stop;
done_testing();
