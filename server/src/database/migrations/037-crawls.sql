-- Crawls of URL sources. Frontier and pages are rows, so that any node goes on with a crawl where another one stopped.

create table crawls ( -- stored with the organization; the turns of hosts in each database
  id uuid primary key,
  organization_id uuid not null,
  source_id uuid not null references sources on delete cascade,
  status text not null default 'running' check (status in ('running', 'complete', 'failed', 'cancelled')),
  options jsonb not null, -- as they were when it started
  accept_removals boolean not null default false,
  start_url text not null, -- the start page, after redirects; what is on another origin is left out
  host text not null, -- whose turn it takes
  has_turn boolean not null default false, -- it fetches from its host now, over all nodes
  robots text, -- the site's robots.txt, until the crawl is over; null: not read yet
  known_pages integer not null default 0, -- when it was seeded, without the start page
  held_pages integer not null default 0, -- known and new ones: as many as the limit allows
  tries integer not null default 0, -- of what is needed before any page: robots.txt
  requests integer not null default 0,
  bytes bigint not null default 0, -- received
  addresses integer not null default 0, -- rows of its frontier, ever
  count_stored integer not null default 0,
  count_unchanged integer not null default 0,
  count_duplicate integer not null default 0,
  count_excluded integer not null default 0,
  count_robots integer not null default 0,
  count_noindex integer not null default 0,
  count_gone integer not null default 0,
  count_failed integer not null default 0,
  count_waiting integer not null default 0,
  warning text,
  reason_code text,
  reason text,
  started_at timestamptz not null default now(),
  begun_at timestamptz, -- it had its first turn
  finished_at timestamptz,
  check ((status = 'running') = (finished_at is null)),
  check ((status = 'failed') = (reason_code is not null))
);
create unique index crawls_running on crawls (source_id) where status = 'running'; -- a second one joins the first
create unique index crawls_turn on crawls (host) where has_turn; -- one crawl of a host at a time
create index crawls_waiting on crawls (host, started_at) where status = 'running'; -- whose turn is next
create index crawls_page on crawls (source_id, started_at, id); -- listSourceCrawls, the latest of each source

-- Addresses of a crawl: its frontier, then its report.
create table crawl_addresses ( -- stored with the organization
  crawl_id uuid not null references crawls on delete cascade,
  position integer not null, -- 1, 2, 3 … as they were found
  organization_id uuid not null,
  url text not null,
  url_key text not null generated always as (md5(url)) stored, -- an address can be too long for an index
  path_key text generated always as (case when position('?' in url) > 0 then md5(split_part(url, '?', 1)) end) stored,
  kind text not null check (kind in ('page', 'sitemap')),
  rank smallint not null, -- what is fetched first: 0 the start, 1 sitemaps, 2 known pages, 3 pages that were found
  via text not null check (via in ('start', 'known', 'sitemap', 'link', 'redirect', 'canonical')),
  hops smallint not null,
  redirects smallint not null default 0, -- that led here
  source_id uuid, -- of a known page
  tries smallint not null default 0,
  due_at timestamptz, -- of one that is tried again
  was_fetched boolean not null default false, -- or at least tried: what the options leave out is not
  outcome text
    check (outcome in ('stored', 'unchanged', 'duplicate', 'excluded', 'robots', 'noindex', 'gone', 'failed', 'read')),
  reason_code text,
  reason text,
  primary key (crawl_id, position),
  unique (crawl_id, url_key)
);
create index crawl_addresses_next on crawl_addresses (crawl_id, rank, hops, position) where outcome is null; -- what is fetched next
create index crawl_addresses_path on crawl_addresses (crawl_id, path_key) where path_key is not null; -- queries of one path

-- What is known of each page that is a source, for the next crawl.
create table crawled_pages ( -- stored with the organization
  source_id uuid primary key references sources on delete cascade,
  organization_id uuid not null,
  root_source_id uuid not null, -- whose crawl found it; its own id if it is the start
  url text not null, -- in its one form, after redirects
  hops smallint not null,
  etag text,
  last_modified text,
  text_hash bytea not null, -- SHA-256 of its text
  links text[] not null default '{}', -- followed again if the page has not changed
  missed smallint not null default 0, -- crawls in a row that found it gone, or no page of its own
  crawl_id uuid not null -- that fetched it last
);
create index crawled_pages_root on crawled_pages (root_source_id); -- the pages of a crawl
