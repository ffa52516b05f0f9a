create table articles (
  id bigint generated always as identity primary key,
  slug text not null,
  title text not null,
  description text not null,
  body text not null,
  author_id bigint not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint articles_slug_key unique (slug)
);

-- The order of the front page; the id decides between articles of the same instant.
create index articles_newest on articles (created_at desc, id desc);
create index articles_by_author on articles (author_id);

create table article_tags (
  article_id bigint not null references articles (id) on delete cascade,
  tag text not null,
  position smallint not null,
  primary key (article_id, tag)
);

create index article_tags_by_tag on article_tags (tag);
