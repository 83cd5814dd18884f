# Rules see every committed row exactly once: whatever commits when, whoever is killed, wherever the database goes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run ();
use KilledAnywhere;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rules');
$node->init(allows_streaming => 'logical', extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nautovacuum = off\nrestart_after_crash = on");
$node->start;
$node->safe_psql('postgres', 'create database elsewhere');
$node->safe_psql('postgres', q{
	create extension session_hunt; select hunt.setup();
	create table login (id integer generated always as identity, event_time timestamptz, who text);
	select hunt.track_relation('login');
	select hunt.create_rule('every', 'match', source => 'login', id_column => 'id', entity => '{who}', suppression => '0');
	select hunt.create_rule('twice', 'threshold', source => 'login', entity => '{who}', window_size => '1 hour', min_count => 2,
	  suppression => '0');
});

sub sql { return $node->safe_psql('postgres', @_); }
sub run_rules { return sql('call hunt.run_rules()'); }
# A row of a user a minute after the last.
my $minute = 0;
sub row { my ($who) = @_; $minute++; return "insert into login (event_time, who) values ('2026-01-01'::timestamptz + $minute * interval '1 minute', '$who');"; }
# The ledger: each row that was committed is in one detection of the rule that matches every row, and the other rule found
# what a plain join finds.
sub is_settled
{
	my ($what, $on) = @_;
	$on ||= $node;
	$on->safe_psql('postgres', 'call hunt.run_rules()');
	is($on->safe_psql('postgres', q{
		select (select count(*) from (select who, event_time, count(*) as n from login group by 1, 2) l
		        full join (select entity as who, first_at as event_time, sum(detections) as n from hunt.signal where rule_name = 'every' group by 1, 2) s
		        using (who, event_time) where l.n is distinct from s.n),
		       (select count(*) from (select distinct who, event_time from login e where exists
		          (select from login o where o.who = e.who and o.id <> e.id and o.event_time between e.event_time - interval '1 hour' and e.event_time)) l
		        full join (select entity as who, first_at as event_time from hunt.signal where rule_name = 'twice') s
		        using (who, event_time) where l is null or s is null) * (select count(*) from hunt.rule where name = 'twice')}),
		'0|0', $what);
}

# Transactions that commit in another order than they began
my $long = $node->background_psql('postgres');
$long->query_safe('begin; ' . row('long'));
my $nested = $node->background_psql('postgres');
$nested->query_safe('begin; savepoint a; ' . row('nested') . ' savepoint b; ' . row('rolled back') . ' rollback to b; savepoint c; ' . row('nested'));
sql(row('quick') . row('quick'));
is_settled('a row committed while others are open is seen at once');
is(sql(q{select count(*) from hunt.signal where entity in ('long', 'nested')}), '0', 'an open transaction is not seen');
$nested->query_safe('commit');
is_settled('a transaction with savepoints is seen when it commits');
$long->query_safe(row('long') . ' commit');
is_settled('and so is one that began before everything else');
$long->quit;
$nested->quit;

# Nobody holds the others back: a prepared transaction, a transaction in another database, an idle snapshot
sql('begin; ' . row('prepared') . " prepare transaction 'p'");
my $other = $node->background_psql('elsewhere');
$other->query_safe('begin; select pg_current_xact_id()');
my $idle = $node->background_psql('postgres');
$idle->query_safe('begin isolation level repeatable read; select count(*) from login');
sql(row('behind') . row('behind'));
is_settled('rows behind open, prepared and foreign transactions are seen');
sql("commit prepared 'p'");
is_settled('a prepared transaction is seen when it is committed');
sql('begin; ' . row('undone') . " prepare transaction 'q'; rollback prepared 'q'");
is_settled('and not if it is rolled back');
$_->quit for $other, $idle;

# A late transaction that commits between the snapshot of a run and its statements belongs to the next run: writers and
# two runners at once, then the ledger.
my @writers = map {
	my $who = "w$_";
	IPC::Run::start([ 'pgbench', '-n', '-c', '2', '-t', '150', '-f', '-', $node->connstr('postgres') ],
		'<', \"\\set m random(1, 1000)\n\\set p random(0, 20)\nbegin;\ninsert into login (event_time, who) values ('2026-02-01'::timestamptz + :m * interval '1 minute', '$who');\nselect pg_sleep(:p / 1000.0);\ncommit;\n",
		'>', '/dev/null', '2>', '/dev/null')
} 1 .. 2;
my @runners = map {
	IPC::Run::start([ 'bash', '-c', 'for i in $(seq 12); do psql -X -q -d "$0" -c "call hunt.run_rules()"; done', $node->connstr('postgres') ],
		'<', \undef, '>', '/dev/null', '2>', '/dev/null')
} 1 .. 2;
$_->finish for @writers, @runners;
is_settled('four writers and two runners at once');
is(sql("select count(*) from login where who like 'w_'"), '600', 'all that was written is there');
is(sql('select count(*) from hunt.rule_run where error is not null'), '0', 'no runner failed');

# Killed anywhere, ten times: backends, then the whole server
for my $round (1 .. $ENV{SESSION_HUNT_KILLS} || 10)
{
	sql(join '', map { row('killed') } 1 .. 20);
	kill_somewhere($node, 'call hunt.run_rules()', $round, 60_000);
}
is_settled('after kills of runners and of the server');

# A rule that fails, and one that takes too long
sql(q{
	create function wait_for_ever(text) returns boolean language plpgsql as $$ begin perform pg_sleep(100); return true; end $$;
	select hunt.create_rule('fails', 'match', source => 'login', entity => '{who}', filter => '1 / (length(who) - 4) > 0');
	select hunt.create_rule('slow', 'match', source => 'login', entity => '{who}', filter => 'public.wait_for_ever(who)');
	update hunt.rule_state set last_started = now() - interval '1 day', last_finished = now() where rule_id in (select rule_id from hunt.rule where name in ('fails', 'slow'))});
sql(row('four') . row('four'));
my ($out, $err) = ('', '');
$node->psql('postgres', q{call hunt.run_rules(time_limit => '2 seconds')}, stdout => \$out, stderr => \$err);
like($err, qr/rule "fails": division by zero/, 'a rule that fails says so');
is(sql(q{select name, failures, last_error from hunt.rule_status where failures > 0 order by name}),
	"fails|1|division by zero\nslow|1|the rule took longer than 00:00:02", 'and keeps its error');
is(sql(q{select error_code, hint from hunt.rule_run u join hunt.rule using (rule_id) where name = 'slow' and error is not null}),
	'57014|Narrow its filter, or give call hunt.run_rules(time_limit => ...) more time. No row was lost: the next run sees the same rows again.', 'with what to do');
sql(q{update hunt.rule set filter = 'length(who) = 4' where name = 'fails'; update hunt.rule set enabled = false where name = 'slow'});
is_settled('the other rules went on');
is(sql(q{select entity, detections from hunt.signal where rule_name = 'fails'}), 'four|2', 'a mended rule sees what it failed on');
# Somebody cancels the procedure itself
sql(q{update hunt.rule set enabled = true where name = 'slow'});
($out, $err) = ('', '');
$node->psql('postgres', q{set statement_timeout = '500ms'; call hunt.run_rules()}, stdout => \$out, stderr => \$err);
like($err, qr/statement timeout/, 'a cancel from outside ends the procedure');
sql(q{select hunt.drop_rule('slow'); select hunt.drop_rule('fails')});

# A standby that is promoted, with rows that no run has seen
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
sql(row('before the failover') . row('before the failover'));
my $lost = $node->background_psql('postgres');
$lost->query_safe('begin; ' . row('lost with the primary'));
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
$lost->quit;
$standby->promote;
is_settled('a promoted standby goes on', $standby);
$standby->safe_psql('postgres', row('promoted'));
is_settled('and sees its own rows', $standby);
$standby->stop;

# Dump and restore elsewhere, with rows that no run has seen; then back into a third cluster
sql(row('dumped') . row('dumped'));
my $dump = $node->basedir . '/dump';
my $from = $node;
for my $name (qw(restored again))
{
	$from->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $from->connstr('postgres') ], "dump for $name");
	my $to = PostgreSQL::Test::Cluster->new($name);
	$to->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$to->start;
	$to->command_ok([ 'pg_restore', '-d', $to->connstr('postgres'), $dump ], "restore of $name");
	is_settled("$name: rows that waited are seen, rows that were seen are not", $to);
	$to->safe_psql('postgres', row($name) . row($name));
	is_settled("$name: its own rows are seen", $to);
	# A rule that is made here knows the rows of the cluster before: they are the past in the cluster after it, too.
	$to->safe_psql('postgres', q{select hunt.create_rule('made in ' || } . "'$name'" . q{, 'match', source => 'login', id_column => 'id', entity => '{who}')});
	$to->safe_psql('postgres', row($name));
	$from = $to;
}
is($from->safe_psql('postgres', q{select entity, sum(detections) from hunt.signal where rule_name = 'made in restored' group by 1 order by 1}),
	"again|2\nrestored|1", 'again: a rule made in the cluster before has seen what was there');

