# Kills a statement somewhere in its middle: its backend, or every third time the whole server.
package KilledAnywhere;
use strict;
use warnings;
use IPC::Run;
use Time::HiRes qw(usleep);
use Exporter 'import';
our @EXPORT = qw(kill_somewhere);

# Runs the statement on the node, kills it within `longest` microseconds, by chance also before it begins or after it has
# ended, and returns when the server answers again. `round` counts from 1.
sub kill_somewhere
{
	my ($node, $statement, $round, $longest) = @_;
	my $victim = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', 'set application_name = victim', '-c', $statement ],
		'<', \undef, '>', '/dev/null', '2>', '/dev/null');
	usleep(int(rand($longest)));
	if ($round % 3 == 0)
	{
		$node->stop('immediate');
		$node->start;
	}
	else
	{
		my $pid = $node->safe_psql('postgres', q{select pid from pg_stat_activity where application_name = 'victim'});
		kill 'KILL', $pid if $pid;
	}
	eval { $victim->finish };
	for (1 .. 300)
	{
		return if $node->psql('postgres', 'select 1') == 0;
		usleep(100_000);
	}
	die "the server did not come back after it was killed in round $round";
}

1;
