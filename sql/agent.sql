-- agent: what a user agent string says of the program that sent it
\pset null '(null)'

select (hunt.user_agent(field)).*
from (values
  (1, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.130 Safari/537.36'),
  (2, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91'),
  (3, 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1'),
  (4, 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0'),
  (5, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.0.0 Safari/537.36'),
  (6, 'aws-cli/2.2.23 Python/3.8.8 Linux/4.14.238-182.422.amzn2.x86_64 exe/x86_64.amzn.2 prompt/off command/iam.list-users'),
  (7, '[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]'),
  (8, 'kubectl/v1.28.2 (darwin/amd64) kubernetes/89a4ea3'),
  (9, 'cloudtrail.amazonaws.com'),
  (10, 'python-requests/2.31.0'),
  (11, 'custom-agent/1.2.3'),
  (12, 'Mozilla/5.0')) v(n, field)
order by n;

-- a key has no versions, no command, no embedded id and no brackets
select hunt.agent_key(field), count(*)
from (values
  ('aws-cli/2.2.23 Python/3.8.8 Linux/4.14.238-182.422.amzn2.x86_64 exe/x86_64.amzn.2 prompt/off command/iam.list-users'),
  ('aws-cli/2.9.1 Python/3.9.11 Linux/5.10.0 exe/x86_64.debian.11 prompt/off command/s3.ls'),
  ('[aws-cli/2.9.1 Python/3.9.11 Linux/5.10.0 exe/x86_64.debian.11 prompt/off command/s3.cp]'),
  ('Go-http-client/1.1'), ('Go-http-client/2.0'),
  ('curl/7.68.0'), ('curl/8.4.0,gzip(gfe)'),
  ('agent-0362e208-cc47-4ba7-9c39-195518d6e937/1'), ('agent-7d2a6913-ded3-49c6-a31c-0cdeebcc259c/2')) v(field)
group by 1 order by 1;

select hunt.agent_change(before, after)
from (values
  (1, 'curl/8.4.0', 'curl/8.4.0'), (2, 'curl/7.68.0', 'curl/8.4.0'), (3, 'curl/8.10.0', 'curl/8.9.0'),
  (4, 'curl/8.4.0', 'Wget/1.21.4'), (5, 'curl/8.4.0', 'curl'),
  (6, 'kubectl/v1.28.2 (darwin/amd64) kubernetes/89a4ea3', 'kubectl/v1.29.0 (linux/amd64) kubernetes/3f7a50f')) v(n, before, after)
order by n;

-- what is blank, and what is no user agent at all
select hunt.agent_key(field), hunt.user_agent(field)
from (values (1, ''), (2, ' - '), (3, null), (4, '[]'), (5, '()'), (6, repeat('x', 1000000))) v(n, field) order by n;
select hunt.agent_change('', 'curl/8.4.0'), hunt.agent_change(null, 'curl/8.4.0');

-- the entries lie in a context of their own, which has a limit
select count(distinct hunt.agent_key('tool-' || chr(97 + n % 26) || '/' || n || repeat(' ', 200) || '.'))
from generate_series(1, 30000) n;
select total_bytes between 1 and 12 * 1024 * 1024 as is_bounded
from pg_backend_memory_contexts where name = 'session_hunt user agents';