# A logical subscriber whose rows bring the transaction ids of another cluster
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$subscriber->start;
$subscriber->safe_psql('postgres', q{
	create extension session_hunt; select hunt.setup();
	create table login (id integer generated by default as identity, event_time timestamptz, who text);
	select hunt.track_relation('login');
	select hunt.create_rule('every', 'match', source => 'login', id_column => 'id', entity => '{who}', suppression => '0')});
sql('create publication p for table login');
my $connection = $node->connstr('postgres');
$subscriber->safe_psql('postgres', "create subscription s connection \$c\$$connection\$c\$ publication p with (copy_data = false)");
sql(row('replicated') . row('replicated'));
$node->wait_for_catchup('s');
is_settled('rows of a subscription are seen', $subscriber);
sql(row('replicated'));
$node->wait_for_catchup('s');
is_settled('once', $subscriber);
$subscriber->safe_psql('postgres', 'drop subscription s');

# Events, whichever way a load brings them
my $every_event = q{select hunt.create_rule('event', 'match', entity => '{event_key}', suppression => '0')};
sub seen
{
	my ($on) = @_;
	$on->safe_psql('postgres', 'call hunt.run_rules()');
	return $on->safe_psql('postgres', q{select coalesce(sum(detections), 0) from hunt.signal where rule_name = 'event'});
}
sub sign_in { return "select hunt.ingest('entra_signin', '" . '{"category":"SignInLogs","time":"2026-02-01T10:00:00Z","id":"1"' . $_[0] . "}')"; }
my $events = '{"at":"2026-02-01T10:00:00Z","n":1}' . "\n" . '{"at":"2026-02-01T10:00:00Z","n":2}';
sql($every_event);
sql(q{insert into hunt.source_mapping (source, event_column, paths) values ('own', 'event_time', '{at}')});
sql("select hunt.create_event_partitions('2026-02-01')");  # for a new month, loads would wait for each other
my $loader = $node->background_psql('postgres');
$loader->query_safe('begin; savepoint a; ' . sign_in('') . '; release a');
sql("select hunt.ingest('own', '$events')");
is(seen($node), '2', 'the events of a load are seen while another load is open');
$loader->query_safe('commit');
$loader->quit;
is(seen($node), '3', 'and those of the other when it commits');
sql("copy hunt.inbox_own from stdin with (format csv, quote e'\\x01', delimiter e'\\x02');\n$events\n" . '{"when":"2026-02-01T10:00:00Z"}' . "\n" . '{"at":"2026-02-01T10:00:00Z","n":3}' . "\n\\.\n");
is(seen($node), '4', 'of an inbox the new ones');
sql(sign_in(',"userAgent":"known later"'));
is(seen($node), '4', 'an event that is updated is not new');
sql(q{update hunt.source_mapping set paths = '{at,when}'; select hunt.retry_rejects('own')});
is(seen($node), '5', 'what was rejected is seen when it is stored');

# and on a subscriber, which has the months but no names
$subscriber->safe_psql('postgres', "$every_event; select hunt.create_event_partitions('2026-02-01')");
sql('create publication events for table hunt.event_fact with (publish_via_partition_root)');
$subscriber->safe_psql('postgres', "create subscription s connection \$c\$$connection\$c\$ publication events");
$subscriber->poll_query_until('postgres', q{select count(*) = 1 and bool_and(srsubstate = 'r') from pg_subscription_rel}) or die 'no sync';
is(seen($subscriber), '5', 'events that a subscription copies are seen');
sql(q{select hunt.ingest('own', '{"at":"2026-02-02T10:00:00Z"}')});
$node->wait_for_catchup('s');
is(seen($subscriber), '6', 'and those that it brings later');
$subscriber->safe_psql('postgres', 'drop subscription s');

done_testing();
