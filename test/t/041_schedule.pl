# Rules under pg_cron: a schedule is one job of the owner of rules, and the job runs them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('schedule');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
plan skip_all => 'pg_cron is not installed'
  if $node->safe_psql('postgres', q{select count(*) from pg_available_extensions where name = 'pg_cron'}) eq '0';
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.use_background_workers = on");
$node->restart;
sub sql { return $node->safe_psql('postgres', @_); }

sql(q{create extension pg_cron; create extension session_hunt; select hunt.setup();
	create table login (event_time timestamptz, who text);
	select hunt.track_relation('login');
	select hunt.create_rule('every', 'match', source => 'login', entity => '{who}');
	insert into login values ('2026-01-01', 'somebody')});
my ($out, $err) = ('', '');
$node->psql('postgres', q{select hunt.schedule_rules('30 seconds')}, stdout => \$out, stderr => \$err);
like($err, qr/the schedule "30 seconds" has not five fields/, 'what pg_cron cannot do is refused');
my $job = sql('select hunt.schedule_rules()');
is(sql(q{select hunt.schedule_rules('* * * * *')}), $job, 'scheduling again changes the job');
is(sql('select count(*), min(schedule), min(command) from cron.job'), '1|* * * * *|call hunt.run_rules()', 'there is one');
ok($node->poll_query_until('postgres', 'select count(*) = 1 from hunt.signal'), 'within a minute or two it raises the signal');
is(sql(q{select distinct status from cron.job_run_details where status not in ('succeeded', 'running', 'starting')}), '', 'and pg_cron has nothing to complain of');
done_testing();
