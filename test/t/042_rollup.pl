# A roll-up read at any moment says what its rows say: whatever commits when, whoever is killed, wherever the database goes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run ();
use KilledAnywhere;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('rollup');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nautovacuum = off\nrestart_after_crash = on");
$node->start;
sub sql { return $node->safe_psql('postgres', @_); }
sql(q{
	create extension session_hunt; select hunt.setup();
	create table login (id integer generated always as identity, event_time timestamptz, who text, place bigint);
	create index on login (event_time);
	select hunt.track_relation('login');
	insert into login (event_time, who, place)
	select '2026-01-01'::timestamptz + n * interval '3 minutes', 'w' || n % 3, n % 7 from generate_series(1, 3000) n;
	select hunt.create_rollup('logins', '{who}', '{"n": "count(*)", "places": "history(place, event_time)"}', source => 'login')});

# How many of these readings differ from the rows: stored slices and a longer one, over all time and a part of it.
sub is_exact
{
	my ($what, $on) = @_;
	$on ||= $node;
	is($on->safe_psql('postgres', q{
		select count(*) from (values (interval '1 hour'), (interval '1 day'), (interval '7 days')) s (slice),
		  (values ('-infinity'::timestamptz, 'infinity'::timestamptz), ('2026-01-02 03:30', '2026-01-05 17:10')) p (start_at, end_at)
		where (select array_agg(row(slice_start, who, n, places::text) order by slice_start, who) from hunt.read_rollup_logins(p.start_at, p.end_at, s.slice))
		  is distinct from
		  (select array_agg(row(l.at, who, l.n, l.places::text) order by l.at, who) from (
		     select hunt.timeslice(event_time, s.slice) as at, who, count(*) as n, hunt.history(place, event_time) as places
		     from login where event_time >= p.start_at and event_time < p.end_at group by 1, 2) l)}), '0', $what);
}
my $minute = 0;
sub row { my ($who) = @_; $minute++; return "insert into login (event_time, who, place) values ('2026-01-01'::timestamptz + $minute * interval '13 minutes', '$who', $minute % 5);"; }
sub refresh { return sql('call hunt.refresh_rollups()'); }

is_exact('before the first refresh');
sql("select hunt.refresh_rollup_step(hunt.rollup_id('logins'))");
isnt(sql('select stale from hunt.rollup_state'), '{}', 'a step builds a day');
is_exact('while it is being built');
refresh();
is(sql('select stale from hunt.rollup_state'), '{}', 'all is built');
is_exact('after it');

# Transactions that commit in another order than they began, and changes of what is stored
my $long = $node->background_psql('postgres');
$long->query_safe('begin; ' . row('long') . q{ update login set place = 9 where id % 400 = 1});
sql('begin; ' . row('prepared') . q{ delete from login where id % 500 = 7; prepare transaction 'p'});
sql(row('quick'));
refresh();
is_exact('rows and changes of open and prepared transactions are not seen');
$long->query_safe('commit');
is_exact('and are read when they commit');
refresh();
is_exact('and kept');
sql("commit prepared 'p'");
is_exact('a prepared transaction is read when it is committed');
my $old = $node->background_psql('postgres');
$old->query_safe('begin isolation level repeatable read; select count(*) from login');
refresh();
is_exact('and kept');
is($old->query_safe(q{select sum(n) = (select count(*) from login) from hunt.read_rollup_logins('-infinity', 'infinity', '1 day')}), 't',
	'an old snapshot reads what it shows');
$old->quit;
$long->quit;

# Writers and two refreshers at once
my @writers = map {
	my $who = "w$_";
	IPC::Run::start([ 'pgbench', '-n', '-c', '2', '-t', '50', '-f', '-', $node->connstr('postgres') ],
		'<', \"\\set m random(1, 9000)\n\\set p random(0, 10)\nbegin;\ninsert into login (event_time, who, place) values ('2026-01-01'::timestamptz + :m * interval '1 minute', '$who', :m % 7);\nupdate login set place = place + 1 where id = :m;\nselect pg_sleep(:p / 1000.0);\ncommit;\n",
		'>', '/dev/null', '2>', '/dev/null')
} 1 .. 2;
my @refreshers = map {
	IPC::Run::start([ 'bash', '-c', 'for i in $(seq 6); do psql -X -q -d "$0" -c "call hunt.refresh_rollups()"; done', $node->connstr('postgres') ],
		'<', \undef, '>', '/dev/null', '2>', '/dev/null')
} 1 .. 2;
usleep(300_000);
is_exact('in the middle of it');
$_->finish for @writers, @refreshers;
is_exact('four writers and two refreshers at once');
is(sql('select failures from hunt.rollup_status'), '0', 'no refresher failed');
refresh();
is_exact('and after one more refresh');
is(sql('select count(*) from hunt.rollup_stale'), '0', 'no change is left');

# Killed anywhere
for my $round (1 .. $ENV{SESSION_HUNT_KILLS} || 3)
{
	sql(join('', map { row('killed') } 1 .. 20) . "select hunt.rebuild_rollup('logins', '2026-01-02', '2026-01-04'); update login set place = $round where id % 97 = $round");
	kill_somewhere($node, 'call hunt.refresh_rollups()', $round, 80_000);
	is_exact("after kill $round");
}
refresh();
is_exact('after kills of refreshers and of the server');

# Restored elsewhere with rows and changes that were not seen
sql(row('unseen') . row('unseen') . q{update login set place = 3 where id = 50});
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dumped');
my $elsewhere = PostgreSQL::Test::Cluster->new('elsewhere');
$elsewhere->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$elsewhere->start;
$elsewhere->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $elsewhere->connstr('postgres') ], 'restored');
is_exact('read in another cluster', $elsewhere);
$elsewhere->safe_psql('postgres', row('there') . q{update login set place = 4 where id = 51});
is_exact('with new rows and changes there', $elsewhere);
$elsewhere->safe_psql('postgres', 'call hunt.refresh_rollups()');
is_exact('refreshed there', $elsewhere);
$elsewhere->safe_psql('postgres', row('there') . q{update login set place = 5 where id = 52});
is_exact('and on', $elsewhere);
is($elsewhere->safe_psql('postgres', q{select slice_count <= 2 from hunt.refresh_rollup('logins')}), 't', 'only what is new is taken');
is_exact('and on', $elsewhere);
is($elsewhere->safe_psql('postgres', 'select count(*) from hunt.rollup_stale'), '0', 'no change of the other cluster is left');
done_testing();
