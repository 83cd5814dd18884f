# Kept histories: dumps and binary copies have the same bytes, updaters at once lose nothing and never deadlock.
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
	select hunt.setup();
	create table public.log as
	select 'user ' || i % 50 as username, i * 7919 % (1 + i % 50) as asn, timestamptz '2026-01-01' + i * interval '7 minutes' as at
	from generate_series(1, 20000) i;
	select count(*) from update_history('networks', (select array_agg(username) from log), (select array_agg(asn::bigint) from log), (select array_agg(at) from log));
	select count(*) from update_history('texts', (select array_agg(username) from log), (select array_agg('network ' || asn) from log), (select array_agg(at) from log), max_values => 10)});

my $bytes = q{select md5(string_agg(concat_ws(' ', name_id, entity, state), ',' order by name_id, entity)) from history_entity};
my $stored = ask($bytes);
my $directory = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$directory/dump", $node->connstr('postgres') ], 'dump');
ask('create database copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$directory/dump" ], 'restore');
is(ask($bytes, 'copy'), $stored, 'a restored database has the same bytes');
is(ask(q{select (result).verdict from update_history('networks', '{user 1}', '{999}'::bigint[], '{2026-04-20}')}, 'copy'), 'new_for_everyone',
	'and goes on');

chmod 0777, $directory;
ask(qq{copy history_entity to '$directory/state' (format binary); create table public.state2 (like history_entity); copy state2 from '$directory/state' (format binary)});
is(ask($bytes =~ s/from history_entity/from state2/r), $stored, 'a binary copy has the same bytes');
my ($rc, $out, $err) = $node->psql('postgres', qq{copy (select decode('1002', 'hex') b) to '$directory/bad' (format binary);
	create table public.bad (s hunt.history); copy bad from '$directory/bad' (format binary)});
like($err, qr/not a history: it is cut off/, 'bytes that no events make are refused');

# Four sessions add the same entities at once, each in another order.
ask(q{create table public.part as select *, ntile(4) over (order by md5(l::text)) part from log l});
my @sessions = map {
	my $part = $_;
	my $session = $node->background_psql('postgres');
	$session->query_until(qr//, qq{select count(*) from generate_series(1, 5) round, lateral hunt.update_history('at once', (select array_agg(username order by md5(username || $part)) from part where part = $part and extract(minute from at)::int % 5 + 1 = round),
		(select array_agg(asn::bigint order by md5(username || $part)) from part where part = $part and extract(minute from at)::int % 5 + 1 = round), (select array_agg(at order by md5(username || $part)) from part where part = $part and extract(minute from at)::int % 5 + 1 = round)) u;\n});
	$session
} 1 .. 4;
$_->quit for @sessions;
is(ask(q{select count(*), count(*) filter (where a.state <> b.state) from history_entity a join history_entity b using (entity)
	where a.name_id = (select id from history_name where name = 'networks') and b.name_id = (select id from history_name where name = 'at once')}),
	'50|0', 'updaters at once make what one makes');

# Two sessions make the same history; while the second is not done a third goes on with entities of its own.
my $add = q{select 'added ' || count(*) from hunt.update_history('made twice', '{%s}', '{1}'::bigint[], '{2026-01-01}', with_everyone => false)};
my ($first, $second) = map { $node->background_psql('postgres') } 1 .. 2;
$first->query_until(qr/added 1/, sprintf("begin; $add;\n", 'a'));
$second->query_until(qr//, sprintf("begin; $add;\n", 'b'));
$node->poll_query_until('postgres', q{select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'}) or die 'the second session does not wait';
$first->query_until(qr/done/, "commit; select 'done';\n");
$second->query_until(qr/added 1/, "select 1;\n");
is(ask("set lock_timeout = '20s'; " . sprintf($add, 'c')), 'added 1', 'whoever made a history last holds up nobody');
$second->query_until(qr/done/, "commit; select 'done';\n");
$_->quit for $first, $second;

$node->stop;
done_testing();
