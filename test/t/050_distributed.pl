# Events on two shards and a coordinator that has none: aggregates run where the rows are, only states travel, and answers
# are those of one server, byte for byte.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($coordinator, @shards) = map {
	my $node = PostgreSQL::Test::Cluster->new($_);
	$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
	$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'Asia/Tokyo'\njit = off");
	$node->start;
	$node->safe_psql('postgres', 'create extension session_hunt');
	$node
} qw(coordinator shard_0 shard_1);
my $settings = "set search_path = hunt, public; set enable_partitionwise_aggregate = on;\n";
sub ask { return $coordinator->safe_psql('postgres', $settings . $_[0]); }

# Some 200 users, their events on the shard that the hash of the user says; public.whole has all of them on one server.
my $columns = q{user_id bigint, at timestamptz, asn bigint, network text, ip inet, latitude double precision,
	longitude double precision, agent text, line text};
ask(qq{create extension postgres_fdw; create table public.event ($columns) partition by hash (user_id)});
for my $i (0 .. $#shards)
{
	$shards[$i]->safe_psql('postgres', "create table public.event_$i ($columns)");
	my ($host, $port) = ($shards[$i]->host, $shards[$i]->port);
	ask(qq{create server shard_$i foreign data wrapper postgres_fdw options (host '$host', port '$port', dbname 'postgres',
			extensions 'session_hunt', async_capable 'true', batch_size '1000', fetch_size '10000');
		create user mapping for current_user server shard_$i;
		create foreign table public.event_$i partition of public.event for values with (modulus 2, remainder $i) server shard_$i});
}
ask(q{create table public.whole as
	select (i * 7919 % 200)::bigint user_id, '2026-03-01 00:00+00'::timestamptz + i * interval '97 seconds' as at,
	       (i * 31 % (3 + i * 7919 % 20))::bigint asn, 'network ' || i * 31 % (3 + i * 7919 % 200) network,
	       '10.0.0.0'::inet + i * 7919 % (50 + i * 7919 % 200 * 20) ip, (i * 31 % 60)::float8 latitude, (i * 17 % 170)::float8 longitude,
	       (array['curl/8.1', 'Mozilla/5.0 (X11; Linux x86_64)', 'aws-cli/2.1'])[1 + i % 3] agent,
	       'session ' || i || ' of user ' || i * 7919 % 200 || ' opened by ' || (array['sshd', 'cron', 'sudo'])[1 + i % 3] line
	from generate_series(1, 12000) i;
	insert into public.event select * from public.whole});
ok($shards[$_]->safe_psql('postgres', "select count(*) from event_$_") > 4000, "shard $_ has its part") for 0, 1;

# One aggregate of each room: what asks it of rows, its state and the answer of merged states.
my @aggregates = (
	[ 'count_distinct(network)', 'count_distinct_state(network)', 'count_distinct_merge(%s)' ],
	[ 'distinct_sketch(ip, 11, 5)', 'distinct_sketch(ip, 11, 5)', 'sketch_union(%s)' ],
	[ 'distinct_values(network, 50)', 'distinct_values_state(network, 50)', 'distinct_values_merge(%s)' ],
	[ 'distinct_summary(ip)', 'distinct_values_state(ip)', 'distinct_summary_merge(%s)' ],
	[ 'history(network, at)', 'history(network, at)', 'history_merge(%s)' ],
	[ 'series(at, 1)', 'series(at, 1)', 'series_merge(%s)' ],
	[ 'baseline(1, at)', 'baseline(1, at)', 'baseline_merge(%s)' ],
	[ 'session_risk_state(session_profile(network, null, agent, null))', 'session_risk_state(session_profile(network, null, agent, null))',
		'session_risk_merge(%s)' ],
	[ 'travel(at, latitude, longitude, 10)', 'travel(at, latitude, longitude, 10)', 'travel_merge(%s)' ],
	[ 'logreduce(line, at)', 'logreduce(line, at)', 'logreduce_merge(%s)' ]);
my $number = 0;
my $of_rows = join ', ', map { "$_->[0] a" . $number++ } @aggregates;
$number = 0;
my $states = join ', ', map { "$_->[1] s" . $number++ } @aggregates;
$number = 0;
my $of_states = join ', ', map { sprintf("$_->[2] a", 's' . $number) . $number++ } @aggregates;

# All bytes of an answer, ordered by its first column.
sub bytes { return ask("select md5(string_agg(q::text, ',' order by q::text collate \"C\")) from ($_[0]) q"); }

# What the shards send for a query: the rows of its remote queries, as messages of the protocol count them.
sub shipped
{
	my $bytes = 0;
	for my $remote (ask("explain (verbose, costs off) $_[0]") =~ /Remote SQL: (.*)/g)
	{
		my ($shard) = $remote =~ /event_(\d)/;
		my $rows = $shards[$shard]->safe_psql('postgres', "set search_path = pg_catalog; $remote", extra_params => [ '-F', "\x01" ]);
		$bytes += 7 + 4 * (1 + tr/\x01//) + length() - tr/\x01// for split /\n/, $rows;
	}
	return $bytes;
}

# The whole aggregate runs on the shard.
my $plan = ask("explain (verbose, costs off) select asn, $of_rows from event_0 group by asn");
for my $aggregate (map { $_->[0] =~ /^(\w+)/ } @aggregates)
{
	like($plan, qr/Remote SQL: SELECT .*hunt\.$aggregate\(.* GROUP BY/, "$aggregate is pushed down to a shard");
}
is(bytes("select asn, $of_rows from event_0 group by asn"),
	bytes("select asn, $of_rows from whole where satisfies_hash_partition('event'::regclass, 2, 0, user_id) group by asn"), 'its answers');

# Grouped by the key: each shard answers for its users, both at once.
my $by_user = "select user_id, timeslice(at, '7 days') week, $of_rows from %s group by user_id, week";
$plan = ask('explain (verbose, costs off) ' . sprintf($by_user, 'event'));
my @remote = $plan =~ /Remote SQL: (SELECT .*timeslice.*baseline.* GROUP BY)/g;
is(scalar(@remote), 2, 'grouped by user, both shards aggregate');
like($plan, qr/Async Foreign Scan/, 'at the same time');
unlike($plan, qr/(Hash|Group)Aggregate/, 'and the coordinator does not');
is(bytes(sprintf $by_user, 'event'), bytes(sprintf $by_user, 'whole'), 'and the answers are those of one server');

# Grouped by something else: states per user and group come from the shards and are merged here.
my $by_asn = "select asn, $of_rows from %s group by asn";
my $inner = "select user_id, asn, $states from event group by user_id, asn";
my $merged = "select asn, $of_states from ($inner) u group by asn";
$plan = ask("explain (verbose, costs off) $merged");
@remote = $plan =~ /Remote SQL: (SELECT .*count_distinct_state.* GROUP BY)/g;
is(scalar(@remote), 2, 'grouped by network, the shards send states');
is(bytes($merged), bytes(sprintf $by_asn, 'whole'), 'and the answers are those of one server');

# One state a shard and group, by naming the shards.
my $per_shard = join ' union all ', map { "select asn, $states from event_$_ group by asn" } 0, 1;
is(bytes("select asn, $of_states from ($per_shard) u group by asn"), bytes(sprintf $by_asn, 'whole'), 'and of one state a shard');
is(bytes("select $of_states from ($per_shard) u"), bytes("select $of_rows from whole"), 'and over all rows');

# Without that, the rows come: the answers are the same all the same.
unlike(ask('explain (verbose, costs off) ' . sprintf($by_asn, 'event')), qr/Remote SQL: .* GROUP BY/, 'postgres_fdw ships no partial aggregates by itself');
is(bytes(sprintf $by_asn, 'event'), bytes(sprintf $by_asn, 'whole'), 'rows that are fetched give the same answers');

# What travels, for the question of docs/distributed.md: networks and addresses of all users, per week.
my $few = 'count_distinct(network), distinct_sketch(ip)';
my %query = (
	rows => "select timeslice(at, '7 days') week, $few from event group by 1",
	'states per shard' => 'select week, count_distinct_merge(a), sketch_union(b) from ('
		. join(' union all ', map { "select timeslice(at, '7 days') week, count_distinct_state(network) a, distinct_sketch(ip) b from event_$_ group by 1" } 0, 1)
		. ') s group by 1');
my %bytes = map { ($_ => shipped($query{$_})) } keys %query;
diag(sprintf '%d rows, %d answers: %d bytes of rows travel, or %d bytes of states', 12000,
	ask("select count(*) from ($query{rows}) q"), $bytes{rows}, $bytes{'states per shard'});
is(bytes($query{rows}), bytes($query{'states per shard'}), 'rows and states give the same answer');
cmp_ok($bytes{'states per shard'} * 10, '<', $bytes{rows}, 'states are a tenth of the rows at most');

# What does not go to the shards: a function that reads a table, and what depends on the session.
unlike(ask('explain (verbose, costs off) select count(*) from event_0 where asn_number(ip) = 64500'), qr/Remote SQL: .*asn_number/,
	'a look-up in an IP database is done by the coordinator');
like(ask("explain (verbose, costs off) select count_distinct(network) from event_0 where is_public_ip(ip) and at >= '2026-03-05 00:00+00'"),
	qr/Remote SQL: SELECT hunt.count_distinct.*is_public_ip/, 'an immutable function is part of the remote query');
unlike(ask("explain (verbose, costs off) select count_distinct(network) from event_0 where at >= now() - interval '1 day'"),
	qr/Remote SQL: SELECT hunt.count_distinct/, 'now() keeps the aggregate from the shard');

# Without postgres_fdw: states as text, copied from server to server by hand.
ask("create table public.shipped as select asn, $states from whole where false group by asn");
my $directory = PostgreSQL::Test::Utils::tempdir();
for my $i (0, 1)
{
	my $text = $shards[$i]->safe_psql('postgres', "set search_path = hunt, public; copy (select asn, $states from event_$i group by asn) to stdout");
	append_to_file("$directory/states", "$text\n");
}
$coordinator->command_ok([ 'psql', '-X', '-q', '-d', $coordinator->connstr('postgres'), '-c', "\\copy public.shipped from '$directory/states'" ],
	'states as text, loaded');
is(bytes("select asn, $of_states from shipped group by asn"), bytes(sprintf $by_asn, 'whole'), 'hand-merged states give the answers of one server');

$_->stop for @shards, $coordinator;
done_testing();
