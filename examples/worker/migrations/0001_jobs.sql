create table jobs (
  id bigint generated always as identity primary key,
  text text not null,
  -- How long the work is to take: jobs that take longer than a release are the interesting ones.
  seconds double precision not null default 0 check (seconds between 0 and 60),
  -- The moment that a tick of the scheduler is for. Jobs of people have none.
  tick_at timestamptz,
  state text not null default 'queued' check (state in ('queued', 'done', 'failed')),
  result text,
  finished_by text,
  enqueued_at timestamptz not null default now(),
  finished_at timestamptz
);

-- Small, however many jobs have been done.
create index jobs_queued on jobs (id) where state = 'queued';
create index jobs_ticks on jobs (tick_at) where tick_at is not null;
