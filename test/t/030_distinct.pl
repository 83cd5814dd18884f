# Stored sketches and sets: dumps, binary copies, shards and other plans treat them as the values that they stand for; a
# query that uses them can be cancelled and respects work_mem.
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
	create table public.log as
	select i % 200 as user_id, i % 7 as day, 'network ' || (i * 7919 % (1 + i % 200 * 9)) as network,
	       ('10.0.0.0'::inet + i * 31 % (1 + i % 200 * 9)) as ip from generate_series(1, 200000) i;
	create table public.state as
	select user_id, day, distinct_sketch(network) sketch, distinct_sketch(ip, 11, 5) seeded, distinct_values_state(network) names,
	       distinct_values_state(ip) ips, distinct_values_state(network, 3) few
	from log group by user_id, day});

my $bytes = q{select md5(string_agg(concat_ws(' ', user_id, day, sketch, seeded, names, ips, few), ',' order by user_id, day)) from state};
my $answers = q{select md5(string_agg(concat_ws(' ', user_id, a, b, c, d, e), ',' order by user_id))
	from (select user_id, count_distinct_merge(sketch) a, sketch_union(seeded) b, distinct_values_merge(names) c,
	             distinct_values_merge(ips) d, distinct_summary_merge(few) e from state group by user_id) u};
my $stored = ask($bytes);
my $united = ask($answers);

# Dump and restore.
my $directory = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$directory/dump", $node->connstr('postgres') ], 'dump');
ask('create database copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$directory/dump" ], 'restore');
is(ask($bytes, 'copy'), $stored, 'a restored database has the same bytes');
is(ask($answers, 'copy'), $united, 'and the same unions');

# Binary copy.
chmod 0777, $directory;
ask(qq{copy state to '$directory/state' (format binary); create table public.state2 (like state); copy state2 from '$directory/state' (format binary)});
is(ask($bytes =~ s/from state/from state2/r), $stored, 'a binary copy has the same bytes');

# Other plans over the rows.
my $from_rows = q{select md5(string_agg(concat_ws(' ', user_id, day, sketch, seeded, names, ips, few), ',' order by user_id, day))
	from (select user_id, day, distinct_sketch(network) sketch, distinct_sketch(ip, 11, 5) seeded, distinct_values_state(network) names,
	             distinct_values_state(ip) ips, distinct_values_state(network, 3) few from %s group by user_id, day) s};
my $over_log = sprintf $from_rows, 'log';
is(ask("set work_mem = '64kB'; set hash_mem_multiplier = 1; set enable_sort = off; $over_log"), $stored, 'a spilled hash aggregation');
like(ask(q{set work_mem = '64kB'; set hash_mem_multiplier = 1; set enable_sort = off;
	explain (analyze, costs off, timing off, summary off) select user_id, day, distinct_sketch(network), distinct_values(network) from log group by user_id, day}),
	qr/Disk Usage/, 'did spill');
is(ask("set enable_hashagg = off; $over_log"), $stored, 'a sorted aggregation');
is(ask(sprintf $from_rows, '(select * from log order by md5(ctid::text)) l'), $stored, 'shuffled rows');
for my $workers (1 .. 4)
{
	is(ask(qq{set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
		set max_parallel_workers_per_gather = $workers; $over_log}), $stored, "$workers parallel workers");
}
ask(q{create table public.part (like log) partition by list (day)});
ask(qq{create table public.part_$_ partition of part for values in ($_)}) for 0 .. 6;
ask('insert into part select * from log');
my $over_part = sprintf $from_rows, 'part';
is(ask("set enable_partitionwise_aggregate = on; set max_parallel_workers_per_gather = 0; $over_part"), $stored, 'partitionwise');
# Grouped by what does not divide the partitions, each makes partial states, which are combined.
my $by_user = q{select md5(string_agg(concat_ws(' ', user_id, sketch, names, few), ',' order by user_id))
	from (select user_id, distinct_sketch(network) sketch, distinct_values(network) names, distinct_summary(ip, 3) few from %s group by user_id) s};
is(ask("set enable_partitionwise_aggregate = on; set max_parallel_workers_per_gather = 0; " . sprintf($by_user, 'part')),
	ask(sprintf $by_user, 'log'), 'partial states of partitions');

# Hostile bytes in binary form are refused and harm nobody.
my ($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('1009ffffffff', 'hex') b) to '$directory/bad' (format binary);
	create table public.bad (s hunt.sketch); copy bad from '$directory/bad' (format binary)});
like($err, qr/not a sketch: no value has this token/, 'a sketch that nothing makes');
($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('100201', 'hex') b) to '$directory/bad' (format binary);
	create table public.bad_set (s hunt.bigint_set); copy bad_set from '$directory/bad' (format binary)});
isnt($rc, 0, 'a set that nothing makes');
is(ask('select 1'), '1', 'the server is up');

# Ten million different values: the sketch stays small; the set can be cancelled.
is(ask('select abs(count_distinct(i) / 1e7 - 1) < 0.08 from generate_series(1, 10000000) i'), 't', 'ten million different values');
($rc, $out, $err) = $node->psql('postgres', q{set statement_timeout = '700ms';
	select cardinality(hunt.distinct_values(i || 'a value that is somewhat longer')) from generate_series(1, 100000000) i});
like($err, qr/canceling statement due to statement timeout/, 'a large set can be cancelled');

$node->stop;
done_testing();
